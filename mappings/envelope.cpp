// SPDX-License-Identifier: Apache-2.0
// Bare transactions in an envelope of our own, so that a map can be tried without one: X12 ST…SE, EDIFACT UNH…UNT.
#include "mappings/association.h"
#include "mappings/round_trip.h"
#include "mappings/tools.h"
#include "parsers/edi.h"
#include "parsers/edifact.h"
#include "parsers/x12.h"
#include "parsers/xml.h"
#include "parsers/xml_schema.h"

#include <cctype>

namespace sallyport::mapping {

namespace {

constexpr std::string_view Blanks = " \t\r\n";

std::string padded(std::string_view text, std::size_t width) {
    std::string out(text.substr(0, width));
    out.append(width - out.size(), ' ');
    return out;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(Blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(Blanks) - begin + 1);
}

char terminator_of(std::string_view text, char usual) {
    if (text.empty() || std::isalnum(static_cast<unsigned char>(text.back())) != 0) return usual;
    return text.back();
}

// ST … SE; separators are those the text uses.
std::string around_x12(std::string_view text, const MapInfo& map) {
    const char element = text.size() > 2 ? text[2] : '*';
    const char end = terminator_of(text, '~');
    const std::string e(1, element);
    const std::string version = map.codes.empty() ? "004010" : map.codes[0];
    const bool newer = version >= "005010";
    std::string out = "ISA" + e + "00" + e + padded("", 10) + e + "00" + e + padded("", 10) + e +
                      "ZZ" + e + padded("SENDER", 15) + e + "ZZ" + e + padded("RECEIVER", 15) + e +
                      "240101" + e + "0000" + e + (newer ? "^" : "U") + e +
                      (newer ? "00501" : "00401") + e + "000000001" + e + "0" + e + "T" + e +
                      (element == ':' ? ">" : ":") + end;
    out += "GS" + e + "PO" + e + "SENDER" + e + "RECEIVER" + e + "20240101" + e + "0000" + e + "1" +
           e + "X" + e + version + end;
    out += std::string(text) + "\n";
    out += "GE" + e + "1" + e + "1" + end + "IEA" + e + "1" + e + "000000001" + end;
    return out;
}

// UNH … UNT in the separators of level A, or with an UNA of the text's own terminator. UNOW is UTF-8.
std::string around_edifact(std::string_view text) {
    const char end = terminator_of(text, '\'');
    const char element = text.size() > 3 ? text[3] : '+';
    const std::string e(1, element);
    const char component = element == ':' ? '+' : ':';
    const std::string c(1, component);
    std::size_t messages = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t from = text.find_first_not_of(Blanks, at);
        if (from == std::string_view::npos) break;
        if (text.substr(from).starts_with("UNH" + e)) ++messages;
        at = text.find(end, from);
        at = at == std::string_view::npos ? text.size() : at + 1;
    }
    std::string out = "UNA" + c + e + ".? " + end;
    out += "UNB" + e + "UNOW" + c + "4" + e + "SENDER" + c + "14" + e + "RECEIVER" + c + "14" + e +
           "20240101" + c + "0000" + e + "1" + end;
    out += std::string(text) + "\n";
    out += "UNZ" + e + std::to_string(messages) + e + "1" + end;
    return out;
}

edi::DraftInterchange x12_draft(const CompiledMap& map, std::vector<edi::DraftSegment> segments) {
    const MapInfo& info = map.info();
    edi::DraftInterchange out;
    out.sender_qualifier = out.receiver_qualifier = "ZZ";
    out.sender = "SENDER";
    out.receiver = "RECEIVER";
    out.date = "240101";
    out.time = "0000";
    out.version = info.codes[0] >= "005010" ? "00501" : "00401";
    out.control = "1";
    edi::DraftGroup group;
    group.functional_id = std::string(map.plan_set()->functional_group);
    group.sender = "SENDER";
    group.receiver = "RECEIVER";
    group.date = "20240101";
    group.time = "0000";
    group.control = "1";
    group.version = info.codes[0];
    group.transactions.push_back({std::string(map.plan_set()->id), "0001", std::move(segments)});
    out.groups.push_back(std::move(group));
    return out;
}

edi::DraftEdifact edifact_draft(const CompiledMap& map, std::vector<edi::DraftSegment> segments) {
    const MapInfo& info = map.info();
    edi::DraftEdifact out;
    out.syntax = "UNOW";
    out.syntax_version = '4';
    out.separators = edi::edifact_separators(out.syntax_version);
    out.sender = {"SENDER", "14"};
    out.receiver = {"RECEIVER", "14"};
    out.date = "20240101";
    out.time = "0000";
    out.control = "1";
    edi::DraftMessage message;
    message.version = info.codes[0];
    message.release = info.codes[1];
    message.type = info.codes[2];
    message.association = association_of(info);
    message.reference = "1";
    message.body = std::move(segments);
    out.messages.push_back(std::move(message));
    return out;
}

struct Marks {
    char element, component, repetition, release, end;
};

void released(std::string_view text, const Marks& marks, std::string& out) {
    if (marks.release == '\0') {
        out += text;
        return;
    }
    for (const char c : text) {
        if (c == marks.element || c == marks.component || c == marks.release || c == marks.end)
            out += marks.release;
        out += c;
    }
}

Error not_yet(const MapInfo& info, const char* verb) {
    return Error("map.wire",
                 Blame::Operator,
                 "documents of " + info.standard + " cannot be " + verb + " here yet");
}

}  // namespace

