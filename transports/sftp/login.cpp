// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/login.h"

#include <argon2.h>
#include <crypt.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <utility>

namespace sallyport::sftp {

namespace {

constexpr std::size_t LongestPassword = 512;

// What a password of nobody is compared with: no password gives this hash.
const Secret& nobodys_hash() {
    static const Secret hash{
        std::string("$y$j9T$nobodysnobodysnobodys.$7b6wD.AwK2y9YvYI9Yq7aWbVnobodysnobodysnobod/")};
    return hash;
}

bool crypt_matches(const std::string& password, const std::string& hash) {
    auto data = std::make_unique<crypt_data>();
    const char* made = ::crypt_r(password.c_str(), hash.c_str(), data.get());
    return made != nullptr && made[0] != '*' && equal_constant_time(made, hash);
}

}  // namespace

bool is_strong(const Secret& secret) {
    const std::string_view hash = secret.reveal();
    return hash.starts_with("$argon2id$") || hash.starts_with("$y$") || hash.starts_with("$gy$") ||
           hash.starts_with("$7$");
}

bool password_matches(std::string_view password, const Secret& hash) {
    // One at a time: each costs tens of megabytes by design.
    static std::mutex turn;
    const std::string text(hash.reveal());
    if (!is_strong(hash) || password.empty() || password.size() > LongestPassword ||
        password.find('\0') != std::string_view::npos)
        return false;
    const std::string copy(password);
    const std::lock_guard lock(turn);
    if (text.starts_with("$argon2id$"))
        return ::argon2id_verify(text.c_str(), copy.data(), copy.size()) == ARGON2_OK;
    return crypt_matches(copy, text);
}

std::shared_ptr<const Account> Login::reachable(const std::string& user) {
    m_asked = true;
    if (user != m_user) {
        m_user = user;
        m_key_proved = m_password_proved = false;
    }
    auto account = m_accounts.by_user(user);
    if (!account || account->networks.empty()) return account;
    const bool near = std::any_of(
        account->networks.begin(), account->networks.end(), [&](const std::string& network) {
            return network_holds(network, m_address);
        });
    return near ? account : nullptr;
}

Login::Verdict Login::proved(const std::shared_ptr<const Account>& account,
                             bool& mine,
                             bool other) {
    mine = true;
    if (account->key_and_password && !other) return Verdict::Partly;
    m_account = account;
    return Verdict::Yes;
}

Login::Verdict Login::key(const std::string& user, std::string_view key, Proof proof) {
    const auto account = reachable(user);
    if (!account) return Verdict::No;
    const bool known = std::any_of(
        account->public_keys.begin(), account->public_keys.end(), [&](const std::string& line) {
            const std::size_t blank = line.find(' ');
            return blank != std::string::npos && std::string_view(line).substr(blank + 1) == key;
        });
    if (!known) return Verdict::No;
    if (proof == Proof::Offered) return Verdict::Yes;
    return proved(account, m_key_proved, m_password_proved);
}

Login::Verdict Login::password(const std::string& user, std::string_view password) {
    const auto account = reachable(user);
    if (!account || !account->password_hash) {
        password_matches(password, nobodys_hash());
        return Verdict::No;
    }
    if (!password_matches(password, *account->password_hash)) return Verdict::No;
    // Where both are agreed, or no password alone: the key has to come too.
    return proved(account, m_password_proved, m_key_proved);
}

}  // namespace sallyport::sftp
