// SPDX-License-Identifier: Apache-2.0
// token create, list, revoke, rotate: bearer tokens of the partner API. A token is shown once, when it is made; kept is its
// digest. A running gateway is asked; where none runs, the store is written directly.
#include "config/load.h"
#include "gateway/api/tokens.h"
#include "gateway/base/digest.h"
#include "gateway/base/file.h"
#include "gateway/daemon/command.h"
#include "gateway/daemon/control_file.h"
#include "gateway/daemon/gateway.h"
#include "gateway/daemon/open_store.h"
#include "gateway/daemon/operator_name.h"
#include "gateway/store/sqlite_store.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

using https::Token;
using nlohmann::ordered_json;

struct TokenOptions {
    std::string partner;
    std::string id;
    std::string label;
    std::vector<std::string> scopes;
    unsigned days = 365;
    unsigned overlap_hours = 24;
};

Error unknown_partner(const std::string& name, const std::vector<config::Partner>& partners) {
    std::vector<std::string> names;
    for (const config::Partner& partner : partners)
        names.push_back(partner.name);
    const std::string near = near_match(name, names);
    return Error("flow.agreement.unknown", Blame::Operator, "there is no partner " + name)
        .remedy(near.empty() ? "see the partner files" : "did you mean " + near + "?");
}

// Through the running gateway, which alone may write then; by ourselves when there is none.
Status decide(const config::Settings& settings,
              const std::string& path,
              const ordered_json& body,
              const std::function<Status(store::Store&)>& directly) {
    auto control = read_control(control_file(settings.state_directory));
    const Status asked =
        control ? ask_gateway(*control, path, body.dump()) : Status(std::move(control).error());
    // The store's own lock says whether a gateway runs after all.
    if (asked || asked.error().code() != "control.not_reachable") return asked;
    if (Status made = make_directories_durably(settings.state_directory, 0700); !made) return made;
    const SystemClock clock;
    auto store = store::open_sqlite_store({.file = store_file(settings)}, clock);
    if (!store) return std::move(store).error().during("opening the store");
    return directly(**store);
}

Status store_token(const config::Settings& settings, const Token& token) {
    const std::string actor = operator_name();
    return decide(settings,
                  "/v1/tokens",
                  {{"actor", actor}, {"token", api::token_json(token)}},
                  [&](store::Store& store) { return api::add_token(store, token, actor); });
}

Status revoke(const config::Settings& settings, const std::string& id, Instant at) {
    const std::string actor = operator_name();
    return decide(settings,
                  "/v1/tokens/" + id + "/revoke",
                  {{"actor", actor}, {"at", to_micros(at)}},
                  [&](store::Store& store) { return api::revoke_token(store, id, at, actor); });
}

void tell(CommandLine& line, const Token& token, const https::TokenText& text) {
    if (line.json) {
        line.out << ordered_json{{"id", token.id},
                                 {"token", https::join_token(text)},
                                 {"partner", token.partner},
                                 {"environment", token.environment},
                                 {"scopes", token.scopes},
                                 {"expires", iso8601(*token.expires)}}
                        .dump(2)
                 << '\n';
        return;
    }
    line.out << https::join_token(text) << '\n';
    line.err << "This is the only time it is shown. It is " << token.partner << "'s, for "
             << token.environment << ", until " << iso8601(*token.expires) << ".\n";
}

int create(CommandLine& line, const TokenOptions& options) {
    const config::LoadResult load = config::load(line.config_file, {.check_files = false});
    if (!load.ok()) return report(line, load.faults.front());
    const auto& partners = load.configuration.partners;
    const auto partner = std::find_if(partners.begin(), partners.end(), [&](const auto& one) {
        return one.name == options.partner;
    });
    if (partner == partners.end()) return report(line, unknown_partner(options.partner, partners));
    if (!partner->https.enabled)
        return report(line,
                      Error("api.token.partner",
                            Blame::Operator,
                            "the partner file of " + options.partner + " has no [https]")
                          .remedy("add an [https] table, reload, then make the token"));
    const SystemClock clock;
    SystemRandom random;
    const https::TokenText text = https::new_token(clock.now(), random);
    const Token token{.id = text.id,
                      .hash = sha256_hex(text.secret),
                      .partner = options.partner,
                      .environment = load.configuration.settings.environment,
                      .scopes = options.scopes.empty() ? partner->https.scopes : options.scopes,
                      .label = options.label,
                      .created = clock.now(),
                      .expires = clock.now() + std::chrono::hours(24) * options.days};
    if (Status done = store_token(load.configuration.settings, token); !done)
        return report(line, done.error());
    tell(line, token, text);
    return exit_code::Done;
}

std::string state_of(const Token& token, Instant now) {
    if (token.revoked && *token.revoked <= now) return "revoked";
    if (token.expires && *token.expires <= now) return "expired";
    return token.revoked ? "until " + iso8601(*token.revoked) : "good";
}

int list(CommandLine& line, const TokenOptions& options) {
    auto opened = open_for_reading(line);
    if (!opened) return report(line, opened.error());
    auto tokens = api::list_tokens(*opened->store);
    if (!tokens) return report(line, tokens.error());
    const SystemClock clock;
    ordered_json all = ordered_json::array();
    for (const Token& token : *tokens) {
        if (!options.partner.empty() && token.partner != options.partner) continue;
        std::string scopes;
        for (const std::string& scope : token.scopes)
            scopes += (scopes.empty() ? "" : " ") + scope;
        const std::string expires = token.expires ? iso8601(*token.expires) : "never";
        if (!line.json) {
            line.out << token.id << "  " << token.partner << "  " << state_of(token, clock.now())
                     << "  expires " << expires << "  " << scopes
                     << (token.label.empty() ? "" : "  " + token.label) << '\n';
            continue;
        }
        all.push_back({{"id", token.id},
                       {"partner", token.partner},
                       {"state", state_of(token, clock.now())},
                       {"environment", token.environment},
                       {"scopes", token.scopes},
                       {"label", token.label},
                       {"created", iso8601(token.created)},
                       {"expires", expires}});
    }
    if (line.json) line.out << all.dump(2) << '\n';
    return exit_code::Done;
}

