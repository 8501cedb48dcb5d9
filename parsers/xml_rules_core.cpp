// SPDX-License-Identifier: Apache-2.0
// EN 16931-1 clause 6.4.1: what must be there (BR-01 to BR-65), and the conditions that only ask for presence.
#include "parsers/xml_rule_table.h"

namespace sallyport::edi {
namespace {

using K = RowRule::Kind;

// One rule, one entry.
// clang-format off
constexpr RowRule Rows[] = {
    {"BR-01", K::Filled, "an invoice names the specification it follows (BT-24)", {"/*", "cbc:CustomizationID", {}}, {"/*", "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", {}}},
    {"BR-02", K::Filled, "an invoice has a number (BT-1)", {"/*", "cbc:ID", {}}, {"/*", "rsm:ExchangedDocument/ram:ID", {}}},
    {"BR-03", K::Filled, "an invoice has an issue date (BT-2)", {"/*", "cbc:IssueDate", {}}, {"/*", "rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString[@format=102]", {}}},
    {"BR-04", K::Filled, "an invoice has a type code (BT-3)", {"/*", "cbc:InvoiceTypeCode|cbc:CreditNoteTypeCode", {}}, {"/*", "rsm:ExchangedDocument/ram:TypeCode", {}}},
    {"BR-05", K::Filled, "an invoice has a currency (BT-5)", {"/*", "cbc:DocumentCurrencyCode", {}}, {"/*", "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement/ram:InvoiceCurrencyCode", {}}},
    {"BR-06", K::Filled, "an invoice names the seller (BT-27)", {"/*", "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName", {}}, {"/*", "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:Name", {}}},
    {"BR-07", K::Filled, "an invoice names the buyer (BT-44)", {"/*", "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName", {}}, {"/*", "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:Name", {}}},
    {"BR-08", K::Exists, "an invoice has the seller's address (BG-5)", {"/*", "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress", {}}, {"/*", "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:PostalTradeAddress", {}}},
    {"BR-09", K::Filled, "the seller's address has a country (BT-40)", {"cac:AccountingSupplierParty/cac:Party/cac:PostalAddress", "cac:Country/cbc:IdentificationCode", {}}, {"/*", "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:PostalTradeAddress/ram:CountryID", {}}},
    {"BR-10", K::Exists, "an invoice has the buyer's address (BG-8)", {"/*", "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress", {}}, {"/*", "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:PostalTradeAddress", {}}},
    {"BR-11", K::Filled, "the buyer's address has a country (BT-55)", {"cac:AccountingCustomerParty/cac:Party/cac:PostalAddress", "cac:Country/cbc:IdentificationCode", {}}, {"/*", "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CountryID", {}}},
    {"BR-12", K::Exists, "the totals state the sum of the line amounts (BT-106)", {"cac:LegalMonetaryTotal", "cbc:LineExtensionAmount", {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation", "ram:LineTotalAmount", {}}},
    {"BR-13", K::Exists, "the totals state the amount without VAT (BT-109)", {"cac:LegalMonetaryTotal", "cbc:TaxExclusiveAmount", {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation", "ram:TaxBasisTotalAmount", {}}},
    {"BR-14", K::Exists, "the totals state the amount with VAT (BT-112)", {"cac:LegalMonetaryTotal", "cbc:TaxInclusiveAmount", {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation", "ram:GrandTotalAmount", {}}},
    {"BR-15", K::Exists, "the totals state the amount due (BT-115)", {"cac:LegalMonetaryTotal", "cbc:PayableAmount", {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation", "ram:DuePayableAmount", {}}},
    {"BR-16", K::Exists, "an invoice has a line (BG-25)", {"/*", "cac:InvoiceLine|cac:CreditNoteLine", {}}, {"/*", "rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem", {}}},
    {"BR-18", K::Filled, "the seller's tax representative has a name (BT-62)", {"cac:TaxRepresentativeParty", "cac:PartyName/cbc:Name", {}}, {"ram:SellerTaxRepresentativeTradeParty", "ram:Name", {}}},
    {"BR-19", K::Exists, "the seller's tax representative has an address (BG-12)", {"cac:TaxRepresentativeParty", "cac:PostalAddress", {}}, {"ram:SellerTaxRepresentativeTradeParty", "ram:PostalTradeAddress", {}}},
    {"BR-20", K::Filled, "the tax representative's address has a country (BT-69)", {"cac:TaxRepresentativeParty/cac:PostalAddress", "cac:Country/cbc:IdentificationCode", {}}, {"ram:SellerTaxRepresentativeTradeParty", "ram:PostalTradeAddress/ram:CountryID", {}}},
    {"BR-21", K::Filled, "a line has an identifier (BT-126)", {"cac:InvoiceLine|cac:CreditNoteLine", "cbc:ID", {}}, {"ram:IncludedSupplyChainTradeLineItem", "ram:AssociatedDocumentLineDocument/ram:LineID", {}}},
    {"BR-22", K::Exists, "a line has a quantity (BT-129)", {"cac:InvoiceLine|cac:CreditNoteLine", "cbc:InvoicedQuantity|cbc:CreditedQuantity", {}}, {"ram:IncludedSupplyChainTradeLineItem", "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity", {}}},
    {"BR-23", K::Exists, "a line's quantity has a unit (BT-130)", {"cac:InvoiceLine|cac:CreditNoteLine", "cbc:InvoicedQuantity[@unitCode]|cbc:CreditedQuantity[@unitCode]", {}}, {"ram:IncludedSupplyChainTradeLineItem", "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity[@unitCode]", {}}},
    {"BR-24", K::Exists, "a line has a net amount (BT-131)", {"cac:InvoiceLine|cac:CreditNoteLine", "cbc:LineExtensionAmount", {}}, {"ram:IncludedSupplyChainTradeLineItem", "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", {}}},
    {"BR-25", K::Filled, "a line names its item (BT-153)", {"cac:InvoiceLine|cac:CreditNoteLine", "cac:Item/cbc:Name", {}}, {"ram:IncludedSupplyChainTradeLineItem", "ram:SpecifiedTradeProduct/ram:Name", {}}},
    {"BR-26", K::Exists, "a line has a net price (BT-146)", {"cac:InvoiceLine|cac:CreditNoteLine", "cac:Price/cbc:PriceAmount", {}}, {"ram:IncludedSupplyChainTradeLineItem", "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount", {}}},
    {"BR-31", K::Exists, "an allowance of the document has an amount (BT-92)", {"/*/cac:AllowanceCharge[allowance]", "cbc:Amount", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[allowance]", "ram:ActualAmount", {}}},
    {"BR-32", K::Exists, "an allowance of the document has a VAT category (BT-95)", {"/*/cac:AllowanceCharge[allowance]", "cac:TaxCategory[vat]/cbc:ID", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[allowance]", "ram:CategoryTradeTax[vat]/ram:CategoryCode", {}}},
    {"BR-33", K::Exists, "an allowance of the document has a reason or a reason code (BT-97, BT-98)", {"/*/cac:AllowanceCharge[allowance]", "cbc:AllowanceChargeReason|cbc:AllowanceChargeReasonCode", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[allowance]", "ram:Reason|ram:ReasonCode", {}}},
    {"BR-36", K::Exists, "a charge of the document has an amount (BT-99)", {"/*/cac:AllowanceCharge[charge]", "cbc:Amount", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]", "ram:ActualAmount", {}}},
    {"BR-37", K::Exists, "a charge of the document has a VAT category (BT-102)", {"/*/cac:AllowanceCharge[charge]", "cac:TaxCategory[vat]/cbc:ID", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]", "ram:CategoryTradeTax[vat]/ram:CategoryCode", {}}},
    {"BR-38", K::Exists, "a charge of the document has a reason or a reason code (BT-104, BT-105)", {"/*/cac:AllowanceCharge[charge]", "cbc:AllowanceChargeReason|cbc:AllowanceChargeReasonCode", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]", "ram:Reason|ram:ReasonCode", {}}},
    {"BR-41", K::Exists, "an allowance of a line has an amount (BT-136)", {"cac:InvoiceLine/cac:AllowanceCharge[allowance]|cac:CreditNoteLine/cac:AllowanceCharge[allowance]", "cbc:Amount", {}}, {"ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[allowance]", "ram:ActualAmount", {}}},
    {"BR-42", K::Exists, "an allowance of a line has a reason or a reason code (BT-139, BT-140)", {"cac:InvoiceLine/cac:AllowanceCharge[allowance]|cac:CreditNoteLine/cac:AllowanceCharge[allowance]", "cbc:AllowanceChargeReason|cbc:AllowanceChargeReasonCode", {}}, {"ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[allowance]", "ram:Reason|ram:ReasonCode", {}}},
    {"BR-43", K::Exists, "a charge of a line has an amount (BT-141)", {"cac:InvoiceLine/cac:AllowanceCharge[charge]|cac:CreditNoteLine/cac:AllowanceCharge[charge]", "cbc:Amount", {}}, {"ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]", "ram:ActualAmount", {}}},
    {"BR-44", K::Exists, "a charge of a line has a reason or a reason code (BT-144, BT-145)", {"cac:InvoiceLine/cac:AllowanceCharge[charge]|cac:CreditNoteLine/cac:AllowanceCharge[charge]", "cbc:AllowanceChargeReason|cbc:AllowanceChargeReasonCode", {}}, {"ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]", "ram:Reason|ram:ReasonCode", {}}},
    {"BR-45", K::Exists, "a VAT breakdown states its taxable amount (BT-116)", {"cac:TaxTotal/cac:TaxSubtotal", "cbc:TaxableAmount", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax", "ram:BasisAmount", {}}},
    {"BR-46", K::Exists, "a VAT breakdown states its tax amount (BT-117)", {"cac:TaxTotal/cac:TaxSubtotal", "cbc:TaxAmount", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax", "ram:CalculatedAmount", {}}},
    {"BR-47", K::Exists, "a VAT breakdown has a category (BT-118)", {"cac:TaxTotal/cac:TaxSubtotal", "cac:TaxCategory[vat]/cbc:ID", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax[vat]", "ram:CategoryCode", {}}},
    {"BR-48", K::Exists, "a VAT breakdown has a rate (BT-119), unless it is not subject to VAT", {"cac:TaxTotal/cac:TaxSubtotal", "cac:TaxCategory[vat]/cbc:Percent|cac:TaxCategory[vat][cbc:ID=O]", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax", "ram:RateApplicablePercent|ram:CategoryCode[.=O]", {}}},
    {"BR-49", K::Exists, "payment instructions name the means of payment (BT-81)", {"cac:PaymentMeans", "cbc:PaymentMeansCode", {}}, {"ram:SpecifiedTradeSettlementPaymentMeans", "ram:TypeCode", {}}},
    {"BR-50", K::Filled, "a credit transfer names the account (BT-84)", {"cac:PaymentMeans[cbc:PaymentMeansCode=30,58]/cac:PayeeFinancialAccount", "cbc:ID", {}}, {"ram:SpecifiedTradeSettlementPaymentMeans[ram:TypeCode=30,58]/ram:PayeePartyCreditorFinancialAccount", "ram:IBANID|ram:ProprietaryID", {}}},
    {"BR-52", K::Filled, "a supporting document has a reference (BT-122)", {"cac:AdditionalDocumentReference", "cbc:ID", {}}, {"ram:AdditionalReferencedDocument", "ram:IssuerAssignedID", {}}},
    {"BR-54", K::Exists, "an item attribute has a name (BT-160)", {"cac:AdditionalItemProperty", "cbc:Name", {}}, {"ram:ApplicableProductCharacteristic", "ram:Description", {}}},
    {"BR-54", K::Exists, "an item attribute has a value (BT-161)", {"cac:AdditionalItemProperty", "cbc:Value", {}}, {"ram:ApplicableProductCharacteristic", "ram:Value", {}}},
    {"BR-55", K::Exists, "a preceding invoice is named by its number (BT-25)", {"cac:BillingReference", "cac:InvoiceDocumentReference/cbc:ID", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:InvoiceReferencedDocument", "ram:IssuerAssignedID", {}}},
    {"BR-56", K::Exists, "the seller's tax representative has a VAT identifier (BT-63)", {"cac:TaxRepresentativeParty", "cac:PartyTaxScheme[vat]/cbc:CompanyID", {}}, {"ram:SellerTaxRepresentativeTradeParty", "ram:SpecifiedTaxRegistration/ram:ID[@schemeID=VA]", {}}},
    {"BR-57", K::Exists, "a delivery address has a country (BT-80)", {"cac:Delivery/cac:DeliveryLocation/cac:Address", "cac:Country/cbc:IdentificationCode", {}}, {"ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty/ram:PostalTradeAddress", "ram:CountryID", {}}},
    {"BR-61", K::Exists, "a credit transfer has an account (BT-84)", {"cac:PaymentMeans[cbc:PaymentMeansCode=30,58]", "cac:PayeeFinancialAccount/cbc:ID", {}}, {"ram:SpecifiedTradeSettlementPaymentMeans[ram:TypeCode=30,58]/ram:PayeePartyCreditorFinancialAccount", "ram:IBANID|ram:ProprietaryID", {}}},
    {"BR-62", K::Attribute, "the seller's electronic address says its scheme (BT-34)", {"cac:AccountingSupplierParty/cac:Party/cbc:EndpointID", "schemeID", {}}, {"ram:SellerTradeParty/ram:URIUniversalCommunication/ram:URIID", "schemeID", {}}},
    {"BR-63", K::Attribute, "the buyer's electronic address says its scheme (BT-49)", {"cac:AccountingCustomerParty/cac:Party/cbc:EndpointID", "schemeID", {}}, {"ram:BuyerTradeParty/ram:URIUniversalCommunication/ram:URIID", "schemeID", {}}},
    {"BR-64", K::Attribute, "an item's standard identifier says its scheme (BT-157)", {"cac:InvoiceLine/cac:Item/cac:StandardItemIdentification/cbc:ID|cac:CreditNoteLine/cac:Item/cac:StandardItemIdentification/cbc:ID", "schemeID", {}}, {"ram:SpecifiedTradeProduct/ram:GlobalID", "schemeID", {}}},
    {"BR-65", K::Attribute, "an item's classification says its scheme (BT-158)", {"cac:InvoiceLine/cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode|cac:CreditNoteLine/cac:Item/cac:CommodityClassification/cbc:ItemClassificationCode", "listID", {}}, {"ram:DesignatedProductClassification/ram:ClassCode", "listID", {}}},
    {"BR-CO-04", K::Exists, "a line has a VAT category (BT-151)", {"cac:InvoiceLine|cac:CreditNoteLine", "cac:Item/cac:ClassifiedTaxCategory[vat]/cbc:ID", {}}, {"ram:IncludedSupplyChainTradeLineItem", "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax[vat]/ram:CategoryCode", {}}},
    {"BR-CO-18", K::Exists, "an invoice has a VAT breakdown (BG-23)", {"/*", "cac:TaxTotal/cac:TaxSubtotal", {}}, {"/*", "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax", {}}},
    {"BR-CO-19", K::Exists, "an invoicing period has a start or an end (BT-73, BT-74)", {"/*/cac:InvoicePeriod", "cbc:StartDate|cbc:EndDate|cbc:DescriptionCode", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:BillingSpecifiedPeriod", "ram:StartDateTime|ram:EndDateTime", {}}},
    {"BR-CO-20", K::Exists, "a line's period has a start or an end (BT-134, BT-135)", {"cac:InvoiceLine/cac:InvoicePeriod|cac:CreditNoteLine/cac:InvoicePeriod", "cbc:StartDate|cbc:EndDate", {}}, {"ram:SpecifiedLineTradeSettlement/ram:BillingSpecifiedPeriod", "ram:StartDateTime|ram:EndDateTime", {}}},
    {"BR-CO-21", K::Exists, "an allowance of the document has a reason, a reason code, or both", {"/*/cac:AllowanceCharge[allowance]", "cbc:AllowanceChargeReason|cbc:AllowanceChargeReasonCode", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[allowance]", "ram:Reason|ram:ReasonCode", {}}},
    {"BR-CO-22", K::Exists, "a charge of the document has a reason, a reason code, or both", {"/*/cac:AllowanceCharge[charge]", "cbc:AllowanceChargeReason|cbc:AllowanceChargeReasonCode", {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]", "ram:Reason|ram:ReasonCode", {}}},
    {"BR-CO-23", K::Exists, "an allowance of a line has a reason, a reason code, or both", {"cac:InvoiceLine/cac:AllowanceCharge[allowance]|cac:CreditNoteLine/cac:AllowanceCharge[allowance]", "cbc:AllowanceChargeReason|cbc:AllowanceChargeReasonCode", {}}, {"ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[allowance]", "ram:Reason|ram:ReasonCode", {}}},
    {"BR-CO-24", K::Exists, "a charge of a line has a reason, a reason code, or both", {"cac:InvoiceLine/cac:AllowanceCharge[charge]|cac:CreditNoteLine/cac:AllowanceCharge[charge]", "cbc:AllowanceChargeReason|cbc:AllowanceChargeReasonCode", {}}, {"ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]", "ram:Reason|ram:ReasonCode", {}}},
    {"BR-CO-26", K::Exists, "the seller is identified by a seller identifier, a registration or a VAT identifier (BT-29, BT-30, BT-31)", {"cac:AccountingSupplierParty", "cac:Party/cac:PartyTaxScheme[vat]/cbc:CompanyID|cac:Party/cac:PartyIdentification/cbc:ID[!@schemeID=SEPA]|cac:Party/cac:PartyLegalEntity/cbc:CompanyID", {}}, {"ram:SellerTradeParty", "ram:ID|ram:GlobalID|ram:SpecifiedLegalOrganization/ram:ID|ram:SpecifiedTaxRegistration/ram:ID[@schemeID=VA]", {}}},
};
// clang-format on

}  // namespace

std::span<const RowRule> core_rows() {
    return Rows;
}

}  // namespace sallyport::edi
