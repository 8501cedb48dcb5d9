// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/bytes.h"
#include "gateway/daemon/command.h"
#include "gateway/daemon/open_store.h"
#include "gateway/store/store.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>

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

}  // namespace

void add_audit_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand("audit", "the audit chain");
    noun->require_subcommand(1);
    noun->footer(
        "Examples:\n"
        "  sallyport audit verify                       every entry and its hash; names a broken "
        "one\n"
        "  sallyport audit verify --json                the same for a program\n"
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
}

}  // namespace sallyport::daemon
