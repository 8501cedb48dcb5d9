// SPDX-License-Identifier: Apache-2.0
// Applying the items of an overlay to those of its base. Private to mappings/.
#pragma once

#include "mappings/loader.h"

#include <vector>

namespace sallyport::mapping {

// `base` holds the base map and receives the result; `changes` are the overlay's items in the order written.
void apply_overlay(EffectiveMap& base,
                   std::vector<Item> changes,
                   std::vector<Diagnostic>& diagnostics);

// Rows of `overlay` into `base`: an overlay row for a code replaces the base row, one that writes a word takes over
// writing that word, the base row stays readable.
void merge_table(Table& base, const Table& overlay);

}  // namespace sallyport::mapping
