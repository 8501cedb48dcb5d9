// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/tokens.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace sallyport::api {
namespace {

using https::Token;
using nlohmann::ordered_json;

const std::string Scope = "https.token";

std::string text_at(const ordered_json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<Instant> moment_at(const ordered_json& json, const char* name) {
    const auto found = json.find(name);
    if (found == json.end() || !found->is_number_integer()) return std::nullopt;
    return from_micros(found->get<std::int64_t>());
}

std::optional<Token> read_token(const std::string& text) {
    const auto json = ordered_json::parse(text, nullptr, false);
    return json.is_object() ? token_from(json) : std::nullopt;
}

std::string words(const std::vector<std::string>& list) {
    std::string text;
    for (const std::string& word : list)
        text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace

ordered_json token_json(const Token& token) {
    ordered_json json{{"id", token.id},
                      {"hash", token.hash},
                      {"partner", token.partner},
                      {"environment", token.environment},
                      {"scopes", token.scopes},
                      {"label", token.label},
                      {"created", to_micros(token.created)}};
    if (token.expires) json["expires"] = to_micros(*token.expires);
    if (token.revoked) json["revoked"] = to_micros(*token.revoked);
    return json;
}

std::optional<Token> token_from(const ordered_json& json) {
    Token token;
    token.id = text_at(json, "id");
    token.hash = text_at(json, "hash");
    token.partner = text_at(json, "partner");
    token.environment = text_at(json, "environment");
    token.label = text_at(json, "label");
    const auto scopes = json.find("scopes");
    if (scopes != json.end() && scopes->is_array())
        for (const auto& one : *scopes)
            if (one.is_string()) token.scopes.push_back(one.get<std::string>());
    token.created = moment_at(json, "created").value_or(Instant{});
    token.expires = moment_at(json, "expires");
    token.revoked = moment_at(json, "revoked");
    if (token.id.size() != 26 || token.hash.size() != 64 || token.partner.empty())
        return std::nullopt;
    return token;
}

Result<std::optional<Token>> StoreTokens::find(const std::string& id) {
    return store::read<std::optional<Token>>(
        m_store, [&](store::Reader& reader) -> Result<std::optional<Token>> {
            auto known = reader.bookmark(Scope, id);
            if (!known) return std::move(known).error();
            return *known ? read_token((*known)->value) : std::optional<Token>();
        });
}

Result<std::vector<Token>> list_tokens(store::Store& store) {
    return store::read<std::vector<Token>>(store,
                                           [](store::Reader& reader) -> Result<std::vector<Token>> {
                                               auto all = reader.bookmarks(Scope, "", 10'000);
                                               if (!all) return std::move(all).error();
                                               std::vector<Token> tokens;
                                               for (const store::Bookmark& one : *all)
                                                   if (auto token = read_token(one.value))
                                                       tokens.push_back(*std::move(token));
                                               return tokens;
                                           });
}

Status add_token(store::Store& store, const Token& token, const std::string& actor) {
    const auto& known = https::all_scopes();
    for (const std::string& scope : token.scopes)
        if (std::find(known.begin(), known.end(), scope) == known.end()) {
            const std::string near = near_match(scope, known);
            return Error("api.token.scope", Blame::Operator, "there is no scope " + scope)
                .remedy(near.empty() ? "the scopes are: " + words(known)
                                     : "did you mean " + near + "?");
        }
    return store.submit([&](store::Transaction& transaction) -> Status {
        auto taken = transaction.bookmark(Scope, token.id);
        if (!taken) return std::move(taken).error();
        if (*taken) return Error("api.token.exists", Blame::Operator, "that id is taken");
        if (Status done = transaction.set_bookmark(Scope, token.id, token_json(token).dump());
            !done)
            return done;
        return transaction.audit(
            {.actor = actor,
             .event = "token.created",
             .subject = token.id,
             .detail = {{"partner", token.partner},
                        {"scopes", words(token.scopes)},
                        {"environment", token.environment},
                        {"expires", token.expires ? iso8601(*token.expires) : "never"}}});
    });
}

Status revoke_token(store::Store& store,
                    const std::string& id,
                    Instant at,
                    const std::string& actor) {
    return store.submit([&](store::Transaction& transaction) -> Status {
        auto known = transaction.bookmark(Scope, id);
        if (!known) return std::move(known).error();
        auto token = *known ? read_token((*known)->value) : std::optional<Token>();
        if (!token)
            return Error("api.token.missing", Blame::Operator, "there is no token " + id)
                .remedy("see: sallyport token list");
        token->revoked = token->revoked ? std::min(*token->revoked, at) : at;
        if (Status done = transaction.set_bookmark(Scope, id, token_json(*token).dump()); !done)
            return done;
        return transaction.audit(
            {.actor = actor,
             .event = "token.revoked",
             .subject = id,
             .detail = {{"partner", token->partner}, {"from", iso8601(*token->revoked)}}});
    });
}

}  // namespace sallyport::api
