// SPDX-License-Identifier: Apache-2.0
// "sallyport edi" and "sallyport schema" as people and scripts run them: what goes to which stream, exit codes, files.
#include "program.h"
#include "tests/support/json_shape.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace sallyport::daemon {
namespace {

using ::testing::AllOf;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::run_program;
using ::testing::StartsWith;

std::string golden(const std::string& name) {
    return (std::filesystem::path(SALLYPORT_GOLDEN_DIR) / name).string();
}

const std::string Good = golden("x12/850-valid.edi");
const std::string Bad = golden("x12/850-bad-qualifier-invalid.edi");
const std::string Message = golden("edifact/orders-d96a-valid.edi");

class EdiCli : public ::testing::Test {
protected:
    std::string file(const std::string& name, const std::string& text) {
        const auto path = m_directory.path() / name;
        std::filesystem::create_directories(path.parent_path());
        testing::write_text(path, text);
        return path.string();
    }
    std::string path(const std::string& name) const { return (m_directory.path() / name).string(); }

    // The program reads `octets` from a named pipe, whose length it cannot know.
    Ended through_pipe(std::vector<std::string> words, const std::string& octets) {
        const std::string pipe = path("pipe" + std::to_string(++m_pipes));
        if (::mkfifo(pipe.c_str(), 0600) != 0) std::abort();
        ::signal(SIGPIPE, SIG_IGN);  // it may refuse the start and not read the rest
        std::thread writer([&] { testing::write_text(pipe, octets); });
        words.push_back(pipe);
        Ended ended = run_program(words);
        writer.join();
        return ended;
    }

