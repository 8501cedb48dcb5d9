// SPDX-License-Identifier: Apache-2.0
// The X12 envelope judged (X12.5): header fields, control references and counts; transactions go to TransactionCheck.
#include "parsers/envelope.h"
#include "parsers/thorough.h"
#include "parsers/transaction_check.h"
#include "parsers/x12.h"

#include <algorithm>
#include <set>

namespace sallyport::edi {
namespace {

bool all_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

class X12Validator {
public:
    X12Validator(const SchemaSet& schemas, const ValidationOptions& options)
        : m_schemas(schemas), m_options(options) {
        m_rules.lower_case = options.extended_characters;
    }
    InterchangeReport interchange(Interchange& interchange);

private:
    void header(const Interchange& interchange, FaultSink& sink);
    void trailer(const Interchange& interchange, const InterchangeReport& report, FaultSink& sink);
    GroupReport group(Group& group,
                      const Interchange& interchange,
                      std::set<std::string, std::less<>>& controls);
    void group_header(const Group& group, const Interchange& interchange, FaultSink& sink);
    void group_trailer(const Group& group, GroupReport& report, FaultSink& sink);
    TransactionReport transaction(Transaction& transaction,
                                  const Group& group,
                                  std::set<std::string, std::less<>>& controls);
    void set_envelope(const Transaction& transaction, FaultSink& sink);
    void find_schema(Transaction& transaction, const Group& group, FaultSink& sink);

