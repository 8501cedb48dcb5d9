// SPDX-License-Identifier: Apache-2.0
// The list of shipped maps, for the tests that run over all of them.
#pragma once

#include "gateway/base/file.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

namespace sallyport::mapping {

// Every shipped file that is a map of its own; files of fragments begin otherwise.
inline std::vector<std::string> shipped_maps() {
    std::vector<std::string> out;
    const auto folder = std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings" / "shipped";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".map") continue;
        const Result<Bytes> text = read_file(entry.path(), 1U << 20);
        if (text && (text->starts_with("map ") || text->find("\nmap ") != std::string::npos))
            out.push_back(entry.path().filename().string());
    }
    std::sort(out.begin(), out.end());
    return out;
}

// A name GoogleTest takes.
inline std::string test_name(std::string name) {
    std::replace_if(
        name.begin(),
        name.end(),
        [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; },
        '_');
    return name;
}

}  // namespace sallyport::mapping
