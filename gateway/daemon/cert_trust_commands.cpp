// SPDX-License-Identifier: Apache-2.0
// cert pending, accept, confirm, reject, withdraw, offer: decisions on certificates that no partner file names. Looking reads
// the store; deciding asks the running gateway.
#include "config/moment.h"
#include "gateway/base/file.h"
#include "gateway/daemon/cert_commands.h"
#include "gateway/daemon/control_file.h"
#include "gateway/daemon/open_store.h"
#include "gateway/daemon/operator_name.h"
#include "gateway/flow/trust.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

using flow::TrustRecord;
using flow::TrustState;
using nlohmann::ordered_json;

constexpr std::size_t LargestPem = std::size_t{1} << 20U;

struct Wish {
    std::string verb;
    std::string partner;
    std::string fingerprint;  // or the file of an offer
    std::string words;
    std::string encrypt_from;
};

// As people read it to each other: capitals, colons and blanks do not count.
std::string plain_fingerprint(const std::string& text) {
    std::string plain;
    for (const char letter : text)
        if (letter != ':' && letter != ' ' && letter != '-')
            plain +=
                letter >= 'A' && letter <= 'F' ? static_cast<char>(letter - 'A' + 'a') : letter;
    return plain;
}

Error bad_fingerprint() {
    return Error("cert.fingerprint",
                 Blame::Operator,
                 "a decision names the whole SHA-256 fingerprint: 64 hexadecimal digits")
        .remedy("take it from the partner, not from the message: that is what is compared");
}

Result<std::vector<TrustRecord>> read_records(const CommandLine& line) {
    auto opened = open_for_reading(line);
    if (!opened) return std::move(opened).error();
    return store::read<std::vector<TrustRecord>>(
        *opened->store, [](store::Reader& reader) { return flow::trust_records(reader); });
}

void tell_move(CommandLine& line, const char* what, const flow::TrustMove& move) {
    if (move.actor.empty()) return;
    line.out << "    " << what << " by " << move.actor << ", " << iso8601(move.at).substr(0, 16);
    if (!move.words.empty()) line.out << ": " << move.words;
    line.out << '\n';
}

void tell_record(CommandLine& line, const TrustRecord& record) {
    line.out << record.partner << "  " << flow::to_string(record.state) << ", "
             << iso8601(record.presented).substr(0, 16) << " by " << record.source << '\n'
             << "    presented  " << flow::certificate_text(record.certificate) << '\n';
    for (const auto& expected : record.expected)
        line.out << "    expected   " << flow::certificate_text(expected) << '\n';
    if (!record.uses.empty()) {
        line.out << "    to be used for";
        for (const std::string& use : record.uses)
            line.out << ' ' << use;
        line.out << '\n';
    }
    if (!record.encrypt_from.empty())
        line.out << "    encrypts from " << record.encrypt_from << '\n';
    if (!record.message.empty()) line.out << "    first held message " << record.message << '\n';
    tell_move(line, "requested", record.requested);
    tell_move(line, "confirmed", record.confirmed);
    tell_move(line, "ended", record.ended);
}

bool is_open(const TrustRecord& record) {
    return record.state == TrustState::Presented || record.state == TrustState::Requested;
}

int pending(CommandLine& line, bool all) {
    auto records = read_records(line);
    if (!records) return report(line, records.error());
    if (!all) std::erase_if(*records, [](const TrustRecord& one) { return !is_open(one); });
    if (line.json) {
        ordered_json list = ordered_json::array();
        for (const TrustRecord& record : *records)
            list.push_back(flow::trust_json(record, false));
        line.out << list.dump(2) << '\n';
        return exit_code::Done;
    }
    for (const TrustRecord& record : *records)
        tell_record(line, record);
    if (records->empty()) line.out << "no certificate waits for a decision\n";
    return exit_code::Done;
}

Status ask(const CommandLine& line, const std::string& path, ordered_json body) {
    auto opened = open_for_reading(line);
    if (!opened) return std::move(opened).error();
    auto control = read_control(control_file(opened->settings.state_directory));
    if (!control) return std::move(control).error();
    body["actor"] = approver_name();
    return ask_gateway(*control, "/v1/certificates/" + path, body.dump());
}

Status decide(const CommandLine& line, const Wish& wish) {
    if (wish.verb == "offer") {
        auto octets = read_file(wish.fingerprint, LargestPem);
        if (!octets) return std::move(octets).error();
        return ask(line, wish.partner + "/offer", {{"certificate", to_base64(*octets)}});
    }
    const std::string fingerprint = plain_fingerprint(wish.fingerprint);
    if (fingerprint.size() != 64 ||
        fingerprint.find_first_not_of("0123456789abcdef") != std::string::npos)
        return bad_fingerprint();
    if (!wish.encrypt_from.empty() && !config::parse_moment(wish.encrypt_from))
        return Error("cert.moment",
                     Blame::Operator,
                     "\"" + wish.encrypt_from +
                         "\" is no date such as 2026-12-01 or "
                         "2026-12-01T06:00:00Z");
    return ask(line,
               wish.partner + "/" + fingerprint + "/" + wish.verb,
               {{"words", wish.words}, {"encrypt_from", wish.encrypt_from}});
}

