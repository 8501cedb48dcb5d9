// SPDX-License-Identifier: Apache-2.0
// Certificates of partners that no partner file names: what a message presented, what people decided. Two people accept one:
// the first asks and says how it was checked, another confirms. Until then nothing signed with it is believed, and a message
// that was is held; with the confirmation it is read again, without a resend (step::Judge).
//
//   Presented --request--> Requested --confirm (somebody else)--> Accepted --withdraw--> Withdrawn
//       \---------------------\--reject--> Rejected           Rejected, Withdrawn --request--> Requested
//
// Kept in the store's bookmarks, scope TrustScope, one per partner and fingerprint; each decision is one unit with its entry in
// the audit. Error codes of the decisions (Operator): trust.missing, trust.state, trust.same-person, trust.words (nothing said
// where something must be), and those of the store.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/flow/journal.h"
#include "gateway/flow/steps.h"
#include "gateway/store/store.h"
#include "transports/intake.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::flow {

inline constexpr std::string_view TrustScope = "cert.trust";

enum class TrustState : std::uint8_t { Presented, Requested, Accepted, Rejected, Withdrawn };
std::string_view to_string(TrustState state);

// Somebody's decision.
struct TrustMove {
    std::string actor{};  // "operator:anna"; empty: not made
    Instant at{};
    std::string words{};  // how it was checked, or why not
};

struct TrustRecord {
    std::string partner{};
    transports::CertificateFacts certificate{};
    std::vector<transports::CertificateFacts> expected{};  // when it was presented; without DER
    std::string source{};                                  // "message", "cem", "operator"
    std::string message{};  // the first that was held because of it; empty: none
    std::string
        encrypt_from{};  // config/moment.h: what we send is encrypted for it from then on; empty: it only verifies
    // What a CEM request wants it to be used for (cem_xml.h); empty: it verifies.
    std::vector<std::string> uses{};
    TrustState state = TrustState::Presented;
    Instant presented{};
    TrustMove requested{};
    TrustMove confirmed{};
    TrustMove ended{};  // rejected or withdrawn
};

nlohmann::ordered_json trust_json(const TrustRecord& record, bool with_der);
std::optional<TrustRecord> trust_from(const nlohmann::ordered_json& json);

// By partner and fingerprint; at most 10000.
Result<std::vector<TrustRecord>> trust_records(store::Reader& reader);
Result<std::optional<TrustRecord>> trust_record(store::Reader& reader,
                                                const std::string& partner,
                                                const std::string& fingerprint);

Status save_trust(store::Transaction& transaction, const TrustRecord& record);

// Part of a unit: accepted without people, because the partner file says so (as2.cem = "trusted-signer") and what brought it
// was signed with a certificate that is trusted. `words` say with which. Held messages go on as with a confirmation.
Status accept_by_agreement(store::Transaction& transaction,
                           Journal& journal,
                           TrustRecord record,
                           const std::string& words);

// Part of a unit: remembers a certificate somebody showed; one that is known stays as it is. Returns what is known now.
Result<TrustRecord> note_presented(store::Transaction& transaction,
                                   Journal& journal,
                                   TrustRecord record);

struct TrustDecision {
    std::string partner{};
    std::string fingerprint{};  // 64 hex digits, lower case
    std::string actor{};        // "operator:anna"
    std::string words{};
    std::string encrypt_from{};  // of a request
};
// `words` say how the fingerprint was checked with the partner: by telephone with whom, in which letter.
Status request_trust(const Tools& tools, const TrustDecision& decision);
// By another person than the one who asked. How many held messages will be read again.
Result<std::size_t> confirm_trust(const Tools& tools, const TrustDecision& decision);
// `words` say why. Messages held because of it stay refused.
Status reject_trust(const Tools& tools, const TrustDecision& decision);
Status withdraw_trust(const Tools& tools, const TrustDecision& decision);
// A certificate that came another way: presented by a person, as `record.source` and `actor` say.
Status offer_certificate(const Tools& tools, TrustRecord record, const std::string& actor);

// Whether two actors are one person: spelling and the kind before the colon do not make two.
bool same_person(std::string_view a, std::string_view b);

// "SHA-256 ab…, CN=acme, issued by CN=acme, 2026-01-01 to 2027-01-01".
std::string certificate_text(const transports::CertificateFacts& facts);

// --- held messages ----------------------------------------------------------------------------------------------------

inline constexpr std::string_view UnknownSignerCode = "cms.signer.unknown";

// Part of a unit: whether `message` waits for a decision on a certificate.
bool waits_for_trust(const store::Message& message);

}  // namespace sallyport::flow
