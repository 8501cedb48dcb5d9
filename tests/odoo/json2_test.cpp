// SPDX-License-Identifier: Apache-2.0
#include "fixtures.h"
#include "tests/support/temp_dir.h"

#include "gateway/odoo/classify.h"
#include "gateway/odoo/client.h"
#include "gateway/odoo/orders.h"
#include "gateway/odoo_double/odoo_double.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace sallyport::odoo {
namespace {

using odoo_double::Fault;
using odoo_double::OdooDouble;

constexpr const char* Key = "0123456789abcdef0123456789abcdef01234567";
constexpr const char* OtherKey = "89abcdef0123456789abcdef0123456789abcdef";

class Json2 : public testing::Test {
protected:
    void serve(int version, bool jsonrpc) {
        odoo_double::Options options;
        options.file = m_directory.path() / "odoo.sqlite";
        options.accounts = {odoo_double::orders_in_account(Key),
                            odoo_double::read_only_account(OtherKey)};
        options.version = version;
        options.jsonrpc = jsonrpc;
        auto started = OdooDouble::start(std::move(options), m_clock);
        ASSERT_TRUE(started) << started.error().text();
        m_double = *std::move(started);
    }

    std::unique_ptr<Client> connect(Protocol protocol = Protocol::Probe,
                                    const std::string& login = "orders-in",
                                    const std::string& key = Key,
                                    const std::string& database = "demo") {
        ClientOptions options;
        options.url = m_double->url();
        options.database = database;
        options.login = login;
        options.keys.emplace_back(key);
        options.protocol = protocol;
        return *Client::make(std::move(options), fixture::fence(), m_clock);
    }

    static Call look_up(const std::string& number) {
        return {
            .model = "sale.order",
            .method = "search_read",
            .ids = {},
            .arguments = {{"domain", {{"client_order_ref", "=", number}}}, {"fields", {"name"}}},
            .context = nlohmann::ordered_json::object()};
    }

