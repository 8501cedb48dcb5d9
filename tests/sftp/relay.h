// SPDX-License-Identifier: Apache-2.0
// A slow line: hands octets on between a client and a server on this machine, a few at a time, each in a packet of its own.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <thread>

namespace sallyport::sftp {

inline sockaddr_in on_this_machine(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

inline int connected_to(std::uint16_t port) {
    const sockaddr_in address = on_this_machine(port);
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    const int on = 1;
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return descriptor;
}

// Serves one connection after the other, until the end of the object.
class Relay {
public:
    Relay(std::uint16_t server, std::size_t octets) : m_server(server), m_octets(octets) {
        sockaddr_in address = on_this_machine(0);
        socklen_t length = sizeof address;
        m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        EXPECT_EQ(::bind(m_listener, reinterpret_cast<sockaddr*>(&address), length), 0);
        EXPECT_EQ(::listen(m_listener, 8), 0);
        EXPECT_EQ(::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &length), 0);
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { run(); });
    }
    ~Relay() {
        ::shutdown(m_listener, SHUT_RDWR);
        m_thread.join();
        ::close(m_listener);
    }
    Relay(const Relay&) = delete;
    Relay& operator=(const Relay&) = delete;
    Relay(Relay&&) = delete;
    Relay& operator=(Relay&&) = delete;
    std::uint16_t port() const { return m_port; }

private:
    void run() {
        for (int client = 0; (client = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;
             ::close(client)) {
            const int server = connected_to(m_server);
            std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
            for (bool open = true; open && ::poll(ends.data(), ends.size(), -1) > 0;)
                for (std::size_t from = 0; open && from < ends.size(); ++from)
                    if (ends.at(from).revents != 0)
                        open = hand_on(ends.at(from).fd, ends.at(1 - from).fd);
            ::close(server);
        }
    }
    bool hand_on(int from, int to) const {
        std::array<char, 4096> piece{};
        const ssize_t got = ::recv(from, piece.data(), std::min(m_octets, piece.size()), 0);
        if (got <= 0) return false;
        std::string_view rest(piece.data(), static_cast<std::size_t>(got));
        while (!rest.empty()) {
            const ssize_t sent = ::send(to, rest.data(), rest.size(), MSG_NOSIGNAL);
            if (sent <= 0) return false;
            rest.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    const std::uint16_t m_server;
    const std::size_t m_octets;
    int m_listener = -1;
    std::uint16_t m_port = 0;
    std::thread m_thread;
};

}  // namespace sallyport::sftp
