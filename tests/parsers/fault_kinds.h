// SPDX-License-Identifier: Apache-2.0
// One fault put into a valid document, of each kind the validator knows, and where it must be reported. The expectation is
// worked out here from the schema alone, not by the code under test. Empty: the set has no place where this fault can stand
// alone.
#pragma once

#include "set_sample.h"

#include <algorithm>
#include <array>
#include <functional>

namespace sallyport::edi::test {

struct Injected {
    std::vector<SampleSegment> body;
    std::string_view code;
    std::string segment;
    std::uint32_t position = 0;
    std::uint16_t element = 0, component = 0;
    char repetition = '\0';  // separator the document needs
    std::string guide{};     // the partner's guide that makes it a fault
    char stand_in = '\0';    // stands for a control character, which no writer writes
};
using Body = std::vector<SampleSegment>;
using Injection = std::function<std::optional<Injected>(const SetSchema&, Body)>;
struct Kind {
    const char* name;
    const char* column;  // of the table of coverage
    Injection inject;
};

inline std::string document_of(const SetSchema& set, const Injected& injected) {
    std::string octets = sample_document(set, injected.body, injected.repetition);
    if (injected.stand_in != '\0')
        std::replace(octets.begin(), octets.end(), injected.stand_in, '\x01');
    return octets;
}

inline std::uint32_t position_of(std::size_t index) {
    return static_cast<std::uint32_t>(index + 2);  // behind the header
}

inline const SegmentSchema& schema_of(const SetSchema& set, const SampleSegment& sample) {
    return *set.nodes[sample.node].segment;
}

inline bool is_single(const SetSchema& set, const Node& node) {
    return set.find(node.tag).size() == 1;
}

// Trees, and segments whose values count or bound something, have rules of their own.
inline bool is_plain(std::string_view tag) {
    static constexpr std::array<std::string_view, 6> Own = {"HL", "CPS", "BIN", "BDS", "UNS", "LE"};
    return std::find(Own.begin(), Own.end(), tag) == Own.end();
}

inline bool names(const std::vector<Condition>& conditions, std::size_t position) {
    return std::any_of(conditions.begin(), conditions.end(), [&](const Condition& one) {
        return std::find(one.positions.begin(), one.positions.end(), position) !=
               one.positions.end();
    });
}

inline Injected at(Body body,
                   std::string_view code,
                   std::string_view tag,
                   std::size_t index,
                   std::uint16_t element = 0,
                   std::uint16_t component = 0) {
    return {std::move(body), code, std::string(tag), position_of(index), element, component};
}

inline auto place(std::size_t index) {
    return static_cast<std::ptrdiff_t>(index);
}

// --- segments ---------------------------------------------------------------------------------------------------------

inline std::optional<Injected> unknown_segment(const SetSchema&, Body body) {
    const std::size_t index = body.size() / 2;
    body.insert(body.begin() + place(index), SampleSegment{0, DraftSegment("QQQ", {"1"})});
    return at(std::move(body), "edi.segment.unknown", "QQQ", index);
}

inline std::optional<Injected> foreign_segment(const SchemaSet& schemas,
                                               const SetSchema& set,
                                               Body body) {
    static constexpr std::array<std::string_view, 14> Tags = {"G62",
                                                              "W05",
                                                              "N9",
                                                              "BIA",
                                                              "RMR",
                                                              "QTY",
                                                              "LIN",
                                                              "TDS",
                                                              "BLI",
                                                              "EQD",
                                                              "PAT",
                                                              "TDT",
                                                              "GIS",
                                                              "UCS"};
    for (const std::string_view tag : Tags) {
        const SegmentSchema* schema = schemas.segment(set.standard, set.release, tag);
        if (!schema || !set.find(tag).empty()) continue;
        const std::size_t index = body.size() / 2;
        body.insert(body.begin() + place(index), SampleSegment{0, sample_segment(*schema)});
        return at(std::move(body), "edi.segment.not-in-set", tag, index);
    }
    return std::nullopt;
}

// A mandatory segment of the top level, or of a loop that is there, is left out.
inline std::optional<Injected> missing_segment(const SetSchema& set, Body body) {
    for (std::size_t i = 0; i + 1 < body.size(); ++i) {
        const Node& node = set.nodes[body[i].node];
        if (node.loop || node.usage != Usage::Mandatory || !is_single(set, node)) continue;
        const std::string tag = body[i].draft.tag();
        body.erase(body.begin() + place(i));
        return at(std::move(body), "edi.segment.missing", tag, i);
    }
    return std::nullopt;
}

// What stands inside a loop stays, the segment that opens it goes: one fault, not one for each that follows.
inline std::optional<Injected> missing_starter(const SetSchema& set, Body body) {
    for (std::size_t i = 0; i + 1 < body.size(); ++i) {
        const Node& node = set.nodes[body[i].node];
        const Node& inside = set.nodes[body[i + 1].node];
        if (!node.loop || !is_single(set, node) || inside.loop || !is_single(set, inside) ||
            inside.parent != body[i].node || !is_plain(node.tag))
            continue;
        const std::string tag = body[i].draft.tag();
        body.erase(body.begin() + place(i));
        return at(std::move(body), "edi.segment.missing", tag, i);
    }
    return std::nullopt;
}

inline std::optional<Injected> segment_too_often(const SetSchema& set, Body body) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        const Node& node = set.nodes[body[i].node];
        if (node.loop || node.max > 30 || !is_single(set, node) || !is_plain(node.tag)) continue;
        const SampleSegment copy = body[i];
        body.insert(body.begin() + place(i), node.max, copy);
        return at(std::move(body), "edi.segment.repeated", copy.draft.tag(), i + node.max);
    }
    return std::nullopt;
}

