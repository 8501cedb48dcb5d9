// SPDX-License-Identifier: Apache-2.0
// Every document of the collection, both standards: the table per set, and a reason for each rejection. A document may be
// rejected when its source says it is invalid, when an independent count found its envelope wrong, or when corpus.h names the
// document's own fault. Re-emitting gives the octets read, but for what the listed repairs say. The outcome stands in
// docs/reference/corpus.md; GW_ACCEPT=1 writes it.
#include "corpus.h"

#include "parsers/edi.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace sallyport::edi {
namespace {

struct Tally {
    int accepted = 0, repaired = 0, rejected = 0, unknown = 0;
};

enum class Outcome : std::uint8_t { Accepted, Repaired, Rejected, Unknown };

// A document counts as without schema when that is the only thing wrong with it.
Outcome outcome_of(const Report& report) {
    bool other = false, unknown = false;
    for (const Fault& fault : test::faults_in(report)) {
        if (fault.severity != Severity::Error) continue;
        const bool schema =
            fault.code == "edi.set.unsupported" || fault.code == "edi.group.version";
        (schema ? unknown : other) = true;
    }
    if (other) return Outcome::Rejected;
    if (unknown) return Outcome::Unknown;
    return test::repairs_in(report).empty() ? Outcome::Accepted : Outcome::Repaired;
}

bool has_reason(const corpus::Stated& stated) {
    return stated.verdict == "invalid" || !stated.problems.empty() ||
           corpus::explained().count(std::filesystem::path(stated.path).filename().string()) != 0;
}

void add(Tally& tally, Outcome outcome) {
    switch (outcome) {
        case Outcome::Accepted:
            ++tally.accepted;
            break;
        case Outcome::Repaired:
            ++tally.repaired;
            break;
        case Outcome::Rejected:
            ++tally.rejected;
            break;
        case Outcome::Unknown:
            ++tally.unknown;
            break;
    }
}

// Never the document's text: code and place of the first error, and whose fault it is.
std::string reason_of(const corpus::Stated& stated, std::string_view first) {
    const auto known =
        corpus::explained().find(std::filesystem::path(stated.path).filename().string());
    std::string why = std::string(first);
    if (known != corpus::explained().end()) return why + "; " + std::string(known->second);
    if (!stated.problems.empty()) return why + "; counted independently: " + stated.problems;
    return why + "; its source says it is invalid";
}

std::string first_place(const Report& report) {
    for (const Fault& fault : test::faults_in(report)) {
        if (fault.severity != Severity::Error) continue;
        std::string text = "`" + std::string(fault.code) + "`";
        const bool tag = fault.segment.size() <= 3 &&
                         fault.segment.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") ==
                             std::string::npos;
        if (!tag) return text;  // octets of the document, no segment
        text += " " + fault.segment;
        if (fault.element > 0)
            text += (fault.element < 10 ? "0" : "") + std::to_string(fault.element);
        return text + " in segment " + std::to_string(fault.position);
    }
    return {};
}

struct Results {
    std::map<std::string, Tally> tallies;
    std::map<std::string, std::string> rejected;  // file name to reason
    std::map<std::string, int> repairs;
};

Results results_of(const std::string& standard) {
    Results results;
    for (const corpus::Stated& stated : corpus::manifest(standard + "/")) {
        if (stated.path.find("TRADACOMS") != std::string::npos) continue;  // another syntax
        SCOPED_TRACE(stated.path);
        const std::string name = std::filesystem::path(stated.path).filename().string();
        const std::string octets = test::read(corpus::folder() / stated.path);
        auto document = read(octets);
        if (!document) {
            ++results.tallies[stated.set].rejected;
            EXPECT_TRUE(has_reason(stated)) << "unexplained: " << document.error().text();
            results.rejected[name] =
                reason_of(stated, "`" + std::string(document.error().code()) + "`, unreadable");
            continue;
        }
        EXPECT_EQ(emit(*document), octets);
        const Report report = validate(*document, test::schemas());
        for (const std::string& code : test::repairs_in(report))
            ++results.repairs[code];
        const Outcome outcome = outcome_of(report);
        add(results.tallies[stated.set], outcome);
        if (outcome != Outcome::Rejected) continue;
        EXPECT_TRUE(has_reason(stated)) << "unexplained: " << corpus::first_error(report);
        results.rejected[name] = reason_of(stated, first_place(report));
    }
    return results;
}

std::string row(const std::string& name, const Tally& tally) {
    return "| " + name + " | " + std::to_string(tally.accepted) + " | " +
           std::to_string(tally.repaired) + " | " + std::to_string(tally.rejected) + " | " +
           std::to_string(tally.unknown) + " |\n";
}

std::string section(const std::string& title, const Results& results) {
    std::string text = "\n## " + title +
                       "\n\n| set | accepted | repaired | rejected | no schema |\n"
                       "|---|---|---|---|---|\n";
    Tally all;
    for (const auto& [set, tally] : results.tallies) {
        text += row(set, tally);
        all.accepted += tally.accepted;
        all.repaired += tally.repaired;
        all.rejected += tally.rejected;
        all.unknown += tally.unknown;
    }
    text += row("all", all) + "\n| repair | documents |\n|---|---|\n";
    for (const auto& [code, count] : results.repairs)
        text += "| `" + code + "` | " + std::to_string(count) + " |\n";
    text += "\n| rejected | first error, and whose it is |\n|---|---|\n";
    for (const auto& [name, reason] : results.rejected)
        text += "| " + name + " | " + reason + " |\n";
    return text;
}

TEST(CorpusReport, EveryRejectedDocumentHasAReasonAndThePageSaysIt) {
    if (!corpus::present()) GTEST_SKIP() << "no corpus beside the source tree";
    const std::string made =
        "# What the public X12 and EDIFACT documents earn\n\n"
        "Made by `tests/parsers/corpus_report_test.cpp` (`GW_ACCEPT=1` writes it) over the private "
        "collection of documents: each is read, judged and\ngiven back octet for octet. "
        "*Repaired*: accepted after what the repairs name was put right. *No schema*: nothing is "
        "wrong with it but that this\ngateway has no definition of its set or release (health "
        "care, old releases). Every rejection is the document's own fault.\n" +
        section("X12", results_of("x12")) + section("EDIFACT", results_of("edifact"));
    const auto file =
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "docs" / "reference" / "corpus.md";
    if (std::getenv("GW_ACCEPT") != nullptr) {
        std::ofstream(file, std::ios::binary) << made;
        GTEST_SKIP() << "written anew: " << file.filename();
    }
    EXPECT_TRUE(test::read(file) == made) << "run with GW_ACCEPT=1 to write " << file.filename();
}

TEST(CorpusReport, ValidEdifactDocumentsAreAccepted) {
    if (!corpus::present()) GTEST_SKIP() << "no corpus beside the source tree";
    for (const corpus::Stated& stated : corpus::manifest("edifact/")) {
        if (stated.verdict != "valid" || !stated.problems.empty() ||
            stated.path.find("TRADACOMS") != std::string::npos ||
            corpus::explained().count(std::filesystem::path(stated.path).filename().string()) != 0)
            continue;
        SCOPED_TRACE(stated.path);
        auto document = read(test::read(corpus::folder() / stated.path));
        ASSERT_TRUE(document) << document.error().text();
        const Report report = validate(*document, test::schemas());
        EXPECT_NE(outcome_of(report), Outcome::Rejected) << corpus::first_error(report);
    }
}

}  // namespace
}  // namespace sallyport::edi
