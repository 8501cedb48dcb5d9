// SPDX-License-Identifier: Apache-2.0
// Peppol BIS Billing 3.0: what it demands beyond EN 16931. The rules of single countries (DE-R, DK-R, …) are not here.
#include "parsers/xml_number.h"
#include "parsers/xml_rule_table.h"
#include "parsers/xml_values.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

using K = RowRule::Kind;

// One rule, one entry.
// clang-format off
constexpr RowRule Rows[] = {
    {"PEPPOL-EN16931-R001", K::Exists, "the business process is stated (BT-23)", {"/*", "cbc:ProfileID", {}}, {"/*", "rsm:ExchangedDocumentContext/ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID", {}}},
    {"PEPPOL-EN16931-R003", K::Exists, "a buyer reference or an order reference is stated (BT-10, BT-13)", {"/*", "cbc:BuyerReference|cac:OrderReference/cbc:ID", {}}, {"/*", "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/ram:BuyerReference|rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/ram:BuyerOrderReferencedDocument/ram:IssuerAssignedID", {}}},
    {"PEPPOL-EN16931-R006", K::AtMostOne, "there is at most one invoiced object (BT-18)", {}, {"ram:ApplicableHeaderTradeAgreement", "ram:AdditionalReferencedDocument[ram:TypeCode=130]", {}}},
    {"PEPPOL-EN16931-R010", K::Exists, "the buyer has an electronic address (BT-49)", {"cac:AccountingCustomerParty/cac:Party", "cbc:EndpointID", {}}, {"ram:BuyerTradeParty", "ram:URIUniversalCommunication/ram:URIID", {}}},
    {"PEPPOL-EN16931-R020", K::Exists, "the seller has an electronic address (BT-34)", {"cac:AccountingSupplierParty/cac:Party", "cbc:EndpointID", {}}, {"ram:SellerTradeParty", "ram:URIUniversalCommunication/ram:URIID", {}}},
    {"PEPPOL-EN16931-R041", K::Never, "a percentage of an allowance or charge needs its base amount", {"/*/cac:AllowanceCharge[cbc:MultiplierFactorNumeric][!cbc:BaseAmount]|cac:InvoiceLine/cac:AllowanceCharge[cbc:MultiplierFactorNumeric][!cbc:BaseAmount]|cac:CreditNoteLine/cac:AllowanceCharge[cbc:MultiplierFactorNumeric][!cbc:BaseAmount]", {}, {}}, {"ram:SpecifiedTradeAllowanceCharge[ram:CalculationPercent][!ram:BasisAmount]", {}, {}}},
    {"PEPPOL-EN16931-R042", K::Never, "a base amount of an allowance or charge needs its percentage", {"/*/cac:AllowanceCharge[!cbc:MultiplierFactorNumeric][cbc:BaseAmount]|cac:InvoiceLine/cac:AllowanceCharge[!cbc:MultiplierFactorNumeric][cbc:BaseAmount]|cac:CreditNoteLine/cac:AllowanceCharge[!cbc:MultiplierFactorNumeric][cbc:BaseAmount]", {}, {}}, {"ram:SpecifiedTradeAllowanceCharge[!ram:CalculationPercent][ram:BasisAmount]", {}, {}}},
    {"PEPPOL-EN16931-R043", K::Never, "an allowance or charge says true or false", {"/*/cac:AllowanceCharge[!cbc:ChargeIndicator=true,false]|cac:InvoiceLine/cac:AllowanceCharge[!cbc:ChargeIndicator=true,false]|cac:CreditNoteLine/cac:AllowanceCharge[!cbc:ChargeIndicator=true,false]", {}, {}}, {"ram:SpecifiedTradeAllowanceCharge[!ram:ChargeIndicator/udt:Indicator=true,false]|ram:AppliedTradeAllowanceCharge[!ram:ChargeIndicator/udt:Indicator=true,false]", {}, {}}},
    {"PEPPOL-EN16931-R044", K::Never, "a price has no charge", {"cac:Price/cac:AllowanceCharge[!cbc:ChargeIndicator=false]", {}, {}}, {"ram:GrossPriceProductTradePrice/ram:AppliedTradeAllowanceCharge[!ram:ChargeIndicator/udt:Indicator=false]", {}, {}}},
    {"PEPPOL-EN16931-R061", K::Exists, "a direct debit names its mandate (BT-89)", {"cac:PaymentMeans[cbc:PaymentMeansCode=49,59]", "cac:PaymentMandate/cbc:ID", {}}, {"ram:ApplicableHeaderTradeSettlement[ram:SpecifiedTradeSettlementPaymentMeans/ram:TypeCode=49,59]", "ram:SpecifiedTradePaymentTerms/ram:DirectDebitMandateID", {}}},
    {"PEPPOL-EN16931-R080", K::AtMostOne, "a credit note names at most one project", {"/CreditNote", "cac:AdditionalDocumentReference[cbc:DocumentTypeCode=50]", {}}, {"ram:ApplicableHeaderTradeAgreement", "ram:AdditionalReferencedDocument[ram:TypeCode=50]", {}}},
    {"PEPPOL-EN16931-R100", K::AtMostOne, "a line refers to at most one object (BT-128)", {"cac:InvoiceLine|cac:CreditNoteLine", "cac:DocumentReference", {}}, {"ram:SpecifiedLineTradeSettlement", "ram:AdditionalReferencedDocument[ram:TypeCode=130]", {}}},
    {"PEPPOL-EN16931-R101", K::Never, "a line refers only to an invoiced object", {"cac:InvoiceLine[cac:DocumentReference][!cac:DocumentReference/cbc:DocumentTypeCode=130]|cac:CreditNoteLine[cac:DocumentReference][!cac:DocumentReference/cbc:DocumentTypeCode=130]", {}, {}}, {"ram:SpecifiedLineTradeSettlement[ram:AdditionalReferencedDocument][!ram:AdditionalReferencedDocument/ram:TypeCode=130]", {}, {}}},
    {"PEPPOL-EN16931-CL001", K::Code, "an attached file is of one of the media types Peppol allows", {"cbc:EmbeddedDocumentBinaryObject[@mimeCode]", "mimeCode", "mime"}, {"ram:AttachmentBinaryObject[@mimeCode]", "mimeCode", "mime"}},
    {"PEPPOL-EN16931-CL002", K::Code, "the reason of an allowance is a code of UNTDID 5189", {"cac:AllowanceCharge[allowance]/cbc:AllowanceChargeReasonCode", {}, "allowance-reason"}, {"ram:SpecifiedTradeAllowanceCharge[allowance]/ram:ReasonCode", {}, "allowance-reason"}},
    {"PEPPOL-EN16931-CL003", K::Code, "the reason of a charge is a code of UNTDID 7161", {"cac:AllowanceCharge[charge]/cbc:AllowanceChargeReasonCode", {}, "charge-reason"}, {"ram:SpecifiedTradeAllowanceCharge[charge]/ram:ReasonCode", {}, "charge-reason"}},
    {"PEPPOL-EN16931-CL006", K::Code, "the VAT point date code is one of the three of its list", {"cac:InvoicePeriod/cbc:DescriptionCode", {}, "tax-point-ubl"}, {"ram:DueDateTypeCode", {}, "tax-point-cii"}},
    {"PEPPOL-EN16931-CL007", K::Code, "the currency of an amount is a code of ISO 4217", {"cbc:Amount|cbc:BaseAmount|cbc:PriceAmount|cbc:TaxAmount|cbc:TaxableAmount|cbc:LineExtensionAmount|cbc:TaxExclusiveAmount|cbc:TaxInclusiveAmount|cbc:AllowanceTotalAmount|cbc:ChargeTotalAmount|cbc:PrepaidAmount|cbc:PayableRoundingAmount|cbc:PayableAmount", "currencyID", "peppol-currency"}, {"ram:TaxTotalAmount", "currencyID", "peppol-currency"}},
    {"PEPPOL-EN16931-CL008", K::Code, "the scheme of an electronic address is one Peppol routes by", {"cbc:EndpointID[@schemeID]", "schemeID", "peppol-address-scheme"}, {"ram:URIUniversalCommunication/ram:URIID[@schemeID]", "schemeID", "peppol-address-scheme"}},
};
// clang-format on

