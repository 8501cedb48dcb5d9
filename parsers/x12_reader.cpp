// SPDX-License-Identifier: Apache-2.0
// Segments to the envelope tree: ISA … IEA, GS … GE, ST … SE (X12.5). What stands inside a transaction is not judged here.
#include "parsers/faults.h"
#include "parsers/printable.h"
#include "parsers/scanner.h"
#include "parsers/x12.h"
#include "parsers/x12_header.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

constexpr std::string_view Utf8Mark = "\xEF\xBB\xBF";

class X12Reader {
public:
    X12Reader(std::string octets, const Limits& limits, const Leniencies& leniencies)
        : m_document(std::move(octets)),
          m_octets(m_document.octets()),
          m_limits(limits),
          m_leniencies(leniencies),
          m_scanner(m_octets, limits.segment_bytes) {}

    Result<Document> read();

private:
    Status check_start() const;
    Result<std::size_t> first_header();
    Status read_interchange(std::size_t from, std::size_t header);
    Status read_segments();
    bool take(const ScannedSegment& scanned);  // false: the interchange has ended
    bool take_outside(Segment segment);
    void keep_stray(Segment segment);
    Segment stored(const ScannedSegment& scanned);
    void open_group(Segment header);
    void open_transaction(Segment header);
    void close_transaction() { m_transaction = nullptr; }
    void fill_header();
    std::size_t after_interchange();

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
};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.back() == ' ')
        text.remove_suffix(1);
    while (!text.empty() && text.front() == ' ')
        text.remove_prefix(1);
    return text;
}

Status X12Reader::check_start() const {
    if (m_octets.empty())
        return Error("edi.empty", Blame::Partner, "the document is empty")
            .remedy("ask the sender to resend the file");
    if (m_octets.size() > m_limits.bytes) {
        return Error("edi.limit.bytes",
                     Blame::Partner,
                     "the document has " + std::to_string(m_octets.size()) +
                         " octets, the limit is " + std::to_string(m_limits.bytes))
            .remedy("raise the limit for this partner, or ask for smaller files");
    }
    const std::string_view start = m_octets.substr(0, 4);
    const bool utf16 = start.substr(0, 2) == "\xFF\xFE" || start.substr(0, 2) == "\xFE\xFF" ||
                       start == std::string_view("I\0S\0", 4) ||
                       start == std::string_view("\0I\0S", 4);
    const bool ebcdic = start.substr(0, 3) == "\xC9\xE2\xC1";
    if (utf16 || ebcdic) {
        return Error("edi.encoding",
                     Blame::Partner,
                     std::string("the document is encoded in ") + (utf16 ? "UTF-16" : "EBCDIC"))
            .remedy("ask the sender to send ASCII or ISO 8859-1");
    }
    return {};
}

Result<std::size_t> X12Reader::first_header() {
    std::size_t from = m_octets.substr(0, Utf8Mark.size()) == Utf8Mark ? Utf8Mark.size() : 0;
    const std::size_t start =
        std::min(m_octets.find_first_not_of(" \t\r\n", from), m_octets.size());
    auto here = read_x12_header(m_octets, start);
    if (here) return start;
    if (const auto found = find_x12_header(
            m_octets, start, m_leniencies.junk_before_header ? m_limits.junk_bytes : 0))
        return *found;
    return std::move(here).error();
}

Result<Document> X12Reader::read() {
    if (Status start = check_start(); !start) return std::move(start).error();
    auto header = first_header();
    if (!header) return std::move(header).error().during("reading X12");
    std::size_t from = 0, at = *header;
    while (at < m_octets.size()) {
        if (Status done = read_interchange(from, at); !done)
            return std::move(done).error().during("reading X12");
        from = m_scanner.at();
        at = after_interchange();
    }
    return std::move(m_document);
}

// Where the next interchange starts; the end of the octets when there is none.
std::size_t X12Reader::after_interchange() {
    const std::size_t from = m_scanner.at();
    if (from >= m_octets.size()) return from;
    const auto next = find_x12_header(m_octets, from, m_limits.junk_bytes);
    if (next) return *next;
    m_interchange->postamble = m_octets.substr(from);
    Fault fault = make_fault("edi.repair.junk",
                             nullptr,
                             std::to_string(m_octets.size() - from) +
                                 " octets behind the last interchange were left out");
    fault.byte = from;
    fault.line = m_scanner.line();
    m_interchange->faults.push_back(std::move(fault));
    return m_octets.size();
}

