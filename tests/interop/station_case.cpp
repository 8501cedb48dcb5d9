// SPDX-License-Identifier: Apache-2.0
#include "station_case.h"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace sallyport::interop {

std::string slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

namespace {

template <typename T>
T must(Result<T> result) {
    if (!result) throw std::runtime_error(result.error().text());
    return *std::move(result);
}

void read_outbound(const nlohmann::json& text, transports::As2Outbound& out) {
    out.url = text.value("url", "");
    out.sign = text.value("sign", true);
    out.signing.digest = *certs::digest_from_name(text.value("digest", "sha256"));
    if (text.value("scheme", "") == "pss") out.signing.scheme = certs::SignatureScheme::Pss;
    out.encryption.reset();
    if (text.value("encrypt", true)) {
        certs::EncryptOptions options;
        const std::string cipher = text.value("cipher", "aes-256-cbc");
        options.cipher =
            cipher == "3des" ? certs::Cipher::TripleDesCbc : *certs::cipher_from_name(cipher);
        const std::string transport = text.value("key_transport", "");
        if (transport == "oaep-sha-1") options.key_transport = certs::KeyTransport::OaepSha1;
        if (transport == "oaep-sha-256") options.key_transport = certs::KeyTransport::OaepSha256;
        if (text.value("gcm_container", "") == "enveloped-tagged")
            options.gcm_container = certs::GcmContainer::EnvelopedTagged;
        out.encryption = options;
    }
    const std::string compress = text.value("compress", "no");
    out.compress = compress != "no";
    out.compress_after_signing = compress == "after";
    out.legacy_micalg_name = text.value("legacy_micalg", false);
    const auto quirk = [&](const char* name) { return text.value("quirk", "") == name; };
    out.names_unquoted = quirk("names-unquoted");
    out.mic_missing_unsigned = quirk("mic-missing-unsigned");
    out.signature_binary = quirk("signature-binary");
    out.headerless_encrypted_body = quirk("headerless-encrypted-body");
    const std::string mdn = text.value("mdn", "signed");
    out.mdn = mdn == "none"       ? transports::MdnRequest::None
              : mdn == "unsigned" ? transports::MdnRequest::Unsigned
                                  : transports::MdnRequest::Signed;
    out.mdn_url = text.value("mdn_url", "");
    out.exchange_timeout = std::chrono::seconds(text.value("timeout", 30));
}

}  // namespace

certs::Identity load_identity(const std::string& keys, const std::string& name) {
    auto key = must(certs::load_private_key(Secret(slurp(keys + "/" + name + ".key"))));
    auto certificate = must(certs::load_certificate(slurp(keys + "/" + name + ".pem")));
    return must(certs::make_identity(std::move(key), std::move(certificate)));
}

transports::As2Agreement read_case(const nlohmann::json& text, const std::string& keys) {
    transports::As2Agreement agreement;
    agreement.name = "partner";
    agreement.our_id = text.value("our_id", "GATEWAY");
    agreement.partner_id = text.value("partner_id", "PARTNER");
    agreement.signing = load_identity(keys, "gateway");
    agreement.decryption = {*agreement.signing};
    const auto theirs =
        must(certs::load_certificate(slurp(keys + "/" + text.value("key", "partner") + ".pem")));
    agreement.partner_signing = {theirs};
    agreement.partner_encryption = {theirs};
    auto& in = agreement.inbound;
    in.require_signed = text.value("require_signed", false);
    in.require_encrypted = text.value("require_encrypted", false);
    in.digests = {
        certs::Digest::Sha1, certs::Digest::Sha256, certs::Digest::Sha384, certs::Digest::Sha512};
    in.ciphers.push_back(certs::Cipher::TripleDesCbc);
    in.max_body_bytes = text.value("max_bytes", std::size_t{100} << 20U);
    in.async_receipts = {.urls = text.value("async_urls", std::vector<std::string>{}),
                         .internal_addresses = true};
    read_outbound(text, agreement.outbound);
    return agreement;
}

}  // namespace sallyport::interop
