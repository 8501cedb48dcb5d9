// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/log_limit.h"

#include "gateway/base/guarded.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace sallyport {
namespace {

using Steady = std::chrono::steady_clock::time_point;

struct Bucket {
    Level level = Level::Info;
    double tokens = 0;
    Steady filled;
    std::uint64_t suppressed = 0;
};
using Buckets = std::map<std::string, Bucket, std::less<>>;

// What is written once the lock is free: the next sink may be slow.
struct Debt {
    Level level = Level::Info;
    std::string sentence;
    std::uint64_t suppressed = 0;
};

constexpr std::string_view Overflow = "(other lines)";

class LimitedSink final : public LogSink {
public:
    LimitedSink(Log next, const Clock& clock, LogLimit limit)
        : m_next(std::move(next)), m_clock(clock), m_limit(limit) {}
    ~LimitedSink() override {
        m_buckets.with([&](Buckets& buckets) {
            for (const auto& [sentence, bucket] : buckets)
                if (bucket.suppressed > 0) say({bucket.level, sentence, bucket.suppressed});
        });
    }
    LimitedSink(const LimitedSink&) = delete;
    LimitedSink& operator=(const LimitedSink&) = delete;
    LimitedSink(LimitedSink&&) = delete;
    LimitedSink& operator=(LimitedSink&&) = delete;

    void write(Level level,
               std::string_view sentence,
               const std::vector<std::pair<std::string, std::string>>& fields) override {
        std::vector<Debt> debts;
        const bool passes = m_buckets.with([&](Buckets& buckets) {
            const bool taken = take(buckets, level, sentence);
            collect(buckets, debts);
            return taken;
        });
        for (const Debt& debt : debts)
            say(debt);
        if (passes) hand_on(level, sentence, fields);
    }

private:
    void fill(Bucket& bucket) const {
        const Steady now = m_clock.steady_now();
        const std::chrono::duration<double> since = now - bucket.filled;
        bucket.tokens = std::min(static_cast<double>(m_limit.burst),
                                 bucket.tokens + since.count() * m_limit.per_second);
        bucket.filled = now;
    }

    bool take(Buckets& buckets, Level level, std::string_view sentence) const {
        auto found = buckets.find(sentence);
        if (found == buckets.end()) {
            const bool room = buckets.size() < m_limit.kinds;
            const Bucket full{level, static_cast<double>(m_limit.burst), m_clock.steady_now(), 0};
            found = buckets.emplace(room ? sentence : Overflow, full).first;
        }
        Bucket& bucket = found->second;
        fill(bucket);
        if (bucket.tokens < 1) {
            ++bucket.suppressed;
            return false;
        }
        bucket.tokens -= 1;
        return true;
    }

    // Counts that may be said: their bucket has a token again.
    void collect(Buckets& buckets, std::vector<Debt>& debts) const {
        for (auto& [sentence, bucket] : buckets) {
            if (bucket.suppressed == 0) continue;
            fill(bucket);
            if (bucket.tokens < 1) continue;
            bucket.tokens -= 1;
            debts.push_back({bucket.level, sentence, std::exchange(bucket.suppressed, 0)});
        }
    }

    void say(const Debt& debt) const {
        hand_on(debt.level,
                "similar log lines were suppressed",
                {{"suppressed", std::to_string(debt.suppressed)}, {"sentence", debt.sentence}});
    }

    void hand_on(Level level,
                 std::string_view sentence,
                 const std::vector<std::pair<std::string, std::string>>& fields) const {
        Log line = m_next;
        for (const auto& [key, value] : fields)
            line = line.with({{key, value}});
        switch (level) {
            case Level::Debug:
                return line.debug(sentence);
            case Level::Info:
                return line.info(sentence);
            case Level::Warn:
                return line.warn(sentence);
            case Level::Error:
                return line.error(sentence);
        }
    }

    Log m_next;
    const Clock& m_clock;
    LogLimit m_limit;
    Guarded<Buckets> m_buckets;
};

}  // namespace

Log limited_log(Log next, const Clock& clock, LogLimit limit) {
    // What is too low for `next` is dropped there.
    return Log(std::make_shared<LimitedSink>(std::move(next), clock, limit), Level::Debug);
}

}  // namespace sallyport
