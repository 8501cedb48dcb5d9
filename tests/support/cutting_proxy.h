// SPDX-License-Identifier: Apache-2.0
// A TCP relay on loopback that cuts chosen connections after so many octets of the client's, as a bad line does.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace sallyport::testing_support {

class CuttingProxy {
public:
    // The n-th connection is cut after cuts[n] octets of the client's; later ones, and those with 0, never.
    CuttingProxy(std::uint16_t server, std::vector<std::size_t> cuts)
        : m_server(server), m_cuts(std::move(cuts)), m_listener(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address = loopback(0);
        socklen_t size = sizeof address;
        if (::bind(m_listener, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
            ::listen(m_listener, 16) != 0 ||
            ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("the proxy cannot listen");
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { run(); });
    }
    ~CuttingProxy() {
        m_stopping = true;
        ::shutdown(m_listener, SHUT_RDWR);
        m_thread.join();
        ::close(m_listener);
    }
    CuttingProxy(const CuttingProxy&) = delete;
    CuttingProxy& operator=(const CuttingProxy&) = delete;
    CuttingProxy(CuttingProxy&&) = delete;
    CuttingProxy& operator=(CuttingProxy&&) = delete;

    std::uint16_t port() const { return m_port; }
    // Octets of the client's that went through, for each connection.
    std::vector<std::size_t> passed() const {
        const std::lock_guard lock(m_mutex);
        return m_passed;
    }

private:
    static sockaddr_in loopback(std::uint16_t port) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        return address;
    }

    void run() {
        for (std::size_t number = 0; !m_stopping; ++number) {
            const int client = ::accept(m_listener, nullptr, nullptr);
            if (client < 0) return;
            const int server = ::socket(AF_INET, SOCK_STREAM, 0);
            const sockaddr_in address = loopback(m_server);
            if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
                relay(client, server, number < m_cuts.size() ? m_cuts[number] : 0);
            ::close(server);
            ::close(client);
        }
    }

    void relay(int client, int server, std::size_t cut) {
        std::size_t passed = 0;
        std::array<pollfd, 2> both{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
        std::array<char, 16384> chunk{};
        while (!m_stopping && ::poll(both.data(), both.size(), 100) >= 0) {
            if (both[0].revents != 0) {
                const std::size_t most =
                    cut == 0 ? chunk.size() : std::min(chunk.size(), cut - passed);
                const auto got = ::recv(client, chunk.data(), most, 0);
                if (got <= 0 || !pass(server, chunk.data(), static_cast<std::size_t>(got))) break;
                passed += static_cast<std::size_t>(got);
                if (cut != 0 && passed == cut) break;
            }
            if (both[1].revents != 0) {
                const auto got = ::recv(server, chunk.data(), chunk.size(), 0);
                if (got <= 0 || !pass(client, chunk.data(), static_cast<std::size_t>(got))) break;
            }
        }
        const std::lock_guard lock(m_mutex);
        m_passed.push_back(passed);
    }
    static bool pass(int to, const char* octets, std::size_t count) {
        while (count != 0) {
            const auto put = ::send(to, octets, count, MSG_NOSIGNAL);
            if (put <= 0) return false;
            octets += put;
            count -= static_cast<std::size_t>(put);
        }
        return true;
    }

    const std::uint16_t m_server;
    const std::vector<std::size_t> m_cuts;
    const int m_listener;
    std::uint16_t m_port = 0;
    std::atomic<bool> m_stopping{false};
    mutable std::mutex m_mutex;
    std::vector<std::size_t> m_passed;
    std::thread m_thread;
};

}  // namespace sallyport::testing_support
