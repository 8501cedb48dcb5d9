// SPDX-License-Identifier: Apache-2.0
#include "mappings/build_tree.h"

#include <algorithm>
#include <map>

namespace sallyport::mapping {

const Cell* BuildNode::cell(const edi::Locator& at) const {
    for (const Cell& one : cells)
        if (one.at == at) return &one;
    return nullptr;
}

namespace {

// The same selectors and the same occurrence: both lead to one segment.
bool same_choice(const Hop& a, const Hop& b) {
    if (&a == &b) return true;
    return std::max(a.occurrence, 1) == std::max(b.occurrence, 1) &&
           std::equal(a.tests.begin(),
                      a.tests.end(),
                      b.tests.begin(),
                      b.tests.end(),
                      [](const Selector& x, const Selector& y) {
                          return x.absent == y.absent && x.code == y.code && same_place(x, y);
                      });
}

bool before(const edi::Locator& a, const edi::Locator& b) {
    if (a.element != b.element) return a.element < b.element;
    if (a.repetition != b.repetition) return a.repetition < b.repetition;
    return a.component < b.component;
}

}  // namespace

bool same_place(const Selector& a, const Selector& b) {
    return a.at == b.at && a.below.size() == b.below.size() &&
           std::equal(
               a.below.begin(), a.below.end(), b.below.begin(), [](const Hop& x, const Hop& y) {
                   return x.node == y.node;
               });
}

std::string place_key(const Selector& test) {
    std::string out;
    for (const Hop& hop : test.below)
        out += std::to_string(hop.node) + "/";
    out += std::to_string(test.at.element) + "." + std::to_string(test.at.component);
    if (test.at.repetition > 1) out += "." + std::to_string(test.at.repetition);
    return out;
}

BuildTree::BuildTree(const edi::SetSchema& set)
    : m_set(set), m_root(m_arena.make<BuildNode>(m_arena.memory())) {
    m_root->always = true;
}

BuildNode& BuildTree::make(BuildNode& parent,
                           const Hop& hop,
                           std::uint32_t rule,
                           bool found_again) {
    BuildNode& out = *m_arena.make<BuildNode>(m_arena.memory());
    out.cells.reserve(8);
    out.node = hop.node;
    if (found_again) out.hop = &hop;
    out.parent = &parent;
    out.rule = rule;
    out.occurrence = static_cast<std::uint32_t>(hop.occurrence);
    const bool below_itself = hop.tree && parent.node == hop.node;
    (below_itself ? parent.tree_children : parent.children).push_back(&out);
    for (const Selector& test : hop.tests) {
        if (test.absent) continue;
        BuildNode* at = &out;
        for (const Hop& inner : test.below) {
            at = &step(*at, inner, rule, false);
            at->follows = true;
        }
        if (at->cell(test.at) == nullptr) at->cells.push_back({test.at, test.code, rule});
    }
    return out;
}

BuildNode& BuildTree::step(BuildNode& parent, const Hop& hop, std::uint32_t rule, bool fresh) {
    if (fresh) return make(parent, hop, rule, false);
    for (std::pmr::vector<BuildNode*>* list : {&parent.children, &parent.tree_children})
        for (BuildNode* child : *list)
            if (child->node == hop.node && child->hop != nullptr && same_choice(*child->hop, hop))
                return *child;
    return make(parent, hop, rule, true);
}

BuildNode& BuildTree::repeat(BuildNode& parent,
                             const Hop& hop,
                             std::uint32_t rule,
                             std::size_t number) {
    if (number == 0) return step(parent, hop, rule, false);
    return make(parent, hop, rule, false);
}

BuildNode& BuildTree::add(BuildNode& parent, std::uint32_t node, std::uint32_t rule) {
    Hop& hop = m_hops.emplace_back();
    hop.node = node;
    hop.loop = m_set.nodes[node].loop;
    return step(parent, hop, rule, false);
}

// What a selector wrote below the element it selects stands and falls with it.
void BuildTree::retain(BuildNode& node) {
    node.kept = true;
    for (BuildNode* child : node.children)
        if (child->follows) retain(*child);
}

bool BuildTree::prune(BuildNode& node) {
    bool kept = node.data || node.always;
    for (std::pmr::vector<BuildNode*>* list : {&node.children, &node.tree_children})
        for (BuildNode* child : *list)
            kept = prune(*child) || kept;
    node.kept = kept;
    if (kept)
        for (BuildNode* child : node.children)
            if (child->follows) retain(*child);
    return kept;
}

void BuildTree::emit(BuildNode& node, std::uint32_t parent_loop) {
    std::uint32_t own_loop = parent_loop;
    const bool is_loop = node.node == 0 || m_set.nodes[node.node].loop;
    if (is_loop) {
        own_loop = static_cast<std::uint32_t>(m_loops.size());
        edi::Loop loop;
        loop.node = node.node;
        const bool in_tree =
            node.parent != nullptr && node.parent->node == node.node && node.node != 0;
        // A tree is flat on the wire: its loops stand beside each other.
        loop.parent = in_tree          ? m_loops[parent_loop].parent
                      : node.node == 0 ? edi::None
                                       : parent_loop;
        loop.tree_parent = in_tree ? parent_loop : edi::None;
        loop.begin = static_cast<std::uint32_t>(m_emitted.size());
        m_loops.push_back(loop);
        node.loop = own_loop;
    } else {
        node.loop = parent_loop;
    }
    if (node.node != 0) {
        node.segment = static_cast<std::uint32_t>(m_emitted.size());
        m_emitted.push_back(&node);
    }
    const auto by_place = [](const BuildNode* a, const BuildNode* b) { return a->node < b->node; };
    if (!std::is_sorted(node.children.begin(), node.children.end(), by_place))
        std::stable_sort(node.children.begin(), node.children.end(), by_place);
    for (BuildNode* child : node.children)
        if (child->kept) emit(*child, own_loop);
    if (is_loop) m_loops[own_loop].end = static_cast<std::uint32_t>(m_emitted.size());
    for (BuildNode* child : node.tree_children)
        if (child->kept) emit(*child, own_loop);
}

// HL01 counts in wire order, HL02 names the parent, HL04 says whether levels follow.
void BuildTree::number_tree() {
    if (!m_set.tree) return;
    const edi::TreeRule& rule = *m_set.tree;
    unsigned number = 0;
    const auto set = [this](BuildNode& node, const edi::Locator& at, std::string_view text) {
        if (node.cell(at) == nullptr) node.cells.push_back({at, keep(text), node.rule});
    };
    for (BuildNode* node : m_emitted) {
        if (m_set.nodes[node->node].tag != rule.segment) continue;
        set(*node, rule.id, std::to_string(++number));
        if (node->parent != nullptr && node->parent->node == node->node)
            if (const Cell* above = node->parent->cell(rule.id))
                set(*node, rule.parent, above->text);
        const bool more = std::any_of(node->tree_children.begin(),
                                      node->tree_children.end(),
                                      [](const BuildNode* child) { return child->kept; });
        if (rule.segment == "HL") set(*node, edi::Locator{4, 1, 1}, more ? "1" : "0");
    }
}

// LX01 and its like count from 1 inside their parent, unless a rule has set them: "LX01 sequence LX 1.. within parent".
void BuildTree::number_sequences() {
    for (const edi::CounterRule& rule : m_set.counters) {
        const bool tree = m_set.tree && m_set.tree->segment == rule.of;
        if (tree || m_set.standard != edi::Standard::X12 || rule.rule != "sequence" ||
            rule.field.size() != rule.of.size() + 2)
            continue;
        const std::string_view digits = rule.field.substr(rule.of.size());
        const edi::Locator at{
            static_cast<std::uint16_t>((digits[0] - '0') * 10 + (digits[1] - '0')), 1, 1};
        std::map<const BuildNode*, unsigned> counts;
        for (BuildNode* node : m_emitted) {
            if (m_set.nodes[node->node].tag != rule.of) continue;
            const unsigned number = ++counts[node->parent];
            if (node->cell(at) == nullptr)
                node->cells.push_back({at, keep(std::to_string(number)), node->rule});
        }
    }
}

void BuildTree::finish() {
    m_emitted.clear();
    m_loops.clear();
    prune(root());
    root().kept = true;
    emit(root(), edi::None);
    number_tree();
    number_sequences();
    const auto by_place = [](const Cell& a, const Cell& b) { return before(a.at, b.at); };
    for (BuildNode* node : m_emitted)
        if (!std::is_sorted(node->cells.begin(), node->cells.end(), by_place))
            std::stable_sort(node->cells.begin(), node->cells.end(), by_place);
}

std::vector<edi::DraftSegment> BuildTree::segments() const {
    std::vector<edi::DraftSegment> out;
    out.reserve(m_emitted.size());
    for (const BuildNode* node : m_emitted) {
        edi::DraftSegment segment{std::string(m_set.nodes[node->node].tag)};
        segment.reserve(node->cells.size());
        for (const Cell& cell : node->cells)
            segment.set(cell.at, std::string(cell.text));
        out.push_back(std::move(segment));
    }
    return out;
}

edi::Transaction BuildTree::transaction() {
    edi::Transaction out;
    out.set = m_set.id;
    out.version = m_set.release;
    out.schema = &m_set;
    out.complete = true;
    out.loops = m_loops;
    m_values.clear();
    for (std::size_t i = 0; i < m_emitted.size(); ++i) {
        const BuildNode& node = *m_emitted[i];
        std::vector<edi::Value>& values = m_values.emplace_back();
        for (const Cell& cell : node.cells)
            values.push_back(
                {cell.text, cell.text, cell.at.element, cell.at.repetition, cell.at.component});
        edi::Segment segment;
        segment.tag = m_set.nodes[node.node].tag;
        segment.values = values;
        segment.place.segment = static_cast<std::uint32_t>(i) + 2;  // the header is 1
        segment.node = node.node;
        segment.loop = node.loop;
        out.segments.push_back(segment);
    }
    return out;
}

}  // namespace sallyport::mapping
