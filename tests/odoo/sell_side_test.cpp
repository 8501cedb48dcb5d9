// SPDX-License-Identifier: Apache-2.0
// From records of Odoo to the partner's documents, against the double.
#include "fixtures.h"
#include "memory_books.h"
#include "tests/support/temp_dir.h"

#include "gateway/odoo/outgoing.h"
#include "gateway/odoo/rights.h"
#include "gateway/odoo_double/odoo_double.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace sallyport::odoo {
namespace {

using odoo_double::OdooDouble;

class SellSide : public testing::Test {
protected:
    void SetUp() override {
        odoo_double::Options options;
        options.file = m_dir.path() / "odoo.db";
        options.seed = odoo_double::demo_seed();
        options.accounts = odoo_double::outgoing_accounts("key");
        options.accounts.push_back(odoo_double::orders_in_account("key"));
        options.accounts.push_back(odoo_double::administrator_account("key"));
        options.accounts.push_back(
            {.login = "labels",
             .key = "key",
             .rights = {
                 {"stock.move", "r"}, {"stock.picking", "r"}, {"stock.quant.package", "rw"}}});
        auto started = OdooDouble::start(std::move(options), m_clock);
        ASSERT_TRUE(started) << started.error().text();
        m_odoo = *std::move(started);
        m_orders_in = connect("orders-in", fixture::fence());
        m_responses = connect("responses-out", responses_out_fence(fixture::options()));
        m_shipments = connect("shipments-out", shipments_out_fence(fixture::options(), "x_sscc"));
        m_invoices = connect("invoices-out", invoices_out_fence(fixture::options()));
        m_orders = std::make_unique<Orders>(
            *m_orders_in, fixture::options(), m_clock, m_random, fixture::no_pause);
        restart();
    }

    void restart() {
        OutgoingOptions options;
        options.database = "demo";
        options.orders = fixture::options();
        options.sscc_prefix = "340123450";
        options.carriers = {{"Standard delivery", "UPSN"}};
        m_outgoing = std::make_unique<Outgoing>(m_books,
                                                OutgoingClients{.responses = m_responses.get(),
                                                                .shipments = m_shipments.get(),
                                                                .invoices = m_invoices.get()},
                                                options,
                                                m_clock);
    }

    std::unique_ptr<Client> connect(const std::string& login, Fence fence) {
        ClientOptions options;
        options.url = m_odoo->url();
        options.database = "demo";
        options.login = login;
        options.keys.emplace_back("key");
        return *Client::make(std::move(options), std::move(fence), m_clock);
    }

    // An order of EDI in Odoo, and in the books.
    std::int64_t ordered(const std::string& number, bool confirm = true) {
        auto posting = fixture::posting(number);
        posting.confirm = confirm;
        auto outcome = m_orders->post_order(posting);
        EXPECT_TRUE(outcome) << outcome.error().text();
        const auto id = std::get<flow::Posted>(*outcome).id;
        m_books.orders[id] = {.document = posting.document,
                              .partner = "acme",
                              .number = number,
                              .order = posting.order};
        return id;
    }

    void act(const std::string& model, const std::string& method, Json arguments) {
        const auto done = m_odoo->act(model, method, arguments);
        EXPECT_TRUE(done) << model << "." << method << ": " << (done ? "" : done.error().text());
    }
    std::vector<std::int64_t> of(const std::string& model,
                                 const std::string& field,
                                 std::int64_t owner) {
        std::vector<std::int64_t> ids;
        for (const Json& record : m_odoo->records(model))
            if (record.value(field, Json()) == owner) ids.push_back(record["id"]);
        return ids;
    }
    // The delivery of an order, done, all of it.
    std::int64_t delivered(std::int64_t order) {
        const auto picking = of("stock.picking", "sale_id", order).back();
        act("stock.picking", "button_validate", Json::array({Json::array({picking})}));
        return picking;
    }
    void examine(Result<Examined> examined, Examined wanted = Examined::Done) {
        ASSERT_TRUE(examined) << examined.error().text();
        EXPECT_EQ(*examined, wanted);
    }
    const Json& last() { return m_books.last().canonical; }
    const Json* line(const std::string& no) {
        for (const Json& one : last()["lines"])
            if (one["no"] == no) return &one;
        return nullptr;
    }

