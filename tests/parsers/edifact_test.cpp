// SPDX-License-Identifier: Apache-2.0
#include "parsers/edifact.h"

#include "edi_fixture.h"

#include "parsers/ack.h"
#include "parsers/edi.h"

#include <gtest/gtest.h>

namespace sallyport::edi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::string orders() {
    return test::read(test::golden("edifact/orders-d96a-valid.edi"));
}

Report judged(std::string octets) {
    auto document = read(std::move(octets));
    EXPECT_TRUE(document) << document.error().text();
    return document ? validate(*document, test::schemas()) : Report{};
}

const Transaction& message_of(const Document& document) {
    return document.interchanges.at(0).groups.at(0).transactions.at(0);
}

const Segment& first(const Transaction& message, std::string_view tag) {
    for (const Segment& segment : message.segments) {
        if (segment.tag == tag) return segment;
    }
    ADD_FAILURE() << "no segment " << tag;
    return message.segments.front();
}

std::string errors(const Report& report) {
    std::string text;
    for (const Fault& fault : test::faults_in(report))
        text += std::string(fault.code) + " " + fault.segment + " " +
                std::to_string(fault.position) + ": " + fault.message + "\n";
    return text;
}

TEST(Edifact, GivesEveryFixtureTheVerdictItsNameStates) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(test::golden("edifact"))) {
        if (entry.path().extension() != ".edi") continue;
        SCOPED_TRACE(entry.path().filename().string());
        ++count;
        const std::string octets = test::read(entry.path());
        auto document = read(octets);
        ASSERT_TRUE(document) << document.error().text();
        EXPECT_EQ(emit(*document), octets);
        const Report report = validate(*document, test::schemas());
        EXPECT_EQ(emit(*document), octets) << "placing segments must not change what is emitted";
        EXPECT_EQ(report.accepted(),
                  entry.path().stem().string().find("-invalid") == std::string::npos)
            << errors(report);
    }
    EXPECT_GT(count, 10u);
}

TEST(Edifact, ReadsReleasedCharactersAsData) {
    auto document = read(orders());
    ASSERT_TRUE(document);
    EXPECT_EQ(first(message_of(*document), "FTX").text(4), "DELIVER TO DOCK 7: RING TWICE");
    document = read(test::replaced(orders(), "STEEL BRACKET", "A?'B?+C??D?:E"));
    ASSERT_TRUE(document);
    EXPECT_EQ(first(message_of(*document), "IMD").text(3, 4), "A'B+C?D:E 4 IN");
    EXPECT_EQ(message_of(*document).segments.size(), 23u);
}

TEST(Edifact, ReadsTheCharacterSetTheSyntaxIdentifierNames) {
    auto document = read(test::read(test::golden("edifact/orders-latin1-valid.edi")));
    ASSERT_TRUE(document);
    EXPECT_EQ(first(message_of(*document), "CTA").text(2, 2), "J\xC3\xB6rg K\xC3\xA4ufer");
    document = read(test::replaced(test::replaced(orders(), "UNOC:3", "UNOD:3"), "JANE", "\xB1"));
    ASSERT_TRUE(document);
    EXPECT_EQ(first(message_of(*document), "CTA").text(2, 2), "\xC4\x85 BUYER") << "ISO 8859-2";
    document =
        read(test::replaced(test::replaced(orders(), "UNOC:3", "UNOY:4"), "JANE", "J\xC3\xB6rg"));
    ASSERT_TRUE(document);
    EXPECT_EQ(first(message_of(*document), "CTA").text(2, 2), "J\xC3\xB6rg BUYER");
}

