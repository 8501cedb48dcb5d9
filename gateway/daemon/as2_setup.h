// SPDX-License-Identifier: Apache-2.0
// From checked configuration to what the AS2 transport reads: keys and certificates loaded, names turned into types.
#pragma once

#include "config/load.h"
#include "gateway/base/error.h"
#include "gateway/daemon/directory.h"
#include "transports/as2_agreement.h"

#include <memory>
#include <vector>

namespace sallyport::daemon {

struct As2Setup {
    std::vector<std::shared_ptr<const transports::As2Agreement>> agreements;
    CertificateWindows windows;
    std::vector<Error> faults;  // daemon.as2 and the codes of certs and config, each with its file
};

// Partners without an [as2] table are left out.
As2Setup build_as2(const config::Configuration& configuration);

// The TLS server of [as2.https]. Error codes of certs and config.
Result<certs::TlsServer> build_tls(const config::As2Section& section);

}  // namespace sallyport::daemon
