// SPDX-License-Identifier: Apache-2.0
// The port for questions that partners ask over the API and that only the back office can answer. Read-only. The API offers
// (and its OpenAPI document names) a question only where the gateway was given an object that answers it.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::flow {

struct StockLevel {
    std::string sku{};        // as it was asked for
    std::string available{};  // exact decimal as text; what may be promised now
    std::string unit{};       // as the back office names it; may be empty
};

struct StockAnswer {
    std::vector<StockLevel>
        levels{};  // of the SKUs that are known, in the order they were asked for
    std::vector<std::string> unknown{};  // the others
    Instant as_of{};     // when the back office said so; older than now when it came from a cache
    bool stale = false;  // the back office did not answer: this is what it said last
};

struct OrderProgress {
    std::string order{};     // the back office's name of it: S00042
    std::string state{};     // "draft", "sent", "sale", "done", "cancel"
    std::string shipped{};   // "none", "part", "full"
    std::string invoiced{};  // likewise
    Instant as_of{};
};

// Thread-safe. Calls are bounded in time by the adapter. Errors: Blame::Network (try again later; the API answers 503),
// Blame::Operator (configuration or rights; 503 too, and it is logged).
class Inquiries {
public:
    virtual ~Inquiries() = default;
    // `partner` is the agreement's name, so that the adapter can use its item table. At most 100 SKUs.
    virtual Result<StockAnswer> stock(const std::string& partner,
                                      const std::vector<std::string>& skus) = 0;
    // Of the partner's own order under its purchase order number; absent when the back office has none.
    virtual Result<std::optional<OrderProgress>> order(const std::string& partner,
                                                       const std::string& purchase_order) = 0;
};

}  // namespace sallyport::flow