inline std::optional<Injected> loop_too_often(const SetSchema& set, Body body) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        const Node& node = set.nodes[body[i].node];
        if (!node.loop || node.max > 30 || !is_single(set, node) || !is_plain(node.tag)) continue;
        std::size_t end = i + 1;
        while (end < body.size() && body[end].node < node.end)
            ++end;
        const Body whole(body.begin() + place(i), body.begin() + place(end));
        for (std::uint32_t n = 0; n < node.max; ++n)
            body.insert(body.begin() + place(end), whole.begin(), whole.end());
        const std::string tag(node.tag);
        return at(std::move(body), "edi.loop.repeated", tag, i + node.max * whole.size());
    }
    return std::nullopt;
}

inline std::optional<Injected> segment_too_late(const SetSchema& set, Body body) {
    const Node& node = set.nodes[body.front().node];
    if (body.size() < 2 || node.loop || !is_single(set, node)) return std::nullopt;
    const SampleSegment copy = body.front();
    body.push_back(copy);
    const std::size_t last = body.size() - 1;
    return at(std::move(body), "edi.segment.sequence", copy.draft.tag(), last);
}

// --- values -----------------------------------------------------------------------------------------------------------

// The first value that `pick` likes becomes what `pick` returns; values that may be absent and stand in no condition count.
template <typename Pick>
std::optional<Injected> bend(const SetSchema& set, Body body, std::string_view code, Pick pick) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        const SegmentSchema& schema = schema_of(set, body[i]);
        if (!is_plain(schema.tag)) continue;
        for (std::uint16_t e = 1; e <= schema.elements.size(); ++e) {
            const ElementRef& ref = schema.elements[e - 1u];
            const std::size_t parts = ref.composite ? ref.composite->components.size() : 1;
            for (std::uint16_t c = 1; c <= parts; ++c) {
                const Element* element = schema.element_at({e, c, 1});
                if (!element) continue;
                const bool there = !body[i].draft.text({e, c, 1}).empty();
                const bool free =
                    ref.composite ? !body[i].draft.text({e, 1, 1}).empty() &&
                                        !names(ref.composite->conditions, c)
                                  : !names(schema.conditions, e) && ref.usage != Usage::Mandatory;
                if (!there && !free) continue;
                const std::optional<std::string> value = pick(*element);
                if (!value) continue;
                body[i].draft.set({e, c, 1}, *value);
                return at(
                    std::move(body), code, schema.tag, i, e, ref.composite ? c : std::uint16_t{0});
            }
        }
    }
    return std::nullopt;
}

