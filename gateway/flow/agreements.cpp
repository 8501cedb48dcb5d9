// SPDX-License-Identifier: Apache-2.0
#include "gateway/flow/agreements.h"

#include "mappings/association.h"
#include "mappings/split.h"
#include "parsers/xml_schema.h"

#include <optional>
#include <set>
#include <utility>

namespace sallyport::flow {

const InboundDocument* Agreement::document(const mapping::DocumentKey& key) const {
    const InboundDocument* found = nullptr;
    int best = -1;
    for (const InboundDocument& candidate : inbound) {
        const int fit = mapping::fitness(candidate, key);
        if (fit <= best) continue;
        best = fit;
        found = &candidate;
    }
    return found;
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

// What we send is a test or not by the partner's switch for the syntax; inbound takes part in the choice.
bool sends_tests(const config::Partner& partner, std::string_view standard) {
    if (standard == "X12") return partner.x12.test;
    return standard == "EDIFACT" ? partner.edifact.test : partner.xml.test;
}

void take(Agreement& agreement,
          const config::DocumentAgreement& document,
          std::shared_ptr<const mapping::CompiledMap> map) {
    std::optional<bool> test;
    if (document.usage == "test") test = true;
    if (document.usage == "production") test = false;
    const std::string association =
        document.association.empty() ? mapping::association_of(map->info()) : document.association;
    if (document.inbound) {
        InboundDocument in;
        in.inbound = true;
        in.standard = document.standard;
        in.version = plain_version(document);
        in.set = document.set;
        in.association = association;
        in.test = test;
        in.map = std::move(map);
        in.params = {document.params.begin(), document.params.end()};
        agreement.inbound.push_back(std::move(in));
        return;
    }
    if (test && *test != sends_tests(agreement.partner, document.standard)) return;
    OutboundDocument out;
    out.standard = document.standard;
    out.version = plain_version(document);
    out.set = document.set;
    out.association = association;
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
    if (mapping::splits(map) && canonical_kind(map) != "Order")
        return Error("map.split",
                     Blame::Operator,
                     "only orders become several, and this map makes a document of kind " +
                         canonical_kind(map))
            .remedy("take `split by` out of its header");
    if (document.standard == "XML") {
        const edi::XmlDocumentType* type = schemas.xml().find(document.version, document.set);
        if (type != nullptr && type == map.xml_type()) return std::nullopt;
    } else {
        const auto standard =
            document.standard == "X12" ? edi::Standard::X12 : edi::Standard::Edifact;
        const auto set = schemas.find(standard, document.version, document.set);
        if (!set) return set.error();
        const std::string association = mapping::association_of(map.info());
        const bool other = !association.empty() && !document.association.empty() &&
                           association != document.association;
        if (*set == map.plan_set() && !other) return std::nullopt;
    }
    std::string about = map.info().standard;
    for (const std::string& code : map.info().codes)
        about += " " + code;
    return Error("map.fit",
                 Blame::Operator,
                 "the agreement is about " + document.standard + " " + document.version + " " +
                     document.set +
                     (document.association.empty() ? "" : " " + document.association) +
                     ", the map about " + about)
        .remedy(
            "name the map of this set, version and association, or correct them; without an "
            "association the agreement takes the map's");
}

// One mapping that an agreement names.
struct Named {
    const config::Partner* partner;
    const config::DocumentAgreement* document;
    mapping::TextSource texts;
    std::shared_ptr<const mapping::CompiledMap> map{};  // null: at fault

    std::string file() const { return document->map.filename().string(); }
};

// The map stays null when there is a fault.
Named load_one(const config::Partner& partner,
               const config::DocumentAgreement& document,
               const std::filesystem::path& mapping_directory,
               const edi::SchemaSet& schemas,
               std::vector<Error>& faults) {
    Named named{
        &partner,
        &document,
        mapping::search_path(
            {document.map.parent_path(), mapping_directory, mapping_directory.parent_path()})};
    auto loaded = mapping::load_tested({.schemas = &schemas, .texts = named.texts}, named.file());
    if (!loaded)
        faults.push_back(std::move(loaded)
                             .error()
                             .at({.source = document.map.string()})
                             .during("loading the mapping of " + document.set));
    else if (auto fault = misfit(document, **loaded, schemas))
        faults.push_back(std::move(*fault).at({.source = document.map.string()}));
    else
        named.map = *std::move(loaded);
    return named;
}

bool rests_on(const Named& overlay, const Named& base) {
    if (mapping::overlays_of(overlay.texts, {overlay.file()}, base.file()).empty()) return false;
    const auto text = overlay.texts(base.file());  // another file of that name is another base
    return text && *text == base.map->sources().files.front().text;
}

// A base is as good as the overlays on it that are in use.
void judge_bases(const std::vector<Named>& all, std::vector<Error>& faults) {
    std::set<std::filesystem::path> told;
    for (const Named& base : all)
        for (const Named& overlay : all) {
            if (!base.map || overlay.map || !rests_on(overlay, base)) continue;
            if (!told.insert(base.document->map).second) continue;
            faults.push_back(Error("map.overlay",
                                   Blame::Operator,
                                   base.file() + " is not taken: " + overlay.file() +
                                       ", with which " + overlay.partner->name +
                                       " extends it, would not work")
                                 .at({.source = base.document->map.string()})
                                 .remedy("sallyport map test " + overlay.document->map.string() +
                                         "; repair it, or pin it to the version it was made for")
                                 .during("loading partner " + base.partner->name));
        }
}

}  // namespace

AgreementLoad load_agreements(const std::vector<config::Partner>& partners,
                              const std::filesystem::path& mapping_directory,
                              const edi::SchemaSet& schemas) {
    AgreementLoad result;
    std::vector<Named> all;
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
        for (const config::DocumentAgreement& document : partner.documents) {
            all.push_back(load_one(partner, document, mapping_directory, schemas, faults));
            if (all.back().map) take(*agreement, document, all.back().map);
        }
        for (Error& fault : faults)
            result.faults.push_back(std::move(fault).during("loading partner " + partner.name));
        result.agreements.push_back(std::move(agreement));
    }
    judge_bases(all, result.faults);
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
    ++m_generation;
}

}  // namespace sallyport::flow
