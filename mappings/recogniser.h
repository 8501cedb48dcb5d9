// SPDX-License-Identifier: Apache-2.0
// Between grammar.cpp (Spirit X3) and syntax.cpp (events to AST): flat events with spans. Private to mappings/.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

// The events of the recogniser, in pre-order: node i owns the following `size - 1` nodes.
enum class Node : std::uint8_t {
    Nothing,
    MapLine,
    Extends,
    Include,
    Header,
    NamespaceLine,
    ParamLine,
    SetLine,
    TableDef,
    TableFrom,
    Row,
    LensDef,
    FragmentDef,
    TestDef,
    Wire,
    Canonical,
    RoundTripLine,
    Expect,
    Rule,
    Block,
    Each,
    First,
    When,
    Use,
    Require,
    Remove,
    Replace,
    ReplaceFragment,
    Into,
    Body,
    Always,
    PathNode,
    StepNode,
    PartNode,
    TestNode,
    ElementName,
    NotElement,
    Occurrence,
    GroupCode,
    Absolute,
    Relative,
    LensNode,
    LensUnder,
    NameList,
    Fields,
    RightExpr,
    LeftExpr,
    Default,
    Omit,
    If,
    ElseClause,
    As,
    GroupBy,
    SplitBy,
    Or,
    And,
    Compare,
    Sum,
    Product,
    Operator,
    Not,
    Call,
    List,
    Name,
    Code,
    Text,
    RawText,
    Number,
    Word,
    ArrowTok,
    ActionTok,
    Phase,
    FileTok,
    VersionTok,
    OptionalTok,
    TypeTok,
    EachTok,
    GradeTok,
    WhenRight,
};

struct Event {
    Node kind = Node::Nothing;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t size = 1;
};

struct Failure {
    std::uint32_t at = 0;
    std::vector<std::string> expected;
};

struct Recognised {
    std::vector<Event> events;
    std::vector<Failure> failures;  // in order of position
};

enum class StartRule : std::uint8_t { File, Expression };
// `prepared` is the text with comments blanked and continued lines joined (same length as the source). grammar.cpp.
Recognised recognise(std::string_view prepared, StartRule start, unsigned max_failures);

}  // namespace sallyport::mapping
