// SPDX-License-Identifier: Apache-2.0
// Absolute deadlines on sockets: when one passes, the socket is shut down under whoever blocks on it. Time-outs of single
// reads do not bound a peer that sends one octet a second; this does.
#pragma once

#include "gateway/base/clock.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace sallyport::transports {

// Thread-safe. One thread for any number of sockets. Outlives its watches.
class Watchdog {
public:
    using Deadline = std::chrono::steady_clock::time_point;

    // One socket under watch, until the end of the object: it must go before the descriptor is closed.
    class Watch {
    public:
        Watch(Watchdog& dog, int descriptor);
        ~Watch();
        Watch(const Watch&) = delete;
        Watch& operator=(const Watch&) = delete;
        Watch(Watch&&) = delete;
        Watch& operator=(Watch&&) = delete;

        // `idle`: nothing of a request has arrived; expire_idle() may end it.
        void until(Deadline deadline, bool idle = false);
        void off();  // no deadline
        // Nothing complete has come yet: expire_oldest_waiting() may end it. Off at the beginning.
        void waiting(bool is);
        bool fired() const;

    private:
        Watchdog& m_dog;
        std::uint64_t m_id;
    };

    explicit Watchdog(const Clock& clock);
    ~Watchdog();
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;
    Watchdog(Watchdog&&) = delete;
    Watchdog& operator=(Watchdog&&) = delete;

    void expire_idle();  // shuts down every socket whose watch is idle
    // Shuts down the socket that has been watched longest among those that are waiting; false when none is.
    bool expire_oldest_waiting();
    void expire_all();
    void check_now();  // for clocks that jump: looks at every deadline at once

private:
    struct Entry {
        int descriptor = -1;
        Deadline deadline = Deadline::max();
        bool idle = false;
        bool waiting = false;
        bool fired = false;
    };
    void run();
    Deadline fire_due();  // with the lock held; the next deadline
    static void fire(Entry& entry);

    const Clock& m_clock;
    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    std::map<std::uint64_t, Entry> m_entries;
    std::uint64_t m_next_id = 1;
    Deadline m_wake = Deadline::max();
    bool m_stop = false;
    std::thread m_thread;
};

}  // namespace sallyport::transports
