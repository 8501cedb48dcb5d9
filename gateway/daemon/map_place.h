// SPDX-License-Identifier: Apache-2.0
// What the verbs of `map` share: where maps are looked for, how results are shown. Private to the map commands.
#pragma once

#include "gateway/daemon/command.h"
#include "mappings/review.h"
#include "mappings/tools.h"

#include <filesystem>
#include <string>
#include <vector>

namespace sallyport::daemon {

inline constexpr std::size_t MaxMapInputBytes = std::size_t{64} << 20;

// The map's own folder first, so that its base and tables may lie beside it; then what is installed.
struct MapPlace {
    edi::SchemaSet schemas;
    mapping::TextSource texts;
    std::filesystem::path folder;     // of the map; empty when none was named
    std::filesystem::path installed;  // maps that come with the program
    std::string file;                 // name inside `folder`

    mapping::ToolContext context() const { return {&schemas, texts}; }
};

// `file` empty: only what is installed. Errors: data.missing, map.file.missing (with the near match), map.file.document
// (what was named as the map is a document), those of the schemas.
// The schemas are those of this installation and the site's own (edi_partner.h).
Result<MapPlace> map_place(const CommandLine& line, const std::string& file);

// Names of the maps in the map's folder and among those installed, sorted, each once.
std::vector<std::string> maps_in_reach(const MapPlace& place);

// Errors of reading name the file; map.sample.map: a mapping file is no sample.
Result<mapping::Sample> read_sample(const std::string& file);

// NAME=VALUE. Error map.parameter.
Result<mapping::Parameters> map_parameters(const std::vector<std::string>& given);

// Text on `out` (on `err` when it failed), or the JSON; gives the exit code.
int show_result(CommandLine& line, const mapping::ToolResult& result);

void add_map_review_commands(CommandLine& line,
                             CLI::App& noun);  // explain show diff draft sheet fmt
void add_map_table_commands(CommandLine& line, CLI::App& noun);  // table add, lsp

}  // namespace sallyport::daemon
