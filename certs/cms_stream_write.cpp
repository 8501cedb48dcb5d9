// SPDX-License-Identifier: Apache-2.0
// Writing: OpenSSL makes the recipients' part and the key, the content passes through the cipher in pieces. Every length is
// known beforehand, so what is written is DER; partners' products differ in how they take anything else.
#include "certs/ber.h"
#include "certs/cms_names.h"
#include "certs/cms_recipients.h"
#include "certs/cms_stream.h"
#include "certs/handles.h"

#include <array>
#include <string>
#include <utility>

namespace sallyport::certs {
namespace {

constexpr std::size_t GcmTag = 16;

// Identifier and length octets of an element whose content is not at hand.
Bytes element_head(std::uint8_t tag, std::uint64_t length) {
    Bytes head(1, static_cast<char>(tag));
    if (length < 0x80U) return head += static_cast<char>(length);
    Bytes octets;
    for (; length != 0; length >>= 8U)
        octets.insert(octets.begin(), static_cast<char>(length & 0xFFU));
    head += static_cast<char>(0x80U | octets.size());
    return head += octets;
}

// A CMS envelope in the making, and the cipher with its fresh key.
class Sealing {
public:
    explicit Sealing(Cipher cipher) {
        m_cms.reset(CMS_encrypt(
            nullptr, nullptr, native_cipher(cipher), CMS_PARTIAL | CMS_BINARY | CMS_DETACHED));
    }
    ~Sealing() {
        while (m_chain != nullptr && m_chain != m_target.get()) {
            BIO* next = BIO_pop(m_chain);
            BIO_free(m_chain);
            m_chain = next;
        }
    }
    Sealing(const Sealing&) = delete;
    Sealing& operator=(const Sealing&) = delete;
    Sealing(Sealing&&) = delete;
    Sealing& operator=(Sealing&&) = delete;

    CMS_ContentInfo* cms() { return m_cms.get(); }
    // Makes the key and encrypts it for every recipient.
    bool begin() {
        m_target.reset(BIO_new(BIO_s_null()));
        m_chain = m_target ? CMS_dataInit(m_cms.get(), m_target.get()) : nullptr;
        BIO* filter = m_chain == nullptr ? nullptr : BIO_find_type(m_chain, BIO_TYPE_CIPHER);
        if (filter != nullptr) BIO_get_cipher_ctx(filter, &m_context);
        return m_context != nullptr;
    }
    EVP_CIPHER_CTX* context() { return m_context; }

private:
    CmsPtr m_cms;
    BioPtr m_target;
    BIO* m_chain = nullptr;
    EVP_CIPHER_CTX* m_context = nullptr;
};

// What stands before the content: all fields of the envelope with their headers.
struct Head {
    Bytes fields;  // version, originator, recipients
    Bytes type_and_algorithm;
};

Result<Head> read_head(CMS_ContentInfo* cms) {
    const BioPtr out = memory_bio();
    if (i2d_CMS_bio(out.get(), cms) != 1)
        return openssl_error("cms.encrypt", Blame::Bug, "envelope cannot be encoded");
    const Bytes octets = bio_octets(out.get());
    auto parts = read_content_info(octets);
    if (!parts) return std::move(parts).error();
    auto envelope = BerReader(parts->content).next(ber::Sequence);
    if (!envelope) return std::move(envelope).error();
    Head head;
    for (BerReader fields(envelope->content); !fields.at_end();) {
        auto field = fields.next();
        if (!field) return std::move(field).error();
        if (field->tag != ber::Sequence) {
            head.fields += field->whole;
            continue;
        }
        BerReader inner(field->content);
        auto type = inner.next(ber::ObjectId);
        if (!type) return std::move(type).error();
        auto algorithm = inner.next(ber::Sequence);
        if (!algorithm) return std::move(algorithm).error();
        head.type_and_algorithm = Bytes(type->whole) + Bytes(algorithm->whole);
        return head;
    }
    return Error("cms.encrypt", Blame::Bug, "envelope has no content information");
}

// Everything up to the first octet of ciphertext. `behind`: octets of the envelope after EncryptedContentInfo.
Bytes opening_octets(const Head& head,
                     ContentKind kind,
                     std::uint64_t ciphertext,
                     std::uint64_t behind) {
    const Bytes content = element_head(ber::Context0Primitive, ciphertext);
    const std::uint64_t info_size = head.type_and_algorithm.size() + content.size() + ciphertext;
    const Bytes info = element_head(ber::Sequence, info_size);
    const std::uint64_t envelope_size = head.fields.size() + info.size() + info_size + behind;
    const Bytes envelope = element_head(ber::Sequence, envelope_size);
    const std::uint64_t wrapped = envelope.size() + envelope_size;
    const Bytes wrapper = element_head(ber::Context0, wrapped);
    const Bytes oid = content_info_oid(kind);
    return element_head(ber::Sequence, oid.size() + wrapper.size() + wrapped) + oid + wrapper +
           envelope + head.fields + info + head.type_and_algorithm + content;
}

std::uint64_t ciphertext_size(EVP_CIPHER_CTX* context, std::uint64_t content, bool gcm) {
    if (gcm) return content;
    const auto block = static_cast<std::uint64_t>(EVP_CIPHER_CTX_get_block_size(context));
    return (content / block + 1) * block;
}

Status pump_cipher(EVP_CIPHER_CTX* context, const Octets& content, const OctetSink& sink) {
    Bytes sealed(OctetPiece + EVP_MAX_BLOCK_LENGTH, '\0');
    auto* out = reinterpret_cast<unsigned char*>(sealed.data());
    int size = 0;
    const auto broken = [] {
        return openssl_error("cms.encrypt", Blame::Bug, "message cannot be encrypted");
    };
    const Status poured = pour(content, [&](BytesView piece) -> Status {
        if (EVP_EncryptUpdate(context,
                              out,
                              &size,
                              reinterpret_cast<const unsigned char*>(piece.data()),
                              static_cast<int>(piece.size())) != 1)
            return broken();
        return sink(BytesView(sealed).substr(0, static_cast<std::size_t>(size)));
    });
    if (!poured) return poured;
    if (EVP_EncryptFinal_ex(context, out, &size) != 1) return broken();
    return sink(BytesView(sealed).substr(0, static_cast<std::size_t>(size)));
}

Status write_tag(EVP_CIPHER_CTX* context, bool of_its_own, const OctetSink& sink) {
    Bytes tag(GcmTag, '\0');
    if (EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, GcmTag, tag.data()) != 1)
        return openssl_error("cms.encrypt", Blame::Bug, "encryption gave no tag");
    return sink(of_its_own ? write_element(ber::OctetString, tag) : tag);
}

}  // namespace

