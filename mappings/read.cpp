// SPDX-License-Identifier: Apache-2.0
// Moves and blocks of reading, and the entry.
#include "mappings/lenses.h"
#include "mappings/reader.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sallyport::mapping {

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
        out.position = segment.place.segment;
        if (m_xml != nullptr) {
            out.segment = m_xml->path(origin.segment, origin.at.element);
        } else {
            out.segment = std::string(segment.tag);
            out.element = origin.at.element;
        }
    }
    return out;
}

std::string Reader::where(std::uint32_t segment) const {
    if (m_xml != nullptr) return m_xml->path(segment, 0);
    return "segment " + std::to_string(m_wire.segment(segment).place.segment);
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

ReadStep Reader::step(const PlanStep& step,
                      const Anchor& anchor,
                      DocRecord& record,
                      std::vector<Finding>* withheld) {
    switch (step.kind) {
        case StepKind::Move:
            if (step.arrow == Arrow::Write) {
                own(step, anchor);
                return ReadStep::Absent;
            }
            return move(step, anchor, record, withheld);
        case StepKind::Put:
            own(step, anchor);
            return ReadStep::Absent;
        case StepKind::Check:
            if (!anchor.absent) m_checks.push_back({&step, anchor, &record});
            return ReadStep::Absent;
        case StepKind::Derive:
            m_derived.push_back({&step, anchor, &record});
            return ReadStep::Absent;
        case StepKind::Require:
            if (step.phase != 'b' && !anchor.absent) m_checks.push_back({&step, anchor, &record});
            return ReadStep::Absent;
        case StepKind::Block:
            return step.arrow == Arrow::Write ? ReadStep::Absent : block(step, anchor, record);
        case StepKind::First:
            return first(step, anchor, record);
        case StepKind::When:
            if (step.arrow != Arrow::Write && m_evaluator.value(step.expr, anchor, record).holds())
                steps(step.steps, anchor, record);
            return ReadStep::Absent;
    }
    return ReadStep::Absent;
}

ReadStep Reader::put_default(const PlanStep& step, DocRecord& record) {
    if (!step.otherwise) return ReadStep::Absent;
    set(step, step.fields[0], *step.otherwise, {}, TraceEntry::Source::Default, record);
    return ReadStep::Absent;
}

ReadStep Reader::move(const PlanStep& step,
                      const Anchor& anchor,
                      DocRecord& record,
                      std::vector<Finding>* withheld) {
    if (step.condition && !m_evaluator.value(*step.condition, anchor, record).holds())
        return ReadStep::Absent;
    const bool several = !step.lenses.empty() && step.lenses[0].kind == LensKind::Wrap;
    const WireText found = m_wire.read(step.wire, anchor, true, several);
    if (found.absent()) return put_default(step, record);
    if (found.again != edi::None) {
        Finding note = finding(
            m_options.strict ? Verdict::Reject : Verdict::Note,
            "repeat",
            step.wire.text + " occurs again in " + where(found.again) + "; the first one is used",
            step,
            {found.again, {}});
        m_findings.add(std::move(note));
    }
    if (step.lenses.empty() && found.pieces.empty()) return plain(step, found, anchor, record);
    if (found.pieces.empty())
        if (const std::string* word = looked_up(step.lenses, found.text, false))
            return !word->empty() && set(step,
                                         step.fields[0],
                                         *word,
                                         found.origin,
                                         TraceEntry::Source::Wire,
                                         record)
                       ? ReadStep::Stored
                       : ReadStep::Absent;
    LensValue value;
    value.texts.assign(found.pieces.begin(), found.pieces.end());
    if (value.texts.empty()) value.texts.emplace_back(found.text);
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
    return missed(step, value, found, anchor, record, withheld);
}

// A value its lenses refuse; one that is in no table waits for the other alternatives of a `first`.
ReadStep Reader::missed(const PlanStep& step,
                        const LensValue& value,
                        const WireText& found,
                        const Anchor& anchor,
                        DocRecord& record,
                        std::vector<Finding>* withheld) {
    const bool unknown = value.problem_code == "table";
    if (unknown && withheld != nullptr) {
        withheld->push_back(finding(
            Verdict::Hold, "table", step.wire.text + ": " + value.problem, step, found.origin));
        withheld->back().table = value.table;
        withheld->back().value = found.text;
        return ReadStep::Missed;
    }
    fail(step,
         unknown ? Verdict::Hold : Verdict::Reject,
         value.problem_code,
         step.wire.text + ": " + value.problem,
         found.origin,
         anchor,
         record,
         std::string(found.text));
    if (unknown && !m_findings.all.empty()) m_findings.all.back().table = value.table;
    return ReadStep::Missed;
}

// One element into one field without a lens: most rules.
ReadStep Reader::plain(const PlanStep& step,
                       const WireText& found,
                       const Anchor& anchor,
                       DocRecord& record) {
    const bool as_it_is = step.input == FieldType::Text || step.input == FieldType::Code ||
                          reads_unchanged(step.wire.element, step.input, found.text);
    Conversion converted;
    if (!as_it_is) {
        converted = to_document(step.wire.element, step.input, found.text, m_edifact);
        if (!converted.ok) {
            fail(step,
                 Verdict::Reject,
                 "value",
                 step.wire.text + ": " + converted.problem,
                 found.origin,
                 anchor,
                 record,
                 std::string(found.text));
            return ReadStep::Missed;
        }
    }
    const std::string_view text = as_it_is ? found.text : std::string_view(converted.text);
    if (text.empty()) return ReadStep::Absent;
    const bool stored =
        set(step, step.fields[0], text, found.origin, TraceEntry::Source::Wire, record);
    return stored ? ReadStep::Stored : ReadStep::Absent;
}

ReadStep Reader::store(const PlanStep& step,
                       LensValue& value,
                       const WireOrigin& origin,
                       DocRecord& record) {
    bool stored = false;
    for (std::size_t i = 0; i < step.fields.size() && i < value.texts.size(); ++i) {
        if (value.texts[i].empty()) continue;
        stored =
            set(step, step.fields[i], value.texts[i], origin, TraceEntry::Source::Wire, record) ||
            stored;
    }
    return stored ? ReadStep::Stored : ReadStep::Absent;
}

bool Reader::set(const PlanStep& step,
                 const DocPlace& place,
                 std::string_view text,
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
             std::string(text));
        return false;
    };
    const bool plain = field.type == FieldType::Text || field.type == FieldType::Code;
    if (!plain && !is_value(field.type, text))
        return refuse("\"" + std::string(text) + "\" is not a " +
                      std::string(to_string(field.type)) + " for " + place.text);
    if (!field.values.empty() &&
        std::find(field.values.begin(), field.values.end(), text) == field.values.end())
        return refuse("\"" + std::string(text) + "\" is not a value of " + place.text);
    DocRecord* target = descend(place.from_root ? m_root : &record, place.hops, &m_arena);
    const auto slot = static_cast<std::uint16_t>(place.slot);
    if (const DocValue* old = target->find(slot)) {
        if (old->text != text && source != TraceEntry::Source::Default)
            m_findings.add(finding(Verdict::Note,
                                   "twice",
                                   field_path(*target, place.slot) + " is already \"" +
                                       std::string(old->text) + "\"; \"" + std::string(text) +
                                       "\" is not used",
                                   step,
                                   origin));
        return true;
    }
    target->add(slot, m_arena.keep(text));
    if (m_options.trace) m_trace.push_back({source, target, place.slot, origin, step.rule});
    return true;
}

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
    const std::span<const DocHop> above(place.hops.data(), place.hops.size() - 1);
    DocRecord* owner = descend(place.from_root ? m_root : &record, above, &m_arena);
    DocRecord* made = m_arena.make(place.hops.back().field->record);
    if (!step.kind_code.empty())
        made->add(static_cast<std::uint16_t>(place.hops.back().field->kind_slot), step.kind_code);
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

