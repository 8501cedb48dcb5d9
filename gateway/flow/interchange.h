// SPDX-License-Identifier: Apache-2.0
// Transactions of ours in an envelope: the octets, as a function of the agreement, of the envelope's row and of what is in
// it. Private to gateway/flow. Pure.
#pragma once

#include "config/partners.h"
#include "gateway/base/error.h"
#include "gateway/store/document.h"
#include "parsers/document.h"
#include "parsers/x12.h"

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::flow {

// One transaction or message, ready for any envelope.
struct Member {
    std::string set;            // "855", "ORDRSP"
    std::string version;        // GS08: "004010VICS"; EDIFACT: "D96A"
    std::string association;    // EDIFACT 0057
    std::string functional_id;  // GS01; EDIFACT: empty
    std::string control;        // ST02, UNH 0062
    std::vector<edi::DraftSegment> body;
};

// The one transaction of an interchange that write_interchange() made. Errors: of the reader; flow.interchange.missing (Bug).
Result<Member> member_of(std::string octets);

// "855" of `standard` in the envelope that `envelope` describes (addresses, numbers, test flag and time of
// creation are the row's, the rest is agreed). All members are of one version and one functional group. Errors (Operator): those of
// edi::write_x12 and edi::write_edifact; flow.agreement.syntax.
Result<std::string> write_interchange(const config::Partner& partner,
                                      const store::Document& envelope,
                                      const std::vector<Member>& members);

// "ZZ:ACME": sender and receiver of what goes out, as rows have them.
std::string our_address(const config::Partner& partner, std::string_view standard);
std::string their_address(const config::Partner& partner, std::string_view standard);
bool test_of(const config::Partner& partner, std::string_view standard);

// Is an acknowledgement expected, and within what?
std::optional<std::chrono::milliseconds> acknowledgement_within(const config::Partner& partner,
                                                                std::string_view standard);

// When we acknowledge what comes. XML documents are answered by documents, never by acknowledgements.
config::AckPolicy ack_policy(const config::Partner& partner, std::string_view standard);

// The lane in which documents of one set wait to go together.
std::string batch_lane(std::string_view partner, std::string_view set);

// The separators of what we send.
edi::Separators separators_of(const config::X12Agreement& x12);
edi::Separators separators_of(const config::EdifactAgreement& edifact);

// CCYYMMDD and HHMM, UTC.
std::string date_text(Instant at);
std::string time_text(Instant at);

}  // namespace sallyport::flow
