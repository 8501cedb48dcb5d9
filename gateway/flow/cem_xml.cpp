// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/cem_xml.h"

#include "parsers/xml.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace sallyport::flow {
namespace {

using edi::DraftElement;

constexpr std::string_view Namespace = "urn:ietf:params:xml:ns:ediintcertificateexchange";
constexpr std::string_view Signatures = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::size_t LongestText = 1024;  // a name, a URL, a reason
constexpr std::size_t LongestId = 200;
constexpr std::size_t MostUses = 8;

Error field_error(std::string what) {
    return Error("cem.field", Blame::Partner, "certificate exchange: " + std::move(what));
}

// "{urn:…}TrustRequest" is TrustRequest. Peers put elements into the wrong one of the two namespaces; the names are enough.
std::string_view local(std::string_view tag) {
    const std::size_t close = tag.find_last_of("}:");
    return close == std::string_view::npos ? tag : tag.substr(close + 1);
}

const DraftElement* child(const DraftElement& parent, std::string_view name) {
    const auto found = std::find_if(parent.children.begin(),
                                    parent.children.end(),
                                    [&](const auto& one) { return local(one.tag) == name; });
    return found == parent.children.end() ? nullptr : &*found;
}

std::string trimmed(std::string_view text) {
    constexpr std::string_view Blank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(Blank);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(Blank) - first + 1));
}

// Empty when there is none. Longer than any of its kind: as if it were empty.
std::string text_in(const DraftElement& parent, std::string_view name) {
    const DraftElement* found = child(parent, name);
    if (found == nullptr || found->text.size() > LongestText) return {};
    return trimmed(found->text);
}

std::string attribute(const DraftElement& element, std::string_view name) {
    for (const auto& [key, value] : element.attributes)
        if (key == name) return value;
    return {};
}

CertificateName name_in(const DraftElement& parent) {
    return {.issuer = text_in(parent, "X509IssuerName"),
            .serial = text_in(parent, "X509SerialNumber")};
}

Result<TrustRequest> request_item(const DraftElement& element) {
    TrustRequest item;
    for (const DraftElement& one : element.children) {
        if (local(one.tag) != "CertUsage") continue;
        item.uses.push_back(trimmed(one.text).substr(0, 64));
        if (item.uses.size() > MostUses) return field_error("too many CertUsage");
    }
    if (item.uses.empty()) return field_error("a TrustRequest without CertUsage");
    const std::string respond_by = text_in(element, "RespondByDate");
    item.respond_by = read_xml_time(respond_by);
    if (!respond_by.empty() && !item.respond_by)
        return field_error("RespondByDate is no point in time");
    item.response_url = text_in(element, "ResponseURL");
    const DraftElement* entity = child(element, "EndEntity");
    const DraftElement* name =
        entity == nullptr ? nullptr : child(*entity, "CertificateIdentifier");
    if (name == nullptr) return field_error("a TrustRequest names no certificate");
    item.certificate = name_in(*name);
    item.content_id = text_in(*entity, "CertificateContentID");
    if (item.content_id.starts_with("cid:")) item.content_id.erase(0, 4);
    if (item.content_id.size() > 2 && item.content_id.front() == '<')
        item.content_id = item.content_id.substr(1, item.content_id.size() - 2);
    if (item.certificate.serial.empty() || item.content_id.empty())
        return field_error("a TrustRequest without X509SerialNumber or CertificateContentID");
    return item;
}

Result<TrustAnswer> answer_item(const DraftElement& element) {
    TrustAnswer item;
    const std::string status = text_in(element, "CertStatus");
    if (status != "Accepted" && status != "Rejected")
        return field_error("CertStatus is neither Accepted nor Rejected");
    item.accepted = status == "Accepted";
    item.reason = text_in(element, "ReasonForRejection");
    const DraftElement* name = child(element, "CertificateReference");
    if (name == nullptr) return field_error("a TrustResponse names no certificate");
    item.certificate = name_in(*name);
    if (item.certificate.serial.empty())
        return field_error("a TrustResponse without X509SerialNumber");
    return item;
}

