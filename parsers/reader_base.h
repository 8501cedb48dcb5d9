// SPDX-License-Identifier: Apache-2.0
// What the X12 and the EDIFACT reader do alike: interchanges one after the other in a stream, what stands between them,
// segments stored in the document, and what has no place. Private to parsers/.
#pragma once

#include "gateway/base/error.h"
#include "parsers/document.h"
#include "parsers/prepare.h"
#include "parsers/scanner.h"
#include "parsers/x12.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

class ReaderBase {
public:
    ReaderBase(const ReaderBase&) = delete;
    ReaderBase& operator=(const ReaderBase&) = delete;

protected:
    ReaderBase(Prepared prepared, const Limits& limits, const Leniencies& leniencies);
    ~ReaderBase() = default;

    // A new interchange whose header stands at `header`; what stands from `from` to there belongs to none.
    void begin_interchange(Standard standard,
                           std::size_t from,
                           std::size_t header,
                           const Separators& separators,
                           std::vector<Fault> found);
    // `next` is where the next interchange starts; none: the rest is left out, and said so. The offset to go on at.
    std::size_t leave_interchange(std::optional<std::size_t> next);
    Status count_segment(const ScannedSegment& scanned);  // error edi.limit.segments
    Segment stored(const ScannedSegment& scanned);
    void keep_stray(Segment segment, std::string_view container);  // "transaction", "message"
    void end_interchange(Segment trailer);
    void too_long(const Segment& segment);
    void wrong_binary(const Segment& segment);

    Document m_document;
    std::string_view m_octets;
    const Limits& m_limits;
    const Leniencies& m_leniencies;
    SegmentScanner m_scanner;
    std::size_t m_segments = 0;    // in the stream
    std::uint32_t m_position = 0;  // in the interchange
    Interchange* m_interchange = nullptr;
    Group* m_group = nullptr;
    Transaction* m_transaction = nullptr;
    bool m_in_stray = false;  // one fault per run of strays

private:
    void check_characters(const Segment& segment);

    std::vector<Fault> m_repairs;  // of the stream as a whole; the first interchange gets them
};

}  // namespace sallyport::edi
