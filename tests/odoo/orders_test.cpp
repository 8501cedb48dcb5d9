// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/orders.h"

#include "fixtures.h"
#include "tests/support/temp_dir.h"

#include "gateway/base/file.h"
#include "gateway/odoo/values.h"
#include "gateway/odoo_double/odoo_double.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>
#include <vector>

namespace sallyport::odoo {
namespace {

using flow::Missing;
using flow::Posted;
using odoo_double::Fault;
using odoo_double::OdooDouble;
using Outcome = Result<std::variant<Posted, Missing>>;

constexpr const char* Key = "0123456789abcdef0123456789abcdef01234567";

class PostedOrders : public testing::Test {
protected:
    void SetUp() override { restart(); }

    void restart() {
        m_orders.reset();
        m_client.reset();
        m_double.reset();
        odoo_double::Options options;
        options.file = m_directory.path() / "odoo.sqlite";
        options.accounts = {odoo_double::orders_in_account(Key),
                            odoo_double::read_only_account(Key)};
        auto started = OdooDouble::start(std::move(options), m_clock);
        ASSERT_TRUE(started) << started.error().text();
        m_double = *std::move(started);
        connect("orders-in", Key);
    }

    void connect(const std::string& login, const std::string& key) {
        ClientOptions options;
        options.url = m_double->url();
        options.database = "demo";
        options.login = login;
        options.keys.emplace_back(key);
        m_client = *Client::make(std::move(options), fixture::fence(), m_clock);
        m_orders = std::make_unique<Orders>(
            *m_client, fixture::options(), m_clock, m_random, fixture::no_pause);
    }

    Posted post(const flow::OrderPosting& posting) {
        auto outcome = m_orders->post_order(posting);
        EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().text());
        if (!outcome) return {};
        if (const auto* missing = std::get_if<Missing>(&*outcome)) {
            for (const auto& one : *missing)
                ADD_FAILURE() << one.kind << " " << one.value << " at " << one.where;
            return {};
        }
        return std::get<Posted>(*outcome);
    }

    std::vector<std::string> missing(const flow::OrderPosting& posting) {
        auto outcome = m_orders->post_order(posting);
        EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().text());
        std::vector<std::string> all;
        if (outcome && std::holds_alternative<Missing>(*outcome))
            for (const auto& one : std::get<Missing>(*outcome)) {
                all.push_back(one.kind + ": " + one.value + " @ " + one.where);
                EXPECT_FALSE(one.remedy.empty()) << one.kind;
            }
        return all;
    }

    std::size_t count(const std::string& model) const { return m_double->records(model).size(); }
    std::size_t notes() const {
        const auto messages = m_double->records("mail.message");
        return static_cast<std::size_t>(
            std::count_if(messages.begin(), messages.end(), [](const Json& one) {
                return text_of(one, "body").find("gateway document") != std::string::npos;
            }));
    }
    // Exactly one of everything that one posted order leaves behind.
    void expect_one_of_each() const {
        EXPECT_EQ(count("sale.order"), 1U);
        EXPECT_EQ(count("sale.order.line"), 4U);
        EXPECT_EQ(count("ir.attachment"), 1U);
        EXPECT_EQ(notes(), 1U);
    }

    testing_support::TempDir m_directory;
    SystemClock m_clock;
    fixture::SteadyRandom m_random;
    std::unique_ptr<OdooDouble> m_double;
    std::unique_ptr<Client> m_client;
    std::unique_ptr<Orders> m_orders;
};

TEST_F(PostedOrders, BecomeOneSalesOrderHoweverOftenTheyArePosted) {
    const auto first = post(fixture::posting("PO-1"));
    const auto again = post(fixture::posting("PO-1"));
    EXPECT_FALSE(first.existed);
    EXPECT_TRUE(again.existed);
    EXPECT_EQ(first.id, again.id);
    EXPECT_EQ(first.name, "S00001");
    expect_one_of_each();
}