    testing_support::TempDir m_dir;
    SystemClock m_clock;
    fixture::SteadyRandom m_random;
    std::unique_ptr<OdooDouble> m_odoo;
    std::unique_ptr<Client> m_orders_in, m_responses, m_shipments, m_invoices;
    std::unique_ptr<Orders> m_orders;
    MemoryBooks m_books;
    std::unique_ptr<Outgoing> m_outgoing;
};

}  // namespace

TEST_F(SellSide, AnOrderIsAnsweredWhenItIsConfirmedAndOnceHoweverOftenItIsLookedAt) {
    const auto order = ordered("PO-1", false);
    examine(m_outgoing->order(order));
    EXPECT_TRUE(m_books.keys.empty()) << "a quotation is no answer";
    act("sale.order", "action_confirm", Json::array({Json::array({order})}));
    for (int look = 0; look < 3; ++look)
        examine(m_outgoing->order(order));
    ASSERT_EQ(m_books.keys.size(), 1U);
    EXPECT_EQ(m_books.keys[0],
              "odoo/demo/sale.order/" + std::to_string(order) + "/OrderResponse/rev1");
    EXPECT_EQ(findings("order_response", last()), "");
    EXPECT_EQ(last()["status"], "accepted");
    EXPECT_EQ(last()["order"]["number"], "PO-1");
    ASSERT_EQ(last()["lines"].size(), 4U);
    // The buyer's own numbers, units and prices: three cases, though Odoo counts 36 pieces.
    EXPECT_EQ((*line("7"))["quantity"], "3");
    EXPECT_EQ((*line("7"))["confirmed"], "3");
    EXPECT_EQ((*line("7"))["unit"], "case");
    EXPECT_EQ((*line("7"))["price"], "131.40");
    EXPECT_EQ((*line("8"))["price"], "333.00");
    EXPECT_EQ((*line("2"))["answers"][0]["unit"], "dozen");
}

TEST_F(SellSide, EveryChangeIsARevisionAndGoingBackIsOneToo) {
    const auto order = ordered("PO-2");
    examine(m_outgoing->order(order));
    const auto first = of("sale.order.line", "order_id", order).front();
    const auto set = [&](double quantity, double price) {
        act("sale.order.line",
            "write",
            Json::array({Json::array({first}),
                         Json{{"product_uom_qty", quantity}, {"price_unit", price}}}));
        examine(m_outgoing->order(order));
    };
    set(20, 10.95);
    EXPECT_EQ(last()["purpose"], "replace");
    EXPECT_EQ(last()["status"], "accepted_changed");
    EXPECT_EQ((*line("1"))["answers"][0]["status"], "quantity_changed");
    EXPECT_EQ((*line("1"))["confirmed"], "20");
    set(24, 11.25);
    EXPECT_EQ((*line("1"))["answers"][0]["status"], "price_changed");
    EXPECT_EQ((*line("1"))["price"], "11.25");
    set(24, 10.95);
    EXPECT_EQ(last()["status"], "accepted");
    set(0, 10.95);
    EXPECT_EQ((*line("1"))["answers"][0]["status"], "rejected");
    EXPECT_EQ(m_books.keys.size(), 5U);
    EXPECT_TRUE(m_books.keys.back().ends_with("/rev5"));
    EXPECT_EQ(findings("order_response", last()), "");
}

TEST_F(SellSide, ACancelledOrderIsRejectedThoughOdoosWizardWantsToBeAsked) {
    const auto order = ordered("PO-3");
    act("sale.order", "action_cancel", Json::array({Json::array({order})}));
    examine(m_outgoing->order(order));
    EXPECT_EQ(last()["status"], "accepted") << "the wizard answers and does nothing";
    act("sale.order",
        "action_cancel",
        Json{{"ids", {order}}, {"context", {{"disable_cancel_warning", true}}}});
    examine(m_outgoing->order(order));
    EXPECT_EQ(last()["status"], "rejected");
}

