// SPDX-License-Identifier: Apache-2.0
// What "edi" and "schema" verbs know about the schemas of this installation and about one partner; no daemon needed.
#pragma once

#include "config/settings.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
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
std::vector<std::filesystem::path> schema_directories(const config::Settings& settings);
// SHA-256 over every file of the directories, names included: what a running gateway compares to say that a restart is due.
std::string digest_of(const std::vector<std::filesystem::path>& directories);
// A warning in the log (schema.restart) when they are not those that were loaded.
void say_when_schemas_changed(const config::Settings& settings,
                              const std::string& loaded,
                              const Log& log);
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
