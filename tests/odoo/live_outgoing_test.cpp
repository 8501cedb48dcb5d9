// SPDX-License-Identifier: Apache-2.0
// What goes out, from a real Odoo: runs only when SALLYPORT_ODOO_URL, _DB, _LOGIN, _KEY_FILE, _ADMIN_LOGIN and _ADMIN_KEY_FILE
// name one with the master data of the demonstration seed. The rights of the accounts are tried elsewhere (doctor); here an
// administrator reads, behind the fences of the flows, and validates the delivery as a person would.
#include "fixtures.h"

#include "gateway/base/file.h"
#include "gateway/odoo/outgoing.h"
#include "gateway/odoo/values.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <memory>

namespace sallyport::odoo {
namespace {

std::string setting(const std::string& name) {
    const char* value = std::getenv(("SALLYPORT_ODOO_" + name).c_str());  // NOLINT
    return value == nullptr ? std::string() : std::string(value);
}

class OneOrder final : public Books {
public:
    Result<std::optional<KnownOrder>> order_behind(std::int64_t sale_order) override {
        return sale_order == id ? std::optional<KnownOrder>(known) : std::nullopt;
    }
    bool wanted(const std::string&, const std::string&) override { return true; }
    Result<std::string> recall(const std::string& name) override { return memory[name]; }
    Status remember(const std::string& name, const std::string& value) override {
        memory[name] = value;
        return {};
    }
    Result<std::int64_t> next_number(const std::string&, std::int64_t) override { return ++number; }
    Status submit(const OutgoingDocument& document) override {
        documents.push_back(document);
        return {};
    }

    std::int64_t id = 0;
    KnownOrder known{};
    std::map<std::string, std::string> memory{};
    std::vector<OutgoingDocument> documents{};
    std::int64_t number = 0;
};

class LiveOutgoing : public testing::Test {
protected:
    void SetUp() override {
        for (const char* name : {"URL", "DB", "LOGIN", "KEY_FILE", "ADMIN_LOGIN", "ADMIN_KEY_FILE"})
            if (setting(name).empty())
                GTEST_SKIP() << "SALLYPORT_ODOO_" << name
                             << " is not set: no real Odoo to test against";
    }
    std::unique_ptr<Client> connect(const std::string& prefix, Fence fence) {
        ClientOptions options;
        options.url = setting("URL");
        options.database = setting("DB");
        options.login = setting(prefix + "LOGIN");
        auto key = *read_file(setting(prefix + "KEY_FILE"), 4096);
        while (!key.empty() && key.back() == '\n')
            key.pop_back();
        options.keys.emplace_back(key);
        return *Client::make(std::move(options), std::move(fence), m_clock);
    }
    // Validates the order's delivery.
    std::int64_t delivered(std::int64_t order) {
        auto person = connect("ADMIN_",
                              Fence({{"stock.picking", "search_read", {"sale_id"}},
                                     {"stock.picking", "button_validate", {}}}));
        auto pickings = person->call(
            {.model = "stock.picking",
             .method = "search_read",
             .ids = {},
             .arguments = {{"domain", Json::array({Json::array({"sale_id", "=", order})})},
                           {"fields", {"sale_id"}}},
             .context = Json::object()});
        EXPECT_TRUE(pickings) << pickings.error().text();
        const auto picking = (*pickings)[0]["id"].get<std::int64_t>();
        auto done = person->call({.model = "stock.picking",
                                  .method = "button_validate",
                                  .ids = std::vector<std::int64_t>{picking},
                                  .arguments = Json::object(),
                                  .context = Json::object()});
        EXPECT_TRUE(done) << done.error().text();
        return picking;
    }
    SystemClock m_clock;
    SystemRandom m_random;
};

}  // namespace

TEST_F(LiveOutgoing, AnswersAnOrderAndTellsItsDelivery) {
    auto orders_in = connect("", fixture::fence());
    Orders orders(*orders_in, fixture::options(), m_clock, m_random, fixture::no_pause);
    auto posting = fixture::posting("LIVE-" + new_id(m_clock.now(), m_random));
    posting.confirm = true;
    auto posted = orders.post_order(posting);
    ASSERT_TRUE(posted) << posted.error().text();
    ASSERT_TRUE(std::holds_alternative<flow::Posted>(*posted));
    OneOrder books;
    books.id = std::get<flow::Posted>(*posted).id;
    books.known = {posting.document, "acme", text_of(posting.order, "number"), posting.order};

    auto responses = connect("ADMIN_", responses_out_fence(fixture::options()));
    auto shipments = connect("ADMIN_", shipments_out_fence(fixture::options(), "x_sscc"));
    OutgoingOptions options;
    options.database = setting("DB");
    options.orders = fixture::options();
    Outgoing outgoing(
        books, {.responses = responses.get(), .shipments = shipments.get()}, options, m_clock);
    auto answered = outgoing.order(books.id);
    ASSERT_TRUE(answered) << answered.error().text();
    ASSERT_EQ(books.documents.size(), 1U);
    const Json& answer = books.documents[0].canonical;
    EXPECT_EQ(answer["status"], "accepted") << answer.dump(1);
    EXPECT_EQ(answer["lines"][2]["confirmed"], "3");
    EXPECT_EQ(answer["lines"][2]["unit"], "case");
    EXPECT_EQ(answer["lines"][3]["price"], "333.00");
    ASSERT_TRUE(outgoing.order(books.id));
    EXPECT_EQ(books.documents.size(), 1U) << "once";

    const auto picking = delivered(books.id);
    auto told = outgoing.picking(picking);
    ASSERT_TRUE(told) << told.error().text();
    ASSERT_EQ(books.documents.size(), 2U);
    const Json& items = books.documents[1].canonical["shipment"]["orders"][0]["items"];
    ASSERT_GE(items.size(), 4U) << books.documents[1].canonical.dump(1);
    EXPECT_EQ(items[0]["line_no"], "1");
}

TEST_F(LiveOutgoing, UnderstandsWhatTheWatchAsksFor) {
    auto watcher = connect("ADMIN_", watcher_fence());
    for (WatchedModel model :
         {watched_orders(), watched_pickings(), watched_move_lines(), watched_invoices()}) {
        auto page = watch_model(*watcher, std::move(model), m_clock)->page({}, 0, 100);
        ASSERT_TRUE(page) << page.error().text();
    }
}

}  // namespace sallyport::odoo
