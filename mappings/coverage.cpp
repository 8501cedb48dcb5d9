// SPDX-License-Identifier: Apache-2.0
#include "mappings/coverage.h"

#include <algorithm>
#include <map>
#include <set>

namespace sallyport::mapping {

namespace {

std::string tests_key(const Hop& hop) {
    std::set<std::string> tests;
    for (const Selector& test : hop.tests)
        tests.insert(place_key(test) + (test.absent ? "!" : "=" + test.code));
    std::string out = hop.occurrence > 1 ? std::to_string(hop.occurrence) : std::string();
    for (const std::string& test : tests)
        out += "[" + test + "]";
    return out;
}

bool writes(const PlanStep& step) {
    const bool puts =
        step.kind == StepKind::Move || step.kind == StepKind::Check || step.kind == StepKind::Put;
    return puts && step.arrow != Arrow::Read;
}

// One segment as the map writes it: which elements get something, how many pairs, by which rule it is known.
struct Written {
    std::uint32_t node = 0;
    const PlanStep* by = nullptr;
    std::set<std::uint16_t> elements;
    std::vector<Selector> tests;
    std::map<const edi::PairGroup*, std::set<std::string>> pairs;  // codes; alternatives count once
};

struct Place {
    std::string key;  // of the segment or group
    std::uint32_t node = 0;
};

class Coverage {
public:
    Coverage(const Plan& plan, std::vector<Diagnostic>& diagnostics)
        : m_plan(plan), m_diagnostics(diagnostics) {}

    void run() {
        walk(m_plan.steps, {"", 0}, "", "");
        if (m_plan.map.header.arrow != Arrow::Read) {
            pairs();
            mandatory();
            repeats();
        }
        if (m_plan.map.header.arrow == Arrow::Both) one_way();
        lists(m_plan.steps);
        whens(m_plan.steps);
    }

    void guide(const edi::Guide& guide) {
        const std::vector<edi::GuideRule>* rules = guide.rules(*m_plan.set);
        if (rules == nullptr) return;
        walk(m_plan.steps, {"", 0}, "", "");
        for (const edi::GuideRule& rule : *rules) {
            if (rule.kind != edi::GuideRule::Kind::Require || provided(rule)) continue;
            report(
                "MAP603",
                Severity::Warning,
                m_plan.map.header.span,
                "the guide wants \"" + rule.text + "\" (" + rule.source + ") and no rule writes it",
                "add a rule for it to the overlay of this partner");
        }
    }

private:
    // A segment the map writes where the guide means it. One whose qualifier comes from the document may be it.
    static bool is_meant(const Written& segment, const edi::GuideRule& rule) {
        if (segment.node != rule.node) return false;
        if (!rule.qualifier_at) return true;
        for (const Selector& test : segment.tests)
            if (test.below.empty() && test.at == *rule.qualifier_at)
                return !test.absent && test.code == rule.qualifier;
        return segment.elements.contains(rule.qualifier_at->element);
    }
    bool provided(const edi::GuideRule& rule) const {
        return std::any_of(m_written.begin(), m_written.end(), [&](const auto& one) {
            if (!is_meant(one.second, rule)) return false;
            return rule.places.empty() ||
                   std::any_of(rule.places.begin(), rule.places.end(), [&](const edi::Locator& at) {
                       return one.second.elements.contains(at.element);
                   });
        });
    }

    void report(
        const char* code, Severity severity, Span at, std::string message, std::string help) {
        m_diagnostics.push_back({code, severity, at, std::move(message), std::move(help)});
    }

    Place follow(const PlanStep& step, const Place& from) {
        Place at = step.wire.from_root ? Place{"", 0} : from;
        for (const Hop& hop : step.wire.hops) {
            const std::string parent = at.key;
            at.key += "/" + std::to_string(hop.node) + tests_key(hop);
            at.node = hop.node;
            if (step.arrow == Arrow::Read) continue;
            m_children[parent + "/" + std::to_string(hop.node)].insert(tests_key(hop));
            Written& segment = m_written[at.key];
            segment.node = hop.node;
            if (segment.by == nullptr) {
                segment.by = &step;
                segment.tests = hop.tests;
            }
            for (const Selector& test : hop.tests)
                if (!test.absent && test.below.empty()) segment.elements.insert(test.at.element);
        }
        return at;
    }

    void rule(const PlanStep& step,
              const Place& from,
              const std::string& record,
              const std::string& alternative) {
        if (step.wire.segment != nullptr) {
            const Place at = follow(step, from);
            if (writes(step) && m_written.contains(at.key))
                element(step, m_written[at.key], alternative);
        }
        for (const DocPlace& field : step.fields) {
            const std::string own = m_plan.document->name() + ".";
            const bool spelled = field.from_root && field.text.starts_with(own);
            const std::string key = (field.from_root ? "" : record) + "." +
                                    (spelled ? field.text.substr(own.size()) : field.text);
            if (step.arrow != Arrow::Write) m_read[key].push_back(&step);
            if (step.arrow != Arrow::Read && step.kind == StepKind::Move)
                m_kept[key].push_back(&step);
        }
    }

