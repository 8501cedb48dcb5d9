// SPDX-License-Identifier: Apache-2.0
// Bearer tokens in the store: digests only. Making and revoking one is in the audit.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/store/store.h"
#include "transports/https/caller.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace sallyport::api {

// Thread-safe. The store outlives it.
class StoreTokens final : public https::Tokens {
public:
    explicit StoreTokens(store::Store& store) : m_store(store) {}
    Result<std::optional<https::Token>> find(const std::string& id) override;

private:
    store::Store& m_store;
};

// Oldest first, at most 10000.
Result<std::vector<https::Token>> list_tokens(store::Store& store);
// api.token.exists (Operator) when the id is taken; api.token.scope (Operator) for a scope that does not exist.
Status add_token(store::Store& store, const https::Token& token, const std::string& actor);
// At once, or from `at` on: then another one can take over meanwhile. api.token.missing (Operator).
Status revoke_token(store::Store& store,
                    const std::string& id,
                    Instant at,
                    const std::string& actor);

nlohmann::ordered_json token_json(const https::Token& token);  // with the digest
// Absent when it is none.
std::optional<https::Token> token_from(const nlohmann::ordered_json& json);

}  // namespace sallyport::api
