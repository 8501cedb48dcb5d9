// SPDX-License-Identifier: Apache-2.0
// One HTTP connection from first octet to last, over any stream: reads a message strictly, asks the handler, answers.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "transports/body_taker.h"
#include "transports/http_parser.h"
#include "transports/http_server.h"
#include "transports/watchdog.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::transports {

// A blocking two-way stream. A deadline ends its waits by shutting the socket down: read() then gives 0 or -1.
class ByteStream {
public:
    virtual ~ByteStream() = default;
    virtual long read(char* buffer, std::size_t size) = 0;  // octets, 0 at the end, -1 on an error
    virtual bool write(BytesView octets) = 0;               // all of them
    virtual void end_writing() = 0;
};

// What all connections of a server share. The counters are written from every connection's thread.
struct HttpShared {
    HttpServerOptions options;
    std::vector<HttpRoute> routes;
    const Clock& clock;
    Log log;
    Watchdog watchdog;
    std::atomic<bool> draining{false};
    BodyRoom room;
    std::atomic<std::uint64_t> requests{0};
    std::atomic<std::uint64_t> rejected{0};
    std::atomic<std::uint64_t> timed_out{0};

    HttpShared(HttpServerOptions set_options,
               std::vector<HttpRoute> set_routes,
               const Clock& set_clock,
               Log set_log)
        : options(std::move(set_options)),
          routes(std::move(set_routes)),
          clock(set_clock),
          log(std::move(set_log)),
          watchdog(set_clock),
          room(options.max_body_bytes_in_flight,
               options.max_spooled_bytes_in_flight,
               options.max_share_of_address) {}
};

// Used by one thread.
class HttpConnection {
public:
    struct Peer {
        std::string address;  // host:port
        bool tls = false;
        std::string client_fingerprint;
    };
    HttpConnection(HttpShared& shared, ByteStream& stream, Watchdog::Watch& watch, Peer peer)
        : m_shared(shared),
          m_stream(stream),
          m_watch(watch),
          m_peer(std::move(peer)),
          m_taker(shared.room, m_peer.address.substr(0, m_peer.address.rfind(':'))) {}
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;
    HttpConnection(HttpConnection&&) = delete;
    HttpConnection& operator=(HttpConnection&&) = delete;

    void serve();  // returns when the connection is to be closed

private:
    enum class Next : std::uint8_t { KeepAlive, Close, Linger };

    Next serve_one();
    Next serve_request(HttpRequest& request);
    bool fill();  // reads some more into the buffer; false at the end
    Result<HttpRequest> read_head(bool& ended);
    Status read_body(const HttpFraming& framing, std::size_t max_body_bytes);
    Status read_sized(std::uint64_t length);
    Status read_chunked(std::size_t max_body_bytes);
    void allow_body_time(Watchdog::Deadline start, std::uint64_t received);
    Status expect_continue(const HttpRequest& request, const HttpFraming& framing);
    Next answer(const HttpRequest& request, HttpResponse response, bool body_unread);
    Next reject(const Error& error);
    bool send(const HttpResponse& response, bool head_only, bool keep_alive);
    void linger();
    Error told(const Error& error) const;
    HttpHandler* route(std::string_view path) const;

    HttpShared& m_shared;
    ByteStream& m_stream;
    Watchdog::Watch& m_watch;
    Peer m_peer;
    Bytes m_buffer;
    unsigned m_served = 0;
    BodyTaker m_taker;
};

}  // namespace sallyport::transports
