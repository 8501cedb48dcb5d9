// SPDX-License-Identifier: Apache-2.0
// Documents of other people through the shipped maps: read, written, validated, read again, equal. The corpus is no part of
// the project; without it the test is skipped, visibly. What a document must not do is come back different; what stops one
// before that (it is not valid itself, a code no table has) is counted by set and printed with an example.
#include "map_fixture.h"
#include "shipped_maps.h"

#include "gateway/base/file.h"
#include "mappings/round_trip.h"
#include "parsers/edi.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>

namespace sallyport::mapping {
namespace {

struct Counts {
    unsigned documents = 0, equal = 0, different = 0;
    std::map<std::string, unsigned> stopped;     // why, how often
    std::map<std::string, std::string> example;  // why, one of them
};

struct Base {
    std::string name;
    std::shared_ptr<const CompiledMap> map;
};

// The base maps, by the set they are for.
std::map<const edi::SetSchema*, Base> bases() {
    std::map<const edi::SetSchema*, Base> out;
    for (const std::string& name : shipped_maps()) {
        const bool base = name.ends_with("-base.map") || name.ends_with("-d96a.map") ||
                          name.ends_with("-5010.map") || name.ends_with("-d01b.map");
        if (!base) continue;
        const MapLoad loaded = load_map(name, shipped(), schemas());
        if (loaded.map != nullptr) out[loaded.map->plan_set()] = {name, loaded.map};
    }
    return out;
}

bool has_error(const edi::TransactionReport& report) {
    return std::any_of(report.faults.begin(), report.faults.end(), [](const edi::Fault& fault) {
        return fault.severity == edi::Severity::Error;
    });
}

// Why it went no further, and the details; both empty when it came back equal.
std::pair<std::string, std::string> judge(const CompiledMap& map,
                                          const edi::Transaction& transaction) {
    const Result<ReadOutcome> read = mapping::read(map, transaction);
    if (!read) return {"not read", read.error().text()};
    for (const Finding& finding : read->findings) {
        if (finding.verdict == Verdict::Hold) return {"held", to_text(finding)};
        if (finding.verdict == Verdict::Reject) return {"rejected", to_text(finding)};
    }
    if (map.info().arrow != Arrow::Both) return {};
    const RoundTripResult back = there_and_back(map, schemas(), *read->document);
    if (!back.problem.empty()) return {"not written", back.problem};
    const std::string differs = lost(*read->document, *back.document, back.defaults);
    if (!differs.empty()) return {"different", differs + back.segments};
    return {};
}

void run_file(const std::filesystem::path& path,
              const std::map<const edi::SetSchema*, Base>& maps,
              std::map<std::string, Counts>& counts) {
    Result<Bytes> octets = read_file(path, 16U << 20);
    if (!octets) return;
    Result<edi::Document> document = edi::read(*std::move(octets));
    if (!document) return;
    const edi::Report report = edi::validate(*document, schemas());
    for (std::size_t i = 0; i < document->interchanges.size(); ++i)
        for (std::size_t g = 0; g < document->interchanges[i].groups.size(); ++g) {
            const edi::Group& group = document->interchanges[i].groups[g];
            for (std::size_t t = 0; t < group.transactions.size(); ++t) {
                const edi::Transaction& transaction = group.transactions[t];
                const auto found = maps.find(transaction.schema);
                if (transaction.schema == nullptr || found == maps.end()) continue;
                Counts& count = counts[found->second.name];
                ++count.documents;
                std::pair<std::string, std::string> end = {"not valid itself", ""};
                if (!has_error(report.interchanges[i].groups[g].transactions[t]))
                    end = judge(*found->second.map, transaction);
                if (end.first.empty())
                    ++count.equal;
                else if (end.first == "different")
                    ++count.different;
                if (end.first.empty()) continue;
                ++count.stopped[end.first];
                count.example.emplace(end.first, path.filename().string() + ": " + end.second);
            }
        }
}

TEST(ShippedCorpus, ComesBackAsItWasRead) {
    const std::filesystem::path corpus = std::filesystem::path(SALLYPORT_SHARED_DIR) / "corpus";
    if (!std::filesystem::is_directory(corpus)) GTEST_SKIP() << "there is no corpus in " << corpus;
    const auto maps = bases();
    std::map<std::string, Counts> counts;
    for (const char* folder : {"x12", "edifact"})
        for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus / folder))
            if (entry.is_regular_file()) run_file(entry.path(), maps, counts);
    EXPECT_FALSE(counts.empty()) << "no document of the corpus is of a set we ship a map for";
    for (const auto& [name, count] : counts) {
        std::cout << name << ": " << count.documents << " documents, " << count.equal << " equal";
        for (const auto& [why, number] : count.stopped)
            std::cout << ", " << number << " " << why;
        std::cout << "\n";
        for (const auto& [why, example] : count.example)
            if (why != "not valid itself")
                std::cout << "    " << why << ": " << example.substr(0, 600) << "\n";
        EXPECT_EQ(count.different, 0U)
            << name << ": "
            << (count.example.contains("different") ? count.example.at("different") : "");
    }
}

}  // namespace
}  // namespace sallyport::mapping
