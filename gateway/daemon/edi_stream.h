// SPDX-License-Identifier: Apache-2.0
// "sallyport edi validate" of files too large to be held: read in pieces, judged as they pass, in constant memory.
#pragma once

#include "gateway/daemon/command.h"
#include "gateway/daemon/edi_command.h"

namespace sallyport::daemon {

// Larger than this many octets, and nothing asked for that needs the whole document (HTML).
inline constexpr std::uintmax_t StreamedFileBytes = std::uintmax_t{64} << 20;
bool is_streamed(const EdiOptions& options);

// Prints what was found (--json: the report, keys in another order than a small file's) and returns the exit code. A file
// that cannot be read as a stream is an error that says so.
int validate_as_stream(CommandLine& line, const EdiOptions& options);

}  // namespace sallyport::daemon
