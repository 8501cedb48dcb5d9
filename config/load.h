// SPDX-License-Identifier: Apache-2.0
// Files to types, strictly: every fault of every file in one pass, each with file, line, column and remedy.
#pragma once

#include "config/partners.h"
#include "config/settings.h"
#include "gateway/base/error.h"

#include <filesystem>
#include <string>
#include <vector>

namespace sallyport::config {

struct Configuration {
    Settings settings{};
    std::vector<Partner> partners{};  // sorted by name; may be empty
};

struct LoadResult {
    Configuration configuration{};  // usable only when there are no faults
    // Error codes (all Blame::Operator): config.file, config.syntax, config.key.unknown, config.key.missing, config.type,
    // config.range, config.value, config.secret.*, config.duplicate, config.file.missing, config.file.readable.
    std::vector<Error> faults{};

    bool ok() const { return faults.empty(); }
};

struct LoadOptions {
    // Whether files the configuration names (keys, certificates, maps) must exist and have safe permissions.
    bool check_files = true;
};

// `file` is sallyport.toml; the partner directory stands in it.
LoadResult load(const std::filesystem::path& file, const LoadOptions& options = {});

// For `partner test` and editors: one partner file against settings already loaded.
LoadResult load_partner(const std::filesystem::path& file,
                        const Settings& settings,
                        const LoadOptions& options = {});

}  // namespace sallyport::config
