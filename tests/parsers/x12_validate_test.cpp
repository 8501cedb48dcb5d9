// SPDX-License-Identifier: Apache-2.0
#include "edi_fixture.h"

#include "parsers/x12.h"

#include <gtest/gtest.h>

namespace sallyport::edi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Injection {
    const char* from;
    const char* to;
    const char* code;
    const char* segment;
    std::uint32_t position;
    std::uint16_t element;
    const char* ak3;
    const char* ak4;
};

const Injection Injections[] = {
    {"BEG*00*NE*", "BEG**NE*", "edi.element.missing", "BEG", 2, 1, "", "1"},
    {"*VN*AB-1001*", "*VN**", "edi.element.condition", "PO1", 16, 9, "", "2"},
    {"CTT*2~", "CTT*2****5~", "edi.element.condition", "CTT", 22, 0, "", "2"},
    {"CUR*BY*USD", "CUR*BY*US", "edi.element.too-short", "CUR", 3, 2, "", "4"},
    {"CUR*BY*USD", "CUR*BY*USDX", "edi.element.too-long", "CUR", 3, 2, "", "5"},
    {"JANE BUYER", "JANE\x07 BUYER", "edi.element.character", "PER", 5, 2, "", "6"},
    {"*48*EA*", "*4A*EA*", "edi.element.number", "PO1", 16, 2, "", "6"},
    {"*48*EA*", "*1,000*EA*", "edi.element.number", "PO1", 16, 2, "", "6"},
    {"*48*EA*", "*48-*EA*", "edi.element.number", "PO1", 16, 2, "", "6"},
    {"*48*EA*", "*+48*EA*", "edi.element.number", "PO1", 16, 2, "", "6"},
    {"N1*ST*", "N1*0X*", "edi.element.code", "N1", 12, 1, "", "7"},
    {"DTM*010*20261201", "DTM*010*20230229", "edi.element.date", "DTM", 7, 2, "", "8"},
    {"DTM*010*20261201", "DTM*010*20261301", "edi.element.date", "DTM", 7, 2, "", "8"},
    {"DTM*010*20261201", "DTM*010*20261201*2400", "edi.element.time", "DTM", 7, 3, "", "9"},
    {"DTM*010*20261201", "DTM*010*20261201*1260", "edi.element.time", "DTM", 7, 3, "", "9"},
    {"MSG*DELIVER TO DOCK 7",
     "MSG*DELIVER>TO DOCK 7",
     "edi.component.too-many",
     "MSG",
     11,
     1,
     "",
     "13"},
    {"MSG*DELIVER TO DOCK 7",
     "MSG*DELIVER TO DOCK 7*SS*1*9",
     "edi.element.too-many",
     "MSG",
     11,
     4,
     "",
     "3"},
    {"REF*DP*0417~", "QQQ*DP*0417~", "edi.segment.unknown", "QQQ", 4, 0, "1", ""},
    {"REF*DP*0417~", "AK1*PO*417~", "edi.segment.not-in-set", "AK1", 4, 0, "6", ""},
    {"N1*BT*ACME RETAIL INC*92*9999~", "LE*100~", "edi.segment.unexpected", "LE", 15, 0, "2", ""},
    {"N1*BT*ACME RETAIL INC*92*9999~",
     "CUR*BY*USD~",
     "edi.segment.sequence",
     "CUR",
     15,
     0,
     "7",
     ""},
    {"CTT*2~", "CTT*2~\nCTT*2~", "edi.loop.repeated", "CTT", 23, 0, "4", ""},
    {"CUR*BY*USD~", "CUR*BY*USD~\nCUR*BY*USD~", "edi.segment.repeated", "CUR", 4, 0, "5", ""},
};

