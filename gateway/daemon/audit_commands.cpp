// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/bytes.h"
#include "gateway/daemon/command.h"
#include "gateway/daemon/doc_json.h"
#include "gateway/daemon/open_store.h"
#include "gateway/store/store.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

using nlohmann::ordered_json;

// "412:9f3a…": a head noted earlier, outside the database.
Result<store::AuditHead> parse_head(const std::string& text) {
    store::AuditHead head;
    const std::size_t colon = text.find(':');
    if (colon != std::string::npos && colon != 0 && colon < 19 &&
        text.find_first_not_of("0123456789") == colon &&
        from_hex(text.substr(colon + 1), head.hash) && head.hash.size() == 32) {
        head.seq = std::stoll(text.substr(0, colon));
        return head;
    }
    return Error("audit.head", Blame::Operator, "\"" + text + "\" is no head of an audit chain")
        .remedy("write it as this command prints it: number, colon, 64 hex digits");
}

std::string head_text(const store::AuditHead& head) {
    return std::to_string(head.seq) + ":" + to_hex(head.hash);
}

int verify(CommandLine& line, const std::string& known) {
    auto opened = open_for_reading(line);
    if (!opened) return report(line, opened.error());
    std::optional<store::AuditHead> checkpoint;
    if (!known.empty()) {
        auto head = parse_head(known);
        if (!head) {
            (void)report(line, head.error());
            return exit_code::Usage;
        }
        checkpoint = *head;
    }
    auto verdict = store::verify_chain(*opened->store, checkpoint);
    if (!verdict) return report(line, verdict.error());
    if (line.json) {
        ordered_json answer;
        answer["verified"] = !verdict->broken.has_value();
        answer["entries"] = verdict->entries;
        answer["head"] = head_text(verdict->head);
        if (verdict->broken)
            answer["broken"] = {{"seq", verdict->broken->seq},
                                {"fault", store::to_string(verdict->broken->fault)},
                                {"why", verdict->broken->why}};
        line.out << answer.dump(2) << '\n';
    } else if (verdict->broken) {
        line.err << "sallyport: audit entry " << verdict->broken->seq << " is "
                 << store::to_string(verdict->broken->fault) << ": " << verdict->broken->why
                 << "; compare with the last backup, and do not trust what follows it\n";
    } else {
        line.out << verdict->entries << " entries, the chain is unbroken; head "
                 << head_text(verdict->head) << '\n';
    }
    return verdict->broken ? exit_code::Failed : exit_code::Done;
}

int show(CommandLine& line, const std::string& subject) {
    auto opened = open_for_reading(line);
    if (!opened) return report(line, opened.error());
    auto entries = store::read<std::vector<store::AuditEntry>>(
        *opened->store, [&](store::Reader& reader) { return reader.audit_of(subject); });
    if (!entries) return report(line, entries.error());
    if (entries->empty())
        return report(
            line,
            Error("audit.subject", Blame::Operator, "the audit says nothing of " + subject)
                .remedy("name a document or message by its whole id, a map as PARTNER/FILE"));
    ordered_json list = ordered_json::array();
    for (const store::AuditEntry& entry : *entries) {
        if (line.json)
            list.push_back(audit_json(entry));
        else
            line.out << entry.seq << "  " << iso8601(entry.time) << "  " << entry.event << "  "
                     << entry.actor << "  " << entry.detail << '\n';
    }
    if (line.json) line.out << ordered_json{{"entries", list}}.dump(2) << '\n';
    return exit_code::Done;
}

}  // namespace

void add_audit_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand("audit", "the audit chain");
    noun->require_subcommand(1);
    noun->footer(
        "Examples:\n"
        "  sallyport audit verify                       every entry and its hash; names a broken "
        "one\n"
        "  sallyport audit verify --json                the same for a program\n"
        "  sallyport audit show acme/acme-850.map       the entries about one map\n"
        "  sallyport doc show ID                        the entries of one document\n");
    CLI::App* verb =
        noun->add_subcommand("verify", "check every entry of the chain; names a broken one");
    auto known = std::make_shared<std::string>();
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->add_option("--head", *known, "a head printed earlier: the chain must still contain it");
    verb->footer(
        "Examples:\n"
        "  sallyport audit verify                              also while the gateway runs\n"
        "  sallyport audit verify --json | jq .head            keep it outside this machine\n"
        "  sallyport audit verify --head 412:9f3a...           nothing up to there was cut or "
        "changed\n");
    verb->callback(
        [&line, known] { line.action = [&line, known] { return verify(line, *known); }; });

    auto subject = std::make_shared<std::string>();
    verb =
        noun->add_subcommand("show", "what the audit says of one document, message, map or token");
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->add_option("subject", *subject, "its whole id; of a map PARTNER/FILE")->required();
    verb->footer(
        "Examples:\n"
        "  sallyport audit show acme/acme-850.map              who changed it and its tables, and "
        "when\n"
        "  sallyport audit show 01KAQ8ZZV8C3N1T2M0F5R7W9XD     one document or message\n"
        "  sallyport audit show acme/acme-850.map --json | jq .entries[].detail\n");
    verb->callback(
        [&line, subject] { line.action = [&line, subject] { return show(line, *subject); }; });
}

}  // namespace sallyport::daemon
