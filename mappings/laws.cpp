// SPDX-License-Identifier: Apache-2.0
// The static conditions of mapping-language section 3.10 on the compiled plan. Every rule is written down with the key of
// its place on the wire and in the document, blocks included; the conditions compare keys.
#include "mappings/compile.h"
#include "mappings/lenses.h"

#include <algorithm>
#include <map>

namespace sallyport::mapping {

namespace {

// The alternatives and tests a rule stands under: two rules in different alternatives of one `first` never meet.
struct Branch {
    const PlanStep* owner = nullptr;
    std::size_t alternative = 0;
};

struct Entry {
    const PlanStep* step = nullptr;
    std::vector<std::string> wire;  // keys of what it touches there
    std::vector<std::string> fields;
    std::vector<Branch> branches;
};

struct HopUse {
    const Hop* hop = nullptr;
    const PlanStep* step = nullptr;
    bool opens_each = false;
};

std::string locator_key(const edi::Locator& at) {
    return std::to_string(at.element) + "." + std::to_string(at.component) + "." +
           std::to_string(at.repetition);
}

std::string hop_key(const Hop& hop) {
    std::vector<std::string> tests;
    for (const Selector& test : hop.tests)
        tests.push_back(place_key(test) + (test.absent ? "!" : "=" + test.code));
    std::sort(tests.begin(), tests.end());
    std::string out = "/" + std::to_string(hop.node) + (hop.tree ? "t" : "");
    for (const std::string& test : tests)
        out += "[" + test + "]";
    if (hop.occurrence > 1) out += "(" + std::to_string(hop.occurrence) + ")";
    return out;
}

std::string document_key(const DocPlace& place, const std::string& context) {
    std::string out = place.from_root ? std::string() : context;
    for (const DocHop& hop : place.hops)
        out += "/" + std::to_string(hop.slot) + (hop.kind.empty() ? "" : "[" + hop.kind + "]");
    if (place.slot >= 0) out += "." + std::to_string(place.slot);
    return out;
}

bool disjoint(const Hop& a, const Hop& b) {
    if (a.occurrence > 0 && b.occurrence > 0 && a.occurrence != b.occurrence) return true;
    for (const Selector& x : a.tests)
        for (const Selector& y : b.tests)
            if (same_place(x, y) && (x.absent != y.absent || (!x.absent && x.code != y.code)))
                return true;
    return false;
}

bool reads(const PlanStep& step) {
    return (step.kind == StepKind::Move || step.kind == StepKind::Derive) &&
           step.arrow != Arrow::Write;
}
bool writes(const PlanStep& step) {
    const bool puts =
        step.kind == StepKind::Move || step.kind == StepKind::Check || step.kind == StepKind::Put;
    return puts && step.arrow != Arrow::Read;
}

// `when X = "a"` and `when X = "b"` never hold together.
bool apart(const PlanStep& a, const PlanStep& b) {
    const auto test = [](const PlanStep& step) -> const CompiledExpr& {
        return step.writing ? *step.writing : step.expr;
    };
    const CompiledExpr& x = test(a);
    const CompiledExpr& y = test(b);
    if (x.op != Op::Equal || y.op != Op::Equal) return false;
    const auto subject = [](const CompiledExpr& e) {
        return e.args[0].op == Op::Wire ? e.args[0].wire.text : e.args[0].document.text;
    };
    return x.args[1].op == Op::Text && y.args[1].op == Op::Text && subject(x) == subject(y) &&
           x.args[1].text != y.args[1].text;
}

bool exclusive(const Entry& a, const Entry& b) {
    for (const Branch& x : a.branches)
        for (const Branch& y : b.branches) {
            if (x.owner == y.owner && x.owner->kind == StepKind::First &&
                x.alternative != y.alternative)
                return true;
            if (x.owner != y.owner && x.owner->kind == StepKind::When &&
                y.owner->kind == StepKind::When && apart(*x.owner, *y.owner))
                return true;
        }
    return false;
}

class Laws {
public:
    Laws(Plan& plan, std::vector<Diagnostic>& diagnostics)
        : m_plan(plan), m_diagnostics(diagnostics) {}

