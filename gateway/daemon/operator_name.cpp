// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/operator_name.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace sallyport::daemon {

std::string operator_name() {
    if (const char* behind = std::getenv("SUDO_USER"); behind != nullptr && *behind != '\0')
        return std::string("operator:") + behind;
    std::array<char, 4096> space{};
    passwd entry{};
    passwd* found = nullptr;
    ::getpwuid_r(::getuid(), &entry, space.data(), space.size(), &found);
    return "operator:" +
           (found != nullptr ? std::string(found->pw_name) : "uid " + std::to_string(::getuid()));
}

}  // namespace sallyport::daemon
