// SPDX-License-Identifier: Apache-2.0
// X12 of any octets: what is read is emitted again octet for octet, every fault ends in a report, and the 997 that answers
// it is itself readable and says one verdict per group.
// SEEDS tests/golden/x12
#include "parsers/ack.h"
#include "parsers/x12.h"

#include <cstdlib>
#include <string>

namespace {

namespace edi = sallyport::edi;

void demand(bool holds) {
    if (!holds) std::abort();
}

const edi::SchemaSet& schemas() {
    static const auto loaded = edi::SchemaSet::load(SALLYPORT_SOURCE_DIR "/parsers/schemas");
    demand(static_cast<bool>(loaded));
    return *loaded;
}

void answer(const edi::InterchangeReport& received) {
    edi::AckEnvelope envelope;
    envelope.interchange_control = "1";
    envelope.group_control = "1";
    unsigned count = 0;
    envelope.transaction_control = [&count] { return std::to_string(1000 + ++count); };
    envelope.date = "20261123";
    envelope.time = "0501";
    const auto written =
        edi::write_997(received, edi::AcceptancePolicy::RejectTransaction, envelope);
    if (!written || written->empty()) return;  // a sender nobody can address, or nothing to answer
    const auto read = edi::read_x12(*written, edi::Limits::tight());
    demand(static_cast<bool>(read));
    // A group without control number cannot be named in an AK1; such an answer is for people.
    for (const auto& group : received.groups)
        if (group.functional_id.empty() || group.control.empty()) return;
    const auto verdicts = edi::read_997(*read);
    demand(verdicts && verdicts->size() == count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string octets(reinterpret_cast<const char*>(data), size);
    auto document = edi::read_x12(octets, edi::Limits::tight());
    if (!document) return 0;
    demand(edi::emit(*document) == octets);
    const auto report = edi::validate(*document, schemas(), {.faults = 100});
    demand(report.interchanges.size() == document->interchanges.size());
    for (const auto& interchange : report.interchanges)
        answer(interchange);
    static_cast<void>(edi::read_997(*document));
    return 0;
}
