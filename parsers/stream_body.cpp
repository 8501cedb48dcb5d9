// SPDX-License-Identifier: Apache-2.0
#include "parsers/stream_body.h"

#include "parsers/edifact.h"
#include "parsers/segment_walk.h"
#include "parsers/transaction_check.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace sallyport::edi {
namespace {

using Class = StreamFeed::Class;

constexpr std::array<bool, 256> filler_octets() {
    std::array<bool, 256> table{};
    for (const char c : {' ', '\t', '\r', '\n'})
        table[static_cast<unsigned char>(c)] = true;
    return table;
}
constexpr auto Filler = filler_octets();

// The tag of two or three octets at `octets`.
std::uint32_t tag_at(const char* octets, std::uint32_t size) {
    std::uint32_t word = 0;
    std::memcpy(&word, octets, sizeof word);
    return word & (size == 2 ? 0xFFFFu : 0xFFFFFFu);
}

}  // namespace

// --- trees -----------------------------------------------------------------------------------------------------------

void TreeWatch::start(const SetSchema& set) {
    m_set = set.tree ? &set : nullptr;
    m_used = 0;
    m_structure.clear();
    if (m_slots.empty()) m_slots.resize(256);
    if (++m_transaction == 0) {  // wrapped around
        m_slots.assign(m_slots.size(), {});
        m_transaction = 1;
    }
}

namespace {

// What packed() made a number of.
class Unpacked {
public:
    explicit Unpacked(std::uint64_t word) { std::memcpy(m_octets.data(), &word, m_octets.size()); }
    std::string_view text() const {
        return {m_octets.data(),
                static_cast<std::size_t>(std::find(m_octets.begin(), m_octets.end(), '\0') -
                                         m_octets.begin())};
    }

private:
    std::array<char, 8> m_octets;
};

}  // namespace

bool TreeWatch::level_is_good(std::string_view own, std::string_view above) const {
    if (own.empty()) return true;
    const auto& levels = m_set->levels;
    const auto rule_for = [&](std::string_view structure) {
        return std::find_if(levels.begin(), levels.end(), [&](const LevelRule& rule) {
            return rule.structure == structure && rule.level == own;
        });
    };
    auto rule = rule_for(m_structure);
    if (rule == levels.end()) rule = rule_for("*");
    if (rule == levels.end()) return false;
    const auto names = [&](const std::vector<std::string_view>& list) {
        return std::find(list.begin(), list.end(), above) != list.end();
    };
    return names(rule->allowed_parents) || names(rule->tolerated_parents);
}

TreeWatch::Slot& TreeWatch::slot(std::uint64_t id) {
    const std::size_t mask = m_slots.size() - 1;
    for (std::size_t at = ((id * 0x9E3779B97F4A7C15) >> 32) & mask;; at = (at + 1) & mask) {
        Slot& one = m_slots[at];
        if (one.transaction != m_transaction || one.id == id) return one;
    }
}

void TreeWatch::grow() {
    std::vector<Slot> old(m_slots.size() * 2);
    old.swap(m_slots);
    for (const Slot& one : old) {
        if (one.transaction == m_transaction) slot(one.id) = one;
    }
}

unsigned TreeWatch::judge(const Segment& segment, bool loop) {
    if (!m_set) return Good;
    if (segment.tag == "BSN") {
        m_structure = segment.text(5);
        return m_used == 0 ? Good : Unsure;  // it would judge the levels before it in hindsight
    }
    const TreeRule& rule = *m_set->tree;
    if (!loop || segment.tag != rule.segment) return Good;
    std::array<std::uint64_t, 3> words{};
    const std::array<std::string_view, 3> texts = {
        segment.text(rule.id),
        segment.text(rule.parent),
        rule.level ? segment.text(*rule.level) : std::string_view()};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        words[i] = packed_safely(texts[i]);
        if (texts[i].size() > 8 || (words[i] == 0 && !texts[i].empty())) return Unsure;
    }
    return judge(words[0], words[1], words[2]);
}

unsigned TreeWatch::judge(std::uint64_t id, std::uint64_t parent, std::uint64_t level) {
    if (full()) return Unsure;
    unsigned found = Good;
    std::uint64_t above = 0;
    bool child = false;
    if (parent != 0) {
        const Slot& known = slot(parent);
        child = known.transaction == m_transaction;
        if (child) above = known.level;
        if (!child) found |= UnknownParent;
    }
    if (id != 0) {
        Slot& own = slot(id);
        if (own.transaction == m_transaction) {
            found |= Duplicate;
        } else {
            own = {id, level, m_transaction};
            if (++m_used * 2 > m_slots.size()) grow();
        }
    }
    if (!m_set->tree->level || m_set->levels.empty()) return found;
    const Unpacked own(level), parents(above);
    return level_is_good(own.text(), child ? parents.text() : "root") ? found : found | WrongLevel;
}

