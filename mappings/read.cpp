// SPDX-License-Identifier: Apache-2.0
// Wire to document (mapping-language section 3.6): moves, blocks, first, when; then derived fields, then checks on the whole
// document, then what nobody looked at.
#include "mappings/evaluate.h"
#include "mappings/findings.h"
#include "mappings/lenses.h"
#include "mappings/run.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sallyport::mapping {

namespace {

struct TraceNote {
    TraceEntry::Source source = TraceEntry::Source::Wire;
    const DocRecord* record = nullptr;
    int slot = -1;
    WireOrigin origin;
    std::uint32_t rule = 0;
};

// What a step came to: for `first` it matters whether a look-up was missed.
enum class Outcome : std::uint8_t { Absent, Stored, Missed };

class Reader {
public:
    Reader(const Plan& plan,
           const edi::Transaction& transaction,
           const std::vector<std::optional<std::string>>& parameters,
           const RunOptions& options)
        : m_plan(plan),
          m_options(options),
          m_edifact(plan.set->standard == edi::Standard::Edifact),
          m_wire(transaction),
          m_root(m_arena.make(&plan.document->root())),
          m_evaluator(plan, parameters, &m_wire, m_root),
          m_findings(options.findings) {}

    ReadOutcome run() {
        steps(m_plan.steps, Anchor{}, *m_root);
        for (const Deferred& one : m_derived)
            derive(one);
        for (const Deferred& one : m_checks)
            one.step->kind == StepKind::Require ? require(one) : check(one);
        ReadOutcome out;
        out.document = std::make_unique<nlohmann::ordered_json>(to_json(*m_root));
        leftovers(out.leftovers);
        if (m_options.trace) trace(out.trace);
        out.findings = std::move(m_findings.all);
        out.findings_left_out = m_findings.left_out;
        return out;
    }

private:
    struct Deferred {
        const PlanStep* step;
        Anchor anchor;
        DocRecord* record;
    };

    void steps(const std::vector<PlanStep>& list, const Anchor& anchor, DocRecord& record);
    Outcome step(const PlanStep& step,
                 const Anchor& anchor,
                 DocRecord& record,
                 std::vector<Finding>* withheld);
    Outcome move(const PlanStep& step,
                 const Anchor& anchor,
                 DocRecord& record,
                 std::vector<Finding>* withheld);
    Outcome store(const PlanStep& step,
                  LensValue& value,
                  const WireOrigin& origin,
                  DocRecord& record);
    Outcome put_default(const PlanStep& step, DocRecord& record);
    bool set(const PlanStep& step,
             const DocPlace& place,
             std::string text,
             const WireOrigin& origin,
             TraceEntry::Source source,
             DocRecord& record);
    Outcome block(const PlanStep& step, const Anchor& anchor, DocRecord& record);
    void entry(const PlanStep& step, const Anchor& at, DocRecord& record);
    void united(const std::vector<PlanStep>& list,
                std::size_t first,
                const Anchor& anchor,
                DocRecord& record);
    std::vector<Anchor> occurrences(const PlanStep& step, const Anchor& anchor);
    Outcome first(const PlanStep& step, const Anchor& anchor, DocRecord& record);
    void own(const PlanStep& step, const Anchor& anchor);
    void derive(const Deferred& one);
    void check(const Deferred& one);
    void require(const Deferred& one);
    void leftovers(std::vector<Leftover>& out);
    void trace(std::vector<TraceEntry>& out);

    Finding finding(Verdict verdict,
                    std::string code,
                    std::string message,
                    const PlanStep& step,
                    const WireOrigin& origin) const;
    void fail(const PlanStep& step,
              Verdict verdict,
              std::string code,
              std::string message,
              const WireOrigin& origin,
              const Anchor& anchor,
              const DocRecord& record,
              std::string value);

