// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo_double/sale_orders.h"

#include "gateway/odoo_double/address.h"
#include "gateway/odoo_double/deliveries.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace sallyport::odoo_double {

namespace {

std::string numbered(const char* prefix, Id number) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%s%05lld", prefix, static_cast<long long>(number));
    return text.data();
}

bool given(const Json& values, const char* field) {
    return values.contains(field) && !is_false(values[field]);
}

}  // namespace

void SaleOrders::before_create(Json& values) {
    // Burned by a rollback, as Odoo's sequences are: gaps in the numbers are normal.
    if (!given(values, "name"))
        values["name"] = numbered("S", m_env.m_records.next_id("sequence sale.order"));
    if (!given(values, "partner_id")) return;
    if (values["partner_id"].is_string()) return;  // refused by the type check
    const Id partner = values["partner_id"].get<Id>();
    m_env.check_exists("res.partner", partner);
    const auto take = [&](const char* field, Json value) {
        if (!given(values, field)) values[field] = std::move(value);
    };
    take("partner_shipping_id", default_address(m_env, partner, "delivery"));
    take("partner_invoice_id", default_address(m_env, partner, "invoice"));
    const Json commercial = get("res.partner", partner, "commercial_partner_id");
    take("pricelist_id", get("res.partner", commercial.get<Id>(), "property_product_pricelist"));
    take("payment_term_id", get("res.partner", commercial.get<Id>(), "property_payment_term_id"));
    take("state", "draft");
    take("date_order", m_env.m_now);
    take("expected_date", m_env.m_now);
    take("invoice_status", "no");
    const auto& companies = m_env.m_records.all("res.company");
    if (!companies.empty()) take("company_id", companies.begin()->first);
    const auto& warehouses = m_env.m_records.all("stock.warehouse");
    if (!warehouses.empty()) take("warehouse_id", warehouses.begin()->first);
    if (given(values, "pricelist_id"))
        values["currency_id"] =
            get("product.pricelist", values["pricelist_id"].get<Id>(), "currency_id");
    else if (!companies.empty())
        values["currency_id"] = get("res.company", companies.begin()->first, "currency_id");
}

void SaleOrders::after_create(Id order) {
    recompute(order);
    Json message{{"model", "sale.order"},
                 {"res_id", order},
                 {"message_type", "notification"},
                 {"body", "<p>Sales Order created</p>"}};
    if (m_env.m_records.find("mail.message.subtype", 2) != nullptr) message["subtype_id"] = 2;
    m_env.create("mail.message", std::move(message));
}

double SaleOrders::in_product_unit(Id product, Id unit, double quantity) const {
    const double ours =
        number(get("uom.uom", get("product.product", product, "uom_id").get<Id>(), "factor"));
    const double theirs = number(get("uom.uom", unit, "factor"));
    return theirs == 0.0 ? quantity : quantity / theirs * ours;
}

double SaleOrders::list_price(const Json& pricelist, Id product, Id unit) const {
    double price = number(get("product.product", product, "list_price"));
    for (const auto& [id, item] : m_env.m_records.all("product.pricelist.item"))
        if (item.value("pricelist_id", Json(false)) == pricelist &&
            item.value("product_id", Json(false)) == Json(product))
            price = number(item["fixed_price"]);
    return rounded(price * in_product_unit(product, unit, 1.0), 2);
}

// Odoo proposes the largest packaging that divides the quantity.
Json SaleOrders::packaging(Id product, Id unit, double quantity) const {
    Json best = false;
    double largest = 0.0;
    const double pieces = in_product_unit(product, unit, quantity);
    for (const auto& [id, record] : m_env.m_records.all("product.packaging")) {
        const double size = number(record.value("qty", Json(0.0)));
        if (record.value("product_id", Json(false)) != Json(product) || size <= largest ||
            is_false(record.value("sales", Json(true))))
            continue;
        const double count = pieces / size;
        if (count >= 1.0 && std::abs(count - std::round(count)) < 1e-6) {
            best = id;
            largest = size;
        }
    }
    return best;
}

