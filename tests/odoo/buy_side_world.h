// SPDX-License-Identifier: Apache-2.0
// The double with a vendor's order, the accounts of the buy side, and books in memory.
#pragma once

#include "fixtures.h"
#include "memory_books.h"
#include "tests/support/temp_dir.h"

#include "gateway/odoo/purchasing.h"
#include "gateway/odoo/vendor_documents.h"
#include "gateway/odoo_double/odoo_double.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace sallyport::odoo {

class BuySideWorld : public testing::Test {
protected:
    void SetUp() override {
        odoo_double::Options options;
        options.file = m_dir.path() / "odoo.db";
        options.seed = odoo_double::demo_seed();
        options.accounts = odoo_double::buying_accounts("key");
        options.accounts.push_back(odoo_double::administrator_account("key"));
        auto started = odoo_double::OdooDouble::start(std::move(options), m_clock);
        ASSERT_TRUE(started) << started.error().text();
        m_odoo = *std::move(started);
        m_orders = connect("purchase-out", purchase_out_fence(vendor_options()));
        m_receipts = connect("receipts-out", receipts_out_fence(vendor_options()));
        m_payments = connect("payments-out", payments_out_fence(vendor_options()));
        m_answers = connect("purchase-in", purchase_in_fence());
        m_notices = connect("asn-in", ship_notices_in_fence());
        m_bills = connect("bill-in", bills_in_fence());
        m_remittances = connect("remittance-in", remittances_in_fence());
        restart();
    }

    static OrdersOptions vendor_options() {
        OrdersOptions options;
        options.agreements["acme"].vendor = "VEND-0815";
        return options;
    }

    void restart() {
        m_purchasing = std::make_unique<Purchasing>(
            m_books,
            PurchasingClients{.orders = m_orders.get(),
                              .receipts = m_receipts.get(),
                              .payments = m_payments.get()},
            PurchasingOptions{.database = "demo", .orders = vendor_options()});
        m_documents = std::make_unique<VendorDocuments>(
            VendorClients{.answers = m_answers.get(),
                          .ship_notices = m_notices.get(),
                          .bills = m_bills.get(),
                          .remittances = m_remittances.get()},
            vendor_options(),
            Memory{.recall = [this](const std::string& name) { return m_books.recall(name); },
                   .remember =
                       [this](const std::string& name, const std::string& value) {
                           return m_books.remember(name, value);
                       }},
            fixture::no_pause);
    }

    std::unique_ptr<Client> connect(const std::string& login, Fence fence) {
        ClientOptions options;
        options.url = m_odoo->url();
        options.database = "demo";
        options.login = login;
        options.keys.emplace_back("key");
        return *Client::make(std::move(options), std::move(fence), m_clock);
    }

    Json ask(const std::string& model,
             const std::string& method,
             Json positional,
             Json named = {}) {
        auto answer = m_odoo->ask(
            model, method, positional, named.is_null() ? Json::object() : std::move(named));
        EXPECT_TRUE(answer) << model << "." << method << ": "
                            << (answer ? "" : answer.error().text());
        return answer ? *answer : Json();
    }

    // P00001: 50 widgets at 6.50 and 20 of lots at 1.40, confirmed.
    std::int64_t purchase(std::int64_t vendor = 10) {
        const Json id = ask(
            "purchase.order",
            "create",
            Json::array(
                {Json{{"partner_id", vendor},
                      {"order_line",
                       {{0, 0, {{"product_id", 2}, {"product_qty", 50}, {"price_unit", 6.5}}},
                        {0, 0, {{"product_id", 3}, {"product_qty", 20}, {"price_unit", 1.4}}}}}}}));
        ask("purchase.order", "button_confirm", Json::array({Json::array({id})}));
        return id.get<std::int64_t>();
    }

    // As Odoo shows them to a person: false for what is not set, names with the ids.
    Json all(const std::string& model, Json domain = Json::array()) {
        return ask(model,
                   "search_read",
                   Json::array(),
                   Json{{"domain", std::move(domain)}, {"order", "id"}});
    }
    Json record(const std::string& model, std::int64_t id) {
        const Json found = all(model, Json::array({Json::array({"id", "=", id})}));
        return found.empty() ? Json() : found[0];
    }
    std::vector<Json> where(const std::string& model, const std::string& field, const Json& value) {
        std::vector<Json> found;
        for (const Json& one : m_odoo->records(model))
            if (one.value(field, Json()) == value) found.push_back(one);
        return found;
    }

