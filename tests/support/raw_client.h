// SPDX-License-Identifier: Apache-2.0
// A TCP client that sends exactly the octets a test gives it, in the pieces it chooses.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace sallyport::testing_support {

class RawClient {
public:
    explicit RawClient(std::uint16_t port) : m_fd(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        // Only a safety net: a test that waits this long has failed.
        const timeval patience{20, 0};
        ::setsockopt(m_fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ::setsockopt(m_fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (::connect(m_fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot connect to the server under test");
    }
    ~RawClient() { ::close(m_fd); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    RawClient(RawClient&&) = delete;
    RawClient& operator=(RawClient&&) = delete;

    // False once the server has closed.
    bool send(const std::string& octets) const {
        std::size_t at = 0;
        while (at < octets.size()) {
            const auto count = ::send(m_fd, octets.data() + at, octets.size() - at, MSG_NOSIGNAL);
            if (count <= 0) return false;
            at += static_cast<std::size_t>(count);
        }
        return true;
    }
    void end() const { ::shutdown(m_fd, SHUT_WR); }

    // Everything until the server closes. Throws when it does not.
    std::string all() const {
        std::string octets;
        while (true) {
            const std::string some = receive();
            if (some.empty()) return octets;
            octets += some;
        }
    }
    // One response: header and as many octets as its Content-Length says.
    std::string response() {
        std::size_t head = std::string::npos;
        while ((head = m_buffer.find("\r\n\r\n")) == std::string::npos)
            more();
        std::size_t length = 0;
        const auto field = m_buffer.find("Content-Length: ");
        if (field != std::string::npos && field < head)
            length = std::stoul(m_buffer.substr(field + 16));
        while (m_buffer.size() < head + 4 + length)
            more();
        const std::string one = m_buffer.substr(0, head + 4 + length);
        m_buffer.erase(0, one.size());
        return one;
    }

private:
    std::string receive() const {
        char chunk[4096];
        const auto count = ::recv(m_fd, chunk, sizeof chunk, 0);
        if (count < 0 && errno == EAGAIN)
            throw std::runtime_error("server neither answered nor closed");
        return count <= 0 ? std::string() : std::string(chunk, static_cast<std::size_t>(count));
    }
    void more() {
        const std::string some = receive();
        if (some.empty())
            throw std::runtime_error("server closed before its response was complete: " + m_buffer);
        m_buffer += some;
    }

    int m_fd;
    std::string m_buffer;
};

}  // namespace sallyport::testing_support
