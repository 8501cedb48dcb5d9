// SPDX-License-Identifier: Apache-2.0
#include "transports/https/webhook.h"

#include "gateway/base/crash_point.h"
#include "gateway/base/digest.h"
#include "transports/https/guard.h"
#include "transports/https/problem.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sallyport::https {
namespace {

using transports::HttpEntry;
using transports::HttpRequest;
using transports::HttpResponse;

constexpr std::string_view Path = "/v1/webhooks/";
constexpr std::size_t LargestBody = 256U << 10U;
constexpr double Guess = 2;
constexpr std::chrono::hours Remembered{24 * 7};

Error refused(std::string_view code, std::string what, std::string remedy) {
    return Error(code, Blame::Partner, std::move(what)).remedy(std::move(remedy));
}

std::string_view one_header(const HttpRequest& request, std::string_view name) {
    if (transports::count_header(request.headers, name) != 1) return {};
    return transports::trim(transports::header_or_empty(request.headers, name));
}

// Standard Webhooks writes secrets as "whsec_" and base 64.
Bytes mac_of(const Secret& secret, BytesView signed_text) {
    constexpr std::string_view Prefix = "whsec_";
    Bytes octets;
    const std::string_view given = secret.reveal();
    if (given.starts_with(Prefix) && from_base64(given.substr(Prefix.size()), octets))
        return hmac_sha256(Secret(std::move(octets)), signed_text);
    return hmac_sha256(secret, signed_text);
}

bool signed_by_any(std::string_view signatures,
                   BytesView signed_text,
                   const std::vector<std::shared_ptr<const Secret>>& secrets) {
    bool right = false;
    while (!signatures.empty()) {
        const std::size_t end = std::min(signatures.find(' '), signatures.size());
        const std::string_view one = signatures.substr(0, end);
        signatures.remove_prefix(std::min(end + 1, signatures.size()));
        Bytes mac;
        if (!one.starts_with("v1,") || !from_base64(one.substr(3), mac)) continue;
        for (const auto& secret : secrets)
            right = equal_constant_time(mac_of(*secret, signed_text), mac) || right;
    }
    return right;
}

}  // namespace

Result<WebhookClaims> verify_webhook(const HttpRequest& request,
                                     const std::vector<std::shared_ptr<const Secret>>& secrets,
                                     Instant now,
                                     std::chrono::seconds window) {
    const std::string_view id = one_header(request, "Webhook-Id");
    const std::string_view stamp = one_header(request, "Webhook-Timestamp");
    const std::string_view signatures = one_header(request, "Webhook-Signature");
    std::int64_t seconds = 0;
    const auto [end, fault] = std::from_chars(stamp.data(), stamp.data() + stamp.size(), seconds);
    if (id.empty() || id.size() > 256 || signatures.empty() || stamp.empty() || stamp.size() > 11 ||
        fault != std::errc() || end != stamp.data() + stamp.size())
        return refused("webhook.headers",
                       "Webhook-Id, Webhook-Timestamp and Webhook-Signature are needed, once each",
                       "sign as Standard Webhooks says");
    const std::string signed_text = std::string(id) + "." + std::string(stamp) + "." + request.body;
    if (!signed_by_any(signatures, signed_text, secrets))
        return refused("webhook.signature",
                       "no signature is right",
                       "compare the secret; the signature is over id.timestamp.body");
    const Instant at{std::chrono::seconds(seconds)};
    if (at > now + window || at + window < now)
        return refused("webhook.time",
                       "the webhook was signed too long ago, or in the future",
                       "set the sender's clock right; a retry is signed anew");
    return WebhookClaims{.id = std::string(id), .at = at};
}

const WebhookSource* WebhookHandler::find(std::string_view path, std::string_view& secret) const {
    if (!path.starts_with(Path)) return nullptr;
    path.remove_prefix(Path.size());
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    secret = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    const auto at = std::find_if(m_parts.sources.begin(),
                                 m_parts.sources.end(),
                                 [&](const WebhookSource& one) { return one.name == name; });
    return at == m_parts.sources.end() ? nullptr : &*at;
}