TEST_F(PostedOrders, CarryPartiesLinesUnitsPricesAndDates) {
    post(fixture::posting("PO-1"));
    const auto order = m_double->records("sale.order")[0];
    EXPECT_EQ(order["partner_id"], 7);
    EXPECT_EQ(order["partner_shipping_id"], 8);
    EXPECT_EQ(order["partner_invoice_id"], 9);
    EXPECT_EQ(order["client_order_ref"], "PO-1");
    EXPECT_EQ(order["commitment_date"], "2026-12-10 12:00:00");
    struct Line {
        int product;
        int unit;
        double quantity;
        double price;
        const char* no;
    };
    const std::vector<Line> expected{{2, 1, 24, 10.95, "1"},
                                     {2, 2, 2, 120, "2"},
                                     {2, 1, 36, 10.95, "7"},
                                     {3, 1, 150, 3.33, "8"}};
    const auto lines = m_double->records("sale.order.line");
    ASSERT_EQ(lines.size(), expected.size());
    for (std::size_t at = 0; at < expected.size(); ++at) {
        SCOPED_TRACE(at);
        EXPECT_EQ(lines[at]["product_id"], expected[at].product);
        EXPECT_EQ(lines[at]["product_uom"], expected[at].unit);
        EXPECT_EQ(lines[at]["product_uom_qty"], expected[at].quantity);
        EXPECT_EQ(lines[at]["price_unit"], expected[at].price);
        EXPECT_EQ(lines[at]["x_edi_line"], expected[at].no);
    }
}

TEST_F(PostedOrders, AttachTheOriginalAndWriteOneInternalNote) {
    post(fixture::posting("PO-1"));
    const auto attachment = m_double->records("ir.attachment")[0];
    EXPECT_EQ(attachment["res_model"], "sale.order");
    EXPECT_EQ(attachment["res_id"], 1);
    EXPECT_EQ(attachment["datas"], to_base64(fixture::posting("PO-1").original.octets));
    const auto messages = m_double->records("mail.message");
    const auto note = std::find_if(messages.begin(), messages.end(), [](const Json& one) {
        return one["message_type"] == "comment";
    });
    ASSERT_NE(note, messages.end());
    EXPECT_EQ((*note)["subtype_id"], 2) << "a comment would be mailed to the customer";
    EXPECT_NE(text_of(*note, "body").find("01JDOCPO-1"), std::string::npos);
    EXPECT_NE(text_of(*note, "body").find("dock &lt;7&gt; &amp; ring"), std::string::npos);
}

TEST_F(PostedOrders, SurviveALostReplyAtEveryCall) {
    // One fault per call of the recipe, each in its own posting, until a posting passes without one.
    struct Step {
        const char* model;
        const char* method;
    };
    std::size_t number = 0;
    for (const auto kind : {Fault::Kind::DropAfterCommit,
                            Fault::Kind::DropBeforeCommit,
                            Fault::Kind::CutReply,
                            Fault::Kind::Unavailable})
        for (const Step step : {Step{"sale.order", "load"},
                                Step{"sale.order", "read"},
                                Step{"ir.attachment", "load"},
                                Step{"mail.message", "load"},
                                Step{"sale.order.line", "search_read"},
                                Step{"sale.order", "action_confirm"}}) {
            SCOPED_TRACE(std::string(step.model) + "." + step.method);
            auto posting = fixture::posting("PO-" + std::to_string(++number));
            posting.confirm = true;
            m_double->arm({kind, step.model, step.method});
            const auto hurt = m_orders->post_order(posting);
            ASSERT_FALSE(hurt);
            EXPECT_EQ(hurt.error().blame(), Blame::Network) << hurt.error().text();
            ASSERT_EQ(m_double->armed(), 0U);
            EXPECT_EQ(post(posting).state, "sale");
            EXPECT_EQ(count("sale.order"), number);
            EXPECT_EQ(count("sale.order.line"), 4 * number);
            EXPECT_EQ(count("ir.attachment"), number);
            EXPECT_EQ(notes(), number);
            EXPECT_EQ(count("stock.picking"), number);
        }
}

