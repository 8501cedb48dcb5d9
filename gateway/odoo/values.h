// SPDX-License-Identifier: Apache-2.0
// Odoo's JSON values: numbers as decimal text, `false` as "unset", many2one pairs, UTC date-times.
//
// Replies are parsed by parse_reply, which keeps whole numbers as integers and turns every number with a point or an
// exponent into its text, so that no price ever passes through a binary float. Pure functions.
#pragma once

#include "gateway/base/decimal.h"
#include "gateway/base/error.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::odoo {

using Json = nlohmann::ordered_json;

// Error code odoo.reply.malformed (Blame::Network: a cut-off reply looks the same).
Result<Json> parse_reply(std::string_view body);

// Odoo answers false for an empty field of every type but boolean.
bool is_unset(const Json& value);

// A field's text, or empty when it is unset or absent.
std::string text_of(const Json& record, std::string_view field);

// The id of a many2one value ([id, "name"] or id), or nothing.
std::optional<std::int64_t> id_of(const Json& value);
std::optional<std::int64_t> id_in(const Json& record, std::string_view field);

// A many2one's display name, or empty.
std::string name_in(const Json& record, std::string_view field);

// A number, exact as it was written. Exponents (1e-05) are understood. Error codes decimal.syntax, decimal.range.
Result<Decimal> decimal_of(const Json& value);

// "2026-12-10" becomes "2026-12-10 <time_of_day>"; "2026-12-10T14:00+02:00" becomes "2026-12-10 12:00:00"; a time
// without an offset is taken as UTC. `time_of_day` is HH:MM:SS in UTC. Error code odoo.date (Blame::Partner).
Result<std::string> utc_datetime(std::string_view canonical, std::string_view time_of_day);

// & < > " ' for the HTML of a chatter note.
std::string escape_html(std::string_view text);

}  // namespace sallyport::odoo
