// SPDX-License-Identifier: Apache-2.0
// Virtual users: what one partner's login may do. Plain values; no account of the operating system stands behind them.
#pragma once

#include "gateway/base/bytes.h"
#include "transports/mailbox.h"
#include "transports/networks.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::sftp {

struct UploadLimits {
    std::uint64_t file_bytes = 64U << 20U;
    std::uint64_t quota_bytes = 1U << 30U;  // of everything not yet taken in
    unsigned files = 1000;                  // not yet taken in
    unsigned per_minute = 6000;             // uploads begun; as many at once as in one minute
};

struct Account {
    std::string partner{};
    std::string user{};
    std::vector<std::string>
        public_keys{};  // "ssh-ed25519 AAAA…": as in authorized_keys, no options
    std::shared_ptr<const Secret>
        password_hash{};                   // "$y$…" (yescrypt) or "$argon2id$…"; null: none
    bool key_and_password = false;         // both are needed
    std::vector<std::string> networks{};   // "192.0.2.0/24", "2001:db8::/32"; empty: any
    std::vector<std::string> allow{};      // old algorithms, by name; only with networks
    std::vector<std::string> temporary{};  // endings of names that are still being written
    std::vector<std::string> folders{};    // below /in
    transports::AfterFetch after_fetch = transports::AfterFetch::Archive;
    UploadLimits uploads{};
    unsigned sessions = 8;
    std::chrono::milliseconds idle{300'000};

    bool is_temporary(std::string_view path) const;
};

// Thread-safe.
class Accounts {
public:
    virtual ~Accounts() = default;
    virtual std::shared_ptr<const Account> by_user(const std::string& user) const = 0;
    // The opt-ins of the accounts whose networks hold the address: known before the user's name is.
    virtual std::vector<std::string> allowed_from(const std::string& address) const = 0;
};

std::shared_ptr<const Accounts> fixed_accounts(
    std::vector<std::shared_ptr<const Account>> accounts);

using transports::is_network;
using transports::network_holds;

// Old algorithms that an account may opt into, and what each is.
inline constexpr std::string_view OldAlgorithms[] = {
    "diffie-hellman-group14-sha1", "hmac-sha1", "aes256-cbc", "aes128-cbc", "ssh-rsa"};

}  // namespace sallyport::sftp
