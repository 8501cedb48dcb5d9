// SPDX-License-Identifier: Apache-2.0
// Poco's TCPServer and sockets under our own connection class. Poco's HTTPServer is not used: it takes truncated bodies and
// ambiguous framings for complete requests, and its time-outs bound no handshake.
#include "transports/http_server.h"

#include "gateway/base/digest.h"
#include "gateway/base/guarded.h"
#include "transports/http_connection.h"
#include "transports/proxy_header.h"
#include "transports/signal_guard.h"
#include "transports/tls_context.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SecureServerSocket.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SecureStreamSocketImpl.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/TCPServer.h>
#include <Poco/Net/TCPServerConnection.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Net/TCPServerParams.h>
#include <Poco/ThreadPool.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <utility>

namespace sallyport::transports {
namespace {

// Empty when the peer has gone already.
std::string host_of(const Poco::Net::StreamSocket& socket) {
    try {
        return socket.peerAddress().host().toString();
    } catch (const Poco::Exception&) {
        return {};
    }
}

bool is_proxy(const HttpServerOptions& options, const std::string& host) {
    return std::find(options.proxies.begin(), options.proxies.end(), host) != options.proxies.end();
}

constexpr int Backlog = 256;
constexpr unsigned Overshoot = 64;  // connections that wait for the thread of one that was shed
constexpr int StackBytes = 512 << 10;

class PocoStream final : public ByteStream {
public:
    explicit PocoStream(const Poco::Net::StreamSocket& socket) : m_socket(socket) {}

    long read(char* buffer, std::size_t size) override {
        try {
            return m_socket.receiveBytes(buffer, static_cast<int>(size));
        } catch (const Poco::Exception&) {
            return -1;
        }
    }
    bool write(BytesView octets) override {
        try {
            while (!octets.empty()) {
                const int part = static_cast<int>(std::min<std::size_t>(octets.size(), 1U << 20));
                const int sent = m_socket.sendBytes(octets.data(), part);
                if (sent <= 0) return false;
                octets.remove_prefix(static_cast<std::size_t>(sent));
            }
            return true;
        } catch (const Poco::Exception&) {
            return false;
        }
    }
    void end_writing() override {
        try {
            m_socket.shutdownSend();
        } catch (const Poco::Exception&) {
            // The peer is gone already: nothing is left to end.
            return;
        }
    }

private:
    Poco::Net::StreamSocket m_socket;
};

// Connections counted per address, from accept() to the end of the connection.
class Census {
public:
    // `shed` ends a connection that has brought nothing yet, if there is one.
    Census(unsigned max_all, unsigned max_per_address, std::function<bool()> shed)
        : m_max_all(max_all), m_max_per_address(max_per_address), m_shed(std::move(shed)) {}

    // `exempt`: a load balancer, whose clients are counted once they are known.
    bool enter(int descriptor, const std::string& host, bool exempt) {
        const std::lock_guard lock(m_mutex);
        if (!exempt && !count_in(host)) {
            ++m_refused;
            return false;
        }
        if (!room()) {
            if (!exempt) count_out(host);
            ++m_refused;
            return false;
        }
        m_hosts[descriptor] = exempt ? std::string() : host;
        ++m_all;
        ++m_accepted;
        return true;
    }
    // The client behind a load balancer. False: it has too many connections already.
    bool name(int descriptor, const std::string& host) {
        const std::lock_guard lock(m_mutex);
        if (!count_in(host)) {
            ++m_refused;
            return false;
        }
        m_hosts[descriptor] = host;
        return true;
    }
    // By descriptor, which is still open: a peer that has gone has no address any more.
    void leave(int descriptor) {
        const std::lock_guard lock(m_mutex);
        const auto host = m_hosts.find(descriptor);
        if (host == m_hosts.end()) return;
        count_out(host->second);
        m_hosts.erase(host);
        --m_all;
        m_left.notify_all();
    }
    bool wait_empty(std::chrono::milliseconds most) {
        std::unique_lock lock(m_mutex);
        return m_left.wait_for(lock, most, [this] { return m_all == 0; });
    }
    void report(HttpServerStats& stats) const {
        const std::lock_guard lock(m_mutex);
        stats.active = m_all;
        stats.accepted = m_accepted;
        stats.refused = m_refused;
    }

private:
    // Who connects from many places and sends nothing must not lock out who has something to send: what has waited longest
    // without a complete request makes room. The newcomer waits until its thread is free.
    bool room() { return m_all < m_max_all || (m_all < m_max_all + Overshoot && m_shed()); }
    void count_out(const std::string& host) {
        const auto count = m_by_address.find(host);
        if (count != m_by_address.end() && --count->second == 0) m_by_address.erase(count);
    }
    bool count_in(const std::string& host) {
        unsigned& count = m_by_address[host];
        if (count >= m_max_per_address) {
            if (count == 0) m_by_address.erase(host);
            return false;
        }
        ++count;
        return true;
    }

