// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/order_compare.h"

#include "gateway/odoo/load.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sallyport::odoo {

namespace {

Error differs(const OrderHeader& header, const std::string& what) {
    return Error("odoo.order.differs",
                 Blame::BackOffice,
                 "order " + header.name + " in Odoo is not what the document says: " + what +
                     "; it is not confirmed")
        .remedy("compare the order with the attached original, then confirm or cancel it in Odoo");
}

Status compare_line(const OrderHeader& header, const ResolvedLine& wanted, const Json& line) {
    const auto wrong = [&](const std::string& what) {
        return differs(header, "line " + wanted.no + " has " + what);
    };
    if (id_in(line, "product_id") != wanted.product)
        return wrong("the product " + name_in(line, "product_id"));
    if (id_in(line, "product_uom") != wanted.unit)
        return wrong("the unit " + name_in(line, "product_uom"));
    const auto quantity = decimal_of(line["product_uom_qty"]);
    if (!quantity || *quantity != wanted.quantity)
        return wrong("the quantity " + text_of(line, "product_uom_qty") + " instead of " +
                     wanted.quantity.to_string());
    const auto price = decimal_of(line["price_unit"]);
    if (!price || *price != wanted.price)
        return wrong("the price " + text_of(line, "price_unit") + " instead of " +
                     wanted.price.to_string());
    // With taxes included in prices it is the total that must fit. A cent for rounding by currency.
    const auto amount = wanted.quantity.times(wanted.price);
    if (!amount) return std::move(amount).error();
    for (const char* field : {"price_subtotal", "price_total"}) {
        const auto theirs = decimal_of(line[field]);
        const auto gap = theirs ? theirs->minus(*amount) : theirs;
        if (gap && (gap->is_negative() ? gap->negated() : *gap) <= Decimal::from_parts(1, 2))
            return {};
    }
    return wrong("the amount " + text_of(line, "price_subtotal") + " instead of " +
                 amount->trimmed().to_string());
}

}  // namespace

Status compare_order(const OrderHeader& header,
                     const std::string& key,
                     const ResolvedOrder& order,
                     const Json& lines,
                     const Json& keys) {
    if (!order.currency.empty() && header.currency != order.currency)
        return differs(header, "it is in " + header.currency + " instead of " + order.currency);
    for (const auto& wanted : order.lines) {
        const std::string external_id = std::string(KeyModule) + "." + key + "_" + wanted.key;
        const auto line = std::find_if(lines.begin(), lines.end(), [&](const Json& one) {
            return text_of(keys, std::to_string(id_in(one, "id").value_or(0))) == external_id;
        });
        if (line == lines.end()) return differs(header, "line " + wanted.no + " is not on it");
        if (auto same = compare_line(header, wanted, *line); !same) return same;
    }
    if (lines.size() != order.lines.size())
        return differs(header,
                       "it has " + std::to_string(lines.size()) + " lines instead of " +
                           std::to_string(order.lines.size()));
    return {};
}

}  // namespace sallyport::odoo