    const Plan& m_plan;
    const RunOptions& m_options;
    bool m_edifact;
    WireView m_wire;
    DocArena m_arena;
    DocRecord* m_root;
    Evaluator m_evaluator;
    Findings m_findings;
    std::vector<Deferred> m_derived;
    std::vector<Deferred> m_checks;
    std::vector<TraceNote> m_trace;
};

Finding Reader::finding(Verdict verdict,
                        std::string code,
                        std::string message,
                        const PlanStep& step,
                        const WireOrigin& origin) const {
    Finding out;
    out.verdict = verdict;
    out.code = std::move(code);
    out.message = std::move(message);
    out.rule = m_plan.rules[step.rule].where;
    if (origin.segment != edi::None) {
        const edi::Segment& segment = m_wire.segment(origin.segment);
        out.segment = std::string(segment.tag);
        out.position = segment.place.segment;
        out.element = origin.at.element;
    }
    return out;
}

// A value that cannot go on, or a check that does not hold: the rule's own else clause speaks if it has one.
void Reader::fail(const PlanStep& step,
                  Verdict verdict,
                  std::string code,
                  std::string message,
                  const WireOrigin& origin,
                  const Anchor& anchor,
                  const DocRecord& record,
                  std::string value) {
    if (step.on_fail.given) {
        verdict = verdict_of(step.on_fail.action);
        if (!step.on_fail.code.empty()) code = step.on_fail.code;
        message = m_evaluator.text(step.on_fail.message, anchor, record);
    }
    Finding out = finding(verdict, std::move(code), std::move(message), step, origin);
    out.value = std::move(value);
    m_findings.add(std::move(out));
}

void Reader::steps(const std::vector<PlanStep>& list, const Anchor& anchor, DocRecord& record) {
    bool whens = false;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const PlanStep& one = list[i];
        if (one.kind == StepKind::When) {
            whens = true;
        } else if (one.union_id >= 0) {
            const bool leads =
                std::none_of(list.begin(),
                             list.begin() + static_cast<std::ptrdiff_t>(i),
                             [&](const PlanStep& other) { return other.union_id == one.union_id; });
            if (leads) united(list, i, anchor, record);
        } else {
            step(one, anchor, record, nullptr);
        }
    }
    // After the moves of the block, so that a test may be about a field.
    if (!whens) return;
    for (const PlanStep& one : list)
        if (one.kind == StepKind::When && one.arrow != Arrow::Write &&
            m_evaluator.value(one.expr, anchor, record).holds())
            steps(one.steps, anchor, record);
}

Outcome Reader::step(const PlanStep& step,
                     const Anchor& anchor,
                     DocRecord& record,
                     std::vector<Finding>* withheld) {
    switch (step.kind) {
        case StepKind::Move:
            if (step.arrow == Arrow::Write) {
                own(step, anchor);
                return Outcome::Absent;
            }
            return move(step, anchor, record, withheld);
        case StepKind::Put:
            own(step, anchor);
            return Outcome::Absent;
        case StepKind::Check:
            if (!anchor.absent) m_checks.push_back({&step, anchor, &record});
            return Outcome::Absent;
        case StepKind::Derive:
            m_derived.push_back({&step, anchor, &record});
            return Outcome::Absent;
        case StepKind::Require:
            if (step.phase != 'b' && !anchor.absent) m_checks.push_back({&step, anchor, &record});
            return Outcome::Absent;
        case StepKind::Block:
            return step.arrow == Arrow::Write ? Outcome::Absent : block(step, anchor, record);
        case StepKind::First:
            return first(step, anchor, record);
        case StepKind::When:
            if (step.arrow != Arrow::Write && m_evaluator.value(step.expr, anchor, record).holds())
                steps(step.steps, anchor, record);
            return Outcome::Absent;
    }
    return Outcome::Absent;
}

Outcome Reader::put_default(const PlanStep& step, DocRecord& record) {
    if (!step.otherwise) return Outcome::Absent;
    set(step, step.fields[0], *step.otherwise, {}, TraceEntry::Source::Default, record);
    return Outcome::Absent;
}

Outcome Reader::move(const PlanStep& step,
                     const Anchor& anchor,
                     DocRecord& record,
                     std::vector<Finding>* withheld) {
    if (step.condition && !m_evaluator.value(*step.condition, anchor, record).holds())
        return Outcome::Absent;
    const bool several = !step.lenses.empty() && step.lenses[0].kind == LensKind::Wrap;
    WireText found = m_wire.read(step.wire, anchor, true, several);
    if (found.absent()) return put_default(step, record);
    if (found.again != edi::None) {
        Finding note = finding(m_options.strict ? Verdict::Reject : Verdict::Note,
                               "repeat",
                               step.wire.text + " occurs again in segment " +
                                   std::to_string(m_wire.segment(found.again).place.segment) +
                                   "; the first one is used",
                               step,
                               {found.again, {}});
        m_findings.add(std::move(note));
    }
    const std::string wire = found.texts[0];
    LensValue value;
    value.texts = std::move(found.texts);
    if (step.input != FieldType::Text && step.input != FieldType::Code) {
        Conversion converted =
            to_document(step.wire.element, step.input, value.texts[0], m_edifact);
        if (!converted.ok) {
            value.problem = converted.problem;
            value.problem_code = "value";
        }
        value.texts[0] = std::move(converted.text);
    }
    for (const LensOp& lens : step.lenses) {
        if (!value.problem.empty()) break;
        lens_read(lens, value);
    }
    if (value.problem.empty()) return store(step, value, found.origin, record);
    const bool missed = value.problem_code == "table";
    if (missed && withheld != nullptr) {
        withheld->push_back(finding(
            Verdict::Hold, "table", step.wire.text + ": " + value.problem, step, found.origin));
        withheld->back().table = value.table;
        withheld->back().value = wire;
        return Outcome::Missed;
    }
    fail(step,
         missed ? Verdict::Hold : Verdict::Reject,
         value.problem_code,
         step.wire.text + ": " + value.problem,
         found.origin,
         anchor,
         record,
         wire);
    if (missed && !m_findings.all.empty()) m_findings.all.back().table = value.table;
    return Outcome::Missed;
}

