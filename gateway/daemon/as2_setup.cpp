// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/as2_setup.h"

#include "certs/token.h"
#include "config/moment.h"
#include "gateway/base/file.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace sallyport::daemon {
namespace {

constexpr std::size_t LargestPem = std::size_t{1} << 20U;

// From a file, or left in the token where it lies: then the passphrase is the PIN.
Result<certs::PrivateKey> load_key(const config::SecretRef& key,
                                   const config::SecretRef& passphrase,
                                   const std::filesystem::path& module) {
    std::optional<Secret> word;
    if (!passphrase.empty()) {
        auto resolved = config::resolve(passphrase);
        if (!resolved) return std::move(resolved).error();
        word = *std::move(resolved);
    }
    if (key.kind == config::SecretRef::Kind::Token)
        return certs::load_token_key(key.text(), word ? *std::move(word) : Secret(), module);
    auto secret = config::resolve(key);
    if (!secret) return std::move(secret).error();
    return certs::load_private_key(*secret, word ? &*word : nullptr);
}

Result<certs::Identity> load_identity(const config::SecretRef& key,
                                      const std::filesystem::path& certificate,
                                      const config::SecretRef& passphrase = {},
                                      const std::filesystem::path& module = {}) {
    auto private_key = load_key(key, passphrase, module);
    if (!private_key) return std::move(private_key).error().at({.source = key.text()});
    auto pem = read_file(certificate, LargestPem);
    if (!pem) return std::move(pem).error();
    auto leaf = certs::load_certificate(*pem);
    if (!leaf) return std::move(leaf).error().at({.source = certificate.string()});
    return certs::make_identity(*std::move(private_key), *std::move(leaf));
}

Result<std::vector<certs::Certificate>> load_all(const std::vector<std::filesystem::path>& files) {
    std::vector<certs::Certificate> all;
    for (const std::filesystem::path& file : files) {
        auto pem = read_file(file, LargestPem);
        if (!pem) return std::move(pem).error();
        auto certificate = certs::load_certificate(*pem);
        if (!certificate) return std::move(certificate).error().at({.source = file.string()});
        all.push_back(*std::move(certificate));
    }
    return all;
}

Error unknown_name(std::string_view what, const std::string& name) {
    return Error("daemon.as2",
                 Blame::Operator,
                 std::string(what) + " \"" + name + "\" is not one this release knows");
}

// Both lists of the partner file: what is fine everywhere, and the weak ones it opts into.
Status take_algorithms(const config::As2Agreement& agreed, transports::As2Inbound& inbound) {
    inbound.digests.clear();
    inbound.ciphers.clear();
    auto take = [&](const std::string& name) -> Status {
        if (name == "credentials-over-http") return {};  // the loader has judged it
        const std::string spelled = name == "3des" ? "des-ede3-cbc" : name;
        if (auto digest = certs::digest_from_name(spelled)) {
            inbound.digests.push_back(*digest);
            return {};
        }
        if (name == "3des") {
            inbound.ciphers.push_back(certs::Cipher::TripleDesCbc);
            return {};
        }
        if (auto cipher = certs::cipher_from_name(spelled)) {
            inbound.ciphers.push_back(*cipher);
            return {};
        }
        return unknown_name("algorithm", name);
    };
    for (const auto* list : {&agreed.digests, &agreed.ciphers, &agreed.allow})
        for (const std::string& name : *list)
            if (Status taken = take(name); !taken) return taken;
    return {};
}

transports::MdnRequest request_of(config::MdnMode mode) {
    switch (mode) {
        case config::MdnMode::None:
            return transports::MdnRequest::None;
        case config::MdnMode::Unsigned:
            return transports::MdnRequest::Unsigned;
        case config::MdnMode::Signed:
            return transports::MdnRequest::Signed;
    }
    return transports::MdnRequest::Signed;
}

bool has_quirk(const config::As2Agreement& agreed, std::string_view name) {
    return std::find(agreed.quirks.begin(), agreed.quirks.end(), name) != agreed.quirks.end();
}

certs::KeyTransport key_transport_of(const std::string& name) {
    if (name == "oaep-sha-1") return certs::KeyTransport::OaepSha1;
    if (name == "oaep-sha-256") return certs::KeyTransport::OaepSha256;
    return certs::KeyTransport::Pkcs1;
}

// What we show to the partner's HTTP server.
Status set_login(const config::As2Agreement& agreed,
                 const std::map<std::string, certs::Identity>& identities,
                 transports::As2Outbound& outbound) {
    const auto load = [](const config::SecretRef& reference,
                         std::shared_ptr<const Secret>& target) -> Status {
        auto secret = config::resolve(reference);
        if (!secret) return std::move(secret).error();
        target = std::make_shared<const Secret>(*std::move(secret));
        return {};
    };
    if (!agreed.user.empty()) {
        outbound.basic_user = agreed.user;
        if (Status loaded = load(agreed.password, outbound.basic_password); !loaded) return loaded;
    }
    if (!agreed.bearer_token.empty())
        if (Status loaded = load(agreed.bearer_token, outbound.bearer_token); !loaded)
            return loaded;
    if (agreed.tls_identity.empty()) return {};
    const auto identity = identities.find(agreed.tls_identity);
    if (identity == identities.end())
        return Error("daemon.as2",
                     Blame::Operator,
                     "as2.tls_identity \"" + agreed.tls_identity + "\" could not be loaded");
    outbound.tls.identity = identity->second;
    return {};
}

Status set_outbound(const config::As2Agreement& agreed,
                    const config::Settings& settings,
                    transports::As2Outbound& outbound) {
    outbound.url = agreed.url;
    outbound.sign = agreed.sign;
    const auto digest = certs::digest_from_name(agreed.digest);
    if (!digest) return unknown_name("digest", agreed.digest);
    outbound.signing.digest = *digest;
    if (agreed.signature == "pss") outbound.signing.scheme = certs::SignatureScheme::Pss;
    outbound.legacy_micalg_name = has_quirk(agreed, "micalg-legacy-names");
    outbound.compress_after_signing = has_quirk(agreed, "compress-after-signing");
    outbound.names_unquoted = has_quirk(agreed, "names-unquoted");
    outbound.mic_missing_unsigned = has_quirk(agreed, "mic-missing-unsigned");
    outbound.signature_binary = has_quirk(agreed, "signature-binary");
    outbound.headerless_encrypted_body = has_quirk(agreed, "headerless-encrypted-body");
    outbound.restart = agreed.restart == "off"  ? transports::Restart::Off
                       : agreed.restart == "on" ? transports::Restart::On
                                                : transports::Restart::Auto;
    outbound.encryption.reset();
    if (agreed.encrypt) {
        certs::EncryptOptions encryption;
        const auto cipher = agreed.cipher == "3des" ? certs::Cipher::TripleDesCbc
                                                    : certs::cipher_from_name(agreed.cipher);
        if (!cipher) return unknown_name("cipher", agreed.cipher);
        encryption.cipher = *cipher;
        encryption.key_transport = key_transport_of(agreed.key_transport);
        if (has_quirk(agreed, "gcm-enveloped-tagged"))
            encryption.gcm_container = certs::GcmContainer::EnvelopedTagged;
        outbound.encryption = encryption;
    }
    outbound.compress = agreed.compress;
    outbound.mdn = request_of(agreed.mdn);
    outbound.mdn_url = agreed.mdn_url;
    outbound.exchange_timeout =
        agreed.timeout.count() > 0 ? agreed.timeout : settings.limits.send_timeout;
    auto pins = load_all(agreed.tls_certificates);
    if (!pins) return std::move(pins).error();
    outbound.tls.pins = *std::move(pins);
    outbound.tls.system_authorities = outbound.tls.pins.empty();
    return {};
}

// What is planned is taken at once for reading, and for writing from its day on.
Status plan_changes(const config::As2Agreement& agreed,
                    const config::Identity& ours,
                    const config::Settings& settings,
                    transports::As2Agreement& agreement) {
    if (const auto from = config::parse_moment(ours.next_from)) {
        auto next = load_identity(
            ours.next_key, ours.next_certificate, ours.passphrase, settings.pkcs11_module);
        if (!next) return std::move(next).error().during("loading what follows " + ours.name);
        agreement.decryption.push_back(*next);
        agreement.next_signing.emplace(
            transports::Planned<certs::Identity>{*from, *std::move(next)});
    }
    if (const auto from = config::parse_moment(agreed.next_from)) {
        auto next = load_all({agreed.next_certificate});
        if (!next) return std::move(next).error();
        agreement.partner_signing.push_back(next->front());
        agreement.next_encryption.emplace(
            transports::Planned<certs::Certificate>{*from, next->front()});
    }
    if (!ours.old_key.empty()) {  // until when, the windows say
        auto old = load_identity(
            ours.old_key, ours.old_certificate, ours.passphrase, settings.pkcs11_module);
        if (!old) return std::move(old).error().during("loading what was before " + ours.name);
        agreement.decryption.push_back(*std::move(old));
    }
    return {};
}

Result<std::shared_ptr<const transports::As2Agreement>> build_one(
    const config::Partner& partner,
    const config::Configuration& configuration,
    const std::map<std::string, certs::Identity>& identities) {
    const config::As2Agreement& agreed = partner.as2;
    auto agreement = std::make_shared<transports::As2Agreement>();
    agreement->name = partner.name;
    agreement->partner_id = agreed.id;
    const config::Identity* ours = nullptr;
    for (const config::Identity& one : configuration.settings.identities)
        if (one.name == agreed.identity) ours = &one;
    const auto identity = identities.find(agreed.identity);
    if (ours == nullptr || identity == identities.end())
        return Error("daemon.as2",
                     Blame::Operator,
                     "as2.identity \"" + agreed.identity + "\" could not be loaded");
    agreement->our_id = ours->as2_id;
    agreement->signing = identity->second;
    agreement->decryption = {identity->second};
    auto certificates = load_all(agreed.certificates);
    if (!certificates) return std::move(certificates).error();
    agreement->partner_signing = *certificates;
    agreement->partner_encryption = *std::move(certificates);
    if (Status planned = plan_changes(agreed, *ours, configuration.settings, *agreement); !planned)
        return std::move(planned).error();
    // Unsigned messages carry no certificates (as2_cem.h), and an answer must be able to go.
    agreement->cem = agreed.cem != "off" && agreed.sign && !agreed.url.empty();
    agreement->inbound.require_signed = agreed.require_signed;
    agreement->inbound.require_encrypted = agreed.require_encrypted;
    agreement->inbound.max_body_bytes = partner.message_bytes != 0
                                            ? partner.message_bytes
                                            : configuration.settings.limits.message_bytes;
    if (Status taken = take_algorithms(agreed, agreement->inbound); !taken)
        return std::move(taken).error();
    if (Status set = set_outbound(agreed, configuration.settings, agreement->outbound); !set)
        return std::move(set).error();
    if (Status set = set_login(agreed, identities, agreement->outbound); !set)
        return std::move(set).error();
    agreement->inbound.async_receipts = {.urls = agreed.async_receipts,
                                         .internal_addresses = agreed.async_receipts_internal};
    return std::shared_ptr<const transports::As2Agreement>(std::move(agreement));
}

// Until when what is in the agreement counts.
void add_windows(const config::Partner& partner,
                 const config::Settings& settings,
                 const transports::As2Agreement& agreement,
                 CertificateWindows& windows) {
    const config::As2Agreement& agreed = partner.as2;
    if (const auto until = config::parse_moment(agreed.certificates_until))
        // Behind its own certificates, the first of partner_signing, stands what follows them.
        for (std::size_t at = 0; at < agreed.certificates.size(); ++at)
            windows[partner.name].push_back({agreement.partner_signing[at].fingerprint(), *until});
    for (const config::Identity& ours : settings.identities) {
        const auto until = config::parse_moment(ours.old_until);
        if (ours.name == agreed.identity && until && !ours.old_key.empty())
            windows[partner.name].push_back(
                {agreement.decryption.back().certificate.fingerprint(), *until});
    }
}

}  // namespace

