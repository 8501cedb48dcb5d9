// SPDX-License-Identifier: Apache-2.0
// Events of the recogniser to AST. Every function reads one node and skips to the next sibling by its size.
#include "mappings/grammar.h"
#include "mappings/prepare.h"
#include "mappings/recogniser.h"

#include <algorithm>

// Each function handles the few kinds of node that can stand where it looks, out of seventy.
#pragma GCC diagnostic ignored "-Wswitch-enum"

namespace sallyport::mapping {

std::string spell(const Path& path) {
    std::string out;
    const auto add_step = [&out](const Step& step) {
        out += step.name;
        if (!step.tests.empty()) {
            out += '[';
            for (std::size_t i = 0; i < step.tests.size(); ++i) {
                const Test& test = step.tests[i];
                if (i > 0) out += ", ";
                if (test.absent)
                    out += "not " + test.element;
                else
                    out += (test.element.empty() ? "" : test.element + "=") + test.code;
            }
            out += ']';
        }
        if (step.occurrence > 0) out += "(" + std::to_string(step.occurrence) + ")";
    };
    if (path.absolute) out += '/';
    for (std::size_t i = 0; i < path.steps.size(); ++i) {
        if (i > 0) out += path.outside ? '/' : '.';
        add_step(path.steps[i]);
    }
    for (const Step& part : path.parts) {
        out += '.';
        add_step(part);
    }
    if (!path.group.empty()) {
        out += ".(";
        for (std::size_t i = 0; i < path.group.size(); ++i)
            out += (i > 0 ? "," : "") + path.group[i];
        out += ')';
    }
    return out;
}

std::string_view to_string(Action action) {
    switch (action) {
        case Action::Reject:
            return "reject";
        case Action::Hold:
            return "hold";
        case Action::Warn:
            return "warn";
    }
    return "reject";
}

// Quoted text to its content: \" \\ \n \u{…}. `{expr}` stays.
std::string unquote(std::string_view text) {
    std::string out;
    if (text.size() >= 2) text = text.substr(1, text.size() - 2);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 >= text.size()) {
            out += text[i];
            continue;
        }
        const char next = text[++i];
        if (next == 'n') {
            out += '\n';
        } else if (next == 'u' && i + 1 < text.size() && text[i + 1] == '{') {
            const std::size_t end = text.find('}', i);
            if (end == std::string_view::npos) continue;
            std::uint32_t code = 0;
            for (std::size_t k = i + 2; k < end && code <= 0x10FFFF; ++k) {
                const char c = text[k];
                const int digit = c >= '0' && c <= '9'   ? c - '0'
                                  : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                  : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                         : 0;
                code = code * 16 + static_cast<std::uint32_t>(digit);
            }
            i = end;
            if (code > 0x10FFFF) continue;
            if (code < 0x80) {
                out += static_cast<char>(code);
            } else if (code < 0x800) {
                out += static_cast<char>(0xC0U | (code >> 6U));
                out += static_cast<char>(0x80U | (code & 0x3FU));
            } else if (code < 0x10000) {
                out += static_cast<char>(0xE0U | (code >> 12U));
                out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
                out += static_cast<char>(0x80U | (code & 0x3FU));
            } else {
                out += static_cast<char>(0xF0U | (code >> 18U));
                out += static_cast<char>(0x80U | ((code >> 12U) & 0x3FU));
                out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
                out += static_cast<char>(0x80U | (code & 0x3FU));
            }
        } else {
            out += next;
        }
    }
    return out;
}

