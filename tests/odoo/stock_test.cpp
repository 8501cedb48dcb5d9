// SPDX-License-Identifier: Apache-2.0
// Stock for partners who ask: whose numbers are answered, how old an answer may be, and that the account can do nothing else.
#include "gateway/odoo/stock.h"

#include "tests/support/temp_dir.h"

#include "gateway/base/file.h"
#include "gateway/odoo/rights.h"
#include "gateway/odoo/values.h"
#include "gateway/odoo_double/odoo_double.h"

#include <gtest/gtest.h>

namespace sallyport::odoo {
namespace {

class StepClock final : public Clock {
public:
    Instant now() const override { return at; }
    std::chrono::steady_clock::time_point steady_now() const override { return steady; }
    void advance(std::chrono::seconds by) {
        at += by;
        steady += by;
    }
    Instant at{std::chrono::seconds{1'795'000'000}};
    std::chrono::steady_clock::time_point steady{std::chrono::hours{1}};
};

class StockTest : public ::testing::Test {
protected:
    void SetUp() override {
        auto key = std::string(40, 'a');
        odoo_double::Options options;
        options.file = directory.path() / "odoo.db";
        options.seed = odoo_double::demo_seed();
        Json& seed = options.seed;
        // What the recorded server had.
        seed["stock.quant"] = Json::parse(R"([
          {"id": 1, "product_id": 2, "location_id": 8, "quantity": 99980.0, "reserved_quantity": 50.0},
          {"id": 2, "product_id": 3, "lot_id": 1, "location_id": 8, "quantity": 20.0, "reserved_quantity": 20.0},
          {"id": 3, "product_id": 3, "lot_id": 2, "location_id": 8, "quantity": 500.0},
          {"id": 4, "product_id": 4, "lot_id": 3, "location_id": 8, "quantity": 1.0},
          {"id": 5, "product_id": 4, "lot_id": 4, "location_id": 8, "quantity": 1.0},
          {"id": 6, "product_id": 4, "lot_id": 5, "location_id": 8, "quantity": 1.0},
          {"id": 7, "product_id": 4, "lot_id": 6, "location_id": 8, "quantity": 1.0},
          {"id": 8, "product_id": 4, "lot_id": 7, "location_id": 8, "quantity": 1.0},
          {"id": 9, "product_id": 4, "location_id": 8, "owner_id": 10, "quantity": 70.0},
          {"id": 10, "product_id": 2, "location_id": 5, "quantity": 700.0}])");
        options.accounts = odoo_double::outgoing_accounts(key);
        auto started = odoo_double::OdooDouble::start(std::move(options), system);
        ASSERT_TRUE(started) << started.error().text();
        odoo = *std::move(started);
        client = connect(stock_fence());
        items.agreements["acme"].items = {
            {"A-1", "EDI-1001"}, {"A-3", "EDI-1003"}, {"A-9", "GONE"}};
        items.agreements["bolt"].items = {{"B-2", "EDI-1002"}};
        items.items = {{"ALL-2", "EDI-1002"}};
    }
    std::unique_ptr<Client> connect(Fence fence) {
        ClientOptions options;
        options.url = odoo->url();
        options.database = "demo";
        options.login = "stock-inquiry";
        options.keys.emplace_back(std::string(40, 'a'));
        auto made = Client::make(std::move(options), std::move(fence), system);
        EXPECT_TRUE(made);
        return *std::move(made);
    }
    std::string level(Stock& stock, const std::string& partner, const std::string& sku) {
        auto answer = stock.stock(partner, {sku});
        if (!answer) return std::string(answer.error().code());
        if (answer->levels.empty()) return answer->unknown.empty() ? "nothing" : "unknown";
        return answer->levels[0].available + " " + answer->levels[0].unit +
               (answer->stale ? " stale" : "");
    }
    std::size_t asked() const { return odoo->calls("stock.quant", "read_group"); }

    testing_support::TempDir directory;
    SystemClock system;
    StepClock clock;
    std::unique_ptr<odoo_double::OdooDouble> odoo;
    std::unique_ptr<Client> client;
    OrdersOptions items;
};

TEST_F(StockTest, TheDoubleAnswersAsARealOdooDid) {
    const auto every = connect(stock_fence().with(
        {{"stock.move", "search_read", {"id"}}, {"sale.order", "search_read", {"id"}}}));
    const Json recording =
        Json::parse(*read_file(std::string(SALLYPORT_GOLDEN_DIR) + "/odoo/stock.json", 1U << 20U));
    unsigned steps = 0;
    for (const Json& step : recording["steps"]) {
        SCOPED_TRACE(step["note"].get<std::string>());
        auto answer = every->call(
            {.model = step["model"], .method = step["method"], .ids = {}, .arguments = step["kw"]});
        ++steps;
        if (step.contains("error")) {
            ASSERT_FALSE(answer);
            EXPECT_EQ(answer.error().code(), "odoo.rights");
            continue;
        }
        ASSERT_TRUE(answer) << answer.error().text();
        const auto told = parse_reply(step["result"].dump());
        EXPECT_EQ(answer->dump(), told->dump());
    }
    EXPECT_EQ(steps, 7U);
}

TEST_F(StockTest, NeedsNoRightBeyondWhatEveryInternalUserHas) {
    const auto prober = connect(rights_fence());
    auto report = probe_rights(*prober, Flow::StockInquiry, "stock-inquiry", system.now());
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_TRUE(require_scoped(*report)) << report->text();
}

TEST_F(StockTest, APartnerSeesItsOwnItemNumbersAndNobodyElses) {
    Stock stock(*client, items, {}, clock);
    EXPECT_EQ(level(stock, "acme", "A-1"), "99930 Units")
        << "without what is reserved or elsewhere";
    EXPECT_EQ(level(stock, "acme", "A-3"), "5 Units") << "without the goods of others";
    EXPECT_EQ(level(stock, "acme", "ALL-2"), "500 Units");
    EXPECT_EQ(level(stock, "bolt", "B-2"), "500 Units");
    for (const auto& [partner, sku] :
         std::vector<std::pair<std::string, std::string>>{{"acme", "B-2"},
                                                          {"bolt", "A-1"},
                                                          {"acme", "EDI-1001"},
                                                          {"acme", "A-9"},
                                                          {"acme", "nowhere"},
                                                          {"stranger", "ALL-2"}})
        EXPECT_EQ(level(stock, partner, sku), "unknown") << partner << " " << sku;
}

TEST_F(StockTest, AnswersComeFromMemoryWhileTheyAreFreshAndSayTheirTime) {
    Stock stock(*client, items, {}, clock);
    const Instant first = clock.now();
    level(stock, "acme", "A-1");
    level(stock, "acme", "A-9");
    EXPECT_EQ(asked(), 1U) << "what is nowhere asks for no quantities";
    const std::size_t searched = odoo->calls("product.product", "search_read");
    clock.advance(std::chrono::seconds{59});
    auto answer = stock.stock("acme", {"A-1", "A-9", "B-2"});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->as_of, first);
    EXPECT_FALSE(answer->stale);
    EXPECT_EQ(asked(), 1U);
    EXPECT_EQ(odoo->calls("product.product", "search_read"), searched)
        << "unknown numbers are remembered too";
    clock.advance(std::chrono::seconds{2});
    ASSERT_TRUE(odoo->act(
        "stock.quant", "write", Json::array({Json::array({1}), Json{{"quantity", 60.5}}})));
    EXPECT_EQ(level(stock, "acme", "A-1"), "10.5 Units");
    ASSERT_TRUE(odoo->act(
        "stock.quant", "write", Json::array({Json::array({1}), Json{{"quantity", 7.0}}})));
    clock.advance(std::chrono::seconds{61});
    EXPECT_EQ(level(stock, "acme", "A-1"), "0 Units") << "never less than nothing";
}

TEST_F(StockTest, WithoutOdooTheLastAnswerIsMarkedAndEndsWhenItIsTooOld) {
    Stock stock(*client, items, {}, clock);
    EXPECT_EQ(level(stock, "acme", "A-1"), "99930 Units");
    odoo->stop();
    clock.advance(std::chrono::hours{23});
    EXPECT_EQ(level(stock, "acme", "A-1"), "99930 Units stale");
    EXPECT_EQ(level(stock, "acme", "A-3"), "odoo.connect") << "never asked before";
    clock.advance(std::chrono::hours{2});
    EXPECT_EQ(level(stock, "acme", "A-1"), "odoo.connect");
    EXPECT_EQ(level(stock, "acme", "nowhere"), "unknown") << "needs nobody";
}

TEST_F(StockTest, ReferencesOfTwoProductsAreUnknown) {
    ASSERT_TRUE(odoo->act("product.product",
                          "write",
                          Json::array({Json::array({3}), Json{{"default_code", "EDI-1001"}}})));
    Stock stock(*client, items, {}, clock);
    EXPECT_EQ(level(stock, "acme", "A-1"), "unknown");
}

TEST_F(StockTest, RemembersNoMoreThanItMay) {
    Stock stock(*client, items, {.kept = 1}, clock);
    level(stock, "acme", "A-1");
    clock.advance(std::chrono::seconds{1});
    level(stock, "acme", "A-3");
    EXPECT_EQ(asked(), 2U);
    level(stock, "acme", "A-1");
    EXPECT_EQ(asked(), 3U) << "the older answer had to go";
}

TEST_F(StockTest, AnotherTableCountsFromTheNextQuestionOn) {
    Stock stock(*client, items, {}, clock);
    EXPECT_EQ(level(stock, "acme", "A-1"), "99930 Units");
    items.agreements["acme"].items.clear();
    stock.use(items);
    EXPECT_EQ(level(stock, "acme", "A-1"), "unknown");
}

}  // namespace
}  // namespace sallyport::odoo