TEST(Edifact, TakesTheAsteriskForARepetitionOnlyInSyntaxFour) {
    auto document = read(
        test::replaced(test::replaced(orders(), "UNA:+.? '", "UNA:+.?*'"), "STEEL BRACKET", "A*B"));
    ASSERT_TRUE(document);
    EXPECT_EQ(first(message_of(*document), "IMD").text(3, 4), "A*B 4 IN");
    document = read(test::replaced(
        test::read(test::golden("edifact/orders-syntax4-valid.edi")), "STEEL BRACKET", "A*B"));
    ASSERT_TRUE(document);
    EXPECT_EQ(first(message_of(*document), "IMD").text(3, 4), "A");
    EXPECT_EQ(first(message_of(*document), "IMD").repetitions(3), 2u);
}

TEST(Edifact, CountsRepeatsBelowSyntaxFourAsRepetitions) {
    auto document = read(test::replaced(test::read(test::golden("edifact/orders-d01b-valid.edi")),
                                        "COM+2145550100:TE",
                                        "COM+2145550100:TE+jane@example.com:EM"));
    ASSERT_TRUE(document);
    const Report report = validate(*document, test::schemas());
    EXPECT_TRUE(report.accepted()) << errors(report);
    EXPECT_EQ(first(message_of(*document), "COM").text(1, 2, 2), "EM");
}

TEST(Edifact, ShapesGroupsBySchemaAndAreas) {
    auto document = read(orders());
    ASSERT_TRUE(document);
    ASSERT_TRUE(validate(*document, test::schemas()).accepted());
    const Transaction& order = message_of(*document);
    ASSERT_NE(order.schema, nullptr);
    std::vector<std::string> groups;
    for (const std::uint32_t loop : order.child_loops(0))
        groups.emplace_back(order.schema->nodes[order.loops[loop].node].id);
    EXPECT_THAT(groups, ElementsAre("SG1", "SG2", "SG2", "SG2", "SG7", "SG25", "SG25"));
}

struct Injection {
    const char *from, *to, *code, *segment;
    std::uint32_t position;
    std::uint16_t element, component;
    const char* edifact;
};
const Injection Injections[] = {
    {"BGM+220+",
     "BGM+220+45000123456789012345678901234567890",
     "edi.element.too-long",
     "BGM",
     2,
     2,
     0,
     "39"},
    {"DTM+137:20261120:102", "DTM+:20261120:102", "edi.element.missing", "DTM", 3, 1, 1, "13"},
    {"QTY+21:48", "QTY+21:4A", "edi.element.number", "QTY", 16, 1, 2, "37"},
    {"PRI+AAA:10.5", "PRI+AAA:.5", "edi.element.decimal", "PRI", 17, 1, 2, "38"},
    {"NAD+BY+", "NAD+0X+", "edi.element.code", "NAD", 7, 1, 0, "12"},
    {"CUX+2:EUR:9", "CUX+2:EUR:9:1:2:3", "edi.component.too-many", "CUX", 12, 1, 5, "16"},
    {"UNS+S'", "QQQ+S'\nUNS+S'", "edi.segment.unknown", "QQQ", 21, 0, 0, "15"},
    {"UNS+S'", "BGM+220'\nUNS+S'", "edi.segment.sequence", "BGM", 21, 0, 0, "15"},
    {"RFF+CT:652744'", "'", "edi.segment.empty", "", 6, 0, 0, "20"},
    {"BGM+220+4500012345+9'\n", "", "edi.segment.missing", "BGM", 2, 0, 0, "13"},
};

TEST(Edifact, ReportsOneFaultPerCauseAtItsPlace) {
    for (const Injection& injection : Injections) {
        SCOPED_TRACE(std::string(injection.from) + " -> " + injection.to);
        std::string octets = test::replaced(orders(), injection.from, injection.to);
        auto document = read(octets);
        ASSERT_TRUE(document);
        octets =
            test::replaced(octets,
                           "UNT+23+",
                           "UNT+" + std::to_string(message_of(*document).segments.size()) + "+");
        const Report report = judged(octets);
        const std::vector<Fault> faults = test::faults_in(report);
        ASSERT_EQ(faults.size(), 1u) << errors(report);
        EXPECT_EQ(faults[0].code, injection.code);
        EXPECT_EQ(faults[0].segment, injection.segment);
        EXPECT_EQ(faults[0].position, injection.position);
        EXPECT_EQ(faults[0].element, injection.element);
        EXPECT_EQ(faults[0].component, injection.component);
        EXPECT_EQ(faults[0].ack.edifact, injection.edifact);
    }
}