inline bool is_text(const Element& element) {
    return element.type == DataType::Text || element.type == DataType::Any ||
           (element.type == DataType::Code && !element.codes);
}

inline std::optional<Injected> too_long(const SetSchema& set, Body body) {
    return bend(set, std::move(body), "edi.element.too-long", [](const Element& element) {
        return is_text(element) && !element.codes && element.max < 200
                   ? std::optional(std::string(element.max + 1, 'A'))
                   : std::nullopt;
    });
}

inline std::optional<Injected> too_short(const SetSchema& set, Body body) {
    return bend(set, std::move(body), "edi.element.too-short", [](const Element& element) {
        return is_text(element) && !element.codes && element.min > 1
                   ? std::optional(std::string(element.min - 1, 'A'))
                   : std::nullopt;
    });
}

inline std::optional<Injected> bad_code(const SetSchema& set, Body body) {
    return bend(set,
                std::move(body),
                "edi.element.code",
                [](const Element& element) -> std::optional<std::string> {
                    if (!element.codes || element.type == DataType::Digits) return std::nullopt;
                    for (const char c : std::string_view("QXJ0W7")) {
                        const std::string word(element.max < 6 ? element.max : element.min, c);
                        if (!element.codes->contains(word)) return word;
                    }
                    return std::nullopt;
                });
}

inline std::optional<Injected> bad_number(const SetSchema& set, Body body) {
    return bend(set, std::move(body), "edi.element.number", [](const Element& element) {
        const bool numeric = element.type == DataType::Implied || element.type == DataType::Real ||
                             element.type == DataType::Digits;
        return numeric && !element.codes ? std::optional(std::string(element.min, 'X'))
                                         : std::nullopt;
    });
}

inline std::optional<Injected> bad_date(const SetSchema& set, Body body) {
    return bend(set, std::move(body), "edi.element.date", [](const Element& element) {
        return element.type == DataType::Date && element.max >= 6
                   ? std::optional<std::string>(element.max >= 8 ? "20260230" : "260230")
                   : std::nullopt;
    });
}

inline std::optional<Injected> bad_time(const SetSchema& set, Body body) {
    return bend(set, std::move(body), "edi.element.time", [](const Element& element) {
        return element.type == DataType::Time ? std::optional<std::string>("2561") : std::nullopt;
    });
}

inline std::optional<Injected> bad_character(const SetSchema& set, Body body) {
    auto out = bend(set, std::move(body), "edi.element.character", [](const Element& element) {
        return is_text(element) && !element.codes && element.min < 100
                   ? std::optional(std::string(element.min, '@'))
                   : std::nullopt;
    });
    if (out) out->stand_in = '@';
    return out;
}

// A mandatory value goes; one behind it stays, so that the fault is this one and no trailing separator.
inline std::optional<Injected> missing_element(const SetSchema& set, Body body) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        const SegmentSchema& schema = schema_of(set, body[i]);
        if (!is_plain(schema.tag)) continue;
        for (std::uint16_t e = 1; e < schema.elements.size(); ++e) {
            const ElementRef& ref = schema.elements[e - 1u];
            if (ref.usage != Usage::Mandatory || names(schema.conditions, e) || !ref.element)
                continue;
            bool behind = false;
            for (std::uint16_t later = static_cast<std::uint16_t>(e + 1);
                 later <= schema.elements.size();
                 ++later)
                behind = behind || !body[i].draft.text({later, 1, 1}).empty();
            if (!behind) continue;
            body[i].draft.set(e, "");
            return at(std::move(body), "edi.element.missing", schema.tag, i, e);
        }
    }
    return std::nullopt;
}

