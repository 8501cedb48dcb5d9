// SPDX-License-Identifier: Apache-2.0
// Document to wire and back through the real writer, reader and validator; and random documents for the laws.
#pragma once

#include "gateway/base/clock.h"
#include "mappings/map.h"
#include "mappings/run.h"
#include "parsers/document.h"
#include "parsers/fault.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::mapping {

// "BEG*00*SA*PO1**20240501~", "BGM+380+R1+9'": for people and goldens; separators as they are usual.
std::string segment_text(const edi::DraftSegment& segment, edi::Standard standard);

// The one transaction of a document, or null.
const edi::Transaction* only_transaction(const edi::Document& document);

// What was written in an envelope of our own; XML as the document it is. Errors: those of the writers, map.wire for
// standards without one.
Result<std::string> write_wire(const CompiledMap& map,
                               WriteOutcome outcome,
                               const edi::SchemaSet& schemas);

// For people and goldens: one segment a line, or the XML document.
std::string written_text(const CompiledMap& map,
                         const WriteOutcome& outcome,
                         const edi::SchemaSet& schemas);

// The same, written, read and validated.
Result<edi::Document> as_document(const CompiledMap& map,
                                  WriteOutcome outcome,
                                  const edi::SchemaSet& schemas,
                                  edi::Report& report);

struct RoundTripResult {
    std::string segments;  // one a line; of an XML map: the document
    std::unique_ptr<nlohmann::ordered_json> document;
    std::vector<std::string> defaults;  // fields a default filled when reading
    std::vector<std::uint32_t> written,
        read;             // rules (Plan::rules) that set an element, a field; once for each
    std::string problem;  // empty: written, valid, read
};
// `rules`: business rules (EN 16931, Peppol) count. Random documents do not add up, so the laws leave them out.
RoundTripResult there_and_back(const CompiledMap& map,
                               const edi::SchemaSet& schemas,
                               const nlohmann::ordered_json& document,
                               bool rules = true);
// The same where another map writes than reads: `writer` is for the same set.
RoundTripResult there_and_back(const CompiledMap& writer,
                               const CompiledMap& reader,
                               const edi::SchemaSet& schemas,
                               const nlohmann::ordered_json& document,
                               bool rules = true);

// The differences that no default explains, one a line.
std::string lost(const nlohmann::ordered_json& out,
                 const nlohmann::ordered_json& back,
                 const std::vector<std::string>& defaults);

// The same sequence for the same seed, so that a failure can be repeated.
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : m_state(seed) {}
    std::uint64_t next() override;

private:
    std::uint64_t m_state;
};

// A document with values in fields the map carries, each fit for its place. `random` decides everything.
nlohmann::ordered_json random_document(const CompiledMap& map, Random& random);

// The same, for many documents of one map. The map must outlive it. Not thread-safe.
class RandomDocuments {
public:
    explicit RandomDocuments(const CompiledMap& map);
    ~RandomDocuments();
    RandomDocuments(RandomDocuments&&) noexcept;
    nlohmann::ordered_json draw(Random& random) const;

private:
    struct State;
    const CompiledMap& m_map;
    std::unique_ptr<State> m_state;
};

// How often one rule was at work in documents that went there and back.
struct RuleUse {
    std::string where;  // "x12-850-base.map:59"
    std::string text;   // "PO1.03 | table uom <-> unit"
    bool writes = false, reads = false;
    unsigned written = 0, read = 0;
    bool idle() const { return (writes && written == 0) || (reads && read == 0); }
};

struct LawsResult {
    unsigned documents = 0;  // that could be written, are valid and could be read
    unsigned drawn = 0;      // with those the schema's conditions or a require refused
    unsigned failed = 0;
    unsigned wires = 0;        // of those, also written as a partner might and read by the map
    std::size_t segments = 0;  // written, all documents together
    std::string
        first;  // the first failure, made as small as it can be: document, segments, difference
    std::string refused;         // why the first refused one was refused
    std::vector<RuleUse> rules;  // every rule of the map
};
// The document without everything that is not needed to break a law. Bounded in tries.
nlohmann::ordered_json shrunk(const CompiledMap& map,
                              const edi::SchemaSet& schemas,
                              nlohmann::ordered_json document);

// Both laws on `count` random documents. Written is readable: what is written reads back as it was (defaults applied).
// Read is rewritable: the same document written as a partner might (partner_plan.h) reads as it was, and what the map then
// writes reads the same and, written again, is the same octets. A map that only reads is tried on such wires alone.
LawsResult check_round_trips(const CompiledMap& map,
                             const edi::SchemaSet& schemas,
                             unsigned count,
                             Random& random);

}  // namespace sallyport::mapping
