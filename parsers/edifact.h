// SPDX-License-Identifier: Apache-2.0
// EDIFACT interchanges, syntax versions 1 to 4 (ISO 9735): octets to tree, drafts to octets. Pure functions, thread-safe.
#pragma once

#include "gateway/base/error.h"
#include "parsers/document.h"
#include "parsers/x12.h"

#include <string>
#include <vector>

namespace sallyport::edi {

// Error only when there is no interchange to speak of: edi.empty, edifact.unb.missing, edifact.separators, edi.limit.bytes,
// edi.limit.segments, edi.encoding; Blame::Partner. Text is UTF-8 whatever the syntax identifier (UNOA … UNOY) names; raw
// stays as it was.
Result<Document> read_edifact(std::string octets,
                              const Limits& limits = {},
                              const Leniencies& leniencies = {});

// Octets in the character set of a syntax identifier ("UNOC") to UTF-8 and back. Empty result: not possible.
std::optional<std::string> edifact_to_utf8(std::string_view octets, std::string_view syntax);
std::optional<std::string> edifact_from_utf8(std::string_view text, std::string_view syntax);
// UTF-8 with what the set lacks replaced by its nearest letters ("é" by "e", "ß" by "ss"); empty result: not even so.
std::optional<std::string> transliterated(std::string_view text, std::string_view syntax);
// The offset of the first octet the syntax identifier's set does not have; npos: none. UNOA and UNOB are ASCII sets.
std::size_t foreign_octet(std::string_view octets, std::string_view syntax);

// Body segments only: UNH and UNT are made by the writer.
struct DraftMessage {
    std::string type, version, release, agency = "UN", association;  // S009: ORDERS D 96A UN EAN008
    std::string reference;                                           // 0062, from outside
    std::vector<DraftSegment> body;
};
struct DraftParty {
    std::string id, qualifier;  // 0004/0010, 0007
};
// UNG and UNE are made by the writer. All messages of a group are of one type (0038 is theirs).
struct DraftMessageGroup {
    std::string type;                           // 0038
    DraftParty sender, receiver;                // S006, S007
    std::string date, time;                     // S004; like UNB's
    std::string control;                        // 0048, from outside
    std::string agency = "UN";                  // 0051
    std::string version, release, association;  // S008
    std::vector<DraftMessage> messages;
};
struct DraftEdifact {
    Separators separators;  // edifact_separators() unless the partner wants others
    std::string syntax = "UNOC";
    char syntax_version = '3';
    DraftParty sender, receiver;
    std::string date, time;                // YYMMDD (syntax 4: CCYYMMDD), HHMM
    std::string control;                   // 0020, from outside
    std::string application_reference;     // 0026
    bool acknowledgement_request = false;  // 0031
    bool test = false;                     // 0035
    bool always_una = true;
    std::vector<DraftMessage> messages;     // either these
    std::vector<DraftMessageGroup> groups;  // or these: ISO 9735 has no interchange with both
    WriteStyle style{};
};
Separators edifact_separators(char syntax_version = '3');

// Values are released and put into the character set; trailing empty elements and components are trimmed. Errors
// (Blame::Operator): edi.write.character (with the value), edi.write.separator, edifact.write.field.
Result<std::string> write_edifact(const DraftEdifact& interchange);

}  // namespace sallyport::edi
