// SPDX-License-Identifier: Apache-2.0
// The master data of the server whose calls were recorded, as far as the replayed transcripts see it.
#pragma once

#include "gateway/odoo_double/odoo_double.h"

#include <nlohmann/json.hpp>

#include <vector>

namespace sallyport::odoo_double::contract {

inline nlohmann::ordered_json world() {
    return nlohmann::ordered_json::parse(R"world({
  "res.company": [{"id": 1, "name": "My Company (San Francisco)", "currency_id": 1}, {"id": 2, "name": "My Company (Chicago)", "currency_id": 1}],
  "res.currency": [{"id": 1, "name": "USD", "active": true, "rounding": 0.01, "decimal_places": 2},
                   {"id": 126, "name": "EUR", "active": false, "rounding": 0.01, "decimal_places": 2}],
  "res.country": [{"id": 233, "name": "United States", "code": "US"}],
  "res.country.state": [{"id": 31, "name": "Nevada", "code": "NV", "country_id": 233}],
  "res.users": [{"id": 2, "login": "admin", "name": "Mitchell Admin", "company_id": 1, "company_ids": [2, 1], "lang": "en_US", "tz": "Europe/Brussels", "partner_id": 3},
                {"id": 8, "login": "svc_probe", "name": "svc_probe", "company_id": 1, "company_ids": [1]}],
  "res.partner": [
    {"id": 1, "name": "My Company (San Francisco)", "is_company": true},
    {"id": 3, "name": "YourCompany, Mitchell Admin"},
    {"id": 42, "name": "My Company (Chicago), Jeff Lawson"},
    {"id": 45, "name": "ACME Retail Inc", "is_company": true, "ref": "CUST-4711", "barcode": "4012345000009", "x_gln": "4012345000009", "type": "contact",
     "lang": "en_US", "property_product_pricelist": 3, "property_payment_term_id": 3},
    {"id": 46, "name": "ACME DC 42", "parent_id": 45, "type": "delivery", "ref": "DC-0042", "barcode": "4012345000016", "x_gln": "4012345000016"},
    {"id": 47, "name": "ACME Accounts Payable", "parent_id": 45, "type": "invoice", "ref": "AP-0001", "x_gln": "4012345000023"},
    {"id": 48, "name": "Widget Supplier GmbH", "is_company": true, "ref": "VEND-0815"}],
  "uom.category": [{"id": 1, "name": "Unit"}, {"id": 2, "name": "Weight"}, {"id": 4, "name": "Length / Distance"}, {"id": 6, "name": "Volume"}],
  "uom.uom": [
    {"id": 1, "xmlid": "uom.product_uom_unit", "name": "Units", "category_id": 1, "uom_type": "reference", "factor": 1.0, "ratio": 1.0, "rounding": 0.01},
    {"id": 2, "xmlid": "uom.product_uom_dozen", "name": "Dozens", "category_id": 1, "uom_type": "bigger", "factor": 0.08333333333333333, "ratio": 12.0, "rounding": 0.01},
    {"id": 6, "xmlid": "uom.product_uom_millimeter", "name": "mm", "category_id": 4, "uom_type": "smaller", "factor": 1000.0, "ratio": 1000.0, "rounding": 0.01},
    {"id": 8, "xmlid": "uom.product_uom_cm", "name": "cm", "category_id": 4, "uom_type": "smaller", "factor": 100.0, "ratio": 100.0, "rounding": 0.01},
    {"id": 12, "xmlid": "uom.product_uom_kgm", "name": "kg", "category_id": 2, "uom_type": "reference", "factor": 1.0, "ratio": 1.0, "rounding": 0.01},
    {"id": 13, "xmlid": "uom.product_uom_gram", "name": "g", "category_id": 2, "uom_type": "smaller", "factor": 1000.0, "ratio": 1000.0, "rounding": 0.01},
    {"id": 14, "xmlid": "uom.product_uom_ton", "name": "t", "category_id": 2, "uom_type": "bigger", "factor": 0.001, "ratio": 1000.0, "rounding": 0.01},
    {"id": 25, "xmlid": "uom.product_uom_cubic_inch", "name": "in³", "category_id": 6, "uom_type": "smaller", "factor": 61.0237, "ratio": 61.0237, "rounding": 0.01}],
  "account.tax": [{"id": 1, "name": "15%", "amount": 15.0}],
  "account.incoterms": [{"id": 4, "code": "FOB", "name": "FREE ON BOARD"}, {"id": 10, "code": "DAP", "name": "DELIVERED AT PLACE"}],
  "account.payment.term": [{"id": 1, "name": "Immediate Payment"}, {"id": 2, "name": "15 Days"}, {"id": 3, "name": "21 Days"}, {"id": 4, "name": "30 Days"},
    {"id": 5, "name": "45 Days"}, {"id": 6, "name": "End of Following Month"}, {"id": 7, "name": "10 Days after End of Next Month"},
    {"id": 8, "name": "30% Now, Balance 60 Days"}, {"id": 9, "name": "2/7 Net 30"}, {"id": 10, "name": "30% Advance End of Following Month"}],
  "product.pricelist": [{"id": 1, "name": "Default USD pricelist", "currency_id": 1, "company_id": 2}, {"id": 2, "name": "Default USD pricelist", "currency_id": 1, "company_id": 1},
                        {"id": 3, "name": "EDI ACME", "currency_id": 1, "company_id": 1}],
  "product.pricelist.item": [{"id": 1, "pricelist_id": 3, "product_id": 44, "fixed_price": 11.11}],
  "product.template": [{"id": 34, "name": "EDI Widget", "default_code": "EDI-1001"}],
  "product.product": [
    {"id": 44, "name": "EDI Widget", "default_code": "EDI-1001", "barcode": "04006381333931", "product_tmpl_id": 34, "uom_id": 1, "uom_po_id": 1, "tracking": "none", "taxes_id": [1],
     "invoice_policy": "delivery", "list_price": 12.5, "standard_price": 7.0},
    {"id": 45, "name": "EDI Lot Widget", "default_code": "EDI-1002", "barcode": "04006381333948", "uom_id": 1, "uom_po_id": 1, "tracking": "lot", "taxes_id": [1],
     "invoice_policy": "delivery", "list_price": 3.33, "standard_price": 1.5},
    {"id": 46, "name": "EDI Serial Device", "default_code": "EDI-1003", "barcode": "04006381333955", "uom_id": 1, "uom_po_id": 1, "tracking": "serial", "taxes_id": [1],
     "invoice_policy": "delivery", "list_price": 199.0, "standard_price": 120.0}],
  "product.packaging": [{"id": 1, "name": "Case of 12", "product_id": 44, "qty": 12.0, "barcode": "14006381333938", "product_uom_id": 1, "sales": true}],
  "product.supplierinfo": [{"id": 28, "partner_id": 48, "product_id": 44, "product_tmpl_id": 34, "product_code": "W-77-A", "product_name": "Widget 77A", "price": 6.5,
                            "min_qty": 10.0, "product_uom": 1, "currency_id": 1}],
  "stock.warehouse": [{"id": 1, "name": "YourCompany", "code": "WH", "company_id": 1, "partner_id": 1}, {"id": 2, "name": "Chicago 1", "code": "CHIC1", "company_id": 2, "partner_id": 42}],
  "mail.message.subtype": [{"id": 1, "xmlid": "mail.mt_comment", "name": "Discussions"}, {"id": 2, "xmlid": "mail.mt_note", "name": "Note"}]
})world");
}

