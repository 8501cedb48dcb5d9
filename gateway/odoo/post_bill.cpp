// SPDX-License-Identifier: Apache-2.0
// A vendor's invoice as a draft bill, when order, receipt and invoice agree as far as the agreement asks.
#include "gateway/odoo/echo.h"
#include "gateway/odoo/load.h"
#include "gateway/odoo/vendor_work.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace sallyport::odoo {

namespace {

struct Billed {
    const PurchaseOrder* order = nullptr;
    const PurchaseLine* line = nullptr;
    Decimal quantity{};  // in the unit of the order's line
    Decimal price{};
};

class BillIn {
public:
    explicit BillIn(const VendorWork& work)
        : m_work(work), m_content(work.posting.content), m_judge(work.posting.rules) {}

    VendorAnswer post() {
        if (Status done = read_orders(); !done) return std::move(done).error();
        const PurchaseOrder& first = m_orders.begin()->second;
        auto known = find(first);
        if (!known) return std::move(known).error();
        std::int64_t id = *known;
        // Made before a crash: weighed again for what the note says, with the bill itself already counted.
        m_made = id != 0;
        if (Status done = weigh(); !done) return std::move(done).error();
        if (!m_made) {
            if (m_judge.worst() != Judge::Act::Warn)
                return stopped(m_work, reference(first), first.name, m_judge, "odoo.bill.held");
            auto made = load(first);
            if (!made) return std::move(made).error().during("making the draft bill");
            id = *made;
        }
        return finish(id, first, *known != 0);
    }

private:
    bool credit() const { return text_of(m_content, "type") == "credit_note"; }
    std::string number() const { return text_of(m_content, "number"); }
    const char* move_type() const { return credit() ? "in_refund" : "in_invoice"; }

    // --- the orders it bills -------------------------------------------------------------------------------------------

    Status read_orders() {
        const std::string whole = text_of(m_content.value("order_ref", Json::object()), "number");
        PurchaseReader reader(m_work.client);
        for (const Json& line : m_content.value("lines", Json::array())) {
            std::string name = text_of(line, "order_number");
            if (name.empty()) name = whole;
            if (m_orders.contains(name)) continue;
            auto order = reader.by_number(name, m_work.posting.vendor);
            if (!order) return std::move(order).error();
            m_orders.emplace(name, *std::move(order));
        }
        if (m_orders.empty())
            return Error("odoo.purchase.unknown",
                         Blame::BackOffice,
                         "invoice " + number() + " has no line")
                .remedy("ask the vendor, then discard the document");
        return {};
    }

    // An invoice may number its lines as it likes: the order's line number counts, then the item, then its own number.
    static Result<const PurchaseLine*> line_for(const PurchaseOrder& order, const Json& line) {
        const Json item = line.value("item", Json::object());
        if (const std::string no = text_of(line, "order_line"); !no.empty())
            return line_meant(order, no, item);
        auto by_item = line_meant(order, {}, item);
        return by_item ? by_item : line_meant(order, text_of(line, "no"), item);
    }

    // --- order, receipt, invoice ---------------------------------------------------------------------------------------

    Status weigh() {
        auto units = UnitTable::read(m_work.client, m_work.options, m_work.posting.partner);
        if (!units) return std::move(units).error();
        const std::string whole = text_of(m_content.value("order_ref", Json::object()), "number");
        for (const Json& line : m_content.value("lines", Json::array())) {
            std::string name = text_of(line, "order_number");
            if (name.empty()) name = whole;
            const PurchaseOrder& order = m_orders.at(name);
            auto meant = line_for(order, line);
            if (!meant) return std::move(meant).error();
            if (Status done = weigh_line(line, order, **meant, *units); !done)
                return std::move(done).error().during("line " + (*meant)->no);
        }
        const std::string currency = text_of(m_content, "currency");
        for (const auto& [name, order] : m_orders)
            if (!currency.empty() && currency != order.currency)
                m_judge.differs("the invoice is in " + currency + ", the order " + name + " in " +
                                    order.currency,
                                std::max(Judge::Act::Hold, m_judge.rules().on_price));
        return weigh_sums();
    }

