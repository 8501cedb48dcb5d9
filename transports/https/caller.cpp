// SPDX-License-Identifier: Apache-2.0
#include "transports/https/caller.h"

#include "gateway/base/digest.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::https {
namespace {

constexpr std::string_view Prefix = "sp1_";
constexpr std::size_t IdLength = 26;
constexpr std::size_t SecretLength = 43;

class FixedAccounts final : public Accounts {
public:
    explicit FixedAccounts(const std::vector<std::shared_ptr<const Account>>& accounts) {
        for (const auto& account : accounts) {
            m_by_partner.emplace(account->partner, account);
            for (const std::string& fingerprint : account->certificates)
                m_by_certificate.emplace(fingerprint, account);
            for (const SigningKey& key : account->keys)
                m_by_key.emplace(key.id, account);
        }
    }
    std::shared_ptr<const Account> by_partner(const std::string& partner) const override {
        return found(m_by_partner, partner);
    }
    std::shared_ptr<const Account> by_certificate(const std::string& fingerprint) const override {
        return found(m_by_certificate, fingerprint);
    }
    std::shared_ptr<const Account> by_key(const std::string& key_id) const override {
        return found(m_by_key, key_id);
    }

private:
    using Table = std::map<std::string, std::shared_ptr<const Account>>;
    static std::shared_ptr<const Account> found(const Table& table, const std::string& name) {
        const auto at = table.find(name);
        return at == table.end() ? nullptr : at->second;
    }
    Table m_by_partner;
    Table m_by_certificate;
    Table m_by_key;
};

bool all_of_letters(std::string_view text, std::string_view more) {
    return std::all_of(text.begin(), text.end(), [&](char letter) {
        return (letter >= 'A' && letter <= 'Z') || (letter >= 'a' && letter <= 'z') ||
               (letter >= '0' && letter <= '9') || more.find(letter) != std::string_view::npos;
    });
}

}  // namespace

const std::vector<std::string>& all_scopes() {
    static const std::vector<std::string> scopes{std::string(scope::DocumentsWrite),
                                                 std::string(scope::DocumentsRead),
                                                 std::string(scope::OutboxRead),
                                                 std::string(scope::OutboxConfirm),
                                                 std::string(scope::OrdersRead),
                                                 std::string(scope::StockRead),
                                                 std::string(scope::ShipmentsWrite),
                                                 std::string(scope::ShipmentsRead),
                                                 std::string(scope::ChangesRead)};
    return scopes;
}

std::shared_ptr<const Accounts> fixed_accounts(
    std::vector<std::shared_ptr<const Account>> accounts) {
    return std::make_shared<FixedAccounts>(accounts);
}

std::optional<TokenText> split_token(std::string_view text) {
    if (text.size() != Prefix.size() + IdLength + 1 + SecretLength || !text.starts_with(Prefix))
        return std::nullopt;
    text.remove_prefix(Prefix.size());
    if (text[IdLength] != '_') return std::nullopt;
    TokenText token{std::string(text.substr(0, IdLength)), std::string(text.substr(IdLength + 1))};
    if (!all_of_letters(token.id, "") || !all_of_letters(token.secret, "-_")) return std::nullopt;
    return token;
}

std::string join_token(const TokenText& token) {
    return std::string(Prefix) + token.id + "_" + token.secret;
}

TokenText new_token(Instant now, Random& random) {
    Bytes octets;
    for (int word = 0; word < 4; ++word) {
        std::uint64_t bits = random.next();
        for (int octet = 0; octet < 8; ++octet, bits >>= 8U)
            octets += static_cast<char>(bits & 0xFFU);
    }
    std::string secret = to_base64(octets);
    secret.resize(SecretLength);  // 32 octets: one '=' at the end
    std::replace(secret.begin(), secret.end(), '+', '-');
    std::replace(secret.begin(), secret.end(), '/', '_');
    return {new_id(now, random), std::move(secret)};
}

bool Caller::may(std::string_view wanted) const {
    return wanted.empty() || std::find(scopes.begin(), scopes.end(), wanted) != scopes.end();
}

}  // namespace sallyport::https
