// SPDX-License-Identifier: Apache-2.0
#include "certs/cms_names.h"

#include "certs/ber.h"

#include <openssl/err.h>

#include <array>
#include <cctype>
#include <climits>
#include <utility>

namespace sallyport::certs {
namespace {

struct CipherName {
    Cipher cipher;
    std::string_view name;
    int nid;
};
constexpr std::array<CipherName, 7> Ciphers{{
    {Cipher::TripleDesCbc, "3des-cbc", NID_des_ede3_cbc},
    {Cipher::Aes128Cbc, "aes-128-cbc", NID_aes_128_cbc},
    {Cipher::Aes192Cbc, "aes-192-cbc", NID_aes_192_cbc},
    {Cipher::Aes256Cbc, "aes-256-cbc", NID_aes_256_cbc},
    {Cipher::Aes128Gcm, "aes-128-gcm", NID_aes_128_gcm},
    {Cipher::Aes192Gcm, "aes-192-gcm", NID_aes_192_gcm},
    {Cipher::Aes256Gcm, "aes-256-gcm", NID_aes_256_gcm},
}};

struct DigestName {
    Digest digest;
    std::string_view name;   // RFC 5751
    std::string_view plain;  // without dashes
    int nid;
};
constexpr std::array<DigestName, 5> Digests{{
    {Digest::Md5, "md5", "md5", NID_md5},
    {Digest::Sha1, "sha-1", "sha1", NID_sha1},
    {Digest::Sha256, "sha-256", "sha256", NID_sha256},
    {Digest::Sha384, "sha-384", "sha384", NID_sha384},
    {Digest::Sha512, "sha-512", "sha512", NID_sha512},
}};

const DigestName& entry_of(Digest digest) {
    for (const auto& entry : Digests)
        if (entry.digest == digest) return entry;
    return Digests[2];
}

ContentKind kind_of(int nid) {
    switch (nid) {
        case NID_pkcs7_signed:
            return ContentKind::Signed;
        case NID_pkcs7_enveloped:
            return ContentKind::Enveloped;
        case NID_id_smime_ct_authEnvelopedData:
            return ContentKind::AuthEnveloped;
        case NID_id_smime_ct_compressedData:
            return ContentKind::Compressed;
        default:
            return ContentKind::Other;
    }
}

}  // namespace

int nid_of_oid(BytesView content) {
    const Bytes whole = write_element(ber::ObjectId, content);
    const auto* start = reinterpret_cast<const unsigned char*>(whole.data());
    ASN1_OBJECT* object = d2i_ASN1_OBJECT(nullptr, &start, static_cast<long>(whole.size()));
    const int nid = OBJ_obj2nid(object);
    ASN1_OBJECT_free(object);
    ERR_clear_error();
    return nid;
}

std::string_view to_string(Digest digest) {
    return entry_of(digest).name;
}

std::string_view to_string(Cipher cipher) {
    for (const auto& entry : Ciphers)
        if (entry.cipher == cipher) return entry.name;
    return "unknown";
}

std::optional<Digest> digest_from_name(std::string_view name) {
    std::string plain;
    for (const char c : name)
        if (c != '-' && c != '_')
            plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (plain.starts_with("rsa")) plain.erase(0, 3);
    if (plain == "sha") plain = "sha1";
    if (plain.size() == 7 && plain.starts_with("sha2")) plain.erase(3, 1);  // sha2-256
    for (const auto& entry : Digests)
        if (entry.plain == plain) return entry.digest;
    return std::nullopt;
}

std::optional<Cipher> cipher_from_name(std::string_view name) {
    for (const auto& entry : Ciphers)
        if (entry.name == name) return entry.cipher;
    return std::nullopt;
}

Bytes digest(Digest algorithm, BytesView octets) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    EVP_Digest(octets.data(), octets.size(), out.data(), &size, native_digest(algorithm), nullptr);
    return Bytes(reinterpret_cast<const char*>(out.data()), size);
}

const EVP_MD* native_digest(Digest digest) {
    switch (digest) {
        case Digest::Md5:
            return EVP_md5();
        case Digest::Sha1:
            return EVP_sha1();
        case Digest::Sha256:
            return EVP_sha256();
        case Digest::Sha384:
            return EVP_sha384();
        case Digest::Sha512:
            return EVP_sha512();
    }
    return EVP_sha256();
}

