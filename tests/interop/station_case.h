// SPDX-License-Identifier: Apache-2.0
// What one case of the matrix agrees on, from JSON.
#pragma once

#include "transports/as2_agreement.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace sallyport::interop {

std::string slurp(const std::string& path);
// Throws std::runtime_error: a test program, whose caller reads the line it dies with.
certs::Identity load_identity(const std::string& keys, const std::string& name);
// {"partner_id","our_id","url","sign","digest","scheme","encrypt","cipher","key_transport","gcm_container","compress",
//  "mdn","mdn_url","async_urls","require_signed","require_encrypted","max_bytes"}; keys/gateway.* is us, keys/PARTNER.pem them.
transports::As2Agreement read_case(const nlohmann::json& text, const std::string& keys);

}  // namespace sallyport::interop
