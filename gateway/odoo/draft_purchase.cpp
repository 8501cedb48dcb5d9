// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/draft_purchase.h"

#include <algorithm>
#include <array>
#include <utility>

namespace sallyport::odoo {

namespace {

constexpr std::size_t LongestDescription = 80;

std::string day(const std::string& moment) {
    return moment.substr(0, 10);
}

Json item_of(const PurchaseLine& line) {
    Json item = Json::object();
    const std::string& code = line.barcode;
    const bool digits = !code.empty() && code.find_first_not_of("0123456789") == std::string::npos;
    if (digits && code.size() == 14) item["gtin"] = code;
    if (digits && code.size() == 13) item["ean"] = code;
    if (digits && code.size() == 12) item["upc"] = code;
    if (!line.vendor_code.empty()) item["seller_code"] = line.vendor_code;
    if (!line.code.empty()) item["buyer_code"] = line.code;
    std::string words = line.description.substr(0, line.description.find('\n'));
    // "[W-77-A] Widget 77A": the code stands beside it.
    if (words.starts_with('[') && words.find("] ") != std::string::npos)
        words.erase(0, words.find("] ") + 2);
    if (!words.empty()) item["description"] = words.substr(0, LongestDescription);
    return item;
}

Result<Json> line_of(const PurchaseOrder& order, const PurchaseLine& line, const UnitTable& units) {
    const std::string unit = units.word(line.unit);
    if (unit.empty())
        return Error("odoo.purchase.unit",
                     Blame::BackOffice,
                     "line " + line.no + " of purchase order " + order.name +
                         " is in a unit that has no name in our documents")
            .remedy("name its external id in odoo.units, or order in another unit");
    Json out{{"no", line.no},
             {"quantity", line.quantity.trimmed().to_string()},
             {"unit", unit},
             {"price", line.price.to_string()},
             {"item", item_of(line)}};
    if (!line.planned.empty())
        out["dates"] = Json::array({Json{{"kind", "deliver"}, {"at", day(line.planned)}}});
    return out;
}

const Json* line_in(const Json& document, const std::string& no) {
    const auto lines = document.find("lines");
    if (lines == document.end()) return nullptr;
    for (const Json& line : *lines)
        if (text_of(line, "no") == no) return &line;
    return nullptr;
}

std::string date_in(const Json& line) {
    const auto dates = line.find("dates");
    return dates == line.end() || dates->empty() ? std::string() : text_of(dates->front(), "at");
}

bool same_number(const std::string& a, const std::string& b) {
    const auto first = Decimal::parse(a);
    const auto second = Decimal::parse(b);
    return first && second ? *first == *second : a == b;
}

// What differs between two states of one line and is no news to the vendor when it is what the vendor said.
class LineChange {
public:
    LineChange(const Json& sent, const Json& now, const Json& answered)
        : m_sent(sent), m_now(now), m_answered(answered) {}

    bool quantity() const { return news("quantity", text_of(m_now, "quantity")); }
    bool price() const { return news("price", text_of(m_now, "price")); }
    bool date() const {
        const std::string now = date_in(m_now);
        return now != date_in(m_sent) && now != text_of(m_answered, "date");
    }
    bool less() const {
        const auto before = Decimal::parse(text_of(m_sent, "quantity"));
        const auto after = Decimal::parse(text_of(m_now, "quantity"));
        return before && after && *after < *before;
    }
    bool gone() const {
        const auto after = Decimal::parse(text_of(m_now, "quantity"));
        return after && after->is_zero();
    }

private:
    bool news(const char* field, const std::string& now) const {
        const std::string said = text_of(m_answered, field);
        return !same_number(now, text_of(m_sent, field)) &&
               (said.empty() || !same_number(now, said));
    }

