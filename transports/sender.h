// SPDX-License-Identifier: Apache-2.0
// The outbound half of a transport: freeze once, send as often as it takes, always the same bytes.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <filesystem>
#include <memory>
#include <string>

namespace sallyport::transports {

struct Parcel {
    std::string partner;       // the agreement's name
    std::string message_id;    // the gateway's id, from which the transport derives its own
    Bytes payload;             // one interchange
    std::string content_type;  // application/EDI-X12, application/EDIFACT, application/xml
    std::string file_name;
    // Instead of `payload`, where the transport takes files (AS2): one that does not change before freeze() returns.
    std::filesystem::path payload_file{};
};

// Everything a retry must repeat. The store keeps all fields as they are; only the transport reads `expectation`.
struct Frozen {
    std::string transport;  // "as2"
    std::string partner;
    std::string message_id;  // AS2 Message-ID with its brackets
    Bytes wire;              // header lines, blank line, body
    std::string
        expectation;  // opaque: what a valid receipt must say (AS2: digests over the MIC scope, signed or not)
    // Instead of `wire` for what is too large to hold: a complete file that does not change, and its SHA-256 in hex. One that
    // freeze() made goes with the last copy of `wire_owner`; link it into the archive before.
    std::filesystem::path wire_file{};
    std::string wire_digest{};
    std::shared_ptr<const void> wire_owner{};
};

// A verified receipt. Anything less is an Error: Blame::Network when the same bytes may be sent again,
// Blame::Partner when the partner refused the content, Blame::Operator when configuration is wrong.
struct Delivery {
    std::string
        disposition;  // "processed", or "processed/warning: …" where the agreement accepts it
    Bytes
        receipt;  // the MDN as received, header lines, blank line, body: evidence. Empty where none was asked for.
    bool receipt_signed = false;
    bool mic_matched = false;
    int http_status = 0;
    // The partner took the octets and will send its receipt later: nothing above but the status is known yet.
    bool receipt_pending = false;
};

// Thread-safe.
class Sender {
public:
    virtual ~Sender() = default;
    virtual Result<Frozen> freeze(const Parcel& parcel) = 0;
    virtual Result<Delivery> send(
        const Frozen& frozen) = 0;  // one attempt, bounded by the agreement's time-outs
};

}  // namespace sallyport::transports