TEST_F(PostedOrders, TryAgainWhatOdooRolledBack) {
    for (int i = 0; i < 4; ++i)
        m_double->arm({Fault::Kind::Busy, "sale.order", "load"});
    post(fixture::posting("PO-1"));
    EXPECT_EQ(m_double->armed(), 0U);
    expect_one_of_each();
}

TEST_F(PostedOrders, GiveUpOnABusyOdooAfterAWhile) {
    for (int i = 0; i < 20; ++i)
        m_double->arm({Fault::Kind::Busy, "sale.order", "load"});
    const auto outcome = m_orders->post_order(fixture::posting("PO-1"));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code(), "odoo.busy");
    EXPECT_EQ(m_double->calls("sale.order", "load"), 6U);
    EXPECT_EQ(count("sale.order"), 0U);
}

TEST_F(PostedOrders, AreOneWhenEightThreadsPostTheSame) {
    std::vector<std::future<Outcome>> posts;
    for (int i = 0; i < 8; ++i)
        posts.push_back(std::async(std::launch::async,
                                   [&] { return m_orders->post_order(fixture::posting("PO-1")); }));
    for (auto& one : posts) {
        const auto outcome = one.get();
        ASSERT_TRUE(outcome) << outcome.error().text();
        EXPECT_EQ(std::get<Posted>(*outcome).id, 1);
    }
    expect_one_of_each();
}

TEST_F(PostedOrders, AreFoundAgainAfterOdooWasRestarted) {
    post(fixture::posting("PO-1"));
    restart();
    EXPECT_TRUE(post(fixture::posting("PO-1")).existed);
    expect_one_of_each();
}

TEST_F(PostedOrders, AreConfirmedOnceAndAConfirmedOneIsDone) {
    auto posting = fixture::posting("PO-1");
    posting.confirm = true;
    EXPECT_EQ(post(posting).state, "sale");
    EXPECT_EQ(post(posting).state, "sale");
    EXPECT_EQ(m_double->calls("sale.order", "action_confirm"), 1U);
    EXPECT_EQ(count("stock.picking"), 1U);
}

TEST_F(PostedOrders, StayWhatAPersonMadeOfThem) {
    auto posting = fixture::posting("PO-1");
    post(posting);
    const auto line = m_double->records("sale.order.line")[0]["id"];
    ASSERT_TRUE(m_double->act(
        "sale.order.line",
        "write",
        Json::array({Json::array({line}), {{"product_uom_qty", 20}, {"price_unit", 10.95}}})));
    posting.confirm = true;
    const auto outcome = m_orders->post_order(posting);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code(), "odoo.order.differs");
    EXPECT_NE(outcome.error().text().find("line 1 has the quantity 20.0 instead of 24"),
              std::string::npos)
        << outcome.error().text();
    EXPECT_EQ(m_double->records("sale.order")[0]["state"], "draft");
    EXPECT_EQ(m_double->records("sale.order.line")[0]["product_uom_qty"], 20.0);
}

TEST_F(PostedOrders, StayCancelledWhenAPersonCancelledThem) {
    auto posting = fixture::posting("PO-1");
    post(posting);
    ASSERT_TRUE(m_double->act("sale.order", "action_cancel", Json::array({Json::array({1})})));
    posting.confirm = true;
    EXPECT_EQ(post(posting).state, "cancel");
}

TEST_F(PostedOrders, AreHeldWhenTheNumberIsAlreadyOnAnotherOrder) {
    post(fixture::posting("PO-1"));
    auto other = fixture::posting("PO-1");
    other.business_key = "acme|order|PO-1|another";
    const auto outcome = m_orders->post_order(other);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code(), "odoo.order.duplicate");
    EXPECT_EQ(outcome.error().blame(), Blame::BackOffice);
    EXPECT_EQ(count("sale.order"), 1U);
}

