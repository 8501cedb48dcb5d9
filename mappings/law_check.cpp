// SPDX-License-Identifier: Apache-2.0
// The two laws on random documents, and the smallest document that breaks one.
#include "mappings/canonical.h"
#include "mappings/map_test.h"
#include "mappings/round_trip.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <optional>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

constexpr unsigned MaxShrinkSteps = 3'000;

struct Trial {
    bool refused =
        false;  // cannot be written, is not valid, or cannot be read: says nothing about the laws
    std::string segments;
    std::string wrong;  // why it breaks a law; for a refused one why it was refused
};

Trial try_laws(const CompiledMap& map, const edi::SchemaSet& schemas, const Json& document) {
    Trial out;
    const RoundTripResult once = there_and_back(map, schemas, document);
    out.segments = once.segments;
    if (!once.problem.empty()) {
        out.refused = true;
        out.wrong = once.problem;
        return out;
    }
    out.wrong = lost(document, *once.document, once.defaults);
    const RoundTripResult twice = there_and_back(map, schemas, *once.document);
    out.wrong += twice.problem;
    if (twice.segments != once.segments) out.wrong += "written again it gives:\n" + twice.segments;
    return out;
}

// Every place of the document, deepest last, so that whole lines go before their fields.
void places(const Json& json, const Json::json_pointer& at, std::vector<Json::json_pointer>& out) {
    if (json.is_object()) {
        for (const auto& [name, value] : json.items()) {
            out.push_back(at / name);
            places(value, at / name, out);
        }
    } else if (json.is_array()) {
        for (std::size_t i = 0; i < json.size(); ++i) {
            out.push_back(at / i);
            places(json[i], at / i, out);
        }
    }
}

Json without(const Json& document, const Json::json_pointer& at) {
    Json out = document;
    Json& parent = out[at.parent_pointer()];
    if (parent.is_array())
        parent.erase(std::stoul(at.back()));
    else
        parent.erase(at.back());
    return out;
}

class Shrinker {
public:
    Shrinker(const CompiledMap& map, const edi::SchemaSet& schemas)
        : m_map(map), m_schemas(schemas) {}

    // Takes away whatever is not needed to break the law.
    Json run(Json document) {
        while (std::optional<Json> smaller = step(document))
            document = *std::move(smaller);
        return document;
    }

private:
    bool breaks(const Json& document) {
        ++m_steps;
        const Trial trial = try_laws(m_map, m_schemas, document);
        return !trial.refused && !trial.wrong.empty();
    }

    std::optional<Json> step(const Json& document) {
        std::vector<Json::json_pointer> all;
        places(document, Json::json_pointer(), all);
        for (const Json::json_pointer& at : all) {
            if (m_steps >= MaxShrinkSteps) return std::nullopt;
            Json smaller = without(document, at);
            if (breaks(smaller)) return smaller;
        }
        for (const Json::json_pointer& at : all) {
            const Json& value = document[at];
            if (!value.is_string() || value.get_ref<const std::string&>().size() < 4) continue;
            if (m_steps >= MaxShrinkSteps) return std::nullopt;
            Json smaller = document;
            const std::string text = value.get<std::string>();
            smaller[at] = text.substr(0, text.size() / 2);
            if (m_map.document().check(smaller).empty() && breaks(smaller)) return smaller;
        }
        return std::nullopt;
    }

    const CompiledMap& m_map;
    const edi::SchemaSet& m_schemas;
    unsigned m_steps = 0;
};

}  // namespace

std::uint64_t SeededRandom::next() {
    m_state += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = m_state;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
}

// What came back may have more than what went out only where a default speaks.
std::string lost(const Json& out, const Json& back, const std::vector<std::string>& defaults) {
    std::string kept;
    const std::string all = differences(out, back);
    for (std::size_t at = 0; at < all.size();) {
        const std::size_t end = all.find('\n', at);
        const std::string line = all.substr(at, end - at + 1);
        const std::string field = line.substr(0, line.find(':'));
        const bool filled = line.find(": expected nothing, got ") != std::string::npos &&
                            std::find(defaults.begin(), defaults.end(), field) != defaults.end();
        if (!filled) kept += line;
        at = end + 1;
    }
    return kept;
}

nlohmann::ordered_json shrunk(const CompiledMap& map,
                              const edi::SchemaSet& schemas,
                              nlohmann::ordered_json document) {
    return Shrinker(map, schemas).run(std::move(document));
}

LawsResult check_round_trips(const CompiledMap& map,
                             const edi::SchemaSet& schemas,
                             unsigned count,
                             Random& random) {
    LawsResult out;
    // What conditions of the schema refuse is no document of this set; a map that can write hardly any says so.
    const unsigned most = count * 20 + 100;
    for (out.drawn = 0; out.documents < count && out.drawn < most; ++out.drawn) {
        const Json document = random_document(map, random);
        Trial trial = try_laws(map, schemas, document);
        if (trial.refused) {
            if (out.refused.empty()) out.refused = std::move(trial.wrong);
            continue;
        }
        ++out.documents;
        if (trial.wrong.empty() || out.failed++ > 0) continue;
        const Json smallest = shrunk(map, schemas, document);
        trial = try_laws(map, schemas, smallest);
        out.first = smallest.dump(1) + "\n" + trial.segments + trial.wrong;
    }
    return out;
}

}  // namespace sallyport::mapping
