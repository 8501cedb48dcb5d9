// SPDX-License-Identifier: Apache-2.0
// Certificates that partners exchange in messages (CEM, cem_xml.h): what came goes to the people who decide on certificates
// (trust.h) and is answered when they have; what we send is a consent to be had (cert_alerts.h).
//
//   their request -> unwrap: each certificate judged, presented   -> decided (two people, or the partner file) -> cem: answer
//                                                                                          -> freeze -> send
//   ours: announce_certificate -> freeze -> send -> their response -> unwrap: consent noted, deadline met
//
// Each arrow is one unit with what it leaves, so a request is answered once, whatever kills the gateway in between. Kept in the
// store's bookmarks, scope CemScope, one per partner, side and requestId. As documents: `standard` is CemStandard, `version`
// "request" or "response", `own_number` the requestId.
//
// Error codes: those of transports/as2_cem.h and cem_xml.h; cem.off, cem.way, cem.unsigned (Operator: what the partner file says
// forbids it; of what came: not signed, or not by AS2), cem.sender (the XML names another sender than the message), cem.conflict (a requestId used again for other
// certificates), cem.unasked (a response to nothing of ours), cem.announced (asked already, and not answered),
// cem.respond-by (the day has passed), cem.rejected (they do not take ours).
#pragma once

#include "config/partners.h"
#include "gateway/flow/cem_xml.h"
#include "gateway/flow/steps.h"
#include "gateway/flow/trust.h"
#include "transports/sender.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::flow {

namespace step {
inline constexpr std::string_view Cem = "cem";
}  // namespace step
inline constexpr std::string_view CemStandard = "CEM";
inline constexpr std::string_view CemDecideCode = "cem.decide";  // a request that waits for people
inline constexpr std::string_view CemScope = "cert.cem";
inline constexpr std::string_view CemExpectation = "cem";  // kind; its key is the requestId

enum class CemVerdict : std::uint8_t { Open, Accepted, Rejected };
std::string_view to_string(CemVerdict verdict);

struct CemItem {
    std::string fingerprint{};  // empty: what was attached cannot be read
    std::vector<std::string> uses{};
    CertificateName name{};  // as the request spells it
    CemVerdict verdict = CemVerdict::Open;
    std::string reason{};
};
struct CemExchange {
    bool ours = false;  // we asked
    std::string partner{};
    std::string id{};        // requestId
    std::string document{};  // of the request
    std::string our_name{};  // AS2 name we answer or asked under
    Instant asked{};
    Instant respond_by{};  // epoch: none was named
    std::vector<CemItem> items{};
    std::string answer{};  // document of the response; empty: none yet

    bool open() const;
};
nlohmann::ordered_json cem_json(const CemExchange& exchange);
Result<std::vector<CemExchange>> cem_exchanges(store::Reader& reader);

// --- steps ------------------------------------------------------------------------------------------------------------

// Of unwrap, for what transports::is_cem() says.
Result<Commit> unwrap_cem(const Tools& tools,
                          const store::Message& message,
                          const config::Partner& partner);
// Answers a request all of whose certificates are decided.
Result<Commit> answer_cem(const Tools& tools, const store::Job& job);
// What freeze hands to the transport.
Result<transports::Parcel> parcel_of_cem(const Tools& tools,
                                         const store::Document& document,
                                         const config::Partner& partner);

// Part of the unit that accepts or rejects a certificate: requests that wait for it, and their answers. A certificate that is
// to be encrypted for gets its day here, where the one who decides named none: RespondByDate, or now when that has passed.
Status settle_cem(store::Transaction& transaction, TrustRecord& record);

// --- ours -------------------------------------------------------------------------------------------------------------

struct CemAnnouncement {
    std::string partner{};
    transports::CertificateFacts certificate{};
    std::vector<std::string> uses{};
    Instant respond_by{};
    std::string our_name{};      // AS2 name
    std::string response_url{};  // where they reach us
    std::string actor{};         // "operator:anna"
};
// Durable once it returns: the request goes out, the partner counts as told, and its answer is expected. The document's id.
Result<std::string> announce_certificate(const Tools& tools, const CemAnnouncement& announcement);

}  // namespace sallyport::flow
