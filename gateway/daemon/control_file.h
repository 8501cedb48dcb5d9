// SPDX-License-Identifier: Apache-2.0
// How commands find the gateway that runs on a state directory: its address and the token of this run, in a file that only
// the gateway's own user (and root) can read. Removed at an orderly end.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sallyport::daemon {

struct Control {
    std::string host;
    std::uint16_t port = 0;
    Secret token;
};

std::filesystem::path control_file(const std::filesystem::path& state_directory);
Status write_control(const std::filesystem::path& file, const Control& control);
// Error codes: control.not_reachable (no gateway runs here), control.not_permitted (the file is not yours to read).
Result<Control> read_control(const std::filesystem::path& file);

// Whether it says it is ready. Error codes: control.not_reachable, doctor.gateway.not_ready (with its reasons).
Status ask_ready(const Control& control);

// POSTs a decision. Error codes: those of the answer, control.not_reachable.
Status ask_gateway(const Control& control, const std::string& path, const std::string& body);

// What a reload did.
struct Reloaded {
    std::uint64_t maps = 0;  // new or different
    std::uint64_t rows = 0;  // of their tables, added or removed
    std::vector<std::string> released{};
};
// Has partners and maps read again, under the name of who is at the keyboard. Error codes: control.not_reachable,
// control.refused and those of faults in the configuration: the old one works on.
Result<Reloaded> ask_reload(const Control& control);

// POSTs a file as it is, in constant memory; `facts` is JSON in ASCII (gateway/api/file_control.h). The answer's JSON. Error codes:
// those of the answer, file.open, control.not_reachable.
Result<std::string> send_file(const Control& control,
                              const std::string& facts,
                              const std::filesystem::path& file);

}  // namespace sallyport::daemon
