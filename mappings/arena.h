// SPDX-License-Identifier: Apache-2.0
// Memory of one run of a map: taken piece by piece, given back all at once. Private to mappings/.
#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <memory_resource>
#include <new>
#include <string_view>
#include <utility>

namespace sallyport::mapping {

// What is made here lives as long as the arena and is never destroyed: it may own nothing outside of it (its vectors are
// pmr vectors of memory()). Not thread-safe.
class Arena {
public:
    Arena() = default;
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    std::pmr::memory_resource* memory() { return &m_memory; }

    template <typename T, typename... Args>
    T* make(Args&&... args) {
        return ::new (m_memory.allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
    }

    std::string_view keep(std::string_view text) {
        if (text.empty()) return {};
        auto* out = static_cast<char*>(m_memory.allocate(text.size(), 1));
        std::memcpy(out, text.data(), text.size());
        return {out, text.size()};
    }

private:
    alignas(std::max_align_t) std::array<std::byte, std::size_t{16} << 10> m_first;
    std::pmr::monotonic_buffer_resource m_memory{m_first.data(), m_first.size()};
};

}  // namespace sallyport::mapping
