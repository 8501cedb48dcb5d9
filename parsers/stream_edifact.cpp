// SPDX-License-Identifier: Apache-2.0
// EDIFACT streams: the steps of EdifactReader (edifact_reader.cpp), with nothing kept behind them.
#include "parsers/edifact_header.h"
#include "parsers/envelope.h"
#include "parsers/faults.h"
#include "parsers/stream_driver.h"

#include <algorithm>
#include <utility>

namespace sallyport::edi {
namespace {

class EdifactDriver : public StreamDriver {
public:
    using StreamDriver::StreamDriver;

private:
    Header own(EdifactHeader header) const {
        if (!m_options.leniencies.unannounced_separators) {
            for (Fault& fault : header.found) {
                if (fault.code == "edifact.repair.separators") fault.severity = Severity::Error;
            }
        }
        return {header.at, std::move(header.separators), std::move(header.found), header.headless};
    }

    Result<Header> first_header() override {
        const std::string_view octets = lookahead();
        const std::size_t start =
            std::min(octets.find_first_not_of(" \t\r\n\xEF\xBB\xBF"), octets.size());
        const auto found = find_edifact_header(
            octets,
            start,
            m_options.leniencies.junk_before_header ? m_options.limits.junk_bytes : 0);
        if (!found) {
            return Error("edifact.unb.missing",
                         Blame::Partner,
                         "no interchange header (UNB) was found")
                .remedy("ask the sender what was sent")
                .during("reading EDIFACT");
        }
        auto header = read_edifact_header(octets, *found);
        if (!header) return std::move(header).error().during("reading EDIFACT");
        return own(*std::move(header));
    }

    std::optional<Header> next_header() override {
        const std::string_view octets = lookahead();
        const auto found = find_edifact_header(octets, 0, m_options.limits.junk_bytes);
        if (!found) return std::nullopt;
        auto header = read_edifact_header(octets, *found);
        return header ? std::optional(own(*std::move(header))) : std::nullopt;
    }

    bool starts_anew() override {
        const std::string_view start = m_feed.ahead(9);
        const bool advice = start.substr(0, 3) == "UNA" && start.size() >= 9;
        if (!advice && start.substr(0, 3) != "UNB") return false;
        return static_cast<bool>(read_edifact_header(lookahead(), 0));
    }

    ElementRules rules() const override {
        ElementRules rules;
        rules.standard = Standard::Edifact;
        rules.decimal = m_interchange.separators.decimal;
        rules.lower_case = m_interchange.syntax != "UNOA";
        rules.repetitions = m_interchange.separators.repetition != '\0';
        return rules;
    }

    InterchangeReport judge(Interchange& shell) override {
        return validate_edifact(shell, m_state.schemas, m_validation);
    }

    Result<bool> take(const ScannedSegment& scanned) override;
    Result<bool> take_service(const ScannedSegment& scanned);

    void fill_header(const ScannedSegment& scanned) {
        m_interchange.header = m_header.hold(scanned, 1, text_rules());
        const Segment& unb = m_interchange.header;
        m_interchange.syntax = unb.text(1, 1);
        m_interchange.version = unb.text(1, 2).substr(0, 1);
        m_interchange.sender = unb.text(2, 1);
        m_interchange.sender_qualifier = unb.text(2, 2);
        m_interchange.receiver = unb.text(3, 1);
        m_interchange.receiver_qualifier = unb.text(3, 2);
        m_interchange.control = unb.text(5);
    }

    // Of UNH; an interchange without UNB is read as syntax version 3.
    void find_service_table() {
        const std::string_view version = m_interchange.version;
        const bool known = !version.empty() && version[0] >= '1' && version[0] <= '4';
        m_unh = m_state.schemas.envelope_segment(
            Standard::Edifact, "v" + std::string(known ? version : "3"), "UNH");
        m_good_rest.clear();
    }

    Status name_group() override {
        if (!m_group.header.raw.data()) return {};
        m_group.functional_id = m_group.header.text(1);
        m_group.sender = m_group.header.text(2);
        m_group.receiver = m_group.header.text(3);
        m_group.control = m_group.header.text(5);
        m_group.version = m_group.header.text(7);
        return {};
    }

