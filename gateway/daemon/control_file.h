// SPDX-License-Identifier: Apache-2.0
// How commands find the gateway that runs on a state directory: its address and the token of this run, in a file that only
// the gateway's own user (and root) can read. Removed at an orderly end.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <filesystem>
#include <string>

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

}  // namespace sallyport::daemon
