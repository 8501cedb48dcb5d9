// SPDX-License-Identifier: Apache-2.0
// The mapping language: a coordinator's half-written file ends in diagnostics with places, never in a crash, and a map
// without errors is there.
// SEEDS mappings/shipped
#include "gateway/base/file.h"
#include "mappings/map.h"
#include "parsers/schema.h"

#include <cstdlib>
#include <string>

namespace {

namespace mapping = sallyport::mapping;
namespace edi = sallyport::edi;

const edi::SchemaSet& schemas() {
    static const auto loaded = edi::SchemaSet::load(SALLYPORT_SOURCE_DIR "/parsers/schemas");
    if (!loaded) std::abort();
    return *loaded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 20'000) return 0;
    static const auto installed = mapping::search_path({SALLYPORT_SOURCE_DIR "/mappings"});
    const std::string text(reinterpret_cast<const char*>(data), size);
    const mapping::TextSource texts = [&](std::string_view name) -> sallyport::Result<std::string> {
        if (name == "fuzzed.map") return text;
        return installed(name);
    };
    const auto loaded = mapping::load_map("fuzzed.map", texts, schemas());
    static_cast<void>(loaded.text());
    if (!loaded.map && loaded.diagnostics.empty()) std::abort();
    return 0;
}
