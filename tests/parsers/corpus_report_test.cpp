// SPDX-License-Identifier: Apache-2.0
// Every document of the collection, both standards: the table per set, and a reason for each rejection. A document may be
// rejected when its source says it is invalid, when an independent count found its envelope wrong, or when corpus.h names the
// document's own fault.
#include "corpus.h"

#include "parsers/edi.h"

#include <gtest/gtest.h>

#include <iomanip>
#include <iostream>

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

void print(const std::map<std::string, Tally>& tallies, const std::string& standard) {
    std::cout << "  " << std::left << std::setw(14) << standard + " set"
              << "accepted repaired rejected no-schema\n";
    Tally all;
    const auto line = [](const std::string& name, const Tally& tally) {
        std::cout << "  " << std::left << std::setw(14) << name << std::right << std::setw(8)
                  << tally.accepted << std::setw(9) << tally.repaired << std::setw(9)
                  << tally.rejected << std::setw(10) << tally.unknown << "\n";
    };
    for (const auto& [set, tally] : tallies) {
        line(set, tally);
        all.accepted += tally.accepted;
        all.repaired += tally.repaired;
        all.rejected += tally.rejected;
        all.unknown += tally.unknown;
    }
    line("all", all);
}

void report_all(const std::string& standard) {
    std::map<std::string, Tally> tallies;
    for (const corpus::Stated& stated : corpus::manifest(standard + "/")) {
        if (stated.path.find("TRADACOMS") != std::string::npos) continue;  // another syntax
        SCOPED_TRACE(stated.path);
        const std::string octets = test::read(corpus::folder() / stated.path);
        auto document = read(octets);
        if (!document) {
            ++tallies[stated.set].rejected;
            EXPECT_TRUE(has_reason(stated)) << "unexplained: " << document.error().text();
            std::cout << "  rejected " << stated.path << ": " << document.error().text() << "\n";
            continue;
        }
        EXPECT_EQ(emit(*document), octets);
        const Report report = validate(*document, test::schemas());
        const Outcome outcome = outcome_of(report);
        add(tallies[stated.set], outcome);
        if (outcome != Outcome::Rejected) continue;
        EXPECT_TRUE(has_reason(stated)) << "unexplained: " << corpus::first_error(report);
        std::cout << "  rejected " << stated.path << ": " << corpus::first_error(report) << "\n";
    }
    print(tallies, standard);
}

TEST(CorpusReport, EveryRejectedX12DocumentHasAReason) {
    if (!corpus::present()) GTEST_SKIP() << "no corpus beside the source tree";
    report_all("x12");
}

TEST(CorpusReport, EveryRejectedEdifactDocumentHasAReason) {
    if (!corpus::present()) GTEST_SKIP() << "no corpus beside the source tree";
    report_all("edifact");
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
