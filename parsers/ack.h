// SPDX-License-Identifier: Apache-2.0
// Acknowledgements made from reports, and read back: X12 997 (functional acknowledgement). Pure functions; control numbers,
// dates and times come from outside. An acknowledgement is never acknowledged.
#pragma once

#include "gateway/base/error.h"
#include "parsers/document.h"
#include "parsers/fault.h"
#include "parsers/x12.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::edi {

// What a transaction with errors means for the others.
enum class AcceptancePolicy : std::uint8_t {
    RejectTransaction,  // AK5 R; the group is P (partial) when others are good: the default
    RejectGroup,        // one bad transaction rejects its group: AK9 R, every AK5 R
    AcceptWithErrors  // AK5 E, AK9 E: noted, still processed. Missing trailers and control errors reject all the same
};

// true for 997, 999, TA1, CONTRL (and 824/APERAK are not: they are business answers).
bool is_acknowledgement(std::string_view set);

// One group answered: AK1 … AK9 without envelope. Empty when the group holds only acknowledgements (functional id FA).
std::optional<DraftTransaction> make_997(const GroupReport& group,
                                         AcceptancePolicy policy,
                                         std::string control);

struct AckEnvelope {
    Separators separators;
    std::string interchange_control, group_control;    // ISA13, GS06: from outside
    std::function<std::string()> transaction_control;  // ST02, called once per 997
    std::string date, time;                            // CCYYMMDD, HHMM
    std::string isa_version = "00401";                 // ISA12
    std::string version = "004010";                    // GS08 of the 997
    std::string gs_sender, gs_receiver;                // empty: mirrored from the group answered
};
// The whole interchange of 997s that answers `received`: sender and receiver mirrored, one 997 per group. Empty string:
// nothing to acknowledge.
Result<std::string> write_997(const InterchangeReport& received,
                              AcceptancePolicy policy,
                              const AckEnvelope& envelope);

// The verdict per transaction under a policy: 'A', 'E', 'R'. What the pipeline uses to decide which sets go on.
char verdict(const GroupReport& group,
             const TransactionReport& transaction,
             AcceptancePolicy policy);

// --- reading one ------------------------------------------------------------------------------------------------------

struct AckedElement {
    std::uint32_t segment_position = 0;
    std::string segment, loop, segment_code;                   // AK301, AK303, AK304
    std::uint16_t element = 0, component = 0, repetition = 0;  // AK401; 0: none
    std::string reference, code, value;                        // AK402, AK403, AK404
};
struct AckedTransaction {
    std::string set, control;        // AK201, AK202
    char verdict = 'R';              // AK501: A E R M W X
    std::vector<std::string> codes;  // AK502-506
    std::vector<AckedElement> details;
};
struct AckedGroup {
    std::string functional_id, control;                      // AK101, AK102: our GS01, GS06
    char verdict = 'R';                                      // AK901: A E P R M W X
    std::uint32_t included = 0, received = 0, accepted = 0;  // AK902-904
    std::vector<std::string> codes;                          // AK905-909
    std::vector<AckedTransaction>
        transactions;              // only those named; an accepted group may name none
    std::string sender, receiver;  // of the interchange that carried it
};
// Every 997 in a document. Error x12.997.shape when one has no usable AK1 or AK9.
Result<std::vector<AckedGroup>> read_997(const Document& document);

}  // namespace sallyport::edi