    Status weigh_line(const Json& line,
                      const PurchaseOrder& order,
                      const PurchaseLine& ours,
                      const UnitTable& units) {
        auto quantity = Decimal::parse(text_of(line, "quantity"));
        if (!quantity) return std::move(quantity).error();
        auto price = price_said(line);
        if (!price) return std::move(price).error();
        const std::string unit = text_of(line, "unit");
        const auto billed = units.quantity_in(*quantity, unit, ours.unit);
        const auto each = units.price_in(*price, unit, ours.unit);
        if (!billed || !each) {
            m_judge.differs(where(order, ours) + ": unit '" + unit + "' is none of ours",
                            std::max(Judge::Act::Hold, m_judge.rules().on_quantity));
            return {};
        }
        m_judge.price(where(order, ours), ours.price, *each);
        m_billed.push_back({.order = &order, .line = &ours, .quantity = *billed, .price = *each});
        return {};
    }

    static std::string where(const PurchaseOrder& order, const PurchaseLine& line) {
        return order.name + " line " + line.no;
    }

    // All this invoice bills of a line, with what was billed before, against what was ordered and what came.
    Status weigh_sums() {
        std::map<const PurchaseLine*, Decimal> sums;
        std::map<const PurchaseLine*, const PurchaseOrder*> orders;
        for (const Billed& one : m_billed) {
            Decimal& sum = sums[one.line];
            auto more = sum.plus(one.quantity);
            if (!more) return std::move(more).error();
            sum = *more;
            orders[one.line] = one.order;
        }
        for (const auto& [line, sum] : sums) {
            const std::string place = where(*orders[line], *line);
            if (credit()) {
                if (m_made) continue;
                m_judge.no_more(place, "billed before", line->invoiced, sum);
                continue;
            }
            auto all = m_made ? Result<Decimal>(line->invoiced) : line->invoiced.plus(sum);
            if (!all) return std::move(all).error();
            if (m_judge.no_more(place, "ordered", line->quantity, *all))
                m_judge.no_more(place, "received", line->received, *all);
        }
        return {};
    }

    // --- the bill ------------------------------------------------------------------------------------------------------

    // The draft made of this document before, 0: none. Another bill with that number is a duplicate.
    Result<std::int64_t> find(const PurchaseOrder& order) {
        auto found = read_all(m_work.client,
                              "account.move",
                              Json::array({leaf("move_type", "=", move_type()),
                                           leaf("ref", "=", number()),
                                           leaf("commercial_partner_id", "=", order.commercial),
                                           leaf("state", "!=", "cancel")}),
                              {"name"});
        if (!found) return std::move(found).error();
        auto keys = read_external_ids(m_work.client, "account.move", ids_of(*found));
        if (!keys) return std::move(keys).error();
        for (const std::int64_t id : ids_of(*found))
            if (text_of(*keys, std::to_string(id)) == "edi_gw." + m_work.key('b')) return id;
        if (!found->empty())
            return Error("odoo.bill.duplicate",
                         Blame::BackOffice,
                         "bill " + text_of(found->front(), "name") +
                             " of this vendor already carries the number " + number())
                .remedy("cancel that bill if this document counts and release it, else discard it");
        return std::int64_t{0};
    }

    std::string origins() const {
        std::string names;
        for (const auto& [name, order] : m_orders)
            names += (names.empty() ? "" : ", ") + order.name;
        return names;
    }

    Result<std::int64_t> load(const PurchaseOrder& order) {
        std::vector<std::string> columns{
            "id", "move_type", "partner_id/.id", "ref", "invoice_origin"};
        Json head = Json::array({m_work.key('b'), move_type(), order.vendor, number(), origins()});
        const auto optional = [&](const char* column, const std::string& value) {
            if (value.empty()) return;
            columns.emplace_back(column);
            head.push_back(value);
        };
        optional("invoice_date", text_of(m_content, "date"));
        optional("invoice_date_due", text_of(m_content, "due_on"));
        const std::size_t width = columns.size();
        for (const char* column : {"product_id/.id",
                                   "quantity",
                                   "product_uom_id/.id",
                                   "price_unit",
                                   "purchase_line_id/.id"})
            columns.push_back(std::string("invoice_line_ids/") + column);
        Json rows = Json::array();
        for (const Billed& one : m_billed) {
            Json row = rows.empty() ? head : Json(std::vector<std::string>(width));
            row.push_back(one.line->product);
            row.push_back(one.quantity.to_string());
            row.push_back(one.line->unit);
            row.push_back(one.price.to_string());
            row.push_back(one.line->id);
            rows.push_back(std::move(row));
        }
        auto loaded = call_patiently(m_work.client,
                                     load_call("account.move", std::move(columns), std::move(rows)),
                                     m_work.pause);
        if (!loaded) return std::move(loaded).error();
        auto ids = loaded_ids("account.move", *loaded);
        return ids ? Result<std::int64_t>(ids->front()) : std::move(ids).error();
    }