// What both kinds begin with, and their items by `read`.
template <typename Message, typename Item>
Result<CemMessage> message_in(const DraftElement& root,
                              std::string_view item_name,
                              Result<Item> (*read)(const DraftElement&)) {
    Message message;
    message.id = attribute(root, "requestId");
    if (message.id.empty() || message.id.size() > LongestId)
        return field_error("requestId is missing or longer than " + std::to_string(LongestId));
    const DraftElement* info = child(root, "TradingPartnerInfo");
    if (info == nullptr) return field_error("TradingPartnerInfo is missing");
    message.sender = text_in(*info, "Name");
    if (message.sender.empty()) return field_error("TradingPartnerInfo has no Name");
    message.originated = read_xml_time(text_in(*info, "MessageOriginated")).value_or(Instant{});
    for (const DraftElement& element : root.children) {
        if (local(element.tag) != item_name) continue;
        auto item = read(element);
        if (!item) return std::move(item).error();
        message.items.push_back(*std::move(item));
        if (message.items.size() > MostTrustItems)
            return field_error("more than " + std::to_string(MostTrustItems) + " certificates");
    }
    if (message.items.empty()) return field_error("no " + std::string(item_name));
    return CemMessage(std::move(message));
}

std::string signature_tag(std::string_view name) {
    return "{" + std::string(Signatures) + "}" + std::string(name);
}

DraftElement leaf(std::string tag, std::string text) {
    return {.tag = std::move(tag), .text = std::move(text), .attributes = {}, .children = {}};
}

DraftElement name_element(std::string_view tag, const CertificateName& name) {
    return {.tag = std::string(tag),
            .text = {},
            .attributes = {},
            .children = {leaf(signature_tag("X509IssuerName"), name.issuer),
                         leaf(signature_tag("X509SerialNumber"), name.serial)}};
}

DraftElement root_element(std::string tag,
                          const std::string& id,
                          const std::string& sender,
                          Instant originated) {
    DraftElement name = leaf("Name", sender);
    name.attributes = {{"qualifier", "AS2"}};
    DraftElement info{
        .tag = "TradingPartnerInfo",
        .text = {},
        .attributes = {},
        .children = {std::move(name), leaf("MessageOriginated", write_xml_time(originated))}};
    return {.tag = std::move(tag),
            .text = {},
            .attributes = {{"requestId", id}},
            .children = {std::move(info)}};
}

Result<std::string> print(const DraftElement& root) {
    return edi::write_xml(root, Namespace, nullptr, {.doctype = false, .sort = false});
}

bool take_number(std::string_view& text, std::size_t digits, int& value) {
    if (text.size() < digits) return false;
    const auto* end = text.data() + digits;
    const auto read = std::from_chars(text.data(), end, value);
    text.remove_prefix(digits);
    return read.ec == std::errc() && read.ptr == end && value >= 0;
}

bool take(std::string_view& text, char wanted) {
    if (!text.starts_with(wanted)) return false;
    text.remove_prefix(1);
    return true;
}

// "+01:00", "-0530", "Z" or nothing, to the end.
std::optional<std::chrono::minutes> take_zone(std::string_view text) {
    if (text.empty() || text == "Z") return std::chrono::minutes(0);
    const bool west = text.front() == '-';
    if (!west && text.front() != '+') return std::nullopt;
    text.remove_prefix(1);
    int hours = 0, minutes = 0;
    if (!take_number(text, 2, hours)) return std::nullopt;
    (void)take(text, ':');
    if (!take_number(text, 2, minutes) || !text.empty() || hours > 14 || minutes > 59)
        return std::nullopt;
    const std::chrono::minutes offset(hours * 60 + minutes);
    return west ? -offset : offset;
}

}  // namespace

