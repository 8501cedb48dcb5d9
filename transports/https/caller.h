// SPDX-License-Identifier: Apache-2.0
// Who may use the partner API, and as what: accounts out of partner files, tokens, and what one request proved.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "transports/networks.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::https {

// What a caller may do: VERB on RESOURCE, of its own partner, in one environment.
namespace scope {
inline constexpr std::string_view DocumentsWrite = "documents:write";
inline constexpr std::string_view DocumentsRead = "documents:read";
inline constexpr std::string_view OutboxRead = "outbox:read";
inline constexpr std::string_view OutboxConfirm = "outbox:confirm";
inline constexpr std::string_view OrdersRead = "orders:read";
inline constexpr std::string_view StockRead = "stock:read";
inline constexpr std::string_view ShipmentsWrite = "shipments:write";
inline constexpr std::string_view ShipmentsRead = "shipments:read";
inline constexpr std::string_view ChangesRead = "changes:read";
}  // namespace scope
const std::vector<std::string>& all_scopes();

// A shared secret for signed requests.
struct SigningKey {
    std::string id{};  // what the request names; no secret
    std::shared_ptr<const Secret> secret{};
};

// One partner's way in.
struct Account {
    std::string partner{};
    std::vector<std::string> networks{};      // empty: anywhere
    std::vector<std::string> certificates{};  // SHA-256 of its client certificates, hex
    std::vector<SigningKey> keys{};
    std::vector<std::string> scopes{};  // of certificates and keys; a token carries its own
    unsigned requests_per_minute = 600;
    unsigned waiting = 4;  // requests of the change feed that wait at the same time
    std::uint64_t body_bytes = 64U << 20U;
};

// Thread-safe.
class Accounts {
public:
    virtual ~Accounts() = default;
    // nullptr when there is none.
    virtual std::shared_ptr<const Account> by_partner(const std::string& partner) const = 0;
    virtual std::shared_ptr<const Account> by_certificate(const std::string& fingerprint) const = 0;
    virtual std::shared_ptr<const Account> by_key(const std::string& key_id) const = 0;
};
std::shared_ptr<const Accounts> fixed_accounts(
    std::vector<std::shared_ptr<const Account>> accounts);

// A bearer token as it is kept: never itself, only the digest of its secret half.
struct Token {
    std::string id{};    // 26 characters, public
    std::string hash{};  // SHA-256 of the secret half, hex
    std::string partner{};
    std::string environment{};  // "production", "test": of the gateway it is for
    std::vector<std::string> scopes{};
    std::string label{};  // for people: which program uses it
    Instant created{};
    std::optional<Instant> expires{};
    std::optional<Instant> revoked{};
};

// "sp1_ID_SECRET", the secret half 43 characters of base64url: 256 bits.
struct TokenText {
    std::string id{};
    std::string secret{};
};
std::optional<TokenText> split_token(std::string_view text);
std::string join_token(const TokenText& token);
TokenText new_token(Instant now, Random& random);

// Thread-safe. Errors: those of the store.
class Tokens {
public:
    virtual ~Tokens() = default;
    virtual Result<std::optional<Token>> find(const std::string& id) = 0;
};

// What a request proved.
struct Caller {
    std::shared_ptr<const Account> account{};
    std::string credential{};  // "token:01K…", "certificate:ab12…", "key:acme-2026": for the audit
    std::vector<std::string> scopes{};
    std::optional<Instant> expires{};

    const std::string& partner() const { return account->partner; }
    bool may(std::string_view wanted) const;
};

}  // namespace sallyport::https
