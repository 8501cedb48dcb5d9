// SPDX-License-Identifier: Apache-2.0
// The server's own keys, and fingerprints as people compare them.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/error.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace sallyport::sftp {

enum class KeyType : std::uint8_t { Ed25519, Ecdsa256 };

// Private key in PEM. Error codes: sftp.key (Bug).
Result<Secret> generate_key(KeyType type);

// A new one into a file that only we may read. Error codes: sftp.key, file.write.
Status write_new_key(KeyType type, const std::filesystem::path& file);

struct PublicHalf {
    std::string type;         // "ssh-ed25519"
    std::string base64;       // the blob, as in authorized_keys and known_hosts
    std::string fingerprint;  // "SHA256:…", as ssh-keygen -l shows it
};
// Of a private key in PEM or OpenSSH's format, without a passphrase. Error codes: sftp.key (Operator).
Result<PublicHalf> public_half(const Secret& private_key);
// Of "ssh-ed25519 AAAA… comment". Error codes: sftp.key (Operator).
Result<PublicHalf> read_public_key(const std::string& line);

}  // namespace sallyport::sftp
