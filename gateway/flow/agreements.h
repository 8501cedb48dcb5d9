// SPDX-License-Identifier: Apache-2.0
// The agreements in force, with their mappings compiled: what the pipeline asks about a partner. A reload builds a new
// table beside the old one and swaps it; steps that already hold an agreement finish with it.
#pragma once

#include "config/partners.h"
#include "gateway/base/error.h"
#include "gateway/base/guarded.h"
#include "mappings/map.h"
#include "parsers/guide.h"
#include "parsers/schema.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::flow {

struct InboundDocument {
    std::string standard;     // "X12"
    std::string version;      // "004010"
    std::string set;          // "850"
    std::string association;  // EDIFACT 0057, XML CustomizationID; empty: whatever is there
    std::shared_ptr<const mapping::CompiledMap> map;
    std::map<std::string, std::string, std::less<>> params;
};

// How one kind of document goes out.
struct OutboundDocument {
    std::string standard;     // "X12", "EDIFACT"
    std::string version;      // "004010", "D96A"
    std::string set;          // "855", "ORDRSP"
    std::string association;  // EDIFACT 0057, "EAN008"; may be empty
    std::string kind;         // canonical_kind() of the map
    std::shared_ptr<const mapping::CompiledMap> map;
    std::map<std::string, std::string, std::less<>> params;
    std::chrono::milliseconds batch{0};  // 0: each at once
};

// The name of a map's canonical document as rows and callers write it: "OrderResponse".
std::string canonical_kind(const mapping::CompiledMap& map);

struct Agreement {
    config::Partner partner;
    std::shared_ptr<const edi::Guide>
        guide;  // of the files beside the agreement; null: there are none
    std::vector<InboundDocument> inbound;
    std::vector<OutboundDocument> outbound;

    // nullptr when nothing was agreed for that set. An agreed "004010" also takes "004010VICS" and the like. What was
    // agreed for this very association comes before what was agreed for any.
    const InboundDocument* document(std::string_view standard,
                                    std::string_view version,
                                    std::string_view set,
                                    std::string_view association) const;
    // How a kind goes out; `set` chooses among several and may be empty. Errors (Operator): flow.outbound.none,
    // flow.outbound.ambiguous; both park the document until the partner file says it.
    // UBL has a set of its own for credit notes; without a `set` its Invoice is meant.
    Result<const OutboundDocument*> outbound_for(std::string_view kind, std::string_view set) const;
};

struct AgreementLoad {
    std::vector<std::shared_ptr<const Agreement>> agreements;
    std::vector<Error>
        faults;  // Blame::Operator: map.load, map.test, map.direction, map.fit; schema.*; guide.*
};

// Compiles every mapping the partners name and reads their guides. `schemas` must outlive the agreements.
AgreementLoad load_agreements(const std::vector<config::Partner>& partners,
                              const std::filesystem::path& mapping_directory,
                              const edi::SchemaSet& schemas);

// Thread-safe.
class Agreements {
public:
    explicit Agreements(std::vector<std::shared_ptr<const Agreement>> list);

    // nullptr when unknown.
    std::shared_ptr<const Agreement> by_name(const std::string& name) const;
    std::vector<std::string> names() const;
    std::vector<std::string> paused() const;  // names: their documents are taken in, and wait
    void swap(std::vector<std::shared_ptr<const Agreement>> list);

private:
    using Table = std::map<std::string, std::shared_ptr<const Agreement>>;
    static std::shared_ptr<const Table> table_of(
        std::vector<std::shared_ptr<const Agreement>> list);
    std::shared_ptr<const Table> table() const;

    Guarded<std::shared_ptr<const Table>> m_table;
};

}  // namespace sallyport::flow
