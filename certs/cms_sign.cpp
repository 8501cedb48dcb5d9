// SPDX-License-Identifier: Apache-2.0
// SignedData (RFC 5652 section 5). Verification walks the SignerInfos itself: OpenSSL's CMS_verify() trusts certificates it
// finds in the message and wants every signature to hold, AS2 wants one that holds under a certificate we configured.
#include "certs/ber.h"
#include "certs/cms.h"
#include "certs/cms_names.h"
#include "certs/cms_stream.h"
#include "certs/handles.h"

#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace sallyport::certs {
namespace {

constexpr unsigned SignFlags = CMS_DETACHED | CMS_BINARY | CMS_PARTIAL;

// The content passes the digest filters in pieces; what is made of their digests is OpenSSL's to know.
bool finish(CMS_ContentInfo* cms, const Octets& content, Status& poured) {
    const BioPtr nowhere(BIO_new(BIO_s_null()));
    BIO* chain = nowhere ? CMS_dataInit(cms, nowhere.get()) : nullptr;
    if (chain == nullptr) return false;
    poured = pour(content, [&](BytesView piece) -> Status {
        BIO_write(chain, piece.data(), static_cast<int>(piece.size()));
        return {};
    });
    const bool done = poured && CMS_dataFinal(cms, chain) == 1;
    while (chain != nullptr && chain != nowhere.get()) {  // only the filters are ours to free
        BIO* next = BIO_pop(chain);
        BIO_free(chain);
        chain = next;
    }
    return done;
}

bool use_pss(CMS_SignerInfo* signer) {
    EVP_PKEY_CTX* context = CMS_SignerInfo_get0_pkey_ctx(signer);
    return context != nullptr && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
}

// Why one SignerInfo did not count; the gravest reason of all is reported.
enum class Verdict : std::uint8_t {
    Stranger,
    DigestRefused,
    SignatureInvalid,
    ContentChanged,
    Verified
};

struct Judgement {
    Verdict verdict = Verdict::Stranger;
    Digest digest = Digest::Sha256;
    std::string algorithm;  // as named by the SignerInfo
    const Certificate* signer = nullptr;
};

std::string algorithm_name(const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    const char* name = OBJ_nid2sn(OBJ_obj2nid(object));
    return name == nullptr ? "unknown" : name;
}

int algorithm_nid(const X509_ALGOR* algorithm) {
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    return OBJ_obj2nid(object);
}

// "sha256WithRSAEncryption" names a digest of its own: it must be the one the SignerInfo declares.
bool digests_agree(const X509_ALGOR* signature, int digest_nid) {
    int own = NID_undef;
    if (OBJ_find_sigid_algs(algorithm_nid(signature), &own, nullptr) != 1) return true;
    return own == NID_undef || own == digest_nid;
}

// What is signed, digested once for every algorithm that is asked for. A content that cannot be read is no forgery: it is kept
// apart from the verdicts.
class Content {
public:
    explicit Content(const Octets& octets) : m_octets(octets) {}

