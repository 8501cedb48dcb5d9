// SPDX-License-Identifier: Apache-2.0
// Changes of orders (860, ORDCHG) and cancellations against the double.
#include "fixtures.h"
#include "tests/support/temp_dir.h"

#include "gateway/flow/order_change.h"
#include "gateway/odoo/order_changes.h"
#include "gateway/odoo/values.h"
#include "gateway/odoo_double/odoo_double.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace sallyport::odoo {
namespace {

using odoo_double::Fault;
using odoo_double::OdooDouble;
using Outcome = Result<std::variant<flow::Changed, flow::Missing>>;

Json change(const std::string& lines, const std::string& more = "") {
    return Json::parse(R"({"purpose": "change", "number": "PO-1", "change_number": "1")" + more +
                       R"(, "lines": [)" + lines + "]}");
}

class OrderChanges : public testing::Test {
protected:
    void SetUp() override {
        odoo_double::Options options;
        options.file = m_dir.path() / "odoo.db";
        options.seed = odoo_double::demo_seed();
        options.accounts = {odoo_double::orders_in_account("key")};
        auto started = OdooDouble::start(std::move(options), m_clock);
        ASSERT_TRUE(started) << started.error().text();
        m_odoo = *std::move(started);
        ClientOptions client;
        client.url = m_odoo->url();
        client.database = "demo";
        client.login = "orders-in";
        client.keys.emplace_back("key");
        m_client = *Client::make(std::move(client), fixture::fence(), m_clock);
        m_orders = std::make_unique<Orders>(
            *m_client, fixture::options(), m_clock, m_random, fixture::no_pause);
    }

    void ordered(bool confirm = true) {
        auto posting = fixture::posting("PO-1");
        posting.confirm = confirm;
        auto outcome = m_orders->post_order(posting);
        ASSERT_TRUE(outcome) << outcome.error().text();
        m_posting = {.document = "01JCHANGE",
                     .partner = "acme",
                     .order_key = posting.business_key,
                     .change_key = "acme|OrderChange|PO-1|1",
                     .record = std::get<flow::Posted>(*outcome).id,
                     .customer = posting.customer,
                     .order = posting.order,
                     .change = {},
                     .original = {.file_name = "860.edi",
                                  .content_type = "application/EDI-X12",
                                  .octets = "ISA*860~"}};
    }

    Outcome make(const Json& content) {
        m_posting.change = content;
        return m_orders->change_order(m_posting);
    }
    // "1 accepted | 2 refused: why", or the code of the error.
    std::string made(const Json& content) {
        auto outcome = make(content);
        if (!outcome) return std::string(outcome.error().code()) + ": " + outcome.error().what();
        if (auto* missing = std::get_if<flow::Missing>(&*outcome))
            return "missing " + missing->front().kind + " " + missing->front().value;
        return verdicts_text(std::get<flow::Changed>(*outcome).verdicts);
    }

    Json line(const std::string& no) {
        for (const Json& one : m_odoo->records("sale.order.line"))
            if (text_of(one, "x_edi_line") == no || text_of(one, "name") == no) return one;
        return m_odoo->records("sale.order.line").back();
    }
    Json order() { return m_odoo->records("sale.order")[0]; }
    std::vector<std::string> notes() {
        std::vector<std::string> all;
        for (const Json& one : m_odoo->records("mail.message"))
            if (text_of(one, "body").find("01JCHANGE") != std::string::npos)
                all.push_back(text_of(one, "body"));
        return all;
    }
    void deliver() {
        for (const Json& picking : m_odoo->records("stock.picking"))
            ASSERT_TRUE(m_odoo->act(
                "stock.picking", "button_validate", Json::array({Json::array({picking["id"]})})));
    }

    testing_support::TempDir m_dir;
    SystemClock m_clock;
    fixture::SteadyRandom m_random;
    std::unique_ptr<OdooDouble> m_odoo;
    std::unique_ptr<Client> m_client;
    std::unique_ptr<Orders> m_orders;
    flow::ChangePosting m_posting;
};

constexpr const char* Twenty =
    R"({"no": "1", "change": "quantity_down", "quantity": "20", "unit": "unit"})";

}  // namespace

