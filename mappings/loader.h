// SPDX-License-Identifier: Apache-2.0
// Files to one effective map: includes read, base loaded, overlay applied, tables merged and read from CSV. Pure.
#pragma once

#include "mappings/ast.h"
#include "mappings/map.h"

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

struct EffectiveMap {
    Sources sources;  // the map itself is file 0
    std::string name;
    std::string version;
    Header header;
    std::vector<Namespace> namespaces;
    std::vector<Param> params;  // `set` applied
    std::vector<Table>
        tables;  // merged: base rows demoted to read only where the overlay took over writing
    std::vector<UserLens> lenses;
    std::vector<Fragment> fragments;
    std::vector<Item> items;  // no Remove, Replace, Into left
    std::vector<TestCase> tests;

    const Fragment* fragment(std::string_view wanted) const;
    const Table* table(std::string_view wanted) const;
    const UserLens* lens(std::string_view wanted) const;
    const Param* param(std::string_view wanted) const;
};

// Diagnostics MAP001-003, 110, 111, 123, 301-308, 401, 402. A map with errors is returned as far as it could be made.
EffectiveMap load_effective(std::string_view name,
                            const TextSource& texts,
                            std::vector<Diagnostic>& diagnostics);

// The key by which an overlay names an item: its left path, `.05` inside a block on SAC being SAC.05.
std::string item_key(const Item& item, std::string_view block_segment);
// The name of the segment or group a block path opens: its last step.
std::string block_segment(const Path& path);

// CSV text (RFC 4180) to rows; `problem` gets the reason and the line when it cannot be read.
struct CsvProblem {
    std::size_t at = 0;
    std::string message;
};
std::vector<std::vector<std::string>> read_csv(std::string_view text,
                                               std::vector<std::size_t>& starts,
                                               std::optional<CsvProblem>& problem);

}  // namespace sallyport::mapping
