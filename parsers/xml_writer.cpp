// SPDX-License-Identifier: Apache-2.0
// Trees to XML. UBL prints the document's namespace as the default one and the components with prefixes, CII prefixes
// everything, cXML has no namespaces and a DOCTYPE that names its version.
#include "parsers/xml.h"
#include "parsers/xml_names.h"
#include "parsers/xml_schema.h"
#include "parsers/xml_tree.h"

#include <algorithm>
#include <map>

namespace sallyport::edi {
namespace {

constexpr std::size_t MostDepth = 200;

Error refused(std::string_view code, std::string what, std::string remedy) {
    return Error(code, Blame::Operator, std::move(what)).remedy(std::move(remedy));
}

bool is_name(std::string_view name) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
               static_cast<unsigned char>(c) >= 0x80;
    };
    return !name.empty() && letter(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) {
               return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
           });
}

// Length of the well-formed UTF-8 character at `at` that XML may carry; 0: there is none.
std::size_t character(std::string_view text, std::size_t at) {
    const auto octet = [&](std::size_t i) {
        return at + i < text.size() ? static_cast<unsigned char>(text[at + i])
                                    : static_cast<unsigned char>(0);
    };
    const unsigned first = octet(0);
    if (first < 0x80)
        return first >= 0x20 || first == '\t' || first == '\n' || first == '\r' ? 1 : 0;
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    unsigned value = length == 4 ? first & 0x07u : length == 3 ? first & 0x0Fu : first & 0x1Fu;
    if (first < 0xC2 || first > 0xF4) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((octet(i) & 0xC0) != 0x80) return 0;
        value = value << 6 | (octet(i) & 0x3Fu);
    }
    const bool shortest =
        length == 2 || (length == 3 ? value >= 0x800 : value >= 0x10000 && value <= 0x10FFFF);
    const bool carried = (value < 0xD800 || value > 0xDFFF) && value != 0xFFFE && value != 0xFFFF;
    return shortest && carried ? length : 0;
}

class Writer {
public:
    Writer(std::string_view root_namespace, const XmlSchemas* schemas, const XmlStyle& style)
        : m_root_namespace(root_namespace), m_schemas(schemas), m_style(style) {}

    Result<std::string> document(const DraftElement& root) {
        if (Status known = names(root, 0); !known) return std::move(known).error();
        m_out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        if (m_style.doctype && root.tag == "cXML" && m_root_namespace.empty()) doctype(root);
        const XmlName name = take_apart(root.tag, m_root_namespace);
        const XmlDocumentType* type = m_schemas ? document_type(root, name.local) : nullptr;
        if (Status written =
                element(root, 0, type ? type->family : nullptr, type ? type->type : 0, true);
            !written)
            return std::move(written).error();
        if (m_style.indent) m_out += "\n";
        return std::move(m_out);
    }

private:
    const XmlDocumentType* document_type(const DraftElement& root, std::string_view local) const {
        if (root.tag != "cXML")
            return m_schemas->find_root(m_root_namespace, root.tag == local ? local : root.tag);
        for (const DraftElement& around : root.children) {
            if (around.tag != "Request" && around.tag != "Message" && around.tag != "Response")
                continue;
            for (const DraftElement& kind : around.children) {
                if (const auto* type = m_schemas->find("cxml-1.2", kind.tag)) return type;
            }
            return m_schemas->find("cxml-1.2",
                                   around.tag);  // a Response that is a Status and no more
        }
        return nullptr;
    }
    void doctype(const DraftElement& root) {
        std::string version = "1.2.063";
        for (const auto& [name, value] : root.attributes) {
            const bool plain = std::all_of(value.begin(), value.end(), [](char c) {
                return (c >= '0' && c <= '9') || c == '.';
            });
            if (name == "version" && plain && !value.empty()) version = value;
        }
        std::string_view file = "cXML.dtd";
        for (const DraftElement& around : root.children) {
            for (const DraftElement& kind : around.children) {
                if (kind.tag == "ConfirmationRequest" || kind.tag == "ShipNoticeRequest")
                    file = "Fulfill.dtd";
                if (kind.tag == "InvoiceDetailRequest") file = "InvoiceDetail.dtd";
            }
        }
        m_out += "<!DOCTYPE cXML SYSTEM \"http://xml.cxml.org/schemas/cXML/" + version + "/" +
                 std::string(file) + "\">\n";
    }

    Status names(const DraftElement& element, std::size_t depth);
    Status name(std::string_view tag, bool attribute);
    std::string printed(std::string_view tag, bool attribute) const;
    Status element(const DraftElement& one,
                   std::size_t depth,
                   const XmlFamily* family,
                   std::uint32_t type,
                   bool indent);
    Status escaped(std::string_view text, bool attribute);
    std::vector<const DraftElement*> ordered(const DraftElement& one,
                                             const XmlFamily* family,
                                             std::uint32_t type) const;
    void declarations();

