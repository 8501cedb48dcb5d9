// SPDX-License-Identifier: Apache-2.0
// Wire to document (mapping-language section 3.6): moves, blocks, first, when; then derived fields, then checks on the whole
// document, then what nobody looked at. Private to mappings/.
#pragma once

#include "mappings/evaluate.h"
#include "mappings/findings.h"
#include "mappings/lenses.h"
#include "mappings/rule_notes.h"
#include "mappings/run.h"
#include "mappings/xml_wire.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::mapping {

struct TraceNote {
    TraceEntry::Source source = TraceEntry::Source::Wire;
    const DocRecord* record = nullptr;
    int slot = -1;
    WireOrigin origin;
    std::uint32_t rule = 0;
};

// What a step came to: for `first` it matters whether a look-up was missed.
enum class ReadStep : std::uint8_t { Absent, Stored, Missed };

class Reader {
public:
    Reader(const Plan& plan,
           const edi::Transaction& transaction,
           const std::vector<std::optional<std::string>>& parameters,
           const RunOptions& options,
           XmlWire* xml = nullptr)
        : m_plan(plan),
          m_options(options),
          m_xml(xml),
          m_edifact(plan.set->standard == edi::Standard::Edifact),
          m_wire(transaction),
          m_root(m_arena.make(&plan.document->root())),
          m_evaluator(plan, parameters, &m_wire, m_root),
          m_findings(options.findings) {}

    // Takes the place of the trace.
    void note(std::vector<RuleNote>& notes, const std::function<bool(const RuleNote&)>& wanted) {
        m_notes = &notes;
        m_wanted = &wanted;
    }

    ReadOutcome run() {
        steps(m_plan.steps, Anchor{}, *m_root);
        for (const Deferred& one : m_derived)
            derive(one);
        for (const Deferred& one : m_checks)
            one.step->kind == StepKind::Require ? require(one) : check(one);
        ReadOutcome out;
        leftovers(out.leftovers);
        if (m_notes != nullptr)
            notes(*m_notes);
        else if (m_options.trace)
            trace(out.trace);
        out.document = std::make_unique<nlohmann::ordered_json>(to_json(*m_root));
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
    ReadStep step(const PlanStep& step,
                  const Anchor& anchor,
                  DocRecord& record,
                  std::vector<Finding>* withheld);
    ReadStep move(const PlanStep& step,
                  const Anchor& anchor,
                  DocRecord& record,
                  std::vector<Finding>* withheld);
    ReadStep missed(const PlanStep& step,
                    const LensValue& value,
                    const WireText& found,
                    const Anchor& anchor,
                    DocRecord& record,
                    std::vector<Finding>* withheld);
    ReadStep plain(const PlanStep& step,
                   const WireText& found,
                   const Anchor& anchor,
                   DocRecord& record);
    ReadStep store(const PlanStep& step,
                   LensValue& value,
                   const WireOrigin& origin,
                   DocRecord& record);
    ReadStep put_default(const PlanStep& step, DocRecord& record);
    bool set(const PlanStep& step,
             const DocPlace& place,
             std::string_view text,
             const WireOrigin& origin,
             TraceEntry::Source source,
             DocRecord& record);
    ReadStep block(const PlanStep& step, const Anchor& anchor, DocRecord& record);
    void entry(const PlanStep& step, const Anchor& at, DocRecord& record);
    void united(const std::vector<PlanStep>& list,
                std::size_t first,
                const Anchor& anchor,
                DocRecord& record);
    std::vector<Anchor> occurrences(const PlanStep& step, const Anchor& anchor);
    ReadStep first(const PlanStep& step, const Anchor& anchor, DocRecord& record);
    void own(const PlanStep& step, const Anchor& anchor);
    void derive(const Deferred& one);
    void check(const Deferred& one);
    void require(const Deferred& one);
    void leftovers(std::vector<Leftover>& out);
    void trace(std::vector<TraceEntry>& out);
    void notes(std::vector<RuleNote>& out);

    std::string where(std::uint32_t segment) const;
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
    XmlWire* m_xml;  // knows where things stand in an XML document; else null
    bool m_edifact;
    WireView m_wire;
    DocArena m_arena;
    DocRecord* m_root;
    Evaluator m_evaluator;
    Findings m_findings;
    std::vector<Deferred> m_derived;
    std::vector<Deferred> m_checks;
    std::vector<TraceNote> m_trace;
    std::vector<RuleNote>* m_notes = nullptr;
    const std::function<bool(const RuleNote&)>* m_wanted = nullptr;
};

}  // namespace sallyport::mapping