// --- the body --------------------------------------------------------------------------------------------------------

void StreamBody::start(FastSet* set, const TextRules& text, std::string_view header) {
    m_set = set && set->usable() ? set : nullptr;
    m_text = text;
    m_walk = {};
    m_count = 1;
    m_clean = m_set != nullptr;
    m_unsure = false;
    m_guided = true;
    m_watch.start();
    m_faults.clear();
    m_sink.emplace(m_faults, m_validation.faults, m_validation.severities);
    if (!m_set) return;
    m_tree.start(m_set->schema());
    const FastSet::Candidate* place = m_set->find(m_walk, m_set->number_of(header));
    if (place) {
        m_set->take(m_walk, *place);
        if (m_watch.active() && m_watch.watches(place->node)) m_guided = false;
    } else {
        m_clean = false;
    }
}

void StreamBody::run() {
    while (m_set) {
        const auto indexed = m_feed.indexed();
        if (!indexed || !walk(*indexed)) return;
    }
}

// False: the next segment is not for the walk.
bool StreamBody::walk(const Indexed& indexed) {
    const char* const octets = indexed.octets;
    const auto& classes = m_feed.classes();
    const SegmentWalk segment_walk(octets, classes, m_feed.release(), m_set->rules());
    const std::uint32_t* next = indexed.first;
    std::uint32_t at = indexed.at;
    const bool watched = m_watch.active();
    bool ordinary = true;
    while (ordinary) {
        while (Filler[index_of(octets[at])])
            ++at;
        while (next <= indexed.last && *next < at)
            ++next;
        if (next > indexed.last) break;
        ordinary = false;
        const std::uint32_t size = *next - at;
        if (size - 2 > 1) break;
        const FastSet::Step* const step = m_set->step(m_walk, tag_at(octets + at, size));
        if (!step) break;
        const FastSet::Candidate* const place = &step->place;
        const FastSegment& segment = *step->segment;
        const std::uint32_t* end = next;
        bool good = segment.usable && segment_walk.good(segment, end);
        if (segment.tree && good) good = segment_walk.is_plain(next, end);
        while (!good && classes[index_of(octets[*end])] != Class::SegmentEnd)
            ++end;
        if (*end - at > m_segment_bytes) break;
        if (!good) [[unlikely]] {
            const std::uint8_t behind = classes[index_of(octets[*next])];
            if (behind != Class::ElementEnd && behind != Class::SegmentEnd) break;
            inspect(scan(at, next, end), place->node);
        } else if (segment.tree && place->opens) {
            std::array<std::uint64_t, 3> words{};
            const unsigned found = segment_walk.tree_words(next, *m_set->schema().tree, words)
                                       ? m_tree.judge(words[0], words[1], words[2])
                                       : TreeWatch::Unsure;
            if (found != TreeWatch::Good) tree_fault(look(scan(at, next, end)), place->node, found);
        }
        if (watched && good && m_watch.watches(place->node))
            guide(scan(at, next, end), place->node);
        m_set->take(m_walk, *place);
        ++m_count;
        at = *end + 1;
        next = end + 1;
        ordinary = true;
    }
    m_feed.advance(at, next);
    return ordinary;
}

// The segment from `at` to the terminator at `end`, as the tree would read it; `next` is its first separator.
ScannedSegment StreamBody::scan(std::uint32_t at,
                                const std::uint32_t* next,
                                const std::uint32_t* end) {
    ScannedSegment scanned;
    m_feed.advance(at, next);
    m_feed.scan(*end + 1, scanned);
    return scanned;
}

const Segment& StreamBody::look(const ScannedSegment& scanned) {
    return m_held.look(scanned, static_cast<std::uint32_t>(m_count + 1), m_text);
}

void StreamBody::report(Fault fault, std::uint32_t node) {
    m_clean = false;
    fault.loop = m_set->schema().path(node);
    m_sink->add(std::move(fault));
}

void StreamBody::tree_fault(const Segment& segment, std::uint32_t node, unsigned found) {
    const std::string id = shown(segment.text(m_set->schema().tree->id));
    if (found & TreeWatch::Unsure) {
        m_clean = false;
        m_unsure = true;
    }
    if (found & TreeWatch::UnknownParent)
        report(make_fault("edi.tree.parent",
                          &segment,
                          "level " + id + " names a parent that does not stand before it"),
               node);
    if (found & TreeWatch::Duplicate)
        report(make_fault("edi.tree.duplicate", &segment, "level number " + id + " is used twice"),
               node);
    if (found & TreeWatch::WrongLevel)
        report(make_fault("edi.tree.level", &segment, "level " + id + " does not belong here"),
               node);
}

