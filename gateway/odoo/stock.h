// SPDX-License-Identifier: Apache-2.0
// Stock for partners who ask: what may be promised now, of the products that are theirs to ask for, by an account that may
// read and nothing else. Kept for a while, so that a partner's questions do not become Odoo's load.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/flow/inquiries.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/orders.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::odoo {

struct StockOptions {
    std::chrono::seconds fresh{60};  // an answer so old needs no new question
    std::chrono::hours good{24};     // when Odoo is away: what it said so long ago, marked as stale
    std::size_t kept = 100'000;      // products remembered; beyond, the oldest answers go
    // Asked before each question to Odoo, not before what is remembered; an error is the question's. May be empty.
    std::function<Status()> gate{};
    std::string warehouse{};  // code (stock.warehouse.code); empty: all of the company
};

// Reading only: products by reference, quantities of goods of our own in internal locations.
Fence stock_fence();

// A partner may ask for its own item numbers: those of its item table and of the table for every buyer. Anything else is
// unknown, whether it is nowhere, not sold, or one reference of two products.
//
// Thread-safe; one question to Odoo at a time, the others wait for its answer. Errors are the client's, when nothing kept is
// good any longer; odoo.stock.reply (Network) when the answer makes no sense.
class Stock final : public flow::StockInquiries {
public:
    // All outlive it.
    Stock(Client& client, OrdersOptions items, StockOptions options, const Clock& clock);
    ~Stock() override;

    Result<flow::StockAnswer> stock(const std::string& partner,
                                    const std::vector<std::string>& skus) override;
    // From the next question on.
    void use(OrdersOptions items);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace sallyport::odoo
