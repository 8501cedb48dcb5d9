// SPDX-License-Identifier: Apache-2.0
// A user's own tables in the formats others keep them in, as schema files of ours (schemas/FORMAT.md). Only facts are taken:
// identifiers, order, requirement, repeats, types, lengths, conditions, code values. Pure functions.
#pragma once

#include "gateway/base/error.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

struct Imported {
    std::map<std::string, std::string> files;  // path below a schema directory, and what goes in
    std::string
        guide;  // what the source says beyond the standard, as a partner's guide; may be empty
    std::vector<std::string> notes;  // what was left out, and why
};

// SEF 1.0 to 1.6 (X12 and EDIFACT). Errors (Blame::Operator, with the line): import.sef, import.sealed (an encrypted file).
Result<Imported> import_sef(std::string_view text);

// The UN's own directory texts by file name, as its zip files hold them: EDSD (segments with their composites), UNCL (code
// lists) and one file per message (ORDERS_D.96A), of which at least EDSD and one message must be there. `release` is the
// directory's name ("D96A"). Error import.untdid (Blame::Operator).
Result<Imported> import_untdid(const std::map<std::string, std::string>& texts,
                               std::string_view release);

}  // namespace sallyport::edi
