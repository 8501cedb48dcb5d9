// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo_double/schema.h"

#include <cstdlib>
#include <sstream>

namespace sallyport::odoo_double {

namespace {

// One model per block: "= name; label; default order; who reads it", then "field type flags; label".
// type(arg): many2one(model), one2many(model,inverse), selection(key=Label,…), float(places). "!" is required.
constexpr const char* Text = R"(
= res.company; Companies; id; user
name char !; Company Name
currency_id many2one(res.currency); Currency
= res.currency; Currency; active desc, name; user
name char !; Currency
active boolean; Active
rounding float; Rounding Factor
decimal_places integer; Decimal Places
= res.country; Country; name; user
name char !; Country Name
code char; Country Code
= res.country.state; Country state; code; user
name char !; State Name
code char !; State Code
country_id many2one(res.country) !; Country
= res.partner; Contact; complete_name, id desc; user
name char; Name
complete_name char; Complete Name
ref char; Reference
barcode char; Barcode
x_gln char; GLN
type selection(contact=Contact,invoice=Invoice Address,delivery=Delivery Address,other=Other Address); Address Type
parent_id many2one(res.partner); Related Company
commercial_partner_id many2one(res.partner); Commercial Entity
active boolean; Active
is_company boolean; Is a Company
company_id many2one(res.company); Company
street char; Street
city char; City
zip char; Zip
country_id many2one(res.country); Country
email char; Email
lang char; Language
property_product_pricelist many2one(product.pricelist); Pricelist
property_payment_term_id many2one(account.payment.term); Customer Payment Terms
property_account_position_id many2one(account.fiscal.position); Fiscal Position
= res.users; User; name, login; user
login char !; Login
name char; Name
email char; Email
lang char; Language
tz char; Timezone
share boolean; Share User
partner_id many2one(res.partner); Related Partner
company_id many2one(res.company); Company
company_ids many2many(res.company); Companies
groups_id many2many(res.groups); Groups
= res.groups; Access Groups; name; user
name char !; Name
= res.users.apikeys; Users API Keys; id; user
name char !; Description
scope char; Scope
user_id many2one(res.users); User
= uom.category; Product UoM Categories; id; user
name char !; Unit of Measure Category
= uom.uom; Product Unit of Measure; factor desc, id; user
name char !; Unit of Measure
category_id many2one(uom.category) !; Category
uom_type selection(bigger=Bigger than the reference,reference=Reference,smaller=Smaller than the reference); Type
factor float; Ratio
ratio float; Combined Ratio
rounding float; Rounding Precision
active boolean; Active
= account.tax; Tax; id; user
name char !; Tax Name
amount float; Amount
amount_type selection(percent=Percentage of Price,fixed=Fixed); Tax Computation
price_include boolean; Included in Price
= account.incoterms; Incoterms; id; user
name char !; Name
code char !; Code
= account.payment.term; Payment Terms; id; user
name char !; Payment Terms
= account.fiscal.position; Fiscal Position; id; user
name char !; Fiscal Position
= account.move; Journal Entry; id desc;
name char; Number
move_type selection(entry=Journal Entry,out_invoice=Customer Invoice,out_refund=Customer Credit Note,in_invoice=Vendor Bill); Type
state selection(draft=Draft,posted=Posted,cancel=Cancelled); Status
ref char; Reference
invoice_origin char; Origin
partner_id many2one(res.partner); Partner
invoice_date date; Invoice Date
invoice_date_due date; Due Date
currency_id many2one(res.currency); Currency
invoice_payment_term_id many2one(account.payment.term); Payment Terms
amount_untaxed monetary; Untaxed Amount
amount_tax monetary; Tax
amount_total monetary; Total
reversed_entry_id many2one(account.move); Reversal of
line_ids one2many(account.move.line,move_id); Journal Items
= account.move.line; Journal Item; id;
move_id many2one(account.move) !; Journal Entry
display_type selection(product=Product,tax=Tax,payment_term=Payment Term); Display Type
name char; Label
product_id many2one(product.product); Product
quantity float(2); Quantity
product_uom_id many2one(uom.uom); Unit of Measure
price_unit float(2); Unit Price
discount float(2); Discount (%)
price_subtotal monetary; Subtotal
tax_line_id many2one(account.tax); Originator tax
tax_base_amount monetary; Base Amount
amount_currency monetary; Amount in Currency
sale_line_ids many2many(sale.order.line); Sales Order Lines
= sale.advance.payment.inv; Sales Advance Payment Invoice; id;
advance_payment_method selection(delivered=Regular invoice,percentage=Down payment,fixed=Fixed amount); Create Invoice
= account.move.reversal; Account Move Reversal; id;
move_ids many2many(account.move); Journal Entries
journal_id integer; Journal
reason char; Reason
= account.payment; Payments; id desc;
name char; Number
= res.partner.bank; Bank Accounts; id; user
acc_number char !; Account Number
= product.pricelist; Pricelist; id; user
name char !; Pricelist Name
currency_id many2one(res.currency) !; Currency
company_id many2one(res.company); Company
= product.pricelist.item; Pricelist Rule; id; user
pricelist_id many2one(product.pricelist) !; Pricelist
product_id many2one(product.product); Variant
fixed_price float(2); Fixed Price
= product.template; Product; name; user
name char !; Name
default_code char; Internal Reference
= product.product; Product Variant; default_code, name, id; user
name char !; Name
product_tmpl_id many2one(product.template); Product Template
display_name char; Display Name
default_code char; Internal Reference
barcode char; Barcode
uom_id many2one(uom.uom) !; Unit of Measure
uom_po_id many2one(uom.uom); Purchase UoM
tracking selection(serial=By Unique Serial Number,lot=By Lots,none=No Tracking); Tracking
sale_ok boolean; Can be Sold
active boolean; Active
taxes_id many2many(account.tax); Customer Taxes
invoice_policy selection(order=Ordered quantities,delivery=Delivered quantities); Invoicing Policy
list_price float(2); Sales Price
weight float(2); Weight
standard_price float(2); Cost
= product.packaging; Product Packaging; product_id, id; user
name char !; Product Packaging
product_id many2one(product.product) !; Product
qty float(2); Contained Quantity
barcode char; Barcode
product_uom_id many2one(uom.uom); Unit of Measure
sales boolean; Sales
purchase boolean; Purchase
= product.supplierinfo; Supplier Pricelist; id; user
partner_id many2one(res.partner) !; Vendor
product_id many2one(product.product); Product Variant
product_tmpl_id many2one(product.template); Product Template
product_code char; Vendor Product Code
product_name char; Vendor Product Name
price float(2); Price
min_qty float(2); Quantity
delay integer; Delivery Lead Time
product_uom many2one(uom.uom); Unit of Measure
currency_id many2one(res.currency); Currency
= stock.warehouse; Warehouse; id; user
name char !; Warehouse
code char !; Short Name
company_id many2one(res.company); Company
partner_id many2one(res.partner); Address
= stock.warehouse.orderpoint; Minimum Inventory Rule; id;
name char; Name
= stock.picking; Transfer; id desc;
name char; Reference
sale_id many2one(sale.order); Sales Order
origin char; Source Document
partner_id many2one(res.partner); Contact
state selection(draft=Draft,waiting=Waiting Another Operation,confirmed=Waiting,assigned=Ready,done=Done,cancel=Cancelled); Status
picking_type_code selection(incoming=Receipt,outgoing=Delivery,internal=Internal Transfer); Type of Operation
scheduled_date datetime; Scheduled Date
date_deadline datetime; Deadline
date_done datetime; Date of Transfer
backorder_id many2one(stock.picking); Back Order of
location_dest_id many2one(stock.location); Destination Location
carrier_id many2one(delivery.carrier); Carrier
carrier_tracking_ref char; Tracking Reference
weight float(2); Weight
shipping_weight float(2); Weight for Shipping
weight_uom_name char; Weight unit of measure label
move_line_ids one2many(stock.move.line,picking_id); Operations
= stock.location; Inventory Locations; id; user
name char !; Location Name
usage selection(supplier=Vendor,internal=Internal,customer=Customer); Location Type
warehouse_id many2one(stock.warehouse); Warehouse
= delivery.carrier; Shipping Methods; id; user
name char !; Delivery Method
= stock.lot; Lot/Serial; id; user
name char !; Lot/Serial Number
product_id many2one(product.product); Product
= stock.package.type; Stock package type; id; user
name char !; Package Type
= stock.quant.package; Packages; id; user
name char; Package Reference
package_type_id many2one(stock.package.type); Package Type
x_sscc char; SSCC
= stock.quant; Quants; id; user
product_id many2one(product.product); Product
location_id many2one(stock.location); Location
owner_id many2one(res.partner); From Owner
lot_id many2one(stock.lot); Lot/Serial Number
quantity float(2); Quantity
reserved_quantity float(2); Reserved Quantity
= stock.move.line; Product Moves (Stock Move Line); id; user
picking_id many2one(stock.picking); Transfer
move_id many2one(stock.move); Stock Operation
product_id many2one(product.product); Product
quantity float(2); Quantity
product_uom_id many2one(uom.uom); Unit of Measure
lot_id many2one(stock.lot); Lot/Serial Number
result_package_id many2one(stock.quant.package); Destination Package
picked boolean; Picked
state selection(draft=New,confirmed=Waiting Availability,assigned=Available,done=Done,cancel=Cancelled); Status
location_dest_id many2one(stock.location); To
= stock.move; Stock Move; id;
picking_id many2one(stock.picking); Transfer
product_id many2one(product.product) !; Product
product_uom_qty float(2); Demand
product_uom many2one(uom.uom); UoM
quantity float(2); Quantity
state selection(draft=New,confirmed=Waiting Availability,assigned=Available,done=Done,cancel=Cancelled); Status
sale_line_id many2one(sale.order.line); Sale Line
forecast_availability float(2); Forecast Availability
location_dest_id many2one(stock.location); Destination Location
= sale.order; Sales Order; date_order desc, id desc;
name char !; Order Reference
state selection(draft=Quotation,sent=Quotation Sent,sale=Sales Order,cancel=Cancelled); Status
locked boolean; Locked
client_order_ref char; Customer Reference
origin char; Source Document
x_edi_key char; EDI interchange key
partner_id many2one(res.partner) !; Customer
partner_shipping_id many2one(res.partner) !; Delivery Address
partner_invoice_id many2one(res.partner) !; Invoice Address
pricelist_id many2one(product.pricelist); Pricelist
currency_id many2one(res.currency); Currency
payment_term_id many2one(account.payment.term); Payment Terms
fiscal_position_id many2one(account.fiscal.position); Fiscal Position
commitment_date datetime; Delivery Date
expected_date datetime; Expected Date
date_order datetime; Order Date
incoterm many2one(account.incoterms); Incoterm
incoterm_location char; Incoterm Location
note html; Terms and conditions
amount_untaxed monetary; Untaxed Amount
amount_tax monetary; Taxes
amount_total monetary; Total
invoice_status selection(upselling=Upselling Opportunity,invoiced=Fully Invoiced,no=Nothing to Invoice); Invoice Status
delivery_status selection(pending=Not Delivered,started=Started,partial=Partially Delivered,full=Fully Delivered); Delivery Status
picking_ids one2many(stock.picking,sale_id); Transfers
invoice_ids many2many(account.move); Invoices
order_line one2many(sale.order.line,order_id); Order Lines
message_ids one2many(mail.message,res_id); Messages
message_follower_ids many2many(mail.followers); Followers
warehouse_id many2one(stock.warehouse); Warehouse
company_id many2one(res.company); Company
= sale.order.line; Sales Order Line; order_id, sequence, id;
order_id many2one(sale.order) !; Order Reference
sequence integer; Sequence
x_edi_line char; EDI line no
x_edi_buyer_item char; Buyer item code
display_type selection(line_section=Section,line_note=Note); Display Type
product_id many2one(product.product); Product
name text; Description
product_uom_qty float(2); Quantity
product_uom many2one(uom.uom); Unit of Measure
product_packaging_id many2one(product.packaging); Packaging
price_unit float(2); Unit Price
discount float(2); Discount (%)
tax_id many2many(account.tax); Taxes
price_subtotal monetary; Subtotal
price_tax float; Total Tax
price_total monetary; Total
qty_delivered float(2); Delivery Quantity
qty_invoiced float(2); Invoiced Quantity
qty_to_invoice float(2); Quantity To Invoice
scheduled_date datetime; Scheduled Date
free_qty_today float(2); Free Quantity Today
virtual_available_at_date float(2); Virtual Available At Date
state selection(draft=Quotation,sent=Quotation Sent,sale=Sales Order,cancel=Cancelled); Order Status
= mail.followers; Document Followers; id; user
partner_id many2one(res.partner); Related Partner
= mail.message.subtype; Message subtypes; id; user
name char; Message Type
= mail.message; Message; id desc; all-rights
model char; Related Document Model
res_id many2one_reference; Related Document ID
body html; Contents
subject char; Subject
message_type selection(email=Incoming Email,comment=Comment,notification=System notification); Type
subtype_id many2one(mail.message.subtype); Subtype
author_id many2one(res.partner); Author
email_from char; From
record_name char; Message Record Name
is_internal boolean; Employee Only
date datetime; Date
attachment_ids many2many(ir.attachment); Attachments
= ir.attachment; Attachment; id desc; all-rights
name char !; Name
res_model char; Resource Model
res_id many2one_reference; Resource ID
type selection(url=URL,binary=File); Type
datas binary; File Content (base64)
mimetype char; Mime Type
checksum char; Checksum/SHA1
file_size integer; File Size
access_token char; Access Token
= ir.model.data; Model Data; module, model, name;
module char !; Module
name char !; External Identifier
model char !; Model Name
res_id many2one_reference; Record ID
noupdate boolean; Non Updatable
= ir.config_parameter; System Parameter; key;
key char !; Key
value text; Value
= ir.model.access; Model Access; id;
name char; Name
= ir.rule; Record Rule; id;
name char; Name
= ir.cron; Scheduled Actions; id;
name char; Name
= ir.actions.server; Server Action; id;
name char; Name
= base.automation; Automation Rule; id;
name char; Name
= ir.module.module; Module; id; user
name char; Technical Name
= decimal.precision; Decimal Precision; id;
name char; Usage
digits integer; Digits
)";

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);)
        parts.push_back(trimmed(part));
    return parts;
}

