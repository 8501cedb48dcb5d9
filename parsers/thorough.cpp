// SPDX-License-Identifier: Apache-2.0
#include "parsers/thorough.h"

#include "gateway/base/decimal.h"
#include "parsers/edifact.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::edi {
namespace {

// "CTT01" is segment CTT, place 01; "CNT[2].6066" is CNT whose qualifier is 2, place 6066; "PO1" has no place.
struct Field {
    std::string_view tag, qualifier, place;
};

Field field_of(std::string_view text, const Transaction& transaction) {
    Field field;
    if (const std::size_t open = text.find('['); open != std::string_view::npos) {
        const std::size_t close = std::min(text.find(']', open), text.size());
        field.tag = text.substr(0, open);
        field.qualifier = text.substr(open + 1, close - open - 1);
        field.place = text.substr(std::min(text.find('.', close), text.size() - 1) + 1);
    } else if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
        field.tag = text.substr(0, dot);
        field.place = text.substr(dot + 1);
    } else if (transaction.schema->find(text).empty() && text.size() > 2) {
        field.tag = text.substr(0, text.size() - 2);
        field.place = text.substr(text.size() - 2);
    } else {
        field.tag = text;
    }
    return field;
}

}  // namespace

bool is_total(const CounterRule& rule, const SetSchema& set) {
    if (rule.rule != "count" && rule.rule != "sum") return false;
    const bool own = rule.scope.empty() || rule.scope == "all occurrences" ||
                     rule.scope == "all lines" || rule.scope == "optional hash total";
    return own && (!set.find(rule.of).empty() || rule.rule == "sum");
}

namespace {

class Counters {
public:
    Counters(const Transaction& transaction, FaultSink& sink)
        : m_transaction(transaction), m_sink(sink) {}

    void check(const CounterRule& rule) {
        const Field field = field_of(rule.field, m_transaction);
        if (rule.rule == "sequence") {
            if (rule.scope != "by convention") sequence(rule, field);
            return;
        }
        if (!is_total(rule, *m_transaction.schema)) return;
        for (const Segment& segment : m_transaction.segments) {
            if (segment.tag == field.tag && segment.node != None) total(rule, field, segment);
        }
    }

private:
    const SegmentSchema& schema_of(const Segment& segment) const {
        return *m_transaction.schema->nodes[segment.node].segment;
    }

    void total(const CounterRule& rule, const Field& field, const Segment& segment) {
        const SegmentSchema& schema = schema_of(segment);
        if (!field.qualifier.empty() &&
            (schema.qualifiers.empty() || segment.text(schema.qualifiers[0]) != field.qualifier))
            return;
        const auto places = schema.locate(field.place);
        if (places.empty()) return;
        const auto stated = Decimal::parse(segment.text(places[0]));
        if (!stated) return;  // missing, or no number: reported by the standard's own check
        const Field of = field_of(rule.of, m_transaction);
        const std::optional<Decimal> counted =
            rule.rule == "count" ? std::optional(count(of)) : sum(of, *stated);
        if (!counted || *counted == *stated) return;
        report("edi.count",
               segment,
               places[0],
               "the " + std::string(rule.rule == "count" ? "count" : "total") + " stated is " +
                   shown(segment.text(places[0])) + ", " + counted->to_string() + " " +
                   (rule.rule == "count" ? "segments " + std::string(rule.of) + " were counted"
                                         : "is the sum of " + std::string(rule.of)));
    }

    Decimal count(const Field& of) const {
        return Decimal(std::count_if(
            m_transaction.segments.begin(), m_transaction.segments.end(), [&](const Segment& one) {
                return one.tag == of.tag && one.node != None;
            }));
    }

