// SPDX-License-Identifier: Apache-2.0
// The tables of the partner API's settings, and what one value cannot tell by itself.
#include "config/https.h"

#include "config/checks.h"
#include "config/tables.h"

#include <algorithm>

namespace sallyport::config {

std::vector<Field> https_section_fields(HttpsSection& https) {
    return {
        {.key = "https.listen",
         .standard = "\"off\"",
         .target = &https.listen,
         .help = "where the partner API (/v1) and webhooks are served, over TLS"},
        {.key = "https.tls_certificate",
         .standard = "\"\"",
         .target = &https.tls_certificate,
         .help = "its certificate chain, PEM",
         .reloadable = true},
        {.key = "https.tls_key",
         .standard = "\"\"",
         .target = &https.tls_key,
         .help = "the private key, PEM",
         .reloadable = true},
        {.key = "https.url",
         .standard = "\"\"",
         .target = &https.url,
         .help =
             "how partners reach it: \"https://edi.example.com:8443\"; for the OpenAPI document "
             "and the partner sheet"},
        {.key = "https.proxies",
         .standard = "[]",
         .target = &https.proxies,
         .help = "addresses of load balancers in front; each of their connections must begin with "
                 "a PROXY header, version 2"},
    };
}

namespace {

std::vector<Field> https_use_fields(HttpsAgreement& https) {
    static const std::vector<std::string> scopes{"documents:write",
                                                 "documents:read",
                                                 "outbox:read",
                                                 "outbox:confirm",
                                                 "orders:read",
                                                 "stock:read",
                                                 "shipments:write",
                                                 "shipments:read",
                                                 "changes:read"};
    std::string all;
    for (const std::string& one : scopes)
        all += (all.empty() ? "[" : ", ") + toml_text(one);
    return {
        {.key = "scopes",
         .standard = all + "]",
         .target = &https.scopes,
         .help = "what certificates and keys of this partner may do; a token has scopes of its own",
         .choices = scopes,
         .reloadable = true},
        {.key = "requests_per_minute",
         .standard = "600",
         .target = &https.requests_per_minute,
         .help = "requests in a minute, at most; a quarter of them at once",
         .least = 1,
         .most = 1000000,
         .reloadable = true},
        {.key = "waiting",
         .standard = "4",
         .target = &https.waiting,
         .help = "requests of the change feed that wait at the same time",
         .least = 1,
         .most = 64,
         .reloadable = true},
    };
}

std::vector<Field> https_login_fields(HttpsAgreement& https) {
    return {
        {.key = "networks",
         .standard = "[]",
         .target = &https.networks,
         .help = "where the partner may come from: addresses or networks (192.0.2.0/24); empty: "
                 "anywhere",
         .reloadable = true},
        {.key = "client_certificates",
         .standard = "[]",
         .target = &https.client_certificates,
         .help = "client certificates that show who it is, PEM",
         .reloadable = true},
        {.key = "hmac_key_id",
         .standard = "\"\"",
         .target = &https.hmac_key_id,
         .help = "name of the shared key its signed requests state (keyid)",
         .reloadable = true},
        {.key = "hmac_key",
         .standard = "\"\"",
         .target = &https.hmac_key,
         .help = "where that key is, at least 32 characters",
         .reloadable = true},
        {.key = "next_hmac_key_id",
         .standard = "\"\"",
         .target = &https.next_hmac_key_id,
         .help = "name of the key that follows; both are good",
         .reloadable = true},
        {.key = "next_hmac_key",
         .standard = "\"\"",
         .target = &https.next_hmac_key,
         .help = "where the key that follows is",
         .reloadable = true},
    };
}

}  // namespace

std::vector<Field> https_fields(HttpsAgreement& https) {
    std::vector<Field> fields = https_login_fields(https);
    std::vector<Field> use = https_use_fields(https);
    fields.insert(fields.end(), use.begin(), use.end());
    return fields;
}

std::vector<Field> webhook_fields(WebhookSection& webhook) {
    return {
        {.key = "secret",
         .standard = "\"\"",
         .target = &webhook.secret,
         .help = "where the signing secret of Standard Webhooks (whsec_…) is"},
        {.key = "next_secret",
         .standard = "\"\"",
         .target = &webhook.next_secret,
         .help = "the secret that follows; both are good"},
        {.key = "path_secret",
         .standard = "\"\"",
         .target = &webhook.path_secret,
         .help = "for senders that cannot sign: where the secret is that ends the URL, letters and "
                 "digits; only together with networks"},
        {.key = "networks",
         .standard = "[]",
         .target = &webhook.networks,
         .help = "where it may come from; empty: anywhere"},
        {.key = "wakes",
         .standard = "\"odoo\"",
         .target = &webhook.wakes,
         .help = "what looks for news when it comes",
         .choices = {"odoo", "nothing"}},
    };
}

void check_https_section(const Settings& settings,
                         Binder& binder,
                         const Place& file,
                         const LoadOptions& options) {
    const HttpsSection& https = settings.https;
    const auto at = [&](const std::string& key) { return binder.place(key, file); };
    if (https.listen.enabled) {
        if (https.tls_certificate.empty())
            binder.fault(
                missing_key("https.tls_certificate", "https.listen is set", at("https.listen")));
        if (https.tls_key.empty())
            binder.fault(missing_key("https.tls_key", "https.listen is set", at("https.listen")));
        if (options.check_files && !https.tls_certificate.empty())
            check_file("https.tls_certificate",
                       https.tls_certificate,
                       at("https.tls_certificate"),
                       binder);
        if (options.check_files && !https.tls_key.empty())
            check_secret("https.tls_key", https.tls_key, at("https.tls_key"), binder);
    }
    for (const WebhookSection& webhook : settings.webhooks) {
        const std::string title = "webhook." + webhook.name;
        if (webhook.secret.empty() == webhook.path_secret.empty())
            binder.fault(value_fault(title + " needs either secret or path_secret",
                                     at(title + ".wakes"),
                                     "secret for a sender that signs, path_secret for one that "
                                     "cannot"));
        if (!webhook.path_secret.empty() && webhook.networks.empty())
            binder.fault(
                missing_key(title + ".networks", "path_secret is set", at(title + ".path_secret")));
        for (const auto* secret : {&webhook.secret, &webhook.next_secret, &webhook.path_secret})
            if (options.check_files && !secret->empty())
                check_secret(title, *secret, at(title + ".wakes"), binder);
    }
}

void check_https(const HttpsAgreement& https,
                 Binder& binder,
                 const Place& file,
                 const LoadOptions& options) {
    const auto at = [&](const char* key) { return binder.place(key, file); };
    const auto check_pair =
        [&](const char* id_key, const std::string& id, const char* key, const SecretRef& secret) {
            if (id.empty() != secret.empty())
                binder.fault(value_fault(std::string(id_key) + " and " + key + " go together",
                                         at(id.empty() ? key : id_key),
                                         "set both, or neither"));
            if (options.check_files && !secret.empty()) check_secret(key, secret, at(key), binder);
        };
    check_pair("https.hmac_key_id", https.hmac_key_id, "https.hmac_key", https.hmac_key);
    check_pair("https.next_hmac_key_id",
               https.next_hmac_key_id,
               "https.next_hmac_key",
               https.next_hmac_key);
    if (options.check_files)
        for (const auto& certificate : https.client_certificates)
            check_file(
                "https.client_certificates", certificate, at("https.client_certificates"), binder);
}

}  // namespace sallyport::config
