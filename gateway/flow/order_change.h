// SPDX-License-Identifier: Apache-2.0
// Changes of orders as documents: the order that is in force after one, and the answer to one. Pure.
#pragma once

#include "gateway/flow/back_office.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace sallyport::flow {

// The order with the accepted part of a change in it. A line the buyer took back stays, marked {"cancelled": true}: later
// documents still have to name it. A verdict with an empty number speaks for all that no other names. Lines are known by `no`.
nlohmann::ordered_json order_in_force(const nlohmann::ordered_json& order,
                                      const nlohmann::ordered_json& change,
                                      const std::vector<ChangeVerdict>& verdicts);

// The seller's answer (OrderChange; X12 865): the change line by line with what became of it. `today` is CCYY-MM-DD.
nlohmann::ordered_json answer_to_change(const nlohmann::ordered_json& change,
                                        const std::vector<ChangeVerdict>& verdicts,
                                        const std::string& today);

// Does the buyer take the line back?
bool takes_back(const nlohmann::ordered_json& line);
// Is the whole order taken back?
bool cancels(const nlohmann::ordered_json& change);
// The verdict about a line; nullptr when there is none.
const ChangeVerdict* verdict_on(const std::vector<ChangeVerdict>& verdicts, const std::string& no);

// [{"no": "1", "accepted": true, "reason": ""}]
nlohmann::ordered_json verdicts_json(const std::vector<ChangeVerdict>& verdicts);

}  // namespace sallyport::flow
