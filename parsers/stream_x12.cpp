// SPDX-License-Identifier: Apache-2.0
// X12 streams: the steps of X12Reader (x12_reader.cpp), with nothing kept behind them.
#include "parsers/envelope.h"
#include "parsers/faults.h"
#include "parsers/stream_driver.h"
#include "parsers/x12_header.h"

#include <algorithm>
#include <utility>

namespace sallyport::edi {
namespace {

class X12Driver : public StreamDriver {
public:
    using StreamDriver::StreamDriver;

private:
    static Header own(X12Header header) {
        return {header.at, std::move(header.separators), std::move(header.found), false};
    }

    Result<Header> first_header() override {
        const std::string_view octets = lookahead();
        const std::size_t start =
            std::min(octets.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), octets.size());
        auto header = read_x12_header(octets, start);
        if (!header) {
            const auto found = find_x12_header(
                octets,
                start,
                m_options.leniencies.junk_before_header ? m_options.limits.junk_bytes : 0);
            if (!found) return std::move(header).error().during("reading X12");
            header = read_x12_header(octets, *found);
            if (!header) return std::move(header).error().during("reading X12");
        }
        return own(*std::move(header));
    }

    std::optional<Header> next_header() override {
        const std::string_view octets = lookahead();
        const auto found = find_x12_header(octets, 0, m_options.limits.junk_bytes);
        if (!found) return std::nullopt;
        auto header = read_x12_header(octets, *found);
        return header ? std::optional(own(*std::move(header))) : std::nullopt;
    }

    bool starts_anew() override {
        if (m_feed.ahead(4).substr(0, 3) != "ISA") return false;
        const std::string_view octets = lookahead();
        const std::string_view behind = octets.substr(3);
        const Separators& separators = m_interchange.separators;
        const bool is_tag = behind.empty() || behind[0] == separators.element ||
                            behind.substr(0, separators.terminator.size()) == separators.terminator;
        return is_tag && read_x12_header(octets, 0);
    }

    ElementRules rules() const override {
        ElementRules rules;
        rules.lower_case = m_validation.extended_characters;
        return rules;
    }

    InterchangeReport judge(Interchange& shell) override {
        return validate_x12(shell, m_state.schemas, m_validation);
    }

    Result<bool> take(const ScannedSegment& scanned) override;
    Result<bool> take_outside(const ScannedSegment& scanned);

    void fill_header(const ScannedSegment& scanned) {
        m_interchange.header = m_header.hold(scanned, 1, text_rules());
        const Segment& isa = m_interchange.header;
        m_interchange.sender_qualifier = isa.text(5);
        m_interchange.sender = without_blanks(isa.text(6));
        m_interchange.receiver_qualifier = isa.text(7);
        m_interchange.receiver = without_blanks(isa.text(8));
        m_interchange.version = isa.text(12);
        m_interchange.control = without_blanks(isa.text(13));
        for (Fault& fault : m_interchange.faults) {
            if (fault.code == "x12.isa.width" && !m_options.leniencies.unpadded_header)
                fault.severity = Severity::Error;
        }
        announce();
    }

    Status name_group() override {
        m_set_controls.clear();
        if (!m_group.header.raw.data()) return {};
        m_group.functional_id = m_group.header.text(1);
        m_group.sender = m_group.header.text(2);
        m_group.receiver = m_group.header.text(3);
        m_group.control = m_group.header.text(6);
        m_group.version = m_group.header.text(8);
        m_duplicate_group = !m_group_controls.add(without_zeros(m_group.control));
        if (m_group_controls.entries() <= m_options.controls) return {};
        return Error("edi.limit.controls", Blame::Partner, "too many groups to tell duplicates")
            .remedy("ask the sender for smaller files, or raise the limit");
    }

    void name_transaction(Transaction& transaction, const Segment& header) override {
        transaction.set = header.text(1);
        transaction.control = header.text(2);
        transaction.version =
            header.text(3).size() >= 6 ? header.text(3).substr(0, 6) : m_group.version;
        transaction.association = header.text(3);
        if (transaction.association.empty() && m_group.version.size() > 6)
            transaction.association = m_group.version.substr(6);
    }

    bool envelope_is_good() override {
        const Transaction& one = m_transaction;
        const Segment& st = one.segments.front();
        const Segment& se = one.segments.back();
        const SegmentSchema* header = m_state.schemas.segment(Standard::X12, one.version, "ST");
        const bool belongs = one.schema->functional_group.empty() || !m_group.header.raw.data() ||
                             one.schema->functional_group == m_group.functional_id;
        const bool digits = one.set.size() == 3 &&
                            one.set.find_first_not_of("0123456789") == std::string_view::npos;
        const bool lent =
            one.version.size() >= 6 && one.version.substr(0, 6) != one.schema->release;
        return !lent && one.control.size() >= 4 && one.control.size() <= 9 && digits && belongs &&
               count_in(se.text(1)) == m_body.count() && se.text(2) == one.control &&
               !(header && st.elements() > header->elements.size());
    }
};

Result<bool> X12Driver::take(const ScannedSegment& scanned) {
    const std::string_view tag = scanned.tag;
    const bool outside =
        tag == "ST" || tag == "SE" || tag == "GS" || tag == "GE" || tag == "IEA" || m_position == 1;
    if (outside) {
        if (tag != "SE") {
            if (Status done = close_transaction(nullptr, scanned.byte); !done)
                return std::move(done).error();
        }
        if (tag != "SE" || m_transaction_open) return take_outside(scanned);
    } else if (m_transaction_open) {
        m_body.segment(scanned);
        return true;
    }
    const bool service = tag == "TA1" || tag == "ISB" || tag == "ISE" || tag == "ISX";
    if (!service || m_group_open) {
        stray(scanned, "transaction");
        return true;
    }
    if (m_any_group) {
        HeldSegment held;
        note(make_fault(
            "x12.service.place",
            &held.look(scanned, static_cast<std::uint32_t>(m_position), text_rules()),
            "segment " + std::string(tag) + " stands behind the groups, its place is before them"));
    }
    m_any_extra = true;
    return true;
}

Result<bool> X12Driver::take_outside(const ScannedSegment& scanned) {
    m_in_stray = false;
    Status done;
    if (m_position == 1) {
        fill_header(scanned);
    } else if (scanned.tag == "IEA") {
        done = close_group(nullptr);
        end_interchange(scanned);
        if (done) return false;
    } else if (scanned.tag == "GS") {
        done = open_group(&scanned);
    } else if (scanned.tag == "GE") {
        if (m_group_open && m_group.header.raw.data()) {
            done = close_group(&scanned);
        } else {
            stray(scanned, "transaction");
        }
    } else if (scanned.tag == "ST") {
        if (!m_group_open) {
            HeldSegment held;
            note(make_fault(
                "edi.interchange.structure",
                &held.look(scanned, static_cast<std::uint32_t>(m_position), text_rules()),
                "transaction set header (ST) without group header (GS)"));
            done = open_group(nullptr);
        }
        if (done) done = open_transaction(scanned);
    } else {  // SE
        done = close_transaction(&scanned, m_feed.byte());
    }
    if (!done) return std::move(done).error();
    return true;
}

}  // namespace

std::unique_ptr<StreamDriver> x12_driver(StreamValidator::State& state,
                                         StreamFeed& feed,
                                         const StreamOptions& options,
                                         StreamSink& sink) {
    return std::make_unique<X12Driver>(state, feed, options, sink);
}

}  // namespace sallyport::edi
