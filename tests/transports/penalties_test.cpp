// SPDX-License-Identifier: Apache-2.0
#include "transports/penalties.h"

#include <gtest/gtest.h>

namespace sallyport::transports {
namespace {

class HandClock final : public Clock {
public:
    Instant now() const override { return {}; }
    std::chrono::steady_clock::time_point steady_now() const override { return at; }
    std::chrono::steady_clock::time_point at{std::chrono::hours{1000}};
};

using std::chrono::seconds;

TEST(Penalties, ABanBeginsWithThePointThatFillsTheMeasureAndEndsByItself) {
    HandClock clock;
    Penalties penalties({.points = 3, .ban = seconds{60}}, clock);
    EXPECT_FALSE(penalties.fail("192.0.2.1:40", 1));
    EXPECT_FALSE(penalties.fail("192.0.2.1:41", 1));
    EXPECT_FALSE(penalties.banned("192.0.2.1:42"));
    EXPECT_TRUE(penalties.fail("192.0.2.1:42", 1.5));
    EXPECT_TRUE(penalties.banned("192.0.2.1"));
    EXPECT_FALSE(penalties.banned("192.0.2.2"));
    EXPECT_EQ(penalties.remaining("192.0.2.1"), seconds{60});
    clock.at += seconds{61};
    EXPECT_FALSE(penalties.banned("192.0.2.1"));
}

TEST(Penalties, TheSecondBanIsTwiceAsLongAndNoneIsLongerThanTheLongest) {
    HandClock clock;
    Penalties penalties({.points = 1, .ban = seconds{60}, .longest_ban = seconds{200}}, clock);
    for (const seconds expected : {seconds{60}, seconds{120}, seconds{200}, seconds{200}}) {
        EXPECT_TRUE(penalties.fail("192.0.2.1", 1));
        EXPECT_EQ(penalties.remaining("192.0.2.1"), expected);
        clock.at += expected + seconds{1};
    }
    clock.at += std::chrono::hours{25};
    EXPECT_TRUE(penalties.fail("192.0.2.1", 1));
    EXPECT_EQ(penalties.remaining("192.0.2.1"), seconds{60});
}

TEST(Penalties, PointsAreForgottenByHalves) {
    HandClock clock;
    Penalties penalties({.points = 3, .halved_in = seconds{10}}, clock);
    EXPECT_FALSE(penalties.fail("192.0.2.1", 2));
    clock.at += seconds{10};
    EXPECT_FALSE(penalties.fail("192.0.2.1", 1.5));
    EXPECT_TRUE(penalties.fail("192.0.2.1", 0.6));
}

TEST(Penalties, AnIpv6NeighbourhoodCountsAsOne) {
    EXPECT_EQ(penalty_key("[2001:db8:1:2::9]:22"), "2001:db8:1:2::/64");
    EXPECT_EQ(penalty_key("2001:db8:1:2:ffff::1"), "2001:db8:1:2::/64");
    EXPECT_EQ(penalty_key("[::ffff:192.0.2.7]:22"), "192.0.2.7");
    EXPECT_EQ(penalty_key("192.0.2.7:1"), "192.0.2.7");
}

TEST(Penalties, MemoryIsBoundedAndBannedAddressesAreKeptLongest) {
    HandClock clock;
    Penalties penalties({.points = 2, .addresses = 3}, clock);
    EXPECT_TRUE(penalties.fail("192.0.2.1", 2));
    for (int host = 2; host < 50; ++host)
        EXPECT_FALSE(penalties.fail("192.0.2." + std::to_string(host), 1));
    EXPECT_TRUE(penalties.banned("192.0.2.1"));
}

}  // namespace
}  // namespace sallyport::transports
