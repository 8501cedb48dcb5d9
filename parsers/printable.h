// SPDX-License-Identifier: Apache-2.0
// Octets as UTF-8 text: well-formed UTF-8 as it is, anything else read as ISO 8859-1. Private to parsers/.
#pragma once

#include <string>
#include <string_view>

namespace sallyport::edi {

std::string printable(std::string_view octets);

}  // namespace sallyport::edi
