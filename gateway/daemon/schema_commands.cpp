// SPDX-License-Identifier: Apache-2.0
// sallyport schema …: what the standards allow, what a partner's guide changes, and tables of the user's own.
#include "gateway/base/file.h"
#include "gateway/daemon/edi_partner.h"
#include "parsers/import.h"
#include "parsers/schema_text.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace sallyport::daemon {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t MaxFileBytes = std::size_t{64} << 20;
constexpr std::size_t MaxTexts = 2'000;

struct SchemaOptions {
    std::string set, release, partner, use, segment, first, second, file, into;
    bool elements = false, codes = false, uses = false, force = false;
};

// "850", "004030/850", "D96A/ORDERS", "004010/850@acme".
struct Named {
    std::string release, set, partner;
};

Named named(const std::string& text) {
    Named name;
    std::string rest = text;
    if (const std::size_t at = rest.find('@'); at != std::string::npos) {
        name.partner = rest.substr(at + 1);
        rest.resize(at);
    }
    if (const std::size_t slash = rest.find('/'); slash != std::string::npos) {
        name.release = rest.substr(0, slash);
        rest = rest.substr(slash + 1);
    }
    name.set = rest;
    return name;
}

// Sets have digits, messages letters: the name says which standard is meant.
edi::Standard standard_of(const std::string& set) {
    const bool digits = !set.empty() && set[0] >= '0' && set[0] <= '9';
    return digits || set == "TA1" ? edi::Standard::X12 : edi::Standard::Edifact;
}

Result<const edi::SetSchema*> find(const edi::SchemaSet& schemas, const Named& name) {
    const edi::Standard standard = standard_of(name.set);
    std::string release = name.release;
    if (release.empty())
        release = standard == edi::Standard::X12 ? "004010" : name.set == "CONTRL" ? "v3" : "D96A";
    return schemas.find(standard, release, name.set);
}

// A segment of the envelope is asked for by its name like a set: TA1, ISA, UNB … Empty: there is none of that name.
std::optional<edi::SetSchema> envelope_of(const edi::SchemaSet& schemas, const Named& name) {
    struct Release {
        std::string_view asked, known;
    };
    static constexpr Release X12[] = {
        {"", "00401"}, {"004", "00401"}, {"005", "00501"}, {"00401", "00401"}, {"00501", "00501"}};
    static constexpr Release Edifact[] = {
        {"", "v3"}, {"v1", "v1"}, {"v2", "v2"}, {"v3", "v3"}, {"v4", "v4"}};
    const bool x12 = name.set.substr(0, 2) != "UN";
    const std::string asked =
        x12 && name.release.size() == 6 ? name.release.substr(0, 3) : name.release;
    edi::SetSchema set;
    set.standard = x12 ? edi::Standard::X12 : edi::Standard::Edifact;
    for (const Release& one : x12 ? X12 : Edifact)
        if (one.asked == asked) set.release = one.known;
    const edi::SegmentSchema* const segment =
        schemas.envelope_segment(set.standard, set.release, name.set);
    if (set.release.empty() || !segment) return std::nullopt;
    set.id = segment->tag;
    set.nodes.resize(2);
    set.nodes[0].id = segment->tag;
    set.nodes[0].loop = true;
    set.nodes[0].end = 2;
    set.nodes[1].tag = set.nodes[1].id = segment->tag;
    set.nodes[1].usage = edi::Usage::Mandatory;
    set.nodes[1].depth = 1;
    set.nodes[1].end = 2;
    set.nodes[1].segment = segment;
    return set;
}

struct Loaded {
    edi::SchemaSet schemas;
    std::optional<PartnerRules> partner;
};

Result<std::unique_ptr<Loaded>> load(const CommandLine& line, const std::string& partner) {
    auto schemas = load_schemas(line);
    if (!schemas) return std::move(schemas).error();
    auto loaded = std::make_unique<Loaded>(Loaded{*std::move(schemas), std::nullopt});
    if (partner.empty()) return loaded;
    auto rules = rules_of(line, partner, loaded->schemas);
    if (!rules) return std::move(rules).error();
    loaded->partner = *std::move(rules);
    return loaded;
}

