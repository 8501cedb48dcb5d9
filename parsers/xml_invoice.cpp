// SPDX-License-Identifier: Apache-2.0
#include "parsers/xml_invoice.h"

namespace sallyport::edi {
namespace {

constexpr const char* Settlement =
    "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement";

class Reader {
public:
    Reader(const XmlTree& tree, const XmlPaths& paths) : m_tree(tree), m_paths(paths) {}

    InvoiceAmount at(std::uint32_t element) const {
        InvoiceAmount amount;
        amount.element = element;
        if (element == None) return amount;
        if (auto value = Decimal::parse(m_tree.trimmed(element))) amount.value = *value;
        amount.currency = m_tree.attribute_text(element, "currencyID");
        return amount;
    }
    InvoiceAmount below(std::uint32_t from, std::string_view path) const {
        return at(first(from, path));
    }
    std::uint32_t first(std::uint32_t from, std::string_view path) const {
        const auto found = m_paths.select(from, path);
        return found.empty() ? None : found.front();
    }
    std::string_view text(std::uint32_t from, std::string_view path) const {
        return m_tree.trimmed(first(from, path));
    }

    VatCategory ubl_category(std::uint32_t element) const {
        VatCategory category;
        category.element = element;
        category.code = text(element, "cbc:ID");
        category.rate = below(element, "cbc:Percent");
        category.vat =
            !m_paths.select(element, ".").empty() && is_vat(text(element, "cac:TaxScheme/cbc:ID"));
        category.reason = m_paths.exists(element, "cbc:TaxExemptionReason");
        category.reason_code = m_paths.exists(element, "cbc:TaxExemptionReasonCode");
        return category;
    }
    VatCategory cii_category(std::uint32_t element) const {
        VatCategory category;
        category.element = element;
        category.code = text(element, "ram:CategoryCode");
        category.rate = below(element, "ram:RateApplicablePercent");
        category.vat = is_vat(text(element, "ram:TypeCode"));
        category.reason = m_paths.exists(element, "ram:ExemptionReason");
        category.reason_code = m_paths.exists(element, "ram:ExemptionReasonCode");
        return category;
    }
    std::vector<VatCategory> categories(std::uint32_t from, std::string_view path, bool ubl) const {
        std::vector<VatCategory> list;
        for (const std::uint32_t element : m_paths.select(from, path))
            list.push_back(ubl ? ubl_category(element) : cii_category(element));
        return list;
    }
    InvoiceAllowance allowance(std::uint32_t element, bool ubl) const {
        InvoiceAllowance one;
        one.element = element;
        const std::string_view says =
            text(element, ubl ? "cbc:ChargeIndicator" : "ram:ChargeIndicator/udt:Indicator");
        one.charge = says == "true" || says == "1";
        one.allowance = says == "false" || says == "0";
        one.amount = below(element, ubl ? "cbc:Amount" : "ram:ActualAmount");
        one.vat = categories(element, ubl ? "cac:TaxCategory" : "ram:CategoryTradeTax", ubl);
        return one;
    }

private:
    static bool is_vat(std::string_view scheme) {
        return scheme.size() == 3 && (scheme[0] | 0x20) == 'v' && (scheme[1] | 0x20) == 'a' &&
               (scheme[2] | 0x20) == 't';
    }

