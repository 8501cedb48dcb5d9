// SPDX-License-Identifier: Apache-2.0
#include "transports/mime.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::transports {
namespace {

Error bad(std::string_view code, std::string what) {
    return Error(code, Blame::Partner, std::move(what));
}

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

// Field names are printable ASCII without colon (RFC 5322 2.2).
bool is_field_name(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < '\x7F' && c != ':';
    });
}

// One line without its end; `rest` moves behind the end.
BytesView take_line(BytesView& rest) {
    const auto end = rest.find('\n');
    BytesView line = rest.substr(0, end);
    rest.remove_prefix(end == BytesView::npos ? rest.size() : end + 1);
    if (end != BytesView::npos && !line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

Status add_field(BytesView line, const MimeLimits& limits, HeaderList& headers) {
    if (is_blank(line[0])) {
        if (headers.empty()) return bad("mime.header", "entity does not begin with a header");
        std::string& value = headers.back().second;
        const auto more = trim(line);
        if (!more.empty()) value += (value.empty() ? "" : " ") + std::string(more);
        return {};
    }
    const auto colon = line.find(':');
    // A blank before the colon is obsolete syntax, seen and harmless inside a body.
    const auto name = trim(line.substr(0, colon));
    if (colon == BytesView::npos || !is_field_name(name))
        return bad("mime.header", "entity does not begin with a header");
    if (headers.size() == limits.header_count)
        return bad("mime.limit", "entity has too many header fields");
    headers.emplace_back(name, trim(line.substr(colon + 1)));
    return {};
}

// Reads tokens of a structured field: blanks and comments (RFC 5322 3.2.2) are skipped.
class FieldReader {
public:
    explicit FieldReader(std::string_view text) : m_rest(text) {}

    void skip() {
        unsigned depth = 0;
        while (!m_rest.empty()) {
            const char c = m_rest[0];
            if (depth > 0 && c == '\\' && m_rest.size() > 1)
                m_rest.remove_prefix(1);
            else if (c == '(')
                ++depth;
            else if (c == ')' && depth > 0)
                --depth;
            else if (depth == 0 && !is_blank(c) && c != '\r' && c != '\n')
                return;
            m_rest.remove_prefix(1);
        }
    }
    bool take(char c) {
        skip();
        if (m_rest.empty() || m_rest[0] != c) return false;
        m_rest.remove_prefix(1);
        return true;
    }
    std::string word(std::string_view stops) {
        skip();
        if (!m_rest.empty() && m_rest[0] == '"') return quoted();
        const auto end = std::min(m_rest.find_first_of(stops), m_rest.size());
        const std::string text(trim(m_rest.substr(0, end)));
        m_rest.remove_prefix(end);
        return text;
    }
    // Whatever it is, comments and quoted strings as a whole.
    void skip_to(char c) {
        for (skip(); !m_rest.empty() && m_rest[0] != c; skip()) {
            if (m_rest[0] == '"')
                quoted();
            else
                m_rest.remove_prefix(1);
        }
    }

private:
    std::string quoted() {
        std::string text;
        m_rest.remove_prefix(1);
        while (!m_rest.empty() && m_rest[0] != '"') {
            if (m_rest[0] == '\\' && m_rest.size() > 1) m_rest.remove_prefix(1);
            text += m_rest[0];
            m_rest.remove_prefix(1);
        }
        if (!m_rest.empty()) m_rest.remove_prefix(1);
        return text;
    }
    std::string_view m_rest;
};

std::string percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        Bytes octet;
        if (text[i] == '%' && i + 2 < text.size() && from_hex(text.substr(i + 1, 2), octet)) {
            out += octet;
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

// RFC 2231: name*, name*0, name*0*, … become one "name".
void join_parameters(std::vector<std::pair<std::string, std::string>>& parameters) {
    std::map<std::string, std::map<unsigned, std::string>> pieces;
    std::vector<std::pair<std::string, std::string>> plain;
    for (auto& [name, value] : parameters) {
        const auto star = name.find('*');
        if (star == std::string::npos) {
            plain.emplace_back(std::move(name), std::move(value));
            continue;
        }
        std::string_view suffix = std::string_view(name).substr(star + 1);
        const bool whole = suffix.empty();
        const bool encoded = whole || suffix.ends_with('*');
        unsigned index = 0;
        for (const char c : suffix)
            if (c >= '0' && c <= '9' && index < 1000)
                index = index * 10 + static_cast<unsigned>(c - '0');
        if (encoded && index == 0) {  // charset'language'text
            const auto first = value.find('\'');
            const auto second = first == std::string::npos ? first : value.find('\'', first + 1);
            if (second != std::string::npos) value.erase(0, second + 1);
        }
        pieces[name.substr(0, star)][index] = encoded ? percent_decode(value) : value;
    }
    for (const auto& [name, values] : pieces) {
        std::string joined;
        for (const auto& [index, value] : values)
            joined += value;
        // The extended form wins over a plain one (RFC 6266 4.3).
        std::erase_if(plain,
                      [&, &key = name](const auto& parameter) { return parameter.first == key; });
        plain.emplace_back(name, std::move(joined));
    }
    parameters = std::move(plain);
}

// Where a delimiter line begins at or behind `from`, at a line's start.
std::size_t find_delimiter(BytesView body, std::string_view delimiter, std::size_t from) {
    for (auto at = body.find(delimiter, from); at != BytesView::npos;
         at = body.find(delimiter, at + 1)) {
        if (at != 0 && body[at - 1] != '\n') continue;
        const BytesView after = body.substr(at + delimiter.size());
        // Another boundary may have ours as its beginning.
        if (after.empty() || after.starts_with("--") || is_blank(after[0]) || after[0] == '\r' ||
            after[0] == '\n')
            return at;
    }
    return BytesView::npos;
}

BytesView without_line_end(BytesView part) {
    if (part.ends_with('\n')) part.remove_suffix(1);
    if (part.ends_with('\r')) part.remove_suffix(1);
    return part;
}

Bytes decode_quoted_printable(BytesView body) {
    Bytes out;
    while (!body.empty()) {
        const bool ended = body.find('\n') != BytesView::npos;
        BytesView line = take_line(body);
        while (!line.empty() && is_blank(line.back()))
            line.remove_suffix(1);
        const bool soft = line.ends_with('=');
        if (soft) line.remove_suffix(1);
        for (std::size_t i = 0; i < line.size(); ++i) {
            Bytes octet;
            if (line[i] == '=' && i + 2 < line.size() && from_hex(line.substr(i + 1, 2), octet)) {
                out += octet;
                i += 2;
            } else {
                out += line[i];
            }
        }
        if (ended && !soft) out += "\r\n";
    }
    return out;
}

Result<Bytes> decode_base64(BytesView body) {
    constexpr std::string_view Alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string digits;
    for (const char c : body) {
        if (Alphabet.find(c) != std::string_view::npos)
            digits += c;
        else if (c != '\r' && c != '\n' && !is_blank(c))
            break;  // padding, or junk after the end
    }
    digits.append((4 - digits.size() % 4) % 4, '=');
    Bytes octets;
    if (digits.empty() || !from_base64(digits, octets))
        return bad("mime.base64", "base64 text cannot be decoded");
    return octets;
}

}  // namespace

Result<MimeEntity> parse_entity(BytesView octets, const MimeLimits& limits) {
    MimeEntity entity;
    entity.octets = octets;
    BytesView rest = octets;
    while (true) {
        if (octets.size() - rest.size() > limits.header_bytes)
            return bad("mime.limit", "entity's header is too long");
        const BytesView line_start = rest;
        const BytesView line = take_line(rest);
        if (line.size() > limits.line_bytes)
            return bad("mime.limit", "entity has a header line that is too long");
        if (line.empty()) {
            if (line_start.empty() && entity.headers.empty())
                return bad("mime.header", "entity is empty");
            break;
        }
        const auto added = add_field(line, limits, entity.headers);
        if (!added) return added.error();
    }
    entity.header_block = octets.substr(0, octets.size() - rest.size());
    entity.body = rest;
    return entity;
}

std::string_view ParameterisedValue::parameter(std::string_view name) const {
    for (const auto& [key, text] : parameters)
        if (key == name) return text;
    return {};
}

ParameterisedValue parse_parameterised(std::string_view text) {
    FieldReader reader(text);
    ParameterisedValue parsed{.value = lower(reader.word(";(")), .parameters = {}};
    reader.skip_to(';');
    while (reader.take(';')) {
        std::string name = lower(reader.word("=;"));
        if (!reader.take('=')) {
            reader.skip_to(';');
            continue;
        }
        std::string value = reader.word(";(");
        // RFC 2045 knows no blanks in bare values; the rest of one is dropped.
        reader.skip_to(';');
        if (!name.empty()) parsed.parameters.emplace_back(std::move(name), std::move(value));
        if (parsed.parameters.size() > 64) break;
    }
    join_parameters(parsed.parameters);
    return parsed;
}

Result<std::vector<BytesView>> split_multipart(BytesView body,
                                               std::string_view boundary,
                                               const MimeLimits& limits) {
    if (boundary.empty() || boundary.size() > limits.boundary_bytes ||
        boundary.find_first_of("\r\n") != std::string_view::npos)
        return bad("mime.boundary", "multipart without a usable boundary");
    const std::string delimiter = "--" + std::string(boundary);
    std::vector<BytesView> parts;
    std::size_t at = find_delimiter(body, delimiter, 0);
    if (at == BytesView::npos) return bad("mime.multipart", "multipart holds no part");
    while (true) {
        BytesView rest = body.substr(at + delimiter.size());
        if (rest.starts_with("--")) break;
        take_line(rest);
        const std::size_t start = body.size() - rest.size();
        const std::size_t next = find_delimiter(body, delimiter, start);
        if (next == BytesView::npos)
            return bad("mime.multipart",
                       "multipart has no closing delimiter: it was cut or damaged");
        if (parts.size() == limits.parts) return bad("mime.limit", "multipart has too many parts");
        parts.push_back(next == start ? BytesView()
                                      : without_line_end(body.substr(start, next - start)));
        at = next;
    }
    if (parts.empty()) return bad("mime.multipart", "multipart holds no part");
    return parts;
}

Result<Bytes> decode_transfer(BytesView body, std::string_view encoding) {
    const std::string word = parse_parameterised(encoding).value;
    if (word == "base64") return decode_base64(body);
    if (word == "quoted-printable") return decode_quoted_printable(body);
    return Bytes(body);
}

std::string display_file_name(const HeaderList& headers) {
    std::string name(
        parse_parameterised(header_or_empty(headers, "Content-Disposition")).parameter("filename"));
    if (name.empty())
        name = parse_parameterised(header_or_empty(headers, "Content-Type")).parameter("name");
    const auto slash = name.find_last_of("/\\");
    if (slash != std::string::npos) name.erase(0, slash + 1);
    std::erase_if(name,
                  [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == '\x7F'; });
    if (name == "." || name == "..") return {};
    if (name.size() > 255) name.resize(255);
    return name;
}

}  // namespace sallyport::transports
