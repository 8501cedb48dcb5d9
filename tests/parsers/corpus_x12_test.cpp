// SPDX-License-Identifier: Apache-2.0
// Real documents, where they are at hand: each is read, re-emits its octets, and gets the verdict its source states, unless
// this file says why the source is wrong.
#include "edi_fixture.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>

namespace sallyport::edi {
namespace {

struct Stated {
    std::string path, set, verdict, problems;
};

std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> parts(1);
    for (const char c : line) {
        if (c == '\t') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

std::filesystem::path corpus() {
    return std::filesystem::path(SALLYPORT_SHARED_DIR) / "corpus";
}

std::vector<Stated> manifest() {
    std::vector<Stated> rows;
    std::ifstream file(corpus() / "manifest.tsv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        const auto row = cells(line);
        if (row.size() > 7 && row[0].rfind("x12/", 0) == 0)
            rows.push_back({row[0], row[2], row[4], row[7]});
    }
    return rows;
}

// Verdicts of sources that we do not share, by the end of the path, each with the document's own fault or the reason.
const std::map<std::string_view, std::string_view>& disputed() {
    static const std::map<std::string_view, std::string_view> list = {
        {"oopx12___200_MortgageBrokersExample.txt", "has no GE and no IEA"},
        {"oopx12___210_DBSchenker_SampleMotorFreightDetailsAndInvoice.txt",
         "GE02 differs from GS06, six-digit dates, three elements in N3"},
        {"staedi__ts210_80char.edi", "wrapped at 80 octets with line ends inside values"},
        {"oopx12___810_Example5_Walmart.txt", "TDS stands behind ISS"},
        {"stupidedi__004010_IN810_pass_1.edi", "IT1 with quantity but without unit breaks P020304"},
        {"oopx12___816_Steinmart_Example1.txt",
         "IEA02 differs from ISA13, six-digit date, three elements in N3"},
        {"oopx12___820_Example1_MortgageBankers.txt", "segment TX1 does not exist"},
        {"oopx12___820_Example2_ScanaEnergy.txt", "masked values: xx, xxxx"},
        {"oopx12___820_Example3_HomeDepot.txt", "field names in place of values"},
        {"oopx12___820_Example4_Safeway.txt", "leading blank in a code"},
        {"stupidedi__004010_PS830_pass_1.edi", "codes outside the 004010 lists (66, 128)"},
        {"oopx12___4010_Example1_HIBCC.txt", "DTM behind TD4"},
        {"oopx12___846_Example2.txt", "components and elements beyond REF and QTY"},
        {"oopx12___852_hdexchange.txt", "IEA02 holds a second terminator"},
        {"oopx12___856_Example4.txt", "placeholder LOCSTATE in a two-letter code"},
        {"oopx12___856_edi1Source.txt", "repetition separator inside data"},
        {"oopx12___860_Example1.txt", "placeholder values, SE01 wrong"},
        {"oopx12___865_FromAdvanceAutoParts.txt", "date of nine digits"},
        {"oopx12___865_FromTyco.txt", "IEA02 differs from ISA13"},
        {"oopx12___867_Example2.txt", "decimal point in an N2 amount"},
        {"oopx12___867_Example3.txt", "decimal point in an N2 amount"},
        {"oopx12___940_simplot.txt", "GE02 and IEA02 differ from their headers"},
        {"oopx12___999_DHS_Wisconsin_Sample.txt", "AK202 of three characters, CTX06 not numeric"},
        {"oopx12___863_essarsteelalgoma.txt", "has no IEA"},
        {"stupidedi__004010_SS862_fail_1.edi",
         "only the source's own grammar refuses it; no rule of the standard is named"},
        {"staedi-inline__ErrorEventsTest_L591_testMissingRequiredComponentInC030InAnyElementInAK4."
         "edi",
         "the source tests a schema of its own with a fourth component"},
    };
    return list;
}

std::string first_error(const Report& report) {
    for (const Fault& fault : test::faults_in(report)) {
        if (fault.severity == Severity::Error)
            return std::string(fault.code) + " at " + fault.segment + " " +
                   std::to_string(fault.position) + ": " + fault.message;
    }
    return {};
}

bool supported(const Report& report) {
    for (const Fault& fault : test::faults_in(report)) {
        if (fault.code == "edi.set.unsupported") return false;
    }
    return true;
}

TEST(X12Corpus, AgreesWithEveryStatedVerdictOrSaysWhyNot) {
    if (!std::filesystem::exists(corpus())) GTEST_SKIP() << "no corpus beside the source tree";
    std::map<std::string, std::array<int, 4>>
        tally;  // accepted, repaired, rejected, without schema
    std::size_t compared = 0;
    for (const Stated& stated : manifest()) {
        SCOPED_TRACE(stated.path);
        auto document = read_x12(test::read(corpus() / stated.path));
        if (!document) {
            EXPECT_NE(stated.verdict, "valid") << document.error().text();
            ++tally[stated.set][2];
            continue;
        }
        EXPECT_EQ(emit(*document), document->octets());
        const Report report = validate(*document, test::schemas());
        auto& counts = tally[stated.set];
        if (!supported(report)) {
            ++counts[3];
            continue;
        }
        ++counts[!report.accepted() ? 2 : test::repairs_in(report).empty() ? 0 : 1];
        const bool dispute =
            disputed().count(std::filesystem::path(stated.path).filename().string()) != 0;
        if (dispute || (stated.verdict != "valid" && stated.verdict != "invalid")) continue;
        ++compared;
        EXPECT_EQ(report.accepted(), stated.verdict == "valid") << first_error(report);
    }
    EXPECT_GT(compared, 40u);
    for (const auto& [set, counts] : tally) {
        std::cout << "  " << set << ": accepted " << counts[0] << ", repaired " << counts[1]
                  << ", rejected " << counts[2] << ", no schema " << counts[3] << "\n";
    }
}

// The independent envelope counts: whatever another program counted wrong must be a fault of ours as well.
TEST(X12Corpus, FindsEveryEnvelopeDefectAnIndependentCountFound) {
    if (!std::filesystem::exists(corpus())) GTEST_SKIP() << "no corpus beside the source tree";
    const std::pair<const char*, const char*> expected[] = {
        {"missing IEA", "edi.interchange.trailer-missing"},
        {"missing GE", "edi.group.trailer-missing"},
        {"missing SE", "edi.set.trailer-missing"},
        {"SE01=", "edi.set.count"},
        {"GE01=", "edi.group.count"},
        {"IEA01=", "edi.interchange.count"},
        {"ISA not 106", "x12.isa.width"}};
    std::size_t found = 0;
    for (const Stated& stated : manifest()) {
        SCOPED_TRACE(stated.path + ": " + stated.problems);
        auto document = read_x12(test::read(corpus() / stated.path));
        if (!document) continue;
        const Report report = validate(*document, test::schemas());
        std::vector<std::string> codes = test::codes_in(report);
        const auto repairs = test::repairs_in(report);
        codes.insert(codes.end(), repairs.begin(), repairs.end());
        for (const auto& [problem, code] : expected) {
            if (stated.problems.find(problem) == std::string::npos) continue;
            EXPECT_THAT(codes, testing::Contains(code)) << problem;
            ++found;
        }
    }
    EXPECT_GT(found, 40u);
}

}  // namespace
}  // namespace sallyport::edi
