// SPDX-License-Identifier: Apache-2.0
// The compiled map: paths resolved to schema positions and document slots, lenses to operations, names gone. Immutable,
// shared between threads, used by both directions. Private to mappings/.
#pragma once

#include "gateway/base/decimal.h"
#include "mappings/canonical.h"
#include "mappings/loader.h"
#include "mappings/map.h"
#include "mappings/xml_set.h"
#include "parsers/document.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace sallyport::mapping {

// ---- the wire side ----------------------------------------------------------------------------------------------------

struct Hop;

struct Selector {
    edi::Locator at;
    std::string code;
    bool absent = false;     // [not 02]
    std::vector<Hop> below;  // XML: the element tested stands below the one that is selected
};
// Two tests about one place.
bool same_place(const Selector& a, const Selector& b);
// A text that is the same for the same place.
std::string place_key(const Selector& test);

// One step down: a segment or loop below the loop reached so far, or a child in the tree of HL/CPS.
struct Hop {
    std::uint32_t node = 0;  // SetSchema::nodes
    bool loop = false;
    bool tree = false;
    std::vector<Selector> tests;
    int occurrence = 0;  // (2): the second one; 0: the first
};

enum class PlaceKind : std::uint8_t {
    Anchor,    // the segment or group itself
    Elements,  // one element, or several that make one value
    Pair,      // the value beside a qualifier: PO1.id[UP]
    PairList,  // every pair: SDQ.dest
    PairPart,  // inside each SDQ.dest: .code, .quantity, .unit
};

struct WirePlace {
    bool from_root = false;
    std::vector<Hop> hops;  // empty: the segment of the block
    PlaceKind kind = PlaceKind::Anchor;
    std::vector<edi::Locator> at;                 // Elements; PairPart of a shared element
    const edi::SegmentSchema* segment = nullptr;  // of the last hop
    const edi::PairGroup* pair = nullptr;         // Pair, PairList, PairPart
    std::string pair_code;                        // Pair
    enum class Part : std::uint8_t { Qualifier, Value, Shared } part = Part::Value;
    const edi::Element* element = nullptr;  // of the first place; null: unknown
    std::uint32_t owner = 0;                // node of the last hop, or of the block's segment
    bool owner_loop = false;
    Span span;
    std::string text;  // "REF[DP].02"
};

// ---- the document side ------------------------------------------------------------------------------------------------

struct DocHop {
    std::uint16_t slot = 0;
    const Field* field = nullptr;  // Record or List
    std::string kind;              // List with a bracket: the entry of that kind
};

struct DocPlace {
    bool from_root = false;
    std::vector<DocHop> hops;
    int slot = -1;  // -1: ends on the record or list of the last hop
    const Field* field = nullptr;
    Span span;
    std::string text;
};

// ---- lenses -----------------------------------------------------------------------------------------------------------

enum class LensKind : std::uint8_t {
    Table,
    Date,
    Time,
    Dtm,
    Moment,
    Split,
    Prefix,
    Suffix,
    Zeros,
    Trim,
    Upper,
    Ascii,
    Wrap,
    Cut,
    Round,
    Scale,
    Negate,
    Invert,
    Gtin,
    Sscc,
    Digit,
};

// A table both ways, in plain look-ups.
struct CompiledTable {
    std::string name;
    std::unordered_map<std::string, std::pair<std::string, Span>> read;   // code -> word
    std::unordered_map<std::string, std::pair<std::string, Span>> write;  // word -> code
    std::vector<std::string> codes;
    std::vector<std::string> words;
};

struct LensOp {
    LensKind kind = LensKind::Trim;
    std::string
        text;  // table: value for unknown codes; split: separator; prefix, suffix, sscc: text; date, time: format
    int number = 0;         // zeros, wrap, cut, round, scale; dtm: 102, 203, 718
    bool keep = false;      // table … else keep
    bool fallback = false;  // table … else "x"
    const CompiledTable* table = nullptr;
    std::string zone;  // moment
    Span span;
};

// ---- expressions ------------------------------------------------------------------------------------------------------

