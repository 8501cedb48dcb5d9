// SPDX-License-Identifier: Apache-2.0
// `sallyport odoo setup`: what an Odoo administrator runs or does once for a flow's service account.
#include "config/load.h"
#include "gateway/daemon/command.h"
#include "gateway/daemon/odoo_setup.h"
#include "gateway/odoo/rights.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

namespace sallyport::daemon {
namespace {

struct SetupOptions {
    std::string flow = "orders-in";
    std::string login;
    std::string email;
    bool by_hand = false;
};

// Those for which a program exists to use the account.
const std::vector<std::string>& flows() {
    static const std::vector<std::string> names{"orders-in",
                                                "watcher",
                                                "responses-out",
                                                "shipments-out",
                                                "invoices-out",
                                                "stock-inquiry",
                                                "purchase-out",
                                                "purchase-in",
                                                "asn-in",
                                                "bill-in",
                                                "receipts-out",
                                                "payments-out",
                                                "remittance-in"};
    return names;
}

// The one the settings name for this flow; empty where they name none.
std::string login_in_settings(const config::Settings& settings, const std::string& flow) {
    for (const ServiceAccount& account : service_accounts(settings))
        if (odoo::to_string(account.flow) == flow) return account.login;
    return {};
}

int setup(CommandLine& line, SetupOptions options) {
    if (options.login.empty()) {
        const config::LoadResult load = config::load(line.config_file, {.check_files = false});
        options.login = login_in_settings(load.configuration.settings, options.flow);
    }
    if (options.login.empty()) options.login = "sallyport-" + options.flow;
    if (options.email.empty())
        options.email = options.login.find('@') == std::string::npos
                            ? options.login + "@sallyport.invalid"
                            : options.login;
    const auto flow = odoo::flow_from(options.flow);
    if (!flow) return exit_code::Usage;  // the parser lets only known ones pass
    line.out << (options.by_hand ? odoo::setup_text(*flow, options.login, options.email)
                                 : odoo::setup_script(*flow, options.login, options.email));
    return exit_code::Done;
}

}  // namespace

void add_odoo_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand("odoo", "the back office");
    noun->require_subcommand(1);
    noun->footer(
        "Examples:\n"
        "  sallyport odoo setup > setup.py              the account that takes orders, as a "
        "script\n"
        "  sallyport odoo setup --flow watcher --by-hand  the account that watches, for the web "
        "client\n"
        "  sallyport doctor                             are the accounts' rights neither too few "
        "nor too many?\n");
    CLI::App* verb = noun->add_subcommand(
        "setup",
        "a script for odoo-bin shell that makes the gateway's account, its rights and its key");
    auto options = std::make_shared<SetupOptions>();
    verb->add_option("--flow", options->flow, "what the account is for")
        ->check(CLI::IsMember(flows()))
        ->capture_default_str();
    verb->add_option(
        "--login", options->login, "its login (default: the one the settings name for the flow)");
    verb->add_option(
        "--email", options->email, "its e-mail address: Odoo refuses notes without one");
    verb->add_flag("--by-hand", options->by_hand, "steps for the web client instead of a script");
    verb->footer(
        "Nothing is sent: the script is printed, and an Odoo administrator runs it.\n"
        "Examples:\n"
        "  sallyport odoo setup > setup.py                     then, at Odoo: odoo-bin shell -d DB "
        "< "
        "setup.py\n"
        "  sallyport odoo setup --login edi@example.com --email edi@example.com\n"
        "  sallyport odoo setup --flow shipments-out           the account that reads deliveries\n"
        "  sallyport odoo setup --by-hand                      for the web client\n");
    verb->callback(
        [&line, options] { line.action = [&line, options] { return setup(line, *options); }; });
}

}  // namespace sallyport::daemon