TEST_F(OrderChanges, LessOfALineKeepsItsPriceThoughOdooWouldTakeTheListPrice) {
    ordered();
    EXPECT_EQ(made(change(Twenty)), "1 accepted");
    EXPECT_EQ(line("1")["product_uom_qty"], 20.0);
    EXPECT_EQ(line("1")["price_unit"], 10.95) << "11.11 is the list price";
    ASSERT_EQ(notes().size(), 1U);
    EXPECT_NE(notes()[0].find("Line 1: 24 -&gt; 20"), std::string::npos) << notes()[0];
    EXPECT_EQ(m_odoo->records("ir.attachment").size(), 2U) << "order and change";
}

TEST_F(OrderChanges, AreMadeOnceAndWhatAPersonDidSinceStays) {
    ordered();
    EXPECT_EQ(made(change(Twenty)), "1 accepted");
    ASSERT_TRUE(m_odoo->act("sale.order.line",
                            "write",
                            Json::array({Json::array({line("1")["id"]}),
                                         Json{{"product_uom_qty", 22}, {"price_unit", 10.95}}})));
    auto again = make(change(Twenty));
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_TRUE(std::get<flow::Changed>(*again).order.existed);
    EXPECT_EQ(verdicts_text(std::get<flow::Changed>(*again).verdicts), "1 accepted");
    EXPECT_EQ(line("1")["product_uom_qty"], 22.0);
    EXPECT_EQ(notes().size(), 1U);
}

TEST_F(OrderChanges, SurviveALostReplyAtEveryCall) {
    const std::string added =
        R"(,{"no": "9", "change": "add", "quantity": "5", "unit": "unit", "price": "2.22", "item": {"seller_code": "EDI-1001"}})";
    ordered();
    struct Loss {
        Fault::Kind kind;
        const char* model;
        const char* method;
    };
    for (const Loss& loss : {Loss{Fault::Kind::DropAfterCommit, "sale.order", "search_read"},
                             Loss{Fault::Kind::CutReply, "mail.message", "search_read"},
                             Loss{Fault::Kind::DropBeforeCommit, "ir.attachment", "load"},
                             Loss{Fault::Kind::DropAfterCommit, "ir.attachment", "load"},
                             Loss{Fault::Kind::DropAfterCommit, "sale.order.line", "search_read"},
                             Loss{Fault::Kind::CutReply, "sale.order.line", "get_external_id"},
                             Loss{Fault::Kind::DropBeforeCommit, "sale.order", "load"},
                             Loss{Fault::Kind::DropAfterCommit, "sale.order", "load"},
                             Loss{Fault::Kind::CutReply, "mail.message", "get_external_id"}}) {
        SCOPED_TRACE(std::string(loss.model) + "." + loss.method);
        m_odoo->arm({.kind = loss.kind, .model = loss.model, .method = loss.method});
        auto hurt = make(change(std::string(Twenty) + added));
        EXPECT_EQ(m_odoo->armed(), 0U);
        ASSERT_FALSE(hurt);
        EXPECT_EQ(hurt.error().blame(), Blame::Network) << hurt.error().text();
    }
    EXPECT_EQ(line("1")["product_uom_qty"], 20.0) << "made by the call whose reply was lost";
    EXPECT_EQ(made(change(std::string(Twenty) + added)), "1 accepted | 9 accepted");
    EXPECT_EQ(m_odoo->records("sale.order.line").size(), 5U);
    EXPECT_EQ(line("9")["price_unit"], 2.22);
    EXPECT_EQ(notes().size(), 1U);
}

TEST_F(OrderChanges, TakeALineBackByNothingOfItForAConfirmedLineCannotBeDeleted) {
    ordered();
    EXPECT_EQ(made(change(R"({"no": "2", "change": "delete"})")), "2 accepted");
    EXPECT_EQ(line("2")["product_uom_qty"], 0.0);
    EXPECT_EQ(m_odoo->records("sale.order.line").size(), 4U);
}

TEST_F(OrderChanges, MoveTheDate) {
    ordered();
    EXPECT_EQ(made(change("", R"(, "dates": [{"kind": "deliver", "at": "2026-12-24"}])")),
              "* accepted");
    EXPECT_EQ(order()["commitment_date"], "2026-12-24 12:00:00");
    EXPECT_NE(notes()[0].find("2026-12-10 12:00:00 -&gt; 2026-12-24 12:00:00"), std::string::npos);
}

