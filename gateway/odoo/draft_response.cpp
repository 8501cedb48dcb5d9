// SPDX-License-Identifier: Apache-2.0
// The answer to an order: what the seller made of each of the buyer's lines.
#include "gateway/odoo/echo.h"

#include <algorithm>
#include <utility>

namespace sallyport::odoo {

namespace {

// What stands in Odoo for one line of the buyer.
struct Standing {
    const Json* record = nullptr;  // sale.order.line; null: gone
    Decimal quantity{};
    Decimal price{};  // after the discount
    std::int64_t unit = 0;
    Decimal short_of{};  // pieces that no stock is reserved for
};

class Answer {
public:
    Answer(Echo echo, const Json& order, const Json& records, const Json& moves)
        : m_echo(std::move(echo)),
          m_order(order),
          m_records(records),
          m_moves(moves),
          m_cancelled(text_of(order, "state") == "cancel") {}

    Result<Draft> write() {
        Draft draft;
        Json& out = draft.canonical;
        out = Json{{"purpose", "original"}, {"status", ""}};
        Json matters{{"cancelled", m_cancelled}, {"date", date()}, {"lines", Json::array()}};
        Json lines = Json::array();
        bool all_accepted = true;
        bool all_rejected = true;
        for (const EchoLine& line : m_echo.lines) {
            // What the buyer took back and is gone needs no answer, unless nothing else is left.
            const bool taken_back = line.said.value("cancelled", false);
            auto standing = standing_of(line);
            if (!standing) return std::move(standing).error();
            auto answer = answer_line(line, *standing);
            if (!answer) return std::move(answer).error().during("line " + line.meant.no);
            const std::string status = text_of(*answer, "status");
            if (!taken_back || status != "rejected") {
                all_accepted = all_accepted && status == "accepted";
                all_rejected = all_rejected && status == "rejected";
                lines.push_back(*std::move(answer));
            }
            matters["lines"].push_back(
                {line.meant.key,
                 m_cancelled || standing->record == nullptr ? 0 : standing->unit,
                 standing->record == nullptr ? Json() : (*standing->record)["product_id"],
                 standing->quantity.trimmed().to_string(),
                 standing->price.to_string()});
        }
        out["status"] = all_rejected ? "rejected" : all_accepted ? "accepted" : "accepted_changed";
        draft.as_asked = (all_accepted && !m_cancelled) ||
                         (m_cancelled && m_echo.known.order.value("cancelled", false));
        head(out);
        out["lines"] = std::move(lines);
        draft.known = m_echo.known;
        draft.kind = "OrderResponse";
        draft.own_number = text_of(m_order, "name");
        draft.matters = matters.dump();
        return draft;
    }

private:
    std::string date() const { return text_of(m_order, "commitment_date").substr(0, 10); }

    void head(Json& out) const {
        const Json& said = m_echo.known.order;
        out["number"] = text_of(m_order, "name");
        Json order{{"number", m_echo.known.number}};
        if (said.contains("release")) order["release"] = said["release"];
        if (said.contains("date")) order["date"] = said["date"];
        order["seller_number"] = text_of(m_order, "name");
        out["order"] = std::move(order);
        m_echo.repeat(out, {"currency", "refs"});
        if (!date().empty() && !m_cancelled)
            out["dates"] = Json::array({Json{{"kind", "deliver"}, {"at", date()}}});
        m_echo.repeat(out, {"ship_to", "bill_to", "buyer", "seller", "ship_from"});
    }

    Result<Standing> standing_of(const EchoLine& line) const {
        Standing standing;
        for (const Json& record : m_records)
            if (line.record != 0 && id_in(record, "id") == line.record) standing.record = &record;
        if (standing.record == nullptr) return standing;
        auto quantity = decimal_of(standing.record->value("product_uom_qty", Json()));
        if (!quantity) return std::move(quantity).error();
        auto price = net_price(*standing.record);
        if (!price) return std::move(price).error();
        standing.quantity = *quantity;
        standing.price = *price;
        standing.unit = id_in(*standing.record, "product_uom").value_or(0);
        for (const Json& move : m_moves)
            if (id_in(move, "sale_line_id") == line.record)
                if (Status added = add_shortage(move, standing); !added)
                    return std::move(added).error();
        return standing;
    }

