// SPDX-License-Identifier: Apache-2.0
// Changes of orders that are in Odoo. Internal to gateway/odoo.
//
// One `load` writes the lines, the date and the note that says so, in one transaction; the note has the change's external id
// ("<order>_c_<hash>"), which is unique: the change is made once, whatever reply is lost, and what people did to the order
// after it stays. What was decided about each line stands in the note's subject, where it is read again after a crash.
//
// What is done at once: more or less of a line (never below what was delivered or invoiced), new lines, lines taken back, the
// date; and everything while the order is a quotation. What a person decides, with the difference in the order's chatter:
// a price, product or unit after confirmation, a locked order, a direction that contradicts its number.
#pragma once

#include "gateway/flow/back_office.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/master_data.h"
#include "gateway/odoo/orders.h"

#include <functional>
#include <string>
#include <variant>

namespace sallyport::odoo {

struct ChangeParts {
    Client& client;
    MasterData& data;
    const OrdersOptions& options;
    std::function<Result<Json>(const Call&)> patiently;  // repeats what Odoo rolled back
    std::function<bool(unsigned)> again;  // waits before that repetition; false: no more
};

// Error codes (BackOffice): odoo.change.held, odoo.change.record, odoo.change.differs, and those of the client and of `load`.
Result<std::variant<flow::Changed, flow::Missing>> change_order(const ChangeParts& parts,
                                                                const flow::ChangePosting& posting);

// "1 accepted | 2 refused: 20 are delivered" and back; an empty number is "*".
std::string verdicts_text(const std::vector<flow::ChangeVerdict>& verdicts);
std::vector<flow::ChangeVerdict> verdicts_in(const std::string& text);

// What orders-in may ask for it, besides what orders need.
std::vector<Fence::Rule> change_rules();

}  // namespace sallyport::odoo
