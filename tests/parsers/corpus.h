// SPDX-License-Identifier: Apache-2.0
// The collection of real documents, where it stands beside the source tree: its manifest, and what we say about documents
// whose source says otherwise or nothing.
#pragma once

#include "edi_fixture.h"

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi::corpus {

struct Stated {
    std::string path, set, verdict, problems;
};

inline std::vector<std::string> cells(const std::string& line) {
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

inline std::filesystem::path folder() {
    return std::filesystem::path(SALLYPORT_SHARED_DIR) / "corpus";
}

inline bool present() {
    return std::filesystem::exists(folder() / "manifest.tsv");
}

// Rows whose path begins so.
inline std::vector<Stated> manifest(std::string_view prefix) {
    std::vector<Stated> rows;
    std::ifstream file(folder() / "manifest.tsv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        const auto row = cells(line);
        if (row.size() > 7 && row[0].rfind(prefix, 0) == 0)
            rows.push_back({row[0], row[2], row[4], row[7]});
    }
    return rows;
}

// Verdicts of sources that we do not share, by the end of the path, each with the document's own fault or the reason.
inline const std::map<std::string_view, std::string_view>& explained() {
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

inline std::string first_error(const Report& report) {
    for (const Fault& fault : test::faults_in(report)) {
        if (fault.severity == Severity::Error)
            return std::string(fault.code) + " at " + fault.segment + " " +
                   std::to_string(fault.position) + ": " + fault.message;
    }
    return {};
}

}  // namespace sallyport::edi::corpus