As2Setup build_as2(const config::Configuration& configuration) {
    As2Setup setup;
    std::map<std::string, certs::Identity> identities;
    for (const config::Identity& ours : configuration.settings.identities) {
        auto identity = load_identity(
            ours.key, ours.certificate, ours.passphrase, configuration.settings.pkcs11_module);
        if (identity)
            identities.emplace(ours.name, *std::move(identity));
        else
            setup.faults.push_back(
                std::move(identity).error().during("loading [identity." + ours.name + "]"));
    }
    for (const config::Partner& partner : configuration.partners) {
        if (!partner.as2.enabled) continue;
        auto agreement = build_one(partner, configuration, identities);
        if (agreement) {
            add_windows(partner, configuration.settings, **agreement, setup.windows);
            setup.agreements.push_back(*std::move(agreement));
        } else {
            setup.faults.push_back(
                std::move(agreement).error().during("loading partner " + partner.name));
        }
    }
    return setup;
}

Result<certs::TlsServer> build_tls(const config::As2Section& section) {
    auto identity = load_identity(section.tls_key, section.tls_certificate);
    if (!identity) return std::move(identity).error().during("loading [as2.https]");
    auto pem = read_file(section.tls_certificate, LargestPem);
    if (!pem) return std::move(pem).error();
    auto chain = certs::load_certificates(*pem);
    if (!chain) return std::move(chain).error();
    certs::TlsServer server{.policy = {}, .identity = *std::move(identity)};
    server.chain.assign(chain->begin() + 1, chain->end());
    return server;
}

}  // namespace sallyport::daemon
