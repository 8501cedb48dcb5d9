// SPDX-License-Identifier: Apache-2.0
// A vendor's answer on our purchase order: its number, dates, and what of quantities and prices is within the tolerances.
//
// A quantity is never lowered: on a confirmed order Odoo answers that with a delivery back to the vendor. It stays for a
// person, as does everything the agreement's rules do not let through.
#include "gateway/odoo/echo.h"
#include "gateway/odoo/load.h"
#include "gateway/odoo/purchasing.h"
#include "gateway/odoo/vendor_work.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace sallyport::odoo {

namespace {

// What the vendor says about one line, in the terms of ours.
struct Said {
    const PurchaseLine* line = nullptr;
    std::optional<Decimal> quantity{};
    std::optional<Decimal> price{};
    std::string day{};
};

std::string date_among(const Json& holder, const char* kind) {
    for (const Json& one : holder.value("dates", Json::array()))
        if (text_of(one, "kind") == kind) return text_of(one, "at").substr(0, 10);
    return {};
}

class AnswerIn {
public:
    explicit AnswerIn(const VendorWork& work)
        : m_work(work), m_content(work.posting.content), m_judge(work.posting.rules) {}

    VendorAnswer post() {
        const Json about = m_content.value("order", Json::object());
        auto order = PurchaseReader(m_work.client)
                         .by_number(text_of(about, "number"), m_work.posting.vendor);
        if (!order) return std::move(order).error();
        m_order = *std::move(order);
        m_theirs = text_of(about, "seller_number");
        if (m_theirs.empty()) m_theirs = text_of(m_content, "number");
        RecordNotes notes(m_work.client, m_work.pause, m_work.key('r'));
        auto before = notes.said(reference(m_order), m_work.key('r'));
        if (!before) return std::move(before).error();
        if (*before) return noted(true);
        if (Status done = weigh(); !done) return std::move(done).error();
        if (Status done = notes.attach(reference(m_order), m_work.posting.original); !done)
            return std::move(done).error();
        if (m_judge.worst() != Judge::Act::Warn)
            return stopped(m_work, reference(m_order), m_order.name, m_judge, "odoo.answer.held");
        // Before what is written: a document whose note is found is done with.
        if (m_judge.any())
            if (Status asked = notes.task(reference(m_order),
                                          "differs",
                                          "EDI: the vendor's answer differs",
                                          html_paragraphs(m_work.head("Answer"), m_judge.all()));
                !asked)
                return std::move(asked).error();
        if (Status done = remember(); !done) return std::move(done).error();
        if (Status done = write(); !done) return std::move(done).error();
        return noted(false);
    }

private:
    VendorAnswer noted(bool existed) const {
        return std::variant<flow::Noted, flow::Missing>(
            flow::Noted{.record = {.id = m_order.id,
                                   .name = m_order.name,
                                   .state = m_order.state,
                                   .existed = existed},
                        .system = "odoo/purchase.order",
                        .remarks = m_judge.text()});
    }

    // --- what it says --------------------------------------------------------------------------------------------------

    Status weigh() {
        auto units = UnitTable::read(m_work.client, m_work.options, m_work.posting.partner);
        if (!units) return std::move(units).error();
        const std::string status = text_of(m_content, "status");
        const Json lines = m_content.value("lines", Json::array());
        if (status == "rejected" && lines.empty())
            m_judge.differs("the vendor rejects the order", m_judge.rules().on_quantity);
        for (const Json& line : lines) {
            auto meant =
                line_meant(m_order, text_of(line, "no"), line.value("item", Json::object()));
            if (!meant) return std::move(meant).error();
            auto said = read_line(line, **meant, *units);
            if (!said) return std::move(said).error().during("line " + (*meant)->no);
            judge(*said);
            m_said.push_back(*std::move(said));
        }
        return {};
    }

