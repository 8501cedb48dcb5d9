// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/order_batch.h"

#include "fixtures.h"
#include "tests/support/temp_dir.h"

#include "gateway/odoo/values.h"
#include "gateway/odoo_double/odoo_double.h"

#include <gtest/gtest.h>

#include <future>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace sallyport::odoo {
namespace {

using flow::Missing;
using flow::OrderOutcome;
using flow::OrderPosting;
using flow::Posted;
using odoo_double::Fault;
using odoo_double::OdooDouble;

constexpr const char* Key = "0123456789abcdef0123456789abcdef01234567";

class OrdersTogether : public testing::Test {
protected:
    void SetUp() override {
        odoo_double::Options options;
        options.file = m_directory.path() / "odoo.sqlite";
        options.accounts = {odoo_double::orders_in_account(Key)};
        auto started = OdooDouble::start(std::move(options), m_clock);
        ASSERT_TRUE(started) << started.error().text();
        m_double = *std::move(started);
        ClientOptions client;
        client.url = m_double->url();
        client.database = "demo";
        client.login = "orders-in";
        client.keys.emplace_back(Key);
        m_client = *Client::make(std::move(client), fixture::fence(), m_clock);
        m_orders = std::make_unique<Orders>(
            *m_client, fixture::options(), m_clock, m_random, fixture::no_pause);
    }

    static std::vector<OrderPosting> postings(int from, int count) {
        std::vector<OrderPosting> all;
        for (int at = from; at < from + count; ++at) {
            all.push_back(fixture::posting("PO-" + std::to_string(at)));
            all.back().confirm = true;
        }
        return all;
    }

    // Every one posted and confirmed; their ids.
    static std::vector<std::int64_t> expect_posted(const std::vector<OrderOutcome>& outcomes,
                                                   bool existed) {
        std::vector<std::int64_t> ids;
        for (const OrderOutcome& one : outcomes) {
            EXPECT_TRUE(one) << one.error().text();
            if (!one || !std::holds_alternative<Posted>(*one)) {
                ADD_FAILURE() << "not posted";
                continue;
            }
            const auto& posted = std::get<Posted>(*one);
            EXPECT_EQ(posted.state, "sale");
            EXPECT_EQ(posted.existed, existed);
            ids.push_back(posted.id);
        }
        return ids;
    }

    void expect_each_once(std::size_t orders) const {
        EXPECT_EQ(m_double->records("sale.order").size(), orders);
        EXPECT_EQ(m_double->records("sale.order.line").size(), 4 * orders);
        EXPECT_EQ(m_double->records("ir.attachment").size(), orders);
        EXPECT_EQ(m_double->records("stock.picking").size(), orders);
    }

