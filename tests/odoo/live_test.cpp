// SPDX-License-Identifier: Apache-2.0
// Against a real Odoo with the master data of the demonstration seed. Runs only when SALLYPORT_ODOO_URL, _DB, _LOGIN and
// _KEY_FILE are set; with SALLYPORT_ODOO_ADMIN_LOGIN and _ADMIN_KEY_FILE it also looks at what only an administrator sees.
#include "fixtures.h"

#include "gateway/base/file.h"
#include "gateway/odoo/values.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <future>
#include <memory>
#include <vector>

namespace sallyport::odoo {
namespace {

using flow::Missing;
using flow::Posted;

std::string setting(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

Secret key_from(const std::string& path) {
    auto text = *read_file(path, 4096);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
        text.pop_back();
    return Secret(text);
}

class LiveOdoo : public testing::Test {
protected:
    void SetUp() override {
        for (const char* name : {"SALLYPORT_ODOO_URL",
                                 "SALLYPORT_ODOO_DB",
                                 "SALLYPORT_ODOO_LOGIN",
                                 "SALLYPORT_ODOO_KEY_FILE"})
            if (setting(name).empty())
                GTEST_SKIP() << name << " is not set: no real Odoo to test against";
        m_client = make(setting("SALLYPORT_ODOO_LOGIN"),
                        key_from(setting("SALLYPORT_ODOO_KEY_FILE")),
                        fixture::fence());
        m_orders = std::make_unique<Orders>(
            *m_client, fixture::options(), m_clock, m_random, fixture::no_pause);
        m_number = "LIVE-" + new_id(m_clock.now(), m_random_of_system);
    }

    std::unique_ptr<Client> make(const std::string& login, Secret key, Fence fence) {
        ClientOptions options;
        options.url = setting("SALLYPORT_ODOO_URL");
        options.database = setting("SALLYPORT_ODOO_DB");
        options.login = login;
        options.keys.push_back(std::move(key));
        return *Client::make(std::move(options), std::move(fence), m_clock);
    }

    // What an administrator reads; nothing when there is no administrator's key.
    Result<Json> read_all(const std::string& model,
                          const Json& domain,
                          const std::vector<std::string>& fields) {
        auto admin = make(setting("SALLYPORT_ODOO_ADMIN_LOGIN"),
                          key_from(setting("SALLYPORT_ODOO_ADMIN_KEY_FILE")),
                          Fence({{model,
                                  "search_read",
                                  {"order_id",
                                   "res_model",
                                   "res_id",
                                   "model",
                                   "client_order_ref",
                                   "message_type",
                                   "body",
                                   "name",
                                   "checksum",
                                   "partner_shipping_id",
                                   "partner_invoice_id",
                                   "commitment_date",
                                   "product_id",
                                   "product_uom",
                                   "product_uom_qty",
                                   "price_unit",
                                   "price_subtotal",
                                   "x_edi_line",
                                   "state",
                                   "origin",
                                   "datas",
                                   "subtype_id",
                                   "is_internal"}}}));
        return admin->call({.model = model,
                            .method = "search_read",
                            .ids = {},
                            .arguments = {{"domain", domain}, {"fields", fields}, {"order", "id"}},
                            .context = Json::object()});
    }
    static bool has_admin() { return !setting("SALLYPORT_ODOO_ADMIN_KEY_FILE").empty(); }

    Posted post(const flow::OrderPosting& posting) {
        auto outcome = m_orders->post_order(posting);
        EXPECT_TRUE(outcome) << outcome.error().text();
        if (!outcome) return {};
        if (auto* missing = std::get_if<Missing>(&*outcome)) {
            for (const auto& one : *missing)
                ADD_FAILURE() << one.kind << " " << one.value << " at " << one.where;
            return {};
        }
        return std::get<Posted>(*outcome);
    }

    SystemClock m_clock;
    SystemRandom m_random_of_system;
    fixture::SteadyRandom m_random;
    std::unique_ptr<Client> m_client;
    std::unique_ptr<Orders> m_orders;
    std::string m_number;
};

TEST_F(LiveOdoo, TellsItsVersionAndTakesTheKey) {
    const auto version = m_client->version();
    ASSERT_TRUE(version) << version.error().text();
    EXPECT_GE(version->major, 16);
    const auto ready = m_orders->ping();
    EXPECT_TRUE(ready) << ready.error().text();
}

TEST_F(LiveOdoo, TurnsOneOrderIntoOneSalesOrderHoweverOftenItIsPosted) {
    const auto first = post(fixture::posting(m_number));
    EXPECT_FALSE(first.existed);
    EXPECT_EQ(first.state, "draft");
    const auto again = post(fixture::posting(m_number));
    EXPECT_TRUE(again.existed);
    EXPECT_EQ(again.id, first.id);
    EXPECT_EQ(again.name, first.name);
    if (!has_admin())
        GTEST_SKIP() << "SALLYPORT_ODOO_ADMIN_KEY_FILE is not set: the records are not looked at";

    const auto orders =
        read_all("sale.order",
                 Json::array({Json::array({"client_order_ref", "=", m_number})}),
                 {"partner_shipping_id", "partner_invoice_id", "commitment_date", "origin"});
    ASSERT_TRUE(orders) << orders.error().text();
    ASSERT_EQ(orders->size(), 1U);
    EXPECT_NE(name_in((*orders)[0], "partner_shipping_id").find("DC 42"), std::string::npos);
    EXPECT_NE(name_in((*orders)[0], "partner_invoice_id").find("Accounts Payable"),
              std::string::npos);
    EXPECT_EQ((*orders)[0]["commitment_date"], "2026-12-10 12:00:00");

    const auto lines =
        read_all("sale.order.line",
                 Json::array({Json::array({"order_id", "=", first.id})}),
                 {"product_id", "product_uom", "product_uom_qty", "price_unit", "price_subtotal"});
    ASSERT_TRUE(lines) << lines.error().text();
    ASSERT_EQ(lines->size(), 4U);
    const std::vector<std::vector<std::string>> expected{{"Units", "24.0", "10.95", "262.8"},
                                                         {"Dozens", "2.0", "120.0", "240.0"},
                                                         {"Units", "36.0", "10.95", "394.2"},
                                                         {"Units", "150.0", "3.33", "499.5"}};
    for (std::size_t at = 0; at < 4; ++at) {
        const Json& line = (*lines)[at];
        EXPECT_EQ((std::vector<std::string>{name_in(line, "product_uom"),
                                            text_of(line, "product_uom_qty"),
                                            text_of(line, "price_unit"),
                                            text_of(line, "price_subtotal")}),
                  expected[at]);
    }
    const auto attachments = read_all("ir.attachment",
                                      Json::array({Json::array({"res_model", "=", "sale.order"}),
                                                   Json::array({"res_id", "=", first.id})}),
                                      {"name", "datas"});
    ASSERT_TRUE(attachments) << attachments.error().text();
    ASSERT_EQ(attachments->size(), 1U);
    EXPECT_EQ((*attachments)[0]["datas"], to_base64(fixture::posting(m_number).original.octets));
    const auto notes = read_all("mail.message",
                                Json::array({Json::array({"model", "=", "sale.order"}),
                                             Json::array({"res_id", "=", first.id}),
                                             Json::array({"body", "ilike", "01JDOC"})}),
                                {"body", "subtype_id", "message_type"});
    ASSERT_TRUE(notes) << notes.error().text();
    ASSERT_EQ(notes->size(), 1U);
    EXPECT_NE(text_of((*notes)[0], "body").find("dock &lt;7&gt; &amp; ring"), std::string::npos)
        << (*notes)[0].dump();
    EXPECT_EQ(name_in((*notes)[0], "subtype_id"), "Note");
}

TEST_F(LiveOdoo, ConfirmsOnceAndTakesAnAlreadyConfirmedOrderForDone) {
    auto posting = fixture::posting(m_number);
    posting.confirm = true;
    EXPECT_EQ(post(posting).state, "sale");
    EXPECT_EQ(post(posting).state, "sale");
}

TEST_F(LiveOdoo, KeepsOneOrderWhenFourPostItAtTheSameTime) {
    std::vector<std::future<Result<std::variant<Posted, Missing>>>> posts;
    for (int i = 0; i < 4; ++i)
        posts.push_back(std::async(
            std::launch::async, [&] { return m_orders->post_order(fixture::posting(m_number)); }));
    std::vector<std::int64_t> ids;
    for (auto& one : posts) {
        auto outcome = one.get();
        if (!outcome) {
            EXPECT_EQ(outcome.error().code(), "odoo.busy") << outcome.error().text();
            continue;
        }
        ids.push_back(std::get<Posted>(*outcome).id);
    }
    ASSERT_FALSE(ids.empty());
    EXPECT_EQ(std::count(ids.begin(), ids.end(), ids.front()),
              static_cast<std::ptrdiff_t>(ids.size()));
    const auto final_state = post(fixture::posting(m_number));
    EXPECT_EQ(final_state.id, ids.front());
}

TEST_F(LiveOdoo, NamesEverythingItDoesNotKnowInOnePass) {
    auto posting = fixture::posting(m_number);
    posting.order["ship_to"] = {{"name", "ACME Store 9"}, {"buyer_code", "0009"}};
    posting.order["currency"] = "EUR";
    posting.order["lines"][0]["item"] = {{"upc", "012345678905"}};
    posting.order["lines"][1]["unit"] = "pallet";
    posting.order["lines"][2]["unit"] = "kilogram";
    posting.order["lines"][3]["price"] = "333.3";
    const auto outcome = m_orders->post_order(posting);
    ASSERT_TRUE(outcome) << outcome.error().text();
    const auto* missing = std::get_if<Missing>(&*outcome);
    ASSERT_NE(missing, nullptr);
    std::vector<std::string> kinds;
    for (const auto& one : *missing) {
        kinds.push_back(one.kind);
        RecordProperty(one.where, one.value);
    }
    EXPECT_EQ(kinds,
              (std::vector<std::string>{
                  "ship-to address", "currency", "product", "unit", "unit", "unit", "precision"}));
}

TEST_F(LiveOdoo, OpensTheCircuitAfterAWrongKey) {
    auto client = make(setting("SALLYPORT_ODOO_LOGIN"),
                       Secret("0000000000000000000000000000000000000000"),
                       fixture::fence());
    EXPECT_EQ(client->authenticate().error().code(), "odoo.credentials");
    EXPECT_EQ(client->authenticate().error().code(), "odoo.circuit");
}

TEST_F(LiveOdoo, NamesTheRightThatIsLacking) {
    auto client = make(setting("SALLYPORT_ODOO_LOGIN"),
                       key_from(setting("SALLYPORT_ODOO_KEY_FILE")),
                       Fence({{"ir.config_parameter", "search_read", {"key"}}}));
    const auto refused =
        client->call({.model = "ir.config_parameter",
                      .method = "search_read",
                      .ids = {},
                      .arguments = {{"domain", Json::array()}, {"fields", {"key"}}},
                      .context = Json::object()});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "odoo.rights");
    EXPECT_EQ(refused.error().blame(), Blame::Operator);
    EXPECT_NE(refused.error().what().find("ir.config_parameter"), std::string::npos);
    EXPECT_EQ(refused.error().text().find("Traceback"), std::string::npos);
}

TEST_F(LiveOdoo, HoldsAnOrderWhoseNumberSomebodyTypedInAlready) {
    post(fixture::posting(m_number));
    auto other = fixture::posting(m_number);
    other.business_key += "|other";
    const auto outcome = m_orders->post_order(other);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code(), "odoo.order.duplicate") << outcome.error().text();
}

}  // namespace
}  // namespace sallyport::odoo
