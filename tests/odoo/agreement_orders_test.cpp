// SPDX-License-Identifier: Apache-2.0
// What one agreement says otherwise than the rest, options exchanged while it runs, and the account that may do too much.
#include "fixtures.h"
#include "tests/support/temp_dir.h"

#include "gateway/odoo/orders.h"
#include "gateway/odoo/scoped.h"
#include "gateway/odoo_double/odoo_double.h"

#include <gtest/gtest.h>

#include <memory>

namespace sallyport::odoo {
namespace {

using flow::Missing;
using flow::Posted;
using Json = nlohmann::ordered_json;

constexpr const char* Key = "0123456789abcdef0123456789abcdef01234567";

class FakeSteady final : public Clock {
public:
    Instant now() const override { return m_system.now(); }
    std::chrono::steady_clock::time_point steady_now() const override {
        return m_system.steady_now() + m_ahead;
    }
    void advance(std::chrono::seconds by) { m_ahead += by; }

private:
    SystemClock m_system;
    std::chrono::seconds m_ahead{0};
};

class AgreementOrdersTest : public testing::Test {
protected:
    void start(odoo_double::Account account) {
        odoo_double::Options options;
        options.file = m_directory.path() / "odoo.sqlite";
        m_login = account.login;
        options.accounts = {std::move(account)};
        auto started = odoo_double::OdooDouble::start(std::move(options), m_clock);
        ASSERT_TRUE(started) << started.error().text();
        m_double = *std::move(started);
        m_client = connect(fixture::fence());
    }
    std::unique_ptr<Client> connect(const Fence& fence) {
        ClientOptions options;
        options.url = m_double->url();
        options.database = "demo";
        options.login = m_login;
        options.keys.emplace_back(Key);
        return *Client::make(std::move(options), fence, m_clock);
    }
    void use(OrdersOptions options) {
        m_orders = std::make_unique<Orders>(
            *m_client, std::move(options), m_clock, m_random, [](std::chrono::milliseconds) {});
    }
    static flow::OrderPosting one_line(Json item, const std::string& unit = "unit") {
        auto posting = fixture::posting("PO-1");
        posting.order["lines"] = {
            {{"no", "1"}, {"quantity", "2"}, {"unit", unit}, {"price", "10.95"}, {"item", item}}};
        return posting;
    }
    Missing missing(const flow::OrderPosting& posting) {
        auto outcome = m_orders->post_order(posting);
        EXPECT_TRUE(outcome) << outcome.error().text();
        if (!outcome || !std::holds_alternative<Missing>(*outcome)) return {};
        return std::get<Missing>(*outcome);
    }
    bool posts(const flow::OrderPosting& posting) {
        auto outcome = m_orders->post_order(posting);
        EXPECT_TRUE(outcome) << outcome.error().text();
        return outcome && std::holds_alternative<Posted>(*outcome);
    }

