// SPDX-License-Identifier: Apache-2.0
#include "parsers/placement.h"

namespace sallyport::edi {
namespace {

std::string times(std::uint32_t count) {
    return count == 1 ? "once" : std::to_string(count) + " times";
}

}  // namespace

Placement::Placement(const SetSchema& set, FaultSink& sink, Ahead ahead)
    : m_set(set), m_sink(sink), m_ahead(std::move(ahead)) {
    push(0);
}

void Placement::push(std::uint32_t loop) {
    m_open.push_back({loop, loop, 0});
}

void Placement::update_path() {
    m_path = m_open.size() == 1 ? std::string() : m_set.path(m_open.back().loop);
}

// The first child of `loop` with that tag at or behind `from`.
std::uint32_t Placement::child(std::uint32_t loop, std::uint32_t from, std::string_view tag) const {
    const std::uint32_t end = m_set.nodes[loop].end;
    for (std::uint32_t at = from == loop ? loop + 1 : from; at < end; at = m_set.nodes[at].end) {
        if (m_set.nodes[at].tag == tag) return at;
    }
    return None;
}

// Innermost loop first, forward only. With capacity: a child used up does not match, a later one of the same tag may.
Placement::Match Placement::find(std::string_view tag, bool with_capacity) const {
    for (std::size_t level = m_open.size(); level-- > 0;) {
        const Open& open = m_open[level];
        std::uint32_t node = child(open.loop, open.cursor, tag);
        while (node != None && with_capacity && node == open.cursor &&
               open.count >= m_set.nodes[node].max) {
            node = m_set.nodes[node].end < m_set.nodes[open.loop].end
                       ? child(open.loop, m_set.nodes[node].end, tag)
                       : None;
        }
        if (node != None) return {level, node, None};
    }
    return {};
}

// A loop that could start here and holds `tag`, while its own starter does not stand before it.
Placement::Match Placement::find_implied(std::string_view tag, bool mandatory_only) const {
    for (std::size_t level = m_open.size(); level-- > 0;) {
        const Open& open = m_open[level];
        const std::uint32_t end = m_set.nodes[open.loop].end;
        for (std::uint32_t at = open.cursor == open.loop ? open.loop + 1 : open.cursor; at < end;
             at = m_set.nodes[at].end) {
            const Node& loop = m_set.nodes[at];
            const bool seen = at == open.cursor && open.count > 0;
            if (!loop.loop || (mandatory_only && (loop.usage != Usage::Mandatory || seen)))
                continue;
            const std::uint32_t node = child(at, at, tag);
            if (node == None) continue;
            const Match match{level, node, at};
            if (mandatory_only ? !m_ahead.occurs_later(loop.tag) : goes_on(match)) return match;
        }
    }
    return {};
}

// Could the segment behind this one be placed if the loop were taken as opened? If not, the segment at hand is a stray, and
// moving on for its sake would only misplace what follows.
bool Placement::goes_on(const Match& match) const {
    const std::string_view next = m_ahead.next_tag();
    if (next.empty() || child(match.implied, match.node, next) != None) return true;
    if (child(m_open[match.level].loop, match.implied, next) != None) return true;
    for (std::size_t level = match.level; level-- > 0;) {
        if (child(m_open[level].loop, m_open[level].cursor, next) != None) return true;
    }
    return false;
}

Placed Placement::place(const Segment& segment) {
    Placed placed;
    Match match = find(segment.tag, true);
    if (match.node == None) match = find(segment.tag, false);
    if (match.node == None) match = find_implied(segment.tag, true);
    if (match.node == None && !stands_earlier(segment.tag))
        match = find_implied(segment.tag, false);
    if (match.node == None) {
        misplaced(segment);
        return placed;
    }
    enter(match, segment, placed);
    return placed;
}

void Placement::enter(const Match& match, const Segment& segment, Placed& placed) {
    const bool moved = match.level + 1 != m_open.size();
    close_to(match.level, segment);
    if (match.implied != None) {
        skip(m_open.back(), match.implied, segment);
        missing(match.implied, segment);
        Open& open = m_open.back();
        open.count = open.cursor == match.implied ? open.count + 1 : 1;
        open.cursor = match.implied;
        placed.implied = match.implied;
        push(match.implied);
    }
    advance(m_open.back(), match.node, segment);
    placed.node = match.node;
    if (m_set.nodes[match.node].loop) {
        placed.opened_loop = true;
        push(match.node);
        update_path();
    } else if (moved || match.implied != None) {
        update_path();
    }
}

// Leaves the loops inside `level`; what they still require is missing.
void Placement::close_to(std::size_t level, const Segment& segment) {
    while (m_open.size() > level + 1) {
        skip(m_open.back(), m_set.nodes[m_open.back().loop].end, segment);
        const std::uint32_t closed = m_open.back().loop;
        std::erase_if(m_missed,
                      [&](std::uint32_t node) { return m_set.nodes[node].parent == closed; });
        m_open.pop_back();
    }
}

// Mandatory children between the cursor and `to` that did not come.
void Placement::skip(const Open& open, std::uint32_t to, const Segment& segment) {
    if (to == open.cursor) return;
    std::uint32_t at = open.cursor == open.loop ? open.loop + 1 : m_set.nodes[open.cursor].end;
    for (; at < to; at = m_set.nodes[at].end) {
        if (m_set.nodes[at].usage == Usage::Mandatory) missing(at, segment);
    }
}

void Placement::missing(std::uint32_t node, const Segment& segment) {
    const Node& expected = m_set.nodes[node];
    const std::string where = m_set.path(expected.parent);
    std::string message = "mandatory segment " + std::string(expected.tag) + " is missing";
    if (expected.loop && expected.usage != Usage::Mandatory)
        message = "segment " + std::string(expected.tag) +
                  " is missing: it has to start the loop " + std::string(expected.id);
    message += where.empty() ? "" : " in loop " + where;
    message += " before " + std::string(segment.tag.substr(0, 6)) + " at position " +
               std::to_string(segment.place.segment);
    Fault fault = make_fault("edi.segment.missing", &segment, std::move(message));
    fault.segment = expected.tag;
    fault.loop = expected.loop ? m_set.path(node) : where;
    m_sink.add(std::move(fault));
    m_missed.push_back(node);
}

void Placement::advance(Open& open, std::uint32_t node, const Segment& segment) {
    skip(open, node, segment);
    const Node& target = m_set.nodes[node];
    open.count = open.cursor == node ? open.count + 1 : 1;
    open.cursor = node;
    if (target.max == Unlimited || open.count <= target.max) return;
    Fault fault = make_fault(
        target.loop ? "edi.loop.repeated" : "edi.segment.repeated",
        &segment,
        (target.loop ? "loop " + std::string(target.id) : "segment " + std::string(target.tag)) +
            " may stand " + times(target.max) + " here, this is number " +
            std::to_string(open.count));
    fault.loop = target.loop ? m_set.path(node) : m_set.path(open.loop);
    m_sink.add(std::move(fault));
}

// Did the walk already pass a place for `tag`, in an open loop or around it?
bool Placement::stands_earlier(std::string_view tag) const {
    for (const Open& open : m_open) {
        const std::uint32_t end =
            open.cursor == open.loop ? open.loop + 1 : m_set.nodes[open.cursor].end;
        for (std::uint32_t at = open.loop + 1; at < end; at = m_set.nodes[at].end) {
            if (m_set.nodes[at].tag == tag) return true;
        }
    }
    return false;
}

// Was a segment of that tag reported missing in a loop that is still open?
bool Placement::missed(std::string_view tag) {
    for (auto at = m_missed.begin(); at != m_missed.end(); ++at) {
        if (m_set.nodes[*at].tag != tag) continue;
        for (const Open& open : m_open) {
            if (m_set.nodes[*at].parent != open.loop) continue;
            m_missed.erase(at);
            return true;
        }
    }
    return false;
}

void Placement::misplaced(const Segment& segment) {
    const std::string tag(segment.tag.substr(0, 6));
    std::string_view code = "edi.segment.unexpected";
    std::string message;
    if (segment.tag.empty()) {
        code = "edi.segment.empty";
        message = "empty segment: nothing stands between two terminators";
    } else if (missed(segment.tag)) {
        return;  // its absence at its place is on record; that it comes too late is the same fault
    } else if (stands_earlier(segment.tag)) {
        code = "edi.segment.sequence";
        message = "segment " + tag + " comes too late: its place was before " +
                  std::string(m_set.nodes[m_open.back().cursor].tag);
    } else if (!m_set.find(segment.tag).empty()) {
        message = "segment " + tag + " has no place here";
    } else if (m_ahead.is_known(segment.tag)) {
        code = "edi.segment.not-in-set";
        message = "segment " + tag + " does not belong to " + std::string(m_set.id);
    } else {
        code = "edi.segment.unknown";
        message = "there is no segment " + tag + " in release " + std::string(m_set.release);
    }
    Fault fault = make_fault(code, &segment, std::move(message));
    fault.loop = m_path;
    m_sink.add(std::move(fault));
}

}  // namespace sallyport::edi