namespace {

int to_int(std::string_view digits) {
    int out = 0;
    for (const char c : digits)
        if (c >= '0' && c <= '9' && out < 100000) out = out * 10 + (c - '0');
    return out;
}

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
    void rule_part(Item& out, std::size_t child, bool& after_arrow);
    std::vector<Item> body(std::size_t node);
    void top(MapFile& out, std::size_t node);
    void header(MapFile& out, std::size_t node);
    void table(MapFile& out, std::size_t node);
    void param(MapFile& out, std::size_t node);
    void test(MapFile& out, std::size_t node);
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

Step SyntaxBuilder::step(std::size_t node) const {
    Step out;
    out.span = span(node);
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::Name) out.name = raw(i);
        if (kind(i) == Node::Occurrence) out.occurrence = to_int(raw(i));
        if (kind(i) != Node::TestNode) return;
        Test test;
        test.span = span(i);
        each_child(i, [&](std::size_t k) {
            if (kind(k) == Node::NotElement) {
                test.absent = true;
                test.element = raw(k);
            } else if (kind(k) == Node::ElementName) {
                test.element = raw(k);
            } else if (kind(k) == Node::Code || kind(k) == Node::Text) {
                test.code = value(k);
            }
        });
        out.tests.push_back(std::move(test));
    });
    return out;
}

Path SyntaxBuilder::path(std::size_t node) const {
    Path out;
    out.span = span(node);
    bool dot_slash = false;
    bool slash = false;
    each_child(node, [&](std::size_t i) {
        switch (kind(i)) {
            case Node::Absolute:
                out.absolute = true;
                break;
            case Node::Relative:
                dot_slash = true;
                break;
            case Node::StepNode:
                slash = slash || !out.steps.empty();
                out.steps.push_back(step(i));
                break;
            case Node::PartNode:
                out.parts.push_back(step(i));
                break;
            case Node::GroupCode:
                out.group.push_back(raw(i));
                break;
            default:
                break;
        }
    });
    const bool lower = !out.steps.empty() && out.steps[0].name[0] >= 'a' &&
                       out.steps[0].name[0] <= 'z' &&
                       out.steps[0].name.find(':') == std::string::npos;
    out.outside = out.absolute || dot_slash || slash || out.steps.empty() || !lower;
    out.relative = out.steps.empty();
    if (!out.outside) {  // dots separate fields there
        for (Step& part : out.parts)
            out.steps.push_back(std::move(part));
        out.parts.clear();
    }
    return out;
}

LensCall SyntaxBuilder::lens(std::size_t node) const {
    LensCall out;
    out.span = span(node);
    each_child(node, [&](std::size_t i) {
        LensArg arg;
        arg.span = span(i);
        switch (kind(i)) {
            case Node::Name:
                out.name = raw(i);
                return;
            case Node::Text:
                arg.kind = LensArgKind::Text;
                arg.text = value(i);
                break;
            case Node::Word:
                arg.text = raw(i);
                arg.kind = std::all_of(arg.text.begin(),
                                       arg.text.end(),
                                       [](char c) { return c >= '0' && c <= '9'; })
                               ? LensArgKind::Number
                               : LensArgKind::Word;
                break;
            case Node::NameList:
                arg.kind = LensArgKind::Names;
                each_child(i, [&](std::size_t k) { arg.names.push_back(raw(k)); });
                break;
            case Node::LensUnder:
                arg.kind = LensArgKind::Under;
                if (has_children(i)) arg.path = path(first_child(i));
                break;
            default:
                return;
        }
        out.args.push_back(std::move(arg));
    });
    return out;
}

// Left-associative chain: operands, with Operator nodes between them or one fixed operator.
Expr SyntaxBuilder::chain(std::size_t node, std::string_view fixed) const {
    Expr out;
    bool first = true;
    unsigned negations = 0;
    std::string op(fixed);
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::Not) {
            ++negations;
            return;
        }
        if (kind(i) == Node::Operator) {
            op = raw(i);
            return;
        }
        Expr operand = expression(i);
        if (first) {
            out = std::move(operand);
            first = false;
            return;
        }
        Expr both;
        both.kind = ExprKind::Binary;
        both.text = op;
        both.span = {m_file, out.span.begin, operand.span.end};
        both.args.push_back(std::move(out));
        both.args.push_back(std::move(operand));
        out = std::move(both);
    });
    for (; negations > 0; --negations) {
        Expr inner = std::move(out);
        out = Expr{};
        out.kind = ExprKind::Not;
        out.span = span(node);
        out.args.push_back(std::move(inner));
    }
    return out;
}

