// SPDX-License-Identifier: Apache-2.0
// One HTTP POST (or HEAD) over a connection of its own, bounded by an absolute deadline. Redirects are not followed: a body and
// credentials go to the configured origin or nowhere.
#pragma once

#include "certs/octets.h"
#include "certs/tls.h"
#include "gateway/base/bytes.h"
#include "gateway/base/error.h"
#include "transports/headers.h"
#include "transports/watchdog.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace sallyport::transports {

struct HttpPost {
    std::string url;     // http or https
    HeaderList headers;  // without Host, Content-Length and Connection
    BytesView body;
    const certs::Octets* large_body = nullptr;  // instead of `body`; read once, in pieces
    std::chrono::milliseconds connect_timeout{10'000};
    // From connect() to the response's last octet; a body earns more, at LeastBodyRate: it has to be sent, and opened there.
    std::chrono::milliseconds exchange_timeout{120'000};
    std::size_t max_response_bytes = 1U << 20;
    const certs::TlsClient* tls = nullptr;  // for https
    // Refuses addresses of our own networks; the address judged is the one connected to.
    bool public_addresses_only = false;
    bool get = false;   // GET: no body goes
    bool head = false;  // HEAD: neither body nor Content-Length go; of the answer's body none comes
};

inline constexpr std::uint64_t LeastBodyRate = std::uint64_t{256} << 10U;  // octets per second

struct HttpReply {
    int status = 0;
    HeaderList headers;
    Bytes body;
};

// HTTP-01: any 2xx is success. Who can do something about the others, decides whether the same octets are sent again.
// Error codes: as2.http.status, as2.http.redirect.
Status check_reply(const HttpReply& reply, const std::string& url);

// Error codes: as2.egress.address (Partner), as2.url (Operator), as2.connect, as2.timeout (Network), as2.tls (Operator), as2.response.large (Partner), spool.read
// (Operator: the body could not be read; the connection is cut, so that the server sees no complete message).
Result<HttpReply> http_post(const HttpPost& post, Watchdog& watchdog, const Clock& clock);

}  // namespace sallyport::transports
