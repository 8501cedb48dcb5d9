// SPDX-License-Identifier: Apache-2.0
// tests/golden/maps/shipped/MAP.CASE.txt: a wire we wrote ourselves, a line of dashes, what reading it gives, a line of
// dashes, what writing that document gives. Every shipped map that reads and every one that writes has at least one.
// SALLYPORT_ACCEPT=1 rewrites the expectations and marks the test skipped.
#include "map_fixture.h"
#include "shipped_maps.h"

#include "gateway/base/file.h"
#include "mappings/round_trip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

namespace sallyport::mapping {
namespace {

constexpr std::string_view Dashes = "-----\n";

std::filesystem::path folder() {
    return std::filesystem::path(SALLYPORT_GOLDEN_DIR) / "maps" / "shipped";
}

std::vector<std::string> cases() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder()))
        if (entry.path().extension() == ".txt") out.push_back(entry.path().stem().string());
    std::sort(out.begin(), out.end());
    return out;
}

std::string map_of(const std::string& stem) {
    return stem.substr(0, stem.find('.')) + ".map";
}

// What a validator says against the wire, one a line.
std::string faults_of(const edi::Report& report) {
    std::string out;
    for (const edi::InterchangeReport& interchange : report.interchanges)
        for (const edi::GroupReport& group : interchange.groups)
            for (const edi::TransactionReport& transaction : group.transactions)
                for (const edi::Fault& fault : transaction.faults)
                    if (fault.severity == edi::Severity::Error)
                        out += fault.segment + " at " + std::to_string(fault.position) + ": " +
                               fault.message + "\n";
    return out;
}

class ShippedGoldens : public testing::TestWithParam<std::string> {};

TEST_P(ShippedGoldens, ReadAsTheDocumentAndWriteAsTheSegments) {
    const std::filesystem::path path = folder() / (GetParam() + ".txt");
    const Result<Bytes> text = read_file(path, 1U << 20);
    ASSERT_TRUE(text) << path;
    const std::string wire = text->substr(0, text->find(Dashes));
    const std::string map = map_of(GetParam());
    const MapLoad loaded = load_map(map, shipped(), schemas());
    ASSERT_NE(loaded.map, nullptr) << loaded.text();

    edi::Report report;
    ASSERT_TRUE(read_wire(wire, loaded.map->info(), schemas(), report));
    EXPECT_EQ(faults_of(report), "") << "the wire itself is no good example";

    const ToolResult read = run_map(context(), map, wire, {});
    // The document stands first, what was said about it follows; warnings of the map itself are another test's business.
    const std::string said = read.text.substr(std::min(read.text.find("{\n"), read.text.size()));
    std::string got =
        wire + std::string(Dashes) + said + "exit " + std::to_string(read.exit_code) + "\n";
    if (loaded.map->info().arrow == Arrow::Both) {
        const std::string document = said.substr(0, said.find("\n}\n") + 3);
        const ToolResult written = write_map(context(), map, document, {});
        got +=
            std::string(Dashes) + written.text + "exit " + std::to_string(written.exit_code) + "\n";
    }
    if (std::getenv("SALLYPORT_ACCEPT") != nullptr) {
        std::ofstream(path, std::ios::binary) << got;
        GTEST_SKIP() << "accepted " << path;
    }
    EXPECT_EQ(*text, got) << path;
}
INSTANTIATE_TEST_SUITE_P(All, ShippedGoldens, testing::ValuesIn(cases()), [](const auto& one) {
    return test_name(one.param);
});

TEST(ShippedGoldens, ExistForEveryShippedMap) {
    std::set<std::string> seen;
    for (const std::string& stem : cases())
        seen.insert(map_of(stem));
    for (const std::string& map : shipped_maps())
        EXPECT_TRUE(seen.contains(map)) << map << " has no golden in tests/golden/maps/shipped";
}

}  // namespace
}  // namespace sallyport::mapping