Expr SyntaxBuilder::expression(std::size_t node) const {
    Expr out;
    out.span = span(node);
    switch (kind(node)) {
        case Node::Or:
            return chain(node, "or");
        case Node::And:
            return chain(node, "and");
        case Node::Compare:
        case Node::Sum:
        case Node::Product:
            return chain(node, "");
        case Node::Text:
            out.text = value(node);
            return out;
        case Node::Number:
            out.kind = ExprKind::Number;
            out.text = raw(node);
            return out;
        case Node::PathNode:
            out.kind = ExprKind::Path;
            out.path = path(node);
            return out;
        case Node::Call:
        case Node::List:
            out.kind = kind(node) == Node::Call ? ExprKind::Call : ExprKind::List;
            each_child(node, [&](std::size_t i) {
                if (kind(i) == Node::Name)
                    out.text = raw(i);
                else
                    out.args.push_back(expression(i));
            });
            return out;
        default:
            return has_children(node) ? expression(first_child(node)) : out;
    }
}

Else SyntaxBuilder::else_clause(std::size_t node) const {
    Else out;
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::ActionTok) {
            const std::string text = raw(i);
            out.action = text == "hold"   ? Action::Hold
                         : text == "warn" ? Action::Warn
                                          : Action::Reject;
        } else if (kind(i) == Node::Code) {
            out.code = raw(i);
        } else if (kind(i) == Node::Text) {
            out.message = value(i);
            out.span = span(i);
        }
    });
    return out;
}

std::vector<Item> SyntaxBuilder::body(std::size_t node) {
    std::vector<Item> out;
    each_child(node, [&](std::size_t i) { out.push_back(item(i)); });
    return out;
}

ItemKind item_kind(Node node) {
    switch (node) {
        case Node::Block:
            return ItemKind::Block;
        case Node::Each:
            return ItemKind::Each;
        case Node::First:
            return ItemKind::First;
        case Node::When:
            return ItemKind::When;
        case Node::Use:
            return ItemKind::Use;
        case Node::Require:
            return ItemKind::Require;
        case Node::Remove:
            return ItemKind::Remove;
        case Node::Replace:
        case Node::ReplaceFragment:
            return ItemKind::Replace;
        case Node::Into:
            return ItemKind::Into;
        default:
            return ItemKind::Rule;
    }
}

// What a node inside an item adds to it.
void SyntaxBuilder::rule_part(Item& out, std::size_t i, bool& after_arrow) {
    switch (kind(i)) {
        case Node::Always:
            out.always = true;
            break;
        case Node::EachTok:
            out.each = true;
            break;
        case Node::ArrowTok:
            out.arrow = arrow(i);
            after_arrow = true;
            break;
        case Node::PathNode:
            if (after_arrow)
                out.fields.push_back(path(i));
            else
                out.path = path(i);
            break;
        case Node::LeftExpr:
            out.left_is_path = false;
            out.left = expression(i);
            break;
        case Node::Or:  // the condition of when and require
            out.left = expression(i);
            break;
        case Node::LensNode:
            out.lenses.push_back(lens(i));
            break;
        case Node::Fields:
            each_child(i, [&](std::size_t k) { out.fields.push_back(path(k)); });
            break;
        case Node::RightExpr:
        case Node::WhenRight: {
            Expr right = expression(i);
            const bool field =
                kind(i) == Node::RightExpr && right.kind == ExprKind::Path && !right.path.outside;
            if (field)
                out.fields.push_back(right.path);
            else
                out.has_right = true;
            out.right = std::move(right);
            break;
        }
        case Node::Default:
            each_child(i, [&](std::size_t k) {
                if (kind(k) == Node::Omit)
                    out.omit = true;
                else
                    out.otherwise = expression(k);
            });
            break;
        case Node::If:
            out.condition = expression(i);
            break;
        case Node::ElseClause:
            out.on_fail = else_clause(i);
            break;
        case Node::As:
            out.handle = has_children(i) ? raw(first_child(i)) : "";
            break;
        case Node::GroupBy:
            out.group_by = has_children(i) ? spell(path(first_child(i))) : "";
            break;
        case Node::Phase:
            out.phase = raw(i) == "parse" ? 'p' : 'b';
            break;
        case Node::Name:
            out.name = raw(i);
            break;
        case Node::Body:
            out.children = body(i);
            break;
        default:
            out.children.push_back(item(i));
            break;  // replace ... with ITEM
    }
}

