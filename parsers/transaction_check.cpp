// SPDX-License-Identifier: Apache-2.0
#include "parsers/transaction_check.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

bool names(const std::vector<std::string_view>& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace

void align_repeats(std::span<Value> values, const SegmentSchema& schema) {
    for (Value& value : values) {
        std::uint32_t wire = value.element;
        std::uint16_t element = 1;
        for (const ElementRef& ref : schema.elements) {
            if (wire <= ref.repeat) break;
            wire -= ref.repeat;
            ++element;
        }
        const bool beyond = element > schema.elements.size();
        value.element = beyond ? static_cast<std::uint16_t>(element + wire - 1) : element;
        value.repetition = beyond ? std::uint16_t{1} : static_cast<std::uint16_t>(wire);
    }
}

TransactionCheck::TransactionCheck(Transaction& transaction,
                                   const SchemaSet& schemas,
                                   const ElementRules& rules,
                                   FaultSink& sink)
    : m_transaction(transaction),
      m_schemas(schemas),
      m_sink(sink),
      m_align(!rules.repetitions),
      m_elements(rules, sink),
      m_placement(
          *transaction.schema,
          sink,
          {.occurs_later = [this](std::string_view tag) { return occurs_later(tag); },
           .next_tag =
               [this] {
                   return m_index + 1 < m_transaction.segments.size()
                              ? m_transaction.segments[m_index + 1].tag
                              : std::string_view();
               },
           .is_known = [this](std::string_view tag) { return dictionary(tag) != nullptr; }}) {}

void TransactionCheck::run() {
    m_transaction.loops.clear();
    m_last_child.clear();
    open_loop(0, 0, false);
    const auto count = static_cast<std::uint32_t>(m_transaction.segments.size());
    for (m_index = 0; m_index < count; ++m_index) {
        Segment& segment = m_transaction.segments[m_index];
        const std::uint32_t envelope = m_transaction.complete ? count - 1 : count;
        const bool body = m_index != 0 && m_index != envelope;
        const Placed placed = m_placement.place(segment);
        build(m_index, placed);
        if (body && segment.terminated && !segment.overlong) element_check(segment, placed);
    }
    close_loops(0, count);
    if (m_transaction.schema->tree) tree();
}

const SegmentSchema* TransactionCheck::dictionary(std::string_view tag) const {
    return m_schemas.segment(m_transaction.schema->standard, m_transaction.schema->release, tag);
}

bool TransactionCheck::occurs_later(std::string_view tag) {
    if (m_last_use.empty()) {
        for (std::uint32_t i = 0; i < m_transaction.segments.size(); ++i)
            m_last_use[m_transaction.segments[i].tag] = i;
    }
    const auto found = m_last_use.find(tag);
    return found != m_last_use.end() && found->second > m_index;
}

void TransactionCheck::element_check(const Segment& segment, const Placed& placed) {
    // A misplaced segment is still read against the release's dictionary: its values may be wrong as well.
    const SegmentSchema* schema = placed.node == None
                                      ? dictionary(segment.tag)
                                      : m_transaction.schema->nodes[placed.node].segment;
    if (schema) m_elements.check(segment, *schema, m_placement.path());
}

void TransactionCheck::build(std::uint32_t index, const Placed& placed) {
    Segment& segment = m_transaction.segments[index];
    segment.node = placed.node;
    segment.loop = None;
    if (placed.node == None) return;
    const std::size_t opened = (placed.opened_loop ? 1u : 0u) + (placed.implied != None ? 1u : 0u);
    close_loops(m_placement.depth() - opened, index);
    if (placed.implied != None) open_loop(placed.implied, index, true);
    if (placed.opened_loop) open_loop(placed.node, index, false);
    segment.loop = m_open.back();
    const SegmentSchema* schema = m_transaction.schema->nodes[placed.node].segment;
    if (!m_align || !schema->has_repeats) return;
    // The values belong to the document, which is not const here; the span is const for its readers.
    align_repeats({const_cast<Value*>(segment.values.data()), segment.values.size()}, *schema);
}

void TransactionCheck::open_loop(std::uint32_t node, std::uint32_t index, bool implied) {
    const auto self = static_cast<std::uint32_t>(m_transaction.loops.size());
    Loop loop;
    loop.node = node;
    loop.begin = index;
    loop.implied = implied;
    if (!m_open.empty()) {
        loop.parent = m_open.back();
        std::uint32_t& last = m_last_child[loop.parent];
        (last == None ? m_transaction.loops[loop.parent].first_child
                      : m_transaction.loops[last].next) = self;
        last = self;
    }
    m_transaction.loops.push_back(loop);
    m_last_child.push_back(None);
    m_open.push_back(self);
}

void TransactionCheck::close_loops(std::size_t depth, std::uint32_t end) {
    while (m_open.size() > depth) {
        m_transaction.loops[m_open.back()].end = end;
        m_open.pop_back();
    }
}

// HL and CPS: the tree is what the parent numbers say, not the order. A parent must stand before its children, so that
// neither gaps nor cycles can make the walk endless.
void TransactionCheck::tree() {
    const TreeRule& rule = *m_transaction.schema->tree;
    std::unordered_map<std::string_view, std::uint32_t> ids;
    std::string_view structure;
    for (const Segment& segment : m_transaction.segments) {
        if (segment.tag == "BSN") structure = segment.text(5);
    }
    for (std::uint32_t i = 1; i < m_transaction.loops.size(); ++i) {
        Loop& loop = m_transaction.loops[i];
        if (loop.implied || m_transaction.schema->nodes[loop.node].tag != rule.segment) continue;
        const Segment& segment = m_transaction.trigger(loop);
        const auto report = [&](std::string_view code, const Locator& at, std::string message) {
            Fault fault = make_fault(code, &segment, std::move(message));
            fault.loop = m_transaction.schema->path(loop.node);
            fault.element = at.element;
            if (const Element* element =
                    m_transaction.schema->nodes[loop.node].segment->element_at(at))
                fault.reference = element->id;
            fault.value = shown(segment.text(at));
            m_sink.add(std::move(fault));
        };
        const std::string_view id = segment.text(rule.id);
        const std::string_view parent = segment.text(rule.parent);
        if (!parent.empty()) {
            const auto found = ids.find(parent);
            if (found != ids.end()) {
                loop.tree_parent = found->second;
            } else {
                report("edi.tree.parent",
                       rule.parent,
                       "level " + shown(id) + " names parent " + shown(parent) +
                           ", which does not stand before it");
            }
        }
        if (!id.empty() && !ids.emplace(id, i).second)
            report("edi.tree.duplicate", rule.id, "level number " + shown(id) + " is used twice");
        level(loop, structure);
    }
}

// Which level may stand under which; structure codes of the ship notice (BSN05). Unknown levels are kept and noted.
void TransactionCheck::level(const Loop& loop, std::string_view structure) {
    const SetSchema& set = *m_transaction.schema;
    if (!set.tree->level || set.levels.empty()) return;
    const Segment& segment = m_transaction.trigger(loop);
    const std::string_view own = segment.text(*set.tree->level);
    const auto rule_for = [&](std::string_view wanted) {
        return std::find_if(set.levels.begin(), set.levels.end(), [&](const LevelRule& rule) {
            return rule.structure == wanted && rule.level == own;
        });
    };
    auto rule = rule_for(structure);
    if (rule == set.levels.end()) rule = rule_for("*");
    if (own.empty()) return;
    std::string message;
    if (rule == set.levels.end()) {
        message = "hierarchical level " + shown(own) +
                  " is not one of those this gateway interprets; it is kept as it is";
    } else {
        const std::string_view above =
            loop.tree_parent == None ? std::string_view("root")
                                     : m_transaction.trigger(m_transaction.loops[loop.tree_parent])
                                           .text(*set.tree->level);
        if (names(rule->allowed_parents, above) || names(rule->tolerated_parents, above)) return;
        message = "level " + shown(own) +
                  (loop.tree_parent == None ? " stands without a parent"
                                            : " stands under level " + shown(above)) +
                  (structure.empty() ? std::string()
                                     : ", structure " + shown(structure) + " does not expect that");
    }
    Fault fault = make_fault("edi.tree.level", &segment, std::move(message));
    fault.loop = set.path(loop.node);
    fault.element = set.tree->level->element;
    fault.value = shown(own);
    m_sink.add(std::move(fault));
}

}  // namespace sallyport::edi
