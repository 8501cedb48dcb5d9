// SPDX-License-Identifier: Apache-2.0
// Drafts made ready to leave: running numbers and totals filled in, values padded or cut to their minimal form, and nothing
// written that our own validation would refuse. Pure functions.
#pragma once

#include "gateway/base/error.h"
#include "parsers/edifact.h"
#include "parsers/schema.h"
#include "parsers/x12.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

enum class ValueForm : std::uint8_t {
    AsGiven,
    Minimal,  // no blanks at the end of text, no zeros in front of numbers beyond the least length
    Padded    // text filled with blanks and numbers with zeros to the least length of their element
};

struct FinishOptions {
    ValueForm form = ValueForm::AsGiven;
    bool counters =
        true;  // HL01/HL02, LX01, CPS, CTT01, CNT: those left empty are filled in; stated ones stay
};

// `set` describes the body's segments; those it does not know stay as they are.
void finish(std::vector<DraftSegment>& body, const SetSchema& set, const FinishOptions& options);

// Written, read back and judged. Error edi.write.invalid (Blame::Operator) names the first fault and how many there are;
// also the errors of the writers. Nothing that has an error leaves.
Result<std::string> write_checked(const DraftInterchange& interchange,
                                  const SchemaSet& schemas,
                                  const ValidationOptions& options = {});
Result<std::string> write_checked(const DraftEdifact& interchange,
                                  const SchemaSet& schemas,
                                  const ValidationOptions& options = {});

}  // namespace sallyport::edi
