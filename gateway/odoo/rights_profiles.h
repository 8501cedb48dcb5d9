// SPDX-License-Identifier: Apache-2.0
// The least rights per flow, found by experiment on Odoo 17: start with nothing, add what each AccessError names.
// Internal to gateway/odoo.
#pragma once

#include "gateway/odoo/rights.h"

#include <map>
#include <string>
#include <vector>

namespace sallyport::odoo {

// Model -> letters, on top of an internal user (base.group_user).
const std::map<std::string, std::string>& needed_rights(Flow flow);

// What every internal user may do anyway on the watched models, model -> letters.
const std::map<std::string, std::string>& internal_rights();

// Models whose rights are looked at besides the needed ones: where a stolen key would hurt.
const std::vector<std::string>& watched_models();

// Groups no service account may be in, with what they mean.
const std::vector<std::pair<std::string, std::string>>& forbidden_groups();

}  // namespace sallyport::odoo
