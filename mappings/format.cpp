// SPDX-License-Identifier: Apache-2.0
// map fmt: layout only. Works on lines, so that comments, blank lines and the order of things stay; texts between """ are
// copied as they are. What the language reads is the same before and after.
#include "mappings/grammar.h"
#include "mappings/review.h"

#include <algorithm>

namespace sallyport::mapping {

namespace {

constexpr std::size_t WidestLeft = 44;  // longer left sides are not aligned with their neighbours

// One line in pieces: code before the arrow, from the arrow on, comment.
struct Line {
    enum class Kind : std::uint8_t { Blank, Comment, Code, Raw } kind = Kind::Blank;
    std::size_t indent = 0;  // in levels
    std::string left;        // code, blanks squeezed; the whole line of Raw and Comment
    std::string right;       // from the arrow on; empty: no arrow to align
    std::string comment;     // with its #
};

bool blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}

std::string trimmed(std::string_view text) {
    while (!text.empty() && blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && blank(text.back()))
        text.remove_suffix(1);
    return std::string(text);
}

// Runs of blanks outside texts become one; between rows that share a line, three.
std::string squeezed(std::string_view text, bool inside_table) {
    std::string out;
    bool quoted = false;
    unsigned depth = inside_table ? 1 : 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '"' && (i == 0 || text[i - 1] != '\\')) quoted = !quoted;
        if (!quoted && c == '{') ++depth;
        if (!quoted && c == '}' && depth > 0) --depth;
        if (quoted || !blank(c)) {
            out += c;
            continue;
        }
        std::size_t run = 1;
        while (i + 1 < text.size() && blank(text[i + 1])) {
            ++run;
            ++i;
        }
        const bool rows = run > 1 && depth > 0 && !out.ends_with('{') && i + 1 < text.size() &&
                          text[i + 1] != '}' && text[i + 1] != '<' && text[i + 1] != '-' &&
                          !out.ends_with('>') && !out.ends_with("<-");
        out += rows ? "   " : " ";
    }
    return out;
}

// The first arrow of a rule that stands outside brackets and texts.
std::size_t arrow_at(std::string_view code) {
    bool quoted = false;
    for (std::size_t i = 0; i + 1 < code.size(); ++i) {
        if (code[i] == '"') quoted = !quoted;
        if (quoted) continue;
        if (code[i] == '{') return std::string_view::npos;
        const bool arrow =
            code.substr(i, 3) == "<->" || code.substr(i, 2) == "->" || code.substr(i, 2) == "<-";
        if (arrow && i > 0 && code[i - 1] == ' ') return i;
    }
    return std::string_view::npos;
}

// Where the comment begins; size() when there is none.
std::size_t comment_at(std::string_view line) {
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        if (line[i] == '"' && (i == 0 || line[i - 1] != '\\')) quoted = !quoted;
        if (line[i] == '#' && !quoted) return i;
    }
    return line.size();
}

bool goes_on(std::string_view code) {
    static constexpr std::string_view Words[] = {"default ", "if ", "else ", "and ", "or "};
    return code.starts_with("|") || code.starts_with("<->") || code.starts_with("->") ||
           code.starts_with("<-") ||
           std::any_of(std::begin(Words), std::end(Words), [&](std::string_view word) {
               return code.starts_with(word);
           });
}

int depth_change(std::string_view code, char open, char close) {
    int out = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < code.size(); ++i) {
        if (code[i] == '"' && (i == 0 || code[i - 1] != '\\')) quoted = !quoted;
        if (quoted) continue;
        out += code[i] == open ? 1 : code[i] == close ? -1 : 0;
    }
    return out;
}

bool is_head(std::string_view code) {
    static constexpr std::string_view Words[] = {
        "map ",       "extends ", "include ", "x12 ",   "edifact ", "xml ",      "odoo ",
        "namespace ", "param ",   "set ",     "table ", "lens ",    "fragment ", "test ",
        "require ",   "in ",      "use ",     "when ",  "replace ", "remove "};
    return std::any_of(std::begin(Words), std::end(Words), [&](std::string_view word) {
        return code.starts_with(word);
    });
}

class Formatter {
public:
    explicit Formatter(std::string_view text) : m_text(text) {}

