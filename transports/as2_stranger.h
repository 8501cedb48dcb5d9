// SPDX-License-Identifier: Apache-2.0
// Inside AS2: what is kept of a message whose signer the agreement does not know, so that people can decide on its certificate
// and the message be read again afterwards.
#pragma once

#include "certs/keys.h"
#include "transports/as2_agreement.h"
#include "transports/as2_open.h"
#include "transports/intake.h"

#include <optional>

namespace sallyport::transports {

CertificateFacts facts_of(const certs::Certificate& certificate);

// Absent unless the message failed for that reason. `whole` is left to the caller.
std::optional<UnknownSigner> unknown_signer(const OpenFailure& failed,
                                            const As2Agreement& agreement);

}  // namespace sallyport::transports