    std::string m_root_namespace;
    const XmlSchemas* m_schemas;
    const XmlStyle& m_style;
    std::string m_out;
    std::map<std::string, std::string, std::less<>>
        m_prefixes;                    // namespace to prefix, of those used
    bool m_without_namespace = false;  // an element stands in none: no default can be declared
    bool m_root_used = false;
};

Status Writer::name(std::string_view tag, bool attribute) {
    const XmlName parts =
        take_apart(tag, attribute ? std::string_view() : std::string_view(m_root_namespace));
    const bool clark = !tag.empty() && tag.front() == '{';
    const bool unknown = !parts.prefix.empty() && parts.uri.empty();
    if (!is_name(parts.local) || unknown) {
        return refused(
            "xml.write.name",
            "\"" + std::string(tag.substr(0, 80)) + "\" is no name of an XML element or attribute",
            "use a prefix of the document's standard, {namespace}name, or a plain name");
    }
    if (clark && parts.uri.empty()) {
        m_without_namespace = true;
    } else if (!parts.prefix.empty()) {
        if (parts.prefix != "xml") m_prefixes.emplace(parts.uri, parts.prefix);
    } else if (clark) {
        const std::string_view usual = conventional_prefix(parts.uri);
        const std::string prefix =
            usual.empty() ? "n" + std::to_string(m_prefixes.size() + 1) : std::string(usual);
        if (attribute || parts.uri != m_root_namespace) m_prefixes.emplace(parts.uri, prefix);
        if (!attribute && parts.uri == m_root_namespace) m_root_used = true;
    } else if (!attribute) {
        m_root_used = true;
    }
    return {};
}

Status Writer::names(const DraftElement& element, std::size_t depth) {
    if (depth > MostDepth)
        return refused("xml.write.depth",
                       "elements stand more than 200 deep",
                       "no document of these standards needs that");
    if (element.tag == "#text") return {};
    if (Status known = name(element.tag, false); !known) return known;
    for (const auto& [attribute, value] : element.attributes) {
        if (Status known = name(attribute, true); !known) return known;
    }
    for (const DraftElement& child : element.children) {
        if (Status known = names(child, depth + 1); !known) return known;
    }
    return {};
}

std::string Writer::printed(std::string_view tag, bool attribute) const {
    const XmlName parts =
        take_apart(tag, attribute ? std::string_view() : std::string_view(m_root_namespace));
    if (!parts.prefix.empty()) return std::string(tag);
    const bool clark = tag.front() == '{';
    if (parts.uri.empty() || (attribute && !clark)) return std::string(parts.local);
    const auto found = m_prefixes.find(parts.uri);
    if (found != m_prefixes.end()) return found->second + ":" + std::string(parts.local);
    return (m_without_namespace ? "doc:" : "") + std::string(parts.local);
}

void Writer::declarations() {
    const auto declare = [&](const std::string& name, const std::string& uri) {
        m_out += " " + name + "=\"";
        (void)escaped(uri, true);
        m_out += "\"";
    };
    if (m_root_used && !m_root_namespace.empty() &&
        m_prefixes.find(m_root_namespace) == m_prefixes.end())
        declare(m_without_namespace ? "xmlns:doc" : "xmlns", m_root_namespace);
    for (const auto& [uri, prefix] : m_prefixes)
        declare("xmlns:" + prefix, uri);
}

Status Writer::escaped(std::string_view text, bool attribute) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = character(text, at);
        if (length == 0) {
            return refused("xml.write.character",
                           "the octet at place " + std::to_string(at) + " of \"" +
                               std::string(text.substr(0, 40)) + "\" is no character XML can carry",
                           "leave control characters out, and give text as UTF-8");
        }
        const char c = text[at];
        if (c == '&') {
            m_out += "&amp;";
        } else if (c == '<') {
            m_out += "&lt;";
        } else if (c == '>') {
            m_out += "&gt;";
        } else if (c == '"' && attribute) {
            m_out += "&quot;";
        } else if (c == '\r' || ((c == '\n' || c == '\t') && attribute)) {
            m_out += "&#" + std::to_string(static_cast<int>(c)) + ";";
        } else {
            m_out += text.substr(at, length);
        }
        at += length;
    }
    return {};
}

