// SPDX-License-Identifier: Apache-2.0
// The buy side of what goes out: our purchase order when it is confirmed and its changes, what we received, what we paid.
// A vendor is an agreement that names its reference; orders of other vendors are nobody's business here.
//
// Exactly once per revision, as in outgoing.h. The first revision of a purchase order is the order; each later one a change
// that names what differs from what was last sent, and a cancellation when it is cancelled. What the vendor's own answer
// says, and was written into the order, is no change: the vendor knows it.
//
// Error codes (BackOffice unless said otherwise): odoo.purchase.unit, odoo.purchase.change, odoo.purchase.renumbered,
// and those of client and books.
#pragma once

#include "gateway/odoo/books.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/orders.h"
#include "gateway/odoo/watch.h"

#include <cstdint>
#include <memory>
#include <string>

namespace sallyport::odoo {

struct PurchasingOptions {
    std::string database{};
    OrdersOptions orders{};  // units, GLN fields; whose vendor is whose agreement
};

// Each flow with the client of its own account; null: that document is not made.
struct PurchasingClients {
    Client* orders = nullptr;
    Client* receipts = nullptr;
    Client* payments = nullptr;
};

// Thread-safe, as far as one record is not examined twice at once.
class Purchasing {
public:
    Purchasing(Books& books, PurchasingClients clients, PurchasingOptions options);
    ~Purchasing();

    Result<Examined> order(std::int64_t purchase_order);
    Result<Examined> receipt(std::int64_t stock_picking);
    Result<Examined> payment(std::int64_t account_payment);

    void use(PurchasingOptions options);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

// What each account may say: reading its records and watching them. Nothing here writes.
Fence purchase_out_fence(const OrdersOptions& options);
Fence receipts_out_fence(const OrdersOptions& options);
Fence payments_out_fence(const OrdersOptions& options);

// What is watched, each by the account of its own flow.
WatchedModel watched_purchases();
WatchedModel watched_receipts();
WatchedModel watched_payments();

// Where it is kept what a vendor answered to a purchase order: {"1": {"quantity", "price", "date"}}.
std::string vendor_answer_name(std::int64_t purchase_order);

}  // namespace sallyport::odoo
