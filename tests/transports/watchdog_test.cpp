// SPDX-License-Identifier: Apache-2.0
#include "transports/watchdog.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>

namespace sallyport::transports {
namespace {

using namespace std::chrono_literals;

class HandClock final : public Clock {
public:
    Instant now() const override { return Instant(std::chrono::microseconds(m_micros.load())); }
    std::chrono::steady_clock::time_point steady_now() const override {
        return std::chrono::steady_clock::time_point(std::chrono::microseconds(m_micros.load()));
    }
    void advance(std::chrono::microseconds by) { m_micros += by.count(); }

private:
    std::atomic<std::int64_t> m_micros{1'000'000};
};

struct Pair {
    Pair() { EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0); }
    ~Pair() {
        ::close(ends[0]);
        ::close(ends[1]);
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;
    Pair(Pair&&) = delete;
    Pair& operator=(Pair&&) = delete;
    bool open() const {
        char c = 0;
        return ::recv(ends[1], &c, 1, MSG_DONTWAIT) < 0;
    }
    int ends[2] = {-1, -1};
};

TEST(Watchdog, ShutsDownExactlyTheSocketsWhoseDeadlineHasPassed) {
    HandClock clock;
    Watchdog dog(clock);
    const Pair early;
    const Pair late;
    const Pair without;
    Watchdog::Watch first(dog, early.ends[0]);
    Watchdog::Watch second(dog, late.ends[0]);
    Watchdog::Watch third(dog, without.ends[0]);
    first.until(clock.steady_now() + 5s);
    second.until(clock.steady_now() + 10s);
    clock.advance(4999ms);
    dog.check_now();
    EXPECT_TRUE(early.open());
    clock.advance(1ms);
    dog.check_now();
    EXPECT_FALSE(early.open());
    EXPECT_TRUE(first.fired());
    EXPECT_TRUE(late.open());
    second.until(clock.steady_now() + 100s);
    clock.advance(50s);
    dog.check_now();
    EXPECT_TRUE(late.open());
    EXPECT_TRUE(without.open());
    EXPECT_FALSE(second.fired());
}

TEST(Watchdog, LeavesADescriptorAloneOnceItsWatchIsGone) {
    HandClock clock;
    Watchdog dog(clock);
    const Pair pair;
    {
        Watchdog::Watch watch(dog, pair.ends[0]);
        watch.until(clock.steady_now() + 1s);
    }
    clock.advance(10s);
    dog.check_now();
    EXPECT_TRUE(pair.open());
}

TEST(Watchdog, EndsIdleSocketsFirstAndAllOnDemand) {
    HandClock clock;
    Watchdog dog(clock);
    const Pair idle;
    const Pair busy;
    Watchdog::Watch idle_watch(dog, idle.ends[0]);
    Watchdog::Watch busy_watch(dog, busy.ends[0]);
    idle_watch.until(clock.steady_now() + 1h, true);
    busy_watch.until(clock.steady_now() + 1h);
    dog.expire_idle();
    EXPECT_FALSE(idle.open());
    EXPECT_TRUE(busy.open());
    dog.expire_all();
    EXPECT_FALSE(busy.open());
}

TEST(Watchdog, WakesByItselfForANearerDeadline) {
    SystemClock clock;
    Watchdog dog(clock);
    const Pair pair;
    Watchdog::Watch watch(dog, pair.ends[0]);
    watch.until(clock.steady_now() + 1h);
    watch.until(clock.steady_now() + 20ms);
    char c = 0;
    EXPECT_EQ(::recv(pair.ends[1], &c, 1, 0), 0);  // blocks until the watchdog acts
}

TEST(Watchdog, MakesRoomByTheOldestThatIsStillWaiting) {
    HandClock clock;
    Watchdog dog(clock);
    const Pair busy;
    const Pair older;
    const Pair newer;
    Watchdog::Watch first(dog, busy.ends[0]);
    Watchdog::Watch second(dog, older.ends[0]);
    Watchdog::Watch third(dog, newer.ends[0]);
    EXPECT_FALSE(dog.expire_oldest_waiting()) << "nobody waits";
    first.waiting(true);
    second.waiting(true);
    third.waiting(true);
    first.waiting(false);  // its request is complete
    EXPECT_TRUE(dog.expire_oldest_waiting());
    EXPECT_TRUE(second.fired());
    EXPECT_FALSE(older.open());
    EXPECT_TRUE(newer.open());
    EXPECT_TRUE(dog.expire_oldest_waiting());
    EXPECT_FALSE(newer.open());
    second.waiting(true);  // ended already
    EXPECT_FALSE(dog.expire_oldest_waiting());
    EXPECT_TRUE(busy.open());
}

}  // namespace
}  // namespace sallyport::transports
