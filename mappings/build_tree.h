// SPDX-License-Identifier: Apache-2.0
// The message while it is being written: loops and segments found or made by place and selectors, then pruned, put into
// the order of the schema, numbered where the standard wants numbers. Private to mappings/.
#pragma once

#include "mappings/plan.h"
#include "parsers/document.h"
#include "parsers/x12.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

struct Cell {
    edi::Locator at;
    std::string text;
    std::uint32_t rule = 0;
};

// A segment, or a loop with its trigger's cells.
struct BuildNode {
    std::uint32_t node = 0;  // SetSchema::nodes; 0: the message
    std::string key;         // selectors and occurrence: which one this is among its like
    BuildNode* parent = nullptr;
    std::vector<Cell> cells;
    std::vector<BuildNode*> children;       // segments and loops inside
    std::vector<BuildNode*> tree_children;  // HL below HL
    std::uint32_t occurrence = 0;           // (2): the second one
    std::uint32_t rule = 0;                 // that made it
    bool data = false;                      // holds something that came from the document itself
    bool always = false;                    // `always`, or made by each
    bool follows = false;                   // written by a selector: kept when its parent is
    bool kept = false;                      // after pruning
    std::uint32_t segment = edi::None;      // index after emission
    std::uint32_t loop = edi::None;

    const Cell* cell(const edi::Locator& at) const;
};

// Owns the nodes of one run. Not thread-safe.
class BuildTree {
public:
    explicit BuildTree(const edi::SetSchema& set);

    BuildNode& root() { return m_nodes.front(); }
    // The child of `parent` a hop leads to; `fresh`: a new one whatever is there (each). Selectors write their constants.
    BuildNode& step(BuildNode& parent, const Hop& hop, std::uint32_t rule, bool fresh);
    // The n-th repeat of a segment, from 0; 0 is the one step() gives.
    BuildNode& repeat(BuildNode& parent, const Hop& hop, std::uint32_t rule, std::size_t number);

    // Nodes without data go; the rest is flattened in wire order, with tree numbers.
    void finish();
    const std::vector<BuildNode*>& emitted() const { return m_emitted; }
    std::vector<edi::DraftSegment> segments() const;

    // The written message as a placed transaction, for checks; views live as long as the tree.
    edi::Transaction transaction();

private:
    BuildNode& make(BuildNode& parent, const Hop& hop, std::uint32_t rule, std::string key);
    bool prune(BuildNode& node);
    static void keep(BuildNode& node);
    void emit(BuildNode& node, std::uint32_t parent_loop);
    void number_tree();
    void number_sequences();

    const edi::SetSchema& m_set;
    std::deque<BuildNode> m_nodes;
    std::vector<BuildNode*> m_emitted;
    std::vector<edi::Loop> m_loops;
    std::deque<std::vector<edi::Value>> m_values;
    unsigned m_serial = 0;
};

}  // namespace sallyport::mapping
