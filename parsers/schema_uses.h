// SPDX-License-Identifier: Apache-2.0
// uses/*.use: what an association (VICS, UCS, GS1 for EANCOM) asks beyond the standard, in the language of partner guides;
// chosen by what a document says of itself (GS08 behind the release, UNH 0057). Private to parsers/.
#pragma once

#include "gateway/base/error.h"
#include "parsers/guide.h"
#include "parsers/schema.h"

#include <filesystem>
#include <span>
#include <string>

namespace sallyport::edi {

struct SchemaUse {
    std::string name;  // "VICS", "EANCOM-1997"
    Standard standard = Standard::X12;
    std::string release;      // "D96A"; "*" any
    std::string association;  // what GS08 ends with, or 0057 begins with
    std::string file;
    Guide guide;
};

// Reads the x12/uses and edifact/uses of every directory; a later file of the same name and release replaces an earlier one.
// Errors: schema.syntax and those of guides, with file and line.
Status load_uses(std::span<const std::filesystem::path> directories,
                 const SchemaSet& schemas,
                 std::vector<SchemaUse>& uses);

// The use a document is judged by: what the partner's guide names, else what the document says. Null: the base alone.
const Guide* use_of(const SchemaSet& schemas,
                    const SetSchema& set,
                    std::string_view association,
                    const Guide* partner);

}  // namespace sallyport::edi
