// SPDX-License-Identifier: Apache-2.0
#include "parsers/xml_tree.h"

#include "parsers/xml.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

std::string_view next_step(std::string_view& path) {
    const std::size_t slash = path.find('/');
    const std::string_view step = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    return step;
}

}  // namespace

std::string_view XmlTree::text(std::uint32_t element) const {
    return element == None ? std::string_view() : segment(element).text(1);
}

std::string_view XmlTree::trimmed(std::uint32_t element) const {
    const std::string_view whole = text(element);
    const std::size_t first = whole.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return whole.substr(first, whole.find_last_not_of(" \t\r\n") - first + 1);
}

std::uint32_t XmlTree::child(std::uint32_t from, std::string_view name) const {
    if (from == None) return None;
    for (std::uint32_t at = first(from); at != None; at = next(at)) {
        if (tag(at) == name) return at;
    }
    return None;
}

std::uint32_t XmlTree::find(std::uint32_t from, std::string_view path) const {
    const std::vector<std::uint32_t> found = all(from, path);
    return found.empty() ? None : found.front();
}

std::vector<std::uint32_t> XmlTree::all(std::uint32_t from, std::string_view path) const {
    std::vector<std::uint32_t> here;
    if (from != None) here.push_back(from);
    while (!path.empty() && !here.empty()) {
        const std::string_view step = next_step(path);
        std::vector<std::uint32_t> below;
        for (const std::uint32_t element : here) {
            for (std::uint32_t at = first(element); at != None; at = next(at)) {
                if (step == "*" || tag(at) == step) below.push_back(at);
            }
        }
        here = std::move(below);
    }
    return here;
}

std::vector<const Segment*> XmlTree::attributes(std::uint32_t element) const {
    std::vector<const Segment*> found;
    const Loop& loop = m_transaction.loops[element];
    for (std::uint32_t at = loop.begin + 1; at < loop.end; ++at) {
        const Segment& candidate = m_transaction.segments[at];
        if (candidate.loop != element || candidate.tag.front() != '@') break;
        found.push_back(&candidate);
    }
    return found;
}

const Segment* XmlTree::attribute(std::uint32_t element, std::string_view name) const {
    if (element == None) return nullptr;
    const Loop& loop = m_transaction.loops[element];
    for (std::uint32_t at = loop.begin + 1; at < loop.end; ++at) {
        const Segment& candidate = m_transaction.segments[at];
        if (candidate.loop != element || candidate.tag.front() != '@') break;
        if (candidate.tag.substr(1) == name) return &candidate;
    }
    return nullptr;
}

std::string_view XmlTree::attribute_text(std::uint32_t element, std::string_view name) const {
    const Segment* found = attribute(element, name);
    return found ? found->text(1) : std::string_view();
}

bool XmlTree::has_text_behind_children(std::uint32_t element) const {
    const Loop& loop = m_transaction.loops[element];
    for (std::uint32_t at = first(element); at != None; at = next(at)) {
        const std::uint32_t behind = m_transaction.loops[at].end;
        if (behind < loop.end && m_transaction.segments[behind].loop == element) return true;
    }
    return false;
}

std::string xpath(const Transaction& transaction, std::uint32_t segment) {
    if (segment >= transaction.segments.size()) return {};
    const XmlTree tree(transaction);
    const Segment& last = transaction.segments[segment];
    std::string path;
    if (last.loop < transaction.loops.size() && transaction.loops[last.loop].begin != segment)
        path = "/" + (last.tag == "#text" ? std::string("text()") : std::string(last.tag));
    for (std::uint32_t at = last.loop; at != None && at != 0; at = tree.parent(at)) {
        std::string step = "/" + std::string(tree.tag(at));
        std::uint32_t before = 0, same = 0;
        for (std::uint32_t sibling = tree.first(tree.parent(at)); sibling != None;
             sibling = tree.next(sibling)) {
            if (tree.tag(sibling) != tree.tag(at)) continue;
            ++same;
            if (sibling <= at) ++before;
        }
        if (same > 1) step += "[" + std::to_string(before) + "]";
        path.insert(0, step);
    }
    return path;
}

}  // namespace sallyport::edi