ReadStep Reader::block(const PlanStep& step, const Anchor& anchor, DocRecord& record) {
    const std::vector<Anchor> found = occurrences(step, anchor);
    if (step.each) {
        for (const Anchor& at : found)
            entry(step, at, record);
        return found.empty() ? ReadStep::Absent : ReadStep::Stored;
    }
    if (found.empty()) {
        if (step.has_record || step.quiet) return ReadStep::Absent;
        Anchor absent = anchor;
        absent.absent = true;
        steps(step.steps, absent, record);
        return ReadStep::Absent;
    }
    if (found.size() > 1)
        m_findings.add(finding(m_options.strict ? Verdict::Reject : Verdict::Note,
                               "repeat",
                               step.wire.text + " occurs again in " + where(found[1].segment) +
                                   "; the first one is used",
                               step,
                               {found[1].segment, {}}));
    if (!step.has_record) {
        steps(step.steps, found[0], record);
        return ReadStep::Stored;
    }
    // The record exists when anything inside came to a value.
    const DocPlace& place = step.fields[0];
    DocRecord* start = place.from_root ? m_root : &record;
    if (DocRecord* known = descend(start, place.hops, nullptr)) {
        steps(step.steps, found[0], *known);
        return ReadStep::Stored;
    }
    const DocHop& last = place.hops.back();
    DocRecord* made = m_arena.make(last.field->record);
    // Known to its future owner before it is attached, so that places inside can be named.
    made->parent = start;
    made->slot = last.slot;
    steps(step.steps, found[0], *made);
    if (made->empty()) return ReadStep::Absent;
    const std::span<const DocHop> above(place.hops.data(), place.hops.size() - 1);
    DocRecord* owner = descend(start, above, &m_arena);
    if (!last.kind.empty()) made->add(static_cast<std::uint16_t>(last.field->kind_slot), last.kind);
    attach(*owner, last.slot, *made, last.field->type == FieldType::List);
    return ReadStep::Stored;
}

