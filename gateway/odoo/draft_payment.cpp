// SPDX-License-Identifier: Apache-2.0
// Which bills a payment to a vendor settles, and with how much.
#include "gateway/odoo/draft_purchase.h"
#include "gateway/odoo/echo.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace sallyport::odoo {

namespace {

std::string money(const Decimal& value) {
    const Decimal plain = value.trimmed();
    const auto two = plain.scale() < 2 ? plain.rounded(2) : Result<Decimal>(plain);
    return two ? two->to_string() : plain.to_string();
}

// As X12 and EDIFACT know ways of payment; what a person did by hand is as both sides agreed.
std::string method_of(const Json& payment) {
    const std::string code = text_of(payment, "payment_method_code");
    if (code == "check_printing") return "check";
    return code == "sepa_ct" ? "ach" : "mutual";
}

struct Settled {
    Json bill{};
    Decimal paid{};
};

Status read_settled(Client& client, std::int64_t entry, std::vector<Settled>& all) {
    auto lines = read_all(
        client, "account.move.line", Json::array({leaf("move_id", "=", entry)}), {"move_id"});
    if (!lines) return std::move(lines).error();
    auto parts = read_all(client,
                          "account.partial.reconcile",
                          Json::array({leaf("debit_move_id", "in", ids_of(*lines))}),
                          {"credit_move_id", "debit_amount_currency"});
    if (!parts) return std::move(parts).error();
    std::map<std::int64_t, Decimal> by_line;
    for (const Json& part : *parts) {
        auto amount = decimal_of(part.value("debit_amount_currency", Json()));
        if (!amount) return std::move(amount).error();
        Decimal& sum = by_line[id_in(part, "credit_move_id").value_or(0)];
        auto more = sum.plus(*amount);
        if (!more) return std::move(more).error();
        sum = *more;
    }
    std::vector<std::int64_t> ids;
    for (const auto& [line, amount] : by_line)
        ids.push_back(line);
    auto credited =
        read_all(client, "account.move.line", Json::array({leaf("id", "in", ids)}), {"move_id"});
    if (!credited) return std::move(credited).error();
    std::map<std::int64_t, Decimal> by_move;
    for (const Json& line : *credited) {
        Decimal& sum = by_move[id_in(line, "move_id").value_or(0)];
        auto more = sum.plus(by_line[id_in(line, "id").value_or(0)]);
        if (!more) return std::move(more).error();
        sum = *more;
    }
    std::vector<std::int64_t> moves;
    for (const auto& [move, amount] : by_move)
        moves.push_back(move);
    auto bills =
        read_all(client,
                 "account.move",
                 Json::array({leaf("id", "in", moves), leaf("move_type", "=", "in_invoice")}),
                 {"name", "ref", "invoice_date", "amount_total", "invoice_origin"});
    if (!bills) return std::move(bills).error();
    for (const Json& bill : *bills)
        all.push_back({.bill = bill, .paid = by_move[id_in(bill, "id").value_or(0)]});
    return {};
}

Result<Json> payments_of(const std::vector<Settled>& all) {
    Json payments = Json::array();
    for (const Settled& one : all) {
        auto total = decimal_of(one.bill.value("amount_total", Json()));
        if (!total) return std::move(total).error();
        const std::string theirs = text_of(one.bill, "ref");
        Json entry{{"kind", "invoice"},
                   {"number", theirs.empty() ? text_of(one.bill, "name") : theirs}};
        if (const std::string day = text_of(one.bill, "invoice_date"); !day.empty())
            entry["date"] = day;
        entry["action"] = one.paid == *total ? "pay_item" : "partial";
        entry["paid"] = money(one.paid);
        entry["gross"] = money(*total);
        const std::string origin = text_of(one.bill, "invoice_origin");
        if (!origin.empty() && origin.find(',') == std::string::npos)
            entry["order_number"] = origin;
        payments.push_back(std::move(entry));
    }
    return payments;
}

Result<std::string> vendor_ref(Client& client, std::int64_t partner) {
    auto found = read_all(client,
                          "res.partner",
                          Json::array({leaf("id", "=", partner)}),
                          {"ref", "commercial_partner_id"});
    if (!found) return std::move(found).error();
    if (found->empty()) return std::string();
    const auto company = id_in(found->front(), "commercial_partner_id").value_or(partner);
    return company == partner ? text_of(found->front(), "ref") : vendor_ref(client, company);
}

}  // namespace

Result<std::optional<Advice>> draft_payment(Client& client,
                                            const OrdersOptions& options,
                                            std::int64_t payment,
                                            bool& wait) {
    auto found = read_all(client,
                          "account.payment",
                          Json::array({leaf("id", "=", payment)}),
                          {"name",
                           "state",
                           "date",
                           "amount",
                           "currency_id",
                           "partner_id",
                           "company_id",
                           "move_id",
                           "payment_method_code"});
    if (!found) return std::move(found).error();
    if (found->empty() || text_of(found->front(), "state") != "posted")
        return std::optional<Advice>();
    const Json& record = found->front();
    const std::int64_t vendor = id_in(record, "partner_id").value_or(0);
    auto ref = vendor_ref(client, vendor);
    if (!ref) return std::move(ref).error();
    std::vector<Settled> settled;
    if (Status read = read_settled(client, id_in(record, "move_id").value_or(0), settled); !read)
        return std::move(read).error();
    // Who it is for is known only when a person matched it with bills, which does not touch the payment.
    wait = settled.empty();
    if (wait) return std::optional<Advice>();
    auto amount = decimal_of(record.value("amount", Json()));
    if (!amount) return std::move(amount).error();
    auto payments = payments_of(settled);
    if (!payments) return std::move(payments).error();
    PartyReader parties(client, options.gln_fields);
    auto payer = parties.company(id_in(record, "company_id").value_or(0));
    if (!payer) return std::move(payer).error();
    auto payee = parties.party(vendor);
    if (!payee) return std::move(payee).error();
    Advice advice;
    advice.vendor_ref = *std::move(ref);
    advice.own_number = text_of(record, "name");
    advice.number = settled.size() == 1 ? text_of(settled.front().bill, "invoice_origin") : "";
    advice.canonical = Json{{"purpose", "original"},
                            {"number", advice.own_number},
                            {"date", text_of(record, "date")},
                            {"handling", "advice_only"},
                            {"amount", money(*amount)},
                            {"direction", "credit"},
                            {"method", method_of(record)},
                            {"pay_on", text_of(record, "date")},
                            {"trace", advice.own_number},
                            {"currency", name_in(record, "currency_id")}};
    if (!payer->is_null()) advice.canonical["payer"] = *std::move(payer);
    if (!payee->is_null()) advice.canonical["payee"] = *std::move(payee);
    advice.canonical["payments"] = *std::move(payments);
    advice.matters = advice.canonical.dump();
    return std::optional<Advice>(std::move(advice));
}

std::vector<Fence::Rule> payment_rules() {
    return {{"account.payment",
             "search_read",
             {"name",
              "state",
              "date",
              "amount",
              "currency_id",
              "partner_id",
              "company_id",
              "move_id",
              "payment_method_code"}},
            {"account.move.line", "search_read", {"move_id"}},
            {"account.partial.reconcile",
             "search_read",
             {"debit_move_id", "credit_move_id", "debit_amount_currency"}},
            {"account.move",
             "search_read",
             {"move_type", "name", "ref", "invoice_date", "amount_total", "invoice_origin"}},
            {"res.partner", "search_read", {"ref", "commercial_partner_id"}}};
}

}  // namespace sallyport::odoo
