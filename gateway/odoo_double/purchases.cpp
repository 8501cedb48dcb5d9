// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo_double/purchases.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace sallyport::odoo_double {

namespace {

constexpr Id StockLocation = 8;
constexpr double TaxRate = 0.15;

// "P" and 12 are P00012.
std::string numbered(const std::string& prefix, Id number) {
    const std::string digits = std::to_string(number);
    return prefix + std::string(digits.size() < 5 ? 5 - digits.size() : 0, '0') + digits;
}

void put_default(Json& values, const char* field, Json value) {
    if (!values.contains(field) || is_false(values[field])) values[field] = std::move(value);
}

}  // namespace

Id Purchases::add(const std::string& model, Json values) {
    values["create_date"] = m_env.now();
    values["write_date"] = m_env.now();
    const Id id = m_env.records().next_id(model);
    m_env.records().put(model, id, std::move(values));
    return id;
}

void Purchases::before_create(const std::string& model, Json& values) {
    if (model == "purchase.order") {
        put_default(
            values,
            "name",
            numbered("P", static_cast<Id>(m_env.records().all("purchase.order").size()) + 1));
        put_default(values, "state", "draft");
        put_default(values, "currency_id", 1);
        put_default(values, "company_id", 1);
        put_default(values, "picking_type_id", 1);
        put_default(values, "date_planned", m_env.now());
    }
    if (model == "purchase.order.line") order_line(values);
    if (model == "account.move") {
        put_default(values, "state", "draft");
        put_default(values, "name", "/");
        put_default(values, "currency_id", 1);
    }
    if (model == "account.move.line") put_default(values, "display_type", "product");
    if (model == "account.payment.register")
        values["line_ids"] = owed(m_env.context().value("active_ids", Json::array()));
    if (model == "stock.move.line") {
        put_default(values, "state", "assigned");
        put_default(values, "picked", false);
        put_default(values, "location_dest_id", StockLocation);
    }
}

// What the vendor calls it and asks for it, where it is known.
void Purchases::order_line(Json& values) {
    const Json product = values.value("product_id", Json(false));
    if (!product.is_number_integer()) return;
    const Id id = product.get<Id>();
    const Json vendor = m_env.value("purchase.order", values["order_id"].get<Id>(), "partner_id");
    std::string name = m_env.display_name("product.product", id);
    for (const auto& [number, info] : m_env.records().all("product.supplierinfo")) {
        if (info.value("product_id", Json()) != product ||
            info.value("partner_id", Json()) != vendor)
            continue;
        put_default(values, "price_unit", info.value("price", Json(0.0)));
        name = "[" + info.value("product_code", "") + "] " + info.value("product_name", "");
    }
    put_default(values, "name", name);
    put_default(values, "product_uom", m_env.value("product.product", id, "uom_id"));
    put_default(values, "date_planned", m_env.now());
}

void Purchases::after_create(const std::string& model, Id id) {
    if (model == "purchase.order") total_order(id);
    if (model == "account.move") total_bill(id);
    after_write(model, id);
}

void Purchases::after_write(const std::string& model, Id id) {
    if (model == "purchase.order.line") follow_order_line(id);
    if (model == "account.move.line") {
        const Json bill = m_env.records().find(model, id)->value("move_id", Json());
        if (bill.is_number_integer()) total_bill(bill.get<Id>());
    }
    if (model == "stock.move.line") {
        const Json move = m_env.records().find("stock.move.line", id)->value("move_id", Json());
        if (!move.is_number_integer()) return;
        const Json* record = m_env.records().find("stock.move", move.get<Id>());
        if (record == nullptr || !record->contains("purchase_line_id")) return;
        double sum = 0.0;
        for (const Id line : m_env.records().owned_by("stock.move.line", "move_id", move.get<Id>()))
            sum +=
                number(m_env.records().find("stock.move.line", line)->value("quantity", Json(0.0)));
        Json changed = *record;
        changed["quantity"] = sum;
        changed["state"] =
            sum < number(changed["product_uom_qty"]) ? "partially_available" : "assigned";
        for (const Id line :
             m_env.records().owned_by("stock.move.line", "move_id", move.get<Id>())) {
            Json one = *m_env.records().find("stock.move.line", line);
            one["state"] = changed["state"];
            m_env.records().put("stock.move.line", line, std::move(one));
        }
        m_env.records().put("stock.move", move.get<Id>(), std::move(changed));
    }
}

