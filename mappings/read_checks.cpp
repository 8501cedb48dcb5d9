// SPDX-License-Identifier: Apache-2.0
// What follows the moves of reading: derived fields, checks, leftovers, trace.
#include "mappings/lenses.h"
#include "mappings/reader.h"

#include <algorithm>

namespace sallyport::mapping {

void Reader::derive(const Deferred& one) {
    if (one.step->condition &&
        !m_evaluator.value(*one.step->condition, one.anchor, *one.record).holds())
        return;
    const EvalValue value = m_evaluator.value(one.step->expr, one.anchor, *one.record);
    if (!value.as_text().empty())
        set(*one.step,
            one.step->fields[0],
            value.as_text(),
            {},
            TraceEntry::Source::Derived,
            *one.record);
}

void Reader::check(const Deferred& one) {
    const PlanStep& step = *one.step;
    const WireText found = m_wire.read(step.wire, one.anchor, true, false);
    if (found.absent()) return;
    LensValue value;
    value.texts.assign(found.pieces.begin(), found.pieces.end());
    if (value.texts.empty()) value.texts.emplace_back(found.text);
    for (const LensOp& lens : step.lenses)
        if (value.problem.empty()) lens_read(lens, value);
    const EvalValue wanted = m_evaluator.value(step.expr, one.anchor, *one.record);
    std::string text = value.texts.empty() ? std::string() : value.texts[0];
    if (step.lenses.empty() && wanted.kind == EvalValue::Kind::Number) {
        const Conversion converted =
            to_document(step.wire.element, FieldType::Decimal, text, m_edifact);
        if (converted.ok) text = converted.text;
    }
    if (value.problem.empty() && same_value(EvalValue::of(text), wanted)) return;
    fail(step,
         Verdict::Reject,
         "check",
         step.wire.text + " is \"" + std::string(found.text) + "\", expected \"" +
             wanted.as_text() + "\"",
         found.origin,
         one.anchor,
         *one.record,
         std::string(found.text));
}

void Reader::require(const Deferred& one) {
    if (m_evaluator.value(one.step->expr, one.anchor, *one.record).holds()) return;
    WireOrigin origin;
    origin.segment = one.anchor.segment;
    fail(*one.step, Verdict::Reject, "require", "", origin, one.anchor, *one.record, "");
}

void Reader::leftovers(std::vector<Leftover>& out) {
    const std::vector<edi::Segment>& segments = m_wire.transaction().segments;
    for (std::uint32_t i = 0; i < segments.size(); ++i) {
        const edi::Segment& segment = segments[i];
        static constexpr std::string_view Envelope[] = {"ST", "SE", "UNH", "UNT"};
        if ((i == 0 || i + 1 == segments.size()) &&
            std::find(std::begin(Envelope), std::end(Envelope), segment.tag) != std::end(Envelope))
            continue;
        for (const edi::Value& value : segment.values) {
            if (value.text.empty() || m_wire.seen(i, value)) continue;
            const std::uint32_t owner = m_wire.owner(i, value);
            const bool xml = m_xml != nullptr;
            out.push_back({xml ? m_xml->path(i, value.element) : std::string(segment.tag),
                           segment.place.segment,
                           xml ? std::uint16_t{0} : value.element,
                           xml ? std::uint16_t{0} : value.component,
                           std::string(value.text),
                           owner == 0 ? std::string() : m_plan.rules[owner - 1].where});
        }
    }
}

void Reader::trace(std::vector<TraceEntry>& out) {
    for (const TraceNote& note : m_trace) {
        TraceEntry entry;
        entry.field = field_path(*note.record, note.slot);
        entry.value = std::string(note.record->text(note.slot));
        entry.source = note.source;
        entry.rule = m_plan.rules[note.rule].where;
        entry.rule_index = note.rule;
        entry.text = m_plan.rules[note.rule].text;
        if (note.origin.segment != edi::None) {
            const edi::Segment& segment = m_wire.segment(note.origin.segment);
            entry.segment = segment.place.segment;
            entry.element = note.origin.at.element;
            entry.component = note.origin.at.component;
            entry.wire = std::string(segment.text(note.origin.at));
            if (m_xml != nullptr)
                entry.place = m_xml->path(note.origin.segment, note.origin.at.element);
        }
        out.push_back(std::move(entry));
    }
}

void Reader::notes(std::vector<RuleNote>& out) {
    out.reserve(m_trace.size());
    for (const TraceNote& noted : m_trace) {
        RuleNote& one = out.emplace_back();
        one.source = noted.source;
        one.rule = noted.rule;
        if (noted.origin.segment != edi::None) {
            one.segment = m_wire.segment(noted.origin.segment).place.segment;
            one.element = noted.origin.at.element;
            one.component = noted.origin.at.component;
            if (m_xml != nullptr)
                one.place = m_xml->path(noted.origin.segment, noted.origin.at.element);
        }
        if ((*m_wanted)(one)) one.field = field_path(*noted.record, noted.slot);
    }
}

}  // namespace sallyport::mapping
