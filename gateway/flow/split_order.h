// SPDX-License-Identifier: Apache-2.0
// One order of the partner that becomes several of the back office, one for each store: when the agreement's map says `split
// by`. Mapping finds the parts and keeps them beside the order; the order's own posting step then makes a document for each,
// all in one unit with its done mark, so that there is one set of them whatever was killed when. A part is a transaction
// whose parent is the order's transaction and whose own number is the store; it is mapped, posted, released and explained by
// itself, and its business number is the one order number that everything goes back under. Private to gateway/flow.
#pragma once

#include "gateway/flow/steps.h"
#include "mappings/map.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::flow {

// The own number of the part that is for no store in particular.
inline constexpr std::string_view RestOfOrder = "(rest)";

struct OrderPart {
    std::string key{};      // the store; RestOfOrder
    std::string address{};  // archive address of the canonical order
};
using OrderParts = std::vector<OrderPart>;

// Puts the parts into the archive. Empty: the map does not split, or there is nothing for any store. Error code
// flow.map.held (BackOffice): more allocated than ordered, another unit, no quantity.
Result<OrderParts> parts_of(const Tools& tools,
                            const mapping::CompiledMap& map,
                            const nlohmann::ordered_json& canonical);

// Whether the row is a part, by itself: the order's rows have no own number.
bool is_part(const store::Document& document);

// Part of the unit that maps the order.
Status keep_parts(store::Transaction& transaction,
                  const std::string& document,
                  const OrderParts& parts);
// Empty: the order is one. Errors: of the store; flow.canonical.damaged (Bug).
Result<OrderParts> kept_parts(store::Reader& reader, const std::string& document);
// The document that was split, by the business key of the whole order; empty: none was.
Result<std::string> split_before(store::Reader& reader, const std::string& business_key);

// The posting step of an order with parts. Error code flow.post.exists (BackOffice): the whole order was posted before.
Result<Commit> split_order(const Tools& tools,
                           const store::Document& order,
                           const OrderParts& parts,
                           const store::Job& job);

// The business keys of a part's siblings: orders that rightly carry the same number in the back office. Empty for others.
Result<std::vector<std::string>> sibling_keys(store::Reader& reader, const store::Document& part);

}  // namespace sallyport::flow
