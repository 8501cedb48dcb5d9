// SPDX-License-Identifier: Apache-2.0
// The thread of a purchase order: every document about it in both directions, their receipts, what partners acknowledged, the
// back office's records, and what is expected next, from whom and by when. For commands, the API and the console alike.
#pragma once

#include "gateway/base/error.h"
#include "gateway/store/store.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::flow {

struct ThreadEntry {
    enum class Kind : std::uint8_t {
        Document,  // came or was submitted
        Receipt,   // an MDN, or fetched: the other side has it
        Record     // in the back office
    };
    Instant time{};
    Kind kind = Kind::Document;
    std::string document{};  // the id it belongs to
    std::string
        text{};  // "850 from acme", "receipt for 855 to acme: processed", "S00042 (sale), id 42"
};

// Something that has not happened yet.
struct ThreadWait {
    store::Actor actor = store::Actor::Nobody;  // whose move it is
    std::optional<Instant> due{};
    bool late = false;
    std::string document{};
    std::string code{};  // empty: nothing is wrong, it is only not here yet
    std::string text{};
};

struct OrderThread {
    std::vector<store::Document> documents{};  // oldest first, acknowledgements among them
    std::vector<ThreadEntry> entries{};        // oldest first
    std::vector<ThreadWait> waits{};           // the earliest due first, those without a time last
};

std::string_view to_string(ThreadEntry::Kind kind);

// Empty documents: nothing is about that number. Errors of the store.
Result<OrderThread> order_thread(store::Reader& reader, const std::string& number, Instant now);

}  // namespace sallyport::flow
