// SPDX-License-Identifier: Apache-2.0
// SFTP: our server's settings, and what one partner may do there. Plain values, checked.
#pragma once

#include "config/endpoint.h"
#include "config/secret_ref.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::config {

// [sftp] of sallyport.toml.
struct SftpSection {
    HttpListener listen{};
    SecretRef
        host_key{};  // Ed25519; when left out: in the state directory, made at the first start
    SecretRef host_key_ecdsa{};   // for clients that know no Ed25519
    bool host_keys_ours = false;  // both left out: we may make them
    std::uint32_t sessions = 0;
    std::uint32_t sessions_per_address = 0;
    std::chrono::milliseconds login_timeout{0};
    double ban_points = 0;
    std::chrono::milliseconds ban{0};
};

// [sftp] of a partner file.
struct SftpAgreement {
    bool enabled = false;
    std::string user{};
    std::vector<std::string> public_keys{};  // "ssh-ed25519 AAAA… comment"
    SecretRef password_hash{};
    bool key_and_password = false;
    std::vector<std::string> networks{};
    std::vector<std::string> allow{};
    std::vector<std::string> temporary{};
    std::vector<std::string> folders{};
    std::string after_fetch{};  // "keep", "archive", "delete"
    std::uint64_t quota_bytes = 0;
    std::uint32_t unfinished = 0;
    std::uint32_t uploads_per_minute = 0;
    std::uint32_t sessions = 0;
    std::chrono::milliseconds idle_timeout{0};
};

// What is polled: of [sftp_client] and [folder].
struct PollAgreement {
    std::string folder{};  // empty: nothing is polled
    std::vector<std::string> patterns{};
    std::string order{};  // "name", "time"
    std::chrono::milliseconds every{0};
    std::chrono::milliseconds stable_for{0};
    std::string after{};  // "delete", "archive", "keep"
    std::string archive_folder{};
};

// [sftp_client] of a partner file: the partner's server, as we use it.
struct SftpClientAgreement {
    bool enabled = false;
    std::string host{};
    std::uint32_t port = 0;
    std::string user{};
    std::vector<std::string> host_keys{};  // "SHA256:…"
    SecretRef key{};
    SecretRef password{};
    std::string push_folder{};  // empty: nothing is pushed
    std::string temporary{};
    PollAgreement poll{};
};

// [folder] of a partner file: folders of this machine, exchanged by atomic rename.
struct FolderAgreement {
    bool enabled = false;
    std::string out{};  // absolute; empty: nothing is written
    PollAgreement in{};
};

}  // namespace sallyport::config
