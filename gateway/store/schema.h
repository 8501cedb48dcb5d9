// SPDX-License-Identifier: Apache-2.0
// Inside the store only: the schema as numbered migrations, each applied in one transaction.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/store/sql.h"

namespace sallyport::store {

// What this program writes and reads.
int current_schema();

// 0 for an empty file. Error codes: those of Connection.
Result<int> schema_of(Connection& connection);

// Brings the file up to `target` step by step; a crash leaves it at a whole step. Error codes: store.schema.newer,
// store.migration.
Status migrate(Connection& connection, int target, Instant now);

}  // namespace sallyport::store