int exit_of(CommandLine& line, const Error& error) {
    const int code = report(line, error);
    if (error.code() == "trust.same-person") return exit_code::NotPermitted;
    if (error.code() == "trust.missing") return exit_code::NotFound;
    if (error.code() == "trust.state") return exit_code::Conflict;
    if (error.code() == "cert.fingerprint" || error.code() == "cert.moment")
        return exit_code::Usage;
    return code;
}

int run(CommandLine& line, const Wish& wish) {
    const Status done = decide(line, wish);
    if (!done) return exit_of(line, done.error());
    if (line.json) {
        line.out << ordered_json{{"partner", wish.partner}, {"done", wish.verb}}.dump(2) << '\n';
        return exit_code::Done;
    }
    line.out << wish.partner << ": " << wish.verb << " noted\n";
    if (wish.verb == "accept")
        line.out << "Now another person confirms: sallyport cert confirm " << wish.partner << ' '
                 << plain_fingerprint(wish.fingerprint) << '\n';
    return exit_code::Done;
}

struct Verb {
    const char* name;
    const char* about;
    const char* what;   // second argument
    const char* words;  // option; null: none
    const char* words_help;
    const char* examples;
};

constexpr Verb Verbs[] = {
    {"accept",
     "ask that a certificate be accepted: the first of two people",
     "its SHA-256, as the partner gives it",
     "--checked",
     "how it was compared with the partner, and with whom",
     "Examples:\n"
     "  sallyport cert accept acme 9f86d081… --checked \"Bob Smith, telephone, all 64 digits\"\n"
     "  sallyport cert accept acme 9F:86:D0:81:… --checked \"letter of 3 May\"\n"
     "  sallyport cert accept acme 9f86d081… --checked \"Bob\" --encrypt-from 2026-12-01\n"},
    {"confirm",
     "accept a certificate that somebody else asked for: the second person",
     "its SHA-256",
     "--note",
     "what is to stand beside it",
     "Examples:\n"
     "  sallyport cert confirm acme 9f86d081…               from an account of your own\n"
     "  sallyport cert confirm acme 9f86d081… --note \"seen the letter\"\n"
     "  sallyport cert confirm acme 9f86d081… --json        for a program\n"},
    {"reject",
     "refuse a presented certificate; what it signed stays refused",
     "its SHA-256",
     "--reason",
     "why",
     "Examples:\n"
     "  sallyport cert reject acme 9f86d081… --reason \"Bob does not know it\"\n"
     "  sallyport cert reject acme 9f86d081… --reason \"test system of theirs\" --json\n"
     "  sallyport cert pending --all                        what was decided\n"},
    {"withdraw",
     "stop believing a certificate that was accepted",
     "its SHA-256",
     "--reason",
     "why",
     "Examples:\n"
     "  sallyport cert withdraw acme 9f86d081… --reason \"in the partner file now\"\n"
     "  sallyport cert withdraw acme 9f86d081… --reason \"key lost, Bob called\"\n"
     "  sallyport cert pending --all                        what was decided\n"},
    {"offer",
     "bring a partner's certificate that came another way; two people accept it like any other",
     "PEM or DER file",
     nullptr,
     nullptr,
     "Examples:\n"
     "  sallyport cert offer acme acme-2027.pem\n"
     "  sallyport cert offer acme acme-2027.pem --json\n"
     "  sallyport cert pending                              its fingerprint, to be compared\n"}};

void add_verb(CommandLine& line, CLI::App& noun, const Verb& description) {
    auto wish = std::make_shared<Wish>();
    wish->verb = description.name;
    CLI::App* verb = noun.add_subcommand(description.name, description.about);
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->add_option("partner", wish->partner, "the partner's name")->required();
    verb->add_option("certificate", wish->fingerprint, description.what)->required();
    if (description.words != nullptr) {
        CLI::Option* words =
            verb->add_option(description.words, wish->words, description.words_help);
        if (wish->verb != "confirm") words->required();
    }
    if (wish->verb == "accept")
        verb->add_option("--encrypt-from",
                         wish->encrypt_from,
                         "what we send is encrypted for it from this moment on; else it only "
                         "verifies");
    verb->footer(description.examples);
    verb->callback([&line, wish] { line.action = [&line, wish] { return run(line, *wish); }; });
}

}  // namespace

void add_cert_trust_commands(CommandLine& line, CLI::App& noun) {
    CLI::App* verb =
        noun.add_subcommand("pending", "certificates that were presented and wait for two people");
    auto all = std::make_shared<bool>(false);
    verb->add_flag("--all", *all, "those that are decided as well");
    verb->add_flag("--json", line.json, "one JSON array on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport cert pending                              presented beside expected\n"
        "  sallyport cert pending --all                        who decided what, and why\n"
        "  sallyport cert pending --json | jq '.[].certificate.sha256'\n");
    verb->callback([&line, all] { line.action = [&line, all] { return pending(line, *all); }; });
    for (const Verb& one : Verbs)
        add_verb(line, noun, one);
}

}  // namespace sallyport::daemon
