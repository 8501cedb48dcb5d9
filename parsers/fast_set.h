// SPDX-License-Identifier: Apache-2.0
// A set compiled for speed: tags as numbers, the steps of Placement as a table, segments as arrays of length windows, code
// tables and bit masks. It knows what is faultless, nothing else: whatever it does not wave through is judged by the tree's own
// classes. Filled as it is used; one per stream validator. Private to parsers/.
#pragma once

#include "parsers/elements.h"
#include "parsers/schema.h"

#include <array>
#include <bit>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sallyport::edi {

// Up to eight octets as a number, equal for equal texts; the load may touch eight octets whatever the size.
inline std::uint64_t packed(const char* text, std::size_t size) {
    std::uint64_t word = 0;
    __builtin_memcpy(&word, text, 8);
    return size >= 8 ? word : word & ((std::uint64_t{1} << (size * 8)) - 1);
}
std::uint64_t packed_safely(std::string_view text);  // touches its own octets only

// Codes of at most eight octets, by open addressing.
class CodeTable {
public:
    CodeTable(const Element& element, const CodeAdditions* additions);
    bool contains(std::uint64_t code) const {
        for (std::uint64_t at = spread(code) & m_mask;; at = (at + 1) & m_mask) {
            if (m_slots[at] == code) return true;
            if (m_slots[at] == 0) return false;
        }
    }

private:
    static std::uint64_t spread(std::uint64_t code) { return (code * 0x9E3779B97F4A7C15) >> 32; }
    std::unique_ptr<std::uint64_t[]> m_slots;
    std::uint64_t m_mask = 0;
};

struct FastComposite;

// One simple value, or a composite when `composite` is set.
struct FastValue {
    enum class Kind : std::uint8_t {
        Text,    // any characters, `min` to `min + spread` of them
        Digits,  // a number; up to eight digits are judged here, signs and the rest by check_value
        Number,  // the same, and a point between digits may be among them
        Other,   // check_value
        Never    // must be empty
    };
    Kind kind = Kind::Never;
    bool composite = false;
    std::uint32_t min = 0, spread = 0;
    const CodeTable* codes = nullptr;
    const Element* element = nullptr;
    const FastComposite* parts = nullptr;
    std::uint64_t bit = 0;  // of its element in the segment, of its component in the composite
};

struct FastCondition {
    ConditionKind kind = ConditionKind::Paired;
    std::uint64_t all = 0, first = 0;
};

// What must be there, as bit masks. Verdicts are functions of the mask: the last good ones are remembered.
class Presence {
public:
    void add(const Condition& condition);
    void require(std::uint64_t bit) { m_mandatory |= bit; }
    bool holds(std::uint64_t present) const {
        std::uint64_t& known = m_good[(present * 0x9E3779B97F4A7C15) >> 61];
        if (known == present && present != 0) [[likely]]
            return true;
        if (!judge(present)) return false;
        known = present;
        return true;
    }

private:
    bool judge(std::uint64_t present) const;
    std::uint64_t m_mandatory = 0;
    std::vector<FastCondition> m_conditions;
    mutable std::array<std::uint64_t, 8> m_good{};
};

struct FastComposite {
    std::vector<FastValue> values;
    Presence presence;
};

struct FastSegment {
    std::vector<FastValue> values;  // wire positions: below EDIFACT syntax 4 repeats are spread out
    Presence presence;
    bool usable =
        false;          // false: too large for the masks, or one other segments are judged by (BSN)
    bool tree = false;  // HL, CPS, LIN: names its parent
};

class FastSet {
public:
    FastSet(const SetSchema& set, const ElementRules& rules);
    FastSet(const FastSet&) = delete;
    FastSet& operator=(const FastSet&) = delete;

