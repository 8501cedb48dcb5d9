// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/rights.h"

#include "tests/support/temp_dir.h"

#include "gateway/odoo_double/odoo_double.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace sallyport::odoo {
namespace {

constexpr const char* Key = "0123456789abcdef0123456789abcdef01234567";

class RightsProbe : public testing::Test {
protected:
    Result<RightsReport> probe(odoo_double::Account account) {
        odoo_double::Options options;
        options.file = m_directory.path() / (account.login + ".sqlite");
        const std::string login = account.login;
        options.accounts.push_back(std::move(account));
        m_double = *odoo_double::OdooDouble::start(std::move(options), m_clock);
        ClientOptions client;
        client.url = m_double->url();
        client.database = "demo";
        client.login = login;
        client.keys.emplace_back(Key);
        const auto prober = *Client::make(std::move(client), rights_fence(), m_clock);
        for (int lost = 0; lost < m_lost; ++lost)
            m_double->arm({.kind = odoo_double::Fault::Kind::DropAfterCommit,
                           .model = "",
                           .method = "check_access_rights"});
        return probe_rights(*prober, Flow::OrdersIn, login, m_clock.now());
    }

    testing_support::TempDir m_directory;
    SystemClock m_clock;
    std::unique_ptr<odoo_double::OdooDouble> m_double;
    int m_lost = 0;  // replies
};

// It starved every posting when one call in thirty was lost: a hundred in a row seldom come through.
TEST_F(RightsProbe, AsksAgainWhenAReplyIsLost) {
    m_lost = 2;
    const auto report = probe(odoo_double::orders_in_account(Key));
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(m_double->armed(), 0U);
    EXPECT_TRUE(require_scoped(*report));
}

TEST_F(RightsProbe, GivesUpWhenTheReplyIsLostThreeTimes) {
    m_lost = 3;
    const auto report = probe(odoo_double::orders_in_account(Key));
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code(), "odoo.reply.lost");
}

TEST_F(RightsProbe, AcceptsTheAccountWithTheLeastRightsThatWork) {
    const auto report = probe(odoo_double::orders_in_account(Key));
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_FALSE(report->missing()) << report->text();
    EXPECT_FALSE(report->excess()) << report->text();
    EXPECT_TRUE(require_scoped(*report));
}

TEST_F(RightsProbe, RefusesAnAdministratorsKey) {
    auto admin = odoo_double::administrator_account(Key);
    const auto report = probe(std::move(admin));
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_FALSE(report->missing());
    EXPECT_TRUE(report->excess());
    const auto verdict = require_scoped(*report);
    ASSERT_FALSE(verdict);
    EXPECT_EQ(verdict.error().code(), "odoo.rights.excess");
    EXPECT_NE(verdict.error().what().find("base.group_system"), std::string::npos)
        << verdict.error().what();
    EXPECT_NE(verdict.error().what().find("ir.rule rwcu"), std::string::npos)
        << verdict.error().what();
}

TEST_F(RightsProbe, NamesWhatIsMissing) {
    const auto report = probe(odoo_double::read_only_account(Key));
    ASSERT_TRUE(report) << report.error().text();
    const auto row = std::find_if(report->rows.begin(),
                                  report->rows.end(),
                                  [](const RightsRow& one) { return one.model == "sale.order"; });
    ASSERT_NE(row, report->rows.end());
    EXPECT_EQ(row->needed, "rwc");
    EXPECT_EQ(row->granted, "r");
    EXPECT_EQ(row->missing, "wc");
    EXPECT_EQ(require_scoped(*report).error().code(), "odoo.rights");
}

TEST_F(RightsProbe, FindsWriteWhereReadIsEnough) {
    auto account = odoo_double::orders_in_account(Key);
    account.rights["res.partner"] = "w";
    account.rights["sale.order"] = "rwcu";
    const auto report = probe(std::move(account));
    ASSERT_TRUE(report) << report.error().text();
    const auto verdict = require_scoped(*report);
    ASSERT_FALSE(verdict);
    EXPECT_NE(verdict.error().what().find("res.partner w, sale.order u"), std::string::npos)
        << verdict.error().what();
}

TEST_F(RightsProbe, FindsAnAccountThatCannotSendBecauseItHasNoAddress) {
    auto account = odoo_double::orders_in_account(Key);
    account.email.clear();
    const auto report = probe(std::move(account));
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(report->missing()) << report->text();
    EXPECT_NE(report->text().find("no e-mail address"), std::string::npos);
}

TEST(OdooSetup, QuotesWhatTheOperatorTyped) {
    const auto script =
        setup_script(Flow::OrdersIn, "x'); import os #\\", "a@example.com\nprint(1)");
    EXPECT_NE(script.find(R"('x\'); import os #\\')"), std::string::npos) << script;
    EXPECT_NE(script.find("'a@example.comprint(1)'"), std::string::npos) << script;
    EXPECT_NE(setup_text(Flow::OrdersIn, "orders-in", "a@example.com")
                  .find("sale.order: read, write, create\n"),
              std::string::npos);
}

TEST(OdooFlows, HaveNamesBothWays) {
    EXPECT_EQ(flow_from("bill-in"), Flow::BillIn);
    EXPECT_EQ(to_string(Flow::InventoryOut), "inventory-out");
    EXPECT_EQ(flow_from("stock-inquiry"), Flow::StockInquiry);
    EXPECT_FALSE(flow_from("orders"));
}

}  // namespace
}  // namespace sallyport::odoo
