// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo_double/deliveries.h"
#include "gateway/odoo_double/purchases.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace sallyport::odoo_double {

namespace {

// "2026-11-23" and a number of days.
std::string days_after(const std::string& date, int days) {
    const std::chrono::sys_days day = std::chrono::year_month_day{
        std::chrono::year{std::atoi(date.substr(0, 4).c_str())},
        std::chrono::month{static_cast<unsigned>(std::atoi(date.substr(5, 2).c_str()))},
        std::chrono::day{static_cast<unsigned>(std::atoi(date.substr(8, 2).c_str()))}};
    const std::chrono::year_month_day then{day + std::chrono::days{days}};
    std::array<char, 32> text{};
    std::snprintf(text.data(),
                  text.size(),
                  "%04d-%02u-%02u",
                  static_cast<int>(then.year()),
                  static_cast<unsigned>(then.month()),
                  static_cast<unsigned>(then.day()));
    return text.data();
}

}  // namespace

void Invoices::add_line(Id move, Json values) {
    values["move_id"] = move;
    values["create_date"] = m_env.m_now;
    values["write_date"] = m_env.m_now;
    m_env.m_records.put(
        "account.move.line", m_env.m_records.next_id("account.move.line"), std::move(values));
}

// What was delivered and not yet billed.
void Invoices::invoice(Id order) {
    Records& records = m_env.m_records;
    m_env.check_exists("sale.order", order);
    std::vector<std::pair<Id, double>> due;
    for (const auto& line : m_env.value("sale.order", order, "order_line")) {
        const Id id = line.get<Id>();
        if (!m_env.value("sale.order.line", id, "product_id").is_number_integer()) continue;
        const double left = number(m_env.value("sale.order.line", id, "qty_delivered")) -
                            number(m_env.value("sale.order.line", id, "qty_invoiced"));
        if (left > 0.0) due.emplace_back(id, left);
    }
    if (due.empty())
        throw user_error("Cannot create an invoice. No items are available to invoice.");
    const Id move = records.next_id("account.move");
    records.put(
        "account.move",
        move,
        Json{{"name", "/"},
             {"move_type", "out_invoice"},
             {"state", "draft"},
             {"company_id", 1},
             {"ref", m_env.value("sale.order", order, "client_order_ref")},
             {"invoice_origin", m_env.value("sale.order", order, "name")},
             {"partner_id", m_env.value("sale.order", order, "partner_invoice_id")},
             {"currency_id", m_env.value("sale.order", order, "currency_id")},
             {"invoice_payment_term_id", m_env.value("sale.order", order, "payment_term_id")},
             {"create_date", m_env.m_now},
             {"write_date", m_env.m_now}});
    for (const auto& [id, quantity] : due) {
        Json line = *records.find("sale.order.line", id);
        const double price = number(line["price_unit"]);
        const double discount = number(line.value("discount", Json(0.0)));
        const double subtotal = rounded(quantity * price * (1 - discount / 100), 2);
        add_line(move,
                 Json{{"display_type", "product"},
                      {"name", line["name"]},
                      {"product_id", line["product_id"]},
                      {"quantity", quantity},
                      {"product_uom_id", line["product_uom"]},
                      {"price_unit", price},
                      {"discount", discount},
                      {"price_subtotal", subtotal},
                      {"amount_currency", -subtotal},
                      {"tax_id", line.value("tax_id", Json::array())},
                      {"sale_line_ids", {id}}});
        line["qty_invoiced"] = number(line.value("qty_invoiced", Json(0.0))) + quantity;
        line["qty_to_invoice"] = 0.0;
        records.put("sale.order.line", id, std::move(line));
    }
    total(move, -1.0);
    Json record = *records.find("sale.order", order);
    record["invoice_ids"] = record.value("invoice_ids", Json::array());
    record["invoice_ids"].push_back(move);
    records.put("sale.order", order, std::move(record));
}

