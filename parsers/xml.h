// SPDX-License-Identifier: Apache-2.0
// XML documents (UBL 2.1, UN/CEFACT CII D16B, cXML 1.2): octets to the same tree as X12 and EDIFACT, judged, written.
// XML 1.0 5th edition, Namespaces in XML 1.0. Pure functions, nothing thrown, thread-safe.
//
// How an element stands in the tree. A document is one Interchange with one Group and one Transaction.
// - Every element is a Segment that opens a Loop (loops[0] is the transaction, loops[1] the root element); Segment::loop
//   is that instance, Loop::parent the enclosing element's. Segments and loops stand in document order.
// - Segment::tag is the name with the prefix its standard prints ("cbc:ID", "ram:Name"), whatever prefix the document
//   uses; "OrderRequest" without namespace; the root without prefix where its namespace is the default by convention;
//   "{uri}Name" for a namespace this program does not know.
// - Text is Value 1 of the element's segment. Every attribute is a Segment of its own behind its element, tag "@name",
//   with the same Segment::loop; namespace declarations are not attributes. Text behind a child element (mixed content)
//   is a Segment "#text". Blanks between elements, comments and processing instructions are not in the tree.
// - Segment::place: byte of the element's "<" in the stream (of an attribute: its element's), line, and the ordinal of
//   the segment in the document, the root is 1.
// Interchange: standard Xml, syntax the root's namespace, version the family ("ubl-2.1", "cii-D16B", "cxml-1.2"; empty:
// not known), sender and receiver as the document states them (endpoint, cXML credential). Transaction: set "Invoice",
// "CrossIndustryInvoice", cXML the request ("OrderRequest"); control the document's number (cXML payloadID);
// association the CustomizationID, guideline or cXML version.
#pragma once

#include "gateway/base/error.h"
#include "parsers/document.h"
#include "parsers/fault.h"
#include "parsers/x12.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::edi {

class XmlSchemas;

struct XmlLimits {
    std::uint32_t depth = 64;        // elements inside each other
    std::uint32_t attributes = 128;  // of one element, namespace declarations included
    std::uint32_t namespaces = 128;  // declarations in force at one place
    std::size_t name_bytes = 512;    // one name
    std::size_t tag_bytes = std::size_t{64} << 10;   // between "<" and ">"
    std::size_t text_bytes = std::size_t{48} << 20;  // one element's text (embedded files)
};

// Does it look like XML in any encoding? Looks at the first octets only.
bool looks_like_xml(std::string_view octets);

// UTF-8, UTF-16 (byte order mark or declaration), US-ASCII, ISO 8859-1 to -16 and Windows-125x by declaration. A DOCTYPE
// without internal subset is skipped, never fetched. Errors, Blame::Partner with line and byte: edi.empty,
// edi.limit.bytes, xml.encoding, xml.syntax (not well-formed), xml.doctype (a DOCTYPE that declares something),
// xml.entity (a reference to an entity other than the five of XML), xml.limit.depth, .elements (Limits::segments),
// .attributes, .namespaces, .name, .tag, .text.
Result<Document> read_xml(std::string octets,
                          const Limits& limits = {},
                          const XmlLimits& xml_limits = {});

// "/Invoice/cac:InvoiceLine[2]/cbc:ID", "…/cbc:Amount/@currencyID": counted only where the parent has several of a name.
std::string xpath(const Transaction& transaction, std::uint32_t segment);

// --- writing ---------------------------------------------------------------------------------------------------------

// An element to be written; names as Segment::tag has them. Mixed content: a child with tag "#text".
struct DraftElement {
    std::string tag;
    std::string text;
    std::vector<std::pair<std::string, std::string>> attributes;  // name without "@"
    std::vector<DraftElement> children;
};

struct XmlStyle {
    bool indent = true;   // two blanks a level; elements with text of their own stay on one line
    bool doctype = true;  // cXML: the DOCTYPE its receivers expect
    bool sort = true;     // children into the schema's order where the schema is known
};

// The element tree of a document that was read, in its order.
DraftElement draft_of(const Transaction& transaction);

// UTF-8 with declaration; prefixes as each standard prints them. `root_namespace` is what Interchange::syntax says.
// read_xml(write_xml(draft_of(t))) is t again. Errors: xml.write.name, xml.write.character (a character XML cannot
// carry), xml.write.depth; Blame::Operator.
Result<std::string> write_xml(const DraftElement& root,
                              std::string_view root_namespace,
                              const XmlSchemas* schemas = nullptr,
                              const XmlStyle& style = {});

// As above, and judged before it leaves: error xml.write.faulty (Blame::Operator) with the first fault when the result
// would not be accepted by validate().
Result<std::string> write_valid_xml(const DraftElement& root,
                                    std::string_view root_namespace,
                                    const SchemaSet& schemas,
                                    const XmlStyle& style = {});

}  // namespace sallyport::edi
