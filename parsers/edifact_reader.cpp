// SPDX-License-Identifier: Apache-2.0
// Segments to the envelope tree: UNB … UNZ, UNG … UNE, UNH … UNT (ISO 9735-1). Messages without groups stand in one group
// whose header is empty.
#include "parsers/edifact.h"
#include "parsers/edifact_header.h"
#include "parsers/envelope.h"
#include "parsers/faults.h"
#include "parsers/reader_base.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

class EdifactReader : ReaderBase {
public:
    EdifactReader(Prepared prepared, const Limits& limits, const Leniencies& leniencies)
        : ReaderBase(std::move(prepared), limits, leniencies) {}
    Result<Document> read();

private:
    void start_interchange(std::size_t from, EdifactHeader header);
    std::optional<std::size_t> next_interchange() const;
    Status read_segments();
    bool take(const ScannedSegment& scanned);
    bool take_service(Segment segment);
    void take_object(Segment header);
    void open_message(Segment header);
    void fill_header();
};

Result<Document> EdifactReader::read() {
    const std::size_t start =
        std::min(m_octets.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), m_octets.size());
    const auto first = find_edifact_header(
        m_octets, start, m_leniencies.junk_before_header ? m_limits.junk_bytes : 0);
    if (!first) {
        return Error("edifact.unb.missing", Blame::Partner, "no interchange header (UNB) was found")
            .remedy("ask the sender what was sent")
            .during("reading EDIFACT");
    }
    std::size_t from = 0, at = *first;
    while (at < m_octets.size()) {
        auto header = read_edifact_header(m_octets, at);
        if (!header) return std::move(header).error().during("reading EDIFACT");
        start_interchange(from, *std::move(header));
        if (Status done = read_segments(); !done)
            return std::move(done).error().during("reading EDIFACT");
        from = m_scanner.at();
        at = leave_interchange(next_interchange());
    }
    return std::move(m_document);
}

std::optional<std::size_t> EdifactReader::next_interchange() const {
    const std::size_t from = m_scanner.at();
    if (from >= m_octets.size()) return std::nullopt;
    const auto next = find_edifact_header(m_octets, from, m_limits.junk_bytes);
    return next && read_edifact_header(m_octets, *next) ? next : std::nullopt;
}

void EdifactReader::start_interchange(std::size_t from, EdifactHeader header) {
    if (!m_leniencies.unannounced_separators) {
        for (Fault& fault : header.found) {
            if (fault.code == "edifact.repair.separators") fault.severity = Severity::Error;
        }
    }
    begin_interchange(
        Standard::Edifact, from, header.at, header.separators, std::move(header.found));
    m_interchange->version = "3";
    if (!header.headless) return;
    m_interchange->faults.push_back(
        make_fault("edi.interchange.structure",
                   nullptr,
                   "the interchange has no header (UNB): sender and receiver are not known"));
    m_interchange->faults.back().byte = header.at;
}

Status EdifactReader::read_segments() {
    ScannedSegment scanned;
    for (;;) {
        const std::size_t before = m_scanner.at();
        // A new UNA or UNB ends what came before it, finished or not; UNA is no segment.
        const bool advice =
            m_octets.compare(before, 3, "UNA") == 0 && m_octets.size() >= before + 9;
        const bool header = m_octets.compare(before, 3, "UNB") == 0;
        if (m_position > 0 && (advice || header) && read_edifact_header(m_octets, before))
            return {};
        if (!m_scanner.next(scanned)) return {};
        if (Status counted = count_segment(scanned); !counted) return counted;
        if (!take(scanned)) return {};
    }
}

bool EdifactReader::take(const ScannedSegment& scanned) {
    const std::string_view tag = scanned.tag;
    const bool service = tag == "UNB" || tag == "UNZ" || tag == "UNG" || tag == "UNE" ||
                         tag == "UNH" || tag == "UNO";
    if (service) m_transaction = nullptr;
    Segment segment = stored(scanned);
    if (service) return take_service(std::move(segment));
    if (!m_transaction && tag == "UNP" && !m_interchange->extra.empty()) {
        m_in_stray = false;
        m_interchange->extra.push_back(std::move(segment));
        return true;
    }
    if (!m_transaction) {
        keep_stray(std::move(segment), "message");
        return true;
    }
    if (scanned.overlong) too_long(segment);
    m_transaction->segments.push_back(std::move(segment));
    if (tag == "UNT") {
        m_transaction->complete = true;
        m_transaction = nullptr;
    }
    return true;
}

bool EdifactReader::take_service(Segment segment) {
    m_in_stray = false;
    if (segment.tag == "UNB" && m_position == 1) {
        m_interchange->header = std::move(segment);
        fill_header();
    } else if (segment.tag == "UNZ") {
        end_interchange(std::move(segment));
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
    } else if (segment.tag == "UNO") {
        take_object(std::move(segment));
    } else if (segment.tag == "UNH") {
        open_message(std::move(segment));
    } else {
        keep_stray(std::move(segment), "message");
    }
    return true;
}

// UNO: the object behind it is as many octets as UNO says, whatever they are; they stand as the segment's filler. A package
// is kept, not interpreted.
void EdifactReader::take_object(Segment header) {
    const std::size_t begin = header.place.byte + header.raw.size() + 1;
    const std::string_view stated = header.text(4, 1);
    const auto length = count_in(stated);
    const bool fits = header.terminated && length && begin <= m_octets.size() &&
                      *length <= m_octets.size() - begin &&
                      m_octets.compare(begin + *length, 3, "UNP") == 0;
    if (fits) {
        header.filler = m_octets.substr(begin, *length);
        const auto lines = static_cast<std::uint32_t>(
            std::count(header.raw.begin(), header.raw.end(), '\n') +
            std::count(header.filler.begin(), header.filler.end(), '\n'));
        m_scanner.start(begin + *length, header.place.line + lines);
    } else {
        m_interchange->faults.push_back(
            make_fault("edifact.object.length",
                       &header,
                       "the object has not the " + shown(stated) +
                           " octets its header (UNO) states: no trailer (UNP) stands behind them"));
    }
    m_interchange->extra.push_back(std::move(header));
}

void EdifactReader::open_message(Segment header) {
    if (!m_group) {
        m_interchange->groups.emplace_back();
        m_group = &m_interchange->groups.back();
    }
    m_group->transactions.emplace_back();
    m_transaction = &m_group->transactions.back();
    header.place.segment = 1;
    m_transaction->control = header.text(1);
    m_transaction->set = header.text(2, 1);
    m_transaction->association = header.text(2, 5);
    m_transaction->version =
        m_transaction->set == "CONTRL"
            ? m_document.keep("v" + std::string(m_interchange->version))
            : m_document.keep(std::string(header.text(2, 2)) + std::string(header.text(2, 3)));
    m_transaction->segments.push_back(std::move(header));
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
    auto prepared = prepare(std::move(octets), limits, leniencies);
    if (!prepared) return std::move(prepared).error().during("reading EDIFACT");
    return EdifactReader(*std::move(prepared), limits, leniencies).read();
}

}  // namespace sallyport::edi
