// SPDX-License-Identifier: Apache-2.0
// EN 16931-1 clause 6.4.2: arithmetic of the totals (BR-CO). Exact decimals throughout; sums are rounded to two places
// where the rule says so. A number that is not one is the structure's fault, not these rules'.
#include "parsers/xml_number.h"
#include "parsers/xml_rule_table.h"

namespace sallyport::edi {
namespace {

void must_equal(const RuleRun& run, std::uint32_t at, const Number& stated, const Number& due) {
    if (stated && due && *stated != *due)
        run.bad(at, "stated is " + shown_number(stated) + ", it comes to " + shown_number(due));
}

void line_sum(const RuleRun& run, std::string_view) {
    const InvoiceView& invoice = run.invoice();
    if (invoice.totals == None) return;
    Number sum = Decimal(0);
    for (const InvoiceLine& line : invoice.lines)
        sum = plus(sum, or_zero(line.amount));
    if (!invoice.lines_total.there()) return run.bad(invoice.totals, "it is not stated");
    must_equal(run, invoice.lines_total.element, invoice.lines_total.value, cents(sum));
}

// BR-CO-11, BR-CO-12: the sums of allowances and of charges, stated whenever there are any.
void allowance_sum(const RuleRun& run, std::string_view what) {
    const InvoiceView& invoice = run.invoice();
    if (invoice.totals == None) return;
    const bool charges = what == "charges";
    const InvoiceAmount& stated = charges ? invoice.charges_total : invoice.allowances_total;
    Number sum = Decimal(0);
    bool any = false;
    for (const InvoiceAllowance& one : invoice.allowances) {
        if (charges ? !one.charge : !one.allowance) continue;
        any = true;
        sum = plus(sum, or_zero(one.amount));
    }
    if (!stated.there()) {
        if (any)
            run.bad(invoice.totals, "it is not stated, it comes to " + shown_number(cents(sum)));
        return;
    }
    must_equal(run, stated.element, stated.value, cents(sum));
}

void total_without_vat(const RuleRun& run, std::string_view) {
    const InvoiceView& invoice = run.invoice();
    if (!invoice.without_vat.there() || !invoice.lines_total.there()) {
        if (invoice.totals != None) run.bad(invoice.totals, "a total it needs is not stated");
        return;
    }
    const Number due = minus(plus(invoice.lines_total.value, or_zero(invoice.charges_total)),
                             or_zero(invoice.allowances_total));
    must_equal(run, invoice.without_vat.element, invoice.without_vat.value, cents(due));
}

void vat_total(const RuleRun& run, std::string_view) {
    const InvoiceView& invoice = run.invoice();
    for (const TaxTotal& total : invoice.tax_totals) {
        if (total.parts.empty() || !total.amount.there()) continue;
        // CII keeps one breakdown for all totals; it is in the invoice's currency.
        if (!run.is_ubl() && total.amount.currency != invoice.currency) continue;
        Number sum = Decimal(0);
        for (const VatBreakdown& part : total.parts)
            sum = plus(sum, or_zero(part.tax));
        must_equal(run, total.amount.element, total.amount.value, cents(sum));
    }
}

void total_with_vat(const RuleRun& run, std::string_view) {
    const InvoiceView& invoice = run.invoice();
    if (invoice.currency.empty()) return;
    const TaxTotal* own = nullptr;
    std::size_t count = 0;
    for (const TaxTotal& total : invoice.tax_totals) {
        if (!total.amount.there() || total.amount.currency != invoice.currency) continue;
        own = &total;
        ++count;
    }
    if (!run.is_ubl() && count == 0) {  // CII may leave a VAT total of zero out
        must_equal(
            run, invoice.with_vat.element, invoice.with_vat.value, invoice.without_vat.value);
        return;
    }
    const std::uint32_t place = invoice.totals == None ? XmlTree::Root : invoice.totals;
    if (count != 1)
        return run.bad(place,
                       "there are " + std::to_string(count) + " VAT totals in " +
                           std::string(invoice.currency));
    if (!invoice.with_vat.there() || !invoice.without_vat.there())
        return run.bad(place, "a total it needs is not stated");
    must_equal(run,
               invoice.with_vat.element,
               invoice.with_vat.value,
               cents(plus(invoice.without_vat.value, own->amount.value)));
}

void amount_due(const RuleRun& run, std::string_view) {
    const InvoiceView& invoice = run.invoice();
    if (!invoice.payable.there() || !invoice.with_vat.there()) {
        if (invoice.totals != None) run.bad(invoice.totals, "a total it needs is not stated");
        return;
    }
    const Number due =
        plus(minus(invoice.with_vat.value, or_zero(invoice.prepaid)), or_zero(invoice.rounding));
    must_equal(run, invoice.payable.element, cents(invoice.payable.value), cents(due));
}

const VatCategory* vat_category(const VatBreakdown& part) {
    for (const VatCategory& category : part.vat) {
        if (category.vat) return &category;
    }
    return nullptr;
}

template <typename Check>
void each_breakdown(const RuleRun& run, const Check& check) {
    for (const TaxTotal& total : run.invoice().tax_totals) {
        for (const VatBreakdown& part : total.parts)
            check(part);
    }
}

void vat_amount(const RuleRun& run, std::string_view) {
    each_breakdown(run, [&](const VatBreakdown& part) {
        const VatCategory* category = vat_category(part);
        if (!part.tax.value || (category && category->rate.there() && !category->rate.value))
            return;
        const Number rate =
            category && category->rate.there() ? category->rate.value : Number(Decimal(0));
        const Number due = cents(absolute(percent_of(part.taxable.value, rate)));
        const bool none = rate->is_zero();
        // The CII binding lets exactly one through as well.
        const Number apart = absolute(minus(absolute(part.tax.value), due));
        const bool close =
            apart && (*apart < Decimal(1) || (!run.is_ubl() && *apart == Decimal(1)));
        if (none ? !near(part.tax.value, Number(Decimal(0)), 1) : !close)
            run.bad(part.element,
                    "stated is " + shown_number(part.tax.value) + ", it comes to " +
                        shown_number(none ? Number(Decimal(0)) : due));
    });
}

// One rule, one entry.
// clang-format off
constexpr CodeRule Totals[] = {
    {"BR-CO-10", "the sum of the lines is the sum of their net amounts (BT-106)", line_sum},
    {"BR-CO-11", "the sum of the allowances is the sum of their amounts (BT-107)", allowance_sum, "allowances"},
    {"BR-CO-12", "the sum of the charges is the sum of their amounts (BT-108)", allowance_sum, "charges"},
    {"BR-CO-13", "the total without VAT is lines plus charges less allowances (BT-109)", total_without_vat},
    {"BR-CO-14", "the VAT total is the sum of the VAT breakdown (BT-110)", vat_total},
    {"BR-CO-15", "the total with VAT is the total without VAT plus the VAT (BT-112)", total_with_vat},
    {"BR-CO-16", "the amount due is the total with VAT less what is paid, plus rounding (BT-115)", amount_due},
    {"BR-CO-17", "the VAT of a category is its taxable amount times its rate (BT-117)", vat_amount},
};
// clang-format on

}  // namespace

std::span<const CodeRule> total_rules() {
    return Totals;
}

}  // namespace sallyport::edi