Item SyntaxBuilder::item(std::size_t node) {
    Item out;
    out.kind = item_kind(kind(node));
    out.replaces_fragment = kind(node) == Node::ReplaceFragment;
    out.each = out.kind == ItemKind::Each;
    out.span = span(node);
    bool after_arrow = false;
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::Body)
            out.span.end = std::max(out.span.begin, m_events[i].begin + m_shift);
        rule_part(out, i, after_arrow);
    });
    // Blanks and the line end are not part of the heading.
    while (out.span.end > out.span.begin && out.span.end <= m_sources.files[m_file].text.size() &&
           std::string_view(" \t\r\n;").find(m_sources.files[m_file].text[out.span.end - 1]) !=
               std::string_view::npos)
        --out.span.end;
    return out;
}

void SyntaxBuilder::header(MapFile& out, std::size_t node) {
    if (!out.header.side.empty()) {
        error(span(node), "the file already says what it maps", "keep one of the two lines");
        return;
    }
    out.header.span = span(node);
    bool after_arrow = false;
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::ArrowTok) {
            out.header.arrow = arrow(i);
            after_arrow = true;
        } else if (kind(i) == Node::SplitBy) {
            out.header.split_by = has_children(i) ? spell(path(first_child(i))) : "";
        } else if (after_arrow) {
            out.header.document = raw(i);
        } else if (kind(i) == Node::Name) {
            out.header.side = raw(i);
        } else {
            out.header.codes.push_back(value(i));
        }
    });
}

void SyntaxBuilder::table(MapFile& out, std::size_t node) {
    Table table;
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::Name) {
            table.name = raw(i);
            table.span = span(i);
        } else if (kind(i) == Node::TableFrom) {
            each_child(i, [&](std::size_t k) {
                if (kind(k) == Node::FileTok) table.file = value(k);
                if (kind(k) == Node::NameList)
                    each_child(k, [&](std::size_t n) { table.columns.push_back(raw(n)); });
            });
        } else if (kind(i) == Node::Row) {
            TableRow row;
            row.span = span(i);
            bool right = false;
            each_child(i, [&](std::size_t k) {
                if (kind(k) == Node::ArrowTok) {
                    row.arrow = arrow(k);
                    right = true;
                } else {
                    (right ? row.word : row.outside) = value(k);
                    row.span.end = m_events[k].end + m_shift;
                }
            });
            table.rows.push_back(std::move(row));
        }
    });
    out.tables.push_back(std::move(table));
}

void SyntaxBuilder::param(MapFile& out, std::size_t node) {
    Param param;
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::Name) {
            param.name = raw(i);
            param.span = span(i);
        } else if (kind(i) == Node::TypeTok) {
            static const std::vector<std::string> Types = {
                "text", "code", "decimal", "integer", "date", "time", "moment", "boolean"};
            const std::string word = raw(i);
            const auto found = std::find(Types.begin(), Types.end(), word);
            if (found == Types.end())
                error(span(i),
                      "\"" + word + "\" is not a type",
                      "types are text, code, decimal, integer, date, time, moment, boolean");
            else
                param.type = static_cast<ParamType>(found - Types.begin());
        } else if (kind(i) == Node::OptionalTok) {
            param.optional = true;
        } else if (kind(i) == Node::Text || kind(i) == Node::Number) {
            param.value = value(i);
        }
    });
    out.params.push_back(std::move(param));
}

