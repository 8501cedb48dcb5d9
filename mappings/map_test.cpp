// SPDX-License-Identifier: Apache-2.0
#include "mappings/map_test.h"

#include "mappings/canonical.h"
#include "mappings/grammar.h"
#include "mappings/loader.h"
#include "mappings/round_trip.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>
#include <sstream>

namespace sallyport::mapping {

using Json = nlohmann::ordered_json;

namespace {

// Fields in another order are no difference.
bool same(const Json& a, const Json& b) {
    if (a.is_object() && b.is_object()) {
        const auto& left = a.get_ref<const Json::object_t&>();
        const auto& right = b.get_ref<const Json::object_t&>();
        return left.size() == right.size() &&
               std::all_of(left.begin(), left.end(), [&](const auto& one) {
                   const auto found =
                       std::find_if(right.begin(), right.end(), [&](const auto& other) {
                           return other.first == one.first;
                       });
                   return found != right.end() && same(one.second, found->second);
               });
    }
    if (a.is_array() && b.is_array())
        return std::equal(a.begin(), a.end(), b.begin(), b.end(), same);
    return a == b;
}

void compare(const Json& expected, const Json& got, const std::string& path, std::string& out) {
    if (expected.is_object() && got.is_object()) {
        std::set<std::string> names;
        for (const auto& [name, value] : expected.items())
            names.insert(name);
        for (const auto& [name, value] : got.items())
            names.insert(name);
        for (const std::string& name : names) {
            const std::string below = path + (path.empty() ? "" : ".") + name;
            if (!got.contains(name))
                out += below + ": expected " + expected[name].dump() + ", got nothing\n";
            else if (!expected.contains(name))
                out += below + ": expected nothing, got " + got[name].dump() + "\n";
            else
                compare(expected[name], got[name], below, out);
        }
        return;
    }
    if (expected.is_array() && got.is_array()) {
        for (std::size_t i = 0; i < std::max(expected.size(), got.size()); ++i) {
            const std::string below = path + "[" + std::to_string(i + 1) + "]";
            if (i >= got.size())
                out += below + ": expected " + expected[i].dump() + ", got nothing\n";
            else if (i >= expected.size())
                out += below + ": expected nothing, got " + got[i].dump() + "\n";
            else
                compare(expected[i], got[i], below, out);
        }
        return;
    }
    if (expected != got)
        out += path + ": expected " + expected.dump() + ", got " + got.dump() + "\n";
}

std::string given(const std::optional<std::string>& text,
                  const std::optional<std::string>& file,
                  const TextSource& texts,
                  std::string& problem) {
    if (text) return *text;
    if (!file) return {};
    const Result<std::string> found = texts(*file);
    if (!found) problem += found.error().text() + "\n";
    return found ? *found : std::string();
}

class TestRunner {
public:
    TestRunner(const CompiledMap& map, const ToolContext& context)
        : m_map(map), m_context(context) {}

    TestOutcome run(const TestCase& test) {
        TestOutcome out;
        out.name = test.name;
        out.where = m_map.sources().where(test.span);
        m_problem.clear();
        const std::string wire = given(test.wire, test.wire_file, m_context.texts, m_problem);
        const std::string canonical =
            given(test.canonical, test.canonical_file, m_context.texts, m_problem);
        if (wire.empty() && canonical.empty())
            m_problem += "the test has neither wire nor canonical\n";
        Json document;
        if (!canonical.empty()) {
            document = Json::parse(canonical, nullptr, false);
            if (document.is_discarded())
                m_problem += "canonical is not JSON\n";
            else
                for (const Conformance& one : m_map.document().check(document))
                    m_problem += "canonical " + one.pointer + ": " + one.message + "\n";
        }
        const bool reads = m_map.info().arrow != Arrow::Write;
        Json read_document;
        if (m_problem.empty() && !wire.empty() && reads)
            read_document = parse(test, wire, document);
        const Json& start = document.is_null() ? read_document : document;
        const bool whole = m_map.info().arrow == Arrow::Both &&
                           test.round_trip != RoundTrip::None && test.expects.empty();
        if (m_problem.empty() && whole && !start.is_null()) round_trip(test, start, wire);
        out.detail = m_problem;
        out.passed = m_problem.empty();
        return out;
    }

private:
    Json parse(const TestCase& test, const std::string& wire, const Json& expected) {
        edi::Report report;
        const Result<edi::Document> document =
            read_wire(wire, m_map.info(), *m_context.schemas, report);
        if (!document) {
            m_problem += document.error().text() + "\n";
            return {};
        }
        const edi::Transaction* transaction = only_transaction(*document);
        if (transaction == nullptr) {
            m_problem += "the wire holds no transaction\n";
            return {};
        }
        const Result<ReadOutcome> outcome = read(m_map, *transaction, {});
        if (!outcome) {
            m_problem += outcome.error().text() + "\n";
            return {};
        }
        findings(test, outcome->findings);
        if (!expected.is_null()) m_problem += differences(expected, *outcome->document);
        return *outcome->document;
    }

