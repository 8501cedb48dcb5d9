// SPDX-License-Identifier: Apache-2.0
// What an error of Odoo means and who must act (design of the classes: by data.name only, for messages are translated).
// Internal to gateway/odoo.
#pragma once

#include "gateway/base/error.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace sallyport::odoo {

// `name` is the Python class, "odoo.exceptions.AccessError"; `message` what Odoo said, made safe and short here.
Error classified(std::string_view name, std::string_view message, const std::string& call);

// The error member of a JSON-RPC reply; the traceback in it is not looked at.
Error rpc_error(const nlohmann::ordered_json& error, const std::string& call);

// A reply of JSON-2 that is not HTTP 200: {name, message, arguments, context, debug}, a bare text, or a proxy's page.
Error json2_error(int status, std::string_view body, const std::string& call);

// A reply that is not HTTP 200.
Error http_error(int status, const std::string& call);

// One line, at most 500 bytes, no control characters.
std::string one_line(std::string_view text);

}  // namespace sallyport::odoo
