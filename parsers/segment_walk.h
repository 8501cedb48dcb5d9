// SPDX-License-Identifier: Apache-2.0
// One segment over the index: what is faultless for certain is said so without looking at anything twice. Private to parsers/.
#pragma once

#include "parsers/fast_set.h"
#include "parsers/stream_feed.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sallyport::edi {

constexpr std::size_t index_of(char c) {
    return static_cast<unsigned char>(c);
}

// One segment's positions, from the separator behind the tag to the terminator.
class SegmentWalk {
public:
    // `release`: '\0' where none is in force.
    SegmentWalk(const char* octets,
                const std::array<std::uint8_t, 256>& classes,
                char release,
                const ElementRules& rules)
        : m_octets(octets), m_classes(classes.data()), m_release(release), m_rules(rules) {}

    // True: every value is good, nothing is missing or too much, and `position` is the terminator. False: not sure.
    bool good(const FastSegment& segment, const std::uint32_t*& position) const {
        const std::uint32_t* at = position;
        std::uint64_t present = 0;
        std::uint8_t kind = class_at(*at);
        if (kind == StreamFeed::SegmentEnd) return segment.presence.holds(0);
        if (kind != StreamFeed::ElementEnd) return false;
        const FastValue* value = segment.values.data();
        const FastValue* const end = value + segment.values.size();
        for (; value != end; ++value) {
            const std::uint32_t from = *at + 1;
            ++at;
            if (value->composite) {
                const Passed passed = composite(*value, at);
                if (!passed.at) return false;
                at = passed.at;
                if (passed.any) present |= value->bit;
                kind = class_at(*at);
            } else if (*at != from) {
                at = checked(*value, from, at);
                if (!at) return false;
                present |= value->bit;
                kind = class_at(*at);
            } else {
                kind = class_at(*at);
                if (kind == StreamFeed::SegmentEnd) return false;  // ends in a separator
            }
            if (kind == StreamFeed::ElementEnd) continue;
            position = at;
            return kind == StreamFeed::SegmentEnd && segment.presence.holds(present);
        }
        return false;  // more elements than there are
    }

    // Number, parent and level of a good segment, as packed(): its trailing blanks cut. False: TreeWatch cannot hold them.
    bool tree_words(const std::uint32_t* position,
                    const TreeRule& rule,
                    std::array<std::uint64_t, 3>& words) const {
        const std::array<Locator, 3> places = {
            rule.id, rule.parent, rule.level ? *rule.level : Locator{0, 0, 0}};
        std::uint16_t element = 0, component = 1, most = 0;
        for (const Locator& at : places)
            most = std::max(most, at.element);
        for (std::uint32_t from = *position;; ++position) {
            const std::uint8_t kind = class_at(*position);
            for (std::size_t i = 0; i < places.size() && *position != from; ++i) {
                if (places[i].element != element || places[i].component != component) continue;
                const std::uint32_t size = trimmed_size(from, *position);
                if (size > 8) return false;
                words[i] = size == 0 ? 0 : packed(m_octets + from, size);
            }
            if (kind == StreamFeed::SegmentEnd || element > most) return true;
            component = kind == StreamFeed::ElementEnd ? std::uint16_t{1}
                                                       : static_cast<std::uint16_t>(component + 1);
            if (kind == StreamFeed::ElementEnd) ++element;
            from = *position + 1;
        }
    }
    // Nothing but separators stands between the two positions.
    bool is_plain(const std::uint32_t* position, const std::uint32_t* end) const {
        while (position != end && class_at(*position) != StreamFeed::Other)
            ++position;
        return position == end;
    }

private:
    std::uint32_t trimmed_size(std::uint32_t from, std::uint32_t to) const {
        while (to > from && m_octets[to - 1] == ' ')
            --to;
        return to - from;
    }
    std::uint8_t class_at(std::uint32_t at) const { return m_classes[index_of(m_octets[at])]; }

    // The value from `from` to the separator at `at`: the separator behind it, past what is released before that. Null: not
    // good for certain. Positions go in and out by value: what has an address lives in memory, and this is done for every value.
    [[gnu::always_inline]] const std::uint32_t* checked(const FastValue& value,
                                                        std::uint32_t from,
                                                        const std::uint32_t* at) const {
        if (class_at(*at) == StreamFeed::Other) [[unlikely]]
            return released(value, from, at);
        return value_is_good(value, m_octets + from, *at - from, m_rules) ? at : nullptr;
    }

    // A text that holds separators behind release characters, and nothing else that is out of the ordinary.
    [[gnu::noinline]] const std::uint32_t* released(const FastValue& value,
                                                    std::uint32_t from,
                                                    const std::uint32_t* at) const {
        if (m_release == '\0' || value.kind != FastValue::Kind::Text || value.codes) return nullptr;
        std::uint32_t releases = 0;
        for (; class_at(*at) == StreamFeed::Other; ++at) {
            const char next = m_octets[*at + 1];
            const bool twice = next == m_release;
            if (m_octets[*at] != m_release ||
                (!twice && m_classes[index_of(next)] == StreamFeed::Other))
                return nullptr;
            if (twice) ++at;  // the released one stands in the index as well
            ++releases;
        }
        const std::uint32_t size = *at - from;
        const bool good = m_octets[*at - 1] != ' ' && size - releases - value.min <= value.spread;
        return good ? at : nullptr;
    }

    struct Passed {
        const std::uint32_t* at;  // the end of the last component; null: not good for certain
        bool any;                 // a component has a value
    };
    // `at` is the end of the first component.
    Passed composite(const FastValue& element, const std::uint32_t* at) const {
        std::uint32_t from = at[-1] + 1;
        std::uint64_t parts = 0;
        const FastValue* value = element.parts->values.data();
        const FastValue* const end = value + element.parts->values.size();
        for (; value != end; ++value) {
            std::uint8_t kind = class_at(*at);
            if (*at != from) {
                at = checked(*value, from, at);
                if (!at) return {nullptr, false};
                parts |= value->bit;
                kind = class_at(*at);
            } else if (kind == StreamFeed::SegmentEnd) {
                return {nullptr, false};
            }
            if (kind != StreamFeed::ComponentEnd) {
                if (parts == 0) return {at, false};
                return {element.parts->presence.holds(parts) ? at : nullptr, true};
            }
            from = *at + 1;
            ++at;
        }
        return {nullptr, false};
    }

    const char* m_octets;
    const std::uint8_t* m_classes;
    char m_release;
    const ElementRules& m_rules;
};

}  // namespace sallyport::edi