TEST_F(SellSide, WhatIsNotInStockIsBackOrdered) {
    auto posting = fixture::posting("PO-4");
    posting.confirm = true;
    posting.order["lines"] = Json::parse(
        R"([{"no":"1","quantity":"8","unit":"unit","price":"199","item":{"seller_code":"EDI-1003"}}])");
    auto outcome = m_orders->post_order(posting);
    ASSERT_TRUE(outcome) << outcome.error().text();
    const auto order = std::get<flow::Posted>(*outcome).id;
    m_books.orders[order] = {"d", "acme", "PO-4", posting.order};
    examine(m_outgoing->order(order));
    EXPECT_EQ((*line("1"))["confirmed"], "5");
    EXPECT_EQ((*line("1"))["backordered"], "3");
    EXPECT_EQ((*line("1"))["answers"][1]["status"], "backordered");
    EXPECT_EQ(findings("order_response", last()), "");
}

TEST_F(SellSide, AShipNoticeHasPackagesLotsAndCodesThatStay) {
    const auto order = ordered("PO-5");
    const auto picking = of("stock.picking", "sale_id", order).front();
    examine(m_outgoing->picking(picking));
    EXPECT_TRUE(m_books.keys.empty()) << "nothing was shipped";
    const std::string code = *make_sscc("340123450", 77);
    act("stock.quant.package", "create", Json{{"vals_list", {{"name", "PACK0000001"}}}});
    act("stock.quant.package", "create", Json{{"vals_list", {{"name", "00" + code}}}});
    const auto lines = of("stock.move.line", "picking_id", picking);
    ASSERT_GE(lines.size(), 4U);
    for (std::size_t at = 0; at < lines.size(); ++at)
        act("stock.move.line",
            "write",
            Json::array({Json::array({lines[at]}),
                         Json{{"result_package_id", at == 0 ? 1 : 2}, {"picked", true}}}));
    delivered(order);
    examine(m_outgoing->picking(picking));
    examine(m_outgoing->picking(picking));
    ASSERT_EQ(m_books.keys.size(), 1U);
    EXPECT_EQ(findings("ship_notice", last()), "");
    const Json& packages = last()["shipment"]["orders"][0]["packages"];
    ASSERT_EQ(packages.size(), 2U);
    EXPECT_EQ(packages[0]["sscc"], *make_sscc("340123450", 1));
    EXPECT_EQ(packages[1]["sscc"], code) << "the package's name is one already";
    EXPECT_EQ(last()["shipment"]["package_count"], "2");
    EXPECT_NE(packages[1].dump().find("\"lot\":\"LOT-A\""), std::string::npos);
    EXPECT_EQ(packages[0]["items"][0]["line_no"], "1");
    // Tracking that comes after the goods is a revision; the codes stay.
    const Json sscc = packages[0]["sscc"];
    act("stock.picking",
        "write",
        Json::array({Json::array({picking}), Json{{"carrier_tracking_ref", "1Z999,1Z998"}}}));
    examine(m_outgoing->picking(picking));
    ASSERT_EQ(m_books.keys.size(), 2U);
    EXPECT_EQ(last()["purpose"], "replace");
    EXPECT_EQ(last()["shipment"]["carrier"]["tracking"], "1Z999");
    EXPECT_EQ(last()["shipment"]["orders"][0]["packages"][0]["sscc"], sscc);
}

TEST_F(SellSide, AMintedCodeIsWrittenIntoItsPackageOnceByAnAccountThatMay) {
    const auto order = ordered("PO-5");
    const auto picking = of("stock.picking", "sale_id", order).front();
    act("stock.quant.package", "create", Json{{"vals_list", {{"name", "PACK0000001"}}}});
    act("stock.quant.package",
        "create",
        Json{{"vals_list", {{"name", "PACK0000002"}, {"x_sscc", "ask Ann"}}}});
    const auto lines = of("stock.move.line", "picking_id", picking);
    for (std::size_t at = 0; at < lines.size(); ++at)
        act("stock.move.line",
            "write",
            Json::array({Json::array({lines[at]}),
                         Json{{"result_package_id", at == 0 ? 1 : 2}, {"picked", true}}}));
    delivered(order);
    const auto code_of = [&](std::size_t package) {
        return m_odoo->records("stock.quant.package")[package].value("x_sscc", Json());
    };
    const std::string minted = *make_sscc("340123450", 1);
    // Who may only read leaves it to the notice; nothing is refused for that.
    examine(m_outgoing->picking(picking));
    EXPECT_EQ(last()["shipment"]["orders"][0]["packages"][0]["sscc"], minted);
    EXPECT_NE(code_of(0), Json(minted));
    m_shipments = connect("labels", shipments_out_fence(fixture::options(), "x_sscc"));
    restart();
    m_odoo->arm({odoo_double::Fault::Kind::DropAfterCommit, "stock.quant.package", "write"});
    EXPECT_FALSE(m_outgoing->picking(picking));
    for (int times = 0; times < 3; ++times)
        examine(m_outgoing->picking(picking));
    EXPECT_EQ(code_of(0), Json(minted));
    EXPECT_EQ(code_of(1), Json("ask Ann")) << "what a person wrote stays";
    EXPECT_EQ(m_odoo->calls("stock.quant.package", "write"), 1U);
    EXPECT_EQ(m_books.keys.size(), 1U) << "the notice says what it said";
}