TEST(Edifact, JudgesReferencesAndCounts) {
    for (const auto& [from, to, code] : std::initializer_list<std::array<const char*, 3>>{
             {"UNT+23+1", "UNT+22+1", "edi.set.count"},
             {"UNT+23+1", "UNT+23+2", "edi.set.control-mismatch"},
             {"UNZ+1+417", "UNZ+2+417", "edi.interchange.count"},
             {"UNZ+1+417", "UNZ+1+418", "edi.interchange.control-mismatch"},
             {"UNZ+1+417'", "", "edi.interchange.trailer-missing"}}) {
        SCOPED_TRACE(to);
        EXPECT_THAT(test::codes_in(judged(test::replaced(orders(), from, to))), ElementsAre(code));
    }
    EXPECT_THAT(test::codes_in(judged(test::replaced(orders(), "UNT+23+1", "UNT+000023+1"))),
                IsEmpty())
        << "leading zeros are no fault";
}

TEST(Edifact, ReadsGroupsAndRefusesToMixThemWithMessages) {
    std::string grouped =
        test::replaced(orders(), "UNH+1", "UNG+ORDERS+A+B+261120:1015+9+UN+D:96A'\nUNH+1");
    grouped = test::replaced(grouped, "UNZ+1", "UNE+1+9'\nUNZ+1");
    const Report report = judged(grouped);
    EXPECT_TRUE(report.accepted()) << errors(report);
    EXPECT_EQ(report.interchanges[0].groups[0].control, "9");
    const std::string message =
        orders().substr(orders().find("UNH"), orders().find("UNZ") - orders().find("UNH"));
    const Report mixed = judged(test::replaced(
        grouped,
        "UNZ+1",
        test::replaced_all(test::replaced(message, "UNH+1", "UNH+2"), "+1'\n", "+2'\n") + "UNZ+1"));
    EXPECT_THAT(test::codes_in(mixed), testing::Contains("edifact.mixed"));
}

TEST(Edifact, DerivesSeparatorsThatNoAdviceAnnounced) {
    std::string octets = test::replaced(orders(), "UNA:+.? '\n", "");
    octets = test::replaced_all(test::replaced_all(octets, "+", "="), ":", ",");
    const Report report = judged(octets);
    EXPECT_THAT(test::repairs_in(report), ElementsAre("edifact.repair.separators"));
    EXPECT_EQ(report.interchanges[0].sender, "4012345000009");
}

TEST(Edifact, AcceptsAFileWithoutEnvelopeOnlyAsFaulty) {
    const std::string message =
        orders().substr(orders().find("UNH"), orders().find("UNZ") - orders().find("UNH"));
    EXPECT_THAT(test::codes_in(judged(message)), ElementsAre("edi.interchange.structure"));
    EXPECT_EQ(read_edifact("hello").error().code(), "edifact.unb.missing");
    EXPECT_EQ(read_edifact("").error().code(), "edi.empty");
}

TEST(Edifact, RoundTripsWhateverItAccepts) {
    const std::string good = orders();
    for (const std::string& octets : {good,
                                      good + good,
                                      "\xEF\xBB\xBF" + good,
                                      "mail\n" + good,
                                      good + "rest",
                                      good.substr(0, 200),
                                      test::replaced_all(good, "'\n", "'\r\n"),
                                      test::replaced(good, "BGM+", "BGM++++"),
                                      test::replaced(good, "DTM+2", "?'DTM+2"),
                                      test::replaced(good, "UNS+S'", "UNS+S''''"),
                                      good.substr(0, good.size() - 2)}) {
        auto document = read_edifact(octets);
        ASSERT_TRUE(document) << document.error().text();
        EXPECT_EQ(emit(*document), octets);
        validate(*document, test::schemas());
        EXPECT_EQ(emit(*document), octets);
    }
}

