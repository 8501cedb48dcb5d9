// SPDX-License-Identifier: Apache-2.0
// A placed transaction against a partner's guide. What the standard's own check has reported is not reported again.
#include "parsers/elements.h"
#include "parsers/faults.h"
#include "parsers/guide.h"

#include <algorithm>
#include <map>
#include <utility>

namespace sallyport::edi {
namespace {

using Kind = GuideRule::Kind;

class GuideCheck {
public:
    GuideCheck(const Guide& guide,
               const std::vector<GuideRule>& rules,
               const Transaction& transaction,
               std::vector<Fault>& faults,
               FaultSink& sink)
        : m_title(guide.title()),
          m_transaction(transaction),
          m_rules(rules),
          m_faults(faults),
          m_sink(sink) {}
    void run();

private:
    void relax();
    bool concerns(const GuideRule& rule, const Fault& fault) const;
    bool applies(const GuideRule& rule, const Segment& segment) const;
    void segment(std::size_t rule, const Segment& segment);
    void elements(const GuideRule& rule, const Segment& segment);
    void values(const GuideRule& rule, const Segment& segment, const Locator& at);
    void absent(const GuideRule& rule);
    std::uint32_t home(const Segment& segment) const;
    bool reported(const Segment& segment, std::uint16_t element) const;
    void report(std::string_view code,
                const GuideRule& rule,
                const Segment& segment,
                std::string message);
    void report_at(std::string_view code,
                   const GuideRule& rule,
                   const Segment& segment,
                   const Locator& at,
                   std::string message);

