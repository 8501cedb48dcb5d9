// SPDX-License-Identifier: Apache-2.0
// Odoo rounds, recomputes and defaults without a word: nothing is confirmed that does not read back as sent. Internal to
// gateway/odoo. Pure.
#pragma once

#include "gateway/odoo/resolve.h"
#include "gateway/odoo/values.h"

#include <string>

namespace sallyport::odoo {

struct OrderHeader {
    std::string name;
    std::string state;
    std::string currency;
};

// `lines` are the order's sale.order.line records, `keys` their external ids, `key` the order's. odoo.order.differs.
Status compare_order(const OrderHeader& header,
                     const std::string& key,
                     const ResolvedOrder& order,
                     const Json& lines,
                     const Json& keys);

}  // namespace sallyport::odoo
