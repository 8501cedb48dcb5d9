// SPDX-License-Identifier: Apache-2.0
// The two laws on random documents, and the smallest document that breaks one.
#include "mappings/canonical.h"
#include "mappings/map_test.h"
#include "mappings/partner_plan.h"
#include "mappings/plan.h"
#include "mappings/round_trip.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <functional>
#include <map>
#include <optional>
#include <set>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

constexpr unsigned MaxShrinkSteps = 3'000;

struct Trial {
    bool refused =
        false;  // cannot be written, is not valid, or cannot be read: says nothing about the laws
    std::string segments;
    std::string wrong;  // why it breaks a law; for a refused one why it was refused
    std::vector<std::uint32_t> written, read;  // rules at work
};

// The segments, or the XML document, of one more writing.
std::string written_again(const CompiledMap& map,
                          const edi::SchemaSet& schemas,
                          const Json& document) {
    if (map.info().standard == "xml") return there_and_back(map, schemas, document, false).segments;
    const Result<WriteOutcome> outcome = write(map, document);
    if (!outcome) return outcome.error().text() + "\n";
    std::string out;
    for (const edi::DraftSegment& segment : outcome->segments)
        out += segment_text(segment, map.plan_set()->standard) + "\n";
    return out;
}

// What is written reads as it was, and writing that again gives the same octets.
Trial written_is_readable(const CompiledMap& map,
                          const edi::SchemaSet& schemas,
                          const Json& document) {
    Trial out;
    RoundTripResult once = there_and_back(map, schemas, document, false);
    out.segments = std::move(once.segments);
    if (!once.problem.empty()) {
        out.refused = true;
        out.wrong = std::move(once.problem);
        return out;
    }
    out.wrong = lost(document, *once.document, once.defaults);
    const std::string again = written_again(map, schemas, *once.document);
    if (again != out.segments) out.wrong += "written again it gives:\n" + again;
    out.written = std::move(once.written);
    out.read = std::move(once.read);
    return out;
}

// The fields only rules of class > fill; of those in `rules`.
void read_only_fields(const std::vector<PlanStep>& steps,
                      const std::vector<std::uint32_t>& rules,
                      std::set<std::string>& out) {
    for (const PlanStep& step : steps) {
        read_only_fields(step.steps, rules, out);
        if (step.kind != StepKind::Move || step.arrow != Arrow::Read ||
            !std::binary_search(rules.begin(), rules.end(), step.rule))
            continue;
        for (const DocPlace& field : step.fields)
            out.insert(field.field->name);
    }
}

// Differences without those the classes of rules announce: of the fields that are only read, those `announces` knows.
std::string without(const std::string& differences,
                    const std::set<std::string>& read_only,
                    bool (*announces)(const std::string& line)) {
    std::string out;
    for (std::size_t at = 0; at < differences.size();) {
        const std::size_t end = differences.find('\n', at);
        const std::string line = differences.substr(at, end - at + 1);
        const std::string path = line.substr(0, line.find(": expected "));
        const bool announced =
            announces(line) && read_only.contains(path.substr(path.rfind('.') + 1));
        if (!announced) out += line;
        at = end + 1;
    }
    return out;
}

// A field that is only read is not there when it is written.
std::string unannounced(const std::string& differences, const std::set<std::string>& read_only) {
    return without(differences, read_only, [](const std::string& line) {
        return line.ends_with(", got nothing\n");
    });
}

// A field that is only read is there without having been meant when its place is one we always write.
std::string more_than_meant(const std::string& differences,
                            const std::set<std::string>& read_only) {
    return without(differences, read_only, [](const std::string& line) {
        return line.find(": expected nothing, got ") != std::string::npos;
    });
}

