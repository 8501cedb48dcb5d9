// SPDX-License-Identifier: Apache-2.0
// tests/golden/maps: one file per case, input, a line of dashes, what must come out.
//   check/*.txt   a map; its diagnostics
//   read/*.txt    "map NAME" [and "param N=V" lines], the wire; the document and what was said
// SALLYPORT_ACCEPT=1 rewrites the expectations and marks the test skipped.
#include "map_fixture.h"

#include "gateway/base/file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

namespace sallyport::mapping {
namespace {

constexpr std::string_view Dashes = "\n-----\n";

struct Golden {
    std::filesystem::path path;
    std::string input, expected;
};

std::filesystem::path folder(const char* name) {
    return std::filesystem::path(SALLYPORT_GOLDEN_DIR) / "maps" / name;
}

std::vector<std::string> cases(const char* name) {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(folder(name)))
        if (entry.path().extension() == ".txt") out.push_back(entry.path().stem().string());
    std::sort(out.begin(), out.end());
    return out;
}

Golden load_golden(const char* name, const std::string& stem) {
    Golden out{folder(name) / (stem + ".txt"), {}, {}};
    const Result<Bytes> text = read_file(out.path, 1U << 20);
    if (!text) return out;
    const std::size_t at = text->find(Dashes);
    out.input = at == std::string::npos ? *text : text->substr(0, at + 1);
    if (at != std::string::npos) out.expected = text->substr(at + Dashes.size());
    return out;
}

void compare_golden(const Golden& golden, const std::string& got) {
    if (std::getenv("SALLYPORT_ACCEPT") != nullptr) {
        std::ofstream(golden.path, std::ios::binary) << golden.input << Dashes.substr(1) << got;
        GTEST_SKIP() << "accepted " << golden.path;
    }
    EXPECT_EQ(golden.expected, got) << golden.path;
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
    std::string out = info.param;
    std::replace_if(
        out.begin(),
        out.end(),
        [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; },
        '_');
    return out;
}

class MapCheckGoldens : public testing::TestWithParam<std::string> {};
TEST_P(MapCheckGoldens, SayWhatIsWrongWhereAndWhatToDo) {
    const Golden golden = load_golden("check", GetParam());
    const MapLoad loaded = load_text(golden.input);
    // A case is named after the code it shows: MAP201-no-such-segment.
    const std::string code = GetParam().substr(0, 6);
    const bool shown = std::any_of(loaded.diagnostics.begin(),
                                   loaded.diagnostics.end(),
                                   [&](const Diagnostic& d) { return d.code == code; });
    EXPECT_TRUE(shown) << loaded.text();
    compare_golden(golden, loaded.text());
}
INSTANTIATE_TEST_SUITE_P(All, MapCheckGoldens, testing::ValuesIn(cases("check")), name_of);

class MapReadGoldens : public testing::TestWithParam<std::string> {};
TEST_P(MapReadGoldens, GiveTheDocumentAndWhatWasSaid) {
    const Golden golden = load_golden("read", GetParam());
    std::istringstream lines(golden.input);
    std::string line, map, wire;
    Parameters parameters;
    while (std::getline(lines, line)) {
        if (line.starts_with("map "))
            map = line.substr(4);
        else if (line.starts_with("param "))
            parameters[line.substr(6, line.find('=') - 6)] = line.substr(line.find('=') + 1);
        else
            wire += line + "\n";
    }
    const ToolResult result = run_map(context(), map, wire, parameters);
    compare_golden(golden, result.text + "exit " + std::to_string(result.exit_code) + "\n");
}
INSTANTIATE_TEST_SUITE_P(All, MapReadGoldens, testing::ValuesIn(cases("read")), name_of);

}  // namespace
}  // namespace sallyport::mapping
