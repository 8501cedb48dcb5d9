// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/tolerance.h"

#include <gtest/gtest.h>

namespace sallyport::odoo {
namespace {

using Act = flow::BuyingRules::Act;

Decimal number(const char* text) {
    return *Decimal::parse(text);
}

flow::BuyingRules rules(const char* price, const char* quantity, int days) {
    flow::BuyingRules one;
    one.price_tolerance = price;
    one.quantity_tolerance = quantity;
    one.days_late = days;
    return one;
}

}  // namespace

TEST(Judge, AllowsExactlyThePercentageAndNoMore) {
    Judge judge(rules("1", "2.5", 0));
    EXPECT_TRUE(judge.price("line 1", number("6.50"), number("6.565")));
    EXPECT_TRUE(judge.price("line 1", number("6.50"), number("6.435")));
    EXPECT_FALSE(judge.price("line 1", number("6.50"), number("6.5651")));
    EXPECT_TRUE(judge.quantity("line 1", number("40"), number("41")));
    EXPECT_FALSE(judge.quantity("line 1", number("40"), number("38.99")));
}

TEST(Judge, WithoutAToleranceOnlyTheSameIsWithin) {
    Judge judge(rules("0", "nonsense", 0));
    EXPECT_TRUE(judge.price("line 1", number("6.5"), number("6.500")));
    EXPECT_FALSE(judge.price("line 1", number("6.5"), number("6.51")));
    EXPECT_FALSE(judge.quantity("line 1", number("5"), number("4")));
    EXPECT_TRUE(judge.quantity("line 1", number("0"), number("0")));
    EXPECT_FALSE(judge.quantity("line 1", number("0"), number("1")));
}

TEST(Judge, LessThanTheMostIsNoDifference) {
    Judge judge(rules("0", "10", 0));
    EXPECT_TRUE(judge.no_more("line 1", "received", number("50"), number("1")));
    EXPECT_TRUE(judge.no_more("line 1", "received", number("50"), number("55")));
    EXPECT_FALSE(judge.any());
    EXPECT_FALSE(judge.no_more("line 1", "received", number("50"), number("55.01")));
    EXPECT_EQ(judge.text(), "line 1: quantity 55.01, but 50 received");
}

TEST(Judge, ADateMayBeEarlierAndAsManyDaysLate) {
    Judge judge(rules("0", "0", 2));
    EXPECT_TRUE(judge.date("line 1", "2026-12-30 12:00:00", "2026-01-01"));
    EXPECT_TRUE(judge.date("line 1", "2026-12-30 12:00:00", "2027-01-01"));
    EXPECT_TRUE(judge.date("line 1", "", "2027-01-05"));
    EXPECT_FALSE(judge.any());
    EXPECT_FALSE(judge.date("line 1", "2026-12-30 12:00:00", "2027-01-02"));
    EXPECT_EQ(judge.worst(), Act::Warn);
}

TEST(Judge, TheWorstOfAllCounts) {
    auto one = rules("0", "0", 0);
    one.on_quantity = Act::Reject;
    Judge judge(one);
    EXPECT_EQ(judge.worst(), Act::Warn);
    judge.price("line 1", number("1"), number("2"));
    EXPECT_EQ(judge.worst(), Act::Hold);
    judge.quantity("line 2", number("1"), number("2"));
    EXPECT_EQ(judge.worst(), Act::Reject);
    judge.remark("a lot is missing");
    EXPECT_EQ(judge.all().size(), 3U);
    EXPECT_EQ(judge.text(), "line 1: price 2 instead of 1; line 2: quantity 2 instead of 1");
}

}  // namespace sallyport::odoo
