// SPDX-License-Identifier: Apache-2.0
// The port to the back office (Odoo today). The pipeline knows nothing else of it.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <span>
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
    // Of the other parts of an order that was split by store: they carry the same number and are no duplicates of it.
    std::vector<std::string> siblings{};
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

// What the agreement makes of a vendor's document that says otherwise than our order.
struct BuyingRules {
    enum class Act : std::uint8_t { Warn, Hold, Reject };
    std::string price_tolerance{"0"};     // percent
    std::string quantity_tolerance{"0"};  // percent
    int days_late = 0;
    Act on_price = Act::Hold;
    Act on_quantity = Act::Hold;
    Act on_date = Act::Warn;
};

// A document that is no order and no change of one: an answer to our own order, a vendor's ship notice or invoice, a
// customer's remittance advice.
struct DocumentPosting {
    std::string document;      // the gateway's document id
    std::string partner;       // the agreement's name
    std::string kind;          // "OrderResponse", "ShipNotice", "Invoice", "RemittanceAdvice"
    std::string business_key;  // same document, same key, however and how often it arrives
    std::string customer;      // from the agreement: its references in the back office
    std::string vendor;
    nlohmann::ordered_json content;  // canonical
    OriginalDocument original;
    BuyingRules rules;
};

struct Noted {
    Posted record;
    std::string system;    // "odoo/purchase.order": ids of other models say nothing here
    std::string remarks;   // what a person should know; empty: nothing
    bool refused = false;  // the agreement's rules reject it; `remarks` says why, nothing was done
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

using OrderOutcome = Result<std::variant<Posted, Missing>>;

// Thread-safe. Every call may be repeated after any failure: exactly once is the adapter's duty (odoo recipe).
// Errors: Blame::Network is transient or ambiguous (try again), Blame::Operator configuration or rights (park, alert),
// Blame::BackOffice business refusal (park for a person).
class BackOffice {
public:
    virtual ~BackOffice() = default;
    virtual Result<std::variant<Posted, Missing>> post_order(const OrderPosting& posting) = 0;
    // Orders that came together, a few dozen at most: the outcome of each, in their sequence. One that fails holds up no
    // other.
    virtual std::vector<OrderOutcome> post_orders(std::span<const OrderPosting> postings) {
        std::vector<OrderOutcome> outcomes;
        for (const OrderPosting& posting : postings)
            outcomes.push_back(post_order(posting));
        return outcomes;
    }
    // Each change once, whatever people did to the order since.
    virtual Result<std::variant<Changed, Missing>> change_order(const ChangePosting& /*posting*/) {
        return Error(
            "flow.post.kind", Blame::Operator, "this back office takes no changes of orders");
    }
    virtual Result<std::variant<Noted, Missing>> post_document(const DocumentPosting& posting) {
        return Error("flow.post.kind",
                     Blame::Operator,
                     "documents of kind " + posting.kind + " cannot be posted yet")
            .remedy("remove the set from the partner file, or wait for the release that posts it");
    }
    virtual Status ping() = 0;  // reachable and the credentials work
};

}  // namespace sallyport::flow
