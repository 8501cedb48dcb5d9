// SPDX-License-Identifier: Apache-2.0
// The table of lenses: the checker, the messages and the reference read this one list.
#include "mappings/lenses.h"

namespace sallyport::mapping {

namespace {

using F = FieldType;
using C = RuleClass;

constexpr LensFacts Facts[] = {
    {LensKind::Table,
     "table",
     "table NAME [else keep | else \"x\"]",
     F::Code,
     F::Code,
     C::Exact,
     "a code becomes a word by the rows of a table"},
    {LensKind::Date,
     "date",
     "date \"CCYYMMDD\"",
     F::Text,
     F::Date,
     C::Exact,
     "a text of that shape becomes a date"},
    {LensKind::Time,
     "time",
     "time \"HHMM\"",
     F::Text,
     F::Time,
     C::Exact,
     "a text of that shape becomes a time"},
    {LensKind::Dtm,
     "dtm",
     "dtm 102 | 203 | 718",
     F::Text,
     F::Moment,
     C::Normalises,
     "an EDIFACT date with its format code"},
    {LensKind::Moment,
     "moment",
     "moment [zone \"…\"]",
     F::Text,
     F::Moment,
     C::Normalises,
     "date, time and zone code become one moment"},
    {LensKind::Split,
     "split",
     "split \"-\"",
     F::Text,
     F::Text,
     C::Exact,
     "one element becomes two fields at the first separator"},
    {LensKind::Prefix,
     "prefix",
     "prefix \"P\"",
     F::Text,
     F::Text,
     C::Exact,
     "taken off when reading, put in front when writing"},
    {LensKind::Suffix,
     "suffix",
     "suffix \"S\"",
     F::Text,
     F::Text,
     C::Exact,
     "taken off when reading, put behind when writing"},
    {LensKind::Zeros,
     "zeros",
     "zeros 5",
     F::Text,
     F::Text,
     C::Normalises,
     "leading zeros off when reading, filled to the length when writing"},
    {LensKind::Trim,
     "trim",
     "trim",
     F::Text,
     F::Text,
     C::Normalises,
     "blanks at both ends are taken off"},
    {LensKind::Upper, "upper", "upper", F::Text, F::Text, C::Loses, "capitals when writing"},
    {LensKind::Ascii,
     "ascii",
     "ascii",
     F::Text,
     F::Text,
     C::Loses,
     "letters outside ASCII are rewritten when writing"},
    {LensKind::Wrap,
     "wrap",
     "wrap 70",
     F::Text,
     F::Text,
     C::Normalises,
     "pieces and repeats are one text; words are wrapped when writing"},
    {LensKind::Cut, "cut", "cut 35", F::Text, F::Text, C::Loses, "shortened when writing"},
    {LensKind::Round,
     "round",
     "round 2",
     F::Decimal,
     F::Decimal,
     C::Loses,
     "rounded when writing, half away from zero"},
    {LensKind::Scale,
     "scale",
     "scale 2",
     F::Decimal,
     F::Decimal,
     C::Exact,
     "the point moves left when reading: 5 is 0.05"},
    {LensKind::Negate, "negate", "negate", F::Decimal, F::Decimal, C::Exact, "the sign changes"},
    {LensKind::Invert, "invert", "invert", F::Boolean, F::Boolean, C::Exact, "true becomes false"},
    {LensKind::Gtin,
     "gtin",
     "gtin",
     F::Text,
     F::Text,
     C::Normalises,
     "a GTIN of any length becomes 14 digits; the check digit is verified"},
    {LensKind::Sscc,
     "sscc",
     "sscc \"00\"",
     F::Text,
     F::Text,
     C::Normalises,
     "the application identifier off and on; the check digit is verified"},
    {LensKind::Digit,
     "digit",
     "digit",
     F::Text,
     F::Text,
     C::Normalises,
     "the check digit off and on"},
};

}  // namespace

std::span<const LensFacts> lens_facts() {
    return Facts;
}

const LensFacts* find_lens(std::string_view name) {
    for (const LensFacts& facts : Facts)
        if (facts.name == name) return &facts;
    return nullptr;
}

const LensFacts& facts_of(LensKind kind) {
    return Facts[static_cast<std::size_t>(kind)];
}

}  // namespace sallyport::mapping