TEST_F(PostedOrders, AreHeldUnlessTheyAreOriginals) {
    for (const char* purpose : {"confirmation", "duplicate", "cancellation"}) {
        auto posting = fixture::posting("PO-1");
        posting.order["purpose"] = purpose;
        const auto outcome = m_orders->post_order(posting);
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code(), "odoo.order.purpose");
    }
    EXPECT_EQ(m_double->calls("", ""), 0U);
}

TEST_F(PostedOrders, NameAllThatIsMissingInOnePassAndCreateNothing) {
    auto posting = fixture::posting("PO-1");
    posting.order["ship_to"] = {{"name", "ACME Store 9"}, {"buyer_code", "0009"}};
    posting.order["currency"] = "EUR";
    posting.order["adjustments"] = {{{"kind", "allowance"}, {"code", "C310"}, {"amount", "5.00"}}};
    auto& lines = posting.order["lines"];
    lines[0]["item"] = {{"upc", "012345678905"}};
    lines[1]["unit"] = "pallet";
    lines[2]["unit"] = "unit";
    lines[3]["price"] = "333.3";
    lines.push_back({{"no", "9"},
                     {"quantity", "-1"},
                     {"unit", "kilogram"},
                     {"item", {{"seller_code", "EDI-1001"}}}});
    EXPECT_EQ(
        missing(posting),
        (std::vector<std::string>{
            "ship-to address: code 0009 @ ship_to.buyer_code",
            "currency: EUR, where the customer's price list is in USD @ currency",
            "allowance or charge: allowance C310 5.00 @ adjustments[0]",
            "product: GTIN 012345678905 @ lines[0].item.upc",
            "unit: 'pallet' @ lines[1].unit",
            "unit: 'unit' of a case (packaging 14006381333938) @ lines[2].unit",
            "unit: 'kilogram' (kg), while [EDI-1001] EDI Widget is kept in Units @ lines[4].unit",
            "precision: price 3.333 has more than 2 decimal places @ lines[3].price",
            "quantity: '-1' @ lines[4].quantity",
            "price: no price @ lines[4].price",
        }));
    EXPECT_EQ(count("sale.order"), 0U);
}

TEST_F(PostedOrders, NeverPickOneOfTwoCandidates) {
    ASSERT_TRUE(m_double->act(
        "res.partner", "create", Json::array({{{"name", "Copy"}, {"ref", "CUST-4711"}}})));
    EXPECT_EQ(missing(fixture::posting("PO-1")),
              (std::vector<std::string>{
                  "customer: reference CUST-4711 (2 records carry it) @ customer"}));
}

TEST_F(PostedOrders, NeverChooseBetweenItemNumbersThatContradict) {
    auto posting = fixture::posting("PO-1");
    posting.order["lines"][0]["item"] = {{"ean", "4006381333931"}, {"seller_code", "EDI-1002"}};
    EXPECT_EQ(
        missing(posting),
        (std::vector<std::string>{"product: GTIN 4006381333931, our code EDI-1002 mean different "
                                  "products ([EDI-1001] EDI "
                                  "Widget and [EDI-1002] EDI Lot Widget) @ lines[0].item.ean"}));
}

TEST_F(PostedOrders, NeverShipToAnotherCompanysAddress) {
    ASSERT_TRUE(m_double->act(
        "res.partner", "create", Json::array({{{"name", "Other store"}, {"ref", "0417"}}})));
    auto posting = fixture::posting("PO-1");
    posting.order["ship_to"] = {{"buyer_code", "0417"}};
    EXPECT_EQ(missing(posting),
              (std::vector<std::string>{"ship-to address: code 0417 @ ship_to.buyer_code"}));
}

TEST_F(PostedOrders, GoToTheCustomersDefaultAddressesWhenNoneAreNamed) {
    auto posting = fixture::posting("PO-1");
    posting.order.erase("ship_to");
    posting.order.erase("bill_to");
    post(posting);
    EXPECT_EQ(m_double->records("sale.order")[0]["partner_shipping_id"], 8);
    EXPECT_EQ(m_double->records("sale.order")[0]["partner_invoice_id"], 9);
}

