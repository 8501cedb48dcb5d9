// SPDX-License-Identifier: Apache-2.0
// What people pass each other: certificates as PEM or DER, key stores (PKCS#12, RFC 7292), requests to an authority
// (PKCS#10, RFC 2986). Thread-safe: no state.
#pragma once

#include "certs/keys.h"
#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::certs {

struct Bundle {
    std::optional<PrivateKey> key;
    std::vector<Certificate> certificates;  // the key's own first, when there is a key
};

// PEM (any number of certificates, at most one key), one DER certificate, or PKCS#12; told by the octets.
// `passphrase` opens an encrypted key or a key store; null or empty: none.
// Error codes (Operator): certs.bundle.unreadable, certs.key.passphrase, certs.identity.mismatch (no certificate in it belongs
// to its key).
Result<Bundle> read_bundle(const Secret& octets, const Secret* passphrase);

// Key, certificate and chain, AES-256 and SHA-256. Error codes: certs.bundle.unwritable.
Result<Secret> write_pkcs12(const Identity& identity,
                            const std::vector<Certificate>& chain,
                            const Secret& passphrase);

struct RequestFacts {
    std::string common_name;              // 1 to 64 characters
    std::string organization;             // may be empty
    std::string country;                  // two letters, or empty
    std::vector<std::string> host_names;  // DNS names or IP addresses; may be empty
};
// PEM. Error codes: certs.request.
Result<std::string> make_request(const PrivateKey& key, const RequestFacts& facts);

// A fresh RSA key of 2048 to 8192 bits. Error codes: certs.generate.
Result<PrivateKey> generate_key(unsigned rsa_bits);

}  // namespace sallyport::certs
