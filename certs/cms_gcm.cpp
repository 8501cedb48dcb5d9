// SPDX-License-Identifier: Apache-2.0
#include "certs/cms_gcm.h"

#include "certs/ber.h"
#include "certs/cms_names.h"

#include <array>
#include <string>
#include <utility>

namespace sallyport::certs {
namespace {

// Content octets of id-envelopedData (RFC 5652 6) and id-ct-authEnvelopedData (RFC 5083 2).
constexpr std::array<unsigned char, 9> EnvelopedOid{
    0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x03};
constexpr std::array<unsigned char, 11> AuthEnvelopedOid{
    0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x10, 0x01, 0x17};
constexpr std::size_t DefaultTag = 12;  // RFC 5084 3.2
constexpr std::size_t LongestTag = 16;

template <std::size_t Size>
BytesView view(const std::array<unsigned char, Size>& octets) {
    return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

Error malformed(std::string what) {
    return Error(
        "cms.malformed", Blame::Partner, "encrypted structure is damaged: " + std::move(what));
}

// The fields both containers share.
struct Envelope {
    BytesView originator;  // with its header; may be empty
    BerElement recipients;
    BytesView content_type;
    BytesView algorithm;
    std::size_t tag_size = DefaultTag;
    Bytes ciphertext;
    Bytes tag;  // AuthEnvelopedData only
};

Status read_encrypted_content(BytesView info, Envelope& envelope) {
    BerReader fields(info);
    auto type = fields.next(ber::ObjectId);
    if (!type) return std::move(type).error();
    auto algorithm = fields.next(ber::Sequence);
    if (!algorithm) return std::move(algorithm).error();
    auto tag_size = gcm_tag_size(algorithm->content);
    if (!tag_size) return std::move(tag_size).error();
    if (fields.peek_tag() != ber::Context0 && fields.peek_tag() != ber::Context0Primitive)
        return malformed("there is no content");
    auto content = fields.next();
    if (!content) return std::move(content).error();
    auto octets = octet_string(*content);
    if (!octets) return std::move(octets).error();
    envelope.content_type = type->whole;
    envelope.algorithm = algorithm->whole;
    envelope.tag_size = *tag_size;
    envelope.ciphertext = *std::move(octets);
    return {};
}

Result<Envelope> read_envelope(BytesView content_info, bool authenticated) {
    auto parts = read_content_info(content_info);
    if (!parts) return std::move(parts).error();
    auto outer = BerReader(parts->content).next(ber::Sequence);
    if (!outer) return std::move(outer).error();
    BerReader fields(outer->content);
    auto version = fields.next(ber::Integer);
    if (!version) return std::move(version).error();
    Envelope envelope;
    if (fields.peek_tag() == ber::Context0) {
        auto originator = fields.next();
        if (!originator) return std::move(originator).error();
        envelope.originator = originator->whole;
    }
    auto recipients = fields.next(ber::Set);
    if (!recipients) return std::move(recipients).error();
    envelope.recipients = *recipients;
    auto encrypted = fields.next(ber::Sequence);
    if (!encrypted) return std::move(encrypted).error();
    const auto content = read_encrypted_content(encrypted->content, envelope);
    if (!content) return content.error();
    if (!authenticated) return envelope;
    auto tag = fields.next(ber::OctetString);  // attributes before it are never written by us
    if (!tag) return std::move(tag).error();
    envelope.tag = Bytes(tag->content);
    return envelope;
}

// RFC 5652 6.1: 0 for key transport by issuer and serial alone, else 2.
std::string_view enveloped_version(const Envelope& envelope) {
    constexpr std::string_view Zero("\x02\x01\x00", 3);
    constexpr std::string_view Two("\x02\x01\x02", 3);
    if (!envelope.originator.empty()) return Two;
    BerReader recipients(envelope.recipients.content);
    while (!recipients.at_end()) {
        const auto recipient = recipients.next();
        if (!recipient || recipient->tag != ber::Sequence || !recipient->content.starts_with(Zero))
            return Two;
    }
    return Zero;
}

Bytes write_envelope(const Envelope& envelope,
                     BytesView oid,
                     std::string_view version,
                     BytesView tag) {
    Bytes fields(version);
    fields += envelope.originator;
    fields += envelope.recipients.whole;
    fields += write_element(ber::Sequence,
                            Bytes(envelope.content_type) + Bytes(envelope.algorithm) +
                                write_element(ber::Context0Primitive, envelope.ciphertext));
    if (!tag.empty()) fields += write_element(ber::OctetString, tag);
    return write_element(ber::Sequence,
                         write_element(ber::ObjectId, oid) +
                             write_element(ber::Context0, write_element(ber::Sequence, fields)));
}

}  // namespace

Result<std::size_t> gcm_tag_size(BytesView algorithm_content) {
    BerReader algorithm(algorithm_content);
    auto identifier = algorithm.next(ber::ObjectId);
    if (!identifier) return std::move(identifier).error();
    auto parameters = algorithm.next(ber::Sequence);
    if (!parameters) return std::move(parameters).error();
    BerReader fields(parameters->content);
    auto nonce = fields.next(ber::OctetString);
    if (!nonce) return std::move(nonce).error();
    if (fields.at_end()) return DefaultTag;
    auto size = fields.next(ber::Integer);
    if (!size) return std::move(size).error();
    if (size->content.size() != 1) return malformed("the tag's size is not one");
    const auto value = static_cast<std::size_t>(static_cast<unsigned char>(size->content[0]));
    if (value < DefaultTag || value > LongestTag) return malformed("the tag's size is not allowed");
    return value;
}

Status check_gcm_tag(BytesView content_info) {
    const auto envelope = read_envelope(content_info, true);
    if (!envelope) return envelope.error();
    if (envelope->tag.size() != envelope->tag_size)
        return malformed("the tag is not as long as announced");
    return {};
}

Result<Bytes> tagged_to_auth_enveloped(BytesView content_info) {
    auto envelope = read_envelope(content_info, false);
    if (!envelope) return std::move(envelope).error();
    if (envelope->ciphertext.size() < envelope->tag_size)
        return malformed("the content is shorter than its tag");
    const std::size_t size = envelope->ciphertext.size() - envelope->tag_size;
    const Bytes tag = envelope->ciphertext.substr(size);
    envelope->ciphertext.resize(size);
    return write_envelope(
        *envelope, view(AuthEnvelopedOid), std::string_view("\x02\x01\x00", 3), tag);
}

Result<Bytes> auth_enveloped_to_tagged(BytesView content_info) {
    auto envelope = read_envelope(content_info, true);
    if (!envelope) return std::move(envelope).error();
    envelope->ciphertext += envelope->tag;
    return write_envelope(*envelope, view(EnvelopedOid), enveloped_version(*envelope), {});
}

}  // namespace sallyport::certs
