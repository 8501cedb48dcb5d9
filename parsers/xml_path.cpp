// SPDX-License-Identifier: Apache-2.0
#include "parsers/xml_path.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

bool same_ignoring_case(std::string_view a, std::string_view b) {
    const auto upper = [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    };
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) {
               return upper(x) == upper(y);
           });
}

std::string_view name_of(std::string_view step) {
    return step.substr(0, step.find('['));
}

}  // namespace

std::vector<std::string_view> split_outside(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0, depth = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i == text.size() || (text[i] == separator && depth == 0)) {
            parts.push_back(text.substr(begin, i - begin));
            begin = i + 1;
        } else if (text[i] == '[') {
            ++depth;
        } else if (text[i] == ']' && depth > 0) {
            --depth;
        }
    }
    return parts;
}

XmlPaths::XmlPaths(const XmlTree& tree) : m_tree(tree) {
    for (std::uint32_t element = XmlTree::Root; element < tree.transaction().loops.size();
         ++element)
        m_by_tag[tree.tag(element)].push_back(element);
}

bool XmlPaths::holds(std::uint32_t element, std::string_view predicate) const {
    if (predicate.front() == '!') return !holds(element, predicate.substr(1));
    if (predicate == "allowance" || predicate == "charge") {
        std::uint32_t indicator = m_tree.child(element, "cbc:ChargeIndicator");
        if (indicator == None)
            indicator = m_tree.find(element, "ram:ChargeIndicator/udt:Indicator");
        const std::string_view says = m_tree.trimmed(indicator);
        return predicate == "charge" ? says == "true" || says == "1"
                                     : says == "false" || says == "0";
    }
    if (predicate == "vat") {
        std::uint32_t scheme = m_tree.find(element, "cac:TaxScheme/cbc:ID");
        if (scheme == None) scheme = m_tree.child(element, "ram:TypeCode");
        return same_ignoring_case(m_tree.trimmed(scheme), "VAT");
    }
    const std::size_t equals = predicate.find('=');
    const std::string_view path = predicate.substr(0, equals);
    const auto wanted = [&](std::string_view text) {
        if (equals == std::string_view::npos) return true;
        const std::vector<std::string_view> values =
            split_outside(predicate.substr(equals + 1), ',');
        return std::find(values.begin(), values.end(), text) != values.end();
    };
    if (path.front() == '@') {
        const Segment* attribute = m_tree.attribute(element, path.substr(1));
        return attribute && wanted(attribute->text(1));
    }
    for (const std::uint32_t found : select(element, path)) {
        if (wanted(m_tree.trimmed(found))) return true;
    }
    return false;
}

bool XmlPaths::fits(std::uint32_t element, std::string_view step) const {
    const std::string_view name = name_of(step);
    if (name != "*" && m_tree.tag(element) != name) return false;
    for (std::size_t open = step.find('['); open != std::string_view::npos;) {
        // Predicates do not nest, so the first bracket closes.
        const std::size_t close = step.find(']', open);
        if (!holds(element, step.substr(open + 1, close - open - 1))) return false;
        open = step.find('[', close);
    }
    return true;
}

bool XmlPaths::matches(std::uint32_t element, std::string_view context) const {
    const bool from_root = context.front() == '/';
    const std::vector<std::string_view> steps =
        split_outside(from_root ? context.substr(1) : context, '/');
    std::uint32_t at = element;
    for (std::size_t i = steps.size(); i > 0; --i) {
        if (at == None || at == 0 || !fits(at, steps[i - 1])) return false;
        at = m_tree.parent(at);
    }
    return !from_root || at == 0;
}

std::vector<std::uint32_t> XmlPaths::match(std::string_view context) const {
    std::vector<std::uint32_t> found;
    for (const std::string_view alternative : split_outside(context, '|')) {
        const std::vector<std::string_view> steps = split_outside(alternative, '/');
        const std::string_view last = name_of(steps.back());
        if (last == "*") {
            for (std::uint32_t element = XmlTree::Root; element < m_tree.transaction().loops.size();
                 ++element) {
                if (matches(element, alternative)) found.push_back(element);
            }
            continue;
        }
        const auto entry = m_by_tag.find(last);
        if (entry == m_by_tag.end()) continue;
        for (const std::uint32_t element : entry->second) {
            if (matches(element, alternative)) found.push_back(element);
        }
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

std::vector<std::uint32_t> XmlPaths::select(std::uint32_t from, std::string_view path) const {
    std::vector<std::uint32_t> found;
    if (from == None) return found;
    for (const std::string_view alternative : split_outside(path, '|')) {
        std::vector<std::uint32_t> here{from};
        for (const std::string_view step : split_outside(alternative, '/')) {
            std::vector<std::uint32_t> below;
            for (const std::uint32_t element : here) {
                if (name_of(step) == ".") {
                    below.push_back(element);
                    continue;
                }
                for (std::uint32_t at = m_tree.first(element); at != None; at = m_tree.next(at)) {
                    if (fits(at, step)) below.push_back(at);
                }
            }
            here = std::move(below);
        }
        found.insert(found.end(), here.begin(), here.end());
    }
    return found;
}

}  // namespace sallyport::edi
