// SPDX-License-Identifier: Apache-2.0
// What the verbs of "sallyport edi" share.
#pragma once

#include "gateway/daemon/edi_partner.h"
#include "parsers/document.h"
#include "parsers/fault.h"

#include <memory>
#include <optional>
#include <string>
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
// A file that could not be read: the error, and a TA1 where its header is good enough to answer to.
int acknowledge_unreadable(CommandLine& line,
                           const EdiOptions& options,
                           const std::string& octets,
                           const Error& why);

}  // namespace sallyport::daemon
