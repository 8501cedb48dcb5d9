// SPDX-License-Identifier: Apache-2.0
// Reports as JSON: the shape of `sallyport edi validate --json` and of the REST API.
#pragma once

#include "parsers/fault.h"

#include <nlohmann/json_fwd.hpp>

namespace sallyport::edi {

nlohmann::ordered_json fault_json(const Fault& fault);

// {"interchanges":[{"standard","sender","receiver","control",…,"repairs":[…],"faults":[…],"groups":[{…,"transactions":
// [{"set","version","control","accepted","faults":[…]}]}]}]}. Octets that are not UTF-8 are shown as ISO 8859-1.
nlohmann::ordered_json report_json(const Report& report);

}  // namespace sallyport::edi
