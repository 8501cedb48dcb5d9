// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/decimal.h"
#include "gateway/flow/inquiries.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

std::string text_at(const ordered_json& record, const char* name) {
    const auto found = record.find(name);
    return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A list of records, or nothing.
ordered_json list_at(const ordered_json& record, const char* name) {
    const auto found = record.find(name);
    return found != record.end() && found->is_array() ? *found : ordered_json::array();
}

Decimal number_at(const ordered_json& record, const char* name) {
    auto number = Decimal::parse(text_at(record, name));
    return number ? *number : Decimal();
}

// A sum that cannot be told (36 digits) stays what it was.
void add(Decimal& sum, const Decimal& more) {
    if (auto both = sum.plus(more)) sum = *both;
}

struct Line {
    std::string no;
    std::string unit;
    Decimal ordered;
    std::optional<Decimal> confirmed;
    Decimal shipped;
    Decimal invoiced;

    const Decimal& due() const { return confirmed ? *confirmed : ordered; }
};

class Order {
public:
    explicit Order(std::string number) : m_number(std::move(number)) {}

    void take_order(const ordered_json& order) {
        m_lines.clear();
        for (const ordered_json& one : list_at(order, "lines")) {
            Line line;
            line.no = text_at(one, "no");
            line.unit = text_at(one, "unit");
            line.ordered = number_at(one, "quantity");
            m_lines.push_back(std::move(line));
        }
    }

    void take_response(const ordered_json& response) {
        m_answer = text_at(response, "status");
        for (const ordered_json& one : list_at(response, "lines"))
            if (Line* line = line_of(text_at(one, "no")); line != nullptr)
                line->confirmed = confirmed_of(one, *line);
    }

    void take_notice(const ordered_json& notice) {
        const auto shipment = notice.find("shipment");
        if (shipment == notice.end() || !shipment->is_object()) return;
        for (const ordered_json& order : list_at(*shipment, "orders"))
            if (text_at(order, "order_number") == m_number) take_packages(order);
    }

    void take_invoice(const ordered_json& invoice) {
        // A credit note takes back what was charged, not what was sent.
        const bool credit = text_at(invoice, "type").find("credit") != std::string::npos;
        for (const ordered_json& one : list_at(invoice, "lines")) {
            const std::string order = text_at(one, "order_number");
            if (!order.empty() && order != m_number) continue;
            std::string no = text_at(one, "order_line");
            if (no.empty()) no = text_at(one, "no");
            if (Line* line = line_of(no); line != nullptr)
                add(line->invoiced,
                    credit ? number_at(one, "quantity").negated() : number_at(one, "quantity"));
        }
    }

    const std::string& answer() const { return m_answer; }
    const std::vector<Line>& lines() const { return m_lines; }

private:
    Line* line_of(const std::string& no) {
        const auto found = std::find_if(
            m_lines.begin(), m_lines.end(), [&](const Line& one) { return one.no == no; });
        return found == m_lines.end() ? nullptr : &*found;
    }

    // What is promised, sooner or later.
    static Decimal confirmed_of(const ordered_json& answer, const Line& line) {
        if (text_at(answer, "status") == "rejected") return {};
        if (!answer.contains("confirmed")) return line.ordered;
        Decimal sum = number_at(answer, "confirmed");
        add(sum, number_at(answer, "backordered"));
        return sum;
    }

    // Packages stand in packages; the depth is the schema's.
    void take_packages(const ordered_json& holder) {
        for (const ordered_json& item : list_at(holder, "items"))
            if (Line* line = line_of(text_at(item, "line_no")); line != nullptr)
                add(line->shipped, number_at(item, "quantity"));
        for (const ordered_json& package : list_at(holder, "packages"))
            take_packages(package);
    }

    std::string m_number;
    std::string m_answer;
    std::vector<Line> m_lines;
};

std::string share(const std::vector<Line>& lines, Decimal Line::*done) {
    bool any = false;
    bool all = true;
    for (const Line& line : lines) {
        const Decimal& so_far = line.*done;
        any = any || so_far > Decimal();
        all = all && so_far >= line.due();
    }
    return !any ? "none" : all ? "full" : "part";
}

std::string state_of(const store::Document& order, const std::string& answer) {
    if (answer == "rejected") return "cancelled";
    if (answer == "accepted") return "confirmed";
    if (!answer.empty()) return "changed";
    if (order.status.back_office == store::BackOfficeStatus::Posted) return "accepted";
    if (order.status.back_office == store::BackOfficeStatus::Held) return "held";
    if (order.status.back_office == store::BackOfficeStatus::Refused ||
        order.status.content == store::ContentStatus::Invalid)
        return "rejected";
    return "received";
}

struct Rows {
    std::vector<store::Document> documents;  // the partner's, oldest first
    std::string name;                        // the back office's
};

Result<Rows> rows_of(store::Store& store,
                     const std::string& partner,
                     const std::string& purchase_order) {
    return store::read<Rows>(store, [&](store::Reader& reader) -> Result<Rows> {
        auto thread = reader.thread(purchase_order);
        if (!thread) return std::move(thread).error();
        Rows rows;
        for (store::Document& one : *thread) {
            if (one.partner != partner || one.business_number != purchase_order) continue;
            auto posted = reader.back_office_results_of(one.id);
            if (!posted) return std::move(posted).error();
            if (!posted->empty()) rows.name = posted->back().name;
            rows.documents.push_back(std::move(one));
        }
        return rows;
    });
}

bool given_up(const store::Document& document) {
    return document.status.delivery == store::DeliveryStatus::Failed;
}

// A ship notice or invoice that was sent again says the whole of it again: the last of a number counts.
std::vector<const store::Document*> that_count(const std::vector<store::Document>& documents,
                                               const store::Document& order) {
    std::map<std::pair<std::string, std::string>, const store::Document*> last;
    std::vector<const store::Document*> found;
    for (const store::Document& one : documents)
        if (one.direction == store::Direction::Outbound && !one.canonical_ref.empty() &&
            !given_up(one))
            last[{one.kind, one.own_number}] = &one;
    if (!order.canonical_ref.empty()) found.push_back(&order);
    for (const store::Document& one : documents)
        if (const auto at = last.find({one.kind, one.own_number});
            at != last.end() && at->second == &one)
            found.push_back(&one);
    return found;
}

// Duplicates carry no content of their own to be judged by.
bool is_order(const store::Document& document) {
    return document.kind == "Order" && document.direction == store::Direction::Inbound &&
           document.next.code != "flow.duplicate.business";
}

}  // namespace

