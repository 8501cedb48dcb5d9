// SPDX-License-Identifier: Apache-2.0
// Events of the recogniser to AST. Every function reads one node and skips to the next sibling by its size. Private to
// mappings/.
#pragma once

#include "mappings/grammar.h"
#include "mappings/recogniser.h"

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

class SyntaxBuilder {
public:
    SyntaxBuilder(const Sources& sources,
                  std::uint32_t file,
                  std::uint32_t shift,
                  const std::vector<Event>& events,
                  std::vector<Diagnostic>& diagnostics)
        : m_sources(sources),
          m_file(file),
          m_shift(shift),
          m_events(events),
          m_diagnostics(diagnostics) {}

    void build(MapFile& out);
    Expr expression(std::size_t node) const;

private:
    template <typename F>
    void each_child(std::size_t node, F f) const {
        for (std::size_t i = node + 1; i < node + m_events[node].size; i += m_events[i].size)
            f(i);
    }
    Node kind(std::size_t i) const { return m_events[i].kind; }
    Span span(std::size_t i) const {
        return {m_file, m_events[i].begin + m_shift, m_events[i].end + m_shift};
    }
    std::string raw(std::size_t i) const { return std::string(m_sources.text(span(i))); }
    // A code or text: the content.
    std::string value(std::size_t i) const {
        return kind(i) == Node::Text || kind(i) == Node::FileTok ? unquote(raw(i)) : raw(i);
    }
    Arrow arrow(std::size_t i) const {
        const std::string text = raw(i);
        return text == "<->" ? Arrow::Both : text == "->" ? Arrow::Read : Arrow::Write;
    }
    std::size_t first_child(std::size_t node) const { return node + 1; }
    bool has_children(std::size_t node) const { return m_events[node].size > 1; }

    Path path(std::size_t node) const;
    Step step(std::size_t node) const;
    LensCall lens(std::size_t node) const;
    Expr chain(std::size_t node, std::string_view fixed) const;
    Else else_clause(std::size_t node) const;
    Item item(std::size_t node);
    void path_part(Item& out, std::size_t node, bool after_arrow) const;
    void field_list(Item& out, std::size_t node) const;
    void right_side(Item& out, std::size_t node) const;
    void default_value(Item& out, std::size_t node) const;
    void rule_part(Item& out, std::size_t child, bool& after_arrow);
    std::vector<Item> body(std::size_t node);
    void top(MapFile& out, std::size_t node);
    void header(MapFile& out, std::size_t node);
    void table(MapFile& out, std::size_t node);
    void param(MapFile& out, std::size_t node);
    void test(MapFile& out, std::size_t node);
    void map_line(MapFile& out, std::size_t node) const;
    void user_lens(MapFile& out, std::size_t node) const;
    void fragment(MapFile& out, std::size_t node);
    void reference(std::vector<Reference>& out, std::size_t node) const;
    void error(Span at, std::string message, std::string help) {
        m_diagnostics.push_back(
            {"MAP002", Severity::Error, at, std::move(message), std::move(help)});
    }

    const Sources& m_sources;
    std::uint32_t m_file;
    std::uint32_t m_shift;
    const std::vector<Event>& m_events;
    std::vector<Diagnostic>& m_diagnostics;
};

}  // namespace sallyport::mapping
