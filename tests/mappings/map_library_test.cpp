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
const std::vector<std::string> Both = {"base.map", "overlay.map"};

std::string edited(std::string text, const std::string& from, const std::string& to) {
    return text.replace(text.find(from), from.size(), to);
}

TEST(MapLibrary, TakesMapsWhoseTestsPass) {
    MapLibrary library;
    EXPECT_TRUE(library.reload(context(files()), Both).empty());
    EXPECT_NE(library.find("base.map"), nullptr);
    EXPECT_NE(library.find("overlay.map"), nullptr);
    EXPECT_EQ(library.find("other.map"), nullptr);
}
TEST(MapLibrary, KeepsTheOldMapWhenTheNewOneIsBrokenAndSaysWhy) {
    MapLibrary library;
    ASSERT_TRUE(library.reload(context(files()), Both).empty());
    const auto before = library.find("overlay.map");
    const auto refused =
        library.reload(context(files(Base, edited(Overlay, "<-> release", "<-> relaese"))), Both);
    ASSERT_EQ(refused.size(), 2U) << "the base stays with it";
    EXPECT_EQ(library.find("overlay.map"), before);
    EXPECT_TRUE(refused[1].kept);
    EXPECT_NE(refused[1].why.text().find("did you mean release?"), std::string::npos)
        << refused[1].why.text();
}
TEST(MapLibrary, DoesNotTakeABaseThatBreaksAnOverlay) {
    MapLibrary library;
    ASSERT_TRUE(library.reload(context(files()), Both).empty());
    const auto before = library.find("base.map");
    // Lawful in itself, and the overlay still loads; its test says that the number is gone.
    const auto refused = library.reload(
        context(files(edited(Base, "BEG.03 <-> number", "BEG.03 | prefix \"X\" <-> number"))),
        Both);
    ASSERT_EQ(refused.size(), 2U);
    EXPECT_EQ(refused[0].map, "base.map");
    EXPECT_EQ(refused[0].why.code(), "map.overlay");
    EXPECT_EQ(library.find("base.map"), before);
}
TEST(MapLibrary, HasNothingForABrokenMapThatNeverWorked) {
    MapLibrary library;
    const auto refused = library.reload(context({{"bad.map", "BEG.03 <-> \n"}}), {"bad.map"});
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_FALSE(refused[0].kept);
    EXPECT_EQ(library.find("bad.map"), nullptr);
}
TEST(MapLibrary, WhoHoldsAMapKeepsItThroughAReload) {
    MapLibrary library;
    ASSERT_TRUE(library.reload(context(files()), Both).empty());
    const auto held = library.find("base.map");
    EXPECT_TRUE(library.reload(context(files()), {"overlay.map"}).empty());
    EXPECT_EQ(library.find("base.map"), nullptr);
    EXPECT_EQ(held->info().name, "base");
}

TEST(MapChoice, TakesTheMostSpecificUse) {
    const std::vector<MapUse> uses = {
        {true, "x12", "004010", "850", "", {}, "any"},
        {true, "x12", "004010", "850", "VICS", {}, "vics"},
        {true, "x12", "004010", "850", "", true, "test"},
        {true, "x12", "005010", "850", "", {}, "newer"},
        {false, "x12", "004010", "855", "", {}, "answer"},
    };
    const auto chosen = [&](const DocumentKey& key) {
        const MapUse* use = choose(uses, key);
        return use == nullptr ? std::string() : use->map;
    };
    EXPECT_EQ(chosen({true, "X12", "004010", "850", "", false}), "any");
    EXPECT_EQ(chosen({true, "X12", "004010VICS", "850", "VICS", false}), "vics");
    EXPECT_EQ(chosen({true, "X12", "004010VICS", "850", "VICS", true}), "vics");
    EXPECT_EQ(chosen({true, "X12", "004010", "850", "", true}), "test");
    EXPECT_EQ(chosen({true, "X12", "005010", "850", "", false}), "newer");
    EXPECT_EQ(chosen({false, "X12", "004010", "855", "", false}), "answer");
    EXPECT_EQ(chosen({true, "X12", "004010", "855", "", false}), "");
    EXPECT_EQ(chosen({true, "EDIFACT", "D96A", "ORDERS", "EAN008", false}), "");
}

}  // namespace
}  // namespace sallyport::mapping
