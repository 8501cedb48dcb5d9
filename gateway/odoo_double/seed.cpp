// SPDX-License-Identifier: Apache-2.0
// The double's master data and accounts.
#include "gateway/odoo_double/odoo_double.h"

namespace sallyport::odoo_double {

using Json = nlohmann::ordered_json;

Account orders_in_account(std::string key) {
    Account account;
    account.login = "orders-in";
    account.key = std::move(key);
    account.rights = {{"sale.order", "rwc"},
                      {"sale.order.line", "rwc"},
                      {"stock.move", "rw"},
                      {"stock.picking", "rw"},
                      {"stock.warehouse.orderpoint", "r"}};
    return account;
}

std::vector<Account> outgoing_accounts(const std::string& key) {
    const auto account = [&](const char* login, std::map<std::string, std::string> rights) {
        Account one;
        one.login = login;
        one.key = key;
        one.rights = std::move(rights);
        return one;
    };
    return {
        account("responses-out",
                {{"sale.order", "r"}, {"sale.order.line", "r"}, {"stock.move", "r"}}),
        account("shipments-out", {{"stock.move", "r"}, {"stock.picking", "r"}}),
        account("invoices-out",
                {{"account.move", "r"}, {"account.move.line", "r"}, {"sale.order.line", "r"}}),
        account("watcher", {{"account.move", "r"}, {"sale.order", "r"}, {"stock.picking", "r"}}),
        account("stock-inquiry", {})};
}

std::vector<Account> buying_accounts(const std::string& key) {
    using Rights = std::map<std::string, std::string>;
    const Rights orders{{"purchase.order", "r"}, {"purchase.order.line", "r"}};
    const auto account = [&](const char* login, const Rights& more, bool reads_orders) {
        Account one;
        one.login = login;
        one.key = key;
        one.rights = more;
        if (reads_orders) one.rights.insert(orders.begin(), orders.end());
        return one;
    };
    return {account("purchase-out", {}, true),
            account("purchase-in",
                    {{"purchase.order", "rw"},
                     {"purchase.order.line", "rw"},
                     {"stock.move", "rwc"},
                     {"stock.picking", "r"}},
                    false),
            account("asn-in",
                    {{"stock.lot", "rc"},
                     {"stock.move", "rw"},
                     {"stock.picking", "rw"},
                     {"stock.quant.package", "rc"}},
                    true),
            account("bill-in",
                    {{"account.journal", "r"},
                     {"account.move", "rwc"},
                     {"account.move.line", "rwc"},
                     {"purchase.order", "rw"}},
                    true),
            account("receipts-out", {{"stock.move", "r"}, {"stock.picking", "r"}}, true),
            account("payments-out",
                    {{"account.move", "r"},
                     {"account.move.line", "r"},
                     {"account.partial.reconcile", "r"},
                     {"account.payment", "r"}},
                    false),
            account("remittance-in", {{"account.move", "r"}}, false)};
}

Account administrator_account(std::string key) {
    Account account;
    account.login = "admin";
    account.key = std::move(key);
    account.administrator = true;
    return account;
}

Account read_only_account(std::string key) {
    Account account;
    account.login = "reader";
    account.key = std::move(key);
    account.rights = {{"sale.order", "r"}, {"sale.order.line", "r"}};
    return account;
}

namespace {

Json units() {
    return Json::parse(R"([
      {"id": 1, "xmlid": "uom.product_uom_unit", "name": "Units", "category_id": 1, "uom_type": "reference", "factor": 1.0, "ratio": 1.0, "rounding": 0.01},
      {"id": 2, "xmlid": "uom.product_uom_dozen", "name": "Dozens", "category_id": 1, "uom_type": "bigger", "factor": 0.08333333333333333, "ratio": 12.0, "rounding": 0.01},
      {"id": 12, "xmlid": "uom.product_uom_kgm", "name": "kg", "category_id": 2, "uom_type": "reference", "factor": 1.0, "ratio": 1.0, "rounding": 0.01},
      {"id": 13, "xmlid": "uom.product_uom_gram", "name": "g", "category_id": 2, "uom_type": "smaller", "factor": 1000.0, "ratio": 1000.0, "rounding": 0.01},
      {"id": 14, "xmlid": "uom.product_uom_ton", "name": "t", "category_id": 2, "uom_type": "bigger", "factor": 0.001, "ratio": 1000.0, "rounding": 0.01},
      {"id": 15, "xmlid": "uom.product_uom_lb", "name": "lb", "category_id": 2, "uom_type": "smaller", "factor": 2.20462, "ratio": 2.20462, "rounding": 0.01}
    ])");
}

Json partners() {
    return Json::parse(R"([
      {"id": 1, "name": "My Company", "is_company": true},
      {"id": 7, "name": "ACME Retail Inc", "is_company": true, "ref": "CUST-4711", "barcode": "4012345000009", "x_gln": "4012345000009",
       "type": "contact", "street": "1 Main St", "city": "Columbus", "zip": "43004", "country_id": 233, "email": "edi@example.com",
       "property_product_pricelist": 2, "property_payment_term_id": 3},
      {"id": 8, "name": "ACME DC 42", "parent_id": 7, "type": "delivery", "ref": "DC-0042", "barcode": "4012345000016", "x_gln": "4012345000016",
       "street": "42 Dock Rd", "city": "Reno", "zip": "89501", "country_id": 233},
      {"id": 9, "name": "ACME Accounts Payable", "parent_id": 7, "type": "invoice", "ref": "AP-0001", "x_gln": "4012345000023",
       "street": "2 Main St", "city": "Columbus", "zip": "43004", "country_id": 233},
      {"id": 10, "name": "Widget Supplier GmbH", "is_company": true, "ref": "VEND-0815", "city": "Hamburg"}
    ])");
}

