// SPDX-License-Identifier: Apache-2.0
// A partner file and a partner's guide of any octets: they end in an agreement, or in faults with a code and a place.
// SEEDS config/sample
// SEEDS config/sample/partners
#include "config/load.h"
#include "parsers/guide.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

namespace config = sallyport::config;
namespace edi = sallyport::edi;

// A file of this process: a partner's name is its file's.
const std::filesystem::path& partner_file() {
    static const std::filesystem::path file = [] {
        const auto folder =
            std::filesystem::temp_directory_path() / ("partner-fuzz-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder);
        return folder / "acme.toml";
    }();
    return file;
}

const edi::SchemaSet& schemas() {
    static const auto loaded = edi::SchemaSet::load(SALLYPORT_SOURCE_DIR "/parsers/schemas");
    if (!loaded) std::abort();
    return *loaded;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size > 20'000) return 0;
    const std::string text(reinterpret_cast<const char*>(data), size);
    std::ofstream(partner_file(), std::ios::binary | std::ios::trunc) << text;
    const auto loaded = config::load_partner(partner_file(), {}, {.check_files = false});
    if (loaded.ok() && loaded.configuration.partners.size() != 1) std::abort();
    for (const sallyport::Error& fault : loaded.faults)
        if (fault.code().empty() || fault.place().source.empty()) std::abort();
    const auto guide = edi::Guide::parse(text, "acme.guide", schemas());
    if (!guide && guide.error().place().source.empty()) std::abort();
    return 0;
}
