// SPDX-License-Identifier: Apache-2.0
#include "parsers/xml_validate.h"

#include "parsers/faults.h"
#include "parsers/xml_content.h"
#include "parsers/xml_faults.h"
#include "parsers/xml_rules.h"
#include "parsers/xml_tree.h"
#include "parsers/xml_values.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

constexpr std::size_t FindingsPerElement = 100;

std::string quoted(std::string_view text) {
    return "\"" + shown(text) + "\"";
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

std::string_view without_space(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos
               ? std::string_view()
               : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

class Structure {
public:
    Structure(const Transaction& transaction, const XmlFamily& family, FaultSink& sink)
        : m_places(transaction), m_tree(transaction), m_family(family), m_sink(sink) {}

    void check(std::uint32_t root_type) {
        // Depth first without recursion: documents nest as deep as the reader lets them.
        m_open.emplace_back(XmlTree::Root, root_type);
        while (!m_open.empty()) {
            const auto [element, type] = m_open.back();
            m_open.pop_back();
            one(element, m_family.types[type]);
        }
    }

private:
    std::uint32_t place(std::uint32_t element) const {
        return m_tree.transaction().loops[element].begin;
    }
    void fault(std::string_view code, std::uint32_t segment, std::string message) {
        if (!wants_more(m_sink)) return m_sink.add(bare_fault(code, fault_kind(code).severity));
        m_sink.add(xml_fault(code, m_places, segment, std::move(message)));
    }
    void one(std::uint32_t element, const XmlType& type) {
        if (type.content == XmlType::Content::Any) return;
        attributes(element, type);
        text(element, type);
        children(element, type);
    }
    void attributes(std::uint32_t element, const XmlType& type);
    void attribute(const XmlAttribute& known, const Segment& attribute);
    void text(std::uint32_t element, const XmlType& type);
    void children(std::uint32_t element, const XmlType& type);
    std::string unknown(std::uint32_t child, const XmlType& type);
    void finding(const ContentFinding& found,
                 std::uint32_t element,
                 const XmlType& type,
                 const std::vector<std::uint32_t>& children);
    std::string expected(const XmlType& type, std::uint32_t particle) const;

    XmlPlaces m_places;
    XmlTree m_tree;
    const XmlFamily& m_family;
    FaultSink& m_sink;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> m_open;  // element, type
};

void Structure::attributes(std::uint32_t element, const XmlType& type) {
    const std::vector<const Segment*> there = m_tree.attributes(element);
    for (const Segment* segment : there) {
        const std::string_view name = segment->tag.substr(1);
        // XML Schema allows these two everywhere, and xml:… is never foreign.
        if (name == "xsi:schemaLocation" || name == "xsi:noNamespaceSchemaLocation" ||
            name.substr(0, 4) == "xml:")
            continue;
        const auto known = std::find_if(type.attributes.begin(),
                                        type.attributes.end(),
                                        [&](const auto& each) { return each.name == name; });
        if (known == type.attributes.end()) {
            fault("xml.attribute.unknown",
                  segment->place.segment - 1,
                  "attribute " + std::string(name) + " is not defined for " +
                      std::string(m_tree.tag(element)));
        } else {
            attribute(*known, *segment);
        }
    }
    for (const XmlAttribute& known : type.attributes) {
        if (!known.required || m_tree.attribute(element, known.name)) continue;
        Fault missing = xml_fault(
            "xml.attribute.missing",
            m_places,
            place(element),
            std::string(m_tree.tag(element)) + " needs attribute " + std::string(known.name));
        missing.xpath += "/@" + std::string(known.name);
        m_sink.add(std::move(missing));
    }
}

void Structure::attribute(const XmlAttribute& known, const Segment& attribute) {
    const std::string_view value = without_space(attribute.text(1));
    if (value.empty() && !known.required) return;
    const std::uint32_t at = attribute.place.segment - 1;
    if (!known.codes.empty()) {
        if (std::find(known.codes.begin(), known.codes.end(), value) != known.codes.end()) return;
        std::string list;
        for (const std::string_view code : known.codes)
            list += (list.empty() ? "" : ", ") + std::string(code);
        fault("xml.value.code", at, quoted(value) + " is none of " + list.substr(0, 300));
    } else if (!is_value(known.value, value)) {
        const ValueWords words = value_words(known.value);
        fault(words.code, at, quoted(value) + " is not " + std::string(words.expected));
    }
}

void Structure::text(std::uint32_t element, const XmlType& type) {
    const std::string_view raw = m_tree.text(element);
    if (type.content == XmlType::Content::Mixed) return;
    if (type.content == XmlType::Content::Elements) {
        if (!is_blank(raw) || m_tree.has_text_behind_children(element)) {
            fault(
                "xml.element.text",
                place(element),
                std::string(m_tree.tag(element)) + " holds elements only, and there is text in it");
        }
        return;
    }
    const std::string_view value = without_space(raw);
    if (!is_value(type.value, value)) {
        const ValueWords words = value_words(type.value);
        fault(words.code, place(element), quoted(value) + " is not " + std::string(words.expected));
    }
    const std::string_view tag = m_tree.tag(element);
    const bool coded_date = tag.size() > 15 && tag.substr(tag.size() - 15) == ":DateTimeString" &&
                            m_tree.attribute_text(element, "format") == "102";
    if (coded_date && !is_basic_date(value))
        fault("xml.value.date",
              place(element),
              quoted(value) + " is not a day written CCYYMMDD, as format 102 says");
}

// The fault of a child the type does not know; gives back the mandatory name that was probably meant.
std::string Structure::unknown(std::uint32_t child, const XmlType& type) {
    if (!wants_more(m_sink)) {
        fault("xml.element.unknown", place(child), {});
        return {};
    }
    std::vector<std::string> names;
    for (const auto& [tag, particle] : type.by_tag)
        names.emplace_back(tag);
    std::sort(names.begin(), names.end());
    const std::string_view tag = m_tree.tag(child);
    const std::string near = tag.size() > 200 ? std::string() : near_match(tag, names);
    fault("xml.element.unknown",
          place(child),
          shown(tag) + " is not defined inside " + std::string(m_tree.tag(m_tree.parent(child))) +
              (near.empty() ? std::string() : "; did you mean " + near + "?"));
    return near;
}

void Structure::children(std::uint32_t element, const XmlType& type) {
    std::vector<std::uint32_t> known;
    std::vector<std::string_view> tags;
    std::vector<std::string> meant;
    for (std::uint32_t at = m_tree.first(element); at != None; at = m_tree.next(at)) {
        const auto found = type.by_tag.find(m_tree.tag(at));
        if (found == type.by_tag.end()) {
            std::string near = unknown(at, type);
            if (meant.size() < FindingsPerElement) meant.push_back(std::move(near));
            continue;
        }
        known.push_back(at);
        tags.push_back(m_tree.tag(at));
    }
    for (const ContentFinding& found : check_content(type, tags, FindingsPerElement)) {
        const std::string_view tag = type.particles[found.particle].tag;
        const bool misspelt = found.kind == ContentFinding::Kind::Missing &&
                              std::find(meant.begin(), meant.end(), tag) != meant.end() &&
                              !tag.empty();
        if (!misspelt) finding(found, element, type, known);
    }
    for (auto child = known.rbegin(); child != known.rend(); ++child)
        m_open.emplace_back(*child, type.particles[type.by_tag.at(m_tree.tag(*child))].type);
}

std::string Structure::expected(const XmlType& type, std::uint32_t particle) const {
    const XmlParticle& one = type.particles[particle];
    if (one.kind == XmlParticle::Kind::Element) return std::string(one.tag);
    std::string list;
    for (std::uint32_t i = particle + 1; i < one.end && list.size() < 200; ++i) {
        if (type.particles[i].kind == XmlParticle::Kind::Element)
            list += (list.empty() ? "" : ", ") + std::string(type.particles[i].tag);
    }
    return (one.kind == XmlParticle::Kind::Choice ? "one of " : "") + list;
}

void Structure::finding(const ContentFinding& found,
                        std::uint32_t element,
                        const XmlType& type,
                        const std::vector<std::uint32_t>& children) {
    const std::string parent(m_tree.tag(element));
    const std::string what = expected(type, found.particle);
    switch (found.kind) {
        case ContentFinding::Kind::Missing: {
            Fault missing = xml_fault(
                "xml.element.missing", m_places, place(element), parent + " needs " + what);
            const std::string_view tag = type.particles[found.particle].tag;
            missing.loop = missing.xpath;
            if (!tag.empty()) missing.xpath += "/" + std::string(tag);
            missing.segment = tag.empty() ? parent : std::string(tag);
            missing.value.clear();
            m_sink.add(std::move(missing));
            return;
        }
        case ContentFinding::Kind::Misplaced:
            fault("xml.element.sequence",
                  place(children[found.child]),
                  what + " does not stand in the order " + parent + " prescribes" +
                      (found.child > 0
                           ? "; it follows " + std::string(m_tree.tag(children[found.child - 1]))
                           : std::string()));
            return;
        case ContentFinding::Kind::Repeated:
            fault("xml.element.repeated",
                  place(children[found.child]),
                  parent + " holds " + std::to_string(found.count) + " " + what + ", at most " +
                      std::to_string(type.particles[found.particle].max) + " may be there");
            return;
        case ContentFinding::Kind::Choice:
            fault("xml.element.choice",
                  place(children[found.child]),
                  what +
                      " may not stand here: it is out of order, once too often, or excluded by "
                      "what stands before it in " +
                      parent);
            return;
    }
}

}  // namespace

InterchangeReport validate_xml(Interchange& interchange,
                               const XmlSchemas& schemas,
                               const ValidationOptions& options) {
    InterchangeReport report;
    report.standard = to_string(interchange.standard);
    report.sender_qualifier = interchange.sender_qualifier;
    report.sender = interchange.sender;
    report.receiver_qualifier = interchange.receiver_qualifier;
    report.receiver = interchange.receiver;
    report.control = interchange.control;
    report.version = interchange.version;
    report.complete = interchange.complete;
    for (Fault fault : interchange.faults) {
        if (const auto set = options.severities.find(fault.code); set != options.severities.end())
            fault.severity = set->second;
        (fault.severity == Severity::Repair ? report.repairs : report.faults)
            .push_back(std::move(fault));
    }
    for (Group& group : interchange.groups) {
        GroupReport judged_group;
        judged_group.complete = true;
        judged_group.version = interchange.version;
        for (Transaction& transaction : group.transactions) {
            TransactionReport judged;
            judged.set = transaction.set;
            judged.version = transaction.version;
            judged.control = transaction.control;
            judged.association = transaction.association;
            judged.segments = static_cast<std::uint32_t>(transaction.segments.size());
            judged.complete = true;
            FaultSink sink(judged.faults, options.faults, options.severities);
            const XmlDocumentType* type = schemas.find(transaction.version, transaction.set);
            judged.known = type != nullptr;
            if (type) {
                Structure(transaction, *type->family, sink).check(type->type);
                check_invoice_rules(transaction, schemas, rule_sets_of(transaction), sink);
            } else {
                XmlPlaces places(transaction);
                sink.add(xml_fault("xml.document.unsupported",
                                   places,
                                   0,
                                   "there is no definition for document \"" +
                                       shown(transaction.set) + "\"" +
                                       (interchange.syntax.empty()
                                            ? std::string()
                                            : " of namespace " + shown(interchange.syntax))));
            }
            std::stable_sort(
                judged.faults.begin(), judged.faults.end(), [](const Fault& a, const Fault& b) {
                    return a.position < b.position;
                });
            judged.faults_left_out = sink.left_out();
            judged_group.transactions.push_back(std::move(judged));
        }
        report.groups.push_back(std::move(judged_group));
    }
    return report;
}

}  // namespace sallyport::edi
