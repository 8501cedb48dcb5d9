// SPDX-License-Identifier: Apache-2.0
// What stands between the header and the trailer of one transaction, judged as it passes: the fast walk for what is faultless,
// the tree's own checker for single segments that are out of the ordinary, and a mark on the transaction as soon as anything is
// wrong. Private to parsers/.
#pragma once

#include "parsers/elements.h"
#include "parsers/fast_set.h"
#include "parsers/guide_watch.h"
#include "parsers/held_segment.h"
#include "parsers/stream_feed.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace sallyport::edi {

// HL, CPS and LIN: parents that stand before their children, levels where their rules put them.
class TreeWatch {
public:
    enum Finding : unsigned {
        Good = 0,
        UnknownParent = 1,
        Duplicate = 2,
        WrongLevel = 4,
        Unsure = 8
    };
    explicit TreeWatch(std::size_t most) : m_most(most) {}
    void start(const SetSchema& set);
    // What TransactionCheck::tree() would report; Unsure: it must be asked. `loop`: the segment opens a loop.
    unsigned judge(const Segment& segment, bool loop);
    // The same of packed() numbers; 0: empty. For numbers and levels of at most eight octets.
    unsigned judge(std::uint64_t id, std::uint64_t parent, std::uint64_t level);
    bool full() const { return m_used >= m_most; }

private:
    struct Slot {
        std::uint64_t id = 0, level = 0;
        std::uint32_t transaction = 0;  // of which it is; older ones are free
    };
    Slot& slot(std::uint64_t id);
    void grow();
    bool level_is_good(std::string_view own, std::string_view above) const;
    std::size_t m_most;
    const SetSchema* m_set = nullptr;
    std::vector<Slot> m_slots;
    std::size_t m_used = 0;
    std::uint32_t m_transaction = 0;
    std::string m_structure;
};

class StreamBody {
public:
    StreamBody(StreamFeed& feed, std::size_t segment_bytes, const ValidationOptions& validation)
        : m_feed(feed), m_segment_bytes(segment_bytes), m_validation(validation), m_tree(500'000) {}

    // Of guides and uses: set up for the transactions to come before start().
    GuideWatch& watch() { return m_watch; }
    // The header was read. Null: nothing of this transaction can be judged here.
    void start(FastSet* set, const TextRules& text, std::string_view header);
    // Goes on as far as the window and the ordinary reach; what comes next is for StreamFeed::next().
    void run();
    // A segment that run() left to its caller.
    void segment(const ScannedSegment& scanned);
    void trailer(const ScannedSegment& scanned);

    bool judged() const { return m_set != nullptr && !m_unsure; }
    bool clean() const { return m_clean && m_guided; }
    bool kept_by_guides() const { return m_guided; }  // of a set that start() was given
    std::uint64_t count() const { return m_count; }   // segments so far, the header included
    // For a transaction that is too long to be read again: its faults as they were seen in passing. Values are judged as
    // the tree judges them; of misplaced segments it may say more.
    const std::vector<Fault>& faults() const { return m_faults; }
    std::uint32_t faults_left_out() const { return m_sink->left_out(); }
    bool too_many_levels() const { return m_tree.full(); }

private:
    using Indexed = StreamFeed::Indexed;
    bool walk(const Indexed& indexed);
    ScannedSegment scan(std::uint32_t at, const std::uint32_t* next, const std::uint32_t* end);
    const Segment& look(const ScannedSegment& scanned);
    const FastSet::Candidate* place(const Segment& segment);
    void inspect(const ScannedSegment& scanned, std::uint32_t node);
    void guide(const ScannedSegment& scanned, std::uint32_t node);
    void tree_fault(const Segment& segment, std::uint32_t node, unsigned found);
    void report(Fault fault, std::uint32_t node);

    StreamFeed& m_feed;
    std::size_t m_segment_bytes;
    const ValidationOptions& m_validation;
    FastSet* m_set = nullptr;
    TextRules m_text;
    FastSet::Walk m_walk;
    bool m_clean = false;
    bool m_unsure = false;  // of its tree
    GuideWatch m_watch;
    bool m_guided = true;  // no rule of a guide was broken
    std::uint64_t m_count = 0;
    std::vector<Fault> m_faults;
    std::optional<FaultSink> m_sink;
    HeldSegment m_held;
    TreeWatch m_tree;
};

}  // namespace sallyport::edi
