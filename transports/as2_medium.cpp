// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_medium.h"

#include "transports/mime_stream.h"

namespace sallyport::transports {
namespace {

constexpr std::size_t LargestCopy = std::size_t{1} << 20U;

}  // namespace

BytesView MemoryMedium::keep(Bytes octets) {
    m_kept.push_back(std::move(octets));
    return m_kept.back();
}

Result<BytesView> MemoryMedium::decode(BytesView body, std::string_view encoding) {
    if (is_identity_transfer(encoding)) return body;
    auto decoded = decode_transfer(body, encoding);
    if (!decoded) return std::move(decoded).error();
    return keep(*std::move(decoded));
}

Result<certs::ContentKind> MemoryMedium::kind(BytesView structure,
                                              const certs::CmsLimits& /*limits*/) {
    return certs::content_kind(structure);
}

Result<BytesView> MemoryMedium::decrypt(BytesView structure,
                                        const As2Agreement& agreement,
                                        const certs::CmsLimits& limits) {
    auto opened =
        certs::decrypt(structure, agreement.decryption, agreement.inbound.ciphers, limits);
    if (!opened) return std::move(opened).error();
    return keep(std::move(opened->content));
}

Result<BytesView> MemoryMedium::decompress(BytesView structure, const certs::CmsLimits& limits) {
    auto inflated = certs::decompress(structure, limits);
    if (!inflated) return std::move(inflated).error();
    return keep(*std::move(inflated));
}

Result<std::pair<certs::Verified, BytesView>> MemoryMedium::verify_opaque(
    BytesView structure, const certs::VerifyPolicy& policy, const certs::CmsLimits& limits) {
    auto opened = certs::verify_opaque(structure, policy, limits);
    if (!opened) return std::move(opened).error();
    return std::pair(std::move(opened->verified), keep(std::move(opened->content)));
}

Result<certs::Verified> MemoryMedium::verify(BytesView content,
                                             BytesView signature,
                                             const certs::VerifyPolicy& policy,
                                             const certs::CmsLimits& limits) {
    return certs::verify_detached(content, signature, policy, limits);
}

Result<LayerEntity<BytesView>> MemoryMedium::parse(BytesView octets) {
    auto entity = parse_entity(octets, {});
    if (!entity) return std::move(entity).error();
    return LayerEntity<BytesView>{.headers = std::move(entity->headers), .body = entity->body};
}

Result<std::vector<BytesView>> MemoryMedium::split(BytesView body, std::string_view boundary) {
    return split_multipart(body, boundary, {});
}

Result<Bytes> MemoryMedium::copy(BytesView octets) {
    return Bytes(octets);
}

Result<certs::Spool*> SpoolMedium::spool() {
    auto made = certs::Spool::create(m_spools);
    if (!made) return std::move(made).error();
    certs::Spool* spool = made->get();
    m_kept.push_back(*std::move(made));
    return spool;
}

SpoolMedium::View SpoolMedium::part(View all, std::uint64_t begin, std::uint64_t size) {
    m_kept.push_back(std::make_unique<certs::OctetRange>(*all, begin, size));
    return m_kept.back().get();
}

Result<SpoolMedium::View> SpoolMedium::decode(View body, std::string_view encoding) {
    if (is_identity_transfer(encoding)) return body;
    auto out = spool();
    if (!out) return std::move(out).error();
    const Status decoded = decode_transfer(*body, encoding, (*out)->sink());
    if (!decoded) return decoded.error();
    return View{*out};
}

Result<certs::ContentKind> SpoolMedium::kind(View structure, const certs::CmsLimits& limits) {
    return certs::content_kind(*structure, limits);
}

Result<SpoolMedium::View> SpoolMedium::decrypt(View structure,
                                               const As2Agreement& agreement,
                                               const certs::CmsLimits& limits) {
    auto out = spool();
    if (!out) return std::move(out).error();
    const auto unsealed = certs::decrypt_stream(
        *structure, agreement.decryption, agreement.inbound.ciphers, limits, (*out)->sink());
    if (!unsealed) return unsealed.error();
    return View{*out};
}

Result<SpoolMedium::View> SpoolMedium::decompress(View structure, const certs::CmsLimits& limits) {
    auto out = spool();
    if (!out) return std::move(out).error();
    const Status inflated = certs::inflate_stream(*structure, limits, (*out)->sink());
    if (!inflated) return inflated.error();
    return View{*out};
}

Result<std::pair<certs::Verified, SpoolMedium::View>> SpoolMedium::verify_opaque(
    View structure, const certs::VerifyPolicy& policy, const certs::CmsLimits& limits) {
    auto out = spool();
    if (!out) return std::move(out).error();
    auto verified = certs::verify_opaque_stream(*structure, policy, limits, (*out)->sink(), **out);
    if (!verified) return std::move(verified).error();
    return std::pair(*std::move(verified), View{*out});
}

Result<certs::Verified> SpoolMedium::verify(View content,
                                            BytesView signature,
                                            const certs::VerifyPolicy& policy,
                                            const certs::CmsLimits& limits) {
    return certs::verify_detached(*content, signature, policy, limits);
}

Result<LayerEntity<SpoolMedium::View>> SpoolMedium::parse(View octets) {
    auto entity = parse_entity(*octets, {});
    if (!entity) return std::move(entity).error();
    return LayerEntity<View>{.headers = std::move(entity->headers),
                             .body = part(octets, entity->body, octets->size())};
}

Result<std::vector<SpoolMedium::View>> SpoolMedium::split(View body, std::string_view boundary) {
    const auto spans = split_multipart(*body, boundary, {});
    if (!spans) return spans.error();
    std::vector<View> parts;
    for (const auto& span : *spans)
        parts.push_back(part(body, span.begin, span.size));
    return parts;
}

Result<Bytes> SpoolMedium::copy(View octets) {
    if (octets->size() > LargestCopy)
        return Error("cms.limit", Blame::Partner, "a signature is larger than any can be");
    return certs::take_octets(*octets, 0, LargestCopy);
}

}  // namespace sallyport::transports
