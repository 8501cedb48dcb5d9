// SPDX-License-Identifier: Apache-2.0
// The lines' part of resolve.h: products by GTIN, packaging, our code or the buyer's, units, quantities and prices.
// Internal to gateway/odoo.
#pragma once

#include "gateway/odoo/resolve.h"

namespace sallyport::odoo {

// What is missing is appended to `missing`; the lines are then of no use.
Result<std::vector<ResolvedLine>> resolve_lines(const flow::OrderPosting& posting,
                                                const OrdersOptions& options,
                                                MasterData& data,
                                                flow::Missing& missing);
Result<std::vector<ResolvedLine>> resolve_lines(const flow::OrderPosting& posting,
                                                const OrdersOptions& options,
                                                Lookups& lookups,
                                                flow::Missing& missing);

// What `resolve_lines` will ask of products and packagings.
void add_item_words(const flow::OrderPosting& posting,
                    const OrdersOptions& options,
                    LookupWords& wanted);

}  // namespace sallyport::odoo
