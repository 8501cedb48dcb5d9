// SPDX-License-Identifier: Apache-2.0
// Segments to the envelope tree: UNB … UNZ, UNG … UNE, UNH … UNT (ISO 9735-1). Messages without groups stand in one group
// whose header is empty.
#include "parsers/edifact.h"
#include "parsers/faults.h"
#include "parsers/printable.h"
#include "parsers/scanner.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

constexpr std::string_view Blanks = " \t\r\n";

bool is_alphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Where a header starts: UNA or UNB, and for headless files UNH.
struct Header {
    std::size_t at = 0;  // of UNB (or UNH)
    Separators separators;
    bool advice = false;  // UNA was there
    bool headless = false;
    std::vector<Fault> found;
};

std::optional<std::size_t> find_header(std::string_view octets,
                                       std::size_t from,
                                       std::size_t junk) {
    const std::size_t end =
        std::min(octets.size(), from + std::min(junk, octets.size() - from) + 1);
    for (std::size_t at = octets.find("UN", from); at != std::string_view::npos && at < end;
         at = octets.find("UN", at + 1)) {
        if (at > from && is_alphanumeric(octets[at - 1])) continue;
        const std::string_view tag = octets.substr(at, 4);
        if (tag.size() < 4) return std::nullopt;
        if (tag.substr(0, 3) == "UNA" && octets.size() >= at + 9) return at;
        if ((tag.substr(0, 3) == "UNB" || tag.substr(0, 3) == "UNH") && !is_alphanumeric(tag[3]))
            return at;
    }
    return std::nullopt;
}

void note(Header& header, std::string_view code, std::string message) {
    Fault fault = make_fault(code, nullptr, std::move(message));
    fault.segment = "UNB";
    fault.position = 1;
    fault.byte = header.at;
    header.found.push_back(std::move(fault));
}

// Without UNA the separators are the standard's, unless UNB itself shows others.
void derive(std::string_view octets, Header& header) {
    if (header.at + 9 >= octets.size() || header.headless) return;
    const char element = octets[header.at + 3], component = octets[header.at + 8];
    if (element == header.separators.element && component == header.separators.component) return;
    if (is_alphanumeric(component) || element == component) return;
    header.separators.element = element;
    header.separators.component = component;
    const std::size_t message = octets.find(std::string("UNH") + element, header.at);
    const std::size_t last = message == std::string_view::npos || message == 0
                                 ? std::string_view::npos
                                 : octets.find_last_not_of(Blanks, message - 1);
    if (last != std::string_view::npos && !is_alphanumeric(octets[last]))
        header.separators.terminator = std::string(1, octets[last]);
    note(header,
         "edifact.repair.separators",
         "the header uses other separators than the standard's without announcing them (UNA)");
}

Result<Header> read_header(std::string_view octets, std::size_t at) {
    Header header;
    header.separators = edifact_separators();
    header.at = at;
    if (octets.compare(at, 3, "UNA") == 0) {
        header.advice = true;
        Separators& separators = header.separators;
        separators.component = octets[at + 3];
        separators.element = octets[at + 4];
        separators.decimal = octets[at + 5];
        separators.release = octets[at + 6] == ' ' ? '\0' : octets[at + 6];
        separators.repetition = octets[at + 7] == ' ' ? '\0' : octets[at + 7];
        separators.terminator = std::string(1, octets[at + 8]);
        header.at = std::min(octets.find_first_not_of(Blanks, at + 9), octets.size());
        if (separators.terminator == "\r" || separators.terminator == "\n")
            header.at = std::min(octets.find("UN", at + 9), octets.size());
    }
    header.headless = octets.compare(header.at, 3, "UNB") != 0;
    if (header.headless && octets.compare(header.at, 3, "UNH") != 0) {
        return Error("edifact.unb.missing", Blame::Partner, "no interchange header (UNB) here")
            .at({.source = {}, .byte = header.at})
            .remedy("ask the sender what was sent");
    }
    if (!header.advice) derive(octets, header);
    const Separators& s = header.separators;
    const char terminator = s.terminator[0];
    if (s.element == s.component || s.element == terminator || s.component == terminator ||
        is_alphanumeric(s.element) || is_alphanumeric(s.component) || is_alphanumeric(terminator)) {
        return Error("edifact.separators",
                     Blame::Partner,
                     "the separators are equal or are letters or digits")
            .at({.source = {}, .byte = at})
            .remedy("ask the sender to resend the file with distinct separators");
    }
    // Only syntax 4 repeats; below it the octet in UNA is reserved and '*' is data.
    const std::size_t version = header.at + 9;
    const bool repeats = !header.headless && version < octets.size() && octets[version] == '4';
    if (!repeats) {
        header.separators.repetition = '\0';
    } else if (!header.advice) {
        header.separators.repetition = '*';
    }
    if (header.separators.repetition == terminator || header.separators.repetition == s.element ||
        header.separators.repetition == s.component)
        header.separators.repetition = '\0';
    return header;
}

