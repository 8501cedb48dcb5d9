// SPDX-License-Identifier: Apache-2.0
// Schemas and shipped maps for the tests of mappings/, loaded once.
#pragma once

#include "mappings/tools.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <string>

namespace sallyport::mapping {

inline const edi::SchemaSet& schemas() {
    static const Result<edi::SchemaSet> Loaded =
        edi::SchemaSet::load(std::filesystem::path(SALLYPORT_SOURCE_DIR) / "parsers" / "schemas");
    if (!Loaded) throw std::runtime_error(Loaded.error().text());
    return *Loaded;
}

inline TextSource shipped() {
    return search_path({std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings"});
}

// Shipped files, and on top of them texts of the test.
inline TextSource with(std::map<std::string, std::string> texts) {
    return [texts = std::move(texts),
            below = shipped()](std::string_view name) -> Result<std::string> {
        if (const auto found = texts.find(std::string(name)); found != texts.end())
            return found->second;
        Result<std::string> found = below(name);
        if (found) return found;
        // Where it looked is a path of this machine and no part of a golden.
        return Error("map.file.missing", Blame::Operator, found.error().what())
            .remedy("looked in the shipped maps");
    };
}

inline ToolContext context(std::map<std::string, std::string> texts = {}) {
    return {&schemas(), with(std::move(texts))};
}

inline MapLoad load_text(const std::string& text) {
    return load_map("test.map",
                    with({{"test.map", text},
                          {"base.map",
                           "x12 004010 850 <-> order\nBEG.03 <-> number\nBEG.04 -> release\nBEG.04 "
                           "<- \"1\"\n"}}),
                    schemas());
}

}  // namespace sallyport::mapping
