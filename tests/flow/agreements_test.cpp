// SPDX-License-Identifier: Apache-2.0
// A map that cannot fit its agreement is found when the agreement is loaded, not by the first document.
#include "tests/support/temp_dir.h"
#include "world.h"

#include <gmock/gmock.h>
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
        EXPECT_NE(result.agreements.at(0)->document(
                      {.standard = "EDIFACT", .version = "D96A", .set = "ORDERS"}),
                  nullptr)
            << version;
    }
}

TEST(LoadAgreements, TakesAUseOfTheRelease) {
    const AgreementLoad result = load(with("X12", "004010VICS", "850", "x12-850-base.map"));
    ASSERT_TRUE(result.faults.empty()) << result.faults.front().text();
    const Agreement& agreement = *result.agreements.at(0);
    EXPECT_NE(agreement.document({.standard = "X12", .version = "004010VICS", .set = "850"}),
              nullptr);
    EXPECT_EQ(agreement.document({.standard = "X12", .version = "004010", .set = "850"}), nullptr);
}

// ---- which map for which document: one test for each part of the key -------------------------------------------------

InboundDocument use(const char* standard, const char* version, const char* set) {
    InboundDocument out;
    out.standard = standard;
    out.version = version;
    out.set = set;
    return out;
}

class MapOfADocument : public ::testing::Test {
protected:
    // The name that `put` gave it.
    std::string chosen(const mapping::DocumentKey& key) const {
        const InboundDocument* found = m_agreement.document(key);
        return found == nullptr ? "none" : found->params.at("name");
    }
    void put(const char* name, InboundDocument document) {
        document.params["name"] = name;
        m_agreement.inbound.push_back(std::move(document));
    }
    Agreement m_agreement;
};

TEST_F(MapOfADocument, FollowsTheStandard) {
    put("x12", use("X12", "D96A", "ORDERS"));  // nonsense, but told apart by nothing else
    put("edifact", use("EDIFACT", "D96A", "ORDERS"));
    EXPECT_EQ(chosen({.standard = "EDIFACT", .version = "D96A", .set = "ORDERS"}), "edifact");
    EXPECT_EQ(chosen({.standard = "X12", .version = "D96A", .set = "ORDERS"}), "x12");
    EXPECT_EQ(chosen({.standard = "XML", .version = "D96A", .set = "ORDERS"}), "none");
}

TEST_F(MapOfADocument, FollowsTheVersionAndTakesTheNearestOne) {
    put("4010", use("X12", "004010", "850"));
    put("vics", use("X12", "004010VICS", "850"));
    EXPECT_EQ(chosen({.standard = "X12", .version = "004010", .set = "850"}), "4010");
    EXPECT_EQ(chosen({.standard = "X12", .version = "004010VICS", .set = "850"}), "vics");
    EXPECT_EQ(chosen({.standard = "X12", .version = "004010UCS", .set = "850"}), "4010");
    EXPECT_EQ(chosen({.standard = "X12", .version = "005010", .set = "850"}), "none");
}

TEST_F(MapOfADocument, FollowsTheSet) {
    put("order", use("X12", "004010", "850"));
    put("change", use("X12", "004010", "860"));
    EXPECT_EQ(chosen({.standard = "X12", .version = "004010", .set = "860"}), "change");
    EXPECT_EQ(chosen({.standard = "X12", .version = "004010", .set = "810"}), "none");
}

TEST_F(MapOfADocument, FollowsTheAssociationCode) {
    put("any", use("EDIFACT", "D96A", "ORDERS"));
    InboundDocument grocer = use("EDIFACT", "D96A", "ORDERS");
    grocer.association = "EAN008";
    put("grocer", grocer);
    const auto key = [](std::string_view association) {
        return mapping::DocumentKey{
            .standard = "EDIFACT", .version = "D96A", .set = "ORDERS", .association = association};
    };
    EXPECT_EQ(chosen(key("EAN008")), "grocer");
    EXPECT_EQ(chosen(key("EAN009")), "any");
    EXPECT_EQ(chosen(key("")), "any");
}

