// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/account.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::sftp {

namespace {

class FixedAccounts final : public Accounts {
public:
    explicit FixedAccounts(std::vector<std::shared_ptr<const Account>> accounts) {
        for (auto& account : accounts) {
            std::string user = account->user;
            m_by_user.emplace(std::move(user), std::move(account));
        }
    }
    std::shared_ptr<const Account> by_user(const std::string& user) const override {
        const auto found = m_by_user.find(user);
        return found == m_by_user.end() ? nullptr : found->second;
    }
    std::vector<std::string> allowed_from(const std::string& address) const override {
        std::vector<std::string> allowed;
        for (const auto& [user, account] : m_by_user) {
            if (account->allow.empty()) continue;
            const bool near = std::any_of(
                account->networks.begin(),
                account->networks.end(),
                [&](const std::string& network) { return network_holds(network, address); });
            if (near) allowed.insert(allowed.end(), account->allow.begin(), account->allow.end());
        }
        std::sort(allowed.begin(), allowed.end());
        allowed.erase(std::unique(allowed.begin(), allowed.end()), allowed.end());
        return allowed;
    }

private:
    std::map<std::string, std::shared_ptr<const Account>> m_by_user;
};

}  // namespace

bool Account::is_temporary(std::string_view path) const {
    return std::any_of(temporary.begin(), temporary.end(), [&](const std::string& ending) {
        return path.size() > ending.size() && path.ends_with(ending);
    });
}

std::shared_ptr<const Accounts> fixed_accounts(
    std::vector<std::shared_ptr<const Account>> accounts) {
    return std::make_shared<FixedAccounts>(std::move(accounts));
}

}  // namespace sallyport::sftp
