// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/server.h"

#include "transports/sftp/connection.h"
#include "transports/sftp/host_key.h"
#include "transports/signal_guard.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <list>
#include <system_error>
#include <thread>
#include <utility>

namespace sallyport::sftp {

namespace {

union AnyAddress {
    sockaddr plain;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

Error cannot_listen(const ServerOptions& options) {
    return Error("sftp.listen",
                 Blame::Operator,
                 "cannot listen on " + options.address + ":" + std::to_string(options.port) + ": " +
                     std::error_code(errno, std::generic_category()).message())
        .remedy("choose a free port in [sftp] listen, or stop what uses it");
}

std::string text_of(const AnyAddress& address) {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.plain.sa_family == AF_INET) {
        ::inet_ntop(AF_INET, &address.v4.sin_addr, text.data(), text.size());
        return std::string(text.data()) + ":" + std::to_string(ntohs(address.v4.sin_port));
    }
    ::inet_ntop(AF_INET6, &address.v6.sin6_addr, text.data(), text.size());
    std::string host = text.data();
    if (host.starts_with("::ffff:")) host = host.substr(7);
    return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" +
           std::to_string(ntohs(address.v6.sin6_port));
}

}  // namespace

class Server::Impl {
public:
    Impl(ServerOptions options, ServerParts parts)
        : m_shared(std::move(options), std::move(parts)) {}
    ~Impl() { stop(); }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;
    Impl(Impl&&) = delete;
    Impl& operator=(Impl&&) = delete;

    Status start() {
        if (m_shared.options.host_keys.empty())
            return Error("sftp.key", Blame::Operator, "the SFTP server has no host key");
        for (const auto& key : m_shared.options.host_keys)
            if (auto half = public_half(*key); !half) return std::move(half).error();
        if (Status bound = bind(); !bound) return bound;
        m_wake = ::eventfd(0, EFD_CLOEXEC);
        m_acceptor = std::thread([this] { accept_all(); });
        return {};
    }
    std::uint16_t port() const { return m_port; }

    void stop() {
        if (!m_acceptor.joinable()) return;
        const std::uint64_t one = 1;
        if (::write(m_wake, &one, sizeof one) < 0)
            m_shared.parts.log.error("the sftp acceptor cannot be woken");
        m_acceptor.join();
        ::close(m_listener);
        ::close(m_wake);
        m_shared.stopping = true;
        m_shared.watchdog.expire_all();
        join(m_workers.with([](Workers& workers) {
            Workers all;
            all.running.swap(workers.running);
            all.ended.swap(workers.ended);
            return all;
        }));
    }

    ServerStats stats() const {
        return {.accepted = m_accepted,
                .refused = m_refused,
                .logins = m_shared.logins,
                .logins_refused = m_shared.logins_refused,
                .bytes_in = m_shared.bytes_in,
                .bytes_out = m_shared.bytes_out,
                .active = m_active};
    }

private:
    struct Workers {
        std::list<std::thread> running;
        std::list<std::thread> ended;
    };

    static void join(Workers workers) {
        for (auto* list : {&workers.running, &workers.ended})
            for (std::thread& worker : *list)
                worker.join();
    }

