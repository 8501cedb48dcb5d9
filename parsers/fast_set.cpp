// SPDX-License-Identifier: Apache-2.0
#include "parsers/fast_set.h"

#include "parsers/schema_loader.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace sallyport::edi {
namespace {

constexpr std::size_t MaskBits = 64;
constexpr std::size_t MostValues = 255;  // wire positions of one segment

constexpr std::uint64_t bit(std::size_t position) {
    return position >= 1 && position <= MaskBits ? std::uint64_t{1} << (position - 1) : 0;
}

// Segments of the envelope, and those whose payload is counted: not for the walk.
bool is_reserved(std::string_view tag) {
    static constexpr std::array<std::string_view, 15> Reserved = {"ST",
                                                                  "SE",
                                                                  "GS",
                                                                  "GE",
                                                                  "ISA",
                                                                  "IEA",
                                                                  "BIN",
                                                                  "BDS",
                                                                  "UNA",
                                                                  "UNB",
                                                                  "UNZ",
                                                                  "UNG",
                                                                  "UNE",
                                                                  "UNH",
                                                                  "UNT"};
    return std::find(Reserved.begin(), Reserved.end(), tag) != Reserved.end();
}

}  // namespace

std::uint64_t packed_safely(std::string_view text) {
    std::array<char, 8> octets{};
    text.substr(0, octets.size()).copy(octets.data(), octets.size());  // also of no text at all
    return packed(octets.data(), text.size());
}

CodeTable::CodeTable(const Element& element, const CodeAdditions* additions) {
    std::vector<std::uint64_t> codes;
    const auto add = [&](const CodeList& list) {
        for (const std::string_view code : list.values()) {
            if (!code.empty() && code.size() <= 8) codes.push_back(packed_safely(code));
        }
    };
    add(*element.codes);
    if (additions) {
        const auto found = additions->elements.find(element.id);
        if (found != additions->elements.end() && found->second.codes) add(*found->second.codes);
    }
    const std::size_t slots = std::bit_ceil(codes.size() * 3 + 1);
    m_slots = std::make_unique<std::uint64_t[]>(slots);
    m_mask = slots - 1;
    for (const std::uint64_t code : codes) {
        std::uint64_t at = spread(code) & m_mask;
        while (m_slots[at] != 0 && m_slots[at] != code)
            at = (at + 1) & m_mask;
        m_slots[at] = code;
    }
}

void Presence::add(const Condition& condition) {
    FastCondition fast{condition.kind, 0, bit(condition.positions[0])};
    for (const std::uint8_t position : condition.positions)
        fast.all |= bit(position);
    m_conditions.push_back(fast);
}

// As ElementChecker::condition() sees it, without saying what is wrong.
bool Presence::judge(std::uint64_t present) const {
    if ((present & m_mandatory) != m_mandatory) return false;
    for (const FastCondition& one : m_conditions) {
        const std::uint64_t have = present & one.all;
        const bool first = (have & one.first) != 0;
        bool good = true;
        switch (one.kind) {
            case ConditionKind::Paired:
                good = have == 0 || have == one.all;
                break;
            case ConditionKind::Required:
                good = have != 0;
                break;
            case ConditionKind::Conditional:
                good = !first || have == one.all;
                break;
            case ConditionKind::ListConditional:
                good = !first || (have & ~one.first) != 0;
                break;
            case ConditionKind::Exclusive:
                good = std::popcount(have) <= 1;
                break;
            case ConditionKind::ExactlyOne:
                good = std::popcount(have) == 1;
                break;
            case ConditionKind::FirstExcludes:
                good = !first || have == one.first;
                break;
        }
        if (!good) return false;
    }
    return true;
}

