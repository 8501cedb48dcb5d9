// SPDX-License-Identifier: Apache-2.0
// Guide files to rules bound to the places of the sets they speak about. docs/partner-guides.md describes the format.
#include "parsers/guide.h"

#include "gateway/base/file.h"
#include "parsers/faults.h"
#include "parsers/schema_loader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

namespace sallyport::edi {
namespace {

constexpr std::size_t MaxFileBytes = std::size_t{4} << 20;

bool is_syntax_identifier(std::string_view name) {
    return std::string_view("ABCDEFGHIJKWXY").find(name.back()) != std::string_view::npos;
}

using Words = std::vector<std::string>;

Words words_of(std::string_view line) {
    Words words;
    std::size_t at = 0;
    while ((at = line.find_first_not_of(" \t\r", at)) != std::string_view::npos) {
        if (line[at] == '#') break;
        const std::size_t end = std::min(line.find_first_of(" \t\r", at), line.size());
        words.emplace_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

bool number(std::string_view text, std::uint32_t& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::optional<Severity> severity_of(std::string_view word) {
    if (word == "error") return Severity::Error;
    if (word == "warning") return Severity::Warning;
    return std::nullopt;
}

std::optional<Standard> standard_of(std::string_view word) {
    if (word == "x12") return Standard::X12;
    if (word == "edifact") return Standard::Edifact;
    return std::nullopt;
}

std::string suggestion(std::string_view word, const std::vector<std::string>& known) {
    const std::string near = near_match(word, known);
    return near.empty() ? std::string() : "; did you mean " + near + "?";
}

bool known_fault(std::string_view code) {
    return fault_kind(code).code == code;
}

std::vector<std::string> fault_codes() {
    std::vector<std::string> codes;
    for (const FaultKind& kind : all_fault_kinds())
        codes.emplace_back(kind.code);
    return codes;
}

// "PO1/N1[ST]": the steps, and what the last one's qualifier must be.
struct Path {
    std::vector<std::string> steps;
    std::string qualifier;
};

Path path_of(std::string_view text) {
    Path path;
    if (const std::size_t open = text.find('['); open != std::string_view::npos) {
        const std::size_t close = text.find(']', open);
        path.qualifier = text.substr(
            open + 1, (close == std::string_view::npos ? text.size() : close) - open - 1);
        text = text.substr(0, open);
    }
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('/'), text.size());
        path.steps.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return path;
}

bool is_named(const Node& node, std::string_view name) {
    return node.tag == name || node.id == name;
}

// The nodes a path leads to. A first step "*" means anywhere in the set.
std::vector<std::uint32_t> nodes_at(const SetSchema& set, const Path& path) {
    std::vector<std::uint32_t> reached{0};
    std::size_t step = 0;
    if (!path.steps.empty() && path.steps[0] == "*") {
        for (std::uint32_t i = 1; i < set.nodes.size(); ++i) {
            if (set.nodes[i].loop) reached.push_back(i);
        }
        step = 1;
    }
    for (; step < path.steps.size(); ++step) {
        std::vector<std::uint32_t> next;
        for (const std::uint32_t loop : reached) {
            for (const std::uint32_t child : set.children(loop)) {
                if (is_named(set.nodes[child], path.steps[step])) next.push_back(child);
            }
        }
        reached = std::move(next);
    }
    return reached;
}

std::vector<std::string> names_in(const SetSchema& set) {
    std::vector<std::string> names;
    for (std::uint32_t i = 1; i < set.nodes.size(); ++i) {
        const std::string parent = set.path(set.nodes[i].parent);
        names.push_back((parent.empty() ? "" : parent + "/") + std::string(set.nodes[i].id));
    }
    return names;
}

}  // namespace

class GuideLoader {
public:
    GuideLoader(Guide& guide, const SchemaSet& schemas) : m_guide(guide), m_schemas(schemas) {}
    Status load(std::string_view text, const std::string& name);

private:
    Status line(const Words& words);
    Status top(const Words& words);
    Status choose_use(const std::string& name);
    Status characters(const Words& words);
    Status enter(const Words& words);
    Status rule(const Words& words, Severity severity);
    Status fill(GuideRule& rule, const Words& words, std::size_t& element, bool& has_element);
    Status fill_condition(GuideRule& rule, const Words& words);
    Status fill_grade(GuideRule& rule, const Words& words);
    Status bind(const GuideRule& rule, const std::string& place, const std::string& element);
    Result<GuideRule> bound(const GuideRule& rule,
                            const SetSchema& set,
                            std::uint32_t node,
                            const Path& path,
                            const std::string& element) const;
    Error fault(std::string_view code, std::string what, std::string remedy) const;
    Error syntax(std::string what) const;

    Guide& m_guide;
    const SchemaSet& m_schemas;
    std::string m_name;
    std::uint32_t m_number = 0;
    std::string m_text;
    bool m_inside = false;
    std::vector<const SetSchema*> m_sets;  // of the block being read
};

Error GuideLoader::fault(std::string_view code, std::string what, std::string remedy) const {
    return Error(code, Blame::Operator, std::move(what))
        .at({.source = m_name, .line = m_number})
        .remedy(std::move(remedy));
}

Error GuideLoader::syntax(std::string what) const {
    return fault("guide.syntax", std::move(what), "docs/partner-guides.md has every line's form");
}

Status GuideLoader::load(std::string_view text, const std::string& name) {
    m_name = name;
    m_number = 0;
    m_inside = false;
    m_sets.clear();
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        m_text = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        ++m_number;
        const Words words = words_of(m_text);
        if (words.empty()) continue;
        if (Status done = line(words); !done) return done;
    }
    return {};
}

Status GuideLoader::line(const Words& words) {
    if (words[0] == "in") return enter(words);
    if (!m_inside) return top(words);
    Words rest = words;
    Severity severity = Severity::Error;
    if (words[0] == "warn") {
        severity = Severity::Warning;
        rest.erase(rest.begin());
    }
    return rest.size() < 2 ? syntax("a rule names a place: forbid PO1/CTP") : rule(rest, severity);
}

// What holds for every document of the partner.
Status GuideLoader::top(const Words& words) {
    if (words[0] == "severity" && words.size() == 3) {
        const auto severity = severity_of(words[2]);
        if (!severity) return syntax("a severity is error or warning, not " + words[2]);
        if (!known_fault(words[1])) {
            return fault("guide.fault.unknown",
                         "there is no fault " + words[1] + suggestion(words[1], fault_codes()),
                         "parsers/README.md lists them");
        }
        m_guide.m_severities[words[1]] = *severity;
        return {};
    }
    if ((words[0] == "accept" || words[0] == "refuse") && words.size() == 2) {
        if (set_leniency(m_guide.m_leniencies, words[1], words[0] == "accept")) return {};
        const auto names = leniency_names();
        const std::vector<std::string> known(names.begin(), names.end());
        return syntax("there is no leniency " + words[1] + suggestion(words[1], known));
    }
    if (words[0] == "policy" && words.size() == 2) {
        const auto policy = policy_named(words[1]);
        if (!policy)
            return syntax(
                "a policy is reject-transaction, reject-group or accept-with-errors, not " +
                words[1]);
        m_guide.m_policy = *policy;
        return {};
    }
    if (words[0] == "use" && words.size() == 2) return choose_use(words[1]);
    if (words[0] == "characters" && words.size() >= 2) return characters(words);
    return syntax(
        "expected severity, accept, refuse, policy, use, characters or \"in STANDARD RELEASE "
        "SET\"");
}

// Which use of the standard counts, whatever the document says of itself.
Status GuideLoader::choose_use(const std::string& name) {
    std::vector<std::string> known{"none"};
    for (const SchemaSet::UseName& use : m_schemas.uses())
        known.emplace_back(use.name);
    if (std::find(known.begin(), known.end(), name) == known.end())
        return syntax("there is no use " + name + suggestion(name, known));
    m_guide.m_use = name;
    return {};
}

// "characters basic", "characters extended", "characters UNOA UNOC".
Status GuideLoader::characters(const Words& words) {
    if (words.size() == 2 && (words[1] == "basic" || words[1] == "extended")) {
        m_guide.m_extended = words[1] == "extended";
        return {};
    }
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::string& name = words[i];
        if (name.size() != 4 || name.compare(0, 3, "UNO") != 0 || !is_syntax_identifier(name))
            return syntax("\"" + name +
                          "\" is neither basic nor extended (X12) nor a syntax identifier of "
                          "EDIFACT, UNOA to UNOK, UNOW to UNOY");
        m_guide.m_syntaxes.push_back(name);
    }
    return {};
}

Status GuideLoader::enter(const Words& words) {
    m_inside = true;
    m_sets.clear();
    const auto standard = words.size() == 4 ? standard_of(words[1]) : std::nullopt;
    if (!standard) return syntax("expected: in x12|edifact RELEASE|* SET|*");
    for (const SchemaSet::Name& name : m_schemas.names()) {
        if (name.standard != *standard || (words[2] != "*" && words[2] != name.release) ||
            (words[3] != "*" && words[3] != name.set))
            continue;
        if (auto found = m_schemas.find(*standard, name.release, name.set))
            m_sets.push_back(*found);
    }
    if (!m_sets.empty()) return {};
    return fault("guide.set.unknown",
                 "there is no set " + words[3] + " in release " + words[2],
                 "\"sallyport schema list\" shows what is installed");
}

// Reads what stands behind the place; `element` is the index of the word that names the element, if there is one.
Status GuideLoader::fill(GuideRule& rule,
                         const Words& words,
                         std::size_t& element,
                         bool& has_element) {
    const std::string& verb = words[0];
    const std::size_t count = words.size();
    has_element = false;
    element = 2;
    if (verb == "forbid" || verb == "require") {
        rule.kind = verb == "forbid" ? GuideRule::Kind::Forbid : GuideRule::Kind::Require;
        has_element = count == 3;
        return count <= 3 ? Status() : syntax("expected: " + verb + " PLACE [ELEMENT]");
    }
    if (verb == "max") {
        rule.kind = GuideRule::Kind::AtMost;
        return count == 3 && number(words[2], rule.max) ? Status()
                                                        : syntax("expected: max PLACE NUMBER");
    }
    if (verb == "length") {
        rule.kind = GuideRule::Kind::Length;
        has_element = true;
        const bool good = count == 5 && number(words[3], rule.min) && number(words[4], rule.max) &&
                          rule.min <= rule.max;
        return good ? Status() : syntax("expected: length PLACE ELEMENT LEAST GREATEST");
    }
    if (verb == "codes" || verb == "allow") {
        rule.kind = verb == "codes" ? GuideRule::Kind::Codes : GuideRule::Kind::Allow;
        has_element = true;
        if (count < 4) return syntax("expected: " + verb + " PLACE ELEMENT CODE ...");
        rule.codes.assign(words.begin() + 3, words.end());
        std::sort(rule.codes.begin(), rule.codes.end());
        return {};
    }
    if (verb == "condition") return fill_condition(rule, words);
    if (verb == "severity") {
        has_element = count == 5;
        element = 4;
        return fill_grade(rule, words);
    }
    static const std::vector<std::string> Verbs = {
        "forbid", "require", "max", "length", "codes", "allow", "condition", "severity", "warn"};
    return syntax("\"" + verb + "\" is no rule" + suggestion(verb, Verbs));
}

Status GuideLoader::fill_condition(GuideRule& rule, const Words& words) {
    rule.kind = GuideRule::Kind::Condition;
    const auto kind = words.size() >= 5 ? condition_kind(words[2]) : std::nullopt;
    if (!kind) return syntax("expected: condition PLACE P|R|C|L|E|D1..D7 POSITION POSITION ...");
    rule.condition.kind = *kind;
    for (std::size_t i = 3; i < words.size(); ++i) {
        std::uint32_t position = 0;
        if (!number(words[i], position) || position == 0 || position > 64)
            return syntax("\"" + words[i] + "\" is not the position of an element");
        rule.condition.positions.push_back(static_cast<std::uint8_t>(position));
    }
    return {};
}

Status GuideLoader::fill_grade(GuideRule& rule, const Words& words) {
    rule.kind = GuideRule::Kind::Grade;
    const auto severity = words.size() >= 4 ? severity_of(words[3]) : std::nullopt;
    if (!severity || words.size() > 5)
        return syntax("expected: severity PLACE FAULT error|warning [ELEMENT]");
    if (!known_fault(words[2])) {
        return fault("guide.fault.unknown",
                     "there is no fault " + words[2] + suggestion(words[2], fault_codes()),
                     "parsers/README.md lists them");
    }
    rule.word = words[2];
    rule.severity = *severity;
    return {};
}

Status GuideLoader::rule(const Words& words, Severity severity) {
    GuideRule rule;
    rule.severity = severity;
    for (const std::string& word : words)
        rule.text += (rule.text.empty() ? "" : " ") + word;
    rule.source = m_name + ":" + std::to_string(m_number);
    std::size_t element = 0;
    bool has_element = false;
    if (Status done = fill(rule, words, element, has_element); !done) return done;
    return bind(rule, words[1], has_element ? words[element] : std::string());
}

Result<GuideRule> GuideLoader::bound(const GuideRule& rule,
                                     const SetSchema& set,
                                     std::uint32_t node,
                                     const Path& path,
                                     const std::string& element) const {
    GuideRule one = rule;
    one.node = node;
    const SegmentSchema& segment = *set.nodes[node].segment;
    if (!path.qualifier.empty()) {
        if (segment.qualifiers.empty())
            return syntax("segment " + std::string(segment.tag) + " has no qualifier to test");
        one.qualifier_at = segment.qualifiers[0];
        one.qualifier = path.qualifier;
    }
    for (const std::uint8_t position : one.condition.positions) {
        if (position > segment.elements.size())
            return syntax("segment " + std::string(segment.tag) + " has " +
                          std::to_string(segment.elements.size()) + " elements, not " +
                          std::to_string(position));
    }
    if (element.empty()) return one;
    one.places = segment.locate(element);
    if (one.places.empty()) {
        return fault("guide.place.unknown",
                     "segment " + std::string(segment.tag) + " has no element " + element +
                         " in release " + std::string(set.release),
                     "\"sallyport schema show " + std::string(set.id) + " --release " +
                         std::string(set.release) + "\" lists the elements");
    }
    const ElementRef& ref = segment.elements[one.places[0].element - 1u];
    one.whole = ref.composite != nullptr && element.find('.') == std::string::npos &&
                (ref.composite->id == element.substr(0, element.find('(')) || element.size() <= 2);
    return one;
}

// A place must exist in at least one of the block's sets; where a set has it several times, the rule holds at each.
Status GuideLoader::bind(const GuideRule& rule,
                         const std::string& place,
                         const std::string& element) {
    const Path path = path_of(place);
    if (path.steps.empty() || path.steps.back() == "*")
        return syntax("a place ends with a segment or loop");
    std::optional<Error> trouble;
    bool found = false;
    for (const SetSchema* set : m_sets) {
        for (const std::uint32_t node : nodes_at(*set, path)) {
            if (!set->nodes[node].segment) continue;
            auto one = bound(rule, *set, node, path, element);
            if (!one) {
                trouble = std::move(one).error();
                continue;
            }
            m_guide.m_rules[set].push_back(*std::move(one));
            found = true;
        }
    }
    if (found) return {};
    if (trouble) return *std::move(trouble);
    const std::string wanted = place.substr(0, place.find('['));
    return fault("guide.place.unknown",
                 "there is no " + wanted + " in " + std::string(m_sets.front()->id) +
                     " of release " + std::string(m_sets.front()->release) +
                     suggestion(wanted, names_in(*m_sets.front())),
                 "\"sallyport schema show " + std::string(m_sets.front()->id) + " --release " +
                     std::string(m_sets.front()->release) + "\" shows the places");
}

std::vector<std::filesystem::path> Guide::files_of(const std::filesystem::path& agreement) {
    std::vector<std::filesystem::path> files;
    if (agreement.empty()) return files;
    std::filesystem::path beside = agreement;
    beside.replace_extension(".guide");
    std::error_code failed;
    if (std::filesystem::is_regular_file(beside, failed)) files.push_back(beside);
    std::vector<std::filesystem::path> inside;
    std::filesystem::path folder = agreement;
    folder.replace_extension();
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        if (entry.path().extension() == ".guide") inside.push_back(entry.path());
    }
    std::sort(inside.begin(), inside.end());
    std::move(inside.begin(), inside.end(), std::back_inserter(files));
    return files;
}

Result<Guide> Guide::load(std::span<const std::filesystem::path> files, const SchemaSet& schemas) {
    Guide guide;
    GuideLoader loader(guide, schemas);
    for (const std::filesystem::path& file : files) {
        auto text = read_file(file, MaxFileBytes);
        if (!text) return std::move(text).error().during("loading a partner's guide");
        if (Status done = loader.load(*text, file.string()); !done)
            return std::move(done).error().during("loading a partner's guide");
    }
    return guide;
}

Result<Guide> Guide::parse(std::string_view text,
                           const std::string& name,
                           const SchemaSet& schemas) {
    Guide guide;
    if (Status done = GuideLoader(guide, schemas).load(text, name); !done)
        return std::move(done).error();
    return guide;
}

const std::vector<GuideRule>* Guide::rules(const SetSchema& set) const {
    const auto found = m_rules.find(&set);
    return found == m_rules.end() ? nullptr : &found->second;
}

}  // namespace sallyport::edi
