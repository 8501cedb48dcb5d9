// SPDX-License-Identifier: Apache-2.0
// What a correct map may still lack. Private to mappings/.
#pragma once

#include "mappings/plan.h"
#include "parsers/guide.h"

#include <vector>

namespace sallyport::mapping {

// MAP208 (more pairs than the segment has), 209 (more occurrences than allowed), 408 (order of a list), 411 (`when` not
// proved), 602 (mandatory element never written), 604 (read but never written, and the reverse). Only on a plan without
// errors: on one with holes it would report what is only missing because of another error.
void check_coverage(const Plan& plan, std::vector<Diagnostic>& diagnostics);

// MAP603: what the partner's guide requires and no rule writes.
void check_guide(const Plan& plan, const edi::Guide& guide, std::vector<Diagnostic>& diagnostics);

}  // namespace sallyport::mapping
