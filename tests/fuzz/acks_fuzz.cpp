// SPDX-License-Identifier: Apache-2.0
// Acknowledgements from a partner, any octets: 997, 999, TA1, 824, CONTRL and APERAK read to a verdict that is one, or to an
// error with a code; what we answer to the same octets can be read back and is never an answer to an answer.
// SEEDS tests/golden/x12
// SEEDS tests/golden/edifact
// SHARED corpus/x12
// SHARED corpus/edifact
#include "parsers/ack.h"
#include "parsers/edi.h"
#include "parsers/edifact.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace sallyport::edi;

void demand(bool holds) {
    if (!holds) std::abort();
}

const SchemaSet& schemas() {
    static const SchemaSet loaded = [] {
        auto result = SchemaSet::load(SALLYPORT_SOURCE_DIR "/parsers/schemas");
        if (!result) std::abort();
        return std::move(*result);
    }();
    return loaded;
}

AckEnvelope envelope_of(AckForm form) {
    AckEnvelope envelope;
    envelope.form = form;
    envelope.separators.component = '>';
    envelope.interchange_control = envelope.group_control = "1";
    envelope.transaction_control = [] { return std::string("0001"); };
    envelope.date = "20261120";
    envelope.time = "1016";
    if (form == AckForm::F999) {
        envelope.version = "005010";
        envelope.isa_version = "00501";
        envelope.separators.repetition = '^';
    }
    return envelope;
}

void read_all(const Document& document) {
    const auto groups = read_997(document);
    demand(groups || !groups.error().code().empty());
    const auto contrls = read_contrl(document);
    demand(contrls || !contrls.error().code().empty());
    for (const AckedInterchange& one : read_ta1(document))
        demand(one.verdict != '\0');
    for (const Advice& advice : read_advice(document))
        for (const AdvisedName& name : advice.names)
            demand(!name.number.empty());
}

void check_x12(const InterchangeReport& interchange, AckForm form, AcceptancePolicy policy) {
    const auto written = write_997(interchange, policy, envelope_of(form));
    if (!written || written->empty()) return;
    const auto again = read(*written);
    demand(static_cast<bool>(again));
    const auto groups = read_997(*again);
    demand(groups && !groups->empty());
    std::size_t answered = 0;
    for (const GroupReport& group : interchange.groups)
        answered += make_acknowledgement(group, policy, "1", form) ? 1U : 0U;
    demand(answered == groups->size());
    Document judged = std::move(*read(*written));
    const Report report = validate(judged, schemas());
    const auto answer = write_997(report.interchanges.at(0), policy, envelope_of(AckForm::F997));
    demand(!answer || answer->empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto document = read(std::string(reinterpret_cast<const char*>(data), size), Limits::tight());
    if (!document) return 0;
    read_all(*document);
    if (document->interchanges.front().standard != Standard::X12) return 0;
    ValidationOptions options;
    options.faults = 20;
    const Report report = validate(*document, schemas(), options);
    const auto policy = static_cast<AcceptancePolicy>(size % 3);
    for (const InterchangeReport& interchange : report.interchanges)
        check_x12(interchange, size % 2 == 0 ? AckForm::F997 : AckForm::F999, policy);
    return 0;
}
