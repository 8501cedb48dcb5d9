// SPDX-License-Identifier: Apache-2.0
#include "parsers/ack.h"

#include "edi_fixture.h"

#include <gtest/gtest.h>

namespace sallyport::edi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> lines(const std::optional<DraftTransaction>& ack) {
    std::vector<std::string> text;
    if (!ack) return text;
    for (const DraftSegment& segment : ack->body) {
        std::string line = segment.tag();
        for (std::uint16_t element = 1; element <= segment.elements(); ++element) {
            line += "*" + std::string(segment.text({element, 1, 1}));
            if (!segment.text({element, 2, 1}).empty())
                line += ">" + std::string(segment.text({element, 2, 1}));
        }
        while (line.back() == '*')
            line.pop_back();
        text.push_back(line);
    }
    return text;
}

std::vector<std::string> acknowledged(
    const std::string& octets, AcceptancePolicy policy = AcceptancePolicy::RejectTransaction) {
    return lines(make_997(test::checked(octets).interchanges.at(0).groups.at(0), policy, "0001"));
}

TEST(FunctionalAcknowledgement, AcceptsAGoodOrder) {
    EXPECT_THAT(acknowledged(test::order()),
                ElementsAre("AK1*PO*417", "AK2*850*0001", "AK5*A", "AK9*A*1*1*1"));
}

TEST(FunctionalAcknowledgement, StatesSegmentAndElementOfEachFault) {
    const std::string octets = test::replaced(
        test::replaced(test::order(), "N1*ST*", "N1*0X*"), "CUR*BY*USD", "CUR*BY*USDX");
    EXPECT_THAT(acknowledged(octets),
                ElementsAre("AK1*PO*417",
                            "AK2*850*0001",
                            "AK3*CUR*3**8",
                            "AK4*2*100*5*USDX",
                            "AK3*N1*12*N1*8",
                            "AK4*1*98*7*0X",
                            "AK5*R*5",
                            "AK9*R*1*1*0"));
}

TEST(FunctionalAcknowledgement, NamesASegmentOnceWithAllItsElements) {
    EXPECT_THAT(acknowledged(test::replaced(test::order(), "BEG*00*NE*", "BEG**NEX*")),
                ElementsAre("AK1*PO*417",
                            "AK2*850*0001",
                            "AK3*BEG*2**8",
                            "AK4*2*92*5*NEX",
                            "AK4*2*92*7*NEX",
                            "AK4*1*353*1",
                            "AK5*R*5",
                            "AK9*R*1*1*0"));
}

TEST(FunctionalAcknowledgement, FollowsTheAcceptancePolicy) {
    const std::string two = test::read(test::golden("x12/850-two-sets-one-bad-invalid.edi"));
    const auto verdicts = [&](AcceptancePolicy policy) {
        std::vector<std::string> kept;
        for (const std::string& line : acknowledged(two, policy)) {
            if (line.substr(0, 3) == "AK5" || line.substr(0, 3) == "AK9") kept.push_back(line);
        }
        return kept;
    };
    EXPECT_THAT(verdicts(AcceptancePolicy::RejectTransaction),
                ElementsAre("AK5*A", "AK5*R*5", "AK9*P*2*2*1"));
    EXPECT_THAT(verdicts(AcceptancePolicy::RejectGroup),
                ElementsAre("AK5*R", "AK5*R*5", "AK9*R*2*2*0"));
    EXPECT_THAT(verdicts(AcceptancePolicy::AcceptWithErrors),
                ElementsAre("AK5*A", "AK5*E*5", "AK9*E*2*2*2"));
}

TEST(FunctionalAcknowledgement, RejectsABrokenEnvelopeUnderEveryPolicy) {
    const std::string octets = test::replaced(test::order(), "SE*23*0001", "SE*22*0002");
    EXPECT_THAT(acknowledged(octets, AcceptancePolicy::AcceptWithErrors),
                ElementsAre("AK1*PO*417", "AK2*850*0001", "AK5*R*3*4", "AK9*R*1*1*0"));
    EXPECT_THAT(acknowledged(test::replaced(test::order(), "GE*1*417", "GE*3*418"),
                             AcceptancePolicy::AcceptWithErrors),
                ElementsAre("AK1*PO*417", "AK2*850*0001", "AK5*R", "AK9*R*3*1*0*5*4"));
}

