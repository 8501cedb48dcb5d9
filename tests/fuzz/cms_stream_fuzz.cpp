// SPDX-License-Identifier: Apache-2.0
// ASN.1 read from a spool in constant memory says what the reader in memory says: kinds, signed content, compressed content.
// SEEDS tests/fuzz/corpora/cms
// SEEDS tests/fuzz/corpora/ber
#include "certs/cms.h"
#include "certs/cms_stream.h"
#include "certs/octets.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using sallyport::Bytes;
using sallyport::BytesView;
using sallyport::Status;
namespace certs = sallyport::certs;

void demand(bool holds) {
    if (!holds) std::abort();
}

// Grows while it is read back, as a spool does.
class Kept final : public certs::Octets {
public:
    std::uint64_t size() const override { return octets.size(); }
    sallyport::Result<std::size_t> read(std::uint64_t offset,
                                        char* buffer,
                                        std::size_t count) const override {
        return certs::MemoryOctets(octets).read(offset, buffer, count);
    }
    Bytes octets;
};

certs::CmsLimits limits_of() {
    certs::CmsLimits limits;
    limits.bytes = 1U << 20U;
    limits.inflated_bytes = 4U << 20U;
    return limits;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const BytesView octets(reinterpret_cast<const char*>(data), size);
    const certs::MemoryOctets streamed(octets);
    const certs::CmsLimits limits = limits_of();

    const auto kind = certs::content_kind(octets);
    const auto stream_kind = certs::content_kind(streamed, limits);
    if (kind && stream_kind) demand(*kind == *stream_kind);

    Bytes inflated;
    const Status poured = certs::inflate_stream(streamed, limits, [&](BytesView piece) -> Status {
        inflated.append(piece);
        return {};
    });
    demand(inflated.size() <= limits.inflated_bytes);
    const auto whole = certs::decompress(octets, limits);
    if (poured) demand(whole && inflated == *whole);  // the stream may be the stricter one

    // Nobody is trusted: content may come out, a signature may not.
    certs::VerifyPolicy policy;
    policy.digests = {certs::Digest::Sha256};
    Kept kept;
    const auto verified = certs::verify_opaque_stream(
        streamed,
        policy,
        limits,
        [&](BytesView piece) -> Status {
            kept.octets.append(piece);
            return {};
        },
        kept);
    demand(!verified);
    demand(!certs::verify_opaque(octets, policy, limits));
    return 0;
}
