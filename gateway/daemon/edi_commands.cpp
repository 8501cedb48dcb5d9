// SPDX-License-Identifier: Apache-2.0
// sallyport edi …: one file, no daemon, no configuration needed. Data goes to stdout, so that it can be piped.
#include "gateway/base/file.h"
#include "gateway/daemon/edi_command.h"
#include "gateway/daemon/edi_stream.h"
#include "parsers/edi.h"
#include "parsers/finish.h"
#include "parsers/report.h"
#include "parsers/split.h"
#include "parsers/view.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace sallyport::daemon {
namespace {

Result<Bytes> octets_of(const std::string& file) {
    auto input = EdiInput::open(file);
    return input ? input->whole() : Result<Bytes>(std::move(input).error());
}

Result<Judged> judge(const CommandLine& line, const EdiOptions& options, Bytes octets) {
    auto schemas = load_schemas(line);
    if (!schemas) return std::move(schemas).error();
    auto kept = std::make_unique<edi::SchemaSet>(*std::move(schemas));
    std::optional<PartnerRules> partner;
    edi::Leniencies leniencies;
    edi::ValidationOptions validation;
    validation.thorough = true;
    if (!options.partner.empty()) {
        auto rules = rules_of(line, options.partner, *kept);
        if (!rules) return std::move(rules).error();
        partner = *std::move(rules);
        leniencies = partner->guide.leniencies();
        validation.guide = &partner->guide;
    }
    for (const std::string& name : options.accept)
        (void)edi::set_leniency(leniencies, name, true);
    edi::Limits limits;
    limits.bytes = MaxHeldBytes;
    limits.segments = 50'000'000;
    auto document = edi::read(std::move(octets), limits, leniencies);
    if (!document) return std::move(document).error().during("reading " + options.file);
    edi::Report report = edi::validate(*document, *kept, validation);
    return Judged{std::move(kept), std::move(partner), *std::move(document), std::move(report)};
}

int verdict(const edi::Report& report) {
    return report.accepted() ? exit_code::Done : exit_code::DocumentsHaveFaults;
}

int parse(CommandLine& line, const EdiOptions& options, const Judged& judged) {
    if (options.summary) {
        for (const edi::InterchangeReport& interchange : judged.report.interchanges) {
            print_listed(line.out, interchange);
            for (const edi::GroupReport& group : interchange.groups) {
                print_listed(line.out, group);
                for (const edi::TransactionReport& one : group.transactions)
                    print_listed(line.out, one);
            }
        }
    } else if (line.json) {
        line.out << edi::document_json(judged.document).dump(2) << '\n';
    } else {
        line.out << edi::text_view(judged.document, judged.report, edi::Faults::Leave);
    }
    return exit_code::Done;
}

int format(CommandLine& line, const EdiOptions& options, const Judged& judged) {
    if (!options.html) return parse(line, options, judged);
    line.out << edi::html_view(judged.document, judged.report);
    return exit_code::Done;
}

int validate(CommandLine& line, const EdiOptions& options, const Judged& judged) {
    if (options.html) {
        line.out << edi::html_view(judged.document, judged.report);
    } else if (line.json) {
        line.out << edi::report_json(judged.report).dump(2) << '\n';
    } else if (options.summary) {
        print_summary(line.out, judged.report);
    } else {
        line.out << edi::text_view(judged.document, judged.report, edi::Faults::Show);
        print_summary(line.out, judged.report);
    }
    return verdict(judged.report);
}

int split(CommandLine& line, const EdiOptions& options, const Judged& judged) {
    PartFiles files(line.out, options.directory, line.json);
    Status done;
    for (const edi::Part& part : edi::split(judged.document)) {
        done = files.write(part);
        if (!done) break;
    }
    files.finish();
    return done ? exit_code::Done : report_split(line, done.error());
}

// The inverse of `parse --json`; what it writes is judged before it leaves, and does not leave when it is faulty.
int write(CommandLine& line, const EdiOptions& options) {
    auto octets = octets_of(options.file);
    if (!octets) return report(line, octets.error());
    const auto tree = nlohmann::ordered_json::parse(*octets, nullptr, false);
    if (tree.is_discarded()) {
        return report(line,
                      Error("edi.json", Blame::Operator, options.file + " is not JSON")
                          .remedy("give the JSON that \"edi parse --json\" prints"));
    }
    auto schemas = load_schemas(line);
    if (!schemas) return report(line, schemas.error());
    edi::WriteOptions how;
    how.style.transliterate = options.transliterate;
    how.finish.form = options.form == "minimal"  ? edi::ValueForm::Minimal
                      : options.form == "padded" ? edi::ValueForm::Padded
                                                 : edi::ValueForm::AsGiven;
    how.schemas = &*schemas;
    if (!options.partner.empty()) {
        auto rules = rules_of(line, options.partner, *schemas);
        if (!rules) return report(line, rules.error());
        how.separators = rules->separators;
    }
    auto written = edi::write_json(tree, how);
    if (!written) return report(line, written.error());
    auto judged = judge(line, options, *written);
    if (!judged) return report(line, judged.error());
    const bool leaves = judged->report.accepted() || options.even_if_faulty;
    if (leaves) line.out << *written;
    if (!judged->report.accepted()) {
        line.err << edi::text_view(judged->document, judged->report, edi::Faults::Show);
        if (!leaves)
            line.err << "sallyport: not written: the document has the faults above; correct it, or "
                        "give --even-if-faulty [edi.write.invalid]\n";
    }
    return verdict(judged->report);
}

using Action = std::function<int(CommandLine&, const EdiOptions&, const Judged&)>;
using Options = std::shared_ptr<EdiOptions>;

void add_reading_options(CLI::App& verb, EdiOptions& options) {
    verb.add_option("FILE", options.file, "the file; - is standard input")->required();
    verb.add_option("--partner",
                    options.partner,
                    "read and judge by this partner's guide: a name of the configuration, or a "
                    ".toml or .guide file");
    std::vector<std::string> names;
    for (const std::string_view name : edi::leniency_names())
        names.emplace_back(name);
    verb.add_option("--accept", options.accept, "put this right and say so (repeatable)")
        ->check(CLI::IsMember(names));
}

// What a verb does with a document too long to be held; empty: it needs the whole.
std::optional<StreamedVerb> streamed_verb(std::string_view verb, const EdiOptions& options) {
    if (options.html) return std::nullopt;
    if (verb == "validate") return StreamedVerb::Validate;
    if ((verb == "parse" || verb == "format") && options.summary) return StreamedVerb::List;
    if (verb == "ack") return StreamedVerb::Acknowledge;
    if (verb == "split") return StreamedVerb::Split;
    return std::nullopt;
}

int run_verb(CommandLine& line,
             const EdiOptions& options,
             std::string_view verb,
             const Action& action) {
    auto input = EdiInput::open(options.file);
    if (!input) return report(line, input.error());
    if (const auto streamed = streamed_verb(verb, options); streamed && input->is_long()) {
        if (const auto code = run_as_stream(line, options, *streamed, *input)) return *code;
    }
    auto octets = input->whole();
    if (!octets) return report(line, octets.error());
    auto judged = judge(line, options, *octets);
    if (judged) return action(line, options, *judged);
    return verb == "ack" ? acknowledge_unreadable(line, options, *octets, judged.error())
                         : report(line, judged.error());
}

CLI::App* add_verb(
    CLI::App& noun, CommandLine& line, const Options& options, const char* name, const char* help) {
    CLI::App* verb = noun.add_subcommand(name, help);
    add_reading_options(*verb, *options);
    static const std::map<std::string, Action, std::less<>> Actions = {{"parse", parse},
                                                                       {"validate", validate},
                                                                       {"format", format},
                                                                       {"split", split},
                                                                       {"ack", acknowledge_file}};
    verb->callback([&line, options, verb = std::string(name), action = Actions.at(name)] {
        line.action = [&line, options, verb, action] {
            return run_verb(line, *options, verb, action);
        };
    });
    return verb;
}

void add_ack_options(CLI::App& verb, EdiOptions& options) {
    verb.add_option("--kind",
                    options.kind,
                    "auto: the 997 (with a TA1 where one is due) or the CONTRL; 824 and APERAK "
                    "say the same for people")
        ->check(CLI::IsMember({"auto", "997", "999", "ta1", "contrl", "824", "aperak"}))
        ->capture_default_str();
    verb.add_option("--policy", options.policy, "what one faulty transaction means for the others")
        ->check(CLI::IsMember({"reject-transaction", "reject-group", "accept-with-errors"}))
        ->capture_default_str();
    verb.add_option("--control", options.control, "control number of interchange and group")
        ->capture_default_str();
    verb.add_flag("--receipt", options.receipt, "CONTRL: received, not yet judged (action 8)");
    verb.add_flag("--summary",
                  options.summary,
                  "what the acknowledgement says, one line per interchange and transaction");
    verb.footer(
        "Examples:\n"
        "  sallyport edi ack order.edi > answer.edi            the 997 or CONTRL it earns\n"
        "  sallyport edi ack order.edi --kind 999              the same as a 999\n"
        "  sallyport edi ack order.edi --json                  the answers with whom they go to\n"
        "  sallyport edi ack order.edi --policy reject-group   one bad order rejects its group\n");
}

void add_write(CLI::App& noun, CommandLine& line, const Options& options) {
    CLI::App* verb = noun.add_subcommand(
        "write", "the JSON of \"edi parse --json\" as a document, on standard output");
    add_reading_options(*verb, *options);
    verb->add_option("--form", options->form, "how values are filled")
        ->check(CLI::IsMember({"as-given", "minimal", "padded"}))
        ->capture_default_str();
    verb->add_flag("--transliterate",
                   options->transliterate,
                   "write \"e\" for \"\u00e9\" where the character set has no \"\u00e9\"");
    verb->add_flag(
        "--even-if-faulty", options->even_if_faulty, "print the document although it has faults");
    verb->callback(
        [&line, options] { line.action = [&line, options] { return write(line, *options); }; });
    verb->footer(
        "Examples:\n"
        "  sallyport edi parse order.edi --json > tree.json; sallyport edi write tree.json\n"
        "  sallyport edi write tree.json --partner acme     with the separators agreed with acme\n"
        "  sallyport edi write tree.json --form minimal     no blanks or zeros that say nothing\n");
}

void add_format(CLI::App& noun, CommandLine& line, const Options& options) {
    CLI::App* formatted =
        add_verb(noun, line, options, "format", "one segment per line with its position and depth");
    formatted->add_flag("--html", options->html, "as an HTML page");
    formatted->add_flag("--json", line.json, "the tree, as \"edi parse --json\" prints it");
    formatted->add_flag(
        "--summary", options->summary, "one line per interchange, group and transaction");
    formatted->footer(
        "Examples:\n"
        "  sallyport edi format order.edi                      to read on a screen\n"
        "  sallyport edi format - < order.edi                  from a pipe\n"
        "  sallyport edi format order.edi --html > page.html   as a page\n");
}

void add_split(CLI::App& noun, CommandLine& line, const Options& options) {
    CLI::App* parts =
        add_verb(noun, line, options, "split", "every transaction as an interchange of its own");
    parts->add_option("--into", options->directory, "directory for the parts")
        ->check(CLI::ExistingDirectory)
        ->capture_default_str();
    parts->add_flag("--json", line.json, "the files written, as JSON");
    parts->footer(
        "Examples:\n"
        "  sallyport edi split orders.edi --into parts\n"
        "  sallyport edi split orders.edi --into parts | xargs -n1 sallyport edi validate\n"
        "  sallyport edi split - --into parts --json < orders.edi\n");
}

}  // namespace

