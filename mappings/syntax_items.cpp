// SPDX-License-Identifier: Apache-2.0
// Paths, expressions, rules and blocks.
#include "mappings/syntax_builder.h"

#include <algorithm>

// Each function handles the few kinds of node that can stand where it looks, out of seventy.
#pragma GCC diagnostic ignored "-Wswitch-enum"

namespace sallyport::mapping {

namespace {

int to_int(std::string_view digits) {
    int out = 0;
    for (const char c : digits)
        if (c >= '0' && c <= '9' && out < 100000) out = out * 10 + (c - '0');
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

}  // namespace

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

void SyntaxBuilder::right_side(Item& out, std::size_t node) const {
    Expr right = expression(node);
    const bool field =
        kind(node) == Node::RightExpr && right.kind == ExprKind::Path && !right.path.outside;
    if (field)
        out.fields.push_back(right.path);
    else
        out.has_right = true;
    out.right = std::move(right);
}

void SyntaxBuilder::path_part(Item& out, std::size_t node, bool after_arrow) const {
    if (after_arrow)
        out.fields.push_back(path(node));
    else
        out.path = path(node);
}

void SyntaxBuilder::field_list(Item& out, std::size_t node) const {
    each_child(node, [&](std::size_t i) { out.fields.push_back(path(i)); });
}

void SyntaxBuilder::default_value(Item& out, std::size_t node) const {
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::Omit)
            out.omit = true;
        else
            out.otherwise = expression(i);
    });
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
            path_part(out, i, after_arrow);
            break;
        case Node::LeftExpr:
            out.left_is_path = false;
            [[fallthrough]];
        case Node::Or:  // the condition of when and require
            out.left = expression(i);
            break;
        case Node::LensNode:
            out.lenses.push_back(lens(i));
            break;
        case Node::Fields:
            field_list(out, i);
            break;
        case Node::RightExpr:
        case Node::WhenRight:
            right_side(out, i);
            break;
        case Node::Default:
            default_value(out, i);
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

}  // namespace sallyport::mapping