    static constexpr std::uint32_t NoTag = 0xFFFF;
    // Of a tag of two or three octets, as packed(); NoTag for those of the envelope, BIN and BDS as well.
    std::uint32_t tag(std::uint32_t packed_tag) const {
        for (std::uint32_t at = slot(packed_tag);; at = (at + 1) % TagSlots) {
            if (m_tags[at].packed == packed_tag) return m_tags[at].number;
            if (m_tags[at].packed == 0) return NoTag;
        }
    }

    // Where the walk stands: the node placed last, and how often each open loop's child at hand was used.
    struct Walk {
        std::uint32_t node = 0;
        std::array<std::uint32_t, 32> uses{};  // by depth of the loop
    };
    // A place the segment may take; when `limit` uses of it are exhausted the next one counts.
    struct Candidate {
        std::uint32_t node = None;  // None: there is no further one
        std::uint32_t limit = Unlimited;
        std::uint8_t level = 0;
        bool again = false;  // the child already at hand
        bool clean = false;
        bool opens = false;
    };
    // The next segment's place when that is beyond doubt and nothing mandatory was skipped; null: Placement must say. Good
    // until the next call.
    const Candidate* find(const Walk& walk, std::uint32_t tag) {
        // Past the vector's own check: both numbers were given out by this set.
        std::uint32_t at = m_table.data()[walk.node * m_tag_count + tag];
        if (at == Unknown) [[unlikely]]
            at = first_find(walk.node, tag);
        for (const Candidate* one = m_candidates.data() + at;; ++one) {
            if (one->node == None) return nullptr;
            if (one->again && walk.uses.data()[one->level] >= one->limit) continue;
            return one->clean ? one : nullptr;
        }
    }
    // Where find() had doubts: the first place there is, used up or behind something mandatory. Null: none.
    const Candidate* nearest(const Walk& walk, std::uint32_t tag) const {
        const std::uint32_t at = m_table[walk.node * m_tag_count + tag];
        const Candidate* const first = m_candidates.data() + (at == Unknown ? 0 : at);
        return first->node == None ? nullptr : first;
    }
    void take(Walk& walk, const Candidate& place) const {
        std::uint32_t* const uses = walk.uses.data() + place.level;  // deeper sets are not usable
        uses[0] = place.again ? uses[0] + 1 : 1;
        if (place.opens) uses[1] = 0;
        walk.node = place.node;
    }
    // find() by the octets of the tag, as packed(), and what the place is judged by. Every place remembers which two tags came
    // behind it last: documents repeat themselves, and a comparison is foreseen where a chain of look-ups is waited for.
    struct Step {
        std::uint32_t packed = 0;
        Candidate place;
        const FastSegment* segment = nullptr;
    };
    const Step* step(const Walk& walk, std::uint32_t packed_tag) {
        for (const Step& one : m_steps.data()[walk.node].last) {
            if (one.packed != packed_tag) continue;
            if (one.place.again && walk.uses.data()[one.place.level] >= one.place.limit) break;
            return &one;
        }
        return learn(walk, packed_tag);
    }
    // Of any tag of the set, those of the envelope included.
    std::uint32_t number_of(std::string_view name) const;

    const FastSegment& segment(std::uint32_t node) {
        const FastSegment* known = m_segments.data()[node];
        return known ? *known : compile(node);
    }
    const SetSchema& schema() const { return m_set; }
    const ElementRules& rules() const { return m_rules; }
    bool usable() const { return m_usable; }

private:
    static constexpr std::uint32_t TagSlots = 1024;
    static constexpr std::uint32_t Unknown = 0xFFFFFFFF;
    struct Tag {
        std::uint32_t packed = 0, number = 0;
    };
    static std::uint32_t slot(std::uint32_t packed_tag) { return (packed_tag * 0x9E3779B1u) >> 22; }
    struct Steps {
        std::array<Step, 2> last;
    };
    const Step* learn(const Walk& walk, std::uint32_t packed_tag);
    std::uint32_t first_find(std::uint32_t from, std::uint32_t tag);
    void add_candidates(std::uint32_t from, std::string_view tag);
    std::uint32_t child(std::uint32_t loop, std::uint32_t from, std::string_view tag) const;
    bool skips_mandatory(std::uint32_t loop, std::uint32_t cursor, std::uint32_t to) const;
    const FastSegment& compile(std::uint32_t node);
    void fill(FastSegment& segment, const SegmentSchema& schema);
    FastValue value(const Element* element);
    const FastComposite* composite(const Composite& schema);
    const CodeTable* codes(const Element& element);

