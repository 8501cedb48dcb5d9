// SPDX-License-Identifier: Apache-2.0
// Secrets are never written into a configuration file, only where they are:
//   file:/path          the file's octets, one trailing line end removed. Refused when others than its owner and group may
//                       read it.
//   env:NAME            an environment variable
//   credential:NAME     a systemd credential: $CREDENTIALS_DIRECTORY/NAME
// A private key may also stay where nobody can read it:
//   pkcs11:token=…;object=…   a key in a token (RFC 7512); its PIN is the passphrase beside it
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace sallyport::config {

struct SecretRef {
    enum class Kind : std::uint8_t { None, File, Env, Credential, Token };
    Kind kind = Kind::None;
    std::string value{};  // absolute path, variable name, credential name, or the whole URI

    bool empty() const { return kind == Kind::None; }
    std::string text() const;  // as it is written; safe to print
};

// `base` is what a relative file: path is relative to. Error codes: config.secret.inline (the text is no reference),
// config.secret.name. Both Blame::Operator; neither repeats the text, for it may be the secret itself.
Result<SecretRef> parse_secret_ref(std::string_view text, const std::filesystem::path& base);

// Error codes: config.secret.missing, config.secret.readable (permissions too wide), config.secret.empty,
// config.secret.large (over 1 MiB), config.secret.token (a token's key cannot be read, only used).
Result<Secret> resolve(const SecretRef& reference);

// The path behind file: and credential: references, for what wants a file; empty for env:.
std::filesystem::path secret_path(const SecretRef& reference);

// Exists, is a regular file, and only owner and group may read it. Error codes: config.secret.missing,
// config.secret.readable.
Status check_secret_file(const std::filesystem::path& path);

}  // namespace sallyport::config