void print_summary(std::ostream& out, const edi::Report& report) {
    for (const edi::InterchangeReport& interchange : report.interchanges) {
        out << interchange.standard << " interchange " << interchange.control << " from "
            << interchange.sender << " to " << interchange.receiver << ": "
            << (interchange.accepted() ? "accepted" : "faulty") << ", " << interchange.faults.size()
            << " faults, " << interchange.repairs.size() << " repairs\n";
        for (const edi::GroupReport& group : interchange.groups) {
            for (const edi::TransactionReport& one : group.transactions) {
                out << "  " << one.set << " " << one.version << " " << one.control << ": "
                    << (one.accepted() ? "accepted" : "faulty") << ", " << one.segments
                    << " segments, " << one.faults.size() + one.faults_left_out << " faults\n";
            }
        }
    }
}

void print_listed(std::ostream& out, const edi::InterchangeReport& report) {
    out << report.standard << " interchange " << report.control << " from " << report.sender
        << " to " << report.receiver << "\n";
}

void print_listed(std::ostream& out, const edi::GroupReport& report) {
    if (report.control.empty() && report.functional_id.empty()) return;
    out << "  group " << report.functional_id << " " << report.control << " from " << report.sender
        << " to " << report.receiver << "\n";
}

void print_listed(std::ostream& out, const edi::TransactionReport& report) {
    out << "    " << report.set << " " << report.version << " " << report.control << " at byte "
        << report.byte << ", " << report.segments << " segments\n";
}

