// SPDX-License-Identifier: Apache-2.0
// What is done about a line of a change at once, what is refused, and what a person decides. Internal to gateway/odoo. Pure.
#pragma once

#include "gateway/base/decimal.h"
#include "gateway/flow/back_office.h"
#include "gateway/odoo/resolve.h"
#include "gateway/odoo/values.h"

#include <cstdint>
#include <string>

namespace sallyport::odoo {

// A line of the order as Odoo has it.
struct Standing {
    std::int64_t id = 0;
    std::int64_t product = 0;
    std::int64_t unit = 0;
    std::int64_t sequence = 0;
    std::string name;
    Decimal quantity;
    Decimal price;
    Decimal delivered;
    Decimal invoiced;
};

// What a line of the change comes to.
struct Wanted {
    ResolvedLine line;
    const Standing* standing = nullptr;  // null: a new line
    std::string no;
    std::string difference;  // for people: "24 -> 20"; empty: as it is
};

struct JudgeContext {
    const std::string& order;  // its name in Odoo
    bool undecided = false;    // still a quotation
    const flow::ChangePosting& posting;
};

// odoo.change.held (BackOffice).
Error held(const std::string& order, const std::string& what, const std::string& remedy);

// Can the change be understood at all? odoo.change.held.
Status check_change(const std::string& order, const flow::ChangePosting& posting);

// Completes `wanted` with what the change leaves unsaid, and says what becomes of the line. odoo.change.held.
Result<flow::ChangeVerdict> judge_line(const JudgeContext& context,
                                       const Json& said,
                                       Wanted& wanted);

Json lines_of(const Json& document);
bool has_line(const Json& order, const std::string& no);
std::string plain(const Decimal& value);

}  // namespace sallyport::odoo
