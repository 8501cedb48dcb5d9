// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/map_place.h"

#include "gateway/base/file.h"
#include "gateway/daemon/edi_partner.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace sallyport::daemon {

namespace {

Error no_map(const MapPlace& place, const std::string& file) {
    const std::vector<std::string> known = maps_in_reach(place);
    std::string near = place.file + ".map";
    if (std::find(known.begin(), known.end(), near) == known.end())
        near = near_match(place.file, known);
    return Error("map.file.missing", Blame::Operator, "there is no map " + file)
        .remedy(near.empty()
                    ? "neither in " + place.folder.string() + " nor in " + place.installed.string()
                    : "did you mean " + near + "?");
}

// What partners send begins so; no map does.
bool looks_like_document(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    for (const std::string_view start : {"ISA", "UNA", "UNB", "UNH+", "ST*", "<", "{"})
        if (text.starts_with(start)) return true;
    return false;
}

}  // namespace

Result<MapPlace> map_place(const CommandLine& line, const std::string& file) {
    const Result<std::filesystem::path> data = data_directory();
    if (!data) return data.error();
    Result<edi::SchemaSet> schemas = load_schemas(line);
    if (!schemas) return std::move(schemas).error().during("loading the schemas");
    const std::filesystem::path path(file);
    std::filesystem::path folder = path.parent_path();
    if (folder.empty()) folder = ".";
    std::vector<std::filesystem::path> directories;
    if (!file.empty()) directories.push_back(folder);
    directories.push_back(*data);
    MapPlace place{*std::move(schemas),
                   mapping::search_path(std::move(directories)),
                   file.empty() ? std::filesystem::path() : folder,
                   *data / "maps",
                   path.filename().string()};
    if (file.empty()) return place;
    const Result<std::string> text = place.texts(place.file);
    if (!text) return no_map(place, file);
    if (looks_like_document(*text))
        return Error("map.file.document",
                     Blame::Operator,
                     file + " is a document, not a mapping file")
            .remedy("the map comes first, then the document: sallyport map run MAP " + file);
    return place;
}

std::vector<std::string> maps_in_reach(const MapPlace& place) {
    std::set<std::string> names;
    for (const std::filesystem::path& folder : {place.folder, place.installed}) {
        std::error_code problem;
        if (folder.empty()) continue;
        for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
            if (entry.path().extension() != ".map") continue;
            const Result<Bytes> text = read_file(entry.path(), std::size_t{1} << 20);
            if (text && mapping::is_map(*text)) names.insert(entry.path().filename().string());
        }
    }
    return {names.begin(), names.end()};
}

Result<mapping::Sample> read_sample(const std::string& file) {
    Result<Bytes> text = read_file(file, MaxMapInputBytes);
    if (!text) return text.error();
    if (mapping::is_map(*text))
        return Error("map.sample.map", Blame::Operator, file + " is a mapping file, not a document")
            .remedy("name a document of the partner there; the map comes before it");
    return mapping::Sample{std::filesystem::path(file).filename().string(), *std::move(text)};
}

Result<mapping::Parameters> map_parameters(const std::vector<std::string>& given) {
    mapping::Parameters out;
    for (const std::string& one : given) {
        const std::size_t sign = one.find('=');
        if (sign == std::string::npos || sign == 0)
            return Error("map.parameter", Blame::Operator, "\"" + one + "\" is no parameter")
                .remedy("write --param NAME=VALUE");
        out[one.substr(0, sign)] = one.substr(sign + 1);
    }
    return out;
}

int show_result(CommandLine& line, const mapping::ToolResult& result) {
    if (line.json)
        line.out << result.json->dump(2) << '\n';
    else  // `map diff` exits with 1 because the maps differ: what it says is data
        (result.exit_code == exit_code::Failed && !result.json->value("ok", false) ? line.err
                                                                                   : line.out)
            << result.text;
    return result.exit_code;
}

}  // namespace sallyport::daemon