Outcome Reader::store(const PlanStep& step,
                      LensValue& value,
                      const WireOrigin& origin,
                      DocRecord& record) {
    bool stored = false;
    for (std::size_t i = 0; i < step.fields.size() && i < value.texts.size(); ++i) {
        if (value.texts[i].empty()) continue;
        stored = set(step,
                     step.fields[i],
                     std::move(value.texts[i]),
                     origin,
                     TraceEntry::Source::Wire,
                     record) ||
                 stored;
    }
    return stored ? Outcome::Stored : Outcome::Absent;
}

bool Reader::set(const PlanStep& step,
                 const DocPlace& place,
                 std::string text,
                 const WireOrigin& origin,
                 TraceEntry::Source source,
                 DocRecord& record) {
    const Field& field = *place.field;
    const auto refuse = [&](std::string message) {
        fail(step,
             Verdict::Reject,
             "value",
             step.wire.text + ": " + std::move(message),
             origin,
             Anchor{},
             record,
             text);
        return false;
    };
    const bool plain = field.type == FieldType::Text || field.type == FieldType::Code;
    if (!plain && !is_value(field.type, text))
        return refuse("\"" + text + "\" is not a " + std::string(to_string(field.type)) + " for " +
                      place.text);
    if (!field.values.empty() &&
        std::find(field.values.begin(), field.values.end(), text) == field.values.end())
        return refuse("\"" + text + "\" is not a value of " + place.text);
    DocRecord* target = descend(place.from_root ? m_root : &record, place.hops, &m_arena);
    const auto slot = static_cast<std::uint16_t>(place.slot);
    if (const DocValue* old = target->find(slot)) {
        if (old->text != text && source != TraceEntry::Source::Default)
            m_findings.add(finding(Verdict::Note,
                                   "twice",
                                   field_path(*target, place.slot) + " is already \"" + old->text +
                                       "\"; \"" + text + "\" is not used",
                                   step,
                                   origin));
        return true;
    }
    target->values.push_back({slot, std::move(text), {}});
    if (m_options.trace) m_trace.push_back({source, target, place.slot, origin, step.rule});
    return true;
}

// ---- blocks -----------------------------------------------------------------------------------------------------------

std::vector<Anchor> Reader::occurrences(const PlanStep& step, const Anchor& anchor) {
    if (step.wire.kind == PlaceKind::PairList) return m_wire.pairs(step.wire, anchor);
    std::vector<Anchor> out;
    if (step.wire.hops.empty()) {
        if (!anchor.absent) out.push_back(anchor);
        return out;
    }
    m_wire.each(step.wire, anchor, [&](const Anchor& at) {
        out.push_back(at);
        return true;
    });
    return out;
}

void Reader::entry(const PlanStep& step, const Anchor& at, DocRecord& record) {
    const DocPlace& place = step.fields[0];
    std::vector<DocHop> above(place.hops.begin(), place.hops.end() - 1);
    DocRecord* owner = descend(place.from_root ? m_root : &record, above, &m_arena);
    DocRecord* made = m_arena.make(place.hops.back().field->record);
    if (!step.kind_code.empty())
        made->values.push_back(
            {static_cast<std::uint16_t>(place.hops.back().field->kind_slot), step.kind_code, {}});
    attach(*owner, place.hops.back().slot, *made, true);
    steps(step.steps, at, *made);
}

// `each` blocks on one list: their occurrences together, in the order of the wire.
void Reader::united(const std::vector<PlanStep>& list,
                    std::size_t first,
                    const Anchor& anchor,
                    DocRecord& record) {
    std::vector<std::pair<Anchor, const PlanStep*>> all;
    for (std::size_t i = first; i < list.size(); ++i) {
        if (list[i].union_id != list[first].union_id || list[i].arrow == Arrow::Write) continue;
        for (const Anchor& at : occurrences(list[i], anchor))
            all.emplace_back(at, &list[i]);
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        return a.first.segment < b.first.segment;
    });
    for (const auto& [at, step] : all)
        entry(*step, at, record);
}

