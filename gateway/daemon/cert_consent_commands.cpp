// SPDX-License-Identifier: Apache-2.0
// cert rollover, announce, told, agreed, objected: the certificate of ours that follows, and which partners know and accept it.
#include "config/load.h"
#include "gateway/daemon/cert_commands.h"
#include "gateway/daemon/cert_entries.h"
#include "gateway/daemon/control_file.h"
#include "gateway/daemon/open_store.h"
#include "gateway/daemon/operator_name.h"
#include "gateway/flow/cert_alerts.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

using nlohmann::ordered_json;

struct Word {
    std::string verb;
    std::string partner;
    std::string words;
};

struct Plan {
    std::vector<flow::PlannedSwitch> switches;  // of ours only
    std::vector<flow::Consent> consents;
};

Result<Plan> read_plan(const CommandLine& line) {
    config::LoadResult load = config::load(line.config_file);
    if (!load.ok()) return std::move(load.faults.front());
    auto rows = certificate_rows(load.configuration);
    if (!rows) return std::move(rows).error();
    Plan plan{.switches = switches_of(load.configuration, *rows), .consents = {}};
    std::erase_if(plan.switches, [](const auto& one) { return one.partners.empty(); });
    auto opened = open_for_reading(line);
    if (!opened) return plan;  // not started yet: nobody was told
    auto known = store::read<std::vector<flow::Consent>>(
        *opened->store, [](store::Reader& reader) { return flow::consents(reader); });
    if (!known) return std::move(known).error();
    plan.consents = *std::move(known);
    return plan;
}

const flow::Consent* consent_of(const Plan& plan,
                                const flow::PlannedSwitch& planned,
                                const std::string& partner) {
    const auto found =
        std::find_if(plan.consents.begin(), plan.consents.end(), [&](const flow::Consent& one) {
            return one.fingerprint == planned.fingerprint && one.partner == partner;
        });
    return found == plan.consents.end() ? nullptr : &*found;
}

ordered_json plan_json(const Plan& plan) {
    ordered_json all = ordered_json::array();
    for (const auto& planned : plan.switches) {
        ordered_json partners = ordered_json::array();
        for (const std::string& partner : planned.partners) {
            const flow::Consent* consent = consent_of(plan, planned, partner);
            partners.push_back(consent != nullptr ? flow::consent_json(*consent)
                                                  : ordered_json{{"sha256", planned.fingerprint},
                                                                 {"partner", partner},
                                                                 {"state", "not told"}});
        }
        all.push_back({{"role", planned.role},
                       {"sha256", planned.fingerprint},
                       {"from", iso8601(planned.from)},
                       {"partners", partners}});
    }
    return all;
}

void tell_move(CommandLine& line, const char* what, const flow::TrustMove& move) {
    if (!move.actor.empty())
        line.out << "; " << what << " by " << move.actor << ", " << iso8601(move.at).substr(0, 10)
                 << ": " << move.words;
}

int rollover(CommandLine& line) {
    const auto plan = read_plan(line);
    if (!plan) return report(line, plan.error());
    if (line.json) {
        line.out << plan_json(*plan).dump(2) << '\n';
        return exit_code::Done;
    }
    if (plan->switches.empty()) line.out << "no change of a certificate of ours is planned\n";
    for (const auto& planned : plan->switches) {
        line.out << planned.role << " from " << iso8601(planned.from).substr(0, 16) << ", SHA-256 "
                 << planned.fingerprint << '\n';
        for (const std::string& partner : planned.partners) {
            const flow::Consent* consent = consent_of(*plan, planned, partner);
            line.out << "  " << partner << ": "
                     << (consent == nullptr ? "not told" : flow::to_string(consent->state));
            if (consent != nullptr) {
                tell_move(line, "told", consent->told);
                tell_move(line, "answer noted", consent->answered);
            }
            line.out << '\n';
        }
    }
    return exit_code::Done;
}

Status note(const CommandLine& line, const Word& word) {
    auto plan = read_plan(line);
    if (!plan) return std::move(plan).error();
    const auto planned =
        std::find_if(plan->switches.begin(), plan->switches.end(), [&](const auto& one) {
            return std::find(one.partners.begin(), one.partners.end(), word.partner) !=
                   one.partners.end();
        });
    if (planned == plan->switches.end())
        return Error("cert.rollover.none",
                     Blame::Operator,
                     "no change of a certificate of ours is planned that concerns " + word.partner)
            .remedy(
                "set next_key, next_certificate and next_from in [identity.NAME]; see: "
                "sallyport cert rollover");
    auto opened = open_for_reading(line);
    if (!opened) return std::move(opened).error();
    auto control = read_control(control_file(opened->settings.state_directory));
    if (!control) return std::move(control).error();
    return ask_gateway(
        *control,
        "/v1/certificates/" + word.partner + "/" + planned->fingerprint + "/" + word.verb,
        ordered_json{{"actor", operator_name()}, {"words", word.words}}.dump());
}

int run(CommandLine& line, const Word& word) {
    const Status done = note(line, word);
    if (!done) {
        const int code = report(line, done.error());
        const bool missing =
            done.error().code() == "cert.rollover.none" || done.error().code() == "trust.missing";
        return missing ? exit_code::NotFound : code;
    }
    if (line.json)
        line.out << ordered_json{{"partner", word.partner}, {"done", word.verb}}.dump(2) << '\n';
    else
        line.out << word.partner << ": " << word.verb << " noted\n";
    return exit_code::Done;
}

