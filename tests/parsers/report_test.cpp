// SPDX-License-Identifier: Apache-2.0
// The JSON programs are promised: docs/reference/validate-report.schema.json, over every document of the golden folders.
#include "parsers/report.h"

#include "edi_fixture.h"
#include "tests/support/json_shape.h"

#include "parsers/edi.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sallyport::edi {
namespace {

testing_support::JsonShape promised() {
    return testing_support::JsonShape(
        nlohmann::json::parse(test::read(std::filesystem::path(SALLYPORT_SOURCE_DIR) / "docs" /
                                         "reference" / "validate-report.schema.json")));
}

nlohmann::json report_of(const std::string& octets, const ValidationOptions& options = {}) {
    auto document = read(octets);
    if (!document) return nullptr;
    return nlohmann::json::parse(report_json(validate(*document, test::schemas(), options)).dump());
}

TEST(ReportJson, HasThePromisedShapeForEveryGoldenDocument) {
    const auto shape = promised();
    std::size_t documents = 0, faults = 0;
    for (const char* folder : {"x12", "edifact", "xml"}) {
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(test::golden(folder))) {
            const auto extension = entry.path().extension();
            if (extension != ".edi" && extension != ".xml") continue;
            SCOPED_TRACE(entry.path().filename());
            const auto json = report_of(test::read(entry.path()));
            if (json.is_null()) continue;
            EXPECT_EQ(shape.misfit(json), "");
            ++documents;
            for (const auto& interchange : json["interchanges"]) {
                for (const auto& group : interchange["groups"]) {
                    for (const auto& transaction : group["transactions"])
                        faults += transaction["faults"].size();
                }
            }
        }
    }
    EXPECT_GT(documents, 20u);
    EXPECT_GT(faults, 10u);
}

TEST(ReportJson, HasThePromisedShapeWithRepairsAndWithFaultsLeftOut) {
    const auto shape = promised();
    const auto repaired = report_of("\xEF\xBB\xBF" + test::order());
    EXPECT_EQ(shape.misfit(repaired), "");
    EXPECT_EQ(repaired["interchanges"][0]["repairs"].size(), 1u);
    ValidationOptions few;
    few.faults = 1;
    const auto many = report_of(test::replaced_all(test::order(), "N1*", "N1*0X0X0X0X*"), few);
    EXPECT_EQ(shape.misfit(many), "");
    EXPECT_TRUE(
        many["interchanges"][0]["groups"][0]["transactions"][0].contains("faults_left_out"));
}

TEST(ReportJson, TheShapeIsNotCarelesslyWide) {
    const auto shape = promised();
    auto json = report_of(test::replaced(test::order(), "N1*ST*", "N1*0X*"));
    ASSERT_EQ(shape.misfit(json), "");
    auto& fault = json["interchanges"][0]["groups"][0]["transactions"][0]["faults"][0];
    fault["more"] = 1;
    EXPECT_NE(shape.misfit(json).find("more"), std::string::npos);
    fault.erase("more");
    fault["ack"].erase("ak4");
    EXPECT_NE(shape.misfit(json).find("ak4"), std::string::npos);
    fault["ack"]["ak4"] = 7;
    EXPECT_NE(shape.misfit(json).find("string"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::edi
