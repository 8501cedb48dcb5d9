// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo_double/deliveries.h"

#include "gateway/odoo_double/purchases.h"
#include "gateway/odoo_double/sale_orders.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace sallyport::odoo_double {

void Deliveries::drop_lines(Id move) {
    Records& records = m_env.m_records;
    for (const Id line : records.owned_by("stock.move.line", "move_id", move)) {
        take_from_stock(-line);
        records.erase("stock.move.line", line);
    }
}

// Gives a line's reservation back; of a line that was shipped (its id, else its negative) the goods go as well.
void Deliveries::take_from_stock(Id line) {
    Records& records = m_env.m_records;
    const bool gone = line > 0;
    const Json record = *records.find("stock.move.line", gone ? line : -line);
    const Id quant = record.value("of_quant", Id{0});
    if (quant == 0 || records.find("stock.quant", quant) == nullptr) return;
    Json stock = *records.find("stock.quant", quant);
    stock["reserved_quantity"] = number(stock.value("reserved_quantity", Json(0.0))) -
                                 number(record.value("of_reserved", Json(0.0)));
    if (gone) stock["quantity"] = number(stock["quantity"]) - number(record["quantity"]);
    records.put("stock.quant", quant, std::move(stock));
}

void Deliveries::reserve(Id id) {
    Records& records = m_env.m_records;
    drop_lines(id);
    Json move = *records.find("stock.move", id);
    double left = number(move["product_uom_qty"]);
    const auto add = [&](Id quant, const Json& lot, double quantity) {
        const Id line = records.next_id("stock.move.line");
        records.put("stock.move.line",
                    line,
                    Json{{"picking_id", move["picking_id"]},
                         {"move_id", id},
                         {"product_id", move["product_id"]},
                         {"quantity", quantity},
                         {"product_uom_id", move["product_uom"]},
                         {"lot_id", lot},
                         {"picked", false},
                         {"state", "assigned"},
                         {"location_dest_id", CustomerLocation},
                         {"write_date", m_env.m_now},
                         {"create_date", m_env.m_now},
                         {"of_quant", quant},
                         {"of_reserved", quantity}});
    };
    const auto quants = records.owned_by("stock.quant", "product_id", move["product_id"].get<Id>());
    if (quants.empty() && left > 0.0) {  // a world without stock has enough of everything
        add(0, false, left);
        left = 0.0;
    }
    for (const Id quant : quants) {
        Json stock = *records.find("stock.quant", quant);
        const double reserved = number(stock.value("reserved_quantity", Json(0.0)));
        const double take = std::min(left, number(stock["quantity"]) - reserved);
        if (take <= 0.0) continue;
        add(quant, stock.value("lot_id", Json(false)), take);
        stock["reserved_quantity"] = reserved + take;
        records.put("stock.quant", quant, std::move(stock));
        left -= take;
    }
    // Below nothing: so much is missing.
    move["forecast_availability"] = left > 0.0 ? -left : number(move["product_uom_qty"]);
    if (!quants.empty()) move["quantity"] = number(move["product_uom_qty"]) - left;
    records.put("stock.move", id, std::move(move));
}

void Deliveries::release(Id picking) {
    for (const Id move : m_env.m_records.owned_by("stock.move", "picking_id", picking)) {
        drop_lines(move);
        Json record = *m_env.m_records.find("stock.move", move);
        record["state"] = "cancel";
        m_env.m_records.put("stock.move", move, std::move(record));
    }
}

// With nothing marked as picked, all that is reserved counts as picked.
std::vector<Deliveries::Shipped> Deliveries::shipped(Id picking) {
    Records& records = m_env.m_records;
    std::vector<Shipped> all;
    bool picked = false;
    const auto moves = records.owned_by("stock.move", "picking_id", picking);
    for (const Id move : moves)
        for (const Id line : records.owned_by("stock.move.line", "move_id", move))
            picked = picked || records.find("stock.move.line", line)->value("picked", false);
    for (const Id move : moves) {
        const Json& record = *records.find("stock.move", move);
        if (record["state"] == "cancel" || record["state"] == "done") continue;
        Shipped one{.move = move, .wanted = number(record["product_uom_qty"])};
        for (const Id line : records.owned_by("stock.move.line", "move_id", move)) {
            const Json& reserved = *records.find("stock.move.line", line);
            if (!picked || reserved.value("picked", false))
                one.done += number(reserved["quantity"]);
        }
        all.push_back(one);
    }
    return all;
}

