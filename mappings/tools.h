// SPDX-License-Identifier: Apache-2.0
// What the coordinator's commands do, without a terminal: text in, text and JSON out. gateway/daemon/map_commands.cpp and
// the REST API put them before people. Pure, apart from what the TextSource reads.
#pragma once

#include "mappings/map.h"
#include "mappings/run.h"
#include "parsers/document.h"
#include "parsers/fault.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {
class Guide;
}

namespace sallyport::mapping {

struct ToolContext {
    const edi::SchemaSet* schemas = nullptr;  // not null
    TextSource texts;
};

// `exit_code`: 0 done, 1 failed, 2 cannot be asked that way, 7 done with faults.
struct ToolResult {
    int exit_code = 0;
    std::string text;                              // for people
    std::unique_ptr<nlohmann::ordered_json> json;  // for machines; always set
};

// Every static check of one map, its classes, its parameters. With a guide: what the partner requires and the map does not
// write (MAP603).
ToolResult check_map(const ToolContext& context,
                     std::string_view file,
                     const edi::Guide* guide = nullptr);

// One document through a map, reading: every transaction of its set in `wire` (an interchange, or ST to SE alone).
ToolResult run_map(const ToolContext& context,
                   std::string_view file,
                   std::string wire,
                   const Parameters& parameters);

// A canonical document through a map, writing: the segments, one a line.
ToolResult write_map(const ToolContext& context,
                     std::string_view file,
                     std::string_view document,
                     const Parameters& parameters);

struct TestOptions {
    unsigned laws = 0;  // random documents for the laws; 0: none
    std::uint64_t seed = 4711;
    bool need_tests = true;  // a map without a test block fails
};
// The test blocks of a map, and the laws on random documents.
ToolResult test_map(const ToolContext& context,
                    std::string_view file,
                    const TestOptions& options = {});

// Of `files` those that extend `base`, directly or through another; sorted. Files that cannot be read are left out.
std::vector<std::string> overlays_of(const TextSource& texts,
                                     const std::vector<std::string>& files,
                                     std::string_view base);

// True when the text is a map of its own; files with fragments and tables only are not.
bool is_map(std::string_view text);

// An interchange, or bare transactions (ST…SE, UNH…UNT) around which an envelope is put; validated and placed. `report`
// gets the verdict. Errors: those of edi::read_x12 and edi::read_edifact, map.wire for standards that are not read here.
Result<edi::Document> read_wire(std::string text,
                                const MapInfo& map,
                                const edi::SchemaSet& schemas,
                                edi::Report& report);

// One finding, one line: "reject 024: … [acme-850.map:16]".
std::string to_text(const Finding& finding);
nlohmann::ordered_json to_json(const Finding& finding);

}  // namespace sallyport::mapping
