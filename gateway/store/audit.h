// SPDX-License-Identifier: Apache-2.0
// The audit chain: append-only, each entry bound to the one before by SHA-256.
//
// Layout, version 1. hash(n) = SHA-256 over the concatenation of
//   "sallyport-audit-1\n"                      18 octets
//   hash(n-1)                                  32 octets; 32 zero octets before the first entry
//   then six fields, each as its length in octets (8 octets, big-endian) followed by its octets:
//   seq      decimal ASCII, from 1, no gaps
//   time     decimal ASCII, microseconds since 1970-01-01T00:00:00Z
//   actor    UTF-8
//   event    UTF-8
//   subject  UTF-8
//   detail   canonical JSON (RFC 8785): one object, string values only
// The octets are those of the stored columns. An independent program needs nothing but this comment to verify a chain.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::store {

// Keys sort by octets, which for ASCII keys is RFC 8785's order; keys must be ASCII.
using AuditDetail = std::map<std::string, std::string>;

struct AuditEvent {
    std::string actor{};    // "gateway", "partner:acme", "operator:anna"
    std::string event{};    // "message.received", "document.held", dotted past participle
    std::string subject{};  // id of the message or document; "" for the gateway itself
    AuditDetail detail{};   // no payload, no secret, no personal data
};

struct AuditEntry {
    std::int64_t seq = 0;
    Instant time{};
    std::string actor{};
    std::string event{};
    std::string subject{};
    std::string detail{};  // canonical JSON
    Bytes previous{};      // 32 octets
    Bytes hash{};          // 32 octets
};

// A head seen earlier (a checkpoint outside the database): the chain must still contain it.
struct AuditHead {
    std::int64_t seq = 0;  // 0: the empty chain
    Bytes hash{};          // 32 octets; of the entry `seq`
};

enum class ChainFault : std::uint8_t { Altered, Missing, Reordered, Truncated };
std::string_view to_string(ChainFault fault);

struct ChainBreak {
    std::int64_t seq = 0;  // the first entry that is wrong, or where one is missing
    ChainFault fault = ChainFault::Altered;
    std::string why{};  // for a person
};

struct ChainVerdict {
    std::int64_t entries = 0;  // read
    AuditHead head{};
    std::optional<ChainBreak> broken{};
};

// The hash of an entry whose `previous` is set; `hash` is ignored.
Bytes audit_hash(const AuditEntry& entry);
std::string canonical_json(const AuditDetail& detail);

}  // namespace sallyport::store
