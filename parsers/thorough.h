// SPDX-License-Identifier: Apache-2.0
// ValidationOptions::thorough: what takes a second walk over a placed transaction and is never more than a warning.
// Private to parsers/.
#pragma once

#include "parsers/document.h"
#include "parsers/faults.h"

#include <string_view>

namespace sallyport::edi {

// Counters of the set's overlay: totals (edi.count) and running numbers (edi.sequence); characters UNOA does not have
// (edifact.character-set, once per message). `syntax` is EDIFACT 0001, empty for X12.
void check_thoroughly(const Transaction& transaction, std::string_view syntax, FaultSink& sink);

// Characters under UNOA that are not of it, ASCII only; once per message.
void check_unoa(const Transaction& transaction, FaultSink& sink);

// A total about the set itself, not about its envelope or about a document it answers.
bool is_total(const CounterRule& rule, const SetSchema& set);

}  // namespace sallyport::edi