    void run() {
        walk(m_plan.steps, "", "", {});
        if (m_plan.map.header.arrow != Arrow::Read) written_once();
        if (m_plan.map.header.arrow != Arrow::Write) read_once();
        selectors();
        firsts(m_plan.steps);
        if (m_plan.map.header.arrow != Arrow::Write)
            coverage(m_plan.steps, m_plan.document->root(), m_plan.map.header.span, "");
        classes(m_plan.steps);
    }

private:
    void error(const char* code, Span at, std::string message, std::string help) {
        m_diagnostics.push_back({code, Severity::Error, at, std::move(message), std::move(help)});
    }

    // "line 11" in the same file, "x12-850-base.map:11" elsewhere.
    std::string line(const PlanStep& step, Span seen_from) const {
        const Span span = m_plan.rules[step.rule].span;
        if (span.file != seen_from.file) return m_plan.rules[step.rule].where;
        return "line " + std::to_string(m_plan.map.sources.position(span).line);
    }

    void use_hops(const PlanStep& step, const std::string& context) {
        std::string prefix = step.wire.from_root ? std::string() : context;
        for (std::size_t i = 0; i < step.wire.hops.size(); ++i) {
            const bool last = i + 1 == step.wire.hops.size();
            m_hops[prefix + "/" + std::to_string(step.wire.hops[i].node)].push_back(
                {&step.wire.hops[i],
                 &step,
                 last && step.each && step.wire.kind != PlaceKind::PairList});
            prefix += hop_key(step.wire.hops[i]);
        }
    }

    static std::string wire_context(const PlanStep& step, const std::string& context) {
        std::string out = step.wire.from_root ? std::string() : context;
        for (const Hop& hop : step.wire.hops)
            out += hop_key(hop);
        return out;
    }

    void add(const PlanStep& step,
             const std::string& wire,
             const std::string& document,
             const std::vector<Branch>& branches) {
        Entry entry;
        entry.step = &step;
        entry.branches = branches;
        const std::string base = wire_context(step, wire);
        if (step.wire.kind == PlaceKind::Pair)
            entry.wire.push_back(base + "~" + std::string(step.wire.pair->name) + "=" +
                                 step.wire.pair_code);
        else if (step.wire.kind == PlaceKind::PairPart && step.wire.part != WirePlace::Part::Shared)
            entry.wire.push_back(base + "~" +
                                 (step.wire.part == WirePlace::Part::Qualifier ? "q" : "v"));
        else
            for (const edi::Locator& at : step.wire.at)
                entry.wire.push_back(base + "." + locator_key(at));
        for (const DocPlace& field : step.fields)
            entry.fields.push_back(document_key(field, document));
        m_entries.push_back(std::move(entry));
    }

    void walk(const std::vector<PlanStep>& steps,
              const std::string& wire,
              const std::string& document,
              const std::vector<Branch>& branches) {
        for (const PlanStep& step : steps) {
            switch (step.kind) {
                case StepKind::Move:
                case StepKind::Check:
                case StepKind::Put:
                    use_hops(step, wire);
                    add(step, wire, document, branches);
                    break;
                case StepKind::Derive:
                    add(step, wire, document, branches);
                    break;
                case StepKind::Block: {
                    use_hops(step, wire);
                    std::string inner = document;
                    if (step.has_record) inner = document_key(step.fields[0], document);
                    if (step.each) inner += "#" + std::to_string(m_blocks++);
                    std::string place = wire_context(step, wire);
                    if (step.wire.kind == PlaceKind::PairList)
                        place += "~" + std::string(step.wire.pair->name);
                    walk(step.steps, place, inner, branches);
                    break;
                }
                case StepKind::First:
                    for (std::size_t i = 0; i < step.steps.size(); ++i) {
                        std::vector<Branch> below = branches;
                        below.push_back({&step, i});
                        // One alternative at a time: walk() takes a list.
                        walk_one(step.steps[i], wire, document, below);
                    }
                    break;
                case StepKind::When: {
                    std::vector<Branch> below = branches;
                    below.push_back({&step, 0});
                    walk(step.steps, wire, document, below);
                    break;
                }
                case StepKind::Require:
                    break;
            }
        }
    }
    void walk_one(const PlanStep& step,
                  const std::string& wire,
                  const std::string& document,
                  const std::vector<Branch>& branches) {
        if (step.kind == StepKind::Block || step.kind == StepKind::First ||
            step.kind == StepKind::When)
            return walk_nested(step, wire, document, branches);
        if (step.kind == StepKind::Require) return;
        if (step.kind != StepKind::Derive) use_hops(step, wire);
        add(step, wire, document, branches);
    }
    void walk_nested(const PlanStep& step,
                     const std::string& wire,
                     const std::string& document,
                     const std::vector<Branch>& branches) {
        if (step.kind != StepKind::Block) return walk(step.steps, wire, document, branches);
        use_hops(step, wire);
        walk(step.steps,
             wire_context(step, wire),
             step.has_record ? document_key(step.fields[0], document) : document,
             branches);
    }

