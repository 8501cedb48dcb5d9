// SPDX-License-Identifier: Apache-2.0
// What the X12 and the EDIFACT envelope judge alike. Private to parsers/.
#pragma once

#include "parsers/document.h"
#include "parsers/elements.h"
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

// Segments that open or close something; readers and streams must be able to hold them.
bool is_envelope_tag(std::string_view tag);
// Error edi.limit.segment: one of them has more octets than Limits::segment_bytes.
Error envelope_too_long(std::string_view tag, std::uint64_t byte, std::uint32_t line);

// A fault at one element of an envelope segment.
void envelope_fault(FaultSink& sink,
                    std::string_view code,
                    const Segment& segment,
                    const Locator& at,
                    std::string message);

// What the reader found: repairs to the report's list, the rest to the sink.
void take_found(const Interchange& interchange, InterchangeReport& report, FaultSink& sink);

// The trailer's first element against what was counted (`what`: "segments", "groups"), its second against the header's.
struct TrailerCheck {
    std::string_view count_code, control_code;
    std::string_view what, reference;  // "segments"; "control number"
    bool numeric = false;              // leading zeros do not matter in the reference
};
void check_trailer(const Segment& trailer,
                   std::size_t counted,
                   std::string_view control,
                   const TrailerCheck& check,
                   FaultSink& sink);
// SE and UNT: missing, or wrong.
void check_set_trailer(const Transaction& transaction, std::string_view reference, FaultSink& sink);

// The options with what their guide says put in.
ValidationOptions with_guide(ValidationOptions options);

// Everything about a transaction both standards report alike, before its envelope is judged.
TransactionReport open_report(const Transaction& transaction, FaultSink& sink);
// Places the segments, checks them, then what the partner's guide and thoroughness add.
void check_body(Transaction& transaction,
                const SchemaSet& schemas,
                const ElementRules& rules,
                const ValidationOptions& options,
                std::vector<Fault>& faults,
                FaultSink& sink);
void close_report(TransactionReport& report, const FaultSink& sink);

InterchangeReport validate_x12(Interchange& interchange,
                               const SchemaSet& schemas,
                               const ValidationOptions& options);
InterchangeReport validate_edifact(Interchange& interchange,
                                   const SchemaSet& schemas,
                                   const ValidationOptions& options);

}  // namespace sallyport::edi
