// SPDX-License-Identifier: Apache-2.0
// A window over a stream: octets read in chunks, segments found in them whole, their separators indexed, and the octets of the
// transaction at hand kept in case they are needed again. Memory is bounded by the options. Private to parsers/.
#pragma once

#include "parsers/fast_index.h"
#include "parsers/scanner.h"
#include "parsers/stream.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

class StreamFeed {
public:
    StreamFeed(const OctetSource& source, const StreamOptions& options);

    // --- octets
    // From here on, at least `need` of them, fewer only at the end of the stream. Views are good until more is read.
    std::string_view ahead(std::size_t need);
    void skip(std::size_t count);
    std::uint64_t byte() const { return m_base + m_at; }
    std::uint32_t line();
    const std::optional<Error>& failed() const { return m_failed; }

    // --- segments
    void use(const Separators& separators);
    // The next segment, whole; of an overlong one tag, place and flags only. False: nothing but filler is left.
    bool next(ScannedSegment& segment);
    // Offset in the window of the segment next() found.
    std::uint64_t segment_byte() const { return m_segment_byte; }

    // --- the transaction's octets
    void keep();  // from the segment next() found
    void forget();
    bool keeps() const { return m_keeping; }  // false as well when there were too many
    std::string kept(
        std::uint64_t until_byte);  // from the segment of keep() on; that far they have been read

    // --- for the fast walk: everything indexed from the segment at at() on, to the last terminator in the window
    struct Indexed {
        const char* octets = nullptr;          // of the window
        const std::uint32_t* first = nullptr;  // the first position not before `at`
        const std::uint32_t* last = nullptr;   // of the last terminator
        std::uint32_t at = 0;
        std::uint32_t end = 0;  // of the window
    };
    // Empty: this stream is not indexed, or there is no whole segment in the window and no more to read.
    std::optional<Indexed> indexed();
    // The fast walk went on to `at`, the index to `first`; what lies between are whole segments and filler.
    void advance(std::uint32_t at, const std::uint32_t* first);
    enum Class : std::uint8_t { Other, ElementEnd, ComponentEnd, RepetitionEnd, SegmentEnd };
    const std::array<std::uint8_t, 256>& classes() const { return m_classes; }
    char release() const { return m_separators.release; }  // '\0': none in force
    // Scans the segment at at(), which ends with the octet before `to`, without stepping over it; good until more is read.
    void scan(std::uint32_t to, ScannedSegment& segment);

private:
    bool more();  // false: the stream has ended
    void make_room();
    void read_chunk();
    bool skip_between();
    bool wants_payload(std::string_view view);
    bool scan_overlong(ScannedSegment& segment);
    bool discard_segment();
    void fail(Error error);
    std::string_view view() const { return {m_octets.get() + m_at, m_end - m_at}; }
    std::string_view window(std::size_t from, std::size_t to) const {
        return {m_octets.get() + from, to - from};
    }

    const OctetSource& m_source;
    const StreamOptions& m_options;
    std::unique_ptr<char[]> m_octets;
    std::size_t m_capacity = 0, m_at = 0, m_end = 0;
    std::uint64_t m_base = 0;  // in the stream, of the window's first octet
    bool m_ended = false;
    std::optional<Error> m_failed;
    std::uint32_t m_line = 1;   // at m_line_at
    std::size_t m_line_at = 0;  // in the window

    SegmentScanner m_scanner;
    Separators m_separators;
    std::string m_tag;  // of an overlong segment
    std::uint64_t m_segment_byte = 0;
    bool m_between = false;      // filler may follow what was read so far
    bool m_after_empty = false;  // … and terminators
    std::array<std::uint8_t, 256> m_classes{};

    bool m_can_index = false, m_is_indexed = false;
    IndexedOctets m_needles;
    IndexFunction m_index_function;
    std::vector<std::uint32_t> m_index;
    std::size_t m_index_at = 0, m_index_last = 0;

    bool m_keeping = false;
    std::string m_kept;
    std::uint64_t m_kept_until = 0;  // in the stream
};

}  // namespace sallyport::edi
