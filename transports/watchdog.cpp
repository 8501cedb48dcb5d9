// SPDX-License-Identifier: Apache-2.0
#include "transports/watchdog.h"

#include <sys/socket.h>

#include <algorithm>

namespace sallyport::transports {

Watchdog::Watch::Watch(Watchdog& dog, int descriptor) : m_dog(dog) {
    const std::lock_guard lock(m_dog.m_mutex);
    m_id = m_dog.m_next_id++;
    m_dog.m_entries[m_id].descriptor = descriptor;
}

Watchdog::Watch::~Watch() {
    const std::lock_guard lock(m_dog.m_mutex);
    m_dog.m_entries.erase(m_id);
}

void Watchdog::Watch::until(Deadline deadline, bool idle) {
    const std::lock_guard lock(m_dog.m_mutex);
    Entry& entry = m_dog.m_entries[m_id];
    entry.deadline = deadline;
    entry.idle = idle;
    // A later deadline needs no waking: the thread looks again when the earlier one has passed.
    if (deadline < m_dog.m_wake) m_dog.m_changed.notify_one();
}

void Watchdog::Watch::off() {
    until(Deadline::max());
}

void Watchdog::Watch::waiting(bool is) {
    const std::lock_guard lock(m_dog.m_mutex);
    Entry& entry = m_dog.m_entries[m_id];
    entry.waiting = is && !entry.fired;
}

bool Watchdog::Watch::fired() const {
    const std::lock_guard lock(m_dog.m_mutex);
    return m_dog.m_entries.at(m_id).fired;
}

Watchdog::Watchdog(const Clock& clock) : m_clock(clock), m_thread([this] { run(); }) {}

Watchdog::~Watchdog() {
    {
        const std::lock_guard lock(m_mutex);
        m_stop = true;
    }
    m_changed.notify_one();
    m_thread.join();
}

void Watchdog::fire(Entry& entry) {
    entry.fired = true;
    entry.waiting = false;
    entry.deadline = Deadline::max();
    ::shutdown(entry.descriptor, SHUT_RDWR);
}

Watchdog::Deadline Watchdog::fire_due() {
    const Deadline now = m_clock.steady_now();
    Deadline next = Deadline::max();
    for (auto& [id, entry] : m_entries) {
        if (entry.deadline <= now) fire(entry);
        next = std::min(next, entry.deadline);
    }
    return next;
}

void Watchdog::expire_idle() {
    const std::lock_guard lock(m_mutex);
    for (auto& [id, entry] : m_entries)
        if (entry.idle) fire(entry);
}

bool Watchdog::expire_oldest_waiting() {
    const std::lock_guard lock(m_mutex);
    const auto oldest = std::find_if(
        m_entries.begin(), m_entries.end(), [](const auto& one) { return one.second.waiting; });
    if (oldest == m_entries.end()) return false;
    fire(oldest->second);
    return true;
}

void Watchdog::expire_all() {
    const std::lock_guard lock(m_mutex);
    for (auto& [id, entry] : m_entries)
        fire(entry);
}

void Watchdog::check_now() {
    const std::lock_guard lock(m_mutex);
    fire_due();
}

void Watchdog::run() {
    std::unique_lock lock(m_mutex);
    while (!m_stop) {
        m_wake = fire_due();
        // A bounded wait, so that a duration derived from "no deadline" cannot overflow.
        const auto wait = std::min<std::chrono::nanoseconds>(std::chrono::minutes(1),
                                                             m_wake - m_clock.steady_now());
        m_changed.wait_for(lock, wait);
    }
}

}  // namespace sallyport::transports
