// SPDX-License-Identifier: Apache-2.0
#include "parsers/stream_driver.h"

#include "parsers/envelope.h"
#include "parsers/faults.h"
#include "parsers/guide.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sallyport::edi {
namespace {

constexpr std::size_t HeaderOctets =
    16384;  // what finding and reading a header may look at, junk apart
constexpr std::string_view Utf8Mark = "\xEF\xBB\xBF";

// What only the tree reader knows how to read.
Status streamable(const Separators& separators, std::uint64_t byte) {
    if (separators.element != '\n' && separators.component != '\n' &&
        separators.repetition != '\n' && separators.release != '\n')
        return {};
    return Error("edi.stream.unsupported",
                 Blame::Operator,
                 "the separators of the interchange are line ends")
        .at({.source = {}, .byte = byte})
        .remedy("validate the file as a whole");
}

}  // namespace

// --- control numbers -------------------------------------------------------------------------------------------------

bool ControlNumbers::add(std::string_view number) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
    const bool digits = error == std::errc() && end == number.data() + number.size() &&
                        number.size() <= 18 && !number.empty();
    if (!digits) {
        const bool fresh = m_names.emplace(number).second;
        if (fresh) m_octets += number.size();
        return fresh;
    }
    auto behind = m_runs.upper_bound({number.size(), value});
    const bool joins_next =
        behind != m_runs.end() && behind->first == Start{number.size(), value + 1};
    if (behind != m_runs.begin()) {
        const auto before = std::prev(behind);
        if (before->first.first == number.size()) {
            if (before->second >= value) return false;
            if (before->second + 1 == value) {
                before->second = joins_next ? behind->second : value;
                if (joins_next) m_runs.erase(behind);
                return true;
            }
        }
    }
    const std::uint64_t last = joins_next ? behind->second : value;
    if (joins_next) m_runs.erase(behind);
    m_runs[{number.size(), value}] = last;
    return true;
}

FastSet* StreamValidator::State::fast_set(const SetSchema& set, const ElementRules& rules) {
    std::unique_ptr<FastSet>& fast =
        sets[Key{&set, rules.extra_codes, rules.decimal, rules.lower_case, rules.repetitions}];
    if (!fast) fast = std::make_unique<FastSet>(set, rules);
    return fast.get();
}

// --- interchanges ----------------------------------------------------------------------------------------------------

StreamDriver::StreamDriver(StreamValidator::State& state,
                           StreamFeed& feed,
                           const StreamOptions& options,
                           StreamSink& sink)
    : m_state(state),
      m_feed(feed),
      m_options(options),
      m_sink(sink),
      m_validation(with_guide(options.validation)),
      m_body(feed, options.limits.segment_bytes, m_validation) {}

std::string_view StreamDriver::lookahead() {
    return m_feed.ahead(m_options.limits.junk_bytes + HeaderOctets);
}

TextRules StreamDriver::text_rules() const {
    return {m_interchange.standard, m_interchange.separators.release, m_interchange.syntax};
}

Status StreamDriver::run() {
    auto first = first_header();
    if (!first) return std::move(first).error();
    std::optional<Header> header = *std::move(first);
    for (bool is_first = true; header; is_first = false) {
        if (Status done = start(*std::move(header), is_first); !done) return done;
        if (Status done = segments(); !done) return done;
        if (Status done = finish(); !done) return done;
        header = m_feed.ahead(1).empty() ? std::nullopt : next_header();
        if (Status done = leave(header.has_value()); !done) return done;
    }
    flush(m_feed.byte());
    return {};
}