    int m_pipes = 0;
    testing_support::TempDir m_directory;
};

std::size_t examples_in(const std::string& help) {
    const std::size_t from = help.find("Examples:");
    std::size_t count = 0;
    for (std::size_t at = help.find("sallyport", from);
         at != std::string::npos && from != std::string::npos;
         at = help.find("sallyport", at + 1))
        ++count;
    return count;
}

TEST_F(EdiCli, EveryVerbHelpsWithThreeExamples) {
    const std::vector<std::vector<std::string>> verbs = {{"edi"},
                                                         {"edi", "parse"},
                                                         {"edi", "validate"},
                                                         {"edi", "ack"},
                                                         {"edi", "write"},
                                                         {"edi", "split"},
                                                         {"edi", "format"},
                                                         {"schema"},
                                                         {"schema", "show"},
                                                         {"schema", "list"},
                                                         {"schema", "diff"},
                                                         {"schema", "import"}};
    for (std::vector<std::string> verb : verbs) {
        SCOPED_TRACE(verb.back());
        verb.emplace_back("--help");
        const Ended ended = run_program(verb);
        EXPECT_EQ(ended.code, 0);
        EXPECT_GE(examples_in(ended.out), 3U) << ended.out;
    }
}

TEST_F(EdiCli, ValidateSaysAcceptedFaultyOrUnreadableByExitCode) {
    EXPECT_EQ(run_program({"edi", "validate", Good}).code, 0);
    const Ended faulty = run_program({"edi", "validate", Bad});
    EXPECT_EQ(faulty.code, 7);
    EXPECT_THAT(faulty.out, HasSubstr("^ error"));
    const Ended unreadable = run_program({"edi", "validate", file("x", "this is no EDI")});
    EXPECT_EQ(unreadable.code, 1);
    EXPECT_THAT(unreadable.out, IsEmpty());
    EXPECT_THAT(unreadable.err, HasSubstr("[x12.isa.missing]"));
    EXPECT_EQ(run_program({"edi", "validate", path("absent")}).code, 1);
}

// The shape promised to programs, and the exit codes that go with it; the same from a stream (-) as from a file.
TEST_F(EdiCli, ValidateJsonHasThePromisedShapeAndExitCode) {
    const testing_support::JsonShape shape(nlohmann::json::parse(
        testing::read_text(std::filesystem::path(SALLYPORT_SOURCE_DIR) / "docs" / "reference" /
                           "validate-report.schema.json")));
    const std::pair<std::string, int> documents[] = {
        {Good, 0},
        {Bad, 7},
        {Message, 0},
        {golden("edifact/orders-bad-values-invalid.edi"), 7},
        {golden("x12/850-two-sets-one-bad-invalid.edi"), 7}};
    for (const auto& [name, code] : documents) {
        SCOPED_TRACE(name);
        const Ended ended = run_program({"edi", "validate", name, "--json"});
        EXPECT_EQ(ended.code, code);
        const auto report = nlohmann::json::parse(ended.out);
        EXPECT_EQ(shape.misfit(report), "");
        EXPECT_EQ(report["accepted"], code == 0);
    }
    const Ended unreadable =
        run_program({"edi", "validate", file("x", "this is no EDI"), "--json"});
    EXPECT_EQ(unreadable.code, 1);
    EXPECT_THAT(unreadable.out, IsEmpty());
}

// More than a pipe is held of: some nine megabytes of orders, one of them with a unit nobody knows when `bad`.
std::string many_orders(bool bad) {
    constexpr int Orders = 95'000;
    std::string octets =
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261120*1015*U*00401*"
        "000000001*0*P*>~GS*PO*SENDER*RECEIVER*20261120*1015*1*X*004010~";
    for (int i = 1; i <= Orders; ++i) {
        const std::string control = std::to_string(100'000 + i);
        octets += "ST*850*" + control + "~BEG*00*SA*PO1**20261120~PO1*1*10*" +
                  (bad && i == 777 ? "QQ" : "EA") + "*9.25**VN*123456789012345~CTT*1~SE*5*" +
                  control + "~";
    }
    return octets + "GE*" + std::to_string(Orders) + "*1~IEA*1*000000001~";
}

TEST_F(EdiCli, ParseSummaryListsWithoutJudging) {
    const Ended listed = run_program({"edi", "parse", "--summary", Bad});
    EXPECT_EQ(listed.code, 0);
    EXPECT_THAT(listed.out,
                AllOf(HasSubstr("x12 interchange "), HasSubstr("    850 004010 0001 at byte ")));
    EXPECT_THAT(listed.out, Not(HasSubstr("faults")));
    EXPECT_EQ(run_program({"edi", "parse", "--summary", "--json", Bad}).code, 2);
}

TEST_F(EdiCli, LongPipesAreReadAsStreams) {
    const std::string good = many_orders(false), bad = many_orders(true);
    ASSERT_GT(good.size(), std::size_t{8} << 20);
    const Ended accepted = through_pipe({"edi", "validate", "--json"}, good);
    EXPECT_EQ(accepted.code, 0) << accepted.err;
    EXPECT_THAT(accepted.out.substr(accepted.out.size() - 40), HasSubstr("\"accepted\":true}"));
    const Ended refused = through_pipe({"edi", "validate"}, bad);
    EXPECT_EQ(refused.code, 7) << refused.err;
    EXPECT_THAT(refused.out,
                AllOf(HasSubstr("100777"), HasSubstr("PO1"), HasSubstr("95000 transactions")));
    const Ended answered = through_pipe({"edi", "ack"}, bad);
    EXPECT_EQ(answered.code, 7) << answered.err;
    EXPECT_THAT(answered.out, HasSubstr("AK9*P*95000*95000*94999~"));
    EXPECT_THAT(through_pipe({"edi", "parse", "--summary"}, bad).out,
                HasSubstr("850 004010 195000 "));
}

TEST_F(EdiCli, WhatOnlyTheTreeCanReadIsReadByTheTreeHoweverItComes) {
    std::string wide;
    for (const char c : many_orders(false).substr(0, std::size_t{4500} << 10)) {
        wide += c;
        wide += '\0';
    }
    const Ended judged = through_pipe(
        {"edi", "validate", "--summary", "--accept", "other-encoding"}, "\xFF\xFE" + wide);
    EXPECT_EQ(judged.code, 7) << judged.err;  // cut off in the middle, but read
    EXPECT_THAT(judged.out, HasSubstr("x12 interchange 000000001"));
    const Ended refused = through_pipe({"edi", "validate", "--summary"}, "\xFF\xFE" + wide);
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, HasSubstr("edi.encoding"));
}

TEST_F(EdiCli, SummaryAndHtml) {
    const Ended summary = run_program({"edi", "validate", Bad, "--summary"});
    EXPECT_EQ(summary.code, 7);
    EXPECT_THAT(summary.out, AllOf(HasSubstr("850 004010 0001: faulty"), Not(HasSubstr("^"))));
    const Ended html = run_program({"edi", "validate", Bad, "--html"});
    EXPECT_EQ(html.code, 7);
    EXPECT_THAT(html.out, AllOf(StartsWith("<!DOCTYPE html>"), HasSubstr("<mark class=\"error\"")));
}

TEST_F(EdiCli, AckForEveryKind) {
    const Ended plain = run_program({"edi", "ack", Good});
    EXPECT_EQ(plain.code, 0);
    EXPECT_THAT(plain.out, AllOf(HasSubstr("ST*997*"), HasSubstr("AK9*A*1*1*1")));
    const Ended rejected = run_program({"edi", "ack", Bad});
    EXPECT_EQ(rejected.code, 7);
    EXPECT_THAT(rejected.out, HasSubstr("AK5*R"));
    EXPECT_THAT(run_program({"edi", "ack", Good, "--kind", "999"}).out, HasSubstr("ST*999*"));
    EXPECT_THAT(run_program({"edi", "ack", Good, "--kind", "ta1"}).out, HasSubstr("TA1*000000417"));
    EXPECT_THAT(run_program({"edi", "ack", Bad, "--kind", "824"}).out,
                AllOf(HasSubstr("OTI*TR"), HasSubstr("TED*")));
    EXPECT_THAT(run_program({"edi", "ack", Message}).out, HasSubstr("UCI+417"));
    EXPECT_THAT(run_program({"edi", "ack", Message, "--receipt"}).out, HasSubstr("+8'"));
    EXPECT_THAT(run_program({"edi", "ack", Message, "--kind", "aperak"}).out, HasSubstr("APERAK"));
    EXPECT_THAT(run_program({"edi", "ack", Bad, "--policy", "accept-with-errors"}).out,
                HasSubstr("AK5*E"));
    const Ended wrong = run_program({"edi", "ack", Message, "--kind", "997"});
    EXPECT_EQ(wrong.code, 1);
    EXPECT_THAT(wrong.err, HasSubstr("[edi.ack.kind]"));
    EXPECT_EQ(run_program({"edi", "ack", Good, "--kind", "receipt"}).code, 2);
}

TEST_F(EdiCli, AnAcknowledgementEarnsNoneAndABrokenHeaderEarnsATa1) {
    const std::string ack = file("ack.edi", run_program({"edi", "ack", Good}).out);
    const Ended none = run_program({"edi", "ack", ack});
    EXPECT_EQ(none.code, 0);
    EXPECT_THAT(none.out, IsEmpty());
    EXPECT_THAT(none.err, HasSubstr("nothing to acknowledge"));
    std::string octets = testing::read_text(Good);
    octets.replace(octets.find("*T*>~"), 5, "*T**~");
    const Ended broken = run_program({"edi", "ack", file("broken.edi", octets)});
    EXPECT_EQ(broken.code, 1);
    EXPECT_THAT(broken.out, HasSubstr("TA1*000000417*261120*1015*R*"));
    EXPECT_THAT(broken.err, HasSubstr("[x12.separators]"));
}

TEST_F(EdiCli, ParseAndWriteAreInverse) {
    for (const std::string& name : {Good, Message}) {
        const Ended parsed = run_program({"edi", "parse", name, "--json"});
        EXPECT_EQ(parsed.code, 0);
        const Ended written = run_program({"edi", "write", file("tree.json", parsed.out)});
        EXPECT_EQ(written.code, 0) << written.err;
        EXPECT_EQ(written.out, testing::read_text(name));
    }
    EXPECT_EQ(run_program({"edi", "write", file("no.json", "{")}).code, 1);
}

TEST_F(EdiCli, NothingFaultyIsWrittenUnlessAskedFor) {
    const std::string tree = file("tree.json", run_program({"edi", "parse", Bad, "--json"}).out);
    const Ended refused = run_program({"edi", "write", tree});
    EXPECT_EQ(refused.code, 7);
    EXPECT_THAT(refused.out, IsEmpty());
    EXPECT_THAT(refused.err, HasSubstr("[edi.write.invalid]"));
    const Ended asked = run_program({"edi", "write", tree, "--even-if-faulty"});
    EXPECT_EQ(asked.code, 7);
    EXPECT_THAT(asked.out, StartsWith("ISA*"));
}

TEST_F(EdiCli, SplitMakesOneFilePerTransactionAndNeverOverwrites) {
    const std::string two = golden("x12/850-two-sets-one-bad-invalid.edi");
    const Ended first = run_program({"edi", "split", two, "--into", path("")});
    EXPECT_EQ(first.code, 0) << first.err;
    EXPECT_EQ(std::count(first.out.begin(), first.out.end(), '\n'), 2);
    EXPECT_EQ(run_program({"edi", "split", two, "--into", path("")}).code, 6);
}

TEST_F(EdiCli, SplitNamesItsFilesForProgramsAlsoWhereItHadToStop) {
    const std::string two = golden("x12/850-two-sets-one-bad-invalid.edi");
    const Ended first = run_program({"edi", "split", two, "--into", path(""), "--json"});
    EXPECT_EQ(first.code, 0) << first.err;
    const auto parts = nlohmann::json::parse(first.out)["parts"];
    ASSERT_EQ(parts.size(), 2u);
    for (const auto& part : parts)
        EXPECT_EQ(std::filesystem::file_size(part["file"].get<std::string>()),
                  part["bytes"].get<std::uintmax_t>());
    const Ended again = run_program({"edi", "split", two, "--into", path(""), "--json"});
    EXPECT_EQ(again.code, 6);
    EXPECT_TRUE(nlohmann::json::parse(again.out)["parts"].empty());
}

TEST_F(EdiCli, AckSaysForProgramsAndPeopleWhatItAnswers) {
    const Ended json = run_program({"edi", "ack", Bad, "--json"});
    EXPECT_EQ(json.code, 7);
    const auto answers = nlohmann::json::parse(json.out);
    EXPECT_FALSE(answers["accepted"].get<bool>());
    ASSERT_EQ(answers["answers"].size(), 1u);
    EXPECT_EQ(answers["answers"][0]["answers"], "000000417");
    EXPECT_EQ(answers["answers"][0]["receiver"], "ACMERETAIL");
    EXPECT_THAT(answers["answers"][0]["octets"].get<std::string>(), HasSubstr("AK5*R"));
    const Ended summary = run_program({"edi", "ack", Bad, "--summary"});
    EXPECT_EQ(summary.code, 7);
    EXPECT_THAT(summary.out, AllOf(HasSubstr("850 004010 0001: faulty"), Not(HasSubstr("AK5"))));
}

TEST_F(EdiCli, FormatHasTheViewsOfParse) {
    for (const char* view : {"--json", "--summary"})
        EXPECT_EQ(run_program({"edi", "format", Good, view}).out,
                  run_program({"edi", "parse", Good, view}).out);
}

TEST_F(EdiCli, SegmentsOfTheEnvelopeAreShownByName) {
    const Ended ta1 = run_program({"schema", "show", "TA1"});
    EXPECT_EQ(ta1.code, 0) << ta1.err;
    EXPECT_THAT(ta1.out, AllOf(HasSubstr("TA1"), HasSubstr("I18")));
    EXPECT_EQ(run_program({"schema", "show", "005010/TA1"}).code, 0);
    EXPECT_EQ(run_program({"schema", "show", "v4/UNB"}).code, 0);
    const Ended stranger = run_program({"schema", "show", "850@nobody"});
    EXPECT_NE(stranger.code, 0) << "the partner behind the @ counts, as in schema diff";
    EXPECT_THAT(stranger.err, HasSubstr("nobody"));
    EXPECT_EQ(run_program({"schema", "show", "v9/UNB"}).code, 78);
    EXPECT_THAT(run_program({"schema", "show", "NOPE"}).err, HasSubstr("[schema.set.unknown]"));
}

TEST_F(EdiCli, AControlCharacterIsNotWritten) {
    std::string tree = run_program({"edi", "parse", Good, "--json"}).out;
    const std::size_t at = tree.find("\"SA\"");
    const bool found = at != std::string::npos;
    tree.replace(found ? at : tree.find("\"NE\""), 4, "\"N\\u0009\"");
    const Ended refused = run_program({"edi", "write", file("tab.json", tree)});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.out, IsEmpty());
    EXPECT_THAT(
        refused.err,
        AllOf(
            HasSubstr("[edi.write.character]"), HasSubstr("element 2 of BEG"), HasSubstr("0x09")));
}

