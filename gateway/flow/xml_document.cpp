// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/xml_document.h"

#include "gateway/base/decimal.h"
#include "gateway/base/digest.h"
#include "parsers/xml.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sallyport::flow {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view Cxml = "cxml-1.2";

std::string text_at(const ordered_json& record, const char* name) {
    const auto found = record.find(name);
    return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string place_text(const std::string& xpath, std::uint32_t line) {
    if (xpath.empty()) return {};
    return " at " + xpath + (line == 0 ? "" : " (line " + std::to_string(line) + ")");
}

ordered_json* entry_of_kind(ordered_json& record, const char* list, std::string_view kind) {
    const auto found = record.find(list);
    if (found == record.end() || !found->is_array()) return nullptr;
    for (ordered_json& entry : *found)
        if (text_at(entry, "kind") == kind) return &entry;
    return nullptr;
}

void add_reference(ordered_json& record,
                   std::string_view kind,
                   const std::string& value,
                   const std::string& text = {}) {
    if (value.empty() || entry_of_kind(record, "refs", kind) != nullptr) return;
    ordered_json entry{{"kind", kind}, {"value", value}};
    if (!text.empty()) entry["text"] = text;
    record["refs"].push_back(std::move(entry));
}

void remove_kind(ordered_json& record, const char* list, std::string_view kind) {
    const auto found = record.find(list);
    if (found == record.end() || !found->is_array()) return;
    ordered_json kept = ordered_json::array();
    for (ordered_json& entry : *found)
        if (text_at(entry, "kind") != kind) kept.push_back(std::move(entry));
    if (kept.empty())
        record.erase(list);
    else
        record[list] = std::move(kept);
}

// What cXML says about the message and not about the order in it.
constexpr std::array<const char*, 4> MessageNames{
    {"payload_id", "sender", "user_agent", "deployment_mode"}};

std::string_view without_blanks_around(std::string_view text) {
    constexpr std::string_view Blanks = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(Blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(Blanks) - begin + 1);
}

// An answer repeats the references of what it answers: the names of that message are not this one's.
void name_message(ordered_json& home, const XmlIssue& issue) {
    std::string answered;
    if (const ordered_json* entry = entry_of_kind(home, "refs", "payload_id"))
        answered = text_at(*entry, "value");
    for (const char* kind : {"customization", "profile"})
        remove_kind(home, "refs", kind);
    for (const char* kind : MessageNames)
        remove_kind(home, "refs", kind);
    remove_kind(home, "dates", "sent");
    if (issue.family != Cxml) {
        add_reference(home, "customization", std::string(issue.association));
        return;
    }
    add_reference(home, "order_payload_id", answered);
    const config::XmlAgreement& agreed = issue.agreed;
    add_reference(
        home, "payload_id", issue.id + "@" + (agreed.our_id.empty() ? "sallyport" : agreed.our_id));
    add_reference(home, "sender", agreed.our_id, agreed.our_qualifier);
    if (agreed.test) add_reference(home, "deployment_mode", "test");
    // 2026-11-23T04:56 of 2026-11-23T04:56:12.123456Z
    const std::string sent = iso8601(issue.created).substr(0, 16) + "+00:00";
    home["dates"].push_back({{"kind", "sent"}, {"at", sent}});
}

void address_party(ordered_json& party,
                   const XmlIssue& issue,
                   const std::string& id,
                   const std::string& qualifier) {
    add_reference(party, issue.family == Cxml ? "credential" : "endpoint", id, qualifier);
}

// Who issues and who receives. Buyers issue orders and what follows from them; everything else comes from the seller.
void address(ordered_json& home, const XmlIssue& issue) {
    constexpr std::array<std::string_view, 4> OfBuyers{
        {"Order", "OrderChange", "ReceivingAdvice", "RemittanceAdvice"}};
    const bool buys = std::find(OfBuyers.begin(), OfBuyers.end(), issue.kind) != OfBuyers.end();
    const config::XmlAgreement& agreed = issue.agreed;
    const auto name = [&](const char* role, bool ours) {
        const std::string& id = ours ? agreed.our_id : agreed.their_id;
        if (id.empty() && !home.contains(role)) return;
        address_party(home[role], issue, id, ours ? agreed.our_qualifier : agreed.their_qualifier);
    };
    name("seller", !buys);
    name("buyer", buys);
    if (issue.kind != "ShipNotice" || issue.family == Cxml) return;
    // A despatch advice goes from who sends the goods to who gets them: whoever has no place of its own stands for itself.
    if (!home.contains("ship_from") && home.contains("seller")) home["ship_from"] = home["seller"];
    if (!home.contains("ship_to") && home.contains("buyer")) home["ship_to"] = home["buyer"];
    name("ship_from", true);
    name("ship_to", false);
}

void add_goods(ordered_json& goods,
               const ordered_json& items,
               const ordered_json* package,
               const ordered_json& order) {
    for (ordered_json item : items) {
        if (package != nullptr) {
            ordered_json unit{{"kind", "package"}};
            if (package->contains("sscc")) unit["sscc"] = (*package)["sscc"];
            item["packages"].push_back(std::move(unit));
        }
        const std::string number = text_at(order, "order_number");
        if (!item.contains("order_number") && !number.empty()) item["order_number"] = number;
        goods.push_back(std::move(item));
    }
}

// Goods at every level, each with the package it stands in; as deep as the schema lets packages stand in each other.
void unpack(ordered_json& goods,
            const ordered_json& level,
            const ordered_json* package,
            const ordered_json& order) {
    if (const auto items = level.find("items"); items != level.end())
        add_goods(goods, *items, package, order);
    if (const auto packages = level.find("packages"); packages != level.end())
        for (const ordered_json& inner : *packages)
            unpack(goods, inner, &inner, order);
}

// UBL lists goods with the package each is in, one list for the notice. The number of the buyer's line stays with its goods.
void list_goods(ordered_json& shipment) {
    const auto orders = shipment.find("orders");
    if (orders == shipment.end() || shipment.contains("items")) return;
    ordered_json goods = ordered_json::array();
    for (const ordered_json& order : *orders)
        unpack(goods, order, nullptr, order);
    if (orders->size() == 1) {
        const ordered_json& order = orders->front();
        for (const char* field : {"order_number", "order_date"})
            if (order.contains(field) && !shipment.contains(field)) shipment[field] = order[field];
        for (ordered_json& item : goods)
            item.erase("order_number");
    }
    std::size_t number = 0;
    for (ordered_json& item : goods) {
        const std::string line = text_at(item, "line_no");
        if (!line.empty() && !item.contains("order_line")) item["order_line"] = line;
        item["line_no"] = std::to_string(++number);
    }
    shipment["items"] = std::move(goods);
    shipment.erase("orders");
}

// cXML lists goods order by order.
void list_goods_by_order(ordered_json& shipment) {
    const auto orders = shipment.find("orders");
    if (orders == shipment.end()) return;
    for (ordered_json& order : *orders) {
        ordered_json goods = ordered_json::array();
        unpack(goods, order, nullptr, ordered_json::object());
        order["items"] = std::move(goods);
        order.erase("packages");
    }
}

std::optional<Decimal> number_at(const ordered_json& record, const char* name) {
    auto value = Decimal::parse(text_at(record, name));
    return value ? std::optional(*value) : std::nullopt;
}

Decimal sum_of(const ordered_json& list, std::string_view kind) {
    Decimal sum;
    for (const ordered_json& entry : list) {
        const auto amount = number_at(entry, "amount");
        if (text_at(entry, "kind") != kind || !amount) continue;
        if (auto more = sum.plus(*amount)) sum = *more;
    }
    return sum;
}

// Allowances and charges of the whole are no part of the sum of the lines (EN 16931 BR-CO-10 to BR-CO-13).
void take_adjustments_apart(ordered_json& invoice) {
    const auto list = invoice.find("adjustments");
    ordered_json& totals = invoice["totals"];
    if (list == invoice.end() || totals.contains("charges") || totals.contains("allowances"))
        return;
    const Decimal charges = sum_of(*list, "charge"), allowances = sum_of(*list, "allowance");
    const auto lines = number_at(totals, "lines");
    const auto less = lines ? lines->minus(charges) : Result<Decimal>(Decimal());
    const auto sum = less ? less->plus(allowances) : less;
    if (!lines || !sum) return;
    totals["lines"] = sum->to_string();
    if (!charges.is_zero()) totals["charges"] = charges.to_string();
    if (!allowances.is_zero()) totals["allowances"] = allowances.to_string();
}

// A rate above nothing is the standard category; nothing may mean six things, which only a map can know.
void name_taxes(ordered_json& invoice) {
    const auto taxes = invoice.find("taxes");
    if (taxes == invoice.end() || taxes->empty()) return;
    for (ordered_json& tax : *taxes) {
        const auto percent = number_at(tax, "percent");
        if (percent && !percent->is_zero() && !tax.contains("category"))
            tax["category"] = "standard";
        tax.erase("code");
    }
    if (taxes->size() != 1 || !taxes->front().contains("category")) return;
    ordered_json same{{"category", taxes->front()["category"]}};
    if (taxes->front().contains("percent")) same["percent"] = taxes->front()["percent"];
    for (const char* list : {"lines", "adjustments"})
        if (const auto entries = invoice.find(list); entries != invoice.end())
            for (ordered_json& entry : *entries)
                if (!entry.contains("tax")) entry["tax"] = same;
}

// cXML: with tax and charges, before what is taken off.
void add_gross(ordered_json& totals) {
    const auto with_tax = number_at(totals, "with_tax"), off = number_at(totals, "allowances");
    if (totals.contains("gross") || !with_tax) return;
    if (auto gross = with_tax->plus(off.value_or(Decimal()))) totals["gross"] = gross->to_string();
}

// cXML says where from and where to, or neither; who ships it is named by what the network knows us by.
void add_ship_from(ordered_json& invoice, const XmlIssue& issue) {
    if (!invoice.contains("ship_to") || invoice.contains("ship_from")) return;
    const auto seller = invoice.find("seller");
    std::string name = seller == invoice.end() ? std::string() : text_at(*seller, "name");
    invoice["ship_from"] = {{"name", name.empty() ? issue.agreed.our_id : std::move(name)}};
}

// cXML names kinds of taxes, and an invoice that does not say which tax it is means none of them.
void name_cxml_taxes(ordered_json& invoice) {
    if (const auto taxes = invoice.find("taxes"); taxes != invoice.end())
        for (ordered_json& tax : *taxes)
            if (text_at(tax, "code") == "all") tax["code"] = "other";
}

void complete_invoice(ordered_json& invoice, bool cxml) {
    take_adjustments_apart(invoice);
    cxml ? name_cxml_taxes(invoice) : name_taxes(invoice);
    ordered_json& totals = invoice["totals"];
    const auto taxable = number_at(totals, "taxable"), tax = number_at(totals, "tax");
    if (!totals.contains("with_tax") && taxable && tax)
        if (auto both = taxable->plus(*tax)) totals["with_tax"] = both->to_string();
    if (cxml) add_gross(totals);
    if (const auto lines = invoice.find("lines"); lines != invoice.end())
        for (ordered_json& line : *lines)
            if (!line.contains("order_line") && line.contains("no"))
                line["order_line"] = line["no"];
}

// Every article has a name; where only words describe it, they are it.
void name_items(ordered_json& list) {
    for (ordered_json& line : list) {
        const auto item = line.find("item");
        if (item == line.end() || item->contains("name")) continue;
        for (const char* field : {"description", "seller_code", "buyer_code", "gtin"})
            if (!item->contains("name") && item->contains(field)) (*item)["name"] = (*item)[field];
    }
}

}  // namespace

