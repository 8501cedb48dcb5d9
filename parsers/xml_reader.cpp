// SPDX-License-Identifier: Apache-2.0
// XML octets to the tree, through libxml2's SAX2 interface: it streams, gives the place of every start tag, and lets
// us stop at a DOCTYPE before anything in it is declared (xmlTextReader would have taken the entities in by then). No
// DTD, entity, network or XInclude: none of the callbacks that would load them exists here.
#include "parsers/faults.h"
#include "parsers/xml.h"
#include "parsers/xml_names.h"
#include "parsers/xml_origin.h"
#include "parsers/xml_scan.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>

#include <algorithm>
#include <climits>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

namespace sallyport::edi {
namespace {

void free_context(xmlParserCtxtPtr context) {
    if (context && context->myDoc) xmlFreeDoc(context->myDoc);
    xmlFreeParserCtxt(context);
}
using ContextPtr = std::unique_ptr<xmlParserCtxt, decltype(&free_context)>;

std::string_view view(const xmlChar* text) {
    return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view();
}

// Without replacing entities, libxml2 hands "&" of attributes and namespaces on as "&#38;"; nothing else looks like that.
constexpr std::string_view Ampersand = "&#38;";

std::string plain(std::string_view text) {
    std::string result;
    for (std::size_t at = text.find(Ampersand); at != std::string_view::npos;
         at = text.find(Ampersand)) {
        result += text.substr(0, at);
        result += '&';
        text.remove_prefix(at + Ampersand.size());
    }
    result += text;
    return result;
}

bool blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

struct Frame {
    std::uint32_t loop = 0;
    std::uint32_t last_child = None;
    std::uint32_t namespaces = 0;  // declared by this element
};

struct NameKey {
    const xmlChar* local;
    const xmlChar* uri;
    bool attribute;
    bool operator==(const NameKey&) const = default;
};
struct NameHash {
    std::size_t operator()(const NameKey& key) const {
        const std::hash<const void*> hash;
        return hash(key.local) * 31 + hash(key.uri) * 2 + (key.attribute ? 1 : 0);
    }
};

class Builder {
public:
    Builder(Document& document, const XmlText& text, const Limits& limits, const XmlLimits& xml)
        : m_document(document), m_text(text), m_limits(limits), m_xml(xml) {
        // Decoded text is never longer than its source, so this never grows and views into it stay good.
        m_arena.reserve(text.utf8.size() + 64);
        m_first_line = static_cast<std::uint32_t>(
            std::count(document.octets().begin(),
                       document.octets().begin() + static_cast<std::ptrdiff_t>(text.skipped),
                       '\n'));
    }

    Result<Transaction> run();

    // Room for what was counted; what limits forbid or no text of that length can hold was counted in vain.
    void make_room(const XmlTags& tags) {
        const std::size_t most = std::min(m_limits.segments, m_text.utf8.size() / 8) + 2;
        m_transaction.loops.reserve(std::min(tags.elements + 2, most));
        m_transaction.segments.reserve(std::min(tags.elements + tags.attributes, most));
    }

    void start(const xmlChar* local,
               const xmlChar* uri,
               int namespaces,
               int attributes,
               const xmlChar** values);
    void end();
    void characters(const xmlChar* text, int size);
    void doctype(const xmlChar* name);
    void reference(const xmlChar* name);
    void failed(const xmlError& error);

    std::string root_namespace;
    bool saw_doctype = false;

private:
    void stop(std::string_view code, std::string what, std::string remedy);
    Place here() const;
    std::size_t tag_start() const;
    Position place();
    std::string_view name(const xmlChar* local, const xmlChar* uri, bool attribute);
    std::span<const Value> value(std::string_view text);
    std::uint32_t push_segment(std::string_view tag, std::uint32_t loop, const Position& at);
    void open_loop(const Position& at, std::string_view tag);
    void flush(bool opening);

