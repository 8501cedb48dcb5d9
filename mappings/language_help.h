// SPDX-License-Identifier: Apache-2.0
// What an editor asks about a place in a map. Private to mappings/. Offsets count octets.
#pragma once

#include "mappings/tools.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

struct Completion {
    std::string label;
    std::string detail;
    enum class Kind { Keyword, Segment, Field, Code, Lens, Table, Fragment } kind = Kind::Keyword;
};

struct Definition {
    std::string file;
    LineColumn begin, end;
};

struct EditorPlace {
    const ToolContext& context;
    std::string_view file;  // the map's name in `context.texts`
    std::string_view text;
    std::size_t offset = 0;
};

std::string hover(const EditorPlace& place);  // Markdown; empty: nothing to say
std::vector<Completion> complete(const EditorPlace& place);
std::optional<Definition> definition(const EditorPlace& place);

// Statements and clauses of the language with one sentence each: hover, completion and the reference read this list.
struct Keyword {
    std::string_view word, usage, summary;
    bool statement = false;  // begins a line
};
std::vector<Keyword> keywords();

}  // namespace sallyport::mapping