std::string standard_of(const edi::Interchange& interchange) {
    switch (interchange.standard) {
        case edi::Standard::Edifact:
            return "EDIFACT";
        case edi::Standard::Xml:
            return "XML";
        case edi::Standard::X12:
            break;
    }
    return "X12";
}

std::string xml_content_digest(const edi::Interchange& interchange) {
    std::string told;
    const auto tell = [&](std::string_view text) {
        told += std::to_string(text.size());
        told += ':';
        told += text;
    };
    for (const edi::Group& group : interchange.groups)
        for (const edi::Transaction& transaction : group.transactions)
            for (const edi::Segment& segment : transaction.segments) {
                tell(segment.tag);
                tell(std::to_string(segment.loop) + "<" +
                     std::to_string(transaction.loops[segment.loop].parent));
                for (const edi::Value& value : segment.values)
                    tell(without_blanks_around(value.text));
            }
    return sha256_hex(told);
}

ordered_json without_message_names(ordered_json canonical) {
    for (const char* kind : MessageNames)
        remove_kind(canonical, "refs", kind);
    remove_kind(canonical, "dates", "sent");
    return canonical;
}

bool xml_says_test(const edi::Interchange& interchange, bool agreed) {
    if (interchange.version != Cxml) return agreed;
    for (const edi::Group& group : interchange.groups)
        for (const edi::Transaction& transaction : group.transactions)
            for (const edi::Segment& segment : transaction.segments)
                if (segment.tag == "@deploymentMode") return segment.text(1) == "test";
    return false;  // cXML 1.2: production where it is not said
}

