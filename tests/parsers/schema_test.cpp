// SPDX-License-Identifier: Apache-2.0
#include "parsers/schema.h"

#include "edi_fixture.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sallyport::edi {
namespace {

const SetSchema& set_of(Standard standard, std::string_view version, std::string_view id) {
    auto found = test::schemas().find(standard, version, id);
    EXPECT_TRUE(found) << (found ? "" : found.error().text());
    return **found;
}

TEST(Schemas, HoldEverySetOfTheFirstRelease) {
    for (const char* id :
         {"850", "855", "856", "810", "860", "865", "846", "997", "820", "824", "832",
          "852", "867", "861", "830", "862", "940", "943", "944", "945", "204", "210",
          "214", "990", "816", "864", "869", "870", "875", "880", "180", "812"}) {
        EXPECT_TRUE(test::schemas().find(Standard::X12, "004010", id)) << id;
    }
}

TEST(Schemas, ReadLoopsWithTheirTriggersMaximaAndAreas) {
    const SetSchema& order = set_of(Standard::X12, "004010", "850");
    EXPECT_EQ(order.functional_group, "PO");
    ASSERT_FALSE(order.find("PO1").empty());
    const Node& line = order.nodes[order.find("PO1").front()];
    EXPECT_TRUE(line.loop);
    EXPECT_EQ(line.max, 100000u);
    EXPECT_EQ(line.area, Area::Detail);
    EXPECT_EQ(line.usage, Usage::Mandatory);
    ASSERT_NE(line.segment, nullptr);
    EXPECT_EQ(line.segment->tag, "PO1");
    const auto children = order.children(order.find("PO1").front());
    EXPECT_EQ(order.nodes[children.front()].tag, "LIN");
    const auto lm = order.find("LM");
    EXPECT_EQ(order.path(lm[1]), "PO1/LS/LDT/LM");
    EXPECT_EQ(order.nodes.back().tag, "SE");
    EXPECT_EQ(order.nodes[0].end, order.nodes.size());
}

TEST(Schemas, ReadElementsWithTypesLengthsAndCodes) {
    const SegmentSchema& beg = *test::schemas().segment(Standard::X12, "004010", "BEG");
    const Element* purpose = beg.element_at({1, 1, 1});
    ASSERT_NE(purpose, nullptr);
    EXPECT_EQ(purpose->id, "353");
    EXPECT_EQ(purpose->type, DataType::Code);
    EXPECT_EQ(purpose->min, 2u);
    ASSERT_NE(purpose->codes, nullptr);
    EXPECT_TRUE(purpose->codes->contains("00"));
    EXPECT_FALSE(purpose->codes->contains("QQ"));
    const SegmentSchema& tds = *test::schemas().segment(Standard::X12, "004010", "TDS");
    EXPECT_EQ(tds.element_at({1, 1, 1})->type, DataType::Implied);
    EXPECT_EQ(tds.element_at({1, 1, 1})->decimals, 2);
}

TEST(Schemas, KnowConditionsQualifiersAndPairs) {
    const SegmentSchema& po1 = *test::schemas().segment(Standard::X12, "004010", "PO1");
    const auto paired =
        std::count_if(po1.conditions.begin(), po1.conditions.end(), [](const Condition& condition) {
            return condition.kind == ConditionKind::Paired &&
                   condition.positions == std::vector<std::uint8_t>{6, 7};
        });
    EXPECT_EQ(paired, 1);
    ASSERT_NE(po1.pair("id"), nullptr);
    EXPECT_EQ(po1.pair("id")->slots.size(), 10u);
    EXPECT_EQ(po1.pair("id")->slots[0].qualifier, (Locator{6, 1, 1}));
    EXPECT_EQ(po1.pair("id")->slots[0].value, (Locator{7, 1, 1}));
    const SegmentSchema& n1 = *test::schemas().segment(Standard::X12, "004010", "N1");
    ASSERT_FALSE(n1.qualifiers.empty());
    EXPECT_EQ(n1.qualifiers[0], (Locator{1, 1, 1}));
    const SegmentSchema& sdq = *test::schemas().segment(Standard::X12, "004010", "SDQ");
    ASSERT_NE(sdq.pair("dest"), nullptr);
    EXPECT_EQ(sdq.pair("dest")->shared.size(), 2u);
}

TEST(Schemas, LocateEdifactElementsByCodeAndOccurrence) {
    const SegmentSchema& nad = *test::schemas().segment(Standard::Edifact, "D96A", "NAD");
    EXPECT_EQ(nad.locate("3035"), (std::vector<Locator>{{1, 1, 1}}));
    EXPECT_EQ(nad.locate("C082.3039"), (std::vector<Locator>{{2, 1, 1}}));
    EXPECT_EQ(nad.locate("3036").size(), 5u);
    EXPECT_EQ(nad.locate("3036(2)"), (std::vector<Locator>{{4, 2, 1}}));
    const SegmentSchema& lin = *test::schemas().segment(Standard::Edifact, "D96A", "LIN");
    EXPECT_EQ(lin.locate("1082"), (std::vector<Locator>{{1, 1, 1}}))
        << "the element hides the component of C829";
    const SegmentSchema& pia = *test::schemas().segment(Standard::Edifact, "D96A", "PIA");
    EXPECT_EQ(pia.locate("C212(2).7140"), (std::vector<Locator>{{3, 1, 1}}));
    EXPECT_TRUE(pia.locate("9999").empty());
}

TEST(Schemas, AcceptTheVersionAsDocumentsStateIt) {
    EXPECT_TRUE(test::schemas().find(Standard::X12, "004010VICS", "850"));
    EXPECT_TRUE(test::schemas().find(Standard::X12, "005010", "999"));
    EXPECT_TRUE(test::schemas().find(Standard::Edifact, "D.96A", "ORDERS"));
    EXPECT_TRUE(test::schemas().find(Standard::Edifact, "D:01B", "INVOIC"));
    EXPECT_TRUE(test::schemas().find(Standard::Edifact, "3", "CONTRL"));
}

TEST(Schemas, NameTheNearestSetOrReleaseWhenOneIsUnknown) {
    const auto set = test::schemas().find(Standard::X12, "004010", "851");
    ASSERT_FALSE(set);
    EXPECT_EQ(set.error().code(), "schema.set.unknown");
    const auto release = test::schemas().find(Standard::X12, "003060", "850");
    ASSERT_FALSE(release);
    EXPECT_EQ(release.error().code(), "schema.release.unknown");
    const auto far = test::schemas().find(Standard::X12, "X", "850");
    ASSERT_FALSE(far);
    EXPECT_THAT(far.error().text(), testing::HasSubstr("; installed: 004010, 004030"));
}

TEST(Schemas, EveryReferenceOfEveryReleaseResolves) {
    std::size_t count = 0;
    for (const SchemaSet::Name& name : test::schemas().names()) {
        ++count;
        if (name.set == "CONTRL") continue;
        const SetSchema& set = set_of(name.standard, name.release, name.set);
        for (std::size_t i = 1; i < set.nodes.size(); ++i)
            EXPECT_NE(set.nodes[i].segment, nullptr) << name.release << name.set;
    }
    EXPECT_EQ(count, 32u + 34u + 34u + 35u + 17u + 20u + 24u + 4u);
}

TEST(Schemas, KnowTheShipNoticeTree) {
    const SetSchema& notice = set_of(Standard::X12, "004010", "856");
    ASSERT_TRUE(notice.tree.has_value());
    EXPECT_EQ(notice.tree->segment, "HL");
    EXPECT_EQ(notice.tree->parent, (Locator{2, 1, 1}));
    EXPECT_FALSE(notice.levels.empty());
}

TEST(Schemas, SayWhichFileAndLineIsWrong) {
    const test::TempSchemas folder("x12/004010/segments.txt",
                                   "element 353 ID 2 2\nsegment BEG\n  02 353 M\n");
    const auto loaded = SchemaSet::load(folder.path());
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().code(), "schema.syntax");
    EXPECT_EQ(loaded.error().place().line, 3u);
}

// A site adds or replaces one set; it needs no tables of segments for that.
TEST(Schemas, AFolderOfASiteMayHoldNoMoreThanASet) {
    const test::TempSchemas own("x12/004010/sets/900.txt",
                                "set 900 PO\nheading\n  ST M 1\n  BEG M 1\n  SE M 1\n");
    const std::array<std::filesystem::path, 2> directories{
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "parsers" / "schemas", own.path()};
    const auto schemas = SchemaSet::load(directories);
    ASSERT_TRUE(schemas) << schemas.error().text();
    const auto set = schemas->find(Standard::X12, "004010", "900");
    ASSERT_TRUE(set) << set.error().text();
    EXPECT_EQ((*set)->nodes[2].segment, schemas->segment(Standard::X12, "004010", "BEG"));
    EXPECT_TRUE(schemas->find(Standard::X12, "004010", "850"));
}

}  // namespace
}  // namespace sallyport::edi
