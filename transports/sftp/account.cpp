// SPDX-License-Identifier: Apache-2.0
#include "transports/sftp/account.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

namespace sallyport::sftp {

namespace {

struct Address {
    std::array<unsigned char, 16> octets{};
    unsigned bits = 0;  // 32 or 128
};

std::optional<Address> parse_address(std::string_view text) {
    const std::string copy(text);
    Address address;
    if (::inet_pton(AF_INET, copy.c_str(), address.octets.data()) == 1) {
        address.bits = 32;
        return address;
    }
    if (::inet_pton(AF_INET6, copy.c_str(), address.octets.data()) != 1) return std::nullopt;
    const auto& octets = address.octets;
    const bool mapped =
        std::all_of(octets.begin(), octets.begin() + 10, [](auto o) { return o == 0; }) &&
        octets[10] == 0xFF && octets[11] == 0xFF;
    address.bits = 128;
    if (!mapped) return address;
    std::copy(octets.begin() + 12, octets.end(), address.octets.begin());
    address.bits = 32;
    return address;
}

struct Network {
    Address address;
    unsigned prefix = 0;
};

std::optional<Network> parse_network(std::string_view text) {
    const std::size_t slash = text.find('/');
    const auto address = parse_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    Network network{*address, address->bits};
    if (slash == std::string_view::npos) return network;
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, fault] =
        std::from_chars(digits.data(), digits.data() + digits.size(), network.prefix);
    if (fault != std::errc() || end != digits.data() + digits.size() ||
        network.prefix > address->bits)
        return std::nullopt;
    return network;
}

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

bool is_network(std::string_view text) {
    return parse_network(text).has_value();
}

bool network_holds(std::string_view network, std::string_view address) {
    const auto wide = parse_network(network);
    const auto host = parse_address(address);
    if (!wide || !host || wide->address.bits != host->bits) return false;
    for (unsigned bit = 0; bit < wide->prefix; ++bit) {
        const unsigned mask = 0x80U >> (bit % 8);
        if (((wide->address.octets[bit / 8] ^ host->octets[bit / 8]) & mask) != 0) return false;
    }
    return true;
}

}  // namespace sallyport::sftp
