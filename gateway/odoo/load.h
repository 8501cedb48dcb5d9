// SPDX-License-Identifier: Apache-2.0
// Odoo's `load` as create-or-get: one transaction, one external id per record, a second call with the same ids changes
// nothing and answers the same records. Internal to gateway/odoo.
#pragma once

#include "gateway/base/error.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/values.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::odoo {

// The module of our external ids. No real module may ever have this name: Odoo purges a real module's rows when it is
// upgraded. A dot in an external id would name another module, hence hashed keys.
constexpr const char* KeyModule = "edi_gw";

Call load_call(const std::string& model, std::vector<std::string> columns, Json rows);

// The ids, or what Odoo said about the rows: odoo.busy, odoo.rights, odoo.load.refused.
Result<std::vector<std::int64_t>> loaded_ids(const std::string& model, const Json& result);

}  // namespace sallyport::odoo
