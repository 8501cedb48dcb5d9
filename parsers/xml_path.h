// SPDX-License-Identifier: Apache-2.0
// Finding elements by a small part of XPath: what the business rules need. Private to parsers/.
//
//   cac:Country/cbc:IdentificationCode       in a context: every such element anywhere; in a path: below one element
//   /*/cac:TaxTotal                          a context from the root
//   cac:AllowanceCharge[charge]/cbc:Amount   [charge] [allowance] [vat] [!predicate] [path] [path=a,b] [@name] [@name=a]
//   cbc:InvoicedQuantity|cbc:CreditedQuantity
// A step "*" is any element. Comparisons are with the text without blanks around it; [vat] and SEPA ignore case.
#pragma once

#include "parsers/xml_tree.h"

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace sallyport::edi {

class XmlPaths {
public:
    explicit XmlPaths(const XmlTree& tree);

    // Every element of the document the context names, in document order.
    std::vector<std::uint32_t> match(std::string_view context) const;
    // Every element below `from` the path names; "." is `from` itself.
    std::vector<std::uint32_t> select(std::uint32_t from, std::string_view path) const;
    bool exists(std::uint32_t from, std::string_view path) const {
        return !select(from, path).empty();
    }

private:
    bool fits(std::uint32_t element, std::string_view step) const;
    bool holds(std::uint32_t element, std::string_view predicate) const;
    bool matches(std::uint32_t element, std::string_view context) const;

    const XmlTree& m_tree;
    std::unordered_map<std::string_view, std::vector<std::uint32_t>> m_by_tag;
};

// The parts of `text` between `separator`s that stand outside brackets.
std::vector<std::string_view> split_outside(std::string_view text, char separator);

}  // namespace sallyport::edi
