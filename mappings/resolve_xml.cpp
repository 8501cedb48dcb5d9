// SPDX-License-Identifier: Apache-2.0
// Paths of an XML map: elements by name, attributes, tests on both.
#include "mappings/resolve.h"

#include <algorithm>

namespace sallyport::mapping {

std::string Resolver::xml_where(std::uint32_t node) const {
    std::string out;
    for (; node != 0; node = m_set.nodes[node].parent)
        out = "/" + std::string(m_set.nodes[node].tag) + out;
    return out;
}

std::optional<std::string> Resolver::xml_tag(std::string_view name, Span at) {
    std::string tag = m_xml->tag_of(name);
    if (!tag.empty()) return tag;
    const std::string_view prefix = name.substr(0, name.find(':'));
    const std::string line = XmlSet::declaration_of(prefix);
    report("MAP213",
           at,
           "no namespace is declared for the prefix " + std::string(prefix),
           line.empty() ? "write namespace " + std::string(prefix) + " = \"…\" below the header"
                        : "write " + line);
    return std::nullopt;
}

bool Resolver::xml_child(std::string_view name, Span at, std::uint32_t& here) {
    const std::optional<std::string> tag = xml_tag(name, at);
    if (!tag) return false;
    if (const std::optional<std::uint32_t> child = m_xml->child(here, *tag)) {
        here = *child;
        return true;
    }
    const std::vector<std::string> known = m_xml->tags(here);
    const std::string near = near_match(*tag, known);
    std::string help = near.empty() ? "" : "did you mean " + near + "?";
    if (known.empty()) help = "it holds a text and attributes only";
    if (help.empty()) {
        help = "it has ";
        for (std::size_t i = 0; i < known.size() && i < 12; ++i)
            help += (i > 0 ? ", " : "") + known[i];
        if (known.size() > 12) help += ", …";
    }
    report("MAP201", at, xml_where(here) + " has no element " + *tag, std::move(help));
    return false;
}

bool Resolver::xml_attribute(const std::string& name,
                             Span at,
                             std::uint32_t node,
                             edi::Locator& out) {
    if (const std::optional<edi::Locator> found = m_xml->attribute(node, name)) {
        out = *found;
        return true;
    }
    std::vector<std::string> known;
    const std::vector<edi::ElementRef>& elements = m_set.nodes[node].segment->elements;
    for (std::size_t i = 1; i < elements.size(); ++i)
        known.emplace_back(elements[i].element->id);
    const std::string near = near_match(name, known);
    std::string help = near.empty() ? "" : "did you mean " + near + "?";
    if (help.empty()) {
        for (const std::string& one : known)
            help += (help.empty() ? "it has " : ", ") + one;
        if (known.empty()) help = "it has no attributes";
    }
    report("MAP203", at, xml_where(node) + " has no attribute " + name, std::move(help));
    return false;
}

// [@schemeID=0088], [cbc:ChargeIndicator=true], [cac:TaxScheme/cbc:ID=VAT], [cbc:ID/@schemeID=0088].
bool Resolver::xml_test(const Test& test, std::uint32_t node, Selector& out) {
    out.code = test.code;
    out.absent = test.absent;
    if (test.element.empty()) {
        report("MAP206",
               test.span,
               "an XML element has no qualifier of its own; what must be " + test.code + "?",
               "write [@schemeID=" + test.code + "] or [cbc:ID=" + test.code + "]");
        return false;
    }
    std::string_view rest = test.element;
    std::uint32_t here = node;
    out.at = {1, 1, 1};
    while (!rest.empty()) {
        const std::size_t slash = rest.find('/');
        const std::string name(rest.substr(0, slash));
        rest = slash == std::string_view::npos ? std::string_view{} : rest.substr(slash + 1);
        if (name.starts_with('@')) {
            if (!rest.empty()) {
                report("MAP203", test.span, "nothing stands inside an attribute", "");
                return false;
            }
            return xml_attribute(name, test.span, here, out.at);
        }
        if (!xml_child(name, test.span, here)) return false;
        Hop hop;
        hop.node = here;
        hop.loop = m_set.nodes[here].loop;
        out.below.push_back(std::move(hop));
    }
    if (m_xml->has_text(here)) return true;
    report("MAP206",
           test.span,
           xml_where(here) + " holds elements, not a text; which of them is meant?",
           "write [" + test.element + "/NAME=" + test.code + "]");
    return false;
}

bool Resolver::xml_tests(const Step& step, std::uint32_t node, std::vector<Selector>& out) {
    for (const Test& test : step.tests) {
        Selector selector;
        if (!xml_test(test, node, selector)) return false;
        const std::uint32_t holder = selector.below.empty() ? node : selector.below.back().node;
        const XmlElement* element = as_xml(m_set.nodes[holder].segment->element_at(selector.at));
        if (!test.absent && element != nullptr && element->values != nullptr &&
            std::find(element->values->begin(), element->values->end(), test.code) ==
                element->values->end()) {
            const std::vector<std::string> codes(element->values->begin(), element->values->end());
            const std::string near = near_match(test.code, codes);
            report("MAP207",
                   test.span,
                   "\"" + test.code + "\" is not a value of " + test.element,
                   near.empty() ? "it has " + std::to_string(codes.size()) + " values"
                                : "did you mean " + near + "?");
            return false;
        }
        out.push_back(std::move(selector));
    }
    return true;
}

bool Resolver::xml_tail(const Path& path,
                        std::uint32_t node,
                        ResolveOptions options,
                        WirePlace& out) {
    if (!path.parts.empty() || !path.group.empty()) {
        report("MAP203",
               path.parts.empty() ? path.span : path.parts[0].span,
               "an XML element has no numbered parts",
               "write an element below it (/cbc:ID) or an attribute (/@schemeID)");
        return false;
    }
    if (out.kind == PlaceKind::Elements || options.block || !m_xml->has_text(node)) return true;
    out.kind = PlaceKind::Elements;
    out.at = {{1, 1, 1}};
    out.element = out.segment->element_at(out.at[0]);
    return true;
}

std::optional<WirePlace> Resolver::xml_place(const Path& path,
                                             const Scope& scope,
                                             ResolveOptions options) {
    WirePlace out;
    out.span = path.span;
    out.text = spell(path);
    out.from_root = path.absolute;
    std::uint32_t here = path.absolute ? 0 : scope.segment;
    if (here == 0) {
        Hop root;
        root.node = here = XmlSet::Root;
        root.loop = true;
        out.hops.push_back(std::move(root));
    }
    for (std::size_t i = 0; i < path.steps.size(); ++i) {
        const Step& step = path.steps[i];
        const bool last = i + 1 == path.steps.size();
        if (step.name.starts_with('@')) {
            edi::Locator at;
            if (!xml_attribute(step.name, step.span, here, at)) return std::nullopt;
            if (!last || !step.tests.empty()) {
                report("MAP203", step.span, "nothing stands inside an attribute", "");
                return std::nullopt;
            }
            out.kind = PlaceKind::Elements;
            out.at = {at};
            continue;
        }
        const std::optional<std::string> tag = xml_tag(step.name, step.span);
        if (!tag) return std::nullopt;
        const bool own =
            i == 0 && m_set.nodes[here].tag == *tag && step.tests.empty() && step.occurrence == 0;
        if (own && !m_xml->child(here, *tag)) continue;
        if (!xml_child(step.name, step.span, here)) return std::nullopt;
        Hop hop;
        hop.node = here;
        hop.loop = m_set.nodes[here].loop;
        hop.occurrence = step.occurrence;
        const std::uint32_t max = m_set.nodes[here].max;
        if (step.occurrence > 1 && max != edi::Unlimited &&
            static_cast<std::uint32_t>(step.occurrence) > max) {
            report("MAP205",
                   step.span,
                   xml_where(here) + " occurs at most " + std::to_string(max) + " times",
                   "");
            return std::nullopt;
        }
        if (!xml_tests(step, here, hop.tests)) return std::nullopt;
        out.hops.push_back(std::move(hop));
    }
    out.owner = here;
    out.owner_loop = m_set.nodes[here].loop;
    out.segment = m_set.nodes[here].segment;
    if (out.kind == PlaceKind::Elements) out.element = out.segment->element_at(out.at[0]);
    if (!xml_tail(path, here, options, out)) return std::nullopt;
    return out;
}

}  // namespace sallyport::mapping
