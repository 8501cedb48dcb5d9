// SPDX-License-Identifier: Apache-2.0
// Where a URL that came from the wire may lead (server-side request forgery): only to what the partner file names, only to
// public addresses unless the partner is an internal one, judged on the address that is then connected to.
#pragma once

#include "gateway/base/error.h"

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::transports {

struct EgressPolicy {
    // "https://as2.partner.example/mdn" allows that URL; with "/*" at the end, every path of that scheme, host and port.
    std::vector<std::string> urls;
    bool internal_addresses = false;  // loopback, private and link-local ones too
};

// By the URL's parts, never by its text. Error codes (Blame::Partner): as2.egress.url (not a plain http(s) URL),
// as2.egress.forbidden (not one the policy names).
Status check_egress_url(std::string_view url, const EgressPolicy& policy);

// False for loopback, private, shared, link-local (cloud metadata), multicast, documentation, benchmark and reserved
// addresses of IPv4 and IPv6, also inside IPv4-mapped, NAT64 and 6to4 addresses; false for what is no address.
bool is_public_address(std::string_view address);

}  // namespace sallyport::transports
