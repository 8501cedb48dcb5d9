// SPDX-License-Identifier: Apache-2.0
// Message disposition notifications (RFC 4130 section 7, RFC 8098): writing ours, judging the partner's.
#pragma once

#include "certs/keys.h"
#include "certs/octets.h"
#include "gateway/base/bytes.h"
#include "gateway/base/error.h"
#include "transports/as2_agreement.h"
#include "transports/as2_message.h"
#include "transports/headers.h"
#include "transports/intake.h"
#include "transports/sender.h"

#include <map>
#include <optional>
#include <string>

namespace sallyport::transports {

struct MdnFacts {
    std::string from;                 // AS2 name of the one who received the message
    std::string to;                   // AS2 name of the one who sent it
    std::string original_message_id;  // octet by octet as received
    std::string disposition;          // "processed", "processed/error: authentication-failed"
    std::string mic;                  // "base64, name"; may be empty with an error
    std::string explanation;          // for people, ASCII, lines without line ends
    std::string message_id;           // of the MDN, with brackets
    std::string boundary_seed;        // unique, letters and digits
    std::string product;              // Reporting-UA
    std::string features{};           // EDIINT-Features, as everything of ours says; empty: none
};

// Headers and body for the HTTP response; signed when `style` says so. `signer` may be null for an unsigned one.
// Error codes: as2.agreement.incomplete (a signature is wanted and there is no key), cms.sign.
Result<Receipt> write_mdn(const MdnFacts& facts,
                          const ReceiptStyle& style,
                          const certs::Identity* signer);

// What a valid receipt for one message must say; kept with the frozen message.
struct MdnExpectation {
    MdnRequest request = MdnRequest::Signed;
    std::string message_id;
    std::map<certs::Digest, Bytes>
        mics;  // over the MIC scope, every digest a partner might use (MIC-14)

    std::string write() const;
    static Result<MdnExpectation> read(std::string_view text);
};
// Error codes: those of reading the scope (spool.read).
Result<MdnExpectation> expect_mdn(MdnRequest request,
                                  std::string message_id,
                                  const certs::Octets& mic_scope);
MdnExpectation expect_mdn(MdnRequest request, std::string message_id, BytesView mic_scope);

// Whether an entity claims to be a receipt: multipart/report, a notification, or multipart/signed around one. By its
// structure alone; nothing in it is believed by that.
bool looks_like_mdn(const HeaderList& headers, BytesView body);
// Which message of ours it says it is about, unverified: good for finding an expectation, for nothing else. Empty: none.
std::string claimed_message_id(const HeaderList& headers, BytesView body);

// The rules of as2.md MDN-20 to MDN-28, in that order of trust: nothing the MDN says is believed before its signature
// holds, when one was asked for. Error codes: as2_sender.h.
Result<Delivery> judge_mdn(const HeaderList& headers,
                           BytesView body,
                           const MdnExpectation& expected,
                           const As2Agreement& agreement);

}  // namespace sallyport::transports
