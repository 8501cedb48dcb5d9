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
