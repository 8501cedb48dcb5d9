// SPDX-License-Identifier: Apache-2.0
// What vendors and customers send about our orders and invoices, against the double: what becomes of it, once, whatever is
// lost on the way.
#include "buy_side_world.h"

namespace sallyport::odoo {
namespace {

class BuySideIn : public BuySideWorld {
protected:
    std::size_t tasks(const std::string& model, std::int64_t id) {
        return all("mail.activity",
                   Json::array({Json::array({"res_model_id.model", "=", model}),
                                Json::array({"res_id", "=", id})}))
            .size();
    }
    std::size_t notes(const std::string& model, std::int64_t id) {
        return all("mail.message",
                   Json::array(
                       {Json::array({"model", "=", model}), Json::array({"res_id", "=", id})}))
            .size();
    }
};

}  // namespace

TEST_F(BuySideIn, AnAnswerWithinTheToleranceIsWrittenWithItsNumberAndDates) {
    purchase();
    const auto noted = post(answer());
    EXPECT_EQ(noted.system, "odoo/purchase.order");
    EXPECT_FALSE(noted.refused);
    EXPECT_EQ(record("purchase.order", 1)["partner_ref"], "VSO-9");
    const Json line = record("purchase.order.line", 1);
    EXPECT_EQ(line["price_unit"], 6.55);
    EXPECT_EQ(line["product_qty"], 50.0);
    EXPECT_EQ(line["date_planned"], "2026-12-20 12:00:00");
    EXPECT_EQ(where("ir.attachment", "res_model", "purchase.order").size(), 1U);
    EXPECT_EQ(tasks("purchase.order", 1), 0U);
}

TEST_F(BuySideIn, AnAnswerMadeBeforeIsNotMadeAgainOverAPersonsEdit) {
    purchase();
    post(answer());
    ask("purchase.order.line", "write", Json::array({Json::array({1}), Json{{"price_unit", 6.0}}}));
    const auto again = post(answer());
    EXPECT_TRUE(again.record.existed);
    EXPECT_EQ(record("purchase.order.line", 1)["price_unit"], 6.0);
    EXPECT_EQ(notes("purchase.order", 1), 1U);
}

TEST_F(BuySideIn, APriceBeyondTheToleranceIsHeldWithOneTask) {
    purchase();
    EXPECT_EQ(code(answer("50", "6.57")), "odoo.answer.held");
    EXPECT_EQ(code(answer("50", "6.57")), "odoo.answer.held");
    EXPECT_EQ(record("purchase.order.line", 1)["price_unit"], 6.5);
    EXPECT_EQ(record("purchase.order", 1)["partner_ref"], false);
    EXPECT_EQ(tasks("purchase.order", 1), 1U);
}

TEST_F(BuySideIn, APriceBeyondTheToleranceIsRefusedOrWarnedOfWhenTheAgreementSaysSo) {
    purchase();
    auto one = answer("50", "9.99");
    one.rules.on_price = flow::BuyingRules::Act::Reject;
    EXPECT_TRUE(post(one).refused);
    EXPECT_EQ(record("purchase.order", 1)["partner_ref"], false);
    one.rules.on_price = flow::BuyingRules::Act::Warn;
    const auto warned = post(one);
    EXPECT_FALSE(warned.refused);
    EXPECT_EQ(warned.remarks, "line 1: price 9.99 instead of 6.5");
    EXPECT_EQ(record("purchase.order.line", 1)["price_unit"], 6.5) << "a warning writes no price";
    EXPECT_EQ(record("purchase.order", 1)["partner_ref"], "VSO-9");
}

TEST_F(BuySideIn, AQuantityIsNeverLowered) {
    purchase();
    auto less = answer("48", "6.5");
    EXPECT_EQ(code(less), "odoo.answer.held");
    less.rules.quantity_tolerance = "5";
    post(less);
    EXPECT_EQ(record("purchase.order.line", 1)["product_qty"], 50.0);
    auto more = answer("52", "6.5");
    more.business_key += "|2";
    more.rules.quantity_tolerance = "5";
    post(more);
    EXPECT_EQ(record("purchase.order.line", 1)["product_qty"], 52.0);
}

TEST_F(BuySideIn, ALateDateIsWrittenAndAskedAbout) {
    purchase();
    const auto late = post(answer("50", "6.5", "2099-01-01"));
    EXPECT_NE(late.remarks.find("2099-01-01"), std::string::npos) << late.remarks;
    EXPECT_EQ(record("purchase.order.line", 1)["date_planned"], "2099-01-01 12:00:00");
    EXPECT_EQ(tasks("purchase.order", 1), 1U);
}

TEST_F(BuySideIn, AnAnswerToNoOrderOfThisVendorIsHeld) {
    EXPECT_EQ(code(answer()), "odoo.purchase.unknown");
    purchase(7);
    EXPECT_EQ(code(answer()), "odoo.purchase.unknown");
}

TEST_F(BuySideIn, AnAnswerAboutAnotherItemIsHeld) {
    purchase();
    auto one = answer();
    one.content["lines"][0]["item"] = Json{{"seller_code", "W-99"}};
    EXPECT_EQ(code(one), "odoo.purchase.line");
}

TEST_F(BuySideIn, AShipNoticeIsWhatTheReceiptExpects) {
    purchase();
    const auto noted = post(notice());
    EXPECT_EQ(noted.record.name, "WH/IN/00001");
    const Json lines = all("stock.move.line");
    ASSERT_EQ(lines.size(), 2U) << "lines that stood for all that was ordered gave way";
    EXPECT_EQ(lines[0]["quantity"], 36.0);
    EXPECT_EQ(lines[0]["result_package_id"][1], "00340987650000000011");
    EXPECT_EQ(lines[1]["quantity"], 12.0) << "a dozen";
    EXPECT_EQ(lines[1]["lot_name"], "V-LOT-9");
    EXPECT_EQ(record("stock.picking", 1)["scheduled_date"], "2026-12-01 12:00:00");
    EXPECT_EQ(record("stock.picking", 1)["state"], "assigned");
}

TEST_F(BuySideIn, ASecondNoticeAddsToTheFirst) {
    purchase();
    post(notice("SHP-1", "30"));
    auto second = notice("SHP-2", "20");
    second.content["shipment"]["orders"][0]["packages"].erase(1);
    post(second);
    EXPECT_EQ(m_odoo->records("stock.move.line").size(), 3U);
    EXPECT_EQ(record("stock.move", 1)["quantity"], 50.0);
}

TEST_F(BuySideIn, ALineRaisedAfterItsConfirmationIsExpectedInTwoMoves) {
    purchase();
    ask("purchase.order.line",
        "write",
        Json::array({Json::array({1}), Json{{"product_qty", 60}, {"price_unit", 6.5}}}));
    ASSERT_EQ(all("stock.move").size(), 3U) << "five cases of 12, which 50 are not";
    EXPECT_EQ(code(notice("SHP-0", "61")), "odoo.shipment.held");
    post(notice("SHP-1", "60"));
    const Json moves = all("stock.move");
    EXPECT_EQ(moves[0]["quantity"], 50.0);
    EXPECT_EQ(moves[2]["quantity"], 10.0);
    receive(1);
    EXPECT_EQ(record("purchase.order.line", 1)["qty_received"], 60.0);
}

TEST_F(BuySideIn, APackageWhoseCodeIsNoSsccIsNamedInTheNote) {
    purchase();
    auto wrong = notice();
    wrong.content["shipment"]["orders"][0]["packages"][0]["sscc"] = "340987650000000014";
    post(wrong);
    const std::string note = all("mail.message")[0]["body"];
    EXPECT_NE(note.find("340987650000000014&#39; is no SSCC"), std::string::npos) << note;
    EXPECT_EQ(all("stock.move.line")[0]["result_package_id"], false);
}

TEST_F(BuySideIn, MoreThanOrderedIsHeld) {
    purchase();
    EXPECT_EQ(code(notice("SHP-1", "60")), "odoo.shipment.held");
    EXPECT_EQ(all("stock.move.line")[0]["quantity"], 50.0);
    EXPECT_EQ(tasks("stock.picking", 1), 1U);
}

TEST_F(BuySideIn, ANoticeAfterTheGoodsIsHeld) {
    purchase();
    receive(1);
    EXPECT_EQ(code(notice()), "odoo.receipt.none");
}

TEST_F(BuySideIn, ABillOfWhatWasOrderedAndReceivedIsADraft) {
    purchase();
    receive(1);
    const auto made = post(bill());
    EXPECT_EQ(made.system, "odoo/account.move");
    EXPECT_EQ(made.record.state, "draft");
    EXPECT_EQ(made.remarks, "");
    const Json move = record("account.move", made.record.id);
    EXPECT_EQ(move["move_type"], "in_invoice");
    EXPECT_EQ(move["ref"], "VINV-1");
    EXPECT_EQ(move["invoice_origin"], "P00001");
    EXPECT_EQ(move["amount_total"], 373.75);
    EXPECT_EQ(record("purchase.order.line", 1)["qty_invoiced"], 50.0);
    EXPECT_TRUE(post(bill()).record.existed);
    EXPECT_EQ(m_odoo->records("account.move").size(), 1U);
}

TEST_F(BuySideIn, ABillOfWhatDidNotComeIsHeldUntilItCame) {
    purchase();
    EXPECT_EQ(code(bill()), "odoo.bill.held");
    EXPECT_TRUE(m_odoo->records("account.move").empty());
    receive(1);
    EXPECT_EQ(code(bill()), "posted");
}

TEST_F(BuySideIn, ABillWithAnotherPriceIsHeldRefusedOrWarnedOf) {
    purchase();
    receive(1);
    auto dear = bill("6.60");
    EXPECT_EQ(code(dear), "odoo.bill.held");
    dear.rules.on_price = flow::BuyingRules::Act::Reject;
    EXPECT_TRUE(post(dear).refused);
    EXPECT_TRUE(m_odoo->records("account.move").empty());
    dear.rules.on_price = flow::BuyingRules::Act::Warn;
    const auto made = post(dear);
    EXPECT_NE(made.remarks.find("price 6.6 instead of 6.5"), std::string::npos) << made.remarks;
    EXPECT_NE(made.remarks.find("373.75 in all"), std::string::npos) << made.remarks;
    EXPECT_EQ(tasks("account.move", made.record.id), 1U);
}

TEST_F(BuySideIn, WhatWasBilledBeforeCounts) {
    purchase();
    receive(1);
    post(bill("6.50", "30"));
    auto second = bill("6.50", "30");
    second.content["number"] = "VINV-2";
    second.business_key += "|2";
    EXPECT_EQ(code(second), "odoo.bill.held");
    second.content["lines"][0]["quantity"] = "20";
    EXPECT_EQ(code(second), "posted");
}

TEST_F(BuySideIn, ABillAPersonTypedInIsADuplicate) {
    purchase();
    receive(1);
    ask("account.move",
        "create",
        Json::array({Json{{"move_type", "in_invoice"}, {"partner_id", 10}, {"ref", "VINV-1"}}}));
    EXPECT_EQ(code(bill()), "odoo.bill.duplicate");
}

TEST_F(BuySideIn, AForeignCurrencyIsHeldWhateverTheRules) {
    purchase();
    receive(1);
    auto one = bill();
    one.content["currency"] = "EUR";
    one.rules.on_price = flow::BuyingRules::Act::Warn;
    EXPECT_EQ(code(one), "odoo.bill.held");
}

TEST_F(BuySideIn, ARemittanceAdviceIsANoteOnEachInvoiceAndATaskWhereItPaysLess) {
    for (const char* number : {"INV/1", "INV/2"})
        ask("account.move",
            "create",
            Json::array({Json{{"move_type", "out_invoice"},
                              {"name", number},
                              {"state", "posted"},
                              {"partner_id", 7},
                              {"amount_residual", 100}}}));
    const auto advice = posting(
        "RemittanceAdvice",
        R"({"trace":"0009981","currency":"USD","pay_on":"2026-11-30","amount":"185.50","payments":[
        {"kind":"invoice","number":"INV/1","paid":"100"},{"kind":"invoice","number":"INV/2","paid":"85.50","gross":"100"},
        {"kind":"invoice","number":"OTHER","paid":"0"}]})");
    for (int twice = 0; twice < 2; ++twice) {
        const auto noted = post(advice);
        EXPECT_NE(noted.remarks.find("INV/2: pays 85.5 of 100 open"), std::string::npos)
            << noted.remarks;
        EXPECT_NE(noted.remarks.find("'OTHER'"), std::string::npos) << noted.remarks;
    }
    EXPECT_EQ(notes("account.move", 1), 1U);
    EXPECT_EQ(notes("account.move", 2), 1U);
    EXPECT_EQ(tasks("account.move", 1), 0U);
    EXPECT_EQ(tasks("account.move", 2), 1U);
    auto none = advice;
    none.content["payments"].erase(1);
    none.content["payments"][0]["number"] = "OTHER";
    EXPECT_EQ(code(none), "odoo.remittance.unknown");
}

