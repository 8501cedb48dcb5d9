// SPDX-License-Identifier: Apache-2.0
#include "parsers/view.h"

#include "parsers/json_parts.h"
#include "parsers/xml_view.h"

#include <algorithm>
#include <map>

namespace sallyport::edi {
namespace {

using Json = nlohmann::ordered_json;

std::string numbered(std::uint32_t position) {
    std::string text = std::to_string(position);
    return std::string(text.size() < 6 ? 6 - text.size() : 0, ' ') + text + "  ";
}

std::string place_of(const Fault& fault) {
    std::string text = fault.segment;
    if (fault.element != 0) text += (fault.element < 10 ? "0" : "") + std::to_string(fault.element);
    if (fault.component != 0) text += "-" + std::to_string(fault.component);
    if (fault.repetition > 1) text += " repetition " + std::to_string(fault.repetition);
    return text;
}

std::string explained(const Fault& fault) {
    return std::string(to_string(fault.severity)) + " " + place_of(fault) + ": " + fault.message +
           "; " + fault.remedy + " [" + std::string(fault.code) + "]";
}

// Faults by where their segment starts, for a transaction: by position.
using ByPosition = std::multimap<std::uint32_t, const Fault*>;

ByPosition by_position(const std::vector<Fault>& faults) {
    ByPosition map;
    for (const Fault& fault : faults)
        map.emplace(fault.position, &fault);
    return map;
}

// Both views walk the same way; what a segment and a fault look like is the painter's business.
class Painter {
public:
    virtual ~Painter() = default;
    virtual void segment(const Segment& segment,
                         std::size_t depth,
                         const std::vector<const Fault*>& faults) = 0;
    virtual void note(const Fault& fault) = 0;
    virtual void xml(const Interchange& interchange, const InterchangeReport& report) = 0;
};

std::vector<const Fault*> at(const ByPosition& faults, std::uint32_t position) {
    std::vector<const Fault*> found;
    const auto [first, last] = faults.equal_range(position);
    for (auto each = first; each != last; ++each)
        found.push_back(each->second);
    return found;
}

void walk_transaction(const Transaction& transaction,
                      const TransactionReport& report,
                      Painter& painter) {
    const ByPosition faults = by_position(report.faults);
    for (const Segment& segment : transaction.segments) {
        std::size_t depth = 2;
        if (transaction.schema && segment.node != None) {
            const Node& node = transaction.schema->nodes[segment.node];
            depth += node.depth;
        }
        painter.segment(segment, depth, at(faults, segment.place.segment));
    }
}

// Faults of an envelope by the segment they sit in; what sits in none is said before it.
class EnvelopeFaults {
public:
    explicit EnvelopeFaults(const std::vector<Fault>& faults) {
        for (const Fault& fault : faults)
            m_left.push_back(&fault);
    }
    std::vector<const Fault*> in(const Segment& segment) {
        std::vector<const Fault*> found;
        const std::uint64_t begin = segment.place.byte, end = begin + segment.raw.size();
        std::erase_if(m_left, [&](const Fault* fault) {
            const bool here = fault->segment == segment.tag.substr(0, 6) && fault->byte >= begin &&
                              fault->byte <= end;
            if (here) found.push_back(fault);
            return here;
        });
        return found;
    }
    const std::vector<const Fault*>& left() const { return m_left; }

private:
    std::vector<const Fault*> m_left;
};

void walk(const Document& document, const Report& report, Painter& painter) {
    for (std::size_t i = 0; i < document.interchanges.size() && i < report.interchanges.size();
         ++i) {
        const Interchange& interchange = document.interchanges[i];
        const InterchangeReport& judged = report.interchanges[i];
        if (interchange.standard == Standard::Xml) {
            painter.xml(interchange, judged);
            continue;
        }
        for (const Fault& fault : judged.repairs)
            painter.note(fault);
        EnvelopeFaults own(judged.faults);
        const auto header = own.in(interchange.header), trailer = own.in(interchange.trailer);
        std::vector<std::vector<const Fault*>> extras;
        for (const Segment& extra : interchange.extra)
            extras.push_back(own.in(extra));
        for (const Fault* fault : own.left())
            painter.note(*fault);
        if (interchange.header.raw.data()) painter.segment(interchange.header, 0, header);
        for (std::size_t e = 0; e < extras.size(); ++e)
            painter.segment(interchange.extra[e], 1, extras[e]);
        for (std::size_t g = 0; g < interchange.groups.size(); ++g) {
            const Group& group = interchange.groups[g];
            EnvelopeFaults of_group(judged.groups[g].faults);
            const auto opens = of_group.in(group.header), closes = of_group.in(group.trailer);
            for (const Fault* fault : of_group.left())
                painter.note(*fault);
            if (group.header.raw.data()) painter.segment(group.header, 1, opens);
            for (std::size_t t = 0; t < group.transactions.size(); ++t)
                walk_transaction(group.transactions[t], judged.groups[g].transactions[t], painter);
            if (group.trailer.raw.data()) painter.segment(group.trailer, 1, closes);
        }
        for (const Segment& stray : interchange.strays)
            painter.segment(stray, 1, {});
        if (interchange.trailer.raw.data()) painter.segment(interchange.trailer, 0, trailer);
    }
}

// Controls are shown as '.', so that a value can neither move the cursor of a terminal nor turn the direction of the text around
// it (U+0080 to U+009F, U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069).
std::string visible(std::string_view octets) {
    const std::string text = printable(octets);
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto at = [&](std::size_t k) {
            return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u;
        };
        if (at(0) < 0x20 || at(0) == 0x7F) {
            out += '.';
        } else if ((at(0) == 0xC2 && at(1) >= 0x80 && at(1) < 0xA0) ||
                   (at(0) == 0xD8 && at(1) == 0x9C)) {
            out += '.';
            i += 1;
        } else if (at(0) == 0xE2 && ((at(1) == 0x80 && ((at(2) >= 0xAA && at(2) <= 0xAE) ||
                                                        at(2) == 0x8E || at(2) == 0x8F)) ||
                                     (at(1) == 0x81 && at(2) >= 0xA6 && at(2) <= 0xA9))) {
            out += '.';
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

class TextPainter : public Painter {
public:
    explicit TextPainter(Faults faults) : m_faults(faults) {}
    void segment(const Segment& segment,
                 std::size_t depth,
                 const std::vector<const Fault*>& faults) override {
        out += numbered(segment.place.segment) + std::string(2 * depth, ' ') +
               visible(segment.raw) + "\n";
        if (m_faults == Faults::Leave) return;
        for (const Fault* fault : faults)
            out +=
                "        " + std::string(2 * depth, ' ') + "^ " + visible(explained(*fault)) + "\n";
    }
    void note(const Fault& fault) override {
        if (m_faults == Faults::Show) out += "        ^ " + visible(explained(fault)) + "\n";
    }
    void xml(const Interchange& interchange, const InterchangeReport& report) override {
        out += xml_text_view(interchange, report, m_faults);
    }
    std::string out;

private:
    Faults m_faults;
};

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '<') {
            out += "&lt;";
        } else if (c == '>') {
            out += "&gt;";
        } else if (c == '&') {
            out += "&amp;";
        } else if (c == '"') {
            out += "&quot;";
        } else if (c == '\'') {
            out += "&#39;";
        } else {
            out += c;
        }
    }
    return out;
}

class HtmlPainter : public Painter {
public:
    void segment(const Segment& segment,
                 std::size_t depth,
                 const std::vector<const Fault*>& faults) override {
        out += "<div class=\"s\" style=\"padding-left:" + std::to_string(2 * depth) +
               "em\"><span class=\"n\">" + std::to_string(segment.place.segment) + "</span> <b>" +
               escaped(visible(segment.tag)) + "</b>";
        std::size_t from = segment.tag.size();
        for (const Value& value : segment.values) {
            const auto start = static_cast<std::size_t>(value.raw.data() - segment.raw.data());
            out += escaped(visible(segment.raw.substr(from, start - from)));
            out += mark(value, faults);
            from = start + value.raw.size();
        }
        out +=
            escaped(visible(segment.raw.substr(std::min(from, segment.raw.size())))) + "</div>\n";
        for (const Fault* fault : faults)
            explain(*fault, depth);
    }
    void note(const Fault& fault) override { explain(fault, 0); }
    void xml(const Interchange& interchange, const InterchangeReport& report) override {
        out += xml_html_view(interchange, report);
    }
    std::string out;

private:
    static std::string mark(const Value& value, const std::vector<const Fault*>& faults) {
        const auto hit = std::find_if(faults.begin(), faults.end(), [&](const Fault* fault) {
            return fault->element == value.element &&
                   (fault->component == 0 || fault->component == value.component) &&
                   (fault->repetition == 0 || fault->repetition == value.repetition);
        });
        const std::string text = escaped(visible(value.raw));
        if (hit == faults.end()) return text;
        return "<mark class=\"" + std::string(to_string((*hit)->severity)) + "\" title=\"" +
               escaped(visible((*hit)->message)) + "\">" +
               (text.empty() ? std::string("&#9251;") : text) + "</mark>";
    }
    void explain(const Fault& fault, std::size_t depth) {
        out += "<div class=\"f " + std::string(to_string(fault.severity)) +
               "\" style=\"margin-left:" + std::to_string(2 * depth + 3) + "em\"><b>" +
               escaped(visible(place_of(fault))) + "</b> " + escaped(visible(fault.message)) +
               ". <i>" + escaped(fault.remedy) + ".</i> <code>" + escaped(fault.code) +
               "</code></div>\n";
    }
};

Json value_json(const Segment& segment, std::uint16_t element) {
    Json repetitions = Json::array();
    for (const Value& value : segment.values) {
        if (value.element != element) continue;
        if (value.component == 1) repetitions.push_back(Json::array());
        repetitions.back().push_back(printable(value.text));
    }
    for (Json& repetition : repetitions) {
        if (repetition.size() == 1) {
            Json only = repetition[0];
            repetition = std::move(only);
        }
    }
    if (repetitions.size() != 1) return repetitions;
    // A lone composite stays inside a list of one repetition: components and repetitions must not look alike.
    if (repetitions[0].is_array()) return repetitions;
    Json only = repetitions[0];
    return only;
}

Json segment_json(const Segment& segment) {
    Json json;
    json["tag"] = printable(segment.tag);
    json["position"] = segment.place.segment;
    Json elements = Json::array();
    for (std::uint16_t element = 1; element <= segment.elements(); ++element)
        elements.push_back(value_json(segment, element));
    json["elements"] = std::move(elements);
    return json;
}

Json transaction_json(const Transaction& transaction) {
    Json json;
    put_set(json, transaction);
    if (!transaction.association.empty()) json["association"] = printable(transaction.association);
    json["segments"] = Json::array();
    for (const Segment& segment : transaction.segments) {
        Json one = segment_json(segment);
        if (transaction.schema && segment.node != None)
            one["loop"] = transaction.schema->path(segment.node);
        json["segments"].push_back(std::move(one));
    }
    return json;
}

Json separators_json(const Separators& separators) {
    Json json;
    const auto add = [&json](const char* name, char c) {
        if (c != '\0') json[name] = printable(std::string_view(&c, 1));
    };
    add("element", separators.element);
    add("component", separators.component);
    add("repetition", separators.repetition);
    add("release", separators.release);
    add("decimal", separators.decimal);
    json["terminator"] = printable(separators.terminator);
    json["line_end"] = separators.line_end;
    return json;
}

}  // namespace

