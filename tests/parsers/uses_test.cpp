// SPDX-License-Identifier: Apache-2.0
// What an association asks beyond the standard: chosen by what the document says of itself, the base alone otherwise; and
// sets that releases lend each other.
#include "edi_fixture.h"
#include "stream_compare.h"

#include "parsers/ack.h"
#include "parsers/edi.h"
#include "parsers/guide.h"

#include <gtest/gtest.h>

namespace sallyport::edi {
namespace {

using test::order;
using test::replaced;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string orders() {
    return test::read(test::golden("edifact/orders-d96a-valid.edi"));
}

Report judged(const std::string& octets, std::string_view guide_text = {}) {
    auto guide = Guide::parse(guide_text, "acme.guide", test::schemas());
    EXPECT_TRUE(guide) << guide.error().text();
    StreamOptions stream;
    stream.validation.guide = &*guide;
    EXPECT_EQ(test::difference(octets, test::schemas(), stream), "");
    auto document = read(octets);
    EXPECT_TRUE(document) << document.error().text();
    return document ? validate(*document, test::schemas(), stream.validation) : Report{};
}

TEST(Uses, EveryOneShippedIsListed) {
    std::vector<std::string> names;
    for (const SchemaSet::UseName& use : test::schemas().uses())
        names.emplace_back(use.name);
    EXPECT_THAT(names, testing::UnorderedElementsAre("EANCOM-1997", "EANCOM-2002", "UCS", "VICS"));
}

TEST(Uses, TheAssociationCodeChoosesEancom) {
    const std::string bad = replaced(orders(), "BGM+220+4500012345+9'", "BGM+105+4500012345+9'");
    const Report report = judged(bad);
    EXPECT_TRUE(report.accepted()) << "an association's rules are warnings";
    const auto faults = test::faults_in(report);
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].code, "guide.element.code");
    EXPECT_EQ(faults[0].segment, "BGM");
    EXPECT_EQ(faults[0].element, 1);
    EXPECT_EQ(faults[0].component, 1);
    EXPECT_THAT(faults[0].message, HasSubstr("EANCOM-1997"));
    EXPECT_THAT(faults[0].message, HasSubstr("EANCOM-1997-D96A.use:"));
    EXPECT_THAT(test::codes_in(judged(replaced(bad, ":UN:EAN008", ":UN"))), IsEmpty())
        << "without an association code the directory alone counts";
    EXPECT_THAT(test::codes_in(judged(replaced(bad, ":UN:EAN008", ":UN:ODETTE"))), IsEmpty());
}

TEST(Uses, TheReleaseSuffixChoosesVicsInEveryRelease) {
    const std::string vics = replaced(order(), "*004010~", "*004010VICS~");
    EXPECT_THAT(test::codes_in(judged(vics)), IsEmpty());
    const std::size_t at = vics.find("PO1*");
    const std::string line = vics.substr(at, vics.find('~', at) - at);
    const std::string bad = replaced(vics, line, "PO1*1*****VN*4711");
    EXPECT_THAT(test::codes_in(judged(replaced(bad, "*004010VICS~", "*004010~"))), IsEmpty());
    const auto faults = test::faults_in(judged(bad));
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].code, "guide.element.missing");
    EXPECT_EQ(faults[0].segment, "PO1");
    EXPECT_EQ(faults[0].element, 2);
    EXPECT_EQ(faults[0].severity, Severity::Warning);
}

TEST(Uses, APartnersGuideChoosesOrRefusesAUse) {
    const std::string bad = replaced(orders(), "BGM+220+4500012345+9'", "BGM+105+4500012345+9'");
    EXPECT_THAT(test::codes_in(judged(bad, "use none\n")), IsEmpty());
    EXPECT_THAT(test::codes_in(judged(replaced(bad, ":UN:EAN008", ":UN"), "use EANCOM-1997\n")),
                ElementsAre("guide.element.code"));
    EXPECT_FALSE(judged(bad, "severity guide.element.code error\n").accepted())
        << "a partner may take the association at its word";
    const auto unknown = Guide::parse("use VIC\n", "acme.guide", test::schemas());
    ASSERT_FALSE(unknown);
    EXPECT_THAT(unknown.error().text(), HasSubstr("VICS"));
}