TEST_F(OrderChanges, ChangeEverythingWhileTheOrderIsAQuotation) {
    ordered(false);
    EXPECT_EQ(
        made(change(
            R"({"no": "1", "change": "change", "quantity": "2", "unit": "dozen", "price": "99.50", "item": {"seller_code": "EDI-1001"}})")),
        "1 accepted");
    EXPECT_EQ(line("1")["product_uom"], 2);
    EXPECT_EQ(line("1")["price_unit"], 99.5);
    EXPECT_EQ(order()["state"], "draft");
}

TEST_F(OrderChanges, WaitForAPersonWithAPriceAfterConfirmationAndSayItInTheChatter) {
    ordered();
    const Json cheaper = change(
        R"({"no": "1", "change": "price", "quantity": "24", "unit": "unit", "price": "9.95"})");
    const std::string answer = made(cheaper);
    EXPECT_TRUE(answer.starts_with("odoo.change.held: ")) << answer;
    EXPECT_NE(answer.find("9.95 instead of 10.95"), std::string::npos) << answer;
    EXPECT_EQ(made(cheaper), answer);
    EXPECT_EQ(line("1")["price_unit"], 10.95);
    ASSERT_EQ(notes().size(), 1U) << "said once";
    EXPECT_NE(notes()[0].find("is not made yet"), std::string::npos) << notes()[0];
    // The person agrees: changes it and releases the document.
    ASSERT_TRUE(
        m_odoo->act("sale.order.line",
                    "write",
                    Json::array({Json::array({line("1")["id"]}), Json{{"price_unit", 9.95}}})));
    EXPECT_EQ(made(cheaper), "1 accepted");
}

TEST_F(OrderChanges, AreRefusedBelowWhatIsDeliveredAndTheOtherLinesAreMade) {
    ordered();
    deliver();
    EXPECT_EQ(
        made(change(
            std::string(Twenty) +
            R"(,{"no": "9", "change": "add", "quantity": "5", "unit": "unit", "price": "2.22", "item": {"seller_code": "EDI-1001"}})")),
        "1 refused: 24 are delivered | 9 accepted");
    EXPECT_EQ(line("1")["product_uom_qty"], 24.0);
    EXPECT_EQ(line("9")["product_uom_qty"], 5.0);
}

TEST_F(OrderChanges, NeverGuess) {
    ordered();
    struct Case {
        const char* line;
        const char* answer;
    };
    for (
        const Case& one : std::vector<Case>{
            {R"({"no": "1", "change": "quantity_up", "quantity": "20", "unit": "unit"})",
             "odoo.change.held"},
            {R"({"no": "1", "change": "change", "quantity": "2", "unit": "dozen"})",
             "odoo.change.held"},
            {R"({"no": "1", "change": "change", "item": {"seller_code": "EDI-1003"}})",
             "odoo.change.held"},
            {R"({"change": "quantity_up", "quantity": "20", "unit": "unit"})", "odoo.change.held"},
            {R"({"no": "5", "change": "delete"})", "5 refused: the order has no such line"},
            {R"({"no": "1", "change": "add", "quantity": "20", "unit": "unit"})",
             "1 refused: the order has that line already"},
            {R"({"no": "9", "change": "add", "quantity": "1", "unit": "unit", "price": "1", "item": {"seller_code": "NOPE"}})",
             "missing product"}}) {
        SCOPED_TRACE(one.line);
        m_posting.change_key += "x";
        const auto answer = made(change(one.line));
        EXPECT_TRUE(answer.starts_with(one.answer)) << answer;
    }
    EXPECT_EQ(line("1")["product_uom_qty"], 24.0);
    Json replace = change(Twenty);
    replace["purpose"] = "replace";
    m_posting.change_key += "y";
    EXPECT_TRUE(made(replace).starts_with("odoo.change.held")) << "lines 2, 7 and 8 are unsaid";
}

TEST_F(OrderChanges, WaitForAPersonWhenTheOrderIsLocked) {
    ordered();
    ASSERT_TRUE(
        m_odoo->act("sale.order", "action_lock", Json::array({Json::array({m_posting.record})})));
    EXPECT_TRUE(made(change(Twenty)).starts_with("odoo.change.held"));
}

