// SPDX-License-Identifier: Apache-2.0
#include "parsers/finish.h"

#include "gateway/base/decimal.h"
#include "parsers/edi.h"
#include "parsers/thorough.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace sallyport::edi {
namespace {

const SegmentSchema* schema_of(const SetSchema& set, std::string_view tag) {
    const auto found = std::find_if(set.nodes.begin() + 1, set.nodes.end(), [&](const Node& node) {
        return node.tag == tag && node.segment;
    });
    return found == set.nodes.end() ? nullptr : found->segment;
}

std::size_t characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

bool is_number(DataType type) {
    return type == DataType::Implied || type == DataType::Real || type == DataType::Digits;
}

std::string formed(std::string_view text, const Element& element, ValueForm form) {
    std::string value(text);
    if (is_number(element.type)) {
        const std::size_t sign = value.substr(0, 1) == "-" ? 1 : 0;
        const auto digits = [&] {
            return static_cast<std::size_t>(std::count_if(
                value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; }));
        };
        if (form == ValueForm::Padded) {
            while (digits() < element.min)
                value.insert(sign, "0");
        } else {
            while (digits() > std::max<std::size_t>(element.min, 1) && value.size() > sign + 1 &&
                   value[sign] == '0' && value[sign + 1] >= '0' && value[sign + 1] <= '9')
                value.erase(sign, 1);
        }
        return value;
    }
    if (form == ValueForm::Padded) {
        while (characters(value) < element.min)
            value += ' ';
    } else {
        while (characters(value) > element.min && value.back() == ' ')
            value.pop_back();
    }
    return value;
}

void form_values(DraftSegment& segment, const SegmentSchema& schema, ValueForm form) {
    // Only texts change, the places stay what they are.
    for (const DraftSegment::Piece& piece : segment.pieces()) {
        const Element* element = schema.element_at({piece.at.element, piece.at.component, 1});
        if (!piece.text.empty() && element)
            segment.set(piece.at, formed(piece.text, *element, form));
    }
}

// HL and CPS: 1, 2, 3 …; a parent left empty is the last one before it of the level the set expects above, else none. Levels
// are as the overlay's tree rules say; what the mapping states stays.
class Trees {
public:
    Trees(const SetSchema& set, std::string_view structure) : m_set(set), m_structure(structure) {}

    void number(DraftSegment& segment) {
        if (!m_set.tree || segment.tag() != m_set.tree->segment) return;
        const TreeRule& rule = *m_set.tree;
        ++m_count;
        if (segment.text(rule.id).empty()) segment.set(rule.id, std::to_string(m_count));
        const std::string level =
            rule.level ? std::string(segment.text(*rule.level)) : std::string();
        if (segment.text(rule.parent).empty() && !level.empty()) {
            const std::string parent = parent_of(level);
            if (!parent.empty()) segment.set(rule.parent, parent);
        }
        m_last[level] = {m_count, std::string(segment.text(rule.id))};
    }

private:
    struct Last {
        std::uint32_t order = 0;
        std::string id;
    };
    // Of the levels allowed above this one, the one that came last.
    std::string parent_of(std::string_view level) const {
        const LevelRule* found = nullptr;
        for (const LevelRule& rule : m_set.levels) {
            if (rule.level != level) continue;
            if (rule.structure == m_structure) found = &rule;
            if (rule.structure == "*" && !found) found = &rule;
        }
        if (!found) return {};
        const auto last_of = [&](const std::vector<std::string_view>& levels) {
            Last best;
            for (const std::string_view level_above : levels) {
                const auto last = m_last.find(level_above);
                if (last != m_last.end() && last->second.order > best.order) best = last->second;
            }
            return best;
        };
        const Last allowed = last_of(found->allowed_parents);
        const Last best = allowed.order != 0 ? allowed : last_of(found->tolerated_parents);
        return best.id;
    }

    const SetSchema& m_set;
    std::string_view m_structure;
    std::uint32_t m_count = 0;
    std::map<std::string, Last, std::less<>> m_last;
};

// Places like "CTT01", "CNT[2].6066", "LX01".
struct Place {
    std::string tag, qualifier;
    std::optional<Locator> at, qualifier_at;
};

