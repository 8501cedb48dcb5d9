// SPDX-License-Identifier: Apache-2.0
// Which rules were at work and where, in numbers: what the laws want to know of ten thousand documents. The trace has the
// same in words. Private to mappings/.
#pragma once

#include "mappings/run.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sallyport::mapping {

// One value that was stored, or one element that was written.
struct RuleNote {
    TraceEntry::Source source = TraceEntry::Source::Wire;
    bool defaulted = false;     // written: the document had no value, the default went out
    std::uint32_t rule = 0;     // Plan::rules
    std::uint32_t segment = 0;  // position in the transaction
    std::uint16_t element = 0;
    std::uint16_t component = 0;
    std::string place;  // XML: the XPath; else empty
    std::string field;  // read: of those asked for
};

// read() and write() with notes instead of a trace. `wanted`: whether the field of a note is to be spelled out.
Result<ReadOutcome> read_noting(const CompiledMap& map,
                                const edi::Transaction& transaction,
                                std::vector<RuleNote>& notes,
                                const std::function<bool(const RuleNote&)>& wanted);
Result<WriteOutcome> write_noting(const CompiledMap& map,
                                  const nlohmann::ordered_json& document,
                                  std::vector<RuleNote>& notes);

}  // namespace sallyport::mapping
