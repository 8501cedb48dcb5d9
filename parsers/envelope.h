// SPDX-License-Identifier: Apache-2.0
// What the X12 and the EDIFACT envelope judge alike. Private to parsers/.
#pragma once

#include "parsers/document.h"
#include "parsers/faults.h"
#include "parsers/x12.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::edi {

std::optional<std::uint64_t> count_in(std::string_view digits);  // empty: not a number
std::string_view without_zeros(std::string_view digits);         // no leading zeros
std::string_view without_blanks(std::string_view text);          // on either side

// A fault at one element of an envelope segment.
void envelope_fault(FaultSink& sink,
                    std::string_view code,
                    const Segment& segment,
                    const Locator& at,
                    std::string message);

InterchangeReport validate_x12(Interchange& interchange,
                               const SchemaSet& schemas,
                               const ValidationOptions& options);
InterchangeReport validate_edifact(Interchange& interchange,
                                   const SchemaSet& schemas,
                                   const ValidationOptions& options);

}  // namespace sallyport::edi
