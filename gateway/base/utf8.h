// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace sallyport {

// Octets of `text` up to the first that is no UTF-8 (overlong forms, surrogates and what lies beyond Unicode are none, RFC 3629);
// all of them when it is UTF-8 throughout. Linear.
std::size_t utf8_prefix(std::string_view text);

}  // namespace sallyport
