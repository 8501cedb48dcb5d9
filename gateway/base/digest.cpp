// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/digest.h"

#include <openssl/sha.h>

namespace sallyport {

Bytes sha256(BytesView octets) {
    Bytes out(SHA256_DIGEST_LENGTH, '\0');
    SHA256(reinterpret_cast<const unsigned char*>(octets.data()),
           octets.size(),
           reinterpret_cast<unsigned char*>(out.data()));
    return out;
}

std::string sha256_hex(BytesView octets) {
    return to_hex(sha256(octets));
}

}  // namespace sallyport
