// SPDX-License-Identifier: Apache-2.0
// The map as written: items with their places in the text. Built by the grammar, changed by the loader (include, extends),
// read by the checker, which makes the plan from it. Value types; nothing here refers to schemas.
#pragma once

#include "mappings/source.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

enum class Arrow : std::uint8_t { Both, Read, Write };  // <->  ->  <-

// One test in a bracket: [ST] (element empty), [02=F050], [not 02] (absent).
struct Test {
    std::string element;
    std::string code;
    bool absent = false;
    Span span;
};

struct Step {
    std::string name;
    std::vector<Test> tests;
    int occurrence = 0;  // (2) is the second; 0 when not written
    Span span;
};

// REF[DP].02, heading/ALC[A], .05, BSN.(03,04), cbc:Quantity/@unitCode, @partner_id; and on the document side item.upc,
// refs[department]. `outside` says which side the spelling belongs to.
struct Path {
    bool outside = false;
    bool absolute = false;           // begins with "/"
    bool relative = false;           // begins with "." : an element of the block's segment
    std::vector<Step> steps;         // separated by "/" outside, by "." on the document side
    std::vector<Step> parts;         // outside only: behind the dots
    std::vector<std::string> group;  // outside only: .(03,04)
    Span span;

    bool empty() const { return steps.empty() && parts.empty() && group.empty(); }
};

// Canonical spelling, without blanks: what overlays and messages use.
std::string spell(const Path& path);

enum class ExprKind : std::uint8_t { Text, Number, Path, List, Call, Not, Binary };

struct Expr {
    ExprKind kind = ExprKind::Text;
    std::string text;  // Text: unescaped content; Number: digits; Call: function; Binary: operator
    Path path;         // Path
    std::vector<Expr> args;  // List, Call, Not (1), Binary (2)
    Span span;
};

enum class LensArgKind : std::uint8_t { Text, Number, Word, Names, Under };

struct LensArg {
    LensArgKind kind = LensArgKind::Word;
    std::string text;
    std::vector<std::string> names;
    Path path;  // Under
    Span span;
};

struct LensCall {
    std::string name;
    std::vector<LensArg> args;
    Span span;
};

enum class Action : std::uint8_t { Reject, Hold, Warn };
std::string_view to_string(Action action);

struct Else {
    Action action = Action::Reject;
    std::string code;     // partner-readable number such as 024; may be empty
    std::string message;  // with {expr} still in it
    Span span;            // of the message text, quotes included
};

enum class ItemKind : std::uint8_t {
    Rule,     // left lenses arrow right clauses
    Block,    // path [arrow field] { }
    Each,     // each path arrow field { }
    First,    // first { }
    When,     // when expr [arrow expr] { }
    Use,      // use fragment
    Require,  // require [on parse|build] expr else ...
    Remove,
    Replace,
    Into,  // in path { }
};

struct Item {
    ItemKind kind = ItemKind::Rule;
    Span span;                   // the whole item; of a block only its heading
    bool each = false;           // Each; also remove each / replace each / in each
    bool always = false;         // Rule
    std::optional<Arrow> arrow;  // Rule, Block, Each, When
    Path path;                   // outside path of Rule, Block, Each, Remove, Replace, Into
    bool left_is_path = true;    // Rule: false when `expr` holds a computed left side
    Expr left;  // Rule with a computed left side; When: test reading; Require: the condition
    std::vector<LensCall> lenses;
    std::vector<Path> fields;       // right side when it is one field or a list of fields
    bool has_right = false;         // Rule/When: `right` holds an expression
    Expr right;                     // Rule: literal or expression; When: test building
    std::optional<Expr> otherwise;  // default
    bool omit = false;
    std::optional<Expr> condition;  // if
    std::optional<Else> on_fail;
    std::string handle;    // as name
    std::string name;      // Use: fragment; Remove/Replace by handle; Replace fragment
    std::string group_by;  // each ... group by field
    char phase = 0;        // Require: 0 both, 'p' on parse, 'b' on build
    bool replaces_fragment = false;
    std::vector<Item> children;  // body; Replace ... with: the one new item
};

struct TableRow {
    std::string outside;
    std::string word;
    Arrow arrow = Arrow::Both;
    Span span;
};

struct Table {
    std::string name;
    std::string file;                  // from "x.csv"
    std::vector<std::string> columns;  // (theirs, ours)
    std::vector<TableRow> rows;
    Span span;
};

enum class ParamType : std::uint8_t { Text, Code, Decimal, Integer, Date, Time, Moment, Boolean };

struct Param {
    std::string name;
    ParamType type = ParamType::Text;
    std::optional<std::string> value;
    bool optional = false;
    Span span;
};

struct Setting {
    std::string name;
    std::string value;
    Span span;
};

struct Fragment {
    std::string name;
    std::vector<Item> items;
    Span span;
};

struct UserLens {
    std::string name;
    std::vector<LensCall> lenses;
    Span span;
};

enum class RoundTrip : std::uint8_t { Exact, Stable, None };

struct TestCase {
    std::string name;
    Span span;
    std::optional<std::string> wire;
    std::optional<std::string> wire_file;
    std::optional<std::string> canonical;
    std::optional<std::string> canonical_file;
    RoundTrip round_trip = RoundTrip::Stable;
    struct Expectation {
        Action action = Action::Reject;
        std::string text;
        Span span;
    };
    std::vector<Expectation> expects;
};

struct Header {
    std::string side;  // x12, edifact, xml, odoo; empty when the file has no such line
    std::vector<std::string> codes;  // 004010 850
    Arrow arrow = Arrow::Both;
    std::string document;  // order
    std::string split_by;
    Span span;
};

struct Reference {
    std::string file;
    std::string version;  // pin; empty when not written
    Span span;
};

struct Namespace {
    std::string prefix;
    std::string uri;
    Span span;
};

// One file, as written.
struct MapFile {
    std::string name;
    std::string version;
    Span name_span;
    Header header;
    std::vector<Reference> extends;
    std::vector<Reference> includes;
    std::vector<Namespace> namespaces;
    std::vector<Param> params;
    std::vector<Setting> settings;
    std::vector<Table> tables;
    std::vector<UserLens> lenses;
    std::vector<Fragment> fragments;
    std::vector<Item> items;  // in the order written, overlay items included
    std::vector<TestCase> tests;
};

}  // namespace sallyport::mapping
