// SPDX-License-Identifier: Apache-2.0
// Changes of orders on a real Odoo: runs only when SALLYPORT_ODOO_URL, _DB, _LOGIN and _KEY_FILE are set.
#include "fixtures.h"

#include "gateway/base/file.h"
#include "gateway/flow/order_change.h"
#include "gateway/odoo/order_changes.h"
#include "gateway/odoo/values.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <future>
#include <memory>
#include <vector>

namespace sallyport::odoo {
namespace {

std::string setting(const std::string& name) {
    const char* value = std::getenv(("SALLYPORT_ODOO_" + name).c_str());  // NOLINT
    return value == nullptr ? std::string() : std::string(value);
}

class LiveChanges : public testing::Test {
protected:
    void SetUp() override {
        for (const char* name : {"URL", "DB", "LOGIN", "KEY_FILE"})
            if (setting(name).empty())
                GTEST_SKIP() << "SALLYPORT_ODOO_" << name
                             << " is not set: no real Odoo to test against";
        ClientOptions options;
        options.url = setting("URL");
        options.database = setting("DB");
        options.login = setting("LOGIN");
        auto key = *read_file(setting("KEY_FILE"), 4096);
        while (!key.empty() && key.back() == '\n')
            key.pop_back();
        options.keys.emplace_back(key);
        options.max_parallel = 4;
        m_client = *Client::make(std::move(options), fixture::fence(), m_clock);
        m_orders = std::make_unique<Orders>(
            *m_client, fixture::options(), m_clock, m_random, fixture::no_pause);
        auto posting = fixture::posting("LIVE-" + new_id(m_clock.now(), m_chance));
        posting.confirm = true;
        auto posted = m_orders->post_order(posting);
        ASSERT_TRUE(posted) << posted.error().text();
        ASSERT_TRUE(std::holds_alternative<flow::Posted>(*posted));
        m_posting = {.document = "01J" + posting.document,
                     .partner = "acme",
                     .order_key = posting.business_key,
                     .change_key = posting.business_key + "|1",
                     .record = std::get<flow::Posted>(*posted).id,
                     .customer = posting.customer,
                     .order = posting.order,
                     .change = {},
                     .original = {}};
    }

    std::string made(const std::string& content, const std::string& which) {
        m_posting.change = Json::parse(content);
        m_posting.change_key = m_posting.order_key + "|" + which;
        auto outcome = m_orders->change_order(m_posting);
        if (!outcome) return std::string(outcome.error().code()) + ": " + outcome.error().what();
        if (!std::holds_alternative<flow::Changed>(*outcome)) return "missing";
        return verdicts_text(std::get<flow::Changed>(*outcome).verdicts);
    }
    // Quantity and price of each line, as Odoo has them.
    std::string lines() {
        auto found = m_client->call(
            {.model = "sale.order.line",
             .method = "search_read",
             .ids = {},
             .arguments = {{"domain",
                            Json::array({Json::array({"order_id", "=", m_posting.record})})},
                           {"fields", {"product_uom_qty", "price_unit"}},
                           {"order", "id"}},
             .context = Json::object()});
        EXPECT_TRUE(found) << found.error().text();
        std::string all;
        for (const Json& one : *found)
            all += text_of(one, "product_uom_qty") + "@" + text_of(one, "price_unit") + " ";
        return all;
    }

    SystemClock m_clock;
    SystemRandom m_chance;
    fixture::SteadyRandom m_random;
    std::unique_ptr<Client> m_client;
    std::unique_ptr<Orders> m_orders;
    flow::ChangePosting m_posting;
};

}  // namespace

TEST_F(LiveChanges, AreMadeOnceWhoeverMakesThemAtTheSameTimeAndKeepThePrice) {
    m_posting.change = Json::parse(R"({"purpose": "change", "number": "X", "change_number": "1",
        "dates": [{"kind": "deliver", "at": "2026-12-24"}], "lines": [
        {"no": "1", "change": "quantity_down", "quantity": "20", "unit": "unit"},
        {"no": "2", "change": "delete"},
        {"no": "9", "change": "add", "quantity": "5", "unit": "unit", "price": "2.22",
         "item": {"seller_code": "EDI-1001"}}]})");
    std::vector<std::future<Result<std::variant<flow::Changed, flow::Missing>>>> all;
    for (int at = 0; at < 4; ++at)
        all.push_back(
            std::async(std::launch::async, [&] { return m_orders->change_order(m_posting); }));
    int good = 0;
    for (auto& one : all) {
        auto outcome = one.get();
        if (!outcome) {
            EXPECT_EQ(outcome.error().code(), "odoo.busy") << outcome.error().text();
            continue;
        }
        ++good;
        EXPECT_EQ(verdicts_text(std::get<flow::Changed>(*outcome).verdicts),
                  "1 accepted | 2 accepted | 9 accepted");
    }
    EXPECT_GE(good, 1);
    EXPECT_EQ(lines(), "20.0@10.95 0.0@120.0 36.0@10.95 150.0@3.33 5.0@2.22 ");
}

TEST_F(LiveChanges, HoldAPriceAndCancelTheOrder) {
    EXPECT_TRUE(made(R"({"purpose": "change", "number": "X", "lines": [
        {"no": "1", "change": "price", "quantity": "24", "unit": "unit", "price": "1.00"}]})",
                     "1")
                    .starts_with("odoo.change.held: "));
    EXPECT_EQ(made(R"({"purpose": "cancellation", "number": "X"})", "2"), "* accepted");
    EXPECT_EQ(made(R"({"purpose": "cancellation", "number": "X"})", "2"), "* accepted");
    EXPECT_EQ(made(R"({"purpose": "change", "number": "X", "lines": [
        {"no": "1", "change": "quantity_down", "quantity": "20", "unit": "unit"}]})",
                   "3"),
              "* refused: the order is cancelled");
}

}  // namespace sallyport::odoo
