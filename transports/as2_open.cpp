// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_open.h"

#include "transports/as2_medium.h"
#include "transports/mime.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace sallyport::transports {
namespace {

constexpr unsigned MostLayers = 5;  // encrypted, compressed, signed, compressed, and the document

constexpr std::string_view DecryptionFailed = "decryption-failed";
constexpr std::string_view AuthenticationFailed = "authentication-failed";
constexpr std::string_view IntegrityCheckFailed = "integrity-check-failed";
constexpr std::string_view DecompressionFailed = "decompression-failed";
constexpr std::string_view InsufficientSecurity = "insufficient-message-security";
constexpr std::string_view UnexpectedProcessing = "unexpected-processing-error";

OpenFailure failure(std::string_view disposition, Error error) {
    return {.disposition = std::string(disposition), .error = std::move(error)};
}

OpenFailure unexpected(std::string what) {
    return failure(UnexpectedProcessing, Error("as2.structure", Blame::Partner, std::move(what)));
}

std::string_view decryption_disposition(const Error& error) {
    return error.code() == "cms.cipher.refused" ? InsufficientSecurity : DecryptionFailed;
}

// MDN-03, MDN-04: who signed, and whether the content is what was signed, are two questions.
std::string_view signature_disposition(const Error& error) {
    if (error.code() == "cms.digest.mismatch") return IntegrityCheckFailed;
    if (error.code() == "cms.digest.refused") return InsufficientSecurity;
    return AuthenticationFailed;
}

bool is_pkcs7_mime(std::string_view type) {
    return type == "application/pkcs7-mime" || type == "application/x-pkcs7-mime";
}

bool has_content_field(const HeaderList& headers) {
    return std::any_of(headers.begin(), headers.end(), [](const auto& field) {
        return lower(field.first).starts_with("content-");
    });
}

template <typename View>
struct LayeredMessage {
    MessageFacts facts;
    View scope;
    View payload;
};

// Medium: MemoryMedium or SpoolMedium. What the layers are and in which order they may come is the same for both.
template <typename Medium>
class Opener {
public:
    using View = typename Medium::View;
    Opener(const As2Agreement& agreement, Medium& medium)
        : m_agreement(agreement), m_medium(medium) {
        m_limits.bytes = agreement.inbound.max_body_bytes;
        m_limits.inflated_bytes = agreement.inbound.max_body_bytes;
    }

    std::optional<OpenFailure> open(const HeaderList& http_headers, View body) {
        m_entity.headers = http_headers;
        m_entity.body = body;
        m_scope = body;  // MIC-01
        for (unsigned layer = 0; layer < MostLayers; ++layer) {
            const auto type =
                parse_parameterised(header_or_empty(m_entity.headers, "Content-Type"));
            std::optional<OpenFailure> failed;
            if (is_pkcs7_mime(type.value)) {
                failed = open_cms(type);
            } else if (type.value == "multipart/signed") {
                failed = open_signed(type);
            } else {
                return close_payload();
            }
            if (failed) return failed;
        }
        return unexpected("message has more layers than AS2 knows");
    }

    LayeredMessage<View> take() { return {std::move(m_message), m_scope, m_payload}; }

private:
    std::optional<OpenFailure> enter(View octets) {
        if (!m_message.was_signed)
            m_scope = octets;  // MIC-03, MIC-05, MIC-08; signed ones are settled
        auto entity = m_medium.parse(octets);
        if (entity && (has_content_field(entity->headers) || entity->headers.empty())) {
            m_entity = *std::move(entity);
            return {};
        }
        // Encrypted without MIME headers (mendelson): the document itself, and the MIC covers just that.
        m_entity = {.headers = {}, .body = octets};
        return {};
    }

    std::string_view unreadable_disposition(const ParameterisedValue& type) const {
        if (lower(type.parameter("smime-type")) == "compressed-data") return DecompressionFailed;
        return m_message.was_encrypted ? UnexpectedProcessing : DecryptionFailed;
    }