    VendorAnswer finish(std::int64_t id, const PurchaseOrder& order, bool existed) {
        auto found = read_all(m_work.client,
                              "account.move",
                              Json::array({leaf("id", "=", id)}),
                              {"name", "state", "amount_total"});
        if (!found) return std::move(found).error().during("reading the bill back");
        if (found->empty())
            return Error("odoo.record.missing",
                         Blame::BackOffice,
                         "the draft bill was deleted in Odoo while it was made")
                .remedy("decide whether to post the document again");
        const Json& bill = found->front();
        if (Status done = compare(bill); !done) return std::move(done).error();
        const RecordRef record{.model = "account.move",
                               .id = id,
                               .model_id = "account.model_account_move",
                               .user = order.buyer};
        RecordNotes notes(m_work.client, m_work.pause, m_work.key('b'));
        if (Status done = notes.attach(record, m_work.posting.original); !done)
            return std::move(done).error();
        const std::string body = html_paragraphs(
            m_work.head("Invoice " + number() + " for " + origins()), m_judge.all());
        if (Status done = notes.note(record, "made", body); !done) return std::move(done).error();
        if (m_judge.any())
            if (Status asked = notes.task(record, "differs", "EDI: the invoice differs", body);
                !asked)
                return std::move(asked).error();
        std::string name = text_of(bill, "name");
        if (name.empty() || name == "/") name = number();
        return std::variant<flow::Noted, flow::Missing>(
            flow::Noted{.record = {.id = id,
                                   .name = std::move(name),
                                   .state = text_of(bill, "state"),
                                   .existed = existed},
                        .system = "odoo/account.move",
                        .remarks = m_judge.text()});
    }

    // Charges and taxes are Odoo's; what they make of the sum is for the person who posts the bill.
    Status compare(const Json& bill) {
        const std::string said = text_of(m_content.value("totals", Json::object()), "payable");
        if (said.empty()) return {};
        auto theirs = Decimal::parse(said);
        auto ours = decimal_of(bill.value("amount_total", Json()));
        if (!theirs) return std::move(theirs).error();
        if (!ours) return std::move(ours).error();
        if (!(*theirs == *ours))
            m_judge.differs("the invoice says " + said + " in all, the draft bill " +
                                ours->trimmed().to_string(),
                            Judge::Act::Warn);
        return {};
    }

    const VendorWork& m_work;
    const Json& m_content;
    Judge m_judge;
    std::map<std::string, PurchaseOrder> m_orders{};
    std::vector<Billed> m_billed{};
    bool m_made = false;
};

}  // namespace

VendorAnswer post_bill(const VendorWork& work) {
    return BillIn(work).post();
}

Fence bills_in_fence() {
    return Fence(purchase_rules())
        .with(notes_rules())
        .with({{"account.move",
                "search_read",
                {"move_type", "ref", "commercial_partner_id", "state", "name", "amount_total"}},
               {"account.move", "get_external_id", {}},
               {"account.move",
                "load",
                {"move_type",
                 "partner_id",
                 "ref",
                 "invoice_origin",
                 "invoice_date",
                 "invoice_date_due",
                 "invoice_line_ids/product_id",
                 "invoice_line_ids/quantity",
                 "invoice_line_ids/product_uom_id",
                 "invoice_line_ids/price_unit",
                 "invoice_line_ids/purchase_line_id"}}});
}

}  // namespace sallyport::odoo
