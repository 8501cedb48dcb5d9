// SPDX-License-Identifier: Apache-2.0
// Faults of XML documents: their catalogue, and making one with its place. Private to parsers/.
#pragma once

#include "parsers/document.h"
#include "parsers/faults.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sallyport::edi {

std::span<const FaultKind> xml_fault_kinds();

// A fault at a segment of an XML transaction (an element, an attribute): place, XPath, and the value that stands there.
Fault xml_fault(std::string_view code,
                const Transaction& transaction,
                std::uint32_t segment,
                std::string message);

// The same for a compiled business rule: `rule` is the published id and becomes the code.
Fault xml_rule_fault(std::string_view rule,
                     Severity severity,
                     const Transaction& transaction,
                     std::uint32_t segment,
                     std::string message);

}  // namespace sallyport::edi