    void round_trip(const TestCase& test, const Json& document, const std::string& wire) {
        std::string first;
        const Json back = there_and_back(document, first, m_problem);
        if (!m_problem.empty()) return;
        const std::vector<std::string> defaults = m_defaults;
        std::string second;
        const Json again = there_and_back(back, second, m_problem);
        if (first != second)
            m_problem +=
                "writing what was read gives other segments:\n" + first + "instead of\n" + second;
        m_problem += differences(back, again);
        m_problem += lost(document, back, defaults);
        if (test.round_trip == RoundTrip::Exact && !wire.empty() && body_of(wire) != first)
            m_problem += "not the same bytes back:\n" + first;
    }

    Json there_and_back(const Json& document, std::string& text, std::string& problem) {
        RoundTripResult out =
            sallyport::mapping::there_and_back(m_map, *m_context.schemas, document);
        text = out.segments;
        m_defaults = std::move(out.defaults);
        problem += out.problem;
        return out.document == nullptr ? Json{} : std::move(*out.document);
    }

    // Segments between the envelopes, one a line.
    static std::string body_of(const std::string& wire) {
        static constexpr std::string_view Envelope[] = {
            "ISA", "GS*", "ST*", "SE*", "GE*", "IEA", "UNA", "UNB", "UNH", "UNT", "UNZ"};
        std::string out;
        std::istringstream lines(wire);
        for (std::string line; std::getline(lines, line);) {
            const std::string tag = line.substr(0, 3);
            if (!line.empty() &&
                std::find(std::begin(Envelope), std::end(Envelope), tag) == std::end(Envelope))
                out += line + "\n";
        }
        return out;
    }

    // Every expectation is met by a finding, every reject and hold is expected.
    void findings(const TestCase& test, const std::vector<Finding>& found) {
        const auto meets = [](const TestCase::Expectation& wanted, const Finding& one) {
            return to_string(wanted.action) == to_string(one.verdict) &&
                   (one.message.find(wanted.text) != std::string::npos || one.code == wanted.text);
        };
        for (const TestCase::Expectation& wanted : test.expects)
            if (std::none_of(found.begin(), found.end(), [&](const Finding& one) {
                    return meets(wanted, one);
                }))
                m_problem += "expected " + std::string(to_string(wanted.action)) + " \"" +
                             wanted.text + "\", it did not come\n";
        for (const Finding& one : found) {
            if (one.verdict != Verdict::Reject && one.verdict != Verdict::Hold) continue;
            if (std::none_of(
                    test.expects.begin(),
                    test.expects.end(),
                    [&](const TestCase::Expectation& wanted) { return meets(wanted, one); }))
                m_problem += "unexpected " + to_text(one) + "\n";
        }
    }

