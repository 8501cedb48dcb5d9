// SPDX-License-Identifier: Apache-2.0
// The collection of real documents, where it stands beside the source tree: its manifest, and what we say about documents
// whose source says otherwise or nothing.
#pragma once

#include "edi_fixture.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi::corpus {

struct Stated {
    std::string path, set, verdict, problems;
};

inline std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> parts(1);
    for (const char c : line) {
        if (c == '\t') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

inline std::filesystem::path folder() {
    return std::filesystem::path(SALLYPORT_SHARED_DIR) / "corpus";
}

inline bool present() {
    return std::filesystem::exists(folder() / "manifest.tsv");
}

// Rows whose path begins so.
inline std::vector<Stated> manifest(std::string_view prefix) {
    std::vector<Stated> rows;
    std::ifstream file(folder() / "manifest.tsv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        const auto row = cells(line);
        if (row.size() > 7 && row[0].rfind(prefix, 0) == 0)
            rows.push_back({row[0], row[2], row[4], row[7] == "none" ? std::string() : row[7]});
    }
    return rows;
}

// Verdicts of sources that we do not share, by the end of the path, each with the document's own fault or the reason.
inline const std::map<std::string_view, std::string_view>& explained() {
    static const std::map<std::string_view, std::string_view> list = {
#include "corpus_explained.inc"
    };
    return list;
}

inline std::string first_error(const Report& report) {
    for (const Fault& fault : test::faults_in(report)) {
        if (fault.severity == Severity::Error)
            return std::string(fault.code) + " at " + fault.segment + " " +
                   std::to_string(fault.position) + ": " + fault.message;
    }
    return {};
}

}  // namespace sallyport::edi::corpus
