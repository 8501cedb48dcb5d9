// SPDX-License-Identifier: Apache-2.0
// The coordinator's tools that look at a map and at what it does to documents: explain, show, diff, draft, sheet. Text in,
// text and JSON out; pure, apart from what the TextSource reads.
#pragma once

#include "mappings/tools.h"

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

struct Sample {
    std::string name;  // file name, for headings
    std::string
        octets;  // an interchange, or bare transactions; JSON: a canonical document, written
};

struct ExplainRequest {
    Sample input;         // JSON (first character '{'): the writing direction
    std::string about;    // "lines[1].unit", or "PO1.03" for the reverse; empty: everything
    bool unused = false;  // what the document holds and no rule reads
    Parameters parameters;
};
// Which rule and which bytes made a field; and the reverse: what happened to an element.
ToolResult explain_map(const ToolContext& context,
                       std::string_view file,
                       const ExplainRequest& request);

// The effective map: base and overlays as one, each line with where it comes from.
ToolResult show_map(const ToolContext& context, std::string_view file);

// A map and where it finds its files: two maps of one name in two folders are two maps.
struct MapHere {
    const ToolContext& context;
    std::string_view file;
};

// Two maps by effective rule, not by text; and what the change does to each sample. Exit code 1: they differ.
ToolResult diff_maps(const MapHere& before,
                     const MapHere& after,
                     const std::vector<Sample>& samples);
inline ToolResult diff_maps(const ToolContext& context,
                            std::string_view a,
                            std::string_view b,
                            const std::vector<Sample>& samples) {
    return diff_maps({context, a}, {context, b}, samples);
}

// A first overlay from samples: what the base does not read, codes its tables lack, rules that never found anything.
ToolResult draft_map(const ToolContext& context,
                     std::string_view base,
                     std::string_view name,
                     const std::vector<Sample>& samples);

// A map as the table people exchange: Markdown, or CSV for a spreadsheet.
ToolResult sheet_map(const ToolContext& context, std::string_view file, bool csv);

// The map in the house layout; comments stay, texts between """ are untouched. Formatting twice changes nothing more.
std::string format_map(std::string_view text);
// What keeps the text from being read as a map or a part of one, as the checker says it; empty: nothing.
std::string unreadable(std::string_view name, std::string_view text);

}  // namespace sallyport::mapping