void SaleOrders::before_create_line(Json& values) {
    if (!given(values, "order_id")) throw value_error("Expected singleton: sale.order()");
    const Id order = values["order_id"].get<Id>();
    if (get("sale.order", order, "locked") == Json(true))
        throw user_error(
            "It is forbidden to modify the following fields in a locked order:\nOrder Lines");
    if (!values.contains("sequence")) values["sequence"] = 10;
    if (given(values, "display_type")) return;
    if (!given(values, "product_id") || values["product_id"].is_string()) return;
    const Id product = values["product_id"].get<Id>();
    m_env.check_exists("product.product", product);
    if (!given(values, "name")) values["name"] = m_env.display_name("product.product", product);
    if (!given(values, "product_uom"))
        values["product_uom"] = get("product.product", product, "uom_id");
    if (!values.contains("product_uom_qty")) values["product_uom_qty"] = 1.0;
    const Id unit = values["product_uom"].get<Id>();
    const Id own = get("product.product", product, "uom_id").get<Id>();
    if (get("uom.uom", unit, "category_id") != get("uom.uom", own, "category_id"))
        throw user_error("The unit of measure " + m_env.display_name("uom.uom", own) +
                         " defined on the order line doesn't belong to the same category as the "
                         "unit of measure " +
                         m_env.display_name("uom.uom", unit) +
                         " defined on the product. Please correct the unit of measure defined on "
                         "the order line or on the product, "
                         "they should belong to the same category.");
    if (!values.contains("price_unit"))
        values["price_unit"] = list_price(get("sale.order", order, "pricelist_id"), product, unit);
    if (!values.contains("tax_id")) values["tax_id"] = get("product.product", product, "taxes_id");
}

void SaleOrders::before_write_line(Id line, Json& values) {
    const Id order = get("sale.order.line", line, "order_id").get<Id>();
    if (get("sale.order", order, "locked") == Json(true) && values.contains("product_uom_qty"))
        throw user_error(
            "It is forbidden to modify the following fields in a locked order:\nQuantity");
    if (!values.contains("product_uom_qty")) return;
    const Json quantity = values["product_uom_qty"];
    if (quantity.is_number() &&
        quantity.get<double>() < number(get("sale.order.line", line, "qty_delivered")))
        throw user_error(
            "The ordered quantity of a sale order line cannot be decreased below the amount "
            "already delivered. "
            "Instead, create a return in your inventory.");
    // Odoo takes the price list's price again when the quantity changes and no price comes with it.
    const Json product = get("sale.order.line", line, "product_id");
    if (!values.contains("price_unit") && product.is_number_integer())
        values["price_unit"] = list_price(get("sale.order", order, "pricelist_id"),
                                          product.get<Id>(),
                                          get("sale.order.line", line, "product_uom").get<Id>());
}

void SaleOrders::recompute_line(Id line) {
    Json record = *m_env.m_records.find("sale.order.line", line);
    const double quantity = number(record.value("product_uom_qty", Json(0.0)));
    const double price = number(record.value("price_unit", Json(0.0)));
    const double subtotal =
        rounded(quantity * price * (1 - number(record.value("discount", Json(0.0))) / 100), 2);
    double tax = 0.0;
    for (const auto& id : record.value("tax_id", Json::array()))
        tax += rounded(subtotal * number(get("account.tax", id.get<Id>(), "amount")) / 100, 2);
    record["price_subtotal"] = subtotal;
    record["price_tax"] = rounded(tax, 2);
    record["price_total"] = rounded(subtotal + tax, 2);
    const Json product = record.value("product_id", Json(false));
    if (product.is_number_integer() && record["product_uom"].is_number_integer())
        record["product_packaging_id"] =
            packaging(product.get<Id>(), record["product_uom"].get<Id>(), quantity);
    const Id order = record["order_id"].get<Id>();
    record["state"] = get("sale.order", order, "state");
    m_env.m_records.put("sale.order.line", line, std::move(record));
    if (product.is_number_integer() && get("sale.order", order, "state") == "sale")
        deliver(order, line);
    recompute(order);
}

