// SPDX-License-Identifier: Apache-2.0
#include "map_fixture.h"

#include "gateway/base/file.h"
#include "mappings/map_test.h"
#include "mappings/review.h"
#include "mappings/round_trip.h"
#include "mappings/table_edit.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sallyport::mapping {
namespace {

const char* const Retailer = R"(map retailer version 1
extends "small.map"
table uom { CT <-> case }
replace BEG.03 with BEG.03 | prefix "P" <-> number
in each PO1 {
  CTP[RES].03 <-> retail_price
}
)";
const char* const Small = R"(map small version 3
x12 004010 850 <-> order
table uom { EA <-> unit   CA <-> case }
table purpose { 00 <-> original }
BEG.01 | table purpose <-> purpose default "original"
BEG.02 <- "SA"
BEG.03 <-> number
BEG.05 <-> date
CUR[BY].02 <-> currency default "USD"
REF[DP].02 <-> refs[department]
each PO1 <-> lines {
  .01 <-> no
  .02 <-> quantity
  .03 | table uom <-> unit
  .04 <-> price
  .id[UP] <-> item.upc
}
CTT.01 <-> count(lines)
)";
const char* const Wire =
    "ST*850*0001~BEG*00*SA*P77**20240501~REF*DP*014~PO1*1*24*CT*12.50**UP*012345678905~"
    "CTP**RES*19.99~CTT*1~SE*7*0001~";

ToolContext maps(std::map<std::string, std::string> more = {}) {
    more.emplace("small.map", Small);
    more.emplace("retailer.map", Retailer);
    return context(std::move(more));
}
std::string explained(const std::string& about, bool unused = false, const char* input = Wire) {
    return explain_map(maps(), "retailer.map", {{"order.edi", input}, about, unused, {}}).text;
}

TEST(MapExplain, NamesTheBytesTheRuleAndTheRowThatMadeAField) {
    EXPECT_EQ(explained("lines[1].unit"),
              "lines[1].unit = \"case\"\n"
              "  from    segment 4  PO1.03 \"CT\"\n"
              "          PO1*1*24*CT*12.50**UP*012345678905\n"
              "                   ^^\n"
              "  by      small.map:14  .03 | table uom <-> unit\n"
              "  via     table uom  CT <-> case   retailer.map:3\n");
}
TEST(MapExplain, SaysWhenADefaultSpoke) {
    EXPECT_EQ(explained("currency"),
              "currency = \"USD\"   default, small.map:9  CUR[BY].02 <-> currency default "
              "\"USD\"\n");
}
TEST(MapExplain, SaysWhyAFieldIsNotThere) {
    const char* without = "ST*850*0001~BEG*00*SA*P77**20240501~PO1*1*24*CA~CTT*1~SE*5*0001~";
    EXPECT_NE(explained("lines[1].retail_price", false, without)
                  .find("read by retailer.map:6  CTP[RES].03 <-> retail_price"),
              std::string::npos);
    EXPECT_NE(explained("curency").find("did you mean currency?"), std::string::npos);
}
TEST(MapExplain, SaysTheReverseOfAnElement) {
    const std::string text = explained("REF[DP].02");
    EXPECT_NE(text.find("into    refs[department] = \"014\""), std::string::npos) << text;
    EXPECT_NE(text.find("rules about REF.02:"), std::string::npos) << text;
}
TEST(MapExplain, ListsWhatNoRuleReads) {
    const std::string text = explained(
        "", true, "ST*850*0001~BEG*00*SA*P77**20240501~PO1*1*2*EA*5~PO4*12~CTT*1~SE*6*0001~");
    EXPECT_NE(text.find("segment 4  PO4.01 \"12\"   no rule reads it"), std::string::npos) << text;
    EXPECT_NE(text.find("written by small.map:6"), std::string::npos) << text;
}
TEST(MapExplain, GoesTheOtherWayForADocument) {
    const char* document =
        R"({"number":"77","date":"2024-05-01","lines":[{"no":"1","quantity":"2","unit":"case"}]})";
    const std::string text = explained("PO1.03", false, document);
    EXPECT_NE(text.find("PO1.03 = \"CT\""), std::string::npos) << text;
    EXPECT_NE(text.find("from    lines[1].unit \"case\""), std::string::npos) << text;
    EXPECT_NE(explained("REF[DP].02", false, document).find("refs[department] is absent"),
              std::string::npos);
}

