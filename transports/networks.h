// SPDX-License-Identifier: Apache-2.0
// Where a partner may come from: "192.0.2.0/24", "2001:db8::/32" or one address. Pure functions.
#pragma once

#include <string_view>

namespace sallyport::transports {

// False too when either is malformed. `address` without port; IPv4 in IPv6 counts as IPv4.
bool network_holds(std::string_view network, std::string_view address);
bool is_network(std::string_view text);

}  // namespace sallyport::transports
