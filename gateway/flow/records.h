// SPDX-License-Identifier: Apache-2.0
// Records of the back office that should go out and cannot: each has a document that stands for it, so that it is seen,
// explained, released and discarded where everything is that waits for a person. It goes away when the record went out.
#pragma once

#include "gateway/flow/steps.h"

#include <string>

namespace sallyport::flow {

struct OutgoingRecord {
    std::string name{};             // "stock.picking/42"
    std::string partner{};          // empty where that is not known yet
    std::string kind{};             // "ShipNotice"
    std::string business_number{};  // the buyer's order number; empty where that is not known yet
};

// `error` is why it cannot go out now. One document per record, however often this is said; a new reason replaces the old
// one. A record whose document a person discarded stays discarded until it went out. Errors: of the store.
Status hold_record(const Tools& tools, const OutgoingRecord& record, const Error& error);

// The record went out, or has nothing to say any more. Cheap when nothing stands for it. Errors: of the store.
Status settle_record(const Tools& tools, const std::string& name);

}  // namespace sallyport::flow
