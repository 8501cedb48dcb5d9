// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/edi_stream.h"

#include "gateway/daemon/edi_partner.h"
#include "parsers/guide.h"
#include "parsers/report.h"
#include "parsers/stream.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

namespace sallyport::daemon {
namespace {

using Json = nlohmann::ordered_json;

class Descriptor {
public:
    explicit Descriptor(const std::string& file)
        : m_descriptor(::open(file.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~Descriptor() {
        if (m_descriptor >= 0) ::close(m_descriptor);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return m_descriptor; }

private:
    int m_descriptor;
};

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
    explicit JsonPrinter(std::ostream& out) : Printer(out) { m_out << "{\"interchanges\":["; }
    void begin_interchange(const edi::InterchangeReport& report) override {
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

}  // namespace

bool is_streamed(const EdiOptions& options) {
    if (options.file == "-" || options.html) return false;
    std::error_code failed;
    const std::uintmax_t octets = std::filesystem::file_size(options.file, failed);
    return !failed && octets > StreamedFileBytes;
}

int validate_as_stream(CommandLine& line, const EdiOptions& options) {
    auto schemas = load_schemas(line);
    if (!schemas) return report(line, schemas.error());
    edi::StreamOptions how;
    std::optional<PartnerRules> partner;
    if (!options.partner.empty()) {
        auto rules = rules_of(line, options.partner, *schemas);
        if (!rules) return report(line, rules.error());
        partner = *std::move(rules);
        how.leniencies = partner->guide.leniencies();
        how.validation.guide = &partner->guide;
    }
    for (const std::string& name : options.accept)
        (void)edi::set_leniency(how.leniencies, name, true);
    const Descriptor file(options.file);
    if (file.get() < 0) {
        return report(line,
                      Error("file.open", Blame::Operator, options.file + " cannot be opened")
                          .remedy("look at the name and at your permissions"));
    }
    const auto printer = [&]() -> std::unique_ptr<Printer> {
        if (line.json) return std::make_unique<JsonPrinter>(line.out);
        return std::make_unique<TextPrinter>(line.out, options.summary);
    }();
    Status done = edi::validate_stream(edi::octets_from(file.get()), *schemas, how, *printer);
    if (!done) return report(line, std::move(done).error().during("reading " + options.file));
    printer->finish();
    return printer->accepted() ? exit_code::Done : exit_code::DocumentsHaveFaults;
}

}  // namespace sallyport::daemon
