// SPDX-License-Identifier: Apache-2.0
// Our purchase orders, receipts and payments as documents for vendors, against the double.
#include "buy_side_world.h"

namespace sallyport::odoo {
namespace {

class BuySideOut : public BuySideWorld {
protected:
    void look(std::int64_t order) {
        const auto done = m_purchasing->order(order);
        ASSERT_TRUE(done) << done.error().text();
    }
    void set_line(std::int64_t line, Json values) {
        ask("purchase.order.line", "write", Json::array({Json::array({line}), std::move(values)}));
    }
};

}  // namespace

TEST_F(BuySideOut, AConfirmedPurchaseOrderGoesOutOnce) {
    const auto order = purchase();
    look(order);
    look(order);
    restart();
    look(order);
    ASSERT_EQ(m_books.keys, std::vector<std::string>{"odoo/demo/purchase.order/1/Order/rev1"});
    const OutgoingDocument& sent = m_books.last();
    EXPECT_EQ(sent.partner, "acme");
    EXPECT_EQ(sent.business_number, "P00001");
    EXPECT_EQ(findings("order", sent.canonical), "");
    const Json& line = sent.canonical["lines"][0];
    EXPECT_EQ(line["no"], "1");
    EXPECT_EQ(line["quantity"], "50");
    EXPECT_EQ(line["unit"], "unit");
    EXPECT_EQ(line["price"], "6.5");
    EXPECT_EQ(line["item"]["seller_code"], "W-77-A");
    EXPECT_EQ(line["item"]["buyer_code"], "EDI-1001");
    EXPECT_EQ(line["item"]["gtin"], "04006381333931");
    EXPECT_EQ(line["item"]["description"], "Widget 77A");
    EXPECT_EQ(sent.canonical["buyer"]["name"], "My Company");
    EXPECT_EQ(sent.canonical["seller"]["buyer_code"], "VEND-0815");
}

TEST_F(BuySideOut, ADraftOrOneForAnotherVendorIsNobodysBusiness) {
    ask("purchase.order", "create", Json::array({Json{{"partner_id", 10}}}));
    look(1);
    const auto other = purchase(7);
    look(other);
    EXPECT_TRUE(m_books.keys.empty());
}

TEST_F(BuySideOut, ARaisedLineIsAChangeThatNamesOnlyThatLine) {
    const auto order = purchase();
    look(order);
    set_line(1, Json{{"product_qty", 60}});
    look(order);
    look(order);
    ASSERT_EQ(m_books.keys.size(), 2U);
    const Json& change = m_books.last().canonical;
    EXPECT_EQ(m_books.last().kind, "OrderChange");
    EXPECT_EQ(findings("order_change", change), "");
    EXPECT_EQ(change["change_number"], "1");
    ASSERT_EQ(change["lines"].size(), 1U);
    EXPECT_EQ(change["lines"][0]["change"], "quantity_up");
    EXPECT_EQ(change["lines"][0]["quantity"], "60");
    EXPECT_EQ(change["lines"][0]["left"], "60");
}

TEST_F(BuySideOut, EachChangeIsComparedWithTheOneBeforeIt) {
    const auto order = purchase();
    look(order);
    set_line(1, Json{{"price_unit", 7.0}});
    look(order);
    EXPECT_EQ(m_books.last().canonical["lines"][0]["change"], "price");
    set_line(2, Json{{"product_qty", 0}});
    look(order);
    ASSERT_EQ(m_books.last().canonical["lines"].size(), 1U);
    EXPECT_EQ(m_books.last().canonical["lines"][0]["change"], "delete");
    EXPECT_EQ(m_books.last().canonical["change_number"], "2");
    ask("purchase.order.line",
        "create",
        Json::array(
            {Json{{"order_id", 1}, {"product_id", 4}, {"product_qty", 3}, {"price_unit", 90}}}));
    look(order);
    EXPECT_EQ(m_books.last().canonical["lines"][0]["change"], "add");
    EXPECT_EQ(m_books.last().canonical["lines"][0]["no"], "3");
}

TEST_F(BuySideOut, ACancelledOrderIsACancellationOnce) {
    const auto order = purchase();
    look(order);
    ask("purchase.order", "button_cancel", Json::array({Json::array({order})}));
    look(order);
    look(order);
    ASSERT_EQ(m_books.keys.size(), 2U);
    EXPECT_EQ(m_books.last().canonical["purpose"], "cancellation");
    EXPECT_EQ(findings("order_change", m_books.last().canonical), "");
}

TEST_F(BuySideOut, AnOrderCancelledBeforeItWentOutIsNeverMentioned) {
    const auto order = purchase();
    ask("purchase.order", "button_cancel", Json::array({Json::array({order})}));
    look(order);
    EXPECT_TRUE(m_books.keys.empty());
}

TEST_F(BuySideOut, WithoutAnAgreedChangeDocumentAPersonIsTold) {
    const auto order = purchase();
    look(order);
    m_books.unwanted = "OrderChange";
    set_line(1, Json{{"product_qty", 60}});
    for (int twice = 0; twice < 2; ++twice) {
        const auto told = m_purchasing->order(order);
        ASSERT_FALSE(told);
        EXPECT_EQ(told.error().code(), "odoo.purchase.change");
    }
    m_books.unwanted.clear();
    look(order);
    EXPECT_EQ(m_books.keys.size(), 2U);
}

TEST_F(BuySideOut, WhatWasDecidedBeforeACrashGoesOutAsItWasDecided) {
    const auto order = purchase();
    m_books.failing = true;
    EXPECT_FALSE(m_purchasing->order(order));
    set_line(1, Json{{"product_qty", 60}});
    m_books.failing = false;
    m_books.lost = true;
    EXPECT_FALSE(m_purchasing->order(order));
    m_books.lost = false;
    restart();
    look(order);
    ASSERT_EQ(m_books.keys.size(), 2U);
    EXPECT_EQ(m_books.submitted.at(m_books.keys[0]).canonical["lines"][0]["quantity"], "50");
    EXPECT_EQ(m_books.last().canonical["lines"][0]["quantity"], "60");
}

TEST_F(BuySideOut, WhatTheVendorAnsweredIsNotToldBackToIt) {
    const auto order = purchase();
    look(order);
    EXPECT_EQ(post(answer()).record.name, "P00001");
    EXPECT_EQ(record("purchase.order.line", 1)["price_unit"], 6.55);
    look(order);
    EXPECT_EQ(m_books.keys.size(), 1U) << m_books.last().canonical.dump();
    // A person's own change of the same line is.
    set_line(1, Json{{"price_unit", 6.9}});
    look(order);
    ASSERT_EQ(m_books.keys.size(), 2U);
    EXPECT_EQ(m_books.last().canonical["lines"][0]["price"], "6.9");
}

TEST_F(BuySideOut, AReceiptThatIsDoneIsAdvisedByLineLotAndPackage) {
    purchase();
    post(notice());
    const auto early = m_purchasing->receipt(1);
    ASSERT_TRUE(early);
    EXPECT_TRUE(m_books.keys.empty()) << "it is not done yet";
    receive(1);
    ASSERT_TRUE(m_purchasing->receipt(1));
    ASSERT_TRUE(m_purchasing->receipt(1));
    ASSERT_EQ(
        m_books.keys,
        std::vector<std::string>{"odoo/demo/stock.picking/1/ReceivingAdvice/ReceivingAdvice/rev1"});
    const Json& advice = m_books.last().canonical;
    EXPECT_EQ(findings("receiving_advice", advice), "");
    EXPECT_EQ(advice["order_number"], "P00001");
    ASSERT_EQ(advice["lines"].size(), 2U);
    EXPECT_EQ(advice["lines"][0]["received"], "36");
    EXPECT_EQ(advice["lines"][0]["sscc"], "340987650000000011");
    EXPECT_EQ(advice["lines"][1]["received"], "12");
    EXPECT_EQ(advice["lines"][1]["item"]["lot"], "V-LOT-9");
    EXPECT_EQ(advice["lines"][1]["order_line"], "2");
}

TEST_F(BuySideOut, ADeliveryToACustomerIsNoReceipt) {
    ask("stock.picking",
        "create",
        Json::array(
            {Json{{"name", "WH/OUT/1"}, {"state", "done"}, {"date_done", "2026-11-23 10:00:00"}}}));
    ASSERT_TRUE(m_purchasing->receipt(1));
    EXPECT_TRUE(m_books.keys.empty());
}

TEST_F(BuySideOut, APaymentSaysWhichBillsItSettles) {
    purchase();
    receive(1);
    const auto made = post(bill());
    pay(made.record.id);
    ASSERT_TRUE(m_purchasing->payment(1));
    ASSERT_TRUE(m_purchasing->payment(1));
    ASSERT_EQ(m_books.keys.size(), 1U);
    const Json& advice = m_books.last().canonical;
    EXPECT_EQ(findings("remittance_advice", advice), "");
    EXPECT_EQ(advice["amount"], "373.75");
    ASSERT_EQ(advice["payments"].size(), 1U);
    EXPECT_EQ(advice["payments"][0]["number"], "VINV-1");
    EXPECT_EQ(advice["payments"][0]["paid"], "373.75");
    EXPECT_EQ(m_books.last().business_number, "P00001");
}

TEST_F(BuySideOut, APaymentThatSettlesNothingYetIsLookedAtAgain) {
    ask("account.payment",
        "create",
        Json::array(
            {Json{{"name", "PBNK1/1"}, {"state", "posted"}, {"partner_id", 10}, {"amount", 5}}}));
    const auto looked = m_purchasing->payment(1);
    ASSERT_TRUE(looked) << looked.error().text();
    EXPECT_EQ(*looked, Examined::Later);
    EXPECT_TRUE(m_books.keys.empty());
}

}  // namespace sallyport::odoo
