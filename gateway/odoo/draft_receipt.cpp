// SPDX-License-Identifier: Apache-2.0
// What we received of an order, by line, lot and package.
#include "gateway/odoo/draft_purchase.h"
#include "gateway/odoo/echo.h"
#include "gateway/odoo/outgoing.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace sallyport::odoo {

namespace {

struct Received {
    Json picking{};
    Json move_lines{};
    std::map<std::int64_t, std::int64_t> lines{};  // stock.move to purchase.order.line
    std::int64_t order = 0;
};

Status read_moves(Client& client, Received& received) {
    auto lines =
        read_all(client,
                 "stock.move.line",
                 Json::array({leaf("picking_id", "=", id_in(received.picking, "id").value_or(0)),
                              leaf("state", "=", "done")}),
                 {"move_id", "quantity", "product_uom_id", "lot_id", "result_package_id"});
    if (!lines) return std::move(lines).error();
    received.move_lines = *std::move(lines);
    std::set<std::int64_t> ids;
    for (const Json& line : received.move_lines)
        ids.insert(id_in(line, "move_id").value_or(0));
    auto moves =
        read_all(client, "stock.move", Json::array({leaf("id", "in", ids)}), {"purchase_line_id"});
    if (!moves) return std::move(moves).error();
    std::set<std::int64_t> bought;
    for (const Json& move : *moves)
        if (const auto line = id_in(move, "purchase_line_id")) {
            received.lines[id_in(move, "id").value_or(0)] = *line;
            bought.insert(*line);
        }
    if (bought.empty()) return {};
    auto orders = read_all(
        client, "purchase.order.line", Json::array({leaf("id", "in", bought)}), {"order_id"});
    if (!orders) return std::move(orders).error();
    if (!orders->empty()) received.order = id_in(orders->front(), "order_id").value_or(0);
    return {};
}

Result<Json> line_of(const Received& received,
                     const Json& one,
                     const PurchaseOrder& order,
                     const UnitTable& units) {
    const auto bought = received.lines.find(id_in(one, "move_id").value_or(0));
    const PurchaseLine* line =
        bought == received.lines.end() ? nullptr : order.line_of(bought->second);
    if (line == nullptr) return Json();  // of another order, or more than was ordered of anything
    const std::string unit = units.word(id_in(one, "product_uom_id").value_or(0));
    if (unit.empty())
        return Error("odoo.purchase.unit",
                     Blame::BackOffice,
                     "a unit of receipt " + text_of(received.picking, "name") +
                         " has no name in our documents")
            .remedy("name its external id in odoo.units");
    auto quantity = decimal_of(one.value("quantity", Json()));
    if (!quantity) return std::move(quantity).error();
    Json item = Json::object();
    const bool gtin = line->barcode.size() == 14;
    if (!line->barcode.empty())
        item[gtin ? "gtin" : line->barcode.size() == 12 ? "upc" : "ean"] = line->barcode;
    if (!line->vendor_code.empty()) item["seller_code"] = line->vendor_code;
    if (!line->code.empty()) item["buyer_code"] = line->code;
    if (const std::string lot = name_in(one, "lot_id"); !lot.empty()) item["lot"] = lot;
    Json out{{"received", quantity->trimmed().to_string()},
             {"unit", unit},
             {"item", std::move(item)},
             {"order_number", order.name},
             {"order_line", line->no}};
    if (const std::string sscc = sscc_in(name_in(one, "result_package_id")); !sscc.empty())
        out["sscc"] = sscc;
    return out;
}

Result<Json> lines_of(const Received& received,
                      const PurchaseOrder& order,
                      const UnitTable& units) {
    Json lines = Json::array();
    for (const Json& one : received.move_lines) {
        auto line = line_of(received, one, order, units);
        if (!line) return std::move(line).error();
        if (line->is_null()) continue;
        Json numbered{{"no", std::to_string(lines.size() + 1)}};
        numbered.update(*line);
        lines.push_back(std::move(numbered));
    }
    return lines;
}

}  // namespace

Result<std::optional<Advice>> draft_receipt(Client& client,
                                            const OrdersOptions& options,
                                            std::int64_t picking) {
    auto found = read_all(client,
                          "stock.picking",
                          Json::array({leaf("id", "=", picking)}),
                          {"name", "state", "date_done"});
    if (!found) return std::move(found).error();
    if (found->empty() || text_of(found->front(), "state") != "done")
        return std::optional<Advice>();
    Received received{.picking = found->front()};
    if (Status read = read_moves(client, received); !read) return std::move(read).error();
    if (received.order == 0) return std::optional<Advice>();
    auto order = PurchaseReader(client).by_id(received.order);
    if (!order) return std::move(order).error();
    if (!*order) return std::optional<Advice>();
    auto units = UnitTable::read(client, options, {});
    if (!units) return std::move(units).error();
    auto lines = lines_of(received, **order, *units);
    if (!lines) return std::move(lines).error();
    if (lines->empty()) return std::optional<Advice>();
    PartyReader parties(client, options.gln_fields);
    auto ship_to = parties.warehouse_of((*order)->picking_type);
    auto buyer = parties.company((*order)->company);
    auto seller = parties.party((*order)->commercial);
    for (auto* one : {&ship_to, &buyer, &seller})
        if (!*one) return std::move(*one).error();
    const std::string day = text_of(received.picking, "date_done").substr(0, 10);
    Advice advice;
    advice.vendor_ref = (*order)->vendor_ref;
    advice.number = (*order)->name;
    advice.own_number = text_of(received.picking, "name");
    advice.canonical = Json{{"purpose", "original"},
                            {"type", "receipt"},
                            {"number", advice.own_number},
                            {"date", day},
                            {"received_on", day},
                            {"order_number", (*order)->name}};
    if (!buyer->is_null()) advice.canonical["buyer"] = *std::move(buyer);
    if (!seller->is_null()) advice.canonical["seller"] = *std::move(seller);
    if (!ship_to->is_null()) advice.canonical["ship_to"] = *std::move(ship_to);
    advice.canonical["lines"] = *std::move(lines);
    advice.matters = advice.canonical.dump();
    return std::optional<Advice>(std::move(advice));
}

std::vector<Fence::Rule> receipt_rules() {
    return {{"stock.picking", "search_read", {"name", "state", "date_done"}},
            {"stock.move.line",
             "search_read",
             {"picking_id",
              "state",
              "move_id",
              "quantity",
              "product_uom_id",
              "lot_id",
              "result_package_id"}},
            {"stock.move", "search_read", {"purchase_line_id"}},
            {"purchase.order.line", "search_read", {"order_id"}}};
}

}  // namespace sallyport::odoo
