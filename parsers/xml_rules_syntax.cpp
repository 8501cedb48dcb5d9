// SPDX-License-Identifier: Apache-2.0
// The UBL binding's own rules (CEN/TS 16931-3-2: UBL-SR, UBL-DT), and the BR rules that compare several places.
#include "parsers/xml_rule_table.h"
#include "parsers/xml_values.h"

#include <algorithm>
#include <set>

namespace sallyport::edi {
namespace {

using K = RowRule::Kind;

// One rule, one entry.
// clang-format off
constexpr RowRule Rows[] = {
    {"UBL-SR-01", K::AtMostOne, "there is at most one contract reference", {"/*", "cac:ContractDocumentReference/cbc:ID", {}}, {}},
    {"UBL-SR-02", K::AtMostOne, "there is at most one receiving advice reference", {"/*", "cac:ReceiptDocumentReference/cbc:ID", {}}, {}},
    {"UBL-SR-03", K::AtMostOne, "there is at most one shipping notice reference", {"/*", "cac:DespatchDocumentReference/cbc:ID", {}}, {}},
    {"UBL-SR-04", K::AtMostOne, "there is at most one invoiced object", {"/*", "cac:AdditionalDocumentReference[cbc:DocumentTypeCode=130]/cbc:ID", {}}, {}},
    {"UBL-SR-05", K::AtMostOne, "there is at most one text of payment terms", {"/*", "cac:PaymentTerms/cbc:Note", {}}, {}},
    {"UBL-SR-06", K::AtMostOne, "a billing reference names at most one invoice", {"cac:BillingReference", "cac:InvoiceDocumentReference", {}}, {}},
    {"UBL-SR-07", K::Exists, "a billing reference names the invoice's number", {"cac:BillingReference", "cac:InvoiceDocumentReference/cbc:ID", {}}, {}},
    {"UBL-SR-08", K::AtMostOne, "there is at most one invoicing period", {"/*", "cac:InvoicePeriod", {}}, {}},
    {"UBL-SR-09", K::AtMostOne, "the seller has at most one name", {"/*", "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName", {}}, {}},
    {"UBL-SR-10", K::AtMostOne, "the seller has at most one trading name", {"/*", "cac:AccountingSupplierParty/cac:Party/cac:PartyName/cbc:Name", {}}, {}},
    {"UBL-SR-11", K::AtMostOne, "the seller has at most one registration", {"/*", "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID", {}}, {}},
    {"UBL-SR-12", K::AtMostOne, "the seller has at most one VAT identifier", {"/*", "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme[vat]/cbc:CompanyID", {}}, {}},
    {"UBL-SR-13", K::AtMostOne, "the seller has at most one other tax registration", {"/*", "cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme[!vat][cac:TaxScheme/cbc:ID]/cbc:CompanyID", {}}, {}},
    {"UBL-SR-14", K::AtMostOne, "the seller has at most one legal form", {"/*", "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyLegalForm", {}}, {}},
    {"UBL-SR-15", K::AtMostOne, "the buyer has at most one name", {"/*", "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName", {}}, {}},
    {"UBL-SR-16", K::AtMostOne, "the buyer has at most one identifier", {"/*", "cac:AccountingCustomerParty/cac:Party/cac:PartyIdentification/cbc:ID", {}}, {}},
    {"UBL-SR-17", K::AtMostOne, "the buyer has at most one registration", {"/*", "cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID", {}}, {}},
    {"UBL-SR-18", K::AtMostOne, "the buyer has at most one VAT identifier", {"/*", "cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme[vat]/cbc:CompanyID", {}}, {}},
    {"UBL-SR-22", K::AtMostOne, "the tax representative has at most one name", {"cac:TaxRepresentativeParty", "cac:PartyName/cbc:Name", {}}, {}},
    {"UBL-SR-23", K::AtMostOne, "the tax representative has at most one VAT identifier", {"cac:TaxRepresentativeParty", "cac:PartyTaxScheme/cbc:CompanyID", {}}, {}},
    {"UBL-SR-24", K::AtMostOne, "there is at most one delivery", {"/*", "cac:Delivery", {}}, {}},
    {"UBL-SR-25", K::AtMostOne, "a delivery has at most one name of its party", {"cac:Delivery", "cac:DeliveryParty/cac:PartyName/cbc:Name", {}}, {}},
    {"UBL-SR-26", K::AtMostOne, "payment instructions have at most one remittance text", {"cac:PaymentMeans", "cbc:PaymentID", {}}, {}},
    {"UBL-SR-27", K::AtMostOne, "payment instructions have at most one means of payment", {"cac:PaymentMeans", "cbc:PaymentMeansCode", {}}, {}},
    {"UBL-SR-28", K::AtMostOne, "payment instructions have at most one mandate", {"cac:PaymentMeans", "cac:PaymentMandate/cbc:ID", {}}, {}},
    {"UBL-SR-30", K::AtMostOne, "an allowance has at most one reason", {"cac:AllowanceCharge[allowance]", "cbc:AllowanceChargeReason", {}}, {}},
    {"UBL-SR-31", K::AtMostOne, "a charge has at most one reason", {"cac:AllowanceCharge[charge]", "cbc:AllowanceChargeReason", {}}, {}},
    {"UBL-SR-32", K::AtMostOne, "a VAT breakdown has at most one exemption reason", {"cac:TaxSubtotal", "cac:TaxCategory/cbc:TaxExemptionReason", {}}, {}},
    {"UBL-SR-33", K::AtMostOne, "a supporting document has at most one description", {"cac:AdditionalDocumentReference", "cbc:DocumentDescription", {}}, {}},
    {"UBL-SR-34", K::AtMostOne, "a line has at most one note", {"cac:InvoiceLine|cac:CreditNoteLine", "cbc:Note", {}}, {}},
    {"UBL-SR-35", K::AtMostOne, "a line refers to at most one order line", {"cac:InvoiceLine|cac:CreditNoteLine", "cac:OrderLineReference/cbc:LineID", {}}, {}},
    {"UBL-SR-36", K::AtMostOne, "a line has at most one period", {"cac:InvoiceLine|cac:CreditNoteLine", "cac:InvoicePeriod", {}}, {}},
    {"UBL-SR-37", K::AtMostOne, "a price has at most one discount", {"cac:InvoiceLine|cac:CreditNoteLine", "cac:Price/cac:AllowanceCharge/cbc:Amount", {}}, {}},
    {"UBL-SR-39", K::AtMostOne, "there is at most one project reference", {"/*", "cac:ProjectReference/cbc:ID", {}}, {}},
    {"UBL-SR-40", K::AtMostOne, "the buyer has at most one trading name", {"/*", "cac:AccountingCustomerParty/cac:Party/cac:PartyName/cbc:Name", {}}, {}},
    {"UBL-SR-45", K::AtMostOne, "there is at most one due date in the payment instructions", {"/*", "cac:PaymentMeans/cbc:PaymentDueDate", {}}, {}},
    {"UBL-SR-46", K::AtMostOne, "there is at most one name of the means of payment", {"/*", "cac:PaymentMeans/cbc:PaymentMeansCode[@name]", {}}, {}},
    {"UBL-SR-48", K::Exists, "a line has one VAT category", {"cac:InvoiceLine|cac:CreditNoteLine", "cac:Item/cac:ClassifiedTaxCategory", {}}, {}},
    {"UBL-SR-48", K::AtMostOne, "a line has one VAT category", {"cac:InvoiceLine|cac:CreditNoteLine", "cac:Item/cac:ClassifiedTaxCategory", {}}, {}},
    {"UBL-SR-49", K::AtMostOne, "there is at most one VAT point date code", {"/*", "cac:InvoicePeriod/cbc:DescriptionCode", {}}, {}},
    {"UBL-SR-50", K::AtMostOne, "an item has at most one description", {"cac:InvoiceLine|cac:CreditNoteLine", "cac:Item/cbc:Description", {}}, {}},
    {"UBL-SR-51", K::AtMostOne, "an address has at most one third line", {"cac:PostalAddress|cac:Address", "cac:AddressLine", {}}, {}},
    {"UBL-SR-52", K::AtMostOne, "a line refers to at most one object", {"cac:InvoiceLine|cac:CreditNoteLine", "cac:DocumentReference", {}}, {}},
    {"UBL-SR-53", K::Exists, "a tax registration has a scheme", {"cac:PartyTaxScheme", "cac:TaxScheme/cbc:ID", {}}, {}},
    {"UBL-SR-53", K::Exists, "a tax registration has an identifier", {"cac:PartyTaxScheme", "cbc:CompanyID", {}}, {}},
    {"UBL-SR-54", K::AtMostOne, "there is at most one payment card", {"/*", "cac:PaymentMeans/cac:CardAccount", {}}, {}},
    {"UBL-SR-55", K::AtMostOne, "there is at most one mandate", {"/*", "cac:PaymentMeans/cac:PaymentMandate", {}}, {}},
    {"UBL-SR-56", K::AtMostOne, "there is at most one tender reference", {"/*", "cac:OriginatorDocumentReference/cbc:ID", {}}, {}},
    {"UBL-DT-06", K::Attribute, "an attached file states its media type", {"cbc:EmbeddedDocumentBinaryObject", "mimeCode", {}}, {}},
    {"UBL-DT-07", K::Attribute, "an attached file states its file name", {"cbc:EmbeddedDocumentBinaryObject", "filename", {}}, {}},
};
// clang-format on

std::string_view first_text(const RuleRun& run, std::uint32_t from, std::string_view path) {
    const auto found = run.paths().select(from, path);
    return found.empty() ? std::string_view() : run.tree().trimmed(found.front());
}

bool share_a_text(const RuleRun& run, std::string_view here, std::string_view there) {
    std::set<std::string_view> texts;
    for (const std::uint32_t one : run.match(here, here))
        texts.insert(run.tree().trimmed(one));
    const auto others = run.match(there, there);
    return std::any_of(others.begin(), others.end(), [&](std::uint32_t one) {
        return texts.count(run.tree().trimmed(one)) > 0;
    });
}

void payee(const RuleRun& run, std::string_view) {
    for (const std::uint32_t party : run.match("/*/cac:PayeeParty", "ram:PayeeTradeParty")) {
        const bool named =
            run.paths().exists(party, run.is_ubl() ? "cac:PartyName/cbc:Name" : "ram:Name");
        const bool same =
            run.is_ubl()
                ? share_a_text(run,
                               "cac:PayeeParty/cac:PartyName/cbc:Name",
                               "cac:AccountingSupplierParty/cac:Party/cac:PartyName/cbc:Name") ||
                      share_a_text(
                          run,
                          "cac:PayeeParty/cac:PartyIdentification/cbc:ID",
                          "cac:AccountingSupplierParty/cac:Party/cac:PartyIdentification/cbc:ID")
                : share_a_text(
                      run, "ram:PayeeTradeParty/ram:Name", "ram:SellerTradeParty/ram:Name") ||
                      share_a_text(
                          run, "ram:PayeeTradeParty/ram:ID", "ram:SellerTradeParty/ram:ID") ||
                      share_a_text(run,
                                   "ram:PayeeTradeParty/ram:SpecifiedLegalOrganization/ram:ID",
                                   "ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID");
        if (!named || same) run.bad(party);
    }
}

// BR-27, BR-28: prices are not negative.
void not_negative(const RuleRun& run, std::string_view what) {
    const bool net = what == "net";
    const std::string_view ubl =
        net ? "cac:InvoiceLine/cac:Price/cbc:PriceAmount|cac:CreditNoteLine/cac:Price/"
              "cbc:PriceAmount"
            : "cac:Price/cac:AllowanceCharge/cbc:BaseAmount";
    const std::string_view cii =
        net ? "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount"
            : "ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:ChargeAmount";
    for (const std::uint32_t element : run.match(ubl, cii)) {
        const auto value = run.number(element);
        if (value && value->is_negative()) run.bad(element, value->to_string() + " is");
    }
}

// BR-29, BR-30: periods do not end before they start.
void period_order(const RuleRun& run, std::string_view what) {
    const bool line = what == "line";
    const std::string_view ubl =
        line ? "cac:InvoiceLine/cac:InvoicePeriod|cac:CreditNoteLine/cac:InvoicePeriod"
             : "/*/cac:InvoicePeriod";
    const std::string_view cii =
        line ? "ram:SpecifiedLineTradeSettlement/ram:BillingSpecifiedPeriod"
             : "ram:ApplicableHeaderTradeSettlement/ram:BillingSpecifiedPeriod";
    for (const std::uint32_t period : run.match(ubl, cii)) {
        const std::string_view start = first_text(
            run,
            period,
            run.is_ubl() ? "cbc:StartDate" : "ram:StartDateTime/udt:DateTimeString[@format=102]");
        const std::string_view end = first_text(
            run,
            period,
            run.is_ubl() ? "cbc:EndDate" : "ram:EndDateTime/udt:DateTimeString[@format=102]");
        // Both forms (2026-11-23, 20261123) sort as text.
        if (!start.empty() && !end.empty() && end < start)
            run.bad(period, std::string(end) + " is before " + std::string(start));
    }
}

void card_number(const RuleRun& run, std::string_view) {
    for (const std::uint32_t element :
         run.match("cac:PaymentMeans/cac:CardAccount/cbc:PrimaryAccountNumberID",
                   "ram:ApplicableTradeSettlementFinancialCard/ram:ID")) {
        if (run.tree().trimmed(element).size() > 10) run.bad(element);
    }
}

void vat_currency_total(const RuleRun& run, std::string_view) {
    const std::string_view wanted = run.invoice().vat_currency;
    if (wanted.empty()) return;
    for (const TaxTotal& total : run.invoice().tax_totals) {
        if (total.amount.currency == wanted) return;
    }
    run.bad(XmlTree::Root, "there is none in " + std::string(wanted));
}

void vat_prefix(const RuleRun& run, std::string_view) {
    for (const std::uint32_t element :
         run.match("cac:PartyTaxScheme[vat]/cbc:CompanyID",
                   "ram:SpecifiedTaxRegistration/ram:ID[@schemeID=VA]")) {
        const std::string_view id = run.tree().trimmed(element);
        if (!run.is_code("vat-prefix", id.substr(0, 2)))
            run.bad(element, "\"" + std::string(id.substr(0, 40)) + "\" does not");
    }
}

void tax_point(const RuleRun& run, std::string_view) {
    const bool date =
        run.any("/*/cbc:TaxPointDate",
                "ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax/ram:TaxPointDate");
    const auto code =
        run.match("/*/cac:InvoicePeriod/cbc:DescriptionCode",
                  "ram:ApplicableHeaderTradeSettlement/ram:ApplicableTradeTax/ram:DueDateTypeCode");
    if (date && !code.empty()) run.bad(code.front());
}

void note_subject(const RuleRun& run, std::string_view) {
    for (const std::uint32_t element : run.match("/*/cbc:Note", {})) {
        const std::string_view text = run.tree().text(element);
        const std::size_t first = text.find('#');
        const std::size_t second =
            first == std::string_view::npos ? first : text.find('#', first + 1);
        if (second == std::string_view::npos || second - first != 4) continue;
        if (!run.is_code("note-subject", text.substr(first + 1, 3))) run.bad(element);
    }
}

void document_types(const RuleRun& run, std::string_view) {
    const bool credit = run.tree().tag(XmlTree::Root) == "CreditNote";
    for (const std::uint32_t element : run.match("cac:AdditionalDocumentReference", {})) {
        const auto types = run.paths().select(element, "cbc:DocumentTypeCode");
        const std::string_view type =
            types.empty() ? std::string_view() : run.tree().trimmed(types.front());
        const bool plain = types.empty() && !run.paths().exists(element, "cbc:ID[@schemeID]");
        if (type != "130" && !(credit && type == "50") && !plain) run.bad(element);
    }
}

// UBL-SR-44, UBL-SR-47: all payment instructions say the same.
void one_text(const RuleRun& run, std::string_view tag) {
    std::set<std::string_view> texts;
    for (const std::uint32_t element : run.match(tag, {})) {
        texts.insert(run.tree().trimmed(element));
        if (texts.size() > 1) return run.bad(element);
    }
}

void seller_registrations(const RuleRun& run, std::string_view) {
    for (const std::uint32_t party : run.match("cac:AccountingSupplierParty/cac:Party", {})) {
        if (run.paths().select(party, "cac:PartyTaxScheme").size() > 2) run.bad(party);
    }
}

void one_sepa_identifier(const RuleRun& run, std::string_view) {
    const auto found = run.match("cac:PartyIdentification/cbc:ID[@schemeID=SEPA]", {});
    if (found.size() > 1) run.bad(found[1]);
}

// UBL-SR-19, 20, 21: a payee is named once, and is not the seller.
void payee_once(const RuleRun& run, std::string_view path) {
    for (const std::uint32_t party : run.match("/*/cac:PayeeParty", {})) {
        const bool same = share_a_text(
            run,
            "cac:PayeeParty/cac:PartyName/cbc:Name",
            "cac:AccountingSupplierParty/cac:Party/cac:PartyLegalEntity/cbc:RegistrationName");
        if (same || run.paths().select(party, path).size() > 1) run.bad(party);
    }
}

// UBL-DT-01, BR-DEC-13, BR-DEC-15.
void two_decimals(const RuleRun& run, std::string_view what) {
    const auto check = [&](std::uint32_t element) {
        const std::string_view text = run.tree().trimmed(element);
        const std::size_t point = text.find('.');
        if (point != std::string_view::npos && text.size() - point - 1 > 2) run.bad(element);
    };
    if (what == "all") {
        for (std::uint32_t element = XmlTree::Root; element < run.tree().transaction().loops.size();
             ++element) {
            const std::string_view tag = run.tree().tag(element);
            const auto ends = [&](std::string_view with) {
                return tag.size() >= with.size() && tag.substr(tag.size() - with.size()) == with;
            };
            if (!ends("Amount") || ends("PriceAmount")) continue;
            if (run.tree().tag(run.tree().parent(element)) == "cac:AllowanceCharge" &&
                run.tree().tag(run.tree().parent(run.tree().parent(element))) == "cac:Price")
                continue;
            check(element);
        }
        return;
    }
    const std::string_view currency =
        what == "document" ? run.invoice().currency : run.invoice().vat_currency;
    for (const TaxTotal& total : run.invoice().tax_totals) {
        if (total.amount.there() && !currency.empty() && total.amount.currency == currency)
            check(total.amount.element);
    }
}

// clang-format off
constexpr CodeRule Rules[] = {
    {"BR-17", "a payee has a name, and is another than the seller (BT-59)", payee},
    {"BR-27", "an item's net price is not negative (BT-146)", not_negative, "net"},
    {"BR-28", "an item's gross price is not negative (BT-148)", not_negative, "gross"},
    {"BR-29", "the invoicing period does not end before it starts (BT-73, BT-74)", period_order, "document"},
    {"BR-30", "a line's period does not end before it starts (BT-134, BT-135)", period_order, "line"},
    {"BR-51", "of a card number only the last 4 to 6 digits are shown (BT-87)", card_number, {}, true, true, Severity::Warning},
    {"BR-53", "with a VAT accounting currency the VAT total is stated in it (BT-111)", vat_currency_total},
    {"BR-CL-08", "the subject of a note is a code of UNTDID 4451", note_subject, {}, true, false},
    {"BR-CO-03", "a VAT point date and a VAT point date code exclude each other (BT-7, BT-8)", tax_point},
    {"BR-CO-09", "a VAT identifier starts with a country code", vat_prefix},
    {"BR-DEC-13", "the VAT total has at most two decimals (BT-110)", two_decimals, "document"},
    {"BR-DEC-15", "the VAT total in the accounting currency has at most two decimals (BT-111)", two_decimals, "vat"},
    {"UBL-DT-01", "amounts have at most two decimals", two_decimals, "all", true, false},
    {"UBL-SR-19", "a payee has one name and is not the seller", payee_once, "cac:PartyName/cbc:Name", true, false},
    {"UBL-SR-20", "a payee has one identifier and is not the seller", payee_once, "cac:PartyIdentification/cbc:ID[!@schemeID=SEPA]", true, false},
    {"UBL-SR-21", "a payee has one registration and is not the seller", payee_once, "cac:PartyLegalEntity/cbc:CompanyID", true, false},
    {"UBL-SR-29", "there is at most one bank assigned creditor identifier", one_sepa_identifier, {}, true, false},
    {"UBL-SR-42", "the seller has at most two tax registrations", seller_registrations, {}, true, false},
    {"UBL-SR-43", "a scheme stands only with the identifier of an invoiced object", document_types, {}, true, false},
    {"UBL-SR-44", "all remittance texts are the same", one_text, "cbc:PaymentID", true, false},
    {"UBL-SR-47", "all means of payment are the same", one_text, "cbc:PaymentMeansCode", true, false},
};
// clang-format on

}  // namespace

std::span<const RowRule> ubl_rows() {
    return Rows;
}

std::span<const CodeRule> syntax_rules() {
    return Rules;
}

}  // namespace sallyport::edi
