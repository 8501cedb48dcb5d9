// SPDX-License-Identifier: Apache-2.0
// sallyport edi …: one file, no daemon, no configuration. Data goes to stdout, so that it can be piped.
#include "gateway/base/clock.h"
#include "gateway/base/file.h"
#include "gateway/daemon/command.h"
#include "parsers/ack.h"
#include "parsers/edi.h"
#include "parsers/report.h"
#include "parsers/split.h"
#include "parsers/view.h"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace sallyport::daemon {
namespace {

constexpr std::size_t MaxFileBytes = std::size_t{1} << 30;

struct EdiOptions {
    std::string file;
    std::string policy = "reject-transaction";
    std::string control = "1";
    std::string directory = ".";  // split: where the parts go
    bool summary = false;
    bool html = false;
};

struct Opened {
    edi::SchemaSet schemas;
    edi::Document document;
    edi::Report report;
};

Result<Bytes> octets_of(const std::string& file) {
    if (file != "-") return read_file(file, MaxFileBytes);
    return Bytes(std::istreambuf_iterator<char>(std::cin), {});
}

Result<Opened> judge(Bytes octets, const std::string& name) {
    auto data = data_directory();
    if (!data) return std::move(data).error();
    auto schemas = edi::SchemaSet::load(*data / "schemas");
    if (!schemas) return std::move(schemas).error();
    edi::Limits limits;
    limits.bytes = MaxFileBytes;
    limits.segments = 50'000'000;
    auto document = edi::read(std::move(octets), limits);
    if (!document) return std::move(document).error().during("reading " + name);
    edi::Report report = edi::validate(*document, *schemas);
    return Opened{*std::move(schemas), *std::move(document), std::move(report)};
}

Result<Opened> open(const EdiOptions& options) {
    auto octets = octets_of(options.file);
    if (!octets) return std::move(octets).error();
    return judge(*std::move(octets), options.file);
}

int verdict(const edi::Report& report) {
    return report.accepted() ? exit_code::Done : exit_code::DocumentsHaveFaults;
}

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

int parse(CommandLine& line, const EdiOptions&, const Opened& opened) {
    if (line.json) {
        line.out << edi::document_json(opened.document).dump(2) << '\n';
    } else {
        line.out << edi::text_view(opened.document, opened.report, edi::Faults::Leave);
    }
    return exit_code::Done;
}

int validate(CommandLine& line, const EdiOptions& options, const Opened& opened) {
    if (options.html) {
        line.out << edi::html_view(opened.document, opened.report);
    } else if (options.summary) {
        print_summary(line.out, opened.report);
    } else if (line.json) {
        line.out << edi::report_json(opened.report).dump(2) << '\n';
    } else {
        line.out << edi::text_view(opened.document, opened.report, edi::Faults::Show);
        print_summary(line.out, opened.report);
    }
    return verdict(opened.report);
}

// CCYYMMDD and HHMM of now, in UTC.
std::pair<std::string, std::string> date_and_time() {
    const std::string text = iso8601(SystemClock().now());  // 2026-11-23T04:56:12.123456Z
    return {text.substr(0, 4) + text.substr(5, 2) + text.substr(8, 2),
            text.substr(11, 2) + text.substr(14, 2)};
}

int ack(CommandLine& line, const EdiOptions& options, const Opened& opened) {
    edi::AckEnvelope envelope;
    envelope.interchange_control = options.control;
    envelope.group_control = options.control;
    unsigned next = 0;
    envelope.transaction_control = [&next] {
        const std::string digits = std::to_string(++next);
        return std::string(digits.size() < 4 ? 4 - digits.size() : 0, '0') + digits;
    };
    std::tie(envelope.date, envelope.time) = date_and_time();
    const edi::AcceptancePolicy policy =
        options.policy == "reject-group"         ? edi::AcceptancePolicy::RejectGroup
        : options.policy == "accept-with-errors" ? edi::AcceptancePolicy::AcceptWithErrors
                                                 : edi::AcceptancePolicy::RejectTransaction;
    for (std::size_t i = 0; i < opened.report.interchanges.size(); ++i) {
        envelope.separators = opened.document.interchanges[i].separators;
        auto written = edi::write_997(opened.report.interchanges[i], policy, envelope);
        if (!written) return report(line, written.error());
        line.out << *written;
    }
    return verdict(opened.report);
}

int split(CommandLine& line, const EdiOptions& options, const Opened& opened) {
    const std::filesystem::path directory(options.directory);
    for (const edi::Part& part : edi::split(opened.document)) {
        const std::filesystem::path file = directory / (part.name + ".edi");
        if (std::filesystem::exists(file)) {
            (void)report(line,
                         Error("edi.exists", Blame::Operator, file.string() + " is already there")
                             .remedy("name an empty directory with --into"));
            return exit_code::Conflict;
        }
        if (Status written = write_file_durably(file, part.octets, 0640); !written)
            return report(line, written.error());
        line.out << file.string() << '\n';
    }
    return exit_code::Done;
}

// The inverse of `parse --json`; what it writes is judged before it leaves.
int write(CommandLine& line, const EdiOptions& options) {
    auto octets = octets_of(options.file);
    if (!octets) return report(line, octets.error());
    const auto tree = nlohmann::ordered_json::parse(*octets, nullptr, false);
    if (tree.is_discarded()) {
        return report(line,
                      Error("edi.json", Blame::Operator, options.file + " is not JSON")
                          .remedy("give the JSON that \"edi parse --json\" prints"));
    }
    auto written = edi::write_json(tree);
    if (!written) return report(line, written.error());
    auto opened = judge(*written, options.file);
    if (!opened) return report(line, opened.error());
    line.out << *written;
    if (!opened->report.accepted())
        line.err << edi::text_view(opened->document, opened->report, edi::Faults::Show);
    return verdict(opened->report);
}

}  // namespace