Status encrypt_stream(const Octets& content,
                      const std::vector<Certificate>& recipients,
                      const EncryptOptions& options,
                      const OctetSink& sink) {
    if (recipients.empty())
        return Error("cms.encrypt", Blame::Operator, "there is no certificate to encrypt for")
            .remedy("add the partner's encryption certificate to the partner file");
    Sealing sealing(options.cipher);
    if (sealing.cms() == nullptr)
        return openssl_error("cms.encrypt", Blame::Bug, "encryption cannot start");
    for (const auto& recipient : recipients)
        if (!add_recipient(sealing.cms(), recipient, options.key_transport))
            return openssl_error(
                "cms.encrypt", Blame::Operator, "cannot encrypt for " + recipient.subject());
    if (!sealing.begin())
        return openssl_error("cms.encrypt", Blame::Operator, "message cannot be encrypted");
    auto head = read_head(sealing.cms());
    if (!head) return std::move(head).error();
    const bool gcm = is_gcm(options.cipher);
    const bool tagged = gcm && options.gcm_container == GcmContainer::EnvelopedTagged;
    // RFC 5652 6.1: version 0 is for recipients by issuer and serial, as these are; RFC 5083 knows no other.
    const auto kind = gcm && !tagged ? ContentKind::AuthEnveloped : ContentKind::Enveloped;
    const std::uint64_t sealed = ciphertext_size(sealing.context(), content.size(), gcm);
    const std::uint64_t behind = gcm && !tagged ? GcmTag + 2 : 0;
    const Bytes opening = opening_octets(*head, kind, sealed + (tagged ? GcmTag : 0), behind);
    if (Status taken = sink(opening); !taken) return taken;
    if (Status pumped = pump_cipher(sealing.context(), content, sink); !pumped) return pumped;
    return gcm ? write_tag(sealing.context(), !tagged, sink) : Status();
}

}  // namespace sallyport::certs
