// SPDX-License-Identifier: Apache-2.0
// Walking an XML document in the tree (xml.h says how it stands there). An element is named by its Loop. Private to
// parsers/; borrows the transaction.
#pragma once

#include "parsers/document.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

class XmlTree {
public:
    explicit XmlTree(const Transaction& transaction) : m_transaction(transaction) {}

    static constexpr std::uint32_t Root = 1;
    const Transaction& transaction() const { return m_transaction; }
    const Segment& segment(std::uint32_t element) const {
        return m_transaction.segments[m_transaction.loops[element].begin];
    }
    std::string_view tag(std::uint32_t element) const { return segment(element).tag; }
    std::string_view text(std::uint32_t element) const;     // None: empty
    std::string_view trimmed(std::uint32_t element) const;  // without blanks around
    std::uint32_t parent(std::uint32_t element) const {
        return m_transaction.loops[element].parent;
    }
    std::uint32_t first(std::uint32_t element) const {
        return m_transaction.loops[element].first_child;
    }
    std::uint32_t next(std::uint32_t element) const { return m_transaction.loops[element].next; }

    // First child of that name; None. `from` None: None.
    std::uint32_t child(std::uint32_t from, std::string_view tag) const;
    // "cac:Party/cbc:EndpointID" below `from`, first of each; None.
    std::uint32_t find(std::uint32_t from, std::string_view path) const;
    // All of them, in document order; a step "*" is any element.
    std::vector<std::uint32_t> all(std::uint32_t from, std::string_view path) const;
    // "currencyID" without "@"; null: not there.
    const Segment* attribute(std::uint32_t element, std::string_view name) const;
    std::string_view attribute_text(std::uint32_t element, std::string_view name) const;
    std::vector<const Segment*> attributes(std::uint32_t element) const;
    bool has_text_behind_children(std::uint32_t element) const;  // a "#text" segment of its own

private:
    const Transaction& m_transaction;
};

// XPaths of many segments of one document in linear time: which elements have siblings of their name is counted once,
// when the first path is asked for.
class XmlPlaces {
public:
    explicit XmlPlaces(const Transaction& transaction) : m_transaction(transaction) {}
    const Transaction& transaction() const { return m_transaction; }
    std::string xpath(std::uint32_t segment);

private:
    void count();

    const Transaction& m_transaction;
    std::vector<std::uint32_t>
        m_ordinal;  // by loop: which of its name under its parent; 0: the only one
};

}  // namespace sallyport::edi
