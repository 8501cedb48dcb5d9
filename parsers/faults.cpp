// SPDX-License-Identifier: Apache-2.0
// Acknowledgement words: AK304, AK403, AK502, AK905 and TA105 of X12 997/TA1; 0085 of the ISO 9735 service directory.
#include "parsers/faults.h"

#include "parsers/xml_faults.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

constexpr auto Error_ = Severity::Error;
constexpr auto Warn = Severity::Warning;
constexpr auto Fixed = Severity::Repair;

constexpr std::string_view AskSender = "ask the sender to correct the document and send it again";
constexpr std::string_view AskWhole = "ask the sender to send the whole file again";
constexpr std::string_view TellSender = "nothing has to be done now; tell the sender";

constexpr FaultKind Kinds[] = {
    // elements
    {"edi.element.missing", Error_, Scope::Element, {.ak4 = "1", .edifact = "13"}, AskSender},
    {"edi.element.condition", Error_, Scope::Element, {.ak4 = "2", .edifact = "13"}, AskSender},
    {"edi.element.too-many", Error_, Scope::Element, {.ak4 = "3", .edifact = "16"}, AskSender},
    {"edi.element.too-short", Error_, Scope::Element, {.ak4 = "4", .edifact = "40"}, AskSender},
    {"edi.element.too-long", Error_, Scope::Element, {.ak4 = "5", .edifact = "39"}, AskSender},
    {"edi.element.character", Error_, Scope::Element, {.ak4 = "6", .edifact = "21"}, AskSender},
    {"edi.element.number", Error_, Scope::Element, {.ak4 = "6", .edifact = "37"}, AskSender},
    {"edi.element.code",
     Error_,
     Scope::Element,
     {.ak4 = "7", .edifact = "12"},
     "ask the sender for a code of the list, or allow this one in the partner's guide"},
    {"edi.element.date", Error_, Scope::Element, {.ak4 = "8", .edifact = "12"}, AskSender},
    {"edi.element.time", Error_, Scope::Element, {.ak4 = "9", .edifact = "12"}, AskSender},
    {"edi.element.exclusion", Error_, Scope::Element, {.ak4 = "10", .edifact = "15"}, AskSender},
    {"edi.element.repeated", Error_, Scope::Element, {.ak4 = "12", .edifact = "35"}, AskSender},
    {"edi.component.too-many", Error_, Scope::Element, {.ak4 = "13", .edifact = "16"}, AskSender},
    {"edi.element.unused", Error_, Scope::Element, {.ak4 = "3", .edifact = "15"}, AskSender},
    {"edi.element.trailing-separator",
     Warn,
     Scope::Element,
     {.ak4 = "3", .edifact = "45"},
     TellSender},
    {"edi.element.blank", Warn, Scope::Element, {.ak4 = "1", .edifact = "13"}, TellSender},
    // segments
    {"edi.segment.unknown", Error_, Scope::Segment, {.ak3 = "1", .edifact = "15"}, AskSender},
    {"edi.segment.unexpected", Error_, Scope::Segment, {.ak3 = "2", .edifact = "15"}, AskSender},
    {"edi.segment.missing", Error_, Scope::Segment, {.ak3 = "3", .edifact = "13"}, AskSender},
    {"edi.loop.repeated", Error_, Scope::Segment, {.ak3 = "4", .edifact = "36"}, AskSender},
    {"edi.segment.repeated", Error_, Scope::Segment, {.ak3 = "5", .edifact = "35"}, AskSender},
    {"edi.segment.not-in-set", Error_, Scope::Segment, {.ak3 = "6", .edifact = "15"}, AskSender},
    {"edi.segment.sequence", Error_, Scope::Segment, {.ak3 = "7", .edifact = "15"}, AskSender},
    {"edi.segment.empty", Error_, Scope::Segment, {.ak3 = "1", .edifact = "20"}, AskSender},
    {"edi.segment.too-long",
     Error_,
     Scope::Segment,
     {.ak3 = "2", .edifact = "18"},
     "a terminator is missing, or raise the segment limit"},
    {"edi.segment.truncated", Error_, Scope::Segment, {.ak3 = "2", .edifact = "13"}, AskWhole},
    {"x12.binary.length", Error_, Scope::Segment, {.ak3 = "8", .ak4 = "6"}, AskSender},
    // a partner's guide; 999 has words of its own for what an implementation guide says
    {"guide.segment.forbidden",
     Error_,
     Scope::Segment,
     {.ak3 = "2", .ik3 = "I4", .edifact = "15"},
     AskSender},
    {"guide.segment.missing",
     Error_,
     Scope::Segment,
     {.ak3 = "3", .ik3 = "I8", .edifact = "13"},
     AskSender},
    {"guide.loop.missing",
     Error_,
     Scope::Segment,
     {.ak3 = "3", .ik3 = "I7", .edifact = "13"},
     AskSender},
    {"guide.segment.repeated", Error_, Scope::Segment, {.ak3 = "5", .edifact = "35"}, AskSender},
    {"guide.loop.repeated", Error_, Scope::Segment, {.ak3 = "4", .edifact = "36"}, AskSender},
    {"guide.element.forbidden",
     Error_,
     Scope::Element,
     {.ak4 = "10", .ik4 = "I10", .edifact = "15"},
     AskSender},
    {"guide.element.missing",
     Error_,
     Scope::Element,
     {.ak4 = "1", .ik4 = "I9", .edifact = "13"},
     AskSender},
    {"guide.element.code",
     Error_,
     Scope::Element,
     {.ak4 = "7", .ik4 = "I6", .edifact = "12"},
     "ask the sender for a code of the guide, or add this one to the partner's guide"},
    {"guide.element.too-short", Error_, Scope::Element, {.ak4 = "4", .edifact = "40"}, AskSender},
    {"guide.element.too-long", Error_, Scope::Element, {.ak4 = "5", .edifact = "39"}, AskSender},
    {"guide.element.condition",
     Error_,
     Scope::Element,
     {.ak4 = "2", .ik4 = "I9", .edifact = "13"},
     AskSender},
    {"guide.element.exclusion",
     Error_,
     Scope::Element,
     {.ak4 = "10", .ik4 = "I13", .edifact = "15"},
     AskSender},
    // trees
    {"edi.tree.parent", Error_, Scope::Element, {.ak4 = "7", .edifact = "12"}, AskSender},
    {"edi.tree.duplicate", Error_, Scope::Element, {.ak4 = "7", .edifact = "12"}, AskSender},
    {"edi.tree.level", Warn, Scope::Element, {.ak4 = "7", .edifact = "12"}, TellSender},
    {"edi.sequence", Warn, Scope::Element, {.ak4 = "7", .edifact = "12"}, TellSender},
    {"edi.count", Warn, Scope::Element, {.ak4 = "7", .edifact = "29"}, TellSender},
    // transactions
    {"edi.set.unsupported",
     Error_,
     Scope::Transaction,
     {.ak5 = "1", .edifact = "14"},
     "agree on a document type and release that is installed, or add its schema"},
    {"edi.set.trailer-missing",
     Error_,
     Scope::Transaction,
     {.ak5 = "2", .edifact = "13"},
     AskWhole},
    {"edi.set.control-mismatch",
     Error_,
     Scope::Transaction,
     {.ak5 = "3", .edifact = "28"},
     AskSender},
    {"edi.set.count", Error_, Scope::Transaction, {.ak5 = "4", .edifact = "29"}, AskWhole},
    {"edi.set.identifier", Error_, Scope::Transaction, {.ak5 = "6", .edifact = "12"}, AskSender},
    {"edi.set.control-invalid",
     Error_,
     Scope::Transaction,
     {.ak5 = "7", .edifact = "12"},
     AskSender},
    {"edi.set.control-duplicate",
     Error_,
     Scope::Transaction,
     {.ak5 = "23", .edifact = "26"},
     AskSender},
    {"edi.set.wrong-group", Warn, Scope::Transaction, {.ak5 = "6", .edifact = "31"}, TellSender},
    {"edi.set.version-element", Warn, Scope::Transaction, {}, TellSender},
    // groups
    {"edi.group.version",
     Error_,
     Scope::Group,
     {.ak9 = "2", .edifact = "14"},
     "agree on a release that is installed, or add its schema"},
    {"edi.group.trailer-missing", Error_, Scope::Group, {.ak9 = "3", .edifact = "13"}, AskWhole},
    {"edi.group.control-mismatch", Error_, Scope::Group, {.ak9 = "4", .edifact = "28"}, AskSender},
    {"edi.group.count", Error_, Scope::Group, {.ak9 = "5", .edifact = "29"}, AskWhole},
    {"edi.group.control-invalid", Error_, Scope::Group, {.ak9 = "6", .edifact = "12"}, AskSender},
    {"edi.group.control-duplicate", Warn, Scope::Group, {.ak9 = "6", .edifact = "26"}, TellSender},
    {"edi.group.element", Error_, Scope::Group, {.ta1 = "024", .edifact = "12"}, AskSender},
    {"edi.group.empty", Error_, Scope::Group, {.ak9 = "5", .edifact = "32"}, AskSender},
    // interchanges
    {"edi.interchange.trailer-missing",
     Error_,
     Scope::Interchange,
     {.ta1 = "023", .edifact = "13"},
     AskWhole},
    {"edi.interchange.control-mismatch",
     Error_,
     Scope::Interchange,
     {.ta1 = "001", .edifact = "28"},
     AskSender},
    {"edi.interchange.count",
     Error_,
     Scope::Interchange,
     {.ta1 = "021", .edifact = "29"},
     AskWhole},
    {"edi.interchange.structure",
     Error_,
     Scope::Interchange,
     {.ta1 = "022", .edifact = "33"},
     AskSender},
    {"edi.interchange.empty",
     Warn,
     Scope::Interchange,
     {.ta1 = "024", .edifact = "32"},
     TellSender},
    {"x12.service.place", Warn, Scope::Interchange, {.ta1 = "022"}, TellSender},
    {"x12.isa.width",
     Fixed,
     Scope::Interchange,
     {.ta1 = "022"},
     "the sender should pad the header fields to their fixed widths"},
    {"x12.isa.element", Error_, Scope::Interchange, {.ta1 = "022"}, AskSender},
    {"x12.isa.date", Warn, Scope::Interchange, {.ta1 = "014"}, TellSender},
    {"x12.isa.time", Warn, Scope::Interchange, {.ta1 = "015"}, TellSender},
    {"x12.isa.code", Warn, Scope::Interchange, {.ta1 = "022"}, TellSender},
    {"x12.isa.control", Error_, Scope::Interchange, {.ta1 = "018"}, AskSender},
    {"x12.isa.repetition", Warn, Scope::Interchange, {.ta1 = "022"}, TellSender},
    {"edifact.object.length", Error_, Scope::Interchange, {.edifact = "29"}, AskWhole},
    {"edifact.object.reference", Error_, Scope::Interchange, {.edifact = "28"}, AskSender},
    {"edifact.mixed", Error_, Scope::Interchange, {.edifact = "30"}, AskSender},
    {"edifact.group.types", Error_, Scope::Group, {.edifact = "31"}, AskSender},
    {"edifact.character-set",
     Warn,
     Scope::Element,
     {.ak4 = "6", .edifact = "21"},
     "the sender should name a syntax identifier that has these characters"},
    {"guide.syntax-identifier",
     Error_,
     Scope::Interchange,
     {.edifact = "2"},
     "the sender should use a syntax identifier that was agreed, or name this one in the guide"},
    {"edi.set.borrowed", Warn, Scope::Transaction, {}, TellSender},
    {"edi.use.not-judged",
     Warn,
     Scope::Transaction,
     {},
     "validate the file as a whole to have them judged"},
    {"edi.element.decimal", Error_, Scope::Element, {.ak4 = "6", .edifact = "38"}, AskSender},
    // repairs
    {"edi.repair.byte-order-mark", Fixed, Scope::Interchange, {}, TellSender},
    {"edi.repair.junk", Fixed, Scope::Interchange, {}, TellSender},
    {"edi.repair.final-terminator", Fixed, Scope::Interchange, {}, TellSender},
    {"edi.repair.encoding",
     Fixed,
     Scope::Interchange,
     {},
     "the sender should send ASCII, or what the syntax identifier names"},
    {"edi.repair.lower-case", Fixed, Scope::Interchange, {}, TellSender},
    {"edi.repair.wrapped-lines", Fixed, Scope::Interchange, {}, TellSender},
    {"edifact.repair.separators",
     Fixed,
     Scope::Interchange,
     {.edifact = "20"},
     "the sender should announce its separators with UNA"},
    {"x12.repair.terminator", Fixed, Scope::Interchange, {}, TellSender},
    {"x12.repair.component-separator", Fixed, Scope::Interchange, {}, TellSender},
};

}  // namespace