struct Announcement {
    std::string partner;  // empty: all that a planned change concerns
    std::string respond_by;
    bool anyway = false;
};

// One result for each; what one partner cannot does not stop the others.
int announce(CommandLine& line, const Announcement& wish) {
    const auto plan = read_plan(line);
    if (!plan) return report(line, plan.error());
    auto opened = open_for_reading(line);
    if (!opened) return report(line, opened.error());
    auto control = read_control(control_file(opened->settings.state_directory));
    if (!control) return report(line, control.error());
    int code = exit_code::NotFound;
    for (const auto& planned : plan->switches)
        for (const std::string& partner : planned.partners) {
            if (!wish.partner.empty() && partner != wish.partner) continue;
            if (code == exit_code::NotFound) code = exit_code::Done;
            const Status sent =
                ask_gateway(*control,
                            "/v1/certificates/" + partner + "/" + planned.fingerprint + "/announce",
                            ordered_json{{"actor", operator_name()},
                                         {"respond_by", wish.respond_by},
                                         {"anyway", wish.anyway}}
                                .dump());
            if (!sent) {
                const int failed = report(line, sent.error());
                code = sent.error().code() == "cem.announced" ? exit_code::Conflict : failed;
            } else if (line.json) {
                line.out << ordered_json{{"partner", partner},
                                         {"sha256", planned.fingerprint},
                                         {"done", "announced"}}
                                .dump()
                         << '\n';
            } else {
                line.out << partner << ": the request for SHA-256 " << planned.fingerprint
                         << " goes out\n";
            }
        }
    if (code == exit_code::NotFound)
        (void)report(
            line,
            Error("cert.rollover.none",
                  Blame::Operator,
                  "no change of a certificate of ours is planned" +
                      (wish.partner.empty() ? std::string() : " that concerns " + wish.partner))
                .remedy("set next_key, next_certificate and next_from in [identity.NAME]"));
    return code;
}

void add_announce(CommandLine& line, CLI::App& noun) {
    auto wish = std::make_shared<Announcement>();
    CLI::App* verb = noun.add_subcommand(
        "announce", "send our next certificate to partners by message (CEM), and await consent");
    verb->add_option("partner", wish->partner, "this partner only; else all it concerns");
    verb->add_option("--respond-by", wish->respond_by, "by when to answer; else next_from");
    verb->add_flag("--anyway", wish->anyway, "though the partner has not said that it can");
    verb->add_flag("--json", line.json, "one JSON object a line on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport cert announce                             to all that a change concerns\n"
        "  sallyport cert announce acme --respond-by 2026-12-01\n"
        "  sallyport cert announce acme --anyway               its product is known to take it\n");
    verb->callback(
        [&line, wish] { line.action = [&line, wish] { return announce(line, *wish); }; });
}

struct Verb {
    const char* name;
    const char* about;
    const char* words;
    const char* words_help;
    const char* examples;
};

constexpr Verb Verbs[] = {
    {"told",
     "note that a partner was sent our next certificate",
     "--how",
     "whom, by which way, and where that can be found",
     "Examples:\n"
     "  sallyport cert told acme --how \"mail to Bob Smith, 3 May\"\n"
     "  sallyport cert told acme --how \"their portal, ticket 4711\" --json\n"
     "  sallyport cert rollover                             who knows, who has agreed\n"},
    {"agreed",
     "note that a partner accepts our next certificate from its day on",
     "--evidence",
     "who of theirs said so, and where that can be found",
     "Examples:\n"
     "  sallyport cert agreed acme --evidence \"Bob Smith, mail of 4 May\"\n"
     "  sallyport cert agreed acme --evidence \"ticket 4711\" --json\n"
     "  sallyport cert rollover                             who knows, who has agreed\n"},
    {"objected",
     "note that a partner cannot take our next certificate yet",
     "--evidence",
     "who of theirs said what, and where that can be found",
     "Examples:\n"
     "  sallyport cert objected acme --evidence \"Bob: not before June\"\n"
     "  sallyport cert objected acme --evidence \"ticket 4711\" --json\n"
     "  sallyport cert rollover                             then move next_from\n"}};

}  // namespace

void add_cert_consent_commands(CommandLine& line, CLI::App& noun) {
    CLI::App* verb = noun.add_subcommand(
        "rollover", "planned changes of our certificates, and which partners have agreed");
    verb->add_flag("--json", line.json, "one JSON array on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport cert rollover                             who knows, who has agreed\n"
        "  sallyport cert rollover --json | jq '.[].partners[] | select(.state != \"agreed\")'\n"
        "  sallyport cert list --calendar                      when it happens\n");
    verb->callback([&line] { line.action = [&line] { return rollover(line); }; });
    add_announce(line, noun);
    for (const Verb& one : Verbs) {
        auto word = std::make_shared<Word>();
        word->verb = one.name;
        verb = noun.add_subcommand(one.name, one.about);
        verb->add_flag("--json", line.json, "one JSON object on standard output");
        verb->add_option("partner", word->partner, "the partner's name")->required();
        verb->add_option(one.words, word->words, one.words_help)->required();
        verb->footer(one.examples);
        verb->callback([&line, word] { line.action = [&line, word] { return run(line, *word); }; });
    }
}

}  // namespace sallyport::daemon
