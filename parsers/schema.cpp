// SPDX-License-Identifier: Apache-2.0
#include "parsers/schema.h"

#include "parsers/schema_loader.h"
#include "parsers/schema_uses.h"

#include <algorithm>
#include <charconv>

namespace sallyport::edi {
namespace {

// "C212(2)" is {C212, 2}; without brackets the occurrence is 0: all of them.
struct Reference {
    std::string_view name;
    std::uint16_t occurrence = 0;
};

Reference parse_reference(std::string_view text) {
    const std::size_t open = text.find('(');
    if (open == std::string_view::npos) return {text, 0};
    Reference reference{text.substr(0, open), 0};
    const std::string_view digits = text.substr(open + 1);
    std::from_chars(digits.data(), digits.data() + digits.size(), reference.occurrence);
    return reference;
}

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::uint16_t number(std::string_view digits) {
    std::uint16_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

// Keeps the asked-for occurrence; an occurrence beyond the last position counts on into its repeats.
void pick(std::vector<Locator>& places, std::uint16_t occurrence, std::uint32_t repeat_of_last) {
    if (occurrence == 0 || places.empty()) return;
    Locator chosen;
    if (occurrence <= places.size()) {
        chosen = places[occurrence - 1u];
    } else {
        const auto beyond = static_cast<std::uint16_t>(occurrence - places.size());
        if (beyond >= repeat_of_last) {
            places.clear();
            return;
        }
        chosen = places.back();
        chosen.repetition = static_cast<std::uint16_t>(beyond + 1);
    }
    places.assign(1, chosen);
}

void components_of(const Composite& composite,
                   std::uint16_t element,
                   std::string_view name,
                   std::vector<Locator>& places) {
    for (std::size_t i = 0; i < composite.components.size(); ++i) {
        const Element* component = composite.components[i].element;
        if (component && component->id == name)
            places.push_back({element, static_cast<std::uint16_t>(i + 1), 1});
    }
}

// "D.96A", "d96a", "D:96A" and "D96A" are the same; X12 versions keep their first six digits ("004010VICS").
std::string normal_version(Standard standard, std::string_view version) {
    std::string plain;
    for (const char c : version) {
        if (c == '.' || c == ':' || c == ' ') continue;
        plain += c >= 'a' && c <= 'z' && standard == Standard::Edifact
                     ? static_cast<char>(c - 'a' + 'A')
                     : c;
    }
    if (standard == Standard::X12 && plain.size() > 6) plain.resize(6);
    if (standard == Standard::X12 && plain.size() == 5 && all_digits(plain))
        plain += '0';  // ISA12 style "00401"
    return plain;
}

using Dictionaries = std::map<std::string, Dictionary, std::less<>>;

const Dictionary* find_in(const Dictionaries& dictionaries, std::string_view name) {
    const auto found = dictionaries.find(name);
    return found == dictionaries.end() ? nullptr : &found->second;
}

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
    const std::string near = near_match(word, known);
    return near.empty() ? std::string() : "; did you mean " + near + "?";
}

}  // namespace

std::string_view to_string(Standard standard) {
    switch (standard) {
        case Standard::X12:
            return "x12";
        case Standard::Edifact:
            return "edifact";
        case Standard::Xml:
            return "xml";
    }
    return {};
}

std::string_view to_string(Area area) {
    switch (area) {
        case Area::Heading:
            return "heading";
        case Area::Detail:
            return "detail";
        case Area::Summary:
            return "summary";
    }
    return {};
}

std::string_view to_string(ConditionKind kind) {
    switch (kind) {
        case ConditionKind::Paired:
            return "P";
        case ConditionKind::Required:
            return "R";
        case ConditionKind::Exclusive:
            return "E";
        case ConditionKind::Conditional:
            return "C";
        case ConditionKind::ListConditional:
            return "L";
        case ConditionKind::ExactlyOne:
            return "D1";
        case ConditionKind::FirstExcludes:
            return "D7";
    }
    return {};
}

bool CodeList::contains(std::string_view code) const {
    return std::binary_search(m_values.begin(), m_values.end(), code);
}

std::vector<Locator> SegmentSchema::locate(std::string_view reference) const {
    const std::size_t dot = reference.find('.');
    const Reference outer = parse_reference(reference.substr(0, dot));
    const Reference inner =
        dot == std::string_view::npos ? Reference{} : parse_reference(reference.substr(dot + 1));
    std::vector<Locator> places;
    std::uint32_t repeat = 1;
    // Two digits are an X12 position; EDIFACT element codes have four.
    if (all_digits(outer.name) && outer.name.size() <= 2) {
        const std::uint16_t element = number(outer.name);
        if (element == 0 || element > elements.size()) return places;
        const ElementRef& ref = elements[element - 1u];
        places.push_back({element, 1, 1});
        repeat = ref.repeat;
    } else {
        for (std::size_t i = 0; i < elements.size(); ++i) {
            const ElementRef& ref = elements[i];
            const std::string_view id = ref.element     ? ref.element->id
                                        : ref.composite ? ref.composite->id
                                                        : std::string_view();
            if (id != outer.name) continue;
            places.push_back({static_cast<std::uint16_t>(i + 1), 1, 1});
            repeat = ref.repeat;
        }
    }
    if (places.empty()) {  // a component named by its own code
        for (std::size_t i = 0; i < elements.size(); ++i) {
            if (elements[i].composite)
                components_of(
                    *elements[i].composite, static_cast<std::uint16_t>(i + 1), outer.name, places);
        }
    }
    pick(places, outer.occurrence, repeat);
    if (inner.name.empty()) return places;

    std::vector<Locator> components;
    for (const Locator& place : places) {
        const ElementRef& ref = elements[place.element - 1u];
        const std::size_t before = components.size();
        if (all_digits(inner.name) && inner.name.size() <= 2) {
            const std::uint16_t component = number(inner.name);
            const std::size_t count = ref.composite ? ref.composite->components.size() : 1;
            if (component > 0 && component <= count)
                components.push_back({place.element, component, 1});
        } else if (ref.composite) {
            components_of(*ref.composite, place.element, inner.name, components);
        }
        for (std::size_t i = before; i < components.size(); ++i)
            components[i].repetition = place.repetition;
    }
    pick(components, inner.occurrence, 1);
    return components;
}

const PairGroup* SegmentSchema::pair(std::string_view name) const {
    const auto found = std::find_if(
        pairs.begin(), pairs.end(), [&](const PairGroup& group) { return group.name == name; });
    return found == pairs.end() ? nullptr : &*found;
}

const Element* SegmentSchema::element_at(const Locator& place) const {
    if (place.element == 0 || place.element > elements.size()) return nullptr;
    const ElementRef& ref = elements[place.element - 1u];
    if (!ref.composite) return place.component == 1 ? ref.element : nullptr;
    if (place.component == 0 || place.component > ref.composite->components.size()) return nullptr;
    return ref.composite->components[place.component - 1u].element;
}

std::uint32_t SegmentSchema::repeat_of(std::uint16_t element) const {
    return element == 0 || element > elements.size() ? 1 : elements[element - 1u].repeat;
}

std::vector<std::uint32_t> SetSchema::children(std::uint32_t loop) const {
    std::vector<std::uint32_t> result;
    if (loop >= nodes.size() || !nodes[loop].loop) return result;
    for (std::uint32_t at = loop + 1; at < nodes[loop].end; at = nodes[at].end)
        result.push_back(at);
    return result;
}

std::string SetSchema::path(std::uint32_t node) const {
    std::string text;
    for (std::uint32_t at = nodes[node].loop ? node : nodes[node].parent; at != 0;
         at = nodes[at].parent) {
        text = text.empty() ? std::string(nodes[at].id) : std::string(nodes[at].id) + "/" + text;
    }
    return text;
}

std::vector<std::uint32_t> SetSchema::find(std::string_view name) const {
    std::vector<std::uint32_t> result;
    for (std::uint32_t i = 1; i < nodes.size(); ++i) {
        if (nodes[i].tag == name || nodes[i].id == name) result.push_back(i);
    }
    return result;
}

SchemaSet::SchemaSet(std::unique_ptr<Storage> storage) : m_storage(std::move(storage)) {}
SchemaSet::SchemaSet(SchemaSet&&) noexcept = default;
SchemaSet& SchemaSet::operator=(SchemaSet&&) noexcept = default;
SchemaSet::~SchemaSet() = default;

Result<SchemaSet> SchemaSet::load(const std::filesystem::path& directory) {
    return load(std::span(&directory, 1));
}

Result<SchemaSet> SchemaSet::load(std::span<const std::filesystem::path> directories) {
    auto storage = std::make_unique<Storage>();
    if (Status done = SchemaLoader(*storage).load(directories); !done)
        return std::move(done).error();
    SchemaSet schemas(std::move(storage));
    if (Status done = load_uses(directories, schemas, schemas.m_storage->uses); !done)
        return std::move(done).error();
    return schemas;
}

bool SchemaSet::has_release(Standard standard, std::string_view version) const {
    const auto& dictionaries = standard == Standard::X12 ? m_storage->x12 : m_storage->edifact;
    return find_in(dictionaries, normal_version(standard, version)) != nullptr;
}

Result<const SetSchema*> SchemaSet::find(Standard standard,
                                         std::string_view version,
                                         std::string_view set) const {
    const std::string wanted = normal_version(standard, version);
    if (standard == Standard::Edifact &&
        set == "CONTRL") {  // defined by the syntax version: 2, 3, 4 or "v3"
        const std::size_t digit = version.find_first_of("1234");
        const Dictionary* service =
            find_in(m_storage->edifact_envelopes,
                    digit == std::string_view::npos ? "v3" : "v" + std::string(1, version[digit]));
        if (service && service->sets.count("CONTRL")) return &service->sets.at("CONTRL");
    }
    const auto& dictionaries = standard == Standard::X12 ? m_storage->x12 : m_storage->edifact;
    const Dictionary* dictionary = find_in(dictionaries, wanted);
    std::vector<std::string> known;
    if (!dictionary) {
        for (const auto& [name, unused] : dictionaries)
            known.push_back(name);
        const std::string near = nearest(wanted, known);
        std::string installed;
        for (const std::string& name : known)
            installed += (installed.empty() ? "; installed: " : ", ") + name;
        return Error("schema.release.unknown",
                     Blame::Operator,
                     "no schema for release \"" + std::string(version) + "\"" +
                         (near.empty() ? installed : near))
            .remedy("agree on a release that is installed, or add its schema files");
    }
    const auto found = dictionary->sets.find(set);
    if (found == dictionary->sets.end()) {
        if (standard == Standard::X12) {
            for (const BorrowedSet& one : m_storage->borrowed) {
                if (one.set == set && std::find(one.releases.begin(), one.releases.end(), wanted) !=
                                          one.releases.end())
                    return find(standard, one.from, set);
            }
        }
        for (const auto& [name, unused] : dictionary->sets)
            known.push_back(name);
        return Error("schema.set.unknown",
                     Blame::Operator,
                     "release " + wanted + " has no schema for \"" + std::string(set) + "\"" +
                         nearest(set, known))
            .remedy("agree on a document type that is installed, or add its schema file");
    }
    return &found->second;
}

const SegmentSchema* SchemaSet::segment(Standard standard,
                                        std::string_view version,
                                        std::string_view tag) const {
    const auto& dictionaries = standard == Standard::X12 ? m_storage->x12 : m_storage->edifact;
    const Dictionary* dictionary = find_in(dictionaries, normal_version(standard, version));
    if (!dictionary) return nullptr;
    const auto found = dictionary->segments.find(tag);
    return found == dictionary->segments.end() ? nullptr : &found->second;
}

const SegmentSchema* SchemaSet::envelope_segment(Standard standard,
                                                 std::string_view version,
                                                 std::string_view tag) const {
    const auto& dictionaries =
        standard == Standard::X12 ? m_storage->x12_envelopes : m_storage->edifact_envelopes;
    const Dictionary* dictionary = find_in(dictionaries, version);
    if (!dictionary) {  // the newest envelope not newer than the one asked for, else the oldest
        for (const auto& [name, candidate] : dictionaries) {
            if ((!dictionary || name <= version) && candidate.segments.count(tag))
                dictionary = &candidate;
        }
    }
    if (!dictionary) return nullptr;
    const auto found = dictionary->segments.find(tag);
    return found == dictionary->segments.end() ? nullptr : &found->second;
}

// EANCOM: EAN97-D96A, EAN94-D93A, EAN02S3-D01B and EAN02S4-D01B; the association codes are EANnnn.
const CodeAdditions* SchemaSet::association_codes(std::string_view version,
                                                  std::string_view association) const {
    if (association.substr(0, 3) != "EAN" && association.substr(0, 3) != "GS1") return nullptr;
    const std::string release = "-" + normal_version(Standard::Edifact, version);
    for (const auto& [name, additions] : m_storage->associations) {
        if (name.size() > release.size() &&
            name.compare(name.size() - release.size(), release.size(), release) == 0)
            return &additions;
    }
    return nullptr;
}

bool adds_code(const CodeAdditions& additions, std::string_view element, std::string_view code) {
    const auto found = additions.elements.find(element);
    return found != additions.elements.end() && found->second.codes &&
           found->second.codes->contains(code);
}

const XmlSchemas& SchemaSet::xml() const {
    return m_storage->xml;
}

std::vector<SchemaSet::Name> SchemaSet::names() const {
    std::vector<Name> names;
    for (const auto* dictionaries :
         {&m_storage->x12, &m_storage->edifact, &m_storage->edifact_envelopes}) {
        for (const auto& [release, dictionary] : *dictionaries) {
            for (const auto& [id, set] : dictionary.sets)
                names.push_back({dictionary.standard, dictionary.name, set.id});
        }
    }
    return names;
}

}  // namespace sallyport::edi
