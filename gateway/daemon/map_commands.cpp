// SPDX-License-Identifier: Apache-2.0
// map check|test|run|write: the coordinator's work on mapping files, no daemon needed.
#include "gateway/daemon/map_place.h"
#include "parsers/guide.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

struct MapArguments {
    std::vector<std::string> maps;
    std::string map, input;
    std::vector<std::string> guides;
    std::vector<std::string> parameters;  // name=value
    bool all = false;
    mapping::TestOptions test;
};

using One = std::function<mapping::ToolResult(const mapping::ToolContext&, const std::string&)>;

// Several results as one: the worst exit code, texts in order, JSON as a list.
struct Together {
    mapping::ToolResult all;
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    unsigned failed = 0;

    void add(const std::string& name, mapping::ToolResult one) {
        if (!all.text.empty()) all.text += "\n";
        all.text += name + "\n" + one.text;
        if (one.exit_code != exit_code::Done) {
            all.exit_code = one.exit_code;
            ++failed;
        }
        list.push_back(std::move(*one.json));
    }
    mapping::ToolResult take() {
        all.text += "\n" + std::to_string(list.size()) + " maps, " + std::to_string(failed) +
                    " with faults\n";
        all.json = std::make_unique<nlohmann::ordered_json>();
        (*all.json)["ok"] = failed == 0;
        (*all.json)["maps"] = std::move(list);
        return std::move(all);
    }
};

// `--all` with a map: it and everything that extends it; without: every map installed.
int on_maps(CommandLine& line, const MapArguments& given, const One& tool) {
    if (given.maps.empty() && !given.all) {
        line.err << "sallyport: name a mapping file, or --all\n";
        return exit_code::Usage;
    }
    const bool single = given.maps.size() == 1 && !given.all;
    Together together;
    const std::vector<std::string> wanted =
        given.maps.empty() ? std::vector<std::string>{std::string()} : given.maps;
    for (const std::string& one : wanted) {
        const Result<MapPlace> found = map_place(line, one);
        if (!found) return report(line, found.error());
        if (single) return show_result(line, tool(found->context(), found->file));
        std::vector<std::string> files;
        if (!one.empty()) files.push_back(found->file);
        if (given.all) {
            std::vector<std::string> more = maps_in_reach(*found);
            if (!one.empty()) more = mapping::overlays_of(found->texts, more, found->file);
            files.insert(files.end(), more.begin(), more.end());
        }
        for (const std::string& file : files)
            together.add(file, tool(found->context(), file));
    }
    return show_result(line, together.take());
}

using InputTool = mapping::ToolResult (*)(const mapping::ToolContext&,
                                          std::string_view,
                                          std::string,
                                          const mapping::Parameters&);

int on_input(CommandLine& line, const MapArguments& given, InputTool tool) {
    const Result<MapPlace> found = map_place(line, given.map);
    if (!found) return report(line, found.error());
    Result<mapping::Sample> input = read_sample(given.input);
    if (!input) return report(line, input.error());
    const Result<mapping::Parameters> bound = map_parameters(given.parameters);
    if (!bound) {
        (void)report(line, bound.error());
        return exit_code::Usage;
    }
    return show_result(line, tool(found->context(), found->file, std::move(input->octets), *bound));
}

mapping::ToolResult write_text(const mapping::ToolContext& context,
                               std::string_view file,
                               std::string document,
                               const mapping::Parameters& parameters) {
    return mapping::write_map(context, file, document, parameters);
}

mapping::ToolResult check_one(const mapping::ToolContext& context,
                              const std::string& file,
                              const std::vector<std::string>& guides) {
    if (guides.empty()) return mapping::check_map(context, file);
    const std::vector<std::filesystem::path> files(guides.begin(), guides.end());
    const Result<edi::Guide> guide = edi::Guide::load(files, *context.schemas);
    if (guide) return mapping::check_map(context, file, &*guide);
    mapping::ToolResult out;
    out.exit_code = exit_code::Failed;
    out.text = guide.error().text() + "\n";
    out.json = std::make_unique<nlohmann::ordered_json>(
        nlohmann::ordered_json{{"ok", false}, {"error", guide.error().text()}});
    return out;
}

