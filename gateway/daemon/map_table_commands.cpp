// SPDX-License-Identifier: Apache-2.0
// map table add: a row for a code a document was held for. map lsp: the checker in an editor.
#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/daemon/map_place.h"
#include "mappings/language_server.h"
#include "mappings/table_edit.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <pwd.h>
#include <unistd.h>

#include <array>
#include <iostream>
#include <memory>

namespace sallyport::daemon {
namespace {

struct TableArguments {
    std::string map;
    mapping::NewRow row;
};

// Who is at the keyboard, also behind sudo.
std::string author() {
    if (const char* behind = std::getenv("SUDO_USER"); behind != nullptr && *behind != '\0')
        return behind;
    std::array<char, 4096> space{};
    passwd entry{};
    passwd* found = nullptr;
    ::getpwuid_r(::getuid(), &entry, space.data(), space.size(), &found);
    return found != nullptr ? std::string(found->pw_name) : "uid " + std::to_string(::getuid());
}

std::string today() {
    return iso8601(SystemClock().now()).substr(0, 10);
}

int on_add(CommandLine& line, const TableArguments& given) {
    const Result<MapPlace> found = map_place(line, given.map);
    if (!found) return report(line, found.error());
    mapping::NewRow row = given.row;
    if (row.author.empty()) row.author = author();
    row.date = today();
    const Result<mapping::TableChange> change =
        mapping::add_table_row(found->context(), found->file, row);
    if (!change) return report(line, change.error());
    // The CSV before the map that names it: a map never names a file that is not there.
    nlohmann::ordered_json files = nlohmann::ordered_json::array();
    for (const mapping::FileChange& file : change->files) {
        const std::filesystem::path path = found->folder / file.name;
        if (const Status written = write_file_durably(path, file.text); !written)
            return report(line, written.error());
        files.push_back(path.string());
    }
    if (line.json)
        line.out << nlohmann::ordered_json{{"table", row.table},
                                           {"code", row.code},
                                           {"word", row.word},
                                           {"read_only", change->read_only},
                                           {"author", row.author},
                                           {"date", row.date},
                                           {"files", files}}
                        .dump(2)
                 << '\n';
    else
        line.out
            << change->message << "\n"
            << "reload the gateway, then release the held document: sallyport doc release ID\n";
    return exit_code::Done;
}

}  // namespace

void add_map_table_commands(CommandLine& line, CLI::App& noun) {
    CLI::App* table = noun.add_subcommand("table", "look-up tables of a map");
    table->require_subcommand(1);
    table->footer(
        "Examples:\n"
        "  sallyport map table add acme-850.map uom KG kilogram        one row of a table\n"
        "  sallyport map table add acme-850.map uom CS case --read-only\n"
        "  sallyport map table add --help\n");
    const auto given = std::make_shared<TableArguments>();
    CLI::App* add = table->add_subcommand("add", "one more row, with author and date");
    add->add_flag("--json", line.json, "one JSON object on standard output");
    add->add_option("map", given->map, "the mapping file")->required();
    add->add_option("table", given->row.table, "the table")->required();
    add->add_option("code", given->row.code, "as the partner writes it")->required();
    add->add_option("word", given->row.word, "what it means here")->required();
    add->add_option("--author", given->row.author, "who decided; default: who is logged in");
    add->add_flag("--read-only", given->row.read_only, "read, never written");
    add->footer(
        "Examples:\n"
        "  sallyport map table add acme-850.map uom KG kilogram\n"
        "  sallyport map table add acme-850.map uom CS case --read-only\n"
        "  sallyport map table add acme-850.map uom KG kilogram --author anna --json\n");
    add->callback(
        [&line, given] { line.action = [&line, given] { return on_add(line, *given); }; });

    CLI::App* lsp =
        noun.add_subcommand("lsp", "the checker for editors, on standard input and output");
    lsp->footer(
        "Examples:\n"
        "  sallyport map lsp\n"
        "  an editor: command [\"sallyport\", \"map\", \"lsp\"] for files *.map\n"
        "  see mappings/editor/README.md\n");
    lsp->callback([&line] {
        line.action = [&line] {
            const Result<MapPlace> found = map_place(line, "");
            if (!found) return report(line, found.error());
            mapping::LanguageServer server(found->schemas, {found->installed.parent_path()});
            return server.serve(std::cin, line.out);
        };
    });
}

}  // namespace sallyport::daemon
