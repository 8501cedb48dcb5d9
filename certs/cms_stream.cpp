// SPDX-License-Identifier: Apache-2.0
// Reading: OpenSSL sees the structures without their content (recipients, keys, signatures); the content passes through a
// cipher, zlib or a digest in pieces. OpenSSL's own CMS_decrypt() holds it two to three times over.
#include "certs/cms_stream.h"

#include "certs/ber.h"
#include "certs/ber_stream.h"
#include "certs/cms_gcm.h"
#include "certs/cms_names.h"
#include "certs/cms_recipients.h"
#include "certs/handles.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace sallyport::certs {
namespace {

using DigestContextPtr = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;

constexpr std::size_t DummyTag = 16;

BerStream open_stream(const Octets& octets, const CmsLimits& limits) {
    return {octets, {.depth = limits.depth, .elements = limits.elements}};
}

// Past ContentInfo's type and into the structure it announces; `oid` keeps the type with its header.
Result<ContentKind> enter_structure(BerStream& stream, Bytes& oid) {
    if (Status entered = stream.enter(ber::Sequence); !entered) return entered.error();
    auto type = stream.whole(ber::ObjectId);
    if (!type) return std::move(type).error();
    oid = *std::move(type);
    const auto element = BerReader(oid).next();
    if (!element) return element.error();
    if (Status entered = stream.enter(ber::Context0); !entered) return entered.error();
    return kind_of_oid(element->content);
}

// EnvelopedData up to where its content begins.
struct EnvelopeHead {
    ContentKind kind = ContentKind::Enveloped;
    Bytes version;
    Bytes originator;  // may be empty
    Bytes recipients;
    Bytes content_type;
    Bytes algorithm;
};

Status read_into(BerStream& stream, std::uint8_t tag, Bytes& field) {
    auto whole = stream.whole(tag);
    if (!whole) return std::move(whole).error();
    field = *std::move(whole);
    return {};
}

Result<EnvelopeHead> read_head(BerStream& stream) {
    EnvelopeHead head;
    Bytes oid;
    const auto kind = enter_structure(stream, oid);
    if (!kind) return kind.error();
    head.kind = *kind;
    if (*kind != ContentKind::Enveloped && *kind != ContentKind::AuthEnveloped)
        return Error("cms.malformed", Blame::Partner, "structure is not EnvelopedData");
    if (Status in = stream.enter(ber::Sequence); !in) return in.error();
    if (Status got = read_into(stream, ber::Integer, head.version); !got) return got.error();
    const auto tag = stream.peek_tag();
    if (!tag) return tag.error();
    if (*tag == ber::Context0)
        if (Status got = read_into(stream, ber::Context0, head.originator); !got)
            return got.error();
    if (Status got = read_into(stream, ber::Set, head.recipients); !got) return got.error();
    if (Status in = stream.enter(ber::Sequence); !in) return in.error();
    if (Status got = read_into(stream, ber::ObjectId, head.content_type); !got) return got.error();
    if (Status got = read_into(stream, ber::Sequence, head.algorithm); !got) return got.error();
    return head;
}

// The same envelope without content, for OpenSSL. GCM in either container becomes RFC 5083's, whose tag is set later.
Bytes envelope_without_content(const EnvelopeHead& head, bool authenticated) {
    Bytes fields = authenticated ? Bytes("\x02\x01\x00", 3) : head.version;
    fields += head.originator;
    fields += head.recipients;
    fields += write_element(ber::Sequence, head.content_type + head.algorithm);
    if (authenticated) fields += write_element(ber::OctetString, Bytes(DummyTag, '\0'));
    return write_content_info(authenticated ? ContentKind::AuthEnveloped : ContentKind::Enveloped,
                              write_element(ber::Sequence, fields));
}

// A cipher with the message's key in it. A wrong key goes on as a random one.
class Opening {
public:
    Opening(CmsPtr cms, const Identity& identity) : m_cms(std::move(cms)) {
        m_source.reset(BIO_new(BIO_s_null()));
        if (!m_source || CMS_decrypt_set1_pkey(m_cms.get(),
                                               identity.key.native().handle.get(),
                                               identity.certificate.native().handle.get()) != 1)
            return;
        m_chain = CMS_dataInit(m_cms.get(), m_source.get());
        BIO* filter = m_chain == nullptr ? nullptr : BIO_find_type(m_chain, BIO_TYPE_CIPHER);
        if (filter != nullptr) BIO_get_cipher_ctx(filter, &m_context);
    }
    ~Opening() {
        // Only the filters are ours to free one by one: the source is at the end of their chain and has an owner.
        while (m_chain != nullptr && m_chain != m_source.get()) {
            BIO* next = BIO_pop(m_chain);
            BIO_free(m_chain);
            m_chain = next;
        }
    }
    Opening(const Opening&) = delete;
    Opening& operator=(const Opening&) = delete;
    Opening(Opening&&) = delete;
    Opening& operator=(Opening&&) = delete;

    bool ready() const { return m_context != nullptr; }