std::string text_view(const Document& document, const Report& report, Faults faults) {
    TextPainter painter(faults);
    walk(document, report, painter);
    return std::move(painter.out);
}

std::string html_view(const Document& document, const Report& report) {
    HtmlPainter painter;
    walk(document, report, painter);
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta "
           "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
           "'unsafe-inline'\"><title>EDI document</title>\n"
           "<style>body{font:14px/1.5 "
           "monospace}.s,.f{direction:ltr;unicode-bidi:bidi-override}.s{white-space:pre-wrap}.n{"
           "color:#777}.f{font-family:"
           "sans-serif;font-size:13px;border-left:4px "
           "solid;padding-left:.6em;margin-bottom:.3em}"
           ".error{border-color:#c00;background:#fee}.warning{border-color:#c80;background:#fff6e0}"
           ".repair{border-color:#06c;background:#eef5ff}</style></head><body>\n" +
           painter.out + "</body></html>\n";
}

Json document_json(const Document& document) {
    Json json;
    json["interchanges"] = Json::array();
    for (const Interchange& interchange : document.interchanges) {
        if (interchange.standard == Standard::Xml) {
            json["interchanges"].push_back(xml_json(interchange));
            continue;
        }
        Json one;
        one["standard"] = to_string(interchange.standard);
        one["separators"] = separators_json(interchange.separators);
        put_parties(one, interchange);
        one["header"] = segment_json(interchange.header);
        if (!interchange.extra.empty()) {
            one["service"] = Json::array();
            for (const Segment& segment : interchange.extra)
                one["service"].push_back(segment_json(segment));
        }
        one["groups"] = Json::array();
        for (const Group& group : interchange.groups) {
            Json part;
            put_group(part, group);
            if (group.header.raw.data()) part["header"] = segment_json(group.header);
            part["transactions"] = Json::array();
            for (const Transaction& transaction : group.transactions)
                part["transactions"].push_back(transaction_json(transaction));
            one["groups"].push_back(std::move(part));
        }
        json["interchanges"].push_back(std::move(one));
    }
    return json;
}

}  // namespace sallyport::edi