class EdifactReader {
public:
    EdifactReader(std::string octets, const Limits& limits, const Leniencies& leniencies)
        : m_document(std::move(octets)),
          m_octets(m_document.octets()),
          m_limits(limits),
          m_leniencies(leniencies),
          m_scanner(m_octets, limits.segment_bytes) {}
    Result<Document> read();

private:
    Status check_start() const;
    Status read_interchange(std::size_t from, std::size_t at);
    void start_interchange(std::size_t from, Header header);
    Status read_segments();
    bool take(const ScannedSegment& scanned);
    bool take_service(Segment segment);
    Segment stored(const ScannedSegment& scanned);
    std::string_view text_of(const Value& value, const ScannedSegment& scanned);
    void keep_stray(Segment segment);
    void open_message(Segment header);
    void fill_header();
    std::size_t after_interchange();

    Document m_document;
    std::string_view m_octets;
    const Limits& m_limits;
    const Leniencies& m_leniencies;
    SegmentScanner m_scanner;
    std::size_t m_segments = 0;
    std::uint32_t m_position = 0;
    Interchange* m_interchange = nullptr;
    Group* m_group = nullptr;
    Transaction* m_message = nullptr;
    bool m_in_stray = false;
};

Status EdifactReader::check_start() const {
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
                       start == std::string_view("U\0N\0", 4) ||
                       start == std::string_view("\0U\0N", 4);
    const bool ebcdic =
        start.substr(0, 3) == "\xE4\xD5\xC1" || start.substr(0, 3) == "\xE4\xD5\xC2";
    if (!utf16 && !ebcdic) return {};
    return Error("edi.encoding",
                 Blame::Partner,
                 std::string("the document is encoded in ") + (utf16 ? "UTF-16" : "EBCDIC"))
        .remedy("ask the sender to send the character set its syntax identifier names");
}

Result<Document> EdifactReader::read() {
    if (Status start = check_start(); !start) return std::move(start).error();
    const std::size_t start =
        std::min(m_octets.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), m_octets.size());
    const auto header =
        find_header(m_octets, start, m_leniencies.junk_before_header ? m_limits.junk_bytes : 0);
    if (!header) {
        return Error("edifact.unb.missing", Blame::Partner, "no interchange header (UNB) was found")
            .remedy("ask the sender what was sent")
            .during("reading EDIFACT");
    }
    std::size_t from = 0, at = *header;
    while (at < m_octets.size()) {
        if (Status done = read_interchange(from, at); !done)
            return std::move(done).error().during("reading EDIFACT");
        from = m_scanner.at();
        at = after_interchange();
    }
    return std::move(m_document);
}

std::size_t EdifactReader::after_interchange() {
    const std::size_t from = m_scanner.at();
    if (from >= m_octets.size()) return from;
    if (const auto next = find_header(m_octets, from, m_limits.junk_bytes);
        next && read_header(m_octets, *next))
        return *next;
    m_interchange->postamble = m_octets.substr(from);
    m_interchange->faults.push_back(
        make_fault("edi.repair.junk",
                   nullptr,
                   std::to_string(m_octets.size() - from) +
                       " octets behind the last interchange were left out"));
    m_interchange->faults.back().byte = from;
    return m_octets.size();
}

Status EdifactReader::read_interchange(std::size_t from, std::size_t at) {
    auto header = read_header(m_octets, at);
    if (!header) return std::move(header).error();
    std::string_view junk = m_octets.substr(from, at - from);
    start_interchange(from, *std::move(header));
    if (from == 0 && junk.substr(0, 3) == "\xEF\xBB\xBF") {
        junk.remove_prefix(3);
        m_interchange->faults.push_back(
            make_fault("edi.repair.byte-order-mark",
                       nullptr,
                       "the document starts with a UTF-8 byte order mark"));
        if (!m_leniencies.byte_order_mark) m_interchange->faults.back().severity = Severity::Error;
    }
    if (junk.find_first_not_of(Blanks) != std::string_view::npos) {
        m_interchange->faults.push_back(make_fault(
            "edi.repair.junk",
            nullptr,
            std::to_string(junk.size()) + " octets before the interchange header were left out"));
        m_interchange->faults.back().byte = from;
    }
    return read_segments();
}