    // What will come at all: parts the vendor rejects are no part of it, those it delivers later are.
    static Result<std::optional<Decimal>> confirmed(const Json& line, bool& later) {
        const Json answers = line.value("answers", Json::array());
        if (text_of(line, "status") == "rejected") return std::optional(Decimal());
        if (answers.empty()) {
            const std::string text = line.contains("confirmed") ? text_of(line, "confirmed") : "";
            if (text.empty()) return std::optional<Decimal>();
            auto value = Decimal::parse(text);
            if (!value) return std::move(value).error();
            return std::optional(*value);
        }
        Decimal sum;
        bool any = false;
        for (const Json& answer : answers) {
            const std::string status = text_of(answer, "status");
            later = later || status == "backordered" || status == "on_hold";
            any = any || status == "rejected";
            if (status == "rejected" || text_of(answer, "quantity").empty()) continue;
            any = true;
            auto part = Decimal::parse(text_of(answer, "quantity"));
            auto more = part ? sum.plus(*part) : part;
            if (!more) return std::move(more).error();
            sum = *more;
        }
        return any ? std::optional(sum) : std::optional<Decimal>();
    }

    std::string day_of(const Json& line) const {
        std::string last;  // of the parts that will come
        for (const Json& answer : line.value("answers", Json::array()))
            if (text_of(answer, "status") != "rejected")
                last = std::max(last, text_of(answer, "date").substr(0, 10));
        for (const Json* holder : {&line, &m_content})
            for (const char* kind : {"deliver", "ship"})
                if (last.empty()) last = date_among(*holder, kind);
        return last;
    }

    Result<Said> read_line(const Json& line, const PurchaseLine& ours, const UnitTable& units) {
        Said said{.line = &ours};
        bool later = false;
        auto quantity = confirmed(line, later);
        if (!quantity) return std::move(quantity).error();
        const std::string unit = text_of(line, "unit");
        if (*quantity) {
            said.quantity = units.quantity_in(**quantity, unit, ours.unit);
            if (!said.quantity)
                m_judge.differs("line " + ours.no + ": unit '" + unit + "' is none of ours",
                                m_judge.rules().on_quantity);
        }
        if (line.contains("price")) {
            auto price = price_said(line);
            if (!price) return std::move(price).error();
            said.price = units.price_in(*price, unit, ours.unit);
        }
        said.day = day_of(line);
        if (later) m_judge.remark("line " + ours.no + ": part of it comes later");
        return said;
    }

    void judge(const Said& said) {
        const std::string where = "line " + said.line->no;
        if (said.quantity) {
            const bool good = m_judge.quantity(where, said.line->quantity, *said.quantity);
            if (good && *said.quantity < said.line->quantity)
                m_judge.remark(where + ": " + said.quantity->trimmed().to_string() +
                               " will come; the order is left as it is");
        }
        if (said.price) m_judge.price(where, said.line->price, *said.price);
        if (!said.day.empty()) m_judge.date(where, said.line->planned, said.day);
    }

    // --- what becomes of it --------------------------------------------------------------------------------------------

    // Before it is written, so that the change it makes is not told back to the vendor.
    Status remember() const {
        const std::string name = vendor_answer_name(m_order.id);
        auto kept = m_work.memory.recall(name);
        if (!kept) return std::move(kept).error();
        Json all = Json::parse(*kept, nullptr, false);
        if (!all.is_object()) all = Json::object();
        for (const Said& said : m_said) {
            Json& line = all[said.line->no];
            if (said.quantity) line["quantity"] = said.quantity->to_string();
            if (said.price) line["price"] = said.price->to_string();
            if (!said.day.empty()) line["date"] = said.day;
        }
        return m_work.memory.remember(name, all.dump());
    }

    // With two places in Odoo, a price of more is one it would round.
    bool takes_price(const Said& said) const {
        return said.price && *said.price != said.line->price && !said.line->discounted &&
               said.price->trimmed().scale() <= 2 &&
               Judge(m_work.posting.rules).price("", said.line->price, *said.price);
    }

    bool takes_quantity(const Said& said) const {
        return said.quantity && said.line->quantity < *said.quantity &&
               Judge(m_work.posting.rules).quantity("", said.line->quantity, *said.quantity);
    }

