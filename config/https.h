// SPDX-License-Identifier: Apache-2.0
// The HTTPS partner API and webhooks: our settings, and how one partner may use the API. Plain values, checked.
#pragma once

#include "config/endpoint.h"
#include "config/secret_ref.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace sallyport::config {

// [https] of sallyport.toml.
struct HttpsSection {
    HttpListener listen{};
    std::filesystem::path tls_certificate{};  // PEM chain; needed when it listens
    SecretRef tls_key{};
    std::string url{};  // as partners see it, without a path; empty: the OpenAPI document says "/"
    std::vector<std::string> proxies{};  // load balancers that send the PROXY protocol
};

// [https] of a partner file.
struct HttpsAgreement {
    bool enabled = false;
    std::vector<std::string> networks{};
    std::vector<std::filesystem::path> client_certificates{};
    std::string hmac_key_id{};
    SecretRef hmac_key{};
    std::string next_hmac_key_id{};  // both are good while one is changed
    SecretRef next_hmac_key{};
    std::vector<std::string> scopes{};  // of certificates and keys
    std::uint32_t requests_per_minute = 0;
    std::uint32_t waiting = 0;
};

// [webhook.NAME] of sallyport.toml.
struct WebhookSection {
    std::string name{};
    SecretRef secret{};       // Standard Webhooks: "whsec_…"
    SecretRef next_secret{};  // both are good while it is changed
    SecretRef path_secret{};  // of senders that cannot sign; needs networks
    std::vector<std::string> networks{};
    std::string wakes{};  // "odoo", "nothing"
};

}  // namespace sallyport::config