void Purchases::total_order(Id order) {
    double sum = 0.0;
    for (const auto& line : m_env.value("purchase.order", order, "order_line"))
        sum += number(m_env.value("purchase.order.line", line.get<Id>(), "product_qty")) *
               number(m_env.value("purchase.order.line", line.get<Id>(), "price_unit"));
    Json record = *m_env.records().find("purchase.order", order);
    record["amount_total"] = rounded(sum * (1.0 + TaxRate), 2);
    m_env.records().put("purchase.order", order, std::move(record));
}

// A line of a confirmed order: what is expected follows it up; less makes a delivery back, which nothing here does.
void Purchases::follow_order_line(Id line) {
    const Json order = m_env.value("purchase.order.line", line, "order_id");
    if (!order.is_number_integer()) return;
    Json head = *m_env.records().find("purchase.order", order.get<Id>());
    head["write_date"] = m_env.now();
    m_env.records().put("purchase.order", order.get<Id>(), head);
    total_order(order.get<Id>());
    if (head.value("state", "") != "purchase") return;
    const Json packaging = packaging_of(line);
    double missing = number(m_env.value("purchase.order.line", line, "product_qty"));
    Id alike = 0;
    for (const auto& [id, move] : m_env.records().all("stock.move")) {
        if (move.value("purchase_line_id", Json()) != Json(line) || move["state"] == "cancel")
            continue;
        missing -= number(move["product_uom_qty"]);
        if (move["state"] != "done" && move.value("product_packaging_id", Json()) == packaging)
            alike = id;
    }
    if (missing <= 0.0) return;
    if (alike != 0) return raise(alike, missing);
    for (const auto& [id, picking] : m_env.records().all("stock.picking"))
        if (picking.value("purchase_id", Json()) == order && picking["state"] == "assigned")
            return expect(id, line, missing);
}

// Odoo guesses a packaging wherever the quantity makes whole ones; moves that differ in it are not made one.
Json Purchases::packaging_of(Id line) const {
    const Json product = m_env.value("purchase.order.line", line, "product_id");
    const double quantity = number(m_env.value("purchase.order.line", line, "product_qty"));
    for (const auto& [id, packaging] : m_env.records().all("product.packaging"))
        if (const double each = number(packaging.value("qty", Json(0.0)));
            packaging.value("product_id", Json()) == product && each > 0.0 && quantity > 0.0 &&
            std::fmod(quantity, each) == 0.0)
            return id;
    return false;
}

// More of a line is more of what is expected.
void Purchases::raise(Id id, double more) {
    Json move = *m_env.records().find("stock.move", id);
    move["product_uom_qty"] = number(move["product_uom_qty"]) + more;
    const auto lines = m_env.records().owned_by("stock.move.line", "move_id", id);
    if (lines.size() == 1) {
        Json reserved = *m_env.records().find("stock.move.line", lines[0]);
        reserved["quantity"] = number(reserved["quantity"]) + more;
        m_env.records().put("stock.move.line", lines[0], std::move(reserved));
        move["quantity"] = number(move["quantity"]) + more;
    }
    m_env.records().put("stock.move", id, std::move(move));
}

void Purchases::expect(Id picking, Id line, double quantity) {
    const Json product = m_env.value("purchase.order.line", line, "product_id");
    const Json unit = m_env.value("purchase.order.line", line, "product_uom");
    const Id move =
        add("stock.move",
            Json{{"picking_id", picking},
                 {"product_id", product},
                 {"product_uom_qty", quantity},
                 {"product_uom", unit},
                 {"quantity", quantity},
                 {"state", "assigned"},
                 {"purchase_line_id", line},
                 {"product_packaging_id", packaging_of(line)},
                 {"has_tracking", m_env.value("product.product", product.get<Id>(), "tracking")},
                 {"location_dest_id", StockLocation}});
    add("stock.move.line",
        Json{{"picking_id", picking},
             {"move_id", move},
             {"product_id", product},
             {"quantity", quantity},
             {"product_uom_id", unit},
             {"picked", false},
             {"state", "assigned"},
             {"location_dest_id", StockLocation}});
}

void Purchases::confirm(Id order) {
    m_env.check_exists("purchase.order", order);
    Json record = *m_env.records().find("purchase.order", order);
    if (record.value("state", "") != "draft" && record.value("state", "") != "sent") return;
    record["state"] = "purchase";
    record["date_approve"] = m_env.now();
    record["write_date"] = m_env.now();
    const Json vendor = record["partner_id"];
    const Json name = record["name"];
    const Json planned = record["date_planned"];
    m_env.records().put("purchase.order", order, std::move(record));
    const Id picking = add("stock.picking",
                           Json{{"purchase_id", order},
                                {"origin", name},
                                {"partner_id", vendor},
                                {"state", "assigned"},
                                {"picking_type_code", "incoming"},
                                {"picking_type_id", 1},
                                {"scheduled_date", planned},
                                {"location_dest_id", StockLocation}});
    Json named = *m_env.records().find("stock.picking", picking);
    named["name"] = numbered("WH/IN/", picking);
    m_env.records().put("stock.picking", picking, std::move(named));
    for (const auto& line : m_env.value("purchase.order", order, "order_line"))
        if (m_env.value("purchase.order.line", line.get<Id>(), "product_id").is_number_integer())
            expect(picking,
                   line.get<Id>(),
                   number(m_env.value("purchase.order.line", line.get<Id>(), "product_qty")));
}

