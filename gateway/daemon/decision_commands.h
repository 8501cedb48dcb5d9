// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "gateway/daemon/command.h"

namespace sallyport::daemon {

// Adds release and discard to the noun "doc".
void add_decision_commands(CommandLine& line, CLI::App& noun);

}  // namespace sallyport::daemon
