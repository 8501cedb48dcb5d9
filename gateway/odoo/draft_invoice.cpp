// SPDX-License-Identifier: Apache-2.0
// Invoice and credit note: Odoo's own numbers, in the buyer's terms, and only when they add up.
#include "gateway/odoo/echo.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::odoo {

namespace {

Result<Decimal> number_in(const Json& record, const char* field) {
    auto value = decimal_of(record.value(field, Json()));
    return value ? Result<Decimal>(value->trimmed()) : std::move(value).error();
}

// Money as it is written: two places at least.
std::string money(const Decimal& value) {
    const Decimal short_one = value.trimmed();
    const auto two = short_one.scale() < 2 ? short_one.rounded(2) : Result<Decimal>(short_one);
    return two ? two->to_string() : short_one.to_string();
}

long days_between(const std::string& from, const std::string& to) {
    const auto first = odoo_instant(from + " 00:00:00");
    const auto last = odoo_instant(to + " 00:00:00");
    if (!first || !last) return -1;
    return std::chrono::duration_cast<std::chrono::days>(*last - *first).count();
}

struct Records {
    Json move{};
    Json company{};
    Json lines{};  // display_type product and tax
    Json taxes{};
    std::map<std::int64_t, std::int64_t> orders{};  // sale.order.line to sale.order
};

class Bill {
public:
    Bill(std::map<std::int64_t, Echo> echoes, const Records& records)
        : m_echoes(std::move(echoes)), m_records(records) {}

    Result<Draft> write() {
        const Echo& first = m_echoes.begin()->second;
        Draft draft;
        draft.canonical = head(first);
        if (Status done = lines(draft.canonical); !done) return std::move(done).error();
        if (Status done = totals(draft.canonical); !done) return std::move(done).error();
        draft.known = first.known;
        draft.kind = "Invoice";
        draft.own_number = text_of(m_records.move, "name");
        draft.matters = draft.canonical.dump();
        // Not what matters: a number that the company gets later does not change invoices that were sent.
        tax_number(draft.canonical);
        return draft;
    }

private:
    void tax_number(Json& out) const {
        const std::string number = text_of(m_records.company, "vat");
        if (number.empty()) return;
        if (!out.contains("seller")) out["seller"]["name"] = text_of(m_records.company, "name");
        if (!out["seller"].contains("tax_id")) out["seller"]["tax_id"] = number;
    }
    bool refund() const { return text_of(m_records.move, "move_type") == "out_refund"; }

    Json head(const Echo& first) const {
        const Json& move = m_records.move;
        const Json& said = first.known.order;
        const std::string dated = text_of(move, "invoice_date");
        const std::string due = text_of(move, "invoice_date_due");
        Json out{{"type", refund() ? "credit_note" : "invoice"},
                 {"purpose", "original"},
                 {"number", text_of(move, "name")},
                 {"date", dated}};
        if (!due.empty()) out["due_on"] = due;
        out["currency"] = name_in(move, "currency_id");
        Json order{{"number", first.known.number}};
        if (said.contains("release")) order["release"] = said["release"];
        if (said.contains("date")) order["date"] = said["date"];
        out["order_ref"] = std::move(order);
        // "INV/2026/00005 (PO-1001)"
        if (refund()) {
            const std::string original = name_in(move, "reversed_entry_id");
            if (!original.empty()) out["original"] = original.substr(0, original.find(' '));
        }
        first.repeat(out, {"refs", "seller", "buyer", "bill_to", "ship_to", "ship_from"});
        const long days = due.empty() ? -1 : days_between(dated, due);
        if (days >= 0)
            out["terms"] = Json{{"kind", "basic"},
                                {"basis", "invoice_date"},
                                {"net_due", due},
                                {"net_days", std::to_string(days)}};
        return out;
    }

    // The buyer's line an invoice line is about; null when it is about none, as freight.
    std::pair<const Echo*, const EchoLine*> said_of(const Json& line) const {
        for (const Json& id : line.value("sale_line_ids", Json::array())) {
            const auto order = m_records.orders.find(id.get<std::int64_t>());
            if (order == m_records.orders.end()) continue;
            const auto echo = m_echoes.find(order->second);
            if (echo == m_echoes.end()) continue;
            if (const EchoLine* said = echo->second.of(id.get<std::int64_t>()))
                return {&echo->second, said};
        }
        return {nullptr, nullptr};
    }

