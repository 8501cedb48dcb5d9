// SPDX-License-Identifier: Apache-2.0
// Write after read, X12 and EDIFACT: the body of whatever was read is written with other separators or refused by name, and
// what was written reads as the same segments.
// SEEDS tests/golden/x12
// SEEDS tests/golden/edifact
// SEEDS tests/fuzz/corpora/x12
// SEEDS tests/fuzz/corpora/edifact
// SHARED corpus/x12
// SHARED corpus/edifact
#include "parsers/edi.h"
#include "parsers/edifact.h"
#include "parsers/x12.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

namespace {

using namespace sallyport::edi;

void demand(bool holds) {
    if (!holds) std::abort();
}

DraftSegment draft_of(const Segment& segment) {
    DraftSegment draft{std::string(segment.tag)};
    for (const Value& value : segment.values)
        if (!value.text.empty())
            draft.set({value.element, value.component, value.repetition}, std::string(value.text));
    return draft;
}

// Tags come from schemas, and what a line end in a value means depends on how the lines are wrapped: readers leave it out,
// and say so, where all of them stand inside segments.
bool is_writable(const Transaction& transaction) {
    return std::all_of(
        transaction.segments.begin(), transaction.segments.end(), [](const Segment& segment) {
            const bool named = segment.tag.size() >= 2 && segment.tag.size() <= 3 &&
                               std::all_of(segment.tag.begin(), segment.tag.end(), [](char c) {
                                   return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
                               });
            return named &&
                   std::none_of(
                       segment.values.begin(), segment.values.end(), [](const Value& value) {
                           return value.text.find_first_of("\r\n") != std::string_view::npos;
                       });
        });
}

// Header and trailer are the writer's own.
std::vector<DraftSegment> body_of(const Transaction& transaction) {
    std::vector<DraftSegment> body;
    for (std::size_t at = 1; at + 1 < transaction.segments.size(); ++at)
        body.push_back(draft_of(transaction.segments[at]));
    return body;
}

struct First {
    const Transaction* transaction = nullptr;
    const Interchange* interchange = nullptr;  // the one it stands in
};
First first_of(const Document& document) {
    for (const Interchange& interchange : document.interchanges)
        for (const Group& group : interchange.groups)
            for (const Transaction& transaction : group.transactions)
                if (transaction.complete && transaction.segments.size() > 2)
                    return {&transaction, &interchange};
    return {};
}

std::vector<DraftSegment> without_empty(std::vector<DraftSegment> body) {
    std::erase_if(body, [](const DraftSegment& one) { return one.empty(); });
    return body;
}

bool same(const DraftSegment& a, const DraftSegment& b) {
    const auto held = [](const DraftSegment& one) {
        std::vector<DraftSegment::Piece> out(one.pieces().begin(), one.pieces().end());
        std::erase_if(out, [](const DraftSegment::Piece& piece) { return piece.text.empty(); });
        return out;
    };
    return a.tag() == b.tag() && held(a) == held(b);
}

void compare(std::vector<DraftSegment> before, const std::string& written) {
    const auto document = read(written);
    demand(static_cast<bool>(document));
    demand(emit(*document) == written);
    const Transaction* transaction = first_of(*document).transaction;
    before = without_empty(std::move(before));
    if (transaction == nullptr) {
        demand(before.empty());
        return;
    }
    const auto after = without_empty(body_of(*transaction));
    demand(before.size() == after.size());
    for (std::size_t at = 0; at < after.size(); ++at)
        demand(same(before[at], after[at]));
}

// What may be refused: values the separators or the character set cannot carry, and names that are none.
void refused(const sallyport::Error& error) {
    const std::string_view code = error.code();
    demand(code.starts_with("edi.write.") || code.starts_with("x12.write.") ||
           code.starts_with("edifact.write."));
}

void write_as_x12(const Transaction& transaction, bool later) {
    DraftInterchange out;
    out.separators.element = '\x1d';
    out.separators.component = '\x1f';
    out.separators.terminator = "\x1c";
    out.separators.repetition = later ? '\x1e' : '\0';
    out.version = later ? "00501" : "00401";
    out.sender_qualifier = out.receiver_qualifier = "ZZ";
    out.sender = "US";
    out.receiver = "THEM";
    out.date = "261120";
    out.time = "1016";
    out.control = "1";
    out.groups.push_back({.functional_id = "PO",
                          .sender = "US",
                          .receiver = "THEM",
                          .date = "20261120",
                          .time = "1016",
                          .control = "1",
                          .version = later ? "005010" : "004010",
                          .transactions = {{"850", "0001", body_of(transaction)}}});
    const auto written = write_x12(out);
    if (!written) return refused(written.error());
    compare(body_of(transaction), *written);
}

void write_as_edifact(const Transaction& transaction, char syntax_version) {
    DraftEdifact out;
    out.separators = edifact_separators(syntax_version);
    out.syntax = "UNOC";
    out.syntax_version = syntax_version;
    out.sender = {"US", "14"};
    out.receiver = {"THEM", "14"};
    out.date = syntax_version == '4' ? "20261120" : "261120";
    out.time = "1016";
    out.control = "1";
    DraftMessage message;
    message.type = "ORDERS";
    message.version = "D";
    message.release = "96A";
    message.reference = "1";
    message.body = body_of(transaction);
    out.messages.push_back(std::move(message));
    const auto written = write_edifact(out);
    if (!written) return refused(written.error());
    compare(body_of(transaction), *written);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    auto document = read(std::string(reinterpret_cast<const char*>(data), size), Limits::tight());
    if (!document) return 0;
    const auto [transaction, interchange] = first_of(*document);
    if (transaction == nullptr || !is_writable(*transaction)) return 0;
    const bool repeats = interchange->separators.repetition != '\0';
    if (interchange->standard == Standard::X12)
        write_as_x12(*transaction, repeats);
    else if (interchange->standard == Standard::Edifact)
        write_as_edifact(*transaction, repeats ? '4' : '3');
    return 0;
}
