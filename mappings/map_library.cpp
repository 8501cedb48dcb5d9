// SPDX-License-Identifier: Apache-2.0
#include "mappings/map_library.h"

#include "mappings/map_test.h"

#include <algorithm>
#include <cctype>

namespace sallyport::mapping {

namespace {

bool same_word(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
        return std::tolower(static_cast<unsigned char>(x)) ==
               std::tolower(static_cast<unsigned char>(y));
    });
}

Error refused(const char* code, const std::string& file, std::string message) {
    return Error(code, Blame::Operator, std::move(message)).at({.source = file});
}

// What the test blocks say against the map, one failure after the other; empty: they pass.
std::string failed_tests(const CompiledMap& map, const ToolContext& context) {
    std::string out;
    for (const TestOutcome& one : run_tests(map, context))
        if (!one.passed) out += one.where + " " + one.name + "\n" + one.detail;
    return out;
}

}  // namespace

int fitness(const MapUse& use, const DocumentKey& key) {
    if (use.inbound != key.inbound || !same_word(use.standard, key.standard) ||
        use.set != key.set || !key.version.starts_with(use.version))
        return -1;
    if (!use.association.empty() && use.association != key.association) return -1;
    if (use.test && *use.test != key.test) return -1;
    return (use.association.empty() ? 0 : 1000) + (use.test ? 100 : 0) +
           static_cast<int>(std::min<std::size_t>(use.version.size(), 50));
}

Result<std::shared_ptr<const CompiledMap>> load_tested(const ToolContext& context,
                                                       const std::string& file) {
    MapLoad loaded = load_map(file, context.texts, *context.schemas);
    if (!loaded.map)
        return refused("map.load", file, "the mapping has errors:\n" + loaded.text())
            .remedy("sallyport map check " + file);
    if (const std::string failed = failed_tests(*loaded.map, context); !failed.empty())
        return refused("map.test", file, "its own tests fail:\n" + failed)
            .remedy("sallyport map test " + file);
    return std::move(loaded.map);
}

}  // namespace sallyport::mapping
