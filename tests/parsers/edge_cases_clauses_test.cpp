// SPDX-License-Identifier: Apache-2.0
// The edge cases of the design paper have several clauses each: those that edge_cases_test.cpp leaves, under the same numbers.
// An ISA13 that came before (17) is judged where it is remembered: Pipeline850.HoldsAUsedControlNumberWithOtherContent.
#include "edi_fixture.h"

#include "parsers/ack.h"
#include "parsers/edi.h"
#include "parsers/edifact.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace sallyport::edi {
namespace {

using test::codes_in;
using test::order;
using test::repairs_in;
using test::replaced;
using test::replaced_all;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string orders() {
    return test::read(test::golden("edifact/orders-d96a-valid.edi"));
}

Report judged(std::string octets, const Leniencies& leniencies = {}) {
    auto document = read(std::move(octets), {}, leniencies);
    EXPECT_TRUE(document) << document.error().text();
    return document ? validate(*document, test::schemas()) : Report{};
}

AckEnvelope envelope() {
    AckEnvelope made;
    made.interchange_control = made.group_control = "1";
    made.transaction_control = [] { return std::string("0001"); };
    made.date = "20261120";
    made.time = "1015";
    return made;
}

std::string answer_997(const Report& report) {
    const auto written =
        write_997(report.interchanges.at(0), AcceptancePolicy::RejectTransaction, envelope());
    EXPECT_TRUE(written) << written.error().text();
    return written ? *written : std::string();
}

std::string answer_contrl(const Report& report) {
    ContrlEnvelope made;
    made.control = "55";
    made.reference = "56";
    made.date = "20261120";
    made.time = "1016";
    const auto written = write_contrl(report.interchanges.at(0), made);
    EXPECT_TRUE(written) << written.error().text();
    return written ? *written : std::string();
}

// The order's interchange with its group twice, the second under `control`.
std::string two_groups(const std::string& control) {
    const std::string one = order();
    const std::size_t gs = one.find("GS*"), iea = one.find("IEA");
    const std::string again =
        replaced(replaced(one.substr(gs, iea - gs), "*417*X*", "*" + control + "*X*"),
                 "GE*1*417",
                 "GE*1*" + control);
    return replaced(one, "IEA*1*", again + "IEA*2*");
}

// The orders' message `count` times between UNG and UNE, further octets behind.
std::string grouped(const std::string& type, const std::string& behind = {}) {
    const std::string all = orders();
    const std::size_t unh = all.find("UNH+"), unz = all.find("UNZ+");
    return all.substr(0, unh) + "UNG+" + type + "+40:14+41:14+261120:1015+5+UN+D:96A:EAN008'\n" +
           all.substr(unh, unz - unh) + "UNE+1+5'\n" + behind + all.substr(unz);
}

TEST(EdgeCase, N14ACutOffInterchangeIsRejectedAsAWhole) {
    const Report report = judged(order().substr(0, order().find("SE*23")));
    EXPECT_EQ(interchange_verdict(report.interchanges.at(0)).letter, 'R');
    EXPECT_EQ(interchange_verdict(report.interchanges.at(0)).note, "023");
    const std::string answer = answer_997(report);
    EXPECT_THAT(answer, HasSubstr("AK5*R*2"));
    EXPECT_THAT(answer, HasSubstr("AK9*R*"));
}

TEST(EdgeCase, N17GroupNumberTwiceInAnInterchange) {
    const Report twice = judged(two_groups("417"));
    EXPECT_THAT(codes_in(twice), ElementsAre("edi.group.control-duplicate"));
    EXPECT_EQ(test::faults_in(twice)[0].ack.ak9, "6");
    EXPECT_EQ(test::faults_in(twice)[0].scope, Scope::Group);
    EXPECT_THAT(codes_in(judged(two_groups("418"))), IsEmpty());
}

TEST(EdgeCase, N17SetNumberMayComeAgainInAnotherGroup) {
    EXPECT_TRUE(judged(two_groups("418")).accepted()) << "0001 stands in both groups";
}

TEST(EdgeCase, N18NoAcknowledgementOfAcknowledgements) {
    EXPECT_EQ(answer_997(judged(test::read(test::golden("x12/997-accepted-valid.edi")))), "");
    EXPECT_EQ(answer_contrl(judged(test::read(test::golden("edifact/contrl-accepted-valid.edi")))),
              "");
}

TEST(EdgeCase, N20AcknowledgementOfTheInterchangeOnlyWhenAskedOrRejected) {
    EXPECT_FALSE(ta1_is_due(judged(order()).interchanges[0]));
    EXPECT_TRUE(ta1_is_due(judged(replaced(order(), "*0*T*>", "*1*T*>")).interchanges[0]));
    EXPECT_TRUE(ta1_is_due(
        judged(replaced(order(), "IEA*1*000000417", "IEA*1*000000418")).interchanges[0]));
}

TEST(EdgeCase, N21BadDataIsCopiedWithoutSeparatorsUpToItsLength) {
    const std::string name(120, 'N');
    const std::string answer = answer_997(judged(replaced(order(), "ACME RETAIL INC", name)));
    EXPECT_THAT(answer, HasSubstr("AK3*N1*15*N1*8~"));
    EXPECT_THAT(answer, HasSubstr("AK4*2*93*5*" + std::string(99, 'N') + "~"));
}

TEST(EdgeCase, N22OneElementWithTwoFaultsIsNamedTwiceInOneSegment) {
    const std::string answer = answer_997(judged(replaced(order(), "*NE*4500", "*NEX*4500")));
    EXPECT_THAT(answer, HasSubstr("AK3*BEG*2**8~AK4*2*92*5*NEX~AK4*2*92*7*NEX~AK5"));
}

TEST(EdgeCase, N24BlanksAreKeptAsTheyCame) {
    const std::string octets = replaced(order(), "N1*BT*ACME RETAIL INC", "N1*BT*ACME RETAIL  ");
    auto document = read(octets);
    ASSERT_TRUE(document);
    EXPECT_EQ(emit(*document), octets);
    for (const Segment& segment : document->interchanges[0].groups[0].transactions[0].segments) {
        if (segment.tag == "N1" && segment.text(1) == "BT") {
            EXPECT_EQ(segment.text(2), "ACME RETAIL");
            EXPECT_THAT(std::string(segment.raw), HasSubstr("*ACME RETAIL  *"));
        }
    }
}

// Each kind of condition: what is asked, what is missing or too much, and where it is put.
TEST(EdgeCase, N27EachKindOfCondition) {
    struct Case {
        const char *from, *to, *code, *ak4;
        std::uint16_t element;
    };
    for (const Case& one : std::initializer_list<Case>{
             {"*92*0417~\nN3", "*92~\nN3", "edi.element.condition", "2", 4},              // P0304
             {"N1*ST*ACME DC 0417*92*0417~", "N1*ST~", "edi.element.condition", "2", 2},  // R0203
             {"SAC*A*C310***480~", "SAC*A****480~", "edi.element.condition", "2", 2},     // R0203
             {"TD5*O*2*UPSN*M*UPS GROUND~",
              "TD5*O*2**M*UPS GROUND~",
              "edi.element.condition",
              "2",
              3}}) {
        SCOPED_TRACE(one.to);
        const std::vector<Fault> faults =
            test::faults_in(judged(replaced(order(), one.from, one.to)));
        ASSERT_EQ(faults.size(), 1u);
        EXPECT_EQ(faults[0].code, one.code);
        EXPECT_EQ(faults[0].ack.ak4, one.ak4);
        EXPECT_EQ(faults[0].element, one.element);
    }
}

TEST(EdgeCase, N32QualifiersTellLoopsOfOneTagApart) {
    // N9 heads a loop in the heading of an 850; the MSG behind it belongs to it.
    auto document = read(order());
    ASSERT_TRUE(document);
    validate(*document, test::schemas());
    const Transaction& transaction = document->interchanges[0].groups[0].transactions[0];
    for (const Segment& segment : transaction.segments) {
        if (segment.tag == "MSG") {
            EXPECT_EQ(transaction.schema->path(segment.node), "N9");
        }
    }
}

TEST(EdgeCase, N33OutOfPlaceTooOftenAndWithoutItsStarterAreOneFaultEach) {
    struct Case {
        const char *from, *to, *segments, *code, *ak3;
    };
    for (const Case& one : std::initializer_list<Case>{
             {"CTT*2~", "CTT*2~\nBEG*00*NE*1**20261120~", "24", "edi.segment.sequence", "7"},
             {"CUR*BY*USD~", "CUR*BY*USD~\nCUR*BY*USD~", "24", "edi.segment.repeated", "5"},
             {"CUR*BY*USD~", "CUR*BY*USD~\nQQQ*1~", "24", "edi.segment.unknown", "1"},
             {"CUR*BY*USD~", "CUR*BY*USD~\nISS*1*EA~", "24", "edi.segment.not-in-set", "6"},
             {"N1*ST*ACME DC 0417*92*0417~\n", "", "22", "edi.segment.missing", "3"}}) {
        SCOPED_TRACE(one.to);
        const std::vector<Fault> faults =
            test::faults_in(judged(replaced(replaced(order(), one.from, one.to),
                                            "SE*23*",
                                            std::string("SE*") + one.segments + "*")));
        ASSERT_EQ(faults.size(), 1u) << "one cause, one fault";
        EXPECT_EQ(faults[0].code, one.code);
        EXPECT_EQ(faults[0].ack.ak3, one.ak3);
    }
}

TEST(EdgeCase, N34AdviceThatContradictsTheHeader) {
    // UNA announces other separators than UNB then uses.
    auto contradicted = read(replaced(orders(), "UNA:+.? '", "UNA,;.? !"));
    if (contradicted) {
        EXPECT_FALSE(validate(*contradicted, test::schemas()).accepted());
    } else {
        EXPECT_THAT(contradicted.error().code(), testing::StartsWith("edifact."));
    }
    // Both decimal marks are read where no advice names one, and only the announced one where it does.
    const std::string bare = replaced(orders(), "UNA:+.? '\n", "");
    EXPECT_TRUE(judged(replaced(bare, "AAA:10.5", "AAA:10,5")).accepted());
    EXPECT_TRUE(judged(replaced(replaced_all(orders(), ".5'", ",5'"), "UNA:+.? '", "UNA:+,? '"))
                    .accepted());
    // UNB shows them itself.
    const Report shown = judged(replaced_all(replaced_all(bare, "+", "^"), ":", "~"));
    EXPECT_THAT(repairs_in(shown), ElementsAre("edifact.repair.separators"));
}

TEST(EdgeCase, N35ReleaseCharacterAtTheEndAndBeforeALineEnd) {
    auto last = read(replaced(orders(), "STEEL BRACKET 4 IN'", "STEEL BRACKET?\?'"));
    ASSERT_TRUE(last);
    EXPECT_TRUE(validate(*last, test::schemas()).accepted()) << "a released '?' releases nothing";
    // A release character before the terminator makes it data: the next segment is swallowed, nothing is lost.
    const std::string octets = replaced(orders(), "STEEL BRACKET 4 IN'", "STEEL BRACKET 4 IN?'");
    auto swallowed = read(octets);
    ASSERT_TRUE(swallowed);
    EXPECT_FALSE(validate(*swallowed, test::schemas()).accepted());
    EXPECT_EQ(emit(*swallowed), octets);
    // Lines of one width, broken inside tags.
    std::string flat = replaced_all(orders(), "\n", ""), wrapped;
    for (std::size_t at = 0; at < flat.size(); at += 80)
        wrapped += flat.substr(at, 80) + "\n";
    const Report report = judged(wrapped);
    EXPECT_TRUE(report.accepted());
    EXPECT_THAT(repairs_in(report), ElementsAre("edi.repair.wrapped-lines"));
}

TEST(EdgeCase, N36AnUnknownSyntaxIdentifierIsReadAsOctets) {
    EXPECT_TRUE(judged(replaced(orders(), "UNOC", "UNOL")).accepted())
        << "identifiers beyond those we decode are read as octets";
}

TEST(EdgeCase, N37TheAsteriskIsDataBelowSyntaxFour) {
    const auto text_of = [](const std::string& octets) {
        auto document = read(octets);
        EXPECT_TRUE(document);
        for (const Segment& segment :
             document->interchanges[0].groups[0].transactions[0].segments) {
            if (segment.tag == "IMD") return std::string(segment.text(3, 4));
        }
        return std::string();
    };
    EXPECT_EQ(text_of(replaced(orders(), "STEEL BRACKET 4 IN", "A*B")), "A*B");
    const std::string four = test::read(test::golden("edifact/orders-syntax4-valid.edi"));
    auto document = read(four);
    ASSERT_TRUE(document);
    EXPECT_EQ(document->interchanges[0].separators.repetition, '*');
    EXPECT_EQ(document->interchanges[0].header.text(1, 2), "4");
}

TEST(EdgeCase, N38GroupsAreAnsweredAsGroups) {
    const Report report = judged(grouped("ORDERS"));
    EXPECT_TRUE(report.accepted());
    EXPECT_THAT(answer_contrl(report), HasSubstr("UCF+5+40:14+41:14+7'UCM+1+ORDERS"));
    const Report wrong = judged(replaced(grouped("ORDERS"), "UNE+1+5", "UNE+1+6"));
    EXPECT_THAT(codes_in(wrong), ElementsAre("edi.group.control-mismatch"));
    EXPECT_EQ(test::faults_in(wrong)[0].ack.edifact, "28");
    EXPECT_THAT(answer_contrl(wrong), HasSubstr("UCF+5+40:14+41:14+4+28"));
}

TEST(EdgeCase, N38GroupsAndMessagesOutsideThemDoNotMix) {
    const std::string all = orders();
    const std::string message = all.substr(all.find("UNH+"), all.find("UNZ+") - all.find("UNH+"));
    const std::string bare = replaced(replaced(message, "UNH+1", "UNH+2"), "UNT+23+1", "UNT+23+2");
    const Report mixed = judged(grouped("ORDERS", bare));
    ASSERT_THAT(codes_in(mixed), Contains("edifact.mixed"));
    for (const Fault& fault : test::faults_in(mixed)) {
        if (fault.code == "edifact.mixed") {
            EXPECT_EQ(fault.ack.edifact, "30");
        }
    }
    EXPECT_FALSE(mixed.accepted());
}

TEST(EdgeCase, N38MessagesOfTwoTypesInOneGroup) {
    const std::string all = orders();
    const std::string message = all.substr(all.find("UNH+"), all.find("UNZ+") - all.find("UNH+"));
    const std::string other =
        replaced(replaced(message, "UNH+1+ORDERS", "UNH+2+ORDCHG"), "UNT+23+1", "UNT+23+2");
    const Report report = judged(replaced(grouped("ORDERS"), "UNE+1+5", other + "UNE+2+5"));
    ASSERT_THAT(codes_in(report), Contains("edifact.group.types"));
    for (const Fault& fault : test::faults_in(report)) {
        if (fault.code == "edifact.group.types") {
            EXPECT_EQ(fault.ack.edifact, "31");
        }
    }
}

TEST(EdgeCase, N39WrongReferencesAreTheirOwnCodes) {
    struct Case {
        const char *from, *to, *edifact;
    };
    for (const Case& one : std::initializer_list<Case>{{"UNT+23+1", "UNT+22+1", "29"},
                                                       {"UNT+23+1", "UNT+23+2", "28"},
                                                       {"UNZ+1+417", "UNZ+2+417", "29"},
                                                       {"UNZ+1+417", "UNZ+1+418", "28"}}) {
        SCOPED_TRACE(one.to);
        const std::vector<Fault> faults =
            test::faults_in(judged(replaced(orders(), one.from, one.to)));
        ASSERT_EQ(faults.size(), 1u);
        EXPECT_EQ(faults[0].ack.edifact, one.edifact);
    }
}

}  // namespace
}  // namespace sallyport::edi
