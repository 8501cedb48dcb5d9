// SPDX-License-Identifier: Apache-2.0
// What a standard allows, as data: sets (messages) as trees of loops and segments, segments, composites, elements, code
// lists, relational conditions, and our own overlay facts (qualifier elements, pairs, trees, counters) that the mapping
// language needs. Loaded from text files (parsers/schemas/FORMAT.md) at start; immutable and thread-safe afterwards.
//
// Everything returned by pointer or string_view is owned by the SchemaSet and lives as long as it does.
#pragma once

#include "gateway/base/error.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace sallyport::edi {

enum class Standard : std::uint8_t { X12, Edifact, Xml };
std::string_view to_string(
    Standard standard);  // "x12", "edifact", "xml": as mapping headers write it

enum class Usage : std::uint8_t { Mandatory, Optional, Conditional };
enum class Area : std::uint8_t { Heading, Detail, Summary };
std::string_view to_string(Area area);  // "heading", "detail", "summary"

// X12: Text AN, Code ID, Implied Nn, Real R, Date DT, Time TM, Binary B. EDIFACT: Alpha a, Digits n, Any an.
enum class DataType : std::uint8_t {
    Text,
    Code,
    Implied,
    Real,
    Date,
    Time,
    Binary,
    Alpha,
    Digits,
    Any
};

inline constexpr std::uint32_t Unlimited = 0xFFFFFFFF;  // "no limit" for maxima and repeats

class CodeList {
public:
    bool contains(std::string_view code) const;
    std::span<const std::string_view> values() const { return m_values; }  // sorted by octets

private:
    friend class SchemaLoader;
    std::vector<std::string_view> m_values;
};

struct Element {
    std::string_view id;  // "353", "3035", "I05"
    DataType type = DataType::Text;
    std::uint8_t decimals = 0;  // DataType::Implied only
    std::uint32_t min = 1;      // characters; numbers: digits
    std::uint32_t max = 1;
    const CodeList* codes = nullptr;  // null: external list, not checked
};

// X12 kinds P R C L E (X12.6 section 3.8.3.2 names them); EDIFACT D1 to D7 (ISO 9735-1 annex).
enum class ConditionKind : std::uint8_t {
    Paired,           // P, D2: all or none
    Required,         // R, D3: at least one
    Exclusive,        // E, D4: at most one
    Conditional,      // C, D5: if the first, then all others
    ListConditional,  // L, D6: if the first, then at least one other
    ExactlyOne,       // D1
    FirstExcludes     // D7: if the first, then none of the others
};
std::string_view to_string(
    ConditionKind kind);  // the standard's own letter: "P", "R", "E", "C", "L", "D1", "D7"

std::optional<ConditionKind> condition_kind(
    std::string_view letter);  // and back; D2 is P, D3 R, D4 E, D5 C, D6 L

struct Condition {
    ConditionKind kind = ConditionKind::Paired;
    std::vector<std::uint8_t>
        positions;  // element (or component) positions from 1; [0] is the trigger for C, L, D7
};

struct ComponentRef {
    const Element* element = nullptr;
    Usage usage = Usage::Optional;
    std::uint32_t repeat =
        1;  // EDIFACT: the same element several times in a row is several ComponentRefs
};

struct Composite {
    std::string_view id;  // "C001", "C507", "S005"
    std::vector<ComponentRef>
        components;  // [0] is component 1; element null: position not used in this release
    std::vector<Condition> conditions;
};

// Exactly one of element and composite is set; both null: position not used.
struct ElementRef {
    const Element* element = nullptr;
    const Composite* composite = nullptr;
    Usage usage = Usage::Optional;
    std::uint32_t repeat = 1;
};

// A place inside a segment. component 1 for a simple element.
struct Locator {
    std::uint16_t element = 0;     // 1..
    std::uint16_t component = 1;   // 1..
    std::uint16_t repetition = 1;  // 1..
    friend bool operator==(const Locator&, const Locator&) = default;
};

// "PO1.id" = (06,07)(08,09)…: slots in wire order; `shared` are the elements all slots have in common (SDQ 01 unit).
struct PairSlot {
    std::optional<Locator> qualifier;  // absent where the qualifier is shared (GIN)
    Locator value;
};
struct SharedElement {
    std::string_view role;  // "unit", "qualifier"
    Locator place;
};
struct PairGroup {
    std::string_view name;  // "id", "comm", "dest", …
    std::vector<PairSlot> slots;
    std::vector<SharedElement> shared;
};

struct SegmentSchema {
    std::string_view tag;
    std::vector<ElementRef> elements;  // [0] is element 01
    std::vector<Condition> conditions;
    std::vector<Locator>
        qualifiers;  // by rank: [0] is what `[X]` tests; empty: the segment has none
    std::vector<PairGroup> pairs;
    bool has_repeats = false;  // an element may stand more than once

    // All places `reference` can mean, in wire order. X12: "03", "03.02". EDIFACT: "3035", "C082", "C082.3039";
    // "C212(2).7140" picks the second C212, "C208(1).7402(2)" also the second 7402 in it. An element on segment level
    // hides components of the same code. Empty: no such place.
    std::vector<Locator> locate(std::string_view reference) const;
    const PairGroup* pair(std::string_view name) const;
    const Element* element_at(const Locator& place) const;  // null: no such place
    std::uint32_t repeat_of(std::uint16_t element) const;   // 1 when unknown
};