    // What is neither in stock nor reserved, in pieces.
    Status add_shortage(const Json& move, Standing& standing) const {
        auto wanted = decimal_of(move.value("product_uom_qty", Json()));
        auto there = decimal_of(move.value("forecast_availability", Json()));
        auto size = m_echo.size(id_in(move, "product_uom").value_or(0));
        for (const auto* one : {&wanted, &there, &size})
            if (!*one) return one->error();
        // Below nothing is how much is missing; else how much there will be.
        auto missing =
            there->is_negative() ? Result<Decimal>(there->negated()) : wanted->minus(*there);
        if (!missing) return std::move(missing).error();
        if (missing->is_negative() || missing->is_zero()) return {};
        auto pieces = missing->times(*size);
        auto sum = pieces ? standing.short_of.plus(*pieces) : pieces;
        if (!sum) return std::move(sum).error();
        standing.short_of = *sum;
        return {};
    }

    bool date_moved() const {
        bool asked = false;
        for (const Json& one : m_echo.known.order.value("dates", Json::array())) {
            // When a message was sent and how long a contract runs is nothing a delivery could miss.
            const std::string kind = text_of(one, "kind");
            if (kind == "sent" || kind == "effective" || kind == "expires") continue;
            if (text_of(one, "at").starts_with(date())) return false;
            asked = true;
        }
        return asked && !date().empty();
    }

    // The status of a line that stands, from what differs.
    Result<std::string> status_of(const EchoLine& line, const Standing& standing) const {
        if (id_in(*standing.record, "product_id") != line.meant.product)
            return std::string("substituted");
        auto ours = m_echo.size(line.meant.unit);
        auto theirs = m_echo.size(standing.unit);
        if (!ours) return std::move(ours).error();
        if (!theirs) return std::move(theirs).error();
        const auto meant = line.meant.quantity.times(*ours);
        const auto stands = standing.quantity.times(*theirs);
        const auto price_meant = line.meant.price.times(*theirs);
        const auto price_stands = standing.price.times(*ours);
        for (const auto* one : {&meant, &stands, &price_meant, &price_stands})
            if (!*one) return one->error();
        const bool quantity = !(*meant == *stands);
        const bool price = !(*price_meant == *price_stands);
        const bool moved = date_moved();
        if (int{quantity} + int{price} + int{moved} > 1) return std::string("accepted_changed");
        return std::string(quantity ? "quantity_changed"
                           : price  ? "price_changed"
                           : moved  ? "date_changed"
                                    : "accepted");
    }

    Json part(const std::string& status,
              const std::string& quantity,
              const std::string& unit) const {
        Json answer{{"status", status}, {"quantity", quantity}, {"unit", unit}};
        if (!date().empty() && status != "rejected" && status != "backordered") {
            answer["date_kind"] = "deliver";
            answer["date"] = date();
        }
        return answer;
    }

