// SPDX-License-Identifier: Apache-2.0
// Header fields as HTTP and MIME share them: a list in wire order, names compared without case.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::transports {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

bool equal_no_case(std::string_view a, std::string_view b);  // ASCII only
std::string lower(std::string_view text);                    // ASCII only
std::string_view trim(std::string_view text);                // blanks and tabs, CR and LF

// The first field of that name, or nullptr.
const std::string* find_header(const HeaderList& headers, std::string_view name);
std::size_t count_header(const HeaderList& headers, std::string_view name);
// The first field's value, or empty.
std::string_view header_or_empty(const HeaderList& headers, std::string_view name);

// "Name: value\r\n" for each, without the closing blank line.
std::string write_headers(const HeaderList& headers);

}  // namespace sallyport::transports
