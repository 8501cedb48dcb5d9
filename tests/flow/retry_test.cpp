// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/retry.h"

#include <gtest/gtest.h>

namespace sallyport::flow {
namespace {

using std::chrono::milliseconds;

constexpr RetryPolicy Policy{.first = milliseconds{1'000}, .cap = milliseconds{60'000}};

TEST(RetryDelay, DoublesItsCeilingUntilTheCap) {
    struct Case {
        unsigned attempt;
        std::int64_t least;
        std::int64_t most;
    };
    for (const Case& row : {Case{1, 500, 1'000},
                            Case{2, 1'000, 2'000},
                            Case{3, 2'000, 4'000},
                            Case{6, 16'000, 32'000},
                            Case{7, 30'000, 60'000},
                            Case{4'000'000'000U, 30'000, 60'000}}) {
        SCOPED_TRACE(row.attempt);
        EXPECT_EQ(retry_delay(Policy, row.attempt, 0.0).count(), row.least);
        EXPECT_NEAR(static_cast<double>(retry_delay(Policy, row.attempt, 0.999999).count()),
                    static_cast<double>(row.most),
                    1.0);
    }
}

TEST(RetryDelay, KeepsAJitterOutsideItsRangeWithinTheCap) {
    EXPECT_EQ(retry_delay(Policy, 9, 7.0).count(), 60'000);
    EXPECT_EQ(retry_delay(Policy, 9, -1.0).count(), 30'000);
}

TEST(Decide, RetriesTheNetworkUntilItGivesUp) {
    EXPECT_EQ(decide(Policy, Blame::Network, {.attempts = 300}, 0.5).next, Next::Retry);
    EXPECT_EQ(
        decide(
            Policy, Blame::Network, {.attempts = 3, .since_first = std::chrono::hours(24 * 7)}, 0.5)
            .next,
        Next::Park);
}

TEST(Decide, ParksWhatNeedsAPersonAtOnce) {
    for (const Blame blame : {Blame::Partner, Blame::Operator, Blame::BackOffice}) {
        SCOPED_TRACE(to_string(blame));
        EXPECT_EQ(decide(Policy, blame, {.attempts = 1}, 0.5).next, Next::Park);
    }
}

TEST(Decide, GivesABugOneMoreTry) {
    EXPECT_EQ(decide(Policy, Blame::Bug, {.attempts = 1}, 0.5).next, Next::Retry);
    EXPECT_EQ(decide(Policy, Blame::Bug, {.attempts = 2}, 0.5).next, Next::Park);
}

}  // namespace
}  // namespace sallyport::flow