std::vector<const DraftElement*> Writer::ordered(const DraftElement& one,
                                                 const XmlFamily* family,
                                                 std::uint32_t type) const {
    std::vector<const DraftElement*> children;
    for (const DraftElement& child : one.children)
        children.push_back(&child);
    if (!m_style.sort || !family || !family->types[type].flat) return children;
    const auto& places = family->types[type].by_tag;
    const auto place = [&](const DraftElement* child) {
        const auto found = places.find(child->tag);
        return found == places.end() ? Unlimited : found->second;
    };
    const bool mixed = std::any_of(children.begin(), children.end(), [](const DraftElement* child) {
        return child->tag == "#text";
    });
    if (!mixed) {
        std::stable_sort(
            children.begin(), children.end(), [&](const DraftElement* a, const DraftElement* b) {
                return place(a) < place(b);
            });
    }
    return children;
}

Status Writer::element(const DraftElement& one,
                       std::size_t depth,
                       const XmlFamily* family,
                       std::uint32_t type,
                       bool indent) {
    if (one.tag == "#text") return escaped(one.text, false);
    const std::string tag = printed(one.tag, false);
    m_out += "<" + tag;
    if (depth == 0) declarations();
    for (const auto& [attribute, value] : one.attributes) {
        m_out += " " + printed(attribute, true) + "=\"";
        if (Status written = escaped(value, true); !written) return written;
        m_out += "\"";
    }
    if (one.text.empty() && one.children.empty()) {
        m_out += "/>";
        return {};
    }
    m_out += ">";
    if (Status written = escaped(one.text, false); !written) return written;
    const bool mixed = !one.text.empty() ||
                       std::any_of(one.children.begin(),
                                   one.children.end(),
                                   [](const DraftElement& child) { return child.tag == "#text"; });
    const bool lines = indent && !mixed && m_style.indent;
    for (const DraftElement* child : ordered(one, family, type)) {
        if (lines) m_out += "\n" + std::string(2 * (depth + 1), ' ');
        const XmlFamily* known = family;
        std::uint32_t child_type = 0;
        if (family) {
            const XmlType& parent = family->types[type];
            const auto found = parent.by_tag.find(child->tag);
            if (found == parent.by_tag.end()) {
                known = nullptr;
            } else {
                child_type = parent.particles[found->second].type;
            }
        }
        if (Status written = element(*child, depth + 1, known, child_type, lines); !written)
            return written;
    }
    if (lines) m_out += "\n" + std::string(2 * depth, ' ');
    m_out += "</" + tag + ">";
    return {};
}

DraftElement draft_element(const Transaction& transaction, std::uint32_t loop) {
    const Loop& here = transaction.loops[loop];
    DraftElement one;
    one.tag = transaction.segments[here.begin].tag;
    one.text = transaction.segments[here.begin].text(1);
    for (std::uint32_t at = here.begin + 1; at < here.end;) {
        const Segment& segment = transaction.segments[at];
        if (segment.loop != loop) {
            one.children.push_back(draft_element(transaction, segment.loop));
            at = transaction.loops[segment.loop].end;
            continue;
        }
        if (segment.tag == "#text") {
            DraftElement text;
            text.tag = "#text";
            text.text = segment.text(1);
            one.children.push_back(std::move(text));
        } else {
            one.attributes.emplace_back(std::string(segment.tag.substr(1)),
                                        std::string(segment.text(1)));
        }
        ++at;
    }
    return one;
}

}  // namespace

DraftElement draft_of(const Transaction& transaction) {
    return transaction.loops.size() > XmlTree::Root ? draft_element(transaction, XmlTree::Root)
                                                    : DraftElement{};
}

Result<std::string> write_xml(const DraftElement& root,
                              std::string_view root_namespace,
                              const XmlSchemas* schemas,
                              const XmlStyle& style) {
    return Writer(root_namespace, schemas, style).document(root);
}

Result<std::string> write_valid_xml(const DraftElement& root,
                                    std::string_view root_namespace,
                                    const SchemaSet& schemas,
                                    const XmlStyle& style) {
    auto written = write_xml(root, root_namespace, &schemas.xml(), style);
    if (!written) return written;
    auto document = read_xml(*written);
    if (!document) return std::move(document).error().during("reading back what was written");
    const Report report = validate(*document, schemas);
    if (report.accepted()) return written;
    for (const Fault& fault :
         report.interchanges.front().groups.front().transactions.front().faults) {
        if (fault.severity != Severity::Error) continue;
        return Error("xml.write.faulty",
                     Blame::Operator,
                     "the document would be refused: " + fault.message + " at " + fault.xpath +
                         " [" + std::string(fault.code) + "]")
            .remedy("correct the mapping or the data it is made from");
    }
    return Error("xml.write.faulty", Blame::Operator, "the document would be refused")
        .remedy("correct the mapping or the data it is made from");
}

}  // namespace sallyport::edi