    static void element(const PlanStep& step, Written& segment, const std::string& alternative) {
        for (const edi::Locator& at : step.wire.at)
            segment.elements.insert(at.element);
        if (step.wire.pair == nullptr) return;
        for (const edi::PairSlot& slot : step.wire.pair->slots) {
            if (slot.qualifier) segment.elements.insert(slot.qualifier->element);
            segment.elements.insert(slot.value.element);
        }
        if (step.wire.kind == PlaceKind::Pair)
            segment.pairs[step.wire.pair].insert(alternative.empty() ? step.wire.pair_code
                                                                     : alternative);
    }

    void walk(const std::vector<PlanStep>& steps,
              const Place& at,
              const std::string& record,
              const std::string& alternative) {
        for (const PlanStep& step : steps) {
            switch (step.kind) {
                case StepKind::Move:
                case StepKind::Check:
                case StepKind::Put:
                case StepKind::Derive:
                    rule(step, at, record, alternative);
                    break;
                case StepKind::Block: {
                    const std::string inner =
                        step.has_record
                            ? (step.fields[0].from_root ? "" : record) + "." + step.fields[0].text
                            : record;
                    walk(step.steps, follow(step, at), inner, alternative);
                    break;
                }
                case StepKind::First:
                    walk(step.steps, at, record, "first" + std::to_string(step.rule));
                    break;
                case StepKind::When:
                    walk(step.steps, at, record, alternative);
                    break;
                case StepKind::Require:
                    break;
            }
        }
    }

    // MAP208
    void pairs() {
        for (const auto& [key, segment] : m_written)
            for (const auto& [pair, codes] : segment.pairs)
                if (codes.size() > pair->slots.size())
                    report("MAP208",
                           Severity::Warning,
                           m_plan.rules[segment.by->rule].span,
                           std::string(m_plan.set->nodes[segment.node].tag) + " has room for " +
                               std::to_string(pair->slots.size()) + " of " +
                               std::string(pair->name) + ", this map may write " +
                               std::to_string(codes.size()),
                           "documents that hold more are refused when writing; put those that "
                           "exclude each other in  first { … }");
    }

    // MAP602
    bool made_by_the_writer(const edi::Node& node, std::uint16_t at) const {
        const edi::SetSchema& set = *m_plan.set;
        if (set.tree && set.tree->segment == node.tag) return true;
        return std::any_of(
            set.counters.begin(), set.counters.end(), [&](const edi::CounterRule& rule) {
                const std::string name =
                    std::string(node.tag) + (at < 10 ? "0" : "") + std::to_string(at);
                return rule.rule == "sequence" && rule.field == name;
            });
    }
    void mandatory() {
        for (const auto& [key, segment] : m_written) {
            const edi::Node& node = m_plan.set->nodes[segment.node];
            if (node.segment == nullptr) continue;
            for (std::size_t i = 0; i < node.segment->elements.size(); ++i) {
                const auto at = static_cast<std::uint16_t>(i + 1);
                const edi::ElementRef& element = node.segment->elements[i];
                if (element.usage != edi::Usage::Mandatory || segment.elements.contains(at) ||
                    made_by_the_writer(node, at))
                    continue;
                const std::string_view id = element.element != nullptr     ? element.element->id
                                            : element.composite != nullptr ? element.composite->id
                                                                           : "";
                report("MAP602",
                       Severity::Warning,
                       m_plan.rules[segment.by->rule].span,
                       m_plan.xml != nullptr
                           ? xml_part(node, at) + " must be set and no rule writes it"
                           : std::string(node.tag) + " must have element " + (at < 10 ? "0" : "") +
                                 std::to_string(at) + " (" + std::string(id) +
                                 ") and no rule writes it",
                       m_plan.xml != nullptr
                           ? "add a rule for it, or make the rules of this element -> only"
                           : "add a rule for it, or make the rules of this segment -> only");
            }
        }
    }

    // MAP209
    void repeats() {
        for (const auto& children : m_children) {
            const std::string& key = children.first;  // clang 14 captures no structured binding
            const auto& kinds = children.second;
            const std::uint32_t number =
                static_cast<std::uint32_t>(std::stoul(key.substr(key.rfind('/') + 1)));
            const edi::Node& node = m_plan.set->nodes[number];
            if (node.max == edi::Unlimited || kinds.size() <= node.max) continue;
            const auto first =
                std::find_if(m_written.begin(), m_written.end(), [&](const auto& one) {
                    return one.second.node == number && one.first.starts_with(key);
                });
            if (first == m_written.end()) continue;
            report("MAP209",
                   Severity::Warning,
                   m_plan.rules[first->second.by->rule].span,
                   std::string(node.tag) + " stands at most " + std::to_string(node.max) +
                       (node.max == 1 ? " time" : " times") + " here, this map may write " +
                       std::to_string(kinds.size()) + " different ones",
                   "a document that needs more is refused when writing");
        }
    }