    const Bytes& digest(Digest algorithm) {
        const auto known = m_digests.find(algorithm);
        if (known != m_digests.end()) return known->second;
        auto made = digest_stream(m_octets, {algorithm});
        if (made) return m_digests[algorithm] = std::move((*made)[algorithm]);
        m_failed = std::move(made).error();
        return m_digests[algorithm];
    }
    bool looks_like_attributes() {
        const auto first = take_octets(m_octets, 0, 1);
        return first && !first->empty() && static_cast<unsigned char>((*first)[0]) == 0x31U;
    }
    const Octets& octets() const { return m_octets; }
    const std::optional<Error>& failed() const { return m_failed; }

private:
    const Octets& m_octets;
    std::map<Digest, Bytes> m_digests;
    std::optional<Error> m_failed;
};

// Without signed attributes the signature is over the content itself. Content that looks like the attributes of another
// message is refused: otherwise a signature made over attributes could be shown as one over content.
bool verify_bare(CMS_SignerInfo* signer, Digest algorithm, Content& content) {
    if (content.looks_like_attributes()) return false;
    // OpenSSL takes the digest from a filter that the content has passed.
    const BioPtr filter(BIO_new(BIO_f_md()));
    if (!filter || BIO_set_md(filter.get(), native_digest(algorithm)) != 1) return false;
    BIO* nowhere = BIO_new(BIO_s_null());
    if (nowhere == nullptr) return false;
    BIO_push(filter.get(), nowhere);
    const Status poured = pour(content.octets(), [&](BytesView piece) -> Status {
        BIO_write(filter.get(), piece.data(), static_cast<int>(piece.size()));
        return {};
    });
    return poured && CMS_SignerInfo_verify_content(signer, filter.get()) == 1;
}

Verdict verify_attributes(CMS_SignerInfo* signer, Digest algorithm, Content& content) {
    if (CMS_SignerInfo_verify(signer) != 1) return Verdict::SignatureInvalid;
    const auto* stated = static_cast<const ASN1_OCTET_STRING*>(CMS_signed_get0_data_by_OBJ(
        signer, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING));
    if (stated == nullptr) return Verdict::SignatureInvalid;
    const BytesView there(reinterpret_cast<const char*>(ASN1_STRING_get0_data(stated)),
                          static_cast<std::size_t>(ASN1_STRING_length(stated)));
    return equal_constant_time(there, content.digest(algorithm)) ? Verdict::Verified
                                                                 : Verdict::ContentChanged;
}

Judgement judge(CMS_SignerInfo* signer, Content& content, const VerifyPolicy& policy) {
    Judgement judgement;
    for (const auto& candidate : policy.trusted)
        if (CMS_SignerInfo_cert_cmp(signer, candidate.native().handle.get()) == 0)
            judgement.signer = &candidate;
    if (judgement.signer == nullptr) return judgement;

    X509_ALGOR* digest_algorithm = nullptr;
    X509_ALGOR* signature_algorithm = nullptr;
    CMS_SignerInfo_get0_algs(signer, nullptr, nullptr, &digest_algorithm, &signature_algorithm);
    judgement.algorithm = algorithm_name(digest_algorithm);
    const int nid = algorithm_nid(digest_algorithm);
    const auto known = digest_from_nid(nid);
    if (!known ||
        std::find(policy.digests.begin(), policy.digests.end(), *known) == policy.digests.end() ||
        !digests_agree(signature_algorithm, nid)) {
        judgement.verdict = Verdict::DigestRefused;
        return judgement;
    }
    judgement.digest = *known;
    CMS_SignerInfo_set1_signer_cert(signer, judgement.signer->native().handle.get());
    if (CMS_signed_get_attr_count(signer) >= 0)
        judgement.verdict = verify_attributes(signer, *known, content);
    else
        // One signature covers both here, so that a changed content and a false signature look the same.
        judgement.verdict =
            verify_bare(signer, *known, content) ? Verdict::Verified : Verdict::ContentChanged;
    return judgement;
}

std::string signer_text(CMS_SignerInfo* signer) {
    ASN1_OCTET_STRING* key_id = nullptr;
    X509_NAME* issuer = nullptr;
    ASN1_INTEGER* serial = nullptr;
    CMS_SignerInfo_get0_signer_id(signer, &key_id, &issuer, &serial);
    if (key_id != nullptr)
        return "key identifier " +
               to_hex(BytesView(reinterpret_cast<const char*>(ASN1_STRING_get0_data(key_id)),
                                static_cast<std::size_t>(ASN1_STRING_length(key_id))));
    return identify(issuer, serial);
}

std::string configured_text(const std::vector<Certificate>& trusted) {
    std::string text;
    for (const auto& certificate : trusted)
        text +=
            (text.empty() ? "" : ", ") + certificate.subject() + " serial " + certificate.serial();
    return text.empty() ? "none" : text;
}

Error explain(const Judgement& worst, const std::string& strangers, const VerifyPolicy& policy) {
    drain_openssl_errors();
    switch (worst.verdict) {
        case Verdict::Stranger:
        case Verdict::Verified:
            break;
        case Verdict::DigestRefused:
            return Error("cms.digest.refused",
                         Blame::Partner,
                         "signature uses digest " + worst.algorithm +
                             ", which the agreement does not allow")
                .remedy(
                    "ask the partner to sign with SHA-256, or allow this digest in the partner "
                    "file");
        case Verdict::SignatureInvalid:
            return Error("cms.signature.invalid",
                         Blame::Partner,
                         "signature was not made with the key of " + worst.signer->subject() +
                             " (SHA-256 " + worst.signer->fingerprint() + ")")
                .remedy("compare this fingerprint with the partner's certificate");
        case Verdict::ContentChanged:
            return Error(
                       "cms.digest.mismatch",
                       Blame::Partner,
                       "signed content was changed after " + worst.signer->subject() + " signed it")
                .remedy(
                    "ask the partner to resend; if it repeats, something on the way rewrites line "
                    "ends or "
                    "headers");
    }
    return Error("cms.signer.unknown",
                 Blame::Partner,
                 "signed by " + strangers +
                     "; configured for this partner: " + configured_text(policy.trusted))
        .remedy(
            "if the partner has a new certificate, verify its fingerprint and add it to the "
            "partner file");
}

Result<Verified> verify(CMS_ContentInfo* cms,
                        const Octets& octets,
                        const VerifyPolicy& policy,
                        const CmsLimits& limits) {
    if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
        return Error("cms.malformed", Blame::Partner, "signature part is not SignedData");
    STACK_OF(CMS_SignerInfo)* signers = CMS_get0_SignerInfos(cms);
    const int count = sk_CMS_SignerInfo_num(signers);
    if (count <= 0)
        return Error(
            "cms.signature.none", Blame::Partner, "signature structure holds no signature");
    if (static_cast<unsigned>(count) > limits.signers)
        return Error(
            "cms.limit", Blame::Partner, "message has " + std::to_string(count) + " signatures");
    Judgement worst;
    std::string strangers;
    Content content(octets);
    for (int i = 0; i < count; ++i) {
        CMS_SignerInfo* signer = sk_CMS_SignerInfo_value(signers, i);
        const Judgement judgement = judge(signer, content, policy);
        if (content.failed()) return *content.failed();
        if (judgement.verdict == Verdict::Verified) {
            ERR_clear_error();
            return Verified{.digest = judgement.digest,
                            .signer = *judgement.signer,
                            .other_signers = static_cast<unsigned>(count) - 1};
        }
        if (judgement.verdict == Verdict::Stranger)
            strangers += (strangers.empty() ? "" : ", ") + signer_text(signer);
        if (judgement.verdict > worst.verdict) worst = judgement;
    }
    return explain(worst, strangers, policy);
}

}  // namespace

