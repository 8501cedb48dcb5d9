// SPDX-License-Identifier: Apache-2.0
// Moves of writing, and the entry.
#include "mappings/lenses.h"
#include "mappings/writer.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sallyport::mapping {

void Writer::fail(
    std::uint32_t rule, Verdict verdict, std::string code, std::string message, std::string value) {
    Finding out;
    out.verdict = verdict;
    out.code = std::move(code);
    out.message = std::move(message);
    out.rule = m_plan.rules[rule].where;
    out.value = std::move(value);
    m_findings.add(std::move(out));
}

void Writer::steps(const std::vector<PlanStep>& list, Target& target, DocRecord& record) {
    for (std::size_t i = 0; i < list.size(); ++i) {
        const PlanStep& one = list[i];
        if (one.union_id < 0) {
            step(one, target, record, nullptr);
            continue;
        }
        std::vector<const PlanStep*> together;
        for (const PlanStep& other : list)
            if (other.union_id == one.union_id) together.push_back(&other);
        if (together.front() == &one) entries(together, target, record);
    }
}

WriteStep Writer::step(const PlanStep& step,
                       Target& target,
                       DocRecord& record,
                       std::vector<Finding>* withheld) {
    switch (step.kind) {
        case StepKind::Move:
            return step.arrow == Arrow::Read ? WriteStep::Absent
                                             : move(step, target, record, withheld);
        case StepKind::Check:
        case StepKind::Put:
            return put(step, target, record);
        case StepKind::Derive:
            return WriteStep::Absent;
        case StepKind::Block:
            if (step.arrow == Arrow::Read) return WriteStep::Absent;
            if (step.each) {
                const PlanStep* const own = &step;
                entries({&own, 1}, target, record);
                return WriteStep::Absent;
            }
            return block(step, target, record);
        case StepKind::First:
            return first(step, target, record);
        case StepKind::When:
            if (step.arrow != Arrow::Read && step.writing &&
                m_evaluator.value(*step.writing, Anchor{}, record).holds())
                steps(step.steps, target, record);
            return WriteStep::Absent;
        case StepKind::Require:
            if (step.phase != 'p') m_checks.push_back({&step, stand(target).node, &record});
            return WriteStep::Absent;
    }
    return WriteStep::Absent;
}

Target& Writer::stand(Target& target) {
    if (target.opens == nullptr) return target;
    const PlanStep& step = *target.opens;
    PairEntry* const pair = target.pair;
    target = reach(step, *target.above, step.wire.hops.size(), false);
    if (pair != nullptr) target.pair = pair;
    return target;
}

// Follows the first `hops` hops of the step's path.
Target Writer::reach(const PlanStep& step, Target& target, std::size_t hops, bool fresh) {
    Target at;
    if (step.wire.from_root)
        at.node = at.loop = &m_tree.root();
    else
        at = stand(target);
    for (std::size_t i = 0; i < hops; ++i) {
        const Hop& hop = step.wire.hops[i];
        BuildNode& next =
            m_tree.step(*at.loop, hop, step.rule, fresh && i + 1 == step.wire.hops.size());
        at.node = &next;
        if (hop.loop) at.loop = &next;
        at.pair = nullptr;
    }
    return at;
}

// A field that is absent, and one whose only lens is a table: nothing else needs to be made for them.
std::optional<WriteStep> Writer::at_once(const PlanStep& step, Target& target, DocRecord& record) {
    const DocPlace& place = step.fields[0];
    const DocRecord* at = descend(place.from_root ? m_root : &record, place.hops, nullptr);
    if (at == nullptr || at->text(place.slot).empty()) return WriteStep::Absent;
    if (const std::string* code = looked_up(step.lenses, at->text(place.slot), true))
        return write(step, target, *code, record, !place.from_root);
    return std::nullopt;
}

