// SPDX-License-Identifier: Apache-2.0
// Parts of the language that the shipped maps use little: when, lenses of one's own, texts beyond ASCII, the partner's guide.
#include "map_fixture.h"

#include "parsers/guide.h"

#include <gtest/gtest.h>

namespace sallyport::mapping {
namespace {

std::string with_rules(const std::string& rules) {
    return "map m version 1\nx12 004010 850 <-> order\nBEG.01 <- \"00\"\nBEG.03 <-> number\nBEG.05 "
           "<-> date\neach PO1 <-> lines { .01 <-> no }\n" +
           rules;
}
ToolResult ran(const std::string& rules, const std::string& wire) {
    return run_map(context({{"m.map", with_rules(rules)}}), "m.map", wire, {});
}
ToolResult wrote(const std::string& rules, const std::string& document) {
    return write_map(context({{"m.map", with_rules(rules)}}), "m.map", document, {});
}
bool has(const ToolResult& result, const std::string& text) {
    return result.text.find(text) != std::string::npos;
}

const char* const When =
    "table t { SA <-> standalone   RL <-> release }\n"
    "BEG.02 | table t <-> type\n"
    "when BEG.02 = \"RL\" <-> type = \"release\" { BEG.04 <-> release }\n";

TEST(MapWhen, ReadsByTheTestOnTheLeft) {
    const ToolResult release = ran(When, "ST*850*0001~BEG*00*RL*1*R7*20240501~PO1*1~SE*4*0001~");
    EXPECT_TRUE(has(release, "\"release\": \"R7\"")) << release.text;
    const ToolResult other = ran(When, "ST*850*0001~BEG*00*SA*1*R7*20240501~PO1*1~SE*4*0001~");
    EXPECT_FALSE(has(other, "\"release\": \"R7\"")) << other.text;
    EXPECT_TRUE(has(other, "BEG.04 \"R7\"")) << "and says that nothing read it: " << other.text;
}
TEST(MapWhen, WritesByTheTestOnTheRight) {
    const char* const document =
        R"({"number":"1","date":"2024-05-01","type":"%","release":"R7","lines":[{"no":"1"}]})";
    const auto of_type = [&](const std::string& type) {
        std::string out = document;
        return wrote(When, out.replace(out.find('%'), 1, type));
    };
    EXPECT_TRUE(has(of_type("release"), "BEG*00*RL*1*R7*20240501~")) << of_type("release").text;
    EXPECT_TRUE(has(of_type("standalone"), "BEG*00*SA*1**20240501~")) << of_type("standalone").text;
}
TEST(MapWhen, IsProvedByTheRowThatLinksBothTests) {
    EXPECT_EQ(check_map(context({{"m.map", with_rules(When)}}), "m.map").exit_code, 0);
    const std::string wrong =
        "table t { SA <-> standalone   RL <-> release }\nBEG.02 | table t <-> "
        "type\nwhen BEG.02 = \"RL\" <-> type = \"standalone\" { BEG.04 <-> "
        "release }\n";
    const ToolResult checked = check_map(context({{"m.map", with_rules(wrong)}}), "m.map");
    EXPECT_TRUE(has(checked, "MAP411")) << checked.text;
}

TEST(MapUserLens, IsTheChainItNamesInBothDirections) {
    const char* const rules =
        "BEG.02 <- \"SA\"\nlens store = prefix \"S\" | zeros 4\nBEG.04 | store <-> release\n";
    EXPECT_TRUE(has(ran(rules, "ST*850*0001~BEG*00*SA*1*S0042*20240501~PO1*1~SE*4*0001~"),
                    "\"release\": \"42\""));
    EXPECT_TRUE(has(
        wrote(rules, R"({"number":"1","date":"2024-05-01","release":"42","lines":[{"no":"1"}]})"),
        "BEG*00*SA*1*S0042*20240501~"));
}

TEST(MapText, MayHoldAnyLetter) {
    const ToolResult result =
        ran("BEG.02 <- \"SA\"\nrequire exists(release) else reject 024 \"Größe fehlt → prüfen\"\n"
            "BEG.04 <-> release\n",
            "ST*850*0001~BEG*00*SA*1**20240501~PO1*1~SE*4*0001~");
    EXPECT_TRUE(has(result, "reject 024: Größe fehlt → prüfen")) << result.text;
}

TEST(MapGuide, NamesWhatThePartnerRequiresAndNoRuleWrites) {
    const Result<edi::Guide> guide = edi::Guide::parse(
        "in x12 004010 850\n  require REF[IA] 02\n  require BEG 03\n", "acme.guide", schemas());
    ASSERT_TRUE(guide) << guide.error().text();
    const ToolContext here =
        context({{"m.map", with_rules("BEG.02 <- \"SA\"\nREF[DP].02 <-> refs[department]\n")}});
    const ToolResult checked = check_map(here, "m.map", &*guide);
    EXPECT_TRUE(has(checked, "MAP603")) << checked.text;
    EXPECT_TRUE(has(checked, "REF[IA] 02")) << checked.text;
    EXPECT_FALSE(has(checked, "BEG 03")) << checked.text;
}

}  // namespace
}  // namespace sallyport::mapping