    Result<Json> answer_line(const EchoLine& line, const Standing& standing) const {
        Json out = Json::object();
        for (const char* field : {"no", "quantity", "unit", "price", "price_per", "item"})
            if (line.said.contains(field)) out[field] = line.said[field];
        if (line.said.contains("price_basis")) out["price_basis"] = line.said["price_basis"];
        if (m_cancelled || standing.record == nullptr || standing.quantity.is_zero()) {
            out["status"] = "rejected";
            out["confirmed"] = "0";
            out["answers"] = Json::array(
                {part("rejected", text_of(line.said, "quantity"), text_of(line.said, "unit"))});
            return out;
        }
        auto status = status_of(line, standing);
        if (!status) return std::move(status).error();
        auto measure = m_echo.measure(line, standing.quantity, standing.unit);
        if (!measure) return std::move(measure).error();
        auto price = m_echo.price(line, standing.price, standing.unit, *measure);
        if (!price) return std::move(price).error();
        if (measure->said) out["price"] = price->to_string();
        auto split = split_short(line, standing, *measure);
        if (!split) return std::move(split).error();
        const auto& [there, later] = *split;
        out["status"] = *status == "accepted" && later.is_zero() ? "accepted" : "accepted_changed";
        out["confirmed"] = there.to_string();
        Json answers = Json::array();
        if (!there.is_zero()) {
            Json answer = part(*status, there.to_string(), measure->unit);
            if (*status == "substituted")
                answer["item"] = Json{{"description", name_in(*standing.record, "product_id")}};
            answers.push_back(std::move(answer));
        }
        if (!later.is_zero()) {
            out["backordered"] = later.to_string();
            answers.push_back(part("backordered", later.to_string(), measure->unit));
        }
        out["answers"] = std::move(answers);
        return out;
    }

    // What comes now and what comes later, in the measure of the line.
    Result<std::pair<Decimal, Decimal>> split_short(const EchoLine& line,
                                                    const Standing& standing,
                                                    const Measure& measure) const {
        const Decimal all = measure.value.trimmed();
        if (standing.short_of.is_zero()) return std::pair{all, Decimal()};
        auto size = m_echo.size(standing.unit);
        auto in_unit = size ? standing.short_of.divided_by(*size, 6) : std::move(size);
        if (!in_unit) return std::move(in_unit).error();
        auto later = m_echo.measure(line, *in_unit, standing.unit);
        // A shortage that is no whole number of the buyer's units: the whole line comes later.
        if (!later || later->said != measure.said || later->value > all)
            return std::pair{Decimal(), all};
        auto now = all.minus(later->value);
        if (!now) return std::move(now).error();
        return std::pair{now->trimmed(), later->value};
    }

    Echo m_echo;
    const Json& m_order;
    const Json& m_records;
    const Json& m_moves;
    bool m_cancelled;
};

}  // namespace

Result<std::optional<Draft>> draft_response(Client& client, EchoReader& echo, std::int64_t order) {
    auto found = read_all(client,
                          "sale.order",
                          Json::array({leaf("id", "=", order)}),
                          {"name", "state", "commitment_date"});
    if (!found) return std::move(found).error();
    if (found->empty()) return std::optional<Draft>();
    const std::string state = text_of((*found)[0], "state");
    if (state != "sale" && state != "done" && state != "cancel") return std::optional<Draft>();
    auto records =
        read_all(client,
                 "sale.order.line",
                 Json::array({leaf("order_id", "=", order)}),
                 {"product_id", "product_uom", "product_uom_qty", "price_unit", "discount"});
    if (!records) return std::move(records).error();
    const auto ids = ids_of(*records);
    auto moves =
        read_all(client,
                 "stock.move",
                 Json::array({leaf("sale_line_id", "in", ids),
                              leaf("state", "not in", Json::array({"done", "cancel"})),
                              leaf("location_dest_id.usage", "=", "customer")}),
                 {"sale_line_id", "product_uom_qty", "product_uom", "forecast_availability"});
    if (!moves) return std::move(moves).error();
    std::set<std::int64_t> units;
    for (const Json* all : {&*records, &*moves})
        for (const Json& one : *all)
            units.insert(id_in(one, "product_uom").value_or(0));
    auto known = echo.read(order, ids, std::move(units));
    if (!known) return std::move(known).error();
    if (!*known) return std::optional<Draft>();
    auto draft = Answer(**std::move(known), (*found)[0], *records, *moves).write();
    if (!draft) return std::move(draft).error();
    return std::optional<Draft>(*std::move(draft));
}

}  // namespace sallyport::odoo