TEST_F(OrderChanges, CancelTheOrderThoughOdoosWizardWantsToBeAsked) {
    ordered();
    const Json cancellation{{"purpose", "cancellation"}, {"number", "PO-1"}};
    EXPECT_EQ(made(cancellation), "* accepted");
    EXPECT_EQ(order()["state"], "cancel");
    EXPECT_EQ(made(cancellation), "* accepted");
    EXPECT_EQ(notes().size(), 1U);
    m_posting.change_key = "acme|OrderChange|PO-1|2";
    EXPECT_EQ(made(change(Twenty)), "* refused: the order is cancelled");
}

TEST_F(OrderChanges, DoNotCancelWhatIsDelivered) {
    ordered();
    deliver();
    const auto answer = made(Json{{"purpose", "cancellation"}, {"number", "PO-1"}});
    EXPECT_TRUE(answer.starts_with("* refused: 24 of ")) << answer;
    EXPECT_EQ(order()["state"], "sale");
}

TEST(OrderInForce, HasWhatWasAcceptedAndMarksWhatWasTakenBack) {
    const Json order = fixture::order("PO-1");
    const Json content =
        change(std::string(Twenty) +
                   R"(,{"no": "2", "change": "delete"},{"no": "7", "change": "price", "price": "1"},
               {"no": "9", "change": "add", "quantity": "5", "unit": "unit", "left": "5"})",
               R"(, "dates": [{"kind": "deliver", "at": "2026-12-24"}])");
    const Json now = flow::order_in_force(order,
                                          content,
                                          {{.no = "1", .accepted = true, .reason = ""},
                                           {.no = "2", .accepted = true, .reason = ""},
                                           {.no = "7", .accepted = false, .reason = "no"},
                                           {.no = "9", .accepted = true, .reason = ""}});
    EXPECT_EQ(now["lines"][0]["quantity"], "20");
    EXPECT_EQ(now["lines"][0]["price"], "10.95");
    EXPECT_EQ(now["lines"][1]["cancelled"], true);
    EXPECT_EQ(now["lines"][1]["quantity"], "2");
    EXPECT_EQ(now["lines"][2]["price"], "131.40");
    ASSERT_EQ(now["lines"].size(), 5U);
    EXPECT_FALSE(now["lines"][4].contains("left"));
    EXPECT_EQ(now["dates"][0]["at"], "2026-12-24");
}

TEST(AnswerToAChange, SaysWhatBecameOfEachLine) {
    const Json content = change(std::string(Twenty) + R"(,{"no": "2", "change": "delete"})");
    const Json answer =
        flow::answer_to_change(content,
                               {{.no = "1", .accepted = false, .reason = "24 are delivered"},
                                {.no = "2", .accepted = true, .reason = ""}},
                               "2026-11-23");
    EXPECT_EQ(answer["answer"], "accepted_changed");
    EXPECT_EQ(answer["lines"][0]["answers"][0]["status"], "rejected");
    EXPECT_EQ(answer["lines"][0]["notes"][0]["text"], "24 are delivered");
    EXPECT_EQ(answer["lines"][1]["answers"][0]["status"], "accepted");
    const Json none = flow::answer_to_change(
        content, {{.no = "", .accepted = false, .reason = "the order is cancelled"}}, "2026-11-23");
    EXPECT_EQ(none["answer"], "rejected");
}

TEST(Verdicts, AreReadAgainFromTheNote) {
    const std::vector<flow::ChangeVerdict> verdicts{
        {.no = "1", .accepted = true, .reason = ""},
        {.no = "2", .accepted = false, .reason = "20 are delivered"},
        {.no = "", .accepted = true, .reason = ""}};
    const auto again = verdicts_in(verdicts_text(verdicts));
    ASSERT_EQ(again.size(), 3U);
    EXPECT_EQ(again[1].no, "2");
    EXPECT_EQ(again[1].reason, "20 are delivered");
    EXPECT_TRUE(again[2].no.empty());
    EXPECT_TRUE(again[2].accepted);
}

}  // namespace sallyport::odoo
