// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_compose.h"

#include "certs/cms_stream.h"
#include "gateway/base/digest.h"
#include "transports/as2_layers.h"
#include "transports/as2_message.h"
#include "transports/as2_parts.h"
#include "transports/as2_restart.h"
#include "transports/headers.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

namespace sallyport::transports {
namespace {

// One MIME entity as it will be hashed: header lines, blank line, body.
struct Entity {
    HeaderList headers;
    Layers::View body = nullptr;
    Layers::View octets(Layers& layers) const {
        return layers.join({layers.text(write_headers(headers) + "\r\n"), body});
    }
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

Entity document_entity(const Parcel& parcel, Layers::View payload) {
    Entity entity;
    entity.headers = {
        {"Content-Type",
         parcel.content_type.empty() ? "application/octet-stream" : parcel.content_type},
        {"Content-Transfer-Encoding", "binary"}};
    if (!parcel.file_name.empty())
        entity.headers.emplace_back("Content-Disposition",
                                    "attachment; " + file_name_parameter(parcel.file_name));
    entity.body = payload;
    return entity;
}

Entity cms_entity(std::string_view kind, std::string_view name, Layers::View structure) {
    return {
        .headers = {{"Content-Type",
                     "application/pkcs7-mime; smime-type=" + std::string(kind) + "; name=\"" +
                         std::string(name) + '"'},
                    {"Content-Transfer-Encoding", "binary"},
                    {"Content-Disposition", "attachment; filename=\"" + std::string(name) + '"'}},
        .body = structure};
}

Status compress_entity(Entity& entity, Layers& layers) {
    auto packed = layers.compress(entity.octets(layers));
    if (!packed) return std::move(packed).error();
    entity = cms_entity("compressed-data", "smime.p7z", *packed);
    return {};
}

Result<bool> occurs_in(const certs::Octets& content, const std::string& text) {
    bool found = false;
    Bytes window;
    const Status poured = certs::pour(content, [&](BytesView piece) -> Status {
        window += piece;
        found = found || window.find(text) != Bytes::npos;
        window.erase(0, window.size() - std::min(window.size(), text.size() - 1));
        return {};
    });
    if (!poured) return poured.error();
    return found;
}

Result<std::string> unused_boundary(const std::string& seed, const certs::Octets& content) {
    std::string boundary = "sallyport-" + seed.substr(0, 40);
    for (;;) {
        const auto used = occurs_in(content, "--" + boundary);
        if (!used) return used.error();
        if (!*used || boundary.size() >= 70) return boundary;
        boundary += '=';
    }
}

Bytes signature_part(const Bytes& signature, const std::string& boundary, bool binary) {
    std::string lines = binary ? signature : to_base64(signature);
    for (std::size_t at = 76; !binary && at < lines.size(); at += 78)
        lines.insert(at, "\r\n");
    return "\r\n--" + boundary +
           "\r\nContent-Type: application/pkcs7-signature; name=\"smime.p7s\"\r\n"
           "Content-Transfer-Encoding: " +
           (binary ? "binary" : "base64") +
           "\r\nContent-Disposition: attachment; filename=\"smime.p7s\"\r\n\r\n" + lines +
           "\r\n--" + boundary + "--\r\n";
}

Result<Entity> sign_entity(const Entity& inner,
                           Layers& layers,
                           const As2Agreement& agreement,
                           const std::string& seed,
                           Instant now) {
    const certs::Identity* signer = agreement.signing_at(now);
    if (signer == nullptr)
        return incomplete(
            agreement, "signs messages and names no signing key of ours", "add our signing key");
    const Layers::View content = inner.octets(layers);
    const auto& options = agreement.outbound.signing;
    auto signature = certs::sign_detached(*content, *signer, options);
    if (!signature) return std::move(signature).error();
    const auto boundary = unused_boundary(seed, *content);
    if (!boundary) return boundary.error();
    Entity outer;
    outer.headers = {{"Content-Type",
                      "multipart/signed; protocol=\"application/pkcs7-signature\"; micalg=" +
                          micalg_name(options.digest, agreement.outbound.legacy_micalg_name) +
                          "; boundary=\"" + *boundary + '"'}};
    outer.body = layers.join(
        {layers.text("--" + *boundary + "\r\n"),
         content,
         layers.text(signature_part(*signature, *boundary, agreement.outbound.signature_binary))});
    return outer;
}

// `inner`: a whole entity, or the bare document where the quirk wants it.
Result<Entity> encrypt_entity(Layers::View inner,
                              Layers& layers,
                              const As2Agreement& agreement,
                              Instant now) {
    const certs::Certificate* recipient = agreement.encryption_at(now);
    if (recipient == nullptr)
        return incomplete(agreement,
                          "encrypts and names no certificate of the partner",
                          "add the partner's encryption certificate");
    const auto& options = *agreement.outbound.encryption;
    auto envelope = layers.encrypt(inner, *recipient, options);
    if (!envelope) return std::move(envelope).error();
    const bool authenticated = options.gcm_container == certs::GcmContainer::AuthEnveloped &&
                               certs::to_string(options.cipher).ends_with("gcm");
    return cms_entity(
        authenticated ? "authEnveloped-data" : "enveloped-data", "smime.p7m", *envelope);
}

HeaderList transport_headers(const As2Agreement& agreement,
                             const ComposeFacts& facts,
                             const std::string& message_id) {
    const auto& outbound = agreement.outbound;
    const auto as2_name = [&](const std::string& name) {
        return outbound.names_unquoted ? name : write_as2_name(name);
    };
    HeaderList headers;
    add_version(headers, our_features(agreement, true));
    headers.insert(headers.end(),
                   {{"AS2-From", as2_name(agreement.our_id)},
                    {"AS2-To", as2_name(agreement.partner_id)},
                    {"Message-ID", message_id},
                    {"Date", rfc5322_date(facts.now)},
                    {"User-Agent", facts.product}});
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

// The outermost entity, and what the receipt's MIC covers.
struct Wrapped {
    Entity entity;
    Layers::View scope = nullptr;
};

Result<Wrapped> wrap(const Parcel& parcel,
                     Layers::View payload,
                     Layers& layers,
                     const As2Agreement& agreement,
                     Instant now) {
    const auto& outbound = agreement.outbound;
    Entity entity = document_entity(parcel, payload);
    // MIC-01 for a bare document, MIC-03 and MIC-08 when it is wrapped unsigned.
    const bool wrapped_once = !outbound.sign && !outbound.compress;
    const bool headerless =
        wrapped_once && outbound.encryption && outbound.headerless_encrypted_body;
    const bool bare = (wrapped_once && !outbound.encryption) || headerless;
    Layers::View scope = bare ? payload : entity.octets(layers);
    const bool compress_last =
        outbound.compress && outbound.sign && outbound.compress_after_signing;
    if (outbound.compress && !compress_last) {
        if (Status packed = compress_entity(entity, layers); !packed)
            return std::move(packed).error();
        if (outbound.sign) scope = entity.octets(layers);  // MIC-06
    }
    if (outbound.sign) {
        auto signed_entity = sign_entity(entity, layers, agreement, parcel.message_id, now);
        if (!signed_entity)
            return std::move(signed_entity).error().during("signing for " + agreement.name);
        entity = *std::move(signed_entity);
    }
    if (compress_last)  // MIC-07: what was signed stays the scope
        if (Status packed = compress_entity(entity, layers); !packed)
            return std::move(packed).error();
    if (outbound.encryption) {
        auto encrypted =
            encrypt_entity(headerless ? payload : entity.octets(layers), layers, agreement, now);
        if (!encrypted)
            return std::move(encrypted).error().during("encrypting for " + agreement.name);
        entity = *std::move(encrypted);
    }
    return Wrapped{.entity = std::move(entity), .scope = scope};
}

// A composed message whose octets still lie in `layers`.
struct Composed {
    Frozen frozen;  // without its octets
    Layers::View wire = nullptr;
};

Result<Composed> compose(const Parcel& parcel,
                         Layers::View payload,
                         Layers& layers,
                         const As2Agreement& agreement,
                         const ComposeFacts& facts) {
    const std::string message_id = '<' + parcel.message_id + '@' + facts.host_name + '>';
    HeaderList headers = transport_headers(agreement, facts, message_id);
    auto wrapped = wrap(parcel, payload, layers, agreement, facts.now);
    if (!wrapped) return std::move(wrapped).error();
    headers.insert(headers.end(), wrapped->entity.headers.begin(), wrapped->entity.headers.end());
    for (const auto& [name, value] : headers)
        if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
            return Error(
                       "as2.header", Blame::Operator, "header " + name + " would hold a line break")
                .remedy("correct the value in agreement " + agreement.name);
    auto expected = expect_mdn(agreement.outbound.mdn, message_id, *wrapped->scope);
    if (!expected) return std::move(expected).error();
    wrapped->entity.headers = std::move(headers);
    return Composed{.frozen = {.transport = "as2",
                               .partner = agreement.name,
                               .message_id = message_id,
                               .wire = {},
                               .expectation = expected->write()},
                    .wire = wrapped->entity.octets(layers)};
}

}  // namespace

Result<Frozen> compose_message(const Parcel& parcel,
                               const As2Agreement& agreement,
                               const ComposeFacts& facts) {
    MemoryLayers layers;
    const certs::MemoryOctets payload(parcel.payload);
    auto composed = compose(parcel, &payload, layers, agreement, facts);
    if (!composed) return std::move(composed).error();
    auto wire = certs::take_octets(*composed->wire, 0, composed->wire->size());
    if (!wire) return std::move(wire).error();
    composed->frozen.wire = *std::move(wire);
    return std::move(composed->frozen);
}

Result<Frozen> compose_large(const Parcel& parcel,
                             const certs::Octets& payload,
                             const As2Agreement& agreement,
                             const ComposeFacts& facts,
                             const std::filesystem::path& spools) {
    SpoolLayers layers(spools);
    auto composed = compose(parcel, &payload, layers, agreement, facts);
    if (!composed) return std::move(composed).error();
    // Its name says nothing of the message: ids come from callers.
    const auto file = spools / (sha256_hex(parcel.message_id) + "-wire" + std::string(PartSuffix));
    auto part = PartFile::write(file, {composed->wire});
    if (!part) return std::move(part).error().during("writing a message for " + agreement.name);
    const auto kept = std::make_shared<const PartFile>(*std::move(part));
    composed->frozen.wire_file = kept->path();
    composed->frozen.wire_digest = kept->digest();
    composed->frozen.wire_owner = kept;
    return std::move(composed->frozen);
}

}  // namespace sallyport::transports