    static flow::DocumentPosting posting(const std::string& kind, const std::string& content) {
        flow::DocumentPosting one;
        one.document = "01JDOC" + kind;
        one.partner = "acme";
        one.kind = kind;
        one.business_key = "acme|" + kind + "|P00001|1";
        one.customer = "CUST-4711";
        one.vendor = "VEND-0815";
        one.content = Json::parse(content);
        one.original = {.file_name = kind + ".edi",
                        .content_type = "application/EDI-X12",
                        .octets = "ISA*" + kind + "~"};
        one.rules.price_tolerance = "1";
        one.rules.days_late = 60;
        return one;
    }

    static flow::DocumentPosting answer(const std::string& quantity = "50",
                                        const std::string& price = "6.55",
                                        const std::string& day = "2026-12-20") {
        return posting(
            "OrderResponse",
            R"({"purpose":"original","status":"accepted_changed","order":{"number":"P00001","seller_number":"VSO-9"},
          "lines":[{"no":"1","quantity":"50","unit":"unit","price":")" +
                price + R"(","item":{"seller_code":"W-77-A"},
            "answers":[{"status":"accepted","quantity":")" +
                quantity + R"(","unit":"unit","date_kind":"deliver","date":")" + day + R"("}]}]})");
    }

    static flow::DocumentPosting notice(const std::string& number = "SHP-1",
                                        const std::string& widgets = "36") {
        auto one = posting(
            "ShipNotice",
            R"({"purpose":"original","number":")" + number +
                R"(","shipment":{"expected_on":"2026-12-01","orders":[{"order_number":"P00001","packages":[
          {"kind":"carton","sscc":"340987650000000011","items":[{"line_no":"1","item":{"seller_code":"W-77-A"},"quantity":")" +
                widgets + R"(","unit":"unit"}]},
          {"kind":"carton","sscc":"340987650000000028","items":[{"line_no":"2","item":{"buyer_code":"EDI-1002","lot":"V-LOT-9"},
            "quantity":"1","unit":"dozen"}]}]}]}})");
        one.business_key += number;
        return one;
    }

    static flow::DocumentPosting bill(const std::string& price = "6.50",
                                      const std::string& quantity = "50") {
        return posting(
            "Invoice",
            R"({"type":"invoice","number":"VINV-1","date":"2026-11-23","currency":"USD","order_ref":{"number":"P00001"},
          "lines":[{"no":"10","quantity":")" +
                quantity + R"(","unit":"unit","price":")" + price +
                R"(","item":{"seller_code":"W-77-A"}}],"totals":{"payable":"373.75"}})");
    }

    flow::Noted post(const flow::DocumentPosting& one) {
        auto outcome = m_documents->post(one);
        EXPECT_TRUE(outcome) << (outcome ? "" : outcome.error().text());
        if (!outcome) return {};
        return std::get<flow::Noted>(*outcome);
    }
    std::string code(const flow::DocumentPosting& one) {
        auto outcome = m_documents->post(one);
        return outcome ? "posted" : std::string(outcome.error().code());
    }

    void receive(std::int64_t picking) {
        EXPECT_EQ(ask("stock.picking",
                      "button_validate",
                      Json::array({Json::array({picking})}),
                      Json{{"context", {{"skip_backorder", true}}}}),
                  Json(true));
    }

    void pay(std::int64_t bill) {
        ask("account.move", "action_post", Json::array({Json::array({bill})}));
        const Json wizard =
            ask("account.payment.register",
                "create",
                Json::array({Json::object()}),
                Json{{"context", {{"active_model", "account.move"}, {"active_ids", {bill}}}}});
        ask("account.payment.register",
            "action_create_payments",
            Json::array({Json::array({wizard})}));
    }

    testing_support::TempDir m_dir;
    SystemClock m_clock;
    MemoryBooks m_books;
    std::unique_ptr<odoo_double::OdooDouble> m_odoo;
    std::unique_ptr<Client> m_orders, m_receipts, m_payments, m_answers, m_notices, m_bills,
        m_remittances;
    std::unique_ptr<Purchasing> m_purchasing;
    std::unique_ptr<VendorDocuments> m_documents;
};

}  // namespace sallyport::odoo
