// SPDX-License-Identifier: Apache-2.0
// Dates, times and moments between the wire and the document. Private to mappings/.
#pragma once

#include "mappings/lenses.h"

#include <string>
#include <string_view>

namespace sallyport::mapping {

bool all_digits(std::string_view text);
// "\"x\"", as values stand in messages.
std::string in_quotes(std::string_view text);
void refuse(LensValue& value, const char* code, std::string problem);

// "CCYYMMDD", "YYMMDD", "DD.MM.CCYY": digits at the letters' places. False: `text` is not a date of that shape.
bool date_by_format(std::string_view format, std::string_view text, std::string& out);
std::string date_to_format(std::string_view format, std::string_view date);
// HHMM, HHMMSS, HHMMSSd[d] to HH:MM[:SS[.d]].
bool time_from_wire(std::string_view wire, std::string& out);
std::string time_to_wire(std::string_view time);

void moment_read(LensValue& value);
void moment_write(LensValue& value);
void dtm_read(const LensOp& lens, LensValue& value);
void dtm_write(const LensOp& lens, LensValue& value);

}  // namespace sallyport::mapping