// One change to the valid order, exactly one fault, at exactly that place.
TEST(X12Validation, ReportsOneFaultPerCauseAtItsPlace) {
    for (const Injection& injection : Injections) {
        SCOPED_TRACE(std::string(injection.from) + " -> " + injection.to);
        std::string octets = test::replaced(test::order(), injection.from, injection.to);
        if (std::string_view(injection.to).find('\n') != std::string_view::npos)
            octets = test::replaced(octets, "SE*23*", "SE*24*");
        const std::vector<Fault> faults = test::faults_in(test::checked(octets));
        ASSERT_EQ(faults.size(), 1u) << (faults.empty() ? "no fault" : faults[1].message);
        EXPECT_EQ(faults[0].code, injection.code);
        EXPECT_EQ(faults[0].segment, injection.segment);
        EXPECT_EQ(faults[0].position, injection.position);
        EXPECT_EQ(faults[0].ack.ak3, injection.ak3);
        EXPECT_EQ(faults[0].ack.ak4, injection.ak4);
        if (injection.element != 0) {
            EXPECT_EQ(faults[0].element, injection.element);
        }
        EXPECT_FALSE(faults[0].message.empty());
        EXPECT_FALSE(faults[0].remedy.empty());
    }
}

TEST(X12Validation, ReportsLengthAndCodeOfOneValueBoth) {
    EXPECT_THAT(
        test::codes_in(test::checked(test::replaced(test::order(), "BEG*00*NE*", "BEG*00*NEX*"))),
        ElementsAre("edi.element.too-long", "edi.element.code"));
}

TEST(X12Validation, TakesTheNumbersTheStandardAllows) {
    for (const char* number : {"48", "-20", ".5", "5.", "0.50", "000048", "999999999.999999"}) {
        SCOPED_TRACE(number);
        EXPECT_TRUE(test::checked(test::replaced(
                                      test::order(), "*48*EA*", std::string("*") + number + "*EA*"))
                        .accepted());
    }
}

TEST(X12Validation, GivesOneFaultForAMissingLoopStarter) {
    const std::string octets = test::replaced(
        test::replaced(test::order(), "N1*ST*ACME DC 0417*92*0417~\n", ""), "SE*23*", "SE*22*");
    const std::vector<Fault> faults = test::faults_in(test::checked(octets));
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].code, "edi.segment.missing");
    EXPECT_EQ(faults[0].segment, "N1");
    EXPECT_EQ(faults[0].position, 12u) << "where the loss shows: at the N3 behind it";
    EXPECT_EQ(faults[0].loop, "N1");
}

TEST(X12Validation, GivesOneFaultForAMissingMandatoryLoop) {
    std::string octets = test::order();
    const std::size_t from = octets.find("PO1*1*"), to = octets.find("CTT*");
    octets.erase(from, to - from);
    octets = test::replaced(octets, "SE*23*", "SE*17*");
    const std::vector<Fault> faults = test::faults_in(test::checked(octets));
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].code, "edi.segment.missing");
    EXPECT_EQ(faults[0].segment, "PO1");
}

TEST(X12Validation, WarnsOfWhatDoesNoHarm) {
    for (const auto& [from, to, code] : std::initializer_list<std::array<const char*, 3>>{
             {"CTT*2~", "CTT*2**~", "edi.element.trailing-separator"},
             {"N1*BT*ACME RETAIL INC*92*9999~",
              "N1*BT*ACME RETAIL INC*92*9999*  *01~",
              "edi.element.blank"},
             {"ST*850*0001~", "ST*850*0001*004010~", "edi.set.version-element"},
             {"GS*PO*", "GS*IN*", "edi.set.wrong-group"},
             {"*261120*1015*", "*261320*1015*", "x12.isa.date"},
             {"*261120*1015*", "*261120*2515*", "x12.isa.time"},
             {"*ZZ*ACMERETAIL", "*Q?*ACMERETAIL", "x12.isa.code"}}) {
        SCOPED_TRACE(to);
        const Report report = test::checked(test::replaced(test::order(), from, to));
        EXPECT_THAT(test::codes_in(report), ElementsAre(code));
        EXPECT_TRUE(report.accepted());
    }
}