std::string_view first_text(const RuleRun& run, std::string_view ubl, std::string_view cii) {
    const auto found = run.match(ubl, cii);
    return found.empty() ? std::string_view() : run.tree().trimmed(found.front());
}

std::string_view process(const RuleRun& run) {
    return first_text(
        run, "/*/cbc:ProfileID", "ram:BusinessProcessSpecifiedDocumentContextParameter/ram:ID");
}

// urn:fdc:peppol.eu:2017:poacc:billing:NN:1.0 gives NN.
std::string_view process_number(std::string_view id) {
    constexpr std::string_view Start = "urn:fdc:peppol.eu:2017:poacc:billing:", End = ":1.0";
    if (id.size() != Start.size() + 2 + End.size() || id.substr(0, Start.size()) != Start ||
        id.substr(Start.size() + 2) != End)
        return {};
    return id.substr(Start.size(), 2);
}

bool both_german(const RuleRun& run) {
    const auto country = [&](std::string_view ubl, std::string_view cii) {
        return first_text(run, ubl, cii) == "DE";
    };
    return country(
               "cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cac:Country/"
               "cbc:IdentificationCode",
               "ram:SellerTradeParty/ram:PostalTradeAddress/ram:CountryID") &&
           country(
               "cac:AccountingCustomerParty/cac:Party/cac:PostalAddress/cac:Country/"
               "cbc:IdentificationCode",
               "ram:BuyerTradeParty/ram:PostalTradeAddress/ram:CountryID");
}

