// SPDX-License-Identifier: Apache-2.0
// Real documents, where they are at hand: each is read, re-emits its octets, and gets the verdict its source states, unless
// this file says why the source is wrong.
#include "corpus.h"
#include "edi_fixture.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <sstream>

namespace sallyport::edi {
namespace {

bool supported(const Report& report) {
    for (const Fault& fault : test::faults_in(report)) {
        if (fault.code == "edi.set.unsupported") return false;
    }
    return true;
}

TEST(X12Corpus, AgreesWithEveryStatedVerdictOrSaysWhyNot) {
    if (!corpus::present()) GTEST_SKIP() << "no corpus beside the source tree";
    std::map<std::string, std::array<int, 4>>
        tally;  // accepted, repaired, rejected, without schema
    std::size_t compared = 0;
    for (const corpus::Stated& stated : corpus::manifest("x12/")) {
        SCOPED_TRACE(stated.path);
        const std::string octets = test::read(corpus::folder() / stated.path);
        auto document = read_x12(octets);
        if (!document) {
            EXPECT_NE(stated.verdict, "valid") << document.error().text();
            ++tally[stated.set][2];
            continue;
        }
        EXPECT_EQ(emit(*document), octets);
        const Report report = validate(*document, test::schemas());
        auto& counts = tally[stated.set];
        if (!supported(report)) {
            ++counts[3];
            continue;
        }
        ++counts[!report.accepted() ? 2 : test::repairs_in(report).empty() ? 0 : 1];
        const bool dispute =
            corpus::explained().count(std::filesystem::path(stated.path).filename().string()) != 0;
        if (dispute || (stated.verdict != "valid" && stated.verdict != "invalid")) continue;
        ++compared;
        EXPECT_EQ(report.accepted(), stated.verdict == "valid") << corpus::first_error(report);
    }
    EXPECT_GT(compared, 40u);
    for (const auto& [set, counts] : tally) {
        std::cout << "  " << set << ": accepted " << counts[0] << ", repaired " << counts[1]
                  << ", rejected " << counts[2] << ", no schema " << counts[3] << "\n";
    }
}

// The independent envelope counts: whatever another program counted wrong must be a fault of ours as well.
TEST(X12Corpus, FindsEveryEnvelopeDefectAnIndependentCountFound) {
    if (!corpus::present()) GTEST_SKIP() << "no corpus beside the source tree";
    const std::pair<const char*, const char*> expected[] = {
        {"missing IEA", "edi.interchange.trailer-missing"},
        {"missing GE", "edi.group.trailer-missing"},
        {"missing SE", "edi.set.trailer-missing"},
        {"SE01=", "edi.set.count"},
        {"GE01=", "edi.group.count"},
        {"IEA01=", "edi.interchange.count"},
        {"ISA not 106", "x12.isa.width"}};
    std::size_t found = 0;
    for (const corpus::Stated& stated : corpus::manifest("x12/")) {
        SCOPED_TRACE(stated.path + ": " + stated.problems);
        auto document = read_x12(test::read(corpus::folder() / stated.path));
        if (!document) continue;
        const Report report = validate(*document, test::schemas());
        std::vector<std::string> codes = test::codes_in(report);
        const auto repairs = test::repairs_in(report);
        codes.insert(codes.end(), repairs.begin(), repairs.end());
        for (const auto& [problem, code] : expected) {
            if (stated.problems.find(problem) == std::string::npos) continue;
            // The count read the lines as they are; without the wrapping the header has its widths.
            if (!document->left_out.empty()) continue;
            EXPECT_THAT(codes, testing::Contains(code)) << problem;
            ++found;
        }
    }
    EXPECT_GT(found, 40u);
}

}  // namespace
}  // namespace sallyport::edi