std::string_view to_string(Severity severity) {
    switch (severity) {
        case Severity::Repair:
            return "repair";
        case Severity::Warning:
            return "warning";
        case Severity::Error:
            return "error";
    }
    return {};
}

const FaultKind& fault_kind(std::string_view code) {
    const auto* found = std::find_if(std::begin(Kinds),
                                     std::end(Kinds),
                                     [&](const FaultKind& kind) { return kind.code == code; });
    if (found != std::end(Kinds)) return *found;
    for (const FaultKind& kind : xml_fault_kinds()) {
        if (kind.code == code) return kind;
    }
    return Kinds[0];
}

std::vector<FaultKind> all_fault_kinds() {
    std::vector<FaultKind> kinds(std::begin(Kinds), std::end(Kinds));
    kinds.insert(kinds.end(), xml_fault_kinds().begin(), xml_fault_kinds().end());
    return kinds;
}

Fault make_fault(std::string_view code, const Segment* segment, std::string message) {
    const FaultKind& kind = fault_kind(code);
    Fault fault;
    fault.code = kind.code;
    fault.severity = kind.severity;
    fault.scope = kind.scope;
    fault.ack = kind.ack;
    fault.message = std::move(message);
    fault.remedy = kind.remedy;
    if (segment) {
        fault.segment = shown(segment->tag.substr(0, 6));
        fault.position = segment->place.segment;
        fault.byte = segment->place.byte;
        fault.line = segment->place.line;
    }
    return fault;
}