TEST_F(SellSide, ADeliveryWithACarrierWaitsForItsTrackingNumber) {
    const auto order = ordered("PO-6");
    const auto picking = of("stock.picking", "sale_id", order).front();
    act("stock.picking", "write", Json::array({Json::array({picking}), Json{{"carrier_id", 1}}}));
    delivered(order);
    examine(m_outgoing->picking(picking), Examined::Later);
    EXPECT_TRUE(m_books.keys.empty());
    act("stock.picking",
        "write",
        Json::array({Json::array({picking}), Json{{"carrier_tracking_ref", "1Z1"}}}));
    examine(m_outgoing->picking(picking));
    EXPECT_EQ(last()["shipment"]["carrier"]["scac"], "UPSN");
}

TEST_F(SellSide, ValuesAreWrittenWhateverTheModelCallsThem) {
    const auto order = ordered("PO-70");
    const auto client =
        connect("orders-in", Fence({{"sale.order", "write", {"client_order_ref"}}}));
    const auto done = client->call({.model = "sale.order",
                                    .method = "write",
                                    .ids = std::vector<std::int64_t>{order},
                                    .arguments = {{"vals", {{"client_order_ref", "PO-71"}}}},
                                    .context = Json::object()});
    EXPECT_TRUE(done) << done.error().text();
}

TEST_F(SellSide, AnInvoiceGoesOnceAndAChangedOneNeverByItself) {
    const auto order = ordered("PO-7");
    delivered(order);
    act("sale.advance.payment.inv",
        "create_invoices",
        Json{{"ids", {1}}, {"context", {{"active_ids", {order}}}}});
    const Json moves = m_odoo->records("account.move");
    ASSERT_EQ(moves.size(), 1U);
    const auto move = moves[0]["id"].get<std::int64_t>();
    examine(m_outgoing->invoice(move));
    EXPECT_TRUE(m_books.keys.empty()) << "a draft is no invoice";
    const auto tax_number = [&](const char* number) {
        act("res.company", "write", Json::array({Json::array({1}), Json{{"vat", number}}}));
    };
    tax_number("US12-3456789");
    act("account.move", "action_post", Json::array({Json::array({move})}));
    examine(m_outgoing->invoice(move));
    examine(m_outgoing->invoice(move));
    ASSERT_EQ(m_books.keys.size(), 1U);
    EXPECT_EQ(findings("invoice", last()), "");
    // 24 × 10.95 + 2 × 120 + 3 × 131.40 + 150 × 3.33 and 15 %
    EXPECT_EQ(last()["totals"]["lines"], "1396.50");
    EXPECT_EQ(last()["totals"]["payable"], "1605.98");
    EXPECT_EQ(last()["taxes"][0]["percent"], "15");
    EXPECT_EQ((*line("7"))["quantity"], "3");
    EXPECT_EQ((*line("7"))["price"], "131.40");
    EXPECT_EQ(last()["seller"]["tax_id"], "US12-3456789");
    tax_number("US99-9999999");
    examine(m_outgoing->invoice(move));
    // Back to draft, another total, posted under the same number: a person must look.
    act("account.move", "button_draft", Json::array({Json::array({move})}));
    act("account.move", "action_post", Json::array({Json::array({move})}));
    examine(m_outgoing->invoice(move));
    act("account.move", "write", Json::array({Json::array({move}), Json{{"amount_total", 1}}}));
    const auto changed = m_outgoing->invoice(move);
    ASSERT_FALSE(changed);
    EXPECT_EQ(changed.error().code(), "odoo.invoice.changed");
    EXPECT_EQ(m_books.keys.size(), 1U);
}

