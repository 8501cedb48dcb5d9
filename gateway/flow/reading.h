// SPDX-License-Identifier: Apache-2.0
// One stored interchange, read and judged. Pure but for the archive: the same octets give the same verdicts, so that the
// steps after validation can read again instead of passing trees through the store.
#pragma once

#include "config/partners.h"
#include "gateway/flow/steps.h"
#include "parsers/ack.h"
#include "parsers/document.h"
#include "parsers/fault.h"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace sallyport::flow {

struct Reading {
    edi::Document document;  // exactly one interchange
    edi::Report report;
    edi::AcceptancePolicy policy = edi::AcceptancePolicy::RejectTransaction;  // the partner's

    const edi::Interchange& interchange() const { return document.interchanges.front(); }
    const edi::InterchangeReport& judged() const { return report.interchanges.front(); }
};

// X12, EDIFACT or XML, with what `guide` (may be null) puts right; what is none of them is read as X12.
Result<edi::Document> read_octets(std::string octets, const edi::Guide* guide);

// An interchange whose own envelope is broken takes its groups with it: each group gets the fault, so that the 997 says
// no to what will not be processed. Errors: of the archive and of edi::read_x12.
// Read and judged by the guide of `partner`, where there is one.
Result<Reading> read_interchange(const Tools& tools,
                                 const std::string& payload_ref,
                                 const std::string& partner);

// One transaction as an interchange of its own, so that it can be read, attached and shown without its siblings: the
// received ISA and GS, the transaction octet for octet, new trailers. The received octets themselves when it is alone.
std::string extract(const Reading& reading, std::size_t group, std::size_t transaction);

// The purchase order number as the segments of the set carry it ("850": BEG03): what keeps documents of one order in
// sequence before their mapping has run. Empty when the set has none known to us.
std::string sequence_number(const edi::Transaction& transaction);

nlohmann::ordered_json faults_json(const std::vector<edi::Fault>& faults);

// ISA12 of what we answer with, kept in the answer's row; it says whether it is a 997 or a 999.
inline constexpr const char* AnswerIsa997 = "00401";
inline constexpr const char* AnswerIsa999 = "00501";

// The interchange that answers `reading`, with the numbers of `answer` (an outbound document): 997s or 999s, with the TA1
// where one is due; for EDIFACT a CONTRL. Empty when there is nothing to answer. Errors of the writers.
Result<std::string> acknowledgement_octets(const Reading& reading,
                                           const config::Partner& partner,
                                           const store::Document& answer);

// Octets no reader takes (`why`), but whose envelope says who sent what to whom. Empty: it does not.
std::optional<edi::InterchangeReport> legible_envelope(std::string_view octets,
                                                       const edi::SchemaSet& schemas,
                                                       const Error& why);
// The TA1 or CONTRL that rejects such an interchange.
Result<std::string> rejection_octets(const edi::InterchangeReport& envelope,
                                     const config::Partner& partner,
                                     const store::Document& answer);

// Are there TA1s before its groups?
bool has_ta1(const edi::Interchange& interchange);

}  // namespace sallyport::flow
