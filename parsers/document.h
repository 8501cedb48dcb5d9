// SPDX-License-Identifier: Apache-2.0
// The neutral tree of a document: interchanges, groups, transactions (EDIFACT: messages), loop instances, segments,
// values. X12 and EDIFACT today; an XML element will be a loop whose segment carries its attributes and text.
//
// Text is string_view into octets the Document owns: views live as long as it does and survive a move. Nothing is
// copied except values with release characters. Move-only; immutable after validate() has placed the segments.
#pragma once

#include "parsers/fault.h"
#include "parsers/schema.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {

struct Position {
    std::uint64_t byte = 0;  // of the segment's first octet, from the start of the stream
    std::uint32_t line = 0;  // from 1
    std::uint32_t segment =
        0;  // from 1: in the transaction (ST/UNH is 1); of envelope segments: in the interchange
};

// One simple element or component occurrence that stands on the wire, even when empty.
struct Value {
    std::string_view text;         // released; empty: not there
    std::string_view raw;          // as on the wire; raw.data() - octets.data() is its byte offset
    std::uint16_t element = 0;     // from 1
    std::uint16_t repetition = 1;  // from 1
    std::uint16_t component = 1;   // from 1
};

inline constexpr std::uint32_t None = 0xFFFFFFFF;

struct Segment {
    std::string_view tag;
    std::span<const Value> values;  // wire order
    std::string_view raw;           // tag to last octet before the terminator
    std::string_view filler;  // octets between this terminator and the next tag (CR LF, blanks)
    Position place;
    bool terminated = true;     // false: the stream ended before its terminator
    bool overlong = false;      // longer than Limits::segment_bytes: what is in it is not judged
    std::uint32_t node = None;  // SetSchema::nodes index; None: not placed (unknown or misplaced)
    std::uint32_t loop =
        None;  // Transaction::loops index of the instance it stands in; a trigger: the instance it opens

    // Empty when absent. A composite's first component and a simple element are both component 1.
    std::string_view text(std::uint16_t element,
                          std::uint16_t component = 1,
                          std::uint16_t repetition = 1) const;
    std::string_view text(const Locator& at) const {
        return text(at.element, at.component, at.repetition);
    }
    const Value* value(const Locator& at) const;             // null: not on the wire
    std::uint16_t repetitions(std::uint16_t element) const;  // 0: element not on the wire
    std::uint16_t elements() const { return values.empty() ? 0 : values.back().element; }
};

// One occurrence of a loop. Instances stand in wire order; loops[0] is the transaction itself (node 0).
struct Loop {
    std::uint32_t node = 0;            // SetSchema::nodes index
    std::uint32_t parent = None;       // enclosing instance
    std::uint32_t next = None;         // next instance with the same parent (any node)
    std::uint32_t first_child = None;  // first instance inside
    std::uint32_t begin = 0;           // segments [begin, end) of Transaction::segments,
    std::uint32_t end = 0;             // inner loops included
    std::uint32_t tree_parent = None;  // HL/CPS: the instance HL02 names; None: a root, or no tree
    bool implied = false;              // its trigger segment is missing; begin is another segment
};

struct Transaction {
    std::string_view set, version,
        control;  // "850", "004010" (GS08 or ST03), ST02; EDIFACT: "ORDERS", "D96A", 0062
    std::string_view association;  // EDIFACT 0057: "EAN008"; X12 ST03 or the rest of GS08 ("VICS")
    const SetSchema* schema = nullptr;  // null: no schema known, loops is empty
    std::vector<Segment> segments;      // header to trailer, both included
    std::vector<Loop> loops;            // filled by validate()
    std::vector<Fault> faults;          // found while reading; validate() reports them
    bool complete = false;              // the trailer was seen
    // Streams only: segments judged and let go already, not in `segments`. When there are any, the body is not judged again.
    std::size_t passed = 0;

    const Segment& trigger(const Loop& loop) const { return segments[loop.begin]; }
    std::vector<std::uint32_t> child_loops(
        std::uint32_t loop) const;  // instances directly inside, wire order
    std::vector<std::uint32_t> child_segments(
        std::uint32_t loop) const;  // segments directly inside, trigger first
    std::vector<std::uint32_t> tree_children(
        std::uint32_t loop) const;  // HL/CPS children of an HL instance; None: roots
};

struct Group {
    Segment header, trailer;  // GS, GE; EDIFACT without UNG: both empty tags
    std::string_view functional_id, sender, receiver, version, control;
    std::vector<Transaction> transactions;
    bool complete = false;
    std::size_t passed = 0;  // streams only: transactions judged and let go already
};

struct Separators {
    char element = '*';
    char component = ':';
    char repetition = '\0';  // '\0': none
    char release = '\0';     // '\0': none
    char decimal = '.';
    std::string terminator = "~";  // one octet; three for U+2026
    std::string line_end;          // written after each terminator: "", "\n", "\r\n"
};

struct Interchange {
    Standard standard = Standard::X12;
    Separators separators;
    Segment header, trailer;  // ISA, IEA; UNB, UNZ
    std::vector<Segment>
        extra;  // TA1, ISB, UNA-less service segments between header and first group
    std::string_view sender_qualifier, sender, receiver_qualifier, receiver, control,
        version;                 // trailing blanks cut
    std::string_view syntax;     // EDIFACT 0001: "UNOC"; X12: empty
    std::string_view preamble;   // octets before the header: BOM, blank lines, UNA
    std::string_view postamble;  // octets after the trailer that belong to no other interchange
    std::vector<Group> groups;
    std::vector<Segment> strays;  // segments outside any group or transaction, with their place
    std::vector<Fault> faults;  // found while reading: envelope and syntax; validate() reports them
    bool complete = false;
    std::size_t passed = 0;  // streams only: groups with a header, judged and let go already
};

class Document {
public:
    explicit Document(std::string octets);
    Document(Document&&) noexcept = default;
    Document& operator=(Document&&) noexcept = default;
    Document(const Document&) = delete;
    Document& operator=(const Document&) = delete;

    std::string_view octets() const { return *m_octets; }
    std::vector<Interchange> interchanges;

    // Octets a reader took out before it read (line ends of wrapped lines), by where in octets() they stood; ascending.
    struct LeftOut {
        std::size_t at = 0;
        std::string text;
    };
    std::vector<LeftOut> left_out;
    // The offset in what was received of an offset in octets(). Of converted text (UTF-16, EBCDIC): in the converted text.
    std::uint64_t received_at(std::uint64_t byte) const;

    // Storage for what is not on the wire as such; used by readers.
    std::span<Value> allocate(std::size_t count);
    std::string_view keep(std::string text);

private:
    std::unique_ptr<std::string> m_octets;
    std::vector<std::unique_ptr<Value[]>> m_blocks;
    std::size_t m_block_size = 0, m_free = 0;  // values in the last block, and left in it
    std::unique_ptr<std::deque<std::string>> m_texts;
};

// The octets of a document, rebuilt from its values, separators and fillers: equal to Document::octets() for whatever a
// reader accepted (the round-trip law).
std::string emit(const Document& document);

}  // namespace sallyport::edi
