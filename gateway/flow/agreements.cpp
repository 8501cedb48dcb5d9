// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/agreements.h"

#include "mappings/map_library.h"
#include "parsers/xml_schema.h"

#include <optional>
#include <utility>

namespace sallyport::flow {

const InboundDocument* Agreement::document(std::string_view standard,
                                           std::string_view version,
                                           std::string_view set,
                                           std::string_view association) const {
    const InboundDocument* any = nullptr;
    for (const InboundDocument& candidate : inbound) {
        if (candidate.standard != standard || candidate.set != set) continue;
        if (!version.starts_with(candidate.version)) continue;
        if (!candidate.association.empty() && candidate.association == association)
            return &candidate;
        if (candidate.association.empty() && any == nullptr) any = &candidate;
    }
    return any;
}

Result<const OutboundDocument*> Agreement::outbound_for(std::string_view kind,
                                                        std::string_view set) const {
    const OutboundDocument* found = nullptr;
    std::string known;
    for (const OutboundDocument& candidate : outbound) {
        known += (known.empty() ? "" : ", ") + candidate.kind + " as " + candidate.set;
        if (candidate.kind != kind || (!set.empty() && candidate.set != set)) continue;
        if (found != nullptr && candidate.standard == "XML" && candidate.set == "CreditNote")
            continue;
        const bool credit =
            found != nullptr && found->standard == "XML" && found->set == "CreditNote";
        if (found != nullptr && !credit)
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

// "D.96A" and "D:96A" are D96A to whoever writes them; documents are told apart by the short form.
std::string plain_version(const config::DocumentAgreement& document) {
    std::string version = document.version;
    if (document.standard == "EDIFACT")
        std::erase_if(version, [](char c) { return c == '.' || c == ':'; });
    return version;
}

void take(Agreement& agreement,
          const config::DocumentAgreement& document,
          std::shared_ptr<const mapping::CompiledMap> map) {
    if (document.inbound) {
        agreement.inbound.push_back({.standard = document.standard,
                                     .version = plain_version(document),
                                     .set = document.set,
                                     .association = document.association,
                                     .map = std::move(map),
                                     .params = {document.params.begin(), document.params.end()}});
        return;
    }
    OutboundDocument out;
    out.standard = document.standard;
    out.version = plain_version(document);
    out.set = document.set;
    out.association = document.association;
    out.kind = canonical_kind(*map);
    out.map = std::move(map);
    out.params = {document.params.begin(), document.params.end()};
    out.batch = document.batch;
    agreement.outbound.push_back(std::move(out));
}

// What is wrong with this map for this document, before the first document shows it.
std::optional<Error> misfit(const config::DocumentAgreement& document,
                            const mapping::CompiledMap& map,
                            const edi::SchemaSet& schemas) {
    const auto arrow = map.info().arrow;
    if (arrow == (document.inbound ? mapping::Arrow::Write : mapping::Arrow::Read))
        return Error("map.direction",
                     Blame::Operator,
                     std::string("the map only ") + (document.inbound ? "writes" : "reads"))
            .remedy("name a map that goes both ways, or the other direction");
    if (document.standard == "XML") {
        const edi::XmlDocumentType* type = schemas.xml().find(document.version, document.set);
        if (type != nullptr && type == map.xml_type()) return std::nullopt;
    } else {
        const auto standard =
            document.standard == "X12" ? edi::Standard::X12 : edi::Standard::Edifact;
        const auto set = schemas.find(standard, document.version, document.set);
        if (!set) return set.error();
        if (*set == map.plan_set()) return std::nullopt;
    }
    std::string about = map.info().standard;
    for (const std::string& code : map.info().codes)
        about += " " + code;
    return Error("map.fit",
                 Blame::Operator,
                 "the agreement is about " + document.standard + " " + document.version + " " +
                     document.set + ", the map about " + about)
        .remedy("name the map of this set and version, or correct set and version");
}

// Null with a fault in `faults`.
std::shared_ptr<const mapping::CompiledMap> compile(const config::DocumentAgreement& document,
                                                    const std::filesystem::path& mapping_directory,
                                                    const edi::SchemaSet& schemas,
                                                    std::vector<Error>& faults) {
    const auto texts = mapping::search_path(
        {document.map.parent_path(), mapping_directory, mapping_directory.parent_path()});
    auto load = mapping::load_map(document.map.filename().string(), texts, schemas);
    if (!load.map) {
        faults.push_back(Error("map.load",
                               Blame::Operator,
                               "the mapping of " + document.set + " has errors:\n" + load.text())
                             .at({.source = document.map.string()}));
        return nullptr;
    }
    if (const std::string failed =
            mapping::failed_tests(*load.map, {.schemas = &schemas, .texts = texts});
        !failed.empty()) {
        faults.push_back(
            Error("map.test",
                  Blame::Operator,
                  "the mapping of " + document.set + " fails its own tests:\n" + failed)
                .at({.source = document.map.string()})
                .remedy("sallyport map test " + document.map.string()));
        return nullptr;
    }
    if (auto fault = misfit(document, *load.map, schemas)) {
        faults.push_back(std::move(*fault).at({.source = document.map.string()}));
        return nullptr;
    }
    return std::move(load.map);
}

}  // namespace

AgreementLoad load_agreements(const std::vector<config::Partner>& partners,
                              const std::filesystem::path& mapping_directory,
                              const edi::SchemaSet& schemas) {
    AgreementLoad result;
    for (const config::Partner& partner : partners) {
        auto agreement = std::make_shared<Agreement>();
        agreement->partner = partner;
        std::vector<Error> faults;
        if (const auto files = edi::Guide::files_of(partner.file); !files.empty()) {
            if (auto guide = edi::Guide::load(files, schemas))
                agreement->guide = std::make_shared<const edi::Guide>(*std::move(guide));
            else
                faults.push_back(std::move(guide).error());
        }
        for (const config::DocumentAgreement& document : partner.documents)
            if (auto map = compile(document, mapping_directory, schemas, faults))
                take(*agreement, document, std::move(map));
        for (Error& fault : faults)
            result.faults.push_back(std::move(fault).during("loading partner " + partner.name));
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