TEST(MapOfAnAssociation, IsTheOneItsHeaderNamesWhereTheAgreementIsSilent) {
    config::Partner partner = testing::acme();
    partner.edifact.enabled = true;
    const auto orders = [](const char* map, const char* association) {
        return config::DocumentAgreement{
            .standard = "EDIFACT",
            .version = "D96A",
            .set = "ORDERS",
            .map = std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped" / map,
            .association = association};
    };
    const auto agree = [&](std::vector<config::DocumentAgreement> documents) {
        partner.documents = std::move(documents);
        return load_agreements({partner},
                               std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped",
                               testing::schemas());
    };
    const auto agreed =
        agree({orders("grocer-orders.map", ""), orders("edifact-orders-d96a.map", "")});
    for (const Error& fault : agreed.faults)
        ADD_FAILURE() << fault.text();
    const auto map_for = [&](std::string_view association) {
        const InboundDocument* found =
            agreed.agreements.at(0)->document({.standard = "EDIFACT",
                                               .version = "D96A",
                                               .set = "ORDERS",
                                               .association = association});
        return found == nullptr ? std::string("none") : found->map->info().name;
    };
    EXPECT_EQ(map_for("EAN008"), "grocer-orders");
    EXPECT_EQ(map_for("EAN007"), "edifact-orders-d96a");
    EXPECT_EQ(map_for(""), "edifact-orders-d96a");
    const auto wrong = agree({orders("grocer-orders.map", "EAN010")});
    ASSERT_EQ(wrong.faults.size(), 1U);
    EXPECT_EQ(wrong.faults[0].code(), "map.fit");
    EXPECT_NE(
        wrong.faults[0].text().find("ORDERS EAN010, the map about edifact D 96A ORDERS EAN008"),
        std::string::npos)
        << wrong.faults[0].text();
}

TEST_F(MapOfADocument, FollowsTheTestFlag) {
    InboundDocument next = use("X12", "004010", "850");
    next.test = true;
    put("next", next);
    put("now", use("X12", "004010", "850"));
    EXPECT_EQ(chosen({.standard = "X12", .version = "004010", .set = "850", .test = true}), "next");
    EXPECT_EQ(chosen({.standard = "X12", .version = "004010", .set = "850"}), "now");
    m_agreement.inbound[0].test = false;
    EXPECT_EQ(chosen({.standard = "X12", .version = "004010", .set = "850"}), "next");
}

TEST(LoadAgreements, TheDirectionPartsWhatComesFromWhatGoes) {
    config::Partner partner = with("X12", "004010", "850", "x12-850-base.map");
    partner.documents.push_back(
        with("X12", "004010", "850", "bigbox-850.map", false).documents.front());
    const AgreementLoad result = load(partner);
    ASSERT_TRUE(result.faults.empty()) << result.faults.front().text();
    const Agreement& agreement = *result.agreements.at(0);
    const InboundDocument* in =
        agreement.document({.standard = "X12", .version = "004010", .set = "850"});
    ASSERT_NE(in, nullptr);
    EXPECT_EQ(in->map->info().name, "x12-850-base");
    const auto out = agreement.outbound_for("Order", "");
    ASSERT_TRUE(out) << out.error().text();
    EXPECT_EQ((*out)->map->info().name, "bigbox-850");
    EXPECT_EQ(agreement.document(
                  {.inbound = false, .standard = "X12", .version = "004010", .set = "850"}),
              nullptr);
}

TEST(LoadAgreements, ThePartnerPartsTheSameDocument) {
    config::Partner other = with("X12", "004010", "850", "bigbox-850.map");
    other.name = "bigbox";
    const AgreementLoad result =
        load_agreements({with("X12", "004010", "850", "x12-850-base.map"), other},
                        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped",
                        schemas());
    ASSERT_TRUE(result.faults.empty()) << result.faults.front().text();
    const Agreements agreements(result.agreements);
    const mapping::DocumentKey key{.standard = "X12", .version = "004010", .set = "850"};
    EXPECT_EQ(agreements.by_name("acme")->document(key)->map->info().name, "x12-850-base");
    EXPECT_EQ(agreements.by_name("bigbox")->document(key)->map->info().name, "bigbox-850");
}

TEST(LoadAgreements, WhatIsSentAsATestGoesByTheMapForTests) {
    config::Partner partner = with("X12", "004010", "850", "x12-850-base.map", false);
    partner.documents[0].usage = "production";
    partner.documents.push_back(
        with("X12", "004010", "850", "bigbox-850.map", false).documents.front());
    partner.documents[1].usage = "test";
    const auto name = [&] {
        const AgreementLoad result = load(partner);
        const auto out = result.agreements.at(0)->outbound_for("Order", "");
        return out ? (*out)->map->info().name : out.error().text();
    };
    EXPECT_EQ(name(), "x12-850-base");
    partner.x12.test = true;
    EXPECT_EQ(name(), "bigbox-850");
}