void Deliveries::back_order(Id picking, const std::vector<Shipped>& all) {
    Records& records = m_env.m_records;
    Json copy = *records.find("stock.picking", picking);
    const Id id = records.next_id("stock.picking");
    std::array<char, 32> name{};
    std::snprintf(name.data(), name.size(), "WH/OUT/%05lld", static_cast<long long>(id));
    copy["name"] = name.data();
    copy["backorder_id"] = picking;
    copy["state"] = "assigned";
    copy["create_date"] = m_env.m_now;
    copy["write_date"] = m_env.m_now;
    for (const char* field : {"date_done", "carrier_tracking_ref", "weight", "shipping_weight"})
        copy.erase(field);
    records.put("stock.picking", id, std::move(copy));
    for (const Shipped& one : all) {
        if (one.done >= one.wanted) continue;
        Json move = *records.find("stock.move", one.move);
        move["picking_id"] = id;
        move["product_uom_qty"] = one.wanted - one.done;
        move["state"] = "assigned";
        const Id rest = records.next_id("stock.move");
        records.put("stock.move", rest, std::move(move));
        reserve(rest);
    }
}

Json Deliveries::validate(Id picking) {
    Records& records = m_env.m_records;
    m_env.check_exists("stock.picking", picking);
    const auto all = shipped(picking);
    if (std::none_of(all.begin(), all.end(), [](const Shipped& one) { return one.done > 0.0; }))
        throw user_error(
            "You cannot validate a transfer if no quantities are reserved. To force "
            "the transfer, encode quantities.");
    const bool less = std::any_of(
        all.begin(), all.end(), [](const Shipped& one) { return one.done < one.wanted; });
    if (less && !m_env.context().value("skip_backorder", false))
        return Json{{"name", "Create Backorder?"},
                    {"type", "ir.actions.act_window"},
                    {"view_mode", "form"},
                    {"res_model", "stock.backorder.confirmation"},
                    {"target", "new"}};
    double weight = 0.0;
    for (const Shipped& one : all) {
        Json move = *records.find("stock.move", one.move);
        weight += one.done *
                  number(m_env.value("product.product", move["product_id"].get<Id>(), "weight"));
        for (const Id line : records.owned_by("stock.move.line", "move_id", one.move)) {
            Json record = *records.find("stock.move.line", line);
            take_from_stock(line);
            record["state"] = "done";
            record["write_date"] = m_env.m_now;
            records.put("stock.move.line", line, std::move(record));
        }
        move["state"] = one.done > 0.0 ? "done" : "cancel";
        move["quantity"] = one.done;
        move["product_uom_qty"] = one.done;
        const Json sale_line = move.value("sale_line_id", Json(false));
        records.put("stock.move", one.move, std::move(move));
        if (!sale_line.is_number_integer()) continue;
        Json line = *records.find("sale.order.line", sale_line.get<Id>());
        const double size = number(m_env.value("uom.uom", line["product_uom"].get<Id>(), "factor"));
        line["qty_delivered"] =
            number(line.value("qty_delivered", Json(0.0))) + one.done * (size == 0.0 ? 1.0 : size);
        line["qty_to_invoice"] =
            number(line["qty_delivered"]) - number(line.value("qty_invoiced", Json(0.0)));
        records.put("sale.order.line", sale_line.get<Id>(), std::move(line));
    }
    if (less) back_order(picking, all);
    m_env.set("stock.picking",
              picking,
              Json{{"state", "done"},
                   {"date_done", m_env.m_now},
                   {"weight", weight},
                   {"shipping_weight", weight}});
    return true;
}

Json Env::button_validate(const std::vector<Id>& ids) {
    require("stock.picking", 'w');
    Json answer = true;
    for (const Id id : ids)
        answer = Purchases(*this).is_receipt(id) ? Purchases(*this).receive(id)
                                                 : Deliveries(*this).validate(id);
    return answer;
}

}  // namespace sallyport::odoo_double
