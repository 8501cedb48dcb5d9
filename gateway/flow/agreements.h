// SPDX-License-Identifier: Apache-2.0
// The agreements in force, with their mappings compiled: what the pipeline asks about a partner. A reload builds a new
// table beside the old one and swaps it; steps that already hold an agreement finish with it.
#pragma once

#include "config/partners.h"
#include "gateway/base/error.h"
#include "gateway/base/guarded.h"
#include "mappings/map.h"
#include "mappings/map_library.h"
#include "parsers/guide.h"
#include "parsers/schema.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::flow {

// What it is for (empty and unset: any), and with what it is read.
struct InboundDocument : mapping::MapUse {
    std::shared_ptr<const mapping::CompiledMap> map{};
    std::map<std::string, std::string, std::less<>> params{};
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

    // nullptr when nothing was agreed for that document. An agreed "004010" also takes "004010VICS" and the like; what was
    // agreed for this very association or test flag comes before what was agreed for any.
    const InboundDocument* document(const mapping::DocumentKey& key) const;
    // How a kind goes out; `set` chooses among several and may be empty. Errors (Operator): flow.outbound.none,
    // flow.outbound.ambiguous; both park the document until the partner file says it.
    // UBL has a set of its own for credit notes; without a `set` its Invoice is meant.
    Result<const OutboundDocument*> outbound_for(std::string_view kind, std::string_view set) const;
};

struct AgreementLoad {
    std::vector<std::shared_ptr<const Agreement>> agreements;
    std::vector<Error>
        faults;  // Blame::Operator: map.load, map.test, map.overlay, map.direction, map.fit; schema.*; guide.*
};

// Compiles every mapping the partners name, runs its test blocks, and reads their guides. A base that is in use is at fault
// (map.overlay) when an overlay of it that is in use, of whatever partner, is. `schemas` must outlive the agreements.
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
    // Another after each swap: what failed under an older one is worth another try.
    std::uint64_t generation() const { return m_generation.load(); }

private:
    using Table = std::map<std::string, std::shared_ptr<const Agreement>>;
    static std::shared_ptr<const Table> table_of(
        std::vector<std::shared_ptr<const Agreement>> list);
    std::shared_ptr<const Table> table() const;

    Guarded<std::shared_ptr<const Table>> m_table;
    std::atomic<std::uint64_t> m_generation{0};
};

}  // namespace sallyport::flow