void add_edi_commands(CommandLine& line) {
    CLI::App* noun =
        line.app.add_subcommand("edi", "one EDI file: read, judge, acknowledge; no daemon");
    noun->require_subcommand(1);
    auto options = std::make_shared<EdiOptions>();
    using Action = std::function<int(CommandLine&, const EdiOptions&, const Opened&)>;
    const auto add = [&](const char* name, const char* help, Action action) {
        CLI::App* verb = noun->add_subcommand(name, help);
        verb->add_option("FILE", options->file, "the file; - is standard input")->required();
        verb->callback([&line, options, action = std::move(action)] {
            line.action = [&line, options, action] {
                auto opened = open(*options);
                return opened ? action(line, *options, *opened) : report(line, opened.error());
            };
        });
        return verb;
    };
    CLI::App* parsed = add("parse", "the document as a tree", parse);
    parsed->add_flag("--json", line.json, "the tree as JSON");
    CLI::App* validated = add("validate", "every fault, at its segment and element", validate);
    validated->add_flag("--json", line.json, "the report as JSON");
    validated->add_flag("--summary", options->summary, "one line per interchange and transaction");
    validated->add_flag("--html", options->html, "one HTML page with the faults at their elements");
    CLI::App* acknowledged = add("ack", "the 997 this file earns, on standard output", ack);
    acknowledged
        ->add_option(
            "--policy", options->policy, "what one faulty transaction means for the others")
        ->check(CLI::IsMember({"reject-transaction", "reject-group", "accept-with-errors"}))
        ->capture_default_str();
    acknowledged
        ->add_option("--control", options->control, "control number of interchange and group")
        ->capture_default_str();
    add("format",
        "one segment per line with its position and depth",
        [](CommandLine& to, const EdiOptions&, const Opened& opened) {
            to.out << edi::text_view(opened.document, opened.report, edi::Faults::Leave);
            return exit_code::Done;
        });
    CLI::App* parts = add("split", "every transaction as an interchange of its own", split);
    parts->add_option("--into", options->directory, "directory for the parts")
        ->check(CLI::ExistingDirectory)
        ->capture_default_str();
    CLI::App* written = noun->add_subcommand(
        "write", "the JSON of \"edi parse --json\" as a document, on standard output");
    written->add_option("FILE", options->file, "the JSON file; - is standard input")->required();
    written->callback(
        [&line, options] { line.action = [&line, options] { return write(line, *options); }; });
    noun->footer(
        "Examples:\n"
        "  sallyport edi validate order.edi                 the file, with each fault under its "
        "segment\n"
        "  sallyport edi validate order.edi --json | jq .   the same for programs\n"
        "  sallyport edi ack order.edi > 997.edi            the acknowledgement it earns\n");
}

}  // namespace sallyport::daemon
