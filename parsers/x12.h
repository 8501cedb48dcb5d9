// SPDX-License-Identifier: Apache-2.0
// X12 interchanges: octets to tree, tree against schema, drafts to octets. X12.5 (control structures), X12.6 (syntax).
// Pure functions: no files, no clock, no globals, nothing thrown; thread-safe.
#pragma once

#include "gateway/base/error.h"
#include "parsers/document.h"
#include "parsers/fault.h"
#include "parsers/schema.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

struct Limits {
    std::size_t bytes = std::size_t{64} << 20;         // whole stream
    std::size_t segment_bytes = std::size_t{1} << 20;  // one segment, BIN/BDS payload apart
    std::size_t segments = 5'000'000;                  // whole stream
    std::size_t junk_bytes = std::size_t{8} << 10;     // skipped before the first header
    std::uint32_t faults = 1'000;                      // kept per transaction; the rest is counted

    static Limits standard() { return {}; }
    static Limits tight();  // fuzzing and untrusted previews: 1 MiB, 100 faults
};

// What may be put right, each reported as a repair. Everything else that deviates is a fault. guide.h has their names.
struct Leniencies {
    bool byte_order_mark = true;
    bool junk_before_header = true;
    bool unpadded_header = true;  // ISA fields of wrong width
    bool missing_final_terminator = true;
    bool other_encoding =
        false;  // UTF-16 and EBCDIC are converted; Document::octets() is then the converted text
    bool wrapped_lines = true;  // EDIFACT in lines of one fixed width: the line ends are left out
    bool unannounced_separators =
        true;                      // UNB shows other separators than the standard's, without UNA
    bool lower_case_tags = false;  // isa, gs, una, unb … are read as if written in capitals
};

// Error only when there is no interchange to speak of: edi.empty, x12.isa.missing, x12.isa.short, x12.separators,
// edi.limit.bytes, edi.limit.segments, edi.encoding (UTF-16, EBCDIC); Blame::Partner. Everything else is a fault in the tree.
Result<Document> read_x12(std::string octets,
                          const Limits& limits = {},
                          const Leniencies& leniencies = {});

class Guide;

struct ValidationOptions {
    std::uint32_t faults = 1'000;     // kept per transaction
    bool extended_characters = true;  // X12 extended set (lower case, @ % …) as well as basic
    std::map<std::string, Severity, std::less<>> severities;  // per fault code, by partner
    const Guide* guide =
        nullptr;  // the partner's, judged as well; its severities come last. Not owned
    // Capitals only under UNOA, in every transaction; set by a guide that says which syntax identifiers are agreed.
    bool strict_characters = false;
    // Also what takes a second walk and is never more than a warning: totals (CTT, CNT, W76 …), sequence numbers (HL01,
    // LX01, CPS) and characters the syntax identifier does not have (UNOA in lower case).
    bool thorough = false;
};

// Finds the schema of every transaction (GS08 or ST03, never ISA12), places its segments into loops (fills Segment::node,
// Segment::loop, Transaction::loops) and reports every fault in one pass, one per cause.
Report validate(Document& document,
                const SchemaSet& schemas,
                const ValidationOptions& options = {});

// --- writing ---------------------------------------------------------------------------------------------------------

// A segment to be written. Elements, repetitions and components count from 1; what is not set is empty.
class DraftSegment {
public:
    DraftSegment() = default;
    explicit DraftSegment(std::string tag) : m_tag(std::move(tag)) {}
    DraftSegment(std::string tag,
                 std::initializer_list<std::string_view> elements);  // simple elements from 01

    const std::string& tag() const { return m_tag; }
    void set(const Locator& at, std::string text);
    void set(std::uint16_t element, std::string text) {
        set(Locator{element, 1, 1}, std::move(text));
    }
    // The same as set(), for places that come in the order of the wire; `pieces` makes room once.
    void reserve(std::size_t pieces) { m_pieces.reserve(pieces); }
    std::string_view text(const Locator& at) const;  // empty when not set
    bool empty() const;                              // no element with text

    struct Piece {
        Locator at;
        std::string text;  // may be empty where it was set so
        friend bool operator==(const Piece&, const Piece&) = default;
    };
    // What was set, in the order of the wire: by element, repetition, component; each place once.
    std::span<const Piece> pieces() const { return m_pieces; }
    std::span<const Piece> element(std::uint16_t number) const;
    // The last element that was set; 0: none.
    std::uint16_t elements() const { return m_pieces.empty() ? 0 : m_pieces.back().at.element; }

private:
    std::vector<Piece>::const_iterator place(const Locator& at) const;

    std::string m_tag;
    std::vector<Piece> m_pieces;  // sorted; most segments have few, and one allocation serves them
};

// Body segments only: ST/SE and UNH/UNT are made by the writer.
struct DraftTransaction {
    std::string set;      // "850"
    std::string control;  // ST02, from outside
    std::vector<DraftSegment> body;
};
struct DraftGroup {
    std::string functional_id;     // GS01
    std::string sender, receiver;  // GS02, GS03
    std::string date, time;        // GS04 CCYYMMDD, GS05 HHMM[SS[dd]]
    std::string control;           // GS06, from outside, no leading zeros
    std::string agency = "X";      // GS07
    std::string version;           // GS08
    std::vector<DraftTransaction> transactions;
};
// How values are put on the wire; the same for X12 and EDIFACT.
struct WriteStyle {
    bool transliterate =
        false;  // "é" becomes "e" where the character set has no "é"; never silently more than that
    bool upper_case = false;  // X12 basic character set, UNOA
    bool trim = true;         // trailing empty elements and components are left out
    // A separator inside a value where there is no release character: this octet instead; '\0': refuse.
    char replace_separator = '\0';
};

struct DraftInterchange {
    Separators separators;
    std::string sender_qualifier, sender, receiver_qualifier, receiver;  // padded by the writer
    std::string date, time;                                              // ISA09 YYMMDD, ISA10 HHMM
    std::string version = "00401";                                       // ISA12
    std::string control;                   // ISA13, padded to nine digits
    bool request_acknowledgement = false;  // ISA14
    bool test = false;                     // ISA15
    std::vector<DraftGroup> groups;
    std::vector<DraftSegment> extra;  // TA1
    WriteStyle style{};
};

// Trailing empty elements and components are trimmed; counts, padding and trailers are made here. Errors (Blame::Operator):
// edi.write.separator (a value holds a separator), edi.write.character, x12.write.field (an envelope field is missing or too wide).
Result<std::string> write_x12(const DraftInterchange& interchange);

}  // namespace sallyport::edi
