// SPDX-License-Identifier: Apache-2.0
// Ledgers: control numbers, replay keys, expectations with deadlines, and what the back office answered.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::store {

// One gap-free series of numbers. A number taken in a unit that is rolled back is handed out again; a committed one never.
struct ControlStream {
    std::string sender{};    // qualifier:identifier
    std::string receiver{};  // likewise
    std::string
        kind;  // "ISA", "GS", "ST", "UNB", …; test and production are different streams: "ISA.test"
    std::int64_t last = 999'999'999;  // the greatest number the field holds
};

// Source: what our own side submitted, by the key it chose.
enum class ReplayLayer : std::uint8_t { Transport, Envelope, Business, Source };
std::string_view to_string(ReplayLayer layer);

// A composed key, so that no two lists of parts give the same key: each part with its length before it.
Bytes replay_key(const std::vector<std::string_view>& parts);

struct ReplayClaim {
    ReplayLayer layer = ReplayLayer::Transport;
    Bytes key{};           // octet-exact, from replay_key()
    std::string digest{};  // of the content: tells an identical repeat from a conflict
    std::string
        target;  // the message (Transport) or document (Envelope, Business) that owns the key
};

enum class ReplayVerdict : std::uint8_t {
    New,        // the key is ours from now on
    Identical,  // same key, same digest: `target` is the first owner
    Conflict,   // same key, other digest: `target` is the first owner
};

struct ReplayAnswer {
    ReplayVerdict verdict = ReplayVerdict::New;
    std::string target{};
    std::string digest{};  // the first owner's
    Instant since{};
};

enum class ExpectationState : std::uint8_t { Open, Met, Overdue, Cancelled };
std::string_view to_string(ExpectationState state);

// Something a partner (or we) must do by a deadline: an MDN for a message, a 997 for a group.
struct Expectation {
    std::int64_t id = 0;  // given by the store
    std::string kind{};   // "mdn", "997", "contrl"
    std::string partner{};
    std::string key{};       // what the answer will name: a Message-ID, a group control number
    std::string document{};  // whose acknowledgement axis it settles; may be empty
    std::string message{};   // may be empty
    Instant due{};
    ExpectationState state = ExpectationState::Open;
    std::string met_by{};  // the document or message that met it
    Instant created{};
    std::optional<Instant> settled{};
};

struct BackOfficeResult {
    std::string business_key{};  // unique: the same order, the same key
    std::string document{};
    std::string system{};  // "odoo"
    std::int64_t record = 0;
    std::string name{};   // S00042
    std::string state{};  // draft, sale, …
    bool existed = false;
    Instant posted{};
};

// What an adapter must find again after a restart: a cursor, what it last said about a record. The value is its own
// business; `scope` keeps the names of one adapter apart from another's.
struct Bookmark {
    std::string name{};
    std::string value{};
    Instant updated{};
};

}  // namespace sallyport::store
