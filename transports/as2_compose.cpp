// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_compose.h"

#include "transports/as2_message.h"
#include "transports/headers.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace sallyport::transports {
namespace {

constexpr std::string_view Version = "1.1";

// One MIME entity as it will be hashed: header lines, blank line, body.
struct Entity {
    HeaderList headers;
    Bytes body;
    Bytes octets() const { return write_headers(headers) + "\r\n" + body; }
};

Error incomplete(const As2Agreement& agreement, std::string_view what, std::string_view remedy) {
    return Error("as2.agreement.incomplete",
                 Blame::Operator,
                 "agreement " + agreement.name + " " + std::string(what))
        .remedy(std::string(remedy));
}

bool is_token_char(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == '_';
}

// RFC 2183 for plain names, RFC 2231 for others.
std::string file_name_parameter(std::string_view name) {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return c >= ' ' && c <= '~' && c != '"' && c != '\\' && c != '/';
    });
    if (plain) return "filename=\"" + std::string(name) + '"';
    std::string text = "filename*=UTF-8''";
    for (const char c : name)
        text += is_token_char(c) ? std::string(1, c) : '%' + to_hex(BytesView(&c, 1));
    return text;
}

Entity document_entity(const Parcel& parcel) {
    Entity entity;
    entity.headers = {
        {"Content-Type",
         parcel.content_type.empty() ? "application/octet-stream" : parcel.content_type},
        {"Content-Transfer-Encoding", "binary"}};
    if (!parcel.file_name.empty())
        entity.headers.emplace_back("Content-Disposition",
                                    "attachment; " + file_name_parameter(parcel.file_name));
    entity.body = parcel.payload;
    return entity;
}

Entity cms_entity(std::string_view kind, std::string_view name, Bytes structure) {
    return {
        .headers = {{"Content-Type",
                     "application/pkcs7-mime; smime-type=" + std::string(kind) + "; name=\"" +
                         std::string(name) + '"'},
                    {"Content-Transfer-Encoding", "binary"},
                    {"Content-Disposition", "attachment; filename=\"" + std::string(name) + '"'}},
        .body = std::move(structure)};
}

Status compress_entity(Entity& entity) {
    auto packed = certs::compress(entity.octets());
    if (!packed) return std::move(packed).error();
    entity = cms_entity("compressed-data", "smime.p7z", *std::move(packed));
    return {};
}

std::string unused_boundary(const std::string& seed, BytesView content) {
    std::string boundary = "sallyport-" + seed.substr(0, 40);
    while (content.find("--" + boundary) != BytesView::npos && boundary.size() < 70)
        boundary += '=';
    return boundary;
}

Result<Entity> sign_entity(const Entity& inner,
                           const As2Agreement& agreement,
                           const std::string& seed,
                           Instant now) {
    const certs::Identity* signer = agreement.signing_at(now);
    if (signer == nullptr)
        return incomplete(
            agreement, "signs messages and names no signing key of ours", "add our signing key");
    const Bytes content = inner.octets();
    const auto& options = agreement.outbound.signing;
    auto signature = certs::sign_detached(content, *signer, options);
    if (!signature) return std::move(signature).error();
    const std::string boundary = unused_boundary(seed, content);
    Entity outer;
    outer.headers = {{"Content-Type",
                      "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=" +
                          micalg_name(options.digest, agreement.outbound.legacy_micalg_name) +
                          "; boundary=\"" + boundary + '"'}};
    std::string lines = to_base64(*signature);
    for (std::size_t at = 76; at < lines.size(); at += 78)
        lines.insert(at, "\r\n");
    outer.body = "--" + boundary + "\r\n" + content + "\r\n--" + boundary +
                 "\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
                 "Content-Transfer-Encoding: base64\r\n"
                 "Content-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n" +
                 lines + "\r\n--" + boundary + "--\r\n";
    return outer;
}

