// SPDX-License-Identifier: Apache-2.0
// The oracle cases of other projects, read from their table: agreement with each, or the reason why not; where the case states
// a place (segment, element, repetition, component, or the trailer that is wrong) it must be ours as well. Cases about XML
// rules are tested where XML is; sets outside this gateway's trade (health care) have no schema and are counted apart. The
// outcome stands in docs/reference/oracle.md; GW_ACCEPT=1 writes it.
#include "corpus.h"

#include "parsers/ack.h"
#include "parsers/edi.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <iostream>
#include <set>
#include <sstream>

namespace sallyport::edi {
namespace {

struct Case {
    std::string name, file, expected;
};

std::vector<Case> cases() {
    std::vector<Case> all;
    std::ifstream file(corpus::folder() / "oracle_cases.tsv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        const auto row = corpus::cells(line);
        if (row.size() > 3) all.push_back({row[0], row[1], row[3]});
    }
    return all;
}

// What we say instead, by the case's name.
const std::map<std::string_view, std::string_view>& disputed() {
    static const std::map<std::string_view, std::string_view> list = {
#include "oracle_disputed.inc"
    };
    return list;
}

// One thing we say, its segment counted through the interchange as the sources count.
struct Said {
    std::string_view code;
    std::string segment;
    std::size_t position = 0;
    std::uint16_t element = 0, repetition = 0, component = 0;
};

struct Judged {
    bool readable = false, accepted = false, known = true;
    std::vector<Said> said;  // faults and repairs
    std::string ta1;         // "A 000"
};

// Where in its interchange the segment at `byte` stands, from 1.
std::size_t position_at(const Document& document, std::uint64_t byte) {
    std::size_t position = 0;
    const auto passed = [&](const Segment& segment) {
        if (segment.raw.data() && segment.place.byte <= byte) ++position;
    };
    for (const Interchange& one : document.interchanges) {
        if (one.header.raw.data() && one.header.place.byte > byte) break;
        position = 0;
        passed(one.header);
        for (const Segment& segment : one.extra)
            passed(segment);
        for (const Group& group : one.groups) {
            passed(group.header);
            for (const Transaction& transaction : group.transactions) {
                for (const Segment& segment : transaction.segments)
                    passed(segment);
            }
            passed(group.trailer);
        }
        passed(one.trailer);
    }
    return position;
}

Judged judged(const std::string& file) {
    Judged result;
    auto document = read(test::read(corpus::folder() / file));
    if (!document) {
        result.said.push_back({document.error().code(), "", 0});
        return result;
    }
    result.readable = true;
    const Report report = validate(*document, test::schemas());
    result.accepted = report.accepted();
    std::vector<Fault> all = test::faults_in(report);
    for (const InterchangeReport& interchange : report.interchanges)
        all.insert(all.end(), interchange.repairs.begin(), interchange.repairs.end());
    for (const Fault& fault : all) {
        result.said.push_back({fault.code,
                               fault.segment,
                               position_at(*document, fault.byte),
                               fault.element,
                               fault.repetition,
                               fault.component});
        if (fault.code == "edi.set.unsupported") result.known = false;
    }
    if (!report.interchanges.empty()) {
        const InterchangeVerdict verdict = interchange_verdict(report.interchanges[0]);
        result.ta1 = std::string(1, verdict.letter) + " " + verdict.note;
    }
    return result;
}

// What a source calls a problem, the codes that say the same, and the place that goes without saying.
struct Word {
    std::string_view text;
    std::vector<std::string_view> codes;
    std::string_view segment{};
    std::uint16_t element = 0;
};
using Words = std::vector<Word>;

// Words of the independent count.
const Words& envelope_words() {
    static const Words words = {
        {"UNT count", {"edi.set.count"}, "UNT", 1},
        {"UNT ref", {"edi.set.control-mismatch"}, "UNT", 2},
        {"UNT short", {"edi.set.count", "edi.set.control-mismatch"}, "UNT"},
        {"UNE ref", {"edi.group.control-mismatch"}, "UNE", 2},
        {"UNZ ref", {"edi.interchange.control-mismatch"}, "UNZ", 2},
        {"duplicate UNH", {"edi.set.control-duplicate"}, "UNH", 1},
        {"duplicate ST02", {"edi.set.control-duplicate"}, "ST", 2},
        {"missing UNZ", {"edi.interchange.trailer-missing", "edi.interchange.structure"}},
        {"no UNB", {"edi.interchange.structure"}},
        {"trailing data", {"edi.repair.final-terminator", "edi.interchange.trailer-missing"}},
        {"missing SE", {"edi.set.trailer-missing"}, "SE"},
        {"missing GE", {"edi.group.trailer-missing"}},
        {"missing IEA", {"edi.interchange.trailer-missing"}},
        {"ISA not 106", {"x12.isa.width"}, "ISA"},
        {"SE01=", {"edi.set.count"}, "SE", 1},
        {"SE02", {"edi.set.control-mismatch"}, "SE", 2},
        {"GE01=", {"edi.group.count"}, "GE", 1},
        {"GE02", {"edi.group.control-mismatch"}, "GE", 2},
        {"IEA01=", {"edi.interchange.count"}, "IEA", 1},
        {"IEA02", {"edi.interchange.control-mismatch"}, "IEA", 2}};
    return words;
}

// The names StAEDI has for what it finds.
const Words& staedi_words() {
    static const Words words = {
        {"CONDITIONAL_REQUIRED_DATA_ELEMENT_MISSING", {"edi.element.condition"}},
        {"CONDITIONAL_REQUIRED_SEGMENT_MISSING", {"edi.interchange.empty"}},
        {"SEGMENT_EXCLUSION_CONDITION_VIOLATED", {"edifact.mixed"}},
        {"EXCLUSION_CONDITION_VIOLATED", {"edi.element.exclusion"}},
        {"TOO_MANY_REPETITIONS", {"edi.element.repeated"}},
        {"TOO_MANY_DATA_ELEMENTS", {"edi.element.too-many"}},
        {"DATA_ELEMENT_TOO_LONG",
         {"edi.element.too-long", "edi.group.element", "edi.group.control-invalid"}},
        {"DATA_ELEMENT_TOO_SHORT", {"edi.element.too-short"}},
        {"INVALID_CHARACTER_DATA",
         {"edi.element.character", "edi.element.number", "edi.group.element"}},
        {"INVALID_CODE_VALUE", {"edi.element.code"}},
        {"INVALID_DATE", {"edi.element.date", "edi.group.element", "x12.isa.date"}},
        {"INVALID_TIME", {"edi.element.time", "edi.group.element", "x12.isa.time"}},
        {"UNEXPECTED_SEGMENT",
         {"edi.segment.unexpected", "edi.segment.sequence", "edi.segment.not-in-set"}},
        {"SEGMENT_EXCEEDS_MAXIMUM_USE", {"edi.segment.repeated", "edi.loop.repeated"}},
        {"SEGMENT_NOT_IN_PROPER_SEQUENCE", {"edi.segment.sequence", "edi.segment.unexpected"}},
        {"SEGMENT_NOT_IN_DEFINED_TRANSACTION_SET",
         {"edi.segment.not-in-set", "edi.segment.unknown"}},
        {"MANDATORY_SEGMENT_MISSING", {"edi.segment.missing"}},
        {"REQUIRED_DATA_ELEMENT_MISSING", {"edi.element.missing"}}};
    return words;
}

std::string_view number_at(std::string_view text) {
    const std::size_t from = text.find_first_not_of("0 ");
    if (from == std::string_view::npos) return "0";
    return text.substr(from, text.substr(from).find_first_of(" ;"));
}

// "IEA02 3438 != ISA13 000003438": the same number, written with and without zeros.
bool same_number(std::string_view problem) {
    const std::size_t differs = problem.find(" != ");
    if (differs == std::string_view::npos) return false;
    const std::size_t left = problem.rfind(' ', differs - 1);
    const std::size_t right = problem.find(' ', differs + 4);
    return left != std::string_view::npos && right != std::string_view::npos &&
           number_at(problem.substr(left + 1, differs - left - 1)) ==
               number_at(problem.substr(right + 1));
}

// "SegmentPosition=2 ElementPosition=6" in a case; 0 when it is not stated.
std::size_t stated(std::string_view problem, std::string_view name) {
    const std::size_t at = problem.find(std::string(name) + "=");
    if (at == std::string_view::npos) return 0;
    return static_cast<std::size_t>(
        std::max(0, std::atoi(std::string(problem.substr(at + name.size() + 1, 8)).c_str())));
}

std::string stated_tag(std::string_view problem) {
    const std::size_t at = problem.find("SegmentTag=");
    if (at == std::string_view::npos) return {};
    std::string tag;
    for (const char c : problem.substr(at + 11)) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0)
            tag += c;
        else if (!tag.empty())
            break;
    }
    return tag;
}