std::string xml_order_number(const edi::Transaction& transaction) {
    struct Where {
        std::string_view set, tag, parent;
    };
    // An attribute is named by its element: "@orderID" of OrderReference.
    constexpr std::array<Where, 13> Places{
        {{"Order", "cbc:ID", "Order"},
         {"OrderChange", "cbc:ID", "cac:OrderReference"},
         {"OrderCancellation", "cbc:ID", "cac:OrderReference"},
         {"OrderResponse", "cbc:ID", "cac:OrderReference"},
         {"OrderResponseSimple", "cbc:ID", "cac:OrderReference"},
         {"DespatchAdvice", "cbc:ID", "cac:OrderReference"},
         {"Invoice", "cbc:ID", "cac:OrderReference"},
         {"CreditNote", "cbc:ID", "cac:OrderReference"},
         {"CrossIndustryInvoice", "ram:IssuerAssignedID", "ram:BuyerOrderReferencedDocument"},
         {"OrderRequest", "@orderID", "OrderRequestHeader"},
         {"ConfirmationRequest", "@orderID", "OrderReference"},
         {"ShipNoticeRequest", "@orderID", "OrderReference"},
         {"InvoiceDetailRequest", "@orderID", "OrderReference"}}};
    const auto where = std::find_if(Places.begin(), Places.end(), [&](const Where& place) {
        return place.set == transaction.set;
    });
    if (where == Places.end()) return {};
    const auto element_of = [&](std::uint32_t loop) {
        return transaction.segments[transaction.loops[loop].begin].tag;
    };
    for (const edi::Segment& segment : transaction.segments) {
        if (segment.tag != where->tag || segment.loop == 0) continue;
        const bool attribute = segment.tag.starts_with('@');
        const std::uint32_t around =
            attribute ? segment.loop : transaction.loops[segment.loop].parent;
        if (around != 0 && element_of(around) == where->parent) return std::string(segment.text(1));
    }
    return {};
}

