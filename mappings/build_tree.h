// SPDX-License-Identifier: Apache-2.0
// The message while it is being written: loops and segments found or made by place and selectors, then pruned, put into
// the order of the schema, numbered where the standard wants numbers. Private to mappings/.
#pragma once

#include "mappings/arena.h"
#include "mappings/plan.h"
#include "parsers/document.h"
#include "parsers/x12.h"

#include <cstdint>
#include <deque>
#include <memory_resource>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

struct Cell {
    edi::Locator at;
    std::string_view text;  // of the plan, or kept by the tree
    std::uint32_t rule = 0;
};

// A segment, or a loop with its trigger's cells.
struct BuildNode {
    explicit BuildNode(std::pmr::memory_resource* memory)
        : cells(memory), children(memory), tree_children(memory) {}

    std::uint32_t node = 0;  // SetSchema::nodes; 0: the message
    const Hop* hop =
        nullptr;  // selectors and occurrence: which one among its like; null: none finds it again
    BuildNode* parent = nullptr;
    std::pmr::vector<Cell> cells;
    std::pmr::vector<BuildNode*> children;       // segments and loops inside
    std::pmr::vector<BuildNode*> tree_children;  // HL below HL
    std::uint32_t occurrence = 0;                // (2): the second one
    std::uint32_t rule = 0;                      // that made it
    bool data = false;                  // holds something that came from the document itself
    bool always = false;                // `always`, or made by each
    bool follows = false;               // written by a selector: kept when its parent is
    bool kept = false;                  // after pruning
    std::uint32_t segment = edi::None;  // index after emission
    std::uint32_t loop = edi::None;

    const Cell* cell(const edi::Locator& at) const;
};

// Owns the nodes of one run. Not thread-safe.
class BuildTree {
public:
    explicit BuildTree(const edi::SetSchema& set);

    BuildNode& root() { return *m_root; }
    std::string_view keep(std::string_view text) { return m_arena.keep(text); }
    // The child of `parent` a hop leads to; `fresh`: a new one whatever is there (each). Selectors write their constants.
    BuildNode& step(BuildNode& parent, const Hop& hop, std::uint32_t rule, bool fresh);
    // The n-th repeat of a segment, from 0; 0 is the one step() gives.
    BuildNode& repeat(BuildNode& parent, const Hop& hop, std::uint32_t rule, std::size_t number);

    // A child no rule has named: an XML element that must stand.
    BuildNode& add(BuildNode& parent, std::uint32_t node, std::uint32_t rule);

    // Nodes without data go; the rest is flattened in wire order, with tree numbers.
    void finish();
    const std::vector<BuildNode*>& emitted() const { return m_emitted; }
    std::vector<edi::DraftSegment> segments() const;

    // The written message as a placed transaction, for checks; views live as long as the tree.
    edi::Transaction transaction();

private:
    BuildNode& make(BuildNode& parent, const Hop& hop, std::uint32_t rule, bool found_again);
    bool prune(BuildNode& node);
    static void retain(BuildNode& node);
    void emit(BuildNode& node, std::uint32_t parent_loop);
    void number_tree();
    void number_sequences();

    const edi::SetSchema& m_set;
    Arena m_arena;
    BuildNode* m_root;
    std::deque<Hop> m_hops;  // of add()
    std::vector<BuildNode*> m_emitted;
    std::vector<edi::Loop> m_loops;
    std::deque<std::vector<edi::Value>> m_values;
};

}  // namespace sallyport::mapping
