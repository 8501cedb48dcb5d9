// SPDX-License-Identifier: Apache-2.0
// The store in one SQLite file: write-ahead log, synchronous=FULL, one writer thread with group commit, snapshot readers.
#pragma once

#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/store/store.h"

#include <chrono>
#include <filesystem>
#include <memory>

namespace sallyport::store {

struct SqliteOptions {
    std::filesystem::path file;    // made when absent; its directory must exist
    unsigned largest_group = 256;  // units that share one commit at most
    std::chrono::milliseconds busy_wait{
        5000};  // for a lock another program (sqlite3, a backup) holds
};

// Migrates an older schema, each step in one transaction. Error codes: store.open, store.schema.newer (Operator: the file
// was written by a later release), store.migration, store.locked (another gateway runs on this file), store.schema.older (read-only).
// `clock` must outlive the store. The destructor finishes the units already submitted.
Result<std::unique_ptr<Store>> open_sqlite_store(const SqliteOptions& options, const Clock& clock);

// For CLI commands beside a running gateway: submit() gives store.read_only, nothing is created or migrated.
Result<std::unique_ptr<Store>> open_sqlite_store_read_only(const std::filesystem::path& file);

}  // namespace sallyport::store
