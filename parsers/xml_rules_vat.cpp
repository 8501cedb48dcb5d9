// SPDX-License-Identifier: Apache-2.0
// EN 16931-1 clause 6.4.3: the ten rules of each VAT category, and those some have besides.
#include "parsers/xml_number.h"
#include "parsers/xml_rule_table.h"

#include <algorithm>
#include <map>
#include <set>

namespace sallyport::edi {
namespace {

template <typename Check>
void each_breakdown(const RuleRun& run, const Check& check) {
    for (const TaxTotal& total : run.invoice().tax_totals) {
        for (const VatBreakdown& part : total.parts)
            check(part);
    }
}

// --- the VAT categories; `code` is what UNTDID 5305 calls them -------------------------------------------------------

enum class Taxed : std::uint8_t { Positive, NotNegative, Zero, None };  // what its rate must be

Taxed taxed(std::string_view code) {
    if (code == "S") return Taxed::Positive;
    if (code == "L" || code == "M") return Taxed::NotNegative;
    return code == "O" ? Taxed::None : Taxed::Zero;
}

bool has(const std::vector<VatCategory>& list, std::string_view code) {
    return std::any_of(list.begin(), list.end(), [&](const VatCategory& one) {
        return one.vat && one.code == code;
    });
}

bool in_lines(const RuleRun& run, std::string_view code) {
    const auto& lines = run.invoice().lines;
    return std::any_of(
        lines.begin(), lines.end(), [&](const InvoiceLine& line) { return has(line.vat, code); });
}
bool in_allowances(const RuleRun& run, std::string_view code, bool charges) {
    const auto& all = run.invoice().allowances;
    return std::any_of(all.begin(), all.end(), [&](const InvoiceAllowance& one) {
        return (charges ? one.charge : one.allowance) && has(one.vat, code);
    });
}
std::size_t in_breakdown(const RuleRun& run, std::string_view code) {
    std::size_t count = 0;
    each_breakdown(run, [&](const VatBreakdown& part) { count += has(part.vat, code) ? 1u : 0u; });
    return count;
}

// …-01: what lines, allowances and charges use is in the breakdown: once, or for taxed categories once per rate.
void breakdown_there(const RuleRun& run, std::string_view code) {
    const bool used =
        in_lines(run, code) || in_allowances(run, code, false) || in_allowances(run, code, true);
    const std::size_t count = in_breakdown(run, code);
    const bool per_rate = taxed(code) == Taxed::Positive || taxed(code) == Taxed::NotNegative;
    if (per_rate ? used != (count > 0) : (used || count > 0) && count != 1)
        run.bad(XmlTree::Root, "there are " + std::to_string(count) + " in the VAT breakdown");
}

bool identified(const RuleRun& run, std::string_view code) {
    const bool seller_vat =
        run.any("cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme[vat]/cbc:CompanyID",
                "ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID[@schemeID=VA]");
    const bool seller_any =
        run.any("cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID",
                "ram:SellerTradeParty/ram:SpecifiedTaxRegistration/ram:ID[@schemeID=VA,FC]");
    const bool representative = run.any(
        "cac:TaxRepresentativeParty/cac:PartyTaxScheme[vat]/cbc:CompanyID",
        "ram:SellerTaxRepresentativeTradeParty/ram:SpecifiedTaxRegistration/ram:ID[@schemeID=VA]");
    const bool buyer_vat =
        run.any("cac:AccountingCustomerParty/cac:Party/cac:PartyTaxScheme[vat]/cbc:CompanyID",
                "ram:BuyerTradeParty/ram:SpecifiedTaxRegistration/ram:ID[@schemeID=VA]");
    const bool buyer_legal =
        run.any("cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:CompanyID",
                "ram:BuyerTradeParty/ram:SpecifiedLegalOrganization/ram:ID");
    if (code == "O") return !seller_vat && !representative && !buyer_vat;
    const bool seller = code == "K" || code == "G" ? seller_vat : seller_any;
    if (!seller && !representative) return false;
    if (code == "K") return buyer_vat;
    return code != "AE" || buyer_vat || buyer_legal;
}

// …-02, -03, -04: who must be identified when lines, allowances or charges use the category.
void lines_identified(const RuleRun& run, std::string_view code) {
    if (in_lines(run, code) && !identified(run, code)) run.bad(XmlTree::Root);
}
void allowances_identified(const RuleRun& run, std::string_view code) {
    if (in_allowances(run, code, false) && !identified(run, code)) run.bad(XmlTree::Root);
}
void charges_identified(const RuleRun& run, std::string_view code) {
    if (in_allowances(run, code, true) && !identified(run, code)) run.bad(XmlTree::Root);
}

void check_rate(const RuleRun& run, const std::vector<VatCategory>& list, std::string_view code) {
    for (const VatCategory& category : list) {
        if (!category.vat || category.code != code) continue;
        const Number& rate = category.rate.value;
        if (category.rate.there() && !rate) continue;  // no number: a fault of its own
        bool right = false;
        switch (taxed(code)) {
            case Taxed::Positive:
                right = rate && !rate->is_zero() && !rate->is_negative();
                break;
            case Taxed::NotNegative:
                right = rate && !rate->is_negative();
                break;
            case Taxed::Zero:
                right = rate && rate->is_zero();
                break;
            case Taxed::None:
                right = !category.rate.there();
                break;
        }
        if (!right)
            run.bad(category.element,
                    category.rate.there() ? "it is " + shown_number(rate) : "there is none");
    }
}

// …-05, -06, -07: the rate in lines, allowances, charges.
void line_rate(const RuleRun& run, std::string_view code) {
    for (const InvoiceLine& line : run.invoice().lines)
        check_rate(run, line.vat, code);
}
void allowance_rate(const RuleRun& run, std::string_view code) {
    for (const InvoiceAllowance& one : run.invoice().allowances) {
        if (one.allowance) check_rate(run, one.vat, code);
    }
}
void charge_rate(const RuleRun& run, std::string_view code) {
    for (const InvoiceAllowance& one : run.invoice().allowances) {
        if (one.charge) check_rate(run, one.vat, code);
    }
}

struct CategorySum {
    Number sum = Decimal(0);
    bool any = false;
};
using CategorySums =
    std::map<Decimal, CategorySum>;  // by rate; categories without rates: under zero

// Lines and charges less allowances of one category, by rate.
CategorySums sums_of(const RuleRun& run, std::string_view code, bool per_rate) {
    CategorySums sums;
    const auto add = [&](const std::vector<VatCategory>& list, const Number& amount) {
        std::set<Decimal> rates;  // once each, however often a line repeats a category
        for (const VatCategory& one : list) {
            if (one.code != code || (per_rate && !one.rate.value)) continue;
            rates.insert(per_rate ? *one.rate.value : Decimal(0));
        }
        for (const Decimal& rate : rates) {
            sums[rate].sum = plus(sums[rate].sum, amount);
            sums[rate].any = true;
        }
    };
    for (const InvoiceLine& line : run.invoice().lines)
        add(line.vat, or_zero(line.amount));
    for (const InvoiceAllowance& one : run.invoice().allowances) {
        if (one.charge) add(one.vat, or_zero(one.amount));
        if (one.allowance) add(one.vat, minus(Number(Decimal(0)), or_zero(one.amount)));
    }
    return sums;
}

// …-08: the taxable amount is lines plus charges less allowances of the category (and rate).
void taxable_sum(const RuleRun& run, std::string_view code) {
    const bool per_rate = taxed(code) == Taxed::Positive || taxed(code) == Taxed::NotNegative;
    if (in_breakdown(run, code) == 0) return;
    const CategorySums sums = sums_of(run, code, per_rate);
    each_breakdown(run, [&](const VatBreakdown& part) {
        for (const VatCategory& category : part.vat) {
            if (!category.vat || category.code != code || (per_rate && !category.rate.value))
                continue;
            const auto found = sums.find(per_rate ? *category.rate.value : Decimal(0));
            const CategorySum sum = found == sums.end() ? CategorySum{} : found->second;
            if (!part.taxable.value || !sum.sum) continue;
            const bool exact = run.is_ubl() && !per_rate;
            const bool right =
                exact ? *part.taxable.value == *sum.sum : near(part.taxable.value, sum.sum, 1);
            if (!right || (code == "S" && !sum.any))
                run.bad(part.element,
                        "stated is " + shown_number(part.taxable.value) + ", it comes to " +
                            shown_number(sum.sum));
        }
    });
}

// …-09: the tax amount.
void tax_of_category(const RuleRun& run, std::string_view code) {
    const bool per_rate = taxed(code) == Taxed::Positive || taxed(code) == Taxed::NotNegative;
    each_breakdown(run, [&](const VatBreakdown& part) {
        for (const VatCategory& category : part.vat) {
            if (!category.vat || category.code != code || !part.tax.value) continue;
            if (!per_rate) {
                if (!part.tax.value->is_zero())
                    run.bad(part.element, "it is " + shown_number(part.tax.value));
                continue;
            }
            const Number due = cents(percent_of(absolute(part.taxable.value), category.rate.value));
            if (due && !near(absolute(part.tax.value), due, 1))
                run.bad(part.element,
                        "stated is " + shown_number(part.tax.value) + ", it comes to " +
                            shown_number(due));
        }
    });
}

// …-10: an exemption reason, or none.
void reason(const RuleRun& run, std::string_view code) {
    const bool wanted = code != "S" && code != "Z" && code != "L" && code != "M";
    each_breakdown(run, [&](const VatBreakdown& part) {
        for (const VatCategory& category : part.vat) {
            if (category.vat && category.code == code &&
                (category.reason || category.reason_code) != wanted)
                run.bad(category.element);
        }
    });
}

void delivery_date(const RuleRun& run, std::string_view code) {
    if (in_breakdown(run, code) == 0) return;
    const auto dates =
        run.match("/*/cac:Delivery/cbc:ActualDeliveryDate",
                  "ram:ApplicableHeaderTradeDelivery/ram:ActualDeliverySupplyChainEvent/"
                  "ram:OccurrenceDateTime/udt:DateTimeString");
    const bool dated = std::any_of(dates.begin(), dates.end(), [&](std::uint32_t one) {
        return run.tree().trimmed(one).size() > 1;
    });
    const bool period = run.any("/*/cac:InvoicePeriod/*",
                                "ram:ApplicableHeaderTradeSettlement/ram:BillingSpecifiedPeriod/*");
    if (!dated && !period) run.bad(XmlTree::Root);
}
void delivery_country(const RuleRun& run, std::string_view code) {
    if (in_breakdown(run, code) == 0) return;
    const auto found = run.match(
        "/*/cac:Delivery/cac:DeliveryLocation/cac:Address/cac:Country/cbc:IdentificationCode",
        "ram:ApplicableHeaderTradeDelivery/ram:ShipToTradeParty/ram:PostalTradeAddress/"
        "ram:CountryID");
    if (found.empty() || run.tree().trimmed(found.front()).size() < 2) run.bad(XmlTree::Root);
}

// BR-O-11 to -14: next to "not subject to VAT" there is no other category.
void alone(const RuleRun& run, std::string_view where) {
    if (in_breakdown(run, "O") == 0) return;
    const auto other = [](const std::vector<VatCategory>& list) {
        return std::find_if(list.begin(), list.end(), [](const VatCategory& one) {
            return one.vat && one.code != "O";
        });
    };
    const auto check = [&](const std::vector<VatCategory>& list) {
        if (const auto found = other(list); found != list.end()) run.bad(found->element);
    };
    if (where == "breakdown")
        each_breakdown(run, [&](const VatBreakdown& part) { check(part.vat); });
    if (where == "lines") {
        for (const InvoiceLine& line : run.invoice().lines)
            check(line.vat);
    }
    for (const InvoiceAllowance& one : run.invoice().allowances) {
        if ((where == "allowances" && one.allowance) || (where == "charges" && one.charge))
            check(one.vat);
    }
}

bool split_payment(const RuleRun& run) {
    return run.any(
        "cac:TaxCategory[cbc:ID=B]|cac:ClassifiedTaxCategory[cbc:ID=B]",
        "ram:ApplicableTradeTax[ram:CategoryCode=B]|ram:CategoryTradeTax[ram:CategoryCode=B]");
}
void only_italy(const RuleRun& run, std::string_view) {
    if (!split_payment(run)) return;
    for (const std::uint32_t element : run.match("cbc:IdentificationCode", "ram:CountryID")) {
        if (run.tree().trimmed(element) != "IT") return run.bad(element);
    }
}
void not_with_standard(const RuleRun& run, std::string_view) {
    const auto found = run.match(
        "cac:TaxCategory[cbc:ID=S]|cac:ClassifiedTaxCategory[cbc:ID=S]",
        "ram:ApplicableTradeTax[ram:CategoryCode=S]|ram:CategoryTradeTax[ram:CategoryCode=S]");
    if (split_payment(run) && !found.empty()) run.bad(found.front());
}

// One rule, one entry.
// clang-format off
#define SALLYPORT_VAT_CATEGORY(name, code, what)                                                   \
    {"BR-" name "-01",                                                                             \
     what ": the VAT breakdown has the category exactly when lines, allowances or charges use it", \
     breakdown_there,                                                                              \
     code},                                                                                        \
        {"BR-" name "-02",                                                                         \
         what ": a line with it needs the tax identifiers the category asks for",                  \
         lines_identified,                                                                         \
         code},                                                                                    \
        {"BR-" name "-03",                                                                         \
         what ": an allowance with it needs the tax identifiers the category asks for",            \
         allowances_identified,                                                                    \
         code},                                                                                    \
        {"BR-" name "-04",                                                                         \
         what ": a charge with it needs the tax identifiers the category asks for",                \
         charges_identified,                                                                       \
         code},                                                                                    \
        {"BR-" name "-05",                                                                         \
         what ": the rate of a line is the one the category allows (BT-152)",                      \
         line_rate,                                                                                \
         code},                                                                                    \
        {"BR-" name "-06",                                                                         \
         what ": the rate of an allowance is the one the category allows (BT-96)",                 \
         allowance_rate,                                                                           \
         code},                                                                                    \
        {"BR-" name "-07",                                                                         \
         what ": the rate of a charge is the one the category allows (BT-103)",                    \
         charge_rate,                                                                              \
         code},                                                                                    \
        {"BR-" name "-08",                                                                         \
         what                                                                                      \
         ": the taxable amount is the sum of its lines and charges less its allowances (BT-116)",  \
         taxable_sum,                                                                              \
         code},                                                                                    \
        {"BR-" name "-09",                                                                         \
         what ": the tax amount is what the category and its rate give (BT-117)",                  \
         tax_of_category,                                                                          \
         code},                                                                                    \
    {                                                                                              \
        "BR-" name "-10",                                                                          \
            what                                                                                   \
            ": an exemption reason stands exactly where the category needs one (BT-120, BT-121)",  \
            reason, code                                                                           \
    }

constexpr CodeRule Vat[] = {
    SALLYPORT_VAT_CATEGORY("S", "S", "standard rate"),
    SALLYPORT_VAT_CATEGORY("Z", "Z", "zero rate"),
    SALLYPORT_VAT_CATEGORY("E", "E", "exempt"),
    SALLYPORT_VAT_CATEGORY("AE", "AE", "reverse charge"),
    SALLYPORT_VAT_CATEGORY("IC", "K", "intra-community supply"),
    SALLYPORT_VAT_CATEGORY("G", "G", "export outside the EU"),
    SALLYPORT_VAT_CATEGORY("O", "O", "not subject to VAT"),
    SALLYPORT_VAT_CATEGORY("AF", "L", "IGIC"),
    SALLYPORT_VAT_CATEGORY("AG", "M", "IPSI"),
    {"BR-IC-11", "intra-community supply: there is a delivery date or an invoicing period (BT-72, BG-14)", delivery_date, "K"},
    {"BR-IC-12", "intra-community supply: the country delivered to is stated (BT-80)", delivery_country, "K"},
    {"BR-O-11", "not subject to VAT: there is no other category in the VAT breakdown", alone, "breakdown"},
    {"BR-O-12", "not subject to VAT: no line has another category", alone, "lines"},
    {"BR-O-13", "not subject to VAT: no allowance has another category", alone, "allowances"},
    {"BR-O-14", "not subject to VAT: no charge has another category", alone, "charges"},
    {"BR-B-01", "split payment: the invoice is domestic to Italy", only_italy},
    {"BR-B-02", "split payment: it does not stand beside the standard rate", not_with_standard},
};
#undef SALLYPORT_VAT_CATEGORY

// clang-format on

}  // namespace

std::span<const CodeRule> vat_rules() {
    return Vat;
}

}  // namespace sallyport::edi