void Purchases::cancel(Id order) {
    m_env.check_exists("purchase.order", order);
    Json record = *m_env.records().find("purchase.order", order);
    record["state"] = "cancel";
    record["write_date"] = m_env.now();
    m_env.records().put("purchase.order", order, std::move(record));
}

bool Purchases::is_receipt(Id picking) const {
    const Json* record = m_env.records().find("stock.picking", picking);
    return record != nullptr && record->value("picking_type_code", "") == "incoming";
}

// With nothing marked as picked, all lines count as picked.
Json Purchases::receive(Id picking) {
    Records& records = m_env.records();
    const auto moves = records.owned_by("stock.move", "picking_id", picking);
    bool less = false;
    for (const Id move : moves) {
        const Json& record = *records.find("stock.move", move);
        less =
            less || number(record.value("quantity", Json(0.0))) < number(record["product_uom_qty"]);
    }
    if (less && !m_env.context().value("skip_backorder", false))
        return Json{{"name", "Create Backorder?"},
                    {"type", "ir.actions.act_window"},
                    {"view_mode", "form"},
                    {"res_model", "stock.backorder.confirmation"},
                    {"target", "new"}};
    Json rest = *records.find("stock.picking", picking);
    Id backorder = 0;
    for (const Id move : moves) {
        Json record = *records.find("stock.move", move);
        const double done = number(record.value("quantity", Json(0.0)));
        const double wanted = number(record["product_uom_qty"]);
        for (const Id line : records.owned_by("stock.move.line", "move_id", move)) {
            Json one = *records.find("stock.move.line", line);
            if (const Json lot = one.value("lot_name", Json()); lot.is_string())
                one["lot_id"] =
                    add("stock.lot", Json{{"name", lot}, {"product_id", one["product_id"]}});
            one["state"] = "done";
            one["picked"] = true;
            one["write_date"] = m_env.now();
            records.put("stock.move.line", line, std::move(one));
        }
        const Json line = record.value("purchase_line_id", Json(false));
        record["state"] = done > 0.0 ? "done" : "cancel";
        record["product_uom_qty"] = done;
        records.put("stock.move", move, record);
        if (!line.is_number_integer()) continue;
        Json ordered = *records.find("purchase.order.line", line.get<Id>());
        ordered["qty_received"] = number(ordered.value("qty_received", Json(0.0))) + done;
        records.put("purchase.order.line", line.get<Id>(), ordered);
        if (done >= wanted) continue;
        if (backorder == 0) {
            rest["backorder_id"] = picking;
            rest.erase("date_done");
            backorder = add("stock.picking", rest);
            Json named = *records.find("stock.picking", backorder);
            named["name"] = numbered("WH/IN/", backorder);
            records.put("stock.picking", backorder, std::move(named));
        }
        expect(backorder, line.get<Id>(), wanted - done);
    }
    m_env.set("stock.picking", picking, Json{{"state", "done"}, {"date_done", m_env.now()}});
    return true;
}

void Purchases::count_billed(Id line) {
    double sum = 0.0;
    for (const auto& [id, record] : m_env.records().all("account.move.line"))
        if (record.value("purchase_line_id", Json()) == Json(line))
            sum += number(record.value("quantity", Json(0.0)));
    Json ordered = *m_env.records().find("purchase.order.line", line);
    ordered["qty_invoiced"] = sum;
    m_env.records().put("purchase.order.line", line, std::move(ordered));
}