Error no_use(const edi::SchemaSet& schemas, const edi::SetSchema& set, const std::string& name) {
    std::vector<std::string> known;
    for (const edi::SchemaSet::UseName& use : schemas.uses())
        known.emplace_back(use.name);
    const std::string near = near_match(name, known);
    return Error("schema.use.unknown",
                 Blame::Operator,
                 "there is no use " + name + " of release " + std::string(set.release) +
                     (near.empty() || near == name ? "" : "; did you mean " + near + "?"))
        .remedy("\"sallyport schema list --uses\" shows them");
}

int show(CommandLine& line, const SchemaOptions& options) {
    Named name = named(options.set);
    auto loaded = load(line, options.partner.empty() ? name.partner : options.partner);
    if (!loaded) return report(line, loaded.error());
    if (!options.release.empty()) name.release = options.release;
    auto set = find((*loaded)->schemas, name);
    const auto envelope = set ? std::nullopt : envelope_of((*loaded)->schemas, name);
    if (envelope) set = &*envelope;
    if (!set) return report(line, set.error());
    edi::SchemaView view;
    view.elements = envelope || options.elements || options.codes || !options.segment.empty();
    view.codes = options.codes;
    view.segment = options.segment;
    view.guide = (*loaded)->partner ? &(*loaded)->partner->guide : nullptr;
    if (!options.use.empty()) {
        view.guide = (*loaded)->schemas.use_named((*set)->standard, (*set)->release, options.use);
        if (!view.guide) return report(line, no_use((*loaded)->schemas, **set, options.use));
    }
    if (line.json) {
        line.out << edi::schema_json(**set, view).dump(2) << '\n';
    } else {
        line.out << edi::schema_text(**set, view);
    }
    return exit_code::Done;
}

int list_uses(CommandLine& line, const edi::SchemaSet& schemas) {
    Json all = Json::array();
    for (const edi::SchemaSet::UseName& use : schemas.uses()) {
        if (line.json) {
            all.push_back({{"use", use.name},
                           {"standard", edi::to_string(use.standard)},
                           {"release", use.release},
                           {"association", use.association}});
        } else {
            line.out << use.name << ' ' << edi::to_string(use.standard) << ' ' << use.release << ' '
                     << use.association << '\n';
        }
    }
    if (line.json) line.out << all.dump(2) << '\n';
    return exit_code::Done;
}

int list(CommandLine& line, const SchemaOptions& options) {
    auto schemas = load_schemas(line);
    if (!schemas) return report(line, schemas.error());
    if (options.uses) return list_uses(line, *schemas);
    Json all = Json::array();
    for (const edi::SchemaSet::Name& name : schemas->names()) {
        if (line.json) {
            all.push_back({{"standard", edi::to_string(name.standard)},
                           {"release", name.release},
                           {"set", name.set}});
        } else {
            line.out << edi::to_string(name.standard) << ' ' << name.release << ' ' << name.set
                     << '\n';
        }
    }
    if (line.json) line.out << all.dump(2) << '\n';
    return exit_code::Done;
}

