// SPDX-License-Identifier: Apache-2.0
// Paths of a map to places in the schemas of both sides, with every MAP2xx message. Private to mappings/.
#pragma once

#include "mappings/plan.h"

#include <optional>
#include <string>
#include <vector>

namespace sallyport::mapping {

// Where a rule stands: the loop, segment, pair and record its block opened.
struct Scope {
    std::uint32_t loop = 0;     // SetSchema::nodes; 0: the message
    std::uint32_t segment = 0;  // node of the block's segment; 0: none
    const edi::PairGroup* pair = nullptr;
    const RecordType* record = nullptr;
    bool at_root_record = true;
};

struct ResolveOptions {
    bool several = false;  // all places of the reference belong to the value (wrap)
    bool block = false;    // a block opens it: an XML element itself, not its text
};

class Resolver {
public:
    // `xml`: of a map of an XML document, else null; it may grow.
    Resolver(const edi::SetSchema& set,
             const DocumentSchema& document,
             std::vector<Diagnostic>& diagnostics,
             XmlSet* xml = nullptr)
        : m_set(set), m_document(document), m_diagnostics(diagnostics), m_xml(xml) {}

    std::optional<WirePlace> wire(const Path& path,
                                  const Scope& scope,
                                  ResolveOptions options = {});
    // A field, record or list. `brackets_filter`: a bracket without a further name means the whole entry (each, count).
    std::optional<DocPlace> document(const Path& path,
                                     const Scope& scope,
                                     bool brackets_filter = false);
    void report(const char* code, Span at, std::string message, std::string help = {}) {
        m_diagnostics.push_back({code, Severity::Error, at, std::move(message), std::move(help)});
    }

private:
    struct Walk {
        std::uint32_t loop = 0;
        std::optional<edi::Area> area;
        bool at_start = true;
    };
    bool step(const Path& path, std::size_t index, const Scope& scope, Walk& walk, WirePlace& out);
    bool tests(const Step& step, const edi::SegmentSchema& segment, std::vector<Selector>& out);
    bool tail(const Path& path, const Scope& scope, ResolveOptions options, WirePlace& out);
    bool pair_tail(const Path& path, const edi::PairGroup& pair, WirePlace& out);
    bool pair_part(const Path& path, const Scope& scope, WirePlace& out);
    bool element_tail(const Path& path, ResolveOptions options, WirePlace& out);
    std::optional<std::uint32_t> child_of(const Step& step, const Walk& walk);
    bool group_tail(const Path& path,
                    const std::string& reference,
                    const edi::SegmentSchema& segment,
                    std::vector<edi::Locator>& places);
    // XML (resolve_xml.cpp)
    std::optional<WirePlace> xml_place(const Path& path,
                                       const Scope& scope,
                                       ResolveOptions options);
    std::optional<std::string> xml_tag(std::string_view name, Span at);
    bool xml_child(std::string_view name, Span at, std::uint32_t& here);
    bool xml_tests(const Step& step, std::uint32_t node, std::vector<Selector>& out);
    bool xml_test(const Test& test, std::uint32_t node, Selector& out);
    bool xml_attribute(const std::string& name, Span at, std::uint32_t node, edi::Locator& out);
    bool xml_tail(const Path& path, std::uint32_t node, ResolveOptions options, WirePlace& out);
    std::string xml_where(std::uint32_t node) const;

    bool has_kinds(const Step& step, const Field& field);
    void no_field(const Step& step, const RecordType& record);
    void not_here(const Step& step, std::uint32_t loop);
    void no_element(const edi::SegmentSchema& segment, const std::string& reference, Span at);
    std::string place_name(std::uint32_t loop) const;

    const edi::SetSchema& m_set;
    const DocumentSchema& m_document;
    std::vector<Diagnostic>& m_diagnostics;
    XmlSet* m_xml;
};

// What an element's text becomes without a lens.
FieldType natural_type(const edi::Element* element);

}  // namespace sallyport::mapping