Result<Bytes> sign_detached(const Octets& content,
                            const Identity& signer,
                            const SignOptions& options) {
    const unsigned flags = SignFlags | (options.include_certificate ? 0U : unsigned{CMS_NOCERTS});
    CmsPtr cms(CMS_sign(nullptr, nullptr, nullptr, nullptr, flags));
    const bool pss = options.scheme == SignatureScheme::Pss &&
                     EVP_PKEY_is_a(signer.key.native().handle.get(), "RSA") == 1;
    CMS_SignerInfo* info = nullptr;
    if (cms)
        // No S/MIME capabilities: OpenSSL would advertise RC2 and DES (CAN-11).
        info = CMS_add1_signer(cms.get(),
                               signer.certificate.native().handle.get(),
                               signer.key.native().handle.get(),
                               native_digest(options.digest),
                               flags | CMS_NOSMIMECAP | (pss ? unsigned{CMS_KEY_PARAM} : 0U));
    Status poured;
    const bool done =
        info != nullptr && (!pss || use_pss(info)) && finish(cms.get(), content, poured);
    if (!poured) return poured.error();
    if (!done)
        return openssl_error("cms.sign",
                             Blame::Operator,
                             "cannot sign as " + signer.certificate.subject() + " (" +
                                 signer.key.description() + ")");
    const BioPtr out = memory_bio();
    if (i2d_CMS_bio(out.get(), cms.get()) != 1)
        return openssl_error("cms.sign", Blame::Bug, "signature cannot be encoded");
    return bio_octets(out.get());
}

