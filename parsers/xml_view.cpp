// SPDX-License-Identifier: Apache-2.0
#include "parsers/xml_view.h"

#include "parsers/printable.h"
#include "parsers/xml.h"
#include "parsers/xml_tree.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace sallyport::edi {
namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t MostShown = 400;  // octets of a text: embedded files are not printed
constexpr std::size_t MostDepth = 200;

std::string visible(std::string_view octets) {
    std::string text = printable(octets.substr(0, MostShown));
    if (octets.size() > MostShown) text += "… (" + std::to_string(octets.size()) + " octets)";
    for (char& c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '.';
    }
    return text;
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '&':
                out += "&amp;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += c;
        }
    }
    return out;
}

std::string place_of(const Fault& fault) {
    std::string text = fault.line != 0 ? "line " + std::to_string(fault.line) : std::string();
    if (!fault.xpath.empty()) text += (text.empty() ? "" : " ") + fault.xpath;
    return text;
}

std::string numbered(std::uint32_t position) {
    const std::string text = std::to_string(position);
    return std::string(text.size() < 6 ? 6 - text.size() : 0, ' ') + text + "  ";
}

struct Line {
    std::uint32_t position = 0, depth = 0;
    std::string tag, attributes, text;
    std::vector<const Fault*> faults;
};

// Elements with their attributes, and texts behind children, in document order.
std::vector<Line> lines_of(const Transaction& transaction, const TransactionReport& report) {
    std::multimap<std::uint32_t, const Fault*> by_position;
    for (const Fault& fault : report.faults)
        by_position.emplace(fault.position, &fault);
    std::vector<std::uint32_t> depth(transaction.loops.size(), 0);
    for (std::uint32_t i = 2; i < transaction.loops.size(); ++i)
        depth[i] = depth[transaction.loops[i].parent] + 1;
    std::vector<Line> lines;
    for (const Segment& segment : transaction.segments) {
        if (segment.tag.front() == '@') {
            lines.back().attributes +=
                " " + visible(segment.tag.substr(1)) + "=\"" + visible(segment.text(1)) + "\"";
        } else {
            Line line;
            line.position = segment.place.segment;
            line.depth = depth[segment.loop] + (segment.tag == "#text" ? 1 : 0);
            if (segment.tag != "#text") line.tag = visible(segment.tag);
            line.text = visible(segment.text(1));
            lines.push_back(std::move(line));
        }
        const auto [first, last] = by_position.equal_range(segment.place.segment);
        for (auto each = first; each != last; ++each)
            lines.back().faults.push_back(each->second);
    }
    return lines;
}

template <typename Note, typename Show>
void each_line(const Interchange& interchange,
               const InterchangeReport& report,
               const Note& note,
               const Show& show) {
    for (const Fault& fault : report.repairs)
        note(fault, 0);
    for (const Fault& fault : report.faults)
        note(fault, 0);
    for (std::size_t g = 0; g < interchange.groups.size() && g < report.groups.size(); ++g) {
        const Group& group = interchange.groups[g];
        for (std::size_t t = 0; t < group.transactions.size(); ++t) {
            for (const Line& line :
                 lines_of(group.transactions[t], report.groups[g].transactions[t]))
                show(line);
        }
    }
}

Json element_json(const DraftElement& element, const XmlTree& tree, std::uint32_t& loop) {
    Json json;
    json["tag"] = element.tag;
    if (element.tag != "#text") json["position"] = tree.segment(loop++).place.segment;
    if (!element.attributes.empty()) {
        json["attributes"] = Json::object();
        for (const auto& [name, value] : element.attributes)
            json["attributes"][name] = value;
    }
    if (!element.text.empty()) json["text"] = element.text;
    if (!element.children.empty()) {
        json["children"] = Json::array();
        for (const DraftElement& child : element.children)
            json["children"].push_back(element_json(child, tree, loop));
    }
    return json;
}

Error misshapen(std::string what) {
    return Error("edi.json.shape", Blame::Operator, std::move(what))
        .remedy("give the JSON that \"edi parse --json\" prints");
}

bool draft_from(const Json& json, DraftElement& element, std::size_t depth) {
    if (depth > MostDepth || !json.is_object() || !json.contains("tag") || !json["tag"].is_string())
        return false;
    element.tag = json["tag"].get<std::string>();
    if (json.contains("text")) {
        if (!json["text"].is_string()) return false;
        element.text = json["text"].get<std::string>();
    }
    if (json.contains("attributes")) {
        for (const auto& [name, value] : json["attributes"].items()) {
            if (!value.is_string()) return false;
            element.attributes.emplace_back(name, value.get<std::string>());
        }
    }
    if (!json.contains("children")) return true;
    if (!json["children"].is_array()) return false;
    for (const Json& child : json["children"]) {
        element.children.emplace_back();
        if (!draft_from(child, element.children.back(), depth + 1)) return false;
    }
    return true;
}

}  // namespace

