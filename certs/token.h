// SPDX-License-Identifier: Apache-2.0
// Private keys that never leave a token (PKCS#11, RFC 7512 URIs): smart card, hardware security module, SoftHSM. The key is
// used like any other: sign, decrypt, TLS. Why through OpenSSL's engine and not a provider: docs/adr/0013.
#pragma once

#include "certs/keys.h"
#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <filesystem>
#include <string_view>

namespace sallyport::certs {

// Whether a key reference is a token's: it begins with "pkcs11:".
bool is_token_uri(std::string_view reference);

// `uri` names one private key and holds no PIN. `module` is the token maker's library; it is loaded into this process and the
// same for every key of a process. Blocks for as long as the token needs.
// Error codes (Operator): certs.token.uri (not a PKCS#11 URI, or with a PIN in it), certs.token.module (no engine for
// PKCS#11 is installed, or the library cannot be loaded), certs.token.key (no such token or key, or the PIN is wrong).
Result<PrivateKey> load_token_key(std::string_view uri,
                                  const Secret& pin,
                                  const std::filesystem::path& module);

}  // namespace sallyport::certs
