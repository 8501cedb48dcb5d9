// SPDX-License-Identifier: Apache-2.0
// `doc send`: a file to a partner as it is, unread and of any size.
#include "gateway/daemon/send_command.h"

#include "gateway/daemon/control_file.h"
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

struct Sending {
    std::string partner;
    std::filesystem::path file;
    std::string name;
    std::string type = "application/octet-stream";
    std::string key;
};

Result<std::string> send(const CommandLine& line, const Sending& sending) {
    auto opened = open_for_reading(line);
    if (!opened) return std::move(opened).error();
    auto control = read_control(control_file(opened->settings.state_directory));
    if (!control) return std::move(control).error();
    const ordered_json facts{
        {"actor", operator_name()},
        {"partner", sending.partner},
        {"name", sending.name.empty() ? sending.file.filename().string() : sending.name},
        {"type", sending.type},
        {"key", sending.key}};
    constexpr bool Ascii = true;
    return send_file(
        *control, facts.dump(-1, ' ', Ascii, ordered_json::error_handler_t::replace), sending.file);
}

int run_send(CommandLine& line, const Sending& sending) {
    const auto answer = send(line, sending);
    if (!answer) return report(line, answer.error());
    const auto said = ordered_json::parse(*answer, nullptr, false);
    if (line.json) {
        line.out << said.dump(2) << '\n';
        return exit_code::Done;
    }
    const bool existed = said.is_object() && said.value("existed", false);
    line.out << said.value("document", "")
             << (existed ? " was given before, nothing was sent again\n" : " goes\n");
    return exit_code::Done;
}

}  // namespace

void add_send_command(CommandLine& line, CLI::App& noun) {
    auto sending = std::make_shared<Sending>();
    CLI::App* verb =
        noun.add_subcommand("send", "a file to a partner as it is: unread, of any size");
    verb->add_flag("--json", line.json, "one JSON object on standard output");
    verb->add_option("partner", sending->partner, "the partner's name")->required();
    verb->add_option("file", sending->file, "what is sent")->required();
    verb->add_option("--type", sending->type, "content type; else application/octet-stream");
    verb->add_option("--name", sending->name, "name the partner sees; else that of the file");
    verb->add_option("--key",
                     sending->key,
                     "what makes it one document however often it is given; else its content and "
                     "name");
    verb->footer(
        "Examples:\n"
        "  sallyport doc send acme catalogue.pdf --type application/pdf\n"
        "  sallyport doc send acme images.zip --key images/2026-11   the same again is sent once\n"
        "  sallyport doc send acme scan.tif --json | jq -r .document\n");
    verb->callback(
        [&line, sending] { line.action = [&line, sending] { return run_send(line, *sending); }; });
}

}  // namespace sallyport::daemon
