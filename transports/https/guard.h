// SPDX-License-Identifier: Apache-2.0
// Who calls? Failures count at the penalties shared with the other doors; a banned address is not listened to.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/guarded.h"
#include "transports/http_server.h"
#include "transports/https/caller.h"
#include "transports/https/ledger.h"
#include "transports/penalties.h"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace sallyport::https {

// Error codes, all Blame::Partner unless said otherwise:
//   https.banned                        too many failures from there
//   https.credentials                   none were shown, or of two kinds
//   https.token                         unknown, wrong, expired, revoked, or for another gateway
//   https.certificate                   no partner's file names it
//   https.signature                     missing parts, wrong, or out of its time
//   https.replay                        a nonce the second time
//   https.network                       the credentials are right, the address is not one of the partner's
//   codes of the store (Network)        nothing can be said now
//
// Thread-safe. References outlive the guard.
class Guard {
public:
    struct Parts {
        std::shared_ptr<const Accounts> accounts{};
        Tokens& tokens;
        RequestLedger& ledger;
        transports::Penalties& penalties;
        const Clock& clock;
        std::string environment{};         // of this gateway
        std::chrono::seconds window{300};  // how far a signed request's time may be off
    };
    explicit Guard(Parts parts);

    // Once for each request, before its body is read: takes its nonce.
    Result<Caller> admit(const transports::HttpRequest& head);
    // The same request with its body: compares the body with its digest.
    Result<Caller> confirm(const transports::HttpRequest& request);
    // Takes one of the account's requests: zero when it had one left, otherwise when there will be one.
    std::chrono::seconds wait(const Account& account);
    // How long that address is not listened to; zero when it is.
    std::chrono::seconds banned_for(const transports::HttpRequest& request) const;
    void use(std::shared_ptr<const Accounts> accounts);

private:
    enum class Pass : std::uint8_t { First, Second };
    Result<Caller> identify(const transports::HttpRequest& request, Pass pass);
    Result<Caller> by_token(std::string_view text);
    Result<Caller> by_certificate(const std::string& fingerprint) const;
    Result<Caller> by_signature(const transports::HttpRequest& request, Pass pass);
    std::shared_ptr<const Accounts> accounts() const;

    struct Bucket {
        double left = 0;
        std::chrono::steady_clock::time_point at{};
    };
    Parts m_parts;
    Guarded<std::shared_ptr<const Accounts>> m_accounts;
    Guarded<std::map<std::string, Bucket>> m_buckets;  // by partner
};

// "192.0.2.7" of "192.0.2.7:1234", "2001:db8::9" of "[2001:db8::9]:22".
std::string address_only(const std::string& remote);

}  // namespace sallyport::https
