// SPDX-License-Identifier: Apache-2.0
// One HTTP request on one connection: connect, write head and body in one go, read the whole reply, close. Internal to
// gateway/odoo. Nothing is ever sent twice here. Errors: odoo.connect, odoo.tls, odoo.reply.lost, odoo.reply.large.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::odoo {

struct Target {
    bool tls = false;
    std::string host;
    std::uint16_t port = 0;
    std::string text() const;  // http://host:port
};

// http(s)://host[:port][/]; nothing else. Error code odoo.url (Blame::Operator).
Result<Target> parse_target(const std::string& url);

struct HttpLimits {
    std::chrono::milliseconds connect_timeout{3'000};
    std::chrono::milliseconds read_timeout{
        130'000};  // from the end of the request to the last byte of the reply
    std::size_t max_reply_bytes = std::size_t{32} << 20;
};

struct HttpReply {
    int status = 0;
    std::string body;
    std::optional<Instant> date{};  // the Date header: the server's clock, in whole seconds
};

struct HttpRequest {
    bool get = false;  // else a POST of `body`
    std::string path{};
    std::string body{};
    std::vector<std::pair<std::string, std::string>> headers{};  // besides those every request has
};

// Thread-safe; holds the TLS context only.
class HttpPoster {
public:
    // `ca_file` empty: the system's trust store. Error code odoo.tls (Blame::Operator).
    static Result<std::unique_ptr<HttpPoster>> make(Target target,
                                                    HttpLimits limits,
                                                    const std::string& ca_file);
    virtual ~HttpPoster() = default;
    virtual Result<HttpReply> send(const HttpRequest& request, const Clock& clock) = 0;
};

}  // namespace sallyport::odoo