    // One row per line that changes. Each row names every column: Odoo takes an empty cell as "take it away".
    Result<Json> rows(const Json& head, std::vector<std::string>& columns) const {
        Json rows = Json::array();
        for (const Said& said : m_said) {
            auto date = said.day.empty() || said.day == said.line->planned.substr(0, 10)
                            ? Result<std::string>(said.line->planned)
                            : utc_datetime(said.day, m_work.options.delivery_time_utc);
            if (!date) return std::move(date).error();
            if (*date == said.line->planned && !takes_price(said) && !takes_quantity(said))
                continue;
            Json row = rows.empty() ? head : Json(std::vector<std::string>(head.size()));
            row.push_back(said.line->id);
            row.push_back(*date);
            // Whatever is written, the price goes with it: Odoo computes it anew with the quantity.
            if (!said.line->discounted) {
                const Decimal price = takes_price(said) ? *said.price : said.line->price;
                row.push_back(price.to_string());
                row.push_back(
                    (takes_quantity(said) ? *said.quantity : said.line->quantity).to_string());
            } else {
                row.push_back("");
                row.push_back("");
            }
            rows.push_back(std::move(row));
        }
        if (rows.empty()) {
            rows.push_back(head);
            return rows;
        }
        const bool discounted = std::any_of(
            rows.begin(), rows.end(), [&](const Json& row) { return row[head.size() + 2] == ""; });
        columns.insert(columns.end(), {"order_line/.id", "order_line/date_planned"});
        if (!discounted)
            columns.insert(columns.end(), {"order_line/price_unit", "order_line/product_qty"});
        else
            for (Json& row : rows)
                row.erase(row.begin() + static_cast<std::ptrdiff_t>(head.size() + 2), row.end());
        return rows;
    }

    std::string body() const {
        std::vector<std::string> lines;
        if (!m_theirs.empty()) lines.push_back("The vendor's number: " + m_theirs);
        for (const Said& said : m_said) {
            std::string text = "Line " + said.line->no + ":";
            if (said.quantity) text += " quantity " + said.quantity->trimmed().to_string();
            if (said.price) text += " price " + said.price->to_string();
            if (!said.day.empty()) text += " on " + said.day;
            lines.push_back(std::move(text));
        }
        for (const std::string& one : m_judge.all())
            lines.push_back(one);
        return html_paragraphs(m_work.head("Answer to " + m_order.name), lines);
    }

    Status write() const {
        std::vector<std::string> columns{".id"};
        Json head = Json::array({m_order.id});
        if (!m_theirs.empty()) {
            columns.emplace_back("partner_ref");
            head.push_back(m_theirs);
        }
        const std::string key = m_work.key('r');
        for (const auto& [column, cell] : {std::pair{"id", key},
                                           std::pair{"model", std::string("purchase.order")},
                                           std::pair{"message_type", std::string("comment")},
                                           std::pair{"subtype_id/id", std::string("mail.mt_note")},
                                           std::pair{"subject", key},
                                           std::pair{"body", body()}}) {
            columns.push_back(std::string("message_ids/") + column);
            head.push_back(cell);
        }
        auto data = rows(head, columns);
        if (!data) return std::move(data).error();
        auto loaded =
            m_work.client.call(load_call("purchase.order", std::move(columns), *std::move(data)));
        // Not repeated here: what rolled it back may have been the same answer, or a person.
        if (!loaded) return std::move(loaded).error().during("writing the answer");
        auto ids = loaded_ids("purchase.order", *loaded);
        return ids ? Status() : Status(std::move(ids).error().during("writing the answer"));
    }

    const VendorWork& m_work;
    const Json& m_content;
    Judge m_judge;
    PurchaseOrder m_order{};
    std::string m_theirs{};
    std::vector<Said> m_said{};
};

}  // namespace

VendorAnswer post_answer(const VendorWork& work) {
    return AnswerIn(work).post();
}

Fence purchase_in_fence() {
    std::vector<std::string> order{
        ".id", "partner_ref", "message_ids", "order_line", "order_line/.id"};
    for (const char* field : {"id", "model", "message_type", "subtype_id", "subject", "body"})
        order.push_back(std::string("message_ids/") + field);
    for (const char* field : {"date_planned", "price_unit", "product_qty"})
        order.push_back(std::string("order_line/") + field);
    return Fence(purchase_rules())
        .with(notes_rules())
        .with({{"purchase.order", "load", std::move(order)}});
}

}  // namespace sallyport::odoo