TEST_F(EdiCli, PartnersGuideJudgesAsWell) {
    const std::string guide = file("acme.guide", "in x12 004010 850\nforbid CUR\n");
    const Ended faulty = run_program({"edi", "validate", Good, "--partner", guide});
    EXPECT_EQ(faulty.code, 7);
    EXPECT_THAT(faulty.out, AllOf(HasSubstr("guide.segment.forbidden"), HasSubstr("acme.guide:2")));
    const Ended wrong = run_program({"edi",
                                     "validate",
                                     Good,
                                     "--partner",
                                     file("bad.guide", "in x12 004010 850\nforbid CURR\n")});
    EXPECT_NE(wrong.code, 0);
    EXPECT_THAT(wrong.err, AllOf(HasSubstr("bad.guide:2"), HasSubstr("did you mean CUR")));
    const Ended unknown = run_program(
        {"edi", "validate", Good, "--partner", "acme", "--config", path("sallyport.toml")});
    EXPECT_NE(unknown.code, 0);
}

TEST_F(EdiCli, LenienciesAreAskedForByName) {
    const std::string octets = testing::read_text(Good);
    std::string utf16 = "\xFF\xFE";
    for (const char c : octets)
        utf16 += std::string{c, '\0'};
    const std::string name = file("utf16.edi", utf16);
    const Ended refused = run_program({"edi", "validate", name});
    EXPECT_EQ(refused.code, 1);
    EXPECT_THAT(refused.err, AllOf(HasSubstr("UTF-16"), HasSubstr("[edi.encoding]")));
    const Ended taken =
        run_program({"edi", "validate", name, "--accept", "other-encoding", "--json"});
    EXPECT_EQ(taken.code, 0) << taken.err;
    EXPECT_THAT(taken.out, HasSubstr("edi.repair.encoding"));
    EXPECT_EQ(run_program({"edi", "validate", name, "--accept", "anything"}).code, 2);
}

