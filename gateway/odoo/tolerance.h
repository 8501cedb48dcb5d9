// SPDX-License-Identifier: Apache-2.0
// What a vendor's document says otherwise than our order, weighed by the rules of the agreement. Pure.
// Internal to gateway/odoo.
#pragma once

#include "gateway/base/decimal.h"
#include "gateway/flow/back_office.h"

#include <string>
#include <vector>

namespace sallyport::odoo {

class Judge {
public:
    using Act = flow::BuyingRules::Act;

    // Tolerances that are no numbers count as nothing allowed.
    explicit Judge(const flow::BuyingRules& rules);

    // Each says whether it is within the tolerance; what is not, is remembered as a difference. `ours` and `theirs` are in
    // one unit and currency; `where` is how a person finds the line: "line 2".
    bool price(const std::string& where, const Decimal& ours, const Decimal& theirs);
    // Either way.
    bool quantity(const std::string& where, const Decimal& ours, const Decimal& theirs);
    // More than that, with `what` it is: "ordered", "received".
    bool no_more(const std::string& where,
                 const std::string& what,
                 const Decimal& most,
                 const Decimal& theirs);
    // Dates as YYYY-MM-DD; earlier is never too late, a date that is none is no difference.
    bool date(const std::string& where, const std::string& ours, const std::string& theirs);
    // What no tolerance is for; weighed as `act` says.
    void differs(const std::string& what, Act act);
    // Worth knowing and nothing to weigh.
    void remark(const std::string& what) { m_remarks.push_back(what); }

    bool any() const { return !m_differences.empty(); }
    Act worst() const;  // Warn when nothing differs
    // "line 2: price 6.60 instead of 6.50; ..."
    std::string text() const;
    // Each difference and remark on its own, for a note.
    std::vector<std::string> all() const;

    const flow::BuyingRules& rules() const { return m_rules; }

private:
    struct Difference {
        std::string what;
        Act act;
    };
    flow::BuyingRules m_rules;
    Decimal m_price;
    Decimal m_quantity;
    std::vector<Difference> m_differences;
    std::vector<std::string> m_remarks;
};

}  // namespace sallyport::odoo
