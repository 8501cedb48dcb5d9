// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/edi_stream.h"

#include "gateway/base/file.h"
#include "gateway/daemon/edi_partner.h"
#include "parsers/guide.h"
#include "parsers/report.h"
#include "parsers/stream.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {
namespace {

using Json = nlohmann::ordered_json;

// What all forms of output count.
class Printer : public edi::StreamSink {
public:
    explicit Printer(std::ostream& out) : m_out(out) {}
    void begin_interchange(const edi::InterchangeReport&) override {
        m_accepted = true;
        m_any = true;
    }
    void begin_group(const edi::GroupReport&) override { m_group_accepted = true; }
    void transaction(edi::TransactionReport report) override {
        m_group_accepted = m_group_accepted && report.accepted();
        ++m_transactions;
        print(report);
    }
    void end_group(edi::GroupReport report) override {
        m_group_accepted = m_group_accepted && report.accepted();
        m_accepted = m_accepted && m_group_accepted;
        print(report);
    }
    void end_interchange(edi::InterchangeReport report) override {
        m_accepted = m_accepted && report.accepted();
        m_all_accepted = m_all_accepted && m_accepted;
        print(report);
        m_transactions = 0;
    }
    virtual void finish() {}
    bool any() const { return m_any; }
    bool accepted() const { return m_any && m_all_accepted; }

protected:
    virtual void print(const edi::TransactionReport& report) = 0;
    virtual void print(const edi::GroupReport& report) = 0;
    virtual void print(const edi::InterchangeReport& report) = 0;

    std::ostream& m_out;
    std::uint64_t m_transactions = 0;
    bool m_any = false, m_accepted = true, m_group_accepted = true, m_all_accepted = true;
};

class TextPrinter : public Printer {
public:
    TextPrinter(std::ostream& out, bool summary) : Printer(out), m_summary(summary) {}

protected:
    void print(const edi::TransactionReport& report) override {
        if (report.faults.empty() && !m_summary) return;
        m_out << report.set << " " << report.version << " " << report.control << " at byte "
              << report.byte << ": " << (report.accepted() ? "accepted" : "faulty") << ", "
              << report.segments << " segments, " << report.faults.size() + report.faults_left_out
              << " faults\n";
        print_faults(report.faults);
        if (report.faults_left_out > 0) m_out << "  and " << report.faults_left_out << " more\n";
    }
    void print(const edi::GroupReport& report) override { print_faults(report.faults); }
    void print(const edi::InterchangeReport& report) override {
        print_faults(report.repairs);
        print_faults(report.faults);
        m_out << report.standard << " interchange " << report.control << " from " << report.sender
              << " to " << report.receiver << ": " << (m_accepted ? "accepted" : "faulty") << ", "
              << m_transactions << " transactions, octets " << report.byte << " to " << report.end
              << "\n";
    }

private:
    void print_faults(const std::vector<edi::Fault>& faults) {
        if (m_summary) return;
        for (const edi::Fault& fault : faults) {
            m_out << "  " << to_string(fault.severity) << " " << fault.segment << " "
                  << fault.position;
            if (fault.element > 0) m_out << " element " << fault.element;
            if (fault.component > 0) m_out << " component " << fault.component;
            m_out << " (line " << fault.line << ", byte " << fault.byte << "): " << fault.message
                  << "; " << fault.remedy << " [" << fault.code << "]\n";
        }
    }
    bool m_summary;
};

// The report of `validate --json`, written as it comes: what is known last stands last.
class JsonPrinter : public Printer {
public:
    explicit JsonPrinter(std::ostream& out) : Printer(out) {}
    void begin_interchange(const edi::InterchangeReport& report) override {
        if (!m_any) m_out << "{\"interchanges\":[";
        Printer::begin_interchange(report);
        Json json = shell(report)["interchanges"][0];
        for (const char* later : {"accepted", "repairs", "faults", "groups"})
            json.erase(later);
        open(json, "groups");
        m_first = true;
    }
    void begin_group(const edi::GroupReport& report) override {
        Printer::begin_group(report);
        edi::InterchangeReport around;
        around.groups.push_back(report);
        Json json = shell(around)["interchanges"][0]["groups"][0];
        for (const char* later : {"accepted", "faults", "transactions"})
            json.erase(later);
        open(json, "transactions");
        m_first = true;
    }
    void finish() override {
        m_out << "],\"accepted\":" << (accepted() ? "true" : "false") << "}\n";
    }

protected:
    void print(const edi::TransactionReport& report) override {
        edi::InterchangeReport around;
        around.groups.emplace_back();
        around.groups[0].transactions.push_back(report);
        m_out << (m_first ? "" : ",")
              << shell(around)["interchanges"][0]["groups"][0]["transactions"][0].dump();
        m_first = false;
    }
    void print(const edi::GroupReport& report) override {
        edi::InterchangeReport around;
        around.groups.push_back(report);
        close(m_group_accepted, shell(around)["interchanges"][0]["groups"][0], {"faults"});
    }
    void print(const edi::InterchangeReport& report) override {
        close(m_accepted, shell(report)["interchanges"][0], {"repairs", "faults"});
    }

private:
    static Json shell(const edi::InterchangeReport& interchange) {
        edi::Report report;
        report.interchanges.push_back(interchange);
        return edi::report_json(report);
    }
    void open(const Json& fields, const char* list) {
        const std::string text = fields.dump();
        m_out << (m_first ? "" : ",") << text.substr(0, text.size() - 1) << ",\"" << list << "\":[";
    }
    void close(bool accepted, const Json& whole, std::initializer_list<const char*> fields) {
        m_out << "],\"accepted\":" << (accepted ? "true" : "false");
        for (const char* field : fields)
            m_out << ",\"" << field << "\":" << whole[field].dump();
        m_out << "}\n";
        m_first = false;
    }
    bool m_first = true;  // in the list that is open
};

// What there is, unjudged.
class Lister : public edi::StreamSink {
public:
    explicit Lister(std::ostream& out) : m_out(out) {}
    void begin_interchange(const edi::InterchangeReport& report) override {
        print_listed(m_out, report);
    }
    void begin_group(const edi::GroupReport& report) override { print_listed(m_out, report); }
    void transaction(edi::TransactionReport report) override { print_listed(m_out, report); }

private:
    std::ostream& m_out;
};

class PartWriter : public edi::StreamSink {
public:
    explicit PartWriter(PartFiles& files) : m_files(files) {}
    void transaction(edi::TransactionReport) override {}
    bool wants_parts() const override { return true; }
    Status part(edi::Part part) override { return m_files.write(part); }

private:
    PartFiles& m_files;
};

constexpr std::size_t MostFaultsOfAnswer = 20'000;
constexpr std::size_t LongestPart = std::size_t{64} << 20;

// One run: the rules, and what the verbs make of it.
class StreamedRun {
public:
    StreamedRun(CommandLine& line, const EdiOptions& options, EdiInput& input)
        : m_line(line), m_options(options), m_input(input) {}

