// SPDX-License-Identifier: Apache-2.0
// A map as a partner might use it: what our map only reads is written, codes our map never writes stand for their words,
// the alternatives of `first` are tried in another order. The laws write wires with it that our own map would not.
// Private to mappings/.
#pragma once

#include "mappings/map.h"

#include <cstddef>
#include <memory>

namespace sallyport::mapping {

// Another variant for every number; 8 of them use every code of a word with up to 8 codes. `map` must outlive the result.
std::unique_ptr<const CompiledMap> partner_map(const CompiledMap& map, std::size_t variant);

}  // namespace sallyport::mapping