TEST(MapShow, NamesTheOriginOfEveryLine) {
    const std::string text = show_map(maps(), "retailer.map").text;
    const auto line = [&](const std::string& what) {
        const std::size_t at = text.find(what);
        return at == std::string::npos ? std::string() : text.substr(at, text.find('\n', at) - at);
    };
    EXPECT_NE(line("BEG.03").find("# retailer.map:4"), std::string::npos) << text;
    EXPECT_NE(line("BEG.05").find("# small.map:8"), std::string::npos) << text;
    EXPECT_NE(line("CA -> case").find("# small.map:3"), std::string::npos) << text;
    EXPECT_NE(line("CTP[RES].03").find("# retailer.map:6"), std::string::npos) << text;
}

TEST(MapDiff, ComparesRulesRowsAndWhatSamplesBecome) {
    const ToolResult result = diff_maps(maps(), "small.map", "retailer.map", {{"order.edi", Wire}});
    EXPECT_EQ(result.exit_code, 1);
    for (const char* part : {"+ each PO1 > CTP[RES].03",
                             "< BEG.03:  BEG.03 <-> number",
                             "> BEG.03:  BEG.03 | prefix \"P\" <-> number",
                             "+ table uom CT:  CT <-> case",
                             "[1].number: expected \"P77\", got \"77\"",
                             "lines[1].retail_price: expected nothing, got \"19.99\""})
        EXPECT_NE(result.text.find(part), std::string::npos) << part << "\n" << result.text;
}
TEST(MapDiff, TwoMapsOfOneNameInTwoFoldersAreTwoMaps) {
    std::string changed = format_map(Small);
    const std::size_t at = changed.find("REF[DP]");
    ASSERT_NE(at, std::string::npos);
    changed.replace(at, 7, "REF[IA]");
    const ToolContext here = maps();
    const ToolContext there = maps({{"small.map", changed}});
    const ToolResult result = diff_maps({here, "small.map"}, {there, "small.map"}, {});
    EXPECT_EQ(result.exit_code, 1) << result.text;
    EXPECT_NE(result.text.find("+ REF[IA].02"), std::string::npos) << result.text;
}
TEST(MapDiff, SaysWhatIsNoDocumentOfTheMaps) {
    const ToolResult result =
        diff_maps(maps(), "small.map", "retailer.map", {{"readme.txt", "hello"}});
    EXPECT_NE(result.text.find("readme.txt: neither map reads it: "), std::string::npos)
        << result.text;
}
TEST(MapDiff, IsSilentAboutLayout) {
    const std::string other = format_map(std::string(Small) + "\n\n# a comment\n");
    const ToolResult result =
        diff_maps(maps({{"other.map", other}}), "small.map", "other.map", {{"a", Wire}});
    EXPECT_EQ(result.exit_code, 0) << result.text;
}

TEST(MapDraft, ListsWhatTheBaseLeavesUnreadAndIsAMapItself) {
    const ToolResult draft = draft_map(maps(), "small.map", "acme", {{"order.edi", Wire}});
    EXPECT_EQ(draft.exit_code, 0) << draft.text;
    for (const char* part : {"extends \"small.map\" version 3",
                             "in each PO1 {",
                             "# CTP[RES].03 <-> FIELD",
                             "seen 1 time: 19.99",
                             "#   CT <-> WORD",
                             "wire file \"order.edi\""})
        EXPECT_NE(draft.text.find(part), std::string::npos) << part << "\n" << draft.text;
    const ToolResult checked = check_map(maps({{"acme.map", draft.text}}), "acme.map");
    EXPECT_EQ(checked.exit_code, 0) << checked.text;
}

