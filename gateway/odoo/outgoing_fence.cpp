// SPDX-License-Identifier: Apache-2.0
// What each of the outgoing flows may ask, and what is watched. Nothing here writes, but for the codes of packages.
#include "gateway/odoo/echo.h"
#include "gateway/odoo/outgoing.h"

namespace sallyport::odoo {

namespace {

using Rules = std::vector<Fence::Rule>;

// Reading the buyer's order beside Odoo's.
Rules echo_rules(const OrdersOptions& options) {
    const std::vector<std::string> product{
        "barcode", "default_code", "uom_id", "sale_ok", "display_name", "tracking"};
    std::vector<std::string> line{"product_uom_qty", "price_unit"};
    if (!options.line_field.empty()) line.push_back(options.line_field);
    return {
        {"ir.model.data", "check_object_reference", {}},
        {"res.partner", "fields_get", options.gln_fields},
        {"product.product", "search_read", product},
        {"product.packaging", "search_read", {"barcode", "product_id", "qty", "product_uom_id"}},
        {"uom.uom", "search_read", {"name", "category_id", "uom_type", "ratio"}},
        {"uom.uom", "get_external_id", {}},
        {"sale.order", "fields_get", {"locked"}},
        {"sale.order.line", "fields_get", line},
        {"sale.order.line", "get_external_id", {}},
    };
}

Fence fence_of(const OrdersOptions& options, const Rules& own) {
    return Fence(echo_rules(options)).with(own);
}

WatchedModel watched(const char* model, Json domain, std::vector<std::string> look) {
    WatchedModel one;
    one.model = model;
    one.domain = std::move(domain);
    one.look = std::move(look);
    return one;
}

// The watcher may search by what the watched models' domains name and read their looks.
Fence::Rule watch_rule(const WatchedModel& model) {
    std::vector<std::string> fields{"write_date", "create_date"};
    fields.insert(fields.end(), model.look.begin(), model.look.end());
    for (const Json& one : model.domain)
        fields.push_back(one[0].get<std::string>());
    return {model.model, "search_read", std::move(fields)};
}

}  // namespace

Fence responses_out_fence(const OrdersOptions& options) {
    return fence_of(
        options,
        {{"sale.order", "search_read", {"name", "state", "commitment_date"}},
         {"sale.order.line",
          "search_read",
          {"order_id", "product_id", "product_uom", "product_uom_qty", "price_unit", "discount"}},
         {"stock.move",
          "search_read",
          {"sale_line_id",
           "state",
           "location_dest_id.usage",
           "product_uom_qty",
           "product_uom",
           "forecast_availability"}}});
}

Fence shipments_out_fence(const OrdersOptions& options, const std::string& package_field) {
    std::vector<std::string> package{"name", "package_type_id"};
    std::vector<std::string> code;
    if (!package_field.empty()) {
        package.push_back(package_field);
        code.push_back(package_field);
    }
    return fence_of(options,
                    {{"stock.picking",
                      "search_read",
                      {"name",
                       "state",
                       "sale_id",
                       "date_done",
                       "carrier_id",
                       "carrier_tracking_ref",
                       "weight",
                       "shipping_weight",
                       "weight_uom_name"}},
                     {"stock.move.line",
                      "search_read",
                      {"picking_id",
                       "state",
                       "move_id",
                       "product_id",
                       "quantity",
                       "product_uom_id",
                       "lot_id",
                       "result_package_id"}},
                     {"stock.move", "search_read", {"sale_line_id"}},
                     {"stock.quant.package", "fields_get", package},
                     {"stock.quant.package", "search_read", package},
                     {"stock.quant.package", "check_access_rights", {}},
                     {"stock.quant.package", "write", code}});
}

Fence invoices_out_fence(const OrdersOptions& options) {
    return fence_of(options,
                    {{"account.move",
                      "search_read",
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
                       "reversed_entry_id"}},
                     {"account.move.line",
                      "search_read",
                      {"move_id",
                       "display_type",
                       "name",
                       "quantity",
                       "product_uom_id",
                       "price_unit",
                       "discount",
                       "price_subtotal",
                       "tax_line_id",
                       "tax_base_amount",
                       "amount_currency",
                       "sale_line_ids"}},
                     {"sale.order.line", "search_read", {"order_id"}},
                     {"res.company", "search_read", {"name", "vat"}},
                     {"account.tax", "search_read", {"amount", "amount_type"}}});
}

Fence watcher_fence() {
    return Fence({watch_rule(watched_orders()),
                  watch_rule(watched_pickings()),
                  watch_rule(watched_move_lines()),
                  watch_rule(watched_invoices())});
}

WatchedModel watched_orders() {
    return watched("sale.order",
                   Json::array({leaf("state", "in", Json::array({"sale", "done", "cancel"}))}),
                   {"state", "amount_total", "commitment_date"});
}

// Returns to vendors are outgoing as well, and the steps before the last of a delivery go nowhere.
WatchedModel watched_pickings() {
    return watched("stock.picking",
                   Json::array({leaf("picking_type_code", "=", "outgoing"),
                                leaf("state", "=", "done"),
                                leaf("sale_id", "!=", false),
                                leaf("location_dest_id.usage", "=", "customer")}),
                   {"carrier_id", "carrier_tracking_ref"});
}

WatchedModel watched_move_lines() {
    return watched("stock.move.line",
                   Json::array({leaf("state", "=", "done"),
                                leaf("picking_id.picking_type_code", "=", "outgoing"),
                                leaf("picking_id.sale_id", "!=", false),
                                leaf("location_dest_id.usage", "=", "customer")}),
                   {"picking_id", "quantity", "lot_id", "result_package_id"});
}

WatchedModel watched_invoices() {
    return watched("account.move",
                   Json::array({leaf("move_type", "in", Json::array({"out_invoice", "out_refund"})),
                                leaf("state", "=", "posted")}),
                   {"name", "amount_total"});
}

}  // namespace sallyport::odoo