    void name_transaction(Transaction& transaction, const Segment& header) override {
        transaction.control = header.text(1);
        transaction.set = header.text(2, 1);
        transaction.association = header.text(2, 5);
        m_version = transaction.set == "CONTRL"
                        ? "v" + std::string(m_interchange.version)
                        : std::string(header.text(2, 2)) + std::string(header.text(2, 3));
        transaction.version = m_version;
    }

    bool envelope_is_good() override {
        const Transaction& one = m_transaction;
        const Segment& unt = one.segments.back();
        return count_in(unt.text(1)) == m_body.count() && unt.text(2) == one.control &&
               header_is_good(one.segments.front());
    }

    // By the service segment's own table. Headers of one interchange differ in their reference and seldom in anything else:
    // what is the same behind it need not be judged again.
    bool header_is_good(const Segment& unh) {
        if (!m_unh) return true;
        const std::string_view reference = plain_reference(unh);
        if (!reference.empty() && !m_good_rest.empty() &&
            unh.raw.substr(unh.tag.size() + 1 + reference.size()) == m_good_rest)
            return true;
        std::vector<Fault> faults;
        static const Severities NoSeverities;
        FaultSink sink(faults, 1, NoSeverities);
        ElementChecker(rules(), sink).check(unh, *m_unh, {});
        if (!faults.empty()) return false;
        if (!reference.empty()) m_good_rest = unh.raw.substr(unh.tag.size() + 1 + reference.size());
        return true;
    }

    // The reference (0062), where nothing can be wrong with it: letters and digits, as many as it may have. Else empty.
    std::string_view plain_reference(const Segment& unh) const {
        const Value* const value = unh.value({1, 1, 1});
        const Element* const element =
            m_unh->elements.empty() ? nullptr : m_unh->elements.front().element;
        if (!value || !element || element->codes || element->type != DataType::Any) return {};
        const std::string_view text = value->raw;
        const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
        });
        return plain && text.size() >= element->min && text.size() <= element->max
                   ? text
                   : std::string_view();
    }

    const SegmentSchema* m_unh = nullptr;
    std::string m_good_rest;  // of a UNH that was good, behind its reference
};

Result<bool> EdifactDriver::take(const ScannedSegment& scanned) {
    const std::string_view tag = scanned.tag;
    if (m_position == 1) {
        if (tag == "UNB") fill_header(scanned);
        find_service_table();
        announce();
        if (tag == "UNB") return true;
    }
    if (tag == "UNO") {
        return Error("edi.stream.unsupported",
                     Blame::Operator,
                     "the interchange holds an object (UNO), which is not read as a stream")
            .at({.source = {}, .byte = scanned.byte, .line = scanned.line})
            .remedy("validate the file as a whole");
    }
    if (tag == "UNB" || tag == "UNZ" || tag == "UNG" || tag == "UNE" || tag == "UNH") {
        if (Status done = close_transaction(nullptr, scanned.byte); !done)
            return std::move(done).error();
        return take_service(scanned);
    }
    Status done;
    if (!m_transaction_open) {
        stray(scanned, "message");
    } else if (tag == "UNT") {
        done = close_transaction(&scanned, m_feed.byte());
    } else {
        m_body.segment(scanned);
    }
    if (!done) return std::move(done).error();
    return true;
}

Result<bool> EdifactDriver::take_service(const ScannedSegment& scanned) {
    m_in_stray = false;
    Status done;
    if (scanned.tag == "UNZ") {
        done = close_group(nullptr);
        end_interchange(scanned);
        if (done) return false;
    } else if (scanned.tag == "UNG") {
        done = open_group(&scanned);
    } else if (scanned.tag == "UNE" && m_group_open && m_group.header.raw.data()) {
        done = close_group(&scanned);
    } else if (scanned.tag == "UNH") {
        if (!m_group_open) done = open_group(nullptr);
        if (done) done = open_transaction(scanned);
    } else {
        stray(scanned, "message");
    }
    if (!done) return std::move(done).error();
    return true;
}

}  // namespace

std::unique_ptr<StreamDriver> edifact_driver(StreamValidator::State& state,
                                             StreamFeed& feed,
                                             const StreamOptions& options,
                                             StreamSink& sink) {
    return std::make_unique<EdifactDriver>(state, feed, options, sink);
}

}  // namespace sallyport::edi
