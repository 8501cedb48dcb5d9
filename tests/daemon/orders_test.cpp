// SPDX-License-Identifier: Apache-2.0
// How an operator brings an order on its way that names what Odoo does not know: with the partner file, a table, a reload
// and a release, against the running daemon.
#include "site.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sallyport::daemon {
namespace {

using ::testing::HasSubstr;
using testing::replaced;
using testing::Site;

class HeldOrder : public ::testing::Test {
protected:
    // The 850 under this number, its first item named by the buyer's own number only.
    std::string order(const std::string& number) const {
        return replaced(replaced(m_site.sample, "PO-DEMO", number),
                        "UK*04006381333931*VN*EDI-1001",
                        "BP*ACME-77");
    }
    Site m_site;
};

TEST_F(HeldOrder, AnUnknownItemIsHeldUntilARowOfTheTableNamesIt) {
    const auto table = m_site.path("partners/acme-items.csv");
    testing::write_text(table, "theirs,ours\n");
    const auto agreement = m_site.path("partners/acme.toml");
    testing::write_text(agreement,
                        testing::read_text(agreement) + "item_table = \"acme-items.csv\"\n");
    m_site.start();
    m_site.send(order("PO-ITEM"));
    const auto held = m_site.await_document("PO-ITEM", "held");
    EXPECT_EQ(held["next"]["code"], "flow.post.missing");
    EXPECT_THAT(held["next"]["reason"].get<std::string>(), HasSubstr("ACME-77"));
    EXPECT_THAT(held["next"]["reason"].get<std::string>(), HasSubstr("odoo.item_table"));
    EXPECT_EQ(m_site.orders("PO-ITEM"), 0);

    testing::write_text(table, "theirs,ours\nACME-77,EDI-1001\nACME-77,EDI-1002\n");
    m_site.reload();
    EXPECT_THAT(m_site.gateway->err(), HasSubstr("configuration not reloaded, the old one stays"));
    EXPECT_THAT(m_site.gateway->err(), HasSubstr("acme-items.csv:3"));

    testing::write_text(table, "theirs,ours\nACME-77,EDI-1001\n");
    m_site.reload();
    const auto released = m_site.command({"doc", "release", held["id"].get<std::string>()});
    EXPECT_EQ(released.code, 0) << released.err;
    const auto posted = m_site.await_document("PO-ITEM", "posted");
    EXPECT_EQ(posted["id"], held["id"]);
    EXPECT_EQ(m_site.orders("PO-ITEM"), 1);
    m_site.stop();
}

// A code no table of the map has holds the order; `map table add` puts the row beside the map, a reload takes it
// and the order goes on.
TEST_F(HeldOrder, AnUnknownCodeIsHeldUntilARowOfTheMapsTableMeansIt) {
    const auto map = m_site.path("partners/acme-850.map");
    testing::write_text(map, "map acme-850 version 1\nextends \"x12-850-base.map\"\n");
    const auto agreement = m_site.path("partners/acme.toml");
    testing::write_text(
        agreement, replaced(testing::read_text(agreement), "x12-850-base.map", "acme-850.map"));
    m_site.start();
    m_site.send(replaced(replaced(m_site.sample, "PO-DEMO", "PO-CODE"), "*24*EA*", "*24*AM*"));
    const auto held = m_site.await_document("PO-CODE", "held");
    EXPECT_EQ(held["next"]["code"], "flow.map.held");
    EXPECT_THAT(held["next"]["reason"].get<std::string>(), HasSubstr("\"AM\" is not in table uom"));
    EXPECT_EQ(m_site.orders("PO-CODE"), 0);

    const auto added = testing::run_program(
        {"map", "table", "add", map.string(), "uom", "AM", "unit", "--author", "anna"});
    ASSERT_EQ(added.code, 0) << added.err;
    std::string rows;
    for (const auto& entry : std::filesystem::directory_iterator(m_site.path("partners")))
        if (entry.path().extension() == ".csv") rows += testing::read_text(entry.path());
    EXPECT_THAT(rows, HasSubstr("AM,unit"));
    EXPECT_THAT(rows, HasSubstr("anna"));
    m_site.reload();
    EXPECT_THAT(m_site.gateway->err(), HasSubstr("configuration reloaded"));
    const auto posted = m_site.await_document("PO-CODE", "posted");
    EXPECT_EQ(posted["id"], held["id"]);
    EXPECT_EQ(m_site.orders("PO-CODE"), 1);
    m_site.stop();
}

// A map that no longer loads, or whose own test no longer passes, is not taken: the old one goes on, the log says why.
TEST_F(HeldOrder, AMapThatIsBrokenOrFailsItsOwnTestsKeepsTheOldOneInForce) {
    const auto map = m_site.path("partners/acme-850.map");
    const std::string good = "map acme-850 version 1\nextends \"x12-850-base.map\"\n";
    testing::write_text(map, good);
    const auto agreement = m_site.path("partners/acme.toml");
    testing::write_text(
        agreement, replaced(testing::read_text(agreement), "x12-850-base.map", "acme-850.map"));
    m_site.start();
    testing::write_text(map, good + "REF[DP].02 <-> refs[department]\n");
    m_site.reload();
    EXPECT_THAT(m_site.gateway->err(), HasSubstr("configuration not reloaded, the old one stays"));
    EXPECT_THAT(m_site.gateway->err(), HasSubstr("MAP404"));
    m_site.send(replaced(m_site.sample, "PO-DEMO", "PO-OLD-1"));
    m_site.await_document("PO-OLD-1", "posted");

    testing::write_text(map,
                        good +
                            "test \"what ACME sends\" {\n  wire \"\"\"\nST*850*0001~\n"
                            "BEG*00*NE*PO-1**20240501~\nPO1*1*2*EA*1.00~\nSE*4*0001~\n\"\"\"\n"
                            "  canonical \"\"\"\n{ \"number\": \"PO-2\" }\n\"\"\"\n}\n");
    m_site.reload();
    EXPECT_THAT(m_site.gateway->err(), HasSubstr("map.test"));
    EXPECT_THAT(m_site.gateway->err(), HasSubstr("what ACME sends"));
    // The first one's number again would be a second copy of it.
    const std::string second = replaced(m_site.sample, "PO-DEMO", "PO-OLD-2");
    m_site.send(replaced(replaced(second, "*000000001*0*P", "*000000002*0*P"),
                         "IEA*1*000000001",
                         "IEA*1*000000002"));
    m_site.await_document("PO-OLD-2", "posted");
    m_site.stop();
}

TEST_F(HeldOrder, AChargeHoldsTheOrderUnlessTheAgreementSaysOtherwise) {
    std::string charged = replaced(m_site.sample, "PO-DEMO", "PO-CHARGE");
    charged = replaced(charged, "CTT*2~", "SAC*C*D240***1500~\nCTT*2~");
    charged = replaced(charged, "SE*14*", "SE*15*");
    m_site.start();
    m_site.send(charged);
    const auto held = m_site.await_document("PO-CHARGE", "held");
    EXPECT_THAT(held["next"]["reason"].get<std::string>(), HasSubstr("hold_adjustments = false"));
    const auto agreement = m_site.path("partners/acme.toml");
    testing::write_text(agreement, testing::read_text(agreement) + "hold_adjustments = false\n");
    m_site.reload();
    EXPECT_EQ(m_site.command({"doc", "release", held["id"].get<std::string>()}).code, 0);
    m_site.await_document("PO-CHARGE", "posted");
    EXPECT_EQ(m_site.orders("PO-CHARGE"), 1);
    m_site.stop();
}

TEST_F(HeldOrder, AMisspeltOptionIsRefusedWithANearMatchAndAGoodOneIsShown) {
    const auto agreement = m_site.path("partners/acme.toml");
    const std::string before = testing::read_text(agreement);
    testing::write_text(agreement, before + "item_tabel = \"x.csv\"\n");
    const auto refused = m_site.command({"check"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_THAT(refused.err, HasSubstr("did you mean item_table?"));
    testing::write_text(agreement, before + "hold_allocations = false\n");
    const auto shown = m_site.command({"config", "show", "--effective"});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("hold_allocations = false"));
    EXPECT_THAT(shown.out, HasSubstr("hold_adjustments = true"));
}

}  // namespace
}  // namespace sallyport::daemon
