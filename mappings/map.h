// SPDX-License-Identifier: Apache-2.0
// A map, loaded with its base and includes, checked against the schemas of both sides, and compiled to a plan that works in
// both directions. Loading is pure: every text comes from a TextSource, so a map on disk, in a test and in an editor are
// the same thing. A CompiledMap is immutable and shared between threads.
#pragma once

#include "gateway/base/error.h"
#include "mappings/ast.h"
#include "parsers/schema.h"

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {
struct Transaction;
struct XmlDocumentType;
}  // namespace sallyport::edi

namespace sallyport::mapping {

// The text behind a name as written in a map ("x12-850-base.map", "tables/country.csv") or of a canonical schema
// ("canonical/order.schema.json"). Any error means "not there"; its text becomes part of the diagnostic.
using TextSource = std::function<Result<std::string>(std::string_view name)>;

// Looks in the directories in order, and in their subdirectories maps/, shipped/ and tables/. Names that leave the directories
// ("..", absolute) are refused. Error map.file.missing names where it looked.
TextSource search_path(std::vector<std::filesystem::path> directories);

struct Plan;           // plan.h, private to mappings/
class DocumentSchema;  // canonical.h
struct EffectiveMap;   // loader.h

// How many rules are of which class: = exact, ~ normalises, ! loses when written, > read only, < write only, ? checked.
struct ClassCounts {
    unsigned exact = 0, normalises = 0, loses = 0, read_only = 0, write_only = 0, checked = 0;
    unsigned total() const { return exact + normalises + loses + read_only + write_only + checked; }
    std::string text() const;  // "109 rules; 100 exact, 6 normalise, 2 write only, 1 checked"
};

struct MapParameter {
    std::string name;
    ParamType type = ParamType::Text;
    bool required = false;  // no default and not optional
};

// What the map is about, for choosing one: by partner, direction, standard, version, set.
struct MapInfo {
    std::string name;                // "acme-850"
    std::string version;             // "1"
    std::string standard;            // "x12", "edifact", "xml", "odoo"
    std::vector<std::string> codes;  // {"004010", "850"}; XML: {"urn:…:Order-2", "Order"}
    Arrow arrow = Arrow::Both;       // <-> both directions, -> reads only, <- writes only
    std::string document;            // canonical document: "order"
    std::vector<std::string> files;  // every file it was made from, the map itself first
    std::vector<MapParameter> parameters;
    ClassCounts classes;
};

class CompiledMap {
public:
    explicit CompiledMap(std::unique_ptr<const Plan> plan);
    ~CompiledMap();
    const MapInfo& info() const;
    const Plan& plan() const { return *m_plan; }
    const edi::SetSchema* plan_set() const;        // the set it reads and writes
    const edi::XmlDocumentType* xml_type() const;  // of an XML map; else null
    // It is a document of this map's set and version (X12, EDIFACT: placed by edi::validate()).
    bool reads(const edi::Transaction& transaction) const;
    const DocumentSchema& document() const;
    const Sources& sources() const;
    const EffectiveMap& effective() const;

private:
    std::unique_ptr<const Plan> m_plan;
};

struct MapLoad {
    std::shared_ptr<const CompiledMap> map;  // null when there are errors
    std::vector<Diagnostic> diagnostics;  // errors, warnings and notes, in order of file and place
    Sources sources;
    std::string text() const { return render(diagnostics, sources); }
};

// Loads, checks, compiles. `schemas` must outlive the CompiledMap.
MapLoad load_map(std::string_view name, const TextSource& texts, const edi::SchemaSet& schemas);

}  // namespace sallyport::mapping