void known_process(const RuleRun& run, std::string_view) {
    if (process_number(process(run)).empty()) run.bad(XmlTree::Root);
}

void one_note(const RuleRun& run, std::string_view) {
    const auto notes = run.match("/*/cbc:Note", "rsm:ExchangedDocument/ram:IncludedNote");
    const auto subjects = run.match({}, "rsm:ExchangedDocument/ram:IncludedNote/ram:SubjectCode");
    if (!subjects.empty()) run.bad(subjects.front());
    if (notes.size() > 1 && !(run.is_ubl() && both_german(run))) run.bad(notes[1]);
}

void specification(const RuleRun& run, std::string_view) {
    constexpr std::string_view Wanted =
        "urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0";
    const std::string_view id = first_text(
        run, "/*/cbc:CustomizationID", "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID");
    if (id.substr(0, Wanted.size()) != Wanted) run.bad(XmlTree::Root);
}

void other_currency(const RuleRun& run, std::string_view) {
    for (const std::uint32_t element : run.match("cbc:TaxCurrencyCode", "ram:TaxCurrencyCode")) {
        if (run.tree().trimmed(element) == run.invoice().currency) run.bad(element);
    }
}

void no_empty_element(const RuleRun& run, std::string_view) {
    const XmlTree& tree = run.tree();
    for (std::uint32_t element = XmlTree::Root; element < tree.transaction().loops.size();
         ++element) {
        if (tree.first(element) == None && tree.trimmed(element).empty()) run.bad(element);
    }
}

// R053, R054: UBL tells the two VAT totals apart by their breakdown, CII by their currency.
std::int64_t vat_totals(const RuleRun& run, bool own) {
    const InvoiceView& invoice = run.invoice();
    return std::count_if(
        invoice.tax_totals.begin(), invoice.tax_totals.end(), [&](const TaxTotal& one) {
            if (run.is_ubl()) return one.parts.empty() != own;
            return one.amount.there() && !one.amount.currency.empty() &&
                   (one.amount.currency == invoice.currency) == own;
        });
}

void one_breakdown(const RuleRun& run, std::string_view) {
    if (!run.is_ubl() && !run.any({}, "ram:ApplicableHeaderTradeSettlement")) return;
    const auto count = vat_totals(run, true);
    if (count != 1) run.bad(XmlTree::Root, "there are " + std::to_string(count));
}

