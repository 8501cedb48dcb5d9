// SPDX-License-Identifier: Apache-2.0
// The models of the buy side, and what it adds to others. A block of a known model adds its fields.
#include "gateway/odoo_double/schema.h"

namespace sallyport::odoo_double {

constexpr const char* Models = R"(
= res.company; Companies; id; user
partner_id many2one(res.partner); Partner
vat char; Tax ID
= res.partner; Contact; complete_name, id desc; user
street2 char; Street2
state_id many2one(res.country.state); State
= ir.model; Models; model;
model char !; Model
= mail.activity.type; Activity Type; id; user
name char; Name
= mail.activity; Activity; id; all-rights
res_model_id many2one(ir.model) !; Document Model
res_id many2one_reference; Related Document ID
activity_type_id many2one(mail.activity.type); Activity Type
summary char; Summary
note html; Note
user_id many2one(res.users); Assigned to
= stock.picking.type; Picking Type; id; user
name char !; Operation Type
warehouse_id many2one(stock.warehouse); Warehouse
= purchase.order; Purchase Order; id desc;
name char !; Order Reference
state selection(draft=RFQ,sent=RFQ Sent,purchase=Purchase Order,done=Locked,cancel=Cancelled); Status
partner_id many2one(res.partner) !; Vendor
partner_ref char; Vendor Reference
currency_id many2one(res.currency); Currency
company_id many2one(res.company); Company
user_id many2one(res.users); Buyer
date_approve datetime; Confirmation Date
date_planned datetime; Expected Arrival
picking_type_id many2one(stock.picking.type); Deliver To
dest_address_id many2one(res.partner); Dropship Address
amount_total monetary; Total
order_line one2many(purchase.order.line,order_id); Order Lines
message_ids one2many(mail.message,res_id); Messages
= purchase.order.line; Purchase Order Line; order_id, sequence, id;
order_id many2one(purchase.order) !; Order Reference
sequence integer; Sequence
display_type selection(line_section=Section,line_note=Note); Display Type
product_id many2one(product.product); Product
name text; Description
product_qty float(2); Quantity
product_uom many2one(uom.uom); Unit of Measure
price_unit float(2); Unit Price
discount float(2); Discount (%)
date_planned datetime; Expected Arrival
qty_received float(2); Received Qty
qty_invoiced float(2); Billed Qty
= stock.picking; Transfer; id desc;
purchase_id many2one(purchase.order); Purchase Orders
picking_type_id many2one(stock.picking.type); Operation Type
move_ids one2many(stock.move,picking_id); Stock Moves
message_ids one2many(mail.message,res_id); Messages
= stock.move; Stock Move; id;
state selection(draft=New,confirmed=Waiting Availability,partially_available=Partially Available,assigned=Available,done=Done,cancel=Cancelled); Status
purchase_line_id many2one(purchase.order.line); Purchase Order Line
product_packaging_id many2one(product.packaging); Packaging
has_tracking selection(serial=By Unique Serial Number,lot=By Lots,none=No Tracking); Product with Tracking
move_line_ids one2many(stock.move.line,move_id); Move Lines
= stock.move.line; Product Moves (Stock Move Line); id; all-rights
state selection(draft=New,confirmed=Waiting Availability,partially_available=Partially Available,assigned=Available,done=Done,cancel=Cancelled); Status
lot_name char; Lot/Serial Number Name
= account.move; Journal Entry; id desc;
move_type selection(entry=Journal Entry,out_invoice=Customer Invoice,out_refund=Customer Credit Note,in_invoice=Vendor Bill,in_refund=Vendor Credit Note); Type
commercial_partner_id many2one(res.partner); Commercial Entity
company_id many2one(res.company); Company
invoice_user_id many2one(res.users); Salesperson
amount_residual monetary; Amount Due
payment_state selection(not_paid=Not Paid,in_payment=In Payment,paid=Paid,partial=Partially Paid,reversed=Reversed,invoicing_legacy=Invoicing App Legacy); Payment Status
invoice_line_ids one2many(account.move.line,move_id); Invoice lines
= account.move.line; Journal Item; id;
purchase_line_id many2one(purchase.order.line); Purchase Order Line
= account.partial.reconcile; Partial Reconcile; id;
debit_move_id many2one(account.move.line) !; Debit Move
credit_move_id many2one(account.move.line) !; Credit Move
debit_amount_currency monetary; Debit Amount Currency
= account.payment.register; Register Payment; id;
line_ids many2many(account.move.line); Journal items
= account.payment; Payments; id desc;
state selection(draft=Draft,posted=Posted,cancel=Cancelled); Status
payment_type selection(outbound=Send,inbound=Receive); Payment Type
partner_type selection(customer=Customer,supplier=Vendor); Partner Type
partner_id many2one(res.partner); Customer/Vendor
company_id many2one(res.company); Company
date date; Date
amount monetary; Amount
currency_id many2one(res.currency); Currency
move_id many2one(account.move); Journal Entry
payment_method_code char; Code
)";

const char* buying_schema() {
    return Models;
}

}  // namespace sallyport::odoo_double
