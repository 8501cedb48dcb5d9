// SPDX-License-Identifier: Apache-2.0
// map table add: a row for a code a document was held for. map lsp: the checker in an editor.
#include "config/load.h"
#include "gateway/base/clock.h"
#include "gateway/base/crash_point.h"
#include "gateway/base/file.h"
#include "gateway/daemon/control_file.h"
#include "gateway/daemon/map_place.h"
#include "gateway/daemon/operator_name.h"
#include "mappings/language_server.h"
#include "mappings/table_edit.h"

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <iostream>
#include <memory>
#include <optional>
#include <system_error>

namespace sallyport::daemon {
namespace {

struct TableArguments {
    std::string map;
    mapping::NewRow row;
    bool reload = true;
};

// Who is at the keyboard, also behind sudo.
std::string author() {
    return operator_name().substr(std::string_view("operator:").size());
}

// Two who add rows at once do it one after the other; the lock goes with the process.
class FolderLock {
public:
    explicit FolderLock(const std::filesystem::path& folder)
        : m_file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
        while (m_file >= 0 && ::flock(m_file, LOCK_EX) != 0 && errno == EINTR) {
        }
    }
    ~FolderLock() {
        if (m_file >= 0) ::close(m_file);
    }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;
    FolderLock(FolderLock&&) = delete;
    FolderLock& operator=(FolderLock&&) = delete;

private:
    int m_file;
};

// What became of the row in the gateway of this machine.
struct InForce {
    Reloaded reloaded{};
    std::string text{};          // for people
    std::optional<Error> why{};  // it is not in force: what the gateway says
};

InForce put_in_force(const CommandLine& line) {
    const std::string later =
        "the gateway that uses this map takes the row, and writes it into its "
        "audit, when it next starts or reloads\n";
    std::error_code missing;
    if (!std::filesystem::exists(line.config_file, missing)) return {.text = later};
    const config::LoadResult load = config::load(line.config_file, {.check_files = false});
    if (!load.ok()) return {.text = {}, .why = load.faults.front()};
    const auto control = read_control(control_file(load.configuration.settings.state_directory));
    if (!control && control.error().code() == "control.not_reachable")
        return {.text = "no gateway runs here; " + later};
    if (!control) return {.text = {}, .why = control.error()};
    auto done = ask_reload(*control);
    if (!done) return {.text = {}, .why = std::move(done).error()};
    InForce out{.reloaded = *std::move(done)};
    if (out.reloaded.rows == 0) {
        out.text =
            "the gateway that runs here reads no such row: none of its partners has this map\n";
        return out;
    }
    out.text = "in force and in the audit; ";
    out.text +=
        out.reloaded.released.empty() ? "no document waited for it\n" : "documents that go on:";
    for (const std::string& id : out.reloaded.released)
        out.text += " " + id;
    if (!out.reloaded.released.empty()) out.text += "\n";
    return out;
}

std::string today() {
    return iso8601(SystemClock().now()).substr(0, 10);
}

int on_add(CommandLine& line, const TableArguments& given) {
    const Result<MapPlace> found = map_place(line, given.map);
    if (!found) return report(line, found.error());
    const FolderLock lock(found->folder);
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
        CRASH_POINT("map.table.file.after");
    }
    const InForce now = given.reload ? put_in_force(line) : InForce{};
    if (line.json)
        line.out << nlohmann::ordered_json{{"table", row.table},
                                           {"code", row.code},
                                           {"word", row.word},
                                           {"read_only", change->read_only},
                                           {"author", row.author},
                                           {"date", row.date},
                                           {"files", files},
                                           {"in_force", now.reloaded.rows > 0},
                                           {"released", now.reloaded.released}}
                        .dump(2)
                 << '\n';
    else
        line.out << change->message << "\n" << now.text;
    if (!now.why) return exit_code::Done;
    line.err << "sallyport: the row is written, but not in force: the gateway keeps its old maps\n";
    return report(line, *now.why);
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
    add->add_flag("!--no-reload", given->reload, "write the row only; the gateway takes it later");
    add->footer(
        "Examples:\n"
        "  sallyport map table add acme-850.map uom KG kilogram\n"
        "  sallyport map table add acme-850.map uom CS case --read-only\n"
        "  sallyport map table add acme-850.map uom KG kilogram --author anna --json\n"
        "A gateway that runs here reads its maps again, writes the row into its audit, and lets "
        "the\n"
        "documents go on that waited for it.\n");
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
