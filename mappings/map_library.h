// SPDX-License-Identifier: Apache-2.0
// Maps in use: which one for a document, and how a change to their files comes into force. A reload builds everything beside
// what is in use; a map that is broken, or whose tests fail, or on which an overlay in use rests whose tests fail, leaves the
// old one in its place and says why.
#pragma once

#include "gateway/base/error.h"
#include "gateway/base/guarded.h"
#include "mappings/tools.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

// What is known of a document before it is mapped.
struct DocumentKey {
    bool inbound = true;
    std::string_view standard;     // "x12", "edifact"; compared without regard to capitals
    std::string_view version;      // as the document states it: "004010VICS", "D96A"
    std::string_view set;          // "850"
    std::string_view association;  // EDIFACT 0057: "EAN008"; X12: what follows the version ("VICS")
    bool test = false;             // ISA15 T, UNB 0035
};

// One line of an agreement: what it is for, and the map. Empty and unset: any.
struct MapUse {
    bool inbound = true;
    std::string standard, version, set;
    std::string association;
    std::optional<bool> test;
    std::string map;  // file name
};

// The use that fits best: an association that is named before any, a test flag that is named before any, the longer version
// before the shorter. Null: none fits.
const MapUse* choose(const std::vector<MapUse>& uses, const DocumentKey& key);

// What the test blocks of a map say against it, one failure after the other; empty: they pass.
std::string failed_tests(const CompiledMap& map, const ToolContext& context);

// Loads `file` and runs its test blocks. Errors (Blame::Operator): map.load (the checker's text), map.test (what failed).
Result<std::shared_ptr<const CompiledMap>> load_tested(const ToolContext& context,
                                                       const std::string& file);

// Thread-safe. Who holds a map keeps it, whatever a reload does.
class MapLibrary {
public:
    struct Refusal {
        std::string map;
        Error why;          // map.load, map.test, map.overlay
        bool kept = false;  // an older one goes on working
    };

    // Makes the maps of `files` the ones in use; those no longer named go. Gives what was refused. Not two at once.
    std::vector<Refusal> reload(const ToolContext& context, const std::vector<std::string>& files);

    std::shared_ptr<const CompiledMap> find(const std::string& file) const;  // null: none

private:
    using Table = std::map<std::string, std::shared_ptr<const CompiledMap>>;
    Guarded<std::shared_ptr<const Table>> m_table{std::make_shared<const Table>()};
};

}  // namespace sallyport::mapping
