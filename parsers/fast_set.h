// SPDX-License-Identifier: Apache-2.0
// A set compiled for speed: tags as numbers, the steps of Placement as a table, segments as arrays of length windows, code
// tables and bit masks. It knows what is faultless, nothing else: whatever it does not wave through is judged by the tree's own
// classes. Filled as it is used; one per stream validator. Private to parsers/.
#pragma once

#include "parsers/elements.h"
#include "parsers/schema.h"

#include <array>
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
        Digits,  // a number; digits alone are judged here, marks and signs by check_value
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
        std::uint32_t at = m_table[walk.node * m_tag_count + tag];
        if (at == Unknown) at = first_find(walk.node, tag);
        for (const Candidate* one = m_candidates.data() + at;; ++one) {
            if (one->node == None) return nullptr;
            if (one->again && walk.uses[one->level] >= one->limit) continue;
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
        std::uint32_t& uses = walk.uses[place.level];
        uses = place.again ? uses + 1 : 1;
        if (place.opens) walk.uses[place.level + 1u] = 0;
        walk.node = place.node;
    }
    // Of any tag of the set, those of the envelope included.
    std::uint32_t number_of(std::string_view name) const;

    const FastSegment& segment(std::uint32_t node) {
        const FastSegment* known = m_segments[node];
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
    std::uint32_t m_tag_count = 0;
    std::vector<std::uint32_t> m_table;
    std::vector<Candidate> m_candidates;
    std::vector<const FastSegment*> m_segments;
    std::deque<FastSegment> m_segment_store;
    std::unordered_map<const SegmentSchema*, const FastSegment*> m_by_schema;
    std::unordered_map<const Composite*, std::unique_ptr<FastComposite>> m_composites;
    std::unordered_map<const Element*, std::unique_ptr<CodeTable>> m_codes;
};

// Good for certain. `octets` have no character that is not plain text, no separator, and eight readable octets behind them.
bool value_is_good(const FastValue& value,
                   const char* octets,
                   std::size_t size,
                   const ElementRules& rules);

}  // namespace sallyport::edi
