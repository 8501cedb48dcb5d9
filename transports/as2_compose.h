// SPDX-License-Identifier: Apache-2.0
// Builds an outbound AS2 message: compress, sign, encrypt as agreed, and the expectation its receipt must meet.
#pragma once

#include "certs/octets.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "transports/as2_agreement.h"
#include "transports/as2_mdn.h"
#include "transports/sender.h"

#include <filesystem>
#include <string>

namespace sallyport::transports {

struct ComposeFacts {
    std::string host_name;
    std::string product;
    Instant now;  // Date header
};

// Pure but for the randomness of encryption and RSA-PSS. The Message-ID depends on the parcel's id and the host name only.
// Error codes: as2.agreement.incomplete, cms.*.
Result<Frozen> compose_message(const Parcel& parcel,
                               const As2Agreement& agreement,
                               const ComposeFacts& facts);

// The same for a document too large to hold (parcel.payload is not read): constant memory, the layers in encrypted spools in
// `spools`, the octets in a file there that goes with the last copy of the answer. The same layers in the same order, so that
// the expectation is the same to the octet; compressed data are written in parts of indefinite length.
// Error codes: those above, spool.*.
Result<Frozen> compose_large(const Parcel& parcel,
                             const certs::Octets& payload,
                             const As2Agreement& agreement,
                             const ComposeFacts& facts,
                             const std::filesystem::path& spools);

}  // namespace sallyport::transports