void SaleOrders::recompute(Id order) {
    Json record = *m_env.m_records.find("sale.order", order);
    double untaxed = 0.0;
    double tax = 0.0;
    for (const auto& line : get("sale.order", order, "order_line")) {
        untaxed += number(get("sale.order.line", line.get<Id>(), "price_subtotal"));
        tax += number(get("sale.order.line", line.get<Id>(), "price_tax"));
        Json of_line = *m_env.m_records.find("sale.order.line", line.get<Id>());
        const Json date = is_false(of_line.value("product_id", Json(false))) ? Json(false)
                          : is_false(record.value("commitment_date", Json(false)))
                              ? record.value("expected_date", Json(false))
                              : record["commitment_date"];
        if (of_line.value("state", Json(false)) == record["state"] &&
            of_line.value("scheduled_date", Json(false)) == date)
            continue;
        of_line["state"] = record["state"];
        of_line["scheduled_date"] = date;
        m_env.m_records.put("sale.order.line", line.get<Id>(), std::move(of_line));
    }
    record["amount_untaxed"] = rounded(untaxed, 2);
    record["amount_tax"] = rounded(tax, 2);
    record["amount_total"] = rounded(untaxed + tax, 2);
    m_env.m_records.put("sale.order", order, std::move(record));
}

void SaleOrders::before_unlink(Id order) {
    const Json state = get("sale.order", order, "state");
    if (state == "sale" || state == "sent")
        throw user_error(
            "You can not delete a sent quotation or a confirmed sales order. You must first cancel "
            "it.");
    for (const auto& line : get("sale.order", order, "order_line"))
        m_env.unlink("sale.order.line", {line.get<Id>()});
}

void SaleOrders::before_unlink_line(Id line) {
    const Id order = get("sale.order.line", line, "order_id").get<Id>();
    if (get("sale.order", order, "state") == "sale" &&
        is_false(get("sale.order.line", line, "display_type")))
        throw user_error(
            "Once a sales order is confirmed, you can't remove one of its lines (we need to track "
            "if something gets "
            "invoiced or delivered).\n                Set the quantity to 0 instead.");
}

void SaleOrders::confirm(Id order) {
    m_env.check_exists("sale.order", order);
    const Json state = get("sale.order", order, "state");
    if (state != "draft" && state != "sent")
        throw user_error("The following orders are not in a state requiring confirmation: " +
                         m_env.display_name("sale.order", order));
    Json values{{"state", "sale"}, {"date_order", m_env.m_now}, {"delivery_status", "pending"}};
    m_env.set("sale.order", order, values);
    recompute(order);
    const auto commitment = get("sale.order", order, "commitment_date");
    const Json date = is_false(commitment) ? Json(m_env.m_now) : commitment;
    const Id picking = m_env.m_records.next_id("stock.picking");
    m_env.m_records.put("stock.picking",
                        picking,
                        Json{{"name", numbered("WH/OUT/", picking)},
                             {"sale_id", order},
                             {"origin", get("sale.order", order, "name")},
                             {"partner_id", get("sale.order", order, "partner_shipping_id")},
                             {"state", "assigned"},
                             {"picking_type_code", "outgoing"},
                             {"location_dest_id", CustomerLocation},
                             {"weight_uom_name", "kg"},
                             {"create_date", m_env.m_now},
                             {"write_date", m_env.m_now},
                             {"scheduled_date", date},
                             {"date_deadline", date}});
    for (const auto& line : get("sale.order", order, "order_line"))
        if (get("sale.order.line", line.get<Id>(), "product_id").is_number_integer())
            deliver(order, line.get<Id>());
}

