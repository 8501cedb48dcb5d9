// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/fence.h"

#include "gateway/odoo/order_changes.h"

#include <algorithm>

namespace sallyport::odoo {

namespace {

using Json = nlohmann::ordered_json;

const std::set<std::string, std::less<>> ContextKeys{"lang",
                                                     "tz",
                                                     "module",
                                                     "mode",
                                                     "noupdate",
                                                     "active_test",
                                                     "allowed_company_ids",
                                                     "disable_cancel_warning"};

Error refused(const Call& call, const std::string& why) {
    return Error("odoo.fence",
                 Blame::Bug,
                 "the gateway's allow-list for this flow refuses " + call.model + "." +
                     call.method + ": " + why)
        .remedy("report this: the gateway asked Odoo for more than the flow may do");
}

// order_line/product_id/.id is about order_line/product_id; "id" and ".id" of the record itself are always allowed.
std::string column_field(std::string column) {
    for (const std::string_view suffix : {"/.id", "/id"})
        if (column.ends_with(suffix)) {
            column.resize(column.size() - suffix.size());
            break;
        }
    return column;
}

void add_domain_fields(const Json& domain, std::vector<std::string>& fields) {
    for (const auto& leaf : domain)
        if (leaf.is_array() && leaf.size() == 3 && leaf[0].is_string())
            fields.push_back(leaf[0].get<std::string>());
}

bool lists_fields(const std::string& method) {
    return method == "read" || method == "search_read" || method == "fields_get";
}

// What the call touches, or why that cannot be said.
Status named_fields(const Call& call, std::vector<std::string>& fields) {
    const Json& arguments = call.arguments;
    if (lists_fields(call.method)) {
        const std::string key = call.method == "fields_get" ? "allfields" : "fields";
        if (!arguments.contains(key) || !arguments[key].is_array() || arguments[key].empty())
            return refused(call, "it names no fields, which would mean all of them");
    }
    for (const char* key : {"fields", "allfields", "groupby"})
        if (arguments.contains(key))
            for (const auto& field : arguments[key])
                fields.push_back(column_field(field.get<std::string>()));
    if (arguments.contains("domain")) add_domain_fields(arguments["domain"], fields);
    if (arguments.contains("vals"))
        for (const auto& item : arguments["vals"].items())
            fields.push_back(item.key());
    return {};
}

bool creates_or_gets(const Json& context) {
    return context.value("mode", "") == "update" && context.value("noupdate", false) &&
           context.value("module", "") == "edi_gw";
}

}  // namespace

Fence::Fence(const std::vector<Rule>& rules) {
    for (const auto& rule : rules)
        m_allowed[{rule.model, rule.method}].insert(rule.fields.begin(), rule.fields.end());
}

Fence Fence::with(const std::vector<Rule>& more) const {
    Fence wider(more);
    for (const auto& [key, fields] : m_allowed)
        wider.m_allowed[key].insert(fields.begin(), fields.end());
    return wider;
}

Status Fence::check(const Call& call) const {
    const auto rule = m_allowed.find({call.model, call.method});
    if (rule == m_allowed.end()) return refused(call, "the method is not on it");
    for (const auto& item : call.context.items())
        if (!ContextKeys.contains(item.key()))
            return refused(call, "context key '" + item.key() + "' is not on it");
    if (call.method == "load" && !creates_or_gets(call.context))
        return refused(
            call,
            "load without mode=update, noupdate and our module would overwrite a person's edits");

    std::vector<std::string> fields;
    if (auto known = named_fields(call, fields); !known) return known;
    for (const auto& field : fields)
        if (field != "id" && !rule->second.contains(field))
            return refused(call, "field '" + field + "' is not on it");
    return {};
}

Fence orders_in_fence(const std::vector<std::string>& partner_fields,
                      const std::string& line_field) {
    using Names = std::vector<std::string>;
    Names partner{"ref", "name", "commercial_partner_id", "property_product_pricelist"};
    partner.insert(partner.end(), partner_fields.begin(), partner_fields.end());
    const Names product{"barcode", "default_code", "uom_id", "sale_ok", "display_name"};
    Names order{"partner_id",
                "partner_shipping_id",
                "partner_invoice_id",
                "client_order_ref",
                "origin",
                "commitment_date"};
    for (const char* field :
         {"sequence", "product_id", "product_uom", "product_uom_qty", "price_unit"})
        order.push_back(std::string("order_line/") + field);
    Names line{"order_id",
               "product_id",
               "product_uom",
               "product_uom_qty",
               "price_unit",
               "price_subtotal",
               "price_total"};
    if (!line_field.empty()) {
        order.push_back("order_line/" + line_field);
        line.push_back(line_field);
    }
    order.emplace_back("order_line");
    return Fence(
               {
                   {"ir.model.data", "check_object_reference", {}},
                   {"res.partner", "fields_get", partner},
                   {"res.partner", "search_read", partner},
                   {"product.product", "search_read", product},
                   {"product.packaging",
                    "search_read",
                    {"barcode", "product_id", "qty", "product_uom_id"}},
                   {"uom.uom", "search_read", {"name", "category_id"}},
                   {"product.pricelist", "search_read", {"currency_id"}},
                   {"res.company", "search_read", {"currency_id"}},
                   {"sale.order", "fields_get", {"locked"}},
                   {"sale.order", "get_external_id", {}},
                   {"sale.order",
                    "search_read",
                    {"client_order_ref", "partner_id", "state", "name"}},
                   {"sale.order", "read", {"name", "state", "currency_id"}},
                   {"sale.order", "load", order},
                   {"sale.order", "action_confirm", {}},
                   {"sale.order.line", "fields_get", line},
                   {"sale.order.line", "search_read", line},
                   {"sale.order.line", "get_external_id", {}},
                   {"ir.attachment", "load", {"name", "res_model", "res_id", "datas", "mimetype"}},
                   {"mail.message",
                    "load",
                    {"model", "res_id", "message_type", "subtype_id", "body"}},
               })
        .with(change_rules());
}

}  // namespace sallyport::odoo
