// SPDX-License-Identifier: Apache-2.0
// The oracle cases of other projects, read from their table: agreement with each, or the reason why not. Cases about XML
// rules are tested where XML is; sets outside this gateway's trade (health care) have no schema and are counted apart.
#include "corpus.h"

#include "parsers/edi.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <iostream>
#include <set>

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

struct Judged {
    bool readable = false, accepted = false, known = true;
    std::set<std::string, std::less<>> codes;  // faults and repairs
};

Judged judged(const std::string& file) {
    Judged result;
    auto document = read(test::read(corpus::folder() / file));
    if (!document) {
        result.codes.emplace(document.error().code());
        return result;
    }
    result.readable = true;
    const Report report = validate(*document, test::schemas());
    result.accepted = report.accepted();
    for (const std::string& code : test::codes_in(report))
        result.codes.insert(code);
    for (const std::string& code : test::repairs_in(report))
        result.codes.insert(code);
    result.known = result.codes.count("edi.set.unsupported") == 0;
    return result;
}

using Words = std::vector<std::pair<std::string_view, std::vector<std::string_view>>>;

// Words of the independent count, and the codes that say the same.
const Words& envelope_words() {
    static const Words words = {
        {"UNT count", {"edi.set.count"}},
        {"UNT ref", {"edi.set.control-mismatch"}},
        {"UNT short", {"edi.set.count", "edi.set.control-mismatch"}},
        {"UNE ref", {"edi.group.control-mismatch"}},
        {"UNZ ref", {"edi.interchange.control-mismatch"}},
        {"duplicate UNH", {"edi.set.control-duplicate"}},
        {"duplicate ST02", {"edi.set.control-duplicate"}},
        {"missing UNZ", {"edi.interchange.trailer-missing", "edi.interchange.structure"}},
        {"no UNB", {"edi.interchange.structure"}},
        {"trailing data", {"edi.repair.final-terminator", "edi.interchange.trailer-missing"}},
        {"missing SE", {"edi.set.trailer-missing"}},
        {"missing GE", {"edi.group.trailer-missing"}},
        {"missing IEA", {"edi.interchange.trailer-missing"}},
        {"ISA not 106", {"x12.isa.width"}},
        {"SE01=", {"edi.set.count"}},
        {"SE02", {"edi.set.control-mismatch"}},
        {"GE01=", {"edi.group.count"}},
        {"GE02", {"edi.group.control-mismatch"}},
        {"IEA01=", {"edi.interchange.count"}},
        {"IEA02", {"edi.interchange.control-mismatch"}}};
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

// What of `expected` we do not say; empty: agreement.
std::string unsaid(std::string_view expected, const Words& words, const Judged& ours) {
    std::string missing;
    while (!expected.empty()) {
        const std::size_t end = std::min(expected.find("; "), expected.size());
        const std::string_view problem = expected.substr(0, end);
        expected.remove_prefix(std::min(end + 2, expected.size()));
        const auto word = std::find_if(words.begin(), words.end(), [&](const auto& one) {
            return problem.find(one.first) != std::string_view::npos;
        });
        if (word == words.end() || same_number(problem)) continue;
        const bool said =
            std::any_of(word->second.begin(), word->second.end(), [&](std::string_view code) {
                return ours.codes.count(code) != 0;
            });
        if (!said) missing += (missing.empty() ? "" : "; ") + std::string(problem);
    }
    return missing;
}

std::string disagreement(const Case& one, const Judged& ours) {
    if (!ours.readable) return {};  // refused as a whole
    if (one.name.rfind("envelope:", 0) == 0) return unsaid(one.expected, envelope_words(), ours);
    if (one.name.rfind("staedi:", 0) == 0) {
        const std::string missing = unsaid(one.expected, staedi_words(), ours);
        return missing.empty() || ours.known ? missing : "no schema; " + missing;
    }
    if (!ours.known) return ours.accepted ? "accepted without a schema" : "";
    const bool good = one.expected.find("expected ack") != std::string::npos &&
                      one.expected.find("*R*") == std::string::npos;
    if (good == ours.accepted) return {};
    return ours.accepted ? "we accept it" : "we reject it";
}

TEST(Oracle, AgreesWithEveryCaseOrSaysWhyNot) {
    if (!std::filesystem::exists(corpus::folder() / "oracle_cases.tsv"))
        GTEST_SKIP() << "no oracle cases beside the source tree";
    std::size_t agreed = 0, argued = 0, elsewhere = 0;
    std::set<std::string_view> used;
    for (const Case& one : cases()) {
        if (one.file.rfind("xml/", 0) == 0 || one.file.find("TRADACOMS") != std::string::npos) {
            ++elsewhere;
            continue;
        }
        SCOPED_TRACE(one.name + ": " + one.expected);
        const std::string why_not = disagreement(one, judged(one.file));
        const auto reason = disputed().find(one.name);
        if (why_not.empty()) {
            ++agreed;
            continue;
        }
        ++argued;
        EXPECT_TRUE(reason != disputed().end()) << "disagreement: " << why_not;
        if (reason == disputed().end()) continue;
        used.insert(reason->first);
        std::cout << "  disputed " << one.name << ": " << why_not << " (" << reason->second
                  << ")\n";
    }
    for (const auto& [name, reason] : disputed())
        EXPECT_TRUE(used.count(name)) << name << " is not disputed any more: " << reason;
    std::cout << "  oracle: " << agreed << " agreed, " << argued << " disputed, " << elsewhere
              << " about XML or TRADACOMS\n";
    EXPECT_GT(agreed, 100u);
}

}  // namespace
}  // namespace sallyport::edi