    Status prepare() {
        auto schemas = load_schemas(m_line);
        if (!schemas) return std::move(schemas).error();
        m_schemas.emplace(*std::move(schemas));
        if (!m_options.partner.empty()) {
            auto rules = rules_of(m_line, m_options.partner, *m_schemas);
            if (!rules) return std::move(rules).error();
            m_partner = *std::move(rules);
            m_how.leniencies = m_partner->guide.leniencies();
            m_how.validation.guide = &m_partner->guide;
        }
        for (const std::string& name : m_options.accept)
            (void)edi::set_leniency(m_how.leniencies, name, true);
        return {};
    }

    Result<int> go(StreamedVerb verb) {
        switch (verb) {
            case StreamedVerb::Validate:
                return validate();
            case StreamedVerb::List: {
                Lister lister(m_line.out);
                if (Status done = pass(lister); !done) return std::move(done).error();
                return exit_code::Done;
            }
            case StreamedVerb::Acknowledge:
                return acknowledge();
            case StreamedVerb::Split:
                break;
        }
        PartFiles files(m_line.out, m_options.directory, m_line.json);
        PartWriter writer(files);
        m_how.transaction_bytes = LongestPart;
        Status done = pass(writer);
        files.finish();
        if (!done) return std::move(done).error();
        return exit_code::Done;
    }

private:
    Status pass(edi::StreamSink& sink) {
        Status done = edi::validate_stream(m_input.source(), *m_schemas, m_how, sink);
        if (done) return done;
        return std::move(done).error().during("reading " + m_options.file);
    }
    Result<int> validate() {
        const auto printer = [&]() -> std::unique_ptr<Printer> {
            if (m_line.json) return std::make_unique<JsonPrinter>(m_line.out);
            return std::make_unique<TextPrinter>(m_line.out, m_options.summary);
        }();
        if (Status done = pass(*printer); !done) return std::move(done).error();
        printer->finish();
        return printer->accepted() ? exit_code::Done : exit_code::DocumentsHaveFaults;
    }
    Result<int> acknowledge() {
        edi::ReportCollector collector(MostFaultsOfAnswer);
        if (Status done = pass(collector); !done) return std::move(done).error();
        std::vector<edi::Separators> separators = collector.separators();
        if (m_partner && m_partner->separators)
            separators.assign(separators.size(), *m_partner->separators);
        return acknowledge_reports(m_line, m_options, collector.report(), separators);
    }

    CommandLine& m_line;
    const EdiOptions& m_options;
    EdiInput& m_input;
    std::optional<edi::SchemaSet> m_schemas;
    std::optional<PartnerRules> m_partner;
    edi::StreamOptions m_how;
};

}  // namespace

std::optional<int> run_as_stream(CommandLine& line,
                                 const EdiOptions& options,
                                 StreamedVerb verb,
                                 EdiInput& input) {
    constexpr std::size_t Header = std::size_t{64} << 10;
    StreamedRun run(line, options, input);
    if (Status ready = run.prepare(); !ready) return report(line, ready.error());
    auto code = run.go(verb);
    if (code) return *code;
    // A later interchange that only the tree can read: what was printed stands, the file is refused.
    const bool from_start = code.error().place().byte == 0;
    if (code.error().code() == "edi.stream.unsupported" && from_start && input.can_be_held())
        return std::nullopt;
    if (verb == StreamedVerb::Acknowledge)
        return acknowledge_unreadable(line, options, input.start(Header), code.error());
    return verb == StreamedVerb::Split ? report_split(line, code.error())
                                       : report(line, code.error());
}

}  // namespace sallyport::daemon
