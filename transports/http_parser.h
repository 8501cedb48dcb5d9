// SPDX-License-Identifier: Apache-2.0
// HTTP/1.1 message syntax (RFC 9110, RFC 9112) as pure functions: one reading of every message, or none. What another
// HTTP implementation could read differently (both framings, odd lengths, blanks before a colon) is refused.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"
#include "transports/http_server.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace sallyport::transports {

// The status to answer an error of this page with; 400 when the code is not one of them.
int http_status_of(const Error& error);
std::string_view http_reason(int status);

// Where the head (request line and fields) ends, behind its blank line; 0 when more octets are needed. A bare LF or a head
// over the limit is an error at once. `from`: octets before it were scanned by an earlier call.
// Error codes: http.bare-lf, http.header.large.
Result<std::size_t> find_head_end(BytesView buffer, std::size_t from, const HttpLimits& limits);

// Request line and fields; folded lines are joined by one blank (AS2 peers fold), except in fields that frame the message.
// Error codes: http.request-line, http.version, http.target, http.target.long, http.header.name, http.header.value,
// http.header.count, http.header.folded, http.host.
Result<HttpRequest> parse_head(BytesView head, const HttpLimits& limits);

// Field lines up to and without the blank line; for trailers too.
Result<HeaderList> parse_fields(BytesView lines, const HttpLimits& limits);

enum class BodyFraming : std::uint8_t { None, Length, Chunked };
struct HttpFraming {
    BodyFraming kind = BodyFraming::None;
    std::uint64_t length = 0;
};
// Error codes: http.framing.both, http.length, http.transfer-encoding, http.transfer-encoding.unknown.
Result<HttpFraming> decide_framing(const HttpRequest& head);

// True when the connection stays open after this request.
bool wants_keep_alive(const HttpRequest& head);

// Takes octets as they come and gives the chunks' data. Error codes: http.chunk, http.body.large, http.trailer.
class ChunkedDecoder {
public:
    ChunkedDecoder(const HttpLimits& limits, std::size_t max_body_bytes)
        : m_limits(limits), m_max_body_bytes(max_body_bytes) {}

    // Appends data to `body`; the result is how many octets of `input` belonged to this message.
    Result<std::size_t> feed(BytesView input, Bytes& body);
    bool done() const { return m_state == State::Done; }

private:
    enum class State : std::uint8_t { Size, Data, DataEnd, Trailer, Done };
    Status line(Bytes text);
    Status size_line(BytesView text);
    Status data_end(char octet);

    HttpLimits m_limits;
    std::size_t m_max_body_bytes;
    State m_state = State::Size;
    Bytes m_line;
    std::size_t m_left = 0;
    std::size_t m_total = 0;
    Bytes m_trailer;
    bool m_data_cr = false;
};

}  // namespace sallyport::transports