const EVP_CIPHER* native_cipher(Cipher cipher) {
    switch (cipher) {
        case Cipher::TripleDesCbc:
            return EVP_des_ede3_cbc();
        case Cipher::Aes128Cbc:
            return EVP_aes_128_cbc();
        case Cipher::Aes192Cbc:
            return EVP_aes_192_cbc();
        case Cipher::Aes256Cbc:
            return EVP_aes_256_cbc();
        case Cipher::Aes128Gcm:
            return EVP_aes_128_gcm();
        case Cipher::Aes192Gcm:
            return EVP_aes_192_gcm();
        case Cipher::Aes256Gcm:
            return EVP_aes_256_gcm();
    }
    return EVP_aes_256_cbc();
}

std::optional<Digest> digest_from_nid(int nid) {
    for (const auto& entry : Digests)
        if (entry.nid == nid) return entry.digest;
    return std::nullopt;
}

std::optional<Cipher> cipher_from_oid(BytesView oid_content) {
    const int nid = nid_of_oid(oid_content);
    for (const auto& entry : Ciphers)
        if (entry.nid == nid) return entry.cipher;
    return std::nullopt;
}

bool is_gcm(Cipher cipher) {
    return cipher == Cipher::Aes128Gcm || cipher == Cipher::Aes192Gcm ||
           cipher == Cipher::Aes256Gcm;
}

Result<BytesView> guarded_structure(BytesView octets, const CmsLimits& limits) {
    // CMS lengths in OpenSSL are ints.
    if (octets.size() > limits.bytes || octets.size() > INT_MAX)
        return Error("cms.limit",
                     Blame::Partner,
                     "cryptographic structure has " + std::to_string(octets.size()) +
                         " octets, the limit is " + std::to_string(limits.bytes));
    auto size = check_ber(octets, limits.depth, limits.elements);
    if (!size) return std::move(size).error();
    return octets.substr(0, *size);
}

Result<CmsPtr> decode_cms(BytesView octets, const CmsLimits& limits) {
    auto structure = guarded_structure(octets, limits);
    if (!structure) return std::move(structure).error();
    const auto* start = reinterpret_cast<const unsigned char*>(structure->data());
    CmsPtr cms(d2i_CMS_ContentInfo(nullptr, &start, static_cast<long>(structure->size())));
    if (!cms)
        return openssl_error(
            "cms.malformed", Blame::Partner, "cryptographic structure cannot be decoded");
    return cms;
}

Result<ContentInfoParts> read_content_info(BytesView structure) {
    auto info = BerReader(structure).next(ber::Sequence);
    if (!info) return std::move(info).error();
    BerReader fields(info->content);
    auto type = fields.next(ber::ObjectId);
    if (!type) return std::move(type).error();
    auto wrapper = fields.next(ber::Context0);
    if (!wrapper) return std::move(wrapper).error();
    return ContentInfoParts{.kind = kind_of_oid(type->content), .content = wrapper->content};
}

Result<ContentKind> content_kind(BytesView structure) {
    auto checked = guarded_structure(structure, CmsLimits{.bytes = INT_MAX});
    if (!checked) return std::move(checked).error();
    auto parts = read_content_info(*checked);
    if (!parts) return std::move(parts).error();
    return parts->kind;
}

ContentKind kind_of_oid(BytesView oid_content) {
    return kind_of(nid_of_oid(oid_content));
}

Bytes content_info_oid(ContentKind kind) {
    int nid = NID_pkcs7_data;
    switch (kind) {
        case ContentKind::Signed:
            nid = NID_pkcs7_signed;
            break;
        case ContentKind::Enveloped:
            nid = NID_pkcs7_enveloped;
            break;
        case ContentKind::AuthEnveloped:
            nid = NID_id_smime_ct_authEnvelopedData;
            break;
        case ContentKind::Compressed:
            nid = NID_id_smime_ct_compressedData;
            break;
        case ContentKind::Other:
            break;
    }
    const ASN1_OBJECT* object = OBJ_nid2obj(nid);
    return write_element(
        ber::ObjectId,
        BytesView(reinterpret_cast<const char*>(OBJ_get0_data(object)), OBJ_length(object)));
}

Bytes write_content_info(ContentKind kind, BytesView structure) {
    return write_element(ber::Sequence,
                         content_info_oid(kind) + write_element(ber::Context0, structure));
}

}  // namespace sallyport::certs
