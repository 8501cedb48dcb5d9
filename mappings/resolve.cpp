// SPDX-License-Identifier: Apache-2.0
#include "mappings/resolve.h"

#include <algorithm>
#include <cctype>

namespace sallyport::mapping {

namespace {

FieldType xml_type(edi::XmlValue value) {
    switch (value) {
        case edi::XmlValue::Decimal:
            return FieldType::Decimal;
        case edi::XmlValue::Integer:
            return FieldType::Integer;
        case edi::XmlValue::Boolean:
            return FieldType::Boolean;
        case edi::XmlValue::Date:
            return FieldType::Date;
        case edi::XmlValue::Time:
            return FieldType::Time;
        case edi::XmlValue::DateTime:
        case edi::XmlValue::Moment:
            return FieldType::Moment;
        case edi::XmlValue::Text:
        case edi::XmlValue::Base64:
            return FieldType::Text;
    }
    return FieldType::Text;
}

}  // namespace

FieldType natural_type(const edi::Element* element) {
    if (element == nullptr) return FieldType::Text;
    if (const XmlElement* xml = as_xml(element)) return xml_type(xml->value);
    switch (element->type) {
        case edi::DataType::Code:
            return FieldType::Code;
        case edi::DataType::Implied:
            return element->decimals == 0 ? FieldType::Integer : FieldType::Decimal;
        case edi::DataType::Real:
        case edi::DataType::Digits:
            return FieldType::Decimal;
        case edi::DataType::Date:
            return FieldType::Date;
        case edi::DataType::Time:
            return FieldType::Time;
        case edi::DataType::Text:
        case edi::DataType::Binary:
        case edi::DataType::Alpha:
        case edi::DataType::Any:
            return FieldType::Text;
    }
    return FieldType::Text;
}

std::string Resolver::place_name(std::uint32_t loop) const {
    return loop == 0 ? std::string("the message") : "loop " + m_set.path(loop);
}

// MAP201, or MAP010 when the name is a segment and an element written together.
void Resolver::not_here(const Step& step, std::uint32_t loop) {
    const std::string& name = step.name;
    const std::size_t size = name.size();
    if (size > 3 && std::isdigit(static_cast<unsigned char>(name[size - 1])) != 0 &&
        std::isdigit(static_cast<unsigned char>(name[size - 2])) != 0) {
        const std::string tag = name.substr(0, size - 2);
        if (!m_set.find(tag).empty())
            return report("MAP010",
                          step.span,
                          "write " + tag + "." + name.substr(size - 2) + " instead of " + name,
                          "segment and element are parted by a dot");
    }
    const std::vector<std::uint32_t> elsewhere = m_set.find(name);
    std::string where;
    std::vector<std::string> seen;
    for (const std::uint32_t node : elsewhere) {
        const edi::Node& found = m_set.nodes[node];
        std::string place = found.parent == 0 ? std::string(to_string(found.area))
                                              : "loop " + m_set.path(found.parent);
        if (std::find(seen.begin(), seen.end(), place) != seen.end() || seen.size() >= 6) continue;
        where += (seen.empty() ? "" : ", ") + place;
        seen.push_back(std::move(place));
    }
    std::string help;
    if (where.empty()) {
        std::vector<std::string> names;
        for (const std::uint32_t child : m_set.children(loop))
            names.emplace_back(m_set.nodes[child].tag);
        const std::string near = near_match(name, names);
        if (!near.empty()) help = "did you mean " + near + "?";
    } else {
        help = "open the block it belongs to, or begin the path with /";
    }
    report("MAP201",
           step.span,
           std::string(m_set.id) + " has no " + name + " in " + place_name(loop) +
               (where.empty() ? "" : " (it exists in: " + where + ")"),
           std::move(help));
}

bool Resolver::tests(const Step& step,
                     const edi::SegmentSchema& segment,
                     std::vector<Selector>& out) {
    for (const Test& test : step.tests) {
        Selector selector;
        selector.code = test.code;
        selector.absent = test.absent;
        if (test.element.empty()) {
            if (segment.qualifiers.empty()) {
                report(
                    "MAP206",
                    test.span,
                    std::string(segment.tag) + " has no qualifier element; which element is meant?",
                    "write [NN=" + test.code + "]");
                return false;
            }
            selector.at = segment.qualifiers[0];
        } else {
            const std::vector<edi::Locator> places = segment.locate(test.element);
            if (places.empty()) {
                no_element(segment, test.element, test.span);
                return false;
            }
            selector.at = places[0];
        }
        const edi::Element* element = segment.element_at(selector.at);
        if (!test.absent && element != nullptr && element->codes != nullptr &&
            !element->codes->contains(test.code)) {
            std::vector<std::string> codes;
            for (const std::string_view code : element->codes->values())
                codes.emplace_back(code);
            const std::string near = near_match(test.code, codes);
            report("MAP207",
                   test.span,
                   "\"" + test.code + "\" is not in the code list of element " +
                       std::string(element->id),
                   near.empty() ? "the list has " + std::to_string(codes.size()) + " codes"
                                : "did you mean " + near + "?");
            return false;
        }
        out.push_back(std::move(selector));
    }
    return true;
}

// The one segment or group of that name directly inside.
std::optional<std::uint32_t> Resolver::child_of(const Step& step, const Walk& walk) {
    std::vector<std::uint32_t> found;
    for (const std::uint32_t child : m_set.children(walk.loop)) {
        const edi::Node& node = m_set.nodes[child];
        if (node.tag != step.name && !(node.loop && node.id == step.name)) continue;
        if (walk.area && node.area != *walk.area) continue;
        found.push_back(child);
    }
    if (found.empty()) {
        not_here(step, walk.loop);
        return std::nullopt;
    }
    if (found.size() > 1) {
        std::string choices;
        for (const std::uint32_t node : found)
            choices +=
                (choices.empty() ? "" : ", ") + std::string(to_string(m_set.nodes[node].area)) +
                "/" +
                std::string(m_set.nodes[node].loop ? m_set.nodes[node].id : m_set.nodes[node].tag);
        report("MAP202",
               step.span,
               step.name + " stands " + std::to_string(found.size()) + " times in " +
                   place_name(walk.loop),
               "write one of: " + choices);
        return std::nullopt;
    }
    return found[0];
}

bool Resolver::step(
    const Path& path, std::size_t index, const Scope& scope, Walk& walk, WirePlace& out) {
    const Step& step = path.steps[index];
    const bool last = index + 1 == path.steps.size();
    const edi::Node* own = scope.segment == 0 ? nullptr : &m_set.nodes[scope.segment];
    const bool named_own = walk.at_start && !path.absolute && own != nullptr &&
                           (own->tag == step.name || own->id == step.name);
    walk.at_start = false;
    const bool tree = m_set.tree && m_set.tree->segment == step.name;
    // A block of its own name inside a block on a tree segment is the level below: CPS in CPS.
    const bool below = tree && last && path.parts.empty() && path.group.empty();
    if (named_own && step.tests.empty() && step.occurrence == 0 && !below) {
        out.owner = scope.segment;
        out.owner_loop = own->loop;
        out.segment = own->segment;
        if (own->loop) walk.loop = scope.segment;
        return true;
    }
    Hop hop;
    hop.tree = tree;
    hop.occurrence = step.occurrence;
    if (named_own && tree) {
        hop.node = scope.segment;
    } else {
        const std::optional<std::uint32_t> child = child_of(step, walk);
        if (!child) return false;
        hop.node = *child;
    }
    const edi::Node& node = m_set.nodes[hop.node];
    hop.loop = node.loop;
    if (!node.loop && !last) {
        report("MAP201",
               path.steps[index + 1].span,
               step.name + " is a segment, not a group: nothing stands inside it",
               "");
        return false;
    }
    if (node.segment == nullptr || !tests(step, *node.segment, hop.tests)) return false;
    if (step.occurrence > 1 && node.max != edi::Unlimited &&
        static_cast<std::uint32_t>(step.occurrence) > node.max) {
        report("MAP205",
               step.span,
               step.name + " occurs at most " + std::to_string(node.max) + " times here",
               "");
        return false;
    }
    out.owner = hop.node;
    out.owner_loop = node.loop;
    out.segment = node.segment;
    if (node.loop) walk.loop = hop.node;
    out.hops.push_back(std::move(hop));
    return true;
}

void Resolver::no_element(const edi::SegmentSchema& segment,
                          const std::string& reference,
                          Span at) {
    std::string known;
    if (m_set.standard == edi::Standard::X12) {
        const std::size_t count = segment.elements.size();
        const auto two = [](std::size_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
        known = "it has 01" + std::string(count > 1 ? ", 02" : "") + (count > 3 ? ", …" : "") +
                (count > 2 ? " " + two(count) : "");
        if (count == 3) known = "it has 01, 02, 03";
    } else {
        known = "it has ";
        unsigned shown = 0;
        for (const edi::ElementRef& element : segment.elements) {
            if (element.element == nullptr && element.composite == nullptr) continue;
            if (shown++ == 8) {
                known += ", …";
                break;
            }
            known += (shown > 1 ? ", " : "") + std::string(element.element != nullptr
                                                               ? element.element->id
                                                               : element.composite->id);
        }
    }
    for (const edi::PairGroup& pair : segment.pairs)
        if (known.find(" and pair ") == std::string::npos)
            known += " and pair " + std::string(pair.name);
    report(
        "MAP203", at, std::string(segment.tag) + " has no element " + reference + "; " + known, "");
}

bool Resolver::pair_tail(const Path& path, const edi::PairGroup& pair, WirePlace& out) {
    const Step& part = path.parts[0];
    out.pair = &pair;
    if (path.parts.size() > 1) {
        report("MAP203", path.parts[1].span, "nothing stands inside a pair", "");
        return false;
    }
    if (part.tests.empty()) {
        out.kind = PlaceKind::PairList;
        if (!pair.slots.empty()) out.element = out.segment->element_at(pair.slots[0].value);
        return true;
    }
    out.kind = PlaceKind::Pair;
    out.pair_code = part.tests[0].code;
    if (part.tests.size() > 1 || part.tests[0].absent || !part.tests[0].element.empty()) {
        report("MAP206",
               part.span,
               "a pair is chosen by its qualifier alone",
               "write ." + part.name + "[CODE]");
        return false;
    }
    if (pair.slots.empty()) return false;
    const edi::Element* qualifier =
        pair.slots[0].qualifier ? out.segment->element_at(*pair.slots[0].qualifier) : nullptr;
    if (qualifier != nullptr && qualifier->codes != nullptr &&
        !qualifier->codes->contains(out.pair_code)) {
        std::vector<std::string> codes;
        for (const std::string_view code : qualifier->codes->values())
            codes.emplace_back(code);
        const std::string near = near_match(out.pair_code, codes);
        report("MAP207",
               part.tests[0].span,
               "\"" + out.pair_code + "\" is not in the code list of element " +
                   std::string(qualifier->id),
               near.empty() ? "the list has " + std::to_string(codes.size()) + " codes"
                            : "did you mean " + near + "?");
        return false;
    }
    out.element = out.segment->element_at(pair.slots[0].value);
    return true;
}

// Inside each SDQ.dest: .code and .quantity are the pair, .unit and .qualifier what all pairs share.
bool Resolver::pair_part(const Path& path, const Scope& scope, WirePlace& out) {
    const std::string& name = path.parts[0].name;
    for (const edi::SharedElement& shared : scope.pair->shared) {
        if (shared.role != name) continue;
        out.kind = PlaceKind::PairPart;
        out.part = WirePlace::Part::Shared;
        out.at = {shared.place};
        out.pair = scope.pair;
        out.element = out.segment->element_at(shared.place);
        return true;
    }
    const bool code = name == "code";
    const bool value = name == "quantity" || name == "value";
    if ((!code && !value) || scope.pair->slots.empty()) return false;
    const edi::PairSlot& slot = scope.pair->slots[0];
    if (code && !slot.qualifier) return false;
    out.kind = PlaceKind::PairPart;
    out.part = code ? WirePlace::Part::Qualifier : WirePlace::Part::Value;
    out.pair = scope.pair;
    out.element = out.segment->element_at(code ? *slot.qualifier : slot.value);
    return true;
}

// BSN.(03,04): several elements, one value.
bool Resolver::group_tail(const Path& path,
                          const std::string& reference,
                          const edi::SegmentSchema& segment,
                          std::vector<edi::Locator>& places) {
    for (const std::string& code : path.group) {
        const std::vector<edi::Locator> found =
            segment.locate(reference.empty() ? code : reference + "." + code);
        if (found.empty()) {
            no_element(segment, code, path.span);
            return false;
        }
        places.push_back(found[0]);
    }
    return true;
}

bool Resolver::element_tail(const Path& path, ResolveOptions options, WirePlace& out) {
    std::string reference;
    for (std::size_t i = 0; i < path.parts.size(); ++i) {
        const Step& part = path.parts[i];
        reference += (i > 0 ? "." : "") + part.name;
        if (part.occurrence > 0 && i + 1 < path.parts.size())
            reference += "(" + std::to_string(part.occurrence) + ")";
        if (!part.tests.empty()) {
            std::string pairs;
            for (const edi::PairGroup& pair : out.segment->pairs)
                pairs += (pairs.empty() ? "" : ", ") + std::string(pair.name);
            report("MAP203",
                   part.span,
                   std::string(out.segment->tag) + " has no pair " + part.name,
                   pairs.empty() ? "a bracket belongs to the segment: " +
                                       std::string(out.segment->tag) + "[CODE]"
                                 : "it has " + pairs);
            return false;
        }
    }
    std::vector<edi::Locator> places;
    if (path.group.empty()) {
        places = out.segment->locate(reference);
        const Step& part = path.parts.back();
        if (places.empty()) {
            no_element(*out.segment, reference, part.span);
            return false;
        }
        if (part.occurrence > 0) {
            if (static_cast<std::size_t>(part.occurrence) > places.size()) {
                report("MAP205",
                       part.span,
                       std::string(out.segment->tag) + " has " + reference + " " +
                           std::to_string(places.size()) + " times",
                       "");
                return false;
            }
            places = {places[static_cast<std::size_t>(part.occurrence) - 1]};
        } else if (places.size() > 1 && !options.several) {
            report("MAP204",
                   part.span,
                   reference + " occurs " + std::to_string(places.size()) + " times in " +
                       std::string(out.segment->tag),
                   "write " + reference + "(1), or | wrap N when they are one text");
            return false;
        }
    } else {
        if (!group_tail(path, reference, *out.segment, places)) return false;
    }
    out.kind = PlaceKind::Elements;
    out.at = std::move(places);
    out.element = out.segment->element_at(out.at[0]);
    return true;
}

bool Resolver::tail(const Path& path, const Scope& scope, ResolveOptions options, WirePlace& out) {
    if (path.parts.empty() && path.group.empty()) return true;
    if (!path.parts.empty()) {
        if (scope.pair != nullptr && out.hops.empty() && pair_part(path, scope, out)) return true;
        if (const edi::PairGroup* pair = out.segment->pair(path.parts[0].name)) {
            if (path.parts[0].occurrence == 0) return pair_tail(path, *pair, out);
        }
    }
    return element_tail(path, options, out);
}

std::optional<WirePlace> Resolver::wire(const Path& path,
                                        const Scope& scope,
                                        ResolveOptions options) {
    if (m_xml != nullptr) return xml_place(path, scope, options);
    WirePlace out;
    out.span = path.span;
    out.text = spell(path);
    out.from_root = path.absolute;
    Walk walk;
    walk.loop = path.absolute ? 0 : scope.loop;
    std::size_t first = 0;
    if (path.steps.empty()) {
        if (scope.segment == 0) {
            report("MAP201",
                   path.span,
                   "no segment is opened here",
                   "write the segment before the dot");
            return std::nullopt;
        }
        out.owner = scope.segment;
        out.owner_loop = m_set.nodes[scope.segment].loop;
        out.segment = m_set.nodes[scope.segment].segment;
    } else if (path.steps.size() > 1) {
        for (const edi::Area area : {edi::Area::Heading, edi::Area::Detail, edi::Area::Summary})
            if (path.steps[0].name == to_string(area) && path.steps[0].tests.empty()) {
                walk.area = area;
                walk.loop = 0;
                walk.at_start = false;
                out.from_root = true;
                first = 1;
            }
    }
    for (std::size_t i = first; i < path.steps.size(); ++i) {
        if (!step(path, i, scope, walk, out)) return std::nullopt;
        walk.area.reset();
    }
    if (out.segment == nullptr || !tail(path, scope, options, out)) return std::nullopt;
    return out;
}

}  // namespace sallyport::mapping