std::string shown(std::string_view value) {
    return std::string(value.substr(0, 99));
}

void FaultSink::add(Fault fault) {
    if (!m_severities.empty()) {
        const auto found = m_severities.find(fault.code);
        if (found != m_severities.end()) fault.severity = found->second;
    }
    if (fault.severity == Severity::Error) ++m_errors;
    if (m_faults.size() >= m_limit) {
        // The first error must not be lost behind warnings: the verdict hangs on it.
        const bool first_error =
            fault.severity == Severity::Error && m_errors == 1 && !m_faults.empty();
        if (first_error) m_faults.back() = std::move(fault);
        ++m_left_out;
        return;
    }
    m_faults.push_back(std::move(fault));
}

bool TransactionReport::accepted() const {
    return std::none_of(faults.begin(), faults.end(), [](const Fault& fault) {
        return fault.severity == Severity::Error;
    });
}

bool GroupReport::accepted() const {
    return std::none_of(faults.begin(),
                        faults.end(),
                        [](const Fault& fault) { return fault.severity == Severity::Error; }) &&
           std::all_of(transactions.begin(),
                       transactions.end(),
                       [](const TransactionReport& transaction) { return transaction.accepted(); });
}

bool InterchangeReport::accepted() const {
    return std::none_of(faults.begin(),
                        faults.end(),
                        [](const Fault& fault) { return fault.severity == Severity::Error; }) &&
           std::all_of(groups.begin(), groups.end(), [](const GroupReport& group) {
               return group.accepted();
           });
}

bool Report::accepted() const {
    return !interchanges.empty() &&
           std::all_of(interchanges.begin(),
                       interchanges.end(),
                       [](const InterchangeReport& interchange) { return interchange.accepted(); });
}

}  // namespace sallyport::edi
