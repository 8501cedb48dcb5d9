// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/tolerance.h"

#include "gateway/odoo/watch.h"

#include <algorithm>
#include <chrono>

namespace sallyport::odoo {

namespace {

Decimal number_or_zero(const std::string& text) {
    auto number = Decimal::parse(text);
    return number && !number->is_negative() ? *number : Decimal();
}

Decimal distance(const Decimal& a, const Decimal& b) {
    auto difference = a.minus(b);
    if (!difference) return Decimal(1);
    return difference->is_negative() ? difference->negated() : *difference;
}

// |theirs - ours| <= percent of ours. Where the numbers are beyond arithmetic, nothing is within.
bool within(const Decimal& ours, const Decimal& theirs, const Decimal& percent) {
    if (ours == theirs) return true;
    const Decimal base = ours.is_negative() ? ours.negated() : ours;
    auto allowed = base.times(percent);
    auto asked = distance(ours, theirs).times(Decimal(100));
    return allowed && asked && !(*allowed < *asked);
}

std::string plain(const Decimal& value) {
    return value.trimmed().to_string();
}

}  // namespace

Judge::Judge(const flow::BuyingRules& rules)
    : m_rules(rules),
      m_price(number_or_zero(rules.price_tolerance)),
      m_quantity(number_or_zero(rules.quantity_tolerance)) {}

bool Judge::price(const std::string& where, const Decimal& ours, const Decimal& theirs) {
    if (within(ours, theirs, m_price)) return true;
    differs(where + ": price " + plain(theirs) + " instead of " + plain(ours), m_rules.on_price);
    return false;
}

bool Judge::quantity(const std::string& where, const Decimal& ours, const Decimal& theirs) {
    if (within(ours, theirs, m_quantity)) return true;
    differs(where + ": quantity " + plain(theirs) + " instead of " + plain(ours),
            m_rules.on_quantity);
    return false;
}

bool Judge::no_more(const std::string& where,
                    const std::string& what,
                    const Decimal& most,
                    const Decimal& theirs) {
    if (!(most < theirs) || within(most, theirs, m_quantity)) return true;
    differs(where + ": quantity " + plain(theirs) + ", but " + plain(most) + " " + what,
            m_rules.on_quantity);
    return false;
}

bool Judge::date(const std::string& where, const std::string& ours, const std::string& theirs) {
    const auto first = odoo_instant(ours.substr(0, 10) + " 00:00:00");
    const auto second = odoo_instant(theirs.substr(0, 10) + " 00:00:00");
    if (!first || !second) return true;
    if (*second - *first <= std::chrono::days(m_rules.days_late)) return true;
    differs(where + ": " + theirs.substr(0, 10) + " instead of " + ours.substr(0, 10),
            m_rules.on_date);
    return false;
}

void Judge::differs(const std::string& what, Act act) {
    m_differences.push_back({what, act});
}

Judge::Act Judge::worst() const {
    Act act = Act::Warn;
    for (const Difference& one : m_differences)
        act = std::max(act, one.act);
    return act;
}

std::string Judge::text() const {
    std::string text;
    for (const Difference& one : m_differences)
        text += (text.empty() ? "" : "; ") + one.what;
    return text;
}

std::vector<std::string> Judge::all() const {
    std::vector<std::string> all;
    for (const Difference& one : m_differences)
        all.push_back(one.what);
    all.insert(all.end(), m_remarks.begin(), m_remarks.end());
    return all;
}

}  // namespace sallyport::odoo
