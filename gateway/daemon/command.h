// SPDX-License-Identifier: Apache-2.0
// What the verbs of the command line share. Each group of verbs has one add_…() that declares its arguments on the CLI11
// parser and sets `action` in the callback of the verb that was given; cli.cpp calls them all and runs the action.
//
// Data goes to `out`, messages to `err`. An action returns one of the exit codes below, nothing else.
#pragma once

#include "gateway/base/error.h"

#include <filesystem>
#include <functional>
#include <ostream>
#include <string>

namespace CLI {
class App;
}

namespace sallyport::daemon {

namespace exit_code {
inline constexpr int Done = 0;
inline constexpr int Failed = 1;
inline constexpr int Usage = 2;
inline constexpr int NotReachable = 3;
inline constexpr int NotPermitted = 4;
inline constexpr int NotFound = 5;
inline constexpr int Conflict = 6;
inline constexpr int DocumentsHaveFaults = 7;
inline constexpr int Unavailable = 69;
inline constexpr int TemporaryFailure = 75;
inline constexpr int Configuration = 78;
}  // namespace exit_code

struct CommandLine {
    CLI::App& app;
    std::ostream& out;
    std::ostream& err;
    std::function<int()> action{};
    // --config, SALLYPORT_CONFIG or /etc/sallyport/sallyport.toml. Valid when an action runs.
    std::filesystem::path config_file{};
    bool json = false;  // --json of the verb that was given
};

// The error as people read it on `err` ("sallyport: …"), and the exit code that goes with it.
int report(CommandLine& line, const Error& error);

// Schemas, maps and canonical documents of this installation: SALLYPORT_DATA, else share/sallyport beside the program.
// Error code data.missing (Blame::Operator).
Result<std::filesystem::path> data_directory();

void add_run_command(CommandLine& line);       // run
void add_config_commands(CommandLine& line);   // check, config show|reference
void add_cert_commands(CommandLine& line);     // cert generate
void add_doc_commands(CommandLine& line);      // doc list|show, thread
void add_audit_commands(CommandLine& line);    // audit verify
void add_archive_commands(CommandLine& line);  // archive verify
void add_map_commands(CommandLine& line);      // map check|run
void add_edi_commands(CommandLine& line);      // edi parse|validate|ack|write|split|format
void add_schema_commands(CommandLine& line);   // schema show|list|diff|import
void add_demo_command(CommandLine& line);      // demo
void add_doctor_command(CommandLine& line);    // doctor
void add_odoo_commands(CommandLine& line);     // odoo setup
void add_token_commands(CommandLine& line);    // token create|list|revoke|rotate
void add_partner_commands(CommandLine& line);  // partner sheet

}  // namespace sallyport::daemon
