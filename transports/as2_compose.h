// SPDX-License-Identifier: Apache-2.0
// Builds an outbound AS2 message: compress, sign, encrypt as agreed, and the expectation its receipt must meet.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "transports/as2_agreement.h"
#include "transports/as2_mdn.h"
#include "transports/sender.h"

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

}  // namespace sallyport::transports