    const Json& m_sent;
    const Json& m_now;
    const Json& m_answered;
};

std::string word_of(const LineChange& change) {
    const bool quantity = change.quantity();
    const bool price = change.price();
    const bool date = change.date();
    if (quantity && change.gone()) return "delete";
    if (int{quantity} + int{price} + int{date} > 1) return "change";
    return quantity ? (change.less() ? "quantity_down" : "quantity_up")
           : price  ? "price"
           : date   ? "reschedule"
                    : "";
}

Json change_head(const Json& order, const char* purpose) {
    Json out{{"purpose", purpose}};
    for (const char* field : {"type", "number", "date", "currency", "ship_to", "buyer", "seller"})
        if (order.contains(field)) out[field] = order[field];
    return out;
}

}  // namespace

Result<Json> write_purchase(const PurchaseOrder& order,
                            const UnitTable& units,
                            PartyReader& parties) {
    Json out{{"purpose", "original"},
             {"type", order.drop_to != 0 ? "dropship" : "standalone"},
             {"number", order.name},
             {"date", day(order.confirmed)},
             {"currency", order.currency}};
    if (!order.planned.empty())
        out["dates"] = Json::array({Json{{"kind", "deliver"}, {"at", day(order.planned)}}});
    auto ship_to = order.drop_to != 0 ? parties.party(order.drop_to)
                                      : parties.warehouse_of(order.picking_type);
    auto buyer = parties.company(order.company);
    auto seller = parties.party(order.commercial);
    for (auto* one : {&ship_to, &buyer, &seller})
        if (!*one) return std::move(*one).error();
    if (!ship_to->is_null()) out["ship_to"] = *std::move(ship_to);
    if (!buyer->is_null()) {
        out["bill_to"] = *buyer;
        out["buyer"] = *std::move(buyer);
    }
    if (!seller->is_null()) out["seller"] = *std::move(seller);
    Json lines = Json::array();
    for (const PurchaseLine& line : order.lines) {
        auto written = line_of(order, line, units);
        if (!written) return std::move(written).error();
        lines.push_back(*std::move(written));
    }
    out["lines"] = std::move(lines);
    return out;
}

Result<std::optional<Json>> purchase_change(const Json& sent,
                                            const Json& now,
                                            const Json& answered,
                                            const std::vector<Left>& left) {
    Json lines = Json::array();
    for (const Json& line : now.value("lines", Json::array())) {
        const std::string no = text_of(line, "no");
        const Json* before = line_in(sent, no);
        Json changed = line;
        if (before == nullptr) {
            if (LineChange(line, line, Json::object()).gone()) continue;  // it came and went
            changed["change"] = "add";
        } else {
            if (before->value("item", Json()) != line.value("item", Json()) &&
                text_of(before->value("item", Json::object()), "buyer_code") !=
                    text_of(line.value("item", Json::object()), "buyer_code"))
                return Error("odoo.purchase.renumbered",
                             Blame::BackOffice,
                             "line " + no + " of purchase order " + text_of(now, "number") +
                                 " is of another product than when it was sent")
                    .remedy("cancel the order and make a new one, or tell the vendor by hand");
            const Json said = answered.value(no, Json::object());
            const std::string word = word_of(LineChange(*before, line, said));
            if (word.empty()) continue;
            changed["change"] = word;
        }
        for (const Left& one : left)
            if (one.no == no) changed["left"] = one.quantity;
        lines.push_back(std::move(changed));
    }
    for (const Json& line : sent.value("lines", Json::array()))
        if (line_in(now, text_of(line, "no")) == nullptr) {
            Json gone = line;
            gone["change"] = "delete";
            lines.push_back(std::move(gone));
        }
    if (lines.empty()) return std::optional<Json>();
    Json out = change_head(now, "change");
    out["lines"] = std::move(lines);
    return std::optional<Json>(std::move(out));
}

Json purchase_cancellation(const Json& sent) {
    Json out = change_head(sent, "cancellation");
    Json lines = sent.value("lines", Json::array());
    for (Json& line : lines) {
        line["change"] = "delete";
        line["left"] = "0";
    }
    out["lines"] = std::move(lines);
    return out;
}

}  // namespace sallyport::odoo
