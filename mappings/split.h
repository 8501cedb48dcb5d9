// SPDX-License-Identifier: Apache-2.0
// One document that is meant for several stores, as one document for each: `x12 004010 850 <-> order split by
// lines.allocations.buyer_code`. One way only: nothing puts the parts together again, answers gather by the order number.
// Pure functions, thread-safe.
#pragma once

#include "mappings/map.h"
#include "mappings/run.h"

#include <nlohmann/json_fwd.hpp>

#include <memory>
#include <string>
#include <vector>

namespace sallyport::mapping {

struct DocumentPart {
    std::string key;  // "0417"; empty: what is for no store in particular
    std::unique_ptr<nlohmann::ordered_json> document;
};

struct SplitOutcome {
    // In the order the keys come in the document, the part without a key last. Empty when something was found.
    std::vector<DocumentPart> parts;
    // Why it cannot be split, each a hold: more allocated than ordered, another unit, no quantity.
    std::vector<Finding> findings;
};

// Of each line the quantity of that store and that allocation alone; a line none of which is for it is not in the part.
// What the line has beyond its allocations, and lines without any, make the part without a key. The store is the part's
// ship_to, or its mark_for where the document names another place to deliver to. Amounts of the head and fixed amounts of a
// line are for the whole: they stand in the first part that has the line, and `total` and `totals` in none.
// A map whose header has no `split by` gives the document as the only part, with an empty key.
SplitOutcome split_document(const CompiledMap& map, const nlohmann::ordered_json& document);

// Whether its header says `split by`.
bool splits(const CompiledMap& map);

}  // namespace sallyport::mapping
