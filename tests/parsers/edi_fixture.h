// SPDX-License-Identifier: Apache-2.0
// What every test of parsers/ needs: the shipped schemas loaded once, fixture files, the 850 all others are bent from.
#pragma once

#include "tests/support/temp_dir.h"

#include "gateway/base/file.h"
#include "parsers/schema.h"
#include "parsers/x12.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi::test {

inline const SchemaSet& schemas() {
    static const SchemaSet loaded = [] {
        auto result =
            SchemaSet::load(std::filesystem::path(SALLYPORT_SOURCE_DIR) / "parsers" / "schemas");
        if (!result) {
            ADD_FAILURE() << result.error().text();
            std::abort();
        }
        return std::move(*result);
    }();
    return loaded;
}

inline std::string read(const std::filesystem::path& path) {
    auto octets = read_file(path, std::size_t{64} << 20);
    EXPECT_TRUE(octets) << path;
    return octets ? std::move(*octets) : std::string();
}

inline std::filesystem::path golden(std::string_view name) {
    return std::filesystem::path(SALLYPORT_GOLDEN_DIR) / name;
}

// A schema directory with one file in it.
class TempSchemas {
public:
    TempSchemas(const std::string& file, const std::string& text) {
        const auto path = m_dir.path() / file;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << text;
    }
    const std::filesystem::path& path() const { return m_dir.path(); }

private:
    testing_support::TempDir m_dir;
};

// The shipped 850 fixture, from which tests bend their inputs.
inline std::string order() {
    return read(golden("x12/850-valid.edi"));
}

// Reads and validates; the test fails when it cannot be read.
inline Report checked(std::string octets, const ValidationOptions& options = {}) {
    auto document = read_x12(std::move(octets));
    EXPECT_TRUE(document) << document.error().text();
    return document ? validate(*document, schemas(), options) : Report{};
}

// Every fault of a report, outermost envelope first; repairs apart.
inline std::vector<Fault> faults_in(const Report& report) {
    std::vector<Fault> all;
    for (const InterchangeReport& interchange : report.interchanges) {
        all.insert(all.end(), interchange.faults.begin(), interchange.faults.end());
        for (const GroupReport& group : interchange.groups) {
            all.insert(all.end(), group.faults.begin(), group.faults.end());
            for (const TransactionReport& one : group.transactions)
                all.insert(all.end(), one.faults.begin(), one.faults.end());
        }
    }
    return all;
}

inline std::vector<std::string> codes_in(const Report& report) {
    std::vector<std::string> codes;
    for (const Fault& fault : faults_in(report))
        codes.emplace_back(fault.code);
    return codes;
}

inline std::vector<std::string> repairs_in(const Report& report) {
    std::vector<std::string> codes;
    for (const InterchangeReport& interchange : report.interchanges) {
        for (const Fault& fault : interchange.repairs)
            codes.emplace_back(fault.code);
    }
    return codes;
}

// `text` with the first `from` replaced; fails the test when there is none.
inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << "nothing to replace: " << from;
    if (at != std::string::npos) text.replace(at, from.size(), to);
    return text;
}

// `text` with every `from` replaced.
inline std::string replaced_all(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

}  // namespace sallyport::edi::test
