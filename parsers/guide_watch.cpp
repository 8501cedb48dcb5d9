// SPDX-License-Identifier: Apache-2.0
#include "parsers/guide_watch.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

using Kind = GuideRule::Kind;

bool counts(const GuideRule& rule) {
    return rule.places.empty() && (rule.kind == Kind::Require || rule.kind == Kind::AtMost);
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

std::uint64_t present_in(const Segment& segment) {
    std::uint64_t mask = 0;
    for (const Value& value : segment.values) {
        if (!value.text.empty() && value.element >= 1 && value.element <= 64)
            mask |= std::uint64_t{1} << (value.element - 1u);
    }
    return mask;
}

bool is_good(const GuideRule& rule, std::string_view text) {
    switch (rule.kind) {
        case Kind::Forbid:
            return false;
        case Kind::Codes:
            return std::binary_search(rule.codes.begin(), rule.codes.end(), text);
        case Kind::Length:
            return characters(text) >= rule.min && characters(text) <= rule.max;
        case Kind::Require:
        case Kind::AtMost:
        case Kind::Allow:
        case Kind::Condition:
        case Kind::Grade:
            return true;
    }
    return false;
}

}  // namespace

void GuideWatch::use(const SetSchema& set, std::span<const Guide* const> guides) {
    stop();
    m_rules.clear();
    for (const Guide* guide : guides) {
        const std::vector<GuideRule>* rules = guide ? guide->rules(set) : nullptr;
        if (!rules) continue;
        for (const GuideRule& rule : *rules) {
            // These only change what the standard has found: where it found nothing, they are kept.
            if (rule.kind == Kind::Allow || rule.kind == Kind::Grade) continue;
            Rule& one = m_rules.emplace_back();
            one.rule = &rule;
            one.parent = set.nodes[rule.node].parent;
            if (rule.kind == Kind::Condition) one.condition.add(rule.condition);
        }
    }
    if (m_rules.empty()) return;
    m_flags.assign(set.nodes.size(), 0);
    for (const Rule& one : m_rules) {
        m_flags[one.rule->node] |= Ruled;
        if (counts(*one.rule)) m_flags[one.parent] |= Parent;
    }
}

void GuideWatch::start() {
    for (Rule& one : m_rules) {
        one.uses = 0;
        one.open = one.parent == 0;
    }
}

bool GuideWatch::missing(const Rule& one) const {
    return one.open && one.uses == 0 && one.rule->kind == Kind::Require && one.rule->places.empty();
}

bool GuideWatch::holds(const Segment& segment, std::uint32_t node) {
    bool kept = true;
    for (Rule& one : m_rules) {
        if (one.rule->node == node) kept = keeps(one, segment) && kept;
        if (one.parent != node) continue;  // another instance of its loop begins
        kept = kept && !missing(one);
        one.uses = 0;
        one.open = true;
    }
    return kept;
}

bool GuideWatch::end() const {
    return !active() || std::none_of(m_rules.begin(), m_rules.end(), [this](const Rule& one) {
        return missing(one);
    });
}

bool GuideWatch::keeps(Rule& one, const Segment& segment) {
    const GuideRule& rule = *one.rule;
    if (rule.qualifier_at && segment.text(*rule.qualifier_at) != rule.qualifier) return true;
    if (rule.kind == Kind::Condition) return one.condition.holds(present_in(segment));
    if (rule.places.empty()) {
        ++one.uses;
        return rule.kind != Kind::Forbid && (rule.kind != Kind::AtMost || one.uses <= rule.max);
    }
    bool there = false;
    for (const Value& value : segment.values) {
        for (const Locator& at : rule.places) {
            if (value.text.empty() || value.element != at.element ||
                (!rule.whole && value.component != at.component))
                continue;
            there = true;
            if (!is_good(rule, segment.text({value.element, value.component, value.repetition})))
                return false;
        }
    }
    return there || rule.kind != Kind::Require;
}

}  // namespace sallyport::edi