    const unsigned m_max_all;
    const unsigned m_max_per_address;
    const std::function<bool()> m_shed;
    mutable std::mutex m_mutex;
    std::condition_variable m_left;
    std::map<int, std::string> m_hosts;
    std::map<std::string, unsigned> m_by_address;
    unsigned m_all = 0;
    std::uint64_t m_accepted = 0;
    std::uint64_t m_refused = 0;
};

struct Wiring {
    HttpShared shared;
    Census census;
};

class Connection final : public Poco::Net::TCPServerConnection {
public:
    Connection(const Poco::Net::StreamSocket& socket, Wiring& wiring)
        : TCPServerConnection(socket), m_wiring(wiring) {}
    ~Connection() override { m_wiring.census.leave(socket().impl()->sockfd()); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&&) = delete;
    Connection& operator=(Connection&&) = delete;

    void run() override {
        const SignalGuard no_broken_pipe;
        // The socket closes after this function; by then nobody watches its descriptor.
        Watchdog::Watch watch(m_wiring.shared.watchdog, socket().impl()->sockfd());
        try {
            serve(watch);
        } catch (const std::exception& bug) {
            m_wiring.shared.log.error("http handler failed", {{"what", bug.what()}});
        }
    }

private:
    void serve(Watchdog::Watch& watch) {
        watch.until(m_wiring.shared.clock.steady_now() +
                    m_wiring.shared.options.deadlines.handshake);
        watch.waiting(true);
        HttpConnection::Peer peer{.address = socket().peerAddress().toString(),
                                  .tls = socket().secure(),
                                  .client_fingerprint = {}};
        if (behind_proxy() && !learn_client(peer)) return;
        if (peer.tls && !handshake(peer, watch)) return;
        PocoStream stream(socket());
        HttpConnection(m_wiring.shared, stream, watch, std::move(peer)).serve();
    }

    bool behind_proxy() { return is_proxy(m_wiring.shared.options, host_of(socket())); }
    // Before anything else, TLS too, and under the handshake's deadline. Exactly the header is read: what follows is for
    // others.
    bool learn_client(HttpConnection::Peer& peer) {
        Bytes header;
        auto more = receive(header, ProxyStartBytes) ? proxy_body_size(header)
                                                     : Result<std::size_t>(cut_header());
        if (more && !receive(header, *more)) more = cut_header();
        const auto client = more ? read_proxy_header(header) : Result<std::string>(more.error());
        if (!client) {
            m_wiring.shared.log.warn("connection of a load balancer refused",
                                     {{"remote", peer.address}, {"reason", client.error().what()}});
            return false;
        }
        if (client->empty()) return true;
        peer.address = *client;
        return m_wiring.census.name(socket().impl()->sockfd(),
                                    client->substr(0, client->rfind(':')));
    }
    static Error cut_header() {
        return Error("http.proxy.header", Blame::Operator, "it ended within its PROXY header");
    }
    bool receive(Bytes& octets, std::size_t size) {
        const int descriptor = socket().impl()->sockfd();
        const std::size_t end = octets.size() + size;
        while (octets.size() < end) {
            std::array<char, MostProxyBytes> part{};
            const auto got = ::recv(descriptor, part.data(), end - octets.size(), 0);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) return false;
            octets.append(part.data(), static_cast<std::size_t>(got));
        }
        return true;
    }