Status WebhookHandler::known(const WebhookSource* source,
                             std::string_view secret,
                             const HttpRequest& request) const {
    const std::string address = address_only(request.remote_address);
    const bool near =
        source != nullptr &&
        (source->networks.empty() ||
         std::any_of(source->networks.begin(), source->networks.end(), [&](const auto& network) {
             return transports::network_holds(network, address);
         }));
    const bool told =
        source != nullptr &&
        (source->path_secret ? equal_constant_time(source->path_secret->reveal(), secret)
                             : secret.empty());
    if (near && told) return {};
    // One answer for a wrong name, a wrong secret and a wrong address.
    return refused("webhook.unknown",
                   "there is no such webhook for you",
                   "compare the URL and the address you come from");
}

HttpEntry WebhookHandler::enter(const HttpRequest& head) {
    HttpEntry entry;
    entry.max_body_bytes = LargestBody;
    const std::string address = address_only(head.remote_address);
    if (m_parts.penalties.banned(address)) {
        entry.answer = refuse(
            head,
            refused(
                "https.banned", "too many failures from your address", "wait as Retry-After says"));
        entry.answer->headers.emplace_back(
            "Retry-After", std::to_string(m_parts.penalties.remaining(address).count() + 1));
        return entry;
    }
    std::string_view secret;
    const WebhookSource* source = find(head.path, secret);
    if (Status is = known(source, secret, head); !is) {
        m_parts.penalties.fail(address, Guess);
        entry.answer = refuse(head, is.error());
    } else if (head.method != "POST") {
        entry.answer = refuse(head, refused("https.method", "webhooks are POSTed", "use POST"));
        entry.answer->headers.emplace_back("Allow", "POST");
    }
    return entry;
}

// Signed ones by their id; others are always new, since what they say is only "look".
Result<bool> WebhookHandler::taken_before(const WebhookSource& source, const HttpRequest& request) {
    if (source.signing.empty()) return false;
    const Instant now = m_parts.clock.now();
    auto claims = verify_webhook(request, source.signing, now);
    if (!claims) return std::move(claims).error();
    auto fresh = m_parts.ledger.claim({.space = "webhook",
                                       .name = source.name + "/" + claims->id,
                                       .since = now,
                                       .keep = Remembered});
    if (!fresh) return std::move(fresh).error();
    return !*fresh;
}

HttpResponse WebhookHandler::handle(const HttpRequest& request) {
    std::string_view secret;
    const WebhookSource* source = find(request.path, secret);
    if (Status is = known(source, secret, request); !is) return refuse(request, is.error());
    auto before = taken_before(*source, request);
    if (!before) {
        if (before.error().blame() == Blame::Partner)
            m_parts.penalties.fail(address_only(request.remote_address), Guess);
        return refuse(request, before.error());
    }
    // A repeat is told too: the listener only looks, and the first one may have died before it did.
    const Webhook webhook{
        .source = source->name,
        .id = std::string(one_header(request, "Webhook-Id")),
        .body = request.body,
        .content_type = std::string(transports::header_or_empty(request.headers, "Content-Type"))};
    CRASH_POINT("https.webhook.before");
    if (source->listener)
        if (Status heard = source->listener(webhook); !heard) return refuse(request, heard.error());
    CRASH_POINT("https.webhook.after");
    m_parts.log.info("webhook taken",
                     {{"source", source->name}, {"repeat", *before ? "yes" : "no"}});
    HttpResponse response{.status = 204};
    if (*before) response.headers.emplace_back("Idempotency-Replayed", "true");
    return response;
}

HttpResponse WebhookHandler::refuse(const HttpRequest& request, const Error& error) {
    const std::string trace = new_id(m_parts.clock.now(), m_parts.random);
    m_parts.log.warn(
        "webhook refused",
        {{"remote", request.remote_address}, {"code", error.code()}, {"trace", trace}});
    HttpResponse response = problem(status_of(error), error, trace);
    response.headers.emplace_back("Trace-Id", trace);
    return response;
}

}  // namespace sallyport::https