TEST_F(EdiCli, SchemaShowListAndDiff) {
    const Ended tree = run_program({"schema", "show", "850"});
    EXPECT_EQ(tree.code, 0);
    EXPECT_THAT(
        tree.out,
        AllOf(StartsWith("x12 004010 850  group PO\n"), HasSubstr("loop PO1 PO1 M 100000")));
    const Ended segment =
        run_program({"schema", "show", "ORDERS", "--release", "D01B", "--segment", "BGM"});
    EXPECT_THAT(segment.out, HasSubstr("01 C002 C"));
    const std::string guide = file("acme.guide", "in x12 004010 850\nforbid CUR\n");
    EXPECT_THAT(run_program({"schema", "show", "850", "--partner", guide}).out,
                HasSubstr("guide: forbid CUR"));
    EXPECT_THAT(run_program({"schema", "diff", "004010/850", "004010/850@" + guide}).out,
                HasSubstr("+ guide CUR: forbid CUR"));
    EXPECT_THAT(run_program({"schema", "diff", "D96A/ORDERS", "D96A/ORDERS"}).out, IsEmpty());
    EXPECT_THAT(run_program({"schema", "list"}).out, HasSubstr("edifact D01B DESADV\n"));
    EXPECT_FALSE(
        nlohmann::json::parse(run_program({"schema", "show", "850", "--json"}).out)["places"]
            .empty());
    const Ended unknown = run_program({"schema", "show", "85O"});
    EXPECT_EQ(unknown.code, 78);
    EXPECT_THAT(unknown.err, HasSubstr("[schema.set.unknown]"));
}

