// SPDX-License-Identifier: Apache-2.0
#include "transports/https/guard.h"

#include "gateway/base/digest.h"
#include "transports/https/signature.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sallyport::https {
namespace {

using transports::HttpRequest;

// What a wrong guess costs; about five of them ban an address where the settings are the standard ones.
constexpr double Guess = 2;

Error refused(std::string_view code, std::string what, std::string remedy) {
    return Error(code, Blame::Partner, std::move(what)).remedy(std::move(remedy));
}

Error bad_token() {
    // One answer for all: who guesses learns nothing.
    return refused("https.token",
                   "the token is unknown, expired, revoked, or for another gateway",
                   "ask us for a new token");
}

bool is_bearer(std::string_view value) {
    return value.size() > 7 && transports::equal_no_case(value.substr(0, 7), "Bearer ");
}

}  // namespace

std::string address_only(const std::string& remote) {
    if (remote.starts_with('[')) return remote.substr(1, remote.find(']') - 1);
    const std::size_t colon = remote.rfind(':');
    return remote.find(':') == colon ? remote.substr(0, colon) : remote;
}

Guard::Guard(Parts parts) : m_parts(std::move(parts)), m_accounts(m_parts.accounts) {}

void Guard::use(std::shared_ptr<const Accounts> accounts) {
    m_accounts.with([&](auto& held) { held = std::move(accounts); });
}

std::shared_ptr<const Accounts> Guard::accounts() const {
    return m_accounts.with([](const auto& held) { return held; });
}

Result<Caller> Guard::admit(const HttpRequest& head) {
    const std::string address = address_only(head.remote_address);
    if (m_parts.penalties.banned(address))
        return refused("https.banned",
                       "too many failures from your address",
                       "wait as Retry-After says, then use the right credentials");
    auto caller = identify(head, Pass::First);
    if (!caller) {
        // Showing nothing is no guess; neither is our own trouble.
        if (caller.error().blame() == Blame::Partner &&
            caller.error().code() != "https.credentials")
            m_parts.penalties.fail(address, Guess);
        return caller;
    }
    return caller;
}

Result<Caller> Guard::confirm(const HttpRequest& request) {
    auto caller = identify(request, Pass::Second);
    if (!caller || !is_signed(request)) return caller;
    if (Status same = verify_content_digest(request); !same) return std::move(same).error();
    return caller;
}

Result<Caller> Guard::identify(const HttpRequest& request, Pass pass) {
    const std::size_t headers = transports::count_header(request.headers, "Authorization");
    const std::string_view authorization =
        transports::header_or_empty(request.headers, "Authorization");
    const bool by_signing = is_signed(request);
    if (headers > 1 || (headers == 1 && by_signing))
        return refused("https.credentials",
                       "more than one kind of credentials was shown",
                       "show one: a bearer token, a signature, or a client certificate");
    Result<Caller> caller = [&]() -> Result<Caller> {
        if (by_signing) return by_signature(request, pass);
        if (headers == 1 && is_bearer(authorization)) return by_token(authorization.substr(7));
        if (headers == 0 && !request.client_fingerprint.empty())
            return by_certificate(request.client_fingerprint);
        return refused("https.credentials",
                       "no credentials that are known here were shown",
                       "send Authorization: Bearer TOKEN, or sign the request");
    }();
    if (!caller) return caller;
    const auto& networks = caller->account->networks;
    const std::string address = address_only(request.remote_address);
    if (!networks.empty() &&
        std::none_of(networks.begin(), networks.end(), [&](const std::string& network) {
            return transports::network_holds(network, address);
        }))
        return refused("https.network",
                       "your address is not one of those that were agreed",
                       "come from there, or ask us to add the network");
    return caller;
}

Result<Caller> Guard::by_token(std::string_view text) {
    const auto token = split_token(transports::trim(text));
    if (!token) return bad_token();
    auto known = m_parts.tokens.find(token->id);
    if (!known) return std::move(known).error();
    const std::string expected = *known ? (*known)->hash : std::string(64, '0');
    const bool right = equal_constant_time(expected, sha256_hex(token->secret));
    if (!*known || !right) return bad_token();
    const Token& held = **known;
    const Instant now = m_parts.clock.now();
    if (held.environment != m_parts.environment || (held.expires && *held.expires <= now) ||
        (held.revoked && *held.revoked <= now))
        return bad_token();
    auto account = accounts()->by_partner(held.partner);
    if (!account) return bad_token();
    return Caller{.account = std::move(account),
                  .credential = "token:" + held.id,
                  .scopes = held.scopes,
                  .expires = held.expires};
}

Result<Caller> Guard::by_certificate(const std::string& fingerprint) const {
    auto account = accounts()->by_certificate(fingerprint);
    if (!account)
        return refused("https.certificate",
                       "your client certificate is not one that was agreed",
                       "show the agreed one, or send us the new one first");
    std::vector<std::string> scopes = account->scopes;
    return Caller{.account = std::move(account),
                  .credential = "certificate:" + fingerprint.substr(0, 16),
                  .scopes = std::move(scopes),
                  .expires = {}};
}

Result<Caller> Guard::by_signature(const HttpRequest& request, Pass pass) {
    auto signature = read_signature(request);
    if (!signature) return std::move(signature).error();
    auto account = accounts()->by_key(signature->key_id);
    static const Secret nobody(std::string(32, 'x'));
    const Secret* secret = &nobody;
    if (account)
        for (const SigningKey& key : account->keys)
            if (key.id == signature->key_id) secret = key.secret.get();
    Status right =
        verify_signature(*signature, request, *secret, m_parts.clock.now(), m_parts.window);
    if (right && !account)
        right = refused("https.signature", "the signature is not right", "use an agreed key");
    if (!right) return std::move(right).error();
    if (pass == Pass::First) {
        auto fresh = m_parts.ledger.claim({.space = "nonce",
                                           .name = signature->key_id + "/" + signature->nonce,
                                           .since = signature->created,
                                           .keep = 2 * m_parts.window + std::chrono::seconds{60}});
        if (!fresh) return std::move(fresh).error();
        if (!*fresh)
            return refused("https.replay",
                           "this nonce was used before",
                           "make a new nonce and sign again; an Idempotency-Key keeps a repeat "
                           "from counting twice");
    }
    std::vector<std::string> scopes = account->scopes;
    return Caller{.account = std::move(account),
                  .credential = "key:" + signature->key_id,
                  .scopes = std::move(scopes),
                  .expires = {}};
}

std::chrono::seconds Guard::wait(const Account& account) {
    const double per_second = account.requests_per_minute / 60.0;
    const auto now = m_parts.clock.steady_now();
    const double missing = m_buckets.with([&](auto& buckets) {
        // A quarter of a minute's requests may come at once.
        const double most = std::max(1.0, per_second * 15);
        Bucket& bucket = buckets.try_emplace(account.partner, Bucket{most, now}).first->second;
        if (now > bucket.at) {
            const double seconds = std::chrono::duration<double>(now - bucket.at).count();
            bucket.left = std::min(most, bucket.left + seconds * per_second);
            bucket.at = now;
        }
        if (bucket.left < 1) return 1 - bucket.left;
        bucket.left -= 1;
        return 0.0;
    });
    return std::chrono::seconds(static_cast<std::int64_t>(std::ceil(missing / per_second)));
}

std::chrono::seconds Guard::banned_for(const HttpRequest& request) const {
    return m_parts.penalties.remaining(address_only(request.remote_address));
}

}  // namespace sallyport::https
