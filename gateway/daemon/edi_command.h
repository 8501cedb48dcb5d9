// SPDX-License-Identifier: Apache-2.0
// What the verbs of "sallyport edi" share.
#pragma once

#include "gateway/daemon/edi_partner.h"
#include "parsers/document.h"
#include "parsers/fault.h"
#include "parsers/split.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::daemon {

struct EdiOptions {
    std::string file;
    std::string partner;
    std::vector<std::string> accept;  // leniencies by name
    std::string policy = "reject-transaction";
    std::string kind = "auto";
    std::string control = "1";
    std::string directory = ".";  // split: where the parts go
    std::string form = "as-given";
    bool receipt = false;
    bool summary = false;
    bool html = false;
    bool even_if_faulty = false;
    bool transliterate = false;
};

struct Judged {
    std::unique_ptr<edi::SchemaSet> schemas;  // the document and the guide point into it
    std::optional<PartnerRules> partner;
    edi::Document document;
    edi::Report report;
};

// The acknowledgement to `out`. Exit codes: 0 all accepted, 7 not all; errors as report() says.
int acknowledge_file(CommandLine& line, const EdiOptions& options, const Judged& judged);
// The same of reports alone; `separators` are those of the answers, one per interchange.
int acknowledge_reports(CommandLine& line,
                        const EdiOptions& options,
                        const edi::Report& reports,
                        const std::vector<edi::Separators>& separators);
// A file that could not be read: the error, and a TA1 where its header is good enough to answer to.
int acknowledge_unreadable(CommandLine& line,
                           const EdiOptions& options,
                           const std::string& octets,
                           const Error& why);

// parse --summary: a line for each interchange, group and transaction, without a verdict.
void print_listed(std::ostream& out, const edi::InterchangeReport& report);
void print_listed(std::ostream& out, const edi::GroupReport& report);
void print_listed(std::ostream& out, const edi::TransactionReport& report);

// One line per interchange and transaction, with its verdict.
void print_summary(std::ostream& out, const edi::Report& report);

// One file per part, their names on `out`: one per line as they are written, or as JSON.
class PartFiles {
public:
    PartFiles(std::ostream& out, std::filesystem::path directory, bool json)
        : m_out(out), m_directory(std::move(directory)), m_json(json) {}
    // Errors: edi.exists, file.write (Blame::Operator).
    Status write(const edi::Part& part);
    void finish();  // whatever became of it: the names written so far

private:
    std::ostream& m_out;
    std::filesystem::path m_directory;
    bool m_json;
    std::size_t m_count = 0;
};
// What report() says, and the exit code of `split`: a file that is there already is a conflict.
int report_split(CommandLine& line, const Error& error);

}  // namespace sallyport::daemon