TEST_F(EdiCli, SchemaShowsWhatAnAssociationAsks) {
    EXPECT_THAT(run_program({"schema", "list", "--uses"}).out,
                HasSubstr("EANCOM-1997 edifact D96A EAN\n"));
    const Ended shown = run_program({"schema", "show", "ORDERS", "--use", "EANCOM-1997"});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("require BGM 1004"));
    const Ended unknown = run_program({"schema", "show", "850", "--use", "VIC"});
    EXPECT_EQ(unknown.code, 78);
    EXPECT_THAT(unknown.err, AllOf(HasSubstr("[schema.use.unknown]"), HasSubstr("VICS")));
}

// Tables beside sallyport.toml count for every verb; what they define replaces what is shipped.
TEST_F(EdiCli, TablesBesideTheConfigurationCount) {
    const std::string config = file("site/sallyport.toml", "");
    const std::string own = file("site/schemas/x12/004010/sets/999Z.txt",
                                 "set 999Z PO\nheading\n  ST M 1\n  BEG M 1\n  SE M 1\n");
    const Ended listed = run_program({"--config", config, "schema", "list"});
    EXPECT_EQ(listed.code, 0) << listed.err;
    EXPECT_THAT(listed.out, HasSubstr("x12 004010 999Z\n"));
    EXPECT_THAT(run_program({"schema", "list"}).out, Not(HasSubstr("999Z")));
    testing::write_text(own, "set 850 PO\nheading\n  ST M 1\n  BEG M 1\n  SE M 1\n");
    const Ended replaced = run_program({"--config", config, "edi", "validate", Good});
    EXPECT_EQ(replaced.code, 7);
    EXPECT_THAT(replaced.out, HasSubstr("edi.segment.not-in-set"));
    testing::write_text(own, "set 850 PO\nheading\n  XX M 1\n");
    const Ended broken = run_program({"--config", config, "edi", "validate", Good});
    EXPECT_EQ(broken.code, 78);
    EXPECT_THAT(broken.err, AllOf(HasSubstr("999Z.txt:3"), HasSubstr("[schema.reference]")));
}

