// SPDX-License-Identifier: Apache-2.0
// One transaction of a stream from header to trailer: waved through, or read again from its kept octets and judged by the
// tree's validator.
#include "parsers/envelope.h"
#include "parsers/faults.h"
#include "parsers/guide.h"
#include "parsers/part.h"
#include "parsers/reader_base.h"
#include "parsers/schema_uses.h"
#include "parsers/stream_driver.h"

#include <array>
#include <utility>

namespace sallyport::edi {
namespace {

// The octets of one transaction as the readers store them.
class TransactionReader : ReaderBase {
public:
    TransactionReader(std::string octets, const Limits& limits, const Leniencies& leniencies)
        : ReaderBase({std::move(octets), {}, {}}, limits, leniencies) {}

    // `like` has separators and syntax; `place` is that of the header; `releases`: the release character is in force.
    Document read(const Interchange& like, const Position& place, bool releases) {
        begin_interchange(like.standard, 0, 0, like.separators, {});
        Separators in_force = like.separators;
        if (!releases) in_force.release = '\0';
        m_scanner.use(in_force);
        m_interchange->syntax = like.syntax;
        m_interchange->groups.emplace_back();
        ScannedSegment scanned;
        while (m_scanner.next(scanned)) {
            Segment segment = stored(scanned);
            if (!m_transaction) {
                m_interchange->groups[0].transactions.emplace_back();
                m_transaction = &m_interchange->groups[0].transactions[0];
                segment.place.segment = 1;
            } else if (scanned.overlong) {
                too_long(segment);
            } else if (scanned.binary_wrong) {
                wrong_binary(segment);
            }
            m_transaction->segments.push_back(std::move(segment));
        }
        for (Segment& segment : m_transaction->segments) {
            segment.place.byte += place.byte;
            segment.place.line += place.line - 1;
        }
        for (Fault& fault : m_transaction->faults) {
            fault.byte += place.byte;
            fault.line += place.line - 1;
        }
        return std::move(m_document);
    }
};

void cut_last_terminator(std::string& octets, std::string_view terminator) {
    const std::size_t last = octets.find_last_not_of(" \t\r\n");
    octets.resize(last == std::string::npos ? 0 : last + 1);
    if (octets.size() >= terminator.size() &&
        std::string_view(octets).substr(octets.size() - terminator.size()) == terminator)
        octets.resize(octets.size() - terminator.size());
}

}  // namespace

Status StreamDriver::open_transaction(const ScannedSegment& header) {
    m_transaction = {};
    m_transaction_open = true;
    const Segment& segment = m_set_header.hold(header, 1, text_rules());
    m_transaction.segments.push_back(segment);
    name_transaction(m_transaction, segment);
    if (m_group_count == 0) {
        m_first_set = m_transaction.set;
    } else if (!m_mixed && m_first_set != m_transaction.set) {
        m_other_set = m_transaction.set;
        m_mixed = true;
    }
    ++m_group_count;
    find_set();
    m_transaction.schema = m_set ? &m_set->schema() : nullptr;
    m_body.start(m_set, text_rules(), segment.tag);
    m_feed.keep();
    m_duplicate = !m_set_controls.add(m_transaction.control);
    if (m_set_controls.entries() <= m_options.controls) return {};
    return Error("edi.limit.controls",
                 Blame::Partner,
                 "more than " + std::to_string(m_options.controls) +
                     " control numbers that do not follow each other")
        .at({.source = {}, .byte = header.byte, .line = header.line})
        .remedy("ask the sender for smaller files, or raise the limit");
}

// The compiled set of the transaction at hand; null: there is none, or more is judged than it knows.
void StreamDriver::find_set() {
    const Transaction& one = m_transaction;
    if (m_set_name && m_set_name->is(one)) return;
    m_set_name = {std::string(one.set), std::string(one.version), std::string(one.association)};
    m_set = nullptr;
    m_body.watch().stop();
    auto found = m_state.schemas.find(m_interchange.standard, one.version, one.set);
    if (!found || m_validation.thorough) return;
    if (m_validation.strict_characters && m_interchange.syntax == "UNOA") return;
    const std::array<const Guide*, 2> guides = {
        use_of(m_state.schemas, **found, one.association, m_validation.guide), m_validation.guide};
    m_body.watch().use(**found, guides);
    ElementRules own = rules();
    if (own.standard == Standard::Edifact && !one.association.empty())
        own.extra_codes = m_state.schemas.association_codes(one.version, one.association);
    m_set = m_state.fast_set(**found, own);
}

Status StreamDriver::close_transaction(const ScannedSegment* trailer, std::uint64_t until) {
    if (!m_transaction_open) return {};
    m_transaction_open = false;
    if (m_feed.failed()) return *m_feed.failed();
    if (trailer) {
        m_body.trailer(*trailer);
        m_transaction.segments.push_back(
            m_set_trailer.hold(*trailer, static_cast<std::uint32_t>(m_body.count()), text_rules()));
        m_transaction.complete = true;
        m_transaction.passed = m_body.count() - 2;
    }
    if (m_body.too_many_levels()) {
        return Error("edi.limit.levels",
                     Blame::Partner,
                     "a transaction has more hierarchical levels than are remembered")
            .at({.source = {}, .byte = m_transaction.segments.front().place.byte})
            .remedy("ask the sender for smaller transactions, or validate the file as a whole");
    }
    if (trailer && m_body.clean() && !m_duplicate && envelope_is_good()) {
        m_sink.transaction(clean_report());
    } else {
        auto report = faulty_report(until);
        if (!report) return std::move(report).error();
        m_sink.transaction(*std::move(report));
    }
    const Status given = m_sink.wants_parts() ? give_part(trailer, until) : Status();
    m_feed.forget();
    return given;
}

// As split() does it; only the line ends are those behind the interchange header everywhere.
Status StreamDriver::give_part(const ScannedSegment* trailer, std::uint64_t until) {
    const Transaction& one = m_transaction;
    const Position& place = one.segments.front().place;
    if (!m_feed.keeps()) {
        return Error("edi.limit.transaction",
                     Blame::Operator,
                     "transaction " + shown(one.control) + " is longer than " +
                         std::to_string(m_options.transaction_bytes) +
                         " octets and cannot be cut out")
            .at({.source = {}, .byte = place.byte, .line = place.line})
            .remedy("read the file as a whole");
    }
    std::string octets =
        m_feed.kept(trailer ? trailer->byte + one.segments.back().raw.size() : until);
    if (!trailer) cut_last_terminator(octets, m_interchange.separators.terminator);
    return m_sink.part(cut_part({m_interchange,
                                 m_group.header.raw.data() ? &m_group : nullptr,
                                 one,
                                 m_advice,
                                 octets,
                                 m_interchange.header.filler}));
}

TransactionReport StreamDriver::clean_report() const {
    TransactionReport report;
    report.set = m_transaction.set;
    report.version = m_transaction.version;
    report.control = m_transaction.control;
    if (m_interchange.standard == Standard::Edifact) report.association = m_transaction.association;
    report.byte = m_transaction.segments.front().place.byte;
    report.segments = static_cast<std::uint32_t>(m_body.count());
    report.known = true;
    report.complete = true;
    return report;
}

Result<TransactionReport> StreamDriver::faulty_report(std::uint64_t until) {
    if (!m_feed.keeps()) return long_report();
    Document document =
        TransactionReader(m_feed.kept(until), m_options.limits, m_options.leniencies)
            .read(m_interchange, m_transaction.segments.front().place, m_releases);
    Transaction transaction = std::move(document.interchanges[0].groups[0].transactions[0]);
    name_transaction(transaction, transaction.segments.front());
    transaction.complete = m_transaction.complete;
    return judged(std::move(transaction));
}

// Too long to be read again: the envelope by its validator, the body as it was judged in passing.
Result<TransactionReport> StreamDriver::long_report() {
    const Transaction& one = m_transaction;
    const auto schema = m_state.schemas.find(m_interchange.standard, one.version, one.set);
    // A guide may change what was found in passing, or have something to say of its own.
    const bool guided = schema && !m_body.clean() && m_validation.guide &&
                        m_validation.guide->rules(**schema) != nullptr;
    if (schema && (!m_body.judged() || guided)) {
        return Error("edi.limit.transaction",
                     Blame::Operator,
                     "transaction " + shown(one.control) + " is longer than " +
                         std::to_string(m_options.transaction_bytes) +
                         " octets and can only be judged as a whole")
            .at({.source = {}, .byte = one.segments.front().place.byte})
            .remedy("validate the file as a whole, or without the partner's guide");
    }
    Transaction passed = one;
    passed.passed = m_body.count() - one.segments.size();
    TransactionReport report = judged(std::move(passed));
    std::vector<Fault> faults;
    FaultSink sink(faults, m_validation.faults, m_validation.severities);
    for (const std::vector<Fault>* some :
         std::initializer_list<const std::vector<Fault>*>{&report.faults, &m_body.faults()}) {
        for (const Fault& fault : *some)
            sink.add(fault);
    }
    if (!m_body.kept_by_guides())
        sink.add(make_fault("edi.use.not-judged",
                            &one.segments.front(),
                            "the transaction is too long to judge it by its association's rules "
                            "as well; the standard's own were judged"));
    report.faults = std::move(faults);
    const std::uint32_t before = report.faults_left_out + m_body.faults_left_out();
    close_report(report, sink);
    report.faults_left_out += before;
    return report;
}

// As its validator sees it. When its control number was used before, a twin stands before it.
TransactionReport StreamDriver::judged(Transaction transaction) {
    Interchange judged = shell();
    judged.faults.clear();
    judged.groups.push_back(m_group);
    std::vector<Transaction>& transactions = judged.groups.back().transactions;
    if (m_duplicate) {
        Transaction twin;
        twin.control = transaction.control;
        twin.segments.push_back(m_set_header.segment());
        twin.passed = 1;
        transactions.push_back(std::move(twin));
    }
    transactions.push_back(std::move(transaction));
    return std::move(judge(judged).groups.back().transactions.back());
}

}  // namespace sallyport::edi
