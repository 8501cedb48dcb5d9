// SPDX-License-Identifier: Apache-2.0
// The HTTPS door: proves who calls, lets in what the table of endpoints allows that caller, answers everything else with a
// problem document (RFC 9457), and answers a repeated POST with what it answered first.
//
// Credentials, one of: a bearer token (RFC 6750), a client certificate the partner's file names, or a request signed with a
// shared key (RFC 9421, hmac-sha256) that states its time and a nonce.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "gateway/base/log.h"
#include "transports/http_server.h"
#include "transports/https/guard.h"
#include "transports/https/ledger.h"
#include "transports/https/route.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace sallyport::https {

// Something at the door worth the audit: "https.refused", "https.forbidden", "https.missing" (asked for what is not theirs, or
// nowhere).
struct Event {
    std::string event{};
    std::string partner{};  // empty when unknown
    std::string credential{};
    std::string remote_address{};
    std::string code{};
    std::string target{};  // method and path
};
// Thread-safe; must not throw or block for long.
using Recorder = std::function<void(const Event&)>;

// Thread-safe. References outlive the door.
class Door final : public transports::HttpHandler {
public:
    struct Parts {
        std::shared_ptr<const Api> api{};
        Guard& guard;
        RequestLedger& ledger;
        const Clock& clock;
        Random& random;
        Log log;
        Recorder record{};
    };
    explicit Door(Parts parts) : m_parts(std::move(parts)) {}

    transports::HttpEntry enter(const transports::HttpRequest& head) override;
    transports::HttpResponse handle(const transports::HttpRequest& request) override;

private:
    struct Refused {
        Error error;
        std::chrono::seconds retry{0};     // Retry-After; zero: none
        std::vector<std::string> allow{};  // Allow, of a 405
        Caller caller{};                   // as far as it is known
    };
    struct Opened {
        const Endpoint* endpoint = nullptr;
        Caller caller{};
        std::map<std::string, std::string> path{};
    };
    using Opening = std::variant<Opened, Refused>;
    Opening open(const transports::HttpRequest& request, bool first);
    transports::HttpResponse refuse(const transports::HttpRequest& request,
                                    const Refused& refused,
                                    const std::string& trace);
    void record(std::string event,
                const transports::HttpRequest& request,
                const Caller& caller,
                std::string_view code) const;
    transports::HttpResponse run(const Endpoint& endpoint, const Call& call);
    Result<transports::HttpResponse> run_once(const Endpoint& endpoint, const Call& call);
    Result<transports::HttpResponse> run_waiting(const Endpoint& endpoint, const Call& call);

    Parts m_parts;
    Guarded<std::set<std::string>> m_running;            // keys being answered now
    Guarded<std::map<std::string, unsigned>> m_waiting;  // by partner: calls that hold a connection
};

}  // namespace sallyport::https
