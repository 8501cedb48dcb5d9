// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/utf8.h"

namespace sallyport {
namespace {

// Octets that follow `first`; negative: it starts no character.
int more_octets(unsigned char first) {
    if (first < 0x80) return 0;
    if (first >= 0xC2 && first <= 0xDF) return 1;
    if (first >= 0xE0 && first <= 0xEF) return 2;
    if (first >= 0xF0 && first <= 0xF4) return 3;
    return -1;
}

}  // namespace

std::size_t utf8_prefix(std::string_view text) {
    std::size_t at = 0;
    while (at < text.size()) {
        const auto first = static_cast<unsigned char>(text[at]);
        const int more = more_octets(first);
        if (more < 0 || text.size() - at <= static_cast<std::size_t>(more)) return at;
        for (int octet = 1; octet <= more; ++octet) {
            const auto next =
                static_cast<unsigned char>(text[at + static_cast<std::size_t>(octet)]);
            if ((next & 0xC0U) != 0x80) return at;
            // Overlong forms, surrogates, and what lies beyond Unicode.
            if (octet == 1 && ((first == 0xE0 && next < 0xA0) || (first == 0xED && next > 0x9F) ||
                               (first == 0xF0 && next < 0x90) || (first == 0xF4 && next > 0x8F)))
                return at;
        }
        at += static_cast<std::size_t>(more) + 1;
    }
    return at;
}

}  // namespace sallyport
