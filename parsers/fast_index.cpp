// SPDX-License-Identifier: Apache-2.0
#include "parsers/fast_index.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#define SALLYPORT_AVX2 __attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt")))
#endif

namespace sallyport::edi {
namespace {

constexpr std::size_t Block = 64;

bool is_plain_text(unsigned char c) {
    return c >= 0x20 && c < 0x7F;
}

bool can_separate(char c) {
    const bool alphanumeric =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool filler = c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
    return !alphanumeric && !filler && static_cast<unsigned char>(c) < 0x80;
}

// The octets whose meaning an odd run of release characters before them takes away. `carry` says whether the first octet is
// one, and on return whether the first octet behind the block is. (The borrow trick for runs of backslashes in JSON.)
[[maybe_unused]] inline std::uint64_t released_octets(std::uint64_t release, std::uint64_t& carry) {
    constexpr std::uint64_t Even = 0x5555555555555555;
    release &= ~carry;
    const std::uint64_t follows = (release << 1) | carry;
    const std::uint64_t odd_starts = release & ~Even & ~follows;
    std::uint64_t runs_on_even = 0;
    carry = __builtin_add_overflow(odd_starts, release, &runs_on_even) ? 1 : 0;
    return (Even ^ (runs_on_even << 1)) & follows;
}

// The positions of the set bits. Eight are written whatever their number: the room behind them is the caller's promise.
[[maybe_unused]] inline std::uint32_t* put_positions(std::uint64_t bits,
                                                     std::uint32_t base,
                                                     std::uint32_t* to) {
    const int count = std::popcount(bits);
    std::uint32_t* const end = to + count;
    for (int done = 0; done < count; done += 8) {
        for (int i = 0; i < 8; ++i) {
            to[i] = base + static_cast<std::uint32_t>(std::countr_zero(bits));
            bits &= bits - 1;
        }
        to += 8;
    }
    return end;
}

#if defined(__x86_64__)

struct Needles {
    __m256i first, second, third, fourth, release;
};

struct Masks {
    std::uint64_t separators = 0, other = 0, release = 0;
};

SALLYPORT_AVX2 inline std::uint32_t mask_of(__m256i bytes) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
}

SALLYPORT_AVX2 inline void match_half(const char* octets,
                                      const Needles& needles,
                                      int shift,
                                      Masks& masks) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(octets));
    const __m256i separators =
        _mm256_or_si256(_mm256_or_si256(_mm256_cmpeq_epi8(block, needles.first),
                                        _mm256_cmpeq_epi8(block, needles.second)),
                        _mm256_or_si256(_mm256_cmpeq_epi8(block, needles.third),
                                        _mm256_cmpeq_epi8(block, needles.fourth)));
    // Signed: octets above 0x7F are negative, so that one comparison finds them and the control characters.
    const __m256i text = _mm256_andnot_si256(_mm256_cmpeq_epi8(block, _mm256_set1_epi8(0x7F)),
                                             _mm256_cmpgt_epi8(block, _mm256_set1_epi8(0x1F)));
    masks.separators |= std::uint64_t{mask_of(separators)} << shift;
    masks.other |= std::uint64_t{~mask_of(text)} << shift;
    masks.release |= std::uint64_t{mask_of(_mm256_cmpeq_epi8(block, needles.release))} << shift;
}

SALLYPORT_AVX2 inline std::uint64_t match_block(const char* octets,
                                                const Needles& needles,
                                                bool releases,
                                                std::uint64_t& carry) {
    Masks masks;
    match_half(octets, needles, 0, masks);
    match_half(octets + 32, needles, 32, masks);
    if (!releases || (masks.release | carry) == 0) [[likely]]
        return masks.separators | masks.other;
    const std::uint64_t released = released_octets(masks.release, carry);
    return (masks.separators & ~released) | masks.other | masks.release;
}

