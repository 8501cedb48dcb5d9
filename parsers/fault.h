// SPDX-License-Identifier: Apache-2.0
// One thing wrong with a document, once per cause: where it is to the octet, what to do, and how each acknowledgement
// says it. Every reader and validator speaks in these; 997, 999, TA1, CONTRL, JSON and the screens are made from them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

// Repair: the reader put something right by a named leniency. Warning: recorded, never rejects. Error: rejects by policy.
enum class Severity : std::uint8_t { Repair, Warning, Error };
std::string_view to_string(Severity severity);  // "repair", "warning", "error"

// What the fault is about; it decides which acknowledgement segment may carry it.
enum class Scope : std::uint8_t { Interchange, Group, Transaction, Segment, Element };

// Codes of the acknowledgement vocabularies; empty where a vocabulary has no word. 999 uses the same numbers as 997
// (IK3/IK4/IK5) unless `ik3`/`ik4` says otherwise.
struct AckCodes {
    std::string_view ta1 = {};            // TA105
    std::string_view ak9 = {};            // AK905-909, group level
    std::string_view ak5 = {};            // AK502-506, transaction level
    std::string_view ak3 = {};            // AK304
    std::string_view ak4 = {};            // AK403
    std::string_view ik3 = {}, ik4 = {};  // 999 only codes ("I4" …)
    std::string_view edifact = {};        // 0085
};

struct Fault {
    std::string_view code;  // literal: "edi.element.too-long"; parsers/faults.cpp lists all
    Severity severity = Severity::Error;
    Scope scope = Scope::Element;
    std::string segment;  // tag; of a missing segment: the tag that was expected
    std::uint32_t position =
        0;  // segment in the transaction, ST/UNH is 1; envelope: in the interchange, ISA/UNB is 1
    std::string loop;              // "PO1/PID"; empty: top level
    std::uint16_t element = 0;     // from 1; 0: the segment as a whole
    std::uint16_t repetition = 0;  // from 1; 0: not repeated
    std::uint16_t component = 0;   // from 1; 0: not a composite
    std::string_view reference;    // element id for AK402: "353"; empty: unknown
    std::uint64_t byte = 0;        // offset in the stream
    std::uint32_t line = 0;        // from 1
    std::string value;             // offending octets as on the wire, at most 99
    std::string message;           // plain language, whole sentence without full stop
    std::string remedy;            // what to do, and who
    AckCodes ack;
    std::string xpath;  // XML only: /Invoice/cac:InvoiceLine[2]/cbc:ID, …/@currencyID
};

struct TransactionReport {
    std::string set, version, control;  // "850", "004010", "0001"
    std::string association;            // EDIFACT 0057: EAN008
    std::uint64_t byte = 0;             // where ST/UNH stands
    std::uint32_t segments = 0;         // counted, ST/UNH and SE/UNT included
    bool known = false;                 // a schema was found and applied
    bool complete = false;              // the trailer was seen
    std::vector<Fault> faults;
    std::uint32_t faults_left_out = 0;  // beyond Limits::faults
    bool accepted() const;              // no Severity::Error
};

struct GroupReport {
    std::string functional_id;     // GS01; EDIFACT UNG: message group id; no UNG: empty
    std::string sender, receiver;  // GS02, GS03
    std::string sender_qualifier, receiver_qualifier;  // EDIFACT 0007 of S006 and S007
    std::string version, control;                      // GS08, GS06
    std::string date, time;
    std::uint32_t stated_transactions = 0;  // GE01; 0 when missing
    bool complete = false;                  // the trailer was seen
    std::vector<TransactionReport> transactions;
    std::vector<Fault> faults;  // of the group's own envelope
    bool accepted() const;      // no own error, every transaction accepted
};

struct InterchangeReport {
    std::string standard;                  // "x12", "edifact"
    std::string sender_qualifier, sender;  // trailing blanks cut
    std::string receiver_qualifier, receiver;
    std::string control, version;            // ISA13, ISA12
    std::string syntax;                      // EDIFACT 0001: UNOC
    std::string date, time;                  // ISA09, ISA10 as on the wire
    bool test = false;                       // ISA15 T, UNB 0035 1
    bool acknowledgement_requested = false;  // ISA14 1, UNB 0031 1
    bool complete = false;                   // the trailer was seen
    std::uint64_t byte = 0, end = 0;         // octets [byte, end) of the stream
    std::vector<GroupReport> groups;
    std::vector<Fault> faults;   // of the interchange envelope
    std::vector<Fault> repairs;  // Severity::Repair
    bool accepted() const;       // no own error, every group accepted
};

struct Report {
    std::vector<InterchangeReport> interchanges;
    bool accepted() const;
};

}  // namespace sallyport::edi
