// SPDX-License-Identifier: Apache-2.0
#include "gateway/daemon/edi_partner.h"

#include "config/load.h"
#include "gateway/base/digest.h"
#include "gateway/base/file.h"

#include <algorithm>
#include <system_error>

namespace sallyport::daemon {
namespace {

constexpr std::size_t MaxSchemaBytes = std::size_t{16} << 20;

edi::Separators separators_of(const config::X12Agreement& x12) {
    edi::Separators separators;
    separators.element = x12.element_separator;
    separators.component = x12.component_separator;
    separators.repetition = x12.repetition_separator;
    separators.terminator = std::string(1, x12.segment_terminator);
    separators.line_end = x12.line_breaks ? "\n" : "";
    return separators;
}

Error not_found(const std::string& name, const std::string& hint) {
    return Error(
               "edi.partner.not_found",
               Blame::Operator,
               "there is no partner " + name + (hint.empty() ? "" : "; did you mean " + hint + "?"))
        .remedy("name a partner of the configuration (--config), or a .toml or .guide file");
}

}  // namespace

std::vector<std::filesystem::path> schema_directories(const std::filesystem::path& shipped,
                                                      const std::filesystem::path& config_file) {
    std::vector<std::filesystem::path> directories{shipped};
    std::error_code failed;
    const std::filesystem::path own = config_file.parent_path() / "schemas";
    if (std::filesystem::is_directory(own, failed) &&
        !std::filesystem::equivalent(own, shipped, failed))
        directories.push_back(own);
    return directories;
}

std::vector<std::filesystem::path> schema_directories(const config::Settings& settings) {
    return schema_directories(settings.schema_directory, settings.file);
}

std::string digest_of(const std::vector<std::filesystem::path>& directories) {
    Sha256 digest;
    for (const std::filesystem::path& directory : directories) {
        std::error_code failed;
        std::vector<std::filesystem::path> files;
        for (std::filesystem::recursive_directory_iterator at(directory, failed), end;
             !failed && at != end;
             at.increment(failed)) {
            if (at->is_regular_file(failed)) files.push_back(at->path());
        }
        std::sort(files.begin(), files.end());
        for (const std::filesystem::path& file : files) {
            const auto text = read_file(file, MaxSchemaBytes);
            digest.add(file.string() + '\0' + (text ? sha256_hex(*text) : "unreadable") + '\n');
        }
    }
    return digest.hex();
}

void say_when_schemas_changed(const config::Settings& settings,
                              const std::string& loaded,
                              const Log& log) {
    if (digest_of(schema_directories(settings)) != loaded)
        log.warn("schema files have changed; restart the gateway to use them",
                 {{"code", "schema.restart"}});
}

Result<edi::SchemaSet> load_schemas(const CommandLine& line) {
    auto data = data_directory();
    if (!data) return std::move(data).error();
    const auto directories = schema_directories(*data / "schemas", line.config_file);
    return edi::SchemaSet::load(directories);
}

Result<PartnerRules> rules_of(const CommandLine& line,
                              const std::string& name,
                              const edi::SchemaSet& schemas) {
    PartnerRules rules;
    const std::filesystem::path file(name);
    const bool is_file = file.extension() == ".guide" || file.extension() == ".toml";
    std::error_code failed;
    if (is_file && !std::filesystem::exists(file, failed)) return not_found(name, "");
    if (file.extension() == ".guide") {
        rules.files = {file};
    } else {
        // Only what the agreement says about documents matters here: keys and maps may be missing on this machine.
        const config::LoadResult loaded = config::load(line.config_file, {.check_files = false});
        std::filesystem::path agreement = is_file ? file : std::filesystem::path();
        std::vector<std::string> known;
        for (const config::Partner& partner : loaded.configuration.partners) {
            known.push_back(partner.name);
            if (partner.name != (is_file ? file.stem().string() : name)) continue;
            if (!is_file) agreement = partner.file;
            if (partner.x12.enabled) rules.separators = separators_of(partner.x12);
        }
        if (agreement.empty()) {
            if (!loaded.ok()) return loaded.faults.front();
            return not_found(name, near_match(name, known));
        }
        rules.files = edi::Guide::files_of(agreement);
    }
    auto guide = edi::Guide::load(rules.files, schemas);
    if (!guide) return std::move(guide).error();
    rules.guide = *std::move(guide);
    return rules;
}

}  // namespace sallyport::daemon