// Does `said` mean the place the source means? What the source leaves out is not compared.
bool same_place(const Said& said, const Word& word, std::string_view problem) {
    const auto agree = [&](std::string_view name, std::size_t ours) {
        const std::size_t theirs = stated(problem, name);
        return theirs == 0 || theirs == ours;
    };
    const std::string tag = stated_tag(problem);
    return (word.segment.empty() || said.segment == word.segment) &&
           (word.element == 0 || said.element == word.element) &&
           (tag.empty() || said.segment == tag) && agree("SegmentPosition", said.position) &&
           agree("ElementPosition", said.element) &&
           agree("ElementOccurrence", std::max<std::uint16_t>(said.repetition, 1)) &&
           agree("ComponentPosition", said.component);
}

struct Comparison {
    std::string missing;  // what of the case we do not say
    std::size_t places = 0;
};

// Problem by problem.
Comparison compared(std::string_view expected, const Words& words, const Judged& ours) {
    Comparison result;
    while (!expected.empty()) {
        const std::size_t end = std::min(expected.find("; "), expected.size());
        const std::string_view problem = expected.substr(0, end);
        expected.remove_prefix(std::min(end + 2, expected.size()));
        const auto word = std::find_if(words.begin(), words.end(), [&](const Word& one) {
            return problem.find(one.text) != std::string_view::npos;
        });
        if (word == words.end() || same_number(problem)) continue;
        const bool placed = !word->segment.empty() || problem.find("Position=") != problem.npos;
        result.places += placed ? 1u : 0u;
        const bool agreed = std::any_of(ours.said.begin(), ours.said.end(), [&](const Said& one) {
            return std::find(word->codes.begin(), word->codes.end(), one.code) !=
                       word->codes.end() &&
                   same_place(one, *word, problem);
        });
        if (!agreed) result.missing += (result.missing.empty() ? "" : "; ") + std::string(problem);
    }
    return result;
}