Result<Entity> encrypt_entity(const Entity& inner, const As2Agreement& agreement, Instant now) {
    const certs::Certificate* recipient = agreement.encryption_at(now);
    if (recipient == nullptr)
        return incomplete(agreement,
                          "encrypts and names no certificate of the partner",
                          "add the partner's encryption certificate");
    const auto& options = *agreement.outbound.encryption;
    auto envelope = certs::encrypt(inner.octets(), {*recipient}, options);
    if (!envelope) return std::move(envelope).error();
    const bool authenticated = options.gcm_container == certs::GcmContainer::AuthEnveloped &&
                               certs::to_string(options.cipher).ends_with("gcm");
    return cms_entity(
        authenticated ? "authEnveloped-data" : "enveloped-data", "smime.p7m", *std::move(envelope));
}

HeaderList transport_headers(const As2Agreement& agreement,
                             const ComposeFacts& facts,
                             const std::string& message_id) {
    const auto& outbound = agreement.outbound;
    HeaderList headers{{"AS2-Version", std::string(Version)},
                       {"AS2-From", write_as2_name(agreement.our_id)},
                       {"AS2-To", write_as2_name(agreement.partner_id)},
                       {"Message-ID", message_id},
                       {"Date", rfc5322_date(facts.now)},
                       {"User-Agent", facts.product}};
    if (!outbound.mail_from.empty()) headers.emplace_back("From", outbound.mail_from);
    if (!outbound.subject.empty()) headers.emplace_back("Subject", outbound.subject);
    if (outbound.mdn != MdnRequest::None)
        headers.emplace_back(
            "Disposition-Notification-To",
            outbound.mail_from.empty() ? "as2@" + facts.host_name : outbound.mail_from);
    if (outbound.mdn == MdnRequest::Signed)
        headers.emplace_back(
            "Disposition-Notification-Options",
            "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, " +
                micalg_name(outbound.signing.digest, outbound.legacy_micalg_name));
    if (outbound.mdn != MdnRequest::None && !outbound.mdn_url.empty())
        headers.emplace_back("Receipt-Delivery-Option", outbound.mdn_url);
    headers.emplace_back("MIME-Version", "1.0");
    return headers;
}

}  // namespace

Result<Frozen> compose_message(const Parcel& parcel,
                               const As2Agreement& agreement,
                               const ComposeFacts& facts) {
    const auto& outbound = agreement.outbound;
    const std::string message_id = '<' + parcel.message_id + '@' + facts.host_name + '>';
    Entity entity = document_entity(parcel);
    // MIC-01 for a bare document, MIC-03 and MIC-08 when it is wrapped unsigned.
    const bool bare = !outbound.sign && !outbound.encryption && !outbound.compress;
    Bytes scope = bare ? parcel.payload : entity.octets();
    const bool compress_last =
        outbound.compress && outbound.sign && outbound.compress_after_signing;
    if (outbound.compress && !compress_last) {
        if (Status packed = compress_entity(entity); !packed) return std::move(packed).error();
        if (outbound.sign) scope = entity.octets();  // MIC-06
    }
    if (outbound.sign) {
        auto signed_entity = sign_entity(entity, agreement, parcel.message_id, facts.now);
        if (!signed_entity)
            return std::move(signed_entity).error().during("signing for " + agreement.name);
        entity = *std::move(signed_entity);
    }
    if (compress_last)  // MIC-07: what was signed stays the scope
        if (Status packed = compress_entity(entity); !packed) return std::move(packed).error();
    if (outbound.encryption) {
        auto encrypted = encrypt_entity(entity, agreement, facts.now);
        if (!encrypted)
            return std::move(encrypted).error().during("encrypting for " + agreement.name);
        entity = *std::move(encrypted);
    }
    HeaderList headers = transport_headers(agreement, facts, message_id);
    headers.insert(headers.end(), entity.headers.begin(), entity.headers.end());
    for (const auto& [name, value] : headers)
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            return Error(
                       "as2.header", Blame::Operator, "header " + name + " would hold a line break")
                .remedy("correct the value in agreement " + agreement.name);
    return Frozen{.transport = "as2",
                  .partner = agreement.name,
                  .message_id = message_id,
                  .wire = write_headers(headers) + "\r\n" + entity.body,
                  .expectation = expect_mdn(outbound.mdn, message_id, scope).write()};
}

}  // namespace sallyport::transports