Result<Bytes> sign_detached(BytesView content, const Identity& signer, const SignOptions& options) {
    return sign_detached(MemoryOctets(content), signer, options);
}

namespace {

// Certificates and revocation lists inside a message are never looked at, and decoding them costs more than verifying: they
// are left out before the structure is decoded.
Result<Bytes> without_certificates(BytesView structure) {
    auto info = BerReader(structure).next(ber::Sequence);
    if (!info) return std::move(info).error();
    BerReader outer(info->content);
    auto type = outer.next(ber::ObjectId);
    if (!type) return std::move(type).error();
    auto wrapper = outer.next(ber::Context0);
    if (!wrapper) return std::move(wrapper).error();
    auto signed_data = BerReader(wrapper->content).next(ber::Sequence);
    if (!signed_data) return std::move(signed_data).error();
    Bytes kept;
    for (BerReader fields(signed_data->content); !fields.at_end();) {
        auto field = fields.next();
        if (!field) return std::move(field).error();
        if (field->tag != ber::Context0 && field->tag != ber::Context1) kept += field->whole;
    }
    return write_element(
        ber::Sequence,
        Bytes(type->whole) + write_element(ber::Context0, write_element(ber::Sequence, kept)));
}

Result<CmsPtr> decode_signed(BytesView signature, const CmsLimits& limits) {
    auto structure = guarded_structure(signature, limits);
    if (!structure) return std::move(structure).error();
    const auto kind = content_kind(*structure);
    if (!kind) return kind.error();
    if (*kind != ContentKind::Signed)
        return Error("cms.malformed", Blame::Partner, "signature part is not SignedData");
    const auto bare = without_certificates(*structure);
    if (!bare) return bare.error();
    return decode_cms(*bare, limits);
}

}  // namespace

Result<Verified> verify_detached(const Octets& content,
                                 BytesView signature,
                                 const VerifyPolicy& policy,
                                 const CmsLimits& limits) {
    auto cms = decode_signed(signature, limits);
    if (!cms) return std::move(cms).error();
    return verify(cms->get(), content, policy, limits);
}

Result<Verified> verify_detached(BytesView content,
                                 BytesView signature,
                                 const VerifyPolicy& policy,
                                 const CmsLimits& limits) {
    return verify_detached(MemoryOctets(content), signature, policy, limits);
}

Result<Opened> verify_opaque(BytesView signed_data,
                             const VerifyPolicy& policy,
                             const CmsLimits& limits) {
    auto cms = decode_cms(signed_data, limits);
    if (!cms) return std::move(cms).error();
    if (OBJ_obj2nid(CMS_get0_type(cms->get())) != NID_pkcs7_signed)
        return Error("cms.malformed", Blame::Partner, "structure is not SignedData");
    ASN1_OCTET_STRING** inside = CMS_get0_content(cms->get());
    if (inside == nullptr || *inside == nullptr)
        return Error("cms.malformed", Blame::Partner, "SignedData holds no content");
    Bytes content(reinterpret_cast<const char*>(ASN1_STRING_get0_data(*inside)),
                  static_cast<std::size_t>(ASN1_STRING_length(*inside)));
    auto verified = verify(cms->get(), MemoryOctets(content), policy, limits);
    if (!verified) return std::move(verified).error();
    return Opened{.verified = *std::move(verified), .content = std::move(content)};
}

}  // namespace sallyport::certs