CLI::App* maps_verb(
    CommandLine& line, CLI::App& noun, const char* name, const char* help, MapArguments& given) {
    CLI::App* out = noun.add_subcommand(name, help);
    out->add_flag("--json", line.json, "one JSON object on standard output");
    out->add_option("map", given.maps, "the mapping files");
    out->add_flag(
        "--all", given.all, "with a map: everything that extends it too; without: all installed");
    return out;
}

CLI::App* input_verb(
    CommandLine& line, CLI::App& noun, const char* name, const char* help, MapArguments& given) {
    CLI::App* out = noun.add_subcommand(name, help);
    out->add_flag("--json", line.json, "one JSON object on standard output");
    out->add_option("map", given.map, "the mapping file")->required();
    out->add_option("input", given.input, "the document")->required();
    out->add_option("--param", given.parameters, "NAME=VALUE, as the partner record would give it");
    return out;
}

void add_check(CommandLine& line, CLI::App& noun, const std::shared_ptr<MapArguments>& given) {
    CLI::App* check = maps_verb(
        line, noun, "check", "every mistake in a mapping file, with its place and remedy", *given);
    check->add_option(
        "--guide", given->guides, "the partner's guide: what it requires is written?");
    check->footer(
        "Examples:\n"
        "  sallyport map check acme-850.map\n"
        "  sallyport map check acme-850.map --guide acme.guide\n"
        "  sallyport map check --all\n"
        "  sallyport map check x12-850-base.map --all --json\n");
    check->callback([&line, given] {
        line.action = [&line, given] {
            return on_maps(line,
                           *given,
                           [given](const mapping::ToolContext& context, const std::string& file) {
                               return check_one(context, file, given->guides);
                           });
        };
    });
}

void add_test(CommandLine& line, CLI::App& noun, const std::shared_ptr<MapArguments>& given) {
    CLI::App* test =
        maps_verb(line, noun, "test", "the test blocks of a mapping file, and the laws", *given);
    test->add_option("--laws",
                     given->test.laws,
                     "random documents that must come back as they were; the smallest that does "
                     "not is shown")
        ->check(CLI::Range(0U, 1'000'000U));
    test->add_option("--seed", given->test.seed, "of the random documents; the same again");
    test->footer(
        "Examples:\n"
        "  sallyport map test acme-850.map\n"
        "  sallyport map test acme-850.map --laws 500\n"
        "  sallyport map test x12-850-base.map --all\n");
    test->callback([&line, given] {
        line.action = [&line, given] {
            const bool several = given->all;
            return on_maps(
                line,
                *given,
                [given, several](const mapping::ToolContext& context, const std::string& file) {
                    mapping::TestOptions options = given->test;
                    options.need_tests = !several;
                    return mapping::test_map(context, file, options);
                });
        };
    });
}

}  // namespace

void add_map_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand("map", "mapping files");
    noun->require_subcommand(1);
    noun->footer(
        "Examples:\n"
        "  sallyport map check acme-850.map             every mistake with its place and remedy\n"
        "  sallyport map run acme-850.map order.edi     one document into the canonical one\n"
        "  sallyport map test --all                     the tests of every map\n");
    const auto given = std::make_shared<MapArguments>();
    add_check(line, *noun, given);
    add_test(line, *noun, given);

    CLI::App* run = input_verb(line,
                               *noun,
                               "run",
                               "one document through a mapping file, into the canonical document",
                               *given);
    run->footer(
        "Examples:\n"
        "  sallyport map run acme-850.map order.edi\n"
        "  sallyport map run acme-850.map order.edi --param our_vendor_number=104455\n"
        "  sallyport map run acme-850.map order.edi --json | jq .documents[0].document\n"
        "Exit status 7: read, but the map rejects or holds the document.\n");
    run->callback([&line, given] {
        line.action = [&line, given] { return on_input(line, *given, &mapping::run_map); };
    });

    CLI::App* write = input_verb(line,
                                 *noun,
                                 "write",
                                 "one canonical document through a mapping file, into segments",
                                 *given);
    write->footer(
        "Examples:\n"
        "  sallyport map write acme-850.map order.json\n"
        "  sallyport map write acme-850.map order.json --json | jq -r .segments[]\n"
        "  sallyport map write acme-850.map order.json --param our_vendor_number=104455\n"
        "Exit status 7: the map rejects or holds the document.\n");
    write->callback([&line, given] {
        line.action = [&line, given] { return on_input(line, *given, &write_text); };
    });
    add_map_review_commands(line, *noun);
    add_map_table_commands(line, *noun);
}

}  // namespace sallyport::daemon