TEST(MapDraft, PutsAGroupNoBlockIsAboutByItself) {
    const std::string parties =
        std::string(Small) + "N1[ST] <-> ship_to { N1.id[92] <-> buyer_code }\n";
    const std::string wire =
        "ST*850*0001~BEG*00*SA*P77**20240501~N1*MI**92*D_1~N1*ST**92*W_1~PO1*1*24*CA~SE*6*0001~";
    const ToolResult draft =
        draft_map(maps({{"parties.map", parties}}), "parties.map", "acme", {{"order.edi", wire}});
    EXPECT_NE(draft.text.find(
                  "# N1[MI] <-> FIELD {\n#   N1.id[92] <-> FIELD          # seen 1 time: D_1\n"),
              std::string::npos)
        << draft.text;
    EXPECT_EQ(draft.text.find("in N1[ST]"), std::string::npos)
        << "what another party sends is none of its business\n"
        << draft.text;
}
TEST(MapDraft, NamesTheRuleThatMayBeMeantAndTheFieldsThatAreFree) {
    const std::string wire =
        "ST*850*0001~BEG*00*SA*P77**20240501~PO1*1*24*CA***IN*000123~SE*4*0001~";
    const std::string text = draft_map(maps(), "small.map", "acme", {{"order.edi", wire}}).text;
    for (const char* part :
         {"  # PO1.id[IN] <-> FIELD          # seen 1 time: 000123\n",
          "never have: PO1.id[UP] <-> item.upc\n",
          "if it is one of those: replace PO1.id[UP] with PO1.id[IN] <-> item.upc\n",
          "# Fields no rule fills: "})
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    const std::size_t free = text.find("# Fields no rule fills: ");
    const std::string line = text.substr(free, text.find('\n', free) - free);
    EXPECT_NE(line.find("retail_price"), std::string::npos) << line;
    EXPECT_EQ(line.find("quantity,"), std::string::npos) << line;
}
TEST(MapRun, SaysThatTheMapIsAboutAnotherStandard) {
    const ToolResult run =
        run_map(maps(), "small.map", "UNB+UNOC:3+A:14+B:14+240501:1200+1'UNZ+0+1'", {});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_NE(run.text.find("this is EDIFACT, the map is about x12"), std::string::npos)
        << run.text;
}
TEST(MapFormat, LeavesWhatIsNoMap) {
    EXPECT_NE(unreadable("order.edi", Wire).find("error MAP"), std::string::npos);
    EXPECT_EQ(unreadable("small.map", Small), "");
    EXPECT_EQ(unreadable("parts.map", "fragment x { BEG.03 <-> number }\n"), "");
}
TEST(MapTableAdd, KnowsTheRowsOfTheMapsOwnFile) {
    const auto files = std::map<std::string, std::string>{
        {"own.map",
         "map own version 1\nextends \"x12-850-base.map\"\ntable uom from \"own.csv\" (theirs, "
         "ours)\n"},
        {"own.csv", "theirs,ours,only,author,date\nZZ,kilogram,read,anna,2026-11-23\n"}};
    const MapLoad loaded = load_map("own.map", context(files).texts, schemas());
    ASSERT_TRUE(loaded.map) << loaded.text();
    const auto rows = kept_rows(*loaded.map);
    ASSERT_EQ(rows.size(), 1U) << "those of installed tables are not the map's";
    EXPECT_EQ(rows[0], (KeptRow{"uom", "own.csv", "ZZ", "kilogram", "read", "anna", "2026-11-23"}));
    // The columns of the base's table have other names.
    const auto more = add_table_row(
        context(files), "own.map", {"uom", "C3", "carton", "ben", "2026-11-24", false});
    ASSERT_TRUE(more) << more.error().text();
    EXPECT_EQ(more->files.at(0).text, files.at("own.csv") + "C3,carton,read,ben,2026-11-24\n");
}

TEST(MapSheet, HasALineForEveryRuleAndTheTables) {
    const std::string sheet = sheet_map(maps(), "retailer.map", false).text;
    EXPECT_NE(sheet.find("| each PO1 | .03 | <-> | lines[].unit | table uom |"), std::string::npos)
        << sheet;
    EXPECT_NE(sheet.find("## Table uom"), std::string::npos);
    const std::string csv = sheet_map(maps(), "retailer.map", true).text;
    EXPECT_NE(csv.find("each PO1,.03,<->,lines[].unit,table uom,"), std::string::npos) << csv;
}

