// SPDX-License-Identifier: Apache-2.0
// Octets as UTF-8 text: well-formed UTF-8 as it is, anything else read as ISO 8859-1. Private to parsers/.
#pragma once

#include <string>
#include <string_view>

namespace sallyport::edi {

std::string printable(std::string_view octets);

// C0 and DEL: in no value of either standard (X12.6, ISO 9735-1).
constexpr bool is_control(char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
}

}  // namespace sallyport::edi