    Status update(BytesView octets, const OctetSink& sink) {
        while (!octets.empty() && !m_broken) {
            const auto part = octets.substr(0, OctetPiece);
            octets.remove_prefix(part.size());
            m_plain.resize(part.size() + EVP_MAX_BLOCK_LENGTH);
            int size = 0;
            m_broken = EVP_DecryptUpdate(m_context,
                                         reinterpret_cast<unsigned char*>(m_plain.data()),
                                         &size,
                                         reinterpret_cast<const unsigned char*>(part.data()),
                                         static_cast<int>(part.size())) != 1;
            if (m_broken) return {};
            const BytesView plain(m_plain.data(), static_cast<std::size_t>(size));
            if (Status taken = sink(plain); !taken) return taken;
        }
        return {};
    }
    // Padding or tag decide here, and only here.
    bool finish(Bytes tag, const OctetSink& sink, Status& sunk) {
        if (!tag.empty() &&
            EVP_CIPHER_CTX_ctrl(
                m_context, EVP_CTRL_AEAD_SET_TAG, static_cast<int>(tag.size()), tag.data()) != 1)
            m_broken = true;
        std::array<unsigned char, EVP_MAX_BLOCK_LENGTH> last{};
        int size = 0;
        if (m_broken || EVP_DecryptFinal_ex(m_context, last.data(), &size) != 1) return false;
        sunk = sink(
            BytesView(reinterpret_cast<const char*>(last.data()), static_cast<std::size_t>(size)));
        return true;
    }

private:
    CmsPtr m_cms;
    BioPtr m_source;
    BIO* m_chain = nullptr;
    EVP_CIPHER_CTX* m_context = nullptr;
    Bytes m_plain;
    bool m_broken = false;
};

// The last octets of a stream are held back: where the tag follows the ciphertext, they are the tag.
class Tail {
public:
    explicit Tail(std::size_t size) : m_size(size) {}
    Status pass(BytesView octets, const OctetSink& sink) {
        if (m_size == 0) return sink(octets);
        m_held += octets;
        if (m_held.size() <= m_size) return {};
        const std::size_t free = m_held.size() - m_size;
        Status taken = sink(BytesView(m_held).substr(0, free));
        m_held.erase(0, free);
        return taken;
    }
    Bytes take() { return std::move(m_held); }

private:
    std::size_t m_size;
    Bytes m_held;
};

// The tag of RFC 5083 stands behind the content and optional attributes, which nobody writes.
Result<Bytes> read_mac(BerStream& stream) {
    if (Status left = stream.leave(); !left) return left.error();  // EncryptedContentInfo
    auto whole = stream.whole(ber::OctetString);
    if (!whole) return std::move(whole).error();
    const auto element = BerReader(*whole).next();
    if (!element) return element.error();
    return Bytes(element->content);
}

Result<std::size_t> tag_size_of(const EnvelopeHead& head) {
    const auto algorithm = BerReader(head.algorithm).next(ber::Sequence);
    if (!algorithm) return algorithm.error();
    return gcm_tag_size(algorithm->content);
}

Result<CmsPtr> decode_head(const EnvelopeHead& head, bool gcm, const CmsLimits& limits) {
    auto cms = decode_cms(envelope_without_content(head, gcm), limits);
    if (!cms) return cms;
    if (sk_CMS_RecipientInfo_num(CMS_get0_RecipientInfos(cms->get())) >
        static_cast<int>(limits.recipients))
        return Error("cms.limit", Blame::Partner, "message is encrypted for too many recipients");
    return cms;
}

struct Tags {
    std::size_t behind_content = 0;  // GCM as Java peers write it
    std::size_t of_its_own = 0;      // RFC 5083
};
Result<Tags> tags_of(const EnvelopeHead& head, bool gcm) {
    if (!gcm) return Tags{};
    auto size = tag_size_of(head);
    if (!size) return std::move(size).error();
    return head.kind == ContentKind::AuthEnveloped ? Tags{.of_its_own = *size}
                                                   : Tags{.behind_content = *size};
}

// The content through the cipher. False: it cannot be decrypted, whatever the reason.
Result<bool> open_content(BerStream& stream,
                          Opening& opening,
                          const Tags& tags,
                          const OctetSink& sink) {
    Tail tail(tags.behind_content);
    const auto decrypt = [&](BytesView octets) { return opening.update(octets, sink); };
    const Status passed =
        stream.octet_string([&](BytesView octets) { return tail.pass(octets, decrypt); });
    if (!passed) return passed.error();
    Bytes tag = tail.take();
    if (tags.of_its_own != 0) {
        auto mac = read_mac(stream);
        if (!mac) return std::move(mac).error();
        tag = *std::move(mac);
    }
    if (tag.size() != tags.behind_content + tags.of_its_own)
        return Error("cms.malformed",
                     Blame::Partner,
                     "encrypted structure is damaged: the tag is not as long as announced");
    Status sunk;
    const bool opened = opening.finish(std::move(tag), sink, sunk);
    if (!sunk) return sunk.error();
    return opened;
}

}  // namespace

