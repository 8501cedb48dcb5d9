// SPDX-License-Identifier: Apache-2.0
#include "parsers/printable.h"

#include <cstddef>

namespace sallyport::edi {
namespace {

// Length of the well-formed UTF-8 sequence at `at`; 0: none.
std::size_t utf8_length(std::string_view text, std::size_t at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xF0 && lead < 0xF5 ? 4
                                                             : 0;
    if (length == 0 || at + length > text.size()) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((static_cast<unsigned char>(text[at + i]) & 0xC0) != 0x80) return 0;
    }
    const auto second = length > 1 ? static_cast<unsigned char>(text[at + 1]) : 0;
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool outside = (lead == 0xED && second >= 0xA0) || (lead == 0xF4 && second >= 0x90);
    return overlong || outside ? 0 : length;
}

}  // namespace

std::string printable(std::string_view octets) {
    bool valid = true;
    for (std::size_t at = 0; at < octets.size() && valid;) {
        const std::size_t length = utf8_length(octets, at);
        valid = length != 0;
        at += length;
    }
    if (valid) return std::string(octets);
    std::string text;
    for (const char c : octets) {
        const auto octet = static_cast<unsigned char>(c);
        if (octet < 0x80) {
            text += c;
        } else {
            text += static_cast<char>(0xC0 | (octet >> 6));
            text += static_cast<char>(0x80 | (octet & 0x3F));
        }
    }
    return text;
}

}  // namespace sallyport::edi
