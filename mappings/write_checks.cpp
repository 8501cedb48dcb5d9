// SPDX-License-Identifier: Apache-2.0
// When everything stands: counts of the whole message, mandatory places, checks, trace.
#include "mappings/writer.h"

#include <algorithm>

namespace sallyport::mapping {

void Writer::whole_message() {
    if (m_whole.empty()) return;
    edi::Transaction transaction = m_tree.transaction();
    WireView view(transaction);
    Evaluator evaluator(m_plan, m_parameters, &view, m_root);
    for (const Deferred& one : m_whole) {
        const EvalValue value = evaluator.value(one.step->expr, Anchor{}, *one.record);
        cell(*one.step,
             *one.node,
             one.step->wire.at[0],
             one.step->wire.element,
             value.as_text(),
             true,
             *one.record);
    }
    m_tree.finish();
}

void Writer::required_in(const BuildNode& node) {
    const edi::SetSchema& set = *m_plan.set;
    for (const std::uint32_t child : set.children(node.node)) {
        const edi::Node& wanted = set.nodes[child];
        static constexpr std::string_view Envelope[] = {"ST", "SE", "UNH", "UNT"};
        if (node.node == 0 &&
            std::find(std::begin(Envelope), std::end(Envelope), wanted.tag) != std::end(Envelope))
            continue;
        const auto count = static_cast<std::uint32_t>(
            std::count_if(node.children.begin(), node.children.end(), [&](const BuildNode* one) {
                return one->kept && one->node == child;
            }));
        PlanStep named;
        named.rule = node.node == 0 ? (m_plan.steps.empty() ? 0 : m_plan.steps[0].rule) : node.rule;
        const std::string where = node.node == 0 ? "" : " in " + set.path(node.node);
        if (count == 0 && wanted.usage == edi::Usage::Mandatory)
            fail(named,
                 Verdict::Reject,
                 "missing",
                 std::string(wanted.tag) + " must stand" + where +
                     " and nothing was written into it");
        if (wanted.max != edi::Unlimited && count > wanted.max)
            fail(named,
                 Verdict::Reject,
                 "repeat",
                 std::string(wanted.tag) + " stands " + std::to_string(count) + " times" + where +
                     ", " + std::to_string(wanted.max) + " is the limit");
    }
}

// Mandatory segments and elements, most repeats: with the rule that opened the place.
void Writer::required_places() {
    if (m_plan.rules.empty()) return;
    required_in(m_tree.root());
    for (const BuildNode* node : m_tree.emitted()) {
        const edi::Node& schema = m_plan.set->nodes[node->node];
        if (schema.loop) required_in(*node);
        PlanStep named;
        named.rule = node->rule;
        for (std::size_t i = 0; i < schema.segment->elements.size(); ++i) {
            const edi::ElementRef& element = schema.segment->elements[i];
            const auto at = static_cast<std::uint16_t>(i + 1);
            if (element.usage != edi::Usage::Mandatory) continue;
            const bool there =
                std::any_of(node->cells.begin(), node->cells.end(), [&](const Cell& cell) {
                    return cell.at.element == at && !cell.text.empty();
                });
            if (!there)
                fail(named,
                     Verdict::Reject,
                     "missing",
                     std::string(schema.tag) + "." + (at < 10 ? "0" : "") + std::to_string(at) +
                         " must be set and no value came to it");
        }
    }
}

void Writer::checks() {
    if (m_checks.empty()) return;
    edi::Transaction transaction = m_tree.transaction();
    WireView view(transaction);
    Evaluator evaluator(m_plan, m_parameters, &view, m_root);
    for (const Deferred& one : m_checks) {
        Anchor anchor;
        anchor.loop = one.node->loop == edi::None ? 0 : one.node->loop;
        anchor.segment = one.node->segment;
        anchor.absent = !one.node->kept;
        if (evaluator.value(one.step->expr, anchor, *one.record).holds()) continue;
        fail(*one.step,
             verdict_of(one.step->on_fail.action),
             one.step->on_fail.code.empty() ? "require" : one.step->on_fail.code,
             evaluator.text(one.step->on_fail.message, anchor, *one.record));
    }
}

void Writer::trace(std::vector<TraceEntry>& out) {
    for (const Noted& note : m_trace) {
        if (note.node->segment == edi::None || !note.node->kept) continue;
        TraceEntry entry;
        const bool field = note.step->kind == StepKind::Move && !note.step->fields.empty();
        entry.source = field ? TraceEntry::Source::Wire : TraceEntry::Source::Constant;
        if (field) {
            const DocRecord* at = descend(
                note.step->fields[0].from_root ? m_root : const_cast<DocRecord*>(note.record),
                note.step->fields[0].hops,
                nullptr);
            if (at != nullptr) {
                entry.field = field_path(*at, note.step->fields[0].slot);
                entry.value = std::string(at->text(note.step->fields[0].slot));
            }
        }
        entry.segment = note.node->segment + 2;
        entry.element = note.at.element;
        entry.component = note.at.component;
        if (const Cell* cell = note.node->cell(note.at)) entry.wire = cell->text;
        entry.rule = m_plan.rules[note.step->rule].where;
        entry.text = m_plan.rules[note.step->rule].text;
        out.push_back(std::move(entry));
    }
}

}  // namespace sallyport::mapping
