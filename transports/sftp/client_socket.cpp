// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/client_socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

namespace sallyport::sftp {

namespace {

struct AddressFree {
    void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

bool connect_one(const addrinfo& address, std::chrono::milliseconds within, Socket& socket) {
    socket.reset(::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (socket.get() < 0) return false;
    if (::connect(socket.get(), address.ai_addr, address.ai_addrlen) != 0) {
        if (errno != EINPROGRESS) return false;
        pollfd wait{socket.get(), POLLOUT, 0};
        if (::poll(&wait, 1, static_cast<int>(within.count())) != 1) {
            errno = ETIMEDOUT;
            return false;
        }
        int failed = 0;
        socklen_t length = sizeof failed;
        ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &failed, &length);
        errno = failed;
        if (failed != 0) return false;
    }
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return ::fcntl(socket.get(), F_SETFL, ::fcntl(socket.get(), F_GETFL) & ~O_NONBLOCK) == 0;
}

}  // namespace

void Socket::reset(int descriptor) {
    if (m_descriptor >= 0) ::close(m_descriptor);
    m_descriptor = descriptor;
}

std::string place_of(const RemoteServer& server) {
    return server.host + ":" + std::to_string(server.port);
}

Error unreachable(const RemoteServer& server, const std::string& why) {
    return Error(
               "sftp.connect", Blame::Network, "no connection to " + place_of(server) + ": " + why)
        .remedy("it is tried again; when it lasts, ask the partner whether its server is up");
}

Error not_let_in(const RemoteServer& server, const std::string& why) {
    return Error("sftp.login",
                 Blame::Operator,
                 place_of(server) + " does not let " + server.user + " in: " + why)
        .remedy("check user, key and password with the partner");
}

Error nothing_in_common(const RemoteServer& server, const std::string& library) {
    return Error("sftp.library",
                 Blame::Operator,
                 place_of(server) + " and " + library + " have no algorithms in common")
        .remedy("ask the partner which host keys, key exchanges and ciphers its server knows");
}

Error broke_off(const RemoteServer& server, const std::string& doing, const std::string& why) {
    return {
        "sftp.broken", Blame::Network, doing + " at " + place_of(server) + " broke off: " + why};
}

Error answered(const RemoteServer& server, const std::string& doing, unsigned long status) {
    constexpr unsigned long NoSuchFile = 2;
    constexpr unsigned long PermissionDenied = 3;
    const std::string at = doing + " at " + place_of(server);
    if (status == NoSuchFile)
        return {"sftp.missing", Blame::Partner, at + ": no such file or folder"};
    if (status == PermissionDenied)
        return Error("sftp.denied", Blame::Partner, at + ": permission denied")
            .remedy("ask the partner for the right to do that");
    return {
        "sftp.remote", Blame::Partner, at + ": the server says status " + std::to_string(status)};
}

Status trust(const RemoteServer& server, const std::string& is) {
    const auto& pinned = server.host_keys;
    if (std::find(pinned.begin(), pinned.end(), is) != pinned.end()) return {};
    return wrong_host_key(server, is);
}

Error wrong_host_key(const RemoteServer& server, const std::string& is) {
    if (server.host_keys.empty())
        return Error("sftp.host_key.unknown",
                     Blame::Operator,
                     place_of(server) + ": no host key was agreed; it is " + is)
            .remedy(
                "compare it with what the partner says on another way, then write it into "
                "host_keys");
    std::string was;
    for (const std::string& key : server.host_keys)
        was += (was.empty() ? "" : ", ") + key;
    return Error("sftp.host_key.changed",
                 Blame::Operator,
                 place_of(server) + ": host key changed: was " + was + ", is " + is)
        .remedy(
            "nothing was sent; ask the partner on another way whether it has a new key, then "
            "change host_keys");
}

Result<Socket> connect_socket(const RemoteServer& server) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* raw = nullptr;
    const int failed =
        ::getaddrinfo(server.host.c_str(), std::to_string(server.port).c_str(), &wanted, &raw);
    if (failed != 0) return unreachable(server, ::gai_strerror(failed));
    const std::unique_ptr<addrinfo, AddressFree> list(raw);
    Socket socket;
    for (const addrinfo* at = list.get(); at != nullptr; at = at->ai_next)
        if (connect_one(*at, server.connect_within, socket)) return socket;
    return unreachable(server, std::error_code(errno, std::generic_category()).message());
}

}  // namespace sallyport::sftp
