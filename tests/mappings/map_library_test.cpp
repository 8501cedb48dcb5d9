// SPDX-License-Identifier: Apache-2.0
#include "mappings/map_library.h"

#include "map_fixture.h"

#include <gtest/gtest.h>

namespace sallyport::mapping {
namespace {

const char* const Base = R"(map base version 1
x12 004010 850 <-> order
BEG.01 <- "00"
BEG.02 <- "SA"
BEG.03 <-> number
BEG.05 <-> date
each PO1 <-> lines { .01 <-> no }
)";
const char* const Overlay = R"(map overlay version 1
extends "base.map"
BEG.04 <-> release
test "one" {
  wire """
ST*850*0001~
BEG*00*SA*1*R7*20240501~
PO1*1~
SE*4*0001~
"""
  canonical """
{ "number": "1", "release": "R7", "date": "2024-05-01", "lines": [ { "no": "1" } ] }
"""
}
)";

std::map<std::string, std::string> files(const std::string& base = Base,
                                         const std::string& overlay = Overlay) {
    return {{"base.map", base}, {"overlay.map", overlay}};
}

std::string edited(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

TEST(LoadTested, TakesAMapWhoseTestsPass) {
    const auto map = load_tested(context(files()), "overlay.map");
    ASSERT_TRUE(map) << map.error().text();
    EXPECT_EQ((*map)->info().name, "overlay");
}
TEST(LoadTested, RefusesABrokenMapWithTheCheckersText) {
    const auto map = load_tested(
        context(files(Base, edited(Overlay, "<-> release", "<-> relaese"))), "overlay.map");
    ASSERT_FALSE(map);
    EXPECT_EQ(map.error().code(), "map.load");
    EXPECT_NE(map.error().text().find("did you mean release?"), std::string::npos)
        << map.error().text();
}
TEST(LoadTested, RefusesAMapWhoseTestsFail) {
    // Lawful in itself, and the overlay still loads; its test says that the number is gone.
    const auto map = load_tested(
        context(files(edited(Base, "BEG.03 <-> number", "BEG.03 | prefix \"X\" <-> number"))),
        "overlay.map");
    ASSERT_FALSE(map);
    EXPECT_EQ(map.error().code(), "map.test");
    EXPECT_NE(map.error().text().find("number"), std::string::npos) << map.error().text();
}

// Which of the uses an agreement would choose.
std::string chosen(const std::vector<std::pair<const char*, MapUse>>& uses,
                   const DocumentKey& key) {
    std::string out;
    int best = -1;
    for (const auto& [name, use] : uses) {
        if (fitness(use, key) <= best) continue;
        best = fitness(use, key);
        out = name;
    }
    return out;
}

TEST(MapChoice, TakesTheMostSpecificUse) {
    const std::vector<std::pair<const char*, MapUse>> uses = {
        {"any", {true, "x12", "004010", "850", "", {}}},
        {"vics", {true, "x12", "004010", "850", "VICS", {}}},
        {"test", {true, "x12", "004010", "850", "", true}},
        {"newer", {true, "x12", "005010", "850", "", {}}},
        {"answer", {false, "x12", "004010", "855", "", {}}},
    };
    EXPECT_EQ(chosen(uses, {true, "X12", "004010", "850", "", false}), "any");
    EXPECT_EQ(chosen(uses, {true, "X12", "004010VICS", "850", "VICS", false}), "vics");
    EXPECT_EQ(chosen(uses, {true, "X12", "004010VICS", "850", "VICS", true}), "vics");
    EXPECT_EQ(chosen(uses, {true, "X12", "004010", "850", "", true}), "test");
    EXPECT_EQ(chosen(uses, {true, "X12", "005010", "850", "", false}), "newer");
    EXPECT_EQ(chosen(uses, {false, "X12", "004010", "855", "", false}), "answer");
    EXPECT_EQ(chosen(uses, {true, "X12", "004010", "855", "", false}), "");
    EXPECT_EQ(chosen(uses, {true, "EDIFACT", "D96A", "ORDERS", "EAN008", false}), "");
}

}  // namespace
}  // namespace sallyport::mapping