DraftEdifact draft() {
    DraftEdifact interchange;
    interchange.separators = edifact_separators();
    interchange.sender = {"4098765000004", "14"};
    interchange.receiver = {"4012345000009", "14"};
    interchange.date = "261120";
    interchange.time = "1015";
    interchange.control = "5";
    DraftMessage message;
    message.type = "ORDERS";
    message.version = "D";
    message.release = "96A";
    message.reference = "1";
    DraftSegment bgm("BGM", {"220", "PO?1"});
    message.body.push_back(bgm);
    interchange.messages.push_back(message);
    return interchange;
}

TEST(EdifactWriter, ReleasesSeparatorsAndCountsItself) {
    const auto written = write_edifact(draft());
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_EQ(*written,
              "UNA:+.? "
              "'UNB+UNOC:3+4098765000004:14+4012345000009:14+261120:1015+5'UNH+1+ORDERS:D:96A:UN'"
              "BGM+220+PO??1'UNT+3+1'UNZ+1+5'");
}

// Found by fuzzing: written as elements of their own, repeats pushed what follows out of its place.
TEST(EdifactWriter, RepeatsBelowSyntaxFourOnlyWhatStandsLast) {
    DraftEdifact out = draft();
    DraftSegment com("COM");
    com.set({1, 1, 1}, "2145550100");
    com.set({1, 1, 2}, "2145550199");
    out.messages[0].body = {com};
    auto written = write_edifact(out);
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_NE(written->find("COM+2145550100+2145550199'"), std::string::npos) << *written;

    com.set({2, 1, 1}, "BEHIND");
    out.messages[0].body = {com};
    written = write_edifact(out);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), "edi.write.repetition");

    out.syntax_version = '4';
    out.separators = edifact_separators('4');
    out.date = "20261120";
    written = write_edifact(out);
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_NE(written->find("COM+2145550100*2145550199+BEHIND'"), std::string::npos) << *written;
}

TEST(EdifactWriter, WritesGroupsWithTheirOwnReferencesAndCounts) {
    DraftEdifact interchange = draft();
    DraftMessageGroup group;
    group.type = interchange.messages[0].type;
    group.sender = {"SENDER DIVISION", "14"};
    group.receiver = {"RECEIVER DIVISION", "14"};
    group.date = interchange.date;
    group.time = interchange.time;
    group.control = "G1";
    group.version = interchange.messages[0].version;
    group.release = interchange.messages[0].release;
    group.messages = interchange.messages;
    interchange.groups = {group, group};
    const auto both = write_edifact(interchange);
    ASSERT_FALSE(both);
    EXPECT_EQ(both.error().code(), "edifact.write.field");
    interchange.messages.clear();
    interchange.groups[1].control = "G2";
    interchange.groups[1].messages[0].reference = "2";
    const auto written = write_edifact(interchange);
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_THAT(*written, testing::HasSubstr("UNE+1+G1'"));
    EXPECT_THAT(*written, testing::HasSubstr("UNZ+2+"));
    const Report report = judged(*written);
    EXPECT_TRUE(report.interchanges[0].faults.empty()) << errors(report);
    EXPECT_TRUE(report.interchanges[0].groups[0].faults.empty()) << errors(report);
    ASSERT_EQ(report.interchanges[0].groups.size(), 2u);
    EXPECT_EQ(report.interchanges[0].groups[1].control, "G2");
    EXPECT_EQ(report.interchanges[0].groups[1].sender, "SENDER DIVISION");
    interchange.groups[0].messages[0].type = "DESADV";
    EXPECT_FALSE(write_edifact(interchange)) << "one type to a group";
}