int revoke_now(CommandLine& line, const TokenOptions& options) {
    const config::LoadResult load = config::load(line.config_file, {.check_files = false});
    if (!load.ok()) return report(line, load.faults.front());
    const SystemClock clock;
    if (Status done = revoke(load.configuration.settings, options.id, clock.now()); !done)
        return report(line, done.error());
    line.out << options.id << " revoked\n";
    return exit_code::Done;
}

// A new token with what the old one may, and a time in which both are good.
int rotate(CommandLine& line, const TokenOptions& options) {
    auto opened = open_for_reading(line);
    if (!opened) return report(line, opened.error());
    auto tokens = api::list_tokens(*opened->store);
    if (!tokens) return report(line, tokens.error());
    const auto old = std::find_if(
        tokens->begin(), tokens->end(), [&](const Token& one) { return one.id == options.id; });
    if (old == tokens->end())
        return report(line,
                      Error("api.token.missing", Blame::Operator, "there is no token " + options.id)
                          .remedy("see: sallyport token list"));
    const config::Settings settings = opened->settings;
    opened->store.reset();
    const SystemClock clock;
    SystemRandom random;
    const https::TokenText text = https::new_token(clock.now(), random);
    Token token = *old;
    token.id = text.id;
    token.hash = sha256_hex(text.secret);
    token.created = clock.now();
    token.expires = clock.now() + std::chrono::hours(24) * options.days;
    token.revoked.reset();
    if (Status done = store_token(settings, token); !done) return report(line, done.error());
    if (Status done =
            revoke(settings, options.id, clock.now() + std::chrono::hours(options.overlap_hours));
        !done)
        return report(line, done.error());
    tell(line, token, text);
    return exit_code::Done;
}

void add_create(CommandLine& line, CLI::App& noun) {
    auto options = std::make_shared<TokenOptions>();
    CLI::App* verb = noun.add_subcommand("create", "make one; it is shown this once");
    verb->add_option("partner", options->partner, "whose it is")->required();
    verb->add_option("--scope", options->scopes, "what it may do; default: all of the partner's");
    verb->add_option("--days", options->days, "how long it is good")
        ->check(CLI::Range(1, 3650))
        ->capture_default_str();
    verb->add_option("--label", options->label, "which program uses it");
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport token create acme --label erp                    everything acme may do\n"
        "  sallyport token create acme --scope documents:write --days 90\n"
        "  sallyport token create acme --scope outbox:read --scope outbox:confirm --json\n");
    verb->callback(
        [&line, options] { line.action = [&line, options] { return create(line, *options); }; });
}

void add_list(CommandLine& line, CLI::App& noun) {
    auto options = std::make_shared<TokenOptions>();
    CLI::App* verb = noun.add_subcommand("list", "which there are, and until when");
    verb->add_option("partner", options->partner, "only this partner's");
    verb->add_flag("--json", line.json, "a JSON array on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport token list\n"
        "  sallyport token list acme\n"
        "  sallyport token list --json | jq '.[] | select(.state != \"good\")'\n");
    verb->callback(
        [&line, options] { line.action = [&line, options] { return list(line, *options); }; });
}

void add_revoke(CommandLine& line, CLI::App& noun) {
    auto options = std::make_shared<TokenOptions>();
    CLI::App* verb = noun.add_subcommand("revoke", "at once; the next request with it is refused");
    verb->add_option("id", options->id, "from the list")->required();
    verb->footer(
        "Examples:\n"
        "  sallyport token revoke 01KAQ8Z6T0M5S4V9G2H7J3N1XB\n"
        "  sallyport token list acme                            which one it is\n"
        "  sallyport token rotate 01KAQ8Z6T0M5S4V9G2H7J3N1XB    when it is to be replaced\n");
    verb->callback([&line, options] {
        line.action = [&line, options] { return revoke_now(line, *options); };
    });
}

void add_rotate(CommandLine& line, CLI::App& noun) {
    auto options = std::make_shared<TokenOptions>();
    CLI::App* verb =
        noun.add_subcommand("rotate", "make the one that follows; both are good for a while");
    verb->add_option("id", options->id, "from the list")->required();
    verb->add_option("--overlap-hours", options->overlap_hours, "how long the old one stays good")
        ->capture_default_str();
    verb->add_option("--days", options->days, "how long the new one is good")
        ->check(CLI::Range(1, 3650))
        ->capture_default_str();
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport token rotate 01KAQ8Z6T0M5S4V9G2H7J3N1XB\n"
        "  sallyport token rotate 01KAQ8Z6T0M5S4V9G2H7J3N1XB --overlap-hours 168\n"
        "  sallyport token rotate 01KAQ8Z6T0M5S4V9G2H7J3N1XB --days 90 --json\n");
    verb->callback(
        [&line, options] { line.action = [&line, options] { return rotate(line, *options); }; });
}

}  // namespace

void add_token_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand("token", "bearer tokens of the partner API");
    noun->require_subcommand(1);
    noun->footer(
        "Examples:\n"
        "  sallyport token list                         which there are, and until when\n"
        "  sallyport token rotate ID                    the next one; both are good for a while\n"
        "  sallyport token revoke ID                    at once\n");
    add_create(line, *noun);
    add_list(line, *noun);
    add_revoke(line, *noun);
    add_rotate(line, *noun);
}

}  // namespace sallyport::daemon