std::string without_blanks(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (std::isspace(static_cast<unsigned char>(c)) == 0) out += c;
    return out;
}
TEST(MapFmt, ChangesOnlyLayoutAndOnlyOnce) {
    const auto folder = std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings" / "shipped";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".map") continue;
        const Result<Bytes> text = read_file(entry.path(), 1U << 20);
        ASSERT_TRUE(text);
        const std::string once = format_map(*text);
        EXPECT_EQ(format_map(once), once) << entry.path();
        EXPECT_EQ(without_blanks(once), without_blanks(*text)) << entry.path();
    }
}
TEST(MapFmt, AlignsArrowsKeepsCommentsAndRawTexts) {
    EXPECT_EQ(
        format_map("# top\nBEG.03<->number\nBEG.03   <->  number   # why\nREF[DP].02 <-> "
                   "refs[x]\n\n\n\neach PO1 <-> lines {\n.01 <-> no\n}\ntest \"a\" {\nwire "
                   "\"\"\"\n  ST*  850~\n\"\"\"\n}\n"),
        "# top\nBEG.03<->number\nBEG.03     <-> number  # why\nREF[DP].02 <-> refs[x]\n\neach "
        "PO1 <-> lines {\n  .01 <-> no\n}\ntest \"a\" {\n  wire \"\"\"\n  ST*  "
        "850~\n\"\"\"\n}\n");
}

TEST(MapTest, ShowsTheSmallestDocumentThatBreaksALaw) {
    // cut keeps three characters.
    const std::string losing =
        "x12 004010 850 <-> order\nBEG.01 <- \"00\"\nBEG.02 <- \"SA\"\nBEG.03 <-> number\nBEG.05 "
        "<-> "
        "date\nBEG.06 | cut 3 <-> contract\neach PO1 <-> lines {\n .01 <-> no\n .02 <-> quantity\n "
        ".03 <- \"EA\"\n}\n";
    const MapLoad loaded = load_map("losing.map", with({{"losing.map", losing}}), schemas());
    ASSERT_NE(loaded.map, nullptr) << loaded.text();
    const nlohmann::ordered_json document = nlohmann::ordered_json::parse(
        R"({"number":"4711","date":"2024-05-01","contract":"ABCDEFGH","lines":[)"
        R"({"no":"1","quantity":"1"},{"no":"2","quantity":"2"},{"no":"3","quantity":"3"}]})");
    const nlohmann::ordered_json smallest = shrunk(*loaded.map, schemas(), document);
    EXPECT_EQ(smallest["contract"], "ABCD") << smallest;
    EXPECT_EQ(smallest["lines"].size(), 1U) << smallest;
    EXPECT_EQ(smallest["number"], "47") << smallest;
}
TEST(MapTest, DrawsTheSameDocumentsForTheSameSeed) {
    TestOptions options;
    options.laws = 10;
    options.need_tests = false;
    const ToolResult once = test_map(maps(), "retailer.map", options);
    EXPECT_EQ(once.exit_code, 0) << once.text;
    EXPECT_EQ(once.text, test_map(maps(), "retailer.map", options).text);
    EXPECT_NE(once.text.find("laws: 10 random documents (seed 4711)"), std::string::npos);
}
TEST(MapTest, FindsTheOverlaysOfABase) {
    const ToolContext all = maps({{"third.map", "map third\nextends \"retailer.map\"\n"},
                                  {"alone.map", "map alone\nx12 004010 850 <-> order\n"}});
    EXPECT_EQ(overlays_of(
                  all.texts, {"third.map", "retailer.map", "alone.map", "small.map"}, "small.map"),
              (std::vector<std::string>{"retailer.map", "third.map"}));
    EXPECT_TRUE(is_map(Small));
    EXPECT_FALSE(is_map("fragment x { }\n"));
}

