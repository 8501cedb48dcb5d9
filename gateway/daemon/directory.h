// SPDX-License-Identifier: Apache-2.0
// The AS2 directory that a reload can swap under running connections: each of them keeps the agreement it started with. Over
// the agreements of the partner files lies what was decided since about single certificates.
#pragma once

#include "certs/keys.h"
#include "gateway/base/clock.h"
#include "gateway/base/guarded.h"
#include "transports/as2_agreement.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::daemon {

// A partner's certificate that people accepted (flow/trust.h).
struct AcceptedCertificate {
    certs::Certificate certificate;
    std::optional<Instant> encrypt_from;  // absent: we do not encrypt for it
    bool verifies = true;                 // their signatures
    bool is_server = false;               // their HTTPS server, beside the pinned ones
};

// By partner: certificates of either side that count until a moment only.
struct CertificateWindow {
    std::string fingerprint;
    Instant until;
};
using CertificateWindows = std::map<std::string, std::vector<CertificateWindow>>;

struct CertificateDecisions {
    std::map<std::string, std::vector<AcceptedCertificate>> accepted;  // by partner
    std::map<std::string, std::set<std::string>> barred;  // by partner: fingerprints, revoked
    CertificateWindows windows;                           // by the configuration
};

// The agreement as it counts at `now`: `base` itself when nothing was decided and no window has closed.
std::shared_ptr<const transports::As2Agreement> decided(
    std::shared_ptr<const transports::As2Agreement> base,
    const CertificateDecisions& decisions,
    Instant now);

// Thread-safe.
class SwapDirectory final : public transports::As2Directory {
public:
    // Without a clock no window ever closes. The clock outlives the directory.
    explicit SwapDirectory(std::shared_ptr<const transports::As2Directory> first,
                           const Clock* clock = nullptr)
        : m_current(std::move(first)), m_clock(clock) {}

    void swap(std::shared_ptr<const transports::As2Directory> next) {
        m_current.with([&](auto& current) { current = std::move(next); });
    }
    // What people and authorities said; the windows stay.
    void decide(CertificateDecisions decisions) {
        m_decisions.with([&](auto& current) {
            decisions.windows = current->windows;
            current = std::make_shared<const CertificateDecisions>(std::move(decisions));
        });
    }
    void limit(CertificateWindows windows) {
        m_decisions.with([&](auto& current) {
            CertificateDecisions next = *current;
            next.windows = std::move(windows);
            current = std::make_shared<const CertificateDecisions>(std::move(next));
        });
    }
    std::shared_ptr<const transports::As2Agreement> by_ids(std::string_view partner_id,
                                                           std::string_view our_id) const override {
        return decided(current()->by_ids(partner_id, our_id), *decisions(), now());
    }
    std::shared_ptr<const transports::As2Agreement> by_name(std::string_view name) const override {
        return decided(current()->by_name(name), *decisions(), now());
    }

private:
    std::shared_ptr<const transports::As2Directory> current() const {
        return m_current.with([](const auto& directory) { return directory; });
    }
    std::shared_ptr<const CertificateDecisions> decisions() const {
        return m_decisions.with([](const auto& decisions) { return decisions; });
    }
    Instant now() const { return m_clock == nullptr ? Instant{} : m_clock->now(); }

    Guarded<std::shared_ptr<const transports::As2Directory>> m_current;
    const Clock* m_clock;
    Guarded<std::shared_ptr<const CertificateDecisions>> m_decisions{
        std::make_shared<const CertificateDecisions>()};
};

}  // namespace sallyport::daemon
