// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"
#include "gateway/daemon/command.h"
#include "gateway/daemon/control_file.h"
#include "gateway/daemon/gateway.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

using nlohmann::ordered_json;

ordered_json fault_json(const Error& fault) {
    ordered_json row;
    row["code"] = fault.code();
    row["message"] = fault.what();
    row["remedy"] = fault.remedy();
    row["place"] = to_string(fault.place());
    return row;
}

int check(CommandLine& line) {
    config::LoadResult load = config::load(line.config_file);
    std::vector<Error> faults = std::move(load.faults);
    // Keys, certificates, schemas and maps can be judged only once the files that name them are sound.
    if (faults.empty()) faults = Gateway::check(load.configuration);
    if (line.json) {
        ordered_json answer;
        answer["file"] = line.config_file.string();
        answer["sound"] = faults.empty();
        answer["partners"] = load.configuration.partners.size();
        answer["faults"] = ordered_json::array();
        for (const Error& fault : faults)
            answer["faults"].push_back(fault_json(fault));
        line.out << answer.dump(2) << '\n';
    } else {
        for (const Error& fault : faults)
            (void)report(line, fault);
        if (faults.empty())
            line.out << line.config_file.string()
                     << " is sound: " << load.configuration.partners.size() << " partners, "
                     << load.configuration.settings.identities.size() << " identities\n";
    }
    return faults.empty() ? exit_code::Done : exit_code::Configuration;
}

int show(CommandLine& line) {
    const config::LoadResult load = config::load(line.config_file, {.check_files = false});
    if (!load.ok()) {
        for (const Error& fault : load.faults)
            (void)report(line, fault);
        return exit_code::Configuration;
    }
    line.out << config::show_effective(load.configuration.settings);
    for (const config::Partner& partner : load.configuration.partners)
        line.out << config::show_effective(partner);
    return exit_code::Done;
}

int on_reload(CommandLine& line) {
    const config::LoadResult load = config::load(line.config_file, {.check_files = false});
    if (!load.ok()) return report(line, load.faults.front());
    const auto control = read_control(control_file(load.configuration.settings.state_directory));
    if (!control) return report(line, control.error());
    const auto done = ask_reload(*control);
    if (!done) return report(line, done.error());
    if (line.json)
        line.out << ordered_json{{"maps", done->maps},
                                 {"rows", done->rows},
                                 {"released", done->released}}
                        .dump(2)
                 << '\n';
    else
        line.out << "reloaded: " << done->maps << " maps new or changed, " << done->rows
                 << " table rows; " << done->released.size() << " held documents go on\n";
    return exit_code::Done;
}

void add_reload(CommandLine& line, CLI::App& noun) {
    CLI::App* verb = noun.add_subcommand(
        "reload",
        "have the running gateway read partners, maps and tables again, and say how it went");
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport config reload                             all of it, or nothing and why\n"
        "  sallyport config reload --config ./sallyport.toml   another gateway on this machine\n"
        "  sallyport config reload --json | jq .released       documents that waited for it\n");
    verb->callback([&line] { line.action = [&line] { return on_reload(line); }; });
}

}  // namespace

void add_config_commands(CommandLine& line) {
    CLI::App* verb = line.app.add_subcommand(
        "check", "check settings, partners, keys, certificates, schemas and maps");
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->footer(
        "Examples:\n"
        "  sallyport check                                     every fault with file, line and "
        "remedy\n"
        "  sallyport check --config ./sallyport.toml           before it is put in place\n"
        "  sallyport check --json | jq .faults                 for a program\n");
    verb->callback([&line] { line.action = [&line] { return check(line); }; });

    CLI::App* noun = line.app.add_subcommand("config", "show settings");
    noun->require_subcommand(1);
    noun->footer(
        "Examples:\n"
        "  sallyport config show --effective                   every setting and where its value "
        "is from\n"
        "  sallyport config reference                          every setting there is, as "
        "Markdown\n"
        "  sallyport config show --effective --config ./x.toml\n");
    CLI::App* shown = noun->add_subcommand("show", "the settings in force");
    auto effective = std::make_shared<bool>(true);
    shown->add_flag("--effective", *effective, "with the defaults filled in (always so)");
    shown->callback([&line, effective] { line.action = [&line] { return show(line); }; });
    add_reload(line, *noun);
    CLI::App* reference = noun->add_subcommand("reference", "every setting there is");
    reference->callback([&line] {
        line.action = [&line] {
            line.out << config::reference_text();
            return exit_code::Done;
        };
    });
}

}  // namespace sallyport::daemon