void EdifactReader::start_interchange(std::size_t from, Header header) {
    m_document.interchanges.emplace_back();
    m_interchange = &m_document.interchanges.back();
    m_interchange->standard = Standard::Edifact;
    m_group = nullptr;
    m_message = nullptr;
    m_position = 0;
    m_in_stray = false;
    m_interchange->preamble = m_octets.substr(from, header.at - from);
    m_interchange->separators = header.separators;
    m_interchange->faults = std::move(header.found);
    m_interchange->version = "3";
    if (header.headless) {
        m_interchange->faults.push_back(
            make_fault("edi.interchange.structure",
                       nullptr,
                       "the interchange has no header (UNB): sender and receiver are not known"));
        m_interchange->faults.back().byte = header.at;
    }
    const auto lines = static_cast<std::uint32_t>(
        std::count(m_interchange->preamble.begin(), m_interchange->preamble.end(), '\n'));
    m_scanner.use(header.separators);
    m_scanner.start(header.at, m_scanner.line() + lines);
}

Status EdifactReader::read_segments() {
    ScannedSegment scanned;
    for (;;) {
        const std::size_t before = m_scanner.at();
        const std::uint32_t line = m_scanner.line();
        // A new UNA or UNB ends what came before it, finished or not; UNA is no segment.
        const bool advice =
            m_octets.compare(before, 3, "UNA") == 0 && m_octets.size() >= before + 9;
        const bool header = m_octets.compare(before, 3, "UNB") == 0;
        if (m_position > 0 && (advice || header) && read_header(m_octets, before)) return {};
        if (!m_scanner.next(scanned)) return {};
        if (++m_segments > m_limits.segments) {
            return Error("edi.limit.segments",
                         Blame::Partner,
                         "more than " + std::to_string(m_limits.segments) + " segments")
                .at({.source = {}, .byte = scanned.byte, .line = line})
                .remedy("raise the limit for this partner, or ask for smaller files");
        }
        ++m_position;
        if (!take(scanned)) return {};
    }
}

// Released and in UTF-8; the wire octets when nothing has to be done.
std::string_view EdifactReader::text_of(const Value& value, const ScannedSegment& scanned) {
    const auto& separators = m_interchange->separators;
    const bool national =
        scanned.national && std::any_of(value.raw.begin(), value.raw.end(), [](char c) {
            return static_cast<unsigned char>(c) >= 0x80;
        });
    const bool holds_release =
        scanned.released && value.raw.find(separators.release) != std::string_view::npos;
    if (!national && !holds_release) return value.text;
    std::string text;
    text.reserve(value.raw.size());
    for (std::size_t i = 0; i < value.raw.size(); ++i) {
        if (holds_release && value.raw[i] == separators.release && i + 1 < value.raw.size()) ++i;
        text += value.raw[i];
    }
    const std::size_t last = text.find_last_not_of(' ');
    text.resize(last == std::string::npos ? 0 : last + 1);
    if (national) {
        auto decoded = edifact_to_utf8(
            text, m_interchange->syntax.empty() ? std::string_view("UNOC") : m_interchange->syntax);
        text = decoded ? *std::move(decoded) : printable(text);
    }
    return m_document.keep(std::move(text));
}

Segment EdifactReader::stored(const ScannedSegment& scanned) {
    Segment segment;
    segment.tag = scanned.tag;
    segment.raw = scanned.raw;
    segment.filler = scanned.filler;
    segment.terminated = scanned.terminated;
    segment.place = {
        scanned.byte,
        scanned.line,
        m_message ? static_cast<std::uint32_t>(m_message->segments.size() + 1) : m_position};
    const std::span<Value> values = m_document.allocate(scanned.values->size());
    std::copy(scanned.values->begin(), scanned.values->end(), values.begin());
    if (scanned.released || scanned.national) {
        for (Value& value : values)
            value.text = text_of(value, scanned);
    }
    segment.values = values;
    return segment;
}