TEST(Uses, ASiteAddsItsOwnAndReplacesByName) {
    const test::TempSchemas own("x12/uses/VICS.use",
                                "# ours\nuse VICS x12 * VICS\n\nin x12 004010 850\n  forbid CUR\n");
    const std::array<std::filesystem::path, 2> directories{
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "parsers" / "schemas", own.path()};
    const auto schemas = SchemaSet::load(directories);
    ASSERT_TRUE(schemas) << schemas.error().text();
    auto document = read(replaced(order(), "*004010~", "*004010VICS~"));
    ASSERT_TRUE(document);
    const Report report = validate(*document, *schemas);
    EXPECT_THAT(test::codes_in(report), ElementsAre("guide.segment.forbidden"));
    EXPECT_THAT(test::faults_in(report)[0].message, HasSubstr("VICS.use:5"));
    EXPECT_EQ(schemas->uses().size(), test::schemas().uses().size());
}

TEST(Uses, AFileWithAMistakeNamesItsLine) {
    struct Mistake {
        const char* text;
        const char* code;
        std::uint32_t line;
    };
    const Mistake mistakes[] = {
        {"# x\nuse VICS x12 *\n", "schema.syntax", 2},
        {"use VICS x13 * VICS\n", "schema.syntax", 1},
        {"use A x12 * A\nseverity edi.count error\n", "schema.syntax", 1},
        {"use A x12 * A\n\nin x12 004010 850\nforbid QQQ\n", "guide.place.unknown", 4}};
    for (const Mistake& one : mistakes) {
        SCOPED_TRACE(one.text);
        const test::TempSchemas own("x12/uses/A.use", one.text);
        const std::array<std::filesystem::path, 2> directories{
            std::filesystem::path(SALLYPORT_SOURCE_DIR) / "parsers" / "schemas", own.path()};
        const auto schemas = SchemaSet::load(directories);
        ASSERT_FALSE(schemas);
        EXPECT_EQ(schemas.error().code(), one.code) << schemas.error().text();
        EXPECT_EQ(schemas.error().place().line, one.line) << schemas.error().text();
    }
}

// A stream keeps no transaction of any length: of a longer one the use is not judged, and that is said.
TEST(Uses, ATransactionTooLongForTheStreamSaysThatItsUseWasNotJudged) {
    std::string octets =
        "UNB+UNOC:3+A:14+B:14+261120:1015+1'UNH+1+ORDERS:D:96A:UN:EAN008'BGM+105+1+9'DTM+137:"
        "20261120:102'";
    constexpr int Lines = 20'000;
    for (int i = 1; i <= Lines; ++i)
        octets += "LIN+" + std::to_string(i) + "'QTY+21:1'";
    octets += "UNS+S'UNT+" + std::to_string(2 * Lines + 5) + "+1'UNZ+1+1'";
    EXPECT_THAT(test::codes_in(judged(octets)), ElementsAre("guide.element.code"));
    StreamOptions options;
    options.transaction_bytes = 64 << 10;
    options.chunk_bytes = 32 << 10;
    ReportCollector collector;
    const Status done =
        validate_stream(test::source_of(octets), test::schemas(), options, collector);
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_TRUE(collector.report().accepted());
    EXPECT_THAT(test::codes_in(collector.report()), ElementsAre("edi.use.not-judged"));
}

TEST(Borrowed, A999UnderAnOlderReleaseIsReadAsItsOwnReleaseDefinesIt) {
    for (const char* release : {"004010", "004030", "004060"}) {
        SCOPED_TRACE(release);
        const auto set = test::schemas().find(Standard::X12, release, "999");
        ASSERT_TRUE(set) << set.error().text();
        EXPECT_EQ((*set)->release, "005010");
        const std::string octets =
            "ISA*00*          *00*          *ZZ*A              *ZZ*B              "
            "*261120*1015*U*00401*000000001*0*T*>~GS*FA*AA*BB*20261120*1015*1*X*" +
            std::string(release) +
            "~ST*999*0001~AK1*PO*7*004010~AK2*850*0001~IK3*N1*8**8~IK4*1*98*7*0X~IK5*R*5~"
            "AK9*R*1*1*0~SE*8*0001~GE*1*1~IEA*1*000000001~";
        const Report report = judged(octets);
        EXPECT_TRUE(report.accepted());
        EXPECT_THAT(test::codes_in(report), ElementsAre("edi.set.borrowed"));
        auto document = read(octets);
        ASSERT_TRUE(document);
        const auto groups = read_997(*document);
        ASSERT_TRUE(groups) << groups.error().text();
        ASSERT_EQ(groups->size(), 1u);
        EXPECT_EQ((*groups)[0].verdict, 'R');
        ASSERT_EQ((*groups)[0].transactions.size(), 1u);
        EXPECT_EQ((*groups)[0].transactions[0].details[0].code, "7");
    }
}

