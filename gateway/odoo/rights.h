// SPDX-License-Identifier: Apache-2.0
// The rights probe: what a service account may do in Odoo, against what its flow needs. Missing rights stop documents;
// excess rights turn a stolen key into more than one flow's damage, and are refused in production.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/odoo/client.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::odoo {

enum class Flow : std::uint8_t {
    OrdersIn,
    ShipmentsOut,
    InvoicesOut,
    InventoryOut,
    PurchaseOut,
    PurchaseIn,
    AsnIn,
    BillIn,
    ResponsesOut,
    Watcher,
    StockInquiry,  // stock for partners who ask
    ReceiptsOut,   // what we received, for vendors
    PaymentsOut,   // what we paid, for vendors
    RemittanceIn   // what customers paid
};

std::string_view to_string(Flow flow);  // "orders-in"
std::optional<Flow> flow_from(std::string_view name);

// Operations are letters in this order: r(ead) w(rite) c(reate) u(nlink).
struct RightsRow {
    std::string model;
    std::string needed;
    std::string granted;
    std::string missing;
    std::string excess;
    bool installed = true;  // false: this Odoo has no such model
};

struct RightsFinding {
    enum class Weight : std::uint8_t {
        Note,    // worth knowing
        Excess,  // more than the flow needs: refused in production
        Missing  // the flow cannot work
    };
    Weight weight = Weight::Note;
    std::string what;
    std::string remedy;
};

struct RightsReport {
    Flow flow = Flow::OrdersIn;
    std::string account;
    std::vector<RightsRow> rows;
    std::vector<RightsFinding> findings;

    bool missing() const;
    bool excess() const;
    // A table for people: model, needed, granted, missing, excess, then the findings with their remedies.
    std::string text() const;
};

// What the probing client may say; give it to a client of its own.
Fence rights_fence();

// About a hundred calls of 10 to 15 ms. Errors are the client's. `now` is for the age of the API key.
Result<RightsReport> probe_rights(Client& client, Flow flow, const std::string& login, Instant now);

// odoo.rights.excess (Blame::Operator) when the account may do more than its flow needs; odoo.rights when it may do less.
Status require_scoped(const RightsReport& report);
// The first half of it alone: what a stolen key could do beyond its flow.
Status refuse_excess(const RightsReport& report);
// The second: what the flow will stumble over.
Status refuse_missing(const RightsReport& report);

// What an Odoo administrator runs once: a script for `odoo-bin shell` that makes the group, its access rights and the
// account (no password, e-mail, en_US, UTC), creates an API key and prints nothing but that key.
std::string setup_script(Flow flow, const std::string& login, const std::string& email);
// The same as steps for a person in the web client.
std::string setup_text(Flow flow, const std::string& login, const std::string& email);

}  // namespace sallyport::odoo