    std::string run() {
        for (std::size_t at = 0; at < m_text.size();) {
            std::size_t end = m_text.find('\n', at);
            if (end == std::string_view::npos) end = m_text.size();
            line(m_text.substr(at, end - at));
            at = end + 1;
        }
        while (!m_lines.empty() && m_lines.back().kind == Line::Kind::Blank)
            m_lines.pop_back();
        return print();
    }

private:
    void line(std::string_view raw) {
        if (m_in_raw) {
            if (!raw.empty() && raw.back() == '\r') raw.remove_suffix(1);
            m_lines.push_back({Line::Kind::Raw, 0, std::string(raw), {}, {}});
            if (raw.find("\"\"\"") != std::string_view::npos) m_in_raw = false;
            return;
        }
        const std::string text = trimmed(raw);
        if (text.empty()) {
            if (!m_lines.empty() && m_lines.back().kind != Line::Kind::Blank) m_lines.push_back({});
            return;
        }
        if (text[0] == '#') {
            m_lines.push_back({Line::Kind::Comment, m_depth, text, {}, {}});
            return;
        }
        code(text);
    }

    void code(const std::string& text) {
        const std::size_t mark = text.find("\"\"\"");
        const std::size_t split = mark == std::string::npos ? comment_at(text) : text.size();
        Line out;
        out.kind = Line::Kind::Code;
        const std::string code =
            squeezed(trimmed(std::string_view(text).substr(0, split)), m_in_table);
        out.comment = text.substr(split);
        const std::size_t closing = code.find_first_not_of("} ;");
        const auto before = closing == std::string::npos ? code.size() : closing;
        const auto closes = static_cast<std::size_t>(
            std::count(code.begin(), code.begin() + static_cast<std::ptrdiff_t>(before), '}'));
        const std::size_t here = m_depth - std::min(m_depth, closes);
        out.indent = here + (goes_on(code) || m_round > 0 ? 1 : 0);
        const std::size_t arrow = is_head(code) ? std::string::npos : arrow_at(code);
        out.left = code;
        if (arrow != std::string::npos && !code.ends_with('{')) {
            out.left = trimmed(std::string_view(code).substr(0, arrow));
            out.right = code.substr(arrow);
        }
        if (mark != std::string::npos) {
            m_in_raw = text.find("\"\"\"", mark + 3) == std::string::npos;
        } else {
            const int change = depth_change(code, '{', '}');
            const auto size = static_cast<int>(m_depth) + change;
            m_depth = size < 0 ? 0 : static_cast<std::size_t>(size);
            if (code.starts_with("table ") && change > 0) m_in_table = true;
            if (m_depth == 0) m_in_table = false;
            m_round += depth_change(code, '(', ')') + depth_change(code, '[', ']');
        }
        m_lines.push_back(std::move(out));
    }

    // Neighbours with arrows, at one depth, share a column.
    std::size_t column(std::size_t at) const {
        const auto same = [&](std::size_t i) {
            return m_lines[i].kind == Line::Kind::Code && !m_lines[i].right.empty() &&
                   m_lines[i].indent == m_lines[at].indent;
        };
        std::size_t first = at, last = at;
        while (first > 0 && same(first - 1))
            --first;
        while (last + 1 < m_lines.size() && same(last + 1))
            ++last;
        std::size_t widest = 0;
        for (std::size_t i = first; i <= last; ++i)
            if (m_lines[i].left.size() <= WidestLeft)
                widest = std::max(widest, m_lines[i].left.size());
        return widest;
    }

    std::string print() const {
        std::string out;
        for (std::size_t i = 0; i < m_lines.size(); ++i) {
            const Line& one = m_lines[i];
            std::string line;
            if (one.kind == Line::Kind::Raw) {
                line = one.left;
            } else if (one.kind != Line::Kind::Blank) {
                line = std::string(2 * one.indent, ' ') + one.left;
                if (!one.right.empty()) {
                    const std::size_t wide = column(i);
                    if (one.left.size() < wide) line.append(wide - one.left.size(), ' ');
                    line += (one.left.empty() ? "" : " ") + one.right;
                }
                if (!one.comment.empty()) line += "  " + one.comment;
            }
            out += line + "\n";
        }
        return out;
    }

    std::string_view m_text;
    std::vector<Line> m_lines;
    std::size_t m_depth = 0;
    int m_round = 0;
    bool m_in_raw = false;
    bool m_in_table = false;
};

}  // namespace

std::string unreadable(std::string_view name, std::string_view text) {
    Sources sources;
    sources.files.push_back({std::string(name), std::string(text)});
    std::vector<Diagnostic> found;
    (void)parse_map(sources, 0, found);
    std::string out = render(found, sources);
    return has_errors(found) ? out + "\n" : std::string();
}

std::string format_map(std::string_view text) {
    return Formatter(text).run();
}

}  // namespace sallyport::mapping
