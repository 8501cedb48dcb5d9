// SPDX-License-Identifier: Apache-2.0
// A partner API in memory: accounts, tokens and a ledger that forget with the process, and requests as the server hands them
// over. For test programs that link gw_https.
#pragma once

#include "gateway/base/digest.h"
#include "transports/https/door.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::https {

class SetClock final : public Clock {
public:
    Instant now() const override { return at; }
    std::chrono::steady_clock::time_point steady_now() const override { return steady; }
    void advance(std::chrono::microseconds by) {
        at += by;
        steady += by;
    }
    Instant at{std::chrono::seconds{1'795'000'000}};
    std::chrono::steady_clock::time_point steady{std::chrono::hours{1}};
};

class MemoryTokens final : public Tokens {
public:
    Result<std::optional<Token>> find(const std::string& id) override {
        if (broken) return Error("store.unavailable", Blame::Network, "the disk is away");
        const auto at = all.find(id);
        return at == all.end() ? std::optional<Token>() : std::optional<Token>(at->second);
    }
    std::map<std::string, Token> all;
    bool broken = false;
};

class MemoryLedger final : public RequestLedger {
public:
    Result<bool> claim(const Claim& claim) override {
        return m_names.with(
            [&](auto& names) { return names.insert(claim.space + "/" + claim.name).second; });
    }
    Result<std::optional<KeptAnswer>> answer(const std::string& partner,
                                             const std::string& key) override {
        return m_answers.with([&](auto& answers) {
            const auto at = answers.find(partner + "/" + key);
            return at == answers.end() ? std::optional<KeptAnswer>()
                                       : std::optional<KeptAnswer>(at->second);
        });
    }
    Result<KeptAnswer> keep(const std::string& partner,
                            const std::string& key,
                            const KeptAnswer& answer) override {
        return m_answers.with([&](auto& answers) {
            return answers.emplace(partner + "/" + key, answer).first->second;
        });
    }

private:
    Guarded<std::set<std::string>> m_names;
    Guarded<std::map<std::string, KeptAnswer>> m_answers;
};

// Two partners; every credential of both.
struct ApiWorld {
    ApiWorld() {
        for (const std::string name : {"acme", "bolt"}) {
            auto account = std::make_shared<Account>();
            account->partner = name;
            account->certificates = {sha256_hex(name)};
            account->keys = {{.id = name + "-1",
                              .secret = std::make_shared<const Secret>(
                                  name + "-shared-secret-of-32-characters")}};
            account->scopes = all_scopes();
            account->body_bytes = 8U << 20U;
            account->requests_per_minute = 100'000;
            accounts[name] = account;
            tokens_of[name] = issue(name, all_scopes());
        }
        guard.emplace(Guard::Parts{.accounts = table(),
                                   .tokens = tokens,
                                   .ledger = ledger,
                                   .penalties = penalties,
                                   .clock = clock,
                                   .environment = "production"});
    }
    std::shared_ptr<const Accounts> table() const {
        std::vector<std::shared_ptr<const Account>> list;
        for (const auto& [name, account] : accounts)
            list.push_back(account);
        return fixed_accounts(std::move(list));
    }
    std::string issue(const std::string& partner, std::vector<std::string> scopes) {
        const TokenText text = new_token(clock.now(), random);
        tokens.all[text.id] = {.id = text.id,
                               .hash = sha256_hex(text.secret),
                               .partner = partner,
                               .environment = "production",
                               .scopes = std::move(scopes),
                               .created = clock.now()};
        return join_token(text);
    }
    std::shared_ptr<Door> door(std::shared_ptr<const Api> api) {
        return std::make_shared<Door>(
            Door::Parts{.api = std::move(api),
                        .guard = *guard,
                        .ledger = ledger,
                        .clock = clock,
                        .random = random,
                        .log = Log(null_sink()),
                        .record = [this](const Event& event) { events.push_back(event); }});
    }
    // As the server does it: head first, then the whole.
    static transports::HttpResponse ask(transports::HttpHandler& door,
                                        transports::HttpRequest request) {
        const Bytes body = std::exchange(request.body, {});
        transports::HttpEntry entry = door.enter(request);
        if (entry.answer) return *std::move(entry.answer);
        if (body.size() > entry.max_body_bytes) return {.status = 413};
        request.body = body;
        return door.handle(request);
    }
    transports::HttpRequest request(const std::string& method,
                                    const std::string& target,
                                    const std::string& token) const {
        transports::HttpRequest made;
        made.method = method;
        made.target = target;
        made.path = target.substr(0, target.find('?'));
        if (made.path.size() < target.size()) made.query = target.substr(made.path.size() + 1);
        made.remote_address = "192.0.2.7:4711";
        made.tls = true;
        made.headers = {{"Host", "edi.example.com"}};
        if (!token.empty()) made.headers.emplace_back("Authorization", "Bearer " + token);
        return made;
    }
    transports::HttpRequest post(const std::string& target,
                                 const std::string& token,
                                 const std::string& key,
                                 const std::pair<std::string, Bytes>& body) const {
        auto made = request("POST", target, token);
        if (!key.empty()) made.headers.emplace_back("Idempotency-Key", key);
        made.headers.emplace_back("Content-Type", body.first);
        made.body = body.second;
        return made;
    }

    SetClock clock;
    SystemRandom random;
    MemoryTokens tokens;
    MemoryLedger ledger;
    transports::Penalties penalties{{}, clock};
    std::map<std::string, std::shared_ptr<Account>> accounts;
    std::map<std::string, std::string> tokens_of;
    std::optional<Guard> guard;
    std::vector<Event> events;
};

// The code in a problem document; "" where it is none.
inline std::string code_of(const transports::HttpResponse& response) {
    const std::string mark = "\"code\":\"";
    const std::size_t at = response.body.find(mark);
    if (at == std::string::npos) return {};
    const std::size_t from = at + mark.size();
    return response.body.substr(from, response.body.find('"', from) - from);
}

}  // namespace sallyport::https