Status X12Reader::read_interchange(std::size_t from, std::size_t at) {
    auto header = read_x12_header(m_octets, at);
    if (!header) return std::move(header).error();
    m_document.interchanges.emplace_back();
    m_interchange = &m_document.interchanges.back();
    m_group = nullptr;
    m_transaction = nullptr;
    m_position = 0;
    m_in_stray = false;
    m_interchange->preamble = m_octets.substr(from, at - from);
    m_interchange->separators = header->separators;
    m_interchange->faults = std::move(header->found);
    const auto lines = static_cast<std::uint32_t>(
        std::count(m_interchange->preamble.begin(), m_interchange->preamble.end(), '\n'));
    m_scanner.use(header->separators);
    m_scanner.start(at, m_scanner.line() + lines);
    std::string_view junk = m_interchange->preamble;
    if (from == 0 && junk.substr(0, Utf8Mark.size()) == Utf8Mark) {
        junk.remove_prefix(Utf8Mark.size());
        m_interchange->faults.push_back(
            make_fault("edi.repair.byte-order-mark",
                       nullptr,
                       "the document starts with a UTF-8 byte order mark"));
        if (!m_leniencies.byte_order_mark) m_interchange->faults.back().severity = Severity::Error;
    }
    if (junk.find_first_not_of(" \t\r\n") != std::string_view::npos) {
        m_interchange->faults.push_back(make_fault(
            "edi.repair.junk",
            nullptr,
            std::to_string(junk.size()) + " octets before the interchange header were left out"));
        m_interchange->faults.back().byte = from;
    }
    return read_segments();
}

Status X12Reader::read_segments() {
    ScannedSegment scanned;
    for (;;) {
        const std::size_t before = m_scanner.at();
        const std::uint32_t line = m_scanner.line();
        if (!m_scanner.next(scanned)) return {};
        if (scanned.tag == "ISA" && m_position > 0 && read_x12_header(m_octets, before)) {
            m_scanner.start(before, line);  // the one before it was cut off; this one starts afresh
            return {};
        }
        if (++m_segments > m_limits.segments) {
            return Error("edi.limit.segments",
                         Blame::Partner,
                         "more than " + std::to_string(m_limits.segments) + " segments")
                .at({.source = {}, .byte = scanned.byte, .line = scanned.line})
                .remedy("raise the limit for this partner, or ask for smaller files");
        }
        ++m_position;
        if (!take(scanned)) return {};
    }
}

Segment X12Reader::stored(const ScannedSegment& scanned) {
    Segment segment;
    segment.tag = scanned.tag;
    segment.raw = scanned.raw;
    segment.filler = scanned.filler;
    segment.terminated = scanned.terminated;
    segment.place = {scanned.byte,
                     scanned.line,
                     m_transaction ? static_cast<std::uint32_t>(m_transaction->segments.size() + 1)
                                   : m_position};
    const std::span<Value> values = m_document.allocate(scanned.values->size());
    std::copy(scanned.values->begin(), scanned.values->end(), values.begin());
    if (scanned.national) {
        for (Value& value : values)
            value.text = m_document.keep(printable(value.text));
    }
    segment.values = values;
    return segment;
}

bool X12Reader::take(const ScannedSegment& scanned) {
    const std::string_view tag = scanned.tag;
    if (tag == "ST" || tag == "SE" || tag == "GS" || tag == "GE" || tag == "IEA" ||
        m_position == 1) {
        if (tag != "SE") close_transaction();
        Segment segment = stored(scanned);
        if (tag == "SE" && !m_transaction) {
            keep_stray(std::move(segment));
            return true;
        }
        return take_outside(std::move(segment));
    }
    if (m_transaction) {
        Segment segment = stored(scanned);
        if (scanned.overlong || scanned.binary_wrong) {
            Fault fault = make_fault(
                scanned.overlong ? "edi.segment.too-long" : "x12.binary.length",
                &segment,
                scanned.overlong
                    ? "segment is longer than " + std::to_string(m_limits.segment_bytes) + " octets"
                    : "the stated length of the binary data does not lead to a segment terminator");
            m_transaction->faults.push_back(std::move(fault));
        }
        m_transaction->segments.push_back(std::move(segment));
        return true;
    }
    Segment segment = stored(scanned);
    const bool service = tag == "TA1" || tag == "ISB" || tag == "ISE" || tag == "ISX";
    if (service && !m_group) {
        if (!m_interchange->groups.empty()) {
            m_interchange->faults.push_back(
                make_fault("x12.service.place",
                           &segment,
                           "segment " + std::string(tag) +
                               " stands behind the groups, its place is before them"));
        }
        m_interchange->extra.push_back(std::move(segment));
    } else {
        keep_stray(std::move(segment));
    }
    return true;
}