    std::string m_title;
    const Transaction& m_transaction;
    const std::vector<GuideRule>& m_rules;
    std::vector<Fault>& m_faults;
    FaultSink& m_sink;
    // Uses of each rule's segment per enclosing loop instance.
    std::map<std::pair<std::size_t, std::uint32_t>, std::uint32_t> m_uses;
};

std::string number_of(const Locator& at, bool composite) {
    std::string text = (at.element < 10 ? "0" : "") + std::to_string(at.element);
    if (composite) text += "-" + std::to_string(at.component);
    return text;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

void GuideCheck::run() {
    relax();
    for (const Segment& one : m_transaction.segments) {
        if (one.node == None) continue;
        for (std::size_t i = 0; i < m_rules.size(); ++i) {
            if (m_rules[i].node == one.node && applies(m_rules[i], one)) segment(i, one);
        }
    }
    for (const GuideRule& rule : m_rules) {
        if (rule.kind == Kind::Require && rule.places.empty()) absent(rule);
    }
}

// Codes the guide allows and faults it grades otherwise: the standard's findings, changed in place.
void GuideCheck::relax() {
    for (const GuideRule& rule : m_rules) {
        if (rule.kind == Kind::Allow) {
            std::erase_if(m_faults, [&](const Fault& fault) {
                return fault.code == "edi.element.code" && concerns(rule, fault) &&
                       std::binary_search(rule.codes.begin(), rule.codes.end(), fault.value);
            });
        } else if (rule.kind == Kind::Grade) {
            for (Fault& fault : m_faults) {
                if (fault.code == rule.word && concerns(rule, fault))
                    fault.severity = rule.severity;
            }
        }
    }
}

bool GuideCheck::concerns(const GuideRule& rule, const Fault& fault) const {
    if (fault.position == 0 || fault.position > m_transaction.segments.size()) return false;
    const Segment& there = m_transaction.segments[fault.position - 1u];
    if (there.node != rule.node || !applies(rule, there)) return false;
    return rule.places.empty() ||
           std::any_of(rule.places.begin(), rule.places.end(), [&](const Locator& at) {
               return at.element == fault.element &&
                      (rule.whole || fault.component == 0 || fault.component == at.component);
           });
}

bool GuideCheck::applies(const GuideRule& rule, const Segment& segment) const {
    return !rule.qualifier_at || segment.text(*rule.qualifier_at) == rule.qualifier;
}

// The instance a segment is counted in; a loop's trigger counts in the loop around it.
std::uint32_t GuideCheck::home(const Segment& segment) const {
    if (segment.loop == None) return 0;
    const Loop& loop = m_transaction.loops[segment.loop];
    return loop.node == segment.node && loop.parent != None ? loop.parent : segment.loop;
}

bool GuideCheck::reported(const Segment& segment, std::uint16_t element) const {
    return std::any_of(m_faults.begin(), m_faults.end(), [&](const Fault& fault) {
        return fault.severity == Severity::Error && fault.position == segment.place.segment &&
               fault.element == element && fault.segment == segment.tag;
    });
}

void GuideCheck::report(std::string_view code,
                        const GuideRule& rule,
                        const Segment& segment,
                        std::string message) {
    Fault fault = make_fault(
        code, &segment, std::move(message) + " (" + rule.source + ": " + rule.text + ")");
    fault.loop = m_transaction.schema->path(rule.node);
    fault.severity = rule.severity;
    m_sink.add(std::move(fault));
}

void GuideCheck::report_at(std::string_view code,
                           const GuideRule& rule,
                           const Segment& segment,
                           const Locator& at,
                           std::string message) {
    if (reported(segment, at.element)) return;
    const SegmentSchema& schema = *m_transaction.schema->nodes[rule.node].segment;
    Fault fault = make_fault(
        code, &segment, std::move(message) + " (" + rule.source + ": " + rule.text + ")");
    fault.loop = m_transaction.schema->path(rule.node);
    fault.severity = rule.severity;
    fault.element = at.element;
    // A condition speaks of the element as a whole.
    if (!rule.whole && rule.kind != Kind::Condition && schema.elements[at.element - 1u].composite)
        fault.component = at.component;
    if (at.repetition > 1) fault.repetition = at.repetition;
    if (const Element* element = schema.element_at(at)) fault.reference = element->id;
    if (const Value* value = segment.value(at)) {
        fault.value = shown(value->raw);
        fault.byte += static_cast<std::uint64_t>(value->raw.data() - segment.raw.data());
    }
    m_sink.add(std::move(fault));
}

void GuideCheck::segment(std::size_t index, const Segment& segment) {
    const GuideRule& rule = m_rules[index];
    const Node& node = m_transaction.schema->nodes[rule.node];
    const std::string name = (node.loop ? "loop " : "segment ") + std::string(node.id);
    if (!rule.places.empty() || rule.kind == Kind::Condition) {
        elements(rule, segment);
    } else if (rule.kind == Kind::Forbid) {
        report("guide.segment.forbidden", rule, segment, m_title + " forbids " + name);
    } else if (rule.kind == Kind::Require || rule.kind == Kind::AtMost) {
        const std::uint32_t uses = ++m_uses[{index, home(segment)}];
        if (rule.kind == Kind::AtMost && uses > rule.max) {
            report(node.loop ? "guide.loop.repeated" : "guide.segment.repeated",
                   rule,
                   segment,
                   m_title + " allows " + name + " " + std::to_string(rule.max) +
                       " times, this is number " + std::to_string(uses));
        }
    }
}

// Required, and not there: reported at the segment behind the loop instance that lacks it.
void GuideCheck::absent(const GuideRule& rule) {
    const Node& node = m_transaction.schema->nodes[rule.node];
    const auto index = static_cast<std::size_t>(&rule - m_rules.data());
    for (std::uint32_t i = 0; i < m_transaction.loops.size(); ++i) {
        const Loop& loop = m_transaction.loops[i];
        if (loop.node != node.parent || m_uses.count({index, i}) != 0) continue;
        const std::size_t last = m_transaction.segments.size() - 1;
        const Segment& behind = m_transaction.segments[std::min<std::size_t>(loop.end, last)];
        const bool known = std::any_of(m_faults.begin(), m_faults.end(), [&](const Fault& fault) {
            return fault.code == "edi.segment.missing" && fault.segment == node.tag &&
                   fault.position >= m_transaction.segments[loop.begin].place.segment &&
                   fault.position <= behind.place.segment;
        });
        if (known) continue;
        Fault fault =
            make_fault(node.loop ? "guide.loop.missing" : "guide.segment.missing",
                       &behind,
                       m_title + " requires " + rule.text.substr(rule.text.find(' ') + 1) +
                           " and it is missing before " + std::string(behind.tag.substr(0, 6)) +
                           " (" + rule.source + ")");
        fault.segment = node.tag;
        fault.loop = m_transaction.schema->path(rule.node);
        fault.severity = rule.severity;
        m_sink.add(std::move(fault));
    }
}

void GuideCheck::elements(const GuideRule& rule, const Segment& segment) {
    if (rule.kind == Kind::Condition) {
        // The standard's own checker judges it, against a segment that has this one condition and nothing else of note.
        SegmentSchema schema = *m_transaction.schema->nodes[rule.node].segment;
        schema.conditions.assign(1, rule.condition);
        std::vector<Fault> found;
        const Severities none;
        FaultSink own(found, 1'000, none);
        ElementRules rules;
        rules.standard = m_transaction.schema->standard;
        ElementChecker(rules, own).check(segment, schema, {});
        for (const Fault& fault : found) {
            if (fault.component != 0 ||
                (fault.code != "edi.element.exclusion" && fault.code != "edi.element.condition"))
                continue;
            report_at(fault.code == "edi.element.exclusion" ? "guide.element.exclusion"
                                                            : "guide.element.condition",
                      rule,
                      segment,
                      {fault.element, 1, 1},
                      fault.message);
        }
        return;
    }
    bool there = false;
    for (const Value& value : segment.values) {
        for (const Locator& at : rule.places) {
            if (value.text.empty() || value.element != at.element ||
                (!rule.whole && value.component != at.component))
                continue;
            there = true;
            values(rule, segment, {value.element, value.component, value.repetition});
        }
    }
    if (rule.kind == Kind::Require && !there) {
        report_at("guide.element.missing",
                  rule,
                  segment,
                  rule.places[0],
                  m_title + " requires a value in " + std::string(segment.tag) +
                      number_of(rule.places[0], rule.places[0].component > 1));
    }
}

void GuideCheck::values(const GuideRule& rule, const Segment& segment, const Locator& at) {
    const std::string_view text = segment.text(at);
    const std::string quoted = "\"" + shown(text) + "\"";
    if (rule.kind == Kind::Forbid) {
        report_at("guide.element.forbidden", rule, segment, at, m_title + " forbids a value here");
    } else if (rule.kind == Kind::Codes &&
               !std::binary_search(rule.codes.begin(), rule.codes.end(), text)) {
        report_at("guide.element.code",
                  rule,
                  segment,
                  at,
                  quoted + " is not one of the codes " + m_title + " allows");
    } else if (rule.kind == Kind::Length && characters(text) < rule.min) {
        report_at("guide.element.too-short",
                  rule,
                  segment,
                  at,
                  quoted + " has " + std::to_string(characters(text)) + " characters, " + m_title +
                      " requires " + std::to_string(rule.min));
    } else if (rule.kind == Kind::Length && characters(text) > rule.max) {
        report_at("guide.element.too-long",
                  rule,
                  segment,
                  at,
                  quoted + " has " + std::to_string(characters(text)) + " characters, " + m_title +
                      " allows " + std::to_string(rule.max));
    }
}

}  // namespace

void apply_guide(const Guide& guide,
                 const Transaction& transaction,
                 std::vector<Fault>& faults,
                 FaultSink& sink) {
    if (!transaction.schema) return;
    const std::vector<GuideRule>* rules = guide.rules(*transaction.schema);
    if (rules) GuideCheck(guide, *rules, transaction, faults, sink).run();
}

}  // namespace sallyport::edi