void totals_without_breakdown(const RuleRun& run, std::string_view) {
    if (!run.is_ubl() && !run.any({}, "ram:ApplicableHeaderTradeSettlement")) return;
    const auto count = vat_totals(run, false);
    const int wanted =
        run.any("/*/cbc:TaxCurrencyCode", "ram:ApplicableHeaderTradeSettlement/ram:TaxCurrencyCode")
            ? 1
            : 0;
    if (count != wanted) run.bad(XmlTree::Root, "there are " + std::to_string(count));
}

void same_sign(const RuleRun& run, std::string_view) {
    const InvoiceView& invoice = run.invoice();
    if (invoice.vat_currency.empty()) return;
    const Decimal* own = nullptr;
    const Decimal* other = nullptr;
    for (const TaxTotal& total : invoice.tax_totals) {
        if (!total.amount.value) continue;
        if (total.amount.currency == invoice.currency) own = &*total.amount.value;
        if (total.amount.currency == invoice.vat_currency) other = &*total.amount.value;
    }
    const bool same =
        own && other &&
        (own->is_zero() || other->is_zero() || own->is_negative() == other->is_negative());
    if (!same) run.bad(XmlTree::Root);
}

// R040: amount is base times percentage, within two cents.
void allowance_amount(const RuleRun& run, std::string_view) {
    for (const std::uint32_t element :
         run.match("/*/cac:AllowanceCharge|cac:InvoiceLine/cac:AllowanceCharge|cac:CreditNoteLine/"
                   "cac:AllowanceCharge",
                   "ram:SpecifiedTradeAllowanceCharge")) {
        const auto value = [&](std::string_view ubl, std::string_view cii) -> Number {
            const auto found = run.paths().select(element, run.is_ubl() ? ubl : cii);
            return found.empty() ? Number() : run.number(found.front());
        };
        const Number due =
            percent_of(value("cbc:BaseAmount", "ram:BasisAmount"),
                       value("cbc:MultiplierFactorNumeric", "ram:CalculationPercent"));
        const Number stated = value("cbc:Amount", "ram:ActualAmount");
        const Number apart =
            due ? absolute(minus(stated ? stated : Number(Decimal(0)), due)) : Number();
        if (apart && *apart > Decimal::from_parts(2, 2))
            run.bad(element,
                    "stated is " + shown_number(stated) + ", it comes to " + shown_number(due));
    }
}

void document_currency(const RuleRun& run, std::string_view) {
    constexpr std::string_view Amounts =
        "cbc:Amount|cbc:BaseAmount|cbc:PriceAmount|/*/cac:TaxTotal[cac:TaxSubtotal]/"
        "cbc:TaxAmount|cac:TaxSubtotal/cbc:TaxAmount|"
        "cbc:TaxableAmount|cbc:LineExtensionAmount|cbc:TaxExclusiveAmount|cbc:TaxInclusiveAmount|"
        "cbc:AllowanceTotalAmount|"
        "cbc:ChargeTotalAmount|cbc:PrepaidAmount|cbc:PayableRoundingAmount|cbc:PayableAmount";
    for (const std::uint32_t element : run.match(Amounts, {})) {
        if (run.tree().attribute_text(element, "currencyID") != run.invoice().currency)
            run.bad(element);
    }
}

// R110, R111: a line's period lies within the invoice's.
void within_period(const RuleRun& run, std::string_view which) {
    const bool start = which == "start";
    const std::string_view whole =
        start ? first_text(run,
                           "/*/cac:InvoicePeriod/cbc:StartDate",
                           "ram:ApplicableHeaderTradeSettlement/ram:BillingSpecifiedPeriod/"
                           "ram:StartDateTime/udt:DateTimeString")
              : first_text(run,
                           "/*/cac:InvoicePeriod/cbc:EndDate",
                           "ram:ApplicableHeaderTradeSettlement/ram:BillingSpecifiedPeriod/"
                           "ram:EndDateTime/udt:DateTimeString");
    if (whole.empty()) return;
    const auto of_lines =
        start ? run.match(
                    "cac:InvoiceLine/cac:InvoicePeriod/cbc:StartDate|cac:CreditNoteLine/"
                    "cac:InvoicePeriod/cbc:StartDate",
                    "ram:SpecifiedLineTradeSettlement/ram:BillingSpecifiedPeriod/ram:StartDateTime/"
                    "udt:DateTimeString")
              : run.match(
                    "cac:InvoiceLine/cac:InvoicePeriod/cbc:EndDate|cac:CreditNoteLine/"
                    "cac:InvoicePeriod/cbc:EndDate",
                    "ram:SpecifiedLineTradeSettlement/ram:BillingSpecifiedPeriod/ram:EndDateTime/"
                    "udt:DateTimeString");
    for (const std::uint32_t element : of_lines) {
        const std::string_view day = run.tree().trimmed(element);
        if (start ? day < whole : day > whole)
            run.bad(element, std::string(day) + " and " + std::string(whole));
    }
}