TEST_F(SellSide, WhatWasDecidedBeforeACrashGoesOutAsItWasDecided) {
    const auto order = ordered("PO-8");
    m_books.failing = true;
    EXPECT_FALSE(m_outgoing->order(order));
    m_books.failing = false;
    const auto first = of("sale.order.line", "order_id", order).front();
    act("sale.order.line",
        "write",
        Json::array({Json::array({first}), Json{{"product_uom_qty", 20}, {"price_unit", 10.95}}}));
    restart();
    examine(m_outgoing->order(order));
    ASSERT_EQ(m_books.keys.size(), 2U) << "the first answer, then the change";
    EXPECT_EQ(m_books.submitted.at(m_books.keys[0]).canonical["status"], "accepted");
    EXPECT_EQ(last()["status"], "accepted_changed");
    // Killed after it was taken: the same key with the same content, or MemoryBooks complains.
    m_books.lost = true;
    act("sale.order.line",
        "write",
        Json::array({Json::array({first}), Json{{"product_uom_qty", 21}, {"price_unit", 10.95}}}));
    EXPECT_FALSE(m_outgoing->order(order));
    m_books.lost = false;
    restart();
    examine(m_outgoing->order(order));
    EXPECT_EQ(m_books.keys.size(), 3U);
}

TEST_F(SellSide, NobodysOrdersAndKindsNotAgreedStayAtHome) {
    const auto order = ordered("PO-9");
    m_books.unwanted = "OrderResponse";
    examine(m_outgoing->order(order));
    m_books.unwanted.clear();
    examine(m_outgoing->order(order));
    EXPECT_TRUE(m_books.keys.empty()) << "an agreement made later does not send what is past";
    m_books.orders.clear();
    examine(m_outgoing->order(order));
    EXPECT_TRUE(m_books.keys.empty());
}

TEST_F(SellSide, EachAccountHasWhatItsFlowNeedsAndNoMore) {
    for (const auto& [flow, login] : {std::pair{Flow::ResponsesOut, "responses-out"},
                                      std::pair{Flow::ShipmentsOut, "shipments-out"},
                                      std::pair{Flow::InvoicesOut, "invoices-out"},
                                      std::pair{Flow::Watcher, "watcher"}}) {
        auto prober = connect(login, rights_fence());
        auto report = probe_rights(*prober, flow, login, m_clock.now());
        ASSERT_TRUE(report) << report.error().text();
        EXPECT_TRUE(require_scoped(*report)) << report->text();
        auto admin = connect("admin", rights_fence());
        report = probe_rights(*admin, flow, "admin", m_clock.now());
        ASSERT_TRUE(report);
        EXPECT_EQ(refuse_excess(*report).error().code(), "odoo.rights.excess");
    }
}

TEST_F(SellSide, TheWatcherSeesDeliveriesToCustomersAndPostedInvoicesOnly) {
    auto client = connect("watcher", watcher_fence());
    const auto seen = [&](WatchedModel model) {
        auto page = watch_model(*client, std::move(model), m_clock)->page({}, 0, 100);
        EXPECT_TRUE(page) << page.error().text();
        return page ? page->rows.size() : 0;
    };
    const auto order = ordered("PO-10");
    EXPECT_EQ(seen(watched_orders()), 1U);
    EXPECT_EQ(seen(watched_pickings()), 0U);
    delivered(order);
    EXPECT_EQ(seen(watched_pickings()), 1U);
    EXPECT_EQ(
        seen(watched_move_lines()),
        of("stock.move.line", "picking_id", of("stock.picking", "sale_id", order).front()).size());
    EXPECT_EQ(seen(watched_invoices()), 0U);
}

TEST(Sscc, HasItsCheckDigitAndIsRecognised) {
    EXPECT_EQ(*make_sscc("340123450", 1), "340123450000000017");
    EXPECT_EQ(sscc_in("00340123450000000017"), "340123450000000017");
    EXPECT_EQ(sscc_in("(00)340123450000000017"), "340123450000000017");
    EXPECT_EQ(sscc_in("340123450000000019"), "");
    EXPECT_EQ(sscc_in("PACK0000001"), "");
    EXPECT_EQ(make_sscc("34012345", 1'000'000'000).error().code(), "odoo.sscc.exhausted");
    EXPECT_EQ(make_sscc("3401234", 1).error().code(), "odoo.sscc.prefix");
}

}  // namespace sallyport::odoo
