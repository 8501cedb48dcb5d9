// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/cli.h"

#include "gateway/daemon/command.h"
#include "gateway/daemon/gateway.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace sallyport::daemon {
namespace {

constexpr const char* Examples =
    "Examples:\n"
    "  sallyport demo --once                         one order through the whole gateway, on this "
    "machine\n"
    "  sallyport check                               is the configuration sound? every fault with "
    "its remedy\n"
    "  sallyport thread 4500012345                   everything that happened around one purchase "
    "order\n";

std::string config_from_environment() {
    const char* named = std::getenv("SALLYPORT_CONFIG");
    return named != nullptr && *named != '\0' ? named : "/etc/sallyport/sallyport.toml";
}

// CLI11 says that words are left over; people need to hear which verb they may have meant.
std::string hint_for(const CLI::App& app, const std::vector<std::string>& arguments) {
    const CLI::App* level = &app;
    for (const std::string& word : arguments) {
        if (word.empty() || word.front() == '-') continue;
        std::vector<std::string> verbs;
        const CLI::App* next = nullptr;
        for (const CLI::App* candidate : level->get_subcommands({})) {
            verbs.push_back(candidate->get_name());
            if (candidate->get_name() == word) next = candidate;
        }
        if (next != nullptr) {
            level = next;
            continue;
        }
        if (verbs.empty()) return {};
        const std::string near = near_match(word, verbs);
        std::string hint = "there is no \"" + word + "\" here";
        return near.empty() ? hint : hint + "; did you mean \"" + near + "\"?";
    }
    return {};
}

int usage_error(const CLI::App& app,
                const CLI::ParseError& error,
                const std::vector<std::string>& arguments,
                std::ostream& err) {
    const std::string hint = hint_for(app, arguments);
    err << "sallyport: " << (hint.empty() ? std::string(error.what()) : hint) << '\n'
        << "Run \"sallyport --help\", or --help behind any verb.\n";
    return exit_code::Usage;
}

}  // namespace

int run_command_line(const std::vector<std::string>& arguments,
                     std::ostream& out,
                     std::ostream& err) {
    CLI::App app("Sallyport: the EDI and trading partner gateway in front of Odoo.", "sallyport");
    app.footer(Examples);
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", "sallyport " + std::string(version()));
    std::string config_file = config_from_environment();
    app.add_option("--config", config_file, "the gateway's settings (also SALLYPORT_CONFIG)")
        ->capture_default_str();

    CommandLine line{.app = app, .out = out, .err = err};
    add_run_command(line);
    add_demo_command(line);
    add_config_commands(line);
    add_doctor_command(line);
    add_odoo_commands(line);
    add_partner_commands(line);
    add_token_commands(line);
    add_doc_commands(line);
    add_map_commands(line);
    add_edi_commands(line);
    add_schema_commands(line);
    add_cert_commands(line);
    add_audit_commands(line);
    add_archive_commands(line);

    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
        app.parse(std::move(reversed));
    } catch (const CLI::CallForVersion& asked) {
        // Behind a verb people mean the release of a standard: the program's own would be a wrong answer.
        if (arguments.front() != "--version") {
            err << "sallyport: --version is the program's own and stands alone; the release of a "
                   "standard is taken from the document, or named as in 004010/850\n";
            return exit_code::Usage;
        }
        (void)app.exit(asked, out, err);
        return exit_code::Done;
    } catch (const CLI::Success& asked) {  // --help
        (void)app.exit(asked, out, err);
        return exit_code::Done;
    } catch (const CLI::ParseError& wrong) {
        return usage_error(app, wrong, arguments, err);
    }
    line.config_file = config_file;
    return line.action ? line.action() : exit_code::Usage;
}

}  // namespace sallyport::daemon
