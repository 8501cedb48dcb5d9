// SPDX-License-Identifier: Apache-2.0
// SEEDS tests/golden/x12
// SHARED corpus/x12
// Any octets: the reader gives a document or an error; a document re-emits its octets, validates without trouble, its report
// prints as JSON, and a 997 made from it reads back.
#include "parsers/ack.h"
#include "parsers/report.h"
#include "parsers/x12.h"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace sallyport::edi;

const SchemaSet& schemas() {
    static const SchemaSet loaded = [] {
        auto result = SchemaSet::load(SALLYPORT_SOURCE_DIR "/parsers/schemas");
        if (!result) std::abort();
        return std::move(*result);
    }();
    return loaded;
}

void demand(bool holds) {
    if (!holds) std::abort();
}

void check_acknowledgement(const InterchangeReport& interchange) {
    AckEnvelope envelope;
    envelope.separators.component = '>';
    envelope.interchange_control = "1";
    envelope.group_control = "1";
    envelope.transaction_control = [] { return std::string("0001"); };
    envelope.date = "20261120";
    envelope.time = "1016";
    const auto written = write_997(interchange, AcceptancePolicy::RejectTransaction, envelope);
    if (!written || written->empty())
        return;  // an envelope whose ids cannot be mirrored is refused
    auto read = read_x12(*written);
    demand(static_cast<bool>(read));
    demand(emit(*read) == *written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string octets(reinterpret_cast<const char*>(data), size);
    auto document = read_x12(octets, Limits::tight());
    if (!document) {
        demand(!document.error().code().empty());
        return 0;
    }
    demand(emit(*document) == octets);
    const Report report = validate(
        *document, schemas(), {.faults = 50, .extended_characters = true, .severities = {}});
    demand(report_json(report).dump().size() > 2);
    demand(report.interchanges.size() == document->interchanges.size());
    for (const InterchangeReport& interchange : report.interchanges)
        check_acknowledgement(interchange);
    for (const Interchange& interchange : document->interchanges) {
        for (const Group& group : interchange.groups) {
            for (const Transaction& transaction : group.transactions) {
                for (const Loop& loop : transaction.loops)
                    demand(loop.begin <= loop.end && loop.end <= transaction.segments.size());
            }
        }
    }
    return 0;
}
