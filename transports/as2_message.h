// SPDX-License-Identifier: Apache-2.0
// The small grammars of AS2 (RFC 4130): names, disposition options, MICs, dispositions. Strict when written, lenient when
// read; each leniency is something a product sends (as2.md 2.3 to 2.5).
#pragma once

#include "certs/cms.h"
#include "gateway/base/bytes.h"
#include "transports/headers.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::transports {

// RFC 4130 6.2: 1 to 128 printable characters, case-sensitive. nullopt when it is no name.
std::optional<std::string> read_as2_name(std::string_view field);
std::string write_as2_name(std::string_view name);  // quoted only where the grammar demands it

// Disposition-Notification-Options (RFC 4130 7.3).
struct DispositionOptions {
    bool protocol_given = false;
    bool protocol_required = false;
    std::vector<std::string> protocols;  // lower case
    bool micalg_given = false;
    bool micalg_required = false;
    std::vector<std::string> micalgs;  // as spelled, most wanted first
};
DispositionOptions read_disposition_options(std::string_view field);

// What kind of receipt the sender of these headers wants, and which we can give.
struct ReceiptStyle {
    bool wanted = false;
    bool is_signed = false;
    certs::Digest digest = certs::Digest::Sha256;  // of the receipt's signature
    std::string
        failure;  // "unsupported format" or "unsupported MIC-algorithms": the message must fail
    DispositionOptions options;
};
// `allowed`: digests we may sign with. `preferred`: when the options leave it open.
ReceiptStyle choose_receipt(const HeaderList& headers,
                            const std::vector<certs::Digest>& allowed,
                            certs::Digest preferred);

// "sha1" for SHA-1, RFC 5751 names otherwise; `legacy` writes all of them without dash.
std::string micalg_name(certs::Digest digest, bool legacy);
// The sender's own spelling of that digest when its options have one.
std::string micalg_name(certs::Digest digest, const DispositionOptions& options);

struct Mic {
    certs::Digest digest = certs::Digest::Sha1;
    Bytes octets;
};
std::string write_mic(certs::Digest digest,
                      BytesView octets,
                      std::string_view name);  // "base64, name"
// Received-Content-MIC in every order and spacing seen. nullopt: no MIC, or a digest we do not know. Without an algorithm
// the size of the value tells it.
std::optional<Mic> read_mic(std::string_view field);

// "automatic-action/MDN-sent-automatically; processed/error: authentication-failed"
struct Disposition {
    std::string type;      // "processed" or "failed", lower case; empty when unreadable
    std::string modifier;  // "error", "failure", "warning", lower case, or empty
    std::string detail;    // as spelled
    bool clean() const { return type == "processed" && modifier.empty(); }
    std::string text() const;  // "processed/error: authentication-failed"
};
Disposition read_disposition(std::string_view field);

}  // namespace sallyport::transports
