// SPDX-License-Identifier: Apache-2.0
// The drill: wrong edits to the partner overlay, of the kind people make. Each must be caught by check or by the map's own
// test block. At least 18 of 20 is what the language promises; all of them are wanted.
#include "map_fixture.h"

#include "gateway/base/file.h"

#include <gtest/gtest.h>

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

class WrongEdits : public testing::TestWithParam<WrongEdit> {};

TEST_P(WrongEdits, AreCaughtByCheckOrByTheTestBlock) {
    const WrongEdit& edit = GetParam();
    std::map<std::string, std::string> files;
    const auto path =
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings" / "shipped" / edit.file;
    Result<Bytes> text = read_file(path, 1U << 20);
    ASSERT_TRUE(text) << path;
    const std::size_t at = text->find(edit.from);
    ASSERT_NE(at, std::string::npos) << "the shipped map no longer contains: " << edit.from;
    text->replace(at, std::string_view(edit.from).size(), edit.to);
    files[edit.file] = *std::move(text);
    const ToolResult result = test_map(context(files), "acme-850.map");
    EXPECT_NE(result.exit_code, 0) << "not caught";
    EXPECT_NE(result.text.find(edit.sign), std::string::npos) << result.text;
}
INSTANTIATE_TEST_SUITE_P(Drill, WrongEdits, testing::ValuesIn(Edits), [](const auto& one) {
    return std::string(one.param.name);
});

}  // namespace
}  // namespace sallyport::mapping