struct LinePrice {
    std::uint32_t line = None;
    Number amount, quantity, price, base, charges, allowances;
    std::uint32_t base_element = None;
};

LinePrice price_of(const RuleRun& run, std::uint32_t line) {
    const auto value =
        [&](std::string_view ubl, std::string_view cii, std::int64_t otherwise) -> Number {
        const auto found = run.paths().select(line, run.is_ubl() ? ubl : cii);
        return found.empty() ? Number(Decimal(otherwise)) : run.number(found.front());
    };
    LinePrice one;
    one.line = line;
    one.amount = value("cbc:LineExtensionAmount",
                       "ram:SpecifiedLineTradeSettlement/"
                       "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount",
                       0);
    one.quantity = value("cbc:InvoicedQuantity|cbc:CreditedQuantity",
                         "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity",
                         1);
    one.price =
        value("cac:Price/cbc:PriceAmount",
              "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount",
              0);
    one.base =
        value("cac:Price/cbc:BaseQuantity",
              "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:BasisQuantity",
              1);
    const auto base = run.paths().select(
        line,
        run.is_ubl()
            ? "cac:Price/cbc:BaseQuantity"
            : "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:BasisQuantity");
    if (!base.empty()) one.base_element = base.front();
    const auto sum = [&](std::string_view ubl, std::string_view cii) {
        Number total = Decimal(0);
        for (const std::uint32_t element : run.paths().select(line, run.is_ubl() ? ubl : cii))
            total = plus(total, run.number(element));
        return cents(total);
    };
    one.charges = sum("cac:AllowanceCharge[charge]/cbc:Amount",
                      "ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge[charge]/"
                      "ram:ActualAmount");
    one.allowances = sum("cac:AllowanceCharge[allowance]/cbc:Amount",
                         "ram:SpecifiedLineTradeSettlement/"
                         "ram:SpecifiedTradeAllowanceCharge[allowance]/ram:ActualAmount");
    return one;
}

void line_amount(const RuleRun& run, std::string_view) {
    for (const InvoiceLine& line : run.invoice().lines) {
        const LinePrice one = price_of(run, line.element);
        if (!one.quantity || !one.price || !one.base) continue;
        auto product = one.quantity->times(*one.price);
        if (!product) continue;
        Number gross = *product;
        if (!one.base->is_zero()) {
            auto quotient = product->divided_by(*one.base, 10);
            gross = quotient ? Number(*quotient) : Number();
        }
        const Number due = minus(plus(gross, one.charges), one.allowances);
        const Number apart = absolute(minus(one.amount, due));
        if (apart && *apart > Decimal::from_parts(2, 2))
            run.bad(line.element,
                    "stated is " + shown_number(one.amount) + ", it comes to " +
                        shown_number(cents(due)));
    }
}

void base_quantity(const RuleRun& run, std::string_view) {
    for (const InvoiceLine& line : run.invoice().lines) {
        const LinePrice one = price_of(run, line.element);
        if (one.base_element != None && one.base &&
            (one.base->is_zero() || one.base->is_negative()))
            run.bad(one.base_element);
    }
}

