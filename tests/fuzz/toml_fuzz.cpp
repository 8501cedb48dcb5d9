// SPDX-License-Identifier: Apache-2.0
// Configuration text of any octets ends in a tree or in an error that names the place.
// SEEDS config/sample
#include "config/node.h"

#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto parsed = sallyport::config::parse_toml(
        std::string(reinterpret_cast<const char*>(data), size), "fuzzed.toml");
    if (!parsed && parsed.error().place().source != "fuzzed.toml") std::abort();
    return 0;
}
