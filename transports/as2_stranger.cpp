// SPDX-License-Identifier: Apache-2.0
#include "transports/as2_stranger.h"

namespace sallyport::transports {

CertificateFacts facts_of(const certs::Certificate& certificate) {
    return {.fingerprint = certificate.fingerprint(),
            .subject = certificate.subject(),
            .issuer = certificate.issuer(),
            .serial = certificate.serial(),
            .not_before = certificate.not_before(),
            .not_after = certificate.not_after(),
            .der = certificate.der()};
}

std::optional<UnknownSigner> unknown_signer(const OpenFailure& failed,
                                            const As2Agreement& agreement) {
    if (failed.error.code() != "cms.signer.unknown") return std::nullopt;
    UnknownSigner unknown;
    if (failed.presented) unknown.presented = facts_of(*failed.presented);
    for (const auto& certificate : agreement.partner_signing)
        unknown.expected.push_back(facts_of(certificate));
    return unknown;
}

}  // namespace sallyport::transports