bool EdifactReader::take(const ScannedSegment& scanned) {
    const std::string_view tag = scanned.tag;
    const bool service =
        tag == "UNB" || tag == "UNZ" || tag == "UNG" || tag == "UNE" || tag == "UNH";
    if (service) m_message = nullptr;
    Segment segment = stored(scanned);
    if (service) return take_service(std::move(segment));
    if (!m_message) {
        keep_stray(std::move(segment));
        return true;
    }
    if (scanned.overlong) {
        m_message->faults.push_back(make_fault(
            "edi.segment.too-long",
            &segment,
            "segment is longer than " + std::to_string(m_limits.segment_bytes) + " octets"));
    }
    m_message->segments.push_back(std::move(segment));
    if (tag == "UNT") {
        m_message->complete = true;
        m_message = nullptr;
    }
    return true;
}

bool EdifactReader::take_service(Segment segment) {
    m_in_stray = false;
    if (segment.tag == "UNB" && m_position == 1) {
        m_interchange->header = std::move(segment);
        fill_header();
    } else if (segment.tag == "UNZ") {
        m_interchange->complete = true;
        if (!segment.terminated) {
            Fault fault = make_fault(
                "edi.repair.final-terminator", &segment, "the last segment has no terminator");
            if (!m_leniencies.missing_final_terminator) fault.severity = Severity::Error;
            m_interchange->faults.push_back(std::move(fault));
        }
        m_interchange->trailer = std::move(segment);
        return false;
    } else if (segment.tag == "UNG") {
        m_interchange->groups.emplace_back();
        m_group = &m_interchange->groups.back();
        m_group->header = std::move(segment);
        m_group->functional_id = m_group->header.text(1);
        m_group->sender = m_group->header.text(2);
        m_group->receiver = m_group->header.text(3);
        m_group->control = m_group->header.text(5);
        m_group->version = m_group->header.text(7);
    } else if (segment.tag == "UNE" && m_group && m_group->header.raw.data() &&
               !m_group->complete) {
        m_group->trailer = std::move(segment);
        m_group->complete = true;
        m_group = nullptr;
    } else if (segment.tag == "UNH") {
        open_message(std::move(segment));
    } else {
        keep_stray(std::move(segment));
    }
    return true;
}

void EdifactReader::keep_stray(Segment segment) {
    if (!m_in_stray) {
        m_interchange->faults.push_back(make_fault(
            "edi.interchange.structure",
            &segment,
            segment.raw.empty() ? std::string("an empty segment stands outside any message")
                                : "segment " + shown(segment.tag.substr(0, 6)) +
                                      " stands where the envelope has no place for it"));
    }
    m_in_stray = true;
    m_interchange->strays.push_back(std::move(segment));
}

void EdifactReader::open_message(Segment header) {
    if (!m_group) {
        m_interchange->groups.emplace_back();
        m_group = &m_interchange->groups.back();
    }
    m_group->transactions.emplace_back();
    m_message = &m_group->transactions.back();
    header.place.segment = 1;
    m_message->control = header.text(1);
    m_message->set = header.text(2, 1);
    m_message->association = header.text(2, 5);
    m_message->version =
        m_message->set == "CONTRL"
            ? m_document.keep("v" + std::string(m_interchange->version))
            : m_document.keep(std::string(header.text(2, 2)) + std::string(header.text(2, 3)));
    m_message->segments.push_back(std::move(header));
}

void EdifactReader::fill_header() {
    const Segment& unb = m_interchange->header;
    m_interchange->syntax = unb.text(1, 1);
    m_interchange->version = unb.text(1, 2).substr(0, 1);
    m_interchange->sender = unb.text(2, 1);
    m_interchange->sender_qualifier = unb.text(2, 2);
    m_interchange->receiver = unb.text(3, 1);
    m_interchange->receiver_qualifier = unb.text(3, 2);
    m_interchange->control = unb.text(5);
    if (unb.filler.substr(0, 2) == "\r\n") {
        m_interchange->separators.line_end = "\r\n";
    } else if (unb.filler.substr(0, 1) == "\n") {
        m_interchange->separators.line_end = "\n";
    }
}

}  // namespace

Separators edifact_separators(char syntax_version) {
    Separators separators;
    separators.element = '+';
    separators.component = ':';
    separators.decimal = '.';
    separators.release = '?';
    separators.repetition = syntax_version == '4' ? '*' : '\0';
    separators.terminator = "'";
    return separators;
}

Result<Document> read_edifact(std::string octets,
                              const Limits& limits,
                              const Leniencies& leniencies) {
    return EdifactReader(std::move(octets), limits, leniencies).read();
}

}  // namespace sallyport::edi
