// SPDX-License-Identifier: Apache-2.0
#include "parsers/xml_schema.h"

#include "gateway/base/file.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace sallyport::edi {
namespace {

constexpr std::array<std::string_view, 9> Values = {
    "text", "decimal", "integer", "boolean", "date", "time", "dateTime", "moment", "base64"};
constexpr std::size_t MaxFileBytes = std::size_t{16} << 20;

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t at = line.find_first_not_of(' '); at != std::string_view::npos;) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        words.push_back(line.substr(at, end - at));
        at = line.find_first_not_of(' ', end);
    }
    return words;
}

}  // namespace

std::string_view to_string(XmlValue value) {
    return Values[static_cast<std::size_t>(value)];
}

// One file, one family. Types may be named before they are defined.
class XmlSchemaReader {
public:
    XmlSchemaReader(XmlSchemas& schemas, std::string file)
        : m_schemas(schemas), m_file(std::move(file)) {
        m_schemas.m_families.emplace_back();
        m_family = &m_schemas.m_families.back();
    }
    Status read(std::string_view text);

private:
    using Words = std::vector<std::string_view>;
    Error wrong(std::string_view code, std::string what) const {
        return Error(code, Blame::Operator, std::move(what))
            .at({.source = m_file, .line = m_line})
            .remedy("generate the schema files again, or correct the line");
    }
    Status line(std::string_view text);
    Status top(const Words& words);
    Status attribute(const Words& words);
    Status particle(const Words& words, std::size_t depth);
    Status finish();
    bool value_type(std::string_view word, XmlValue& value) const {
        const auto* found = std::find(Values.begin(), Values.end(), word);
        if (found == Values.end()) return false;
        value = static_cast<XmlValue>(found - Values.begin());
        return true;
    }
    void close(std::size_t depth) {
        XmlType& type = m_family->types.back();
        for (; m_open.size() > depth; m_open.pop_back())
            type.particles[m_open.back()].end = static_cast<std::uint32_t>(type.particles.size());
    }

    XmlSchemas& m_schemas;
    std::string m_file;
    std::uint32_t m_line = 0;
    XmlFamily* m_family = nullptr;
    std::unordered_map<std::string_view, std::uint32_t> m_types;
    std::vector<std::uint32_t> m_open;                 // open groups of the type being read
    std::vector<std::string_view>* m_codes = nullptr;  // open list, for continuation lines
    struct Pending {
        std::string_view name;
        std::uint32_t type, particle, line;
    };
    std::vector<Pending> m_pending;
    std::vector<std::pair<XmlDocumentType, std::string_view>>
        m_documents;  // with the name of the type
};