int diff(CommandLine& line, const SchemaOptions& options) {
    std::vector<std::string> facts[2];
    const std::string* const names[2] = {&options.first, &options.second};
    for (std::size_t i = 0; i < 2; ++i) {
        const Named name = named(*names[i]);
        auto loaded = load(line, name.partner);
        if (!loaded) return report(line, loaded.error());
        auto set = find((*loaded)->schemas, name);
        if (!set) return report(line, set.error());
        facts[i] =
            edi::schema_facts(**set, (*loaded)->partner ? &(*loaded)->partner->guide : nullptr);
    }
    const auto differences = edi::schema_diff(facts[0], facts[1]);
    if (line.json) {
        Json all = Json::array();
        for (const edi::SchemaDifference& one : differences)
            all.push_back(
                {{"only_in", one.added ? options.second : options.first}, {"fact", one.fact}});
        line.out << all.dump(2) << '\n';
        return exit_code::Done;
    }
    for (const edi::SchemaDifference& one : differences)
        line.out << (one.added ? "+ " : "- ") << one.fact << '\n';
    line.err << "sallyport: " << differences.size() << " differences between " << options.first
             << " (-) and " << options.second << " (+)\n";
    return exit_code::Done;
}

Status write_all(const edi::Imported& imported, const SchemaOptions& options, CommandLine& line) {
    const std::filesystem::path into(options.into);
    std::vector<std::pair<std::filesystem::path, std::string>> files;
    for (const auto& [name, text] : imported.files)
        files.emplace_back(into / name, text);
    if (!imported.guide.empty())
        files.emplace_back(into / (std::filesystem::path(options.file).stem().string() + ".guide"),
                           imported.guide);
    std::error_code failed;
    for (const auto& [file, text] : files) {
        if (!options.force && std::filesystem::exists(file, failed))
            return Error("import.exists", Blame::Operator, file.string() + " is already there")
                .remedy("name another directory with --into, or give --force");
    }
    for (const auto& [file, text] : files) {
        std::filesystem::create_directories(file.parent_path(), failed);
        if (Status written = write_file_durably(file, text, 0644); !written) return written;
        line.out << file.string() << '\n';
    }
    return {};
}

// A file is SEF; a directory holds the UN's texts.
Result<edi::Imported> read_tables(const SchemaOptions& options) {
    std::error_code failed;
    if (!std::filesystem::is_directory(options.file, failed)) {
        auto text = read_file(options.file, MaxFileBytes);
        if (!text) return std::move(text).error();
        return edi::import_sef(*text);
    }
    if (options.release.empty())
        return Error(
                   "import.untdid", Blame::Operator, "which directory these texts are is not said")
            .remedy("give --release, for instance --release D97B");
    std::map<std::string, std::string> texts;
    for (const auto& entry : std::filesystem::directory_iterator(options.file, failed)) {
        if (!entry.is_regular_file(failed) || texts.size() >= MaxTexts) continue;
        auto text = read_file(entry.path(), MaxFileBytes);
        if (!text) return std::move(text).error();
        texts[entry.path().filename().string()] = *std::move(text);
    }
    return edi::import_untdid(texts, options.release);
}

int import(CommandLine& line, const SchemaOptions& options) {
    auto imported = read_tables(options);
    if (!imported)
        return report(line, std::move(imported).error().during("importing " + options.file));
    if (Status written = write_all(*imported, options, line); !written) {
        const int code = report(line, written.error());
        return written.error().code() == "import.exists" ? exit_code::Conflict : code;
    }
    for (const std::string& note : imported->notes)
        line.err << "sallyport: " << note << '\n';
    // What was written must load; a table that does not is of no use and says so here, not when the first document comes.
    auto schemas = edi::SchemaSet::load(options.into);
    if (!schemas)
        return report(line, std::move(schemas).error().during("loading what was imported"));
    line.err << "sallyport: " << schemas->names().size()
             << " sets; copy the directory's content to "
             << (line.config_file.parent_path() / "schemas").string()
             << " for the gateway to use it\n";
    return exit_code::Done;
}

