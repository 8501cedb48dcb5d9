// SPDX-License-Identifier: Apache-2.0
// The pages of docs/mapping are what the program says: the reference is made from its tables, examples are files that are run.
#include "mappings/reference.h"

#include "map_fixture.h"

#include "gateway/base/file.h"
#include "mappings/lenses.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

namespace sallyport::mapping {
namespace {

std::filesystem::path page(const char* name) {
    return std::filesystem::path(SALLYPORT_SOURCE_DIR) / "docs" / "mapping" / name;
}
std::string text_of(const std::filesystem::path& path) {
    const Result<Bytes> text = read_file(path, 1U << 22);
    return text ? std::string(*text) : std::string();
}
std::set<std::string> examples() {
    std::set<std::string> out;
    const auto folder = std::filesystem::path(SALLYPORT_GOLDEN_DIR) / "maps" / "check";
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        out.insert(entry.path().stem().string().substr(0, 6));
    return out;
}

TEST(MapReference, IsTheTextOfTheProgram) {
    const std::string made = language_reference();
    if (std::getenv("SALLYPORT_ACCEPT") != nullptr) {
        std::ofstream(page("reference.md"), std::ios::binary) << made;
        GTEST_SKIP() << "accepted";
    }
    EXPECT_EQ(text_of(page("reference.md")), made);
}
TEST(MapReference, EveryCodeHasAFailingExampleAndEveryExampleACode) {
    std::set<std::string> listed;
    for (const MapCode& one : map_codes())
        listed.emplace(one.code);
    listed.erase("MAP603");  // needs a guide: language_test.cpp
    EXPECT_EQ(listed, examples());
}
// What the sources can say is in the table: a new code cannot be forgotten.
TEST(MapReference, NamesEveryCodeOfTheSources) {
    std::set<std::string> listed;
    for (const MapCode& one : map_codes())
        listed.emplace(one.code);
    const auto folder = std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings";
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() != ".cpp") continue;
        const std::string text = text_of(entry.path());
        for (std::size_t at = text.find("\"MAP"); at != std::string::npos;
             at = text.find("\"MAP", at + 1)) {
            if (text.size() <= at + 7 || text[at + 7] != '"') continue;
            EXPECT_TRUE(listed.contains(text.substr(at + 1, 6)))
                << text.substr(at + 1, 6) << " in " << entry.path();
        }
    }
}
TEST(MapReference, FunctionsAndLensesAreKnownToTheChecker) {
    for (const FunctionHelp& one : function_help()) {
        std::string call(one.usage);
        for (const char* letter : {"A", "B"})
            for (std::size_t at = call.find(letter); at != std::string::npos;
                 at = call.find(letter, at + 1))
                if (std::isalpha(static_cast<unsigned char>(call[at + 1])) == 0 &&
                    std::isalpha(static_cast<unsigned char>(call[at - 1])) == 0)
                    call.replace(at, 1, "total");
        const MapLoad loaded = load_text("x12 004010 850 <-> order\nBEG.03 <-> number\nrequire " +
                                         call + " != \"x\" else warn \"no\"\n");
        EXPECT_FALSE(has_errors(loaded.diagnostics)) << loaded.text();
    }
    for (const LensFacts& one : lens_facts())
        EXPECT_NE(language_reference().find(one.summary), std::string::npos) << one.name;
}

// Every example of the cookbook is a file of the requirements test, to the letter.
TEST(MapCookbook, ShowsTheMapsThatAreTested) {
    const std::string cookbook = text_of(page("cookbook.md"));
    const auto folder = std::filesystem::path(SALLYPORT_GOLDEN_DIR) / "maps" / "requirements";
    unsigned shown = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const std::string text = text_of(entry.path());
        const std::string title = text.substr(2, text.find('\n') - 2);
        EXPECT_NE(cookbook.find("## " + title + "\n"), std::string::npos) << title;
        const std::size_t begin = text.find("=== map\n");
        if (begin == std::string::npos) continue;
        const std::size_t end = text.find("\n===", begin + 8);
        ++shown;
        EXPECT_NE(cookbook.find("```\n" + text.substr(begin + 8, end - begin - 7) + "```"),
                  std::string::npos)
            << title;
    }
    EXPECT_GT(shown, 30U);
}

// And nothing else is shown: a snippet that no test runs would be wrong some day.
TEST(MapCookbook, ShowsNothingThatIsNotTested) {
    const std::string cookbook = text_of(page("cookbook.md"));
    std::vector<std::string> tested;
    for (const auto& entry : std::filesystem::directory_iterator(
             std::filesystem::path(SALLYPORT_GOLDEN_DIR) / "maps" / "requirements"))
        tested.push_back(text_of(entry.path()));
    unsigned shown = 0;
    for (std::size_t at = cookbook.find("\n```"); at != std::string::npos;
         at = cookbook.find("\n```", at + 1)) {
        const std::size_t begin = cookbook.find('\n', at + 1) + 1;
        at = cookbook.find("\n```", begin - 1);
        ASSERT_NE(at, std::string::npos);
        const std::string block = cookbook.substr(begin, at - begin);
        ++shown;
        EXPECT_TRUE(std::any_of(tested.begin(), tested.end(), [&](const std::string& text) {
            return text.find(block) != std::string::npos;
        })) << block;
    }
    EXPECT_GT(shown, 100U);
}

}  // namespace
}  // namespace sallyport::mapping
