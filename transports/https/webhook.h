// SPDX-License-Identifier: Apache-2.0
// Webhooks that come in: who signs does so as Standard Webhooks has it; who cannot (Odoo) shows a secret in the path and
// comes from the networks that were agreed. Each is taken once, however often it is delivered.
//
//   POST /v1/webhooks/NAME            Webhook-Id, Webhook-Timestamp, Webhook-Signature: v1,BASE64 …
//   POST /v1/webhooks/NAME/SECRET     nothing but the secret
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "transports/http_server.h"
#include "transports/https/ledger.h"
#include "transports/penalties.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::https {

// One that was let in. What it says is a hint, never a fact: the listener looks for itself.
struct Webhook {
    std::string source{};  // NAME
    std::string id{};      // Webhook-Id; empty where the sender knows none
    Bytes body{};
    std::string content_type{};
};
// Called before the sender gets its 2xx, from the connection's thread; quick, thread-safe, and fine with being called twice
// for one thing. An error is a 503: the sender delivers again. The Odoo watcher's wake() is one.
using WebhookListener = std::function<Status(const Webhook&)>;

struct WebhookSource {
    std::string name{};
    std::vector<std::shared_ptr<const Secret>>
        signing{};  // "whsec_…" or octets; several while one is changed
    std::shared_ptr<const Secret> path_secret{};  // of those that cannot sign; needs networks
    std::vector<std::string> networks{};          // empty: anywhere
    WebhookListener listener{};
};

// Standard Webhooks: the header may carry several signatures, any secret may have made one. Pure.
// Error codes: webhook.headers, webhook.time (more than `window` off), webhook.signature; all Partner.
struct WebhookClaims {
    std::string id{};
    Instant at{};
};
Result<WebhookClaims> verify_webhook(const transports::HttpRequest& request,
                                     const std::vector<std::shared_ptr<const Secret>>& secrets,
                                     Instant now,
                                     std::chrono::seconds window = std::chrono::seconds{300});

// Thread-safe. References outlive the handler. Mounted at /v1/webhooks.
class WebhookHandler final : public transports::HttpHandler {
public:
    struct Parts {
        std::vector<WebhookSource> sources{};
        RequestLedger& ledger;
        transports::Penalties& penalties;
        const Clock& clock;
        Random& random;
        Log log;
    };
    explicit WebhookHandler(Parts parts) : m_parts(std::move(parts)) {}

    transports::HttpEntry enter(const transports::HttpRequest& head) override;
    transports::HttpResponse handle(const transports::HttpRequest& request) override;

private:
    const WebhookSource* find(std::string_view path, std::string_view& secret) const;
    Result<bool> taken_before(const WebhookSource& source, const transports::HttpRequest& request);
    Status known(const WebhookSource* source,
                 std::string_view secret,
                 const transports::HttpRequest& request) const;
    transports::HttpResponse refuse(const transports::HttpRequest& request, const Error& error);

    Parts m_parts;
};

}  // namespace sallyport::https