std::optional<Instant> read_xml_time(std::string_view text) {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
    if (!take_number(text, 4, year) || !take(text, '-') || !take_number(text, 2, month) ||
        !take(text, '-') || !take_number(text, 2, day))
        return std::nullopt;
    if (take(text, 'T')) {
        if (!take_number(text, 2, hour) || !take(text, ':') || !take_number(text, 2, minute) ||
            !take(text, ':') || !take_number(text, 2, second))
            return std::nullopt;
        if (take(text, '.'))
            text.remove_prefix(std::min(text.find_first_not_of("0123456789"), text.size()));
    }
    const auto zone = take_zone(text);
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!zone || !date.ok() || hour > 24 || minute > 59 || second > 60) return std::nullopt;
    return Instant(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second) - *zone;
}

std::string write_xml_time(Instant instant) {
    return iso8601(instant).substr(0, 19) + "Z";
}

Result<CemMessage> read_cem_xml(const std::string& octets) {
    edi::Limits limits;
    limits.bytes = std::size_t{256} << 10U;
    auto document =
        edi::read_xml(octets,
                      limits,
                      {.depth = 16, .attributes = 16, .namespaces = 16, .text_bytes = 64U << 10U});
    if (!document) return std::move(document).error();
    // The reader skips one that declares nothing; in a message of this kind there is no reason for any.
    if (document->octets().find("<!DOCTYPE") != std::string_view::npos)
        return Error("cem.doctype", Blame::Partner, "a certificate exchange with a DOCTYPE");
    if (document->interchanges.empty() || document->interchanges.front().groups.empty() ||
        document->interchanges.front().groups.front().transactions.empty())
        return field_error("no XML document");
    const DraftElement root =
        edi::draft_of(document->interchanges.front().groups.front().transactions.front());
    const bool ours = document->interchanges.front().syntax == Namespace;
    if (ours && local(root.tag) == "EDIINTCertificateExchangeRequest")
        return message_in<CemRequest>(root, "TrustRequest", &request_item);
    if (ours && local(root.tag) == "EDIINTCertificateExchangeResponse")
        return message_in<CemResponse>(root, "TrustResponse", &answer_item);
    return Error("cem.root",
                 Blame::Partner,
                 "the XML is neither a request nor a response of a certificate exchange")
        .remedy("ask the partner for the namespace " + std::string(Namespace));
}

Result<std::string> write_cem_xml(const CemRequest& request) {
    DraftElement root = root_element(
        "EDIINTCertificateExchangeRequest", request.id, request.sender, request.originated);
    for (const TrustRequest& item : request.items) {
        DraftElement element{.tag = "TrustRequest", .text = {}, .attributes = {}, .children = {}};
        for (const std::string& use : item.uses)
            element.children.push_back(leaf("CertUsage", use));
        if (item.respond_by)
            element.children.push_back(leaf("RespondByDate", write_xml_time(*item.respond_by)));
        element.children.push_back(leaf("ResponseURL", item.response_url));
        element.children.push_back(
            {.tag = "EndEntity",
             .text = {},
             .attributes = {},
             .children = {name_element("CertificateIdentifier", item.certificate),
                          leaf("CertificateContentID", item.content_id)}});
        root.children.push_back(std::move(element));
    }
    return print(root);
}

Result<std::string> write_cem_xml(const CemResponse& response) {
    DraftElement root = root_element(
        "EDIINTCertificateExchangeResponse", response.id, response.sender, response.originated);
    for (const TrustAnswer& item : response.items) {
        DraftElement element{
            .tag = "TrustResponse",
            .text = {},
            .attributes = {},
            .children = {leaf("CertStatus", item.accepted ? "Accepted" : "Rejected")}};
        if (!item.accepted && !item.reason.empty())
            element.children.push_back(leaf("ReasonForRejection", item.reason));
        element.children.push_back(name_element("CertificateReference", item.certificate));
        root.children.push_back(std::move(element));
    }
    return print(root);
}

}  // namespace sallyport::flow
