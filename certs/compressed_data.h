// SPDX-License-Identifier: Apache-2.0
// Inside certs/: the object identifiers of RFC 3274 that both halves of the codec write, with their headers.
#pragma once

#include "gateway/base/bytes.h"

namespace sallyport::certs {

Bytes zlib_oid();  // id-alg-zlibCompress
Bytes data_oid();  // id-data

}  // namespace sallyport::certs
