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

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace sallyport::https {

// Something at the door worth the audit: "https.refused", "https.forbidden".
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
    explicit Door(Parts parts);
    ~Door() override;
    Door(const Door&) = delete;
    Door& operator=(const Door&) = delete;
    Door(Door&&) = delete;
    Door& operator=(Door&&) = delete;

    transports::HttpEntry enter(const transports::HttpRequest& head) override;
    transports::HttpResponse handle(const transports::HttpRequest& request) override;

private:
    struct Opened;
    Result<Opened> open(const transports::HttpRequest& request, bool first);
    Status check_head(const transports::HttpRequest& request, const Opened& opened) const;
    transports::HttpResponse refuse(const transports::HttpRequest& request,
                                    const Error& error,
                                    const std::string& trace);
    transports::HttpResponse run(const Endpoint& endpoint, const Call& call);
    transports::HttpResponse run_once(const Endpoint& endpoint, const Call& call);
    std::string trace_of(const transports::HttpRequest& request);

    Parts m_parts;
    Guarded<std::set<std::string>> m_running;            // keys being answered now
    Guarded<std::map<std::string, unsigned>> m_waiting;  // by partner: calls that hold a connection
};

}  // namespace sallyport::https
