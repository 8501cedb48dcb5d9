// SPDX-License-Identifier: Apache-2.0
// What is said about certificates by themselves: that one ends, that a change over has come, that a partner has not agreed to
// the one that follows. Each exactly once per certificate and threshold, whatever restarts happen: in the audit, the log and
// sallyport_events_total, with one bookmark in the same unit. And who told which partner of a certificate of ours, and what
// the partner said (consent), scope ConsentScope.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/flow/steps.h"
#include "gateway/flow/trust.h"
#include "gateway/store/store.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::flow {

// A certificate in use, as it stands at one moment.
struct CertificateStand {
    std::string fingerprint{};  // or a token's id
    std::string role{};         // "identity main", "partner acme"; several joined by ", "
    std::string owner{};        // who renews it: "gateway" or a partner's name
    Instant not_after{};
    int days_left = 0;  // negative once it has ended
    int stage =
        -1;  // certs::expiry_stage(): 60 30 14 7 3 1, 0 when it has ended, -1 when none has come
    std::string_view kind = "certificate";  // or "token": what its events begin with; a literal
};

// Says what has not been said. When several thresholds have passed unsaid, the gateway was down, only the last is said. Sets
// sallyport_certificate_days_left and sallyport_certificate_expiry_timestamp_seconds. How many were said. Errors: the store's.
Result<std::size_t> raise_expiry(const Tools& tools, const std::vector<CertificateStand>& stands);

// A certificate that takes over at a time.
struct PlannedSwitch {
    std::string fingerprint{};  // of the one that follows
    std::string role{};
    Instant from{};
    std::vector<std::string> partners{};  // who must have it by then; empty: it is a partner's own
};
// "certificate.switched" when the time has come, and before it, at 14, 7, 3 and 1 days, "certificate.consent.missing" with the
// partners that have not agreed. How many were said.
Result<std::size_t> raise_switches(const Tools& tools,
                                   const std::vector<PlannedSwitch>& switches,
                                   Instant now);

inline constexpr std::string_view ConsentScope = "cert.consent";
enum class ConsentState : std::uint8_t { Told, Agreed, Objected };
std::string_view to_string(ConsentState state);

struct Consent {
    std::string fingerprint{};  // of ours
    std::string partner{};
    ConsentState state = ConsentState::Told;
    TrustMove told{};      // who of ours, when; words: whom, how, the evidence
    TrustMove answered{};  // who noted it, when; words: who of theirs said what, where it is kept
};
nlohmann::ordered_json consent_json(const Consent& consent);
// Of every certificate, or of one.
Result<std::vector<Consent>> consents(store::Reader& reader, const std::string& fingerprint = {});

// Part of a unit: the state is noted; an answer needs a partner that was told (trust.missing).
Status note_consent(store::Transaction& transaction,
                    Journal& journal,
                    const TrustDecision& decision,
                    ConsentState state);
// decision.words must say whom and how. trust.words, trust.missing (an answer before anybody was told).
Status note_told(const Tools& tools, const TrustDecision& decision);
Status note_answer(const Tools& tools, const TrustDecision& decision, bool agreed);

}  // namespace sallyport::flow