    bool handshake(HttpConnection::Peer& peer, Watchdog::Watch& watch) {
        try {
            Poco::Net::SecureStreamSocket secure(socket());
            secure.completeHandshake();
            if (secure.havePeerCertificate())
                peer.client_fingerprint = fingerprint(secure.peerCertificate());
            return true;
        } catch (const Poco::Exception& failure) {
            if (watch.fired()) ++m_wiring.shared.timed_out;
            m_wiring.shared.log.info("tls handshake failed",
                                     {{"remote", peer.address}, {"reason", failure.displayText()}});
            return false;
        }
    }
    static std::string fingerprint(const Poco::Crypto::X509Certificate& certificate) {
        unsigned char* der = nullptr;
        const int size = i2d_X509(certificate.certificate(), &der);
        if (size <= 0) return {};
        auto hex = sha256_hex(
            BytesView(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)));
        OPENSSL_free(der);
        return hex;
    }

    Wiring& m_wiring;
};

class Factory final : public Poco::Net::TCPServerConnectionFactory {
public:
    explicit Factory(Wiring& wiring) : m_wiring(wiring) {}
    Poco::Net::TCPServerConnection* createConnection(
        const Poco::Net::StreamSocket& socket) override {
        return new Connection(
            socket, m_wiring);  // NOLINT(cppcoreguidelines-owning-memory): Poco deletes it
    }

private:
    Wiring& m_wiring;
};

class Filter final : public Poco::Net::TCPServerConnectionFilter {
public:
    explicit Filter(Wiring& wiring) : m_wiring(wiring) {}
    bool accept(const Poco::Net::StreamSocket& socket) override {
        const auto host = host_of(socket);
        return m_wiring.census.enter(
            socket.impl()->sockfd(), host, is_proxy(m_wiring.shared.options, host));
    }

private:
    Wiring& m_wiring;
};

}  // namespace

class HttpServer::Impl {
public:
    Impl(HttpServerOptions options, std::vector<HttpRoute> routes, const Clock& clock, Log log)
        : m_wiring{.shared{std::move(options), std::move(routes), clock, std::move(log)},
                   .census{options_of(m_wiring).max_connections,
                           options_of(m_wiring).max_connections_per_address,
                           [this] { return m_wiring.shared.watchdog.expire_oldest_waiting(); }}} {}

    Status start() {
        auto& options = m_wiring.shared.options;
        try {
            auto socket = listen(options);
            if (!socket) return std::move(socket).error();
            m_socket = *socket;
            m_port = m_socket.address().port();
            const int threads = static_cast<int>(options.max_connections);
            m_pool = std::make_unique<Poco::ThreadPool>(2, threads + 1, 60, StackBytes);
            // The queue never overflows: the census admits no more connections than there are threads, and a few that wait for one.
            Poco::Net::TCPServerParams::Ptr parameters = new Poco::Net::TCPServerParams;
            parameters->setMaxThreads(threads);
            parameters->setMaxQueued(threads + Backlog);
            parameters->setThreadIdleTime(Poco::Timespan(1, 0));
            m_server = std::make_unique<Poco::Net::TCPServer>(
                new Factory(m_wiring), *m_pool, m_socket, parameters);
            m_server->setConnectionFilter(new Filter(m_wiring));
            m_server->start();
            return {};
        } catch (const Poco::Exception& failure) {
            return Error("http.listen",
                         Blame::Operator,
                         "cannot listen on " + options.address + " port " +
                             std::to_string(options.port) + ": " + failure.displayText())
                .remedy("free the port, choose another, or check the permission to bind it");
        }
    }