void SyntaxBuilder::test(MapFile& out, std::size_t node) {
    TestCase test;
    test.span = span(node);
    const auto given =
        [&](std::size_t i, std::optional<std::string>& text, std::optional<std::string>& file) {
            each_child(i, [&](std::size_t k) {
                if (kind(k) == Node::FileTok) file = value(k);
                if (kind(k) != Node::RawText) return;
                std::string content = raw(k);
                content = content.substr(3, content.size() - 6);
                if (content.starts_with("\r\n"))
                    content.erase(0, 2);
                else if (content.starts_with('\n'))
                    content.erase(0, 1);
                text = std::move(content);
            });
        };
    each_child(node, [&](std::size_t i) {
        switch (kind(i)) {
            case Node::Text:
                test.name = value(i);
                test.span = span(i);
                break;
            case Node::Wire:
                given(i, test.wire, test.wire_file);
                break;
            case Node::Canonical:
                given(i, test.canonical, test.canonical_file);
                break;
            case Node::RoundTripLine: {
                const std::string grade = has_children(i) ? raw(first_child(i)) : "";
                test.round_trip = grade == "exact"  ? RoundTrip::Exact
                                  : grade == "none" ? RoundTrip::None
                                                    : RoundTrip::Stable;
                break;
            }
            case Node::Expect: {
                Else expected = else_clause(i);
                test.expects.push_back({expected.action, expected.message, expected.span});
                break;
            }
            default:
                break;
        }
    });
    out.tests.push_back(std::move(test));
}

void SyntaxBuilder::reference(std::vector<Reference>& out, std::size_t node) const {
    Reference found;
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::FileTok) {
            found.file = value(i);
            found.span = span(i);
        } else if (kind(i) == Node::VersionTok) {
            found.version = raw(i);
        }
    });
    out.push_back(std::move(found));
}

void SyntaxBuilder::top(MapFile& out, std::size_t node) {
    std::vector<std::string> words;
    std::vector<Item> items;
    const auto names = [&] {
        each_child(node, [&](std::size_t i) {
            if (kind(i) == Node::Name || kind(i) == Node::Text || kind(i) == Node::Number)
                words.push_back(value(i));
        });
        words.resize(2);
    };
    switch (kind(node)) {
        case Node::MapLine:
            each_child(node, [&](std::size_t i) {
                if (kind(i) == Node::Name) {
                    out.name = raw(i);
                    out.name_span = span(i);
                } else {
                    out.version = raw(i);
                }
            });
            break;
        case Node::Extends:
            reference(out.extends, node);
            break;
        case Node::Include:
            reference(out.includes, node);
            break;
        case Node::Header:
            header(out, node);
            break;
        case Node::NamespaceLine:
            names();
            out.namespaces.push_back({words[0], words[1], span(node)});
            break;
        case Node::ParamLine:
            param(out, node);
            break;
        case Node::SetLine:
            names();
            out.settings.push_back({words[0], words[1], span(node)});
            break;
        case Node::TableDef:
            table(out, node);
            break;
        case Node::LensDef: {
            UserLens lens_out;
            each_child(node, [&](std::size_t i) {
                if (kind(i) == Node::Name) {
                    lens_out.name = raw(i);
                    lens_out.span = span(i);
                } else {
                    lens_out.lenses.push_back(lens(i));
                }
            });
            out.lenses.push_back(std::move(lens_out));
            break;
        }
        case Node::FragmentDef: {
            Fragment fragment;
            each_child(node, [&](std::size_t i) {
                if (kind(i) == Node::Name) {
                    fragment.name = raw(i);
                    fragment.span = span(i);
                } else {
                    fragment.items = body(i);
                }
            });
            out.fragments.push_back(std::move(fragment));
            break;
        }
        case Node::TestDef:
            test(out, node);
            break;
        default:
            out.items.push_back(item(node));
            break;
    }
}

void SyntaxBuilder::build(MapFile& out) {
    for (std::size_t i = 0; i < m_events.size(); i += m_events[i].size)
        top(out, i);
}

std::string expected_text(const std::vector<std::string>& expected) {
    std::string out = "expected ";
    const std::size_t shown = std::min<std::size_t>(expected.size(), 6);
    for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) out += i + 1 == shown ? " or " : ", ";
        const bool keyword = std::all_of(
            expected[i].begin(), expected[i].end(), [](char c) { return c >= 'a' && c <= 'z'; });
        out += keyword ? "\"" + expected[i] + "\"" : expected[i];
    }
    return expected.empty() ? "this cannot stand here" : out;
}

