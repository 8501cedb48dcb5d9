// SPDX-License-Identifier: Apache-2.0
// Canonical orders become sale.order records, exactly once (flow::BackOffice over Odoo).
//
// The recipe, every step repeatable after any crash or lost reply: look for our external id; if unknown, resolve every
// value (or return all that is missing); one `load` in create-or-get mode with external ids for order and lines; read
// back and compare; attach the original and write the note by `load` with external ids of their own; confirm if asked
// and not yet done. The external id is the unique key: module edi_gw, name "o_" + 32 hex digits of the business key.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/flow/back_office.h"
#include "gateway/odoo/client.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::odoo {

// The buyer's item number to our product reference (default_code).
using CrossReference = std::map<std::string, std::string>;

// A CSV file with the header "theirs,ours". Error codes file.*, odoo.crossref (Blame::Operator, file:line).
Result<CrossReference> read_cross_reference(const std::filesystem::path& path);

// What one agreement says otherwise than the rest.
struct AgreementOrders {
    CrossReference items{};                      // before the one for everybody
    std::map<std::string, std::string> units{};  // before those for everybody
    bool hold_adjustments = true;
    bool hold_allocations = true;
    std::string vendor{};  // res.partner.ref; our purchase orders for it are this agreement's
};

struct OrdersOptions {
    // Fields of res.partner that may hold a GLN, those that exist are searched; `barcode` exists everywhere.
    std::vector<std::string> gln_fields{"x_gln", "global_location_number", "barcode"};
    std::string line_field{"x_edi_line"};  // custom field on sale.order.line; used where it exists
    std::string delivery_time_utc{"12:00:00"};  // for a requested date without a time
    std::map<std::string, std::string>
        units;             // canonical unit -> external id, before the built-in table
    CrossReference items;  // of every buyer
    std::map<std::string, AgreementOrders> agreements;  // by name
    // What a sales order has no field for, unless its agreement says otherwise: hold the order (true), or say it in the note.
    bool hold_adjustments = true;        // allowances and charges
    bool hold_allocations = true;        // quantities for several stores in one order
    unsigned busy_retries = 5;           // of a call Odoo rolled back as odoo.busy
    std::chrono::minutes cache_age{10};  // of currencies, digits and fields
};

// "unit" or a UN/ECE Recommendation 20 code to Odoo's external id; empty when there is none.
std::string_view unit_external_id(std::string_view unit);

// The external id (without module) for a business key.
std::string order_key(std::string_view business_key);

class Orders final : public flow::BackOffice {
public:
    // `pause` waits between the tries of a busy call; tests pass one that does not. `client` must outlive this.
    Orders(Client& client,
           OrdersOptions options,
           const Clock& clock,
           Random& random,
           std::function<void(std::chrono::milliseconds)> pause);
    ~Orders() override;

    // Further error codes (BackOffice): odoo.order.purpose, odoo.order.duplicate, odoo.order.differs,
    // odoo.order.unconfirmed, odoo.load.refused. An order a person cancelled is answered with its state.
    flow::OrderOutcome post_order(const flow::OrderPosting& posting) override;
    // Together: see order_batch.h.
    std::vector<flow::OrderOutcome> post_orders(
        std::span<const flow::OrderPosting> postings) override;
    // See order_changes.h.
    Result<std::variant<flow::Changed, flow::Missing>> change_order(
        const flow::ChangePosting& posting) override;
    Status ping() override;

    // From the next order on. What the client's fence and the kept master data were built with stays as it was: gln_fields,
    // line_field, cache_age.
    void use(OrdersOptions options);

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace sallyport::odoo
