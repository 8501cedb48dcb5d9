// SPDX-License-Identifier: Apache-2.0
// From the words of a canonical order to the records and numbers of this Odoo, or the list of all that is missing.
// Nothing is guessed: two candidates are as bad as none. Internal to gateway/odoo.
#pragma once

#include "gateway/base/decimal.h"
#include "gateway/flow/back_office.h"
#include "gateway/odoo/lookups.h"
#include "gateway/odoo/orders.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::odoo {

struct ResolvedLine {
    std::string key;  // suffix of the external id: "l1"
    std::string no;   // the buyer's line number, as sent
    std::int64_t product = 0;
    std::int64_t unit = 0;
    Decimal quantity;
    Decimal price;
};

struct ResolvedOrder {
    std::int64_t customer = 0;
    std::int64_t commercial = 0;
    std::optional<std::int64_t> ship_to;
    std::optional<std::int64_t> bill_to;
    std::string number;
    std::string currency;         // empty: the order names none
    std::string commitment_date;  // empty: none requested
    std::vector<ResolvedLine> lines;
    std::vector<std::string> remarks;  // for the note: what a person should know and no field holds
};

Result<std::variant<ResolvedOrder, flow::Missing>> resolve(const flow::OrderPosting& posting,
                                                           const OrdersOptions& options,
                                                           Lookups& lookups);

// What `resolve` will ask of partners.
void add_party_words(const flow::OrderPosting& posting, LookupWords& wanted);

// "4006381333931" with leading zeros taken off and added: GTIN-8, -12, -13 and -14 of the same item, and as sent.
std::set<std::string> gtin_variants(const std::string& gtin);

}  // namespace sallyport::odoo