// As ReaderBase::begin_interchange().
Status StreamDriver::start(Header header, bool first) {
    const Separators& separators = header.separators;
    if (Status possible = streamable(separators, m_feed.byte()); !possible) return possible;
    const std::uint64_t from = m_feed.byte();
    std::string_view junk = lookahead().substr(0, header.skipped);
    m_interchange = {};
    m_interchange.separators = header.separators;
    m_interchange.standard = rules().standard;
    if (m_interchange.standard == Standard::Edifact) m_interchange.version = "3";
    m_interchange.faults = std::move(header.found);
    for (Fault& fault : m_interchange.faults)
        fault.byte += m_feed.byte();
    if (first && junk.substr(0, Utf8Mark.size()) == Utf8Mark) {
        junk.remove_prefix(Utf8Mark.size());
        note(make_fault("edi.repair.byte-order-mark",
                        nullptr,
                        "the document starts with a UTF-8 byte order mark"));
        if (!m_options.leniencies.byte_order_mark)
            m_interchange.faults.back().severity = Severity::Error;
    }
    const std::size_t advice =
        m_interchange.standard == Standard::Edifact ? junk.find("UNA") : std::string_view::npos;
    m_advice = advice == std::string_view::npos ? std::string() : std::string(junk.substr(advice));
    junk = junk.substr(0, advice);
    if (junk.find_first_not_of(" \t\r\n") != std::string_view::npos) {
        note(make_fault(
            "edi.repair.junk",
            nullptr,
            std::to_string(junk.size()) + " octets before the interchange header were left out"));
        m_interchange.faults.back().byte = from;
        if (from > 0 && !m_options.leniencies.junk_before_header)
            m_interchange.faults.back().severity = Severity::Error;
    }
    m_feed.skip(header.skipped);
    Separators in_force = header.separators;
    m_releases = m_interchange.standard == Standard::Edifact;
    if (!m_releases) in_force.release = '\0';
    m_feed.use(in_force);
    m_position = 0;
    m_in_stray = m_any_group = m_bare_group = m_any_extra = false;
    m_bare = 0;
    m_set_name.reset();
    m_noted_error = false;
    m_group_open = m_transaction_open = false;
    m_group_controls.clear();
    m_set_controls.clear();
    if (header.headless) {
        note(make_fault("edi.interchange.structure",
                        nullptr,
                        "the interchange has no header (UNB): sender and receiver are not known"));
        m_interchange.faults.back().byte = m_feed.byte();
    }
    return {};
}

Status StreamDriver::segments() {
    ScannedSegment scanned;
    for (;;) {
        if (m_transaction_open) {
            const std::uint64_t before = m_body.count();
            m_body.run();
            m_segments += m_body.count() - before;
            m_position += m_body.count() - before;
        }
        const bool anew = m_position > 0 && starts_anew();
        if (anew || !m_feed.next(scanned)) {
            if (m_feed.failed()) return *m_feed.failed();
            return {};
        }
        if (!m_releases && m_position == 1 && scanned.tag == "ISX") {
            m_releases = true;
            m_feed.use(m_interchange.separators);
        }
        ++m_position;
        if (++m_segments > m_options.limits.segments) {
            return Error("edi.limit.segments",
                         Blame::Partner,
                         "more than " + std::to_string(m_options.limits.segments) + " segments")
                .at({.source = {}, .byte = scanned.byte, .line = scanned.line})
                .remedy("raise the limit for this partner, or ask for smaller files");
        }
        if (scanned.overlong && (m_position == 1 || is_envelope_tag(scanned.tag)))
            return envelope_too_long(scanned.tag, scanned.byte, scanned.line);
        auto goes_on = take(scanned);
        if (!goes_on) return std::move(goes_on).error();
        if (!*goes_on) return {};
    }
}

// What the interchange left open is cut off here.
Status StreamDriver::finish() {
    (void)m_feed.ahead(1);
    if (Status done = close_transaction(nullptr, m_feed.byte()); !done) return done;
    if (Status done = close_group(nullptr); !done) return done;
    if (m_feed.failed()) return *m_feed.failed();
    return {};
}

// As ReaderBase::leave_interchange(): without a further header the rest is junk.
Status StreamDriver::leave(bool another) {
    const std::uint64_t from = m_feed.byte();
    const std::uint32_t line = m_feed.line();
    if (!another) {
        for (std::size_t some = m_feed.ahead(1).size(); some > 0; some = m_feed.ahead(1).size())
            m_feed.skip(some);
        if (m_feed.failed()) return *m_feed.failed();
        if (m_feed.byte() > from) {
            Fault fault = make_fault("edi.repair.junk",
                                     nullptr,
                                     std::to_string(m_feed.byte() - from) +
                                         " octets behind the last interchange were left out");
            fault.byte = from;
            fault.line = line;
            note(std::move(fault));
        }
    }
    Interchange ended = shell();
    if (m_bare_group) {
        ended.groups.emplace_back();
        ended.groups.back().passed = m_bare;
    }
    if (m_any_extra) ended.extra.emplace_back();
    m_ended = judge(ended);
    m_ended->groups.clear();
    return {};
}

