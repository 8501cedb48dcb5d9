// SPDX-License-Identifier: Apache-2.0
// What the outgoing flows need of the rest of the gateway: the orders that came in, a durable memory, numbers, and the
// door for documents that go out. Implemented by the composition over store, archive and flow.
#pragma once

#include "gateway/base/error.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace sallyport::odoo {

// An order that a partner sent and that became a record of Odoo.
struct KnownOrder {
    std::string document{};        // the gateway's document id
    std::string partner{};         // the agreement's name
    std::string number{};          // the buyer's
    nlohmann::ordered_json order;  // canonical, as it was received, with the changes made since
    std::int64_t changes = 0;      // how many
};

struct OutgoingDocument {
    std::string source_key{};  // unique for ever: record and revision
    std::string partner{};
    std::string kind{};  // "OrderResponse", "ShipNotice", "Invoice"
    std::string business_number{};
    std::string own_number{};
    nlohmann::ordered_json canonical;
};

// Thread-safe. Errors are those of store, archive and flow.
class Books {
public:
    virtual ~Books() = default;
    // Absent: nobody's order, or one typed in by a person.
    virtual Result<std::optional<KnownOrder>> order_behind(std::int64_t sale_order) = 0;
    // Whether a change of that order is being made right now: what Odoo shows is not yet in the order above.
    virtual Result<bool> changing(std::int64_t /*sale_order*/) { return false; }
    // Whether the agreement with the partner sends that kind at all.
    virtual bool wanted(const std::string& partner, const std::string& kind) = 0;

    // Empty: nothing is remembered. remember() is on the disk when it returns.
    virtual Result<std::string> recall(const std::string& name) = 0;
    virtual Status remember(const std::string& name, const std::string& value) = 0;

    // The next number of a series that never gives one twice; fails after `last`.
    virtual Result<std::int64_t> next_number(const std::string& series, std::int64_t last) = 0;

    // Repeating it with the same key and content is no fault.
    virtual Status submit(const OutgoingDocument& document) = 0;
};

}  // namespace sallyport::odoo
