// SPDX-License-Identifier: Apache-2.0
// map check|run|write|test: the coordinator's work on one mapping file, no
// daemon needed.
#include "gateway/base/file.h"
#include "gateway/daemon/command.h"
#include "mappings/tools.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

constexpr std::size_t MaxInputBytes = std::size_t{64} << 20;

struct MapArguments {
    std::string map;
    std::string input;
    std::vector<std::string> parameters;  // name=value
};

// The map's own folder first, so that its base and tables may lie beside it;
// then what is installed.
struct MapPlace {
    edi::SchemaSet schemas;
    mapping::TextSource texts;
    std::string file;
};

Result<MapPlace> place(const std::string& file) {
    const Result<std::filesystem::path> data = data_directory();
    if (!data) return data.error();
    Result<edi::SchemaSet> schemas = edi::SchemaSet::load(*data / "schemas");
    if (!schemas) return std::move(schemas).error().during("loading the schemas");
    const std::filesystem::path path(file);
    std::filesystem::path folder = path.parent_path();
    if (folder.empty()) folder = ".";
    return MapPlace{
        *std::move(schemas), mapping::search_path({folder, *data}), path.filename().string()};
}

Result<mapping::Parameters> parameters(const MapArguments& given) {
    mapping::Parameters out;
    for (const std::string& one : given.parameters) {
        const std::size_t sign = one.find('=');
        if (sign == std::string::npos || sign == 0)
            return Error("map.parameter", Blame::Operator, "\"" + one + "\" is no parameter")
                .remedy("write --param NAME=VALUE");
        out[one.substr(0, sign)] = one.substr(sign + 1);
    }
    return out;
}

int show(CommandLine& line, const mapping::ToolResult& result) {
    if (line.json) {
        line.out << result.json->dump(2) << '\n';
    } else {
        (result.exit_code == exit_code::Failed ? line.err : line.out) << result.text;
    }
    return result.exit_code;
}

using Tool = mapping::ToolResult (*)(const mapping::ToolContext&, std::string_view);

int on_map(CommandLine& line, const MapArguments& given, Tool tool) {
    const Result<MapPlace> found = place(given.map);
    if (!found) return report(line, found.error());
    return show(line, tool({&found->schemas, found->texts}, found->file));
}

using InputTool = mapping::ToolResult (*)(const mapping::ToolContext&,
                                          std::string_view,
                                          std::string,
                                          const mapping::Parameters&);

int on_input(CommandLine& line, const MapArguments& given, InputTool tool) {
    const Result<MapPlace> found = place(given.map);
    if (!found) return report(line, found.error());
    Result<Bytes> input = read_file(given.input, MaxInputBytes);
    if (!input) return report(line, input.error());
    const Result<mapping::Parameters> bound = parameters(given);
    if (!bound) {
        (void)report(line, bound.error());
        return exit_code::Usage;
    }
    return show(line,
                tool({&found->schemas, found->texts}, found->file, *std::move(input), *bound));
}

mapping::ToolResult write_text(const mapping::ToolContext& context,
                               std::string_view file,
                               std::string document,
                               const mapping::Parameters& parameters) {
    return mapping::write_map(context, file, document, parameters);
}

mapping::ToolResult test_plain(const mapping::ToolContext& context, std::string_view file) {
    return mapping::test_map(context, file);
}

CLI::App* verb(CommandLine& line,
               CLI::App& noun,
               const char* name,
               const char* help,
               MapArguments& given,
               bool with_input) {
    CLI::App* out = noun.add_subcommand(name, help);
    out->add_flag("--json", line.json, "one JSON object on standard output");
    out->add_option("map", given.map, "the mapping file")->required();
    if (!with_input) return out;
    out->add_option("input", given.input, "the document")->required();
    out->add_option("--param", given.parameters, "NAME=VALUE, as the partner record would give it");
    return out;
}

}  // namespace

void add_map_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand("map", "mapping files");
    noun->require_subcommand(1);
    const auto given = std::make_shared<MapArguments>();

    CLI::App* check = verb(line,
                           *noun,
                           "check",
                           "every mistake in a mapping file, with its place and remedy",
                           *given,
                           false);
    check->footer("Examples:\n  sallyport map check acme-850.map\n");
    check->callback([&line, given] {
        line.action = [&line, given] { return on_map(line, *given, &mapping::check_map); };
    });

    CLI::App* test =
        verb(line, *noun, "test", "run the test blocks of a mapping file", *given, false);
    test->footer("Examples:\n  sallyport map test acme-850.map\n");
    test->callback([&line, given] {
        line.action = [&line, given] { return on_map(line, *given, &test_plain); };
    });

    CLI::App* run = verb(line,
                         *noun,
                         "run",
                         "one document through a mapping file, into the canonical document",
                         *given,
                         true);
    run->footer(
        "Examples:\n"
        "  sallyport map run acme-850.map order.edi\n"
        "  sallyport map run acme-850.map order.edi --param "
        "our_vendor_number=104455 --json | jq "
        ".documents[0].document\n"
        "Exit status 7: read, but the map rejects or holds the document.\n");
    run->callback([&line, given] {
        line.action = [&line, given] { return on_input(line, *given, &mapping::run_map); };
    });

    CLI::App* write = verb(line,
                           *noun,
                           "write",
                           "one canonical document through a mapping file, into segments",
                           *given,
                           true);
    write->footer(
        "Examples:\n"
        "  sallyport map write acme-850.map order.json\n"
        "Exit status 7: the map rejects or holds the document.\n");
    write->callback([&line, given] {
        line.action = [&line, given] { return on_input(line, *given, &write_text); };
    });
}

}  // namespace sallyport::daemon
