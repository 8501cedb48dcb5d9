// SPDX-License-Identifier: Apache-2.0
// SEEDS tests/golden/x12
// SEEDS tests/golden/edifact
// SHARED corpus/x12
// SHARED corpus/edifact
// Any octets: the index of separators is the same however it is made, and the stream validator says what the tree validator
// says, whatever the size of its window.
#include "parsers/edi.h"
#include "parsers/edifact.h"
#include "parsers/fast_index.h"
#include "parsers/report.h"
#include "parsers/stream.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace sallyport;
using namespace sallyport::edi;

const SchemaSet& schemas() {
    static const SchemaSet loaded = [] {
        auto result = SchemaSet::load(SALLYPORT_SOURCE_DIR "/parsers/schemas");
        if (!result) std::abort();
        return std::move(*result);
    }();
    return loaded;
}

void check_index(std::string_view octets, const Separators& separators) {
    if (!can_index(separators)) return;
    const IndexedOctets indexed = IndexedOctets::of(separators);
    std::vector<std::uint32_t> scalar(octets.size() + 64), fast(octets.size() + 64);
    scalar.resize(index_scalar(octets, indexed, scalar.data()));
    fast.resize(fastest_index()(octets, indexed, fast.data()));
    if (scalar != fast) std::abort();
}

OctetSource source_of(std::string_view octets) {
    return [octets](char* to, std::size_t capacity) mutable -> Result<std::size_t> {
        const std::size_t count = std::min(capacity, octets.size());
        std::copy_n(octets.begin(), count, to);
        octets.remove_prefix(count);
        return count;
    };
}

void check_stream(const std::string& octets, std::size_t chunk) {
    StreamOptions options;
    options.limits = Limits::tight();
    options.validation.faults = 50;
    options.chunk_bytes = chunk;
    auto document = read(octets, options.limits);
    ReportCollector collector;
    const Status streamed = validate_stream(source_of(octets), schemas(), options, collector);
    if (!streamed && (streamed.error().code() == "edi.stream.unsupported" ||
                      streamed.error().code() == "edi.limit.binary"))
        return;
    if (static_cast<bool>(document) != static_cast<bool>(streamed)) std::abort();
    if (!document) {
        if (document.error().code() != streamed.error().code()) std::abort();
        return;
    }
    const std::string tree =
        report_json(validate(*document, schemas(), options.validation)).dump(1);
    const std::string stream = report_json(collector.report()).dump(1);
    if (tree == stream) return;
    std::fprintf(stderr, "tree:\n%s\nstream:\n%s\n", tree.c_str(), stream.c_str());
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string octets(reinterpret_cast<const char*>(data), size);
    check_index(octets, edifact_separators('4'));
    check_index(octets, Separators{});
    check_stream(octets, std::size_t{64} << (size % 8));
    return 0;
}