    void stop(std::chrono::milliseconds drain) {
        if (!m_server) return;
        m_wiring.shared.draining = true;
        // Refuses new clients from here on and wakes the accepting thread.
        ::shutdown(m_socket.impl()->sockfd(), SHUT_RDWR);
        m_server->stop();  // joins the accepting thread
        m_socket.close();
        m_wiring.shared.watchdog.expire_idle();
        if (!m_wiring.census.wait_empty(drain)) {
            m_wiring.shared.log.warn("http drain deadline passed, connections are cut");
            m_wiring.shared.watchdog.expire_all();
        }
        m_pool->joinAll();
        m_server.reset();
    }

    std::uint16_t port() const { return m_port; }

    Status renew_tls(const certs::TlsServer& tls) {
        if (m_credentials) return m_credentials->renew(tls);
        return Error("http.tls", Blame::Bug, "a server without TLS has no certificate to renew");
    }

    HttpServerStats stats() const {
        HttpServerStats stats;
        m_wiring.census.report(stats);
        stats.requests = m_wiring.shared.requests;
        stats.rejected = m_wiring.shared.rejected;
        stats.timed_out = m_wiring.shared.timed_out;
        return stats;
    }

private:
    static const HttpServerOptions& options_of(const Wiring& wiring) {
        return wiring.shared.options;
    }

    // Without SO_REUSEPORT, which Poco sets by default: two servers on one port would share its connections unnoticed.
    static Poco::Net::ServerSocket bound(Poco::Net::ServerSocket socket,
                                         const Poco::Net::SocketAddress& address) {
        socket.bind(address, true, false);
        socket.listen(Backlog);
        return socket;
    }

    Result<Poco::Net::ServerSocket> listen(const HttpServerOptions& options) {
        const Poco::Net::SocketAddress address(options.address, options.port);
        if (!options.tls) return bound(Poco::Net::ServerSocket(), address);
        Poco::Net::Context::Params parameters;
        parameters.verificationMode = Poco::Net::Context::VERIFY_NONE;
        parameters.loadDefaultCAs = false;
        m_context = new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, parameters);
        const auto configured = configure_tls_server(m_context->sslContext(), *options.tls);
        if (!configured) return configured.error();
        m_credentials = std::make_unique<TlsCredentials>(*options.tls);
        present(m_context->sslContext(), *m_credentials);
        return bound(Poco::Net::SecureServerSocket(m_context), address);
    }

    Wiring m_wiring;
    std::unique_ptr<TlsCredentials> m_credentials;  // before the context that points to it
    Poco::Net::Context::Ptr m_context;
    Poco::Net::ServerSocket m_socket;
    std::unique_ptr<Poco::ThreadPool> m_pool;
    std::unique_ptr<Poco::Net::TCPServer> m_server;
    std::uint16_t m_port = 0;
};

HttpServer::HttpServer(HttpServerOptions options,
                       std::vector<HttpRoute> routes,
                       const Clock& clock,
                       Log log)
    : m_impl(std::make_unique<Impl>(std::move(options), std::move(routes), clock, std::move(log))) {
}

HttpServer::~HttpServer() {
    m_impl->stop(std::chrono::milliseconds(0));
}

Status HttpServer::start() {
    return m_impl->start();
}
std::uint16_t HttpServer::port() const {
    return m_impl->port();
}
void HttpServer::stop(std::chrono::milliseconds drain) {
    m_impl->stop(drain);
}
Status HttpServer::renew_tls(const certs::TlsServer& tls) {
    return m_impl->renew_tls(tls);
}
HttpServerStats HttpServer::stats() const {
    return m_impl->stats();
}

}  // namespace sallyport::transports
