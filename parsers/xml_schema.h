// SPDX-License-Identifier: Apache-2.0
// What an XML standard allows, as data: types with their attributes, content and values, and the documents made of them.
// Loaded from parsers/schemas/xml (format: FORMAT.md there); immutable and thread-safe afterwards. What is returned by
// pointer or string_view is owned by the XmlSchemas.
#pragma once

#include "gateway/base/error.h"
#include "parsers/schema.h"

#include <cstdint>
#include <deque>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sallyport::edi {

// Moment: a date, or date and time with optional seconds (cXML).
enum class XmlValue : std::uint8_t {
    Text,
    Decimal,
    Integer,
    Boolean,
    Date,
    Time,
    DateTime,
    Moment,
    Base64
};
std::string_view to_string(XmlValue value);  // "decimal": as schema files write it

struct XmlAttribute {
    std::string_view name;  // "currencyID", "xml:lang"
    bool required = false;
    XmlValue value = XmlValue::Text;
    std::vector<std::string_view> codes;  // empty: any
};

// A place of a content model, in the order of the schema (preorder: a group's members follow it).
struct XmlParticle {
    enum class Kind : std::uint8_t { Element, Choice, Sequence };
    Kind kind = Kind::Element;
    bool mandatory = false;
    std::uint32_t max = 1;   // Unlimited
    std::uint32_t end = 0;   // one past the last particle inside
    std::uint32_t type = 0;  // Element: XmlFamily::types
    std::string_view tag;    // Element
};

struct XmlType {
    enum class Content : std::uint8_t {
        Elements,  // elements only
        Value,     // text of `value` only
        Mixed,     // text and elements
        Any        // whatever stands there is not judged
    };
    std::string_view name;
    Content content = Content::Elements;
    XmlValue value = XmlValue::Text;
    bool flat = true;  // a sequence of elements with different names, without groups
    std::vector<XmlAttribute> attributes;
    std::vector<XmlParticle> particles;
    std::unordered_map<std::string_view, std::uint32_t> by_tag;  // particles; of several: the first
};

struct XmlFamily {
    std::string_view name;  // "ubl-2.1", "cii-D16B", "cxml-1.2"
    std::vector<XmlType> types;
};

struct XmlDocumentType {
    std::string_view set;             // "Invoice", "OrderRequest"
    std::string_view root;            // tag of the root element: "Invoice", "cXML"
    std::string_view root_namespace;  // empty: none
    std::uint32_t type = 0;
    const XmlFamily* family = nullptr;
};

class XmlSchemas {
public:
    // Every *.txt below `directory`. A directory that is not there holds nothing. Errors: schema.syntax and
    // schema.reference with file and line, Blame::Operator.
    Status load(const std::filesystem::path& directory);

    // Null: unknown. `family` as Transaction::version says it.
    const XmlDocumentType* find(std::string_view family, std::string_view set) const;
    // By the root alone: where several documents share it (cXML), any of them. Null: unknown.
    const XmlDocumentType* find_root(std::string_view root_namespace, std::string_view root) const;
    std::vector<const XmlDocumentType*> documents() const;  // sorted by family and set
    // "currency", "vat-category" …: sorted by octets. Null: no such list.
    const std::vector<std::string_view>* codes(std::string_view list) const;

private:
    friend class XmlSchemaReader;
    std::deque<std::string> m_texts;  // every string_view points into one of these
    std::deque<XmlFamily> m_families;
    std::map<std::pair<std::string_view, std::string_view>, XmlDocumentType> m_documents;
    std::map<std::string_view, std::vector<std::string_view>> m_codes;
};

}  // namespace sallyport::edi
