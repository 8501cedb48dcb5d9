// SPDX-License-Identifier: Apache-2.0
// "sallyport edi" over files too large to be held: read in pieces, judged as they pass. validate and "parse --summary" do it in
// constant memory; ack and split in memory that grows with the number of transactions, not with their octets.
#pragma once

#include "gateway/daemon/command.h"
#include "gateway/daemon/edi_command.h"
#include "gateway/daemon/edi_input.h"

#include <cstdint>
#include <optional>

namespace sallyport::daemon {

enum class StreamedVerb : std::uint8_t { Validate, List, Acknowledge, Split };

// Prints what was found (--json: the report, keys in another order than a small file's) and returns the exit code. Empty: this
// document can only be read as a whole, which it is short enough for, and nothing was printed yet.
std::optional<int> run_as_stream(CommandLine& line,
                                 const EdiOptions& options,
                                 StreamedVerb verb,
                                 EdiInput& input);

}  // namespace sallyport::daemon
