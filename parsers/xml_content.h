// SPDX-License-Identifier: Apache-2.0
// The children of one element against its content model. Private to parsers/.
#pragma once

#include "parsers/xml_schema.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace sallyport::edi {

struct ContentFinding {
    enum class Kind : std::uint8_t { Missing, Misplaced, Repeated, Choice };
    Kind kind = Kind::Missing;
    std::size_t child =
        0;  // Misplaced, Repeated, Choice with a child too many: index into the children
    std::uint32_t particle = 0;  // XmlType::particles: what is missing, or what the child is
    std::size_t count = 0;       // Repeated: how many there are
};

// Every child must be known to the type (by_tag). One finding per cause: what stands in the wrong place is not also
// missing in the right one. At most `limit` findings.
std::vector<ContentFinding> check_content(const XmlType& type,
                                          const std::vector<std::string_view>& children,
                                          std::size_t limit);

}  // namespace sallyport::edi
