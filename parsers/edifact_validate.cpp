// SPDX-License-Identifier: Apache-2.0
// The EDIFACT envelope judged (ISO 9735): service segments, references and counts; messages go to TransactionCheck.
#include "parsers/envelope.h"
#include "parsers/guide.h"
#include "parsers/thorough.h"
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
    void agreed_characters(const Interchange& interchange, FaultSink& sink) const;
    void trailer(const Interchange& interchange, FaultSink& sink);
    void packages(const Interchange& interchange, FaultSink& sink);
    GroupReport group(Group& group, Names& references);
    void group_trailer(const Group& group, FaultSink& sink);
    TransactionReport message(Transaction& message, Names& references);
    void find_schema(Transaction& message, FaultSink& sink);

    const SchemaSet& m_schemas;
    const ValidationOptions& m_options;
    ElementRules m_rules;
    std::string m_syntax = "v3";   // name of the service directory
    std::string_view m_syntax_id;  // 0001
};

InterchangeReport EdifactValidator::interchange(Interchange& interchange) {
    InterchangeReport report;
    fill(interchange, report);
    m_syntax_id = interchange.syntax;
    m_rules.standard = Standard::Edifact;
    m_rules.decimal = interchange.separators.decimal;
    m_rules.lower_case = interchange.syntax != "UNOA";
    m_rules.repetitions = interchange.separators.repetition != '\0';
    const bool known = !interchange.version.empty() && interchange.version[0] >= '1' &&
                       interchange.version[0] <= '4';
    m_syntax = "v" + std::string(known ? interchange.version : std::string_view("3"));
    FaultSink sink(report.faults, m_options.faults, m_options.severities);
    take_found(interchange, report, sink);
    if (interchange.header.raw.data()) service(interchange.header, Scope::Interchange, sink);
    agreed_characters(interchange, sink);
    Names references;
    for (Group& one : interchange.groups)
        report.groups.push_back(group(one, references));
    packages(interchange, sink);
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
            ((fault.code == "edi.element.too-short" || fault.code == "edi.element.too-long") &&
             fault.element == 4 && (segment.tag == "UNB" || segment.tag == "UNG")))
            fault.severity = Severity::Warning;
        sink.add(std::move(fault));
    }
}

// The syntax identifiers the partner's guide names, where it names any.
void EdifactValidator::agreed_characters(const Interchange& interchange, FaultSink& sink) const {
    if (!m_options.guide || !interchange.header.raw.data()) return;
    const std::vector<std::string>& agreed = m_options.guide->syntaxes();
    if (agreed.empty() ||
        std::find(agreed.begin(), agreed.end(), interchange.syntax) != agreed.end())
        return;
    std::string names;
    for (const std::string& one : agreed)
        names += (names.empty() ? "" : ", ") + one;
    envelope_fault(sink,
                   "guide.syntax-identifier",
                   interchange.header,
                   {1, 1, 1},
                   "the interchange is in " + shown(interchange.syntax) +
                       ", the partner's guide says " + names);
}

void EdifactValidator::trailer(const Interchange& interchange, FaultSink& sink) {
    const auto with_header = [](const Group& group) { return group.header.raw.data() != nullptr; };
    const std::size_t grouped =
        static_cast<std::size_t>(
            std::count_if(interchange.groups.begin(), interchange.groups.end(), with_header)) +
        interchange.passed;
    std::size_t bare = 0;
    for (const Group& group : interchange.groups)
        bare += with_header(group) ? 0 : group.transactions.size() + group.passed;
    if (grouped > 0 && bare > 0)
        sink.add(
            make_fault("edifact.mixed",
                       &interchange.header,
                       "groups (UNG) and messages outside any group stand in one interchange"));
    if (grouped == 0 && bare == 0 && interchange.extra.empty()) {
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
    const auto packages = static_cast<std::size_t>(
        std::count_if(interchange.extra.begin(), interchange.extra.end(), [](const Segment& one) {
            return one.tag == "UNO";
        }));
    const std::string_view control =
        interchange.header.raw.data() ? interchange.control : unz.text(2);
    check_trailer(unz,
                  (grouped > 0 ? grouped : bare) + packages,
                  control,
                  {.count_code = "edi.interchange.count",
                   .control_code = "edi.interchange.control-mismatch",
                   .what = grouped > 0 ? "groups" : "messages",
                   .reference = "control reference"},
                  sink);
}

// UNP repeats what UNO says: the length of the object and the package reference.
void EdifactValidator::packages(const Interchange& interchange, FaultSink& sink) {
    const Segment* header = nullptr;
    for (const Segment& segment : interchange.extra) {
        service(segment, Scope::Interchange, sink);
        if (segment.tag == "UNO") header = &segment;
        if (segment.tag != "UNP" || !header) continue;
        check_trailer(segment,
                      count_in(header->text(4, 1)).value_or(0),
                      header->text(1),
                      {.count_code = "edifact.object.length",
                       .control_code = "edifact.object.reference",
                       .what = "octets",
                       .reference = "package reference"},
                      sink);
        header = nullptr;
    }
}

GroupReport EdifactValidator::group(Group& group, Names& references) {
    GroupReport report;
    report.functional_id = group.functional_id;
    report.sender = group.sender;
    report.receiver = group.receiver;
    if (group.header.raw.data()) {
        report.sender_qualifier = group.header.text(2, 2);
        report.receiver_qualifier = group.header.text(3, 2);
    }
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
    check_trailer(group.trailer,
                  group.transactions.size() + group.passed,
                  group.control,
                  {.count_code = "edi.group.count",
                   .control_code = "edi.group.control-mismatch",
                   .what = "messages",
                   .reference = "group reference"},
                  sink);
}

TransactionReport EdifactValidator::message(Transaction& message, Names& references) {
    std::vector<Fault> faults;
    FaultSink sink(faults, m_options.faults, m_options.severities);
    TransactionReport report = open_report(message, sink);
    report.association = message.association;
    service(message.segments.front(), Scope::Transaction, sink);
    check_set_trailer(message, "message reference", sink);
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
        check_body(message, m_schemas, rules, m_options, faults, sink);
    }
    if (m_options.strict_characters && !m_options.thorough && m_syntax_id == "UNOA" &&
        message.passed == 0)
        check_unoa(message, sink);
    if (m_options.thorough && message.passed == 0) check_thoroughly(message, m_syntax_id, sink);
    report.faults = std::move(faults);
    close_report(report, sink);
    return report;
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
