// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/daemon/command.h"

namespace sallyport::daemon {

// Below `doc`: send.
void add_send_command(CommandLine& line, CLI::App& noun);

}  // namespace sallyport::daemon
