// SPDX-License-Identifier: Apache-2.0
// The association assigned code (EDIFACT UNH 0057) that a map names in its header: `edifact D 96A ORDERS EAN008 <-> order`.
// A map that names one is for messages that carry it, and what is written with it carries it.
#pragma once

#include "mappings/map.h"

#include <string>

namespace sallyport::mapping {

// Empty: the map is for any.
inline std::string association_of(const MapInfo& info) {
    return info.standard == "edifact" && info.codes.size() > 3 ? info.codes[3] : std::string();
}

}  // namespace sallyport::mapping
