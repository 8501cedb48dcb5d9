// SPDX-License-Identifier: Apache-2.0
// A placed transaction, indexed for selection: the segments and loops directly inside each loop. Private to mappings/.
#pragma once

#include "mappings/plan.h"
#include "parsers/document.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

// Where a block stands: the loop, its segment, its pair.
struct Anchor {
    std::uint32_t loop = 0;
    std::uint32_t segment = edi::None;
    int pair_slot = -1;
    bool absent = false;  // the block is not on the wire: only defaults apply inside
};

struct WireOrigin {
    std::uint32_t segment = edi::None;  // index in Transaction::segments
    edi::Locator at;
};

// What one place held; views into the transaction.
struct WireText {
    std::string_view text;
    // Of a place of several elements: one entry per locator (empty ones kept); of a wrapped text: its pieces. Else empty.
    std::vector<std::string_view> pieces;
    WireOrigin origin;
    std::uint32_t again = edi::None;  // a further occurrence that was not used
    bool absent() const { return origin.segment == edi::None; }
};

class WireView {
public:
    explicit WireView(const edi::Transaction& transaction);

    const edi::Transaction& transaction() const { return *m_transaction; }
    const edi::Segment& segment(std::uint32_t index) const {
        return m_transaction->segments[index];
    }

    // Every occurrence of a block or segment place, in wire order; `f` returns false to stop.
    template <typename F>
    void each(const WirePlace& place, const Anchor& anchor, F f) {
        Anchor start = anchor;
        if (place.from_root) start = Anchor{};
        if (start.absent || !may_hold(place, start)) return;
        walk(place, 0, start, f);
    }

    // `mark`: the elements count as looked at. `several`: all occurrences are one text.
    WireText read(const WirePlace& place, const Anchor& anchor, bool mark, bool several);
    // The pairs of a PairList place that hold something.
    std::vector<Anchor> pairs(const WirePlace& place, const Anchor& anchor);

    void mark(std::uint32_t segment, const edi::Locator& at);
    void own(std::uint32_t segment, const edi::Locator& at, std::uint32_t rule);
    bool seen(std::uint32_t segment, const edi::Value& value) const;
    std::uint32_t owner(std::uint32_t segment, const edi::Value& value) const;  // rule + 1; 0: none

private:
    // False: nothing of the first hop's node stands in the loop. Most rules of most blocks find nothing.
    bool may_hold(const WirePlace& place, const Anchor& from) const {
        if (place.hops.empty() || place.hops[0].tree) return true;
        return (m_nodes[from.loop] >> (place.hops[0].node & 63U) & 1U) != 0;
    }
    bool matches(std::uint32_t segment, const Hop& hop);
    std::uint32_t below(std::uint32_t segment, const Selector& test);
    bool found_in(std::uint32_t segment,
                  const WirePlace& place,
                  const Anchor& anchor,
                  bool mark,
                  WireText& out);
    bool pair_in(std::uint32_t segment, const WirePlace& place, bool mark, WireText& out);
    bool elements_in(std::uint32_t segment, const WirePlace& place, bool mark, WireText& out);
    bool take(std::uint32_t segment, const edi::Locator& at, bool mark, WireText& out);
    std::size_t value_index(std::uint32_t segment, const edi::Value& value) const;
    std::span<const std::uint32_t> segments_of(std::uint32_t loop) const;
    std::span<const std::uint32_t> loops_of(std::uint32_t loop) const;
    std::span<const std::uint32_t> tree_of(std::uint32_t loop) const;

    template <typename F>
    bool walk(const WirePlace& place, std::size_t at, const Anchor& from, F& f) {
        if (at == place.hops.size()) return f(from);
        const Hop& hop = place.hops[at];
        int number = 0;
        const auto visit = [&](std::uint32_t loop, std::uint32_t segment) {
            if (!matches(segment, hop)) return true;
            if (hop.occurrence > 0 && ++number != hop.occurrence) return true;
            return walk(place, at + 1, Anchor{loop, segment, -1, false}, f);
        };
        if (!hop.loop) {
            for (const std::uint32_t segment : segments_of(from.loop))
                if (m_transaction->segments[segment].node == hop.node && !visit(from.loop, segment))
                    return false;
            return true;
        }
        const bool in_tree = hop.tree && m_transaction->loops[from.loop].node == hop.node;
        for (const std::uint32_t loop :
             hop.tree ? tree_of(in_tree ? from.loop : edi::None) : loops_of(from.loop))
            if (m_transaction->loops[loop].node == hop.node &&
                // A tree inside a loop (LIN below LOC) has roots in each of its loops.
                (!hop.tree || in_tree || m_transaction->loops[loop].parent == from.loop) &&
                !visit(loop, m_transaction->loops[loop].begin))
                return false;
        return true;
    }

    const edi::Transaction* m_transaction;
    std::vector<std::uint32_t> m_segment_start, m_segments;
    std::vector<std::uint32_t> m_loop_start, m_loops;
    std::vector<std::uint32_t> m_tree_start, m_tree;  // entry 0: the roots
    std::vector<std::uint64_t> m_nodes;  // by loop: a bit for every node directly inside, modulo 64
    std::vector<std::uint32_t> m_value_start;
    std::vector<std::uint8_t> m_seen;
    std::vector<std::uint32_t> m_owner;
};

}  // namespace sallyport::mapping
