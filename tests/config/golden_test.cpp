// SPDX-License-Identifier: Apache-2.0
// Every message of the strict loader, as the operator reads it. One case per file in tests/golden/settings: the files of a
// configuration, each under "=== NAME"; then "-----" and the faults. What a case does not give is as in ConfigDirectory.
// GW_ACCEPT=1 rewrites the expectations and marks the case skipped.
#include "fixture.h"

#include <cstdlib>

namespace sallyport::config {

namespace {

struct Case {
    std::string input;
    std::vector<std::pair<std::string, std::string>> files;
    std::string expected;
};

Case read_case(const std::filesystem::path& path) {
    auto text = read_file(path, 1U << 20U);
    EXPECT_TRUE(text) << text.error().text();
    Case result;
    const std::size_t end = text->find("-----\n");
    EXPECT_NE(end, std::string::npos) << path << " has no line of dashes";
    result.input = text->substr(0, end);
    result.expected = text->substr(end + 6);
    std::string_view rest = result.input;
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n') + 1);
        if (line.starts_with("=== "))
            result.files.emplace_back(line.substr(4, line.size() - 5), "");
        else if (!result.files.empty())
            result.files.back().second += line;
        rest.remove_prefix(line.size());
    }
    return result;
}

std::string without_directory(std::string text, const std::string& directory) {
    for (std::size_t at = 0; (at = text.find(directory, at)) != std::string::npos;)
        text.replace(at, directory.size(), "DIR");
    return text;
}

std::vector<std::string> case_names() {
    std::vector<std::string> names;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::string(SALLYPORT_GOLDEN_DIR) + "/settings"))
        if (entry.path().extension() == ".case") names.push_back(entry.path().stem().string());
    return names;
}

}  // namespace

class SettingsGolden : public ::testing::TestWithParam<std::string> {};

TEST_P(SettingsGolden, SaysWhatIsWrongWhereAndWhatToDo) {
    const std::filesystem::path path =
        std::string(SALLYPORT_GOLDEN_DIR) + "/settings/" + GetParam() + ".case";
    const Case golden = read_case(path);
    const ConfigDirectory directory;
    for (const auto& [name, text] : golden.files)
        directory.write(name, text);
    const std::string found =
        without_directory(texts_of(load(directory.file()).faults), directory.path().string());
    if (std::getenv("GW_ACCEPT") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
        ASSERT_TRUE(write_file_durably(path, golden.input + "-----\n" + found, 0644));
        GTEST_SKIP() << "accepted " << path;
    }
    EXPECT_EQ(found, golden.expected);
}

INSTANTIATE_TEST_SUITE_P(Cases,
                         SettingsGolden,
                         ::testing::ValuesIn(case_names()),
                         [](const auto& tested) {
                             std::string name = tested.param;
                             for (char& letter : name)
                                 if (letter == '-') letter = '_';
                             return name;
                         });

}  // namespace sallyport::config
