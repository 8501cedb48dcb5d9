// SPDX-License-Identifier: Apache-2.0
// XML documents of other people through the shipped maps: read, written, judged (structure, EN 16931, Peppol), read again,
// equal. The corpus is no part of the project; without it the test is skipped, visibly. No document may come back different;
// what stops one before that is counted by map and printed with an example.
#include "map_fixture.h"
#include "shipped_maps.h"

#include "gateway/base/file.h"
#include "mappings/round_trip.h"
#include "parsers/xml.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <utility>

namespace sallyport::mapping {
namespace {

constexpr const char* Bases[] = {"ubl-order.map",
                                 "ubl-order-change.map",
                                 "ubl-order-response.map",
                                 "ubl-despatch-advice.map",
                                 "ubl-invoice.map",
                                 "ubl-credit-note.map",
                                 "cii-invoice.map",
                                 "cxml-order.map",
                                 "cxml-order-response.map",
                                 "cxml-ship-notice.map",
                                 "cxml-invoice.map"};

struct Counts {
    unsigned documents = 0, equal = 0, different = 0, valid = 0;
    std::map<std::string, std::pair<unsigned, std::string>> stopped;  // why: how often, one of them
};

bool has_error(const edi::Report& report) {
    for (const edi::InterchangeReport& interchange : report.interchanges)
        for (const edi::GroupReport& group : interchange.groups)
            for (const edi::TransactionReport& transaction : group.transactions)
                if (std::any_of(
                        transaction.faults.begin(), transaction.faults.end(), [](const auto& one) {
                            return one.severity == edi::Severity::Error;
                        }))
                    return true;
    return false;
}

// Why it went no further, and the details; both empty when it came back equal.
std::pair<std::string, std::string> judge(const CompiledMap& map,
                                          const edi::Transaction& transaction) {
    const Result<ReadOutcome> outcome = read(map, transaction);
    if (!outcome) return {"not read", outcome.error().text()};
    for (const Finding& finding : outcome->findings) {
        if (finding.verdict == Verdict::Hold) return {"held", to_text(finding)};
        if (finding.verdict == Verdict::Reject) return {"rejected", to_text(finding)};
    }
    const RoundTripResult back = there_and_back(map, schemas(), *outcome->document);
    if (!back.problem.empty()) return {"not written", back.problem};
    const std::string differs = lost(*outcome->document, *back.document, back.defaults);
    if (!differs.empty()) return {"different", differs + back.segments};
    const RoundTripResult again = there_and_back(map, schemas(), *back.document);
    if (again.segments != back.segments) return {"different", "written again:\n" + again.segments};
    return {};
}

TEST(XmlCorpus, ComesBackAsItWasRead) {
    const std::filesystem::path corpus = std::filesystem::path(SALLYPORT_SHARED_DIR) / "corpus";
    if (!std::filesystem::is_directory(corpus / "xml"))
        GTEST_SKIP() << "there is no corpus in " << corpus;
    std::map<std::string, std::shared_ptr<const CompiledMap>> maps;
    for (const char* name : Bases) {
        const MapLoad loaded = load_map(name, shipped(), schemas());
        ASSERT_NE(loaded.map, nullptr) << loaded.text();
        maps[name] = loaded.map;
    }
    std::map<std::string, Counts> counts;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus / "xml")) {
        const std::string folder = entry.path().parent_path().filename().string();
        if (!entry.is_regular_file() || folder.starts_with("testset")) continue;
        Result<Bytes> octets = read_file(entry.path(), 16U << 20);
        if (!octets) continue;
        Result<edi::Document> document = edi::read_xml(*std::move(octets));
        const edi::Transaction* transaction = document ? only_transaction(*document) : nullptr;
        if (transaction == nullptr) continue;
        for (const auto& [name, map] : maps) {
            if (!map->reads(*transaction)) continue;
            Counts& count = counts[name];
            ++count.documents;
            std::pair<std::string, std::string> end = {"not valid itself", ""};
            const bool valid = !has_error(edi::validate(*document, schemas()));
            count.valid += valid ? 1U : 0U;
            if (valid) end = judge(*map, *transaction);
            count.equal += end.first.empty() ? 1U : 0U;
            count.different += end.first == "different" ? 1U : 0U;
            if (end.first.empty()) continue;
            auto& [times, example] = count.stopped[end.first];
            if (times++ == 0) example = entry.path().filename().string() + ": " + end.second;
        }
    }
    EXPECT_FALSE(counts.empty()) << "no document of the corpus is of a kind we ship a map for";
    for (const auto& [name, count] : counts) {
        std::cout << name << ": " << count.documents << " documents, " << count.valid << " valid, "
                  << count.equal << " equal";
        for (const auto& [why, what] : count.stopped)
            std::cout << ", " << what.first << " " << why;
        std::cout << "\n";
        for (const auto& [why, what] : count.stopped)
            if (why != "not valid itself")
                std::cout << "    " << why << ": " << what.second.substr(0, 600) << "\n";
        const auto different = count.stopped.find("different");
        EXPECT_EQ(count.different, 0U)
            << name << ": "
            << (different == count.stopped.end() ? std::string() : different->second.second);
    }
}

}  // namespace
}  // namespace sallyport::mapping
