// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/map_place.h"

#include "gateway/base/file.h"
#include "gateway/daemon/edi_partner.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <utility>

namespace sallyport::daemon {

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
    return MapPlace{*std::move(schemas),
                    mapping::search_path(std::move(directories)),
                    file.empty() ? std::filesystem::path() : folder,
                    *data / "maps",
                    path.filename().string()};
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
