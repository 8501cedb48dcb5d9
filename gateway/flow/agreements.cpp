// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/agreements.h"

#include "mappings/map_library.h"

#include <utility>

namespace sallyport::flow {

const InboundDocument* Agreement::document(std::string_view standard,
                                           std::string_view version,
                                           std::string_view set) const {
    for (const InboundDocument& candidate : inbound) {
        if (candidate.standard != standard || candidate.set != set) continue;
        if (version.starts_with(candidate.version)) return &candidate;
    }
    return nullptr;
}

AgreementLoad load_agreements(const std::vector<config::Partner>& partners,
                              const std::filesystem::path& mapping_directory,
                              const edi::SchemaSet& schemas) {
    AgreementLoad result;
    for (const config::Partner& partner : partners) {
        auto agreement = std::make_shared<Agreement>();
        agreement->partner = partner;
        if (const auto files = edi::Guide::files_of(partner.file); !files.empty()) {
            if (auto guide = edi::Guide::load(files, schemas))
                agreement->guide = std::make_shared<const edi::Guide>(*std::move(guide));
            else
                result.faults.push_back(
                    std::move(guide).error().during("loading partner " + partner.name));
        }
        for (const config::DocumentAgreement& document : partner.documents) {
            if (!document.inbound) continue;
            const auto texts = mapping::search_path(
                {document.map.parent_path(), mapping_directory, mapping_directory.parent_path()});
            auto load = mapping::load_map(document.map.filename().string(), texts, schemas);
            if (!load.map) {
                result.faults.push_back(
                    Error("map.load",
                          Blame::Operator,
                          "the mapping of " + document.set + " has errors:\n" + load.text())
                        .at({.source = document.map.string()})
                        .during("loading partner " + partner.name));
                continue;
            }
            if (const std::string failed =
                    mapping::failed_tests(*load.map, {.schemas = &schemas, .texts = texts});
                !failed.empty()) {
                result.faults.push_back(
                    Error("map.test",
                          Blame::Operator,
                          "the mapping of " + document.set + " fails its own tests:\n" + failed)
                        .at({.source = document.map.string()})
                        .remedy("sallyport map test " + document.map.string())
                        .during("loading partner " + partner.name));
                continue;
            }
            agreement->inbound.push_back(
                {.standard = document.standard,
                 .version = document.version,
                 .set = document.set,
                 .map = std::move(load.map),
                 .params = {document.params.begin(), document.params.end()}});
        }
        result.agreements.push_back(std::move(agreement));
    }
    return result;
}

std::shared_ptr<const Agreements::Table> Agreements::table_of(
    std::vector<std::shared_ptr<const Agreement>> list) {
    Table table;
    for (auto& agreement : list) {
        std::string name = agreement->partner.name;
        table.insert_or_assign(std::move(name), std::move(agreement));
    }
    return std::make_shared<const Table>(std::move(table));
}

Agreements::Agreements(std::vector<std::shared_ptr<const Agreement>> list)
    : m_table(table_of(std::move(list))) {}

std::shared_ptr<const Agreements::Table> Agreements::table() const {
    return m_table.with([](const std::shared_ptr<const Table>& table) { return table; });
}

std::shared_ptr<const Agreement> Agreements::by_name(const std::string& name) const {
    const auto current = table();
    const auto found = current->find(name);
    return found == current->end() ? nullptr : found->second;
}

std::vector<std::string> Agreements::names() const {
    std::vector<std::string> names;
    for (const auto& entry : *table())
        names.push_back(entry.first);
    return names;
}

std::vector<std::string> Agreements::paused() const {
    std::vector<std::string> names;
    for (const auto& [name, agreement] : *table())
        if (agreement->partner.paused) names.push_back(name);
    return names;
}

void Agreements::swap(std::vector<std::shared_ptr<const Agreement>> list) {
    auto next = table_of(std::move(list));
    m_table.with([&](std::shared_ptr<const Table>& table) { table = std::move(next); });
}

}  // namespace sallyport::flow