TEST(Borrowed, A999AnsweringAnOlderGroupIsValidUnderItsOwnRelease) {
    const Report received = judged(replaced(order(), "N1*ST*", "N1*0X*"));
    AckEnvelope envelope;
    envelope.form = AckForm::F999;
    envelope.interchange_control = "5";
    envelope.group_control = "5";
    envelope.transaction_control = [] { return std::string("0001"); };
    envelope.date = "20261120";
    envelope.time = "1016";
    const auto written =
        write_997(received.interchanges[0], AcceptancePolicy::RejectTransaction, envelope);
    ASSERT_TRUE(written) << written.error().text();
    const Report answer = judged(*written);
    EXPECT_TRUE(answer.accepted());
    EXPECT_THAT(test::codes_in(answer), ElementsAre("edi.set.borrowed")) << *written;
}

TEST(Borrowed, RoutingRequestsOf004010AreThoseOf004030) {
    for (const char* set : {"753", "754"}) {
        const auto found = test::schemas().find(Standard::X12, "004010", set);
        ASSERT_TRUE(found) << found.error().text();
        EXPECT_EQ((*found)->release, "004030");
    }
    EXPECT_FALSE(test::schemas().find(Standard::X12, "004010", "751"));
}

// The directory D.93A has no such messages; a document that claims one is refused by name.
TEST(Borrowed, ReceivingAdviceAndApplicationErrorsOfD93ADoNotExistAndAreRefusedByName) {
    for (const char* type : {"RECADV", "APERAK"}) {
        const std::string octets = "UNB+UNOA:3+A:14+B:14+261120:1015+1'UNH+1+" + std::string(type) +
                                   ":D:93A:UN'BGM+632+1'UNT+3+1'UNZ+1+1'";
        const auto faults = test::faults_in(judged(octets));
        ASSERT_EQ(faults.size(), 1u);
        EXPECT_EQ(faults[0].code, "edi.set.unsupported");
        EXPECT_THAT(faults[0].message,
                    HasSubstr("release D93A has no schema for \"" + std::string(type) + "\""));
    }
}

TEST(Characters, BasicSetOfX12IsAPartnersChoice) {
    const std::string lower = replaced(order(), "DELIVER TO DOCK 7", "Deliver to dock 7");
    EXPECT_THAT(test::codes_in(judged(lower)), IsEmpty());
    EXPECT_THAT(test::codes_in(judged(lower, "characters extended\n")), IsEmpty());
    const auto faults = test::faults_in(judged(lower, "characters basic\n"));
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].code, "edi.element.character");
    EXPECT_EQ(faults[0].value, "Deliver to dock 7");
    EXPECT_FALSE(
        judged(replaced(order(), "DELIVER TO DOCK 7", "DELIVER \xC3\x89"), "characters basic\n")
            .accepted())
        << "national letters are not of the basic set either";
}

TEST(Characters, SyntaxIdentifiersThatWereAgreed) {
    EXPECT_THAT(test::codes_in(judged(orders(), "characters UNOA UNOB UNOC\n")), IsEmpty());
    const auto faults = test::faults_in(judged(orders(), "characters UNOY\n"));
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].code, "guide.syntax-identifier");
    EXPECT_EQ(faults[0].segment, "UNB");
    EXPECT_EQ(faults[0].ack.edifact, "2");
    EXPECT_THAT(faults[0].message, HasSubstr("UNOY"));
}

TEST(Characters, WhatTheIdentifierLacksIsAnErrorOnceCharactersAreAgreed) {
    const std::string octets =
        "UNB+UNOA:3+A:14+B:14+261120:1015+1'UNH+1+ORDERS:D:96A:UN'BGM+220+abc+9'DTM+137:20261120:"
        "102'LIN+1'UNS+S'UNT+6+1'UNZ+1+1'";
    EXPECT_TRUE(judged(octets).accepted());
    const Report strict = judged(octets, "characters UNOA\n");
    EXPECT_THAT(test::codes_in(strict), ElementsAre("edifact.character-set"));
    EXPECT_FALSE(strict.accepted());
    EXPECT_TRUE(
        judged(octets, "characters UNOA\nseverity edifact.character-set warning\n").accepted());
}

TEST(Characters, MistakesAreNamed) {
    for (const char* text : {"characters\n", "characters base\n", "characters UNOZ\n"}) {
        const auto guide = Guide::parse(text, "acme.guide", test::schemas());
        ASSERT_FALSE(guide) << text;
        EXPECT_EQ(guide.error().code(), "guide.syntax");
    }
}

}  // namespace
}  // namespace sallyport::edi
