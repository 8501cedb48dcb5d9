// SPDX-License-Identifier: Apache-2.0
// The port between a transport and the durable pipeline. A transport proves who is there and hands over an Arrival; the
// pipeline makes it durable together with the receipt, and only then may the receipt's first byte leave.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::transports {

// A message whose sender has been authenticated as its agreement demands.
struct Arrival {
    std::string transport;  // "as2", "sftp", "https", "folder"
    std::string partner;    // the agreement's name in our configuration
    std::string from;       // as the wire spelled it (AS2-From, unquoted)
    std::string to;         // AS2-To, unquoted
    std::string
        message_id;  // the transport's identity of the message, octet-exact (AS2 Message-ID with its brackets)
    std::string
        content_digest;  // SHA-256, hex, of what makes two messages "identical" (AS2: the octets under the MIC)
    Bytes payload;  // the document: innermost body octets, transfer decoding undone
    // Instead of `payload`, for what is too large to hold: a complete file whose SHA-256 is payload_digest, or content_digest
    // where that is empty. The intake makes it durable and shares its octets; the transport removes the file once admit() has succeeded, and never writes to it
    // again while it has a second name.
    std::filesystem::path payload_file;
    std::string payload_digest;
    std::string content_type;  // of the payload, as sent; may be empty
    std::string file_name;     // metadata only, never a path; may be empty
    // The message as it came, header lines, blank line, body: kept as evidence. Empty: the payload is all that came.
    Bytes raw;
    // Instead of `raw`, under the rules of payload_file. Empty digest: there is none.
    std::filesystem::path raw_file;
    std::string raw_digest;
    std::string
        mic;  // "base64, sha-256" as the receipt states it; empty where the transport has none
    bool was_signed = false;
    bool was_encrypted = false;
    std::string
        signer_fingerprint;  // SHA-256 of the certificate that verified, hex; empty when unsigned
    std::string remote_address;  // host:port, for the audit
};

// What goes back, kept octet for octet so that an identical repeat gets the identical answer.
struct Receipt {
    int http_status = 200;
    std::vector<std::pair<std::string, std::string>>
        headers;  // without Content-Length, Date and Connection
    Bytes body;
    std::string
        disposition;  // "processed", "processed/error: decryption-failed", …; empty when no MDN was asked for
};

enum class Verdict : std::uint8_t {
    New,        // stored now
    Identical,  // same key, same content: stored earlier, here is the receipt of then
    Conflict,   // same key, other content: kept as held, raised to a person
};

struct Admission {
    Verdict verdict = Verdict::New;
    Receipt receipt;
    std::string message;  // the gateway's id of the stored message
};

// Called outside any lock or transaction, at most twice per admit(): for New or Conflict.
using ReceiptMaker = std::function<Result<Receipt>(Verdict)>;

// A certificate as people compare it with another.
struct CertificateFacts {
    std::string fingerprint;  // SHA-256 over the DER, 64 hex digits, lower case
    std::string subject;      // RFC 2253
    std::string issuer;
    std::string serial;
    Instant not_before{};
    Instant not_after{};
    Bytes der;
};

// The message is signed with a certificate that the agreement does not name.
struct UnknownSigner {
    // From the message, and its signature holds under it: proof that who sent it has the key, and of nothing else. Absent
    // when the message carries none.
    std::optional<CertificateFacts> presented;
    std::vector<CertificateFacts> expected;  // those of the agreement
    bool whole =
        false;  // the refusal's raw octets are the complete message, which can be read again
};

// A message that was turned away: kept for the audit and the coordinator, never processed, except one whose certificate two
// people accept later (`signer`): it is held, and read again then.
struct Refusal {
    std::string transport;
    std::string partner;  // empty when unknown
    std::string from;
    std::string to;
    std::string message_id;
    std::string remote_address;
    std::string code;    // Error code
    std::string reason;  // Error text, for the coordinator; the wire gets only the disposition
    Bytes raw;           // may be empty when the message was refused before its body was read
    // Instead of `raw`, as in Arrival.
    std::filesystem::path raw_file{};
    std::string raw_digest{};
    std::optional<UnknownSigner> signer{};
};

// Thread-safe: called from every connection's thread.
class Intake {
public:
    virtual ~Intake() = default;

    // On success the arrival and its receipt are on disk (payload fsync'd, row committed) and the receipt may be sent.
    // On an error nothing may be acknowledged: the transport answers so that the partner tries again.
    virtual Result<Admission> admit(const Arrival& arrival, const ReceiptMaker& make_receipt) = 0;

    // Durable before return, like admit(). The receipt is the negative one that will be sent.
    virtual Status refuse(const Refusal& refusal, const Receipt& receipt) = 0;
};

}  // namespace sallyport::transports
