// SPDX-License-Identifier: Apache-2.0
#include "parsers/stream_feed.h"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace sallyport::edi {
namespace {

constexpr std::size_t Slack = 64;  // readable behind the last octet
constexpr std::size_t SmallestChunk = 64;
constexpr std::size_t LongestTag = 64;  // kept of an overlong segment

std::size_t unsigned_of(char c) {
    return static_cast<unsigned char>(c);
}

}  // namespace

StreamFeed::StreamFeed(const OctetSource& source, const StreamOptions& options)
    : m_source(source),
      m_options(options),
      m_capacity(std::max(options.chunk_bytes, SmallestChunk)),
      m_scanner({}, options.limits.segment_bytes),
      m_index_function(options.scalar ? index_scalar : fastest_index()) {
    m_octets = std::make_unique<char[]>(m_capacity + Slack);
}

void StreamFeed::fail(Error error) {
    if (!m_failed) m_failed = std::move(error);
    m_ended = true;
}

// --- octets ----------------------------------------------------------------------------------------------------------

std::uint32_t StreamFeed::line() {
    m_line += static_cast<std::uint32_t>(count_octet(window(m_line_at, m_at), '\n'));
    m_line_at = m_at;
    return m_line;
}

// Octets before m_at leave the window; when more than half of it is still needed, it grows, so that every read is at least
// half a window and the work stays linear.
void StreamFeed::make_room() {
    (void)line();
    if (m_keeping) {
        const std::uint64_t until = m_base + m_at;
        if (until > m_kept_until) {
            const std::uint64_t from = m_kept_until - m_base;
            m_kept.append(m_octets.get() + from, m_at - from);
            m_kept_until = until;
        }
        if (m_kept.size() > m_options.transaction_bytes) forget();
    }
    const std::size_t left = m_end - m_at;
    if (left > m_capacity / 2) {
        auto larger = std::make_unique<char[]>(m_capacity * 2 + Slack);
        std::memcpy(larger.get(), m_octets.get() + m_at, left);
        m_octets = std::move(larger);
        m_capacity *= 2;
    } else {
        std::memmove(m_octets.get(), m_octets.get() + m_at, left);
    }
    m_base += m_at;
    m_at = 0;
    m_line_at = 0;
    m_end = left;
}

void StreamFeed::read_chunk() {
    while (m_end < m_capacity && !m_ended) {
        auto got = m_source(m_octets.get() + m_end, m_capacity - m_end);
        if (!got) return fail(std::move(got).error());
        if (*got == 0) m_ended = true;
        m_end += *got;
        if (m_end > m_options.limits.bytes || m_base > m_options.limits.bytes - m_end) {
            return fail(Error("edi.limit.bytes",
                              Blame::Partner,
                              "the document has more than " +
                                  std::to_string(m_options.limits.bytes) + " octets")
                            .remedy("raise the limit for this partner, or ask for smaller files"));
        }
    }
    std::memset(m_octets.get() + m_end, 0, Slack);
}

bool StreamFeed::more() {
    if (m_ended) return false;
    make_room();
    m_is_indexed = false;
    const std::size_t before = m_end;
    read_chunk();
    return m_end > before;
}

std::string_view StreamFeed::ahead(std::size_t need) {
    (void)skip_between();
    while (m_end - m_at < need && more()) {
    }
    return view();
}

void StreamFeed::skip(std::size_t count) {
    m_at += count;
    m_is_indexed = false;
}

// --- segments --------------------------------------------------------------------------------------------------------

void StreamFeed::use(const Separators& separators) {
    m_separators = separators;
    m_scanner.use(separators);
    m_can_index = can_index(separators);
    m_is_indexed = false;
    m_needles = IndexedOctets::of(separators);
    m_classes.fill(Other);
    if (separators.repetition != '\0')
        m_classes[unsigned_of(separators.repetition)] = RepetitionEnd;
    if (separators.component != '\0') m_classes[unsigned_of(separators.component)] = ComponentEnd;
    m_classes[unsigned_of(separators.element)] = ElementEnd;
    m_classes[unsigned_of(separators.terminator[0])] = SegmentEnd;
}

// Filler, and after an empty segment terminators, that went on beyond the window. False: the stream ends in them.
bool StreamFeed::skip_between() {
    while (m_between) {
        if (m_end - m_at < m_separators.terminator.size()) more();
        m_scanner.over(view(), line());
        m_scanner.skip_between(m_after_empty);
        m_at += m_scanner.at();
        m_line = m_scanner.line();
        m_line_at = m_at;
        m_between = !m_ended && m_end - m_at < m_separators.terminator.size();
    }
    return m_at < m_end || !m_ended;
}

// BIN and BDS: the payload has to be in the window before its segment can be scanned. True: more was read, look again.
bool StreamFeed::wants_payload(std::string_view view) {
    constexpr std::size_t Prefix = 48;  // tag, code and length
    const bool binary = m_separators.release == '\0' && view.size() > 3 && view[0] == 'B' &&
                        view[3] == m_separators.element &&
                        (view.substr(0, 3) == "BIN" || view.substr(0, 3) == "BDS");
    if (!binary || m_ended) return view.size() < 4 && more();
    if (view.size() < Prefix) return more();
    std::size_t at = 4;
    if (view[1] == 'D') {
        at = view.find(m_separators.element, at);
        if (at == std::string_view::npos || at > 16) return false;
        ++at;
    }
    std::uint64_t length = 0;
    const auto [stop, error] = std::from_chars(view.data() + at, view.data() + view.size(), length);
    if (error != std::errc() || stop == view.data() + view.size()) return false;
    if (*stop != m_separators.element) return false;
    const auto payload = static_cast<std::size_t>(stop - view.data()) + 1;
    if (length > m_options.limits.segment_bytes) {
        fail(Error("edi.limit.binary",
                   Blame::Partner,
                   "a segment announces " + std::to_string(length) +
                       " octets of binary data, the limit is " +
                       std::to_string(m_options.limits.segment_bytes))
                 .at({.source = {}, .byte = byte(), .line = line()})
                 .remedy("raise the segment limit, or validate the file as a whole"));
        return false;
    }
    return view.size() < payload + length + m_separators.terminator.size() && more();
}

