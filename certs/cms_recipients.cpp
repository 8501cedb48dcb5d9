// SPDX-License-Identifier: Apache-2.0
#include "certs/cms_recipients.h"

#include "certs/ber.h"
#include "certs/cms_names.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <string>

namespace sallyport::certs {
namespace {

bool use_oaep(CMS_RecipientInfo* recipient, const EVP_MD* digest) {
    EVP_PKEY_CTX* context = CMS_RecipientInfo_get0_pkey_ctx(recipient);
    return context != nullptr &&
           EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, digest) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, digest) > 0;
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

}  // namespace

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

const Identity* addressee(STACK_OF(CMS_RecipientInfo) * recipients,
                          const std::vector<Identity>& identities) {
    for (int i = 0; i < sk_CMS_RecipientInfo_num(recipients); ++i)
        for (const auto& identity : identities)
            if (names(sk_CMS_RecipientInfo_value(recipients, i), identity.certificate))
                return &identity;
    return nullptr;
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

Result<Cipher> cipher_of(BytesView algorithm) {
    auto outer = BerReader(algorithm).next(ber::Sequence);
    if (!outer) return std::move(outer).error();
    auto identifier = BerReader(outer->content).next(ber::ObjectId);
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

Status check_cipher(Cipher cipher, const std::vector<Cipher>& allowed) {
    if (std::find(allowed.begin(), allowed.end(), cipher) != allowed.end()) return {};
    return Error("cms.cipher.refused",
                 Blame::Partner,
                 "message is encrypted with " + std::string(to_string(cipher)) +
                     ", which the agreement does not allow")
        .remedy("ask the partner to encrypt with AES, or allow this cipher in the partner file");
}

}  // namespace sallyport::certs