Status XmlSchemaReader::read(std::string_view text) {
    while (!text.empty()) {
        ++m_line;
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (Status done = line(text.substr(0, end)); !done) return done;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return finish();
}

Status XmlSchemaReader::line(std::string_view text) {
    const std::size_t indent = text.find_first_not_of(' ');
    if (indent == std::string_view::npos || text[indent] == '#') return {};
    const Words words = words_of(text);
    if (indent == 0) return top(words);
    if (m_codes) {
        m_codes->insert(m_codes->end(), words.begin(), words.end());
        return {};
    }
    if (m_family->types.empty() || indent % 2 != 0)
        return wrong("schema.syntax",
                     "an indented line needs a type above it, and two blanks a level");
    if (words[0].front() == '@') return attribute(words);
    return particle(words, indent / 2 - 1);
}

Status XmlSchemaReader::top(const Words& words) {
    if (!m_family->types.empty()) close(0);
    m_codes = nullptr;
    if (words[0] == "codes" && words.size() >= 2) {
        m_codes = &m_schemas.m_codes[words[1]];
        m_codes->insert(m_codes->end(), words.begin() + 2, words.end());
        return {};
    }
    if (words[0] == "family" && words.size() == 2) {
        m_family->name = words[1];
        return {};
    }
    if (words[0] == "document" && words.size() == 5) {
        XmlDocumentType document;
        document.set = words[1];
        document.root = words[2];
        document.root_namespace = words[4] == "-" ? std::string_view() : words[4];
        document.family = m_family;
        m_documents.emplace_back(document, words[3]);
        return {};
    }
    if (words[0] != "type" || words.size() < 2)
        return wrong("schema.syntax", "family, document or type expected");
    XmlType type;
    type.name = words[1];
    if (words.size() == 4 && words[2] == "=") {
        type.content = XmlType::Content::Value;
        if (!value_type(words[3], type.value)) return wrong("schema.syntax", "unknown value type");
    } else if (words.size() == 3 && words[2] == "mixed") {
        type.content = XmlType::Content::Mixed;
    } else if (words.size() == 3 && words[2] == "any") {
        type.content = XmlType::Content::Any;
    } else if (words.size() != 2) {
        return wrong("schema.syntax", "a type is plain, mixed, any, or = and a value type");
    }
    if (!m_types.emplace(type.name, m_family->types.size()).second)
        return wrong("schema.syntax", "type " + std::string(type.name) + " is there twice");
    m_family->types.push_back(std::move(type));
    return {};
}

Status XmlSchemaReader::attribute(const Words& words) {
    if (words.size() < 2 || (words[1] != "M" && words[1] != "O"))
        return wrong("schema.syntax", "an attribute has a name and M or O");
    XmlAttribute attribute;
    attribute.name = words[0].substr(1);
    attribute.required = words[1] == "M";
    if (words.size() > 3 && words[2] == "=") {
        attribute.codes.assign(words.begin() + 3, words.end());
    } else if (words.size() == 3 && !value_type(words[2], attribute.value)) {
        return wrong("schema.syntax", "unknown value type");
    }
    m_family->types.back().attributes.push_back(std::move(attribute));
    return {};
}

Status XmlSchemaReader::particle(const Words& words, std::size_t depth) {
    XmlType& type = m_family->types.back();
    if (depth > m_open.size())
        return wrong("schema.syntax", "this line stands deeper than its group");
    close(depth);
    XmlParticle one;
    const bool group = words[0] == "choice" || words[0] == "sequence";
    if (words.size() != (group ? 3u : 4u) || (words[1] != "M" && words[1] != "O"))
        return wrong("schema.syntax", "name, M or O, greatest number, type expected");
    one.mandatory = words[1] == "M";
    one.max = Unlimited;
    if (words[2] != "*") {
        const auto [end, failed] =
            std::from_chars(words[2].data(), words[2].data() + words[2].size(), one.max);
        if (failed != std::errc() || end != words[2].data() + words[2].size() || one.max == 0)
            return wrong("schema.syntax", "the greatest number is a number or *");
    }
    const auto index = static_cast<std::uint32_t>(type.particles.size());
    one.end = index + 1;
    if (group) {
        one.kind = words[0] == "choice" ? XmlParticle::Kind::Choice : XmlParticle::Kind::Sequence;
        type.flat = false;
        m_open.push_back(index);
    } else {
        one.tag = words[0];
        m_pending.push_back(
            {words[3], static_cast<std::uint32_t>(m_family->types.size() - 1), index, m_line});
        if (!type.by_tag.emplace(one.tag, index).second) type.flat = false;
    }
    type.particles.push_back(one);
    return {};
}

Status XmlSchemaReader::finish() {
    if (!m_family->types.empty()) close(0);
    for (const Pending& pending : m_pending) {
        const auto found = m_types.find(pending.name);
        if (found == m_types.end()) {
            m_line = pending.line;
            return wrong("schema.reference", "there is no type " + std::string(pending.name));
        }
        m_family->types[pending.type].particles[pending.particle].type = found->second;
    }
    for (auto& [document, name] : m_documents) {
        const auto found = m_types.find(name);
        if (found == m_types.end())
            return wrong("schema.reference", "there is no type " + std::string(name));
        document.type = found->second;
        // A user's own file replaces what is shipped.
        m_schemas.m_documents.insert_or_assign(std::pair(m_family->name, document.set), document);
    }
    return {};
}

Status XmlSchemas::load(const std::filesystem::path& directory) {
    std::error_code failed;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory, failed)) {
        if (entry.path().extension() == ".txt") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        auto text = read_file(file, MaxFileBytes);
        if (!text) return std::move(text).error();
        m_texts.push_back(*std::move(text));
        XmlSchemaReader reader(*this, file.string());
        if (Status done = reader.read(m_texts.back()); !done) return done;
    }
    for (auto& [name, list] : m_codes)
        std::sort(list.begin(), list.end());
    return {};
}

const std::vector<std::string_view>* XmlSchemas::codes(std::string_view list) const {
    const auto found = m_codes.find(list);
    return found == m_codes.end() ? nullptr : &found->second;
}

const XmlDocumentType* XmlSchemas::find(std::string_view family, std::string_view set) const {
    const auto found = m_documents.find(std::pair(family, set));
    return found == m_documents.end() ? nullptr : &found->second;
}

const XmlDocumentType* XmlSchemas::find_root(std::string_view root_namespace,
                                             std::string_view root) const {
    for (const auto& [key, document] : m_documents) {
        if (document.root_namespace == root_namespace && document.root == root) return &document;
    }
    return nullptr;
}

std::vector<const XmlDocumentType*> XmlSchemas::documents() const {
    std::vector<const XmlDocumentType*> all;
    for (const auto& [key, document] : m_documents)
        all.push_back(&document);
    return all;
}

}  // namespace sallyport::edi
