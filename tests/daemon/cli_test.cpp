// SPDX-License-Identifier: Apache-2.0
// The real program, run as people and scripts run it: exit codes, what goes to which stream, and the errors' remedies.
#include "program.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace sallyport::daemon {
namespace {

using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::run_program;

std::size_t count_of(const std::string& text, const std::string& word) {
    std::size_t count = 0;
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1))
        ++count;
    return count;
}

TEST(CommandLine, PrintsItsVersion) {
    const Ended ended = run_program({"--version"});
    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.out, HasSubstr("sallyport 0.1.0"));
}

TEST(CommandLine, DoesNotTakeTheReleaseOfAStandardForItsOwnVersion) {
    const Ended ended = run_program({"schema", "show", "850", "--version", "004010"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_EQ(ended.out, "");
    EXPECT_THAT(ended.err, HasSubstr("004010/850"));
}

// The verbs below one, as its help lists them.
std::vector<std::string> verbs_in(const std::string& help) {
    std::vector<std::string> verbs;
    const std::size_t start = help.find("Subcommands:\n");
    if (start == std::string::npos) return verbs;
    std::istringstream lines(help.substr(help.find('\n', start) + 1));
    for (std::string line; std::getline(lines, line) && !line.empty();)
        if (line.starts_with("  ") && line.size() > 2 && line[2] != ' ')
            verbs.push_back(line.substr(2, line.find(' ', 2) - 2));
    return verbs;
}

// Three examples of its own: a noun that shows its parent's helps nobody.
void expect_examples(const std::vector<std::string>& verb, std::size_t& seen) {
    std::string name = "sallyport";
    for (const std::string& word : verb)
        name += " " + word;
    SCOPED_TRACE(name);
    std::vector<std::string> arguments = verb;
    arguments.emplace_back("--help");
    const Ended ended = run_program(arguments);
    EXPECT_EQ(ended.code, 0);
    EXPECT_THAT(ended.err, IsEmpty());
    const std::size_t examples = ended.out.find("Examples:");
    ASSERT_NE(examples, std::string::npos);
    const std::string shown = ended.out.substr(examples);
    EXPECT_GE(count_of(shown, "\n  "), 3U);
    EXPECT_GE(count_of(shown, name), 1U);
    ++seen;
    for (const std::string& below : verbs_in(ended.out)) {
        std::vector<std::string> next = verb;
        next.push_back(below);
        expect_examples(next, seen);
    }
}

TEST(CommandLine, ShowsThreeExamplesOfItsOwnWithEveryVerb) {
    std::size_t seen = 0;
    expect_examples({}, seen);
    EXPECT_GT(seen, 50U);  // or the lists of verbs were not understood
}

TEST(CommandLine, NamesTheVerbThatWasProbablyMeant) {
    const Ended ended = run_program({"chekc"});
    EXPECT_EQ(ended.code, 2);
    EXPECT_THAT(ended.out, IsEmpty());
    EXPECT_THAT(ended.err, HasSubstr("did you mean \"check\"?"));
    EXPECT_EQ(run_program({"doc", "lst"}).code, 2);
    EXPECT_THAT(run_program({"doc", "lst"}).err, HasSubstr("\"list\""));
}

TEST(CommandLine, TreatsMissingAndUnknownArgumentsAsUsageErrors) {
    EXPECT_EQ(run_program({}).code, 2);
    EXPECT_EQ(run_program({"doc", "show"}).code, 2);
    EXPECT_EQ(run_program({"check", "--jsn"}).code, 2);
    EXPECT_EQ(run_program({"doc", "list", "--limit", "0"}).code, 2);
}

TEST(CommandLine, SaysConfigurationErrorWithItsOwnExitCode) {
    const testing_support::TempDir directory;
    const std::string nowhere = (directory.path() / "none.toml").string();
    for (const char* verb : {"check", "run"}) {
        SCOPED_TRACE(verb);
        const Ended ended = run_program({verb, "--config", nowhere});
        EXPECT_EQ(ended.code, 78);
        EXPECT_THAT(ended.err, HasSubstr("none.toml"));
        EXPECT_THAT(ended.err, HasSubstr("[config."));
    }
}

TEST(CommandLine, NamesFileLineAndNearMatchOfAnUnknownSetting) {
    const testing_support::TempDir directory;
    const auto file = directory.path() / "sallyport.toml";
    testing::write_text(file, "state_directory = \"state\"\nlog_levle = \"info\"\n");
    const Ended ended = run_program({"check", "--config", file.string()});
    EXPECT_EQ(ended.code, 78);
    EXPECT_THAT(ended.err, HasSubstr("sallyport.toml:2"));
    EXPECT_THAT(ended.err, HasSubstr("log_level"));
    const Ended json = run_program({"check", "--json", "--config", file.string()});
    EXPECT_EQ(json.code, 78);
    const auto answer = nlohmann::json::parse(json.out);
    EXPECT_EQ(answer["sound"], false);
    std::vector<std::string> codes;
    for (const auto& fault : answer["faults"])
        codes.push_back(fault["code"]);
    EXPECT_THAT(codes, ::testing::Contains("config.key.unknown"));
}

TEST(CommandLine, NeverOverwritesAKey) {
    const testing_support::TempDir directory;
    const auto key = (directory.path() / "k.pem").string();
    const auto certificate = (directory.path() / "c.pem").string();
    const std::vector<std::string> command{"cert",
                                           "generate",
                                           "--name",
                                           "test",
                                           "--bits",
                                           "2048",
                                           "--key",
                                           key,
                                           "--certificate",
                                           certificate};
    ASSERT_EQ(run_program(command).code, 0);
    EXPECT_EQ(std::filesystem::status(key).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    const std::string before = testing::read_text(key);
    EXPECT_EQ(run_program(command).code, 6);
    EXPECT_EQ(testing::read_text(key), before);
}

TEST(CommandLine, ShowsTheEffectiveSettingsAndTheirReference) {
    const testing_support::TempDir directory;
    const auto file = directory.path() / "sallyport.toml";
    testing::write_text(file,
                        "state_directory = \"state\"\n[identity.main]\nas2_id = \"X\"\n"
                        "key = \"file:x.key\"\ncertificate = \"x.pem\"\n");
    const Ended shown = run_program({"config", "show", "--effective", "--config", file.string()});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("default"));
    EXPECT_THAT(shown.out, HasSubstr("state"));
    EXPECT_THAT(run_program({"config", "reference"}).out, HasSubstr("retry.first_delay"));
}

}  // namespace
}  // namespace sallyport::daemon
