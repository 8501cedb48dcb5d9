// SPDX-License-Identifier: Apache-2.0
#include "config/moment.h"

#include <gtest/gtest.h>

namespace sallyport::config {
namespace {

TEST(Moment, IsADateOrADateWithUtcTime) {
    ASSERT_TRUE(parse_moment("2026-12-01"));
    EXPECT_EQ(iso8601(*parse_moment("2026-12-01")).substr(0, 19), "2026-12-01T00:00:00");
    EXPECT_EQ(iso8601(*parse_moment("2028-02-29T06:30:59Z")).substr(0, 19), "2028-02-29T06:30:59");
}

TEST(Moment, RefusesOtherZonesAndDaysThatDoNotExist) {
    for (const auto* text : {"",
                             "2026-12-1",
                             "2026-02-29",
                             "2026-13-01",
                             "01.12.2026",
                             "2026-12-01T06:30",
                             "2026-12-01T06:30:00+01:00",
                             "2026-12-01T24:00:00Z",
                             "2026-12-01 06:30:00Z"})
        EXPECT_FALSE(parse_moment(text)) << text;
}

}  // namespace
}  // namespace sallyport::config
