// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/operator_name.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <fstream>

namespace sallyport::daemon {

static std::string account_of(uid_t uid) {
    std::array<char, 4096> space{};
    passwd entry{};
    passwd* found = nullptr;
    ::getpwuid_r(uid, &entry, space.data(), space.size(), &found);
    return "operator:" +
           (found != nullptr ? std::string(found->pw_name) : "uid " + std::to_string(uid));
}

std::string operator_name() {
    if (const char* behind = std::getenv("SUDO_USER"); behind != nullptr && *behind != '\0')
        return std::string("operator:") + behind;
    return account_of(::getuid());
}

std::string approver_name() {
    std::ifstream file("/proc/self/loginuid");
    std::uint32_t uid = ~std::uint32_t{0};  // what the kernel says when there was no login
    if (!(file >> uid) || uid == ~std::uint32_t{0}) return operator_name();
    return account_of(uid);
}

}  // namespace sallyport::daemon
