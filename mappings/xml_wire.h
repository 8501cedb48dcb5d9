// SPDX-License-Identifier: Apache-2.0
// An XML document as the placed transaction a plan works on, and what a plan has built as an XML document. Private to
// mappings/.
#pragma once

#include "mappings/build_tree.h"
#include "mappings/xml_set.h"
#include "parsers/document.h"
#include "parsers/xml.h"
#include "parsers/xml_tree.h"

#include <cstdint>
#include <string>
#include <vector>

namespace sallyport::mapping {

// Elements the map knows are placed; of the others there is a segment each, placed nowhere, so that nothing is lost
// unseen. Blanks around texts are cut. Views into `document`, which must outlive it.
class XmlWire {
public:
    XmlWire(const edi::Transaction& document, const XmlSet& set);
    const edi::Transaction& placed() const { return m_placed; }
    // XPath of a value: "/Order/cac:OrderLine[2]/cac:LineItem/cbc:Quantity/@unitCode".
    std::string path(std::uint32_t segment, std::uint16_t element);

private:
    void element(std::uint32_t loop, const XmlSet& set);

    struct Source {
        std::uint32_t segment = 0;          // of the document: the element
        std::vector<std::uint32_t> values;  // one for each value
    };
    const edi::Transaction& m_document;
    edi::XmlPlaces m_places;
    edi::Transaction m_placed;
    std::vector<std::vector<edi::Value>> m_values;
    std::vector<Source> m_sources;
    std::vector<std::uint32_t> m_loop_of;  // by loop of the document: ours; None
};

// The elements of a finished tree. False: nothing was written.
bool draft_of(const BuildTree& tree, const XmlSet& set, edi::DraftElement& out);

// XPath of a node of a finished tree, in the words XmlWire::path has for it when it is read.
std::string path_of(const BuildNode& node, const XmlSet& set, std::uint16_t element);

}  // namespace sallyport::mapping
