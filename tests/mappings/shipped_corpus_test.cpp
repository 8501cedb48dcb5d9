// SPDX-License-Identifier: Apache-2.0
// Documents of other people through the shipped maps: read, written, validated, read again, equal. The corpus is no part of
// the project; without it the test is skipped, visibly. What a document must not do is come back different; what stops one
// before that (it is not valid itself, a code no table has) is listed by set in docs/reference/corpus-maps.md, which
// SALLYPORT_ACCEPT=1 writes anew.
#include "map_fixture.h"
#include "shipped_maps.h"

#include "gateway/base/file.h"
#include "mappings/round_trip.h"
#include "parsers/edi.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>

namespace sallyport::mapping {
namespace {

struct Counts {
    unsigned documents = 0, equal = 0, different = 0;
    struct Stop {
        std::string why, file, detail;
    };
    std::vector<Stop> stops;
    std::map<std::string, unsigned> by_reason() const {
        std::map<std::string, unsigned> out;
        for (const Stop& one : stops)
            ++out[one.why];
        return out;
    }
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

// The first error the validator finds, and how many there are; empty: none.
std::string errors_of(const edi::TransactionReport& report) {
    std::string first;
    unsigned count = 0;
    for (const edi::Fault& fault : report.faults) {
        if (fault.severity != edi::Severity::Error) continue;
        if (count++ == 0)
            first = fault.segment + " (segment " + std::to_string(fault.position) +
                    "): " + fault.message + " [" + std::string(fault.code) + "]";
    }
    return count > 1 ? first + " and " + std::to_string(count - 1) + " more" : first;
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
                std::pair<std::string, std::string> end = {
                    "not valid itself",
                    errors_of(report.interchanges[i].groups[g].transactions[t])};
                if (end.second.empty()) end = judge(*found->second.map, transaction);
                if (end.first.empty())
                    ++count.equal;
                else if (end.first == "different")
                    ++count.different;
                if (end.first.empty()) continue;
                count.stops.push_back({end.first, path.filename().string(), end.second});
            }
        }
}

// One line of a table: no line end, no bar.
std::string cell(std::string text) {
    text = text.substr(0, text.find('\n')).substr(0, 220);
    for (std::size_t at = text.find('|'); at != std::string::npos; at = text.find('|', at + 2))
        text.insert(at, "\\");
    return text;
}

std::string page(const std::map<std::string, Counts>& counts) {
    std::string table;
    std::string reasons;
    Counts all;
    for (const auto& [name, count] : counts) {
        const auto stopped = count.by_reason();
        const auto number = [&](const char* why) {
            const auto found = stopped.find(why);
            return std::to_string(found == stopped.end() ? 0U : found->second);
        };
        table += "| `" + name.substr(0, name.size() - 4) + "` | " +
                 std::to_string(count.documents) + " | " + std::to_string(count.equal) + " | " +
                 std::to_string(count.different) + " | " + number("not valid itself") + " | " +
                 number("held") + " | " + number("rejected") + " | " + number("not written") +
                 " |\n";
        for (const Counts::Stop& one : count.stops)
            reasons += "| `" + name.substr(0, name.size() - 4) + "` | " + cell(one.file) + " | " +
                       one.why + " | " + cell(one.detail) + " |\n";
        all.documents += count.documents;
        all.equal += count.equal;
        all.different += count.different;
    }
    return "# Documents of other people through the shipped maps\n\n"
           "Made by `tests/mappings/shipped_corpus_test.cpp` from a collection of public samples "
           "that is not part of this "
           "project. Each document is read by the base map of its set and release, written, "
           "validated, read again and "
           "compared.\n\n" +
           std::to_string(all.documents) + " documents: " + std::to_string(all.equal) +
           " came back equal, " + std::to_string(all.different) +
           " different; the others stop before that, for the reasons below.\n\n"
           "| map | documents | equal | different | not valid themselves | held | rejected | not "
           "written |\n|---|---:|---:|---:|---:|---:|---:|---:|\n" +
           table +
           "\n*Not valid*: our validator refuses the document by the standard's own tables; the "
           "gateway answers it with a 997 or CONTRL and no map sees it. *Held*: a code no table "
           "has; the row is added by `sallyport map table add`. *Rejected*: the map's own "
           "`require`. "
           "*Not written*: it was read, and what it says cannot be said by our rules, which the "
           "gateway reports instead of leaving something out.\n\n"
           "| map | document | what | why |\n|---|---|---|---|\n" +
           reasons;
}

TEST(ShippedCorpus, ComesBackAsItWasRead) {
    const std::filesystem::path corpus = std::filesystem::path(SALLYPORT_SHARED_DIR) / "corpus";
    if (!std::filesystem::is_directory(corpus)) GTEST_SKIP() << "there is no corpus in " << corpus;
    const auto maps = bases();
    std::vector<std::filesystem::path> files;
    for (const char* folder : {"x12", "edifact"})
        for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus / folder))
            if (entry.is_regular_file()) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::map<std::string, Counts> counts;
    for (const std::filesystem::path& file : files)
        run_file(file, maps, counts);
    EXPECT_FALSE(counts.empty()) << "no document of the corpus is of a set we ship a map for";
    for (const auto& [name, count] : counts) {
        std::cout << name << ": " << count.documents << " documents, " << count.equal << " equal";
        for (const auto& [why, number] : count.by_reason())
            std::cout << ", " << number << " " << why;
        std::cout << "\n";
        for (const Counts::Stop& one : count.stops)
            EXPECT_NE(one.why, "different") << name << ": " << one.file << "\n" << one.detail;
    }
    if (std::getenv("SALLYPORT_ACCEPT") != nullptr)
        std::ofstream(
            std::filesystem::path(SALLYPORT_SOURCE_DIR) / "docs" / "reference" / "corpus-maps.md",
            std::ios::binary)
            << page(counts);
}

}  // namespace
}  // namespace sallyport::mapping
