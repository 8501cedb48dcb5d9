// SPDX-License-Identifier: Apache-2.0
#include "mappings/wire_view.h"

namespace sallyport::mapping {

namespace {

// Children grouped by parent, in order: counting sort. `parent_of(i)` gives the group or None.
template <typename ParentOf>
void group(std::size_t count,
           std::size_t groups,
           ParentOf parent_of,
           std::vector<std::uint32_t>& start,
           std::vector<std::uint32_t>& members) {
    start.assign(groups + 1, 0);
    for (std::uint32_t i = 0; i < count; ++i)
        if (const std::uint32_t parent = parent_of(i); parent < groups) ++start[parent + 1];
    for (std::size_t i = 1; i <= groups; ++i)
        start[i] += start[i - 1];
    members.resize(start[groups]);
    std::vector<std::uint32_t> next(start.begin(), start.end() - 1);
    for (std::uint32_t i = 0; i < count; ++i)
        if (const std::uint32_t parent = parent_of(i); parent < groups) members[next[parent]++] = i;
}

}  // namespace

WireView::WireView(const edi::Transaction& transaction) : m_transaction(&transaction) {
    const std::size_t loops = transaction.loops.size();
    group(
        transaction.segments.size(),
        loops,
        [&](std::uint32_t i) { return transaction.segments[i].loop; },
        m_segment_start,
        m_segments);
    group(
        loops,
        loops,
        [&](std::uint32_t i) { return transaction.loops[i].parent; },
        m_loop_start,
        m_loops);
    m_nodes.assign(loops, 0);
    const auto holds = [&](std::uint32_t loop, std::uint32_t node) {
        if (loop < loops) m_nodes[loop] |= std::uint64_t{1} << (node & 63U);
    };
    for (const edi::Segment& segment : transaction.segments)
        holds(segment.loop, segment.node);
    for (const edi::Loop& loop : transaction.loops)
        holds(loop.parent, loop.node);
    if (transaction.schema != nullptr && transaction.schema->tree) {
        const std::string_view tag = transaction.schema->tree->segment;
        const auto parent_of = [&](std::uint32_t i) {
            const edi::Loop& loop = transaction.loops[i];
            if (i == 0 || transaction.schema->nodes[loop.node].tag != tag) return edi::None;
            return loop.tree_parent == edi::None ? 0U : loop.tree_parent + 1;
        };
        group(loops, loops + 1, parent_of, m_tree_start, m_tree);
    }
    m_value_start.reserve(transaction.segments.size() + 1);
    std::uint32_t values = 0;
    for (const edi::Segment& segment : transaction.segments) {
        m_value_start.push_back(values);
        values += static_cast<std::uint32_t>(segment.values.size());
    }
    m_seen.assign(values, 0);
}

std::span<const std::uint32_t> WireView::segments_of(std::uint32_t loop) const {
    return {m_segments.data() + m_segment_start[loop],
            m_segments.data() + m_segment_start[loop + 1]};
}
std::span<const std::uint32_t> WireView::loops_of(std::uint32_t loop) const {
    return {m_loops.data() + m_loop_start[loop], m_loops.data() + m_loop_start[loop + 1]};
}
std::span<const std::uint32_t> WireView::tree_of(std::uint32_t loop) const {
    if (m_tree_start.empty()) return {};
    const std::size_t at = loop == edi::None ? 0 : loop + 1;
    return {m_tree.data() + m_tree_start[at], m_tree.data() + m_tree_start[at + 1]};
}

std::size_t WireView::value_index(std::uint32_t segment, const edi::Value& value) const {
    return m_value_start[segment] +
           static_cast<std::size_t>(&value - m_transaction->segments[segment].values.data());
}

void WireView::mark(std::uint32_t segment, const edi::Locator& at) {
    if (const edi::Value* value = m_transaction->segments[segment].value(at))
        m_seen[value_index(segment, *value)] = 1;
}
void WireView::own(std::uint32_t segment, const edi::Locator& at, std::uint32_t rule) {
    if (m_owner.empty()) m_owner.assign(m_seen.size(), 0);
    if (const edi::Value* value = m_transaction->segments[segment].value(at))
        m_owner[value_index(segment, *value)] = rule + 1;
}
bool WireView::seen(std::uint32_t segment, const edi::Value& value) const {
    return m_seen[value_index(segment, value)] != 0;
}
std::uint32_t WireView::owner(std::uint32_t segment, const edi::Value& value) const {
    return m_owner.empty() ? 0 : m_owner[value_index(segment, value)];
}

// The segment of the element a test below an XML element is about; None: it is not there.
std::uint32_t WireView::below(std::uint32_t index, const Selector& test) {
    WirePlace place;
    place.hops = test.below;
    std::uint32_t out = edi::None;
    Anchor from;
    from.loop = m_transaction->segments[index].loop;
    from.segment = index;
    const auto take = [&](const Anchor& at) {
        out = at.segment;
        return false;
    };
    walk(place, 0, from, take);
    return out;
}

bool WireView::matches(std::uint32_t index, const Hop& hop) {
    const edi::Segment& segment = m_transaction->segments[index];
    const auto holder = [&](const Selector& test) {
        return test.below.empty() ? index : below(index, test);
    };
    for (const Selector& test : hop.tests) {
        const std::uint32_t at = holder(test);
        const std::string_view text = at == edi::None ? std::string_view{}
                                      : at == index   ? segment.text(test.at)
                                                      : m_transaction->segments[at].text(test.at);
        if (test.absent ? !text.empty() : text != test.code) return false;
    }
    for (const Selector& test : hop.tests)
        if (const std::uint32_t at = holder(test); at != edi::None) mark(at, test.at);
    if (hop.tree) {
        const edi::TreeRule& tree = *m_transaction->schema->tree;
        mark(index, tree.id);
        mark(index, tree.parent);
        // HL04 says whether children follow: the writer makes it from the tree.
        if (tree.segment == "HL") mark(index, edi::Locator{4, 1, 1});
    }
    return true;
}

bool WireView::pair_in(std::uint32_t index, const WirePlace& place, bool mark_it, WireText& out) {
    const edi::Segment& segment = m_transaction->segments[index];
    const std::uint16_t last = segment.elements();
    for (const edi::PairSlot& slot : place.pair->slots) {
        if (slot.value.element > last || !slot.qualifier ||
            segment.text(*slot.qualifier) != place.pair_code)
            continue;
        if (!take(index, slot.value, mark_it, out)) continue;
        if (mark_it) mark(index, *slot.qualifier);
        return true;
    }
    return false;
}

bool WireView::take(std::uint32_t index, const edi::Locator& at, bool mark_it, WireText& out) {
    const edi::Value* value = m_transaction->segments[index].value(at);
    if (value == nullptr || value->text.empty()) return false;
    if (mark_it) m_seen[value_index(index, *value)] = 1;
    out.text = value->text;
    out.origin = {index, at};
    return true;
}

bool WireView::elements_in(std::uint32_t index,
                           const WirePlace& place,
                           bool mark_it,
                           WireText& out) {
    const edi::Segment& segment = m_transaction->segments[index];
    std::vector<std::string_view> texts;
    bool any = false;
    for (const edi::Locator& at : place.at) {
        texts.push_back(segment.text(at));
        any = any || !texts.back().empty();
        if (mark_it) mark(index, at);
    }
    if (!any) return false;
    out.text = texts[0];
    out.pieces = std::move(texts);
    out.origin = {index, place.at[0]};
    return true;
}

bool WireView::found_in(std::uint32_t index,
                        const WirePlace& place,
                        const Anchor& anchor,
                        bool mark_it,
                        WireText& out) {
    if (index == edi::None) return false;
    if (place.kind == PlaceKind::Pair) return pair_in(index, place, mark_it, out);
    if (place.kind == PlaceKind::PairPart && place.part != WirePlace::Part::Shared) {
        if (anchor.pair_slot < 0) return false;
        const edi::PairSlot& slot = place.pair->slots[static_cast<std::size_t>(anchor.pair_slot)];
        if (place.part == WirePlace::Part::Qualifier)
            return slot.qualifier && take(index, *slot.qualifier, mark_it, out);
        return take(index, slot.value, mark_it, out);
    }
    if (place.at.size() == 1) return take(index, place.at[0], mark_it, out);
    return !place.at.empty() && elements_in(index, place, mark_it, out);
}

WireText WireView::read(const WirePlace& place, const Anchor& anchor, bool mark_it, bool several) {
    WireText out;
    if (anchor.absent && !place.from_root) return out;
    if (place.hops.empty()) {
        found_in(anchor.segment, place, anchor, mark_it, out);
        return out;
    }
    if (!may_hold(place, place.from_root ? Anchor{} : anchor)) return out;
    each(place, anchor, [&](const Anchor& at) {
        const bool first = out.absent();
        if (first && !several) {
            found_in(at.segment, place, at, mark_it, out);
            return true;
        }
        WireText one;
        if (!found_in(at.segment, place, at, mark_it && several, one)) return true;
        if (!several) {
            out.again = one.origin.segment;
            return false;
        }
        if (first) {
            out.text = one.text;
            out.origin = one.origin;
        }
        if (one.pieces.empty()) one.pieces.push_back(one.text);
        out.pieces.insert(out.pieces.end(), one.pieces.begin(), one.pieces.end());
        return true;
    });
    return out;
}

std::vector<Anchor> WireView::pairs(const WirePlace& place, const Anchor& anchor) {
    std::vector<Anchor> out;
    const auto add = [&](const Anchor& at) {
        if (at.segment == edi::None) return true;
        const edi::Segment& segment = m_transaction->segments[at.segment];
        for (std::size_t i = 0; i < place.pair->slots.size(); ++i) {
            const edi::PairSlot& slot = place.pair->slots[i];
            const bool held = !segment.text(slot.value).empty() ||
                              (slot.qualifier && !segment.text(*slot.qualifier).empty());
            if (held) out.push_back({at.loop, at.segment, static_cast<int>(i), false});
        }
        return true;
    };
    if (place.hops.empty()) {
        if (!anchor.absent) add(anchor);
    } else {
        each(place, anchor, add);
    }
    return out;
}

}  // namespace sallyport::mapping
