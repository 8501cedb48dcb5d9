// SPDX-License-Identifier: Apache-2.0
// map explain|show|diff|draft|sheet|fmt: looking at a map and at what it does to documents.
#include "gateway/base/file.h"
#include "gateway/daemon/map_place.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <memory>
#include <utility>

namespace sallyport::daemon {
namespace {

struct ReviewArguments {
    std::string map, other, input, about, name, samples_folder;
    std::vector<std::string> inputs, parameters;
    bool unused = false, csv = false, check = false, effective = true;
};
using Given = std::shared_ptr<ReviewArguments>;

CLI::App* verb(CommandLine& line, CLI::App& noun, const char* name, const char* help) {
    CLI::App* out = noun.add_subcommand(name, help);
    out->add_flag("--json", line.json, "one JSON object on standard output");
    return out;
}

int on_explain(CommandLine& line, const ReviewArguments& given) {
    const Result<MapPlace> found = map_place(line, given.map);
    if (!found) return report(line, found.error());
    Result<mapping::Sample> input = read_sample(given.input);
    if (!input) return report(line, input.error());
    Result<mapping::Parameters> bound = map_parameters(given.parameters);
    if (!bound) {
        (void)report(line, bound.error());
        return exit_code::Usage;
    }
    mapping::ExplainRequest request{
        *std::move(input), given.about, given.unused, *std::move(bound)};
    return show_result(line, mapping::explain_map(found->context(), found->file, request));
}

Result<std::vector<mapping::Sample>> samples_of(const ReviewArguments& given) {
    std::vector<std::string> files = given.inputs;
    if (!given.samples_folder.empty()) {
        std::error_code problem;
        std::vector<std::string> inside;
        for (const auto& entry : std::filesystem::directory_iterator(given.samples_folder, problem))
            if (entry.is_regular_file()) inside.push_back(entry.path().string());
        if (problem)
            return Error("map.samples", Blame::Operator, problem.message())
                .at({.source = given.samples_folder})
                .remedy("name a folder with sample documents");
        if (inside.empty())
            return Error("map.samples", Blame::Operator, "the folder of samples is empty")
                .at({.source = given.samples_folder})
                .remedy("put documents into it, or name another folder");
        std::sort(inside.begin(), inside.end());
        files.insert(files.end(), inside.begin(), inside.end());
    }
    std::vector<mapping::Sample> out;
    for (const std::string& file : files) {
        Result<mapping::Sample> one = read_sample(file);
        if (!one) return one.error();
        out.push_back(*std::move(one));
    }
    return out;
}

int on_diff(CommandLine& line, const ReviewArguments& given) {
    const Result<MapPlace> found = map_place(line, given.map);
    if (!found) return report(line, found.error());
    const Result<std::vector<mapping::Sample>> samples = samples_of(given);
    if (!samples) return report(line, samples.error());
    // The second map may lie in another folder, and often has the same name there.
    const Result<MapPlace> second = map_place(line, given.other);
    if (!second) return report(line, second.error());
    const mapping::ToolContext before = found->context();
    mapping::ToolContext after = second->context();
    after.schemas = before.schemas;  // a sample is placed once, and both maps read it
    after.texts = [own = second->texts, beside = found->texts](std::string_view wanted) {
        Result<std::string> text = own(wanted);
        return text ? std::move(text) : beside(wanted);
    };
    return show_result(line,
                       mapping::diff_maps({before, found->file}, {after, second->file}, *samples));
}

int on_draft(CommandLine& line, const ReviewArguments& given) {
    const Result<MapPlace> found = map_place(line, given.map);
    if (!found) return report(line, found.error());
    const Result<std::vector<mapping::Sample>> samples = samples_of(given);
    if (!samples) return report(line, samples.error());
    return show_result(line,
                       mapping::draft_map(found->context(), found->file, given.name, *samples));
}

int on_format(CommandLine& line, const ReviewArguments& given) {
    int out = exit_code::Done;
    for (const std::string& file : given.inputs) {
        const Result<Bytes> text = read_file(file, MaxMapInputBytes);
        if (!text) return report(line, text.error());
        if (const std::string why = mapping::unreadable(file, *text); !why.empty()) {
            line.err << why << "sallyport: " << file << " is left as it is\n";
            out = exit_code::Failed;
            continue;
        }
        const std::string laid_out = mapping::format_map(*text);
        if (laid_out == *text) continue;
        if (given.check) {
            line.out << file << " is not in the house layout\n";
            out = exit_code::Failed;
            continue;
        }
        std::error_code ignored;
        const auto mode =
            static_cast<unsigned>(std::filesystem::status(file, ignored).permissions()) & 0777U;
        if (const Status written = write_file_durably(file, laid_out, mode); !written)
            return report(line, written.error());
        line.out << file << " laid out\n";
    }
    return out;
}

void add_explain(CommandLine& line, CLI::App& noun, const Given& given) {
    CLI::App* explain =
        verb(line, noun, "explain", "which rule and which bytes made a field, and the reverse");
    explain->add_option("map", given->map, "the mapping file")->required();
    explain->add_option("input", given->input, "the document; JSON is written, all else is read")
        ->required();
    explain->add_option("about", given->about, "a field (lines[1].unit) or a place (PO1.03)");
    explain->add_flag("--unused", given->unused, "only what no rule reads");
    explain->add_option("--param", given->parameters, "NAME=VALUE");
    explain->footer(
        "Examples:\n"
        "  sallyport map explain acme-850.map order.edi lines[1].unit\n"
        "  sallyport map explain acme-850.map order.edi REF[DP].02\n"
        "  sallyport map explain acme-850.map order.edi --unused\n"
        "  sallyport map explain acme-850.map order.json PO1.03\n");
    explain->callback(
        [&line, given] { line.action = [&line, given] { return on_explain(line, *given); }; });
}

void add_show(CommandLine& line, CLI::App& noun, const Given& given) {
    CLI::App* show =
        verb(line, noun, "show", "base and overlays as one map, each line with its origin");
    show->add_option("map", given->map, "the mapping file")->required();
    show->add_flag(
        "--effective", given->effective, "as it works after overlays; what is shown anyway");
    show->footer(
        "Examples:\n"
        "  sallyport map show acme-850.map --effective\n"
        "  sallyport map show acme-850.map | grep PO1\n"
        "  sallyport map show acme-850.map --json | jq .rules[].where\n");
    show->callback([&line, given] {
        line.action = [&line, given] {
            const Result<MapPlace> found = map_place(line, given->map);
            if (!found) return report(line, found.error());
            return show_result(line, mapping::show_map(found->context(), found->file));
        };
    });

    CLI::App* sheet = verb(line, noun, "sheet", "the map as a table for people: a partner guide");
    sheet->add_option("map", given->map, "the mapping file")->required();
    sheet->add_flag("--csv", given->csv, "for a spreadsheet; else Markdown");
    sheet->footer(
        "Examples:\n"
        "  sallyport map sheet acme-850.map > acme-850.md\n"
        "  sallyport map sheet acme-850.map --csv > acme-850.csv\n"
        "  sallyport map sheet x12-856-base.map\n");
    sheet->callback([&line, given] {
        line.action = [&line, given] {
            const Result<MapPlace> found = map_place(line, given->map);
            if (!found) return report(line, found.error());
            return show_result(line, mapping::sheet_map(found->context(), found->file, given->csv));
        };
    });
}

void add_diff(CommandLine& line, CLI::App& noun, const Given& given) {
    CLI::App* diff = verb(line, noun, "diff", "two maps by rule, and what the change does");
    diff->add_option("old", given->map, "the map as it is")->required();
    diff->add_option("new", given->other, "the map as it would be")->required();
    diff->add_option("--samples", given->samples_folder, "a folder with documents to try both on");
    diff->footer(
        "Examples:\n"
        "  sallyport map diff acme-850.map new/acme-850.map\n"
        "  sallyport map diff acme-850.map new/acme-850.map --samples received/\n"
        "  sallyport map diff x12-850-base.map acme-850.map --json\n"
        "Exit status 1: they differ.\n");
    diff->callback(
        [&line, given] { line.action = [&line, given] { return on_diff(line, *given); }; });
}

void add_draft(CommandLine& line, CLI::App& noun, const Given& given) {
    CLI::App* draft = verb(line, noun, "draft", "a first overlay from samples and a base");
    draft->add_option("samples", given->inputs, "documents of the partner")->required();
    draft->add_option("--base", given->map, "the map to extend")->required();
    draft->add_option("--name", given->name, "of the new map")->default_val("draft");
    draft->footer(
        "Examples:\n"
        "  sallyport map draft order1.edi order2.edi --base x12-850-base.map\n"
        "  sallyport map draft order.edi --base x12-850-base.map --name acme-850 > acme-850.map\n"
        "  sallyport map draft order.edi --base edifact-orders-d96a.map --json\n");
    draft->callback(
        [&line, given] { line.action = [&line, given] { return on_draft(line, *given); }; });
}

void add_format(CommandLine& line, CLI::App& noun, const Given& given) {
    CLI::App* format = verb(line, noun, "fmt", "the house layout; comments stay");
    format->add_option("map", given->inputs, "the mapping files")->required();
    format->add_flag("--check", given->check, "change nothing; exit 1 when something would change");
    format->footer(
        "Examples:\n"
        "  sallyport map fmt acme-850.map\n"
        "  sallyport map fmt --check *.map\n"
        "  sallyport map fmt acme-850.map acme-856.map\n");
    format->callback(
        [&line, given] { line.action = [&line, given] { return on_format(line, *given); }; });
}

}  // namespace

void add_map_review_commands(CommandLine& line, CLI::App& noun) {
    const Given given = std::make_shared<ReviewArguments>();
    add_explain(line, noun, given);
    add_show(line, noun, given);
    add_diff(line, noun, given);
    add_draft(line, noun, given);
    add_format(line, noun, given);
}

}  // namespace sallyport::daemon
