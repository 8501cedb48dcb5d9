// SPDX-License-Identifier: Apache-2.0
// Blocks of writing: records, entries of lists, pairs.
#include "mappings/writer.h"

#include <algorithm>

namespace sallyport::mapping {

WriteStep Writer::block(const PlanStep& step, Target& target, DocRecord& record) {
    DocRecord* inner = &record;
    if (step.has_record) {
        const DocPlace& place = step.fields[0];
        inner = descend(place.from_root ? m_root : &record, place.hops, nullptr);
        if (inner == nullptr) return WriteStep::Absent;
    }
    Target at;
    at.opens = &step;
    at.above = &target;
    at.pair = step.wire.hops.empty() && !step.wire.from_root ? target.pair : nullptr;
    steps(step.steps, at, *inner);
    return WriteStep::Written;
}

// Entries of one list, in its order, each by the block of its kind.
void Writer::entries(std::span<const PlanStep* const> blocks, Target& target, DocRecord& record) {
    const DocPlace& place = blocks[0]->fields[0];
    const std::span<const DocHop> above(place.hops.data(), place.hops.size() - 1);
    DocRecord* owner = descend(place.from_root ? m_root : &record, above, nullptr);
    const DocHop& last = place.hops.back();
    DocValue* list = owner == nullptr ? nullptr : owner->find(last.slot);
    if (list == nullptr) return;
    for (DocRecord* entry : list->records) {
        const PlanStep* chosen = nullptr;
        for (const PlanStep* block : blocks)
            if (block->arrow != Arrow::Read &&
                (block->kind_code.empty() ||
                 entry->text(last.field->kind_slot) == block->kind_code)) {
                chosen = block;
                break;
            }
        if (chosen == nullptr) {
            fail(*blocks[0],
                 Verdict::Note,
                 "kind",
                 field_path(*entry, -1) + " is not written: no block is for kind \"" +
                     std::string(entry->text(last.field->kind_slot)) + "\"");
            continue;
        }
        if (chosen->wire.kind == PlaceKind::PairList) {
            pair_entry(*chosen, target, *entry);
            continue;
        }
        Target at = reach(*chosen, target, chosen->wire.hops.size(), true);
        at.node->always = true;
        for (BuildNode* node = at.node->parent; node != nullptr; node = node->parent)
            node->always = true;
        steps(chosen->steps, at, *entry);
    }
}

void Writer::pair_entry(const PlanStep& step, Target& target, DocRecord& record) {
    PairEntry entry;
    Target inner = target;
    inner.pair = &entry;
    steps(step.steps, inner, record);
    if (!entry.data) return;
    const bool own = step.wire.hops.empty();
    if (own) return place_entry(step, *stand(target).node, entry, record);
    Target parent = reach(step, target, step.wire.hops.size() - 1, false);
    // The last segment of this kind if it has room and shares what all pairs share; else a new one.
    const Hop& hop = step.wire.hops.back();
    BuildNode* found = nullptr;
    std::size_t slot = 0;
    for (BuildNode* child : parent.loop->children)
        if (child->node == hop.node) found = child;
    if (found == nullptr || !fits(step.wire, *found, entry, slot))
        found = &m_tree.step(*parent.loop, hop, step.rule, true);
    place_entry(step, *found, entry, record);
}

bool Writer::fits(const WirePlace& place,
                  const BuildNode& node,
                  const PairEntry& entry,
                  std::size_t& slot) const {
    for (const auto& [part, cell, ignored] : entry.parts) {
        if (part != WirePlace::Part::Shared) continue;
        const Cell* old = node.cell(cell.at);
        if (old == nullptr || old->text != cell.text) return false;
    }
    for (slot = 0; slot < place.pair->slots.size(); ++slot) {
        const edi::PairSlot& one = place.pair->slots[slot];
        if (node.cell(one.value) == nullptr &&
            (!one.qualifier || node.cell(*one.qualifier) == nullptr))
            return true;
    }
    return false;
}

void Writer::place_entry(const PlanStep& step,
                         BuildNode& node,
                         PairEntry& entry,
                         const DocRecord& record) {
    std::size_t slot = 0;
    const std::vector<edi::PairSlot>& slots = step.wire.pair->slots;
    while (slot < slots.size() &&
           (node.cell(slots[slot].value) != nullptr ||
            (slots[slot].qualifier && node.cell(*slots[slot].qualifier) != nullptr)))
        ++slot;
    if (slot == slots.size())
        return fail(step,
                    Verdict::Reject,
                    "room",
                    step.wire.text + ": all " + std::to_string(slots.size()) + " pairs are taken");
    for (auto& [part, one, defaulted] : entry.parts) {
        edi::Locator at = one.at;
        if (part == WirePlace::Part::Qualifier && slots[slot].qualifier)
            at = *slots[slot].qualifier;
        if (part == WirePlace::Part::Value) at = slots[slot].value;
        // Refusals name the element, the trace the rule inside the block.
        const PlanStep* rule = &step;
        for (const PlanStep& inner : step.steps)
            if (inner.rule == one.rule) rule = &inner;
        const edi::Element* element = step.wire.segment->element_at(at);
        m_defaulted = defaulted;
        cell(*rule, node, at, element, one.text, true, record);
    }
}

}  // namespace sallyport::mapping
