// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/purchase_book.h"

#include "gateway/odoo/echo.h"
#include "gateway/odoo/resolve.h"

#include <algorithm>
#include <utility>

namespace sallyport::odoo {

namespace {

Result<Decimal> number_in(const Json& record, const char* field) {
    auto value = decimal_of(record.value(field, Json(0)));
    return value ? Result<Decimal>(value->trimmed()) : std::move(value).error();
}

Error no_line(const PurchaseOrder& order, const std::string& no, const std::string& why) {
    return Error("odoo.purchase.line",
                 Blame::BackOffice,
                 "line " + (no.empty() ? std::string("without a number") : no) +
                     " fits no line of purchase order " + order.name + ": " + why)
        .remedy(
            "ask the vendor which line is meant; make the difference in Odoo, then discard the "
            "document");
}

bool same_item(const PurchaseLine& line, const Json& item) {
    for (const char* field : {"gtin", "ean", "upc"})
        if (const std::string number = text_of(item, field);
            !number.empty() && gtin_variants(number).contains(line.barcode))
            return true;
    const std::string ours = text_of(item, "buyer_code");
    const std::string theirs = text_of(item, "seller_code");
    return (!ours.empty() && ours == line.code) ||
           (!theirs.empty() && (theirs == line.vendor_code || theirs == line.code));
}

// Numbers that say nothing about this product (it has no code of the kind) contradict nothing.
bool other_item(const PurchaseLine& line, const Json& item) {
    if (same_item(line, item)) return false;
    bool gtins = false;
    for (const char* field : {"gtin", "ean", "upc"})
        gtins = gtins || !text_of(item, field).empty();
    const bool ours = !text_of(item, "buyer_code").empty() && !line.code.empty();
    const bool theirs = !text_of(item, "seller_code").empty() && !line.vendor_code.empty();
    return (gtins && !line.barcode.empty()) || ours || theirs;
}

const std::vector<std::string>& order_fields() {
    static const std::vector<std::string> Fields{"name",
                                                 "state",
                                                 "partner_id",
                                                 "currency_id",
                                                 "date_approve",
                                                 "date_planned",
                                                 "company_id",
                                                 "user_id",
                                                 "picking_type_id",
                                                 "dest_address_id"};
    return Fields;
}

const std::vector<std::string>& line_fields() {
    static const std::vector<std::string> Fields{"product_id",
                                                 "name",
                                                 "display_type",
                                                 "product_qty",
                                                 "product_uom",
                                                 "price_unit",
                                                 "discount",
                                                 "date_planned",
                                                 "qty_received",
                                                 "qty_invoiced"};
    return Fields;
}

}  // namespace

const PurchaseLine* PurchaseOrder::line_of(std::int64_t line) const {
    const auto found = std::find_if(
        lines.begin(), lines.end(), [&](const PurchaseLine& one) { return one.id == line; });
    return found == lines.end() ? nullptr : &*found;
}

const PurchaseLine* PurchaseOrder::line_no(const std::string& no) const {
    // Partners write "001" for "1".
    const auto first = no.find_first_not_of('0');
    const std::string plain = first == std::string::npos ? no : no.substr(first);
    const auto found = std::find_if(
        lines.begin(), lines.end(), [&](const PurchaseLine& one) { return one.no == plain; });
    return found == lines.end() ? nullptr : &*found;
}

Result<UnitTable> UnitTable::read(Client& client,
                                  const OrdersOptions& options,
                                  const std::string& partner) {
    UnitTable table;
    table.m_options = options;
    table.m_own = options.units;
    if (const auto own = options.agreements.find(partner); own != options.agreements.end())
        for (const auto& [word, id] : own->second.units)
            table.m_own[word] = id;
    auto found = read_all(client, "uom.uom", Json::array(), {"category_id", "uom_type", "ratio"});
    if (!found) return std::move(found).error();
    auto keys = read_external_ids(client, "uom.uom", ids_of(*found));
    if (!keys) return std::move(keys).error();
    for (const Json& record : *found) {
        const std::int64_t id = id_in(record, "id").value_or(0);
        auto ratio = decimal_of(record.value("ratio", Json()));
        if (!ratio || ratio->is_zero()) continue;
        const std::string type = text_of(record, "uom_type");
        auto size = type == "reference" ? Result<Decimal>(Decimal(1))
                    : type == "smaller" ? Decimal(1).divided_by(*ratio, 12)
                                        : std::move(ratio);
        if (!size) return std::move(size).error();
        table.m_units[id] = {.category = id_in(record, "category_id").value_or(0),
                             .size = size->trimmed(),
                             .external_id = text_of(*keys, std::to_string(id))};
    }
    return table;
}

std::string UnitTable::word(std::int64_t unit) const {
    const auto found = m_units.find(unit);
    return found == m_units.end() ? std::string() : unit_word(found->second.external_id, m_options);
}

const UnitTable::Unit* UnitTable::meant(const std::string& word) const {
    const auto own = m_own.find(word);
    const std::string id = own != m_own.end() ? own->second : std::string(unit_external_id(word));
    if (id.empty()) return nullptr;
    for (const auto& [number, unit] : m_units)
        if (unit.external_id == id) return &unit;
    return nullptr;
}

std::optional<Decimal> UnitTable::quantity_in(const Decimal& quantity,
                                              const std::string& word,
                                              std::int64_t unit) const {
    const Unit* from = meant(word);
    const auto to = m_units.find(unit);
    if (from == nullptr || to == m_units.end() || from->category != to->second.category)
        return std::nullopt;
    auto pieces = quantity.times(from->size);
    auto result = pieces ? pieces->divided_by(to->second.size, 6) : std::move(pieces);
    return result ? std::optional(result->trimmed()) : std::nullopt;
}

std::optional<Decimal> UnitTable::price_in(const Decimal& price,
                                           const std::string& word,
                                           std::int64_t unit) const {
    const Unit* from = meant(word);
    const auto to = m_units.find(unit);
    if (from == nullptr || to == m_units.end() || from->category != to->second.category)
        return std::nullopt;
    auto whole = price.times(to->second.size);
    auto result = whole ? whole->divided_by(from->size, 6) : std::move(whole);
    return result ? std::optional(result->trimmed()) : std::nullopt;
}

Result<std::optional<PurchaseOrder>> PurchaseReader::by_id(std::int64_t id) {
    return read(Json::array({leaf("id", "=", id)}));
}

Result<PurchaseOrder> PurchaseReader::by_number(const std::string& number,
                                                const std::string& vendor_ref) {
    const auto unknown = [&](const std::string& why) {
        return Error("odoo.purchase.unknown",
                     Blame::BackOffice,
                     "purchase order " + (number.empty() ? std::string("(none named)") : number) +
                         " " + why)
            .remedy(
                "ask the vendor which order is meant; release the document when the order is "
                "in Odoo, else discard it");
    };
    if (number.empty()) return unknown("cannot be looked for");
    auto order = read(Json::array({leaf("name", "=", number)}));
    if (!order) return std::move(order).error();
    if (!*order) return unknown("is not in Odoo");
    if (vendor_ref.empty() || (*order)->vendor_ref != vendor_ref)
        return unknown("is not one for this vendor");
    const std::string& state = (*order)->state;
    if (state != "purchase" && state != "done")
        return Error("odoo.purchase.state",
                     Blame::BackOffice,
                     "purchase order " + number + " is in state '" + state + "' in Odoo")
            .remedy(
                "confirm the order if it counts and release the document, else tell the vendor");
    return **std::move(order);
}

Result<std::optional<PurchaseOrder>> PurchaseReader::read(Json domain) {
    auto found = read_all(m_client, "purchase.order", std::move(domain), order_fields());
    if (!found) return std::move(found).error();
    if (found->size() != 1) return std::optional<PurchaseOrder>();
    const Json& record = found->front();
    PurchaseOrder order;
    order.id = id_in(record, "id").value_or(0);
    order.name = text_of(record, "name");
    order.state = text_of(record, "state");
    order.vendor = id_in(record, "partner_id").value_or(0);
    order.currency = name_in(record, "currency_id");
    order.confirmed = text_of(record, "date_approve");
    order.planned = text_of(record, "date_planned");
    order.buyer = id_in(record, "user_id").value_or(0);
    order.company = id_in(record, "company_id").value_or(0);
    order.picking_type = id_in(record, "picking_type_id").value_or(0);
    order.drop_to = id_in(record, "dest_address_id").value_or(0);
    if (Status done = read_vendor(order); !done) return std::move(done).error();
    if (Status done = read_lines(order); !done) return std::move(done).error();
    if (Status done = read_items(order); !done) return std::move(done).error();
    return std::optional<PurchaseOrder>(std::move(order));
}

Status PurchaseReader::read_vendor(PurchaseOrder& order) {
    const auto partner = [&](std::int64_t id) {
        return read_all(m_client,
                        "res.partner",
                        Json::array({leaf("id", "=", id)}),
                        {"ref", "commercial_partner_id"});
    };
    auto vendor = partner(order.vendor);
    if (!vendor) return std::move(vendor).error();
    if (vendor->empty()) return {};
    order.commercial = id_in(vendor->front(), "commercial_partner_id").value_or(order.vendor);
    if (order.commercial != order.vendor) {
        vendor = partner(order.commercial);
        if (!vendor) return std::move(vendor).error();
        if (vendor->empty()) return {};
    }
    order.vendor_ref = text_of(vendor->front(), "ref");
    return {};
}

Status PurchaseReader::read_lines(PurchaseOrder& order) {
    auto records = read_all(m_client,
                            "purchase.order.line",
                            Json::array({leaf("order_id", "=", order.id)}),
                            line_fields());
    if (!records) return std::move(records).error();
    for (const Json& record : *records) {
        if (!text_of(record, "display_type").empty()) continue;
        PurchaseLine line;
        line.id = id_in(record, "id").value_or(0);
        line.no = std::to_string(order.lines.size() + 1);
        line.product = id_in(record, "product_id").value_or(0);
        line.description = text_of(record, "name");
        line.unit = id_in(record, "product_uom").value_or(0);
        line.planned = text_of(record, "date_planned");
        struct Number {
            const char* field;
            Decimal& value;
        };
        for (const auto& [field, value] : {Number{"product_qty", line.quantity},
                                           Number{"qty_received", line.received},
                                           Number{"qty_invoiced", line.invoiced}}) {
            auto number = number_in(record, field);
            if (!number) return std::move(number).error();
            value = *number;
        }
        auto price = net_price(record);
        if (!price) return std::move(price).error();
        line.price = *price;
        auto discount = number_in(record, "discount");
        line.discounted = discount && !discount->is_zero();
        order.lines.push_back(std::move(line));
    }
    return {};
}

Status PurchaseReader::read_items(PurchaseOrder& order) {
    std::vector<std::int64_t> ids;
    for (const PurchaseLine& line : order.lines)
        ids.push_back(line.product);
    auto products =
        m_client.call({.model = "product.product",
                       .method = "search_read",
                       .ids = {},
                       .arguments = {{"domain", Json::array({leaf("id", "in", ids)})},
                                     {"fields", {"default_code", "barcode", "product_tmpl_id"}},
                                     {"order", "id"}},
                       .context = {{"active_test", false}}});
    if (!products) return std::move(products).error();
    std::vector<std::int64_t> templates;
    for (const Json& product : *products)
        templates.push_back(id_in(product, "product_tmpl_id").value_or(0));
    auto codes = read_all(
        m_client,
        "product.supplierinfo",
        Json::array({leaf("partner_id", "in", Json::array({order.vendor, order.commercial})),
                     leaf("product_tmpl_id", "in", templates)}),
        {"product_id", "product_tmpl_id", "product_code"});
    if (!codes) return std::move(codes).error();
    for (PurchaseLine& line : order.lines)
        for (const Json& product : *products) {
            if (id_in(product, "id") != line.product) continue;
            line.code = text_of(product, "default_code");
            line.barcode = text_of(product, "barcode");
            for (const Json& code : *codes) {
                const auto variant = id_in(code, "product_id");
                const std::string text = text_of(code, "product_code");
                if (text.empty() ||
                    id_in(code, "product_tmpl_id") != id_in(product, "product_tmpl_id") ||
                    (variant && *variant != line.product))
                    continue;
                if (line.vendor_code.empty() || variant) line.vendor_code = text;
            }
        }
    return {};
}

Result<const PurchaseLine*> line_meant(const PurchaseOrder& order,
                                       const std::string& no,
                                       const Json& item) {
    if (!no.empty())
        if (const PurchaseLine* line = order.line_no(no)) {
            if (other_item(*line, item))
                return no_line(order, no, "it names another item than " + line->description);
            return line;
        }
    const PurchaseLine* found = nullptr;
    for (const PurchaseLine& line : order.lines) {
        if (!same_item(line, item)) continue;
        if (found != nullptr) return no_line(order, no, "several lines are of that item");
        found = &line;
    }
    if (found == nullptr) return no_line(order, no, "no line has that number or item");
    return found;
}

Result<Decimal> price_said(const Json& line) {
    auto price = Decimal::parse(text_of(line, "price"));
    if (!price) return price;
    const std::string per = text_of(line, "price_per");
    Decimal basis = per == "hundred"    ? Decimal(100)
                    : per == "thousand" ? Decimal(1000)
                                        : Decimal(1);
    if (const std::string said = text_of(line, "price_basis"); !said.empty()) {
        auto number = Decimal::parse(said);
        if (!number) return number;
        basis = *number;
    }
    auto each = price->divided_by(basis, 6);
    return each ? Result<Decimal>(each->trimmed()) : std::move(each).error();
}

std::vector<Fence::Rule> purchase_rules() {
    std::vector<std::string> line = line_fields();
    line.emplace_back("order_id");
    return {{"purchase.order", "search_read", order_fields()},
            {"purchase.order.line", "search_read", std::move(line)},
            {"res.partner", "search_read", {"ref", "commercial_partner_id"}},
            {"product.product", "search_read", {"default_code", "barcode", "product_tmpl_id"}},
            {"product.supplierinfo",
             "search_read",
             {"partner_id", "product_id", "product_tmpl_id", "product_code"}},
            {"uom.uom", "search_read", {"category_id", "uom_type", "ratio"}},
            {"uom.uom", "get_external_id", {}}};
}

}  // namespace sallyport::odoo