TEST(EdifactWriter, WritesTheCharacterSetAndRefusesWhatItLacks) {
    DraftEdifact interchange = draft();
    interchange.messages[0].body[0].set(2, "J\xC3\xB6rg");
    auto written = write_edifact(interchange);
    ASSERT_TRUE(written);
    EXPECT_NE(written->find("J\xF6rg"), std::string::npos);
    interchange.messages[0].body[0].set(2, "\xE2\x82\xAC 5");
    EXPECT_EQ(write_edifact(interchange).error().code(), "edi.write.character");
    interchange.syntax = "UNOA";
    interchange.messages[0].body[0].set(2, "J\xC3\xB6rg");
    EXPECT_EQ(write_edifact(interchange).error().code(), "edi.write.character");
}

TEST(EdifactWriter, RefusesControlCharactersAndSaysWhere) {
    for (const char octet : {'\0', '\t', '\n', '\r', '\x1F', '\x7F'}) {
        SCOPED_TRACE(static_cast<int>(octet));
        DraftEdifact interchange = draft();
        interchange.messages[0].body[0].set({1, 4, 1}, std::string("A") + octet + "B");
        const auto written = write_edifact(interchange);
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().code(), "edi.write.character");
        EXPECT_NE(written.error().text().find("element 1, component 4 of " +
                                              interchange.messages[0].body[0].tag()),
                  std::string::npos)
            << written.error().text();
        EXPECT_FALSE(written.error().remedy().empty());
    }
    DraftEdifact interchange = draft();
    interchange.control = "4\n17";
    EXPECT_EQ(write_edifact(interchange).error().code(), "edi.write.character");
}

ContrlEnvelope contrl_envelope() {
    return {.control = "55",
            .reference = "56",
            .date = "20261120",
            .time = "1016",
            .receipt_only = false};
}

TEST(Contrl, AcknowledgesAGoodInterchange) {
    const auto written = write_contrl(judged(orders()).interchanges[0], contrl_envelope());
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_EQ(
        *written,
        "UNA:+.? "
        "'UNB+UNOC:3+4098765000004:14+4012345000009:14+261120:1016+55'UNH+56+CONTRL:D:3:UN'UCI+417+"
        "4012345000009:14+4098765000004:14+7'UCM+1+ORDERS:D:96A:UN:EAN008+7'UNT+4+56'UNZ+1+55'");
    EXPECT_TRUE(judged(*written).accepted()) << errors(judged(*written));
}

TEST(Contrl, StatesSegmentAndElementOfEachFault) {
    const auto written = write_contrl(
        judged(test::replaced(
                   test::replaced(orders(), "QTY+21:48", "QTY+21:4A"), "UNS+S'", "BGM+1'\nUNS+S'"))
            .interchanges[0],
        contrl_envelope());
    ASSERT_TRUE(written);
    EXPECT_NE(written->find("UCM+1+ORDERS:D:96A:UN:EAN008+4+29+UNT+2'UCS+16'UCD+37+2:2'UCS+21+15'"),
              std::string::npos)
        << *written;
    EXPECT_TRUE(judged(*written).accepted()) << errors(judged(*written));
}

std::string grouped(const std::string& group, const std::string& orders) {
    const std::size_t unh = orders.find("UNH+"), unz = orders.find("UNZ+");
    return orders.substr(0, unh) + "UNG+ORDERS+" + group + "+261120:1015+5+UN+D:96A:EAN008'\n" +
           orders.substr(unh, unz - unh) + "UNE+1+5'\n" + orders.substr(unz);
}

// S006 and S007 of the UNG with their qualifiers (0007): who the group was from and to.
TEST(Contrl, NamesTheGroupByItsPartiesAndTheirQualifiers) {
    const auto written =
        write_contrl(judged(grouped("4012345000016:14+4098765000011:9", orders())).interchanges[0],
                     contrl_envelope());
    ASSERT_TRUE(written);
    EXPECT_NE(written->find("+7'UCF+5+4012345000016:14+4098765000011:9+7'UCM+1+ORDERS"),
              std::string::npos)
        << *written;
    EXPECT_TRUE(judged(*written).accepted()) << errors(judged(*written));
}