TEST(X12Validation, JudgesControlNumbersAndCounts) {
    struct Case {
        std::string_view from, to, code;
        Scope scope;
    };
    for (const Case& one : std::initializer_list<Case>{
             {"SE*23*0001", "SE*22*0001", "edi.set.count", Scope::Transaction},
             {"SE*23*0001", "SE*0023*0001", "", Scope::Transaction},
             {"SE*23*0001", "SE*23*0002", "edi.set.control-mismatch", Scope::Transaction},
             {"GE*1*417", "GE*2*417", "edi.group.count", Scope::Group},
             {"GE*1*417", "GE*1*418", "edi.group.control-mismatch", Scope::Group},
             {"GE*1*417", "GE*1*000417", "", Scope::Group},
             {"IEA*1*", "IEA*2*", "edi.interchange.count", Scope::Interchange},
             {"IEA*1*000000417",
              "IEA*1*000000418",
              "edi.interchange.control-mismatch",
              Scope::Interchange},
             {"*00401*000000417", "*00401*00000041A", "x12.isa.control", Scope::Interchange}}) {
        SCOPED_TRACE(one.to);
        std::string octets = test::replaced(test::order(), one.from, one.to);
        if (one.code == "x12.isa.control")
            octets = test::replaced(octets, "IEA*1*000000417", "IEA*1*00000041A");
        const Report report = test::checked(octets);
        if (one.code.empty()) {
            EXPECT_TRUE(report.accepted());
            continue;
        }
        ASSERT_THAT(test::codes_in(report), ElementsAre(one.code));
        EXPECT_EQ(test::faults_in(report)[0].scope, one.scope);
        EXPECT_FALSE(report.accepted());
    }
}

TEST(X12Validation, FindsControlNumbersUsedTwice) {
    const std::string two = test::read(test::golden("x12/850-two-sets-one-bad-invalid.edi"));
    const Report report = test::checked(test::replaced_all(two, "*0002~", "*0001~"));
    EXPECT_THAT(test::codes_in(report), testing::Contains("edi.set.control-duplicate"));
}

TEST(X12Validation, SaysWhenSetOrReleaseIsNotInstalled) {
    EXPECT_THAT(test::codes_in(test::checked(test::replaced(test::order(), "ST*850*", "ST*851*"))),
                ElementsAre("edi.set.unsupported"));
    EXPECT_THAT(
        test::codes_in(test::checked(test::replaced(test::order(), "*X*004010", "*X*003060"))),
        ElementsAre("edi.group.version", "edi.set.unsupported"));
}

TEST(X12Validation, ChoosesTheSchemaByGroupVersionNeverByTheInterchange) {
    EXPECT_TRUE(test::checked(test::replaced(test::order(), "*U*00401*", "*U*00200*")).accepted());
    std::string later = test::replaced(test::order(), "*X*004010", "*X*005010");
    EXPECT_THAT(test::codes_in(test::checked(later)), ElementsAre("edi.segment.not-in-set"))
        << "005010 has MTX in place of MSG";
    EXPECT_TRUE(test::checked(test::replaced(later, "MSG*DELIVER", "MTX**DELIVER")).accepted());
}

TEST(X12Validation, LetsAPartnerChangeASeverity) {
    ValidationOptions options;
    options.severities["edi.element.code"] = Severity::Warning;
    EXPECT_TRUE(
        test::checked(test::replaced(test::order(), "N1*ST*", "N1*0X*"), options).accepted());
    options.severities = {{"edi.element.trailing-separator", Severity::Error}};
    EXPECT_FALSE(
        test::checked(test::replaced(test::order(), "CTT*2~", "CTT*2**~"), options).accepted());
}

TEST(X12Validation, KeepsTheFirstFaultsAndCountsTheRest) {
    ValidationOptions options;
    options.faults = 3;
    const Report report =
        test::checked(test::replaced_all(test::order(), "*EA*", "*QQQQ*"), options);
    const Report flood = test::checked(test::replaced(test::order(),
                                                      "CTT*2~",
                                                      [] {
                                                          std::string many;
                                                          for (int i = 0; i < 50; ++i)
                                                              many += "QQQ*1~\n";
                                                          return many + "CTT*2~";
                                                      }()),
                                       options);
    EXPECT_FALSE(report.accepted());
    const TransactionReport& one = flood.interchanges[0].groups[0].transactions[0];
    EXPECT_EQ(one.faults.size(), 3u);
    EXPECT_EQ(one.faults_left_out, 48u) << "50 unknown segments and the wrong count";
}