WriteStep Writer::move(const PlanStep& step,
                       Target& target,
                       DocRecord& record,
                       std::vector<Finding>* withheld) {
    if (step.condition && !m_evaluator.value(*step.condition, Anchor{}, record).holds())
        return WriteStep::Absent;
    if (step.lenses.empty() && step.fields.size() == 1) return single(step, target, record);
    m_defaulted = false;
    if (step.fields.size() == 1 && !step.otherwise)
        if (const std::optional<WriteStep> done = at_once(step, target, record)) return *done;
    LensValue value;
    bool any = false;
    for (const DocPlace& place : step.fields) {
        const DocRecord* at = descend(place.from_root ? m_root : &record, place.hops, nullptr);
        value.texts.emplace_back(at == nullptr ? std::string_view{} : at->text(place.slot));
        any = any || !value.texts.back().empty();
    }
    if (!any && step.otherwise && !step.omit) {
        value.texts = {*step.otherwise};
        any = true;
        m_defaulted = true;
    }
    if (!any || (step.omit && step.otherwise && value.texts[0] == *step.otherwise))
        return WriteStep::Absent;
    const std::string given = value.texts[0];
    for (auto lens = step.lenses.rbegin(); lens != step.lenses.rend() && value.problem.empty();
         ++lens)
        lens_write(*lens, value);
    if (!value.problem.empty()) {
        const bool missed = value.problem_code == "table";
        Finding finding;
        finding.verdict = missed ? Verdict::Hold : Verdict::Reject;
        finding.code = value.problem_code;
        finding.message = step.fields[0].text + ": " + value.problem;
        finding.rule = m_plan.rules[step.rule].where;
        finding.field = field_path(record, -1);
        finding.table = value.table;
        finding.value = given;
        if (missed && withheld != nullptr)
            withheld->push_back(std::move(finding));
        else
            m_findings.add(std::move(finding));
        return WriteStep::Missed;
    }
    const bool data = !step.fields[0].from_root;
    if (!step.lenses.empty() && step.lenses[0].kind == LensKind::Wrap)
        return write_wrapped(step, target, value.texts, record);
    if (step.input != FieldType::Text && step.input != FieldType::Code) {
        Conversion converted = to_wire(step.wire.element, step.input, value.texts[0]);
        if (!converted.ok) {
            fail(step, Verdict::Reject, "value", step.wire.text + ": " + converted.problem, given);
            return WriteStep::Missed;
        }
        value.texts[0] = std::move(converted.text);
    }
    return write_all(step, target, std::move(value.texts), record, data);
}

// One field into one element without a lens: most rules, and most of them find nothing.
WriteStep Writer::single(const PlanStep& step, Target& target, DocRecord& record) {
    const DocPlace& place = step.fields[0];
    const DocRecord* at = place.hops.empty()
                              ? (place.from_root ? m_root : &record)
                              : descend(place.from_root ? m_root : &record, place.hops, nullptr);
    std::string_view text = at == nullptr ? std::string_view{} : at->text(place.slot);
    m_defaulted = text.empty();
    if (text.empty()) {
        if (!step.otherwise || step.omit) return WriteStep::Absent;
        text = *step.otherwise;
    }
    if (step.omit && step.otherwise && text == *step.otherwise) return WriteStep::Absent;
    const bool data = !place.from_root;
    if (step.input == FieldType::Text || step.input == FieldType::Code ||
        writes_unchanged(step.wire.element))
        return write(step, target, text, record, data);
    Conversion converted = to_wire(step.wire.element, step.input, text);
    if (!converted.ok) {
        fail(step,
             Verdict::Reject,
             "value",
             step.wire.text + ": " + converted.problem,
             std::string(text));
        return WriteStep::Missed;
    }
    return write(step, target, converted.text, record, data);
}

WriteStep Writer::put(const PlanStep& step, Target& target, DocRecord& record) {
    m_defaulted = false;
    if (step.condition && !m_evaluator.value(*step.condition, Anchor{}, record).holds())
        return WriteStep::Absent;
    if (counts_segments(step.expr)) {
        // The count is known when everything else stands; the place is made now.
        Target at = reach(step, target, step.wire.hops.size(), false);
        at.node->data = true;
        m_whole.push_back({&step, at.node, &record});
        return WriteStep::Written;
    }
    const EvalValue value = m_evaluator.value(step.expr, Anchor{}, record);
    if (value.absent() || value.as_text().empty()) return WriteStep::Absent;
    LensValue out;
    out.texts = {value.as_text()};
    for (auto lens = step.lenses.rbegin(); lens != step.lenses.rend() && out.problem.empty();
         ++lens)
        lens_write(*lens, out);
    if (!out.problem.empty()) {
        fail(step,
             Verdict::Reject,
             out.problem_code,
             step.wire.text + ": " + out.problem,
             value.as_text());
        return WriteStep::Missed;
    }
    if (value.kind == EvalValue::Kind::Number && step.lenses.empty()) {
        const Conversion converted = to_wire(step.wire.element, FieldType::Decimal, out.texts[0]);
        if (converted.ok) out.texts[0] = converted.text;
    }
    const bool data = document_data(step.expr);
    const WriteStep outcome = write_all(step, target, std::move(out.texts), record, data);
    // A constant element of XML is to its parent what a constant element is to its segment.
    if (m_plan.xml != nullptr && !data && outcome == WriteStep::Written &&
        !step.wire.hops.empty() && step.wire.at[0].element == 1)
        reach(step, target, step.wire.hops.size(), false).node->follows = true;
    if (step.always && outcome == WriteStep::Written) {
        Target at = reach(step, target, step.wire.hops.size(), false);
        for (BuildNode* node = at.node; node != nullptr; node = node->parent)
            node->always = true;
    }
    return outcome;
}

