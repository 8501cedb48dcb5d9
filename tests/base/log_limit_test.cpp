// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/log_limit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace sallyport {
namespace {

class StillClock final : public Clock {
public:
    Instant now() const override { return {}; }
    std::chrono::steady_clock::time_point steady_now() const override { return m_now; }
    void advance(std::chrono::milliseconds by) { m_now += by; }

private:
    std::chrono::steady_clock::time_point m_now;
};

class Lines final : public LogSink {
public:
    void write(Level /*level*/,
               std::string_view sentence,
               const std::vector<std::pair<std::string, std::string>>& fields) override {
        std::string line(sentence);
        for (const auto& [key, value] : fields)
            line += " " + key + "=" + value;
        all.push_back(line);
    }
    std::size_t count(const std::string& line) const {
        return static_cast<std::size_t>(std::count(all.begin(), all.end(), line));
    }
    std::vector<std::string> all;
};

class LimitedLog : public ::testing::Test {
protected:
    StillClock m_clock;
    std::shared_ptr<Lines> m_lines = std::make_shared<Lines>();
    Log m_log = limited_log(Log(m_lines), m_clock, {.burst = 3, .per_second = 0.5, .kinds = 4});
};

TEST_F(LimitedLog, LetsABurstThroughAndCountsTheRest) {
    for (int line = 0; line < 10; ++line)
        m_log.warn("refused");
    EXPECT_EQ(m_lines->all, (std::vector<std::string>{"refused", "refused", "refused"}));
    m_clock.advance(std::chrono::seconds(4));  // two tokens: one for the count, one for the line
    m_log.warn("refused");
    ASSERT_EQ(m_lines->all.size(), 5U);
    EXPECT_EQ(m_lines->count("similar log lines were suppressed suppressed=7 sentence=refused"),
              1U);
    EXPECT_EQ(m_lines->count("refused"), 4U);
}

TEST_F(LimitedLog, KeepsKindsApart) {
    for (int line = 0; line < 10; ++line)
        m_log.warn("refused");
    m_log.info("deadline passed");
    EXPECT_EQ(m_lines->count("deadline passed"), 1U);
}

TEST_F(LimitedLog, SaysTheCountWithALineOfAnotherKindOnceTheBucketHasATokenAgain) {
    for (int line = 0; line < 4; ++line)
        m_log.warn("refused");
    m_log.info("deadline passed");
    EXPECT_EQ(m_lines->all.size(), 4U) << "not yet";
    m_clock.advance(std::chrono::seconds(2));
    m_log.info("deadline passed");
    EXPECT_EQ(m_lines->count("similar log lines were suppressed suppressed=1 sentence=refused"),
              1U);
}

TEST_F(LimitedLog, OwesNothingWhenItEnds) {
    for (int line = 0; line < 5; ++line)
        m_log.warn("refused");
    m_log = Log(null_sink());
    EXPECT_EQ(m_lines->all.back(),
              "similar log lines were suppressed suppressed=2 sentence=refused");
}

TEST_F(LimitedLog, DoesNotGrowWithTheNumberOfKinds) {
    for (int kind = 0; kind < 100; ++kind)
        m_log.warn("kind " + std::to_string(kind));
    EXPECT_EQ(m_lines->all.size(), 4U + 3U)
        << "four kinds, and what the shared bucket lets through";
}

TEST_F(LimitedLog, TheAverageHoldsOverALongTime) {
    for (int second = 0; second < 1000; ++second) {
        for (int line = 0; line < 20; ++line)
            m_log.warn("refused");
        m_clock.advance(std::chrono::seconds(1));
    }
    EXPECT_LE(m_lines->all.size(), 3U + 500U);
    EXPECT_GE(m_lines->all.size(), 450U);
}

}  // namespace
}  // namespace sallyport
