// SPDX-License-Identifier: Apache-2.0
// Messages: what crossed, or will cross, a transport. One row each, kept for good; the octets lie in the archive.
//
// Text fields hold whatever the wire said; the store keeps them as valid UTF-8 without NUL (other octets become \xNN).
// Octets that must stay exact are Bytes fields or archive addresses. Value types, not thread-safe.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::store {

enum class Direction : std::uint8_t { Inbound, Outbound };

enum class MessageState : std::uint8_t {
    Received,  // inbound: durable, its receipt stored, its documents on their way
    Held,  // inbound: known transport identity with other content, or an unknown signer; a person decides
    Refused,    // inbound: turned away, kept as evidence, never processed as this message
    Frozen,     // outbound: built once, waiting for its (next) attempt
    Delivered,  // outbound: receipt verified and kept
    Failed,     // outbound: parked, a person decides
};

// The answer that went out (inbound) or came back (outbound), octet for octet. Empty body and no headers where none.
struct StoredReceipt {
    int http_status = 0;  // 0: none yet
    std::vector<std::pair<std::string, std::string>> headers{};
    Bytes body{};
    std::string disposition{};

    bool operator==(const StoredReceipt&) const = default;
};

struct Message {
    std::string id{};  // the gateway's, from new_id()
    Direction direction = Direction::Inbound;
    MessageState state = MessageState::Received;
    std::string transport{};  // "as2", "sftp", "https", "folder"
    std::string partner{};    // the agreement's name; empty when unknown
    std::string from{};
    std::string to{};
    std::string transport_id{};  // AS2 Message-ID with its brackets, or the transport's like of it
    std::string content_digest{};  // SHA-256, hex, of what makes two messages identical
    std::string mic{};             // "base64, sha-256"
    std::string content_type{};
    std::string file_name{};    // metadata only
    std::string payload_ref{};  // archive address of the innermost document; empty when none
    std::string
        raw_ref{};  // archive address of the message as it came, or of the frozen wire octets
    bool was_signed = false;
    bool was_encrypted = false;
    std::string
        signer_fingerprint{};  // of the certificate that verified; without was_signed: that was presented
    std::string remote_address{};
    StoredReceipt receipt{};
    Bytes
        expectation;  // outbound: opaque to the store, read by the transport when the receipt comes
    std::string code{};       // Error code of a refusal, hold or failure; empty otherwise
    std::string reason{};     // the same for a person
    std::string resend_of{};  // the earlier message that this one deliberately repeats
    Instant created{};
    std::optional<Instant> finished{};  // receipt verified, refused, or failed for good
};

struct MessageFilter {
    std::optional<Direction> direction{};
    std::optional<MessageState> state{};
    std::string partner{};       // empty: any
    std::string transport_id{};  // empty: any
    std::optional<Instant> since{};
    std::string before_id{};  // page backwards: only ids below this one
    unsigned limit = 100;     // 1 to 10000, newest first
};

std::string_view to_string(Direction direction);
std::string_view to_string(MessageState state);

}  // namespace sallyport::store
