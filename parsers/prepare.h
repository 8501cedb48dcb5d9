// SPDX-License-Identifier: Apache-2.0
// What is done to a stream before it is split: refused by name, converted, or unwrapped. Private to parsers/.
#pragma once

#include "gateway/base/error.h"
#include "parsers/document.h"
#include "parsers/x12.h"

#include <string>
#include <vector>

namespace sallyport::edi {

struct Prepared {
    std::string octets;
    std::vector<Document::LeftOut> left_out;
    std::vector<Fault> repairs;  // of the first interchange
};

// Errors (Blame::Partner): edi.empty, edi.limit.bytes, edi.encoding (UTF-16 or EBCDIC that may not or cannot be converted).
Result<Prepared> prepare(std::string octets, const Limits& limits, const Leniencies& leniencies);

}  // namespace sallyport::edi
