// SPDX-License-Identifier: Apache-2.0
// The lenses: total functions with a stated inverse. Private to mappings/.
#pragma once

#include "mappings/plan.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::mapping {

// What a lens does to the kind of value, and how well it comes back.
struct LensFacts {
    LensKind kind;
    std::string_view name;
    std::string_view usage;  // "split \"-\""
    FieldType left;          // what it takes when reading
    FieldType right;         // what it gives
    RuleClass rule_class;    // of the lens alone
    std::string_view summary;
};
// Every lens, in the order of the reference.
std::span<const LensFacts> lens_facts();
const LensFacts* find_lens(std::string_view name);
const LensFacts& facts_of(LensKind kind);

// A value on its way: one text, or several (split, moment, wrap); or why it cannot go on.
struct LensValue {
    std::vector<std::string> texts;  // empty: absent
    std::string problem;             // not empty: the value is refused
    std::string problem_code;        // "table", "lens.split", …
    std::string table;               // problem "table": its name
    const Span* row = nullptr;       // the table row that was used
};

// Wire to document. `value.texts` holds what the places held, in order; absent ones are empty texts when several.
void lens_read(const LensOp& lens, LensValue& value);
// Document to wire.
void lens_write(const LensOp& lens, LensValue& value);

// The word, or the code, of a rule whose only lens is a table that has such a row; else null. Belongs to the plan.
const std::string* looked_up(std::span<const LensOp> lenses, std::string_view text, bool writing);

// Element text <-> document value by the schema's type. False: `problem` says why.
struct Conversion {
    bool ok = true;
    std::string text;
    std::string problem;
};
Conversion to_document(const edi::Element* element,
                       FieldType wanted,
                       std::string_view wire,
                       bool edifact);
Conversion to_wire(const edi::Element* element, FieldType type, std::string_view value);
// The conversion would only copy the text: most numbers.
bool reads_unchanged(const edi::Element* element, FieldType wanted, std::string_view wire);
bool writes_unchanged(const edi::Element* element);

// Lengths of the standards count characters; texts are UTF-8.
std::size_t characters(std::string_view text);
// How many octets the first `count` characters take; all of them when the text is shorter.
std::size_t octets_of(std::string_view text, std::size_t count);

}  // namespace sallyport::mapping
