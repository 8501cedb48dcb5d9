// SPDX-License-Identifier: Apache-2.0
#include "transports/headers.h"

#include <algorithm>

namespace sallyport::transports {
namespace {

char lower_octet(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

}  // namespace

bool equal_no_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return lower_octet(x) == lower_octet(y);
    });
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), lower_octet);
    return result;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view Blanks = " \t\r\n";
    const auto first = text.find_first_not_of(Blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(Blanks) - first + 1);
}

const std::string* find_header(const HeaderList& headers, std::string_view name) {
    for (const auto& [key, value] : headers)
        if (equal_no_case(key, name)) return &value;
    return nullptr;
}

std::size_t count_header(const HeaderList& headers, std::string_view name) {
    return static_cast<std::size_t>(
        std::count_if(headers.begin(), headers.end(), [&](const auto& field) {
            return equal_no_case(field.first, name);
        }));
}

std::string_view header_or_empty(const HeaderList& headers, std::string_view name) {
    const std::string* value = find_header(headers, name);
    return value == nullptr ? std::string_view() : std::string_view(*value);
}

std::string write_headers(const HeaderList& headers) {
    std::string text;
    for (const auto& [name, value] : headers)
        text += name + ": " + value + "\r\n";
    return text;
}

}  // namespace sallyport::transports
