// SPDX-License-Identifier: Apache-2.0
// What "edi" and "schema" verbs know about the schemas of this installation and about one partner; no daemon needed.
#pragma once

#include "gateway/base/error.h"
#include "gateway/daemon/command.h"
#include "parsers/guide.h"
#include "parsers/schema.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::daemon {

// The schemas shipped, then those beside sallyport.toml ("schemas/"), which replace what they define anew.
std::vector<std::filesystem::path> schema_directories(const std::filesystem::path& shipped,
                                                      const std::filesystem::path& config_file);
Result<edi::SchemaSet> load_schemas(const CommandLine& line);

struct PartnerRules {
    edi::Guide guide;
    std::vector<std::filesystem::path> files;
    // [x12] of the agreement, where there is one: how we write to this partner.
    std::optional<edi::Separators> separators;
};
// `name` is a partner of the configuration, or a file: an agreement (.toml) or a guide (.guide). Errors: edi.partner.not_found,
// config.*, guide.*. `schemas` must outlive the result.
Result<PartnerRules> rules_of(const CommandLine& line,
                              const std::string& name,
                              const edi::SchemaSet& schemas);

}  // namespace sallyport::daemon