bool StreamFeed::next(ScannedSegment& segment) {
    if (!skip_between()) return false;
    for (;;) {
        if (m_at == m_end && !more()) return false;
        if (wants_payload(view())) continue;
        if (m_failed) return false;
        m_scanner.over(view(), line());
        m_scanner.next(segment);
        if (!m_ended && !segment.terminated) {
            if (view().size() > m_options.limits.segment_bytes) return scan_overlong(segment);
            more();
            continue;
        }
        m_segment_byte = byte();
        segment.byte = m_segment_byte;
        m_at += m_scanner.at();
        m_line = m_scanner.line();
        m_line_at = m_at;
        m_between = !m_ended && m_end - m_at < m_separators.terminator.size();
        m_after_empty = segment.raw.empty();
        return true;
    }
}

// The segment does not end within the limit: what is needed of it is kept, the rest is read past.
bool StreamFeed::scan_overlong(ScannedSegment& segment) {
    static const std::vector<Value> NoValues;
    m_tag = segment.tag.substr(0, LongestTag);
    const bool short_tag = segment.tag.size() <= 3;
    const auto uncounted =
        short_tag ? static_cast<std::uint32_t>(std::count(m_tag.begin(), m_tag.end(), '\n')) : 0u;
    const bool wrong = segment.binary_wrong;
    m_segment_byte = byte();
    const std::uint32_t start = line();
    segment = ScannedSegment{};
    segment.terminated = discard_segment();
    m_line = line() - uncounted;
    segment.tag = segment.raw = m_tag;
    segment.values = &NoValues;
    segment.byte = m_segment_byte;
    segment.line = start;
    segment.overlong = true;
    segment.binary_wrong = wrong;
    m_between = segment.terminated;
    m_after_empty = false;
    return true;
}

// To behind the next terminator that is not released; false: the stream ended before it.
bool StreamFeed::discard_segment() {
    const std::string& terminator = m_separators.terminator;
    bool released = false;
    for (;;) {
        if (m_end - m_at < terminator.size() && !more()) {
            m_at = m_end;
            return false;
        }
        const std::size_t last = m_end - terminator.size();
        for (; m_at <= last; ++m_at) {
            const char c = m_octets[m_at];
            if (c == terminator[0] && !released &&
                window(m_at, m_at + terminator.size()) == terminator) {
                m_at += terminator.size();
                m_is_indexed = false;
                return true;
            }
            released = m_separators.release != '\0' && c == m_separators.release && !released;
        }
        if (m_ended && m_at > last) {
            m_at = m_end;
            return false;
        }
    }
}

// --- the transaction's octets ----------------------------------------------------------------------------------------

void StreamFeed::keep() {
    m_kept.clear();
    m_kept_until = m_segment_byte;
    m_keeping = m_segment_byte >= m_base;
}

void StreamFeed::forget() {
    m_keeping = false;
    m_kept = std::string();
}

std::string StreamFeed::kept(std::uint64_t until_byte) {
    std::string octets = m_kept;
    if (until_byte > m_kept_until) {
        octets.append(m_octets.get() + (m_kept_until - m_base), until_byte - m_kept_until);
    } else {
        octets.resize(octets.size() - (m_kept_until - until_byte));
    }
    return octets;
}

// --- the index -------------------------------------------------------------------------------------------------------

std::optional<StreamFeed::Indexed> StreamFeed::indexed() {
    if (!m_can_index || !skip_between()) return std::nullopt;
    for (;;) {
        if (!m_is_indexed) {
            const std::string_view octets = view();
            if (m_index.size() < octets.size() + Slack) m_index.resize(m_capacity + Slack);
            const std::size_t count = m_index_function(octets, m_needles, m_index.data());
            for (std::size_t i = 0; m_at != 0 && i < count; ++i)
                m_index[i] += static_cast<std::uint32_t>(m_at);
            m_index_at = 0;
            m_index_last = count;
            while (m_index_last > 0 &&
                   m_classes[unsigned_of(m_octets[m_index[m_index_last - 1]])] != SegmentEnd)
                --m_index_last;
            m_is_indexed = true;
        }
        while (m_index_at < m_index_last && m_index[m_index_at] < m_at)
            ++m_index_at;
        if (m_index_at < m_index_last) break;
        // One segment longer than the window is next()'s to judge.
        if (m_end - m_at > m_options.limits.segment_bytes || !more()) return std::nullopt;
    }
    return Indexed{m_octets.get(),
                   m_index.data() + m_index_at,
                   m_index.data() + m_index_last - 1,
                   static_cast<std::uint32_t>(m_at),
                   static_cast<std::uint32_t>(m_end)};
}

void StreamFeed::advance(std::uint32_t at, const std::uint32_t* first) {
    m_at = at;
    m_index_at = static_cast<std::size_t>(first - m_index.data());
    m_between = true;
    m_after_empty = false;
}

void StreamFeed::scan(std::uint32_t to, ScannedSegment& segment) {
    m_scanner.over(window(m_at, to), line());
    m_scanner.next(segment);
    m_segment_byte = byte();
    segment.byte = m_segment_byte;
}

}  // namespace sallyport::edi
