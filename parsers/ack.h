// SPDX-License-Identifier: Apache-2.0
// Acknowledgements made from reports, and read back: X12 997 and 999 (functional), TA1 (interchange), EDIFACT CONTRL. Pure functions; control numbers,
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

std::optional<AcceptancePolicy> policy_named(std::string_view name);  // "reject-transaction", …

// true for 997, 999, TA1, CONTRL (and 824/APERAK are not: they are business answers).
bool is_acknowledgement(std::string_view set);

// One group answered: AK1 … AK9 without envelope. Empty when the group holds only acknowledgements (functional id FA).
std::optional<DraftTransaction> make_997(const GroupReport& group,
                                         AcceptancePolicy policy,
                                         std::string control);

enum class AckForm : std::uint8_t {
    F997,
    F999
};  // 999 (implementation acknowledgement) from 005010 on
std::optional<DraftTransaction> make_acknowledgement(const GroupReport& group,
                                                     AcceptancePolicy policy,
                                                     std::string control,
                                                     AckForm form);

struct AckEnvelope {
    AckForm form = AckForm::F997;
    Separators separators;
    std::string interchange_control, group_control;    // ISA13, GS06: from outside
    std::function<std::string()> transaction_control;  // ST02, called once per 997
    std::string date, time;                            // CCYYMMDD, HHMM
    std::string isa_version = "00401";                 // ISA12
    std::string version = "004010";                    // GS08 of the 997
    std::string gs_sender, gs_receiver;                // empty: mirrored from the group answered
    bool ta1 = false;  // also the TA1, where one is due (ta1_is_due)
};
// The whole interchange of 997s that answers `received`: sender and receiver mirrored, one 997 per group. Empty string:
// nothing to acknowledge. A group without control number (GS06) is answered as group 0: AK102 must not be empty.
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
// Every 997 and 999 in a document. Error x12.997.shape when one has no AK1 with a functional
// identifier or no AK9 with a verdict; a missing group number (AK102) is read as empty.
Result<std::vector<AckedGroup>> read_997(const Document& document);

// --- TA1 --------------------------------------------------------------------------------------------------------------

// What becomes of an interchange: 'A' accepted, 'E' accepted with a noted error, 'R' rejected; `note` is TA105 ("000").
struct InterchangeVerdict {
    char letter = 'A';
    std::string note = "000";
};
InterchangeVerdict interchange_verdict(const InterchangeReport& received);

// TA1*control*date*time*verdict*note. Due when ISA14 asked for it, or the partner always wants it.
DraftSegment make_ta1(const InterchangeReport& received);
// The sender asked for one (ISA14), or the interchange is not accepted; never for an interchange of acknowledgements alone.
bool ta1_is_due(const InterchangeReport& received);
// For octets the reader refused with `why`: a TA1 with the note nearest to it, when the header says at least who sent what
// to whom. Empty: the header does not; there is nobody to answer.
std::optional<InterchangeReport> report_unreadable(std::string_view octets, const Error& why);
// An interchange that holds nothing but the TA1. Uses the envelope's separators, interchange control, date and time.
Result<std::string> write_ta1(const InterchangeReport& received, const AckEnvelope& envelope);

struct AckedInterchange {
    std::string control, date, time;  // of our interchange: ISA13, ISA09, ISA10
    char verdict = 'R';               // A E R
    std::string note;                 // TA105
    std::string sender, receiver;     // of the interchange that carried it
};
std::vector<AckedInterchange> read_ta1(const Document& document);

// --- 824 and APERAK: what is said about the content, from the same faults -----------------------------------------------

// X12 824: one per group, an OTI per transaction with its verdict under the policy, a TED per error. Empty: nothing to say.
// None is made for acknowledgements or for 824 itself.
Result<std::string> write_824(const InterchangeReport& received,
                              AcceptancePolicy policy,
                              const AckEnvelope& envelope);

struct AdvisedFault {
    std::string code, text, segment, value;  // 824: TED01, 02, 03, 07; APERAK: ERC, FTX
    std::uint32_t position = 0;              // TED04
    std::uint16_t element = 0;               // TED05
};
struct AdvisedName {
    std::string qualifier;  // 824: OTI02, REF01; APERAK: 1153 of RFF, 1001 of DOC
    std::string number;     // never empty
};
struct Advice {
    std::string reference;                    // BGN02; APERAK: BGM 1004
    std::string set, group_control, control;  // of ours: OTI10, OTI08, OTI09; APERAK: RFF+ACW
    std::vector<AdvisedName> names;           // every number it calls ours by, as written
    char verdict = 'R';                       // A E R
    std::vector<AdvisedFault> faults;
    std::string sender, receiver;  // of the interchange that carried it
};
// Every OTI of every 824 and every APERAK in a document.
std::vector<Advice> read_advice(const Document& document);

// --- CONTRL -----------------------------------------------------------------------------------------------------------

// Action codes of element 0083: 4 rejected, 7 acknowledged, 8 received. EDIFACT knows no acceptance with errors: a message
// is good or it is rejected, whatever the policy.
struct ContrlEnvelope {
    std::string control;        // 0020 of the CONTRL, from outside
    std::string reference;      // 0062, from outside
    std::string date, time;     // CCYYMMDD, HHMM
    bool receipt_only = false;  // UCI 8 and nothing else: the syntax check comes later
};
// Empty: nothing to acknowledge (only CONTRL inside, or no header to answer to: sender, receiver and reference are needed).
Result<std::string> write_contrl(const InterchangeReport& received, const ContrlEnvelope& envelope);

// EDIFACT APERAK, one message per message received: accepted (BGM 1225 44) or not (27), an ERC and its text per error.
// Empty: nothing to say. None is made for CONTRL or for APERAK itself.
Result<std::string> write_aperak(const InterchangeReport& received, const ContrlEnvelope& envelope);

struct ContrlMessage {
    std::string reference, type, version;  // 0062, 0065, 0052+0054
    std::string group;                     // 0048 of the UCF it stands under; empty: under none
    char action = '4';
    std::string code;                   // 0085
    std::vector<AckedElement> details;  // element: as counted by us, from 1; code: 0085
};
struct ContrlGroup {
    std::string control;                                                 // 0048 of our group
    std::string sender_qualifier, sender, receiver_qualifier, receiver;  // S006, S007
    char action = '4';
    std::string code;  // 0085
};
struct ContrlAnswer {
    std::string control;  // 0020 of our interchange
    char action = '4';
    std::string code;
    std::vector<ContrlGroup>
        groups;  // only those named; what is said of a group is said of all in it
    std::vector<ContrlMessage> messages;  // only those named
    std::string sender, receiver;         // of the interchange that carried it
};
// Every CONTRL in a document. Error edifact.contrl.shape when one has no usable UCI.
Result<std::vector<ContrlAnswer>> read_contrl(const Document& document);

}  // namespace sallyport::edi
