// SPDX-License-Identifier: Apache-2.0
#include "parsers/split.h"

#include "parsers/edifact.h"
#include "parsers/part.h"
#include "parsers/x12.h"
#include "parsers/xml_view.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace sallyport::edi {
namespace {

using Json = nlohmann::ordered_json;

std::string safe(std::string_view text) {
    std::string name;
    for (const char c : text) {
        const bool plain =
            (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        name += plain ? c : '_';
    }
    return name.substr(0, 40);
}

std::string whole(const Segment& segment, const Separators& separators) {
    std::string text(segment.raw);
    if (text.empty()) return text;
    return text + separators.terminator + std::string(segment.filler);
}

std::string trailer(std::string_view tag,
                    std::string_view control,
                    const Interchange& interchange) {
    const char element = interchange.separators.element;
    std::string text(tag);
    text += element;
    text += "1";
    text += element;
    text += control;
    return text + interchange.separators.terminator + std::string(interchange.header.filler);
}

// UNA stands in the preamble and must come along: the separators hang on it.
std::string_view advice_of(const Interchange& interchange) {
    const std::size_t una = interchange.standard == Standard::X12
                                ? std::string_view::npos
                                : interchange.preamble.find("UNA");
    return una == std::string_view::npos ? std::string_view() : interchange.preamble.substr(una);
}

std::string text_in(const Json& json, const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json& list_in(const Json& json, const char* name) {
    static const Json Nothing = Json::array();
    const auto found = json.find(name);
    return found != json.end() && found->is_array() ? *found : Nothing;
}

// Element `number` of a segment as document_json() gives it: simple text only.
std::string element_in(const Json& json,
                       const char* segment,
                       std::size_t number,
                       std::size_t component = 1) {
    const auto found = json.find(segment);
    if (found == json.end() || !found->is_object()) return {};
    const Json& elements = list_in(*found, "elements");
    if (number == 0 || number > elements.size()) return {};
    const Json& element = elements[number - 1];
    if (element.is_string()) return component == 1 ? element.get<std::string>() : std::string();
    if (!element.is_array() || element.empty() || !element[0].is_array() ||
        component > element[0].size())
        return {};
    const Json& inner = element[0][component - 1];
    return inner.is_string() ? inner.get<std::string>() : std::string();
}

DraftSegment segment_from(const Json& json) {
    DraftSegment segment(text_in(json, "tag"));
    std::uint16_t position = 0;
    for (const Json& element : list_in(json, "elements")) {
        if (position == 4096) break;
        ++position;
        if (element.is_string()) {
            segment.set(position, element.get<std::string>());
            continue;
        }
        std::uint16_t repetition = 0;
        for (const Json& one : element.is_array() ? element : Json::array()) {
            ++repetition;
            if (one.is_string()) segment.set({position, 1, repetition}, one.get<std::string>());
            std::uint16_t component = 0;
            for (const Json& inner : one.is_array() ? one : Json::array()) {
                ++component;
                if (inner.is_string())
                    segment.set({position, component, repetition}, inner.get<std::string>());
            }
        }
    }
    return segment;
}

std::vector<DraftSegment> body_from(const Json& transaction) {
    std::vector<DraftSegment> body;
    for (const Json& segment : list_in(transaction, "segments")) {
        const std::string tag = text_in(segment, "tag");
        if (tag != "ST" && tag != "SE" && tag != "UNH" && tag != "UNT")
            body.push_back(segment_from(segment));
    }
    return body;
}

std::vector<DraftSegment> finished(const Json& transaction,
                                   Standard standard,
                                   std::string_view version,
                                   const WriteOptions& options) {
    std::vector<DraftSegment> body = body_from(transaction);
    if (!options.schemas) return body;
    if (auto set = options.schemas->find(standard, version, text_in(transaction, "set")))
        finish(body, **set, options.finish);
    return body;
}

Separators separators_from(const Json& json) {
    Separators separators;
    const auto found = json.find("separators");
    if (found == json.end() || !found->is_object()) return separators;
    const auto one = [&](const char* name, char& into, char absent) {
        const std::string text = text_in(*found, name);
        into = text.size() == 1 ? text[0] : absent;
    };
    one("element", separators.element, separators.element);
    one("component", separators.component, separators.component);
    one("repetition", separators.repetition, '\0');
    one("release", separators.release, '\0');
    one("decimal", separators.decimal, separators.decimal);
    if (const std::string terminator = text_in(*found, "terminator"); !terminator.empty())
        separators.terminator = terminator;
    separators.line_end = text_in(*found, "line_end");
    return separators;
}

Result<std::string> x12_from(const Json& json, const WriteOptions& options) {
    DraftInterchange out;
    out.separators = options.separators ? *options.separators : separators_from(json);
    out.style = options.style;
    out.sender_qualifier = text_in(json, "sender_qualifier");
    out.sender = text_in(json, "sender");
    out.receiver_qualifier = text_in(json, "receiver_qualifier");
    out.receiver = text_in(json, "receiver");
    out.date = element_in(json, "header", 9);
    out.time = element_in(json, "header", 10);
    out.version = text_in(json, "version");
    out.control = text_in(json, "control");
    out.request_acknowledgement = element_in(json, "header", 14) == "1";
    out.test = element_in(json, "header", 15) == "T";
    for (const Json& segment : list_in(json, "service"))
        out.extra.push_back(segment_from(segment));
    for (const Json& group : list_in(json, "groups")) {
        DraftGroup draft;
        draft.functional_id = text_in(group, "functional_id");
        draft.sender = text_in(group, "sender");
        draft.receiver = text_in(group, "receiver");
        draft.date = element_in(group, "header", 4);
        draft.time = element_in(group, "header", 5);
        draft.control = text_in(group, "control");
        draft.agency = element_in(group, "header", 7);
        draft.version = text_in(group, "version");
        for (const Json& transaction : list_in(group, "transactions"))
            draft.transactions.push_back(
                {text_in(transaction, "set"),
                 text_in(transaction, "control"),
                 finished(transaction, Standard::X12, draft.version, options)});
        out.groups.push_back(std::move(draft));
    }
    return write_x12(out);
}

std::vector<DraftMessage> messages_from(const Json& group, const WriteOptions& options) {
    std::vector<DraftMessage> messages;
    for (const Json& transaction : list_in(group, "transactions")) {
        DraftMessage message;
        const Json& segments = list_in(transaction, "segments");
        if (segments.empty()) continue;
        const Json holder = {{"unh", segments[0]}};
        message.type = element_in(holder, "unh", 2, 1);
        message.version = element_in(holder, "unh", 2, 2);
        message.release = element_in(holder, "unh", 2, 3);
        message.agency = element_in(holder, "unh", 2, 4);
        message.association = element_in(holder, "unh", 2, 5);
        message.reference = text_in(transaction, "control");
        message.body =
            finished(transaction, Standard::Edifact, message.version + message.release, options);
        messages.push_back(std::move(message));
    }
    return messages;
}

// What UNG says; UNE is made by the writer.
DraftMessageGroup group_from(const Json& group) {
    DraftMessageGroup out;
    out.type = element_in(group, "header", 1);
    out.sender = {element_in(group, "header", 2, 1), element_in(group, "header", 2, 2)};
    out.receiver = {element_in(group, "header", 3, 1), element_in(group, "header", 3, 2)};
    out.date = element_in(group, "header", 4, 1);
    out.time = element_in(group, "header", 4, 2);
    out.control = element_in(group, "header", 5);
    out.agency = element_in(group, "header", 6);
    out.version = element_in(group, "header", 7, 1);
    out.release = element_in(group, "header", 7, 2);
    out.association = element_in(group, "header", 7, 3);
    return out;
}

Result<std::string> edifact_from(const Json& json, const WriteOptions& options) {
    DraftEdifact out;
    const std::string version = text_in(json, "version");
    out.syntax_version = version.empty() ? '3' : version[0];
    out.separators = separators_from(json);
    out.style = options.style;
    out.syntax = element_in(json, "header", 1, 1);
    out.sender = {text_in(json, "sender"), text_in(json, "sender_qualifier")};
    out.receiver = {text_in(json, "receiver"), text_in(json, "receiver_qualifier")};
    out.date = element_in(json, "header", 4, 1);
    out.time = element_in(json, "header", 4, 2);
    out.control = text_in(json, "control");
    out.application_reference = element_in(json, "header", 7);
    out.acknowledgement_request = element_in(json, "header", 9) == "1";
    out.test = element_in(json, "header", 11) == "1";
    for (const Json& group : list_in(json, "groups")) {
        auto messages = messages_from(group, options);
        if (!group.contains("header")) {
            std::move(messages.begin(), messages.end(), std::back_inserter(out.messages));
            continue;
        }
        out.groups.push_back(group_from(group));
        out.groups.back().messages = std::move(messages);
    }
    return write_edifact(out);
}

}  // namespace

Part cut_part(const PartSource& source) {
    const Interchange& interchange = source.interchange;
    const bool x12 = interchange.standard == Standard::X12;
    Part part;
    part.name = safe(interchange.control) + "-" + safe(source.transaction.set) + "-" +
                safe(source.transaction.control);
    part.octets = source.advice;
    part.octets += whole(interchange.header, interchange.separators);
    if (source.group) part.octets += whole(source.group->header, interchange.separators);
    part.octets += source.octets;
    part.octets += interchange.separators.terminator;
    part.octets += source.filler;
    if (source.group)
        part.octets += trailer(x12 ? "GE" : "UNE", source.group->control, interchange);
    part.octets += trailer(x12 ? "IEA" : "UNZ", interchange.control, interchange);
    return part;
}

std::vector<Part> split(const Document& document) {
    std::vector<Part> parts;
    for (const Interchange& interchange : document.interchanges) {
        if (interchange.standard == Standard::Xml) {  // one document is one file
            const Transaction& only = interchange.groups.front().transactions.front();
            parts.push_back(
                {safe(only.control) + "-" + safe(only.set), std::string(document.octets())});
            continue;
        }
        const std::string_view advice = advice_of(interchange);
        for (const Group& group : interchange.groups) {
            for (const Transaction& transaction : group.transactions) {
                const Segment& first = transaction.segments.front();
                const Segment& last = transaction.segments.back();
                const char* const from = first.raw.data();
                const auto size =
                    static_cast<std::size_t>(last.raw.data() - from) + last.raw.size();
                parts.push_back(cut_part({interchange,
                                          group.header.raw.data() ? &group : nullptr,
                                          transaction,
                                          advice,
                                          {from, size},
                                          last.filler}));
            }
        }
    }
    return parts;
}

Result<std::string> write_json(const Json& document, const WriteOptions& options) {
    const Json& interchanges = list_in(document, "interchanges");
    if (interchanges.empty()) {
        return Error("edi.json", Blame::Operator, "there is no \"interchanges\" list in it")
            .remedy("give the JSON that \"edi parse --json\" prints");
    }
    std::string octets;
    for (const Json& interchange : interchanges) {
        if (text_in(interchange, "standard") == "xml") {
            auto xml = write_xml_json(interchange);
            if (!xml) return xml;
            octets += *xml;
            continue;
        }
        const bool edifact = text_in(interchange, "standard") == "edifact";
        auto written =
            edifact ? edifact_from(interchange, options) : x12_from(interchange, options);
        if (!written) return written;
        octets += *written;
    }
    return octets;
}

}  // namespace sallyport::edi
