// SPDX-License-Identifier: Apache-2.0
// Whether a certificate was revoked, by what its authority signed: a list (CRL, RFC 5280 5) or an answer (OCSP, RFC 6960). Pure
// functions of octets; who fetches them, and what counts when there are none, is decided elsewhere. Thread-safe: no state.
#pragma once

#include "certs/keys.h"
#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::certs {

enum class RevocationStatus : std::uint8_t { Good, Revoked };

struct RevocationAnswer {
    RevocationStatus status = RevocationStatus::Good;
    Instant made{};                        // thisUpdate
    std::optional<Instant> next_update{};  // good until then
    std::optional<Instant> revoked_at{};
    std::string reason{};  // "keyCompromise"; empty: not said
};

// Where the certificate says that it can be asked about: CRL distribution points, OCSP responders (authority information
// access). Text of the certificate's maker: nothing to be called unchecked.
std::vector<std::string> crl_urls(const Certificate& certificate);
std::vector<std::string> ocsp_urls(const Certificate& certificate);

// `list` is PEM or DER, up to 16 MiB; only one that an issuer of the certificate signed counts.
// Error codes (Operator): certs.revocation.issuer (none of `issuers` issued the certificate), certs.revocation.unreadable,
// certs.revocation.signature, certs.revocation.stale (from the past or the future), certs.revocation.kind (a partial list).
Result<RevocationAnswer> judge_crl(BytesView list,
                                   const Certificate& certificate,
                                   const std::vector<Certificate>& issuers,
                                   Instant now);

struct OcspQuestion {
    Bytes request;  // DER, to be POSTed as application/ocsp-request; with a nonce
};
// Error codes: certs.revocation.issuer, certs.revocation.unreadable.
Result<OcspQuestion> ocsp_question(const Certificate& certificate,
                                   const std::vector<Certificate>& issuers);
// Signed by the issuer or by a responder the issuer certified for it (id-kp-OCSPSigning). An answer without the nonce counts, for
// many responders answer out of stock; one with another nonce does not. Error codes: those of judge_crl, and
// certs.revocation.unknown (the responder does not know the certificate, or is not able to answer).
Result<RevocationAnswer> judge_ocsp(BytesView answer,
                                    const OcspQuestion& question,
                                    const Certificate& certificate,
                                    const std::vector<Certificate>& issuers,
                                    Instant now);

}  // namespace sallyport::certs
