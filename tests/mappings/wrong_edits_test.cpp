// SPDX-License-Identifier: Apache-2.0
// The drill: wrong edits to the partner overlay, of the kind people make. Each must be caught by check or by the map's own
// test block. At least 18 of 20 is what the language promises; all of them are wanted. docs/reference/drill.md quotes what
// the person who made the edit is told; SALLYPORT_ACCEPT=1 writes it anew.
#include "map_fixture.h"

#include "gateway/base/file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace sallyport::mapping {
namespace {

struct WrongEdit {
    const char* name;
    const char* file;  // which shipped file is edited
    const char* from;
    const char* to;
    const char* sign;  // what the message must contain
};

const WrongEdit Edits[] = {
    {"QualifierOfAnotherParty",
     "x12-850-base.map",
     "N1[ST] <-> ship_to",
     "N1[SF] <-> ship_to",
     "MAP404"},
    {"TwoDatesSwapped",
     "x12-850-base.map",
     "DTM[002].02 <-> dates[deliver]\nDTM[010]",
     "DTM[003].02 <-> dates[deliver]\nDTM[010]",
     "dates"},
    {"PriceAndQuantitySwapped",
     "x12-850-base.map",
     "PO1.02                    <-> quantity",
     "PO1.04                    <-> quantity",
     "MAP404"},
    {"ForgottenDot", "acme-850.map", "CTP[RES].03", "CTP[RES]03", "MAP002"},
    {"GluedElement",
     "acme-850.map",
     "remove  REF[PD].02",
     "REF[PO].02 <-> refs[po]\nPO107 <-> note",
     "MAP010"},
    {"OrderTypeWithTwoCodes",
     "x12-850-base.map",
     "KN -> standalone",
     "KN <-> standalone",
     "MAP401"},
    {"CodeReadTwice", "x12-850-base.map", "KN -> standalone", "SA -> new", "MAP402"},
    {"MisspelledField", "acme-850.map", "item.buyer_code", "item.buyers_code", "MAP210"},
    {"MisspelledTable",
     "x12-850-base.map",
     "table uom        <-> unit",
     "table uon        <-> unit",
     "MAP120"},
    {"MisspelledFragment",
     "x12-850-base.map",
     "N1[BT] <-> bill_to   { use x12_party }",
     "N1[BT] <-> bill_to   { use x12_partys }",
     "MAP110"},
    {"RemovesWhatIsNotThere", "acme-850.map", "remove  REF[PD].02", "remove  REF[PX].02", "MAP301"},
    {"OverridesWithoutSaying",
     "acme-850.map",
     "replace PO1.id[BP] with PO1.id[IN]",
     "PO1.id[BP]",
     "MAP303"},
    {"DateIntoText",
     "x12-850-base.map",
     "BEG.05                      <-> date",
     "BEG.05                      <-> contract",
     "MAP501"},
    {"TextIntoDate",
     "x12-850-base.map",
     "BEG.04                      <-> release",
     "BEG.04                      <-> date",
     "MAP501"},
    {"SplitAtTheWrongSign", "acme-850.map", "split \"-\"", "split \"/\"", "has no"},
    {"ListFilledByARule",
     "x12-850-base.map",
     "each SAC <-> adjustments { use x12_charge }\nITD",
     "SAC <-> adjustments { use x12_charge }\nITD",
     "MAP211"},
    {"MissingBrace",
     "x12-850-base.map",
     "PID[F].05  <-> item.description\n",
     "PID[F].05  <-> item.description\n  PO4 {\n",
     "MAP001"},
    {"ElementBeyondTheSegment",
     "x12-parts.map",
     ".03 <-> discount_percent",
     ".33 <-> discount_percent",
     "MAP203"},
    {"AllRulesOfTheLineGone",
     "acme-850.map",
     "in each PO1 {",
     "remove each PO1\nin each PO1 {",
     "MAP301"},
    {"ParameterMisspelled",
     "acme-850.map",
     "= our_vendor_number\n",
     "= our_vendor_no\n",
     "our_vendor_no"},
    {"CodeMeansSomethingElse", "x12-parts.map", "PP <-> prepaid ", "PP <-> collect ", "MAP401"},
    {"DiscountAndNetDaysSwapped",
     "x12-parts.map",
     ".05 <-> discount_days\n  .06 <-> net_due\n  .07 <-> net_days",
     ".07 <-> discount_days\n  .06 <-> net_due\n  .05 <-> net_days",
     "net_days"},
};

ToolResult after(const WrongEdit& edit) {
    std::map<std::string, std::string> files;
    const auto path =
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings" / "shipped" / edit.file;
    Result<Bytes> text = read_file(path, 1U << 20);
    EXPECT_TRUE(text) << path;
    const std::size_t at = text ? text->find(edit.from) : std::string::npos;
    if (at == std::string::npos) {
        ADD_FAILURE() << "the shipped map no longer contains: " << edit.from;
        return {};
    }
    text->replace(at, std::string_view(edit.from).size(), edit.to);
    files[edit.file] = *std::move(text);
    return test_map(context(files), "acme-850.map");
}

class WrongEdits : public testing::TestWithParam<WrongEdit> {};

TEST_P(WrongEdits, AreCaughtByCheckOrByTheTestBlock) {
    const ToolResult result = after(GetParam());
    EXPECT_NE(result.exit_code, 0) << "not caught";
    EXPECT_NE(result.text.find(GetParam().sign), std::string::npos) << result.text;
}
INSTANTIATE_TEST_SUITE_P(Drill, WrongEdits, testing::ValuesIn(Edits), [](const auto& one) {
    return std::string(one.param.name);
});

// "ForgottenDot": "Forgotten dot".
std::string title(std::string_view name) {
    std::string out;
    for (const char c : name) {
        const bool capital = c >= 'A' && c <= 'Z';
        if (capital && !out.empty()) out += ' ';
        out += capital && !out.empty() ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

// The part that is about the edit: what check says, or the test that fails; not the passing rest.
std::string told(const std::string& text) {
    std::string out;
    std::size_t lines = 0;
    for (std::size_t at = 0; at < text.size() && lines < 14; ++lines) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        out += text.substr(at, end - at) + "\n";
        at = end + 1;
        if (lines == 13 && at < text.size()) out += "…\n";
    }
    return out;
}

std::string page() {
    std::string list;
    unsigned by_check = 0;
    unsigned by_test = 0;
    unsigned missed = 0;
    for (const WrongEdit& edit : Edits) {
        const ToolResult result = after(edit);
        const bool caught = result.exit_code != 0;
        const bool check = result.text.find("error MAP") != std::string::npos;
        ++(!caught ? missed : check ? by_check : by_test);
        list += "\n## " + title(edit.name) + "\n\nIn `" + edit.file + "`, caught by " +
                (!caught ? "nothing"
                 : check ? "`map check`"
                         : "the test block of the map (`map test`)") +
                ":\n\n```\n- " + edit.from + "\n+ " + edit.to + "\n```\n\n```\n" +
                told(result.text) + "```\n";
    }
    return "# The drill: wrong edits and what catches them\n\nMade by "
           "`tests/mappings/wrong_edits_test.cpp`, which edits the shipped maps as a hurried "
           "person would and runs "
           "`sallyport map test acme-850.map`; the test fails when a message here is no longer "
           "what the program says.\n\n" +
           std::to_string(std::size(Edits)) + " wrong edits: " + std::to_string(by_check) +
           " caught by the checker, " + std::to_string(by_test) + " by the map's own test block, " +
           std::to_string(missed) + " by nothing.\n" + list;
}

TEST(WrongEditsPage, QuotesWhatThePersonIsTold) {
    const auto path =
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "docs" / "reference" / "drill.md";
    const std::string made = page();
    if (std::getenv("SALLYPORT_ACCEPT") != nullptr) {
        std::ofstream(path, std::ios::binary) << made;
        GTEST_SKIP() << "accepted";
    }
    const Result<Bytes> text = read_file(path, 1U << 20);
    ASSERT_TRUE(text) << path;
    EXPECT_EQ(*text, made);
    EXPECT_NE(made.find(", 0 by nothing."), std::string::npos);
}

}  // namespace
}  // namespace sallyport::mapping