    const SchemaSet& m_schemas;
    const ValidationOptions& m_options;
    ElementRules m_rules;
};

InterchangeReport X12Validator::interchange(Interchange& interchange) {
    InterchangeReport report;
    report.standard = to_string(interchange.standard);
    report.sender_qualifier = interchange.sender_qualifier;
    report.sender = interchange.sender;
    report.receiver_qualifier = interchange.receiver_qualifier;
    report.receiver = interchange.receiver;
    report.control = interchange.control;
    report.version = interchange.version;
    report.date = interchange.header.text(9);
    report.time = interchange.header.text(10);
    report.test = interchange.header.text(15) == "T";
    report.acknowledgement_requested = interchange.header.text(14) == "1";
    report.complete = interchange.complete;
    report.byte = interchange.header.place.byte;
    FaultSink sink(report.faults, m_options.faults, m_options.severities);
    take_found(interchange, report, sink);
    header(interchange, sink);
    std::set<std::string, std::less<>> controls;
    for (Group& one : interchange.groups)
        report.groups.push_back(group(one, interchange, controls));
    trailer(interchange, report, sink);
    return report;
}

void X12Validator::header(const Interchange& interchange, FaultSink& sink) {
    static constexpr std::string_view Ta1[] = {"",
                                               "010",
                                               "011",
                                               "012",
                                               "013",
                                               "005",
                                               "006",
                                               "007",
                                               "008",
                                               "014",
                                               "015",
                                               "016",
                                               "017",
                                               "018",
                                               "019",
                                               "020",
                                               "027"};
    const Segment& isa = interchange.header;
    const auto report = [&](std::string_view code, std::uint16_t element, std::string message) {
        Fault fault = make_fault(code, &isa, std::move(message));
        fault.ack.ta1 = Ta1[element];
        fault.element = element;
        fault.value = shown(isa.text(element));
        sink.add(std::move(fault));
    };
    static constexpr std::uint16_t Coded[] = {1, 3, 5, 7, 12, 14, 15};
    for (const std::uint16_t element : Coded) {
        const SegmentSchema* schema =
            m_schemas.envelope_segment(Standard::X12, interchange.version, "ISA");
        const Element* rule = schema ? schema->element_at({element, 1, 1}) : nullptr;
        if (rule && rule->codes && !rule->codes->contains(isa.text(element))) {
            report("x12.isa.code",
                   element,
                   "\"" + shown(isa.text(element)) + "\" is not in the code list of ISA" +
                       (element < 10 ? "0" : "") + std::to_string(element));
        }
    }
    static constexpr Element Date{.id = "I08", .type = DataType::Date, .min = 6, .max = 6};
    static constexpr Element Time{.id = "I09", .type = DataType::Time, .min = 4, .max = 4};
    if (check_value(isa.text(9), Date, m_rules) != ValueFault::Good)
        report(
            "x12.isa.date", 9, "\"" + shown(isa.text(9)) + "\" is not a date of the form YYMMDD");
    if (check_value(isa.text(10), Time, m_rules) != ValueFault::Good)
        report(
            "x12.isa.time", 10, "\"" + shown(isa.text(10)) + "\" is not a time of the form HHMM");
    if (!all_digits(interchange.control) || interchange.control.size() > 9) {
        report("x12.isa.control",
               13,
               "interchange control number \"" + shown(interchange.control) +
                   "\" is not a number of nine digits");
    }
}

void X12Validator::trailer(const Interchange& interchange,
                           const InterchangeReport& report,
                           FaultSink& sink) {
    if (!interchange.complete) {
        sink.add(make_fault("edi.interchange.trailer-missing",
                            &interchange.header,
                            "the interchange has no trailer (IEA): it was cut off"));
        return;
    }
    const Segment& iea = interchange.trailer;
    const std::size_t counted =
        static_cast<std::size_t>(
            std::count_if(interchange.groups.begin(),
                          interchange.groups.end(),
                          [](const Group& group) { return group.header.raw.data() != nullptr; })) +
        interchange.passed;
    check_trailer(iea,
                  counted,
                  interchange.control,
                  {.count_code = "edi.interchange.count",
                   .control_code = "edi.interchange.control-mismatch",
                   .what = "groups",
                   .reference = "control number",
                   .numeric = true},
                  sink);
    if (report.groups.empty() && interchange.passed == 0 && interchange.extra.empty()) {
        sink.add(make_fault(
            "edi.interchange.empty", &interchange.header, "the interchange holds no group"));
    }
}

GroupReport X12Validator::group(Group& group,
                                const Interchange& interchange,
                                std::set<std::string, std::less<>>& controls) {
    GroupReport report;
    report.functional_id = group.functional_id;
    report.sender = group.sender;
    report.receiver = group.receiver;
    report.version = group.version;
    report.control = group.control;
    report.date = group.header.text(4);
    report.time = group.header.text(5);
    report.complete = group.complete;
    FaultSink sink(report.faults, m_options.faults, m_options.severities);
    if (group.header.raw.data()) group_header(group, interchange, sink);
    if (group.header.raw.data() && !controls.emplace(without_zeros(group.control)).second) {
        envelope_fault(
            sink,
            "edi.group.control-duplicate",
            group.header,
            {6, 1, 1},
            "group control number " + shown(group.control) + " stands twice in the interchange");
    }
    std::set<std::string, std::less<>> transactions;
    for (Transaction& one : group.transactions)
        report.transactions.push_back(transaction(one, group, transactions));
    group_trailer(group, report, sink);
    return report;
}

void X12Validator::group_header(const Group& group,
                                const Interchange& interchange,
                                FaultSink& sink) {
    const SegmentSchema* schema =
        m_schemas.envelope_segment(Standard::X12, interchange.version, "GS");
    std::vector<Fault> found;
    FaultSink own(found, 20, m_options.severities);
    if (schema) ElementChecker(m_rules, own).check(group.header, *schema, {});
    for (Fault& fault : found) {
        // Industry suffixes ("004010VICS") are not in the code list of GS08; the release is judged below.
        if (fault.element == 8 && fault.code == "edi.element.code") continue;
        // What the group header says wrongly is reported under one code; only what is missing rejects.
        const FaultKind& kind =
            fault_kind(fault.element == 6 ? "edi.group.control-invalid" : "edi.group.element");
        fault.severity = fault.code == "edi.element.missing" || fault.element == 6
                             ? Severity::Error
                             : Severity::Warning;
        fault.code = kind.code;
        fault.scope = kind.scope;
        fault.ack = kind.ack;
        sink.add(std::move(fault));
    }
    if (!m_schemas.has_release(Standard::X12, group.version)) {
        envelope_fault(sink,
                       "edi.group.version",
                       group.header,
                       {8, 1, 1},
                       "there is no schema for release " + shown(group.version));
    }
}

void X12Validator::group_trailer(const Group& group, GroupReport& report, FaultSink& sink) {
    if (!group.header.raw.data()) return;  // its absence is on record already
    if (!group.complete) {
        sink.add(make_fault(
            "edi.group.trailer-missing", &group.header, "the group has no trailer (GE)"));
        return;
    }
    const auto stated = count_in(group.trailer.text(1));
    report.stated_transactions =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(stated.value_or(0), 0xFFFFFFFF));
    check_trailer(group.trailer,
                  group.transactions.size() + group.passed,
                  group.control,
                  {.count_code = "edi.group.count",
                   .control_code = "edi.group.control-mismatch",
                   .what = "transaction sets",
                   .reference = "control number",
                   .numeric = true},
                  sink);
    if (group.transactions.empty() && group.passed == 0)
        sink.add(
            make_fault("edi.group.empty", &group.header, "the group holds no transaction set"));
}

TransactionReport X12Validator::transaction(Transaction& transaction,
                                            const Group& group,
                                            std::set<std::string, std::less<>>& controls) {
    std::vector<Fault> faults;
    FaultSink sink(faults, m_options.faults, m_options.severities);
    TransactionReport report = open_report(transaction, sink);
    set_envelope(transaction, sink);
    if (!controls.emplace(transaction.control).second) {
        envelope_fault(sink,
                       "edi.set.control-duplicate",
                       transaction.segments.front(),
                       {2, 1, 1},
                       "transaction set control number " + shown(transaction.control) +
                           " stands twice in the group");
    }
    find_schema(transaction, group, sink);
    if (transaction.schema) {
        report.known = true;
        check_body(transaction, m_schemas, m_rules, m_options, faults, sink);
    }
    if (m_options.thorough && transaction.passed == 0) check_thoroughly(transaction, {}, sink);
    report.faults = std::move(faults);
    close_report(report, sink);
    return report;
}

void X12Validator::set_envelope(const Transaction& transaction, FaultSink& sink) {
    const Segment& st = transaction.segments.front();
    if (transaction.control.size() < 4 || transaction.control.size() > 9) {
        envelope_fault(sink,
                       "edi.set.control-invalid",
                       st,
                       {2, 1, 1},
                       "transaction set control number \"" + shown(transaction.control) +
                           "\" does not have 4 to 9 characters");
    }
    if (transaction.set.size() != 3 || !all_digits(transaction.set)) {
        envelope_fault(sink,
                       "edi.set.identifier",
                       st,
                       {1, 1, 1},
                       "transaction set identifier \"" + shown(transaction.set) +
                           "\" does not have three digits");
    }
    check_set_trailer(transaction, "control number", sink);
}

void X12Validator::find_schema(Transaction& transaction, const Group& group, FaultSink& sink) {
    const Segment& st = transaction.segments.front();
    auto found = m_schemas.find(Standard::X12, transaction.version, transaction.set);
    if (!found) {
        envelope_fault(sink, "edi.set.unsupported", st, {1, 1, 1}, found.error().what());
        return;
    }
    transaction.schema = *found;
    if (transaction.version.substr(0, 6) != transaction.schema->release &&
        transaction.version.size() >= 6) {
        envelope_fault(sink,
                       "edi.set.borrowed",
                       st,
                       {1, 1, 1},
                       "release " + shown(transaction.version.substr(0, 6)) + " has no " +
                           shown(transaction.set) + "; it is judged as release " +
                           std::string(transaction.schema->release) + " defines it");
    }
    if (!transaction.schema->functional_group.empty() && group.header.raw.data() &&
        transaction.schema->functional_group != group.functional_id) {
        envelope_fault(sink,
                       "edi.set.wrong-group",
                       st,
                       {1, 1, 1},
                       "set " + shown(transaction.set) + " belongs into a group " +
                           std::string(transaction.schema->functional_group) + ", this group is " +
                           shown(group.functional_id));
    }
    const SegmentSchema* header = m_schemas.segment(Standard::X12, transaction.version, "ST");
    if (header && st.elements() > header->elements.size()) {
        envelope_fault(
            sink,
            "edi.set.version-element",
            st,
            {3, 1, 1},
            "release " + shown(transaction.schema->release) + " has no third element in ST");
    }
}

}  // namespace

InterchangeReport validate_x12(Interchange& interchange,
                               const SchemaSet& schemas,
                               const ValidationOptions& options) {
    return X12Validator(schemas, options).interchange(interchange);
}

}  // namespace sallyport::edi