bool X12Reader::take_outside(Segment segment) {
    m_in_stray = false;
    if (m_position == 1) {
        m_interchange->header = std::move(segment);
        fill_header();
    } else if (segment.tag == "IEA") {
        m_interchange->complete = true;
        if (!segment.terminated) {
            Fault fault = make_fault(
                "edi.repair.final-terminator", &segment, "the last segment has no terminator");
            if (!m_leniencies.missing_final_terminator) fault.severity = Severity::Error;
            m_interchange->faults.push_back(std::move(fault));
        }
        m_interchange->trailer = std::move(segment);
        return false;
    } else if (segment.tag == "GS") {
        open_group(std::move(segment));
    } else if (segment.tag == "GE") {
        if (m_group && m_group->header.raw.data()) {
            m_group->trailer = std::move(segment);
            m_group->complete = true;
            m_group = nullptr;
        } else {
            keep_stray(std::move(segment));
        }
    } else if (segment.tag == "ST") {
        open_transaction(std::move(segment));
    } else {  // SE
        m_transaction->complete = true;
        m_transaction->segments.push_back(std::move(segment));
        m_transaction = nullptr;
    }
    return true;
}

void X12Reader::keep_stray(Segment segment) {
    if (!m_in_stray) {
        m_interchange->faults.push_back(make_fault(
            "edi.interchange.structure",
            &segment,
            segment.raw.empty() ? std::string("an empty segment stands outside any transaction")
                                : "segment " + shown(segment.tag.substr(0, 6)) +
                                      " stands where the envelope has no place for it"));
    }
    m_in_stray = true;
    m_interchange->strays.push_back(std::move(segment));
}

void X12Reader::open_group(Segment header) {
    m_interchange->groups.emplace_back();
    m_group = &m_interchange->groups.back();
    m_group->header = std::move(header);
    m_group->functional_id = m_group->header.text(1);
    m_group->sender = m_group->header.text(2);
    m_group->receiver = m_group->header.text(3);
    m_group->control = m_group->header.text(6);
    m_group->version = m_group->header.text(8);
}

void X12Reader::open_transaction(Segment header) {
    if (!m_group) {  // kept in a group without header: nothing is lost, and the fault is on record
        m_interchange->faults.push_back(
            make_fault("edi.interchange.structure",
                       &header,
                       "transaction set header (ST) without group header (GS)"));
        m_interchange->groups.emplace_back();
        m_group = &m_interchange->groups.back();
    }
    m_group->transactions.emplace_back();
    m_transaction = &m_group->transactions.back();
    header.place.segment = 1;
    m_transaction->set = header.text(1);
    m_transaction->control = header.text(2);
    m_transaction->version =
        header.text(3).size() >= 6 ? header.text(3).substr(0, 6) : m_group->version;
    m_transaction->association = header.text(3);
    if (m_transaction->association.empty() && m_group->version.size() > 6)
        m_transaction->association = m_group->version.substr(6);
    m_transaction->segments.push_back(std::move(header));
}

void X12Reader::fill_header() {
    const Segment& isa = m_interchange->header;
    m_interchange->sender_qualifier = isa.text(5);
    m_interchange->sender = trimmed(isa.text(6));
    m_interchange->receiver_qualifier = isa.text(7);
    m_interchange->receiver = trimmed(isa.text(8));
    m_interchange->version = isa.text(12);
    m_interchange->control = trimmed(isa.text(13));
    if (!m_leniencies.unpadded_header) {
        for (Fault& fault : m_interchange->faults) {
            if (fault.code == "x12.isa.width") fault.severity = Severity::Error;
        }
    }
}

}  // namespace

Limits Limits::tight() {
    Limits limits;
    limits.bytes = std::size_t{1} << 20;
    limits.segment_bytes = std::size_t{64} << 10;
    limits.segments = 100'000;
    limits.faults = 100;
    return limits;
}

Result<Document> read_x12(std::string octets, const Limits& limits, const Leniencies& leniencies) {
    return X12Reader(std::move(octets), limits, leniencies).read();
}

}  // namespace sallyport::edi
