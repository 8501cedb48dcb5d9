// SPDX-License-Identifier: Apache-2.0
// Running a map: a transaction becomes a canonical document, a canonical document becomes segments. Pure functions: no
// clock, no files, no counters; linear in the document; thread-safe.
#pragma once

#include "mappings/map.h"
#include "parsers/document.h"
#include "parsers/x12.h"
#include "parsers/xml.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::mapping {

// From the partner record; they win over `set` and over the default in the map. Every value as text.
using Parameters = std::map<std::string, std::string, std::less<>>;

enum class Verdict : std::uint8_t {
    Reject,  // the partner is told: 824, APERAK, 855
    Hold,    // a person here decides (an unknown code in a table, a missing number)
    Warn,    // recorded
    Note,    // normal, worth seeing: a second occurrence that was not used
};
std::string_view to_string(Verdict verdict);  // "reject", "hold", "warn", "note"

// One thing a run has to say. Everything counts from 1; 0 and empty mean "not known".
struct Finding {
    Verdict verdict = Verdict::Note;
    std::string
        code;  // number from the map ("024"), or the engine's own: "table", "lens.split", "value", …
    std::string message;         // values filled in
    std::string rule;            // "acme-850.map:16"
    std::string segment;         // tag; of an XML document: the XPath of the place
    std::uint32_t position = 0;  // segment in the transaction, ST is 1
    std::uint16_t element = 0;
    std::string field;  // "lines[1].unit"
    std::string table;  // set when a row is missing in this table: adding it releases the document
    std::string value;  // the offending value
};

// An element no rule looked at.
struct Leftover {
    std::string segment;  // tag; of an XML document: the XPath, and element is 0
    std::uint32_t position = 0;
    std::uint16_t element = 0;
    std::uint16_t component = 0;
    std::string text;
    std::string rule;  // "x12-850-base.map:29" when a write-only rule owns the place; else empty
};

// Where a field came from, or where an element went: 1 entry per stored value.
struct TraceEntry {
    enum class Source : std::uint8_t { Wire, Default, Derived, Constant };
    std::string field;  // "lines[1].unit"
    std::string value;  // as stored in the document
    Source source = Source::Wire;
    std::uint32_t segment = 0;  // position in the transaction
    std::uint16_t element = 0;
    std::uint16_t component = 0;
    std::string place;             // XML: the XPath; else empty
    std::string wire;              // text on the wire
    std::string rule;              // "x12-850-base.map:59"
    std::string text;              // "PO1.03 | table uom <-> unit"
    std::uint32_t rule_index = 0;  // the rule among those of the map
};

struct RunOptions {
    bool trace = false;
    bool strict = false;           // a second occurrence of a single-valued place rejects
    std::size_t findings = 1'000;  // kept; the rest is counted
};

struct ReadOutcome {
    std::unique_ptr<nlohmann::ordered_json>
        document;  // canonical; complete even when there are rejects
    std::vector<Finding> findings;
    std::size_t findings_left_out = 0;
    std::vector<Leftover> leftovers;
    std::vector<TraceEntry> trace;  // RunOptions::trace

    bool rejected() const;
    bool held() const;
};

// `transaction` must have been placed by edi::validate(), unless it is XML. Errors (Blame::Operator): map.direction (the map cannot read),
// map.set (the transaction is of another set, or was not placed), map.parameter (missing, unknown or of another type).
Result<ReadOutcome> read(const CompiledMap& map,
                         const edi::Transaction& transaction,
                         const Parameters& parameters = {},
                         const RunOptions& options = {});

struct WriteOutcome {
    std::vector<edi::DraftSegment> segments;  // without ST/SE, UNH/UNT; empty when rejected
    std::optional<edi::DraftElement> xml;     // of an XML map: the root element; none when rejected
    std::vector<Finding> findings;
    std::vector<TraceEntry> trace;

    bool rejected() const;
    bool held() const;
};

// `document` is checked against the canonical schema first. Errors: map.direction, map.parameter, map.document.
Result<WriteOutcome> write(const CompiledMap& map,
                           const nlohmann::ordered_json& document,
                           const Parameters& parameters = {},
                           const RunOptions& options = {});

}  // namespace sallyport::mapping
