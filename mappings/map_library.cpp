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

// -1: does not fit; more: fits better.
int fitness(const MapUse& use, const DocumentKey& key) {
    if (use.inbound != key.inbound || !same_word(use.standard, key.standard) ||
        use.set != key.set || !key.version.starts_with(use.version))
        return -1;
    if (!use.association.empty() && use.association != key.association) return -1;
    if (use.test && *use.test != key.test) return -1;
    return (use.association.empty() ? 0 : 1000) + (use.test ? 100 : 0) +
           static_cast<int>(std::min<std::size_t>(use.version.size(), 50));
}

Error refused(const char* code, const std::string& file, std::string message) {
    return Error(code, Blame::Operator, std::move(message)).at({.source = file});
}

}  // namespace

const MapUse* choose(const std::vector<MapUse>& uses, const DocumentKey& key) {
    const MapUse* out = nullptr;
    int best = -1;
    for (const MapUse& use : uses) {
        const int fit = fitness(use, key);
        if (fit <= best) continue;
        best = fit;
        out = &use;
    }
    return out;
}

std::string failed_tests(const CompiledMap& map, const ToolContext& context) {
    std::string out;
    for (const TestOutcome& one : run_tests(map, context))
        if (!one.passed) out += one.where + " " + one.name + "\n" + one.detail;
    return out;
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

std::vector<MapLibrary::Refusal> MapLibrary::reload(const ToolContext& context,
                                                    const std::vector<std::string>& files) {
    std::vector<Refusal> out;
    const std::shared_ptr<const Table> old = m_table.with([](const auto& table) { return table; });
    Table next;
    std::map<std::string, std::string> broken;  // why a file is not taken
    for (const std::string& file : files) {
        Result<std::shared_ptr<const CompiledMap>> tested = load_tested(context, file);
        if (tested)
            next[file] = *std::move(tested);
        else
            broken.emplace(file, tested.error().text());
    }
    // A base goes with its overlays: one that fails keeps the base, too, as it was.
    for (const std::string& base : files) {
        if (!next.contains(base)) continue;
        for (const std::string& overlay : overlays_of(context.texts, files, base)) {
            const auto why = broken.find(overlay);
            if (why == broken.end() || !old->contains(base)) continue;
            out.push_back({base,
                           refused("map.overlay",
                                   base,
                                   "it is not taken because " + overlay +
                                       ", which extends it, would not work:\n" + why->second)
                               .remedy("repair " + overlay + ", or pin it to the old version"),
                           true});
            next[base] = old->at(base);
            break;
        }
    }
    for (const auto& [file, why] : broken) {
        const auto before = old->find(file);
        const bool kept = before != old->end();
        if (kept) next[file] = before->second;
        out.push_back({file, refused("map.load", file, why), kept});
    }
    auto table = std::make_shared<const Table>(std::move(next));
    m_table.with([&](std::shared_ptr<const Table>& now) { now = std::move(table); });
    return out;
}

std::shared_ptr<const CompiledMap> MapLibrary::find(const std::string& file) const {
    const auto table = m_table.with([](const auto& now) { return now; });
    const auto found = table->find(file);
    return found == table->end() ? nullptr : found->second;
}

}  // namespace sallyport::mapping
