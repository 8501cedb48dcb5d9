// SPDX-License-Identifier: Apache-2.0
// CMS from a partner: signatures, envelopes and compressed data of any octets end in a Result, within limits, and no
// octets are ever taken for signed by someone who is not trusted.
#include "certs/cms.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using sallyport::Bytes;
using sallyport::BytesView;
using sallyport::Secret;
namespace certs = sallyport::certs;

Bytes file(const std::string& name) {
    std::ifstream in(SALLYPORT_SOURCE_DIR "/tests/golden/as2/keys/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

template <typename T>
T demand(sallyport::Result<T> result) {
    if (!result) std::abort();
    return *std::move(result);
}

struct Fixture {
    std::vector<certs::Identity> ours;
    certs::VerifyPolicy policy;
    certs::CmsLimits limits;

    Fixture() {
        ours.push_back(demand(
            certs::make_identity(demand(certs::load_private_key(Secret(file("gateway.key")))),
                                 demand(certs::load_certificate(file("gateway.pem"))))));
        policy.trusted.push_back(demand(certs::load_certificate(file("partner.pem"))));
        policy.digests = {certs::Digest::Sha256};
        limits.bytes = 1U << 20U;
        limits.inflated_bytes = 4U << 20U;
    }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Fixture fixture;
    const BytesView octets(reinterpret_cast<const char*>(data), size);
    static_cast<void>(certs::content_kind(octets));
    // No seed signs this text, so that a verdict "verified" would be a forgery.
    if (certs::verify_detached("nobody signed this", octets, fixture.policy, fixture.limits))
        std::abort();
    static_cast<void>(certs::verify_opaque(octets, fixture.policy, fixture.limits));
    static_cast<void>(certs::decrypt(
        octets,
        fixture.ours,
        {certs::Cipher::Aes128Cbc, certs::Cipher::Aes256Cbc, certs::Cipher::Aes256Gcm},
        fixture.limits));
    const auto inflated = certs::decompress(octets, fixture.limits);
    if (inflated && inflated->size() > fixture.limits.inflated_bytes) std::abort();
    return 0;
}