TEST(FunctionalAcknowledgement, IsNeverMadeForAnAcknowledgement) {
    EXPECT_THAT(acknowledged(test::read(test::golden("x12/997-accepted-valid.edi"))), IsEmpty());
    EXPECT_TRUE(is_acknowledgement("997"));
    EXPECT_FALSE(is_acknowledgement("855"));
    AckEnvelope envelope;
    envelope.transaction_control = [] { return std::string("0001"); };
    auto written = write_997(
        test::checked(test::read(test::golden("x12/997-accepted-valid.edi"))).interchanges.at(0),
        AcceptancePolicy::RejectTransaction,
        envelope);
    ASSERT_TRUE(written);
    EXPECT_EQ(*written, "");
}

TEST(FunctionalAcknowledgement, TellsWhatBecomesOfEachTransaction) {
    const Report report =
        test::checked(test::read(test::golden("x12/850-two-sets-one-bad-invalid.edi")));
    const GroupReport& group = report.interchanges[0].groups[0];
    EXPECT_EQ(verdict(group, group.transactions[0], AcceptancePolicy::RejectTransaction), 'A');
    EXPECT_EQ(verdict(group, group.transactions[1], AcceptancePolicy::RejectTransaction), 'R');
    EXPECT_EQ(verdict(group, group.transactions[1], AcceptancePolicy::AcceptWithErrors), 'E');
    EXPECT_EQ(verdict(group, group.transactions[0], AcceptancePolicy::RejectGroup), 'R');
}

TEST(FunctionalAcknowledgement, StripsSeparatorsFromCopiesOfBadData) {
    const std::vector<std::string> ack =
        acknowledged(test::replaced(test::order(), "JANE BUYER", "JANE\x07^{BUYER"));
    EXPECT_THAT(ack, testing::Contains("AK4*2*93*6*JANEBUYER"));
}

TEST(FunctionalAcknowledgement, ReadsWhatAPartnerSaysAboutOurDocuments) {
    auto document = read_x12(test::read(test::golden("x12/997-rejected-valid.edi")));
    ASSERT_TRUE(document);
    auto groups = read_997(*document);
    ASSERT_TRUE(groups) << groups.error().text();
    ASSERT_EQ(groups->size(), 1u);
    const AckedGroup& group = groups->front();
    EXPECT_EQ(group.functional_id, "IN");
    EXPECT_EQ(group.control, "93");
    EXPECT_EQ(group.verdict, 'P');
    EXPECT_EQ(group.included, 2u);
    EXPECT_EQ(group.accepted, 1u);
    EXPECT_EQ(group.sender, "ACMERETAIL");
    ASSERT_EQ(group.transactions.size(), 2u);
    EXPECT_EQ(group.transactions[0].control, "0007");
    EXPECT_EQ(group.transactions[0].verdict, 'R');
    EXPECT_THAT(group.transactions[0].codes, ElementsAre("5"));
    ASSERT_EQ(group.transactions[0].details.size(), 3u);
    EXPECT_EQ(group.transactions[0].details[0].element, 4u);
    EXPECT_EQ(group.transactions[0].details[1].component, 2u);
    EXPECT_EQ(group.transactions[0].details[1].value, "ZZZ");
    EXPECT_EQ(group.transactions[0].details[2].segment_code, "3");
    EXPECT_EQ(group.transactions[0].details[2].loop, "N1");
    EXPECT_EQ(group.transactions[1].verdict, 'A');
}

TEST(FunctionalAcknowledgement, RefusesOneWithoutVerdict) {
    auto document = read_x12(test::read(test::golden("x12/997-without-ak9-invalid.edi")));
    ASSERT_TRUE(document);
    const auto groups = read_997(*document);
    ASSERT_FALSE(groups);
    EXPECT_EQ(groups.error().code(), "x12.997.shape");
}

TEST(FunctionalAcknowledgement, ReadsBackTheOneItWrote) {
    AckEnvelope envelope;
    envelope.interchange_control = "77";
    envelope.group_control = "78";
    envelope.transaction_control = [] { return std::string("0079"); };
    envelope.date = "20261120";
    envelope.time = "1016";
    const Report report = test::checked(test::replaced(test::order(), "N1*ST*", "N1*0X*"));
    auto written = write_997(report.interchanges[0], AcceptancePolicy::RejectTransaction, envelope);
    ASSERT_TRUE(written) << written.error().text();
    auto document = read_x12(*written);
    ASSERT_TRUE(document);
    EXPECT_EQ(document->interchanges[0].receiver, "ACMERETAIL");
    EXPECT_EQ(document->interchanges[0].sender, "123456789");
    EXPECT_EQ(document->interchanges[0].control, "000000077");
    EXPECT_TRUE(validate(*document, test::schemas()).accepted());
    const auto groups = read_997(*document);
    ASSERT_TRUE(groups);
    EXPECT_EQ(groups->front().control, "417");
    EXPECT_EQ(groups->front().verdict, 'R');
}