inline std::vector<Account> accounts() {
    Account admin = administrator_account("admin");
    admin.uid = 2;
    admin.groups = {"base.group_system",
                    "base.group_erp_manager",
                    "base.group_user",
                    "base.group_partner_manager"};
    Account probe;
    probe.login = "svc_probe";
    probe.key = "<API_KEY>";
    Account least = orders_in_account("Svc#Probe-2024");
    least.login = "lp_min_orders_in_int";
    least.uid = 28;
    Account bare;  // a user without a type sees what its own group names
    bare.login = "lp_min_shipments_out_bare";
    bare.key = "Svc#Probe-2024";
    bare.uid = 31;
    bare.groups = {};
    for (const char* model : {"product.product",
                              "product.template",
                              "res.partner",
                              "sale.order",
                              "sale.order.line",
                              "stock.move",
                              "stock.picking",
                              "stock.warehouse",
                              "uom.uom"})
        bare.rights[model] = "r";
    Account stock;
    stock.login = "lp_stock";
    stock.key = "Svc#Probe-2024";
    stock.uid = 14;
    stock.rights = {{"stock.picking", "rwcu"},
                    {"stock.move", "rwcu"},
                    {"sale.order", "rw"},
                    {"sale.order.line", "rw"}};
    return {admin, probe, least, bare, stock};
}

}  // namespace sallyport::odoo_double::contract
