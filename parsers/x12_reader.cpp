// SPDX-License-Identifier: Apache-2.0
// Segments to the envelope tree: ISA … IEA, GS … GE, ST … SE (X12.5). What stands inside a transaction is not judged here.
#include "parsers/envelope.h"
#include "parsers/faults.h"
#include "parsers/reader_base.h"
#include "parsers/x12.h"
#include "parsers/x12_header.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

class X12Reader : ReaderBase {
public:
    X12Reader(Prepared prepared, const Limits& limits, const Leniencies& leniencies)
        : ReaderBase(std::move(prepared), limits, leniencies) {}
    Result<Document> read();

private:
    Result<std::size_t> first_header();
    Status read_segments();
    bool take(const ScannedSegment& scanned);  // false: the interchange has ended
    bool take_outside(Segment segment);
    void open_group(Segment header);
    void open_transaction(Segment header);
    void fill_header();
};

Result<std::size_t> X12Reader::first_header() {
    const std::size_t start =
        std::min(m_octets.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), m_octets.size());
    auto here = read_x12_header(m_octets, start);
    if (here) return start;
    if (const auto found = find_x12_header(
            m_octets, start, m_leniencies.junk_before_header ? m_limits.junk_bytes : 0))
        return *found;
    return std::move(here).error();
}

Result<Document> X12Reader::read() {
    auto first = first_header();
    if (!first) return std::move(first).error().during("reading X12");
    std::size_t from = 0, at = *first;
    while (at < m_octets.size()) {
        auto header = read_x12_header(m_octets, at);
        if (!header) return std::move(header).error().during("reading X12");
        begin_interchange(Standard::X12, from, at, header->separators, std::move(header->found));
        Separators plain = header->separators;  // up to ISX and in it nothing is released yet
        plain.release = '\0';
        m_scanner.use(plain);
        if (Status done = read_segments(); !done)
            return std::move(done).error().during("reading X12");
        from = m_scanner.at();
        at = leave_interchange(from < m_octets.size()
                                   ? find_x12_header(m_octets, from, m_limits.junk_bytes)
                                   : std::nullopt);
    }
    return std::move(m_document);
}

Status X12Reader::read_segments() {
    ScannedSegment scanned;
    for (;;) {
        const std::size_t before = m_scanner.at();
        const std::uint32_t line = m_scanner.line();
        if (!m_scanner.next(scanned)) return {};
        if (scanned.tag == "ISX" && m_position == 1) m_scanner.use(m_interchange->separators);
        if (scanned.tag == "ISA" && m_position > 0 && read_x12_header(m_octets, before)) {
            m_scanner.start(before, line);  // the one before it was cut off; this one starts afresh
            return {};
        }
        if (Status counted = count_segment(scanned); !counted) return counted;
        if (!take(scanned)) return {};
    }
}

bool X12Reader::take(const ScannedSegment& scanned) {
    const std::string_view tag = scanned.tag;
    if (tag == "ST" || tag == "SE" || tag == "GS" || tag == "GE" || tag == "IEA" ||
        m_position == 1) {
        if (tag != "SE") m_transaction = nullptr;
        Segment segment = stored(scanned);
        if (tag == "SE" && !m_transaction) {
            keep_stray(std::move(segment), "transaction");
            return true;
        }
        return take_outside(std::move(segment));
    }
    if (m_transaction) {
        Segment segment = stored(scanned);
        if (scanned.overlong) {
            too_long(segment);
        } else if (scanned.binary_wrong) {
            wrong_binary(segment);
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
        keep_stray(std::move(segment), "transaction");
    }
    return true;
}

bool X12Reader::take_outside(Segment segment) {
    m_in_stray = false;
    if (m_position == 1) {
        m_interchange->header = std::move(segment);
        fill_header();
    } else if (segment.tag == "IEA") {
        end_interchange(std::move(segment));
        return false;
    } else if (segment.tag == "GS") {
        open_group(std::move(segment));
    } else if (segment.tag == "GE") {
        if (m_group && m_group->header.raw.data()) {
            m_group->trailer = std::move(segment);
            m_group->complete = true;
            m_group = nullptr;
        } else {
            keep_stray(std::move(segment), "transaction");
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
    m_interchange->sender = without_blanks(isa.text(6));
    m_interchange->receiver_qualifier = isa.text(7);
    m_interchange->receiver = without_blanks(isa.text(8));
    m_interchange->version = isa.text(12);
    m_interchange->control = without_blanks(isa.text(13));
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
    auto prepared = prepare(std::move(octets), limits, leniencies);
    if (!prepared) return std::move(prepared).error().during("reading X12");
    return X12Reader(*std::move(prepared), limits, leniencies).read();
}

}  // namespace sallyport::edi
