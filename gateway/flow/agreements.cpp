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

Result<const OutboundDocument*> Agreement::outbound_for(std::string_view kind,
                                                        std::string_view set) const {
    const OutboundDocument* found = nullptr;
    std::string known;
    for (const OutboundDocument& candidate : outbound) {
        known += (known.empty() ? "" : ", ") + candidate.kind + " as " + candidate.set;
        if (candidate.kind != kind || (!set.empty() && candidate.set != set)) continue;
        if (found != nullptr)
            return Error("flow.outbound.ambiguous",
                         Blame::Operator,
                         "the agreement with " + partner.name + " sends " + std::string(kind) +
                             " as " + found->set + " and as " + candidate.set)
                .remedy(
                    "keep one [[documents]] with direction = \"out\" for it, or let the submitter "
                    "name the set; then release the document");
        found = &candidate;
    }
    if (found != nullptr) return found;
    return Error("flow.outbound.none",
                 Blame::Operator,
                 "nothing is agreed with " + partner.name + " for sending " + std::string(kind) +
                     (set.empty() ? "" : " as " + std::string(set)) +
                     (known.empty() ? "" : " (agreed: " + known + ")"))
        .remedy(
            "add a [[documents]] with direction = \"out\" and its map to the partner file, reload, "
            "then release the document");
}

std::string canonical_kind(const mapping::CompiledMap& map) {
    std::string out;
    bool start = true;
    for (const char letter : map.info().document) {  // "order", "order_change"
        if (letter == '_' || letter == '-') {
            start = true;
            continue;
        }
        out += start && letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A')
                                                       : letter;
        start = false;
    }
    return out;
}

namespace {

void take(Agreement& agreement,
          const config::DocumentAgreement& document,
          std::shared_ptr<const mapping::CompiledMap> map) {
    if (document.inbound) {
        agreement.inbound.push_back({.standard = document.standard,
                                     .version = document.version,
                                     .set = document.set,
                                     .map = std::move(map),
                                     .params = {document.params.begin(), document.params.end()}});
        return;
    }
    OutboundDocument out;
    out.standard = document.standard;
    out.version = document.version;
    out.set = document.set;
    out.association = document.association;
    out.kind = canonical_kind(*map);
    out.map = std::move(map);
    out.params = {document.params.begin(), document.params.end()};
    out.batch = document.batch;
    agreement.outbound.push_back(std::move(out));
}

}  // namespace

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
            const auto arrow = load.map->info().arrow;
            if (arrow == (document.inbound ? mapping::Arrow::Write : mapping::Arrow::Read)) {
                result.faults.push_back(
                    Error("map.direction",
                          Blame::Operator,
                          std::string("the map only ") + (document.inbound ? "writes" : "reads"))
                        .at({.source = document.map.string()})
                        .remedy("name a map that goes both ways, or the other direction")
                        .during("loading partner " + partner.name));
                continue;
            }
            take(*agreement, document, std::move(load.map));
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