    // P1
    void written_once() {
        std::map<std::string, std::vector<const Entry*>> places;
        for (const Entry& entry : m_entries) {
            if (!writes(*entry.step)) continue;
            for (const std::string& key : entry.wire) {
                for (const Entry* other : places[key]) {
                    if (exclusive(*other, entry) || other->step == entry.step) continue;
                    error(
                        "MAP404",
                        entry.step->wire.span,
                        "already written on " + line(*other->step, entry.step->wire.span) + ": " +
                            m_plan.rules[other->step->rule].text,
                        "remove one of the two, make one of them ->, or put both in  first { … }");
                    break;
                }
                places[key].push_back(&entry);
            }
        }
    }

    // P2
    void read_once() {
        std::map<std::string, std::vector<const Entry*>> fields;
        for (const Entry& entry : m_entries) {
            if (!reads(*entry.step)) continue;
            for (std::size_t i = 0; i < entry.fields.size(); ++i) {
                for (const Entry* other : fields[entry.fields[i]]) {
                    if (exclusive(*other, entry) || other->step == entry.step) continue;
                    const std::string from = other->step->kind == StepKind::Derive
                                                 ? "a computation"
                                                 : other->step->wire.text;
                    error(
                        "MAP405",
                        entry.step->fields[i].span,
                        "already read on " + line(*other->step, entry.step->fields[i].span) +
                            " from " + from,
                        "remove one of the two, make one of them <-, or put both in  first { … }");
                    break;
                }
                fields[entry.fields[i]].push_back(&entry);
            }
        }
    }

    // P3
    void selectors() {
        for (const auto& [prefix, uses] : m_hops) {
            std::vector<const HopUse*> kept;
            for (const HopUse& use : uses) {
                const edi::Node& node = m_plan.set->nodes[use.hop->node];
                if (node.max == 1 && !use.hop->tree) continue;
                const std::string key = hop_key(*use.hop);
                const HopUse* clash = nullptr;
                for (const HopUse* other : kept) {
                    if (other->step == use.step) continue;
                    const bool same = hop_key(*other->hop) == key;
                    if (same ? use.opens_each || other->opens_each
                             : !disjoint(*other->hop, *use.hop))
                        clash = other;
                    if (clash != nullptr) break;
                }
                if (clash != nullptr)
                    error("MAP406",
                          use.step->wire.span,
                          "selects the same " + std::string(node.tag) + " as " +
                              line(*clash->step, use.step->wire.span) + ": " +
                              clash->step->wire.text,
                          "selectors must exclude each other: other codes on the same element, or "
                          "[not NN]");
                kept.push_back(&use);
            }
        }
    }

