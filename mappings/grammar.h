// SPDX-License-Identifier: Apache-2.0
// Text to AST. The grammar is one Spirit X3 recogniser (grammar.cpp, the only file that sees Spirit); syntax.cpp turns its
// events into the AST. Pure, total, linear in practice: nesting is capped before parsing starts.
#pragma once

#include "mappings/ast.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

struct GrammarLimits {
    std::size_t bytes = 1u << 20;  // of one file
    unsigned depth = 48;           // of nested brackets of all kinds
    unsigned faults = 100;         // diagnostics kept per file
};

// Parses file number `file` of `sources`. All errors of the file come in one run: MAP001 (character, nesting, size), MAP002
// (expected). What could be read is in the result even when there are errors.
MapFile parse_map(const Sources& sources,
                  std::uint32_t file,
                  std::vector<Diagnostic>& diagnostics,
                  const GrammarLimits& limits = {});

// The content of a quoted text: \" \\ \n \u{…} resolved, the quotes gone.
std::string unquote(std::string_view text);

// One expression inside the text at `span`: the {expr} of a message. Diagnostics point into the file.
std::optional<Expr> parse_expression(const Sources& sources,
                                     Span span,
                                     std::vector<Diagnostic>& diagnostics);

}  // namespace sallyport::mapping