// One text into one place.
WriteStep Writer::write(const PlanStep& step,
                        Target& target,
                        std::string_view text,
                        const DocRecord& record,
                        bool data) {
    if (step.wire.kind == PlaceKind::PairPart && target.pair != nullptr) {
        const edi::Locator at =
            step.wire.part == WirePlace::Part::Shared ? step.wire.at[0] : edi::Locator{};
        target.pair->parts.push_back(
            {step.wire.part, {at, m_tree.keep(text), step.rule}, m_defaulted});
        target.pair->data = target.pair->data || data;
        return WriteStep::Written;
    }
    Target at = reach(step, target, step.wire.hops.size(), false);
    bool ok = true;
    if (step.wire.kind == PlaceKind::Pair)
        ok = pair_cell(step, *at.node, text, data, record);
    else if (!step.wire.at.empty() && !text.empty())
        ok = cell(step,
                  *at.node,
                  step.wire.at[0],
                  step.wire.segment->element_at(step.wire.at[0]),
                  text,
                  data,
                  record);
    return ok ? WriteStep::Written : WriteStep::Missed;
}

WriteStep Writer::write_all(const PlanStep& step,
                            Target& target,
                            std::vector<std::string> texts,
                            const DocRecord& record,
                            bool data) {
    const bool in_pair = step.wire.kind == PlaceKind::PairPart && target.pair != nullptr;
    if (in_pair || step.wire.kind == PlaceKind::Pair ||
        (texts.size() == 1 && !step.wire.at.empty()))
        return write(step, target, texts[0], record, data);
    Target at = reach(step, target, step.wire.hops.size(), false);
    bool ok = true;
    for (std::size_t i = 0; i < texts.size() && i < step.wire.at.size(); ++i) {
        if (texts[i].empty()) continue;
        ok = cell(step,
                  *at.node,
                  step.wire.at[i],
                  step.wire.segment->element_at(step.wire.at[i]),
                  texts[i],
                  data,
                  record) &&
             ok;
    }
    if (texts.size() > step.wire.at.size()) {
        fail(step,
             Verdict::Reject,
             "value",
             step.wire.text + ": the value needs " + std::to_string(texts.size()) +
                 " elements, the rule names " + std::to_string(step.wire.at.size()));
        return WriteStep::Missed;
    }
    return ok ? WriteStep::Written : WriteStep::Missed;
}

// One text over several elements, then over several segments.
WriteStep Writer::write_wrapped(const PlanStep& step,
                                Target& target,
                                const std::vector<std::string>& texts,
                                const DocRecord& record) {
    const std::size_t each = std::max<std::size_t>(1, step.wire.at.size());
    const std::size_t segments = (texts.size() + each - 1) / each;
    const bool own = step.wire.hops.empty();
    const std::uint32_t most = own ? 1 : m_plan.set->nodes[step.wire.hops.back().node].max;
    if (most != edi::Unlimited && segments > most) {
        fail(step,
             Verdict::Reject,
             "length",
             step.wire.text + ": the text needs " + std::to_string(segments) + " segments, " +
                 std::to_string(most) + (most == 1 ? " is" : " are") + " allowed",
             texts[0]);
        return WriteStep::Missed;
    }
    Target parent = own ? stand(target) : reach(step, target, step.wire.hops.size() - 1, false);
    for (std::size_t s = 0; s < segments; ++s) {
        BuildNode& node =
            own ? *parent.node : m_tree.repeat(*parent.loop, step.wire.hops.back(), step.rule, s);
        for (std::size_t i = 0; i < each && s * each + i < texts.size(); ++i)
            cell(step,
                 node,
                 step.wire.at[i],
                 step.wire.segment->element_at(step.wire.at[i]),
                 texts[s * each + i],
                 true,
                 record);
    }
    return WriteStep::Written;
}

bool Writer::cell(const PlanStep& step,
                  BuildNode& node,
                  const edi::Locator& at,
                  const edi::Element* element,
                  std::string_view text,
                  bool data,
                  const DocRecord& record) {
    const auto refuse = [&](const char* code, const std::string& why) {
        fail(step,
             Verdict::Reject,
             code,
             step.wire.text + ": \"" + std::string(text) + "\" " + why,
             std::string(text));
        return false;
    };
    if (const Cell* old = node.cell(at)) {
        if (old->text != text)
            return refuse("twice",
                          "and \"" + std::string(old->text) + "\" both want this place (" +
                              m_plan.rules[old->rule].where + ")");
        node.data = node.data || data;
        return true;
    }
    std::string filled;
    if (element != nullptr) {
        std::size_t length = characters(text);
        const bool number = element->type == edi::DataType::Implied ||
                            element->type == edi::DataType::Real ||
                            element->type == edi::DataType::Digits;
        if (number)
            length -= static_cast<std::size_t>(std::count_if(
                text.begin(), text.end(), [](char c) { return c == '-' || c == '.'; }));
        if (number && text.find_first_not_of("0123456789-.") != std::string::npos)
            return refuse("value", "is not a number");
        if (length > element->max)
            return refuse("length",
                          "is " + std::to_string(length) + " long, " +
                              std::to_string(element->max) + " is the limit");
        // Numbers may be filled with zeros in front; texts cannot be filled.
        if (length < element->min && number) {
            filled = text;
            filled.insert(text.starts_with('-') ? 1 : 0, element->min - length, '0');
            text = filled;
        } else if (length < element->min)
            return refuse("length",
                          "is " + std::to_string(length) + " long, " +
                              std::to_string(element->min) + " is the least");
        if (element->codes != nullptr && !element->codes->contains(text))
            return refuse("code", "is not in the code list of element " + std::string(element->id));
    }
    node.cells.push_back({at, m_tree.keep(text), step.rule});
    node.data = node.data || data;
    if (m_options.trace) m_trace.push_back({&node, at, &step, &record, m_defaulted});
    return true;
}