    // Where the quantities have qualifiers (EDIFACT QTY), the total may be of those of any one kind: nothing to say then.
    std::optional<Decimal> sum(const Field& of, const Decimal& stated) const {
        Decimal all;
        std::map<std::string_view, Decimal> kinds;
        for (const Segment& one : m_transaction.segments) {
            if (one.tag != of.tag || one.node == None) continue;
            const SegmentSchema& schema = schema_of(one);
            const auto places = schema.locate(of.place);
            if (places.empty()) return std::nullopt;
            const auto value = Decimal::parse(one.text(places[0]));
            if (!value) return std::nullopt;
            auto next = all.plus(*value);
            if (!next) return std::nullopt;
            all = *next;
            if (schema.qualifiers.empty()) continue;
            Decimal& kind = kinds[one.text(schema.qualifiers[0])];
            if (auto more = kind.plus(*value)) kind = *more;
        }
        for (const auto& [name, total] : kinds) {
            if (total == stated) return total;
        }
        return all;
    }

    // 1, 2, 3 … in the set, or afresh in each enclosing loop instance.
    void sequence(const CounterRule& rule, const Field& field) {
        std::map<std::uint32_t, std::int64_t> last;
        for (const Segment& segment : m_transaction.segments) {
            if (segment.tag != field.tag || segment.node == None) continue;
            const auto places = schema_of(segment).locate(field.place);
            if (places.empty()) continue;
            std::uint32_t home = 0;
            if (rule.scope.find("within parent") != std::string_view::npos &&
                segment.loop != None) {
                const Loop& loop = m_transaction.loops[segment.loop];
                home = loop.node == segment.node ? loop.parent : segment.loop;
            }
            const std::int64_t expected = ++last[home];
            const auto stated = Decimal::parse(segment.text(places[0]));
            if (!stated || *stated == Decimal(expected)) continue;
            report("edi.sequence",
                   segment,
                   places[0],
                   "running number " + shown(segment.text(places[0])) + " stands where " +
                       std::to_string(expected) + " was due");
            if (auto whole = stated->rounded(0))
                last[home] = static_cast<std::int64_t>(whole->coefficient());
        }
    }

    void report(std::string_view code,
                const Segment& segment,
                const Locator& at,
                std::string message) {
        Fault fault = make_fault(code, &segment, std::move(message));
        fault.loop = m_transaction.schema->path(segment.node);
        fault.element = at.element;
        const SegmentSchema& schema = schema_of(segment);
        if (schema.elements[at.element - 1u].composite) fault.component = at.component;
        if (const Element* element = schema.element_at(at)) fault.reference = element->id;
        if (const Value* value = segment.value(at)) {
            fault.value = shown(value->raw);
            fault.byte += static_cast<std::uint64_t>(value->raw.data() - segment.raw.data());
        }
        m_sink.add(std::move(fault));
    }

    const Transaction& m_transaction;
    FaultSink& m_sink;
};

}  // namespace

void check_unoa(const Transaction& transaction, FaultSink& sink) {
    for (const Segment& segment : transaction.segments) {
        for (const Value& value : segment.values) {
            const std::size_t at = foreign_octet(value.raw, "UNOA");
            if (at == std::string_view::npos || static_cast<unsigned char>(value.raw[at]) >= 0x80)
                continue;  // above ASCII: the reader has said so
            Fault fault = make_fault("edifact.character-set",
                                     &segment,
                                     "character set UNOA has capitals only, this and what follows "
                                     "is read as UNOB");
            fault.element = value.element;
            fault.value = shown(value.raw);
            fault.byte += static_cast<std::uint64_t>(value.raw.data() - segment.raw.data()) + at;
            sink.add(std::move(fault));
            return;
        }
    }
}

void check_thoroughly(const Transaction& transaction, std::string_view syntax, FaultSink& sink) {
    if (syntax == "UNOA") check_unoa(transaction, sink);
    if (!transaction.schema) return;
    Counters counters(transaction, sink);
    for (const CounterRule& rule : transaction.schema->counters)
        counters.check(rule);
}

}  // namespace sallyport::edi