// One placed segment by the tree's own checker.
void StreamBody::inspect(const ScannedSegment& scanned, std::uint32_t node) {
    const Node& place = m_set->schema().nodes[node];
    const Segment& segment = look(scanned);
    if (!scanned.terminated) m_clean = false;
    if (scanned.overlong || !scanned.terminated) return;
    if (!m_set->rules().repetitions && place.segment->has_repeats)
        align_repeats(m_held.values(), *place.segment);
    for (const Value& value : segment.values) {
        if (scanned.national && !m_text.syntax.empty() &&
            foreign_octet(value.raw, m_text.syntax) != std::string_view::npos) {
            report(make_fault("edifact.character-set",
                              &segment,
                              "a value holds an octet that the syntax identifier does not have"),
                   node);
            break;
        }
    }
    const std::size_t before = m_faults.size(), left_out = m_sink->left_out();
    ElementChecker(m_set->rules(), *m_sink).check(segment, *place.segment, {});
    if (m_faults.size() != before || m_sink->left_out() != left_out) m_clean = false;
    for (std::size_t i = before; i < m_faults.size(); ++i)
        m_faults[i].loop = m_set->schema().path(node);
    const unsigned found = m_tree.judge(segment, place.loop);
    if (found != TreeWatch::Good) tree_fault(segment, node, found);
    if (m_watch.active() && m_watch.watches(node))
        m_guided = m_watch.holds(segment, node) && m_guided;
}

// One placed and faultless segment by the rules of guides.
void StreamBody::guide(const ScannedSegment& scanned, std::uint32_t node) {
    const SegmentSchema& schema = *m_set->schema().nodes[node].segment;
    const Segment& segment = look(scanned);
    if (!m_set->rules().repetitions && schema.has_repeats) align_repeats(m_held.values(), schema);
    m_guided = m_watch.holds(segment, node) && m_guided;
}

// A segment the walk cannot place beyond doubt. What is said here counts only where the tree validator is not asked.
const FastSet::Candidate* StreamBody::place(const Segment& segment) {
    const std::uint32_t number = m_set->number_of(segment.tag);
    const std::string tag = shown(segment.tag.substr(0, 6));
    const auto misplaced = [&](std::string_view code, const std::string& message) {
        report(make_fault(code, &segment, message), m_walk.node);
    };
    if (segment.tag.empty()) {
        misplaced("edi.segment.empty", "empty segment: nothing stands between two terminators");
        return nullptr;
    }
    if (number == FastSet::NoTag) {
        misplaced("edi.segment.not-in-set",
                  "segment " + tag + " does not belong to " + std::string(m_set->schema().id));
        return nullptr;
    }
    if (const FastSet::Candidate* found = m_set->find(m_walk, number)) return found;
    const FastSet::Candidate* nearest = m_set->nearest(m_walk, number);
    if (!nearest) {
        misplaced("edi.segment.unexpected", "segment " + tag + " has no place here");
    } else if (nearest->again) {
        misplaced(nearest->opens ? "edi.loop.repeated" : "edi.segment.repeated",
                  (nearest->opens ? "loop " : "segment ") + tag + " may stand " +
                      std::to_string(nearest->limit) + " times here");
    } else {
        misplaced("edi.segment.missing", "a mandatory segment is missing before " + tag);
    }
    return nearest;
}

void StreamBody::segment(const ScannedSegment& scanned) {
    if (scanned.overlong || scanned.binary_wrong) {
        m_clean = false;
        m_sink->add(make_fault(
            scanned.overlong ? "edi.segment.too-long" : "x12.binary.length",
            &look(scanned),
            scanned.overlong
                ? "segment is longer than " + std::to_string(m_segment_bytes) + " octets"
                : "the stated length of the binary data does not lead to a segment terminator"));
    }
    if (m_set) {
        if (const FastSet::Candidate* found = place(look(scanned))) {
            const FastSet::Candidate taken = *found;
            inspect(scanned, taken.node);
            m_set->take(m_walk, taken);
        }
    }
    ++m_count;
}

void StreamBody::trailer(const ScannedSegment& scanned) {
    const FastSet::Candidate* const found = m_set ? place(look(scanned)) : nullptr;
    if (found && m_watch.active() && m_watch.watches(found->node)) m_guided = false;
    m_guided = m_guided && m_watch.end();
    ++m_count;
}

}  // namespace sallyport::edi