Place place_of(std::string_view text, const SetSchema& set) {
    Place place;
    std::string_view element;
    if (const std::size_t open = text.find('['); open != std::string_view::npos) {
        const std::size_t close = std::min(text.find(']', open), text.size() - 1);
        place.tag = text.substr(0, open);
        place.qualifier = text.substr(open + 1, close - open - 1);
        element = text.substr(std::min(close + 2, text.size()));
    } else if (const std::size_t dot = text.find('.'); dot != std::string_view::npos) {
        place.tag = text.substr(0, dot);
        element = text.substr(dot + 1);
    } else if (text.size() > 2) {
        place.tag = text.substr(0, text.size() - 2);
        element = text.substr(text.size() - 2);
    }
    const SegmentSchema* schema = schema_of(set, place.tag);
    if (!schema) return place;
    const auto places = schema->locate(element);
    if (!places.empty()) place.at = places[0];
    if (!schema->qualifiers.empty()) place.qualifier_at = schema->qualifiers[0];
    return place;
}

bool applies(const Place& place, const DraftSegment& segment) {
    return place.at && segment.tag() == place.tag &&
           (place.qualifier.empty() ||
            (place.qualifier_at && segment.text(*place.qualifier_at) == place.qualifier));
}

void count_up(std::vector<DraftSegment>& body, const SetSchema& set) {
    for (const CounterRule& rule : set.counters) {
        const Place place = place_of(rule.field, set);
        const bool running =
            rule.rule == "sequence" && rule.scope.find("within parent") != std::string_view::npos;
        if (!running && (rule.rule != "count" || !is_total(rule, set))) continue;
        std::uint64_t next = 0;
        for (DraftSegment& segment : body) {
            // An LX sequence starts afresh with what encloses it; in the sets shipped that is an HL or a stop (S5).
            if (running && set.tree && segment.tag() == set.tree->segment) next = 0;
            if (!applies(place, segment)) continue;
            const auto uses = std::count_if(body.begin(), body.end(), [&](const DraftSegment& one) {
                return one.tag() == rule.of;
            });
            const std::string number =
                std::to_string(running ? ++next : static_cast<std::uint64_t>(uses));
            if (segment.text(*place.at).empty()) segment.set(*place.at, number);
        }
    }
}

template <typename Draft, typename Write>
Result<std::string> checked(const Draft& interchange,
                            const SchemaSet& schemas,
                            const ValidationOptions& options,
                            Write write) {
    auto octets = write(interchange);
    if (!octets) return octets;
    auto document = read(*octets);
    if (!document) return std::move(document).error().during("reading what was written");
    const Report report = validate(*document, schemas, options);
    if (report.accepted()) return octets;
    const Fault* first = nullptr;
    std::size_t count = 0;
    const auto look = [&](const std::vector<Fault>& faults) {
        for (const Fault& fault : faults) {
            if (fault.severity != Severity::Error) continue;
            if (!first) first = &fault;
            ++count;
        }
    };
    for (const InterchangeReport& one : report.interchanges) {
        look(one.faults);
        for (const GroupReport& group : one.groups) {
            look(group.faults);
            for (const TransactionReport& transaction : group.transactions)
                look(transaction.faults);
        }
    }
    if (!first)
        return Error("edi.write.invalid", Blame::Operator, "what was written is no interchange");
    return Error("edi.write.invalid",
                 Blame::Operator,
                 "the document written has " + std::to_string(count) +
                     (count == 1 ? " fault: " : " faults, the first: ") + first->message + " [" +
                     std::string(first->code) + "]")
        .at({.source = {},
             .byte = first->byte,
             .line = first->line,
             .column = 0,
             .segment = first->position,
             .element = first->element})
        .remedy("correct the mapping or the data it read; nothing was sent");
}

}  // namespace

void finish(std::vector<DraftSegment>& body, const SetSchema& set, const FinishOptions& options) {
    if (options.counters) {
        std::string structure;
        for (const DraftSegment& segment : body) {
            if (segment.tag() == "BSN") structure = segment.text({5, 1, 1});
        }
        Trees trees(set, structure);
        for (DraftSegment& segment : body)
            trees.number(segment);
        count_up(body, set);
    }
    if (options.form == ValueForm::AsGiven) return;
    for (DraftSegment& segment : body) {
        if (const SegmentSchema* schema = schema_of(set, segment.tag()))
            form_values(segment, *schema, options.form);
    }
}

Result<std::string> write_checked(const DraftInterchange& interchange,
                                  const SchemaSet& schemas,
                                  const ValidationOptions& options) {
    return checked(interchange, schemas, options, write_x12);
}

Result<std::string> write_checked(const DraftEdifact& interchange,
                                  const SchemaSet& schemas,
                                  const ValidationOptions& options) {
    return checked(interchange, schemas, options, write_edifact);
}

}  // namespace sallyport::edi
