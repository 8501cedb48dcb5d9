// SPDX-License-Identifier: Apache-2.0
// AS2 out: freezes a message once (sign, encrypt, Message-ID) and sends those octets as often as it takes. A receipt counts
// only when everything the agreement asks of it holds; otherwise it is an Error (as2.md MDN-20 to MDN-28).
//
// What is larger than `spool_above` is composed and sent in constant memory, from file to file (as2_compose.h).
//
// Error codes of freeze(): as2.agreement.unknown, as2.agreement.incomplete, cms.*, spool.*.
// Error codes of send(): as2.connect, as2.tls, as2.timeout, as2.http.status, as2.http.redirect, as2.response.large,
// as2.mdn.missing, as2.mdn.malformed, as2.mdn.unsigned, as2.mdn.signature, as2.mdn.foreign (another message or pair),
// as2.mdn.mic.missing, as2.mdn.mic.mismatch, as2.mdn.refused (the partner's error or failure), as2.mdn.warning.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/log.h"
#include "transports/as2_agreement.h"
#include "transports/as2_restart.h"
#include "transports/sender.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>

namespace sallyport::transports {

class Watchdog;

struct As2SenderOptions {
    std::string host_name = "localhost";  // right-hand side of Message-IDs: <gatewayid@host_name>
    std::string product = "Sallyport";    // User-Agent
    // Exists, takes unnamed files, lies on the archive's file system. Empty: everything is composed in memory.
    std::filesystem::path spool_folder{};
    std::size_t spool_above = std::size_t{1} << 20U;  // octets of the document
    std::size_t restart_above = std::size_t{4}
                                << 20U;  // octets that go; below, a cut message goes anew
};

// References outlive the sender. Thread-safe; send() uses a connection of its own, ended by an absolute deadline.
class As2Sender final : public Sender {
public:
    As2Sender(As2SenderOptions options,
              std::shared_ptr<const As2Directory> directory,
              const Clock& clock,
              Log log);
    Result<Frozen> freeze(const Parcel& parcel) override;
    Result<Delivery> send(const Frozen& frozen) override;

    // What partners say in EDIINT-Features; for the receiver, who hears it as well.
    const std::shared_ptr<PartnerFeatures>& features() const { return m_features; }

private:
    Result<Frozen> freeze_large(const Parcel& parcel, const As2Agreement& agreement) const;

    As2SenderOptions m_options;
    std::shared_ptr<const As2Directory> m_directory;
    const Clock& m_clock;
    Log m_log;
    std::shared_ptr<Watchdog> m_watchdog;
    std::shared_ptr<PartnerFeatures> m_features = std::make_shared<PartnerFeatures>();
};

}  // namespace sallyport::transports