// The value goes into the next pair that is free.
bool Writer::pair_cell(const PlanStep& step,
                       BuildNode& node,
                       std::string_view text,
                       bool data,
                       const DocRecord& record) {
    for (const edi::PairSlot& slot : step.wire.pair->slots) {
        if (node.cell(slot.value) != nullptr ||
            (slot.qualifier && node.cell(*slot.qualifier) != nullptr))
            continue;
        const edi::SegmentSchema& segment = *step.wire.segment;
        if (!cell(step, node, slot.value, segment.element_at(slot.value), text, data, record))
            return false;
        if (slot.qualifier) node.cells.push_back({*slot.qualifier, step.wire.pair_code, step.rule});
        return true;
    }
    fail(step,
         Verdict::Reject,
         "room",
         step.wire.text + ": all " + std::to_string(step.wire.pair->slots.size()) +
             " pairs are taken",
         std::string(text));
    return false;
}

WriteStep Writer::first(const PlanStep& step, Target& target, DocRecord& record) {
    std::vector<Finding> withheld;
    const PlanStep* taken = nullptr;
    for (const PlanStep& alternative : step.steps) {
        if (taken == nullptr) {
            if (this->step(alternative, target, record, &withheld) == WriteStep::Written)
                taken = &alternative;
            continue;
        }
        // One place, one value: what the document holds besides is said, not dropped in silence.
        if (alternative.kind != StepKind::Move || alternative.arrow != Arrow::Both ||
            taken->kind != StepKind::Move)
            continue;
        const DocPlace& place = alternative.fields[0];
        const DocRecord* at = descend(place.from_root ? m_root : &record, place.hops, nullptr);
        if (at != nullptr && !at->text(place.slot).empty())
            fail(alternative,
                 Verdict::Note,
                 "first",
                 field_path(*at, place.slot) + " is not written: " + taken->fields[0].text +
                     " took the place");
    }
    if (taken != nullptr) return WriteStep::Written;
    for (Finding& one : withheld)
        m_findings.add(std::move(one));
    return withheld.empty() ? WriteStep::Absent : WriteStep::Missed;
}

namespace {

Result<WriteOutcome> write_with(const CompiledMap& map,
                                const nlohmann::ordered_json& document,
                                const Parameters& parameters,
                                const RunOptions& options,
                                std::vector<RuleNote>* notes) {
    const Plan& plan = map.plan();
    if (plan.info.arrow == Arrow::Read)
        return Error("map.direction", Blame::Operator, "map " + plan.info.name + " only reads")
            .remedy("its header has ->; writing needs <-> or <-");
    const std::vector<Conformance> wrong = plan.document->check(document);
    if (!wrong.empty())
        return Error("map.document",
                     Blame::Operator,
                     plan.info.document + " " + wrong[0].pointer + ": " + wrong[0].message)
            .remedy(wrong[0].remedy);
    const Result<std::vector<std::optional<std::string>>> bound = bind_parameters(plan, parameters);
    if (!bound) return bound.error();
    DocArena arena;
    DocRecord* root = from_json(document, plan.document->root(), arena);
    Writer writer(plan, *root, *bound, options);
    if (notes != nullptr) writer.note(*notes);
    return writer.run();
}

}  // namespace

Result<WriteOutcome> write(const CompiledMap& map,
                           const nlohmann::ordered_json& document,
                           const Parameters& parameters,
                           const RunOptions& options) {
    return write_with(map, document, parameters, options, nullptr);
}

Result<WriteOutcome> write_noting(const CompiledMap& map,
                                  const nlohmann::ordered_json& document,
                                  std::vector<RuleNote>& notes) {
    RunOptions options;
    options.trace = true;
    return write_with(map, document, {}, options, &notes);
}

}  // namespace sallyport::mapping
