// SPDX-License-Identifier: Apache-2.0
// A customer's default delivery or invoice address. Internal to gateway/odoo_double.
#pragma once

#include "gateway/odoo_double/env.h"

#include <string>

namespace sallyport::odoo_double {

Json default_address(const Env& env, Id partner, const std::string& kind);

}  // namespace sallyport::odoo_double