    // What a structure is, its object identifier says; the smime-type parameter may be absent or wrong (CAN-16).
    std::optional<OpenFailure> open_cms(const ParameterisedValue& type) {
        const auto decoded = m_medium.decode(
            m_entity.body, header_or_empty(m_entity.headers, "Content-Transfer-Encoding"));
        if (!decoded) return failure(unreadable_disposition(type), decoded.error());
        const View structure = *decoded;
        const auto kind = m_medium.kind(structure, m_limits);
        if (!kind) return failure(unreadable_disposition(type), kind.error());
        switch (*kind) {
            case certs::ContentKind::Enveloped:
            case certs::ContentKind::AuthEnveloped:
                return decrypt(structure);
            case certs::ContentKind::Signed:
                return open_opaque(structure);
            case certs::ContentKind::Compressed:
                return decompress(structure);
            case certs::ContentKind::Other:
                break;
        }
        return unexpected("application/pkcs7-mime holds neither an envelope nor a signature");
    }

    std::optional<OpenFailure> decrypt(View structure) {
        if (m_message.was_encrypted || m_message.was_signed || m_message.was_compressed)
            return unexpected("message is encrypted inside another layer");
        auto opened = m_medium.decrypt(structure, m_agreement, m_limits);
        if (!opened)
            return failure(decryption_disposition(opened.error()), std::move(opened).error());
        m_message.was_encrypted = true;
        return enter(*opened);
    }

    std::optional<OpenFailure> decompress(View structure) {
        // RFC 5402 3: inside or outside the signature, not both (MIC-11).
        if (m_message.was_compressed)
            return failure(DecompressionFailed,
                           Error("as2.structure", Blame::Partner, "message is compressed twice"));
        auto inflated = m_medium.decompress(structure, m_limits);
        if (!inflated) return failure(DecompressionFailed, std::move(inflated).error());
        m_message.was_compressed = true;
        return enter(*inflated);
    }

    certs::VerifyPolicy policy() const {
        return {.trusted = m_agreement.partner_signing, .digests = m_agreement.inbound.digests};
    }

    // Who else may have signed: said to people, never trusted here.
    template <typename Verify>
    OpenFailure unverified(Error error, BytesView signed_data, const Verify& verifies) const {
        OpenFailure failed = failure(signature_disposition(error), std::move(error));
        if (failed.error.code() != "cms.signer.unknown") return failed;
        for (auto& candidate : certs::presented_signers(signed_data, m_limits)) {
            auto tried = policy();
            tried.trusted = {candidate};
            if (!verifies(tried)) continue;
            failed.presented = std::move(candidate);
            break;
        }
        return failed;
    }

    void accept_signature(const certs::Verified& verified) {
        m_message.signature_digest = verified.digest;
        m_message.signer_fingerprint = verified.signer.fingerprint();
        m_message.signer_expires = verified.signer.not_after();
    }

    std::optional<OpenFailure> open_opaque(View structure) {
        if (m_message.was_signed) return unexpected("message is signed twice");
        auto opened = m_medium.verify_opaque(structure, policy(), m_limits);
        if (!opened) {
            const auto octets = m_medium.copy(structure);
            return unverified(
                std::move(opened).error(), octets ? *octets : Bytes(), [&](const auto& tried) {
                    return bool(m_medium.verify_opaque(structure, tried, m_limits));
                });
        }
        accept_signature(opened->first);
        auto failed = enter(opened->second);
        m_message.was_signed = true;
        return failed;
    }

