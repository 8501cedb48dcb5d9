// SPDX-License-Identifier: Apache-2.0
#include "map_fixture.h"

#include "gateway/base/file.h"
#include "mappings/map_test.h"
#include "mappings/round_trip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace sallyport::mapping {
namespace {

// Every shipped file that is a map of its own; files of fragments begin otherwise.
std::vector<std::string> shipped_maps() {
    std::vector<std::string> out;
    const auto folder = std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings" / "shipped";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const Result<Bytes> text = read_file(entry.path(), 1U << 20);
        const bool map =
            text && (text->starts_with("map ") || text->find("\nmap ") != std::string::npos);
        if (entry.path().extension() == ".map" && map)
            out.push_back(entry.path().filename().string());
    }
    std::sort(out.begin(), out.end());
    return out;
}
std::string name_of(const testing::TestParamInfo<std::string>& one) {
    std::string out = one.param;
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c == '-' || c == '.'; }, '_');
    return out;
}

class ShippedMaps : public testing::TestWithParam<std::string> {};

TEST_P(ShippedMaps, CheckWithoutAnError) {
    const MapLoad loaded = load_map(GetParam(), shipped(), schemas());
    EXPECT_NE(loaded.map, nullptr) << loaded.text();
}
INSTANTIATE_TEST_SUITE_P(All, ShippedMaps, testing::ValuesIn(shipped_maps()), name_of);

TEST_P(ShippedMaps, PassTheirOwnTestBlocks) {
    const MapLoad loaded = load_map(GetParam(), shipped(), schemas());
    ASSERT_NE(loaded.map, nullptr) << loaded.text();
    for (const TestOutcome& one : run_tests(*loaded.map, context()))
        EXPECT_TRUE(one.passed) << one.where << " " << one.name << "\n" << one.detail;
}

// A fixed sequence: a failure can be repeated.
class Sequence final : public Random {
public:
    std::uint64_t next() override {
        m_state += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
        return z ^ (z >> 31U);
    }

private:
    std::uint64_t m_state = 4711;
};

TEST_P(ShippedMaps, KeepBothLawsOnRandomDocuments) {
    const MapLoad loaded = load_map(GetParam(), shipped(), schemas());
    ASSERT_NE(loaded.map, nullptr) << loaded.text();
    const char* given = std::getenv("SALLYPORT_LAWS");
    const unsigned count = given == nullptr ? 15 : static_cast<unsigned>(std::atoi(given));
    Sequence random;
    const LawsResult result = check_round_trips(*loaded.map, schemas(), count, random);
    EXPECT_EQ(result.documents, count)
        << "of " << result.drawn << " drawn; the first one was refused: " << result.refused;
    EXPECT_EQ(result.failed, 0U) << result.first;
    RecordProperty("drawn", static_cast<int>(result.drawn));
}

}  // namespace
}  // namespace sallyport::mapping