SALLYPORT_AVX2 std::size_t index_avx2(std::string_view octets,
                                      const IndexedOctets& indexed,
                                      std::uint32_t* to) {
    const Needles needles{_mm256_set1_epi8(indexed.separators[0]),
                          _mm256_set1_epi8(indexed.separators[1]),
                          _mm256_set1_epi8(indexed.separators[2]),
                          _mm256_set1_epi8(indexed.separators[3]),
                          _mm256_set1_epi8(indexed.release)};
    const bool releases = indexed.release != '\0';
    std::uint64_t carry = 0;
    std::uint32_t* const start = to;
    std::size_t at = 0;
    for (; at + Block <= octets.size(); at += Block) {
        to = put_positions(match_block(octets.data() + at, needles, releases, carry),
                           static_cast<std::uint32_t>(at),
                           to);
    }
    if (at < octets.size()) {
        std::array<char, Block> rest;
        rest.fill('A');
        std::memcpy(rest.data(), octets.data() + at, octets.size() - at);
        const std::uint64_t inside = (std::uint64_t{1} << (octets.size() - at)) - 1;
        to = put_positions(match_block(rest.data(), needles, releases, carry) & inside,
                           static_cast<std::uint32_t>(at),
                           to);
    }
    return static_cast<std::size_t>(to - start);
}

SALLYPORT_AVX2 std::size_t count_avx2(std::string_view octets, char wanted) {
    const __m256i needle = _mm256_set1_epi8(wanted);
    std::size_t count = 0, at = 0;
    for (; at + 32 <= octets.size(); at += 32) {
        const __m256i block =
            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(octets.data() + at));
        count += static_cast<std::size_t>(std::popcount(mask_of(_mm256_cmpeq_epi8(block, needle))));
    }
    for (; at < octets.size(); ++at)
        count += octets[at] == wanted ? 1u : 0u;
    return count;
}

bool has_avx2() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
}

#endif

}  // namespace

IndexedOctets IndexedOctets::of(const Separators& separators) {
    const char element = separators.element;
    return {{element,
             separators.component == '\0' ? element : separators.component,
             separators.repetition == '\0' ? element : separators.repetition,
             separators.terminator[0]},
            separators.release};
}

bool can_index(const Separators& separators) {
    const char end = separators.terminator[0];
    const bool terminates = can_separate(end) || end == '\r' || end == '\n';
    const bool distinct =
        separators.release == '\0' ||
        (separators.release != separators.element && separators.release != separators.component &&
         separators.release != separators.repetition && separators.release != end);
    return separators.terminator.size() == 1 && terminates && distinct &&
           can_separate(separators.element) &&
           (separators.component == '\0' || can_separate(separators.component)) &&
           (separators.repetition == '\0' || can_separate(separators.repetition)) &&
           (separators.release == '\0' || can_separate(separators.release));
}

std::size_t index_scalar(std::string_view octets, const IndexedOctets& indexed, std::uint32_t* to) {
    std::uint32_t* const start = to;
    bool released = false;
    for (std::size_t at = 0; at < octets.size(); ++at) {
        const char c = octets[at];
        const bool other = !is_plain_text(static_cast<unsigned char>(c));
        const bool release = indexed.release != '\0' && c == indexed.release;
        const bool separator =
            !released && std::find(indexed.separators.begin(), indexed.separators.end(), c) !=
                             indexed.separators.end();
        if (other || release || separator) *to++ = static_cast<std::uint32_t>(at);
        released = release && !released;
    }
    return static_cast<std::size_t>(to - start);
}

IndexFunction fastest_index() {
#if defined(__x86_64__)
    if (has_avx2()) return index_avx2;
#endif
    return index_scalar;
}

std::size_t count_octet(std::string_view octets, char wanted) {
#if defined(__x86_64__)
    static const bool Wide = has_avx2();
    if (Wide) return count_avx2(octets, wanted);
#endif
    return static_cast<std::size_t>(std::count(octets.begin(), octets.end(), wanted));
}

}  // namespace sallyport::edi