    testing_support::TempDir m_directory;
    SystemClock m_clock;
    fixture::SteadyRandom m_random;
    std::unique_ptr<OdooDouble> m_double;
};

TEST_F(Json2, IsSpokenWithAServerThatHasNothingElse) {
    serve(19, false);
    auto client = connect();
    auto version = client->version();
    ASSERT_TRUE(version) << version.error().text();
    EXPECT_EQ(version->major, 19);
    auto user = client->authenticate();
    ASSERT_TRUE(user) << user.error().text();
    EXPECT_EQ(m_double->calls("res.users", "context_get"), 1U);
}

TEST_F(Json2, IsPreferredFrom19OnAndNeverTriedBefore) {
    serve(19, true);
    ASSERT_TRUE(connect()->authenticate());
    EXPECT_EQ(m_double->calls("res.users", "context_get"), 1U);
    m_double.reset();
    serve(17, true);
    ASSERT_TRUE(connect()->authenticate());
    EXPECT_EQ(m_double->calls("res.users", "context_get"), 0U);
}

TEST_F(Json2, CarriesAWholeOrderOnceHoweverOftenItIsPosted) {
    serve(19, false);
    auto client = connect();
    Orders orders(*client, fixture::options(), m_clock, m_random, fixture::no_pause);
    auto posting = fixture::posting("PO-1");
    posting.confirm = true;
    for (const bool existed : {false, true}) {
        auto outcome = orders.post_order(posting);
        ASSERT_TRUE(outcome) << outcome.error().text();
        ASSERT_TRUE(std::holds_alternative<flow::Posted>(*outcome));
        EXPECT_EQ(std::get<flow::Posted>(*outcome).state, "sale");
        EXPECT_EQ(std::get<flow::Posted>(*outcome).existed, existed);
    }
    EXPECT_EQ(m_double->records("sale.order").size(), 1U);
    EXPECT_EQ(m_double->records("sale.order.line").size(), 4U);
    EXPECT_EQ(m_double->records("ir.attachment").size(), 1U);
}

TEST_F(Json2, SurvivesALostReplyAtEveryCall) {
    serve(19, false);
    auto client = connect();
    Orders orders(*client, fixture::options(), m_clock, m_random, fixture::no_pause);
    std::size_t number = 0;
    for (const auto kind :
         {Fault::Kind::DropAfterCommit, Fault::Kind::DropBeforeCommit, Fault::Kind::CutReply})
        for (const char* method : {"load", "action_confirm"}) {
            SCOPED_TRACE(method);
            auto posting = fixture::posting("PO-" + std::to_string(++number));
            posting.confirm = true;
            m_double->arm({kind, "sale.order", method});
            const auto hurt = orders.post_order(posting);
            ASSERT_FALSE(hurt);
            EXPECT_EQ(hurt.error().blame(), Blame::Network) << hurt.error().text();
            ASSERT_TRUE(orders.post_order(posting));
            EXPECT_EQ(m_double->records("sale.order").size(), number);
            EXPECT_EQ(m_double->records("stock.picking").size(), number);
        }
}

TEST_F(Json2, RefusedKeysOpenTheCircuitAndAnotherAccountsKeyIsRefused) {
    serve(19, false);
    auto wrong = connect(Protocol::Probe, "orders-in", std::string(40, 'f'));
    EXPECT_EQ(wrong->authenticate().error().code(), "odoo.credentials");
    EXPECT_EQ(wrong->authenticate().error().code(), "odoo.circuit");
    auto other = connect(Protocol::Probe, "orders-in", OtherKey);
    const auto user = other->authenticate();
    ASSERT_FALSE(user);
    EXPECT_EQ(user.error().code(), "odoo.credentials");
    EXPECT_EQ(user.error().text().find(OtherKey), std::string::npos);
}

TEST_F(Json2, SaysWhoMustActWhenOdooRefuses) {
    serve(19, false);
    auto reader =
        connect(Protocol::Json2, odoo_double::read_only_account(OtherKey).login, OtherKey);
    const auto refused = reader->call({.model = "sale.order",
                                       .method = "action_confirm",
                                       .ids = std::vector<std::int64_t>{1},
                                       .arguments = nlohmann::ordered_json::object(),
                                       .context = nlohmann::ordered_json::object()});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "odoo.rights") << refused.error().text();
    auto client = connect(Protocol::Json2);
    m_double->arm({Fault::Kind::Busy, "sale.order", "search_read"});
    EXPECT_EQ(client->call(look_up("PO-1")).error().code(), "odoo.busy");
    m_double->arm({Fault::Kind::Unavailable, "sale.order", "search_read"});
    EXPECT_EQ(client->call(look_up("PO-1")).error().code(), "odoo.unavailable");
    EXPECT_TRUE(client->call(look_up("PO-1")));
    EXPECT_EQ(
        connect(Protocol::Json2, "orders-in", Key, "elsewhere")->authenticate().error().code(),
        "odoo.http")
        << "a database the server does not serve";
}

TEST(Json2Errors, AreReadInEachShapeTheyHaveHad) {
    struct Case {
        int status;
        const char* body;
        const char* code;
    };
    for (
        const Case& one :
        {Case{401,
              R"({"name":"werkzeug.exceptions.Unauthorized","message":"Invalid apikey"})",
              "odoo.credentials"},
         Case{401, "<html>401 Unauthorized</html>", "odoo.credentials"},
         Case{403,
              R"({"name":"odoo.exceptions.AccessError","message":"You are not allowed"})",
              "odoo.rights"},
         Case{404,
              R"({"name":"odoo.exceptions.MissingError","message":"Record does not exist"})",
              "odoo.record.missing"},
         Case{404, "<html>404</html>", "odoo.http"},
         Case{409, R"({"name":"odoo.exceptions.LockError","message":"cannot lock"})", "odoo.busy"},
         Case{422, R"({"name":"odoo.exceptions.UserError","message":"no"})", "odoo.refused"},
         Case{422, R"("missing a required argument: 'domain'")", "odoo.schema"},
         Case{500,
              R"({"name":"psycopg2.errors.SerializationFailure","message":"retry"})",
              "odoo.busy"},
         Case{
             500,
             R"({"name":"builtins.ValueError","message":"Invalid field","debug":"Traceback /srv"})",
             "odoo.schema"},
         Case{502, "<html>Bad Gateway</html>", "odoo.unavailable"}}) {
        const Error error = json2_error(one.status, one.body, "sale.order.load");
        EXPECT_EQ(error.code(), one.code) << one.body;
        EXPECT_EQ(error.text().find("Traceback"), std::string::npos);
    }
}

}  // namespace
}  // namespace sallyport::odoo