std::string xml_text_view(const Interchange& interchange,
                          const InterchangeReport& report,
                          Faults faults) {
    std::string out;
    const auto note = [&](const Fault& fault, std::uint32_t depth) {
        if (faults == Faults::Leave) return;
        out += "        " + std::string(2 * std::size_t{depth}, ' ') + "^ " +
               std::string(to_string(fault.severity)) + " " + visible(place_of(fault)) + ": " +
               visible(fault.message) + "; " + fault.remedy + " [" + std::string(fault.code) +
               "]\n";
    };
    each_line(interchange, report, note, [&](const Line& line) {
        out += numbered(line.position) + std::string(2 * std::size_t{line.depth}, ' ');
        if (!line.tag.empty())
            out += "<" + line.tag + line.attributes + ">" + (line.text.empty() ? "" : " ");
        out += line.text + "\n";
        for (const Fault* fault : line.faults)
            note(*fault, line.depth);
    });
    return out;
}

std::string xml_html_view(const Interchange& interchange, const InterchangeReport& report) {
    std::string out;
    const auto note = [&](const Fault& fault, std::uint32_t depth) {
        out += "<div class=\"f " + std::string(to_string(fault.severity)) +
               "\" style=\"margin-left:" + std::to_string(2 * depth + 3) + "em\"><b>" +
               escaped(visible(place_of(fault))) + "</b> " + escaped(visible(fault.message)) +
               ". <i>" + escaped(fault.remedy) + ".</i> <code>" + escaped(fault.code) +
               "</code></div>\n";
    };
    each_line(interchange, report, note, [&](const Line& line) {
        out += "<div class=\"s\" style=\"padding-left:" + std::to_string(2 * line.depth) +
               "em\"><span class=\"n\">" + std::to_string(line.position) + "</span> <b>" +
               escaped(line.tag) + "</b>" + escaped(line.attributes) + " ";
        if (line.faults.empty()) {
            out += escaped(line.text) + "</div>\n";
            return;
        }
        out += "<mark class=\"" + std::string(to_string(line.faults.front()->severity)) +
               "\" title=\"" + escaped(visible(line.faults.front()->message)) + "\">" +
               (line.text.empty() ? std::string("&#9251;") : escaped(line.text)) +
               "</mark></div>\n";
        for (const Fault* fault : line.faults)
            note(*fault, line.depth);
    });
    return out;
}

Json xml_json(const Interchange& interchange) {
    Json one;
    one["standard"] = to_string(interchange.standard);
    one["namespace"] = printable(interchange.syntax);
    one["version"] = printable(interchange.version);
    one["sender_qualifier"] = printable(interchange.sender_qualifier);
    one["sender"] = printable(interchange.sender);
    one["receiver_qualifier"] = printable(interchange.receiver_qualifier);
    one["receiver"] = printable(interchange.receiver);
    one["control"] = printable(interchange.control);
    one["groups"] = Json::array();
    for (const Group& group : interchange.groups) {
        Json part;
        part["transactions"] = Json::array();
        for (const Transaction& transaction : group.transactions) {
            Json json;
            json["set"] = printable(transaction.set);
            json["version"] = printable(transaction.version);
            json["control"] = printable(transaction.control);
            json["association"] = printable(transaction.association);
            const XmlTree tree(transaction);
            std::uint32_t loop = XmlTree::Root;
            json["root"] = element_json(draft_of(transaction), tree, loop);
            part["transactions"].push_back(std::move(json));
        }
        one["groups"].push_back(std::move(part));
    }
    return one;
}

Result<std::string> write_xml_json(const Json& interchange) {
    const Json* root = nullptr;
    const Json::json_pointer place("/groups/0/transactions/0/root");
    if (interchange.contains(place)) root = &interchange[place];
    DraftElement draft;
    if (!root || !draft_from(*root, draft, 0))
        return misshapen("the interchange has no root element where it belongs");
    std::string root_namespace;
    if (interchange.contains("namespace") && interchange["namespace"].is_string())
        root_namespace = interchange["namespace"].get<std::string>();
    return write_xml(draft, root_namespace);
}

}  // namespace sallyport::edi
