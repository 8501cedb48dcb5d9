// SPDX-License-Identifier: Apache-2.0
// Maps in use: which one for a document, and what must hold before one is taken into use. The agreements of the gateway
// (gateway/flow/agreements.h) choose and load through this.
#pragma once

#include "gateway/base/error.h"
#include "mappings/tools.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

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

// One line of an agreement: what it is for. Empty and unset: any.
struct MapUse {
    bool inbound = true;
    std::string standard, version, set;
    std::string association;
    std::optional<bool> test;
};

// How well a use fits: an association that is named before any, a test flag that is named before any, the longer version
// before the shorter. -1: it does not fit; two uses of one agreement that differ never fit equally well.
int fitness(const MapUse& use, const DocumentKey& key);

// Loads `file` and runs its test blocks. Errors (Blame::Operator): map.load (the checker's text), map.test (what failed).
Result<std::shared_ptr<const CompiledMap>> load_tested(const ToolContext& context,
                                                       const std::string& file);

}  // namespace sallyport::mapping
