// SPDX-License-Identifier: Apache-2.0
// Document to wire (mapping-language section 3.7): moves the other way, nothing from nothing, the order of the schema, then
// whole-message values and checks. Private to mappings/.
#pragma once

#include "mappings/build_tree.h"
#include "mappings/evaluate.h"
#include "mappings/findings.h"
#include "mappings/rule_notes.h"
#include "mappings/run.h"
#include "mappings/xml_wire.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::mapping {

// The parts of one entry of a pair list, before it has found a segment.
struct PairEntry {
    struct Piece {
        WirePlace::Part part;
        Cell cell;
        bool defaulted;
    };
    std::vector<Piece> parts;
    bool data = false;
};

// Where a block writes: a node, and inside each SDQ.dest the entry.
struct Target {
    BuildNode* node = nullptr;
    BuildNode* loop = nullptr;  // the loop node stands in, or node itself
    PairEntry* pair = nullptr;
    // A block nothing was written into yet has no node: `opens` leads to it from `above`.
    const PlanStep* opens = nullptr;
    Target* above = nullptr;
};

enum class WriteStep : std::uint8_t { Absent, Written, Missed };

class Writer {
public:
    Writer(const Plan& plan,
           DocRecord& root,
           const std::vector<std::optional<std::string>>& parameters,
           const RunOptions& options)
        : m_plan(plan),
          m_options(options),
          m_parameters(parameters),
          m_root(&root),
          m_evaluator(plan, parameters, nullptr, m_root),
          m_tree(*plan.set),
          m_findings(options.findings) {}

    // Takes the place of the trace.
    void note(std::vector<RuleNote>& notes) { m_notes = &notes; }

    WriteOutcome run() {
        Target top;
        top.node = top.loop = &m_tree.root();
        steps(m_plan.steps, top, *m_root);
        m_tree.finish();
        if (m_plan.xml != nullptr) empty_elements();
        whole_message();
        required_places();
        checks();
        WriteOutcome out;
        if (m_plan.xml == nullptr) {
            out.segments = m_tree.segments();
        } else if (edi::DraftElement root; draft_of(m_tree, *m_plan.xml, root)) {
            out.xml = std::move(root);
        }
        if (m_notes != nullptr)
            notes(*m_notes);
        else if (m_options.trace)
            trace(out.trace);
        out.findings = std::move(m_findings.all);
        if (out.rejected()) {
            out.segments.clear();
            out.xml.reset();
        }
        return out;
    }

private:
    struct Deferred {
        const PlanStep* step;
        BuildNode* node;
        DocRecord* record;
    };
    struct Noted {
        const BuildNode* node;
        edi::Locator at;
        const PlanStep* step;
        const DocRecord* record;
        bool defaulted;  // the document had no value, the default went out
    };

    void steps(const std::vector<PlanStep>& list, Target& target, DocRecord& record);
    WriteStep step(const PlanStep& step,
                   Target& target,
                   DocRecord& record,
                   std::vector<Finding>* withheld);
    WriteStep move(const PlanStep& step,
                   Target& target,
                   DocRecord& record,
                   std::vector<Finding>* withheld);
    std::optional<WriteStep> at_once(const PlanStep& step, Target& target, DocRecord& record);
    WriteStep put(const PlanStep& step, Target& target, DocRecord& record);
    WriteStep first(const PlanStep& step, Target& target, DocRecord& record);
    WriteStep block(const PlanStep& step, Target& target, DocRecord& record);
    void entries(std::span<const PlanStep* const> blocks, Target& target, DocRecord& record);
    void pair_entry(const PlanStep& step, Target& target, DocRecord& record);
    void place_entry(const PlanStep& step,
                     BuildNode& node,
                     PairEntry& entry,
                     const DocRecord& record);
    bool fits(const WirePlace& place,
              const BuildNode& node,
              const PairEntry& entry,
              std::size_t& slot) const;

    // Makes the node of a block that has none yet.
    Target& stand(Target& target);
    Target reach(const PlanStep& step, Target& target, std::size_t hops, bool fresh);
    WriteStep single(const PlanStep& step, Target& target, DocRecord& record);
    WriteStep write(const PlanStep& step,
                    Target& target,
                    std::string_view text,
                    const DocRecord& record,
                    bool data);
    WriteStep write_all(const PlanStep& step,
                        Target& target,
                        std::vector<std::string> texts,
                        const DocRecord& record,
                        bool data);
    WriteStep write_wrapped(const PlanStep& step,
                            Target& target,
                            const std::vector<std::string>& texts,
                            const DocRecord& record);
    bool cell(const PlanStep& step,
              BuildNode& node,
              const edi::Locator& at,
              const edi::Element* element,
              std::string_view text,
              bool data,
              const DocRecord& record);
    bool pair_cell(const PlanStep& step,
                   BuildNode& node,
                   std::string_view text,
                   bool data,
                   const DocRecord& record);
    void whole_message();
    void empty_elements();
    void required_places();
    void required_in(const BuildNode& node);
    void required_elements(const BuildNode& node);
    void checks();
    void trace(std::vector<TraceEntry>& out);
    void notes(std::vector<RuleNote>& out);
    void fail(const PlanStep& step,
              Verdict verdict,
              std::string code,
              std::string message,
              std::string value = {}) {
        fail(step.rule, verdict, std::move(code), std::move(message), std::move(value));
    }
    void fail(std::uint32_t rule,
              Verdict verdict,
              std::string code,
              std::string message,
              std::string value = {});

    static bool document_data(const CompiledExpr& expr) {
        if (expr.op == Op::Document) return !expr.document.from_root;
        if (expr.op == Op::Call && expr.function == Function::CountSegments) return true;
        return std::any_of(expr.args.begin(), expr.args.end(), [](const CompiledExpr& arg) {
            return document_data(arg);
        });
    }
    static bool counts_segments(const CompiledExpr& expr) {
        if (expr.op == Op::Call && expr.function == Function::CountSegments) return true;
        return std::any_of(expr.args.begin(), expr.args.end(), [](const CompiledExpr& arg) {
            return counts_segments(arg);
        });
    }

    const Plan& m_plan;
    const RunOptions& m_options;
    const std::vector<std::optional<std::string>>& m_parameters;
    DocRecord* m_root;
    Evaluator m_evaluator;
    BuildTree m_tree;
    Findings m_findings;
    std::vector<Deferred> m_whole, m_checks;
    std::vector<RuleNote>* m_notes = nullptr;
    std::vector<Noted> m_trace;
    bool m_defaulted = false;  // the move at hand writes its default
};

}  // namespace sallyport::mapping