    testing_support::TempDir m_directory;
    SystemClock m_clock;
    fixture::SteadyRandom m_random;
    std::unique_ptr<OdooDouble> m_double;
    std::unique_ptr<Client> m_client;
    std::unique_ptr<Orders> m_orders;
};

TEST_F(OrdersTogether, AreCreatedInOneCallAndFoundAgain) {
    const auto first = expect_posted(m_orders->post_orders(postings(1, 30)), false);
    EXPECT_EQ(m_double->calls("sale.order", "load"), 1U);
    EXPECT_EQ(m_double->calls("ir.attachment", "load"), 1U);
    EXPECT_EQ(m_double->calls("mail.message", "load"), 1U);
    EXPECT_EQ(m_double->calls("sale.order", "action_confirm"), 3U);
    EXPECT_EQ(m_double->calls("res.partner", "search_read"), 1U);
    EXPECT_EQ(m_double->calls("product.product", "search_read"), 1U);
    EXPECT_EQ(expect_posted(m_orders->post_orders(postings(1, 30)), true), first);
    EXPECT_EQ(m_double->calls("sale.order", "action_confirm"), 3U);
    expect_each_once(30);
}

TEST_F(OrdersTogether, AreNamedAndNumberedAsTheirDocumentsSay) {
    const auto ids = expect_posted(m_orders->post_orders(postings(1, 5)), false);
    std::map<std::int64_t, std::string> numbers;
    for (const Json& order : m_double->records("sale.order"))
        numbers[order["id"].get<std::int64_t>()] = text_of(order, "client_order_ref");
    for (std::size_t at = 0; at < ids.size(); ++at)
        EXPECT_EQ(numbers[ids[at]], "PO-" + std::to_string(at + 1));
}

TEST_F(OrdersTogether, SomeOfThemThereAlreadyAreNotMadeAgain) {
    expect_posted(m_orders->post_orders(postings(3, 2)), false);
    const auto outcomes = m_orders->post_orders(postings(1, 6));
    for (std::size_t at = 0; at < outcomes.size(); ++at) {
        ASSERT_TRUE(outcomes[at]);
        EXPECT_EQ(std::get<Posted>(*outcomes[at]).existed, at == 2 || at == 3) << at;
    }
    expect_each_once(6);
}

TEST_F(OrdersTogether, ForTheStoresOfOneDocumentAreNoDuplicatesOfEachOther) {
    const std::vector<std::string> stores{"0417", "0422", "0501"};
    const auto for_store = [&](const std::string& store, std::size_t known) {
        OrderPosting one = postings(1, 1).front();
        one.business_key += "|part:" + store;
        for (const std::string& other : std::span(stores).first(known))
            if (other != store)
                one.siblings.push_back(postings(1, 1).front().business_key + "|part:" + other);
        return one;
    };
    expect_posted(m_orders->post_orders(std::vector{for_store("0417", 2), for_store("0422", 2)}),
                  false);
    expect_posted(m_orders->post_orders(std::vector{for_store("0501", 3)}), false);
    expect_each_once(3);
    // The same number under a key that is no sibling's is another matter.
    const auto stranger = m_orders->post_orders(std::vector{for_store("0999", 2)});
    ASSERT_FALSE(stranger.front());
    EXPECT_EQ(stranger.front().error().code(), "odoo.order.duplicate");
    expect_each_once(3);
}

TEST_F(OrdersTogether, AllOfItForOneStoreSaysSoInTheNoteAndIsNotHeld) {
    OrderPosting one = postings(1, 1).front();
    one.order["mark_for"] = {{"buyer_code", "0417"}};
    for (auto& line : one.order["lines"])
        line["allocations"] = {{{"buyer_code", "0417"}, {"quantity", line["quantity"]}}};
    expect_posted(m_orders->post_orders(std::vector{one}), false);
    std::string notes;
    for (const Json& message : m_double->records("mail.message"))
        notes += text_of(message, "body");
    EXPECT_NE(notes.find("All of it is for store 0417."), std::string::npos) << notes;
    one = postings(2, 1).front();
    one.order["lines"][0]["allocations"] = {{{"buyer_code", "0417"}, {"quantity", "1"}},
                                            {{"buyer_code", "0422"}, {"quantity", "1"}}};
    const auto held = m_orders->post_orders(std::vector{one});
    ASSERT_TRUE(held.front());
    EXPECT_EQ(std::get<Missing>(*held.front()).front().kind, "allocation");
}

TEST_F(OrdersTogether, OneThatMissesAProductHoldsUpNoOther) {
    auto all = postings(1, 6);
    all[3].order["lines"][0]["item"] = {{"ean", "9999999999994"}};
    const auto outcomes = m_orders->post_orders(all);
    for (std::size_t at = 0; at < outcomes.size(); ++at) {
        ASSERT_TRUE(outcomes[at]) << outcomes[at].error().text();
        EXPECT_EQ(std::holds_alternative<Missing>(*outcomes[at]), at == 3) << at;
    }
    expect_each_once(5);
    EXPECT_EQ(m_double->calls("sale.order", "load"), 1U);
}

TEST_F(OrdersTogether, OneThatOdooRefusesHoldsUpNoOther) {
    expect_posted(m_orders->post_orders(postings(100, 1)), false);
    // The gateway still remembers the dozen; Odoo no longer has it.
    ASSERT_TRUE(m_double->act("uom.uom", "unlink", Json::array({Json::array({2})})));
    auto all = postings(1, 7);
    for (std::size_t at = 0; at < all.size(); ++at)
        if (at != 4) all[at].order["lines"][1]["unit"] = "unit";
    const auto outcomes = m_orders->post_orders(all);
    for (std::size_t at = 0; at < outcomes.size(); ++at)
        if (at != 4)
            EXPECT_TRUE(outcomes[at]) << outcomes[at].error().text();
        else
            ASSERT_FALSE(outcomes[at]);
    EXPECT_EQ(outcomes[4].error().code(), "odoo.load.refused");
    EXPECT_NE(outcomes[4].error().text().find("PO-5"), std::string::npos);
    expect_each_once(7);  // PO-100 and six of the seven
}

TEST_F(OrdersTogether, SurviveALostReplyAtEveryCall) {
    struct Step {
        const char* model;
        const char* method;
    };
    int number = 1;
    for (const auto kind :
         {Fault::Kind::DropAfterCommit, Fault::Kind::DropBeforeCommit, Fault::Kind::Unavailable})
        for (const Step step : {Step{"sale.order", "search_read"},
                                Step{"sale.order", "load"},
                                Step{"sale.order", "read"},
                                Step{"ir.attachment", "load"},
                                Step{"mail.message", "load"},
                                Step{"sale.order.line", "search_read"},
                                Step{"sale.order", "action_confirm"}}) {
            SCOPED_TRACE(std::string(step.model) + "." + step.method);
            const auto all = postings(number, 4);
            number += 4;
            m_double->arm({kind, step.model, step.method});
            for (const auto& hurt : m_orders->post_orders(all)) {
                ASSERT_FALSE(hurt);
                EXPECT_EQ(hurt.error().blame(), Blame::Network) << hurt.error().text();
            }
            ASSERT_EQ(m_double->armed(), 0U);
            for (const auto& outcome : m_orders->post_orders(all)) {
                ASSERT_TRUE(outcome) << outcome.error().text();
                EXPECT_EQ(std::get<Posted>(*outcome).state, "sale");
            }
            expect_each_once(static_cast<std::size_t>(number - 1));
        }
}

TEST_F(OrdersTogether, GoInSmallerCompanyAfterAReplyWasLost) {
    const auto all = postings(1, 8);
    m_double->arm({Fault::Kind::DropBeforeCommit, "sale.order", "load"});
    for (const auto& hurt : m_orders->post_orders(all))
        EXPECT_FALSE(hurt);
    EXPECT_EQ(m_double->calls("sale.order", "load"), 1U);
    expect_posted(m_orders->post_orders(all), false);
    EXPECT_EQ(m_double->calls("sale.order", "load"), 3U) << "two halves";
    expect_posted(m_orders->post_orders(postings(9, 8)), false);
    EXPECT_EQ(m_double->calls("sale.order", "load"), 4U) << "others are together as before";
}

TEST_F(OrdersTogether, TheSameOrderTwiceInOneBatchIsOneOrder) {
    auto all = postings(1, 2);
    all.push_back(all.front());
    const auto outcomes = m_orders->post_orders(all);
    ASSERT_TRUE(outcomes[2]) << outcomes[2].error().text();
    EXPECT_TRUE(std::get<Posted>(*outcomes[2]).existed);
    expect_each_once(2);
}

TEST_F(OrdersTogether, AreOneEachWhenFourGatewaysPostThemAtOnce) {
    std::vector<std::future<std::vector<OrderOutcome>>> posts;
    for (int i = 0; i < 4; ++i)
        posts.push_back(
            std::async(std::launch::async, [&] { return m_orders->post_orders(postings(1, 10)); }));
    for (auto& one : posts)
        for (const auto& outcome : one.get())
            ASSERT_TRUE(outcome) << outcome.error().text();
    expect_each_once(10);
}

TEST_F(OrdersTogether, WithAndWithoutAnAddressDoNotClearEachOthersDefaults) {
    auto all = postings(1, 4);
    all[1].order.erase("bill_to");
    all[2].order.erase("dates");
    expect_posted(m_orders->post_orders(all), false);
    EXPECT_EQ(m_double->calls("sale.order", "load"), 3U);
    expect_each_once(4);
}

TEST(CautionOfOrders, HalvesTheCompanyUntilOneIsAlone) {
    Caution caution;
    EXPECT_EQ(caution.limit("a", 50), 50U);
    caution.learn({"a", "b", "c", "d"});
    EXPECT_EQ(caution.limit("a", 50), 2U);
    caution.learn({"a", "b"});
    EXPECT_EQ(caution.limit("a", 50), 1U);
    EXPECT_EQ(caution.limit("c", 50), 2U);
    caution.learn({"a"});
    EXPECT_EQ(caution.limit("a", 50), 1U);
    caution.forget("a");
    EXPECT_EQ(caution.limit("a", 50), 50U);
}

}  // namespace
}  // namespace sallyport::odoo