// One position of a set: a segment, or a loop (segment group) opened by its trigger segment. Nodes stand in wire order
// (preorder); node 0 is the set itself. A loop's trigger is the loop node itself: its `tag`/`segment` describe it, it
// occurs exactly once per loop instance and has no node of its own among the children.
struct Node {
    std::string_view tag;  // segment tag; of a loop: its trigger; node 0: empty
    std::string_view id;  // loop id ("N1", "SG25", "LX"); of a segment: its tag; node 0: the set id
    bool loop = false;
    Usage usage = Usage::Optional;
    Area area = Area::Heading;
    std::uint8_t depth = 0;    // children of node 0 have depth 1
    std::uint32_t max = 1;     // repeats of the segment or loop; Unlimited
    std::uint32_t parent = 0;  // index of the enclosing loop node
    std::uint32_t end = 0;     // one past the last node inside; a segment: own index + 1
    const SegmentSchema* segment = nullptr;
};

// Facts about trees hidden in flat loops: X12 HL, EDIFACT CPS.
struct TreeRule {
    std::string_view segment;  // "HL", "CPS"
    Locator id, parent;
    std::optional<Locator> level;
};
struct LevelRule {
    std::string_view structure;                     // BSN05: "0001" …, "*" any
    std::string_view level;                         // "S", "O", "T", "P", "I"
    std::vector<std::string_view> allowed_parents;  // "root": may stand without a parent
    std::vector<std::string_view> tolerated_parents;
};
// "CTT01 count PO1", "HL01 sequence HL". `field` and `of` are the words of the overlay file.
struct CounterRule {
    std::string_view field, rule, of, scope;
};

struct SetSchema {
    Standard standard = Standard::X12;
    std::string_view release;           // "004010", "D96A"
    std::string_view id;                // "850", "ORDERS"
    std::string_view functional_group;  // "PO"; EDIFACT: empty
    std::vector<Node> nodes;
    std::optional<TreeRule> tree;
    std::vector<LevelRule> levels;
    std::vector<CounterRule> counters;

    // Direct children of `loop` (0 = the set) in wire order; loops among them are represented by their loop node.
    std::vector<std::uint32_t> children(std::uint32_t loop) const;
    // "heading/N1/REF"-like path of loop ids for messages: "" at the top, "PO1", "PO1/PID".
    std::string path(std::uint32_t node) const;
    // Every node whose tag or loop id is `name`; for "it exists in: …" messages.
    std::vector<std::uint32_t> find(std::string_view name) const;
};

// Code values an association (EANCOM) adds to a directory: by element id. Opaque outside parsers/.
struct CodeAdditions;
bool adds_code(const CodeAdditions& additions, std::string_view element, std::string_view code);

class XmlSchemas;  // xml_schema.h
class Guide;       // guide.h

class SchemaSet {
public:
    SchemaSet(SchemaSet&&) noexcept;
    SchemaSet& operator=(SchemaSet&&) noexcept;
    ~SchemaSet();

    // Reads every schema file below `directory`. Errors: schema.directory (cannot be read), schema.syntax and
    // schema.reference (with file and line; Blame::Operator).
    static Result<SchemaSet> load(const std::filesystem::path& directory);
    // Several, in order: what a later one defines (a set, a segment, an element's codes) replaces what an earlier one did.
    static Result<SchemaSet> load(std::span<const std::filesystem::path> directories);

    // `version` as documents state it: "004010", "004010VICS", "00401", "D.96A", "D96A", "D:96A". Error
    // schema.release.unknown or schema.set.unknown, with the near match. A few sets are lent to releases that lack them
    // (x12/borrowed.txt); the release of the result then is the lender's.
    Result<const SetSchema*> find(Standard standard,
                                  std::string_view version,
                                  std::string_view set) const;
    bool has_release(Standard standard, std::string_view version) const;

    // The segment dictionary of a release, and of the envelope ("00401" for ISA/GS, "v3" for UNB/UNH). Null: unknown.
    const SegmentSchema* segment(Standard standard,
                                 std::string_view version,
                                 std::string_view tag) const;
    const SegmentSchema* envelope_segment(Standard standard,
                                          std::string_view version,
                                          std::string_view tag) const;

    // What the association code of a message ("EAN008") adds to its directory ("D96A"). Null: nothing known.
    const CodeAdditions* association_codes(std::string_view version,
                                           std::string_view association) const;

    // What an association asks beyond the standard: VICS and UCS by what stands behind the release in GS08, EANCOM by 0057
    // ("EAN008"). Null: nothing known, the base alone counts. `release` as in SetSchema::release.
    const Guide* use(Standard standard,
                     std::string_view release,
                     std::string_view association) const;
    const Guide* use_named(Standard standard,
                           std::string_view release,
                           std::string_view name) const;
    struct UseName {
        std::string_view name;
        Standard standard;
        std::string_view release, association;  // "*": any release
    };
    std::vector<UseName> uses() const;

    const XmlSchemas& xml() const;  // not in names()

    struct Name {
        Standard standard;
        std::string_view release, set;
    };
    std::vector<Name> names() const;  // everything loaded, sorted

    struct Storage;

private:
    explicit SchemaSet(std::unique_ptr<Storage> storage);
    std::unique_ptr<Storage> m_storage;
};

}  // namespace sallyport::edi
