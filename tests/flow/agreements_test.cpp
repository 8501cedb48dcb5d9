// SPDX-License-Identifier: Apache-2.0
// A map that cannot fit its agreement is found when the agreement is loaded, not by the first document.
#include "world.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::flow::testing {
namespace {

config::Partner with(const std::string& standard,
                     const std::string& version,
                     const std::string& set,
                     const std::string& map,
                     bool inbound = true) {
    config::Partner partner = acme();
    partner.documents.clear();
    partner.documents.push_back(
        {.inbound = inbound,
         .standard = standard,
         .version = version,
         .set = set,
         .map = std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped" / map});
    return partner;
}

AgreementLoad load(const config::Partner& partner) {
    return load_agreements(
        {partner}, std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped", schemas());
}

std::string only_code(const AgreementLoad& load) {
    return load.faults.size() == 1 ? std::string(load.faults.front().code())
                                   : std::to_string(load.faults.size()) + " faults";
}

TEST(LoadAgreements, RefusesTheMapOfAnotherSet) {
    const AgreementLoad result = load(with("X12", "004010", "855", "x12-850-base.map"));
    ASSERT_EQ(only_code(result), "map.fit");
    EXPECT_EQ(std::string(result.faults.front().what()),
              "the agreement is about X12 004010 855, the map about x12 004010 850");
    EXPECT_TRUE(result.agreements.at(0)->inbound.empty());
}

TEST(LoadAgreements, RefusesTheMapOfAnotherVersionAndStandard) {
    EXPECT_EQ(only_code(load(with("X12", "005010", "850", "x12-850-base.map"))), "map.fit");
    EXPECT_EQ(only_code(load(with("EDIFACT", "D96A", "ORDERS", "x12-850-base.map"))), "map.fit");
    EXPECT_EQ(only_code(load(with("EDIFACT", "D01B", "DESADV", "edifact-desadv-d96a.map", false))),
              "map.fit");
}

TEST(LoadAgreements, RefusesASetNobodyDefines) {
    const std::string code = only_code(load(with("X12", "004010", "85", "x12-850-base.map")));
    EXPECT_EQ(code, "schema.set.unknown");
}

TEST(LoadAgreements, TakesAnEdifactVersionHoweverItIsWritten) {
    for (const char* version : {"D96A", "D.96A", "D:96A"}) {
        const AgreementLoad result =
            load(with("EDIFACT", version, "ORDERS", "edifact-orders-d96a.map"));
        ASSERT_TRUE(result.faults.empty()) << result.faults.front().text();
        EXPECT_NE(result.agreements.at(0)->document("EDIFACT", "D96A", "ORDERS", ""), nullptr)
            << version;
    }
}

TEST(LoadAgreements, TakesAUseOfTheRelease) {
    const AgreementLoad result = load(with("X12", "004010VICS", "850", "x12-850-base.map"));
    ASSERT_TRUE(result.faults.empty()) << result.faults.front().text();
    EXPECT_NE(result.agreements.at(0)->document("X12", "004010VICS", "850", ""), nullptr);
    EXPECT_EQ(result.agreements.at(0)->document("X12", "004010", "850", ""), nullptr);
}

}  // namespace
}  // namespace sallyport::flow::testing
