// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_layers.h"

#include "certs/cms_stream.h"
#include "certs/spool.h"

#include <limits>

namespace sallyport::transports {
namespace {

Result<Bytes> all_of(const certs::Octets& octets) {
    return certs::take_octets(octets, 0, std::numeric_limits<std::size_t>::max());
}

}  // namespace

Layers::View Layers::text(Bytes octets) {
    m_texts.push_back(std::move(octets));
    return keep(std::make_unique<certs::MemoryOctets>(m_texts.back()));
}

Layers::View Layers::join(std::vector<View> parts) {
    return keep(std::make_unique<certs::JoinedOctets>(std::move(parts)));
}

Layers::View Layers::keep(std::unique_ptr<const certs::Octets> octets) {
    m_kept.push_back(std::move(octets));
    return m_kept.back().get();
}

Result<Layers::View> MemoryLayers::compress(View content) {
    const auto octets = all_of(*content);
    if (!octets) return octets.error();
    auto packed = certs::compress(*octets);
    if (!packed) return std::move(packed).error();
    return text(*std::move(packed));
}

Result<Layers::View> MemoryLayers::encrypt(View content,
                                           const certs::Certificate& recipient,
                                           const certs::EncryptOptions& options) {
    const auto octets = all_of(*content);
    if (!octets) return octets.error();
    auto envelope = certs::encrypt(*octets, {recipient}, options);
    if (!envelope) return std::move(envelope).error();
    return text(*std::move(envelope));
}

Result<Layers::View> SpoolLayers::compress(View content) {
    auto out = certs::Spool::create(m_spools);
    if (!out) return std::move(out).error();
    if (Status packed = certs::deflate_stream(*content, (*out)->sink()); !packed)
        return std::move(packed).error();
    return keep(*std::move(out));
}

Result<Layers::View> SpoolLayers::encrypt(View content,
                                          const certs::Certificate& recipient,
                                          const certs::EncryptOptions& options) {
    auto out = certs::Spool::create(m_spools);
    if (!out) return std::move(out).error();
    if (Status sealed = certs::encrypt_stream(*content, {recipient}, options, (*out)->sink());
        !sealed)
        return std::move(sealed).error();
    return keep(*std::move(out));
}

}  // namespace sallyport::transports
