// SPDX-License-Identifier: Apache-2.0
// One interchange per transaction, and the tree as JSON turned into octets again. Pure functions.
#pragma once

#include "gateway/base/error.h"
#include "parsers/document.h"
#include "parsers/finish.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace sallyport::edi {

struct Part {
    std::string
        name;  // "000000417-850-0001": interchange control, set, transaction control; safe in a file name
    std::string octets;
};
// Every transaction in an interchange of its own: header, group header and segments as they were, octet for octet; the
// trailers count one. Control numbers are kept, so a part must not be sent beside the whole.
std::vector<Part> split(const Document& document);

// What document_json() made, written with the writer of its standard: counts and trailers are made anew. Errors: edi.json
// (Blame::Operator), and those of the writers.
struct WriteOptions {
    std::optional<Separators> separators;  // X12: instead of those in the JSON
    WriteStyle style;
    FinishOptions finish;
    const SchemaSet* schemas = nullptr;  // for `finish`; null: values and counters stay as they are
};
Result<std::string> write_json(const nlohmann::ordered_json& document,
                               const WriteOptions& options = {});

}  // namespace sallyport::edi