void Purchases::total_bill(Id move) {
    Json record = *m_env.records().find("account.move", move);
    const std::string type = record.value("move_type", "");
    if (type != "in_invoice" && type != "in_refund") return;
    double sum = 0.0;
    for (const Id line : m_env.records().owned_by("account.move.line", "move_id", move)) {
        Json one = *m_env.records().find("account.move.line", line);
        if (one.value("display_type", "product") != "product") continue;
        if (!one.contains("name") || is_false(one["name"]))
            one["name"] = m_env.display_name("product.product", one.value("product_id", Id{0}));
        const double amount =
            number(one.value("quantity", Json(0.0))) * number(one.value("price_unit", Json(0.0)));
        one["price_subtotal"] = rounded(amount, 2);
        one["amount_currency"] = rounded(amount, 2);
        sum += rounded(amount, 2);
        const Json ordered = one.value("purchase_line_id", Json(false));
        m_env.records().put("account.move.line", line, std::move(one));
        if (ordered.is_number_integer()) count_billed(ordered.get<Id>());
    }
    record["amount_untaxed"] = sum;
    record["amount_tax"] = rounded(sum * TaxRate, 2);
    record["amount_total"] = rounded(sum + rounded(sum * TaxRate, 2), 2);
    record["amount_residual"] = record["amount_total"];
    m_env.records().put("account.move", move, std::move(record));
}

// What is owed, from when the bill is posted: payments settle this line.
void Purchases::post(Id bill) {
    const Json record = *m_env.records().find("account.move", bill);
    const std::string date = record["invoice_date"].get<std::string>();
    m_env.set("account.move",
              bill,
              Json{{"name",
                    "BILL/" + date.substr(0, 4) + "/" + date.substr(5, 2) + "/" +
                        numbered("", m_env.records().next_id("sequence bill")).substr(1)},
                   {"payment_state", "not_paid"}});
    add("account.move.line",
        Json{
            {"move_id", bill}, {"display_type", "tax"}, {"amount_currency", record["amount_tax"]}});
    add("account.move.line",
        Json{{"move_id", bill},
             {"display_type", "payment_term"},
             {"amount_currency", -number(record["amount_total"])}});
}

// The wizard on posted bills: what they owe.
Json Purchases::owed(const Json& bills) const {
    Json lines = Json::array();
    for (const auto& bill : bills) {
        if (m_env.value("account.move", bill.get<Id>(), "state") != "posted")
            throw user_error("You can only register payment for posted journal entries.");
        for (const Id line :
             m_env.records().owned_by("account.move.line", "move_id", bill.get<Id>()))
            if (m_env.value("account.move.line", line, "display_type") == "payment_term")
                lines.push_back(line);
    }
    return lines;
}

Id Purchases::pay(Id line) {
    const Id bill = m_env.value("account.move.line", line, "move_id").get<Id>();
    const Json record = *m_env.records().find("account.move", bill);
    const Id entry = add("account.move",
                         Json{{"move_type", "entry"},
                              {"state", "posted"},
                              {"ref", record["ref"]},
                              {"partner_id", record["partner_id"]}});
    const double amount = number(record["amount_residual"]);
    add("account.move.line", Json{{"move_id", entry}, {"amount_currency", -amount}});
    const Id debit =
        add("account.move.line", Json{{"move_id", entry}, {"amount_currency", amount}});
    add("account.partial.reconcile",
        Json{
            {"debit_move_id", debit}, {"credit_move_id", line}, {"debit_amount_currency", amount}});
    const Id payment =
        add("account.payment",
            Json{{"state", "posted"},
                 {"payment_type", "outbound"},
                 {"partner_type", "supplier"},
                 {"partner_id", m_env.value("account.move", bill, "commercial_partner_id")},
                 {"company_id", 1},
                 {"date", m_env.now().substr(0, 10)},
                 {"amount", amount},
                 {"currency_id", 1},
                 {"move_id", entry},
                 {"payment_method_code", "manual"}});
    const std::string name = numbered("PBNK1/" + m_env.now().substr(0, 4) + "/", payment);
    m_env.set("account.payment", payment, Json{{"name", name}});
    m_env.set("account.move", entry, Json{{"name", name}});
    m_env.set("account.move", bill, Json{{"payment_state", "paid"}, {"amount_residual", 0.0}});
    return payment;
}

Json Env::button_confirm(const std::vector<Id>& ids) {
    require("purchase.order", 'w');
    for (const Id id : ids)
        Purchases(*this).confirm(id);
    return true;
}

Json Env::button_cancel(const std::vector<Id>& ids) {
    require("purchase.order", 'w');
    for (const Id id : ids)
        Purchases(*this).cancel(id);
    return Json();
}

Json Env::action_create_payments(const std::vector<Id>& wizards) {
    require("account.payment", 'c');
    Id last = 0;
    for (const Id wizard : wizards)
        for (const auto& line : value("account.payment.register", wizard, "line_ids"))
            last = Purchases(*this).pay(line.get<Id>());
    return Json{{"name", "Payments"},
                {"type", "ir.actions.act_window"},
                {"res_model", "account.payment"},
                {"context", {{"create", false}}},
                {"view_mode", "form"},
                {"res_id", last}};
}

}  // namespace sallyport::odoo_double