Json products() {
    return Json::parse(R"([
      {"id": 2, "product_tmpl_id": 2, "name": "EDI Widget", "default_code": "EDI-1001", "barcode": "04006381333931", "uom_id": 1, "uom_po_id": 1, "tracking": "none",
       "taxes_id": [1], "invoice_policy": "delivery", "list_price": 12.5, "standard_price": 7.0, "weight": 0.75},
      {"id": 3, "product_tmpl_id": 3, "name": "EDI Lot Widget", "default_code": "EDI-1002", "barcode": "04006381333948", "uom_id": 1, "uom_po_id": 1, "tracking": "lot",
       "taxes_id": [1], "invoice_policy": "delivery", "list_price": 3.33, "standard_price": 1.5, "weight": 0.2},
      {"id": 4, "product_tmpl_id": 4, "name": "EDI Serial Device", "default_code": "EDI-1003", "barcode": "04006381333955", "uom_id": 1, "uom_po_id": 1, "tracking": "serial",
       "taxes_id": [1], "invoice_policy": "delivery", "list_price": 199.0, "standard_price": 120.0, "weight": 2.0}
    ])");
}

}  // namespace

Json demo_seed() {
    Json seed = Json::parse(R"({
      "res.company": [{"id": 1, "name": "My Company", "currency_id": 1, "partner_id": 1}],
      "res.currency": [{"id": 1, "name": "USD", "active": true, "rounding": 0.01, "decimal_places": 2},
                       {"id": 126, "name": "EUR", "active": false, "rounding": 0.01, "decimal_places": 2}],
      "res.country": [{"id": 233, "name": "United States", "code": "US"}],
      "uom.category": [{"id": 1, "name": "Unit"}, {"id": 2, "name": "Weight"}],
      "account.tax": [{"id": 1, "name": "15%", "amount": 15.0, "amount_type": "percent"}],
      "account.payment.term": [{"id": 3, "name": "21 Days"}],
      "product.pricelist": [{"id": 1, "name": "Default USD pricelist", "currency_id": 1}, {"id": 2, "name": "EDI ACME", "currency_id": 1}],
      "product.pricelist.item": [{"id": 1, "pricelist_id": 2, "product_id": 2, "fixed_price": 11.11}],
      "product.packaging": [{"id": 1, "name": "Case of 12", "product_id": 2, "qty": 12.0, "barcode": "14006381333938", "product_uom_id": 1, "sales": true}],
      "stock.warehouse": [{"id": 1, "name": "My Company", "code": "WH", "company_id": 1, "partner_id": 1}],
      "stock.location": [{"id": 5, "name": "Customers", "usage": "customer"}, {"id": 8, "name": "Stock", "usage": "internal", "warehouse_id": 1}],
      "delivery.carrier": [{"id": 1, "name": "Standard delivery"}],
      "stock.lot": [{"id": 1, "name": "LOT-A", "product_id": 3}, {"id": 2, "name": "LOT-B", "product_id": 3},
                    {"id": 3, "name": "SN-0000", "product_id": 4}, {"id": 4, "name": "SN-0001", "product_id": 4}, {"id": 5, "name": "SN-0002", "product_id": 4},
                    {"id": 6, "name": "SN-0003", "product_id": 4}, {"id": 7, "name": "SN-0004", "product_id": 4}],
      "stock.quant": [{"id": 1, "product_id": 2, "location_id": 8, "quantity": 100000000.0}, {"id": 2, "product_id": 3, "location_id": 8, "lot_id": 1, "quantity": 30.0},
                      {"id": 3, "product_id": 3, "location_id": 8, "lot_id": 2, "quantity": 100000000.0}, {"id": 4, "product_id": 4, "location_id": 8, "lot_id": 3, "quantity": 1.0},
                      {"id": 5, "product_id": 4, "location_id": 8, "lot_id": 4, "quantity": 1.0}, {"id": 6, "product_id": 4, "location_id": 8, "lot_id": 5, "quantity": 1.0},
                      {"id": 7, "product_id": 4, "location_id": 8, "lot_id": 6, "quantity": 1.0}, {"id": 8, "product_id": 4, "location_id": 8, "lot_id": 7, "quantity": 1.0}],
      "mail.message.subtype": [{"id": 1, "xmlid": "mail.mt_comment", "name": "Discussions"}, {"id": 2, "xmlid": "mail.mt_note", "name": "Note"}]
    })");
    seed["product.template"] =
        Json::parse(R"([{"id": 2, "name": "EDI Widget"}, {"id": 3, "name": "EDI Lot Widget"},
      {"id": 4, "name": "EDI Serial Device"}])");
    seed["product.supplierinfo"] =
        Json::parse(R"([{"id": 1, "partner_id": 10, "product_id": 2, "product_tmpl_id": 2,
      "product_code": "W-77-A", "product_name": "Widget 77A", "price": 6.5}])");
    seed["stock.picking.type"] =
        Json::parse(R"([{"id": 1, "name": "My Company: Receipts", "warehouse_id": 1}])");
    seed["ir.model"] = Json::parse(
        R"([{"id": 1, "xmlid": "purchase.model_purchase_order", "model": "purchase.order"},
      {"id": 2, "xmlid": "stock.model_stock_picking", "model": "stock.picking"},
      {"id": 3, "xmlid": "account.model_account_move", "model": "account.move"}])");
    seed["mail.activity.type"] =
        Json::parse(R"([{"id": 4, "xmlid": "mail.mail_activity_data_todo", "name": "To-Do"}])");
    seed["uom.uom"] = units();
    seed["res.partner"] = partners();
    seed["product.product"] = products();
    return seed;
}

}  // namespace sallyport::odoo_double
