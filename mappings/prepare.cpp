// SPDX-License-Identifier: Apache-2.0
#include "mappings/prepare.h"

#include <array>

namespace sallyport::mapping {

namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r';
}
bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == ':';
}

class Preparer {
public:
    Preparer(std::string_view text,
             std::uint32_t file,
             const GrammarLimits& limits,
             std::vector<Diagnostic>& diagnostics)
        : m_text(text), m_out(text), m_file(file), m_limits(limits), m_diagnostics(diagnostics) {}

    std::string run() {
        while (m_at < m_text.size() && !m_stopped)
            step();
        for (const Bracket& open : m_open)
            report(open.at,
                   open.at + 1,
                   std::string("this \"") + open.kind + "\" is never closed",
                   open.kind == '{' ? "close the block with } on a line of its own"
                                    : "close the bracket");
        return std::move(m_out);
    }

private:
    struct Bracket {
        char kind;
        std::size_t at;
        std::vector<std::size_t> joined;  // line ends blanked while it was open
    };

    void report(std::size_t begin, std::size_t end, std::string message, std::string help) {
        if (m_diagnostics.size() >= m_limits.faults) return;
        m_diagnostics.push_back(
            {"MAP001",
             Severity::Error,
             {m_file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)},
             std::move(message),
             std::move(help)});
    }

    void step() {
        const char c = m_text[m_at];
        if (c == '"') return string();
        if (c == '#') return comment();
        if (c == '\n') return line_end();
        if (c == '(' || c == '[' || c == '{') open(c);
        if (c == ')' || c == ']' || c == '}') close(c);
        const auto octet = static_cast<unsigned char>(c);
        if ((octet < 0x20 && !is_blank(c)) || octet >= 0x7f) return odd_character(octet);
        ++m_at;
    }

    void odd_character(unsigned char octet) {
        std::size_t end = m_at + 1;
        while (end < m_text.size() && (static_cast<unsigned char>(m_text[end]) & 0xC0U) == 0x80U)
            ++end;
        if (m_at == 0 && m_text.starts_with("\xEF\xBB\xBF")) {
            for (std::size_t i = 0; i < 3; ++i)
                m_out[i] = ' ';
        } else {
            report(m_at,
                   end,
                   octet < 0x20 ? "a control character cannot stand here"
                                : "this character can only stand in a quoted text or a comment",
                   "write it inside quotes, or remove it");
            for (std::size_t i = m_at; i < end; ++i)
                m_out[i] = ' ';
        }
        m_at = end;
    }

    void string() {
        if (m_text.substr(m_at, 3) == "\"\"\"") {
            const std::size_t end = m_text.find("\"\"\"", m_at + 3);
            if (end == std::string_view::npos) {
                report(m_at, m_at + 3, "this text is never closed", "end it with \"\"\"");
                m_stopped = true;
                return;
            }
            m_at = end + 3;
            return;
        }
        std::size_t end = m_at + 1;
        while (end < m_text.size() && m_text[end] != '"' && m_text[end] != '\n')
            end +=
                m_text[end] == '\\' && end + 1 < m_text.size() && m_text[end + 1] != '\n' ? 2U : 1U;
        if (end >= m_text.size() || m_text[end] != '"') {
            report(m_at,
                   std::min(end, m_text.size()),
                   "this text is never closed",
                   "end it with \" on the same line");
            m_at = std::min(end, m_text.size());
            return;
        }
        m_at = end + 1;
    }

    void comment() {
        while (m_at < m_text.size() && m_text[m_at] != '\n')
            m_out[m_at++] = ' ';
    }

    // Offset of the first thing that is neither blank nor comment nor line end.
    std::size_t next_word() const {
        std::size_t at = m_at;
        while (at < m_text.size()) {
            if (is_blank(m_text[at]) || m_text[at] == '\n')
                ++at;
            else if (m_text[at] == '#')
                while (at < m_text.size() && m_text[at] != '\n')
                    ++at;
            else
                break;
        }
        return at;
    }

    bool goes_on(std::size_t at) const {
        const std::string_view rest = m_text.substr(at);
        if (rest.starts_with('|') || rest.starts_with("<-") || rest.starts_with("->")) return true;
        static constexpr std::array<std::string_view, 5> Words = {
            "default", "if", "else", "and", "or"};
        for (const std::string_view word : Words)
            if (rest.starts_with(word) &&
                (rest.size() == word.size() || !is_word(rest[word.size()])))
                return true;
        return false;
    }

    void line_end() {
        const bool in_bracket = !m_open.empty() && m_open.back().kind != '{';
        if (in_bracket) m_open.back().joined.push_back(m_at);
        if (in_bracket || goes_on(next_word())) m_out[m_at] = ' ';
        ++m_at;
    }

    void open(char kind) {
        if (kind == '{') drop_brackets();
        if (m_open.size() >= m_limits.depth) {
            report(m_at,
                   m_at + 1,
                   "brackets are nested deeper than " + std::to_string(m_limits.depth),
                   "split the rule, or move the inner part into a fragment");
            m_out.resize(m_at);
            m_out.append(m_text.size() - m_at, ' ');
            m_stopped = true;
            m_open.clear();
            return;
        }
        m_open.push_back({kind, m_at, {}});
    }

    void close(char kind) {
        const char wanted = kind == ')' ? '(' : kind == ']' ? '[' : '{';
        if (kind == '}') drop_brackets();
        if (!m_open.empty() && m_open.back().kind == wanted) {
            m_open.pop_back();
            return;
        }
        if (kind == '}') {
            report(m_at,
                   m_at + 1,
                   "this } closes nothing",
                   "remove it, or look for a missing { above");
            m_out[m_at] = ' ';
        }
    }

    // A brace inside round or square brackets: those were never closed. Their lines end where they ended.
    void drop_brackets() {
        while (!m_open.empty() && m_open.back().kind != '{') {
            const Bracket& open = m_open.back();
            for (const std::size_t at : open.joined)
                m_out[at] = '\n';
            report(open.at,
                   open.at + 1,
                   std::string("this \"") + open.kind + "\" is never closed",
                   "close the bracket");
            m_open.pop_back();
        }
    }

    std::string_view m_text;
    std::string m_out;
    std::uint32_t m_file;
    const GrammarLimits& m_limits;
    std::vector<Diagnostic>& m_diagnostics;
    std::size_t m_at = 0;
    bool m_stopped = false;
    std::vector<Bracket> m_open;
};

}  // namespace

std::string prepare(const Sources& sources,
                    std::uint32_t file,
                    const GrammarLimits& limits,
                    std::vector<Diagnostic>& diagnostics) {
    return Preparer(sources.files[file].text, file, limits, diagnostics).run();
}

}  // namespace sallyport::mapping