enum class Function : std::uint8_t {
    Count,
    Sum,
    Min,
    Max,
    Exists,
    FirstOf,
    Join,
    Concat,
    Left,
    Mid,
    Right,
    Length,
    Upper,
    Replace,
    Round,
    Div,
    Abs,
    Index,
    CountSegments,
};

enum class Op : std::uint8_t {
    Text,
    Number,
    Wire,
    Document,
    Parameter,
    List,
    Call,
    Not,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    Greater,
    LessEqual,
    GreaterEqual,
    In,
    Add,
    Subtract,
    Multiply
};

struct CompiledExpr {
    Op op = Op::Text;
    std::string text;
    Decimal number;
    WirePlace wire;
    DocPlace document;
    std::size_t parameter = 0;
    Function function = Function::Count;
    std::vector<CompiledExpr> args;
    FieldType type = FieldType::Text;  // Wire: type of the element
    Span span;
};

// "CTT01 says {CTT.01} lines": pieces between which values are put.
struct Message {
    std::vector<std::string> texts;  // one more than values
    std::vector<CompiledExpr> values;
};

// ---- rules ------------------------------------------------------------------------------------------------------------

struct OnFail {
    Action action = Action::Reject;
    std::string code;
    Message message;
    bool given = false;
};

enum class RuleClass : std::uint8_t { Exact, Normalises, Loses, ReadOnly, WriteOnly, Checked };

enum class StepKind : std::uint8_t {
    Move,    // wire <-> field
    Check,   // wire <-> literal or expression
    Put,     // wire <- literal, parameter or expression
    Derive,  // expression -> field
    Block,
    First,
    When,
    Require,
};

struct PlanStep {
    StepKind kind = StepKind::Move;
    Arrow arrow = Arrow::Both;
    WirePlace wire;                        // Move, Check, Put, Block
    std::vector<DocPlace> fields;          // Move, Derive; Block: its record
    std::vector<LensOp> lenses;            // left to right
    FieldType input = FieldType::Text;     // what the first lens, or the field, wants of the wire
    std::optional<std::string> otherwise;  // default, as a document value
    bool omit = false;
    bool always = false;
    std::optional<CompiledExpr> condition;  // if
    CompiledExpr expr;                      // Check, Put, Derive; When: reading; Require
    std::optional<CompiledExpr> writing;    // When: building
    OnFail on_fail;
    char phase = 0;           // Require
    bool each = false;        // Block
    bool has_record = false;  // Block with an arrow
    bool quiet =
        false;  // Block without a record: when it is not on the wire nothing inside is done (no default, no sum)
    std::string kind_code;  // Block: each … <-> list[kind]
    int union_id = -1;      // Block: each blocks on the same list
    std::vector<PlanStep> steps;
    std::uint32_t rule = 0;  // Plan::rules
};

struct RuleInfo {
    Span span;
    std::string where;  // "x12-850-base.map:59"
    std::string text;   // "PO1.03 | table uom <-> unit"
    RuleClass rule_class = RuleClass::Exact;
    bool is_rule = false;  // Move, Check, Put, Derive: counted
};

// `split by lines.allocations.buyer_code`
struct SplitBy {
    std::string list, inner, key;
    bool addressed = false;  // the document has a ship_to, and that has such a key
};

struct Plan {
    EffectiveMap map;
    MapInfo info;
    std::shared_ptr<const DocumentSchema> document;
    const edi::SetSchema* set = nullptr;
    XmlSet* xml = nullptr;  // a map of an XML document: `set` is its schema
    std::vector<std::unique_ptr<CompiledTable>> tables;
    std::vector<PlanStep> steps;
    std::vector<RuleInfo> rules;
    std::vector<std::optional<std::string>> parameter_defaults;  // by index in map.params
    std::optional<SplitBy> split;
    std::shared_ptr<XmlSet> xml_owner;  // shared with the plans made from this one
};

// The plan is for this document: it has been placed, or is XML of its family and kind.
bool is_of(const Plan& plan, const edi::Transaction& transaction);

// One line, blanks squeezed: how a rule is quoted.
std::string squeeze(std::string_view text);

}  // namespace sallyport::mapping