    testing_support::TempDir m_directory;
    FakeSteady m_clock;
    SystemRandom m_random;
    std::string m_login;
    std::unique_ptr<odoo_double::OdooDouble> m_double;
    std::unique_ptr<Client> m_client;
    std::unique_ptr<Orders> m_orders;
};

TEST_F(AgreementOrdersTest, TheAgreementsItemTableComesBeforeThatForEverybody) {
    start(odoo_double::orders_in_account(Key));
    OrdersOptions options;
    options.items = {{"B-9", "NOT-OURS"}, {"B-8", "EDI-1001"}};
    options.agreements["acme"].items = {{"B-9", "EDI-1001"}};
    use(options);
    EXPECT_TRUE(posts(one_line({{"buyer_code", "B-9"}})));
    auto other = one_line({{"buyer_code", "B-8"}});
    other.business_key = "acme|order|PO-2|original";
    other.order["number"] = "PO-2";
    EXPECT_TRUE(posts(other)) << "what the agreement's table lacks, the general one may know";
}

TEST_F(AgreementOrdersTest, ARowAddedWhileItRunsCountsFromTheNextOrderOn) {
    start(odoo_double::orders_in_account(Key));
    use({});
    const auto posting = one_line({{"buyer_code", "B-9"}});
    const auto unknown = missing(posting);
    ASSERT_EQ(unknown.size(), 1U);
    EXPECT_EQ(unknown[0].kind, "product");
    EXPECT_NE(unknown[0].remedy.find("odoo.item_table"), std::string::npos) << unknown[0].remedy;
    OrdersOptions next;
    next.agreements["acme"].items = {{"B-9", "EDI-1001"}};
    m_orders->use(next);
    EXPECT_TRUE(posts(posting));
}

TEST_F(AgreementOrdersTest, AUnitOfThePartnersOwnIsTakenFromItsAgreement) {
    start(odoo_double::orders_in_account(Key));
    OrdersOptions options;
    options.units = {{"pack", "uom.nothing_there"}};
    use(options);
    const auto posting = one_line({{"seller_code", "EDI-1001"}}, "pack");
    ASSERT_EQ(missing(posting).size(), 1U);
    options.agreements["acme"].units = {{"pack", "uom.product_uom_dozen"}};
    m_orders->use(options);
    EXPECT_TRUE(posts(posting));
    const Json lines = m_double->records("sale.order.line");
    ASSERT_EQ(lines.size(), 1U);
}

TEST_F(AgreementOrdersTest, AllowancesHoldTheOrderUnlessTheAgreementPutsThemIntoTheNote) {
    start(odoo_double::orders_in_account(Key));
    OrdersOptions options;
    options.agreements["acme"] = {};
    use(options);
    auto posting = one_line({{"seller_code", "EDI-1001"}});
    posting.order["adjustments"] = {{{"kind", "allowance"}, {"code", "C310"}, {"amount", "5.00"}}};
    const auto held = missing(posting);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_NE(held[0].remedy.find("hold_adjustments = false"), std::string::npos) << held[0].remedy;
    options.agreements["acme"].hold_adjustments = false;
    m_orders->use(options);
    EXPECT_TRUE(posts(posting));
    EXPECT_NE(m_double->records("mail.message").dump().find("C310"), std::string::npos);
}

TEST_F(AgreementOrdersTest, AllocationsHoldTheOrderUnlessTheAgreementPutsThemIntoTheNote) {
    start(odoo_double::orders_in_account(Key));
    OrdersOptions options;
    use(options);
    auto posting = one_line({{"seller_code", "EDI-1001"}});
    posting.order["lines"][0]["allocations"] = {{{"buyer_code", "STORE-1"}, {"quantity", "1"}},
                                                {{"buyer_code", "STORE-2"}, {"quantity", "1"}}};
    const auto held = missing(posting);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_NE(held[0].remedy.find("hold_allocations = false"), std::string::npos) << held[0].remedy;
    options.agreements["acme"].hold_allocations = false;
    m_orders->use(options);
    EXPECT_TRUE(posts(posting));
}

// --- the account --------------------------------------------------------------------------------------------------------

TEST_F(AgreementOrdersTest, NothingIsPostedWithAnAccountThatMayDoTooMuch) {
    start(odoo_double::administrator_account(Key));
    use({});
    ScopedBackOffice scoped(*m_orders, connect(rights_fence()), {.login = m_login}, m_clock);
    const auto posting = one_line({{"seller_code", "EDI-1001"}});
    const auto refused = scoped.post_order(posting);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "odoo.rights.excess");
    EXPECT_EQ(refused.error().blame(), Blame::Operator) << "parked, not repeated";
    EXPECT_NE(refused.error().what().find("base.group_system"), std::string::npos);
    EXPECT_EQ(m_double->records("sale.order").size(), 0U);
    EXPECT_FALSE(scoped.ping());
}

TEST_F(AgreementOrdersTest, ATestGatewayPostsAllTheSame) {
    start(odoo_double::administrator_account(Key));
    use({});
    ScopedBackOffice scoped(
        *m_orders, connect(rights_fence()), {.login = m_login, .enforced = false}, m_clock);
    EXPECT_TRUE(scoped.post_order(one_line({{"seller_code", "EDI-1001"}})));
    EXPECT_EQ(m_double->calls("sale.order", "check_access_rights"), 0U);
}

TEST_F(AgreementOrdersTest, TheVerdictIsKeptForAWhile) {
    start(odoo_double::orders_in_account(Key));
    use({});
    ScopedBackOffice scoped(*m_orders, connect(rights_fence()), {.login = m_login}, m_clock);
    const auto posting = one_line({{"seller_code", "EDI-1001"}});
    EXPECT_TRUE(scoped.post_order(posting));
    const auto asked = m_double->calls("sale.order", "check_access_rights");
    EXPECT_GT(asked, 0U);
    EXPECT_TRUE(scoped.post_order(posting));
    EXPECT_EQ(m_double->calls("sale.order", "check_access_rights"), asked);
    m_clock.advance(std::chrono::hours(1));
    EXPECT_TRUE(scoped.post_order(posting));
    EXPECT_EQ(m_double->calls("sale.order", "check_access_rights"), 2 * asked)
        << "rights change: people grant more when something is in a hurry";
}

TEST_F(AgreementOrdersTest, AnOdooThatCannotBeAskedIsTriedAgainLater) {
    start(odoo_double::orders_in_account(Key));
    use({});
    ScopedBackOffice scoped(*m_orders, connect(rights_fence()), {.login = m_login}, m_clock);
    m_double->stop();
    const auto failed = scoped.post_order(one_line({{"seller_code", "EDI-1001"}}));
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().blame(), Blame::Network) << failed.error().text();
}

}  // namespace
}  // namespace sallyport::odoo