    std::optional<OpenFailure> open_signed(const ParameterisedValue& type) {
        if (m_message.was_signed) return unexpected("message is signed twice");
        const auto parts = m_medium.split(m_entity.body, type.parameter("boundary"));
        if (!parts) return failure(UnexpectedProcessing, parts.error());
        if (parts->size() != 2)
            return failure(
                AuthenticationFailed,
                Error("as2.structure",
                      Blame::Partner,
                      "multipart/signed has " + std::to_string(parts->size()) + " parts, not two"));
        const auto second = m_medium.copy((*parts)[1]);
        if (!second) return failure(AuthenticationFailed, second.error());
        const auto signature_part = parse_entity(*second, {});
        if (!signature_part) return failure(AuthenticationFailed, signature_part.error());
        const auto part_type =
            parse_parameterised(header_or_empty(signature_part->headers, "Content-Type")).value;
        if (part_type != "application/pkcs7-signature" &&
            part_type != "application/x-pkcs7-signature")
            return failure(
                AuthenticationFailed,
                Error("as2.structure", Blame::Partner, "second part is not a PKCS #7 signature"));
        const auto signature =
            decode_transfer(signature_part->body,
                            header_or_empty(signature_part->headers, "Content-Transfer-Encoding"));
        if (!signature) return failure(AuthenticationFailed, signature.error());
        const View content = (*parts)[0];
        const auto verified = m_medium.verify(content, *signature, policy(), m_limits);
        if (!verified)
            return unverified(verified.error(), *signature, [&](const auto& tried) {
                return bool(m_medium.verify(content, *signature, tried, m_limits));
            });
        accept_signature(*verified);
        auto failed = enter(content);  // MIC-02, MIC-04, MIC-06, MIC-07: exactly what was signed
        m_message.was_signed = true;
        return failed;
    }

    std::optional<OpenFailure> close_payload() {
        const auto payload = m_medium.decode(
            m_entity.body, header_or_empty(m_entity.headers, "Content-Transfer-Encoding"));
        if (!payload) return failure(UnexpectedProcessing, payload.error());
        m_payload = *payload;
        m_message.content_type = header_or_empty(m_entity.headers, "Content-Type");
        m_message.file_name = display_file_name(m_entity.headers);
        return check_policy();
    }

    std::optional<OpenFailure> check_policy() const {
        const auto& inbound = m_agreement.inbound;
        if (inbound.require_signed && !m_message.was_signed)
            return failure(InsufficientSecurity,
                           Error("as2.unsigned",
                                 Blame::Partner,
                                 "message is not signed, the agreement demands it")
                               .remedy("ask the partner to sign, or lower the agreement"));
        if (inbound.require_encrypted && !m_message.was_encrypted)
            return failure(InsufficientSecurity,
                           Error("as2.unencrypted",
                                 Blame::Partner,
                                 "message is not encrypted, the agreement demands it")
                               .remedy("ask the partner to encrypt, or lower the agreement"));
        return {};
    }

    const As2Agreement& m_agreement;
    Medium& m_medium;
    certs::CmsLimits m_limits;
    LayerEntity<View> m_entity{};
    View m_scope{};
    View m_payload{};
    MessageFacts m_message;
};

}  // namespace

std::variant<OpenedMessage, OpenFailure> open_message(const HeaderList& http_headers,
                                                      BytesView body,
                                                      const As2Agreement& agreement) {
    MemoryMedium medium{{}};
    Opener<MemoryMedium> opener(agreement, medium);
    auto failed = opener.open(http_headers, body);
    if (failed) return *std::move(failed);
    auto layered = opener.take();
    return OpenedMessage{{std::move(layered.facts)}, Bytes(layered.scope), Bytes(layered.payload)};
}

std::variant<LargeMessage, OpenFailure> open_large_message(const HeaderList& http_headers,
                                                           const certs::Octets& body,
                                                           const As2Agreement& agreement,
                                                           const std::filesystem::path& spools) {
    auto medium = std::make_unique<SpoolMedium>(spools);
    Opener<SpoolMedium> opener(agreement, *medium);
    auto failed = opener.open(http_headers, &body);
    if (failed) return *std::move(failed);
    auto layered = opener.take();
    return LargeMessage{
        {std::move(layered.facts)}, *layered.scope, *layered.payload, std::move(medium)};
}

}  // namespace sallyport::transports
