// SPDX-License-Identifier: Apache-2.0
// Certificates on their way to somebody, signed by nobody: SignedData that holds certificates and nothing else (RFC 8551 3.8,
// "application/pkcs7-mime; smime-type=certs-only"). Thread-safe: no state.
#pragma once

#include "certs/cms.h"
#include "certs/keys.h"
#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <vector>

namespace sallyport::certs {

inline constexpr std::size_t MostCertsOnly = 32;  // a chain is three or four

// In their order, at least one. A bare certificate, DER or PEM, is taken as well: peers send it under that type.
// Error codes (Partner): certs.only.unreadable, certs.only.many, and the limits' of CMS (cms.limit.*).
Result<std::vector<Certificate>> read_certs_only(BytesView octets, const CmsLimits& limits = {});

// DER. Error codes: certs.only.unwritable (Bug).
Result<Bytes> write_certs_only(const std::vector<Certificate>& certificates);

}  // namespace sallyport::certs
