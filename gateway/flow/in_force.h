// SPDX-License-Identifier: Apache-2.0
// The order in force behind a record of the back office: the first one with the changes that were made since.
#pragma once

#include "gateway/flow/steps.h"

#include <cstdint>
#include <string>

namespace sallyport::flow {

struct InForce {
    std::string address{};  // in the archive: canonical Order
    std::int64_t changes = 0;
};

// `first` is the document that made the record. Errors: of the store; flow.canonical.damaged.
Result<InForce> order_in_force_of(const Tools& tools,
                                  std::int64_t record,
                                  const store::Document& first);
// Part of a unit.
Status set_order_in_force(store::Transaction& transaction,
                          std::int64_t record,
                          const InForce& force);

}  // namespace sallyport::flow
