// SPDX-License-Identifier: Apache-2.0
// What a mapping costs beside reading and validating: a purchase order of forty lines through the shipped 850 map.
//   map_bench [--benchmark_filter=…]    run it from a release tree; --benchmark_min_time=0.01 only shows that it works
#include "gateway/base/file.h"
#include "mappings/map.h"
#include "mappings/run.h"
#include "parsers/x12.h"

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

namespace {

using namespace sallyport;
using namespace sallyport::mapping;

const std::filesystem::path Root = SALLYPORT_SOURCE_DIR;

const edi::SchemaSet& schemas() {
    static const Result<edi::SchemaSet> Loaded = edi::SchemaSet::load(Root / "parsers" / "schemas");
    if (!Loaded) {
        std::cerr << Loaded.error().text() << '\n';
        std::exit(1);
    }
    return *Loaded;
}

std::string order() {
    std::string out =
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240101*0000*U*00401*"
        "000000001*0*T*:~GS*PO*SENDER*RECEIVER*20240101*0000*1*X*004010~ST*850*0001~"
        "BEG*00*SA*4500012345**20240501~CUR*BY*USD~REF*DP*014~REF*IA*104455~FOB*PP*DE*DALLAS TX~"
        "DTM*002*20240520~N1*ST*ACME DC 0417*92*0417~N3*100 MAIN ST~N4*DALLAS*TX*75201*US~";
    for (int i = 1; i <= 40; ++i) {
        const std::string no = std::to_string(i);
        out += "PO1*" + no + "*24*EA*12.50**UP*0123456789" + std::to_string(10 + i) + "*BP*A" + no +
               "~PID*F****STAPLE REMOVER NUMBER " + no + "~";
    }
    return out + "CTT*40~SE*92*0001~GE*1*1~IEA*1*000000001~";
}

const CompiledMap& map() {
    static const MapLoad Loaded =
        load_map("x12-850-base.map", search_path({Root / "mappings"}), schemas());
    if (!Loaded.map) {
        std::cerr << Loaded.text() << '\n';
        std::exit(1);
    }
    return *Loaded.map;
}

edi::Document placed() {
    Result<edi::Document> document = edi::read_x12(order());
    if (!document) {
        std::cerr << document.error().text() << '\n';
        std::exit(1);
    }
    const edi::Report report = edi::validate(*document, schemas());
    if (!report.accepted()) {
        std::cerr << "the order of the benchmark is not valid\n";
        std::exit(1);
    }
    return *std::move(document);
}

nlohmann::ordered_json document() {
    const edi::Document wire = placed();
    const Result<ReadOutcome> outcome =
        read(map(), wire.interchanges[0].groups[0].transactions[0], {});
    if (!outcome || outcome->rejected() || outcome->document->at("lines").size() != 40) {
        std::cerr << "the map does not read the order of the benchmark\n";
        std::exit(1);
    }
    return *outcome->document;
}

void parse(benchmark::State& state) {
    const std::string octets = order();
    for (auto one : state) {
        (void)one;
        benchmark::DoNotOptimize(edi::read_x12(octets));
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(octets.size()) * state.iterations());
}
BENCHMARK(parse)->Unit(benchmark::kMicrosecond);

void parse_and_validate(benchmark::State& state) {
    schemas();
    for (auto one : state) {
        (void)one;
        benchmark::DoNotOptimize(placed());
    }
}
BENCHMARK(parse_and_validate)->Unit(benchmark::kMicrosecond);

void map_read(benchmark::State& state) {
    const edi::Document wire = placed();
    const edi::Transaction& transaction = wire.interchanges[0].groups[0].transactions[0];
    for (auto one : state) {
        (void)one;
        benchmark::DoNotOptimize(read(map(), transaction, {}));
    }
}
BENCHMARK(map_read)->Unit(benchmark::kMicrosecond);

void map_write(benchmark::State& state) {
    const nlohmann::ordered_json given = document();
    for (auto one : state) {
        (void)one;
        benchmark::DoNotOptimize(write(map(), given, {}));
    }
}
BENCHMARK(map_write)->Unit(benchmark::kMicrosecond);

void check(benchmark::State& state) {
    const TextSource texts = search_path({Root / "mappings"});
    for (auto one : state) {
        (void)one;
        benchmark::DoNotOptimize(load_map("acme-850.map", texts, schemas()));
    }
}
BENCHMARK(check)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
