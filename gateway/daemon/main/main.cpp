// SPDX-License-Identifier: Apache-2.0
// Arguments in, exit code out; everything else is gateway/daemon.
#include "gateway/daemon/cli.h"

#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + (argc > 0 ? 1 : 0), argv + argc);
    return sallyport::daemon::run_command_line(arguments, std::cout, std::cerr);
}
