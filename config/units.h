// SPDX-License-Identifier: Apache-2.0
// Inside config only: durations, sizes, addresses and numbers as people write them.
#pragma once

#include "config/settings.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::config {

// Digits and one unit, no space: ms, s, m, h, d. Up to 10 years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// Digits and one unit: B, KiB, MiB, GiB. Up to 1024 GiB.
std::optional<std::uint64_t> parse_octets(std::string_view text);
// host:port or [v6]:port; the port from 0 to 65535, the host not empty.
std::optional<Endpoint> parse_endpoint(std::string_view text);

std::string show_number(double number);

}  // namespace sallyport::config
