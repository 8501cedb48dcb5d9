// SPDX-License-Identifier: Apache-2.0
// Inside flow: exchanges as they lie in the store.
#pragma once

#include "gateway/flow/cem.h"

#include <optional>

namespace sallyport::flow {

Result<std::optional<CemExchange>> cem_exchange(store::Reader& reader,
                                                bool ours,
                                                const std::string& partner,
                                                const std::string& id);
Status save_cem(store::Transaction& transaction, const CemExchange& exchange);

// A document row of an exchange that came with `message`.
store::Document cem_document(const store::Message& message, std::string id);
// Part of a unit: one that goes out, and the job that freezes it.
Status queue_cem(store::Transaction& transaction,
                 const CemExchange& exchange,
                 std::string_view version,
                 const std::string& id,
                 const std::string& payload_ref);

bool has_use(const std::vector<std::string>& uses, std::string_view use);

}  // namespace sallyport::flow
