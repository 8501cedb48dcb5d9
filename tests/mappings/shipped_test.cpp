// SPDX-License-Identifier: Apache-2.0
#include "map_fixture.h"

#include <gtest/gtest.h>

namespace sallyport::mapping {
namespace {

class ShippedMaps : public testing::TestWithParam<const char*> {};

TEST_P(ShippedMaps, CheckWithoutAnError) {
    const MapLoad loaded = load_map(GetParam(), shipped(), schemas());
    EXPECT_NE(loaded.map, nullptr) << loaded.text();
}
INSTANTIATE_TEST_SUITE_P(All, ShippedMaps, testing::Values("x12-850-base.map", "acme-850.map"));

TEST(ShippedMapTests, OfTheAcmeOverlayPass) {
    const ToolResult result = test_map(context(), "acme-850.map");
    EXPECT_EQ(result.exit_code, 0) << result.text;
}

}  // namespace
}  // namespace sallyport::mapping
