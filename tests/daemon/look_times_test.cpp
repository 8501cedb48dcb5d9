// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/look_times.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace sallyport::daemon {
namespace {

using namespace std::chrono_literals;

// A watch that counts its looks; its interval never comes.
class Looker {
public:
    explicit Looker(LookPlan plan) : m_times(std::move(plan)) {
        m_thread = std::thread([this] {
            while (m_times.wait(1h)) {
                const std::lock_guard lock(m_mutex);
                ++m_looks;
                m_changed.notify_all();
            }
        });
    }
    ~Looker() {
        m_times.stop();
        m_thread.join();
    }
    void wake() { m_times.wake(); }
    bool looks(unsigned count) {
        std::unique_lock lock(m_mutex);
        return m_changed.wait_for(lock, 20s, [&] { return m_looks >= count; });
    }
    unsigned so_far() {
        const std::lock_guard lock(m_mutex);
        return m_looks;
    }

private:
    LookTimes m_times;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    unsigned m_looks = 0;
    std::thread m_thread;
};

TEST(LookTimes, AWakeUpIsALookAtOnceAndSomeMoreForWhatIsCommittedLater) {
    Looker looker({.least = 0ms, .again = {1ms, 1ms}});
    looker.wake();
    EXPECT_TRUE(looker.looks(3));
    looker.wake();
    EXPECT_TRUE(looker.looks(6)) << "each wake-up has its own";
}

TEST(LookTimes, NothingFollowsWhereNobodyWoke) {
    LookTimes times({.least = 0ms, .again = {1ms, 1ms}});
    auto waiting = std::async(std::launch::async, [&] { return times.wait(1h); });
    EXPECT_EQ(waiting.wait_for(50ms), std::future_status::timeout);
    times.stop();
    EXPECT_FALSE(waiting.get());
}

TEST(LookTimes, AThousandWakeUpsAreFewLooks) {
    Looker looker({.least = 1h, .again = {}});
    for (int time = 0; time < 1000; ++time)
        looker.wake();
    EXPECT_EQ(looker.so_far(), 0U) << "not before the least pause";
}

TEST(LookTimes, AWakeUpDuringALookIsNotLost) {
    LookTimes times({.least = 0ms, .again = {}});
    times.wake();  // nobody waits yet
    EXPECT_TRUE(times.wait(1h));
}

TEST(LookTimes, TheIntervalIsALookWithoutAnyWakeUp) {
    LookTimes times({.least = 0ms, .again = {}});
    EXPECT_TRUE(times.wait(1ms));
}

TEST(LookTimes, StoppingEndsEveryPause) {
    for (const auto least : {0ms, std::chrono::milliseconds(1h)}) {
        LookTimes times({.least = least, .again = {}});
        auto waiting = std::async(std::launch::async, [&] { return times.wait(1h); });
        times.stop();
        EXPECT_FALSE(waiting.get());
    }
}

}  // namespace
}  // namespace sallyport::daemon
