// SPDX-License-Identifier: Apache-2.0
// Where each segment of a transaction stands in the set's tree: one forward walk, no backtracking, memory bounded by the
// depth of the set. Private to parsers/.
#pragma once

#include "parsers/faults.h"
#include "parsers/schema.h"

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace sallyport::edi {

// What placing a segment said.
struct Placed {
    std::uint32_t node = None;  // None: it has no place here
    bool opened_loop = false;   // it is the trigger of a new instance of `node`
    std::uint32_t implied =
        None;  // this loop node was opened first although its trigger is missing
};

class Placement {
public:
    // What stands ahead in the transaction. Asked only when a segment has no place, to tell a missing loop starter from a
    // segment out of sequence.
    struct Ahead {
        std::function<bool(std::string_view tag)> occurs_later;
        std::function<std::string_view()> next_tag;  // empty: nothing follows
        std::function<bool(std::string_view tag)>
            is_known;  // does the release have a segment of that tag?
    };
    Placement(const SetSchema& set, FaultSink& sink, Ahead ahead);

    // `segment` is the next one; faults go to the sink.
    Placed place(const Segment& segment);

    // The open instances, outermost (the set itself) first: what the tree builder mirrors.
    std::size_t depth() const { return m_open.size(); }
    std::uint32_t open_node(std::size_t level) const { return m_open[level].loop; }
    const std::string& path() const { return m_path; }  // of the innermost open loop

private:
    struct Open {
        std::uint32_t loop;       // node of the loop
        std::uint32_t cursor;     // child reached last; the loop itself when none yet
        std::uint32_t count = 0;  // uses of the child at the cursor
    };
    struct Match {
        std::size_t level = 0;
        std::uint32_t node = None;
        std::uint32_t implied = None;  // loop to open first
    };

    Match find(std::string_view tag, bool with_capacity) const;
    Match find_implied(std::string_view tag, bool mandatory_only) const;
    bool goes_on(const Match& match) const;
    std::uint32_t child(std::uint32_t loop, std::uint32_t from, std::string_view tag) const;
    void enter(const Match& match, const Segment& segment, Placed& placed);
    void close_to(std::size_t level, const Segment& segment);
    void skip(const Open& open, std::uint32_t to, const Segment& segment);
    void missing(std::uint32_t node, const Segment& segment);
    void advance(Open& open, std::uint32_t node, const Segment& segment);
    void misplaced(const Segment& segment);
    bool stands_earlier(std::string_view tag) const;
    bool missed(std::string_view tag);
    void push(std::uint32_t loop);
    void update_path();

    const SetSchema& m_set;
    FaultSink& m_sink;
    Ahead m_ahead;
    std::vector<Open> m_open;
    std::vector<std::uint32_t> m_missed;  // nodes reported missing, their loop still open
    std::string m_path;
};

}  // namespace sallyport::edi
