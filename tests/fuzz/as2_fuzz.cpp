// SPDX-License-Identifier: Apache-2.0
// A whole AS2 entity from a partner, as message and as receipt: it ends in an opened message or a failure with a known
// disposition, nothing passes as signed that a trusted certificate did not sign, and no forged receipt is accepted.
#include "certs/keys.h"
#include "transports/as2_mdn.h"
#include "transports/as2_open.h"
#include "transports/mime.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using sallyport::Bytes;
using sallyport::BytesView;
using sallyport::Secret;
namespace certs = sallyport::certs;
namespace transports = sallyport::transports;

void demand(bool holds) {
    if (!holds) std::abort();
}

Bytes file(const std::string& name) {
    std::ifstream in(SALLYPORT_SOURCE_DIR "/tests/golden/as2/keys/" + name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

template <typename T>
T valued(sallyport::Result<T> result) {
    demand(static_cast<bool>(result));
    return *std::move(result);
}

struct Fixture {
    transports::As2Agreement agreement;
    transports::MdnExpectation expected =
        transports::expect_mdn(transports::MdnRequest::Signed, "<m@g>", "scope");

    Fixture() {
        agreement.decryption.push_back(valued(
            certs::make_identity(valued(certs::load_private_key(Secret(file("gateway.key")))),
                                 valued(certs::load_certificate(file("gateway.pem"))))));
        agreement.partner_signing.push_back(valued(certs::load_certificate(file("partner.pem"))));
        agreement.inbound.require_signed = false;
        agreement.inbound.require_encrypted = false;
        agreement.inbound.max_body_bytes = 1U << 20U;
    }
};

constexpr std::array<std::string_view, 6> Dispositions{"decryption-failed",
                                                       "authentication-failed",
                                                       "integrity-check-failed",
                                                       "decompression-failed",
                                                       "insufficient-message-security",
                                                       "unexpected-processing-error"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Fixture fixture;
    const BytesView octets(reinterpret_cast<const char*>(data), size);
    const auto entity = transports::parse_entity(octets, {});
    if (!entity) return 0;
    const auto opened = transports::open_message(entity->headers, entity->body, fixture.agreement);
    if (const auto* failed = std::get_if<transports::OpenFailure>(&opened)) {
        demand(std::find(Dispositions.begin(), Dispositions.end(), failed->disposition) !=
               Dispositions.end());
    } else {
        const auto& message = std::get<transports::OpenedMessage>(opened);
        const auto& signer = fixture.agreement.partner_signing.front().fingerprint();
        demand(message.was_signed == (message.signer_fingerprint == signer));
        if (!message.was_signed && !message.was_encrypted && !message.was_compressed)
            demand(message.mic_scope == entity->body);
    }
    // Nobody but the partner signs; the corpus holds no receipt of the partner's for this message.
    const auto judged =
        transports::judge_mdn(entity->headers, entity->body, fixture.expected, fixture.agreement);
    demand(!judged);
    return 0;
}