    const XmlTree& m_tree;
    const XmlPaths& m_paths;
};

}  // namespace

InvoiceView ubl_invoice(const XmlTree& tree, const XmlPaths& paths) {
    const Reader read(tree, paths);
    constexpr std::uint32_t Root = XmlTree::Root;
    InvoiceView view;
    view.totals = read.first(Root, "cac:LegalMonetaryTotal");
    view.lines_total = read.below(view.totals, "cbc:LineExtensionAmount");
    view.allowances_total = read.below(view.totals, "cbc:AllowanceTotalAmount");
    view.charges_total = read.below(view.totals, "cbc:ChargeTotalAmount");
    view.without_vat = read.below(view.totals, "cbc:TaxExclusiveAmount");
    view.with_vat = read.below(view.totals, "cbc:TaxInclusiveAmount");
    view.prepaid = read.below(view.totals, "cbc:PrepaidAmount");
    view.rounding = read.below(view.totals, "cbc:PayableRoundingAmount");
    view.payable = read.below(view.totals, "cbc:PayableAmount");
    view.currency = read.text(Root, "cbc:DocumentCurrencyCode");
    view.vat_currency = read.text(Root, "cbc:TaxCurrencyCode");
    for (const std::uint32_t element : paths.select(Root, "cac:InvoiceLine|cac:CreditNoteLine")) {
        InvoiceLine line;
        line.element = element;
        line.amount = read.below(element, "cbc:LineExtensionAmount");
        line.vat = read.categories(element, "cac:Item/cac:ClassifiedTaxCategory", true);
        view.lines.push_back(std::move(line));
    }
    for (const std::uint32_t element : paths.select(Root, "cac:AllowanceCharge"))
        view.allowances.push_back(read.allowance(element, true));
    for (const std::uint32_t element : paths.select(Root, "cac:TaxTotal")) {
        TaxTotal total;
        total.amount = read.below(element, "cbc:TaxAmount");
        for (const std::uint32_t part : paths.select(element, "cac:TaxSubtotal")) {
            VatBreakdown one;
            one.element = part;
            one.taxable = read.below(part, "cbc:TaxableAmount");
            one.tax = read.below(part, "cbc:TaxAmount");
            one.vat = read.categories(part, "cac:TaxCategory", true);
            total.parts.push_back(std::move(one));
        }
        view.tax_totals.push_back(std::move(total));
    }
    return view;
}

InvoiceView cii_invoice(const XmlTree& tree, const XmlPaths& paths) {
    const Reader read(tree, paths);
    InvoiceView view;
    const std::uint32_t settlement = read.first(XmlTree::Root, Settlement);
    view.totals = read.first(settlement, "ram:SpecifiedTradeSettlementHeaderMonetarySummation");
    view.lines_total = read.below(view.totals, "ram:LineTotalAmount");
    view.allowances_total = read.below(view.totals, "ram:AllowanceTotalAmount");
    view.charges_total = read.below(view.totals, "ram:ChargeTotalAmount");
    view.without_vat = read.below(view.totals, "ram:TaxBasisTotalAmount");
    view.with_vat = read.below(view.totals, "ram:GrandTotalAmount");
    view.prepaid = read.below(view.totals, "ram:TotalPrepaidAmount");
    view.rounding = read.below(view.totals, "ram:RoundingAmount");
    view.payable = read.below(view.totals, "ram:DuePayableAmount");
    view.currency = read.text(settlement, "ram:InvoiceCurrencyCode");
    view.vat_currency = read.text(settlement, "ram:TaxCurrencyCode");
    for (const std::uint32_t element :
         paths.select(XmlTree::Root,
                      "rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem")) {
        InvoiceLine line;
        line.element = element;
        line.amount =
            read.below(element,
                       "ram:SpecifiedLineTradeSettlement/"
                       "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount");
        line.vat = read.categories(
            element, "ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax", false);
        view.lines.push_back(std::move(line));
    }
    for (const std::uint32_t element :
         paths.select(settlement, "ram:SpecifiedTradeAllowanceCharge"))
        view.allowances.push_back(read.allowance(element, false));
    for (const std::uint32_t element : paths.select(view.totals, "ram:TaxTotalAmount")) {
        TaxTotal total;
        total.amount = read.at(element);
        view.tax_totals.push_back(std::move(total));
    }
    const std::vector<std::uint32_t> breakdown = paths.select(settlement, "ram:ApplicableTradeTax");
    if (view.tax_totals.empty() && !breakdown.empty()) view.tax_totals.emplace_back();
    for (const std::uint32_t part : breakdown) {
        VatBreakdown one;
        one.element = part;
        one.taxable = read.below(part, "ram:BasisAmount");
        one.tax = read.below(part, "ram:CalculatedAmount");
        one.vat = read.categories(part, ".", false);
        view.tax_totals.front().parts.push_back(std::move(one));
    }
    return view;
}

}  // namespace sallyport::edi
