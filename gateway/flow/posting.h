// SPDX-License-Identifier: Apache-2.0
// What the posting of orders and of their changes share. Private to gateway/flow.
#pragma once

#include "gateway/flow/steps.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace sallyport::flow {

// partner|kind|number, and for a part of an order its store: the same order, the same key.
std::string business_key(const store::Document& document, std::string_view kind);
// flow.post.missing (BackOffice).
Error missing_values(const Missing& missing);
Result<nlohmann::ordered_json> canonical_of(const Tools& tools, const store::Document& document);
Result<OriginalDocument> original_of(const Tools& tools, const store::Document& document);

// Changes that came before their order wait for it outside its lane; now it is there they go on, in the order they came.
Status wake_early_changes(store::Transaction& transaction, const store::Document& order);

// An answer to our order, a vendor's ship notice or invoice, a remittance advice.
Result<Commit> post_other(const Tools& tools,
                          const store::Document& document,
                          const Agreement& agreement);

// A change of an order or its cancellation. Errors (BackOffice) besides those of the back office: flow.change.stale.
Result<Commit> post_change(const Tools& tools,
                           const store::Document& document,
                           const Agreement& agreement);

}  // namespace sallyport::flow
