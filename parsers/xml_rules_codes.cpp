// SPDX-License-Identifier: Apache-2.0
// EN 16931-1 clauses 6.5 and 7: code lists (BR-CL) and at most two decimals in amounts (BR-DEC); the syntax bindings'
// own limits on UBL (UBL-SR, UBL-DT). The lists are data: parsers/schemas/xml/en16931-codes.txt.
#include "parsers/xml_rule_table.h"

namespace sallyport::edi {
namespace {

using K = RowRule::Kind;

// One rule, one entry.
// clang-format off
constexpr RowRule Codes[] = {
    {"BR-CL-01", K::Code, "the type of an invoice is a code of UNTDID 1001", {"cbc:InvoiceTypeCode", {}, "invoice-type"}, {"rsm:ExchangedDocument/ram:TypeCode", {}, "cii-type"}},
    {"BR-CL-01", K::Code, "the type of a credit note is a code of UNTDID 1001", {"cbc:CreditNoteTypeCode", {}, "credit-note-type"}, {}},
    {"BR-CL-03", K::Code, "the currency of an amount is a code of ISO 4217", {"cbc:Amount|cbc:BaseAmount|cbc:PriceAmount|cbc:TaxAmount|cbc:TaxableAmount|cbc:LineExtensionAmount|cbc:TaxExclusiveAmount|cbc:TaxInclusiveAmount|cbc:AllowanceTotalAmount|cbc:ChargeTotalAmount|cbc:PrepaidAmount|cbc:PayableRoundingAmount|cbc:PayableAmount", "currencyID", "currency"}, {"ram:TaxTotalAmount[@currencyID]", "currencyID", "currency"}},
    {"BR-CL-04", K::Code, "the invoice's currency is a code of ISO 4217", {"cbc:DocumentCurrencyCode", {}, "currency"}, {"ram:InvoiceCurrencyCode", {}, "currency"}},
    {"BR-CL-05", K::Code, "the VAT accounting currency is a code of ISO 4217", {"cbc:TaxCurrencyCode", {}, "currency"}, {"ram:TaxCurrencyCode", {}, "currency"}},
    {"BR-CL-06", K::Code, "the VAT point date code is one of the three of its list", {"cac:InvoicePeriod/cbc:DescriptionCode", {}, "tax-point-ubl"}, {"ram:DueDateTypeCode", {}, "tax-point-cii"}},
    {"BR-CL-07", K::Code, "the scheme of the invoiced object is a code of UNTDID 1153", {"cac:AdditionalDocumentReference[cbc:DocumentTypeCode=130]/cbc:ID[@schemeID]|cac:DocumentReference[cbc:DocumentTypeCode=130]/cbc:ID[@schemeID]", "schemeID", "object-scheme"}, {"ram:ReferenceTypeCode", {}, "object-scheme"}},
    {"BR-CL-08", K::Code, "the subject of a note is a code of UNTDID 4451", {}, {"ram:SubjectCode", {}, "note-subject"}},
    {"BR-CL-10", K::Code, "the scheme of a party identifier is a code of ISO 6523", {"cac:PartyIdentification/cbc:ID[@schemeID][!@schemeID=SEPA]", "schemeID", "iso6523"}, {"ram:SellerTradeParty/ram:GlobalID[@schemeID]|ram:BuyerTradeParty/ram:GlobalID[@schemeID]|ram:PayeeTradeParty/ram:GlobalID[@schemeID]", "schemeID", "iso6523"}},
    {"BR-CL-11", K::Code, "the scheme of a registration is a code of ISO 6523", {"cac:PartyLegalEntity/cbc:CompanyID[@schemeID]", "schemeID", "iso6523"}, {"ram:SpecifiedLegalOrganization/ram:ID[@schemeID]", "schemeID", "iso6523"}},
    {"BR-CL-13", K::Code, "the scheme of an item classification is a code of UNTDID 7143", {"cac:CommodityClassification/cbc:ItemClassificationCode[@listID]", "listID", "item-class"}, {"ram:ClassCode[@listID]", "listID", "item-class"}},
    {"BR-CL-14", K::Code, "a country is a code of ISO 3166-1", {"cac:Country/cbc:IdentificationCode", {}, "country"}, {"ram:CountryID", {}, "country"}},
    {"BR-CL-15", K::Code, "a country of origin is a code of ISO 3166-1", {"cac:OriginCountry/cbc:IdentificationCode", {}, "country"}, {"ram:OriginTradeCountry/ram:ID", {}, "country"}},
    {"BR-CL-16", K::Code, "the means of payment is a code of UNTDID 4461", {"cac:PaymentMeans/cbc:PaymentMeansCode", {}, "payment-means"}, {"ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode", {}, "payment-means"}},
    {"BR-CL-17", K::Code, "a VAT category is one of those EN 16931 takes from UNTDID 5305", {"cac:TaxCategory/cbc:ID", {}, "vat-category"}, {"ram:CategoryTradeTax/ram:CategoryCode", {}, "vat-category"}},
    {"BR-CL-18", K::Code, "the VAT category of a line is one of those EN 16931 takes from UNTDID 5305", {"cac:ClassifiedTaxCategory/cbc:ID", {}, "vat-category"}, {"ram:ApplicableTradeTax/ram:CategoryCode", {}, "vat-category"}},
    {"BR-CL-19", K::Code, "the reason of an allowance is a code of UNTDID 5189", {"cac:AllowanceCharge[allowance]/cbc:AllowanceChargeReasonCode", {}, "allowance-reason"}, {"ram:SpecifiedTradeAllowanceCharge[allowance]/ram:ReasonCode", {}, "allowance-reason"}},
    {"BR-CL-20", K::Code, "the reason of a charge is a code of UNTDID 7161", {"cac:AllowanceCharge[charge]/cbc:AllowanceChargeReasonCode", {}, "charge-reason"}, {"ram:SpecifiedTradeAllowanceCharge[charge]/ram:ReasonCode", {}, "charge-reason"}},
    {"BR-CL-21", K::Code, "the scheme of an item's standard identifier is a code of ISO 6523", {"cac:StandardItemIdentification/cbc:ID[@schemeID]", "schemeID", "iso6523"}, {"ram:SpecifiedTradeProduct/ram:GlobalID[@schemeID]", "schemeID", "iso6523"}},
    {"BR-CL-22", K::AnyCase, "a VAT exemption reason is a code of the VATEX list", {"cbc:TaxExemptionReasonCode", {}, "vat-exemption"}, {"ram:ExemptionReasonCode", {}, "vat-exemption"}},
    {"BR-CL-23", K::Code, "a unit is a code of UN/ECE recommendation 20 or 21", {"cbc:InvoicedQuantity[@unitCode]|cbc:BaseQuantity[@unitCode]|cbc:CreditedQuantity[@unitCode]", "unitCode", "unit"}, {"ram:BasisQuantity[@unitCode]|ram:BilledQuantity[@unitCode]", "unitCode", "unit"}},
    {"BR-CL-24", K::Code, "an attached file is of one of the media types EN 16931 allows", {"cbc:EmbeddedDocumentBinaryObject[@mimeCode]", "mimeCode", "mime"}, {"ram:AttachmentBinaryObject[@mimeCode]", "mimeCode", "mime"}},
    {"BR-CL-25", K::Code, "the scheme of an electronic address is a code of the EAS list", {"cbc:EndpointID[@schemeID]", "schemeID", "address-scheme"}, {"ram:URIUniversalCommunication/ram:URIID[@schemeID]", "schemeID", "address-scheme"}},
    {"BR-CL-26", K::Code, "the scheme of a delivery location is a code of ISO 6523", {"cac:DeliveryLocation/cbc:ID[@schemeID]", "schemeID", "iso6523"}, {"ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty/ram:GlobalID[@schemeID]", "schemeID", "iso6523"}},
    {"BR-DEC-01", K::Decimals, "the amount of an allowance has at most two decimals (BT-92)", {"/*/cac:AllowanceCharge[allowance]/cbc:Amount", {}, {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[allowance]/ram:ActualAmount", {}, {}}},
    {"BR-DEC-02", K::Decimals, "the base of an allowance has at most two decimals (BT-93)", {"/*/cac:AllowanceCharge[allowance]/cbc:BaseAmount", {}, {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[allowance]/ram:BasisAmount", {}, {}}},
    {"BR-DEC-05", K::Decimals, "the amount of a charge has at most two decimals (BT-99)", {"/*/cac:AllowanceCharge[charge]/cbc:Amount", {}, {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]/ram:ActualAmount", {}, {}}},
    {"BR-DEC-06", K::Decimals, "the base of a charge has at most two decimals (BT-100)", {"/*/cac:AllowanceCharge[charge]/cbc:BaseAmount", {}, {}}, {"ram:ApplicableHeaderTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]/ram:BasisAmount", {}, {}}},
    {"BR-DEC-09", K::Decimals, "the sum of the lines has at most two decimals (BT-106)", {"cac:LegalMonetaryTotal/cbc:LineExtensionAmount", {}, {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:LineTotalAmount", {}, {}}},
    {"BR-DEC-10", K::Decimals, "the sum of the allowances has at most two decimals (BT-107)", {"cac:LegalMonetaryTotal/cbc:AllowanceTotalAmount", {}, {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:AllowanceTotalAmount", {}, {}}},
    {"BR-DEC-11", K::Decimals, "the sum of the charges has at most two decimals (BT-108)", {"cac:LegalMonetaryTotal/cbc:ChargeTotalAmount", {}, {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:ChargeTotalAmount", {}, {}}},
    {"BR-DEC-12", K::Decimals, "the total without VAT has at most two decimals (BT-109)", {"cac:LegalMonetaryTotal/cbc:TaxExclusiveAmount", {}, {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:TaxBasisTotalAmount", {}, {}}},
    {"BR-DEC-14", K::Decimals, "the total with VAT has at most two decimals (BT-112)", {"cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", {}, {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:GrandTotalAmount", {}, {}}},
    {"BR-DEC-16", K::Decimals, "the amount paid has at most two decimals (BT-113)", {"cac:LegalMonetaryTotal/cbc:PrepaidAmount", {}, {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:TotalPrepaidAmount", {}, {}}},
    {"BR-DEC-17", K::Decimals, "the rounding has at most two decimals (BT-114)", {"cac:LegalMonetaryTotal/cbc:PayableRoundingAmount", {}, {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:RoundingAmount", {}, {}}},
    {"BR-DEC-18", K::Decimals, "the amount due has at most two decimals (BT-115)", {"cac:LegalMonetaryTotal/cbc:PayableAmount", {}, {}}, {"ram:SpecifiedTradeSettlementHeaderMonetarySummation/ram:DuePayableAmount", {}, {}}},
    {"BR-DEC-19", K::Decimals, "the taxable amount of a VAT category has at most two decimals (BT-116)", {"cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount", {}, {}}, {"ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax/ram:BasisAmount", {}, {}}},
    {"BR-DEC-20", K::Decimals, "the tax amount of a VAT category has at most two decimals (BT-117)", {"cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount", {}, {}}, {"ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax/ram:CalculatedAmount", {}, {}}},
    {"BR-DEC-23", K::Decimals, "the net amount of a line has at most two decimals (BT-131)", {"cac:InvoiceLine/cbc:LineExtensionAmount|cac:CreditNoteLine/cbc:LineExtensionAmount", {}, {}}, {"ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount", {}, {}}},
    {"BR-DEC-24", K::Decimals, "the amount of a line's allowance has at most two decimals (BT-136)", {"cac:InvoiceLine/cac:AllowanceCharge[allowance]/cbc:Amount|cac:CreditNoteLine/cac:AllowanceCharge[allowance]/cbc:Amount", {}, {}}, {"ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[allowance]/ram:ActualAmount", {}, {}}},
    {"BR-DEC-25", K::Decimals, "the base of a line's allowance has at most two decimals (BT-137)", {"cac:InvoiceLine/cac:AllowanceCharge[allowance]/cbc:BaseAmount|cac:CreditNoteLine/cac:AllowanceCharge[allowance]/cbc:BaseAmount", {}, {}}, {"ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[allowance]/ram:BasisAmount", {}, {}}},
    {"BR-DEC-27", K::Decimals, "the amount of a line's charge has at most two decimals (BT-141)", {"cac:InvoiceLine/cac:AllowanceCharge[charge]/cbc:Amount|cac:CreditNoteLine/cac:AllowanceCharge[charge]/cbc:Amount", {}, {}}, {"ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]/ram:ActualAmount", {}, {}}},
    {"BR-DEC-28", K::Decimals, "the base of a line's charge has at most two decimals (BT-142)", {"cac:InvoiceLine/cac:AllowanceCharge[charge]/cbc:BaseAmount|cac:CreditNoteLine/cac:AllowanceCharge[charge]/cbc:BaseAmount", {}, {}}, {"ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]/ram:BasisAmount", {}, {}}},
};
// clang-format on

}  // namespace

std::span<const RowRule> code_rows() {
    return Codes;
}

}  // namespace sallyport::edi
