// SPDX-License-Identifier: Apache-2.0
#include "parsers/schema_uses.h"

#include "gateway/base/file.h"
#include "parsers/schema_loader.h"

#include <algorithm>
#include <sstream>
#include <system_error>

namespace sallyport::edi {
namespace {

constexpr std::size_t MaxFileBytes = std::size_t{1} << 20;

Error malformed(const std::filesystem::path& file, std::uint32_t line, std::string what) {
    return Error("schema.syntax", Blame::Operator, std::move(what))
        .at({.source = file.string(), .line = line})
        .remedy("the format is described in parsers/schemas/FORMAT.md");
}

// The first line that is no comment names the use; the rest is a guide.
Result<SchemaUse> read_use(const std::filesystem::path& file, const SchemaSet& schemas) {
    auto text = read_file(file, MaxFileBytes);
    if (!text) return std::move(text).error();
    SchemaUse use;
    use.file = file.string();
    std::size_t at = 0;
    std::uint32_t line = 1;
    while (at < text->size() && ((*text)[at] == '#' || (*text)[at] == '\n')) {
        at = std::min(text->find('\n', at), text->size());
        if (at < text->size()) ++at, ++line;
    }
    const std::size_t end = std::min(text->find('\n', at), text->size());
    std::istringstream head(text->substr(at, end - at));
    std::string keyword, standard, more;
    head >> keyword >> use.name >> standard >> use.release >> use.association;
    use.standard = standard == "x12" ? Standard::X12 : Standard::Edifact;
    const bool good = keyword == "use" && !use.association.empty() && !(head >> more) &&
                      (standard == "x12" || standard == "edifact");
    if (!good)
        return malformed(file, line, "expected first: use NAME x12|edifact RELEASE|* ASSOCIATION");
    std::fill(text->begin(), text->begin() + static_cast<std::ptrdiff_t>(end), '\n');
    const std::string blank(line - 1, '\n');  // so that faults name the line of the file
    auto guide = Guide::parse(blank + text->substr(end), file.string(), schemas);
    if (!guide) return std::move(guide).error();
    if (!guide->severities().empty())
        return malformed(file, line, "a use has rules of sets only; severities are a partner's");
    use.guide = *std::move(guide);
    use.guide.entitle(use.name);
    return use;
}

Status load_folder(const std::filesystem::path& folder,
                   const SchemaSet& schemas,
                   std::vector<SchemaUse>& uses) {
    std::error_code failed;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        if (entry.path().extension() == ".use") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const std::filesystem::path& file : files) {
        auto use = read_use(file, schemas);
        if (!use) return std::move(use).error().during("loading the schemas");
        const auto known = std::find_if(uses.begin(), uses.end(), [&](const SchemaUse& one) {
            return one.name == use->name && one.standard == use->standard &&
                   one.release == use->release;
        });
        if (known != uses.end())
            *known = *std::move(use);
        else
            uses.push_back(*std::move(use));
    }
    return {};
}

}  // namespace

Status load_uses(std::span<const std::filesystem::path> directories,
                 const SchemaSet& schemas,
                 std::vector<SchemaUse>& uses) {
    for (const auto& directory : directories) {
        for (const char* standard : {"x12", "edifact"}) {
            if (Status done = load_folder(directory / standard / "uses", schemas, uses); !done)
                return done;
        }
    }
    return {};
}

const Guide* SchemaSet::use(Standard standard,
                            std::string_view release,
                            std::string_view association) const {
    if (association.empty()) return nullptr;
    for (const SchemaUse& use : m_storage->uses) {
        if (use.standard == standard && (use.release == "*" || use.release == release) &&
            association.substr(0, use.association.size()) == use.association)
            return &use.guide;
    }
    return nullptr;
}

const Guide* SchemaSet::use_named(Standard standard,
                                  std::string_view release,
                                  std::string_view name) const {
    for (const SchemaUse& use : m_storage->uses) {
        if (use.standard == standard && (use.release == "*" || use.release == release) &&
            use.name == name)
            return &use.guide;
    }
    return nullptr;
}

std::vector<SchemaSet::UseName> SchemaSet::uses() const {
    std::vector<UseName> names;
    for (const SchemaUse& use : m_storage->uses)
        names.push_back({use.name, use.standard, use.release, use.association});
    return names;
}

const Guide* use_of(const SchemaSet& schemas,
                    const SetSchema& set,
                    std::string_view association,
                    const Guide* partner) {
    const std::string_view named = partner ? partner->use() : std::string_view();
    if (named == "none") return nullptr;
    const Guide* use = named.empty() ? schemas.use(set.standard, set.release, association)
                                     : schemas.use_named(set.standard, set.release, named);
    return use && use->rules(set) ? use : nullptr;
}

}  // namespace sallyport::edi
