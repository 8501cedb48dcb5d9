// SPDX-License-Identifier: Apache-2.0
// What is looked at before libxml2 sees the octets: encoding, and limits libxml2 does not have. Private to parsers/.
#pragma once

#include "gateway/base/error.h"
#include "parsers/xml.h"

#include <string>
#include <string_view>

namespace sallyport::edi {

struct XmlText {
    std::string_view utf8;  // into the octets, or into `converted`
    std::string converted;
    std::size_t skipped = 0;  // octets of the stream before utf8: byte order mark, blank lines
    bool byte_order_mark = false;
    bool blanks_before =
        false;  // blank octets before the XML declaration, which XML does not allow
};
// Error xml.encoding.
Result<XmlText> xml_text(std::string_view octets);

// One linear pass over the tags: names, attributes, length. Errors xml.limit.name, xml.limit.attributes, xml.limit.tag.
// Counts what it passes, as room for the tree: a guess where the text is not well-formed.
struct XmlTags {
    std::size_t elements = 0, attributes = 0;
};
Result<XmlTags> check_tags(std::string_view utf8, const XmlLimits& limits);

}  // namespace sallyport::edi