TEST(X12Validation, RefusesLowerCaseWhereThePartnerIsHeldToTheBasicSet) {
    const std::string octets = test::replaced(test::order(), "JANE BUYER", "Jane Buyer");
    EXPECT_TRUE(test::checked(octets).accepted());
    ValidationOptions basic;
    basic.extended_characters = false;
    EXPECT_THAT(test::codes_in(test::checked(octets, basic)), ElementsAre("edi.element.character"));
}

std::string notice(std::string_view levels, std::string_view structure = "0001") {
    std::string body = "ST*856*0001~BSN*00*S1*20261120*1015*" + std::string(structure) + "~" +
                       std::string(levels) + "CTT*1~";
    const auto segments = std::count(body.begin(), body.end(), '~') + 1;
    std::string octets = test::order();
    const std::size_t from = octets.find("ST*850"), to = octets.find("GE*1");
    octets.replace(from, to - from, body + "SE*" + std::to_string(segments) + "*0001~\n");
    return test::replaced(octets, "GS*PO*", "GS*SH*");
}

TEST(X12Validation, BuildsTheShipNoticeTreeFromParentNumbers) {
    auto document = read_x12(notice(
        "HL*1**S~HL*2*1*O~PRF*PO1~HL*3*2*P~HL*4*3*I~LIN**UP*1~HL*5*2*P~HL*6*5*I~LIN**UP*2~"));
    ASSERT_TRUE(document);
    const Report report = validate(*document, test::schemas());
    EXPECT_THAT(test::codes_in(report), IsEmpty());
    const Transaction& shipment = document->interchanges[0].groups[0].transactions[0];
    const std::vector<std::uint32_t> roots = shipment.tree_children(None);
    ASSERT_EQ(roots.size(), 1u);
    const std::vector<std::uint32_t> orders = shipment.tree_children(roots[0]);
    ASSERT_EQ(orders.size(), 1u);
    const std::vector<std::uint32_t> packs = shipment.tree_children(orders[0]);
    ASSERT_EQ(packs.size(), 2u);
    EXPECT_EQ(shipment.trigger(shipment.loops[shipment.tree_children(packs[1])[0]]).text(1), "6");
}

TEST(X12Validation, FindsBrokenShipNoticeTrees) {
    EXPECT_THAT(test::codes_in(test::checked(notice("HL*1**S~HL*2*9*O~"))),
                testing::Contains("edi.tree.parent"))
        << "unknown parent";
    EXPECT_THAT(test::codes_in(test::checked(notice("HL*1**S~HL*2*2*O~"))),
                testing::Contains("edi.tree.parent"))
        << "its own parent";
    EXPECT_THAT(test::codes_in(test::checked(notice("HL*1**S~HL*2*3*O~HL*3*2*P~"))),
                testing::Contains("edi.tree.parent"))
        << "cycle";
    EXPECT_THAT(test::codes_in(test::checked(notice("HL*1**S~HL*1*1*O~"))),
                testing::Contains("edi.tree.duplicate"));
    const Report unknown = test::checked(notice("HL*1**S~HL*2*1*W~"));
    EXPECT_THAT(test::codes_in(unknown), ElementsAre("edi.tree.level"));
    EXPECT_TRUE(unknown.accepted()) << "an unknown level is kept, not refused";
}

TEST(X12Validation, WalksAChainOfAHundredThousandLevelsWithoutRecursion) {
    std::string chain = "HL*1**S~";
    for (int i = 2; i <= 100'000; ++i)
        chain += "HL*" + std::to_string(i) + "*" + std::to_string(i - 1) + "*I~";
    auto document = read_x12(notice(chain));
    ASSERT_TRUE(document);
    ValidationOptions options;
    options.faults = 10;
    validate(*document, test::schemas(), options);
    EXPECT_EQ(document->interchanges[0].groups[0].transactions[0].loops.size(), 100'001u);
}

}  // namespace
}  // namespace sallyport::edi