std::string segment_text(const edi::DraftSegment& segment, edi::Standard standard) {
    const Marks marks = standard == edi::Standard::Edifact ? Marks{'+', ':', '*', '?', '\''}
                                                           : Marks{'*', ':', '^', '\0', '~'};
    std::string out = segment.tag();
    edi::Locator at{0, 1, 1};
    for (const edi::DraftSegment::Piece& piece : segment.pieces()) {
        if (piece.text.empty()) continue;
        for (; at.element < piece.at.element; at = {at.element, 1, 1}) {
            ++at.element;
            out += marks.element;
        }
        for (; at.repetition < piece.at.repetition; at.component = 1) {
            ++at.repetition;
            out += marks.repetition;
        }
        for (; at.component < piece.at.component; ++at.component)
            out += marks.component;
        released(piece.text, marks, out);
    }
    return out + marks.end;
}

const edi::Transaction* only_transaction(const edi::Document& document) {
    for (const edi::Interchange& interchange : document.interchanges)
        for (const edi::Group& group : interchange.groups)
            if (!group.transactions.empty()) return &group.transactions.front();
    return nullptr;
}

Result<edi::Document> read_wire(std::string text,
                                const MapInfo& map,
                                const edi::SchemaSet& schemas,
                                edi::Report& report) {
    if (map.standard == "xml") {
        Result<edi::Document> xml = edi::read_xml(std::move(text));
        if (xml) report = edi::validate(*xml, schemas);
        return xml;
    }
    const std::string_view rest = trimmed(text);
    if (map.standard != "x12" && map.standard != "edifact") return not_yet(map, "read");
    const bool edifact =
        rest.starts_with("UNA") || rest.starts_with("UNB") || rest.starts_with("UNH");
    if (edifact != (map.standard == "edifact") && (edifact || rest.starts_with("ISA")))
        return Error("map.wire",
                     Blame::Operator,
                     std::string("this is ") + (edifact ? "EDIFACT" : "X12") +
                         ", the map is about " + map.standard)
            .remedy("name the map that reads this document");
    if (map.standard == "x12" && rest.starts_with("ST"))
        text = around_x12(rest, map);
    else if (map.standard == "edifact" && rest.starts_with("UNH"))
        text = around_edifact(rest);
    Result<edi::Document> document =
        map.standard == "x12" ? edi::read_x12(std::move(text)) : edi::read_edifact(std::move(text));
    if (!document) return document;
    report = edi::validate(*document, schemas);
    return document;
}

Result<std::string> write_wire(const CompiledMap& map,
                               WriteOutcome outcome,
                               const edi::SchemaSet& schemas) {
    if (const edi::XmlDocumentType* type = map.xml_type()) {
        if (!outcome.xml) return Error("map.wire", Blame::Operator, "nothing was written");
        return edi::write_xml(*outcome.xml, type->root_namespace, &schemas.xml());
    }
    std::vector<edi::DraftSegment> segments = std::move(outcome.segments);
    if (map.info().standard == "x12") return edi::write_x12(x12_draft(map, std::move(segments)));
    if (map.info().standard == "edifact")
        return edi::write_edifact(edifact_draft(map, std::move(segments)));
    return not_yet(map.info(), "written");
}

Result<edi::Document> as_document(const CompiledMap& map,
                                  WriteOutcome outcome,
                                  const edi::SchemaSet& schemas,
                                  edi::Report& report) {
    Result<std::string> octets = write_wire(map, std::move(outcome), schemas);
    if (!octets) return octets.error();
    return read_wire(*std::move(octets), map.info(), schemas, report);
}

std::string written_text(const CompiledMap& map,
                         const WriteOutcome& outcome,
                         const edi::SchemaSet& schemas) {
    if (const edi::XmlDocumentType* type = map.xml_type()) {
        if (!outcome.xml) return {};
        const Result<std::string> text =
            edi::write_xml(*outcome.xml, type->root_namespace, &schemas.xml());
        return text ? *text : text.error().text() + "\n";
    }
    std::string out;
    for (const edi::DraftSegment& segment : outcome.segments)
        out += segment_text(segment, map.plan_set()->standard) + "\n";
    return out;
}

}  // namespace sallyport::mapping