TEST_F(PostedOrders, FindTheCustomerByTheBuyersGlnWhenTheAgreementNamesNone) {
    auto posting = fixture::posting("PO-1");
    posting.customer.clear();
    posting.order["buyer"] = {{"gln", "4012345000009"}};
    post(posting);
    EXPECT_EQ(m_double->records("sale.order")[0]["partner_id"], 7);
    auto unknown = fixture::posting("PO-2");
    unknown.customer.clear();
    EXPECT_EQ(missing(unknown),
              (std::vector<std::string>{"customer: no customer is configured @ buyer"}));
}

TEST_F(PostedOrders, KeepLinesApartThatCarryTheSameNumber) {
    auto posting = fixture::posting("PO-1");
    for (auto& line : posting.order["lines"])
        line["no"] = "1";
    post(posting);
    EXPECT_EQ(count("sale.order.line"), 4U);
    post(posting);
    EXPECT_EQ(count("sale.order.line"), 4U);
}

TEST_F(PostedOrders, NeedRightsAndSayWhich) {
    connect("reader", Key);
    const auto outcome = m_orders->post_order(fixture::posting("PO-1"));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code(), "odoo.rights");
    EXPECT_EQ(outcome.error().blame(), Blame::Operator);
    EXPECT_NE(outcome.error().text().find("create 'Sales Order' (sale.order)"), std::string::npos)
        << outcome.error().text();
    EXPECT_EQ(count("sale.order"), 0U);
}

TEST_F(PostedOrders, DoNotStormAServerThatRefusesTheKey) {
    connect("orders-in", "wrong");
    for (int i = 0; i < 5; ++i) {
        const auto outcome = m_orders->post_order(fixture::posting("PO-1"));
        ASSERT_FALSE(outcome);
        EXPECT_EQ(outcome.error().code(), i == 0 ? "odoo.credentials" : "odoo.circuit");
        EXPECT_EQ(outcome.error().blame(), Blame::Operator);
        EXPECT_EQ(outcome.error().text().find("wrong"), std::string::npos)
            << "the key must not be told";
    }
    EXPECT_EQ(m_double->calls("", ""), 1U);
}

TEST(OrderKey, IsHashedForADotWouldNameAnotherModule) {
    EXPECT_EQ(order_key("acme|order|PO.1|original").size(), 34U);
    EXPECT_EQ(order_key("acme|order|PO.1|original").find('.'), std::string::npos);
    EXPECT_NE(order_key("a"), order_key("b"));
}

TEST(CrossReferenceFile, NamesTheRowThatIsWrong) {
    const testing_support::TempDir directory;
    const auto path = directory.path() / "items.csv";
    ASSERT_TRUE(
        write_file_durably(path, "theirs,ours\r\nB-1, EDI-1001 \n# comment\n\nB-2,EDI-1002"));
    const auto table = read_cross_reference(path);
    ASSERT_TRUE(table) << table.error().text();
    EXPECT_EQ(*table, (CrossReference{{"B-1", "EDI-1001"}, {"B-2", "EDI-1002"}}));
    for (const auto& [text, line] :
         std::vector<std::pair<std::string, unsigned>>{{"ours,theirs\n", 1},
                                                       {"theirs,ours\nB-1\n", 2},
                                                       {"theirs,ours\nB-1,X\nB-1,Y\n", 3},
                                                       {"theirs,ours\n\"a\",b\n", 2}}) {
        ASSERT_TRUE(write_file_durably(path, text));
        const auto bad = read_cross_reference(path);
        ASSERT_FALSE(bad) << text;
        EXPECT_EQ(bad.error().code(), "odoo.crossref");
        EXPECT_EQ(bad.error().place().line, line);
    }
}

TEST(UnitTable, KnowsCanonicalWordsAndRecommendation20) {
    EXPECT_EQ(unit_external_id("DZN"), "uom.product_uom_dozen");
    EXPECT_EQ(unit_external_id("dozen"), "uom.product_uom_dozen");
    EXPECT_EQ(unit_external_id("case"), "");
}

}  // namespace
}  // namespace sallyport::odoo