    Status lines(Json& out) {
        Json billed = Json::array();
        Json adjustments = Json::array();
        for (const Json& line : m_records.lines) {
            if (text_of(line, "display_type") != "product") continue;
            auto amount = number_in(line, "price_subtotal");
            if (!amount) return std::move(amount).error();
            auto sum = m_sum.plus(*amount);
            if (!sum) return std::move(sum).error();
            m_sum = *sum;
            ++m_lines;
            const auto [echo, said] = said_of(line);
            if (said == nullptr) {
                if (!amount->is_zero())
                    adjustments.push_back(
                        {{"kind", amount->is_negative() ? "allowance" : "charge"},
                         {"amount", money(amount->is_negative() ? amount->negated() : *amount)},
                         {"text", text_of(line, "name").substr(0, 80)}});
                continue;
            }
            auto one = billed_line(line, *echo, *said, *amount);
            if (!one) return std::move(one).error();
            if (!one->is_null()) billed.push_back(*std::move(one));
        }
        if (!adjustments.empty()) out["adjustments"] = std::move(adjustments);
        out["lines"] = std::move(billed);
        return {};
    }

    Result<Json> billed_line(const Json& line,
                             const Echo& echo,
                             const EchoLine& said,
                             const Decimal& amount) const {
        auto quantity = number_in(line, "quantity");
        auto price = number_in(line, "price_unit");
        auto discount = number_in(line, "discount");
        for (const auto* one : {&quantity, &price, &discount})
            if (!*one) return one->error();
        if (quantity->is_zero()) return Json();
        const auto unit = id_in(line, "product_uom_id").value_or(0);
        auto measure = echo.measure(said, *quantity, unit);
        if (!measure) return std::move(measure).error();
        auto left = Decimal(100).minus(*discount);
        auto net = left ? price->times(*left) : left;
        if (!net) return std::move(net).error();
        auto each = echo.price(said, net->shifted(-2).trimmed(), unit, *measure);
        if (!each) return std::move(each).error();
        Json out = Json::object();
        if (said.said.contains("no")) out["no"] = said.said["no"];
        out["quantity"] = measure->value.to_string();
        out["unit"] = measure->unit;
        out["price"] = each->to_string();
        if (measure->said)
            for (const char* field : {"price_per", "price_basis"})
                if (said.said.contains(field)) out[field] = said.said[field];
        out["amount"] = money(amount);
        if (said.said.contains("item")) out["item"] = said.said["item"];
        if (m_echoes.size() > 1) out["order_number"] = echo.known.number;
        return out;
    }

    Status totals(Json& out) const {
        auto untaxed = number_in(m_records.move, "amount_untaxed");
        auto tax = number_in(m_records.move, "amount_tax");
        auto total = number_in(m_records.move, "amount_total");
        for (const auto* one : {&untaxed, &tax, &total})
            if (!*one) return one->error();
        const auto gap = m_sum.minus(*untaxed);
        const Decimal most = Decimal::from_parts(1 + static_cast<std::int64_t>(m_lines), 2);
        if (!gap || (gap->is_negative() ? gap->negated() : *gap) > most)
            return Error("odoo.invoice.totals",
                         Blame::BackOffice,
                         "the lines of invoice " + text_of(m_records.move, "name") + " add up to " +
                             money(m_sum) + ", its untaxed amount is " + money(*untaxed))
                .remedy("correct the invoice in Odoo, or send it by hand");
        if (Status done = taxes(out); !done) return done;
        out["totals"] = Json{{"lines", money(m_sum)},
                             {"taxable", money(*untaxed)},
                             {"tax", money(*tax)},
                             {"payable", money(*total)}};
        return {};
    }

