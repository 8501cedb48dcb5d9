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

// An XML element that must stand and may be empty needs no rule.
void Writer::empty_elements() {
    const edi::SetSchema& set = *m_plan.set;
    bool added = false;
    const std::vector<BuildNode*> emitted = m_tree.emitted();
    for (BuildNode* node : emitted) {
        if (!set.nodes[node->node].loop) continue;
        for (const std::uint32_t child : set.children(node->node)) {
            if (set.nodes[child].usage != edi::Usage::Mandatory ||
                !m_plan.xml->may_be_empty(child) ||
                std::any_of(node->children.begin(),
                            node->children.end(),
                            [&](const BuildNode* one) { return one->kept && one->node == child; }))
                continue;
            m_tree.add(*node, child, node->rule).follows = true;
            added = true;
        }
    }
    if (added) m_tree.finish();
}

void Writer::required_in(const BuildNode& node) {
    const edi::SetSchema& set = *m_plan.set;
    const std::uint32_t rule =
        node.node != 0 ? node.rule : (m_plan.steps.empty() ? 0 : m_plan.steps[0].rule);
    const auto where = [&] {
        return node.node == 0 ? std::string() : " in " + set.path(node.node);
    };
    const auto count_of = [&](std::uint32_t child) {
        return static_cast<std::uint32_t>(
            std::count_if(node.children.begin(), node.children.end(), [&](const BuildNode* one) {
                return one->kept && one->node == child;
            }));
    };
    const std::uint32_t end = set.nodes[node.node].end;
    for (std::uint32_t child = node.node + 1; child < end; child = set.nodes[child].end) {
        const edi::Node& wanted = set.nodes[child];
        if (wanted.usage != edi::Usage::Mandatory || count_of(child) > 0) continue;
        static constexpr std::string_view Envelope[] = {"ST", "SE", "UNH", "UNT"};
        if (node.node == 0 &&
            std::find(std::begin(Envelope), std::end(Envelope), wanted.tag) != std::end(Envelope))
            continue;
        fail(
            rule,
            Verdict::Reject,
            "missing",
            std::string(wanted.tag) + " must stand" + where() + " and nothing was written into it");
    }
    // Each kind is counted where its first one stands.
    for (const BuildNode* child : node.children) {
        if (m_plan.xml != nullptr && child->kept && child->occurrence > 1 &&
            count_of(child->node) < child->occurrence)
            fail(child->rule,
                 Verdict::Reject,
                 "missing",
                 std::string(set.nodes[child->node].tag) + "(" + std::to_string(child->occurrence) +
                     ") cannot stand" + where() + " without the one before it");
        const edi::Node& schema = set.nodes[child->node];
        if (schema.max == edi::Unlimited || node.children.size() <= schema.max) continue;
        const auto first =
            std::find_if(node.children.begin(), node.children.end(), [&](const BuildNode* one) {
                return one->kept && one->node == child->node;
            });
        if (first == node.children.end() || *first != child) continue;
        if (const std::uint32_t count = count_of(child->node); count > schema.max)
            fail(rule,
                 Verdict::Reject,
                 "repeat",
                 std::string(schema.tag) + " stands " + std::to_string(count) + " times" + where() +
                     ", " + std::to_string(schema.max) + " is the limit");
    }
}

void Writer::required_elements(const BuildNode& node) {
    const edi::Node& schema = m_plan.set->nodes[node.node];
    for (std::size_t i = 0; i < schema.segment->elements.size(); ++i) {
        if (schema.segment->elements[i].usage != edi::Usage::Mandatory) continue;
        const auto at = static_cast<std::uint16_t>(i + 1);
        const bool there = std::any_of(node.cells.begin(), node.cells.end(), [&](const Cell& cell) {
            return cell.at.element == at && !cell.text.empty();
        });
        if (!there)
            fail(node.rule,
                 Verdict::Reject,
                 "missing",
                 (m_plan.xml != nullptr
                      ? xml_part(schema, at)
                      : std::string(schema.tag) + "." + (at < 10 ? "0" : "") + std::to_string(at)) +
                     " must be set and no value came to it");
    }
}

// Mandatory segments and elements, most repeats: with the rule that opened the place.
void Writer::required_places() {
    if (m_plan.rules.empty()) return;
    required_in(m_tree.root());
    for (const BuildNode* node : m_tree.emitted()) {
        if (m_plan.set->nodes[node->node].loop) required_in(*node);
        required_elements(*node);
    }
}

namespace {

bool looks_at_wire(const CompiledExpr& expr) {
    return expr.op == Op::Wire ||
           (expr.op == Op::Call && expr.function == Function::CountSegments) ||
           std::any_of(expr.args.begin(), expr.args.end(), looks_at_wire);
}

}  // namespace

void Writer::checks() {
    // Most checks are about the document alone; the wire is only put together for those that are not.
    std::erase_if(m_checks, [this](const Deferred& one) {
        return !looks_at_wire(one.step->expr) &&
               m_evaluator.value(one.step->expr, Anchor{}, *one.record).holds();
    });
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
        if (m_plan.xml != nullptr) entry.place = path_of(*note.node, *m_plan.xml, note.at.element);
        entry.rule = m_plan.rules[note.step->rule].where;
        entry.rule_index = note.step->rule;
        entry.text = m_plan.rules[note.step->rule].text;
        out.push_back(std::move(entry));
    }
}

void Writer::notes(std::vector<RuleNote>& out) {
    out.reserve(m_trace.size());
    for (const Noted& noted : m_trace) {
        if (noted.node->segment == edi::None || !noted.node->kept) continue;
        RuleNote& one = out.emplace_back();
        const bool field = noted.step->kind == StepKind::Move && !noted.step->fields.empty();
        one.source = field ? TraceEntry::Source::Wire : TraceEntry::Source::Constant;
        one.defaulted = field && noted.defaulted;
        one.rule = noted.step->rule;
        one.segment = noted.node->segment + 2;
        one.element = noted.at.element;
        one.component = noted.at.component;
        if (m_plan.xml != nullptr) one.place = path_of(*noted.node, *m_plan.xml, noted.at.element);
    }
}

}  // namespace sallyport::mapping
