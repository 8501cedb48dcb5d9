// SPDX-License-Identifier: Apache-2.0
// EnvelopedData (RFC 5652 section 6) and AuthEnvelopedData (RFC 5083). Every way a decryption can fail ends in the same
// error, so that no answer of ours tells a stranger which step it was (as2.md CRT-07).
#include "certs/ber.h"
#include "certs/cms.h"
#include "certs/cms_gcm.h"
#include "certs/cms_names.h"
#include "certs/handles.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <string>
#include <utility>

namespace sallyport::certs {
namespace {

bool use_oaep(CMS_RecipientInfo* recipient, const EVP_MD* digest) {
    EVP_PKEY_CTX* context = CMS_RecipientInfo_get0_pkey_ctx(recipient);
    return context != nullptr &&
           EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) > 0;
}

bool add_recipient(CMS_ContentInfo* cms, const Certificate& certificate, KeyTransport transport) {
    X509* handle = certificate.native().handle.get();
    const bool oaep =
        transport != KeyTransport::Pkcs1 && EVP_PKEY_is_a(X509_get0_pubkey(handle), "RSA") == 1;
    CMS_RecipientInfo* recipient =
        CMS_add1_recipient_cert(cms, handle, oaep ? unsigned{CMS_KEY_PARAM} : 0U);
    if (recipient == nullptr) return false;
    return !oaep ||
           use_oaep(recipient, transport == KeyTransport::OaepSha1 ? EVP_sha1() : EVP_sha256());
}

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
    auto identifier = BerReader(algorithm->content).next(ber::ObjectId);
    if (!identifier) return std::move(identifier).error();
    if (const auto cipher = cipher_from_oid(identifier->content)) return *cipher;
    const char* name = OBJ_nid2sn(nid_of_oid(identifier->content));
    return Error("cms.cipher.refused",
                 Blame::Partner,
                 "message is encrypted with " +
                     std::string(name == nullptr ? "an unknown cipher" : name) +
                     ", which this gateway does not support")
        .remedy("ask the partner to encrypt with AES");
}

// Either container of GCM becomes the one OpenSSL reads.
Result<CmsPtr> decode_envelope(BytesView structure, Cipher cipher, const CmsLimits& limits) {
    const auto parts = read_content_info(structure);
    if (!parts) return parts.error();
    if (!is_gcm(cipher) || parts->kind == ContentKind::AuthEnveloped)
        return decode_cms(structure, limits);
    const auto rewritten = tagged_to_auth_enveloped(structure);
    if (!rewritten) return rewritten.error();
    return decode_cms(*rewritten, limits);
}

bool names_key_agreement(CMS_RecipientInfo* recipient, X509* certificate) {
    STACK_OF(CMS_RecipientEncryptedKey)* keys = CMS_RecipientInfo_kari_get0_reks(recipient);
    for (int i = 0; i < sk_CMS_RecipientEncryptedKey_num(keys); ++i)
        if (CMS_RecipientEncryptedKey_cert_cmp(sk_CMS_RecipientEncryptedKey_value(keys, i),
                                               certificate) == 0)
            return true;
    return false;
}

bool names(CMS_RecipientInfo* recipient, const Certificate& certificate) {
    X509* handle = certificate.native().handle.get();
    switch (CMS_RecipientInfo_type(recipient)) {
        case CMS_RECIPINFO_TRANS:
            return CMS_RecipientInfo_ktri_cert_cmp(recipient, handle) == 0;
        case CMS_RECIPINFO_AGREE:
            return names_key_agreement(recipient, handle);
        default:
            return false;
    }
}

const Identity* addressee(STACK_OF(CMS_RecipientInfo) * recipients,
                          const std::vector<Identity>& identities) {
    for (int i = 0; i < sk_CMS_RecipientInfo_num(recipients); ++i)
        for (const auto& identity : identities)
            if (names(sk_CMS_RecipientInfo_value(recipients, i), identity.certificate))
                return &identity;
    return nullptr;
}

std::string recipients_text(STACK_OF(CMS_RecipientInfo) * recipients) {
    std::string text;
    for (int i = 0; i < sk_CMS_RecipientInfo_num(recipients); ++i) {
        CMS_RecipientInfo* recipient = sk_CMS_RecipientInfo_value(recipients, i);
        ASN1_OCTET_STRING* key_id = nullptr;
        X509_NAME* issuer = nullptr;
        ASN1_INTEGER* serial = nullptr;
        text += text.empty() ? "" : ", ";
        if (CMS_RecipientInfo_type(recipient) == CMS_RECIPINFO_TRANS &&
            CMS_RecipientInfo_ktri_get0_signer_id(recipient, &key_id, &issuer, &serial) == 1 &&
            issuer != nullptr)
            text += identify(issuer, serial);
        else
            text += "a key identifier";
    }
    return text;
}

std::string identities_text(const std::vector<Identity>& identities) {
    std::string text;
    for (const auto& identity : identities)
        text += (text.empty() ? "" : ", ") + identity.certificate.issuer() + " serial " +
                identity.certificate.serial();
    return text.empty() ? "none" : text;
}

Error decryption_failed(STACK_OF(CMS_RecipientInfo) * recipients,
                        const std::vector<Identity>& identities) {
    ERR_clear_error();
    return Error("cms.decryption-failed",
                 Blame::Partner,
                 "message cannot be decrypted; it is encrypted for " + recipients_text(recipients) +
                     "; our certificates: " + identities_text(identities))
        .remedy(
            "compare the two; the partner may use an old certificate of ours, or the message was "
            "damaged on "
            "the way");
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
    if (std::find(allowed.begin(), allowed.end(), *cipher) == allowed.end())
        return Error("cms.cipher.refused",
                     Blame::Partner,
                     "message is encrypted with " + std::string(to_string(*cipher)) +
                         ", which the agreement does not allow")
            .remedy(
                "ask the partner to encrypt with AES, or allow this cipher in the partner file");
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