TEST_F(BuySideIn, AFlowWithoutAnAccountSaysWhichSettingItWants) {
    VendorDocuments none({}, vendor_options(), {}, fixture::no_pause);
    const auto told = none.post(bill());
    ASSERT_FALSE(told);
    EXPECT_EQ(told.error().code(), "odoo.flow.off");
    EXPECT_NE(told.error().remedy().find("odoo.bills.login"), std::string::npos);
}

// --- whatever is lost --------------------------------------------------------------------------------------------------

struct Lost {
    const char* kind;
    const char* model;
    const char* method;
};

class BuySideLost : public BuySideWorld, public testing::WithParamInterface<Lost> {
protected:
    flow::DocumentPosting document() const {
        const std::string kind = GetParam().kind;
        return kind == "answer"   ? answer("50", "6.55", "2099-01-01")
               : kind == "notice" ? notice()
                                  : warned_bill();
    }
    static flow::DocumentPosting warned_bill() {
        auto one = bill("6.60");
        one.rules.on_price = flow::BuyingRules::Act::Warn;
        return one;
    }
    // All that documents leave behind, without times.
    Json state() {
        Json all = Json::object();
        for (const char* model : {"purchase.order",
                                  "purchase.order.line",
                                  "stock.move.line",
                                  "stock.quant.package",
                                  "account.move",
                                  "account.move.line",
                                  "mail.message",
                                  "mail.activity",
                                  "ir.attachment"})
            for (Json one : m_odoo->records(model)) {
                for (const char* field : {"id",
                                          "create_date",
                                          "write_date",
                                          "date",
                                          "date_planned",
                                          "date_approve",
                                          "order_line",
                                          "message_ids",
                                          "invoice_line_ids",
                                          "line_ids",
                                          "display_name"})
                    one.erase(field);
                all[model].push_back(std::move(one));
            }
        return all;
    }
};

