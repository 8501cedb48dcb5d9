// SPDX-License-Identifier: Apache-2.0
// A point in time as a person writes it into a configuration file.
#pragma once

#include "gateway/base/clock.h"

#include <optional>
#include <string_view>

namespace sallyport::config {

// "2026-12-01" (its first moment) or "2026-12-01T06:30:00Z": UTC, no other zone, a date that exists. nullopt otherwise.
std::optional<Instant> parse_moment(std::string_view text);

}  // namespace sallyport::config