TEST(ImplementationAcknowledgement, SaysTheSameWithItsOwnSegments) {
    const std::string octets = test::replaced(test::order(), "*VN*AB-1001*", "*VN**");
    const auto ack = make_acknowledgement(test::checked(octets).interchanges.at(0).groups.at(0),
                                          AcceptancePolicy::RejectTransaction,
                                          "0001",
                                          AckForm::F999);
    EXPECT_THAT(lines(ack),
                ElementsAre("AK1*PO*417*004010",
                            "AK2*850*0001",
                            "IK3*PO1*16*PO1*8",
                            "IK4*9*234*2",
                            "CTX*SITUATIONAL TRIGGER*PO1*16*PO1*9",
                            "IK5*R*5",
                            "AK9*R*1*1*0"));
}

TEST(ImplementationAcknowledgement, IsValidAndReadsBack) {
    AckEnvelope envelope;
    envelope.form = AckForm::F999;
    envelope.isa_version = "00501";
    envelope.version = "005010";
    envelope.separators.repetition = '^';
    envelope.interchange_control = "77";
    envelope.group_control = "78";
    envelope.transaction_control = [] { return std::string("0079"); };
    envelope.date = "20261120";
    envelope.time = "1016";
    auto written = write_997(
        test::checked(test::replaced(test::order(), "*VN*AB-1001*", "*VN**")).interchanges[0],
        AcceptancePolicy::RejectTransaction,
        envelope);
    ASSERT_TRUE(written) << written.error().text();
    const Report report = test::checked(*written);
    EXPECT_TRUE(report.accepted())
        << (test::faults_in(report).empty() ? "" : test::faults_in(report)[0].message);
    auto document = read_x12(*written);
    const auto groups = read_997(*document);
    ASSERT_TRUE(groups);
    EXPECT_EQ(groups->front().transactions[0].verdict, 'R');
    EXPECT_EQ(groups->front().transactions[0].details[0].element, 9u);
}

TEST(InterchangeAcknowledgement, AcceptsNotesAndRejects) {
    const auto verdict_of = [](const std::string& octets) {
        const InterchangeVerdict verdict =
            interchange_verdict(test::checked(octets).interchanges.at(0));
        return std::string(1, verdict.letter) + verdict.note;
    };
    EXPECT_EQ(verdict_of(test::order()), "A000");
    EXPECT_EQ(verdict_of(test::replaced(test::order(), "*261120*1015*", "*261320*1015*")), "E014");
    EXPECT_EQ(verdict_of(test::replaced(test::order(), "IEA*1*", "IEA*2*")), "R021");
    EXPECT_EQ(verdict_of(test::replaced(test::order(), "IEA*1*000000417", "IEA*1*000000418")),
              "R001");
    EXPECT_EQ(verdict_of(test::order().substr(0, test::order().find("IEA"))), "R023");
}

TEST(InterchangeAcknowledgement, WritesAnInterchangeOfItsOwnAndReadsItBack) {
    AckEnvelope envelope;
    envelope.interchange_control = "80";
    envelope.date = "20261120";
    envelope.time = "1016";
    const auto written = write_ta1(
        test::checked(test::replaced(test::order(), "IEA*1*", "IEA*2*")).interchanges[0], envelope);
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_NE(written->find("~TA1*000000417*261120*1015*R*021~IEA*0*000000080~"), std::string::npos)
        << *written;
    auto document = read_x12(*written);
    ASSERT_TRUE(document);
    EXPECT_TRUE(validate(*document, test::schemas()).accepted());
    const auto answers = read_ta1(*document);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(answers[0].control, "000000417");
    EXPECT_EQ(answers[0].verdict, 'R');
    EXPECT_EQ(answers[0].note, "021");
    EXPECT_EQ(answers[0].receiver, "ACMERETAIL");
}

}  // namespace
}  // namespace sallyport::edi
