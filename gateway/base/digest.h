// SPDX-License-Identifier: Apache-2.0
// SHA-256 for addresses, replay keys and the audit chain. Everything signed or encrypted lives in certs/.
#pragma once

#include "gateway/base/bytes.h"

#include <string>

namespace sallyport {

Bytes sha256(BytesView octets);            // 32 octets
std::string sha256_hex(BytesView octets);  // 64 hex digits, lower case

}  // namespace sallyport