// "TA1*000001168*041105*1526*A*000": the verdict on the interchange; empty when the case has none.
std::string stated_ta1(std::string_view expected) {
    const std::size_t at = expected.find("TA1*");
    if (at == std::string_view::npos) return {};
    std::istringstream cells{std::string(expected.substr(at, expected.find(' ', at) - at))};
    std::vector<std::string> parts;
    for (std::string part; std::getline(cells, part, '*');)
        parts.push_back(part);
    return parts.size() > 5 ? parts[4] + " " + parts[5] : std::string();
}

Comparison compared(const Case& one, const Judged& ours) {
    if (!ours.readable) return {};  // refused as a whole
    if (one.name.rfind("envelope:", 0) == 0) return compared(one.expected, envelope_words(), ours);
    if (one.name.rfind("staedi:", 0) == 0) {
        Comparison found = compared(one.expected, staedi_words(), ours);
        if (!found.missing.empty() && !ours.known) found.missing = "no schema; " + found.missing;
        return found;
    }
    if (const std::string ta1 = stated_ta1(one.expected); !ta1.empty() && ta1 != ours.ta1)
        return {"TA1 " + ta1 + ", ours " + ours.ta1, 0};
    if (!ours.known) return {ours.accepted ? "accepted without a schema" : "", 0};
    const bool good = one.expected.find("expected ack") != std::string::npos &&
                      one.expected.find("*R*") == std::string::npos;
    if (good == ours.accepted) return {};
    return {ours.accepted ? "we accept it" : "we reject it", 0};
}

