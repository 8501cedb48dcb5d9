// SPDX-License-Identifier: Apache-2.0
#include "parsers/document.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

constexpr std::size_t BlockValues = 4096;

std::uint16_t key_of(const Value& value) {
    return value.element;
}

void collect(const Interchange& interchange, std::vector<const Segment*>& segments) {
    const auto add = [&](const Segment& segment) {
        if (segment.raw.data() != nullptr) segments.push_back(&segment);
    };
    add(interchange.header);
    for (const Segment& segment : interchange.extra)
        add(segment);
    for (const Group& group : interchange.groups) {
        add(group.header);
        for (const Transaction& transaction : group.transactions) {
            for (const Segment& segment : transaction.segments)
                add(segment);
        }
        add(group.trailer);
    }
    for (const Segment& segment : interchange.strays)
        add(segment);
    add(interchange.trailer);
    std::sort(segments.begin(), segments.end(), [](const Segment* a, const Segment* b) {
        return a->place.byte < b->place.byte;
    });
}

void emit_segment(const Segment& segment, const Separators& separators, std::string& out) {
    out += segment.tag;
    std::uint16_t element = 0, repetition = 1, component = 1;
    for (const Value& value : segment.values) {
        if (value.element != element) {
            out.append(static_cast<std::size_t>(value.element - element), separators.element);
        } else if (value.repetition != repetition) {
            // Below syntax 4 a repeated composite stands as elements of its own; readers count it as a repetition.
            const char between =
                separators.repetition != '\0' ? separators.repetition : separators.element;
            out.append(static_cast<std::size_t>(value.repetition - repetition), between);
        } else {
            out.append(static_cast<std::size_t>(value.component - component), separators.component);
        }
        element = value.element;
        repetition = value.repetition;
        component = value.component;
        out += value.raw;
    }
    if (segment.terminated) out += separators.terminator;
    out += segment.filler;
}

}  // namespace

const Value* Segment::value(const Locator& at) const {
    auto found = std::lower_bound(
        values.begin(), values.end(), at.element, [](const Value& value, std::uint16_t element) {
            return key_of(value) < element;
        });
    for (; found != values.end() && found->element == at.element; ++found) {
        if (found->repetition == at.repetition && found->component == at.component) return &*found;
    }
    return nullptr;
}

std::string_view Segment::text(std::uint16_t element,
                               std::uint16_t component,
                               std::uint16_t repetition) const {
    const Value* found = value({element, component, repetition});
    return found ? found->text : std::string_view();
}

std::uint16_t Segment::repetitions(std::uint16_t element) const {
    std::uint16_t count = 0;
    for (const Value& value : values) {
        if (value.element == element) count = value.repetition;
    }
    return count;
}

std::vector<std::uint32_t> Transaction::child_loops(std::uint32_t loop) const {
    std::vector<std::uint32_t> children;
    if (loop >= loops.size()) return children;
    for (std::uint32_t at = loops[loop].first_child; at != None; at = loops[at].next)
        children.push_back(at);
    return children;
}

std::vector<std::uint32_t> Transaction::child_segments(std::uint32_t loop) const {
    std::vector<std::uint32_t> children;
    if (loop >= loops.size()) return children;
    std::uint32_t inner = loops[loop].first_child;
    for (std::uint32_t at = loops[loop].begin; at < loops[loop].end;) {
        if (inner != None && loops[inner].begin == at && loops[inner].end > at) {
            at = loops[inner].end;
            inner = loops[inner].next;
        } else {
            if (segments[at].loop == loop) children.push_back(at);
            ++at;
        }
    }
    return children;
}

std::vector<std::uint32_t> Transaction::tree_children(std::uint32_t loop) const {
    std::vector<std::uint32_t> children;
    for (std::uint32_t i = 1; i < loops.size(); ++i) {
        const bool in_tree =
            schema && schema->tree && schema->nodes[loops[i].node].tag == schema->tree->segment;
        if (in_tree && loops[i].tree_parent == loop) children.push_back(i);
    }
    return children;
}

Document::Document(std::string octets)
    : m_octets(std::make_unique<std::string>(std::move(octets))),
      m_texts(std::make_unique<std::deque<std::string>>()) {}

std::span<Value> Document::allocate(std::size_t count) {
    if (count == 0) return {};
    if (count > m_free) {
        m_block_size = std::max(count, BlockValues);
        m_blocks.push_back(std::make_unique<Value[]>(m_block_size));
        m_free = m_block_size;
    }
    const std::span<Value> values(m_blocks.back().get() + (m_block_size - m_free), count);
    m_free -= count;
    return values;
}

std::string_view Document::keep(std::string text) {
    m_texts->push_back(std::move(text));
    return m_texts->back();
}

std::uint64_t Document::received_at(std::uint64_t byte) const {
    std::uint64_t before = 0;
    for (const LeftOut& one : left_out) {
        if (one.at > byte) break;
        before += one.text.size();
    }
    return byte + before;
}

std::string emit(const Document& document) {
    std::string out;
    out.reserve(document.octets().size());
    for (const Interchange& interchange : document.interchanges) {
        out += interchange.preamble;
        std::vector<const Segment*> segments;
        collect(interchange, segments);
        for (const Segment* segment : segments)
            emit_segment(*segment, interchange.separators, out);
        out += interchange.postamble;
    }
    if (document.left_out.empty()) return out;
    std::string whole;
    std::size_t from = 0;
    for (const Document::LeftOut& one : document.left_out) {
        const std::size_t to = std::min(one.at, out.size());
        whole.append(out, from, to - from).append(one.text);
        from = to;
    }
    return whole.append(out, from);
}

}  // namespace sallyport::edi
