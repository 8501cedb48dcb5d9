// SPDX-License-Identifier: Apache-2.0
// docs/mapping/tutorial.md, step by step: blocks "```file NAME" are the files, blocks "```console" hold a command and what it
// says. A file that is shown again replaces the one before. SALLYPORT_ACCEPT=1 writes what the commands say into the page.
#include "map_fixture.h"

#include "gateway/base/file.h"
#include "mappings/review.h"
#include "mappings/table_edit.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace sallyport::mapping {
namespace {

class Reader {
public:
    explicit Reader(std::string page) : m_page(std::move(page)) {}

    // The page with what the commands say in place of what it says they say.
    std::string run() {
        std::istringstream lines(m_page);
        std::string out, block, info;
        bool inside = false;
        for (std::string line; std::getline(lines, line);) {
            if (!line.starts_with("```")) {
                (inside ? block : out) += line + "\n";
                continue;
            }
            if (!inside) {
                info = line.substr(3);
                out += line + "\n";
                block.clear();
            } else {
                if (info.starts_with("file ")) m_files[info.substr(5)] = block;
                if (info == "console") block = commands(block);
                out += block + "```\n";
            }
            inside = !inside;
        }
        return out;
    }
    unsigned steps = 0;

private:
    std::string commands(const std::string& block) {
        std::istringstream lines(block);
        std::string out;
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with("$ sallyport map ")) out += line + "\n" + command(line.substr(16));
        return out;
    }

    Sample sample(const std::string& name) { return {name, m_files[name]}; }

    std::string command(const std::string& given) {
        ++steps;
        std::istringstream in(given);
        std::vector<std::string> words;
        for (std::string word; in >> word;)
            words.push_back(word);
        words.resize(8);
        const ToolContext here = context(m_files);
        const std::string& verb = words[0];
        const std::string& map = words[1];
        if (verb == "check") return check_map(here, map).text;
        if (verb == "run") return run_map(here, map, m_files[words[2]], {}).text;
        if (verb == "write") return write_map(here, map, m_files[words[2]], {}).text;
        if (verb == "explain")
            return explain_map(here,
                               map,
                               {sample(words[2]),
                                words[3] == "--unused" ? "" : words[3],
                                words[3] == "--unused",
                                {}})
                .text;
        if (verb == "diff") return diff_maps(here, map, words[2], {sample(words[3])}).text;
        if (verb == "draft") {
            const ToolResult draft = draft_map(here, words[3], words[5], {sample(map)});
            // The page shows the beginning; the silent rules of a base are many.
            return draft.text.substr(0, draft.text.find("\n# Rules of the base")) + "\n…\n";
        }
        if (verb == "test") {
            TestOptions options;
            if (words[2] == "--laws") options.laws = static_cast<unsigned>(std::stoul(words[3]));
            return test_map(here, map, options).text;
        }
        if (verb == "table") return table(here, words);
        ADD_FAILURE() << "the page uses " << given;
        return {};
    }

    std::string table(const ToolContext& here, const std::vector<std::string>& words) {
        const Result<TableChange> change = add_table_row(
            here, words[2], {words[3], words[4], words[5], "anna", "2026-11-23", false});
        if (!change) return change.error().text() + "\n";
        for (const FileChange& file : change->files)
            m_files[file.name] = file.text;
        return change->message + "\n";
    }

    std::string m_page;
    std::map<std::string, std::string> m_files;
};

TEST(MapTutorial, EveryStepSaysWhatThePageSays) {
    const auto path =
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "docs" / "mapping" / "tutorial.md";
    const Result<Bytes> page = read_file(path, 1U << 20);
    ASSERT_TRUE(page);
    Reader reader{std::string(*page)};
    const std::string run = reader.run();
    EXPECT_GT(reader.steps, 8U);
    if (std::getenv("SALLYPORT_ACCEPT") != nullptr) {
        std::ofstream(path, std::ios::binary) << run;
        GTEST_SKIP() << "accepted";
    }
    EXPECT_EQ(std::string(*page), run);
}

}  // namespace
}  // namespace sallyport::mapping