TEST_P(BuySideLost, IsMadeOnceWhenTheReplyOrTheCallIsLost) {
    using Kind = odoo_double::Fault::Kind;
    purchase();
    if (std::string(GetParam().kind) == "bill") receive(1);
    for (const Kind fault : {Kind::DropBeforeCommit, Kind::DropAfterCommit}) {
        m_odoo->arm({.kind = fault, .model = GetParam().model, .method = GetParam().method});
        const auto first = m_documents->post(document());
        EXPECT_FALSE(first) << "the fault was met";
        EXPECT_EQ(m_odoo->armed(), 0U);
        restart();
        if (fault == Kind::DropBeforeCommit) continue;
        const auto second = m_documents->post(document());
        ASSERT_TRUE(second) << second.error().text();
        break;
    }
    const Json once = state();
    post(document());
    EXPECT_EQ(state(), once);
    EXPECT_LE(m_odoo->records("account.move").size(), 1U);
    EXPECT_EQ(once.value("mail.activity", Json::array()).size(),
              std::string(GetParam().kind) == "notice" ? 0U : 1U);
    EXPECT_EQ(once["mail.message"].size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(AtEveryCall,
                         BuySideLost,
                         testing::Values(Lost{"answer", "purchase.order", "search_read"},
                                         Lost{"answer", "mail.message", "search_read"},
                                         Lost{"answer", "uom.uom", "search_read"},
                                         Lost{"answer", "ir.attachment", "load"},
                                         Lost{"answer", "purchase.order", "load"},
                                         Lost{"answer", "mail.activity", "load"},
                                         Lost{"notice", "stock.picking", "search_read"},
                                         Lost{"notice", "stock.move", "search_read"},
                                         Lost{"notice", "stock.quant.package", "load"},
                                         Lost{"notice", "ir.attachment", "load"},
                                         Lost{"notice", "stock.picking", "write"},
                                         Lost{"bill", "account.move", "search_read"},
                                         Lost{"bill", "account.move", "load"},
                                         Lost{"bill", "ir.attachment", "load"},
                                         Lost{"bill", "mail.message", "load"},
                                         Lost{"bill", "mail.activity", "load"}),
                         [](const auto& one) {
                             std::string name = std::string(one.param.kind) + "_" +
                                                one.param.model + "_" + one.param.method;
                             for (char& letter : name)
                                 if (letter == '.') letter = '_';
                             return name;
                         });

}  // namespace sallyport::odoo