Outcome Reader::block(const PlanStep& step, const Anchor& anchor, DocRecord& record) {
    const std::vector<Anchor> found = occurrences(step, anchor);
    if (step.each) {
        for (const Anchor& at : found)
            entry(step, at, record);
        return found.empty() ? Outcome::Absent : Outcome::Stored;
    }
    if (found.empty()) {
        if (step.has_record) return Outcome::Absent;
        Anchor absent = anchor;
        absent.absent = true;
        steps(step.steps, absent, record);
        return Outcome::Absent;
    }
    if (found.size() > 1)
        m_findings.add(finding(m_options.strict ? Verdict::Reject : Verdict::Note,
                               "repeat",
                               step.wire.text + " occurs again in segment " +
                                   std::to_string(m_wire.segment(found[1].segment).place.segment) +
                                   "; the first one is used",
                               step,
                               {found[1].segment, {}}));
    if (!step.has_record) {
        steps(step.steps, found[0], record);
        return Outcome::Stored;
    }
    // The record exists when anything inside came to a value.
    const DocPlace& place = step.fields[0];
    DocRecord* start = place.from_root ? m_root : &record;
    if (DocRecord* known = descend(start, place.hops, nullptr)) {
        steps(step.steps, found[0], *known);
        return Outcome::Stored;
    }
    const DocHop& last = place.hops.back();
    DocRecord* made = m_arena.make(last.field->record);
    // Known to its future owner before it is attached, so that places inside can be named.
    made->parent = start;
    made->slot = last.slot;
    steps(step.steps, found[0], *made);
    if (made->empty()) return Outcome::Absent;
    const std::vector<DocHop> above(place.hops.begin(), place.hops.end() - 1);
    DocRecord* owner = descend(start, above, &m_arena);
    if (!last.kind.empty())
        made->values.insert(made->values.begin(),
                            {static_cast<std::uint16_t>(last.field->kind_slot), last.kind, {}});
    attach(*owner, last.slot, *made, last.field->type == FieldType::List);
    return Outcome::Stored;
}

Outcome Reader::first(const PlanStep& step, const Anchor& anchor, DocRecord& record) {
    std::vector<Finding> withheld;
    for (const PlanStep& alternative : step.steps)
        if (this->step(alternative, anchor, record, &withheld) == Outcome::Stored)
            return Outcome::Stored;
    for (Finding& one : withheld)
        m_findings.add(std::move(one));
    return withheld.empty() ? Outcome::Absent : Outcome::Missed;
}

// A place only written: the list of leftovers names the rule that owns it.
void Reader::own(const PlanStep& step, const Anchor& anchor) {
    const WireText found = m_wire.read(step.wire, anchor, false, false);
    if (!found.absent()) m_wire.own(found.origin.segment, found.origin.at, step.rule);
}

// ---- after the moves --------------------------------------------------------------------------------------------------

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
    WireText found = m_wire.read(step.wire, one.anchor, true, false);
    if (found.absent()) return;
    LensValue value;
    value.texts = found.texts;
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
         step.wire.text + " is \"" + found.texts[0] + "\", expected \"" + wanted.as_text() + "\"",
         found.origin,
         one.anchor,
         *one.record,
         found.texts[0]);
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
            out.push_back({std::string(segment.tag),
                           segment.place.segment,
                           value.element,
                           value.component,
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
        entry.text = m_plan.rules[note.rule].text;
        if (note.origin.segment != edi::None) {
            const edi::Segment& segment = m_wire.segment(note.origin.segment);
            entry.segment = segment.place.segment;
            entry.element = note.origin.at.element;
            entry.component = note.origin.at.component;
            entry.wire = std::string(segment.text(note.origin.at));
        }
        out.push_back(std::move(entry));
    }
}

}  // namespace

Result<ReadOutcome> read(const CompiledMap& map,
                         const edi::Transaction& transaction,
                         const Parameters& parameters,
                         const RunOptions& options) {
    const Plan& plan = map.plan();
    if (plan.info.arrow == Arrow::Write)
        return Error("map.direction", Blame::Operator, "map " + plan.info.name + " only writes")
            .remedy("its header has <-; reading needs <-> or ->");
    if (transaction.schema == nullptr || transaction.loops.empty())
        return Error("map.set",
                     Blame::Operator,
                     "the transaction was not placed: no schema is known for " +
                         std::string(transaction.set) + " " + std::string(transaction.version))
            .remedy("validate it first");
    if (transaction.schema != plan.set)
        return Error("map.set",
                     Blame::Operator,
                     "map " + plan.info.name + " reads " + std::string(plan.set->id) + " " +
                         std::string(plan.set->release) + ", this is " +
                         std::string(transaction.schema->id) + " " +
                         std::string(transaction.schema->release))
            .remedy("choose the map for this set and version");
    const Result<std::vector<std::optional<std::string>>> bound = bind_parameters(plan, parameters);
    if (!bound) return bound.error();
    return Reader(plan, transaction, *bound, options).run();
}

}  // namespace sallyport::mapping
