// SPDX-License-Identifier: Apache-2.0
// Runs a command of another tool (openssl) that judges or feeds our code.
#pragma once

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

namespace sallyport::testing_support {

// The exit status, 127 when there is no such program. Output goes where the command sends it.
inline int shell(const std::string& command) {
    const int status = std::system(command.c_str());  // NOLINT(cert-env33-c): fixed test commands
    return status == -1 ? -1 : (status >> 8) & 0xFF;
}

inline std::string slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream octets;
    octets << in.rdbuf();
    return octets.str();
}

inline void spill(const std::string& path, const std::string& octets) {
    std::ofstream(path, std::ios::binary) << octets;
}

}  // namespace sallyport::testing_support
