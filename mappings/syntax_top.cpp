// SPDX-License-Identifier: Apache-2.0
// The lines at the head of a file, tables, tests.
#include "mappings/syntax_builder.h"

#include <algorithm>

// Each function handles the few kinds of node that can stand where it looks, out of seventy.
#pragma GCC diagnostic ignored "-Wswitch-enum"

namespace sallyport::mapping {

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

void SyntaxBuilder::map_line(MapFile& out, std::size_t node) const {
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::Name) {
            out.name = raw(i);
            out.name_span = span(i);
        } else {
            out.version = raw(i);
        }
    });
}

void SyntaxBuilder::user_lens(MapFile& out, std::size_t node) const {
    UserLens made;
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::Name) {
            made.name = raw(i);
            made.span = span(i);
        } else {
            made.lenses.push_back(lens(i));
        }
    });
    out.lenses.push_back(std::move(made));
}

void SyntaxBuilder::fragment(MapFile& out, std::size_t node) {
    Fragment made;
    each_child(node, [&](std::size_t i) {
        if (kind(i) == Node::Name) {
            made.name = raw(i);
            made.span = span(i);
        } else {
            made.items = body(i);
        }
    });
    out.fragments.push_back(std::move(made));
}

void SyntaxBuilder::top(MapFile& out, std::size_t node) {
    std::vector<std::string> words;  // a name and its value
    if (kind(node) == Node::NamespaceLine || kind(node) == Node::SetLine) {
        each_child(node, [&](std::size_t i) { words.push_back(value(i)); });
        words.resize(2);
    }
    switch (kind(node)) {
        case Node::MapLine:
            return map_line(out, node);
        case Node::Extends:
            return reference(out.extends, node);
        case Node::Include:
            return reference(out.includes, node);
        case Node::Header:
            return header(out, node);
        case Node::NamespaceLine:
            out.namespaces.push_back({words[0], words[1], span(node)});
            return;
        case Node::ParamLine:
            return param(out, node);
        case Node::SetLine:
            out.settings.push_back({words[0], words[1], span(node)});
            return;
        case Node::TableDef:
            return table(out, node);
        case Node::LensDef:
            return user_lens(out, node);
        case Node::FragmentDef:
            return fragment(out, node);
        case Node::TestDef:
            return test(out, node);
        default:
            out.items.push_back(item(node));
            return;
    }
}

void SyntaxBuilder::build(MapFile& out) {
    for (std::size_t i = 0; i < m_events.size(); i += m_events[i].size)
        top(out, i);
}

}  // namespace sallyport::mapping