    Status bind() {
        AnyAddress address{};
        const std::string& host = m_shared.options.address;
        const bool six = ::inet_pton(AF_INET6, host.c_str(), &address.v6.sin6_addr) == 1;
        address.plain.sa_family = six ? AF_INET6 : AF_INET;
        if (six)
            address.v6.sin6_port = htons(m_shared.options.port);
        else
            address.v4.sin_port = htons(m_shared.options.port);
        errno = EINVAL;
        if (!six && ::inet_pton(AF_INET, host.c_str(), &address.v4.sin_addr) != 1)
            return cannot_listen(m_shared.options);
        m_listener = ::socket(address.plain.sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const int on = 1;
        ::setsockopt(m_listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        socklen_t length = six ? sizeof address.v6 : sizeof address.v4;
        if (m_listener < 0 || ::bind(m_listener, &address.plain, length) != 0 ||
            ::listen(m_listener, SOMAXCONN) != 0 ||
            ::getsockname(m_listener, &address.plain, &length) != 0) {
            Error error = cannot_listen(m_shared.options);
            if (m_listener >= 0) ::close(m_listener);
            return error;
        }
        m_port = ntohs(six ? address.v6.sin6_port : address.v4.sin_port);
        return {};
    }

    void accept_all() {
        std::array<pollfd, 2> waiting{pollfd{m_listener, POLLIN, 0}, pollfd{m_wake, POLLIN, 0}};
        for (;;) {
            if (::poll(waiting.data(), waiting.size(), -1) < 0 && errno != EINTR) return;
            if (waiting[1].revents != 0) return;
            if (waiting[0].revents != 0) accept_one();
            reap();
        }
    }

    void accept_one() {
        AnyAddress address{};
        socklen_t length = sizeof address;
        const int descriptor = ::accept4(m_listener, &address.plain, &length, SOCK_CLOEXEC);
        if (descriptor < 0) return out_of_descriptors();
        std::string remote = text_of(address);
        ++m_accepted;
        if (m_shared.parts.penalties.banned(remote) || !enter(host_of(remote))) {
            ++m_refused;
            ::close(descriptor);
            return;
        }
        const int on = 1;
        ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        m_workers.with([&](Workers& workers) {
            auto at = workers.running.emplace(workers.running.end());
            *at = std::thread([this, at, descriptor, remote] { run(descriptor, remote, at); });
        });
    }

    // The connection stays in the queue: without a pause this would be a loop at full speed.
    void out_of_descriptors() {
        if (errno != EMFILE && errno != ENFILE) return;
        m_shared.parts.log.error("no file descriptors left for sftp",
                                 {{"remedy", "raise LimitNOFILE of the service"}});
        pollfd stop{m_wake, POLLIN, 0};
        (void)::poll(&stop, 1, 200);
    }

    bool enter(const std::string& host) {
        return m_hosts.with([&](auto& hosts) {
            unsigned& count = hosts[host];
            if (m_active >= m_shared.options.max_sessions ||
                count >= m_shared.options.max_sessions_per_address) {
                if (count == 0) hosts.erase(host);
                return false;
            }
            ++count;
            ++m_active;
            return true;
        });
    }

    void run(int descriptor, const std::string& remote, std::list<std::thread>::iterator me) {
        {
            const transports::SignalGuard no_broken_pipe;
            Connection(m_shared, descriptor, remote).serve();
        }
        m_hosts.with([&](auto& hosts) {
            const auto host = hosts.find(host_of(remote));
            if (--host->second == 0) hosts.erase(host);
            --m_active;
        });
        // stop() may have taken the list already; then it joins us.
        m_workers.with([&](Workers& workers) {
            for (auto at = workers.running.begin(); at != workers.running.end(); ++at)
                if (at == me) {
                    workers.ended.splice(workers.ended.end(), workers.running, at);
                    return;
                }
        });
    }

    void reap() {
        Workers done;
        m_workers.with([&](Workers& workers) { done.ended.swap(workers.ended); });
        join(std::move(done));
    }

    Shared m_shared;
    int m_listener = -1;
    int m_wake = -1;
    std::uint16_t m_port = 0;
    std::atomic<std::uint64_t> m_accepted{0};
    std::atomic<std::uint64_t> m_refused{0};
    std::atomic<unsigned> m_active{0};
    Guarded<std::map<std::string, unsigned>> m_hosts;
    Guarded<Workers> m_workers;
    std::thread m_acceptor;
};

Server::Server(ServerOptions options, ServerParts parts)
    : m_impl(std::make_unique<Impl>(std::move(options), std::move(parts))) {}

Server::~Server() = default;

Status Server::start() {
    return m_impl->start();
}

std::uint16_t Server::port() const {
    return m_impl->port();
}

void Server::stop() {
    m_impl->stop();
}

ServerStats Server::stats() const {
    return m_impl->stats();
}

}  // namespace sallyport::sftp
