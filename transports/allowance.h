// SPDX-License-Identifier: Apache-2.0
// A bucket that refills: what the wire may make us do durably is bounded per time, however often it asks.
#pragma once

#include <algorithm>
#include <chrono>
#include <mutex>

namespace sallyport::transports {

// Thread-safe.
class Allowance {
public:
    // Holds at most `burst`; `per_second` flow back.
    Allowance(double burst, double per_second)
        : m_burst(burst), m_per_second(per_second), m_left(burst) {}

    // True, and taken, when there is enough.
    bool take(double amount, std::chrono::steady_clock::time_point now) {
        const std::lock_guard lock(m_mutex);
        if (m_started && now > m_last)
            m_left = std::min(
                m_burst,
                m_left + m_per_second * std::chrono::duration<double>(now - m_last).count());
        if (!m_started || now > m_last) m_last = now;
        m_started = true;
        if (amount > m_left) return false;
        m_left -= amount;
        return true;
    }

private:
    std::mutex m_mutex;
    const double m_burst;
    const double m_per_second;
    double m_left;
    bool m_started = false;
    std::chrono::steady_clock::time_point m_last{};
};

}  // namespace sallyport::transports
