// SPDX-License-Identifier: Apache-2.0
// Questions that partners ask over the API. How far an order is, the store knows: their own documents and ours about it. What
// is in stock only the back office knows: that is a port, and the API offers (and its OpenAPI document names) the question
// only where the gateway was given an object that answers it. Read-only.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/store/archive.h"
#include "gateway/store/store.h"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::flow {

struct StockLevel {
    std::string sku{};        // as it was asked for
    std::string available{};  // exact decimal as text; what may be promised now, never below 0
    std::string unit{};       // as the back office names it; may be empty
};

struct StockAnswer {
    std::vector<StockLevel>
        levels{};  // of the SKUs that are the partner's, in the order they were asked for
    // The others: whether they are nowhere, not sold, ambiguous or not this partner's is not told.
    std::vector<std::string> unknown{};
    Instant as_of{};     // when the back office said so; older than now when it came from a cache
    bool stale = false;  // the back office did not answer: this is what it said last
};

// Thread-safe. Calls are bounded in time by the adapter. Errors: Blame::Network (try again later; the API answers 503),
// Blame::Operator (configuration or rights; 503 too, and it is logged).
class StockInquiries {
public:
    virtual ~StockInquiries() = default;
    // `partner` is the agreement's name: its item table says what it may ask for. At most 100 SKUs.
    virtual Result<StockAnswer> stock(const std::string& partner,
                                      const std::vector<std::string>& skus) = 0;
};

struct LineProgress {
    std::string no{};  // the buyer's line number
    std::string unit{};
    std::string ordered{};    // exact decimals as text
    std::string confirmed{};  // empty: not answered yet
    std::string shipped{};
    std::string invoiced{};
};

struct OrderProgress {
    std::string order{};  // the back office's name of it: S00042; empty: it has none yet
    // "received": on its way into our system; "held": a person of ours must look; "rejected"; "accepted": it is an order;
    // "confirmed", "changed", "cancelled": as our last answer to it (855, ORDRSP) says.
    std::string state{};
    std::string shipped{};   // "none", "part", "full"; of what was confirmed, or ordered
    std::string invoiced{};  // likewise
    std::vector<LineProgress> lines{};
    Instant as_of{};  // of the last thing that happened to it
};

// Of the partner's own order under its purchase order number, from its documents and ours to it: the order as it was taken
// last, our last answer, all ship notices and invoices that were not given up. Absent: no order of this partner has that
// number, whatever others have. Errors of store and archive.
Result<std::optional<OrderProgress>> order_progress(store::Store& store,
                                                    const store::Archive& archive,
                                                    const std::string& partner,
                                                    const std::string& purchase_order);

}  // namespace sallyport::flow
