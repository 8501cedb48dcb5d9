// SPDX-License-Identifier: Apache-2.0
// `doc release` and `doc discard`: asked of the running gateway, which decides in one unit with its audit entry.
#include "gateway/daemon/decision_commands.h"

#include "gateway/daemon/command.h"
#include "gateway/daemon/control_file.h"
#include "gateway/daemon/doc_lookup.h"
#include "gateway/daemon/open_store.h"
#include "gateway/daemon/operator_name.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>

namespace sallyport::daemon {
namespace {

using nlohmann::ordered_json;

struct Decision {
    std::string verb;
    std::string id;
    std::string reason;
};

Status decide(const CommandLine& line, const Decision& decision, std::string& document) {
    auto opened = open_for_reading(line);
    if (!opened) return std::move(opened).error();
    auto id = store::read<std::string>(
        *opened->store, [&](store::Reader& reader) { return complete_id(reader, decision.id); });
    if (!id) return std::move(id).error();
    document = *id;
    auto control = read_control(control_file(opened->settings.state_directory));
    if (!control) return std::move(control).error();
    const ordered_json body{{"actor", operator_name()}, {"reason", decision.reason}};
    return ask_gateway(*control, "/v1/documents/" + document + "/" + decision.verb, body.dump());
}

int run_decision(CommandLine& line, const Decision& decision) {
    std::string document;
    const Status done = decide(line, decision, document);
    if (!done) return report(line, done.error());
    if (line.json)
        line.out << ordered_json{{"document", document}, {"done", decision.verb}}.dump(2) << '\n';
    else
        line.out << document << " " << (decision.verb == "release" ? "released\n" : "discarded\n");
    return exit_code::Done;
}

}  // namespace

void add_decision_commands(CommandLine& line, CLI::App& noun) {
    auto release = std::make_shared<Decision>(Decision{.verb = "release", .id = {}, .reason = {}});
    CLI::App* verb = noun.add_subcommand("release", "let a held document go on where it stopped");
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->add_option("id", release->id, "the document's id, or the beginning of it")->required();
    verb->footer(
        "Examples:\n"
        "  sallyport doc list --held                           what waits\n"
        "  sallyport doc release 01KAQ8                        after the product was created in "
        "Odoo\n"
        "  sallyport doc release 01KAQ8 --json                 for a program\n");
    verb->callback([&line, release] {
        line.action = [&line, release] { return run_decision(line, *release); };
    });

    auto discard = std::make_shared<Decision>(Decision{.verb = "discard", .id = {}, .reason = {}});
    verb = noun.add_subcommand("discard", "give a held document up, for a reason that is kept");
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->add_option("id", discard->id, "the document's id, or the beginning of it")->required();
    verb->add_option("--reason", discard->reason, "why; stays with the document")->required();
    verb->footer(
        "Examples:\n"
        "  sallyport doc discard 01KAQ8 --reason \"sent twice, see 01KAQ7\"\n"
        "  sallyport doc discard 01KAQ8 --reason \"test order\" --json\n"
        "  sallyport doc show 01KAQ8                           the reason is there\n");
    verb->callback([&line, discard] {
        line.action = [&line, discard] { return run_decision(line, *discard); };
    });
}

}  // namespace sallyport::daemon
