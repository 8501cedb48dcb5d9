// SPDX-License-Identifier: Apache-2.0
#include "transports/http_connection.h"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace sallyport::transports {
namespace {

constexpr std::size_t ReadSize = 16U << 10;
constexpr std::size_t LingerBytes = 1U << 20;

bool prefix_matches(std::string_view prefix, std::string_view path) {
    if (prefix == "/") return true;
    return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

Error connection_lost() {
    return Error("http.incomplete", Blame::Network, "connection ended inside a request");
}

HttpResponse plain(int status, std::string text) {
    return {.status = status,
            .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
            .body = std::move(text) + "\n"};
}

// What a handler puts into a header can come from the wire; a line break there would forge fields.
bool clean_fields(const HeaderList& headers) {
    return std::all_of(headers.begin(), headers.end(), [](const auto& field) {
        return field.first.find_first_of(std::string_view("\r\n:\0 ", 5)) == std::string::npos &&
               field.second.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
    });
}

}  // namespace

HttpEntry HttpHandler::enter(const HttpRequest& /*head*/) {
    return {};
}

HttpHandler* HttpConnection::route(std::string_view path) const {
    const HttpRoute* best = nullptr;
    for (const auto& candidate : m_shared.routes)
        if (prefix_matches(candidate.prefix, path) &&
            (best == nullptr || candidate.prefix.size() > best->prefix.size()))
            best = &candidate;
    return best == nullptr ? nullptr : best->handler.get();
}

bool HttpConnection::fill() {
    std::array<char, ReadSize> chunk;  // NOLINT: filled by read()
    const long count = m_stream.read(chunk.data(), chunk.size());
    if (count <= 0) return false;
    m_buffer.append(chunk.data(), static_cast<std::size_t>(count));
    return true;
}

Result<HttpRequest> HttpConnection::read_head(bool& ended) {
    m_watch.until(m_shared.clock.steady_now() + m_shared.options.deadlines.header,
                  m_buffer.empty());
    m_watch.waiting(true);
    if (m_shared.draining && m_buffer.empty()) {
        ended = true;
        return connection_lost();
    }
    std::size_t scanned = 0;
    while (true) {
        // RFC 9112 2.2: empty lines before a request line are skipped.
        while (m_buffer.starts_with("\r\n"))
            m_buffer.erase(0, 2);
        auto end =
            find_head_end(m_buffer, std::min(scanned, m_buffer.size()), m_shared.options.limits);
        if (!end) return std::move(end).error();
        if (*end != 0) {
            auto request = parse_head(BytesView(m_buffer).substr(0, *end), m_shared.options.limits);
            m_buffer.erase(0, *end);
            m_watch.waiting(false);
            return request;
        }
        scanned = m_buffer.size();
        const bool first = m_buffer.empty();
        if (!fill()) {
            ended = true;
            return connection_lost();
        }
        if (first)  // no longer idle, same deadline for the whole header
            m_watch.until(m_shared.clock.steady_now() + m_shared.options.deadlines.header);
    }
}

void HttpConnection::allow_body_time(Watchdog::Deadline start, std::uint64_t received) {
    const auto& deadlines = m_shared.options.deadlines;
    const std::chrono::milliseconds earned(received * 1000 /
                                           std::max<std::size_t>(deadlines.least_body_rate, 1));
    m_watch.until(start + std::min(deadlines.body, deadlines.body_grace + earned));
}

Status HttpConnection::read_sized(std::uint64_t length) {
    const auto start = m_shared.clock.steady_now();
    const auto buffered =
        static_cast<std::size_t>(std::min<std::uint64_t>(length, m_buffer.size()));
    if (Status taken = m_taker.take(BytesView(m_buffer).substr(0, buffered)); !taken) return taken;
    m_buffer.erase(0, buffered);
    std::array<char, ReadSize> chunk;  // NOLINT: filled by read()
    while (m_taker.size() < length) {
        allow_body_time(start, m_taker.size());
        const auto want = static_cast<std::size_t>(
            std::min<std::uint64_t>(length - m_taker.size(), chunk.size()));
        const long count = m_stream.read(chunk.data(), want);
        if (count <= 0) return connection_lost();
        const BytesView octets(chunk.data(), static_cast<std::size_t>(count));
        if (Status taken = m_taker.take(octets); !taken) return taken;
    }
    return {};
}

Status HttpConnection::read_chunked(std::size_t max_body_bytes) {
    const auto start = m_shared.clock.steady_now();
    ChunkedDecoder decoder(m_shared.options.limits, max_body_bytes);
    Bytes data;
    while (true) {
        data.clear();
        auto consumed = decoder.feed(m_buffer, data);
        if (!consumed) return std::move(consumed).error();
        m_buffer.erase(0, *consumed);
        const auto taken = m_taker.take(data);
        if (!taken || decoder.done()) return taken;
        allow_body_time(start, m_taker.size());
        if (!fill()) return connection_lost();
    }
}

Status HttpConnection::read_body(const HttpFraming& framing, std::size_t max_body_bytes) {
    switch (framing.kind) {
        case BodyFraming::None:
            return {};
        case BodyFraming::Length:
            return read_sized(framing.length);
        case BodyFraming::Chunked:
            return read_chunked(max_body_bytes);
    }
    return {};
}

Status HttpConnection::expect_continue(const HttpRequest& request, const HttpFraming& framing) {
    const std::size_t count = count_header(request.headers, "Expect");
    if (count == 0) return {};
    if (count > 1 || !equal_no_case(header_or_empty(request.headers, "Expect"), "100-continue"))
        return Error(
            "http.expect", Blame::Partner, "the only expectation met here is 100-continue");
    if (request.minor == 0 || framing.kind == BodyFraming::None || !m_buffer.empty()) return {};
    m_watch.until(m_shared.clock.steady_now() + m_shared.options.deadlines.write);
    if (!m_stream.write("HTTP/1.1 100 Continue\r\n\r\n")) return connection_lost();
    return {};
}

bool HttpConnection::send(const HttpResponse& response, bool head_only, bool keep_alive) {
    const auto& deadlines = m_shared.options.deadlines;
    const std::chrono::seconds for_size(response.body.size() /
                                        std::max<std::size_t>(deadlines.least_body_rate, 1));
    m_watch.until(m_shared.clock.steady_now() + deadlines.write + for_size);
    Bytes octets = "HTTP/1.1 " + std::to_string(response.status) + ' ' +
                   std::string(http_reason(response.status)) + "\r\n";
    octets += "Date: " + rfc5322_date(m_shared.clock.now()) + "\r\n";
    octets += write_headers(response.headers);
    if (response.status != 204)
        octets += "Content-Length: " +
                  std::to_string(head_only && response.head_length ? *response.head_length
                                                                   : response.body.size()) +
                  "\r\n";
    octets += keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
    if (!head_only && response.status != 204) octets += response.body;
    return m_stream.write(octets);
}

HttpConnection::Next HttpConnection::answer(const HttpRequest& request,
                                            HttpResponse response,
                                            bool body_unread) {
    if (!clean_fields(response.headers)) {
        m_shared.log.error("handler made an unsendable header", {{"path", request.path}});
        response = plain(500, "internal error");
        response.close = true;
    }
    const bool keep_alive = !body_unread && !response.close && !m_shared.draining &&
                            wants_keep_alive(request) &&
                            ++m_served < m_shared.options.max_requests_per_connection;
    ++m_shared.requests;
    if (!send(response, request.method == "HEAD", keep_alive)) return Next::Close;
    if (keep_alive) return Next::KeepAlive;
    return body_unread ? Next::Linger : Next::Close;
}

HttpConnection::Next HttpConnection::reject(const Error& error) {
    if (m_watch.fired()) {
        ++m_shared.timed_out;
        m_shared.log.info("http deadline passed", {{"remote", m_peer.address}});
        return Next::Close;
    }
    if (error.code() == "http.incomplete") return Next::Close;
    ++m_shared.rejected;
    const int status = http_status_of(error);
    m_shared.log.info("http request rejected",
                      {{"remote", m_peer.address}, {"status", status}, {"code", error.code()}});
    HttpResponse response = plain(status, error.what() + " [" + std::string(error.code()) + "]");
    if (status == 503) response.headers.emplace_back("Retry-After", "30");
    return send(response, false, false) ? Next::Linger : Next::Close;
}

// Closing with unread octets resets the connection, and the reset can overtake the answer: the peer's octets are drained
// for a moment first.
void HttpConnection::linger() {
    m_watch.until(m_shared.clock.steady_now() + m_shared.options.deadlines.linger);
    m_stream.end_writing();
    std::size_t drained = 0;
    do {
        drained += m_buffer.size();
        m_buffer.clear();
    } while (drained < LingerBytes && fill());
}

HttpConnection::Next HttpConnection::serve_one() {
    bool ended = false;
    auto head = read_head(ended);
    if (!head) {
        if (ended && m_buffer.empty() && !m_watch.fired()) return Next::Close;
        return reject(head.error());
    }
    const Next next = serve_request(*head);
    m_taker.drop();
    return next;
}

HttpConnection::Next HttpConnection::serve_request(HttpRequest& request) {
    request.remote_address = m_peer.address;
    request.tls = m_peer.tls;
    request.client_fingerprint = m_peer.client_fingerprint;
    const auto framing = decide_framing(request);
    if (!framing) return reject(framing.error());
    const bool has_body = framing->kind != BodyFraming::None;

    HttpHandler* handler = route(request.path);
    if (handler == nullptr)
        return answer(request, plain(404, "nothing is served at this path"), has_body);
    HttpEntry entry = handler->enter(request);
    if (entry.answer) return answer(request, *std::move(entry.answer), has_body);
    if (framing->kind == BodyFraming::Length && framing->length > entry.max_body_bytes)
        return reject(Error("http.body.large",
                            Blame::Partner,
                            "body of " + std::to_string(framing->length) +
                                " octets is longer than the " +
                                std::to_string(entry.max_body_bytes) + " taken here"));
    const auto expected = expect_continue(request, *framing);
    if (!expected) return reject(expected.error());
    const bool in_parts = entry.parts != nullptr;
    m_taker.begin(entry.spool_above, entry.spool_folder, std::move(entry.parts));
    const auto body = read_body(*framing, entry.max_body_bytes);
    if (!body) return reject(told(body.error()));
    m_taker.finish(request);
    if (in_parts && !request.spooled)
        return reject(
            Error("http.body.range", Blame::Partner, "the body is not what it announced"));
    m_watch.off();  // the handler bounds its own time
    return answer(request, handler->handle(request), false);
}

// What our disk has to say is for the log, not for strangers.
Error HttpConnection::told(const Error& error) const {
    if (error.blame() != Blame::Operator) return error;
    m_shared.log.error("a large body could not be kept",
                       {{"code", error.code()}, {"reason", error.text()}});
    return Error("http.spool", Blame::Operator, "large bodies cannot be taken now");
}

void HttpConnection::serve() {
    Next next = Next::KeepAlive;
    while (next == Next::KeepAlive)
        next = serve_one();
    if (next == Next::Linger) linger();
}

}  // namespace sallyport::transports