void base_unit(const RuleRun& run, std::string_view) {
    for (const std::uint32_t base :
         run.match("cac:Price/cbc:BaseQuantity[@unitCode]",
                   "ram:NetPriceProductTradePrice/ram:BasisQuantity[@unitCode]|"
                   "ram:GrossPriceProductTradePrice/ram:BasisQuantity[@unitCode]")) {
        std::uint32_t line = run.tree().parent(run.tree().parent(base));
        if (!run.is_ubl()) line = run.tree().parent(line);
        const auto quantity =
            run.paths().select(line,
                               run.is_ubl() ? "cbc:InvoicedQuantity|cbc:CreditedQuantity"
                                            : "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity");
        const std::string_view unit = quantity.empty()
                                          ? std::string_view()
                                          : run.tree().attribute_text(quantity.front(), "unitCode");
        if (quantity.empty() ? !run.is_ubl() : unit != run.tree().attribute_text(base, "unitCode"))
            run.bad(base);
    }
}

void net_price(const RuleRun& run, std::string_view) {
    for (const std::uint32_t element :
         run.match("cac:Price/cac:AllowanceCharge[cbc:BaseAmount]", {})) {
        const auto value = [&](std::uint32_t from, std::string_view path) -> Number {
            const auto found = run.paths().select(from, path);
            return found.empty() ? Number() : run.number(found.front());
        };
        const Number due = minus(value(element, "cbc:BaseAmount"), value(element, "cbc:Amount"));
        const Number price = value(run.tree().parent(element), "cbc:PriceAmount");
        if (!price || !due || *price != *due)
            run.bad(element,
                    "the price is " + shown_number(price) + ", gross less discount is " +
                        shown_number(due));
    }
}

void type_code(const RuleRun& run, std::string_view which) {
    // UNTDID 1001 codes of the billing process 01.
    constexpr std::string_view Invoices[] = {
        "71",  "80",  "82",  "84",  "102", "218", "219", "326", "331", "380", "382", "383", "384",
        "386", "388", "393", "395", "553", "575", "623", "780", "817", "870", "875", "876", "877"};
    constexpr std::string_view Credits[] = {"381", "396", "81", "83", "532"};
    if (process_number(process(run)) != "01") return;
    const bool credit = which == "credit";
    const auto in = [](const auto& list, std::string_view code) {
        return std::find(std::begin(list), std::end(list), code) != std::end(list);
    };
    for (const std::uint32_t element :
         run.match(credit ? "cbc:CreditNoteTypeCode" : "cbc:InvoiceTypeCode",
                   credit ? "" : "rsm:ExchangedDocument/ram:TypeCode")) {
        const std::string_view code = run.tree().trimmed(element);
        // CII has one document for both.
        const bool known = run.is_ubl() ? (credit ? in(Credits, code) : in(Invoices, code))
                                        : in(Invoices, code) || in(Credits, code);
        if (!known) run.bad(element);
    }
}

void partial_invoice(const RuleRun& run, std::string_view) {
    for (const std::uint32_t element : run.match("cbc:InvoiceTypeCode", {})) {
        const std::string_view code = run.tree().trimmed(element);
        if ((code == "326" || code == "384") && !both_german(run)) run.bad(element);
    }
}

void dates(const RuleRun& run, std::string_view) {
    for (const std::uint32_t element : run.match("cbc:IssueDate|cbc:DueDate|cbc:TaxPointDate|cbc:"
                                                 "StartDate|cbc:EndDate|cbc:ActualDeliveryDate",
                                                 "udt:DateTimeString")) {
        const std::string_view text = run.tree().text(element);
        const bool right = run.is_ubl() ? text.size() == 10 && is_value(XmlValue::Date, text)
                                        : run.tree().attribute_text(element, "format") == "102" &&
                                              text.substr(0, 2) == "20" && is_basic_date(text);
        if (!right) run.bad(element);
    }
}

// P0104 to P0111: "VATEX-EU-G=G": what a code of the exemption list says is the category.
void exemption(const RuleRun& run, std::string_view pair) {
    const std::string_view code = pair.substr(0, pair.find('=')),
                           category = pair.substr(pair.find('=') + 1);
    for (const std::uint32_t element :
         run.match("cac:TaxCategory/cbc:TaxExemptionReasonCode",
                   "ram:ApplicableTradeTax/ram:ExemptionReasonCode")) {
        std::string text(run.tree().trimmed(element));
        for (char& c : text)
            c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
        if (text != code) continue;
        const auto stated = run.paths().select(run.tree().parent(element),
                                               run.is_ubl() ? "cbc:ID" : "ram:CategoryCode");
        if (stated.empty() || run.tree().trimmed(stated.front()) != category) run.bad(element);
    }
}