ReadStep Reader::first(const PlanStep& step, const Anchor& anchor, DocRecord& record) {
    std::vector<Finding> withheld;
    for (const PlanStep& alternative : step.steps)
        if (this->step(alternative, anchor, record, &withheld) == ReadStep::Stored)
            return ReadStep::Stored;
    for (Finding& one : withheld)
        m_findings.add(std::move(one));
    return withheld.empty() ? ReadStep::Absent : ReadStep::Missed;
}

// A place only written: the list of leftovers names the rule that owns it.
void Reader::own(const PlanStep& step, const Anchor& anchor) {
    const WireText found = m_wire.read(step.wire, anchor, false, false);
    if (!found.absent()) m_wire.own(found.origin.segment, found.origin.at, step.rule);
}

namespace {

struct Noting {
    std::vector<RuleNote>* notes = nullptr;
    const std::function<bool(const RuleNote&)>* wanted = nullptr;
};

Result<ReadOutcome> read_xml_document(const Plan& plan,
                                      const edi::Transaction& transaction,
                                      const Parameters& parameters,
                                      const RunOptions& options,
                                      const Noting& noting) {
    if (!is_of(plan, transaction))
        return Error("map.set",
                     Blame::Operator,
                     "map " + plan.info.name + " reads " + std::string(plan.set->id) + " of " +
                         std::string(plan.set->release) + ", this is " +
                         std::string(transaction.set) + " of " +
                         (transaction.version.empty() ? "an unknown family"
                                                      : std::string(transaction.version)))
            .remedy("choose the map for this document");
    const Result<std::vector<std::optional<std::string>>> bound = bind_parameters(plan, parameters);
    if (!bound) return bound.error();
    XmlWire wire(transaction, *plan.xml);
    Reader reader(plan, wire.placed(), *bound, options, &wire);
    if (noting.notes != nullptr) reader.note(*noting.notes, *noting.wanted);
    return reader.run();
}

}  // namespace

bool is_of(const Plan& plan, const edi::Transaction& transaction) {
    if (plan.xml == nullptr) return transaction.schema == plan.set;
    return transaction.version == plan.set->release && transaction.set == plan.set->id &&
           transaction.loops.size() > 1;
}

namespace {

Result<ReadOutcome> read_with(const CompiledMap& map,
                              const edi::Transaction& transaction,
                              const Parameters& parameters,
                              const RunOptions& options,
                              const Noting& noting) {
    const Plan& plan = map.plan();
    if (plan.info.arrow == Arrow::Write)
        return Error("map.direction", Blame::Operator, "map " + plan.info.name + " only writes")
            .remedy("its header has <-; reading needs <-> or ->");
    if (plan.xml != nullptr)
        return read_xml_document(plan, transaction, parameters, options, noting);
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
    Reader reader(plan, transaction, *bound, options);
    if (noting.notes != nullptr) reader.note(*noting.notes, *noting.wanted);
    return reader.run();
}

}  // namespace

Result<ReadOutcome> read(const CompiledMap& map,
                         const edi::Transaction& transaction,
                         const Parameters& parameters,
                         const RunOptions& options) {
    return read_with(map, transaction, parameters, options, {});
}

Result<ReadOutcome> read_noting(const CompiledMap& map,
                                const edi::Transaction& transaction,
                                std::vector<RuleNote>& notes,
                                const std::function<bool(const RuleNote&)>& wanted) {
    RunOptions options;
    options.trace = true;
    return read_with(map, transaction, {}, options, {&notes, &wanted});
}

}  // namespace sallyport::mapping