    // P6
    void firsts(const std::vector<PlanStep>& steps) {
        for (const PlanStep& step : steps) {
            firsts(step.steps);
            if (step.kind != StepKind::First) continue;
            for (std::size_t i = 0; i < step.steps.size(); ++i)
                for (std::size_t k = 0; k < i; ++k) {
                    const PlanStep& late = step.steps[i];
                    const PlanStep& early = step.steps[k];
                    if (!reads(late) || !reads(early) || late.kind != StepKind::Move ||
                        early.kind != StepKind::Move)
                        continue;
                    const bool same_lenses =
                        late.lenses.size() == early.lenses.size() &&
                        std::equal(late.lenses.begin(),
                                   late.lenses.end(),
                                   early.lenses.begin(),
                                   [](const LensOp& a, const LensOp& b) {
                                       return a.kind == b.kind && a.table == b.table &&
                                              a.text == b.text && a.number == b.number;
                                   });
                    if (wire_context(late, "") != wire_context(early, "") ||
                        late.wire.kind != early.wire.kind || late.wire.at != early.wire.at ||
                        late.wire.pair_code != early.wire.pair_code || !same_lenses)
                        continue;
                    error("MAP407",
                          late.wire.span,
                          "never reached when reading: " + line(early, late.wire.span) +
                              " reads the same place, so " + late.fields[0].text +
                              " would come back under the other name",
                          "write it as <-");
                }
        }
    }

    // P9: a mandatory field of every record that is made has a rule or a default.
    static void set_slots(const std::vector<PlanStep>& steps, std::vector<int>& out) {
        for (const PlanStep& step : steps) {
            const bool inner = step.kind == StepKind::First || step.kind == StepKind::When ||
                               (step.kind == StepKind::Block && !step.has_record);
            if (inner) set_slots(step.steps, out);
            if (step.kind == StepKind::Block && step.has_record && !step.fields[0].from_root)
                out.push_back(step.fields[0].hops[0].slot);
            if (!reads(step)) continue;
            for (const DocPlace& field : step.fields)
                if (!field.from_root)
                    out.push_back(field.hops.empty() ? field.slot
                                                     : static_cast<int>(field.hops[0].slot));
        }
    }
    void coverage(const std::vector<PlanStep>& steps,
                  const RecordType& record,
                  Span at,
                  const std::string& kind) {
        std::vector<int> set;
        set_slots(steps, set);
        for (std::size_t i = 0; i < record.fields.size(); ++i) {
            const Field& field = record.fields[i];
            if (!field.required ||
                std::find(set.begin(), set.end(), static_cast<int>(i)) != set.end())
                continue;
            if (!kind.empty() && field.name == "kind") continue;
            error(
                "MAP601",
                at,
                "field " + field.name + " of " + record.name + " must be set and no rule reads it",
                "add a rule: PATH <-> " + field.name);
        }
        below(steps);
    }
    void below(const std::vector<PlanStep>& steps) {
        for (const PlanStep& step : steps) {
            if (step.kind == StepKind::Block && step.has_record && step.arrow != Arrow::Write) {
                const DocHop& last = step.fields[0].hops.back();
                coverage(step.steps,
                         *last.field->record,
                         m_plan.rules[step.rule].span,
                         step.kind_code + last.kind);
            } else {
                below(step.steps);
            }
        }
    }

    static RuleClass class_of(const PlanStep& step) {
        if (step.kind == StepKind::Derive || step.arrow == Arrow::Read) return RuleClass::ReadOnly;
        if (step.kind == StepKind::Put || step.arrow == Arrow::Write) return RuleClass::WriteOnly;
        if (step.kind == StepKind::Check) return RuleClass::Checked;
        RuleClass out = step.otherwise ? RuleClass::Normalises : RuleClass::Exact;
        for (const LensOp& lens : step.lenses) {
            RuleClass one = facts_of(lens.kind).rule_class;
            if (lens.kind == LensKind::Table &&
                (lens.keep || lens.fallback || lens.table->read.size() != lens.table->write.size()))
                one = RuleClass::Normalises;
            if (one == RuleClass::Loses) return one;
            if (one == RuleClass::Normalises) out = one;
        }
        return out;
    }
    void classes(const std::vector<PlanStep>& steps) {
        for (const PlanStep& step : steps) {
            if (m_plan.rules[step.rule].is_rule)
                m_plan.rules[step.rule].rule_class = class_of(step);
            classes(step.steps);
        }
    }

    Plan& m_plan;
    std::vector<Diagnostic>& m_diagnostics;
    std::vector<Entry> m_entries;
    std::map<std::string, std::vector<HopUse>> m_hops;
    unsigned m_blocks = 0;
};

}  // namespace

void check_laws(Plan& plan, std::vector<Diagnostic>& diagnostics) {
    Laws(plan, diagnostics).run();
}

}  // namespace sallyport::mapping