FastSet::FastSet(const SetSchema& set, const ElementRules& rules) : m_set(set), m_rules(rules) {
    std::size_t deepest = 0;
    for (const Node& node : set.nodes) {
        deepest = std::max<std::size_t>(deepest, node.depth);
        const auto number = static_cast<std::uint32_t>(m_names.size());
        if (!node.tag.empty() && m_numbers.emplace(node.tag, number).second)
            m_names.push_back(node.tag);
    }
    m_usable = m_names.size() < TagSlots / 2;
    for (std::size_t i = 0; i < m_names.size() && m_usable; ++i) {
        if (m_names[i].size() < 2 || m_names[i].size() > 3 || is_reserved(m_names[i])) continue;
        const auto key = static_cast<std::uint32_t>(packed_safely(m_names[i]));
        std::uint32_t at = slot(key);
        while (m_tags[at].packed != 0)
            at = (at + 1) % TagSlots;
        m_tags[at] = {key, static_cast<std::uint32_t>(i)};
    }
    m_tag_count = static_cast<std::uint32_t>(m_names.size());
    m_usable = m_usable && deepest + 2 < Walk().uses.size() &&
               (rules.standard != Standard::X12 || rules.lower_case);
    m_table.assign(set.nodes.size() * m_tag_count, Unknown);
    m_segments.assign(set.nodes.size(), nullptr);
    m_steps.resize(set.nodes.size());
    m_candidates.push_back({});  // entry 0: there is none
}

std::uint32_t FastSet::child(std::uint32_t loop, std::uint32_t from, std::string_view tag) const {
    const std::uint32_t end = m_set.nodes[loop].end;
    for (std::uint32_t at = from == loop ? loop + 1 : from; at < end; at = m_set.nodes[at].end) {
        if (m_set.nodes[at].tag == tag) return at;
    }
    return None;
}

bool FastSet::skips_mandatory(std::uint32_t loop, std::uint32_t cursor, std::uint32_t to) const {
    if (to == cursor) return false;
    for (std::uint32_t at = cursor == loop ? loop + 1 : m_set.nodes[cursor].end; at < to;
         at = m_set.nodes[at].end) {
        if (m_set.nodes[at].usage == Usage::Mandatory) return true;
    }
    return false;
}

std::uint32_t FastSet::first_find(std::uint32_t from, std::uint32_t tag) {
    const auto start = static_cast<std::uint32_t>(m_candidates.size());
    add_candidates(from, m_names[tag]);
    const bool none = m_candidates.size() == start;
    if (!none) m_candidates.push_back({});
    return m_table[from * m_tag_count + tag] = none ? 0 : start;
}

// Only the place that comes first is remembered: which one follows it depends on how often that was used.
const FastSet::Step* FastSet::learn(const Walk& walk, std::uint32_t packed_tag) {
    const std::uint32_t number = tag(packed_tag);
    const Candidate* const found = number == NoTag ? nullptr : find(walk, number);
    if (!found) return nullptr;
    const bool first = found == nearest(walk, number);
    m_step = {packed_tag, *found, nullptr};
    m_step.segment = &segment(m_step.place.node);
    if (!first) return &m_step;
    std::array<Step, 2>& last = m_steps[walk.node].last;
    last[1] = last[0];
    last[0] = m_step;
    return &last[0];
}

std::uint32_t FastSet::number_of(std::string_view name) const {
    const auto found = m_numbers.find(name);
    return found == m_numbers.end() ? NoTag : found->second;
}

// Placement::find() and what Placement::enter() would report, for a walk that stands at node `from`. The open loops follow from
// the node: it is the cursor of its own loop, and every loop is the cursor of the one around it.
void FastSet::add_candidates(std::uint32_t from, std::string_view tag) {
    const auto& nodes = m_set.nodes;
    std::uint32_t loop = nodes[from].loop ? from : nodes[from].parent;
    std::uint32_t cursor = from;
    bool closing_is_clean = true;
    for (;;) {
        std::uint32_t node = child(loop, cursor, tag);
        const auto put = [&](bool again) {
            const Node& target = nodes[node];
            const bool clean =
                closing_is_clean && !skips_mandatory(loop, cursor, node) && target.max > 0;
            m_candidates.push_back(
                {node, target.max, nodes[loop].depth, again, clean, target.loop});
        };
        if (node != None && node == cursor) {
            put(true);
            if (nodes[node].max == Unlimited) return;
            node = nodes[node].end < nodes[loop].end ? child(loop, nodes[node].end, tag) : None;
        }
        if (node != None) {
            put(false);
            return;
        }
        if (loop == 0) return;
        closing_is_clean = closing_is_clean && !skips_mandatory(loop, cursor, nodes[loop].end);
        cursor = loop;
        loop = nodes[loop].parent;
    }
}

