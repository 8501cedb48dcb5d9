// SPDX-License-Identifier: Apache-2.0
// Who may come in. No SSH types: the server hands over what the client showed, whose possession it has verified.
#pragma once

#include "gateway/base/bytes.h"
#include "transports/sftp/account.h"

#include <memory>
#include <string>
#include <string_view>

namespace sallyport::sftp {

// One connection's way to its account. Not thread-safe.
class Login {
public:
    enum class Verdict : std::uint8_t { No, Partly, Yes };
    enum class Proof : std::uint8_t { Offered, Signed };

    // `address` without port. The accounts outlive the login.
    Login(const Accounts& accounts, std::string address)
        : m_accounts(accounts), m_address(std::move(address)) {}

    // `key`: the public key's blob in base 64. Offered: would it do?
    Verdict key(const std::string& user, std::string_view key, Proof proof);
    // Takes as long for an unknown user as for a wrong password.
    Verdict password(const std::string& user, std::string_view password);

    // Set after Yes.
    std::shared_ptr<const Account> account() const { return m_account; }
    bool asked() const { return m_asked; }  // anything at all was tried

private:
    std::shared_ptr<const Account> reachable(const std::string& user);
    Verdict proved(const std::shared_ptr<const Account>& account, bool& mine, bool other);

    const Accounts& m_accounts;
    const std::string m_address;
    std::string m_user;
    bool m_key_proved = false;
    bool m_password_proved = false;
    bool m_asked = false;
    std::shared_ptr<const Account> m_account;
};

// "$argon2id$…" (libargon2) or anything crypt(3) knows: "$y$…", "$gy$…", "$7$…". False for weaker schemes.
bool password_matches(std::string_view password, const Secret& hash);
bool is_strong(const Secret& hash);

}  // namespace sallyport::sftp
