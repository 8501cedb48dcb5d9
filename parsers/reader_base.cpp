// SPDX-License-Identifier: Apache-2.0
#include "parsers/reader_base.h"

#include "parsers/edifact.h"
#include "parsers/envelope.h"
#include "parsers/faults.h"
#include "parsers/held_segment.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sallyport::edi {
namespace {

constexpr std::string_view Utf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view Blanks = " \t\r\n";

bool is_national(std::string_view text) {
    return std::any_of(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

}  // namespace

ReaderBase::ReaderBase(Prepared prepared, const Limits& limits, const Leniencies& leniencies)
    : m_document(std::move(prepared.octets)),
      m_octets(m_document.octets()),
      m_limits(limits),
      m_leniencies(leniencies),
      m_scanner(m_octets, limits.segment_bytes),
      m_repairs(std::move(prepared.repairs)) {
    m_document.left_out = std::move(prepared.left_out);
}

void ReaderBase::begin_interchange(Standard standard,
                                   std::size_t from,
                                   std::size_t header,
                                   const Separators& separators,
                                   std::vector<Fault> found) {
    m_document.interchanges.emplace_back();
    m_interchange = &m_document.interchanges.back();
    m_interchange->standard = standard;
    m_group = nullptr;
    m_transaction = nullptr;
    m_position = 0;
    m_in_stray = false;
    m_interchange->preamble = m_octets.substr(from, header - from);
    m_interchange->separators = separators;
    std::vector<Fault>& faults = m_interchange->faults;
    faults = std::exchange(m_repairs, {});
    std::move(found.begin(), found.end(), std::back_inserter(faults));
    const auto lines = static_cast<std::uint32_t>(
        std::count(m_interchange->preamble.begin(), m_interchange->preamble.end(), '\n'));
    m_scanner.use(separators);
    m_scanner.start(header, m_scanner.line() + lines);

    std::string_view junk = m_interchange->preamble;
    if (from == 0 && junk.substr(0, Utf8Mark.size()) == Utf8Mark) {
        junk.remove_prefix(Utf8Mark.size());
        faults.push_back(make_fault("edi.repair.byte-order-mark",
                                    nullptr,
                                    "the document starts with a UTF-8 byte order mark"));
        if (!m_leniencies.byte_order_mark) faults.back().severity = Severity::Error;
    }
    if (standard == Standard::Edifact) junk = junk.substr(0, junk.find("UNA"));
    if (junk.find_first_not_of(Blanks) == std::string_view::npos) return;
    faults.push_back(make_fault(
        "edi.repair.junk",
        nullptr,
        std::to_string(junk.size()) + " octets before the interchange header were left out"));
    faults.back().byte = from;
    if (from > 0 && !m_leniencies.junk_before_header) faults.back().severity = Severity::Error;
}

std::size_t ReaderBase::leave_interchange(std::optional<std::size_t> next) {
    const std::size_t from = m_scanner.at();
    if (from >= m_octets.size()) return from;
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

Status ReaderBase::count_segment(const ScannedSegment& scanned) {
    if (++m_segments > m_limits.segments) {
        return Error("edi.limit.segments",
                     Blame::Partner,
                     "more than " + std::to_string(m_limits.segments) + " segments")
            .at({.source = {}, .byte = scanned.byte, .line = scanned.line})
            .remedy("raise the limit for this partner, or ask for smaller files");
    }
    ++m_position;
    if (scanned.overlong && (m_position == 1 || is_envelope_tag(scanned.tag)))
        return envelope_too_long(scanned.tag, scanned.byte, scanned.line);
    return {};
}

// Octets the syntax identifier does not have are read as what they most likely are, and noted where they stand.
void ReaderBase::check_characters(const Segment& segment) {
    if (!m_transaction || m_interchange->syntax.empty()) return;
    for (const Value& value : segment.values) {
        if (!is_national(value.raw)) continue;
        const std::size_t at = foreign_octet(value.raw, m_interchange->syntax);
        if (at == std::string_view::npos) continue;
        Fault fault = make_fault("edifact.character-set",
                                 &segment,
                                 "the value holds an octet that " +
                                     std::string(m_interchange->syntax) + " does not have");
        fault.element = value.element;
        fault.component = value.component;
        fault.value = shown(value.raw);
        fault.byte = segment.place.byte +
                     static_cast<std::uint64_t>(value.raw.data() - segment.raw.data()) + at;
        m_transaction->faults.push_back(std::move(fault));
    }
}

Segment ReaderBase::stored(const ScannedSegment& scanned) {
    Segment segment;
    segment.tag = scanned.tag;
    segment.raw = scanned.raw;
    segment.filler = scanned.filler;
    segment.terminated = scanned.terminated;
    segment.overlong = scanned.overlong;
    segment.place = {scanned.byte,
                     scanned.line,
                     m_transaction ? static_cast<std::uint32_t>(m_transaction->segments.size() + 1)
                                   : m_position};
    const std::span<Value> values = m_document.allocate(scanned.values->size());
    std::copy(scanned.values->begin(), scanned.values->end(), values.begin());
    if (scanned.released || scanned.national) {
        const TextRules rules{
            m_interchange->standard, m_interchange->separators.release, m_interchange->syntax};
        for (Value& value : values) {
            if (auto text = decoded_text(value, scanned, rules))
                value.text = m_document.keep(*std::move(text));
        }
    }
    segment.values = values;
    if (scanned.national && m_interchange->standard == Standard::Edifact) check_characters(segment);
    return segment;
}

void ReaderBase::keep_stray(Segment segment, std::string_view container) {
    if (!m_in_stray) {
        m_interchange->faults.push_back(make_fault(
            "edi.interchange.structure",
            &segment,
            segment.raw.empty() ? "an empty segment stands outside any " + std::string(container)
                                : "segment " + shown(segment.tag.substr(0, 6)) +
                                      " stands where the envelope has no place for it"));
    }
    m_in_stray = true;
    m_interchange->strays.push_back(std::move(segment));
}

void ReaderBase::end_interchange(Segment trailer) {
    m_interchange->complete = true;
    if (!trailer.terminated) {
        Fault fault = make_fault(
            "edi.repair.final-terminator", &trailer, "the last segment has no terminator");
        if (!m_leniencies.missing_final_terminator) fault.severity = Severity::Error;
        m_interchange->faults.push_back(std::move(fault));
    }
    m_interchange->trailer = std::move(trailer);
}

void ReaderBase::wrong_binary(const Segment& segment) {
    m_transaction->faults.push_back(
        make_fault("x12.binary.length",
                   &segment,
                   "the stated length of the binary data does not lead to a segment terminator"));
}

void ReaderBase::too_long(const Segment& segment) {
    m_transaction->faults.push_back(
        make_fault("edi.segment.too-long",
                   &segment,
                   "segment is longer than " + std::to_string(m_limits.segment_bytes) + " octets"));
}

}  // namespace sallyport::edi
