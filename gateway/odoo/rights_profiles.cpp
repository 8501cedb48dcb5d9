// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/rights_profiles.h"

namespace sallyport::odoo {

const std::map<std::string, std::string>& needed_rights(Flow flow) {
    using Rights = std::map<std::string, std::string>;
    static const std::map<Flow, Rights> Profiles{
        {Flow::OrdersIn,
         {{"sale.order", "rwc"},
          {"sale.order.line", "rwc"},
          {"stock.move", "rw"},
          {"stock.picking", "rw"},
          {"stock.warehouse.orderpoint", "r"}}},
        {Flow::ShipmentsOut, {{"stock.move", "r"}, {"stock.picking", "r"}}},
        {Flow::InvoicesOut,
         {{"account.move", "r"}, {"account.move.line", "r"}, {"sale.order.line", "r"}}},
        {Flow::ResponsesOut, {{"sale.order", "r"}, {"sale.order.line", "r"}, {"stock.move", "r"}}},
        {Flow::Watcher, {{"account.move", "r"}, {"sale.order", "r"}, {"stock.picking", "r"}}},
        {Flow::InventoryOut, {{"stock.move", "r"}}},
        {Flow::StockInquiry, {}},  // what every internal user may read is enough
        {Flow::PurchaseOut, {{"purchase.order", "r"}, {"purchase.order.line", "r"}}},
        {Flow::PurchaseIn,
         {{"purchase.order", "rw"},
          {"purchase.order.line", "rw"},
          {"stock.move", "rwc"},
          {"stock.picking", "r"}}},
        {Flow::ReceiptsOut,
         {{"purchase.order", "r"},
          {"purchase.order.line", "r"},
          {"stock.move", "r"},
          {"stock.picking", "r"}}},
        {Flow::PaymentsOut,
         {{"account.move", "r"},
          {"account.move.line", "r"},
          {"account.partial.reconcile", "r"},
          {"account.payment", "r"}}},
        {Flow::RemittanceIn, {{"account.move", "r"}}},
        {Flow::AsnIn,
         {{"purchase.order", "r"},
          {"purchase.order.line", "r"},
          {"stock.lot", "rc"},
          {"stock.move", "rw"},
          {"stock.picking", "rw"},
          {"stock.quant.package", "rc"}}},
        {Flow::BillIn,
         {{"account.journal", "r"},
          {"account.move", "rwc"},
          {"account.move.line", "rwc"},
          {"purchase.order",
           "rw"},  // Odoo wants "w" for notes and tasks on it; the fence lets no write through
          {"purchase.order.line", "r"}}},
    };
    return Profiles.at(flow);
}

const std::map<std::string, std::string>& internal_rights() {
    static const std::map<std::string, std::string> Rights{
        {"res.users", "r"},
        {"res.groups", "r"},
        {"res.partner", "r"},
        {"res.partner.bank", "r"},
        {"product.product", "r"},
        {"product.template", "r"},
        {"product.pricelist", "r"},
        {"mail.message", "rwcu"},
        {"ir.attachment", "rwcu"},
        {"stock.quant", "r"},
        {"stock.quant.package", "r"},
        {"delivery.carrier", "r"},
        {"stock.lot", "r"},
        {"stock.package.type", "r"},
        {"account.journal", "r"},
    };
    return Rights;
}

const std::vector<std::string>& watched_models() {
    static const std::vector<std::string> Models{
        "res.users",           "res.groups",       "ir.model.access",   "ir.rule",
        "ir.config_parameter", "ir.cron",          "ir.actions.server", "base.automation",
        "res.partner",         "res.partner.bank", "product.product",   "product.template",
        "product.pricelist",   "account.move",     "account.payment",   "sale.order",
        "sale.order.line",     "purchase.order",   "stock.picking",     "stock.move",
        "stock.quant",         "hr.employee"};
    return Models;
}

const std::vector<std::pair<std::string, std::string>>& forbidden_groups() {
    static const std::vector<std::pair<std::string, std::string>> Groups{
        {"base.group_system", "Settings: everything"},
        {"base.group_erp_manager", "Access Rights: makes accounts and rights"},
        {"base.group_partner_manager", "Contact Creation"},
        {"base.group_allow_export", "Access to export feature"},
        {"sales_team.group_sale_manager", "Sales administrator"},
        {"account.group_account_manager", "Accounting administrator"},
        {"account.group_account_invoice", "Billing: may post invoices"},
        {"stock.group_stock_manager", "Inventory administrator"},
        {"purchase.group_purchase_manager", "Purchase administrator"}};
    return Groups;
}

}  // namespace sallyport::odoo