// What a partner writes reads as it was meant; for a map that writes as well it goes on as any document does.
Trial read_is_rewritable(const CompiledMap& partner,
                         const CompiledMap& map,
                         const edi::SchemaSet& schemas,
                         const Json& document) {
    Trial out;
    RoundTripResult theirs = there_and_back(partner, map, schemas, document, false);
    out.segments = std::move(theirs.segments);
    if (!theirs.problem.empty()) {
        out.refused = true;
        out.wrong = std::move(theirs.problem);
        return out;
    }
    out.wrong = lost(document, *theirs.document, theirs.defaults);
    out.read = std::move(theirs.read);
    std::set<std::string> read_only;
    read_only_fields(map.plan().steps, out.read, read_only);
    out.wrong = more_than_meant(out.wrong, read_only);
    if (map.info().arrow != Arrow::Both) return out;
    Trial ours = written_is_readable(map, schemas, *theirs.document);
    if (ours.refused) {  // a partner may leave out what a `require` of ours asks for
        out.refused = true;
        out.wrong = std::move(ours.wrong);
        return out;
    }
    ours.wrong = unannounced(ours.wrong, read_only);
    if (!ours.wrong.empty()) out.wrong += "what was read and is written by us:\n" + ours.wrong;
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
    // An empty list says what an absent one says: nothing.
    if (parent.empty() && !at.parent_pointer().empty())
        return without(document, at.parent_pointer());
    return out;
}

using Law = std::function<Trial(const Json&)>;

class Shrinker {
public:
    Shrinker(const CompiledMap& map, const Law& law) : m_map(map), m_law(law) {}

    // Takes away whatever is not needed to break the law.
    Json run(Json document) {
        while (std::optional<Json> smaller = step(document))
            document = *std::move(smaller);
        return document;
    }

private:
    bool breaks(const Json& document) {
        ++m_steps;
        const Trial trial = m_law(document);
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
    const Law& m_law;
    unsigned m_steps = 0;
};

// Every rule of the map, in its order, by its number.
void list_rules(const std::vector<PlanStep>& steps,
                const std::vector<RuleInfo>& rules,
                std::map<std::uint32_t, RuleUse>& out) {
    for (const PlanStep& step : steps) {
        list_rules(step.steps, rules, out);
        const bool moves = step.kind == StepKind::Move;
        if (!moves && step.kind != StepKind::Put && step.kind != StepKind::Check &&
            step.kind != StepKind::Derive)
            continue;
        RuleUse& use = out[step.rule];
        use.where = rules[step.rule].where;
        use.text = rules[step.rule].text;
        // Constants and checks leave no field behind; they are seen where they are written.
        use.writes = step.kind != StepKind::Derive && (!moves || step.arrow != Arrow::Read);
        use.reads = step.kind == StepKind::Derive || (moves && step.arrow != Arrow::Write);
    }
}

class LawRun {
public:
    LawRun(const CompiledMap& map, const edi::SchemaSet& schemas)
        : m_map(map), m_schemas(schemas), m_documents(map) {
        list_rules(map.plan().steps, map.plan().rules, m_rules);
        if (map.info().arrow != Arrow::Both)  // nothing is written: nothing can be found written
            for (auto& [number, use] : m_rules)
                use.writes = false;
        for (std::size_t i = 0; i < Variants; ++i)
            m_partners.push_back(partner_map(map, i));
        for (const auto& partner : m_partners)
            m_partner_documents.emplace_back(*partner);
    }

    LawsResult run(unsigned count, Random& random) {
        // What conditions of the schema refuse is no document of this set; a map that can write hardly any says so.
        const unsigned most = count * 20 + 100;
        const bool both = m_map.info().arrow == Arrow::Both;
        for (; both && m_out.documents < count && m_out.drawn < most; ++m_out.drawn)
            ours(random);
        const unsigned by_us = m_out.drawn;
        for (; !m_partners.empty() && m_out.wires < count && m_out.drawn - by_us < most;
             ++m_out.drawn)
            theirs(random);
        if (!both) m_out.documents = m_out.wires;
        for (auto& [number, use] : m_rules)
            m_out.rules.push_back(std::move(use));
        return std::move(m_out);
    }

private:
    static constexpr std::size_t Variants = 8;

    void ours(Random& random) {
        const Law law = [&](const Json& document) {
            return written_is_readable(m_map, m_schemas, document);
        };
        if (judged(law, m_documents.draw(random))) ++m_out.documents;
    }

    // The same as a partner might write it.
    void theirs(Random& random) {
        const std::size_t variant = m_out.drawn % Variants;
        const CompiledMap& partner = *m_partners[variant];
        const Law law = [&](const Json& document) {
            return read_is_rewritable(partner, m_map, m_schemas, document);
        };
        if (judged(law, m_partner_documents[variant].draw(random))) ++m_out.wires;
    }