    const SetSchema& m_set;
    ElementRules m_rules;
    bool m_usable = true;
    std::array<Tag, TagSlots> m_tags{};
    std::vector<std::string_view> m_names;  // by tag number
    std::unordered_map<std::string_view, std::uint32_t> m_numbers;
    std::uint32_t m_tag_count = 0;
    std::vector<std::uint32_t> m_table;
    std::vector<Candidate> m_candidates;
    std::vector<Steps> m_steps;  // by node
    Step m_step;                 // one that is not remembered
    std::vector<const FastSegment*> m_segments;
    std::deque<FastSegment> m_segment_store;
    std::unordered_map<const SegmentSchema*, const FastSegment*> m_by_schema;
    std::unordered_map<const Composite*, std::unique_ptr<FastComposite>> m_composites;
    std::unordered_map<const Element*, std::unique_ptr<CodeTable>> m_codes;
};

// Eight digits or fewer: no octet may leave '0' to '9'.
inline bool all_digits(std::uint64_t word) {
    const std::uint64_t above = word + 0x4646464646464646;  // over '9' sets the top bit
    const std::uint64_t below = word - 0x3030303030303030;  // under '0' sets it
    return ((above | below) & 0x8080808080808080) == 0;
}

// Up to eight octets as good as digits: digits, and where `point` a single one between them. `digits` is their number.
inline bool is_short_number(const char* octets, std::size_t size, bool point, std::size_t& digits) {
    digits = size;
    if (size > 8) return false;
    std::uint64_t word = packed(octets, size) | (size == 8 ? 0 : 0x3030303030303030u << (size * 8));
    if (all_digits(word)) return true;
    const std::uint64_t other =
        word ^ 0x2E2E2E2E2E2E2E2E;  // points are zero, the first one for certain
    const std::uint64_t points = (other - 0x0101010101010101) & ~other & 0x8080808080808080;
    if (!point || points == 0) return false;
    const auto at = static_cast<std::size_t>(std::countr_zero(points)) / 8;
    word ^= std::uint64_t{'.' ^ '0'} << (at * 8);
    --digits;
    return at > 0 && at < digits && all_digits(word);
}

// What value_is_good() does not decide in passing.
bool odd_value_is_good(const FastValue& value,
                       const char* octets,
                       std::size_t size,
                       const ElementRules& rules);

// Numbers, and what ends in blanks.
[[gnu::noinline]] inline bool other_value_is_good(const FastValue& value,
                                                  const char* octets,
                                                  std::size_t size,
                                                  const ElementRules& rules) {
    std::size_t digits = 0;
    if (octets[size - 1] == ' ' || value.kind == FastValue::Kind::Text ||
        value.kind > FastValue::Kind::Number ||
        !is_short_number(octets, size, value.kind == FastValue::Kind::Number, digits))
        return odd_value_is_good(value, octets, size, rules);
    if (digits - value.min > value.spread) return false;
    return !value.codes || (size <= 8 && value.codes->contains(packed(octets, size)));
}

// Good for certain. `octets` have no character that is not plain text, no separator, and eight readable octets behind them.
[[gnu::always_inline]] inline bool value_is_good(const FastValue& value,
                                                 const char* octets,
                                                 std::size_t size,
                                                 const ElementRules& rules) {
    if (value.kind != FastValue::Kind::Text || octets[size - 1] == ' ')
        return other_value_is_good(value, octets, size, rules);
    if (size - value.min > value.spread) return false;
    if (!value.codes) return true;
    return size <= 8 && value.codes->contains(packed(octets, size));
}

}  // namespace sallyport::edi
