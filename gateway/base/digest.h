// SPDX-License-Identifier: Apache-2.0
// SHA-256 for addresses, replay keys and the audit chain. Everything signed or encrypted lives in certs/.
#pragma once

#include "gateway/base/bytes.h"

#include <memory>
#include <string>

namespace sallyport {

Bytes sha256(BytesView octets);                          // 32 octets
std::string sha256_hex(BytesView octets);                // 64 hex digits, lower case
Bytes hmac_sha256(const Secret& key, BytesView octets);  // RFC 2104; 32 octets

// The same over octets that come piece by piece. Not thread-safe.
class Sha256 {
public:
    Sha256();
    void add(BytesView octets);
    std::string hex() const;  // of everything added so far; more may follow

private:
    struct Free {
        void operator()(void* context) const;
    };
    std::unique_ptr<void, Free> m_context;
};

}  // namespace sallyport
