// SPDX-License-Identifier: Apache-2.0
#include "mappings/xml_set.h"

#include "parsers/xml_names.h"

#include <algorithm>

namespace sallyport::mapping {

namespace {

edi::DataType data_type(edi::XmlValue value) {
    switch (value) {
        case edi::XmlValue::Decimal:
        case edi::XmlValue::Integer:
            return edi::DataType::Real;
        case edi::XmlValue::Boolean:
            return edi::DataType::Code;
        case edi::XmlValue::Date:
        case edi::XmlValue::DateTime:
        case edi::XmlValue::Moment:
            return edi::DataType::Date;
        case edi::XmlValue::Time:
            return edi::DataType::Time;
        case edi::XmlValue::Text:
        case edi::XmlValue::Base64:
            return edi::DataType::Text;
    }
    return edi::DataType::Text;
}

}  // namespace

const XmlElement* as_xml(const edi::Element* element) {
    if (element == nullptr || element->decimals != XmlElement::Mark) return nullptr;
    return static_cast<const XmlElement*>(element);
}

XmlSet::XmlSet(const edi::XmlDocumentType& type, const std::vector<Namespace>& namespaces)
    : m_type(type) {
    for (const Namespace& one : namespaces)
        m_prefixes.emplace(one.prefix, one.uri);
    m_set.standard = edi::Standard::Xml;
    m_set.release = type.family->name;
    m_set.id = type.set;
    edi::Node top;
    top.id = type.set;
    top.loop = true;
    m_set.nodes.push_back(top);
    m_of.push_back(0);
    Part root;
    root.type = type.type;
    root.mandatory = true;
    root.node = Root;
    m_parts.push_back(std::move(root));
    describe(m_parts.back(), type.root);
    m_set.nodes.push_back(node_of(m_parts.back(), 0));
    m_of.push_back(0);
}

void XmlSet::describe(Part& part, std::string_view tag) {
    const edi::XmlType& type = type_of(part);
    part.segment.tag = tag;
    const auto add = [&](std::string name, edi::XmlValue value, bool must) {
        XmlElement& one = m_elements.emplace_back();
        m_names.push_back(std::move(name));
        one.id = m_names.back();
        one.value = value;
        one.type = data_type(value);
        one.max = edi::Unlimited;
        one.decimals = XmlElement::Mark;
        edi::ElementRef ref;
        ref.element = &one;
        ref.usage = must ? edi::Usage::Mandatory : edi::Usage::Optional;
        part.segment.elements.push_back(ref);
    };
    add("text",
        type.value,
        type.content == edi::XmlType::Content::Value && type.value != edi::XmlValue::Text);
    for (const edi::XmlAttribute& one : type.attributes) {
        add("@" + std::string(one.name), one.value, one.required);
        if (!one.codes.empty()) m_elements.back().values = &one.codes;
    }
}

edi::Node XmlSet::node_of(const Part& part, std::uint32_t parent) const {
    edi::Node out;
    out.tag = out.id = part.segment.tag;
    out.loop = !type_of(part).particles.empty();
    out.usage = part.mandatory ? edi::Usage::Mandatory : edi::Usage::Optional;
    out.max = part.repeats ? edi::Unlimited : part.place == nullptr ? 1 : part.place->max;
    out.parent = parent;
    out.depth = static_cast<std::uint8_t>(std::min<unsigned>(255, m_set.nodes[parent].depth + 1U));
    out.segment = &part.segment;
    return out;
}

std::uint32_t XmlSet::make(std::uint32_t parent, std::uint32_t particle) {
    const edi::XmlType& type = type_of(m_parts[parent]);
    Part part;
    part.place = &type.particles[particle];
    part.type = part.place->type;
    part.particle = particle;
    part.parent = parent;
    part.mandatory = part.place->mandatory;
    // A place in a group: only mandatory when the groups around it are, and no choice.
    for (std::uint32_t at = 0; at < particle; ++at) {
        const edi::XmlParticle& group = type.particles[at];
        if (group.kind == edi::XmlParticle::Kind::Element || group.end <= particle) continue;
        if (!group.mandatory || group.kind == edi::XmlParticle::Kind::Choice)
            part.mandatory = false;
        part.repeats = part.repeats || group.max > 1;
    }
    // The same name at several places of the content is one element that may stand several times.
    for (std::uint32_t at = 0; at < type.particles.size(); ++at)
        if (at != particle && type.particles[at].tag == part.place->tag &&
            type.particles[at].kind == edi::XmlParticle::Kind::Element)
            part.repeats = true;
    const auto index = static_cast<std::uint32_t>(m_parts.size());
    m_parts.push_back(std::move(part));
    describe(m_parts.back(), m_parts.back().place->tag);
    m_parts[parent].children.emplace(m_parts.back().place->tag, index);
    return index;
}

std::string XmlSet::tag_of(std::string_view name) const {
    const bool attribute = name.starts_with('@');
    if (attribute) return std::string(name);
    const std::size_t colon = name.find(':');
    if (colon == std::string_view::npos) return std::string(name);
    const auto found = m_prefixes.find(name.substr(0, colon));
    if (found == m_prefixes.end()) return {};
    const std::string local(name.substr(colon + 1));
    const std::string_view usual = edi::conventional_prefix(found->second);
    if (!usual.empty()) return std::string(usual) + ":" + local;
    if (found->second == m_type.root_namespace) return local;
    return "{" + found->second + "}" + local;
}

std::string XmlSet::declaration_of(std::string_view prefix) {
    const std::string_view uri = edi::conventional_namespace(prefix);
    if (uri.empty()) return {};
    return "namespace " + std::string(prefix) + " = \"" + std::string(uri) + "\"";
}

std::optional<std::uint32_t> XmlSet::child(std::uint32_t node, std::string_view tag) {
    const std::uint32_t known = find(node, tag);
    if (known != edi::None) return known;
    if (m_settled) return std::nullopt;
    const std::uint32_t parent = m_of[node];
    const edi::XmlType& type = type_of(m_parts[parent]);
    const auto place = type.by_tag.find(tag);
    if (place == type.by_tag.end()) return std::nullopt;
    const std::uint32_t part = make(parent, place->second);
    m_parts[part].node = static_cast<std::uint32_t>(m_set.nodes.size());
    m_set.nodes.push_back(node_of(m_parts[part], node));
    m_of.push_back(part);
    return m_parts[part].node;
}

std::uint32_t XmlSet::find(std::uint32_t node, std::string_view tag) const {
    const auto& children = m_parts[m_of[node]].children;
    const auto found = children.find(tag);
    return found == children.end() ? edi::None : m_parts[found->second].node;
}

std::optional<edi::Locator> XmlSet::attribute(std::uint32_t node, std::string_view name) const {
    const std::vector<edi::ElementRef>& elements = m_set.nodes[node].segment->elements;
    for (std::size_t i = 1; i < elements.size(); ++i)
        if (elements[i].element->id == name)
            return edi::Locator{static_cast<std::uint16_t>(i + 1), 1, 1};
    return std::nullopt;
}

std::vector<std::string> XmlSet::tags(std::uint32_t node) const {
    std::vector<std::string> out;
    for (const auto& [tag, particle] : type_of(m_parts[m_of[node]]).by_tag)
        out.emplace_back(tag);
    std::sort(out.begin(), out.end());
    return out;
}

bool XmlSet::has_text(std::uint32_t node) const {
    return type_of(m_parts[m_of[node]]).content != edi::XmlType::Content::Elements;
}

bool XmlSet::may_be_empty(std::uint32_t node) const {
    const edi::XmlType& type = type_of(m_parts[m_of[node]]);
    return type.content == edi::XmlType::Content::Elements &&
           std::none_of(type.attributes.begin(),
                        type.attributes.end(),
                        [](const edi::XmlAttribute& one) { return one.required; }) &&
           std::none_of(type.particles.begin(),
                        type.particles.end(),
                        [](const edi::XmlParticle& one) { return one.mandatory; });
}

// What must stand in an element that is written: the writer misses it by name.
void XmlSet::add_mandatory() {
    const std::size_t count = m_parts.size();
    for (std::uint32_t at = 0; at < count; ++at) {
        const edi::XmlType& type = type_of(m_parts[at]);
        for (std::uint32_t i = 0; i < type.particles.size(); ++i) {
            const edi::XmlParticle& place = type.particles[i];
            if (place.kind != edi::XmlParticle::Kind::Element || !place.mandatory ||
                m_parts[at].children.contains(place.tag))
                continue;
            make(at, i);
        }
    }
}

void XmlSet::lay_out(std::uint32_t index, std::uint32_t parent) {
    Part& part = m_parts[index];
    part.node = static_cast<std::uint32_t>(m_set.nodes.size());
    m_set.nodes.push_back(node_of(part, parent));
    m_of.push_back(index);
    std::vector<std::uint32_t> children;
    for (const auto& [tag, child] : part.children)
        children.push_back(child);
    std::sort(children.begin(), children.end(), [this](std::uint32_t a, std::uint32_t b) {
        return m_parts[a].particle < m_parts[b].particle;
    });
    const std::uint32_t own = part.node;
    for (const std::uint32_t child : children)
        lay_out(child, own);
    m_set.nodes[own].end = static_cast<std::uint32_t>(m_set.nodes.size());
}

void XmlSet::settle() {
    add_mandatory();
    m_settled = true;
    m_set.nodes.resize(1);
    m_of.resize(1);
    lay_out(0, 0);
    m_set.nodes[0].end = static_cast<std::uint32_t>(m_set.nodes.size());
}

std::string xml_part(const edi::Node& node, std::uint16_t element) {
    std::string out(node.tag);
    if (element > 1 && node.segment != nullptr && element <= node.segment->elements.size())
        out += "/" + std::string(node.segment->elements[element - 1U].element->id);
    return out;
}

}  // namespace sallyport::mapping
