// SPDX-License-Identifier: Apache-2.0
#include "mappings/reference.h"

#include "mappings/language_help.h"
#include "mappings/lenses.h"
#include "mappings/tool_support.h"

#include <iterator>

namespace sallyport::mapping {

namespace {

constexpr MapCode Codes[] = {
    {"MAP001",
     "error",
     "a character, bracket or text that cannot stand here; nesting too deep",
     "the caret shows the place"},
    {"MAP002", "error", "something else was expected here", "the message names what can stand"},
    {"MAP003",
     "error",
     "a file is missing or cannot be used",
     "put it beside the map, or correct its name"},
    {"MAP004",
     "error",
     "the header does not name a known set and document",
     "x12 004010 850 <-> order"},
    {"MAP010", "error", "segment and element are written together", "PO1.07 instead of PO107"},
    {"MAP011", "error", "a word that looks like text stands without quotes", "put it in quotes"},
    {"MAP110", "error", "there is no such fragment", "correct the name, or include its file"},
    {"MAP111", "error", "a fragment uses itself", "a map has no recursion"},
    {"MAP120", "error", "there is no such table", "correct the name, or define it"},
    {"MAP121",
     "error",
     "there is no such lens, or it is written differently",
     "see the lenses below"},
    {"MAP122",
     "error",
     "there is no such function, or it takes other values",
     "see the functions below"},
    {"MAP123", "error", "there is no such parameter", "declare it with param"},
    {"MAP124", "warning", "a parameter, table or fragment is never used", "remove it, or use it"},
    {"MAP125", "error", "a parameter has the name of a field", "rename it"},
    {"MAP201",
     "error",
     "the message has no such segment or group here",
     "the message lists where it exists"},
    {"MAP202",
     "error",
     "the name stands several times here",
     "narrow it with heading/ detail/ summary/"},
    {"MAP203", "error", "the segment has no such element", "the message lists its elements"},
    {"MAP204",
     "error",
     "the element stands several times in the segment",
     "choose one: NAD.3036(2)"},
    {"MAP205", "error", "it does not occur that often", "choose a lower number"},
    {"MAP206", "error", "it is not said which element is meant", "name it: REF.02, or [02=X]"},
    {"MAP207",
     "error",
     "the code is not in the code list of the element",
     "the message has the near match"},
    {"MAP208",
     "warning",
     "more pairs may be written than the segment has room for",
     "put those that exclude each other in first"},
    {"MAP209",
     "warning",
     "more occurrences may be written than may stand",
     "documents that need more are refused when writing"},
    {"MAP210", "error", "the document has no such field", "the message has the near match"},
    {"MAP211", "error", "the field is a list", "open it with each"},
    {"MAP212", "error", "the field is no list or record", "write a rule"},
    {"MAP213",
     "error",
     "the prefix of an XML name has no namespace",
     "write namespace cbc = \"…\" below the header"},
    {"MAP301",
     "error",
     "nothing to replace, remove or open",
     "look at the base for the exact path"},
    {"MAP302",
     "error",
     "the path names several rules of the base",
     "give the rule a name there: as NAME"},
    {"MAP303", "error", "already mapped or defined in the base", "write replace if that is meant"},
    {"MAP304", "error", "changes inside a block that is removed later", "remove one of the two"},
    {"MAP305",
     "error",
     "the base has another version than the pin",
     "test under the new base, then change the number"},
    {"MAP306", "error", "the chain of bases is too long or a circle", "extend the base directly"},
    {"MAP307", "error", "a file includes itself, or too many files", "take the include away"},
    {"MAP308", "error", "an included file holds rules", "put them into a fragment"},
    {"MAP401",
     "error",
     "a word would be written as two codes",
     "let one row write: the other with ->"},
    {"MAP402", "error", "a code is read as two words", "remove one of the rows"},
    {"MAP403",
     "error",
     "the default is no word of the table, or a word no value of the field (warning)",
     "choose a word of the table, or omit; a word the field can hold"},
    {"MAP404",
     "error",
     "two rules write one place",
     "remove one, make it ->, or put both in first"},
    {"MAP405",
     "error",
     "two rules read into one field",
     "remove one, make it <-, or put both in first"},
    {"MAP406",
     "error",
     "two selectors can choose the same segment",
     "other codes on the same element, or [not NN]"},
    {"MAP407", "error", "an alternative is never reached when reading", "write it as <-"},
    {"MAP408",
     "note",
     "one list is filled from different places of the message",
     "when written, entries follow the message"},
    {"MAP410",
     "error",
     "something works one way only in a rule for both",
     "two one-way rules, or when"},
    {"MAP411",
     "error",
     "it is not proved that both tests of a when mean the same (with a round trip test: a "
     "note)",
     "link them by a table row, or add a test"},
    {"MAP412", "error", "group by is not there yet", "let the partner send the other structure"},
    {"MAP501", "error", "the types do not fit", "a lens that changes the type"},
    {"MAP502",
     "error",
     "the text is longer than the element holds (for a field that could be: a warning)",
     "| cut N accepts the loss"},
    {"MAP503", "error", "too many decimals", "a smaller scale"},
    {"MAP504",
     "error",
     "not a date, or not a date format that is known",
     "CCYYMMDD; dtm 102, 203, 718"},
    {"MAP601", "error", "a field that must be set is read by no rule", "add a rule or a default"},
    {"MAP602",
     "warning",
     "an element that must stand is written by no rule",
     "add a rule, or read only"},
    {"MAP603",
     "warning",
     "the partner's guide requires something no rule writes (map check --guide)",
     "add a rule to the partner's overlay"},
    {"MAP604",
     "note",
     "a field is read but never written, or the reverse",
     "it will be missing in the other direction"},
};

constexpr FunctionHelp Functions[] = {
    {"count", "count(lines)", "how many entries a list has; 0 when there is none"},
    {"sum", "sum(lines.amount)", "of the numbers of a list; 0 when there is none"},
    {"min", "min(A, B)", "the smallest number"},
    {"max", "max(A, B)", "the largest number"},
    {"exists", "exists(ship_to)", "whether something is there"},
    {"first_of", "first_of(A, B)", "the first that is there"},
    {"join", "join(\", \", A, B)", "texts with something between; what is absent is left out"},
    {"concat", "concat(A, B)", "texts one after the other"},
    {"left", "left(A, 3)", "the first characters"},
    {"mid", "mid(A, 2, 3)", "characters from a place, counted from 1"},
    {"right", "right(A, 3)", "the last characters"},
    {"length", "length(A)", "how many characters"},
    {"upper", "upper(A)", "in capitals"},
    {"replace", "replace(A, \"x\", \"y\")", "every x becomes y"},
    {"round", "round(A, 2)", "to so many decimals, half away from zero"},
    {"div", "div(A, B, 2)", "division, to so many decimals"},
    {"abs", "abs(A)", "without sign"},
    {"index", "index()", "the place of the entry in its list, from 1"},
    {"count_segments",
     "count_segments(\"HL\")",
     "how many segments the message has; when writing, after all else"},
};

}  // namespace

std::vector<MapCode> map_codes() {
    return {std::begin(Codes), std::end(Codes)};
}

std::vector<FunctionHelp> function_help() {
    return {std::begin(Functions), std::end(Functions)};
}

namespace {

std::string code(std::string_view text) {
    std::string out = "`";
    for (const char c : text)
        out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out + "`";
}

}  // namespace

std::string language_reference() {
    std::string out =
        "# Reference of the mapping language\n\n"
        "Made from the tables the checker works with. The tutorial is in `tutorial.md`, worked "
        "examples are in `cookbook.md`.\n\n"
        "## Rules\n\n"
        "Left is outside (the wire), right is the canonical document. `<->` works both ways, `->` "
        "reads, `<-` writes.\n\n"
        "```\n"
        "PLACE [| LENS …] ARROW FIELD [default \"x\" [omit]] [else reject|hold|warn [CODE] "
        "\"text\"] [as NAME]\n"
        "PLACE <-> \"literal\" or EXPRESSION     verified when reading, written when building\n"
        "PLACE <-  VALUE                       written only\n"
        "EXPRESSION -> FIELD                   computed when reading\n"
        "```\n\n"
        "A place is a segment with an element (`BEG.03`, `NAD.C080.3036(1)`), chosen by a bracket "
        "where it repeats\n"
        "(`REF[DP].02`: the qualifier is DP; `[02=73]`: element 02; `[not 02]`: element 02 is "
        "absent), a pair (`PO1.id[UP]`), or\n"
        "several elements that make one value (`BSN.(03,04)`). Groups are passed with `/`; "
        "`heading/`, `detail/` and `summary/`\n"
        "narrow a name. Inside a block `.02` is an element of the block's segment.\n\n"
        "## Words\n\n| word | form | meaning |\n|---|---|---|\n";
    for (const Keyword& one : keywords())
        out += "| " + code(one.word) + " | " + code(one.usage) + " | " + std::string(one.summary) +
               " |\n";
    out +=
        "\n## Lenses\n\nLeft to right when reading, right to left when writing.\n\n"
        "| lens | takes | gives | class | what it does |\n|---|---|---|---|---|\n";
    for (const LensFacts& one : lens_facts())
        out += "| " + code(one.usage) + " | " + std::string(to_string(one.left)) + " | " +
               std::string(to_string(one.right)) + " | " + std::string(to_string(one.rule_class)) +
               " | " + std::string(one.summary) + " |\n";
    out += "\n## Functions\n\nIn expressions only; one way.\n\n| form | meaning |\n|---|---|\n";
    for (const FunctionHelp& one : function_help())
        out += "| " + code(one.usage) + " | " + std::string(one.summary) + " |\n";
    out +=
        "\n## Classes\n\n"
        "| class | meaning |\n|---|---|\n"
        "| exact | comes back as it was |\n"
        "| normalises | comes back in one spelling of several |\n"
        "| loses | something is lost when it is written |\n"
        "| read only, write only | one direction |\n"
        "| checked | verified when reading, computed when writing |\n"
        "\n## Messages\n\n| code | | what is wrong | what to do |\n|---|---|---|---|\n";
    for (const MapCode& one : map_codes())
        out += "| " + std::string(one.code) + " | " + std::string(one.severity) + " | " +
               std::string(one.meaning) + " | " + std::string(one.remedy) + " |\n";
    return out;
}

}  // namespace sallyport::mapping