struct Tally {
    std::size_t agreed = 0, disputed = 0, places = 0;
};

std::string page(const std::map<std::string, Tally>& tallies,
                 const std::map<std::string, std::string>& arguments) {
    std::string text =
        "# Oracle cases: what other projects say of the same documents\n\n"
        "Made by `tests/parsers/oracle_test.cpp` (`GW_ACCEPT=1` writes it) over the private "
        "collection of documents. `envelope` is an independent count\nof trailers, `staedi` the "
        "errors its tests expect, `stated` what the source says of its fixture (verdict, TA1). "
        "Agreement means that we\nsay the same thing, at the same place where the case states "
        "one: segment, element, repetition, component.\n\n"
        "| authority | agreed | disputed | places compared |\n|---|---|---|---|\n";
    for (const auto& [name, tally] : tallies)
        text += "| " + name + " | " + std::to_string(tally.agreed) + " | " +
                std::to_string(tally.disputed) + " | " + std::to_string(tally.places) + " |\n";
    text += "\nDisputed, each with the reason:\n\n| case | reason |\n|---|---|\n";
    for (const auto& [name, reason] : arguments)
        text += "| " + name + " | " + reason + " |\n";
    return text;
}

TEST(Oracle, AgreesWithEveryCaseAndItsPlacesOrSaysWhyNot) {
    if (!std::filesystem::exists(corpus::folder() / "oracle_cases.tsv"))
        GTEST_SKIP() << "no oracle cases beside the source tree";
    std::map<std::string, Tally> tallies;
    std::map<std::string, std::string> arguments;
    std::size_t agreed = 0;
    for (const Case& one : cases()) {
        if (one.file.rfind("xml/", 0) == 0 || one.file.find("TRADACOMS") != std::string::npos)
            continue;  // tested elsewhere, or another syntax
        SCOPED_TRACE(one.name + ": " + one.expected);
        const Comparison found = compared(one, judged(one.file));
        Tally& tally = tallies[one.name.substr(0, one.name.find(':'))];
        tally.places += found.places;
        if (found.missing.empty()) {
            ++tally.agreed;
            ++agreed;
            continue;
        }
        ++tally.disputed;
        const auto reason = disputed().find(one.name);
        EXPECT_TRUE(reason != disputed().end()) << "disagreement: " << found.missing;
        if (reason != disputed().end()) arguments[one.name] = reason->second;
    }
    for (const auto& [name, reason] : disputed())
        EXPECT_TRUE(arguments.count(std::string(name))) << name << " is not disputed any more";
    EXPECT_GT(agreed, 100u);
    const auto file =
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "docs" / "reference" / "oracle.md";
    const std::string made = page(tallies, arguments);
    if (std::getenv("GW_ACCEPT") != nullptr) {
        std::ofstream(file, std::ios::binary) << made;
        GTEST_SKIP() << "written anew: " << file.filename();
    }
    EXPECT_TRUE(test::read(file) == made) << "run with GW_ACCEPT=1 to write " << file.filename();
}

}  // namespace
}  // namespace sallyport::edi