    // MAP604
    void one_way() {
        for (const auto& [key, steps] : m_read)
            if (steps[0]->kind == StepKind::Move && !m_kept.contains(key))
                report("MAP604",
                       Severity::Note,
                       m_plan.rules[steps[0]->rule].span,
                       key.substr(1) + " is read but never written",
                       "it will be missing when the document goes out");
        for (const auto& [key, steps] : m_kept)
            if (!m_read.contains(key))
                report("MAP604",
                       Severity::Note,
                       m_plan.rules[steps[0]->rule].span,
                       key.substr(1) + " is written but never read",
                       "a document that comes in will not have it");
    }

    // MAP408
    void lists(const std::vector<PlanStep>& steps) {
        for (std::size_t i = 0; i < steps.size(); ++i) {
            lists(steps[i].steps);
            if (steps[i].union_id < 0) continue;
            for (std::size_t k = 0; k < i; ++k) {
                if (steps[k].union_id != steps[i].union_id ||
                    steps[k].wire.owner == steps[i].wire.owner)
                    continue;
                report("MAP408",
                       Severity::Note,
                       m_plan.rules[steps[i].rule].span,
                       steps[i].fields[0].text + " is also filled from " + steps[k].wire.text +
                           ", which stands elsewhere in the message",
                       "when written, entries come in the order of the message, not of the list");
                break;
            }
        }
    }

    // MAP411: X.y = "c" and f = "d" are the same when a rule  X.y | table <-> f  has the row c <-> d.
    static bool about_wire(const CompiledExpr& expr) {
        return expr.op == Op::Wire ||
               std::any_of(expr.args.begin(), expr.args.end(), &Coverage::about_wire);
    }
    static bool moves_between(const std::vector<PlanStep>& steps,
                              const std::string& place,
                              const std::string& field,
                              const std::string& code,
                              const std::string& word) {
        return std::any_of(steps.begin(), steps.end(), [&](const PlanStep& step) {
            if (moves_between(step.steps, place, field, code, word)) return true;
            if (step.kind != StepKind::Move || step.arrow != Arrow::Both ||
                step.wire.text != place || step.fields[0].text != field)
                return false;
            if (step.lenses.empty()) return code == word;
            if (step.lenses.size() != 1 || step.lenses[0].kind != LensKind::Table) return false;
            const CompiledTable& table = *step.lenses[0].table;
            const auto read = table.read.find(code);
            const auto write = table.write.find(word);
            return read != table.read.end() && read->second.first == word &&
                   write != table.write.end() && write->second.first == code;
        });
    }
    bool proved(const PlanStep& when) const {
        const CompiledExpr& a = when.expr;
        const CompiledExpr& b = *when.writing;
        const bool equals = a.op == Op::Equal && b.op == Op::Equal;
        if (!equals) return !about_wire(a) && !about_wire(b);  // one test on the document for both
        if (a.args[0].op == Op::Document) return !about_wire(a) && !about_wire(b);
        return a.args[0].op == Op::Wire && b.args[0].op == Op::Document &&
               a.args[1].op == Op::Text && b.args[1].op == Op::Text &&
               moves_between(m_plan.steps,
                             a.args[0].wire.text,
                             b.args[0].document.text,
                             a.args[1].text,
                             b.args[1].text);
    }
    void whens(const std::vector<PlanStep>& steps) {
        for (const PlanStep& step : steps) {
            whens(step.steps);
            if (step.kind != StepKind::When || step.arrow != Arrow::Both || !step.writing) continue;
            const Span at = m_plan.rules[step.rule].span;
            if (about_wire(*step.writing)) {
                report("MAP411",
                       Severity::Error,
                       at,
                       "the test for writing is about the wire, which is not there yet",
                       "write  when TEST OF THE WIRE <-> TEST OF THE DOCUMENT { … }");
                continue;
            }
            if (proved(step)) continue;
            const bool tested = std::any_of(
                m_plan.map.tests.begin(), m_plan.map.tests.end(), [](const TestCase& test) {
                    return test.round_trip != RoundTrip::None && test.expects.empty();
                });
            report("MAP411",
                   tested ? Severity::Note : Severity::Error,
                   at,
                   "it is not proved that both tests mean the same",
                   tested ? "the round trips of the test blocks stand in for the proof"
                          : "link them by a table row ( X.01 | table T <-> field ), or add a test "
                            "block with a round trip");
        }
    }

    const Plan& m_plan;
    std::vector<Diagnostic>& m_diagnostics;
    std::map<std::string, Written> m_written;                 // by place
    std::map<std::string, std::set<std::string>> m_children;  // place/node: selectors
    std::map<std::string, std::vector<const PlanStep*>> m_read, m_kept;
};

}  // namespace

void check_coverage(const Plan& plan, std::vector<Diagnostic>& diagnostics) {
    Coverage(plan, diagnostics).run();
}

void check_guide(const Plan& plan, const edi::Guide& guide, std::vector<Diagnostic>& diagnostics) {
    if (plan.map.header.arrow != Arrow::Read) Coverage(plan, diagnostics).guide(guide);
}

}  // namespace sallyport::mapping