inline std::optional<Injected> missing_component(const SetSchema& set, Body body) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        const SegmentSchema& schema = schema_of(set, body[i]);
        for (std::uint16_t e = 1; e <= schema.elements.size(); ++e) {
            const Composite* composite = schema.elements[e - 1u].composite;
            if (!composite || body[i].draft.text({e, 1, 1}).empty()) continue;
            for (std::uint16_t c = 1; c < composite->components.size(); ++c) {
                const Element* next = composite->components[c].element;
                if (composite->components[c - 1u].usage != Usage::Mandatory || !next ||
                    names(composite->conditions, c) || names(composite->conditions, c + 1u))
                    continue;
                body[i].draft.set({e, static_cast<std::uint16_t>(c + 1), 1}, sample_value(*next));
                body[i].draft.set({e, c, 1}, "");
                return at(std::move(body), "edi.element.missing", schema.tag, i, e, c);
            }
        }
    }
    return std::nullopt;
}

inline std::optional<Injected> too_many_elements(const SetSchema& set, Body body) {
    const SegmentSchema& schema = schema_of(set, body.front());
    const auto beyond = static_cast<std::uint16_t>(schema.elements.size() + 1);
    body.front().draft.set(beyond, "X");
    return at(std::move(body), "edi.element.too-many", schema.tag, 0, beyond);
}

inline std::optional<Injected> too_many_components(const SetSchema& set, Body body) {
    for (std::size_t i = 0; i < body.size(); ++i) {
        const SegmentSchema& schema = schema_of(set, body[i]);
        if (!is_plain(schema.tag)) continue;
        for (std::uint16_t e = 1; e <= schema.elements.size(); ++e) {
            const ElementRef& ref = schema.elements[e - 1u];
            if (body[i].draft.text({e, 1, 1}).empty()) continue;
            const std::size_t parts = ref.composite ? ref.composite->components.size() : 1;
            const auto beyond = static_cast<std::uint16_t>(parts + 1);
            body[i].draft.set({e, beyond, 1}, "X");
            return at(std::move(body), "edi.component.too-many", schema.tag, i, e, beyond);
        }
    }
    return std::nullopt;
}

inline std::optional<Injected> too_many_repetitions(const SetSchema& set, Body body) {
    if (set.standard != Standard::X12 || set.release < "004020") return std::nullopt;
    for (std::size_t i = 0; i < body.size(); ++i) {
        const SegmentSchema& schema = schema_of(set, body[i]);
        if (!is_plain(schema.tag)) continue;
        for (std::uint16_t e = 1; e <= schema.elements.size(); ++e) {
            const ElementRef& ref = schema.elements[e - 1u];
            const std::string value(body[i].draft.text({e, 1, 1}));
            if (value.empty() || !ref.element || ref.repeat > 1) continue;
            body[i].draft.set({e, 1, 2}, value);
            Injected out = at(std::move(body), "edi.element.repeated", schema.tag, i, e);
            out.repetition = '^';
            return out;
        }
    }
    return std::nullopt;
}

// --- trees ------------------------------------------------------------------------------------------------------------

inline std::optional<Injected> tree_without_parent(const SetSchema& set, Body body) {
    if (!set.tree) return std::nullopt;
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (body[i].draft.tag() != set.tree->segment) continue;
        body[i].draft.set(set.tree->parent, "99");
        return at(
            std::move(body), "edi.tree.parent", set.tree->segment, i, set.tree->parent.element);
    }
    return std::nullopt;
}

inline std::optional<Injected> tree_number_twice(const SetSchema& set, Body body) {
    if (!set.tree) return std::nullopt;
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (body[i].draft.tag() != set.tree->segment) continue;
        if (body[i].draft.text(set.tree->id).empty()) body[i].draft.set(set.tree->id, "1");
        const Node& node = set.nodes[body[i].node];
        std::size_t end = i + 1;
        while (end < body.size() && body[end].node < node.end)
            ++end;
        const Body whole(body.begin() + place(i), body.begin() + place(end));
        body.insert(body.begin() + place(end), whole.begin(), whole.end());
        return at(
            std::move(body), "edi.tree.duplicate", set.tree->segment, end, set.tree->id.element);
    }
    return std::nullopt;
}

}  // namespace sallyport::edi::test
