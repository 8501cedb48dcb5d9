// SPDX-License-Identifier: Apache-2.0
// Octets from one character set to another, through the C library's iconv. Private to parsers/.
#pragma once

#include <iconv.h>

#include <optional>
#include <string>
#include <string_view>

namespace sallyport::edi {

class CharsetConverter {
public:
    CharsetConverter(const char* to, const char* from);
    ~CharsetConverter();
    CharsetConverter(const CharsetConverter&) = delete;
    CharsetConverter& operator=(const CharsetConverter&) = delete;

    // Empty: the library does not know the sets, or the text is not well formed or has no counterpart.
    std::optional<std::string> convert(std::string_view text);

private:
    bool valid() const;
    iconv_t m_handle;
};

}  // namespace sallyport::edi