void Invoices::total(Id move, double sign) {
    Records& records = m_env.m_records;
    double untaxed = 0.0;
    std::map<Id, double> bases;
    for (const Id line : records.owned_by("account.move.line", "move_id", move)) {
        const Json& record = *records.find("account.move.line", line);
        untaxed += number(record["price_subtotal"]);
        for (const auto& tax : record.value("tax_id", Json::array()))
            bases[tax.get<Id>()] += number(record["price_subtotal"]);
    }
    double taxed = 0.0;
    for (const auto& [tax, base] : bases) {
        const double amount =
            rounded(base * number(m_env.value("account.tax", tax, "amount")) / 100, 2);
        taxed += amount;
        add_line(move,
                 Json{{"display_type", "tax"},
                      {"name", m_env.value("account.tax", tax, "name")},
                      {"tax_line_id", tax},
                      {"tax_base_amount", rounded(base, 2)},
                      {"amount_currency", sign * amount}});
    }
    m_env.set("account.move",
              move,
              Json{{"amount_untaxed", rounded(untaxed, 2)},
                   {"amount_tax", rounded(taxed, 2)},
                   {"amount_total", rounded(untaxed + taxed, 2)},
                   {"amount_residual", rounded(untaxed + taxed, 2)}});
}

void Invoices::post(Id move) {
    m_env.check_exists("account.move", move);
    if (m_env.value("account.move", move, "state") != "draft")
        throw user_error("The entry " +
                         m_env.value("account.move", move, "name").get<std::string>() + " (id " +
                         std::to_string(move) + ") must be in draft.");
    const std::string today = m_env.m_now.substr(0, 10);
    Json values{{"state", "posted"}, {"invoice_date", today}, {"invoice_date_due", today}};
    const std::string type = m_env.value("account.move", move, "move_type").get<std::string>();
    if (type == "in_invoice") {
        m_env.set("account.move", move, Json{{"state", "posted"}});
        return Purchases(m_env).post(move);
    }
    const bool refund = type == "out_refund";
    const Json term = m_env.value("account.move", move, "invoice_payment_term_id");
    if (!refund && term.is_number_integer())
        values["invoice_date_due"] = days_after(
            today, std::atoi(m_env.display_name("account.payment.term", term.get<Id>()).c_str()));
    if (m_env.value("account.move", move, "name") == "/") {
        std::array<char, 48> name{};
        std::snprintf(name.data(),
                      name.size(),
                      "%s/%s/%05lld",
                      refund ? "RINV" : "INV",
                      today.substr(0, 4).c_str(),
                      static_cast<long long>(m_env.m_records.next_id(refund ? "sequence refund"
                                                                            : "sequence invoice")));
        values["name"] = name.data();
    }
    m_env.set("account.move", move, values);
}

void Invoices::draft(Id move) {
    m_env.check_exists("account.move", move);
    m_env.set("account.move", move, Json{{"state", "draft"}});
}

Id Invoices::credit(Id move) {
    Records& records = m_env.m_records;
    Json copy = *records.find("account.move", move);
    const Id id = records.next_id("account.move");
    copy["name"] = "/";
    copy["ref"] = "Reversal of: " + m_env.value("account.move", move, "name").get<std::string>();
    copy["state"] = "draft";
    copy["move_type"] = "out_refund";
    copy["reversed_entry_id"] = move;
    records.put("account.move", id, std::move(copy));
    for (const Id line : records.owned_by("account.move.line", "move_id", move)) {
        Json record = *records.find("account.move.line", line);
        record["amount_currency"] = -number(record["amount_currency"]);
        add_line(id, std::move(record));
    }
    return id;
}

Json Env::create_invoices() {
    require("account.move", 'c');
    for (const auto& order : m_context.value("active_ids", Json::array()))
        Invoices(*this).invoice(order.get<Id>());
    return Json{{"name", "Invoices"}, {"type", "ir.actions.act_window"}};
}

Json Env::action_post(const std::vector<Id>& ids) {
    require("account.move", 'w');
    for (const Id id : ids)
        Invoices(*this).post(id);
    return false;
}

Json Env::button_draft(const std::vector<Id>& ids) {
    require("account.move", 'w');
    for (const Id id : ids)
        Invoices(*this).draft(id);
    return {};
}

Json Env::refund_moves(const std::vector<Id>& ids) {
    require("account.move", 'c');
    Id last = 0;
    for (const Id id : ids)
        for (const auto& move : value("account.move.reversal", id, "move_ids"))
            last = Invoices(*this).credit(move.get<Id>());
    return Json{{"type", "ir.actions.act_window"}, {"res_model", "account.move"}, {"res_id", last}};
}

}  // namespace sallyport::odoo_double