// ---- a map must be sound before it works -----------------------------------------------------------------------------

class MapsOfASite : public ::testing::Test {
protected:
    MapsOfASite() {
        write("base.map", base("BEG.03 <-> number"));
        write("overlay.map",
              "map overlay version 1\nextends \"base.map\"\nBEG.04 <-> release\ntest \"one\" {\n"
              "wire \"\"\"\nST*850*0001~\nBEG*00*SA*1*R7*20240501~\nPO1*1~\nSE*4*0001~\n\"\"\"\n"
              "canonical \"\"\"\n{ \"number\": \"1\", \"release\": \"R7\", \"date\": "
              "\"2024-05-01\", \"lines\": [ { \"no\": \"1\" } ] }\n\"\"\"\n}\n");
        m_partners.push_back(partner("first", "base.map"));
        m_partners.push_back(partner("second", "overlay.map"));
    }
    static std::string base(const std::string& number) {
        return "map base version 1\nx12 004010 850 <-> order\nBEG.01 <- \"00\"\nBEG.02 <- "
               "\"SA\"\n" +
               number + "\nBEG.05 <-> date\neach PO1 <-> lines { .01 <-> no }\n";
    }
    void write(const std::string& name, const std::string& text) {
        ASSERT_TRUE(write_file_durably(m_directory.path() / name, text));
    }
    config::Partner partner(const std::string& name, const std::string& map) {
        config::Partner out = with("X12", "004010", "850", "");
        out.name = name;
        out.documents[0].map = m_directory.path() / map;
        return out;
    }
    std::vector<std::string> faults() {
        std::vector<std::string> out;
        for (const Error& one :
             load_agreements(m_partners,
                             std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped",
                             schemas())
                 .faults)
            out.push_back(std::string(one.code()) + " " + one.text());
        return out;
    }
    testing_support::TempDir m_directory;
    std::vector<config::Partner> m_partners;
};

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST_F(MapsOfASite, AreTakenWhenTheirTestsPass) {
    EXPECT_THAT(faults(), ElementsAre());
}

// Lawful in itself; the test of the overlay says that the number is gone.
TEST_F(MapsOfASite, ABaseIsNotTakenWhenTheTestsOfAnOverlayInUseFail) {
    write("base.map", base("BEG.03 | prefix \"X\" <-> number"));
    EXPECT_THAT(faults(),
                ElementsAre(AllOf(StartsWith("map.test"), HasSubstr("partner second")),
                            AllOf(StartsWith("map.overlay"),
                                  HasSubstr("base.map is not taken: overlay.map, with which second "
                                            "extends it, would not work"),
                                  HasSubstr("partner first"))));
}

TEST_F(MapsOfASite, AnOverlayThatNobodyUsesKeepsNoBaseOut) {
    write("base.map", base("BEG.03 | prefix \"X\" <-> number"));
    m_partners.pop_back();
    EXPECT_THAT(faults(), ElementsAre());
}

TEST_F(MapsOfASite, ABrokenMapIsNamedWithPlaceAndRemedy) {
    write("base.map", base("BEG.03 <-> numbxr"));
    EXPECT_THAT(faults(),
                ElementsAre(AllOf(StartsWith("map.load"),
                                  HasSubstr("did you mean number?"),
                                  HasSubstr("base.map:5")),
                            StartsWith("map.load")));
}

// The same name in another folder is another file.
TEST_F(MapsOfASite, ABaseOfAnotherPartnerIsNotToBlame) {
    std::filesystem::create_directories(m_directory.path() / "own");
    write("own/base.map", base("BEG.03 | prefix \"X\" <-> number"));
    std::filesystem::rename(m_directory.path() / "overlay.map",
                            m_directory.path() / "own/overlay.map");
    m_partners[1].documents[0].map = m_directory.path() / "own/overlay.map";
    EXPECT_THAT(faults(), ElementsAre(StartsWith("map.test")));
}

}  // namespace
}  // namespace sallyport::flow::testing
