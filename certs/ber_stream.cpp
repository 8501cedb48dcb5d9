// SPDX-License-Identifier: Apache-2.0
#include "certs/ber_stream.h"

#include <algorithm>
#include <string>
#include <utility>

namespace sallyport::certs {
namespace {

constexpr std::size_t WindowSize = OctetPiece;

Error malformed(std::string_view what, std::uint64_t offset) {
    return Error("cms.malformed",
                 Blame::Partner,
                 "cryptographic structure is damaged: " + std::string(what))
        .at({.source = {}, .byte = offset});
}

}  // namespace

std::uint64_t BerStream::innermost_end() const {
    for (auto frame = m_open.rbegin(); frame != m_open.rend(); ++frame)
        if (!frame->indefinite) return frame->end;
    return m_octets.size();
}

// Up to `count` octets from here on, not beyond the innermost element.
Result<BytesView> BerStream::window(std::size_t count) {
    const std::uint64_t end = innermost_end();
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(count, end - m_at));
    if (m_at < m_window_at || m_at + want > m_window_at + m_window.size()) {
        auto taken = take_octets(m_octets, m_at, std::max(want, WindowSize));
        if (!taken) return std::move(taken).error();
        m_window = *std::move(taken);
        m_window_at = m_at;
    }
    return BytesView(m_window).substr(m_at - m_window_at, want);
}

Result<BerStream::Header> BerStream::header() {
    auto view = window(10);
    if (!view) return std::move(view).error();
    const BytesView octets = *view;
    const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(octets[i]); };
    if (octets.size() < 2) return malformed("an element ends inside its header", m_at);
    Header header{.tag = octet(0), .size = 2};
    if ((header.tag & 0x1FU) == 0x1FU) return malformed("long tag number", m_at);
    const std::uint8_t first = octet(1);
    if (first < 0x80U) {
        header.length = first;
    } else if (first == 0x80U) {
        if ((header.tag & 0x20U) == 0)
            return malformed("indefinite length of a primitive element", m_at);
        header.indefinite = true;
    } else {
        const std::size_t count = first & 0x7FU;
        if (count > 8 || octets.size() - 2 < count) return malformed("unusable length", m_at);
        for (std::size_t i = 0; i < count; ++i)
            header.length = header.length << 8U | octet(2 + i);
        header.size += count;
    }
    if (!header.indefinite && header.length > innermost_end() - m_at - header.size)
        return malformed("an element is longer than what is there", m_at);
    if (++m_count > m_limits.elements + m_at / 512)
        return Error("cms.limit", Blame::Partner, "cryptographic structure has too many elements");
    return header;
}

// Of the innermost open level; end-of-contents stays where it is.
Result<bool> BerStream::at_end() {
    if (m_open.empty()) return m_at >= m_octets.size();
    if (!m_open.back().indefinite) return m_at >= m_open.back().end;
    auto view = window(2);
    if (!view) return std::move(view).error();
    if (view->size() < 2) return malformed("an element has no end", m_at);
    return (*view)[0] == '\0' && (*view)[1] == '\0';
}

Status BerStream::push(const Header& header) {
    if (m_open.size() >= m_limits.depth)
        return Error("cms.limit", Blame::Partner, "cryptographic structure is nested too deeply");
    m_at += header.size;
    m_open.push_back({.end = m_at + header.length, .indefinite = header.indefinite});
    return {};
}

Result<std::uint8_t> BerStream::peek_tag() {
    auto ended = at_end();
    if (!ended) return std::move(ended).error();
    if (*ended) return std::uint8_t{0};
    auto view = window(1);
    if (!view) return std::move(view).error();
    return static_cast<std::uint8_t>((*view)[0]);
}

Status BerStream::enter(std::uint8_t tag) {
    auto there = peek_tag();
    if (!there) return std::move(there).error();
    if (*there != tag) return malformed("an element is missing or of another type", m_at);
    auto next = header();
    if (!next) return std::move(next).error();
    return push(*next);
}

Status BerStream::skip_element() {
    const std::size_t level = m_open.size();
    do {
        if (m_open.size() > level) {
            auto ended = at_end();
            if (!ended) return std::move(ended).error();
            if (*ended) {
                if (m_open.back().indefinite) m_at += 2;
                m_open.pop_back();
                continue;
            }
        }
        auto next = header();
        if (!next) return std::move(next).error();
        if (!next->indefinite) {
            m_at += next->size + next->length;
        } else if (Status pushed = push(*next); !pushed) {
            return pushed;
        }
    } while (m_open.size() > level);
    return {};
}

Status BerStream::leave() {
    while (true) {
        auto ended = at_end();
        if (!ended) return std::move(ended).error();
        if (*ended) break;
        if (Status skipped = skip_element(); !skipped) return skipped;
    }
    if (m_open.back().indefinite) m_at += 2;
    m_open.pop_back();
    return {};
}

Result<Bytes> BerStream::whole() {
    const std::uint64_t start = m_at;
    if (Status skipped = skip_element(); !skipped) return std::move(skipped).error();
    if (m_at - start > LargestWhole)
        return Error("cms.limit", Blame::Partner, "cryptographic structure has a field too large");
    auto taken = take_octets(m_octets, start, m_at - start);
    if (!taken) return taken;
    // What is definite was skipped in one step: its inside is looked at here.
    auto checked = check_ber(*taken, m_limits.depth, m_limits.elements);
    if (!checked) return std::move(checked).error();
    return taken;
}

Result<Bytes> BerStream::whole(std::uint8_t tag) {
    auto there = peek_tag();
    if (!there) return std::move(there).error();
    if (*there != tag) return malformed("an element is missing or of another type", m_at);
    return whole();
}

Status BerStream::pump(std::uint64_t length, const OctetSink& sink) {
    if (length > WindowSize / 2) {
        const OctetRange range(m_octets, m_at, length);
        m_at += length;
        return pour(range, sink);
    }
    // Some peers cut content into parts of a thousand octets: one read serves many of them.
    auto view = window(length);
    if (!view) return std::move(view).error();
    m_at += length;
    return sink(*view);
}

Status BerStream::octet_string(const OctetSink& sink) {
    const std::size_t level = m_open.size();
    bool outermost = true;
    do {
        if (!outermost) {
            auto ended = at_end();
            if (!ended) return std::move(ended).error();
            if (*ended) {
                if (m_open.back().indefinite) m_at += 2;
                m_open.pop_back();
                continue;
            }
        }
        auto next = header();
        if (!next) return std::move(next).error();
        if (!outermost && next->tag != ber::OctetString && next->tag != ber::OctetStringParts)
            return malformed("a part of an octet string is not one", m_at);
        outermost = false;
        if ((next->tag & 0x20U) != 0) {
            if (Status pushed = push(*next); !pushed) return pushed;
            continue;
        }
        m_at += next->size;
        if (Status pumped = pump(next->length, sink); !pumped) return pumped;
    } while (m_open.size() > level);
    return {};
}

}  // namespace sallyport::certs
