// SPDX-License-Identifier: Apache-2.0
// EnvelopedData (RFC 5652 section 6) and AuthEnvelopedData (RFC 5083). Every way a decryption can fail ends in the same
// error, so that no answer of ours tells a stranger which step it was (as2.md CRT-07).
#include "certs/ber.h"
#include "certs/cms.h"
#include "certs/cms_gcm.h"
#include "certs/cms_names.h"
#include "certs/cms_recipients.h"
#include "certs/handles.h"

#include <string>
#include <utility>

namespace sallyport::certs {
namespace {

// The algorithm of EncryptedContentInfo; OpenSSL has no accessor for it.
Result<Cipher> content_cipher(BytesView structure) {
    auto parts = read_content_info(structure);
    if (!parts) return std::move(parts).error();
    if (parts->kind != ContentKind::Enveloped && parts->kind != ContentKind::AuthEnveloped)
        return Error("cms.malformed", Blame::Partner, "structure is not EnvelopedData");
    auto envelope = BerReader(parts->content).next(ber::Sequence);
    if (!envelope) return std::move(envelope).error();
    BerReader fields(envelope->content);
    auto version = fields.next(ber::Integer);
    if (!version) return std::move(version).error();
    if (fields.peek_tag() == ber::Context0) {
        auto originator = fields.next();
        if (!originator) return std::move(originator).error();
    }
    auto recipients = fields.next(ber::Set);
    if (!recipients) return std::move(recipients).error();
    auto encrypted = fields.next(ber::Sequence);
    if (!encrypted) return std::move(encrypted).error();
    BerReader inner(encrypted->content);
    auto type = inner.next(ber::ObjectId);
    if (!type) return std::move(type).error();
    auto algorithm = inner.next(ber::Sequence);
    if (!algorithm) return std::move(algorithm).error();
    return cipher_of(algorithm->whole);
}

// Either container of GCM becomes the one OpenSSL reads.
Result<CmsPtr> decode_envelope(BytesView structure, Cipher cipher, const CmsLimits& limits) {
    const auto parts = read_content_info(structure);
    if (!parts) return parts.error();
    if (!is_gcm(cipher)) return decode_cms(structure, limits);
    if (parts->kind == ContentKind::AuthEnveloped) {
        if (const Status tag = check_gcm_tag(structure); !tag) return tag.error();
        return decode_cms(structure, limits);
    }
    const auto rewritten = tagged_to_auth_enveloped(structure);
    if (!rewritten) return rewritten.error();
    return decode_cms(*rewritten, limits);
}

}  // namespace

Result<Bytes> encrypt(BytesView content,
                      const std::vector<Certificate>& recipients,
                      const EncryptOptions& options) {
    if (recipients.empty())
        return Error("cms.encrypt", Blame::Operator, "there is no certificate to encrypt for")
            .remedy("add the partner's encryption certificate to the partner file");
    const BioPtr data = memory_bio(content);
    const CmsPtr cms(
        data
            ? CMS_encrypt(nullptr, nullptr, native_cipher(options.cipher), CMS_PARTIAL | CMS_BINARY)
            : nullptr);
    if (!cms) return openssl_error("cms.encrypt", Blame::Bug, "encryption cannot start");
    for (const auto& recipient : recipients)
        if (!add_recipient(cms.get(), recipient, options.key_transport))
            return openssl_error(
                "cms.encrypt", Blame::Operator, "cannot encrypt for " + recipient.subject());
    if (CMS_final(cms.get(), data.get(), nullptr, CMS_BINARY) != 1)
        return openssl_error("cms.encrypt", Blame::Operator, "message cannot be encrypted");
    const BioPtr out = memory_bio();
    if (i2d_CMS_bio(out.get(), cms.get()) != 1)
        return openssl_error("cms.encrypt", Blame::Bug, "encrypted message cannot be encoded");
    if (is_gcm(options.cipher) && options.gcm_container == GcmContainer::EnvelopedTagged)
        return auth_enveloped_to_tagged(bio_octets(out.get()));
    return bio_octets(out.get());
}

Result<Decrypted> decrypt(BytesView enveloped,
                          const std::vector<Identity>& identities,
                          const std::vector<Cipher>& allowed,
                          const CmsLimits& limits) {
    auto structure = guarded_structure(enveloped, limits);
    if (!structure) return std::move(structure).error();
    auto cipher = content_cipher(*structure);
    if (!cipher) return std::move(cipher).error();
    if (Status taken = check_cipher(*cipher, allowed); !taken) return std::move(taken).error();
    auto cms = decode_envelope(*structure, *cipher, limits);
    if (!cms) return std::move(cms).error();
    STACK_OF(CMS_RecipientInfo)* recipients = CMS_get0_RecipientInfos(cms->get());
    if (sk_CMS_RecipientInfo_num(recipients) > static_cast<int>(limits.recipients))
        return Error("cms.limit", Blame::Partner, "message is encrypted for too many recipients");
    const Identity* identity = addressee(recipients, identities);
    if (identity == nullptr) return decryption_failed(recipients, identities);
    const BioPtr out = memory_bio();
    // With the certificate given, a wrong key goes on with a random one and fails no earlier than a right key on damaged
    // content would.
    if (CMS_decrypt(cms->get(),
                    identity->key.native().handle.get(),
                    identity->certificate.native().handle.get(),
                    nullptr,
                    out.get(),
                    CMS_BINARY) != 1)
        return decryption_failed(recipients, identities);
    return Decrypted{.content = bio_octets(out.get()),
                     .cipher = *cipher,
                     .recipient = identity->certificate.fingerprint()};
}

}  // namespace sallyport::certs