TEST_F(EdiCli, SchemaImportMakesFilesThatReplaceWhatTheyDefine) {
    const std::string sef =
        file("acme.sef",
             ".INI\nACME,,004 010,X,X12-4010,Own\n.SETS\n"
             "850=^[ST,M][BEG,M][.CUR]^{:9[PO1,M]}^[SE,M]\n.SEGS\n"
             "ST=[143,M][329,M]\nSE=[96,M][329,M]\nBEG=[353,M][92]\n"
             "CUR=[98,M]\nPO1=[350][330]\n.ELMS\n143=ID,3,3\n329=AN,4,9\n"
             "96=N0,1,10\n353=ID,2,2\n92=ID,2,2\n98=ID,2,3\n350=AN,1,20\n330=R,1,9\n"
             ".CODES\n353=00:02\n");
    const Ended imported = run_program({"schema", "import", sef, "--into", path("schemas")});
    EXPECT_EQ(imported.code, 0) << imported.err;
    EXPECT_THAT(imported.out, AllOf(HasSubstr("sets/850.txt"), HasSubstr("acme.guide")));
    EXPECT_EQ(run_program({"schema", "import", sef, "--into", path("schemas")}).code, 6)
        << "never overwritten";
    // Beside sallyport.toml they are used.
    const Ended shown = run_program({"schema", "show", "850", "--config", path("sallyport.toml")});
    EXPECT_THAT(shown.out, AllOf(HasSubstr("loop PO1 PO1 M 9\n"), Not(HasSubstr("SDQ"))));
    EXPECT_EQ(
        run_program({"schema", "import", file("no.sef", "nothing"), "--into", path("x")}).code, 1);
}

}  // namespace
}  // namespace sallyport::daemon
