// SPDX-License-Identifier: Apache-2.0
// When a watch looks again: at its interval, and at once when somebody says that there is something to see. Whoever says so
// may be early: Odoo sends its webhook before the transaction is committed, or for one that never is. So some looks follow;
// they find what is there by then, and what is not there is not found. A webhook that was lost, came twice or came in
// thousands costs looks and nothing else.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace sallyport::daemon {

struct LookPlan {
    std::chrono::milliseconds least{250};  // between two looks, however often it is woken
    // After a look that was asked for, and after each of these, until the next one.
    std::vector<std::chrono::milliseconds> again{
        std::chrono::seconds{1}, std::chrono::seconds{5}, std::chrono::seconds{20}};
};

// wait() by one thread, the others by any.
class LookTimes {
public:
    explicit LookTimes(LookPlan plan = {}) : m_plan(std::move(plan)), m_next(m_plan.again.size()) {}

    void wake();
    void stop();
    // Until the next look, `interval` at most. False: stopped.
    bool wait(std::chrono::milliseconds interval);

private:
    const LookPlan m_plan;
    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::size_t m_next;  // of the looks that follow; beyond the last: none
    bool m_woken = false;
    bool m_stopping = false;
};

}  // namespace sallyport::daemon