Result<ContentKind> content_kind(const Octets& structure, const CmsLimits& limits) {
    BerStream stream = open_stream(structure, limits);
    Bytes oid;
    return enter_structure(stream, oid);
}

Result<std::map<Digest, Bytes>> digest_stream(const Octets& octets,
                                              const std::vector<Digest>& algorithms) {
    std::map<Digest, DigestContextPtr> contexts;
    for (const Digest algorithm : algorithms) {
        DigestContextPtr context(EVP_MD_CTX_new());
        if (!context || EVP_DigestInit_ex(context.get(), native_digest(algorithm), nullptr) != 1)
            return openssl_error("cms.digest", Blame::Bug, "a digest cannot start");
        contexts[algorithm] = std::move(context);
    }
    const Status poured = pour(octets, [&](BytesView piece) -> Status {
        for (const auto& [algorithm, context] : contexts)
            EVP_DigestUpdate(context.get(), piece.data(), piece.size());
        return {};
    });
    if (!poured) return poured.error();
    std::map<Digest, Bytes> digests;
    for (const auto& [algorithm, context] : contexts) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
        unsigned size = 0;
        EVP_DigestFinal_ex(context.get(), out.data(), &size);
        digests[algorithm] = Bytes(reinterpret_cast<const char*>(out.data()), size);
    }
    return digests;
}

Result<Unsealed> decrypt_stream(const Octets& enveloped,
                                const std::vector<Identity>& identities,
                                const std::vector<Cipher>& allowed,
                                const CmsLimits& limits,
                                const OctetSink& sink) {
    BerStream stream = open_stream(enveloped, limits);
    const auto head = read_head(stream);
    if (!head) return head.error();
    const auto cipher = cipher_of(head->algorithm);
    if (!cipher) return cipher.error();
    if (Status taken = check_cipher(*cipher, allowed); !taken) return taken.error();
    const bool gcm = is_gcm(*cipher);
    const auto tags = tags_of(*head, gcm);
    if (!tags) return tags.error();
    auto cms = decode_head(*head, gcm, limits);
    if (!cms) return std::move(cms).error();
    STACK_OF(CMS_RecipientInfo)* recipients = CMS_get0_RecipientInfos(cms->get());
    const Identity* identity = addressee(recipients, identities);
    if (identity == nullptr) return decryption_failed(recipients, identities);
    const auto tag = stream.peek_tag();
    if (!tag) return tag.error();
    if (*tag != ber::Context0 && *tag != ber::Context0Primitive)
        return decryption_failed(recipients, identities);  // no content at all
    Opening opening(*std::move(cms), *identity);
    if (!opening.ready()) return decryption_failed(recipients, identities);
    const auto opened = open_content(stream, opening, *tags, sink);
    if (!opened) return opened.error();
    if (!*opened) return decryption_failed(recipients, identities);
    ERR_clear_error();
    return Unsealed{.cipher = *cipher, .recipient = identity->certificate.fingerprint()};
}

Result<Verified> verify_opaque_stream(const Octets& signed_data,
                                      const VerifyPolicy& policy,
                                      const CmsLimits& limits,
                                      const OctetSink& sink,
                                      const Octets& written) {
    BerStream stream = open_stream(signed_data, limits);
    Bytes oid;
    const auto kind = enter_structure(stream, oid);
    if (!kind) return kind.error();
    if (*kind != ContentKind::Signed)
        return Error("cms.malformed", Blame::Partner, "structure is not SignedData");
    if (Status in = stream.enter(ber::Sequence); !in) return in.error();
    Bytes version;
    Bytes digests;
    Bytes type;
    if (Status got = read_into(stream, ber::Integer, version); !got) return got.error();
    if (Status got = read_into(stream, ber::Set, digests); !got) return got.error();
    if (Status in = stream.enter(ber::Sequence); !in) return in.error();
    if (Status got = read_into(stream, ber::ObjectId, type); !got) return got.error();
    const auto tag = stream.peek_tag();
    if (!tag) return tag.error();
    if (*tag != ber::Context0)
        return Error("cms.malformed", Blame::Partner, "SignedData holds no content");
    if (Status in = stream.enter(ber::Context0); !in) return in.error();
    if (Status passed = stream.octet_string(sink); !passed) return passed.error();
    if (Status left = stream.leave(); !left) return left.error();
    if (Status left = stream.leave(); !left) return left.error();
    Bytes fields = version + digests + write_element(ber::Sequence, type);
    while (true) {
        const auto next = stream.peek_tag();
        if (!next) return next.error();
        if (*next == 0) break;
        auto field = stream.whole();
        if (!field) return std::move(field).error();
        if (*next == ber::Set) fields += *field;  // the signatures; certificates stay out
    }
    return verify_detached(
        written,
        write_content_info(ContentKind::Signed, write_element(ber::Sequence, fields)),
        policy,
        limits);
}

}  // namespace sallyport::certs
