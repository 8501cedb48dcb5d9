// SPDX-License-Identifier: Apache-2.0
// A value that can be reached only while its lock is held.
#pragma once

#include <mutex>
#include <utility>

namespace sallyport {

template <typename T>
class Guarded {
public:
    Guarded() = default;
    explicit Guarded(T value) : m_value(std::move(value)) {}

    template <typename F>
    decltype(auto) with(F&& use) {
        const std::lock_guard lock(m_mutex);
        return std::forward<F>(use)(m_value);
    }
    template <typename F>
    decltype(auto) with(F&& use) const {
        const std::lock_guard lock(m_mutex);
        return std::forward<F>(use)(m_value);
    }

private:
    mutable std::mutex m_mutex;
    T m_value{};
};

}  // namespace sallyport
