// SPDX-License-Identifier: Apache-2.0
// The pass before the grammar. Private to mappings/.
#pragma once

#include "mappings/grammar.h"

#include <string>

namespace sallyport::mapping {

// The text of a file, same length: comments blanked, lines that go on joined (the next one begins with | an arrow default
// if else and or, or a round or square bracket is open). Reports MAP001 for characters that cannot stand in a map,
// unbalanced brackets and nesting beyond the limit.
std::string prepare(const Sources& sources,
                    std::uint32_t file,
                    const GrammarLimits& limits,
                    std::vector<Diagnostic>& diagnostics);

}  // namespace sallyport::mapping