const CodeTable* FastSet::codes(const Element& element) {
    std::unique_ptr<CodeTable>& table = m_codes[&element];
    if (!table) table = std::make_unique<CodeTable>(element, m_rules.extra_codes);
    return table.get();
}

FastValue FastSet::value(const Element* element) {
    FastValue fast;
    if (!element) return fast;
    fast.element = element;
    fast.min = element->min;
    fast.spread = element->max - element->min;
    if (element->codes) fast.codes = codes(*element);
    switch (element->type) {
        case DataType::Text:
        case DataType::Code:
        case DataType::Any:
            fast.kind = FastValue::Kind::Text;
            break;
        case DataType::Implied:
            fast.kind = FastValue::Kind::Digits;
            break;
        case DataType::Real:
        case DataType::Digits:
            fast.kind = FastValue::Kind::Number;
            break;
        case DataType::Date:
        case DataType::Time:
        case DataType::Binary:
        case DataType::Alpha:
            fast.kind = FastValue::Kind::Other;
            break;
    }
    if (element->max < element->min) fast.kind = FastValue::Kind::Never;
    return fast;
}

const FastComposite* FastSet::composite(const Composite& schema) {
    std::unique_ptr<FastComposite>& fast = m_composites[&schema];
    if (fast) return fast.get();
    fast = std::make_unique<FastComposite>();
    for (std::size_t i = 0; i < schema.components.size(); ++i) {
        FastValue one = value(schema.components[i].element);
        one.bit = bit(i + 1);
        fast->values.push_back(one);
        if (schema.components[i].usage == Usage::Mandatory) fast->presence.require(bit(i + 1));
    }
    for (const Condition& condition : schema.conditions)
        fast->presence.add(condition);
    return fast.get();
}

void FastSet::fill(FastSegment& segment, const SegmentSchema& schema) {
    const bool spread = !m_rules.repetitions && schema.has_repeats;
    segment.usable = schema.elements.size() <= MaskBits;
    for (std::size_t i = 0; i < schema.elements.size() && segment.usable; ++i) {
        const ElementRef& ref = schema.elements[i];
        FastValue one = value(ref.element);
        if (ref.composite) {
            one.composite = true;
            one.parts = composite(*ref.composite);
            segment.usable = ref.composite->components.size() <= MaskBits;
        }
        one.bit = bit(i + 1);
        const std::uint32_t times = spread ? ref.repeat : 1;
        segment.usable =
            segment.usable && times >= 1 && times <= MostValues - segment.values.size();
        if (segment.usable) segment.values.insert(segment.values.end(), times, one);
        if (ref.usage == Usage::Mandatory) segment.presence.require(one.bit);
    }
    for (const Condition& condition : schema.conditions)
        segment.presence.add(condition);
}

const FastSegment& FastSet::compile(std::uint32_t node) {
    const SegmentSchema* schema = m_set.nodes[node].segment;
    const FastSegment*& known = m_by_schema[schema];
    if (!known) {
        FastSegment& segment = m_segment_store.emplace_back();
        fill(segment, *schema);
        segment.tree = m_set.tree && schema->tag == m_set.tree->segment;
        const bool spread = !m_rules.repetitions && schema->has_repeats;
        if (m_set.tree && (schema->tag == "BSN" || (segment.tree && spread)))
            segment.usable = false;
        known = &segment;
    }
    m_segments[node] = known;
    return *known;
}

// Blanks at the end, numbers longer than eight digits or with a sign, dates and times.
bool odd_value_is_good(const FastValue& value,
                       const char* octets,
                       std::size_t size,
                       const ElementRules& rules) {
    if (octets[size - 1] == ' ') {
        const std::size_t all = size;
        while (size > 0 && octets[size - 1] == ' ')
            --size;
        // Nothing but blanks, or a text that needs them to be long enough: not for us.
        if (size == 0 || !value.element || (all > size && size < value.min)) return false;
    }
    if (value.kind == FastValue::Kind::Never) return false;
    if (value.kind == FastValue::Kind::Text) {
        if (size - value.min > value.spread) return false;
    } else if (check_value({octets, size}, *value.element, rules) != ValueFault::Good) {
        return false;
    }
    if (!value.codes) return true;
    return size <= 8 && value.codes->contains(packed(octets, size));
}

}  // namespace sallyport::edi
