// SPDX-License-Identifier: Apache-2.0
// SEEDS tests/golden/edifact
// SHARED corpus/edifact
// Any octets: the reader gives a document or an error; a document re-emits its octets before and after validation, its report
// and tree print as JSON, and a CONTRL made from it reads back.
#include "parsers/ack.h"
#include "parsers/edifact.h"
#include "parsers/report.h"
#include "parsers/view.h"

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
    const ContrlEnvelope envelope{.control = "1",
                                  .reference = "1",
                                  .date = "20261120",
                                  .time = "1016",
                                  .receipt_only = false};
    const auto written = write_contrl(interchange, envelope);
    if (!written || written->empty())
        return;  // an envelope whose ids cannot be mirrored is refused
    auto read = read_edifact(*written);
    demand(static_cast<bool>(read));
    demand(emit(*read) == *written);
    demand(static_cast<bool>(read_contrl(*read)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string octets(reinterpret_cast<const char*>(data), size);
    auto document = read_edifact(octets, Limits::tight());
    if (!document) {
        demand(!document.error().code().empty());
        return 0;
    }
    demand(emit(*document) == octets);
    ValidationOptions options;
    options.faults = 50;
    const Report report = validate(*document, schemas(), options);
    demand(emit(*document) == octets);
    demand(report_json(report).dump().size() > 2);
    demand(document_json(*document).dump().size() > 2);
    demand(!html_view(*document, report).empty());
    for (const InterchangeReport& interchange : report.interchanges)
        check_acknowledgement(interchange);
    return 0;
}
