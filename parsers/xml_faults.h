// SPDX-License-Identifier: Apache-2.0
// Faults of XML documents: their catalogue, and making one with its place. Private to parsers/.
#pragma once

#include "parsers/document.h"
#include "parsers/faults.h"
#include "parsers/xml_tree.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sallyport::edi {

std::span<const FaultKind> xml_fault_kinds();

// A fault at a segment of an XML transaction (an element, an attribute): place, XPath, and the value that stands there.
Fault xml_fault(std::string_view code,
                XmlPlaces& places,
                std::uint32_t segment,
                std::string message);

// True when `sink` keeps what comes next; what is only counted needs neither path nor words (bare_fault).
inline bool wants_more(const FaultSink& sink) {
    return sink.left_out() == 0 || sink.errors() == 0;
}
Fault bare_fault(std::string_view code, Severity severity);

// The same for a compiled business rule: `rule` is the published id and becomes the code.
Fault xml_rule_fault(std::string_view rule,
                     Severity severity,
                     XmlPlaces& places,
                     std::uint32_t segment,
                     std::string message);

}  // namespace sallyport::edi
