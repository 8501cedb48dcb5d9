// SPDX-License-Identifier: Apache-2.0
// One transaction against its set: places its segments into loops and reports every fault. Shared by X12 and EDIFACT.
// Private to parsers/.
#pragma once

#include "parsers/document.h"
#include "parsers/elements.h"
#include "parsers/faults.h"
#include "parsers/placement.h"
#include "parsers/schema.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sallyport::edi {

// Below EDIFACT syntax 4 the repeats of an element are elements of their own on the wire. Counted as repetitions, an element
// has one address whatever the syntax; the raw octets stay.
void align_repeats(std::span<Value> values, const SegmentSchema& schema);

class TransactionCheck {
public:
    TransactionCheck(Transaction& transaction,
                     const SchemaSet& schemas,
                     const ElementRules& rules,
                     FaultSink& sink);
    // Body only: header and trailer are placed, their values are the envelope's business.
    void run();

private:
    void element_check(const Segment& segment, const Placed& placed);
    void build(std::uint32_t index, const Placed& placed);
    void open_loop(std::uint32_t node, std::uint32_t index, bool implied);
    void close_loops(std::size_t depth, std::uint32_t end);
    void tree();
    void level(const Loop& loop, std::string_view structure);
    bool occurs_later(std::string_view tag);
    const SegmentSchema* dictionary(std::string_view tag) const;

    Transaction& m_transaction;
    const SchemaSet& m_schemas;
    FaultSink& m_sink;
    bool m_align;  // EDIFACT below syntax 4
    ElementChecker m_elements;
    Placement m_placement;
    std::uint32_t m_index = 0;                        // of the segment being placed
    std::vector<std::uint32_t> m_open, m_last_child;  // loop instances; last child of each loop
    std::unordered_map<std::string_view, std::uint32_t>
        m_last_use;  // tag to last index; filled on first need
};

}  // namespace sallyport::edi
