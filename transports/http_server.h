// SPDX-License-Identifier: Apache-2.0
// A strict HTTP/1.1 server (RFC 9112) for hostile networks: one framing per message or none, every wait bounded by an
// absolute deadline, limits known before a body octet is read. Handlers are mounted by path prefix; AS2, REST and health
// use the same class on ports of their own.
#pragma once

#include "certs/octets.h"
#include "certs/tls.h"
#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "transports/headers.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::transports {

struct HttpRequest {
    std::string method;  // as sent: methods are case-sensitive
    std::string target;  // as sent
    std::string path;    // target without the query, percent signs untouched
    std::string query;   // without '?'; empty when there is none
    int minor = 1;       // HTTP/1.minor
    HeaderList headers;  // unfolded, surrounding blanks removed, wire order
    Bytes header_block;  // the field lines and the blank line as received, without the request line
    Bytes body;          // chunks joined; trailer fields are checked and dropped
    // Instead of `body`, where HttpEntry asked for it: an encrypted file without a name.
    std::shared_ptr<const certs::Octets> spooled;
    std::string remote_address;  // host:port
    bool tls = false;
    std::string
        client_fingerprint;  // SHA-256, hex, of the client certificate TLS accepted; else empty
};

struct HttpResponse {
    int status = 200;
    HeaderList headers;  // without Content-Length, Date and Connection: the server writes those
    Bytes body;
    bool close = false;                          // end the connection after this response
    std::optional<std::uint64_t> head_length{};  // to HEAD only: Content-Length of what is not sent
};

// Where a body goes that may come in several requests (AS2 Restart): what was taken stays when the connection ends in between.
// Used by one thread.
class BodyParts {
public:
    virtual ~BodyParts() = default;
    virtual Status append(BytesView octets) = 0;  // in order
    // After the last octet of the request. Null: of the body there is more to come.
    virtual std::shared_ptr<const certs::Octets> whole() = 0;
};

// Decided from the header alone, before a body octet is read or "100 Continue" is sent.
struct HttpEntry {
    std::size_t max_body_bytes = 1U << 20;  // a longer body is answered with 413, unread
    std::optional<HttpResponse> answer;     // send this now, do not read the body, close
    // A body that turns out longer goes to HttpRequest::spooled. Empty folder: no body does.
    std::size_t spool_above = 1U << 20;
    std::filesystem::path spool_folder;
    std::shared_ptr<BodyParts> parts{};  // takes the body, of any size, instead
};

// Thread-safe: called from every connection's thread. Must not throw for anything the wire can cause.
class HttpHandler {
public:
    virtual ~HttpHandler() = default;
    virtual HttpEntry enter(const HttpRequest& head);  // default: any body up to 1 MiB
    virtual HttpResponse handle(const HttpRequest& request) = 0;
};

struct HttpRoute {
    std::string
        prefix;  // "/as2" takes /as2 and /as2/…, not /as2x; "/" takes everything. The longest match wins.
    std::shared_ptr<HttpHandler> handler;
};

struct HttpLimits {
    std::size_t header_bytes = 32U << 10;  // request line and fields; trailers have the same limit
    std::size_t header_count = 100;
    std::size_t target_bytes = 8U << 10;
    std::size_t chunk_line_bytes = 1U << 10;
};

// Absolute: activity does not extend them, except that a body earns time at `least_body_rate`.
struct HttpDeadlines {
    std::chrono::milliseconds handshake{10'000};
    std::chrono::milliseconds header{
        15'000};  // from the first wait for a request to its blank line
    std::chrono::milliseconds body_grace{15'000};  // before the least rate counts
    std::chrono::milliseconds body{600'000};
    std::size_t least_body_rate = 1024;  // octets per second
    std::chrono::milliseconds write{60'000};
    std::chrono::milliseconds linger{
        2'000};  // after an early answer: how long unread octets are drained
};

struct HttpServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one, see HttpServer::port()
    HttpLimits limits;
    HttpDeadlines deadlines;
    // When all are taken, the one that has waited longest without a complete request makes room for a new one.
    unsigned max_connections = 512;
    unsigned max_connections_per_address = 64;
    unsigned max_requests_per_connection = 1000;
    // Of all requests being read or handled together; beyond it a request is answered with 503 while it is read.
    std::size_t max_body_bytes_in_flight = 1U << 30;
    // The same for bodies on disk, and the part of either that one address may hold: one sender cannot use up what all need.
    std::uint64_t max_spooled_bytes_in_flight = std::uint64_t{16} << 30U;
    unsigned max_share_of_address = 50;  // percent
    // Addresses of load balancers. Each of their connections begins with a PROXY header (version 2), which names the client
    // that is then logged, audited and counted; without one the connection is closed. From other addresses a PROXY header is
    // no HTTP.
    std::vector<std::string> proxies;
    std::optional<certs::TlsServer> tls;
};

struct HttpServerStats {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;    // over a connection cap
    std::uint64_t requests = 0;   // answered by a handler
    std::uint64_t rejected = 0;   // answered 4xx/5xx by the server itself
    std::uint64_t timed_out = 0;  // cut by a deadline
    unsigned active = 0;          // connections now
};

class HttpServer {
public:
    // Clock and log outlive the server.
    HttpServer(HttpServerOptions options,
               std::vector<HttpRoute> routes,
               const Clock& clock,
               Log log);
    ~HttpServer();  // stops at once if still running
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    HttpServer(HttpServer&&) = delete;
    HttpServer& operator=(HttpServer&&) = delete;

    // Error codes: http.listen (Blame::Operator: address in use, no permission), http.tls.
    Status start();
    std::uint16_t port() const;  // the bound one, after start()
    // Closes the listener, lets requests in progress finish until the deadline, then cuts them. Idempotent.
    void stop(std::chrono::milliseconds drain);
    HttpServerStats stats() const;
    // Shows another certificate from the next handshake on; connections in progress keep theirs. Only identity and chain
    // of `tls` are taken. Thread-safe, once started. Error codes: http.tls (what was shown stays), also when the server was made without TLS.
    Status renew_tls(const certs::TlsServer& tls);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace sallyport::transports