Result<std::optional<OrderProgress>> order_progress(store::Store& store,
                                                    const store::Archive& archive,
                                                    const std::string& partner,
                                                    const std::string& purchase_order) {
    auto rows = rows_of(store, partner, purchase_order);
    if (!rows) return std::move(rows).error();
    const store::Document* order = nullptr;
    for (const store::Document& one : rows->documents)
        if (is_order(one) &&
            (order == nullptr || one.status.back_office == store::BackOfficeStatus::Posted))
            order = &one;
    if (order == nullptr) return std::optional<OrderProgress>();

    Order sum(purchase_order);
    OrderProgress progress{.order = rows->name, .as_of = order->updated};
    for (const store::Document* one : that_count(rows->documents, *order)) {
        auto text = archive.get(one->canonical_ref);
        if (!text) return std::move(text).error().during("reading document " + one->id);
        const auto content = ordered_json::parse(*text, nullptr, false);
        if (!content.is_object()) continue;
        if (one == order) sum.take_order(content);
        if (one->kind == "OrderResponse") sum.take_response(content);
        if (one->kind == "ShipNotice") sum.take_notice(content);
        if (one->kind == "Invoice") sum.take_invoice(content);
        progress.as_of = std::max(progress.as_of, one->updated);
    }
    progress.state = state_of(*order, sum.answer());
    progress.shipped = share(sum.lines(), &Line::shipped);
    progress.invoiced = share(sum.lines(), &Line::invoiced);
    for (const Line& line : sum.lines())
        progress.lines.push_back(
            {.no = line.no,
             .unit = line.unit,
             .ordered = line.ordered.trimmed().to_string(),
             .confirmed = line.confirmed ? line.confirmed->trimmed().to_string() : std::string(),
             .shipped = line.shipped.trimmed().to_string(),
             .invoiced = line.invoiced.trimmed().to_string()});
    return std::optional<OrderProgress>(std::move(progress));
}

}  // namespace sallyport::flow
