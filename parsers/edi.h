// SPDX-License-Identifier: Apache-2.0
// The front door: any EDI octets to a document, whatever the standard.
#pragma once

#include "parsers/x12.h"

#include <optional>
#include <string>
#include <string_view>

namespace sallyport::edi {

// By the first header: ISA is X12, UNA or UNB is EDIFACT, "<" is XML. Empty: none of them within `junk_bytes`.
std::optional<Standard> sniff(std::string_view octets, const Limits& limits = {});

// Errors of the reader of that standard; what is none of them is refused as X12 (x12.isa.missing).
Result<Document> read(std::string octets,
                      const Limits& limits = {},
                      const Leniencies& leniencies = {});

}  // namespace sallyport::edi
