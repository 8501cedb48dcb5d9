// SPDX-License-Identifier: Apache-2.0
// Asks the authorities of partners' certificates, where a partner file wants it, whether they were revoked. Never on the road of
// a message: what was found out last is what counts (flow/revocation_note.h, TrustDesk::refresh).
//
// Asked is where the partner file allows: its own URLs (one that ends in ".crl" is a list, a "file:///" URL too, any other a
// responder), and those in the certificate that as2.revocation_urls covers. Nothing else is called, whatever a certificate
// names; answers are bounded, redirects are not followed, and our own networks are out of reach unless the partner file says
// otherwise.
#pragma once

#include "config/load.h"
#include "gateway/daemon/cert_entries.h"
#include "gateway/flow/steps.h"
#include "transports/watchdog.h"

#include <cstddef>
#include <vector>

namespace sallyport::daemon {

class RevocationWatch {
public:
    explicit RevocationWatch(const flow::Tools& tools) : m_tools(tools), m_watchdog(tools.clock) {}

    // Before anything is asked: who wants answers is not believed without one. Errors: the store's.
    Status prepare(const config::Configuration& configuration,
                   const std::vector<CertificateRow>& rows);
    // One round. How many standings changed. Errors: the store's.
    Result<std::size_t> ask(const config::Configuration& configuration,
                            const std::vector<CertificateRow>& rows);

private:
    const flow::Tools& m_tools;
    transports::Watchdog m_watchdog;
};

}  // namespace sallyport::daemon
