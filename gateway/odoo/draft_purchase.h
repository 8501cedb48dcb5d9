// SPDX-License-Identifier: Apache-2.0
// The documents of the buy side, before it is known whether they are news. Internal to gateway/odoo.
#pragma once

#include "gateway/odoo/parties.h"
#include "gateway/odoo/purchase_book.h"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::odoo {

// Our purchase order as a canonical Order. Error code odoo.purchase.unit.
Result<Json> write_purchase(const PurchaseOrder& order,
                            const UnitTable& units,
                            PartyReader& parties);

// What became different from `sent` to `now`, both canonical Orders, as an OrderChange without its number; absent: nothing
// a vendor must know. `answered` is what the vendor itself said (vendor_answer_name). `left` are the quantities still to
// come by line number. Error code odoo.purchase.renumbered: one line became another.
struct Left {
    std::string no{};
    std::string quantity{};
};
Result<std::optional<Json>> purchase_change(const Json& sent,
                                            const Json& now,
                                            const Json& answered,
                                            const std::vector<Left>& left);
// The cancellation of an order that was sent.
Json purchase_cancellation(const Json& sent);

struct Advice {
    std::string vendor_ref{};
    std::string number{};  // of the order; empty: of several
    std::string own_number{};
    std::string matters{};
    Json canonical{};
};
// A receipt that is done. Absent: not a vendor's. Errors: odoo.purchase.unit, the client's.
Result<std::optional<Advice>> draft_receipt(Client& client,
                                            const OrdersOptions& options,
                                            std::int64_t picking);
// A posted payment to a vendor. `wait` is set when it settles nothing yet.
Result<std::optional<Advice>> draft_payment(Client& client,
                                            const OrdersOptions& options,
                                            std::int64_t payment,
                                            bool& wait);
std::vector<Fence::Rule> receipt_rules();
std::vector<Fence::Rule> payment_rules();

}  // namespace sallyport::odoo
