// SPDX-License-Identifier: Apache-2.0
// How fast the EDI engine is, beside what this machine's memory allows in the same run. Prints, never judges: a speed is a
// figure for a report, not a test.
//   edi_bench [--megabytes 100] [--smoke] [--only x12|edifact] [--no-tree]   the table
//   edi_bench --generate x12|edifact --megabytes N  a document on standard output, for other tools
#include "edi_generate.h"

#include "parsers/edi.h"
#include "parsers/edifact.h"
#include "parsers/fast_index.h"
#include "parsers/stream.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <functional>
#include <iostream>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace sallyport;
using namespace sallyport::edi;
using bench::Generator;

constexpr std::size_t Megabyte = 1'000'000;
constexpr std::size_t Chunk = std::size_t{256} << 10;
constexpr std::uint64_t Seed = 20261123;

// Of processor time, not of the wall's: what else runs on the machine does not count.
double seconds(const std::function<void()>& work) {
    const std::clock_t begin = std::clock();
    work();
    return std::max(static_cast<double>(std::clock() - begin), 1.0) / CLOCKS_PER_SEC;
}

// The best of some runs: what disturbs a run only makes it slower.
double best(int runs, const std::function<void()>& work) {
    double least = seconds(work);
    for (int i = 1; i < runs; ++i)
        least = std::min(least, seconds(work));
    return least;
}

class Table {
public:
    explicit Table(std::size_t octets) : m_octets(octets) {}
    void row(const char* stage, double took, std::size_t octets = 0) {
        const double rate = static_cast<double>(octets ? octets : m_octets) / 1e6 / took;
        if (m_roofline == 0) m_roofline = rate;
        std::printf(
            "  %-34s %9.0f MB/s   1/%.0f of the roofline\n", stage, rate, m_roofline / rate);
        std::fflush(stdout);
    }

private:
    std::size_t m_octets;
    double m_roofline = 0;
};

class Counter : public StreamSink {
public:
    void transaction(TransactionReport report) override {
        ++transactions;
        faults += report.faults.size();
        if (!report.faults.empty() && example.empty()) example = report.faults[0].message;
    }
    void end_interchange(InterchangeReport report) override {
        accepted = accepted && report.accepted() && report.faults.empty();
    }
    std::uint64_t transactions = 0, faults = 0;
    bool accepted = true;
    std::string example;
};

OctetSource from_memory(std::string_view octets) {
    return [octets](char* to, std::size_t capacity) mutable -> Result<std::size_t> {
        const std::size_t count = std::min(capacity, octets.size());
        std::memcpy(to, octets.data(), count);
        octets.remove_prefix(count);
        return count;
    };
}

std::uint64_t sum_of(std::string_view octets) {
    std::uint64_t sum = 0, word = 0;
    for (std::size_t at = 0; at + 8 <= octets.size(); at += 8) {
        std::memcpy(&word, octets.data() + at, 8);
        sum += word;
    }
    return sum;
}

std::size_t index_all(std::string_view octets, const IndexedOctets& indexed, IndexFunction index) {
    static std::vector<std::uint32_t> positions(Chunk + 64);
    std::size_t count = 0;
    for (std::size_t at = 0; at < octets.size(); at += Chunk)
        count += index(octets.substr(at, Chunk), indexed, positions.data());
    return count;
}

void stream_rows(const std::string& octets, const SchemaSet& schemas, Table& table) {
    StreamValidator validator(schemas);
    Counter counter;
    Status done;
    for (const bool scalar : {true, false}) {
        StreamOptions options;
        options.scalar = scalar;
        table.row(scalar ? "full validation, scalar" : "full validation, stream",
                  best(scalar ? 2 : 5, [&] {
                      counter = {};
                      done = validator.run(from_memory(octets), options, counter);
                  }));
    }
    std::printf("    %llu transactions, %llu faults%s%s\n",
                static_cast<unsigned long long>(counter.transactions),
                static_cast<unsigned long long>(counter.faults),
                counter.example.empty() ? "" : ", such as: ",
                counter.example.c_str());
    if (!done) std::printf("    refused: %s\n", done.error().text().c_str());
}

void tree_rows(const std::string& octets, const SchemaSet& schemas, Table& table) {
    Limits limits;
    limits.bytes = octets.size();
    limits.segments = octets.size();
    table.row("tree: read",
              best(2, [&] { (void)static_cast<bool>(read(octets, limits)); }),
              octets.size());
    auto document = read(octets, limits);
    if (!document) return;
    table.row(
        "tree: validate", best(2, [&] { (void)validate(*document, schemas); }), octets.size());
    std::size_t written = 0;
    table.row("tree: write", best(2, [&] { written = emit(*document).size(); }), octets.size());
}

void measure(Generator::Kind kind, std::size_t megabytes, const SchemaSet& schemas, bool tree) {
    const bool x12 = kind == Generator::Kind::X12;
    const std::string octets = Generator(kind, megabytes * Megabyte, Seed).all();
    std::printf("%s, %zu octets\n", x12 ? "850 004010" : "ORDERS D.96A", octets.size());
    Table table(octets.size());
    Separators separators;
    separators.component = '>';
    if (!x12) separators = edifact_separators();
    const IndexedOctets indexed = IndexedOctets::of(separators);
    volatile std::uint64_t sum = 0;
    table.row("read and sum (roofline)", best(5, [&] { sum = sum_of(octets); }));
    std::size_t found = 0;
    table.row("tokenise, scalar",
              best(2, [&] { found = index_all(octets, indexed, index_scalar); }));
    table.row("tokenise, fastest here",
              best(5, [&] { found = index_all(octets, indexed, fastest_index()); }));
    std::printf("    one separator in %.1f octets\n",
                static_cast<double>(octets.size()) / static_cast<double>(found));
    stream_rows(octets, schemas, table);
    if (!tree) return;
    const std::size_t slice = std::min<std::size_t>(megabytes, 20) * Megabyte;
    tree_rows(Generator(kind, slice, Seed).all(), schemas, table);
}

int generate(const std::string& kind, std::size_t megabytes) {
    Generator generator(kind == "x12" ? Generator::Kind::X12 : Generator::Kind::Edifact,
                        megabytes * Megabyte,
                        Seed);
    for (std::string piece = generator.next(); !piece.empty(); piece = generator.next())
        std::cout.write(piece.data(), static_cast<std::streamsize>(piece.size()));
    return std::cout.flush() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    std::size_t megabytes = 100;
    std::string kind, only;
    bool tree = true;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--smoke") megabytes = 2;
        if (word == "--megabytes" && i + 1 < argc) megabytes = std::strtoul(argv[++i], nullptr, 10);
        if (word == "--no-tree") tree = false;
        if (word == "--only" && i + 1 < argc) only = argv[++i];
        if (word == "--generate" && i + 1 < argc) kind = argv[++i];
    }
    if (!kind.empty()) return generate(kind, megabytes);
    const auto load = [] { return SchemaSet::load(SALLYPORT_SOURCE_DIR "/parsers/schemas"); };
    auto schemas = load();
    if (!schemas) {
        std::fprintf(stderr, "%s\n", schemas.error().text().c_str());
        return 1;
    }
    std::printf("all %zu definitions loaded in %.1f ms\n",
                schemas->names().size(),
                best(5, [&] { (void)static_cast<bool>(load()); }) * 1000);
    if (only != "edifact") measure(Generator::Kind::X12, megabytes, *schemas, tree);
    if (only != "x12") measure(Generator::Kind::Edifact, megabytes, *schemas, tree);
    return 0;
}