FieldSchema field_from(const std::string& line) {
    FieldSchema field;
    const auto semicolon = line.rfind(';');
    field.label = trimmed(line.substr(semicolon + 1));
    std::string spec = trimmed(line.substr(0, semicolon));
    if (spec.ends_with('!')) {
        field.required = true;
        spec = trimmed(spec.substr(0, spec.size() - 1));
    }
    const auto blank = spec.find(' ');
    field.name = spec.substr(0, blank);
    spec = trimmed(spec.substr(blank + 1));
    const auto open = spec.find('(');
    field.type = spec.substr(0, open);
    if (open == std::string::npos) return field;
    const auto arguments = split(spec.substr(open + 1, spec.rfind(')') - open - 1), ',');
    if (field.type == "selection") {
        for (const auto& item : arguments)
            field.selection.emplace_back(item.substr(0, item.find('=')),
                                         item.substr(item.find('=') + 1));
    } else if (field.type == "float") {
        field.places = std::atoi(arguments[0].c_str());
    } else {
        field.relation = arguments[0];
        if (arguments.size() > 1) field.inverse = arguments[1];
    }
    return field;
}

void add_common_fields(ModelSchema& model) {
    model.fields.emplace("id",
                         FieldSchema{.name = "id",
                                     .type = "integer",
                                     .relation = {},
                                     .inverse = {},
                                     .label = "ID",
                                     .required = false,
                                     .selection = {},
                                     .places = -1});
    for (const char* name : {"create_date", "write_date"})
        model.fields.emplace(name,
                             FieldSchema{.name = name,
                                         .type = "datetime",
                                         .relation = {},
                                         .inverse = {},
                                         .label = name,
                                         .required = false,
                                         .selection = {},
                                         .places = -1});
    for (const char* name : {"create_uid", "write_uid"})
        model.fields.emplace(name,
                             FieldSchema{.name = name,
                                         .type = "many2one",
                                         .relation = "res.users",
                                         .inverse = {},
                                         .label = name,
                                         .required = false,
                                         .selection = {},
                                         .places = -1});
    model.fields.try_emplace("display_name",
                             FieldSchema{.name = "display_name",
                                         .type = "char",
                                         .relation = {},
                                         .inverse = {},
                                         .label = "Display Name",
                                         .required = false,
                                         .selection = {},
                                         .places = -1});
}

}  // namespace

const FieldSchema* ModelSchema::field(std::string_view wanted) const {
    const auto found = fields.find(std::string(wanted));
    return found == fields.end() ? nullptr : &found->second;
}

Schema::Schema() {
    read(Text);
    read(buying_schema());
}

void Schema::read(const char* source) {
    std::istringstream text(source);
    ModelSchema* model = nullptr;
    for (std::string line; std::getline(text, line);) {
        if (line.starts_with("= ")) {
            auto parts = split(line.substr(2), ';');
            parts.resize(4);
            model = &m_models[parts[0]];
            model->name = parts[0];
            model->label = parts[1];
            model->order = parts[2];
            model->visible_to = parts[3];
            add_common_fields(*model);
        } else if (model != nullptr && !line.empty()) {
            auto field = field_from(line);
            model->fields[field.name] = std::move(field);
        }
    }
}

const ModelSchema* Schema::model(const std::string& name) const {
    const auto found = m_models.find(name);
    return found == m_models.end() ? nullptr : &found->second;
}

}  // namespace sallyport::odoo_double
