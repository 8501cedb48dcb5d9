// SPDX-License-Identifier: Apache-2.0
// Lexical rules of XML Schema's built-in types (W3C XML Schema part 2), as far as the documents here use them.
#pragma once

#include "parsers/xml_schema.h"

#include <string_view>

namespace sallyport::edi {

// `text` without blanks around it. The blank text is a value of Text only.
bool is_value(XmlValue type, std::string_view text);
// CCYYMMDD with a real day (CII format 102).
bool is_basic_date(std::string_view text);
// The fault code and the words for what was expected: {"xml.value.date", "a date such as 2026-11-23"}.
struct ValueWords {
    std::string_view code, expected;
};
ValueWords value_words(XmlValue type);

}  // namespace sallyport::edi