TEST(MapEdifact, IsReadWrittenAndReadAgain) {
    const std::string map = R"(map invoice version 1
edifact D 96A INVOIC <-> invoice
BGM.1001 <-> "380"
BGM.1004 <-> number
DTM[137] | dtm 102 <-> date
NAD[SU] <-> seller {
  NAD.id[9] <-> gln
  NAD.C080.3036(1) <-> name
}
each LIN <-> lines {
  .1082 <-> no
  LIN.id[EN] <-> item.gtin
  QTY[47].6060 <-> quantity
  MOA[203].5004 <-> amount
}
always UNS.0081 <- "S"
summary/MOA[79].5004 <-> sum(lines.amount) else reject "{summary/MOA[79].5004} is not {sum(lines.amount)}"
test "two lines" {
  wire """
UNH+1+INVOIC:D:96A:UN:EAN008'
BGM+380+R1'
DTM+137:20240520:102'
NAD+SU+4012345000009::9++MUSTER ?+ CO'
LIN+1++4012345678901:EN'
QTY+47:24'
MOA+203:240.00'
LIN+2++4012345678918:EN'
QTY+47:12,5'
MOA+203:62.50'
UNS+S'
MOA+79:302.50'
UNT+12+1'
"""
  round trip stable
}
)";
    const ToolContext here = context({{"invoice.map", map}});
    TestOptions options;
    options.laws = 50;
    const ToolResult tested = test_map(here, "invoice.map", options);
    EXPECT_EQ(tested.exit_code, 0) << tested.text;
    const ToolResult written = write_map(
        here,
        "invoice.map",
        R"({"number":"R1","date":"2024-05-20","seller":{"name":"MUSTER + CO"},"lines":[]})",
        {});
    EXPECT_NE(written.text.find("NAD+SU+++MUSTER ?+ CO'"), std::string::npos) << written.text;
}

Result<TableChange> added(const std::string& code,
                          const std::string& word,
                          std::map<std::string, std::string> more = {},
                          const std::string& table = "uom") {
    return add_table_row(
        maps(std::move(more)), "retailer.map", {table, code, word, "anna", "2026-11-23", false});
}
TEST(MapTableAdd, GivesThePartnerATableOfItsOwn) {
    const Result<TableChange> change = added("LB", "pound");
    ASSERT_TRUE(change) << change.error().text();
    ASSERT_EQ(change->files.size(), 2U);
    EXPECT_EQ(change->files[0].name, "retailer.uom.csv");
    EXPECT_EQ(change->files[0].text, "theirs,ours,only,author,date\nLB,pound,,anna,2026-11-23\n");
    EXPECT_EQ(change->files[1].name, "retailer.map");
    // The held document goes through with the row.
    std::map<std::string, std::string> files;
    for (const FileChange& file : change->files)
        files[file.name] = file.text;
    const std::string wire = "ST*850*0001~BEG*00*SA*P77**20240501~PO1*1*24*LB~CTT*1~SE*5*0001~";
    EXPECT_EQ(run_map(maps(), "retailer.map", wire, {}).exit_code, 7);
    const ToolResult now = run_map(maps(files), "retailer.map", wire, {});
    EXPECT_EQ(now.exit_code, 0) << now.text;
    EXPECT_NE(now.text.find("\"unit\": \"pound\""), std::string::npos);
    // The next row goes into the same file; a word that has a code is only read.
    const Result<TableChange> next = added("CS", "case", files);
    ASSERT_TRUE(next) << next.error().text();
    ASSERT_EQ(next->files.size(), 1U);
    EXPECT_TRUE(next->read_only);
    EXPECT_TRUE(
        next->files[0].text.ends_with("LB,pound,,anna,2026-11-23\nCS,case,read,anna,2026-11-23\n"))
        << next->files[0].text;
}
TEST(MapTableAdd, RefusesWhatWouldNotBeReversibleOrMeansNothing) {
    const auto code = [](const Result<TableChange>& change) {
        return change ? std::string("done") : std::string(change.error().code());
    };
    EXPECT_EQ(code(added("CT", "unit")), "map.table.code");
    EXPECT_EQ(code(added("06", "konfirm", {}, "purpose")), "map.table.word");
    EXPECT_EQ(code(added("LB", "pound", {}, "uon")), "map.table.unknown");
    EXPECT_EQ(code(added("LB", "pound", {{"retailer.map", "BEG.03 <-> \n"}})), "map.load");
}

}  // namespace
}  // namespace sallyport::mapping
