// SPDX-License-Identifier: Apache-2.0
// The command line as a function: arguments in, text on two streams and an exit code out.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace sallyport::daemon {

// `arguments` without the program's name. The exit codes stand in command.h.
int run_command_line(const std::vector<std::string>& arguments,
                     std::ostream& out,
                     std::ostream& err);

}  // namespace sallyport::daemon
