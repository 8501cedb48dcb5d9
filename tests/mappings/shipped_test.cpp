// SPDX-License-Identifier: Apache-2.0
#include "map_fixture.h"
#include "shipped_maps.h"

#include "mappings/map_test.h"
#include "mappings/round_trip.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

namespace sallyport::mapping {
namespace {

std::string name_of(const testing::TestParamInfo<std::string>& one) {
    return test_name(one.param);
}

class ShippedMaps : public testing::TestWithParam<std::string> {};

TEST_P(ShippedMaps, CheckWithoutAnErrorOrAWarning) {
    const MapLoad loaded = load_map(GetParam(), shipped(), schemas());
    EXPECT_NE(loaded.map, nullptr) << loaded.text();
    for (const Diagnostic& one : loaded.diagnostics)
        EXPECT_NE(one.severity, Severity::Warning) << render(one, loaded.sources);
}
INSTANTIATE_TEST_SUITE_P(All, ShippedMaps, testing::ValuesIn(shipped_maps()), name_of);

TEST_P(ShippedMaps, PassTheirOwnTestBlocks) {
    const MapLoad loaded = load_map(GetParam(), shipped(), schemas());
    ASSERT_NE(loaded.map, nullptr) << loaded.text();
    for (const TestOutcome& one : run_tests(*loaded.map, context()))
        EXPECT_TRUE(one.passed) << one.where << " " << one.name << "\n" << one.detail;
}

TEST_P(ShippedMaps, KeepBothLawsOnRandomDocuments) {
    const MapLoad loaded = load_map(GetParam(), shipped(), schemas());
    ASSERT_NE(loaded.map, nullptr) << loaded.text();
    if (loaded.map->info().arrow != Arrow::Both)
        GTEST_SKIP() << GetParam() << " works in one direction; there is nothing to come back";
    // Few here, each of hundreds of segments; `sallyport map test --laws 10000` is the long run.
    const char* given = std::getenv("SALLYPORT_LAWS");
    const unsigned count = given == nullptr ? 3 : static_cast<unsigned>(std::atoi(given));
    SeededRandom random(4711);
    const LawsResult result = check_round_trips(*loaded.map, schemas(), count, random);
    EXPECT_EQ(result.documents, count)
        << "of " << result.drawn << " drawn; the first one was refused: " << result.refused;
    EXPECT_EQ(result.failed, 0U) << result.first;
    RecordProperty("drawn", static_cast<int>(result.drawn));
}

}  // namespace
}  // namespace sallyport::mapping
