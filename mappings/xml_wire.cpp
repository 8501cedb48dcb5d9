// SPDX-License-Identifier: Apache-2.0
#include "mappings/xml_wire.h"

#include <algorithm>
#include <utility>

namespace sallyport::mapping {

namespace {

constexpr std::uint16_t Unknown =
    1'000;  // elements from here on: attributes and texts the schema does not have

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

}  // namespace

XmlWire::XmlWire(const edi::Transaction& document, const XmlSet& set)
    : m_document(document), m_places(document) {
    m_placed.set = document.set;
    m_placed.version = document.version;
    m_placed.control = document.control;
    m_placed.association = document.association;
    m_placed.schema = &set.set();
    m_placed.complete = true;
    m_placed.loops.resize(1);
    m_placed.segments.reserve(document.loops.size());
    m_values.reserve(document.loops.size());
    m_sources.reserve(document.loops.size());
    m_loop_of.assign(document.loops.size(), edi::None);
    if (!m_loop_of.empty()) m_loop_of[0] = 0;
    // Loops of the document stand in its order, a parent before what is in it.
    for (std::uint32_t loop = 1; loop < document.loops.size(); ++loop)
        element(loop, set);
    m_placed.loops[0].end = static_cast<std::uint32_t>(m_placed.segments.size());
    for (std::size_t i = 0; i < m_values.size(); ++i)
        m_placed.segments[i].values = m_values[i];
}

void XmlWire::element(std::uint32_t loop, const XmlSet& set) {
    const edi::Loop& source = m_document.loops[loop];
    const edi::Segment& own = m_document.segments[source.begin];
    const std::uint32_t parent = m_loop_of[source.parent];
    std::uint32_t node = edi::None;
    if (source.parent == 0)
        node = own.tag == set.type().root ? XmlSet::Root : edi::None;
    else if (parent != edi::None)
        node = set.find(m_placed.loops[parent].node, own.tag);
    edi::Segment segment = own;
    segment.node = node;
    segment.loop = parent;
    if (node != edi::None && set.set().nodes[node].loop) {
        edi::Loop made;
        made.node = node;
        made.parent = parent;
        made.begin = static_cast<std::uint32_t>(m_placed.segments.size());
        made.end = made.begin + 1;
        segment.loop = m_loop_of[loop] = static_cast<std::uint32_t>(m_placed.loops.size());
        m_placed.loops.push_back(made);
    } else if (node == edi::None) {
        segment.loop = edi::None;
    }
    std::vector<edi::Value> values;
    Source from{source.begin, {}};
    std::uint16_t unknown = Unknown;
    for (std::uint32_t at = source.begin; at < source.end; ++at) {
        const edi::Segment& piece = m_document.segments[at];
        if (piece.loop != loop || piece.values.empty()) continue;
        edi::Value value = piece.values.front();
        value.text = trimmed(value.text);
        if (value.text.empty()) continue;
        value.element = unknown;
        if (at == source.begin || (piece.tag == "#text" && values.empty()))
            value.element = 1;
        else if (piece.tag.starts_with('@') && node != edi::None)
            if (const auto place = set.attribute(node, piece.tag)) value.element = place->element;
        if (value.element == unknown) ++unknown;
        values.push_back(value);
        from.values.push_back(at);
    }
    // Attributes in the order of the schema: values are looked up by their number.
    for (std::size_t i = 1; i < values.size(); ++i)
        for (std::size_t k = i; k > 0 && values[k].element < values[k - 1].element; --k) {
            std::swap(values[k], values[k - 1]);
            std::swap(from.values[k], from.values[k - 1]);
        }
    m_sources.push_back(std::move(from));
    m_values.push_back(std::move(values));
    m_placed.segments.push_back(segment);
}

std::string XmlWire::path(std::uint32_t segment, std::uint16_t element) {
    const Source& source = m_sources[segment];
    std::uint32_t at = source.segment;
    for (std::size_t i = 0; i < source.values.size(); ++i)
        if (m_values[segment][i].element == element) at = source.values[i];
    return m_places.xpath(at);
}

namespace {

void fill(const BuildNode& node, const XmlSet& set, edi::DraftElement& out) {
    const edi::Node& schema = set.set().nodes[node.node];
    out.tag = std::string(schema.tag);
    for (const Cell& cell : node.cells) {
        if (cell.at.element == 1)
            out.text = cell.text;
        else
            out.attributes.emplace_back(
                std::string(schema.segment->elements[cell.at.element - 1U].element->id.substr(1)),
                std::string(cell.text));
    }
    std::vector<const BuildNode*> children;
    for (const BuildNode* child : node.children)
        if (child->kept) children.push_back(child);
    std::stable_sort(children.begin(), children.end(), [](const BuildNode* a, const BuildNode* b) {
        return a->node < b->node;
    });
    out.children.resize(children.size());
    for (std::size_t i = 0; i < children.size(); ++i)
        fill(*children[i], set, out.children[i]);
}

}  // namespace

bool draft_of(const BuildTree& tree, const XmlSet& set, edi::DraftElement& out) {
    if (tree.emitted().empty()) return false;
    fill(*tree.emitted().front(), set, out);
    return true;
}

std::string path_of(const BuildNode& node, const XmlSet& set, std::uint16_t element) {
    std::string out = element > 1 ? xml_part(set.set().nodes[node.node], element)
                                        .substr(set.set().nodes[node.node].tag.size())
                                  : std::string();
    for (const BuildNode* at = &node; at != nullptr && at->node != 0; at = at->parent) {
        unsigned before = 0, all = 0;
        for (const BuildNode* other : at->parent->children) {
            if (!other->kept || other->node != at->node) continue;
            ++all;
            if (other == at) before = all;
        }
        out = "/" + std::string(set.set().nodes[at->node].tag) +
              (all > 1 ? "[" + std::to_string(before) + "]" : "") + out;
    }
    return out;
}

}  // namespace sallyport::mapping