    // False: the document was refused, it says nothing.
    bool judged(const Law& law, const Json& document) {
        Trial trial = law(document);
        if (trial.refused) {
            if (m_out.refused.empty()) m_out.refused = std::move(trial.wrong);
            return false;
        }
        m_out.segments += static_cast<std::size_t>(
            std::count(trial.segments.begin(), trial.segments.end(), '\n'));
        for (const std::uint32_t rule : trial.written)
            if (const auto use = m_rules.find(rule); use != m_rules.end()) ++use->second.written;
        for (const std::uint32_t rule : trial.read)
            if (const auto use = m_rules.find(rule); use != m_rules.end()) ++use->second.read;
        if (trial.wrong.empty() || m_out.failed++ > 0) return true;
        const Json smallest = Shrinker(m_map, law).run(document);
        trial = law(smallest);
        m_out.first = smallest.dump(1) + "\n" + trial.segments + trial.wrong;
        return true;
    }

    const CompiledMap& m_map;
    const edi::SchemaSet& m_schemas;
    RandomDocuments m_documents;
    std::vector<std::unique_ptr<const CompiledMap>> m_partners;
    std::vector<RandomDocuments> m_partner_documents;
    std::map<std::uint32_t, RuleUse> m_rules;
    LawsResult m_out;
};

}  // namespace

std::uint64_t SeededRandom::next() {
    m_state += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = m_state;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
}

namespace {

const Json* step_into(const Json* at, const std::string& part) {
    const std::size_t open = part.find('[');
    const std::string name = part.substr(0, open);
    if (at == nullptr || !at->is_object() || !at->contains(name)) return nullptr;
    at = &(*at)[name];
    if (open == std::string::npos) return at;
    const std::size_t index = std::strtoul(part.c_str() + open + 1, nullptr, 10);
    return at->is_array() && index >= 1 && index <= at->size() ? &(*at)[index - 1] : nullptr;
}

bool has_kind(const Json* list, const std::string& kind) {
    return list != nullptr && list->is_array() &&
           std::any_of(list->begin(), list->end(), [&](const Json& one) {
               return one.is_object() && one.value("kind", "") == kind;
           });
}

// "shipment.refs[profile]": an entry a default has made, where the document has none of that kind, is taken out again.
void take_out(const Json& out, Json& back, const std::string& field) {
    const Json* there = &out;
    const Json* here = &back;
    std::size_t at = 0;
    for (std::size_t dot = field.find('.'); dot != std::string::npos; dot = field.find('.', at)) {
        const std::string part = field.substr(at, dot - at);
        if (part.ends_with(']') && std::isdigit(static_cast<unsigned char>(part.end()[-2])) == 0)
            break;
        there = step_into(there, part);
        here = step_into(here, part);
        at = dot + 1;
    }
    const std::size_t open = field.find('[', at);
    const std::size_t close = field.find(']', at);
    if (here == nullptr || !here->is_object() || open == std::string::npos ||
        close == std::string::npos)
        return;
    const std::string name = field.substr(at, open - at);
    const std::string kind = field.substr(open + 1, close - open - 1);
    if (!has_kind(step_into(here, name), kind) || has_kind(step_into(there, name), kind)) return;
    Json& owner = *const_cast<Json*>(here);
    Json& list = owner[name];
    for (std::size_t i = list.size(); i-- > 0;)
        if (list[i].value("kind", "") == kind) list.erase(i);
    if (list.empty()) owner.erase(name);
}

}  // namespace

// What came back may have more than what went out only where a default speaks.
std::string lost(const Json& out, const Json& back, const std::vector<std::string>& defaults) {
    std::string kept;
    if (differences(out, back).empty()) return kept;
    Json plain = back;
    for (const std::string& field : defaults)
        take_out(out, plain, field);
    const std::string all = differences(out, plain);
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
    const Law law = [&](const Json& one) { return written_is_readable(map, schemas, one); };
    return Shrinker(map, law).run(std::move(document));
}

LawsResult check_round_trips(const CompiledMap& map,
                             const edi::SchemaSet& schemas,
                             unsigned count,
                             Random& random) {
    return LawRun(map, schemas).run(count, random);
}

}  // namespace sallyport::mapping