Status PartFiles::write(const edi::Part& part) {
    const std::filesystem::path file = m_directory / (part.name + ".edi");
    if (std::filesystem::exists(file)) {
        return Error("edi.exists", Blame::Operator, file.string() + " is already there")
            .remedy("name an empty directory with --into");
    }
    if (Status written = write_file_durably(file, part.octets, 0640); !written) return written;
    if (m_json) {
        const nlohmann::ordered_json one = {{"file", file.string()}, {"bytes", part.octets.size()}};
        m_out << (m_count == 0 ? "{\"parts\":[" : ",\n") << one.dump();
    } else {
        m_out << file.string() << '\n';
    }
    ++m_count;
    return {};
}

void PartFiles::finish() {
    if (m_json) m_out << (m_count == 0 ? "{\"parts\":[" : "") << "]}\n";
}

int report_split(CommandLine& line, const Error& error) {
    const int code = report(line, error);
    return error.code() == "edi.exists" ? exit_code::Conflict : code;
}

void add_edi_commands(CommandLine& line) {
    CLI::App* noun =
        line.app.add_subcommand("edi", "one EDI file: read, judge, acknowledge; no daemon");
    noun->require_subcommand(1);
    const auto options = std::make_shared<EdiOptions>();
    CLI::App* parsed = add_verb(*noun, line, options, "parse", "the document as a tree");
    CLI::Option* json = parsed->add_flag("--json", line.json, "the tree as JSON");
    parsed
        ->add_flag("--summary",
                   options->summary,
                   "one line per interchange, group and transaction, of files of any size")
        ->excludes(json);
    parsed->footer(
        "Examples:\n"
        "  sallyport edi parse order.edi                       one segment per line\n"
        "  sallyport edi parse order.edi --json | jq .         the tree for programs\n"
        "  sallyport edi parse catalogue.edi --summary         what is in it, however large\n"
        "  sallyport edi parse old.edi --accept other-encoding EBCDIC or UTF-16, converted\n");
    CLI::App* validated =
        add_verb(*noun, line, options, "validate", "every fault, at its segment and element");
    validated->add_flag("--json", line.json, "the report as JSON");
    validated->add_flag("--summary", options->summary, "one line per interchange and transaction");
    validated->add_flag("--html", options->html, "one HTML page with the faults at their elements");
    validated->footer(
        "Examples:\n"
        "  sallyport edi validate order.edi                    each fault under its segment\n"
        "  sallyport edi validate order.edi --partner acme     by acme's guide as well\n"
        "  sallyport edi validate order.edi --html > page.html a page to send to the partner\n"
        "Exit status: 0 accepted, 7 faults, 1 unreadable.\n");
    CLI::App* acknowledged =
        add_verb(*noun, line, options, "ack", "the acknowledgement this file earns");
    add_ack_options(*acknowledged, *options);
    acknowledged->add_flag("--json", line.json, "the answers as JSON, each with whom it goes to");
    add_format(*noun, line, options);
    add_split(*noun, line, options);
    add_write(*noun, line, options);
    noun->footer(
        "Examples:\n"
        "  sallyport edi validate order.edi                 the file, with each fault under its "
        "segment\n"
        "  sallyport edi validate order.edi --json | jq .   the same for programs\n"
        "  sallyport edi ack order.edi > 997.edi            the acknowledgement it earns\n");
}

}  // namespace sallyport::daemon
