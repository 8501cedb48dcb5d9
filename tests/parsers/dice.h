// SPDX-License-Identifier: Apache-2.0
// Draws from a seed, the same on every machine (splitmix64).
#pragma once

#include <cstddef>
#include <cstdint>

namespace sallyport::edi::test {

// splitmix64, so that the same documents are tried everywhere.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : m_state(seed) {}
    std::size_t operator()(std::size_t below) {
        m_state += 0x9E3779B97F4A7C15;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (z ^ (z >> 31)) % below;
    }

private:
    std::uint64_t m_state;
};

}  // namespace sallyport::edi::test
