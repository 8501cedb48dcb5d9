// SPDX-License-Identifier: Apache-2.0
// TA1, 997 and 999 beside them, 824 and APERAK: made from the same faults, valid by our own schemas, and read back.
#include "edi_fixture.h"

#include "parsers/ack.h"
#include "parsers/edi.h"
#include "parsers/guide.h"

#include <gtest/gtest.h>

namespace sallyport::edi {
namespace {

using test::codes_in;
using test::order;
using test::replaced;
using test::replaced_all;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string orders() {
    return test::read(test::golden("edifact/orders-d96a-valid.edi"));
}

AckEnvelope x12_envelope() {
    AckEnvelope envelope;
    envelope.interchange_control = "77";
    envelope.group_control = "78";
    envelope.transaction_control = [next = 0]() mutable { return "000" + std::to_string(++next); };
    envelope.date = "20261120";
    envelope.time = "1015";
    return envelope;
}

ContrlEnvelope edifact_envelope() {
    return {.control = "88", .reference = "1", .date = "20261120", .time = "1015"};
}

InterchangeReport judged(std::string octets, const ValidationOptions& options = {}) {
    auto document = read(std::move(octets));
    EXPECT_TRUE(document) << document.error().text();
    return document ? validate(*document, test::schemas(), options).interchanges.at(0)
                    : InterchangeReport{};
}

// What we write must be valid by our own schemas.
Document reread(const std::string& octets) {
    auto document = read(octets);
    EXPECT_TRUE(document) << octets;
    const Report report = validate(*document, test::schemas());
    for (const Fault& fault : test::faults_in(report))
        ADD_FAILURE() << fault.code << " " << fault.message << "\n" << octets;
    return *std::move(document);
}

TEST(Advice824, NamesEveryErrorAndIsReadBack) {
    const std::string bad =
        replaced(replaced(order(), "N1*ST*", "N1*0X*"), "DTM*010*20261201", "DTM*010*20260230");
    const auto written =
        write_824(judged(bad), AcceptancePolicy::RejectTransaction, x12_envelope());
    ASSERT_TRUE(written) << written.error().text();
    const Document document = reread(*written);
    const std::vector<Advice> advice = read_advice(document);
    ASSERT_EQ(advice.size(), 1u);
    EXPECT_EQ(advice[0].verdict, 'R');
    EXPECT_EQ(advice[0].set, "850");
    EXPECT_EQ(advice[0].group_control, "417");
    EXPECT_EQ(advice[0].control, "0001");
    EXPECT_EQ(advice[0].receiver, "ACMERETAIL");
    ASSERT_EQ(advice[0].faults.size(), 2u);
    EXPECT_EQ(advice[0].faults[0].code, "009");
    EXPECT_EQ(advice[0].faults[0].segment, "DTM");
    EXPECT_EQ(advice[0].faults[1].segment, "N1");
    EXPECT_EQ(advice[0].faults[1].position, 12u);
    EXPECT_EQ(advice[0].faults[1].element, 1);
    EXPECT_EQ(advice[0].faults[1].value, "0X");
}

TEST(Advice824, SaysAcceptedAndIsNotMadeForItself) {
    const auto written =
        write_824(judged(order()), AcceptancePolicy::RejectTransaction, x12_envelope());
    ASSERT_TRUE(written);
    const Document document = reread(*written);
    EXPECT_EQ(read_advice(document).at(0).verdict, 'A');
    const auto again =
        write_824(judged(*written), AcceptancePolicy::RejectTransaction, x12_envelope());
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->empty());
    const auto answered =
        write_997(judged(*written), AcceptancePolicy::RejectTransaction, x12_envelope());
    EXPECT_THAT(*answered, HasSubstr("AK1*AG*78")) << "an 824 is a document: it earns a 997";
}

TEST(AdviceAperak, NamesEveryErrorAndIsReadBack) {
    const auto written =
        write_aperak(judged(replaced(orders(), "DTM+137:", "DTM+137X9:")), edifact_envelope());
    ASSERT_TRUE(written) << written.error().text();
    const Document document = reread(*written);
    const std::vector<Advice> advice = read_advice(document);
    ASSERT_EQ(advice.size(), 1u);
    EXPECT_EQ(advice[0].verdict, 'R');
    EXPECT_EQ(advice[0].control, "1");
    ASSERT_FALSE(advice[0].faults.empty());
    EXPECT_THAT(advice[0].faults[0].text, HasSubstr("DTM"));
    const auto good = write_aperak(judged(orders()), edifact_envelope());
    const Document accepted = reread(*good);
    EXPECT_EQ(read_advice(accepted).at(0).verdict, 'A');
    EXPECT_TRUE(write_aperak(judged(*good), edifact_envelope())->empty());
}

TEST(AckTa1, StandsWithThe997WhenTheSenderAskedOrTheInterchangeIsRejected) {
    AckEnvelope envelope = x12_envelope();
    envelope.ta1 = true;
    const auto quiet = write_997(judged(order()), AcceptancePolicy::RejectTransaction, envelope);
    EXPECT_THAT(*quiet, Not(HasSubstr("TA1*")));
    const auto asked = write_997(judged(replaced(order(), "*0*T*>", "*1*T*>")),
                                 AcceptancePolicy::RejectTransaction,
                                 envelope);
    EXPECT_THAT(*asked, HasSubstr("TA1*000000417*261120*1015*A*000~"));
    reread(*asked);
    const auto broken = write_997(judged(replaced(order(), "IEA*1*000000417", "IEA*1*000000418")),
                                  AcceptancePolicy::RejectTransaction,
                                  envelope);
    EXPECT_THAT(*broken, HasSubstr("TA1*000000417*261120*1015*R*001~"));
}

TEST(AckTa1, IsNeverMadeForAcknowledgements) {
    const auto ack =
        write_997(judged(order()), AcceptancePolicy::RejectTransaction, x12_envelope());
    const InterchangeReport of_ack = judged(replaced(*ack, "*0*T*", "*1*T*"));
    EXPECT_TRUE(of_ack.acknowledgement_requested);
    EXPECT_FALSE(ta1_is_due(of_ack));
    const std::string isa = replaced(order().substr(0, order().find("GS*")), "*0*T*>", "*1*T*>");
    EXPECT_FALSE(ta1_is_due(judged(isa + "TA1*000000093*261120*1015*A*000~\nIEA*0*000000417~\n")));
}

TEST(AckTa1, AnswersAHeaderTheReaderRefused) {
    const std::string octets =
        replaced(order(), "*T*>~", "*T**~");  // component separator = element separator
    const auto document = read(octets);
    ASSERT_FALSE(document);
    const auto report = report_unreadable(octets, document.error());
    ASSERT_TRUE(report.has_value());
    const auto written = write_ta1(*report, x12_envelope());
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_THAT(*written, HasSubstr("TA1*000000417*261120*1015*R*027~"));
    EXPECT_THAT(*written, HasSubstr("*ZZ*ACMERETAIL     *"));
    EXPECT_FALSE(report_unreadable("ISA*00*garbage", document.error()).has_value());
    EXPECT_FALSE(report_unreadable("", document.error()).has_value());
}

TEST(Ack997, AnswersAGroupWithoutNumberAndReadsItBack) {
    const std::string bad = replaced(order(), "*1015*417*X*", "*1015**X*");
    const auto written =
        write_997(judged(bad), AcceptancePolicy::RejectTransaction, x12_envelope());
    ASSERT_TRUE(written) << written.error().text();
    const Document document = reread(*written);
    const auto groups = read_997(document);
    ASSERT_TRUE(groups) << groups.error().text();
    EXPECT_EQ(groups->at(0).control, "0");
    EXPECT_EQ(groups->at(0).verdict, 'R');
    // Others leave AK102 empty in that case; that is read as well.
    auto empty = read(replaced(*written, "AK1*PO*0~", "AK1*PO~"));
    ASSERT_TRUE(empty);
    const auto lenient = read_997(*empty);
    ASSERT_TRUE(lenient);
    EXPECT_EQ(lenient->at(0).control, "");
}

TEST(Ack997, SaysNothingAboutAcknowledgementsInsideOtherGroups) {
    const auto ack =
        write_997(judged(order()), AcceptancePolicy::RejectTransaction, x12_envelope());
    const auto answer = write_997(judged(replaced(*ack, "GS*FA*", "GS*PO*")),
                                  AcceptancePolicy::RejectTransaction,
                                  x12_envelope());
    ASSERT_TRUE(answer);
    EXPECT_TRUE(answer->empty());
}

TEST(Ack999, HasItsOwnWordsForTheGuideAndAContextForConditions) {
    const auto guide = Guide::parse(
        "in x12 005010 850\nforbid CUR\nrequire FOB\nforbid BEG 05\ncondition BEG C 03 06\n",
        "acme.guide",
        test::schemas());
    ASSERT_TRUE(guide) << guide.error().text();
    ValidationOptions options;
    options.guide = &*guide;
    const std::string modern =
        replaced_all(replaced_all(replaced(order(), "*U*00401*", "*^*00501*"), "004010", "005010"),
                     "MSG*DELIVER",
                     "MTX**DELIVER");
    AckEnvelope envelope = x12_envelope();
    envelope.form = AckForm::F999;
    envelope.version = "005010";
    envelope.isa_version = "00501";
    envelope.separators.repetition = '^';
    const auto written =
        write_997(judged(modern, options), AcceptancePolicy::RejectTransaction, envelope);
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_THAT(*written, HasSubstr("IK3*CUR*3**I4~"));
    EXPECT_THAT(*written, HasSubstr("IK3*FOB*23**I8~"));
    EXPECT_THAT(*written, HasSubstr("IK4*5*373*I10*"));
    EXPECT_THAT(*written, HasSubstr("CTX*SITUATIONAL TRIGGER*BEG*2**6~"));
    reread(*written);
    envelope.form = AckForm::F997;
    envelope.version = "005010";
    const auto plain =
        write_997(judged(modern, options), AcceptancePolicy::RejectTransaction, envelope);
    EXPECT_THAT(*plain, HasSubstr("AK3*CUR*3**2~")) << "the 997 says it in the words it has";
    reread(*plain);
}

struct Policy {
    AcceptancePolicy policy;
    const char* verdicts;  // of the good set, of the bad one, of the group
};

TEST(AckPolicies, DecideWhatOneBadTransactionMeans) {
    const std::string two = test::read(test::golden("x12/850-two-sets-one-bad-invalid.edi"));
    const Policy policies[] = {{AcceptancePolicy::RejectTransaction, "ARP"},
                               {AcceptancePolicy::RejectGroup, "RRR"},
                               {AcceptancePolicy::AcceptWithErrors, "AEE"}};
    for (const Policy& one : policies) {
        const auto written = write_997(judged(two), one.policy, x12_envelope());
        const Document document = reread(*written);
        const auto groups = read_997(document);
        ASSERT_TRUE(groups);
        std::string verdicts;
        for (const AckedTransaction& transaction : groups->at(0).transactions)
            verdicts += transaction.verdict;
        std::sort(verdicts.begin(), verdicts.end());
        EXPECT_EQ(verdicts + groups->at(0).verdict, one.verdicts);
    }
}

}  // namespace
}  // namespace sallyport::edi
