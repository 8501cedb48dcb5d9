// SPDX-License-Identifier: Apache-2.0
// The EDIFACT envelope judged (ISO 9735): service segments, references and counts; messages go to TransactionCheck.
#include "parsers/envelope.h"
#include "parsers/guide.h"
#include "parsers/transaction_check.h"

#include <algorithm>
#include <set>

namespace sallyport::edi {
namespace {

class EdifactValidator {
public:
    EdifactValidator(const SchemaSet& schemas, const ValidationOptions& options)
        : m_schemas(schemas), m_options(options) {}
    InterchangeReport interchange(Interchange& interchange);

private:
    using Names = std::set<std::string, std::less<>>;
    void fill(const Interchange& interchange, InterchangeReport& report) const;
    void service(const Segment& segment, Scope scope, FaultSink& sink);
    void trailer(const Interchange& interchange, FaultSink& sink);
    GroupReport group(Group& group, Names& references);
    void group_trailer(const Group& group, FaultSink& sink);
    TransactionReport message(Transaction& message, Names& references);
    void envelope(const Transaction& message, FaultSink& sink);
    void find_schema(Transaction& message, FaultSink& sink);

    const SchemaSet& m_schemas;
    const ValidationOptions& m_options;
    ElementRules m_rules;
    std::string m_syntax = "v3";  // name of the service directory
};

InterchangeReport EdifactValidator::interchange(Interchange& interchange) {
    InterchangeReport report;
    fill(interchange, report);
    m_rules.standard = Standard::Edifact;
    m_rules.decimal = interchange.separators.decimal;
    m_rules.lower_case = interchange.syntax != "UNOA";
    m_rules.repetitions = interchange.separators.repetition != '\0';
    const bool known = !interchange.version.empty() && interchange.version[0] >= '1' &&
                       interchange.version[0] <= '4';
    m_syntax = "v" + std::string(known ? interchange.version : std::string_view("3"));
    FaultSink sink(report.faults, m_options.faults, m_options.severities);
    for (const Fault& fault : interchange.faults) {
        if (fault.severity == Severity::Repair) {
            report.repairs.push_back(fault);
        } else {
            sink.add(fault);
        }
    }
    if (interchange.header.raw.data()) service(interchange.header, Scope::Interchange, sink);
    Names references;
    for (Group& one : interchange.groups)
        report.groups.push_back(group(one, references));
    trailer(interchange, sink);
    return report;
}

void EdifactValidator::fill(const Interchange& interchange, InterchangeReport& report) const {
    report.standard = to_string(interchange.standard);
    report.sender = interchange.sender;
    report.sender_qualifier = interchange.sender_qualifier;
    report.receiver = interchange.receiver;
    report.receiver_qualifier = interchange.receiver_qualifier;
    report.control = interchange.control;
    report.version = interchange.version;
    report.syntax = interchange.syntax;
    report.date = interchange.header.text(4, 1);
    report.time = interchange.header.text(4, 2);
    report.acknowledgement_requested = interchange.header.text(9) == "1";
    report.test = interchange.header.text(11) == "1";
    report.complete = interchange.complete;
    report.byte = interchange.header.place.byte;
}

// Element faults of service segments keep their code; the scope says whose acknowledgement part they are.
void EdifactValidator::service(const Segment& segment, Scope scope, FaultSink& sink) {
    const SegmentSchema* schema =
        m_schemas.envelope_segment(Standard::Edifact, m_syntax, segment.tag);
    if (!schema) return;
    std::vector<Fault> found;
    FaultSink own(found, 20, m_options.severities);
    ElementChecker(m_rules, own).check(segment, *schema, {});
    for (Fault& fault : found) {
        fault.scope = scope;
        // Code lists of service elements grow with every release; a value this gateway does not know is noted only.
        // So is a date in the older form, which many senders kept under syntax 4.
        if (fault.code == "edi.element.code" ||
            (fault.code == "edi.element.too-short" && fault.element == 4))
            fault.severity = Severity::Warning;
        sink.add(std::move(fault));
    }
}

void EdifactValidator::trailer(const Interchange& interchange, FaultSink& sink) {
    const auto with_header = [](const Group& group) { return group.header.raw.data() != nullptr; };
    const auto grouped = static_cast<std::size_t>(
        std::count_if(interchange.groups.begin(), interchange.groups.end(), with_header));
    std::size_t bare = 0;
    for (const Group& group : interchange.groups)
        bare += with_header(group) ? 0 : group.transactions.size();
    if (grouped > 0 && bare > 0)
        sink.add(
            make_fault("edifact.mixed",
                       &interchange.header,
                       "groups (UNG) and messages outside any group stand in one interchange"));
    if (grouped == 0 && bare == 0) {
        Fault fault = make_fault("edi.interchange.empty",
                                 &interchange.header,
                                 "the interchange holds neither group nor message");
        fault.severity = Severity::Error;
        sink.add(std::move(fault));
    }
    if (!interchange.complete && !interchange.header.raw.data())
        return;  // headless: on record already
    if (!interchange.complete) {
        sink.add(make_fault("edi.interchange.trailer-missing",
                            &interchange.header,
                            "the interchange has no trailer (UNZ): it was cut off"));
        return;
    }
    const Segment& unz = interchange.trailer;
    const std::size_t counted = grouped > 0 ? grouped : bare;
    if (count_in(unz.text(1)) != counted) {
        envelope_fault(sink,
                       "edi.interchange.count",
                       unz,
                       {1, 1, 1},
                       "the trailer states " + shown(unz.text(1)) +
                           (grouped > 0 ? " groups, " : " messages, ") + std::to_string(counted) +
                           " were counted");
    }
    if (interchange.header.raw.data() && unz.text(2) != interchange.control) {
        envelope_fault(sink,
                       "edi.interchange.control-mismatch",
                       unz,
                       {2, 1, 1},
                       "the trailer says control reference " + shown(unz.text(2)) +
                           ", the header " + shown(interchange.control));
    }
}

GroupReport EdifactValidator::group(Group& group, Names& references) {
    GroupReport report;
    report.functional_id = group.functional_id;
    report.sender = group.sender;
    report.receiver = group.receiver;
    report.version = group.version;
    report.control = group.control;
    report.complete = group.complete;
    FaultSink sink(report.faults, m_options.faults, m_options.severities);
    if (group.header.raw.data()) service(group.header, Scope::Group, sink);
    for (Transaction& one : group.transactions)
        report.transactions.push_back(message(one, references));
    if (group.header.raw.data()) group_trailer(group, sink);
    return report;
}

void EdifactValidator::group_trailer(const Group& group, FaultSink& sink) {
    for (const Transaction& message : group.transactions) {
        if (message.set == group.transactions.front().set) continue;
        sink.add(make_fault("edifact.group.types",
                            &group.header,
                            "messages of more than one type stand in one group: " +
                                shown(group.transactions.front().set) + " and " +
                                shown(message.set)));
        break;
    }
    if (!group.complete) {
        sink.add(make_fault(
            "edi.group.trailer-missing", &group.header, "the group has no trailer (UNE)"));
        return;
    }
    if (count_in(group.trailer.text(1)) != group.transactions.size()) {
        envelope_fault(sink,
                       "edi.group.count",
                       group.trailer,
                       {1, 1, 1},
                       "the trailer states " + shown(group.trailer.text(1)) + " messages, " +
                           std::to_string(group.transactions.size()) + " were counted");
    }
    if (group.trailer.text(2) != group.control) {
        envelope_fault(sink,
                       "edi.group.control-mismatch",
                       group.trailer,
                       {2, 1, 1},
                       "the trailer says group reference " + shown(group.trailer.text(2)) +
                           ", the header " + shown(group.control));
    }
}

TransactionReport EdifactValidator::message(Transaction& message, Names& references) {
    TransactionReport report;
    report.set = message.set;
    report.version = message.version;
    report.control = message.control;
    report.association = message.association;
    report.byte = message.segments.front().place.byte;
    report.segments = static_cast<std::uint32_t>(message.segments.size());
    report.complete = message.complete;
    FaultSink sink(report.faults, m_options.faults, m_options.severities);
    for (const Fault& fault : message.faults)
        sink.add(fault);
    service(message.segments.front(), Scope::Transaction, sink);
    envelope(message, sink);
    if (!references.emplace(message.control).second) {
        envelope_fault(
            sink,
            "edi.set.control-duplicate",
            message.segments.front(),
            {1, 1, 1},
            "message reference " + shown(message.control) + " stands twice in the interchange");
    }
    find_schema(message, sink);
    if (message.schema) {
        report.known = true;
        ElementRules rules = m_rules;
        // EANCOM and others widen code lists under their association code: what they add is not this directory's to refuse.
        if (!message.association.empty())
            rules.extra_codes = m_schemas.association_codes(message.version, message.association);
        TransactionCheck(message, m_schemas, rules, sink).run();
        if (m_options.guide) apply_guide(*m_options.guide, message, report.faults, sink);
    }
    std::stable_sort(report.faults.begin(),
                     report.faults.end(),
                     [](const Fault& a, const Fault& b) { return a.position < b.position; });
    report.faults_left_out = sink.left_out();
    return report;
}

void EdifactValidator::envelope(const Transaction& message, FaultSink& sink) {
    if (!message.complete) {
        Fault fault = make_fault("edi.set.trailer-missing",
                                 &message.segments.back(),
                                 "the message has no trailer (UNT)");
        fault.segment = "UNT";
        sink.add(std::move(fault));
        return;
    }
    const Segment& unt = message.segments.back();
    if (count_in(unt.text(1)) != message.segments.size()) {
        envelope_fault(sink,
                       "edi.set.count",
                       unt,
                       {1, 1, 1},
                       "the trailer states " + shown(unt.text(1)) + " segments, " +
                           std::to_string(message.segments.size()) + " were counted");
    }
    if (unt.text(2) != message.control) {
        envelope_fault(sink,
                       "edi.set.control-mismatch",
                       unt,
                       {2, 1, 1},
                       "the trailer says message reference " + shown(unt.text(2)) +
                           ", the header " + shown(message.control));
    }
}

void EdifactValidator::find_schema(Transaction& message, FaultSink& sink) {
    auto found = m_schemas.find(Standard::Edifact, message.version, message.set);
    if (found) {
        message.schema = *found;
    } else {
        envelope_fault(
            sink, "edi.set.unsupported", message.segments.front(), {2, 1, 1}, found.error().what());
    }
}

}  // namespace

InterchangeReport validate_edifact(Interchange& interchange,
                                   const SchemaSet& schemas,
                                   const ValidationOptions& options) {
    return EdifactValidator(schemas, options).interchange(interchange);
}

}  // namespace sallyport::edi