void add_show(CLI::App& noun, CommandLine& line, const std::shared_ptr<SchemaOptions>& options) {
    CLI::App* verb = noun.add_subcommand("show", "the tree of a set or message");
    verb->add_option("SET", options->set, "850, ORDERS, or with its release: 004030/850")
        ->required();
    verb->add_option("--release", options->release, "004010, 005010, D96A, D01B …");
    verb->add_option("--partner", options->partner, "with the rules of this partner's guide");
    verb->add_option("--use", options->use, "with the rules of an association: VICS, EANCOM-1997 …")
        ->excludes("--partner");
    verb->add_option("--segment", options->segment, "only this segment, with its elements");
    verb->add_flag("--elements", options->elements, "the elements and conditions of each segment");
    verb->add_flag("--codes", options->codes, "the code lists as well");
    verb->add_flag("--json", line.json, "for programs");
    verb->callback(
        [&line, options] { line.action = [&line, options] { return show(line, *options); }; });
    verb->footer(
        "Examples:\n"
        "  sallyport schema show 850                                 the tree, release 004010\n"
        "  sallyport schema show ORDERS --release D01B --segment NAD --codes\n"
        "  sallyport schema show 850 --partner acme                  with acme's rules at their "
        "places\n");
}

}  // namespace

void add_schema_commands(CommandLine& line) {
    CLI::App* noun = line.app.add_subcommand(
        "schema", "what the standards allow, and what a partner's guide changes");
    noun->require_subcommand(1);
    const auto options = std::make_shared<SchemaOptions>();
    add_show(*noun, line, options);
    CLI::App* listed = noun->add_subcommand("list", "every set and message installed");
    listed->add_flag("--json", line.json, "for programs");
    listed->add_flag(
        "--uses", options->uses, "the associations' uses instead, and what chooses them");
    listed->callback(
        [&line, options] { line.action = [&line, options] { return list(line, *options); }; });
    listed->footer(
        "Examples:\n"
        "  sallyport schema list\n"
        "  sallyport schema list --uses\n"
        "  sallyport schema list | grep D01B\n"
        "  sallyport schema list --json | jq length\n");
    CLI::App* compared = noun->add_subcommand("diff", "what two of them allow differently");
    compared->add_option("A", options->first, "RELEASE/SET, or RELEASE/SET@PARTNER")->required();
    compared->add_option("B", options->second, "the other one")->required();
    compared->add_flag("--json", line.json, "for programs");
    compared->callback(
        [&line, options] { line.action = [&line, options] { return diff(line, *options); }; });
    compared->footer(
        "Examples:\n"
        "  sallyport schema diff 004010/850 005010/850         two releases\n"
        "  sallyport schema diff 004010/850 004010/850@acme    what acme's guide adds\n"
        "  sallyport schema diff D96A/ORDERS D01B/ORDERS --json\n");
    CLI::App* imported = noun->add_subcommand(
        "import", "your own tables as schema files: a SEF file, or a directory of the UN's texts");
    imported
        ->add_option(
            "PATH", options->file, "the SEF file, or the directory with EDSD, UNCL, ORDERS_D.97B …")
        ->required()
        ->check(CLI::ExistingPath);
    imported->add_option("--release", options->release, "of the UN's texts: D97B")
        ->check([](const std::string& name) {
            const bool good =
                name.size() >= 3 && name.size() <= 5 &&
                name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") == std::string::npos;
            return good ? std::string() : name + " is no directory's name, such as D97B";
        });
    imported->add_option("--into", options->into, "directory for the schema files")->required();
    imported->add_flag("--force", options->force, "replace files that are there");
    imported->callback(
        [&line, options] { line.action = [&line, options] { return import(line, *options); }; });
    imported->footer(
        "Examples:\n"
        "  sallyport schema import acme-850.sef --into acme-schemas\n"
        "  sallyport schema import d97b-texts --release D97B --into /etc/sallyport/schemas\n"
        "  cp acme-schemas/acme-850.guide /etc/sallyport/partners/acme.guide; sallyport schema "
        "show "
        "850 --partner acme\n");
    noun->footer(
        "Examples:\n"
        "  sallyport schema show 850\n"
        "  sallyport schema diff 004010/850 005010/850\n"
        "  sallyport schema import acme-850.sef --into /etc/sallyport/schemas\n");
}

}  // namespace sallyport::daemon