// One rule, one entry.
// clang-format off
constexpr CodeRule Rules[] = {
    {"PEPPOL-EN16931-R002", "there is at most one note, unless both parties are German (BT-22)", one_note},
    {"PEPPOL-EN16931-R004", "the specification is Peppol BIS Billing 3 (BT-24)", specification},
    {"PEPPOL-EN16931-R005", "the VAT accounting currency is another than the invoice's (BT-6)", other_currency},
    {"PEPPOL-EN16931-R007", "the business process has the form Peppol gives it (BT-23)", known_process},
    {"PEPPOL-EN16931-R008", "no element is empty", no_empty_element},
    {"PEPPOL-EN16931-R040", "the amount of an allowance or charge is its base times its percentage", allowance_amount},
    {"PEPPOL-EN16931-R046", "the net price is the gross price less the discount (BT-146)", net_price, {}, true, false},
    {"PEPPOL-EN16931-R051", "all amounts are in the invoice's currency", document_currency, {}, true, false},
    {"PEPPOL-EN16931-R053", "there is one VAT total with a breakdown", one_breakdown},
    {"PEPPOL-EN16931-R054", "there is one VAT total without breakdown exactly when there is a VAT accounting currency", totals_without_breakdown},
    {"PEPPOL-EN16931-R055", "the VAT total has the same sign in both currencies", same_sign},
    {"PEPPOL-EN16931-R110", "a line's period does not start before the invoice's", within_period, "start"},
    {"PEPPOL-EN16931-R111", "a line's period does not end after the invoice's", within_period, "end"},
    {"PEPPOL-EN16931-R120", "the net amount of a line is quantity times price, plus charges, less allowances (BT-131)", line_amount},
    {"PEPPOL-EN16931-R121", "the base quantity of a price is above zero (BT-149)", base_quantity},
    {"PEPPOL-EN16931-R130", "the base quantity of a price has the unit of the line's quantity (BT-150)", base_unit},
    {"PEPPOL-EN16931-F001", "a date has the form 2026-11-23, in CII 20261123 with format 102", dates},
    {"PEPPOL-EN16931-P0100", "the type of an invoice is one of the billing process", type_code, "invoice"},
    {"PEPPOL-EN16931-P0101", "the type of a credit note is one of the billing process", type_code, "credit", true, false},
    {"PEPPOL-EN16931-P0112", "partial and corrected invoices stand only between German parties", partial_invoice, {}, true, false},
    {"PEPPOL-EN16931-P0104", "exemption VATEX-EU-G stands with category G", exemption, "VATEX-EU-G=G"},
    {"PEPPOL-EN16931-P0105", "exemption VATEX-EU-O stands with category O", exemption, "VATEX-EU-O=O"},
    {"PEPPOL-EN16931-P0106", "exemption VATEX-EU-IC stands with category K", exemption, "VATEX-EU-IC=K"},
    {"PEPPOL-EN16931-P0107", "exemption VATEX-EU-AE stands with category AE", exemption, "VATEX-EU-AE=AE"},
    {"PEPPOL-EN16931-P0108", "exemption VATEX-EU-D stands with category E", exemption, "VATEX-EU-D=E"},
    {"PEPPOL-EN16931-P0109", "exemption VATEX-EU-F stands with category E", exemption, "VATEX-EU-F=E"},
    {"PEPPOL-EN16931-P0110", "exemption VATEX-EU-I stands with category E", exemption, "VATEX-EU-I=E"},
    {"PEPPOL-EN16931-P0111", "exemption VATEX-EU-J stands with category E", exemption, "VATEX-EU-J=E"},
};
// clang-format on

}  // namespace

std::span<const RowRule> peppol_rows() {
    return Rows;
}

std::span<const CodeRule> peppol_rules() {
    return Rules;
}

}  // namespace sallyport::edi
