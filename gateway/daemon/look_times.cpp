// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/look_times.h"

#include <algorithm>

namespace sallyport::daemon {

void LookTimes::wake() {
    {
        const std::lock_guard lock(m_mutex);
        m_woken = true;
    }
    m_changed.notify_all();
}

void LookTimes::stop() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_changed.notify_all();
}

bool LookTimes::wait(std::chrono::milliseconds interval) {
    std::unique_lock lock(m_mutex);
    const auto stopping = [&] { return m_stopping; };
    if (m_changed.wait_for(lock, std::min(m_plan.least, interval), stopping)) return false;
    auto pause = interval;
    if (m_next < m_plan.again.size()) pause = std::min(pause, m_plan.again[m_next++]);
    m_changed.wait_for(lock, pause, [&] { return m_stopping || m_woken; });
    if (std::exchange(m_woken, false)) m_next = 0;
    return !m_stopping;
}

}  // namespace sallyport::daemon
