// SPDX-License-Identifier: Apache-2.0
// The port to the back office (Odoo today). The pipeline knows nothing else of it.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::flow {

struct OriginalDocument {
    std::string file_name;  // gateway-made, safe
    std::string content_type;
    Bytes octets;
};

struct OrderPosting {
    std::string document;  // the gateway's document id: goes into the note
    std::string partner;   // the agreement's name
    std::string
        business_key;  // same order, same key, however and how often it arrives; the adapter hashes it
    std::string customer;  // from the agreement: the reference of the customer in the back office
    nlohmann::ordered_json
        order;  // canonical Order (mappings/canonical/order.schema.json): decimals are strings
    OriginalDocument original;
    bool confirm = false;  // from the agreement: confirm the order or leave it a quotation
};

struct Posted {
    std::int64_t id = 0;
    std::string name;      // S00042
    std::string state;     // draft, sent, sale, cancel
    bool existed = false;  // found under its key: nothing was created
};

// One value of the document that the back office does not know. Never guessed around.
struct MissingValue {
    std::string kind;    // "customer", "ship-to address", "product", "unit", …
    std::string value;   // "GTIN 00012345678905"
    std::string where;   // "lines[2].item.upc"
    std::string remedy;  // "create the product in Odoo or add a row to …"
};
using Missing = std::vector<MissingValue>;

// A change of an order, or its cancellation.
struct ChangePosting {
    std::string document;          // the gateway's document id
    std::string partner;           // the agreement's name
    std::string order_key;         // the business key the order was posted with
    std::string change_key;        // same change, same key, however and how often it arrives
    std::int64_t record = 0;       // the order's record
    std::string customer;          // as in OrderPosting
    nlohmann::ordered_json order;  // canonical Order, with the changes before this one
    nlohmann::ordered_json
        change;  // canonical OrderChange; or an Order whose purpose is cancellation
    OriginalDocument original;
};

// What became of one line, or of the whole order (an empty number: a cancellation, or a change refused as a whole).
struct ChangeVerdict {
    std::string no;
    bool accepted = false;
    std::string reason;  // why not
};

struct Changed {
    Posted order;  // `existed`: this change was made before
    std::vector<ChangeVerdict> verdicts;
};

// Thread-safe. Every call may be repeated after any failure: exactly once is the adapter's duty (odoo recipe).
// Errors: Blame::Network is transient or ambiguous (try again), Blame::Operator configuration or rights (park, alert),
// Blame::BackOffice business refusal (park for a person).
class BackOffice {
public:
    virtual ~BackOffice() = default;
    virtual Result<std::variant<Posted, Missing>> post_order(const OrderPosting& posting) = 0;
    // Each change once, whatever people did to the order since.
    virtual Result<std::variant<Changed, Missing>> change_order(const ChangePosting& /*posting*/) {
        return Error(
            "flow.post.kind", Blame::Operator, "this back office takes no changes of orders");
    }
    virtual Status ping() = 0;  // reachable and the credentials work
};

}  // namespace sallyport::flow
