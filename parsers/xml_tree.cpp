// SPDX-License-Identifier: Apache-2.0
#include "parsers/xml_tree.h"

#include "parsers/xml.h"

#include <algorithm>
#include <functional>
#include <unordered_map>

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

void XmlPlaces::count() {
    struct Key {
        std::uint32_t parent;
        std::string_view tag;
        bool operator==(const Key&) const = default;
    };
    struct Hash {
        std::size_t operator()(const Key& key) const {
            return std::hash<std::string_view>()(key.tag) * 31 + key.parent;
        }
    };
    struct Seen {
        std::uint32_t first, count;
    };
    const XmlTree tree(m_transaction);
    std::unordered_map<Key, Seen, Hash> seen;
    m_ordinal.assign(m_transaction.loops.size(), 0);
    for (std::uint32_t at = XmlTree::Root; at < m_transaction.loops.size(); ++at) {
        const auto [entry, fresh] =
            seen.try_emplace(Key{tree.parent(at), tree.tag(at)}, Seen{at, 1});
        if (fresh) continue;
        m_ordinal[at] = ++entry->second.count;
        m_ordinal[entry->second.first] = 1;
    }
}

std::string XmlPlaces::xpath(std::uint32_t segment) {
    if (segment >= m_transaction.segments.size()) return {};
    if (m_ordinal.empty()) count();
    const XmlTree tree(m_transaction);
    const Segment& last = m_transaction.segments[segment];
    std::string path;
    if (last.loop < m_transaction.loops.size() && m_transaction.loops[last.loop].begin != segment)
        path = "/" + (last.tag == "#text" ? std::string("text()") : std::string(last.tag));
    for (std::uint32_t at = last.loop; at != None && at != 0; at = tree.parent(at)) {
        std::string step = "/" + std::string(tree.tag(at));
        if (m_ordinal[at] != 0) step += "[" + std::to_string(m_ordinal[at]) + "]";
        path.insert(0, step);
    }
    return path;
}

std::string xpath(const Transaction& transaction, std::uint32_t segment) {
    return XmlPlaces(transaction).xpath(segment);
}

}  // namespace sallyport::edi