void StreamDriver::flush(std::uint64_t end) {
    if (!m_ended) return;
    m_ended->end = end;
    m_sink.end_interchange(*std::exchange(m_ended, std::nullopt));
}

void StreamDriver::announce() {
    flush(m_interchange.header.place.byte);
    Interchange begun = shell();
    begun.faults.clear();
    InterchangeReport report = judge(begun);
    report.faults.clear();
    report.groups.clear();
    m_sink.separators(m_interchange.separators);
    m_sink.begin_interchange(report);
}

void StreamDriver::end_interchange(const ScannedSegment& trailer) {
    m_interchange.complete = true;
    m_interchange.trailer =
        m_trailer.hold(trailer, static_cast<std::uint32_t>(m_position), text_rules());
    if (trailer.terminated) return;
    Fault fault = make_fault("edi.repair.final-terminator",
                             &m_interchange.trailer,
                             "the last segment has no terminator");
    if (!m_options.leniencies.missing_final_terminator) fault.severity = Severity::Error;
    note(std::move(fault));
}

Interchange StreamDriver::shell() const {
    return m_interchange;
}

// Faults of the envelope are as many as its strays; what a report has no room for is not kept either.
void StreamDriver::note(Fault fault) {
    const bool first_error = fault.severity == Severity::Error && !m_noted_error;
    m_noted_error = m_noted_error || fault.severity == Severity::Error;
    if (m_interchange.faults.size() < m_validation.faults || first_error ||
        fault.severity == Severity::Repair)
        m_interchange.faults.push_back(std::move(fault));
}

void StreamDriver::stray(const ScannedSegment& scanned, std::string_view container) {
    if (!m_in_stray) {
        HeldSegment held;
        const Segment& segment =
            held.look(scanned, static_cast<std::uint32_t>(m_position), text_rules());
        note(make_fault("edi.interchange.structure",
                        &segment,
                        segment.raw.empty()
                            ? "an empty segment stands outside any " + std::string(container)
                            : "segment " + shown(segment.tag.substr(0, 6)) +
                                  " stands where the envelope has no place for it"));
    }
    m_in_stray = true;
}

// --- groups ----------------------------------------------------------------------------------------------------------

Status StreamDriver::open_group(const ScannedSegment* header) {
    if (Status done = close_group(nullptr); !done) return done;
    m_group = {};
    m_group_count = 0;
    m_mixed = m_duplicate_group = false;
    m_first_set.clear();
    m_other_set.clear();
    m_group_open = true;
    m_any_group = true;
    if (header) {
        m_group.header =
            m_group_header.hold(*header, static_cast<std::uint32_t>(m_position), text_rules());
    } else {
        m_bare_group = true;
    }
    if (Status done = name_group(); !done) return done;
    GroupReport report = judged_group();
    report.faults.clear();
    m_sink.begin_group(report);
    return {};
}

// The group as its validator sees it, with its transactions counted. Its control number has been seen when the report says so.
GroupReport StreamDriver::judged_group() {
    Interchange judged = shell();
    judged.faults.clear();
    judged.groups.push_back(m_group);
    Group& group = judged.groups.back();
    group.passed = m_group_count;
    if (m_mixed) {
        for (const std::string* set : {&m_first_set, &m_other_set}) {
            Transaction one;
            one.set = *set;
            one.segments.push_back(m_set_header.segment());
            one.passed = 1;
            group.transactions.push_back(std::move(one));
        }
        group.passed -= 2;
    }
    if (m_duplicate_group) {
        Group twin = m_group;
        twin.transactions.clear();
        judged.groups.insert(judged.groups.begin(), std::move(twin));
    }
    GroupReport report = std::move(judge(judged).groups.back());
    report.transactions.clear();
    return report;
}

Status StreamDriver::close_group(const ScannedSegment* trailer) {
    if (!m_group_open) return {};
    if (trailer) {
        m_group.trailer =
            m_group_trailer.hold(*trailer, static_cast<std::uint32_t>(m_position), text_rules());
        m_group.complete = true;
    }
    m_sink.end_group(judged_group());
    if (m_group.header.raw.data()) {
        ++m_interchange.passed;
    } else {
        m_bare += m_group_count;
    }
    m_group_open = false;
    return {};
}

}  // namespace sallyport::edi
