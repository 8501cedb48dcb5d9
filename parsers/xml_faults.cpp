// SPDX-License-Identifier: Apache-2.0
// XML documents are answered with documents of their own kind, so these have no acknowledgement words.
#include "parsers/xml_faults.h"

namespace sallyport::edi {
namespace {

constexpr auto Wrong = Severity::Error;
constexpr std::string_view AskSender = "ask the sender to correct the document and send it again";

constexpr FaultKind Kinds[] = {
    {"xml.document.unsupported",
     Wrong,
     Scope::Transaction,
     {},
     "agree on a document type that is installed, or add its schema file"},
    {"xml.doctype.ignored",
     Severity::Warning,
     Scope::Interchange,
     {},
     "nothing has to be done now; tell the sender"},
    {"xml.element.unknown", Wrong, Scope::Segment, {}, AskSender},
    {"xml.element.missing", Wrong, Scope::Segment, {}, AskSender},
    {"xml.element.sequence", Wrong, Scope::Segment, {}, AskSender},
    {"xml.element.repeated", Wrong, Scope::Segment, {}, AskSender},
    {"xml.element.choice", Wrong, Scope::Segment, {}, AskSender},
    {"xml.element.text", Wrong, Scope::Segment, {}, AskSender},
    {"xml.attribute.unknown", Wrong, Scope::Element, {}, AskSender},
    {"xml.attribute.missing", Wrong, Scope::Element, {}, AskSender},
    {"xml.value.number", Wrong, Scope::Element, {}, AskSender},
    {"xml.value.date", Wrong, Scope::Element, {}, AskSender},
    {"xml.value.time", Wrong, Scope::Element, {}, AskSender},
    {"xml.value.boolean", Wrong, Scope::Element, {}, AskSender},
    {"xml.value.base64", Wrong, Scope::Element, {}, AskSender},
    {"xml.value.code", Wrong, Scope::Element, {}, AskSender},
    {"xml.value.name", Wrong, Scope::Element, {}, AskSender},
};

Fault placed(Fault fault, XmlPlaces& places, std::uint32_t at, std::string message) {
    const Segment& segment = places.transaction().segments[at];
    fault.segment = shown(segment.tag);
    fault.position = segment.place.segment;
    fault.byte = segment.place.byte;
    fault.line = segment.place.line;
    fault.value = shown(segment.text(1));
    fault.xpath = places.xpath(at);
    const std::size_t slash = fault.xpath.rfind('/');
    fault.loop = slash == std::string::npos ? std::string() : fault.xpath.substr(0, slash);
    fault.message = std::move(message);
    return fault;
}

}  // namespace

Fault bare_fault(std::string_view code, Severity severity) {
    Fault fault;
    fault.code = code;
    fault.severity = severity;
    return fault;
}

std::span<const FaultKind> xml_fault_kinds() {
    return Kinds;
}

Fault xml_fault(std::string_view code,
                XmlPlaces& places,
                std::uint32_t segment,
                std::string message) {
    return placed(make_fault(code, nullptr, {}), places, segment, std::move(message));
}

Fault xml_rule_fault(std::string_view rule,
                     Severity severity,
                     XmlPlaces& places,
                     std::uint32_t segment,
                     std::string message) {
    Fault fault;
    fault.code = rule;
    fault.severity = severity;
    fault.scope = Scope::Segment;
    fault.remedy = AskSender;
    return placed(std::move(fault), places, segment, std::move(message));
}

}  // namespace sallyport::edi
