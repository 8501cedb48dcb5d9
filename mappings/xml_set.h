// SPDX-License-Identifier: Apache-2.0
// One XML document type as the set a plan is compiled against. XML types may contain themselves, so a whole set has no end:
// it holds the elements the map names, and what must stand beside them. Private to mappings/.
//
// An element is a node; one that may hold elements is a loop. Its segment has the text as element 1 and the attributes
// behind it. Node 1 is the root element.
#pragma once

#include "mappings/ast.h"
#include "parsers/document.h"
#include "parsers/schema.h"
#include "parsers/xml_schema.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

// Every Element of an XmlSet is one: what conversions need to know beyond an element of X12.
struct XmlElement : edi::Element {
    static constexpr std::uint8_t Mark =
        0xFF;  // in `decimals`, where no other element has that many
    edi::XmlValue value = edi::XmlValue::Text;
    const std::vector<std::string_view>* values = nullptr;  // null: any
};
// Null: an element of X12 or EDIFACT, or none.
const XmlElement* as_xml(const edi::Element* element);

// Grows while a map is compiled for the first time, then settle() puts the nodes in the order of the schema. Immutable and
// thread-safe from then on. `type` must outlive it.
class XmlSet {
public:
    static constexpr std::uint32_t Root = 1;
    XmlSet(const edi::XmlDocumentType& type, const std::vector<Namespace>& namespaces);

    const edi::SetSchema& set() const { return m_set; }
    const edi::XmlDocumentType& type() const { return m_type; }

    // "c:ID" with the map's prefixes as the parsers name it ("cbc:ID"). Empty: the prefix is not declared.
    std::string tag_of(std::string_view name) const;
    // What to write for a prefix everybody knows: `namespace cbc = "urn:…"`; empty: not known.
    static std::string declaration_of(std::string_view prefix);

    // None: the schema has no such child. Grows the set until it is settled.
    std::optional<std::uint32_t> child(std::uint32_t node, std::string_view tag);
    // The same without growing: for reading.
    std::uint32_t find(std::uint32_t node, std::string_view tag) const;  // edi::None
    std::optional<edi::Locator> attribute(std::uint32_t node, std::string_view name) const;
    // Tags the schema allows there; "" when anything may stand.
    std::vector<std::string> tags(std::uint32_t node) const;
    bool has_text(std::uint32_t node) const;
    bool may_be_empty(std::uint32_t node) const;  // it needs neither text, attribute nor element

    void settle();

private:
    struct Part {
        std::uint32_t type = 0;      // XmlFamily::types
        std::uint32_t particle = 0;  // in the parent's type: the order
        std::uint32_t node = 0;
        std::uint32_t parent = 0;  // index of a Part
        const edi::XmlParticle* place = nullptr;
        bool mandatory = false, repeats = false;
        edi::SegmentSchema segment;
        std::map<std::string_view, std::uint32_t> children;  // by tag: Parts
    };
    const edi::XmlType& type_of(const Part& part) const { return m_type.family->types[part.type]; }
    std::uint32_t make(std::uint32_t parent, std::uint32_t particle);
    void describe(Part& part, std::string_view tag);
    edi::Node node_of(const Part& part, std::uint32_t parent) const;
    void lay_out(std::uint32_t part, std::uint32_t parent);
    void add_mandatory();

    const edi::XmlDocumentType& m_type;
    std::map<std::string, std::string, std::less<>> m_prefixes;
    edi::SetSchema m_set;
    std::deque<Part> m_parts;         // [0] is the root element
    std::vector<std::uint32_t> m_of;  // by node: its Part
    std::deque<XmlElement> m_elements;
    std::deque<std::string> m_names;
    bool m_settled = false;
};

// "cbc:Amount", "cbc:Amount/@currencyID": how messages name a place of an XML set.
std::string xml_part(const edi::Node& node, std::uint16_t element);

}  // namespace sallyport::mapping