std::string expected_help(std::string_view before,
                          std::string_view rest,
                          const std::vector<std::string>& expected) {
    const auto wants = [&](std::string_view label) {
        return std::find(expected.begin(), expected.end(), label) != expected.end();
    };
    if (rest.starts_with("<=>") || rest.starts_with("=>") || rest.starts_with("-->") ||
        (before.ends_with("<=") && rest.starts_with('>')))
        return "arrows are <-> (both ways), -> (into the document) and <- (out of it)";
    if (rest.starts_with('/') && wants("an arrow (<->, -> or <-)"))
        return "there is no division sign; div(a, b, scale) says how many decimals to keep";
    if (wants("a quoted text") && !rest.empty() && rest[0] != '\n')
        return "texts stand in double quotes";
    return {};
}

void add_failures(const Sources& sources,
                  std::uint32_t file,
                  std::uint32_t shift,
                  const std::vector<Failure>& failures,
                  std::vector<Diagnostic>& diagnostics) {
    const std::string_view text = sources.files[file].text;
    for (const Failure& failure : failures) {
        const std::uint32_t begin = failure.at + shift;
        std::uint32_t end = begin;
        while (end < text.size() &&
               std::string_view(" \t\r\n").find(text[end]) == std::string_view::npos &&
               end - begin < 40)
            ++end;
        const std::string_view rest = begin < text.size() ? text.substr(begin) : std::string_view{};
        diagnostics.push_back(
            {"MAP002",
             Severity::Error,
             {file, begin, std::max(end, begin + 1)},
             expected_text(failure.expected),
             expected_help(text.substr(0, std::min<std::size_t>(begin, text.size())),
                           rest,
                           failure.expected)});
    }
}

}  // namespace

MapFile parse_map(const Sources& sources,
                  std::uint32_t file,
                  std::vector<Diagnostic>& diagnostics,
                  const GrammarLimits& limits) {
    MapFile out;
    if (sources.files[file].text.size() > limits.bytes) {
        diagnostics.push_back({"MAP001",
                               Severity::Error,
                               {file, 0, 1},
                               "the file has " + std::to_string(sources.files[file].text.size()) +
                                   " bytes, " + std::to_string(limits.bytes) + " is the limit",
                               "split it with include, or keep tables in CSV files"});
        return out;
    }
    const std::size_t before = diagnostics.size();
    const std::string prepared = prepare(sources, file, limits, diagnostics);
    const Recognised found = recognise(prepared, StartRule::File, limits.faults);
    add_failures(sources, file, 0, found.failures, diagnostics);
    SyntaxBuilder(sources, file, 0, found.events, diagnostics).build(out);
    std::stable_sort(
        diagnostics.begin() + static_cast<std::ptrdiff_t>(before),
        diagnostics.end(),
        [](const Diagnostic& a, const Diagnostic& b) { return a.span.begin < b.span.begin; });
    if (diagnostics.size() > before + limits.faults) diagnostics.resize(before + limits.faults);
    return out;
}

std::optional<Expr> parse_expression(const Sources& sources,
                                     Span span,
                                     std::vector<Diagnostic>& diagnostics) {
    const std::string_view text = sources.text(span);
    unsigned depth = 0;
    for (const char c : text)
        if ((c == '(' || c == '[') && ++depth > GrammarLimits{}.depth) break;
    if (depth > GrammarLimits{}.depth) {
        diagnostics.push_back(
            {"MAP001", Severity::Error, span, "brackets are nested too deep", ""});
        return std::nullopt;
    }
    const Recognised found = recognise(text, StartRule::Expression, 1);
    add_failures(sources, span.file, span.begin, found.failures, diagnostics);
    if (!found.failures.empty() || found.events.empty()) return std::nullopt;
    return SyntaxBuilder(sources, span.file, span.begin, found.events, diagnostics).expression(0);
}

}  // namespace sallyport::mapping