    Document& m_document;
    const XmlText& m_text;
    const Limits& m_limits;
    const XmlLimits& m_xml;
    xmlParserCtxtPtr m_context = nullptr;
    std::optional<Error> m_error;
    Transaction m_transaction;
    std::vector<Frame> m_open;
    std::uint32_t m_namespaces = 0;
    std::uint32_t m_first_line = 0;
    std::string m_arena;
    std::size_t m_run = 0;  // where the text being collected starts in the arena
    std::unordered_map<NameKey, std::string_view, NameHash> m_names;
};

Place Builder::here() const {
    Place place;
    if (!m_context || !m_context->input) return place;
    place.line = m_first_line + static_cast<std::uint32_t>(std::max(1, m_context->input->line));
    place.column = static_cast<std::uint32_t>(std::max(0, m_context->input->col));
    const long byte = xmlByteConsumed(m_context);
    if (byte > 0 && m_text.converted.empty())
        place.byte = m_text.skipped + static_cast<std::uint64_t>(byte);
    return place;
}

void Builder::stop(std::string_view code, std::string what, std::string remedy) {
    if (m_error) return;
    m_error = Error(code, Blame::Partner, std::move(what)).at(here()).remedy(std::move(remedy));
    xmlStopParser(m_context);
}

// Offset in m_text.utf8 of the "<" of the tag libxml2 has just read.
std::size_t Builder::tag_start() const {
    const long byte = xmlByteConsumed(m_context);
    if (byte <= 0) return 0;
    const std::size_t at = m_text.utf8.rfind('<', static_cast<std::size_t>(byte) - 1);
    return at == std::string_view::npos ? 0 : at;
}

Position Builder::place() {
    const std::size_t start = tag_start();
    const auto behind = static_cast<std::size_t>(std::max(0L, xmlByteConsumed(m_context)));
    const std::string_view tag = m_text.utf8.substr(start, behind - std::min(behind, start));
    const auto lines = static_cast<std::uint32_t>(std::count(tag.begin(), tag.end(), '\n'));
    Position at;
    const auto line = static_cast<std::uint32_t>(std::max(1, m_context->input->line));
    at.line = m_first_line + (line > lines ? line - lines : 1);
    at.byte = m_text.converted.empty() ? m_text.skipped + start : 0;
    return at;
}

std::string_view Builder::name(const xmlChar* local, const xmlChar* uri, bool attribute) {
    const auto [entry, fresh] = m_names.try_emplace(NameKey{local, uri, attribute});
    if (!fresh) return entry->second;
    std::string text = attribute ? "@" : "";
    const std::string space = plain(view(uri));
    const std::string_view prefix = conventional_prefix(space);
    if (!prefix.empty()) {
        // CII's root element is printed with a prefix, UBL's without: only document namespaces have none.
        text += std::string(prefix) + ":";
    } else if (!space.empty() && (attribute || space != root_namespace)) {
        text += "{" + space + "}";
    } else if (!attribute && space.empty() && !root_namespace.empty()) {
        text += "{}";
    }
    text += view(local);
    entry->second = m_document.keep(std::move(text));
    return entry->second;
}

std::span<const Value> Builder::value(std::string_view text) {
    if (text.empty()) return {};
    const std::span<Value> values = m_document.allocate(1);
    values[0] = Value{text, text, 1, 1, 1};
    return values;
}

std::uint32_t Builder::push_segment(std::string_view tag, std::uint32_t loop, const Position& at) {
    const auto index = static_cast<std::uint32_t>(m_transaction.segments.size());
    Segment segment;
    segment.tag = tag;
    segment.place = at;
    segment.place.segment = index + 1;
    segment.loop = loop;
    m_transaction.segments.push_back(segment);
    return index;
}

void Builder::open_loop(const Position& at, std::string_view tag) {
    const auto index = static_cast<std::uint32_t>(m_transaction.loops.size());
    Loop loop;
    loop.parent = m_open.empty() ? 0 : m_open.back().loop;
    loop.begin = push_segment(tag, index, at);
    m_transaction.loops.push_back(loop);
    if (m_open.empty()) {
        m_transaction.loops[0].first_child = index;
    } else if (m_open.back().last_child == None) {
        m_transaction.loops[loop.parent].first_child = index;
    } else {
        m_transaction.loops[m_open.back().last_child].next = index;
    }
    if (!m_open.empty()) m_open.back().last_child = index;
    Frame frame;
    frame.loop = index;
    m_open.push_back(frame);
}

void Builder::flush(bool opening) {
    const std::string_view run = std::string_view(m_arena).substr(m_run);
    m_run = m_arena.size();
    if (run.empty() || m_open.empty()) return;
    const Frame& frame = m_open.back();
    const bool leaf = frame.last_child == None && !opening;
    if (blank(run) && !leaf) return;
    const bool first = frame.last_child == None;
    if (first) {
        m_transaction.segments[m_transaction.loops[frame.loop].begin].values = value(run);
        return;
    }
    Position at;
    at.line = m_first_line + static_cast<std::uint32_t>(std::max(1, m_context->input->line));
    m_transaction.segments[push_segment("#text", frame.loop, at)].values = value(run);
}

void Builder::start(const xmlChar* local,
                    const xmlChar* uri,
                    int namespaces,
                    int attributes,
                    const xmlChar** values) {
    if (m_error) return;
    flush(true);
    if (m_open.size() >= m_xml.depth) {
        return stop("xml.limit.depth",
                    "elements stand more than " + std::to_string(m_xml.depth) + " deep",
                    "no document of these standards needs that; ask the sender what this is");
    }
    if (m_transaction.segments.size() + static_cast<std::size_t>(attributes) >= m_limits.segments) {
        return stop("xml.limit.elements",
                    "more than " + std::to_string(m_limits.segments) + " elements and attributes",
                    "ask the sender for smaller documents, or raise the limit");
    }
    m_namespaces += static_cast<std::uint32_t>(namespaces);
    if (m_namespaces > m_xml.namespaces) {
        return stop("xml.limit.namespaces",
                    "more than " + std::to_string(m_xml.namespaces) +
                        " namespaces are declared at one place",
                    "no document of these standards needs that; ask the sender what this is");
    }
    if (m_open.empty()) root_namespace = plain(view(uri));
    const Position at = place();
    open_loop(at, name(local, uri, false));
    m_open.back().namespaces = static_cast<std::uint32_t>(namespaces);
    for (int i = 0; i < attributes; ++i) {
        const xmlChar** one =
            values + static_cast<std::ptrdiff_t>(i) * 5;  // local, prefix, uri, begin, end
        const std::size_t begin = m_arena.size();
        const std::string_view text(reinterpret_cast<const char*>(one[3]),
                                    static_cast<std::size_t>(one[4] - one[3]));
        if (text.find(Ampersand) == std::string_view::npos)
            m_arena += text;
        else
            m_arena += plain(text);
        const std::uint32_t index =
            push_segment(name(one[0], one[2], true), m_open.back().loop, at);
        m_transaction.segments[index].values = value(std::string_view(m_arena).substr(begin));
    }
    m_run = m_arena.size();
}

void Builder::end() {
    if (m_error || m_open.empty()) return;
    flush(false);
    m_namespaces -= m_open.back().namespaces;
    m_transaction.loops[m_open.back().loop].end =
        static_cast<std::uint32_t>(m_transaction.segments.size());
    m_open.pop_back();
}

void Builder::characters(const xmlChar* text, int size) {
    if (m_error || m_open.empty()) return;
    const auto length = static_cast<std::size_t>(size);
    if (m_arena.size() - m_run + length > m_xml.text_bytes ||
        m_arena.size() + length > m_arena.capacity()) {
        return stop(
            "xml.limit.text",
            "the text of an element is longer than " + std::to_string(m_xml.text_bytes) + " octets",
            "send large attachments apart from the document, or raise the limit");
    }
    m_arena.append(reinterpret_cast<const char*>(text), length);
}

void Builder::doctype(const xmlChar* name) {
    saw_doctype = true;
    // libxml2 calls this with the input at "[" when declarations follow, before it has read any of them.
    if (!m_context->input || *m_context->input->cur != '[') return;
    stop("xml.doctype",
         "the DOCTYPE of " + std::string(view(name).substr(0, 60)) +
             " declares entities or elements of its own",
         "ask the sender for a document without declarations; they are never read");
}

void Builder::reference(const xmlChar* name) {
    stop("xml.entity",
         "the document refers to entity \"" + std::string(view(name).substr(0, 60)) +
             "\", which nothing here defines",
         "ask the sender to write the character itself; only lt, gt, amp, quot and apos are known");
}

void Builder::failed(const xmlError& error) {
    if (m_error) return;
    if (error.code == XML_WAR_UNDECLARED_ENTITY || error.code == XML_ERR_UNDECLARED_ENTITY)
        return reference(reinterpret_cast<const xmlChar*>(error.str1));
    if (error.level < XML_ERR_ERROR) return;
    std::string what = error.message ? error.message : "not well-formed";
    what.erase(std::find(what.begin(), what.end(), '\n'), what.end());
    std::string shown_text;
    for (const char c : what.substr(0, 200))
        shown_text += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    stop("xml.syntax",
         "this is not well-formed XML: " + shown_text,
         "ask the sender to send the whole file again");
}

Builder& self(void* context) {
    return *static_cast<Builder*>(context);
}

xmlSAXHandler callbacks() {
    xmlSAXHandler sax{};
    sax.initialized = XML_SAX2_MAGIC;
    sax.internalSubset = [](void* to, const xmlChar* name, const xmlChar*, const xmlChar*) {
        self(to).doctype(name);
    };
    sax.reference = [](void* to, const xmlChar* name) { self(to).reference(name); };
    sax.characters = [](void* to, const xmlChar* text, int size) {
        self(to).characters(text, size);
    };
    sax.ignorableWhitespace = sax.characters;
    sax.cdataBlock = sax.characters;
    sax.startElementNs = [](void* to,
                            const xmlChar* local,
                            const xmlChar*,
                            const xmlChar* uri,
                            int namespaces,
                            const xmlChar**,
                            int attributes,
                            int,
                            const xmlChar** values) {
        self(to).start(local, uri, namespaces, attributes, values);
    };
    sax.endElementNs = [](void* to, const xmlChar*, const xmlChar*, const xmlChar*) {
        self(to).end();
    };
    sax.serror = [](void* to, xmlErrorPtr error) {
        if (error) self(to).failed(*error);
    };
    return sax;
}

Result<Transaction> Builder::run() {
    const ContextPtr context(
        xmlCreateMemoryParserCtxt(m_text.utf8.data(), static_cast<int>(m_text.utf8.size())),
        &free_context);
    if (!context) return Error("xml.syntax", Blame::Partner, "there is nothing to read");
    m_context = context.get();
    *context->sax = callbacks();
    context->userData = this;
    xmlCtxtUseOptions(context.get(), XML_PARSE_NONET | XML_PARSE_IGNORE_ENC);
    context->userData = this;
    m_transaction.loops.emplace_back();
    xmlParseDocument(context.get());
    if (!m_error && (!context->wellFormed || m_transaction.loops.size() < 2 || !m_open.empty()))
        stop("xml.syntax",
             "this is not well-formed XML",
             "ask the sender to send the whole file again");
    m_context = nullptr;
    if (m_error) return *std::move(m_error);
    m_transaction.loops[0].end = static_cast<std::uint32_t>(m_transaction.segments.size());
    m_transaction.complete = true;
    m_document.keep(std::move(m_arena));
    return std::move(m_transaction);
}

void note(Interchange& interchange, std::string_view code, std::string message) {
    interchange.faults.push_back(make_fault(code, nullptr, std::move(message)));
    interchange.faults.back().line = 1;
}

}  // namespace

bool looks_like_xml(std::string_view octets) {
    const std::string_view start = octets.substr(0, 4096);
    if (start.substr(0, 2) == "\xFF\xFE" || start.substr(0, 2) == "\xFE\xFF" ||
        start.substr(0, 2) == std::string_view("<\0", 2) ||
        start.substr(0, 2) == std::string_view("\0<", 2)) {
        const std::size_t bracket = start.find('<');
        return bracket != std::string_view::npos && bracket < 8;
    }
    const std::size_t mark = start.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
    const std::size_t first = start.find_first_not_of(" \t\r\n", mark);
    return first != std::string_view::npos && start[first] == '<';
}

Result<Document> read_xml(std::string octets, const Limits& limits, const XmlLimits& xml_limits) {
    if (octets.empty()) {
        return Error("edi.empty", Blame::Partner, "the file is empty")
            .remedy("ask the sender to send the whole file again");
    }
    if (octets.size() > limits.bytes || octets.size() > INT_MAX) {
        return Error("edi.limit.bytes",
                     Blame::Partner,
                     "the file has " + std::to_string(octets.size()) + " octets, " +
                         std::to_string(limits.bytes) + " are allowed")
            .remedy("ask the sender for smaller files, or raise the limit");
    }
    Document document(std::move(octets));
    auto text = xml_text(document.octets());
    if (!text) return std::move(text).error();
    if (!text->converted.empty()) text->utf8 = text->converted;
    const auto tags = check_tags(text->utf8, xml_limits);
    if (!tags) return tags.error();
    Builder builder(document, *text, limits, xml_limits);
    builder.make_room(*tags);
    auto transaction = builder.run();
    if (!transaction) return std::move(transaction).error();

    Interchange interchange;
    interchange.standard = Standard::Xml;
    interchange.complete = true;
    interchange.preamble = document.octets();  // emit() gives back what was read
    interchange.syntax = document.keep(std::move(builder.root_namespace));
    if (text->blanks_before)
        note(
            interchange, "edi.repair.junk", "blank octets before the XML declaration were skipped");
    identify_xml(interchange, *transaction);
    if (builder.saw_doctype && interchange.version != "cxml-1.2")
        note(interchange,
             "xml.doctype.ignored",
             "the DOCTYPE was skipped; nothing it names was fetched");
    Group group;
    group.complete = true;
    group.transactions.push_back(*std::move(transaction));
    interchange.groups.push_back(std::move(group));
    document.interchanges.push_back(std::move(interchange));
    return document;
}

}  // namespace sallyport::edi