TEST(Contrl, LeavesOutTheQualifiersTheGroupHasNot) {
    const auto written =
        write_contrl(judged(grouped("4012345000016+4098765000011", orders())).interchanges[0],
                     contrl_envelope());
    ASSERT_TRUE(written);
    EXPECT_NE(written->find("UCF+5+4012345000016+4098765000011+7'"), std::string::npos) << *written;
    EXPECT_TRUE(judged(*written).accepted()) << errors(judged(*written));
}

TEST(Contrl, ReadsBackWhatItSaysOfGroups) {
    const std::string bad = test::replaced(grouped("40:14+41:ZZ", orders()), "UNE+1+5", "UNE+2+5");
    auto written = write_contrl(judged(bad).interchanges[0], contrl_envelope());
    ASSERT_TRUE(written);
    auto document = read(*written);
    ASSERT_TRUE(document);
    auto answers = read_contrl(*document);
    ASSERT_TRUE(answers) << answers.error().text();
    ASSERT_EQ(answers->at(0).groups.size(), 1u);
    const ContrlGroup& rejected = answers->at(0).groups[0];
    EXPECT_EQ(rejected.control, "5");
    EXPECT_EQ(rejected.sender + ":" + rejected.sender_qualifier, "40:14");
    EXPECT_EQ(rejected.receiver + ":" + rejected.receiver_qualifier, "41:ZZ");
    EXPECT_EQ(rejected.action, '4');
    EXPECT_EQ(rejected.code, "29");
    EXPECT_TRUE(answers->at(0).messages.empty()) << "a group is rejected as a whole";

    written =
        write_contrl(judged(grouped("40:14+41:14", orders())).interchanges[0], contrl_envelope());
    document = read(*written);
    answers = read_contrl(*document);
    ASSERT_TRUE(answers);
    EXPECT_EQ(answers->at(0).groups.at(0).action, '7');
    ASSERT_EQ(answers->at(0).messages.size(), 1u);
    EXPECT_EQ(answers->at(0).messages[0].group, "5");
}

TEST(Contrl, RejectsABrokenInterchangeAsAWhole) {
    const auto written =
        write_contrl(judged(test::replaced(orders(), "UNZ+1+417", "UNZ+2+417")).interchanges[0],
                     contrl_envelope());
    ASSERT_TRUE(written);
    EXPECT_NE(written->find("UCI+417+4012345000009:14+4098765000004:14+4+29+UNZ+2'UNT+3"),
              std::string::npos)
        << *written;
}

TEST(Contrl, IsNeverMadeForAContrl) {
    const auto written = write_contrl(
        judged(test::read(test::golden("edifact/contrl-accepted-valid.edi"))).interchanges[0],
        contrl_envelope());
    ASSERT_TRUE(written);
    EXPECT_EQ(*written, "");
}

TEST(Contrl, ReadsWhatAPartnerSaysAboutOurDocuments) {
    auto document = read(test::read(test::golden("edifact/contrl-rejected-valid.edi")));
    ASSERT_TRUE(document);
    const auto answers = read_contrl(*document);
    ASSERT_TRUE(answers) << answers.error().text();
    ASSERT_EQ(answers->size(), 1u);
    const ContrlAnswer& answer = answers->front();
    EXPECT_EQ(answer.control, "93");
    EXPECT_EQ(answer.action, '7');
    ASSERT_EQ(answer.messages.size(), 1u);
    EXPECT_EQ(answer.messages[0].action, '4');
    EXPECT_EQ(answer.messages[0].version, "D96A");
    ASSERT_EQ(answer.messages[0].details.size(), 3u);
    EXPECT_EQ(answer.messages[0].details[0].segment_position, 5u);
    EXPECT_EQ(answer.messages[0].details[0].element, 2u);
    EXPECT_EQ(answer.messages[0].details[0].component, 1u);
    EXPECT_EQ(answer.messages[0].details[1].code, "39");
    EXPECT_EQ(answer.messages[0].details[2].segment_code, "15");
}

}  // namespace
}  // namespace sallyport::edi
