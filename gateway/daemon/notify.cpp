// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace sallyport::daemon {

bool notify_manager(std::string_view state) {
    const char* name = std::getenv("NOTIFY_SOCKET");
    if (name == nullptr || (name[0] != '/' && name[0] != '@')) return false;
    const std::string_view path(name);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof(address.sun_path)) return false;
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path[0] == '@') address.sun_path[0] = '\0';  // Linux abstract name
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return false;
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    const auto* target = static_cast<const sockaddr*>(static_cast<const void*>(&address));
    const auto sent = ::sendto(socket, state.data(), state.size(), MSG_NOSIGNAL, target, length);
    ::close(socket);
    return sent == static_cast<ssize_t>(state.size());
}

}  // namespace sallyport::daemon
