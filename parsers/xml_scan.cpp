// SPDX-License-Identifier: Apache-2.0
// XML 1.0 appendix F (detection of encodings). libxml2 checks neither the length of a tag nor the number of its
// attributes, and compares every attribute with every other one.
#include "parsers/xml_scan.h"

#include <libxml/encoding.h>
#include <libxml/globals.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlmemory.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <memory>

namespace sallyport::edi {
namespace {

constexpr std::string_view Blanks = " \t\r\n";

void append_utf8(std::uint32_t c, std::string& out) {
    if (c < 0x80) {
        out += static_cast<char>(c);
    } else if (c < 0x800) {
        out += static_cast<char>(0xC0 | (c >> 6));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += static_cast<char>(0xE0 | (c >> 12));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    } else {
        out += static_cast<char>(0xF0 | (c >> 18));
        out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
        out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
        out += static_cast<char>(0x80 | (c & 0x3F));
    }
}

Error bad_encoding(std::string what) {
    return Error("xml.encoding", Blame::Partner, std::move(what))
        .remedy("ask the sender for UTF-8, or for a declaration that says what the octets are");
}

Result<std::string> from_utf16(std::string_view octets, bool big_endian) {
    if (octets.size() % 2 != 0) return bad_encoding("UTF-16 text with an odd number of octets");
    const auto unit = [&](std::size_t at) {
        const auto first = static_cast<unsigned char>(octets[at]);
        const auto second = static_cast<unsigned char>(octets[at + 1]);
        return static_cast<std::uint32_t>(big_endian ? first << 8 | second : second << 8 | first);
    };
    std::string out;
    out.reserve(octets.size() / 2 + octets.size() / 8);
    for (std::size_t at = 0; at < octets.size(); at += 2) {
        std::uint32_t c = unit(at);
        if (c >= 0xD800 && c < 0xE000) {
            const std::uint32_t low = at + 3 < octets.size() ? unit(at + 2) : 0;
            if (c >= 0xDC00 || low < 0xDC00 || low >= 0xE000) {
                return bad_encoding("UTF-16 text with half a character at byte " +
                                    std::to_string(at));
            }
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            at += 2;
        }
        append_utf8(c, out);
    }
    return out;
}

std::string upper(std::string_view text) {
    std::string result(text);
    for (char& c : result)
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return result;
}

// The encoding of an XML declaration at the very start, in upper case; empty: none said.
std::string declared_encoding(std::string_view text) {
    if (text.substr(0, 5) != "<?xml") return {};
    const std::string_view declaration =
        text.substr(0, std::min(text.find("?>"), std::size_t{400}));
    std::size_t at = declaration.find("encoding");
    if (at == std::string_view::npos) return {};
    at = declaration.find_first_of("\"'", at);
    if (at == std::string_view::npos) return {};
    const std::size_t end = declaration.find(declaration[at], at + 1);
    if (end == std::string_view::npos) return {};
    return upper(declaration.substr(at + 1, end - at - 1));
}

// Encodings of one octet per character that keep ASCII where it is: what the scan for tags relies on.
bool single_octet(std::string_view name) {
    const auto starts = [&](std::string_view with) { return name.substr(0, with.size()) == with; };
    return starts("ISO-8859-") || starts("ISO8859-") || starts("ISO_8859-") ||
           starts("WINDOWS-125") || starts("CP125") || name == "US-ASCII" || name == "ASCII" ||
           name == "LATIN1";
}

// libxml2 prints what its encoders find wrong unless this thread takes the errors.
class QuietErrors {
public:
    QuietErrors() : m_handler(xmlStructuredError), m_context(xmlStructuredErrorContext) {
        xmlSetStructuredErrorFunc(nullptr, [](void*, xmlErrorPtr) {});
    }
    ~QuietErrors() { xmlSetStructuredErrorFunc(m_context, m_handler); }
    QuietErrors(const QuietErrors&) = delete;
    QuietErrors& operator=(const QuietErrors&) = delete;

private:
    xmlStructuredErrorFunc m_handler;
    void* m_context;
};

Result<std::string> converted(std::string_view octets, const std::string& name) {
    xmlCharEncodingHandlerPtr handler = xmlFindCharEncodingHandler(name.c_str());
    if (!handler) return bad_encoding("encoding " + name + " is not known here");
    // Table instead of the stream interface: every octet stands for one character, so 256 calls know them all.
    std::array<std::string, 256> table;
    bool complete = true;
    const QuietErrors quiet;  // octets that are no characters are no news for standard error
    for (unsigned c = 0; c < 256; ++c) {
        const char octet = static_cast<char>(c);
        const std::unique_ptr<xmlBuffer, decltype(&xmlBufferFree)> in(xmlBufferCreate(),
                                                                      &xmlBufferFree);
        const std::unique_ptr<xmlBuffer, decltype(&xmlBufferFree)> out(xmlBufferCreate(),
                                                                       &xmlBufferFree);
        xmlBufferAdd(in.get(), reinterpret_cast<const xmlChar*>(&octet), 1);
        if (xmlCharEncInFunc(handler, out.get(), in.get()) > 0)
            table[c].assign(reinterpret_cast<const char*>(xmlBufferContent(out.get())));
        if (c == 0) table[c].assign(1, '\0');
        complete = complete && (c >= 128 || !table[c].empty());
    }
    xmlCharEncCloseFunc(handler);
    if (!complete) return bad_encoding("encoding " + name + " is not known here");
    std::string out;
    out.reserve(octets.size() + octets.size() / 8);
    for (std::size_t at = 0; at < octets.size(); ++at) {
        const std::string& character = table[static_cast<unsigned char>(octets[at])];
        if (character.empty()) {
            return bad_encoding("the octet at byte " + std::to_string(at) + " is no character of " +
                                name);
        }
        out += character;
    }
    return out;
}

// What an octet is inside a tag.
enum class InTag : std::uint8_t { Name, Gap, Equals, Quote, End };

constexpr std::array<InTag, 256> tag_octets() {
    std::array<InTag, 256> table{};
    for (const char c : Blanks)
        table[static_cast<unsigned char>(c)] = InTag::Gap;
    table['='] = InTag::Equals;
    table['"'] = table['\''] = InTag::Quote;
    table['>'] = InTag::End;
    return table;
}
constexpr auto TagOctets = tag_octets();

Error too_much(std::string_view code, std::string what, std::string_view utf8, std::size_t at) {
    const auto line = static_cast<std::uint32_t>(
        1 + std::count(utf8.begin(), utf8.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
    return Error(code, Blame::Partner, std::move(what))
        .at({.byte = at, .line = line})
        .remedy("no document of these standards needs that; ask the sender what this is");
}

// The tag at `at` (a "<"), up to its ">"; npos when it never ends. Adds its attributes to `all`.
Result<std::size_t> check_tag(std::string_view utf8,
                              std::size_t at,
                              const XmlLimits& limits,
                              std::size_t& all) {
    std::uint32_t attributes = 0;
    std::size_t name = at + 1;  // where the name at hand starts
    const std::size_t longest = std::min(utf8.size(), at + limits.tag_bytes + 1);
    for (std::size_t i = at + 1; i < longest; ++i) {
        const InTag kind = TagOctets[static_cast<unsigned char>(utf8[i])];
        if (kind == InTag::Name) {
            if (i - name < limits.name_bytes) continue;
            return too_much(
                "xml.limit.name",
                "a name is longer than " + std::to_string(limits.name_bytes) + " octets",
                utf8,
                at);
        }
        if (kind == InTag::End) {
            all += attributes;
            return i;
        }
        if (kind == InTag::Quote) {
            const std::string_view rest = utf8.substr(i + 1, longest - i - 1);
            const std::size_t length = rest.find(utf8[i]);
            i += length == std::string_view::npos ? rest.size() : length + 1;
        }
        name = i + 1;
        if (kind == InTag::Equals && ++attributes > limits.attributes) {
            return too_much(
                "xml.limit.attributes",
                "an element has more than " + std::to_string(limits.attributes) + " attributes",
                utf8,
                at);
        }
    }
    if (longest == utf8.size()) return std::string_view::npos;
    return too_much("xml.limit.tag",
                    "a tag is longer than " + std::to_string(limits.tag_bytes) + " octets",
                    utf8,
                    at);
}

// Behind a comment, CDATA section or instruction that starts at `at`; `at` itself: it is a tag; npos: it never ends.
std::size_t behind_section(std::string_view utf8, std::size_t at) {
    struct Section {
        std::string_view start, end;
    };
    for (const Section& section :
         {Section{"<!--", "-->"}, Section{"<![CDATA[", "]]>"}, Section{"<?", "?>"}}) {
        if (utf8.compare(at, section.start.size(), section.start) != 0) continue;
        const std::size_t end = utf8.find(section.end, at + section.start.size());
        return end == std::string_view::npos ? end : end + section.end.size();
    }
    return at;
}

}  // namespace

Result<XmlText> xml_text(std::string_view octets) {
    XmlText text;
    const auto transcode = [&](Result<std::string> result) -> Result<XmlText> {
        if (!result) return std::move(result).error();
        text.converted = *std::move(result);
        return std::move(text);
    };
    if (octets.substr(0, 2) == "\xFF\xFE" || octets.substr(0, 2) == "\xFE\xFF") {
        text.byte_order_mark = true;
        return transcode(from_utf16(octets.substr(2), octets.front() == '\xFE'));
    }
    if (octets.substr(0, 2) == std::string_view("<\0", 2))
        return transcode(from_utf16(octets, false));
    if (octets.substr(0, 2) == std::string_view("\0<", 2))
        return transcode(from_utf16(octets, true));
    if (octets.substr(0, 3) == "\xEF\xBB\xBF") {
        text.byte_order_mark = true;
        text.skipped = 3;
    }
    const std::size_t start = octets.find_first_not_of(Blanks, text.skipped);
    if (start != std::string_view::npos && start > text.skipped) {
        text.blanks_before = octets.substr(start, 5) == "<?xml";
        text.skipped = start;
    }
    text.utf8 = octets.substr(text.skipped);
    const std::string declared = declared_encoding(text.utf8);
    if (declared.empty() || declared == "UTF-8" || declared == "UTF8" || text.byte_order_mark)
        return text;
    if (declared == "US-ASCII" || declared == "ASCII") return text;  // a subset of UTF-8
    if (single_octet(declared)) return transcode(converted(text.utf8, declared));
    return bad_encoding("encoding " + declared.substr(0, 40) + " is not read here");
}

Result<XmlTags> check_tags(std::string_view utf8, const XmlLimits& limits) {
    XmlTags tags;
    std::size_t at = utf8.find('<');
    while (at != std::string_view::npos) {
        const char next = at + 1 < utf8.size() ? utf8[at + 1] : '\0';
        const std::size_t behind = next == '!' || next == '?' ? behind_section(utf8, at)
                                                              : at;  // libxml2 says what is wrong
        if (behind == std::string_view::npos) return tags;
        if (behind == at) {
            auto end = check_tag(utf8, at, limits, tags.attributes);
            if (!end) return std::move(end).error();
            if (*end == std::string_view::npos) return tags;
            if (next != '/') ++tags.elements;
            at = *end;
        } else {
            at = behind;
        }
        at = utf8.find('<', at);
    }
    return tags;
}

}  // namespace sallyport::edi