// The line's stock move in the order's delivery follows the line; moves are in the product's own unit.
void SaleOrders::deliver(Id order, Id line) {
    const Id product = get("sale.order.line", line, "product_id").get<Id>();
    const double pieces = in_product_unit(product,
                                          get("sale.order.line", line, "product_uom").get<Id>(),
                                          number(get("sale.order.line", line, "product_uom_qty")));
    Id open = 0;        // the move that is still to be shipped
    double done = 0.0;  // what earlier deliveries took
    for (const Id move : m_env.m_records.owned_by("stock.move", "sale_line_id", line)) {
        if (get("stock.move", move, "state") == "done")
            done += number(get("stock.move", move, "quantity"));
        else
            open = move;
    }
    const auto pickings = m_env.m_records.owned_by("stock.picking", "sale_id", order);
    if (pickings.empty()) return;
    if (open == 0 && done > 0.0 && pieces <= done) return;
    Json move = open == 0 ? Json{{"picking_id", pickings.back()},
                                 {"product_id", product},
                                 {"product_uom", get("product.product", product, "uom_id")},
                                 {"location_dest_id", CustomerLocation},
                                 {"sale_line_id", line}}
                          : *m_env.m_records.find("stock.move", open);
    const double left = pieces - done;
    move["product_uom_qty"] = left;
    move["quantity"] = left;
    move["state"] = left == 0.0 ? "cancel" : "assigned";
    const Id id = open == 0 ? m_env.m_records.next_id("stock.move") : open;
    m_env.m_records.put("stock.move", id, std::move(move));
    Deliveries(m_env).reserve(id);
}

void SaleOrders::cancel(Id order) {
    m_env.check_exists("sale.order", order);
    m_env.set("sale.order", order, Json{{"state", "cancel"}});
    recompute(order);
    for (const auto& picking : get("sale.order", order, "picking_ids"))
        if (get("stock.picking", picking.get<Id>(), "state") != "done") {
            m_env.set("stock.picking", picking.get<Id>(), Json{{"state", "cancel"}});
            Deliveries(m_env).release(picking.get<Id>());
        }
}

Json Env::action_confirm(const std::vector<Id>& ids) {
    require("sale.order", 'w');
    for (const Id id : ids)
        SaleOrders(*this).confirm(id);
    return true;
}

// A confirmed order answers with a wizard's window and stays as it is, unless the context forbids the question.
Json Env::action_cancel(const std::vector<Id>& ids) {
    require("sale.order", 'w');
    for (const Id id : ids) {
        check_exists("sale.order", id);
        if (value("sale.order", id, "state") == "sale" &&
            !m_context.value("disable_cancel_warning", false))
            return Json{{"name", "Cancel Sales Order"},
                        {"view_mode", "form"},
                        {"res_model", "sale.order.cancel"},
                        {"type", "ir.actions.act_window"}};
    }
    for (const Id id : ids)
        SaleOrders(*this).cancel(id);
    return true;
}

Json Env::message_post(const std::string& name, const std::vector<Id>& ids, const Json& arguments) {
    if (m_account.email.empty())
        throw user_error("Unable to send message, please configure the sender's email address.");
    check_exists(name, ids.at(0));
    std::string body = "<p>";
    for (const char c : arguments.value("body", ""))
        body += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
    Json message{{"model", name},
                 {"res_id", ids[0]},
                 {"message_type", arguments.value("message_type", "notification")},
                 {"body", body + "</p>"}};
    const std::string subtype = arguments.value("subtype_xmlid", "mail.mt_note");
    const auto known = m_records.external_id(subtype.substr(0, subtype.find('.')),
                                             subtype.substr(subtype.find('.') + 1));
    if (known) message["subtype_id"] = m_records.find("ir.model.data", *known)->at("res_id");
    if (arguments.contains("attachment_ids"))
        message["attachment_ids"] = arguments["attachment_ids"];
    return create("mail.message", std::move(message));
}

Json Env::address_get(const std::vector<Id>& ids, const Json& kinds) const {
    Json result = Json::object();
    result["contact"] = ids.at(0);
    for (const auto& kind : kinds)
        result[kind.get<std::string>()] =
            default_address(*this, ids.at(0), kind.get<std::string>());
    return result;
}

Json default_address(const Env& env, Id partner, const std::string& kind) {
    if (kind == "contact" || env.value("res.partner", partner, "type") == Json(kind))
        return partner;
    for (const Id child : env.search("res.partner",
                                     Json::array({Json::array({"parent_id", "=", partner}),
                                                  Json::array({"type", "=", kind})}),
                                     Json::object()))
        return child;
    return partner;
}

}  // namespace sallyport::odoo_double