    Status taxes(Json& out) const {
        Json list = Json::array();
        for (const Json& line : m_records.lines) {
            const auto tax = id_in(line, "tax_line_id");
            if (text_of(line, "display_type") != "tax" || !tax) continue;
            auto amount = number_in(line, "amount_currency");
            auto base = number_in(line, "tax_base_amount");
            if (!amount) return std::move(amount).error();
            if (!base) return std::move(base).error();
            Json one{{"code", "all"}};
            for (const Json& known : m_records.taxes)
                if (id_in(known, "id") == tax && text_of(known, "amount_type") == "percent")
                    if (auto percent = number_in(known, "amount"))
                        one["percent"] = percent->to_string();
            // Bookings of sales are negative, those of credits positive; the document's are positive.
            one["base"] = money(base->is_negative() ? base->negated() : *base);
            one["amount"] = money(amount->is_negative() ? amount->negated() : *amount);
            list.push_back(std::move(one));
        }
        if (!list.empty()) out["taxes"] = std::move(list);
        return {};
    }

    std::map<std::int64_t, Echo> m_echoes;
    const Records& m_records;
    Decimal m_sum{};
    std::size_t m_lines = 0;
};

std::vector<std::int64_t> sale_lines_of(const Json& lines) {
    std::set<std::int64_t> ids;
    for (const Json& line : lines)
        for (const Json& id : line.value("sale_line_ids", Json::array()))
            ids.insert(id.get<std::int64_t>());
    return {ids.begin(), ids.end()};
}

Status read_lines(Client& client, std::int64_t move, Records& records) {
    auto lines =
        read_all(client,
                 "account.move.line",
                 Json::array({leaf("move_id", "=", move),
                              leaf("display_type", "in", Json::array({"product", "tax"}))}),
                 {"display_type",
                  "name",
                  "quantity",
                  "product_uom_id",
                  "price_unit",
                  "discount",
                  "price_subtotal",
                  "tax_line_id",
                  "tax_base_amount",
                  "amount_currency",
                  "sale_line_ids"});
    if (!lines) return std::move(lines).error();
    records.lines = *std::move(lines);
    const auto sold = sale_lines_of(records.lines);
    if (sold.empty()) return {};
    auto orders =
        read_all(client, "sale.order.line", Json::array({leaf("id", "in", sold)}), {"order_id"});
    if (!orders) return std::move(orders).error();
    for (const Json& line : *orders)
        records.orders[id_in(line, "id").value_or(0)] = id_in(line, "order_id").value_or(0);
    std::vector<std::int64_t> taxes;
    for (const Json& line : records.lines)
        if (const auto tax = id_in(line, "tax_line_id")) taxes.push_back(*tax);
    auto known = read_all(
        client, "account.tax", Json::array({leaf("id", "in", taxes)}), {"amount", "amount_type"});
    if (!known) return std::move(known).error();
    records.taxes = *std::move(known);
    return {};
}

}  // namespace

Result<std::optional<Draft>> draft_invoice(Client& client, EchoReader& echo, std::int64_t move) {
    auto found = read_all(client,
                          "account.move",
                          Json::array({leaf("id", "=", move)}),
                          {"name",
                           "move_type",
                           "state",
                           "invoice_date",
                           "invoice_date_due",
                           "company_id",
                           "currency_id",
                           "amount_untaxed",
                           "amount_tax",
                           "amount_total",
                           "reversed_entry_id"});
    if (!found) return std::move(found).error();
    if (found->empty() || text_of((*found)[0], "state") != "posted") return std::optional<Draft>();
    Records records{.move = (*found)[0]};
    if (Status read = read_lines(client, move, records); !read) return std::move(read).error();
    auto company =
        read_all(client,
                 "res.company",
                 Json::array({leaf("id", "=", id_in(records.move, "company_id").value_or(0))}),
                 {"name", "vat"});
    if (!company) return std::move(company).error();
    records.company = company->empty() ? Json::object() : (*company)[0];
    std::map<std::int64_t, std::vector<std::int64_t>> by_order;
    for (const auto& [line, order] : records.orders)
        by_order[order].push_back(line);
    std::set<std::int64_t> units;
    for (const Json& line : records.lines)
        units.insert(id_in(line, "product_uom_id").value_or(0));
    std::map<std::int64_t, Echo> echoes;
    for (const auto& [order, lines] : by_order) {
        auto one = echo.read(order, lines, units);
        if (!one) return std::move(one).error();
        if (*one) echoes.emplace(order, **std::move(one));
    }
    if (echoes.empty()) return std::optional<Draft>();
    auto draft = Bill(std::move(echoes), records).write();
    if (!draft) return std::move(draft).error();
    return std::optional<Draft>(*std::move(draft));
}

}  // namespace sallyport::odoo