    const CompiledMap& m_map;
    const ToolContext& m_context;
    std::string m_problem;
    std::vector<std::string> m_defaults;
};

}  // namespace

std::string differences(const Json& expected, const Json& got) {
    std::string out;
    if (!same(expected, got)) compare(expected, got, "", out);
    return out;
}

std::vector<TestOutcome> run_tests(const CompiledMap& map, const ToolContext& context) {
    std::vector<TestOutcome> out;
    TestRunner runner(map, context);
    for (const TestCase& test : map.effective().tests)
        out.push_back(runner.run(test));
    return out;
}

namespace {

void laws(const CompiledMap& map,
          const ToolContext& context,
          const TestOptions& options,
          ToolResult& out) {
    SeededRandom random(options.seed);
    const LawsResult result = check_round_trips(map, *context.schemas, options.laws, random);
    const bool few = result.documents < options.laws;
    out.text += "laws: " + std::to_string(result.documents) + " random documents (seed " +
                std::to_string(options.seed) + "), " + std::to_string(result.wires) +
                " of them also as a partner might write them, " + std::to_string(result.segments) +
                " segments; " + std::to_string(result.failed) + " failed\n";
    if (few)
        out.text += "only " + std::to_string(result.documents) + " of " +
                    std::to_string(result.drawn) +
                    " drawn could be written; the first refusal: " + result.refused;
    if (result.failed > 0) out.text += "the smallest that fails:\n" + result.first;
    if (few || result.failed > 0) out.exit_code = 1;
    const auto idle = static_cast<std::size_t>(std::count_if(
        result.rules.begin(), result.rules.end(), [](const RuleUse& one) { return one.idle(); }));
    out.text += std::to_string(result.rules.size() - idle) + " of " +
                std::to_string(result.rules.size()) + " rules were at work" +
                (idle == 0 ? "\n" : "; never:\n");
    Json never = Json::array();
    for (const RuleUse& one : result.rules) {
        if (!one.idle()) continue;
        const bool reads = one.reads && one.read == 0;
        const bool writes = one.writes && one.written == 0;
        const std::string how = reads && writes ? "" : reads ? " (reading)" : " (writing)";
        out.text += "  " + one.where + "  " + one.text + how + "\n";
        never.push_back(Json{
            {"where", one.where}, {"rule", one.text}, {"reading", reads}, {"writing", writes}});
    }
    (*out.json)["laws"] = Json{{"documents", result.documents},
                               {"drawn", result.drawn},
                               {"wires", result.wires},
                               {"segments", result.segments},
                               {"failed", result.failed},
                               {"seed", options.seed},
                               {"first", result.first},
                               {"refused", result.refused},
                               {"rules", result.rules.size()},
                               {"never", std::move(never)}};
}

}  // namespace

ToolResult test_map(const ToolContext& context, std::string_view file, const TestOptions& options) {
    ToolResult out = check_map(context, file);
    if (out.exit_code != 0) return out;
    const MapLoad loaded = load_map(file, context.texts, *context.schemas);
    Json tests = Json::array();
    unsigned passed = 0;
    const std::vector<TestOutcome> outcomes = run_tests(*loaded.map, context);
    for (const TestOutcome& one : outcomes) {
        passed += one.passed ? 1 : 0;
        out.text += (one.passed ? "ok    " : "FAIL  ") + one.where + "  " + one.name + "\n";
        if (!one.passed) out.text += one.detail;
        tests.push_back(Json{{"name", one.name},
                             {"where", one.where},
                             {"passed", one.passed},
                             {"detail", one.detail}});
    }
    out.text += std::to_string(passed) + " passed, " + std::to_string(outcomes.size() - passed) +
                " failed\n";
    if (passed != outcomes.size() || (outcomes.empty() && options.need_tests)) out.exit_code = 1;
    if (outcomes.empty()) out.text += "the map has no test block\n";
    (*out.json)["tests"] = std::move(tests);
    if (options.laws > 0 && loaded.map->info().arrow != Arrow::Write)
        laws(*loaded.map, context, options, out);
    (*out.json)["ok"] = out.exit_code == 0;
    return out;
}

bool is_map(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (text.substr(at).starts_with("map ")) return true;
        at = text.find('\n', at);
        if (at == std::string_view::npos) return false;
        ++at;
    }
    return false;
}

namespace {

// The file behind `extends "…"`, or empty.
std::string base_of(const TextSource& texts, const std::string& name) {
    const Result<std::string> text = texts(name);
    if (!text) return {};
    Sources sources;
    sources.files.push_back({name, *text});
    std::vector<Diagnostic> ignored;
    const MapFile file = parse_map(sources, 0, ignored);
    return file.extends.empty() ? std::string() : file.extends[0].file;
}

}  // namespace

std::vector<std::string> overlays_of(const TextSource& texts,
                                     const std::vector<std::string>& files,
                                     std::string_view base) {
    std::vector<std::string> out;
    for (const std::string& file : files) {
        std::string above = base_of(texts, file);
        for (unsigned depth = 0; !above.empty() && depth < 4; ++depth) {
            if (above == base) {
                out.push_back(file);
                break;
            }
            above = base_of(texts, above);
        }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace sallyport::mapping