std::string xml_place(const edi::Fault& fault) {
    return place_text(fault.xpath, fault.line);
}

std::string xml_place(const mapping::Finding& finding, const edi::Transaction& transaction) {
    if (!finding.segment.starts_with('/')) return {};
    const std::string element = finding.segment.substr(0, finding.segment.find("/@"));
    for (std::uint32_t at = 0; at < transaction.segments.size(); ++at)
        if (!transaction.segments[at].tag.starts_with('@') &&
            edi::xpath(transaction, at) == element)
            return place_text(finding.segment, transaction.segments[at].place.line);
    return place_text(finding.segment, 0);
}

ordered_json completed(ordered_json canonical, const XmlIssue& issue) {
    const bool notice = issue.kind == "ShipNotice";
    ordered_json& home = notice ? canonical["shipment"] : canonical;
    name_message(home, issue);
    address(home, issue);
    if (!canonical.contains("number") && !issue.own_number.empty())
        canonical["number"] = issue.own_number;
    const char* dated = notice ? "created_at" : "date";
    if (!canonical.contains(dated)) canonical[dated] = iso8601(issue.created).substr(0, 10);
    if (notice && issue.family == Cxml) list_goods_by_order(home);
    if (notice && issue.family != Cxml) list_goods(home);
    if (notice && home.contains("items")) name_items(home["items"]);
    // cXML has a total with its currency, or neither.
    if (issue.kind == "OrderResponse" && issue.family == Cxml && !canonical.contains("total"))
        canonical.erase("currency");
    if (issue.kind == "Invoice") complete_invoice(canonical, issue.family == Cxml);
    if (issue.kind == "Invoice" && issue.family == Cxml) add_ship_from(canonical, issue);
    if (canonical.contains("lines")) name_items(canonical["lines"]);
    if (issue.kind == "OrderResponse" && issue.family == "ubl-2.1" && canonical.contains("lines"))
        for (ordered_json& line : canonical["lines"])
            add_reference(line, "order_line", text_at(line, "no"));
    return canonical;
}

}  // namespace sallyport::flow
