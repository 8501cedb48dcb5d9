// SPDX-License-Identifier: Apache-2.0
// Questions and shipment updates over the API: how far an order is, what is in stock, where a shipment is.
#include "api_world.h"

#include "gateway/flow/outbound.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace sallyport::api {
namespace {

class Inquiries : public PartnerApi {
protected:
    Inquiries() : outbound(flow::make_outbound(*world.tools, [] {})) {
        EXPECT_EQ(post("order", flow::testing::write_850({})).status, 202);
        world.run();
    }
    json progress(const std::string& partner = "acme") {
        return json::parse(get("/v1/orders/PO-1/progress", partner).body);
    }
    std::string shares() {
        const json now = progress();
        return now["state"].get<std::string>() + " " + now["shipped"].get<std::string>() + " " +
               now["invoiced"].get<std::string>();
    }
    // What we say to the partner about PO-1.
    void say(const std::string& kind,
             const std::string& number,
             const nlohmann::ordered_json& what) {
        world.clock.advance(std::chrono::milliseconds(10));
        const auto taken = outbound->submit({.source_key = kind + number + what.dump(),
                                             .partner = "acme",
                                             .kind = kind,
                                             .canonical = &what,
                                             .business_number = "PO-1",
                                             .own_number = number,
                                             .origin = "odoo"});
        ASSERT_TRUE(taken) << taken.error().text();
    }
    void respond(const std::string& status, const std::string& confirmed) {
        const nlohmann::ordered_json line{
            {"no", "1"}, {"status", "changed"}, {"confirmed", confirmed}};
        say("OrderResponse",
            "S00042",
            {{"status", status},
             {"number", "S00042"},
             {"lines", nlohmann::ordered_json::array({line})}});
    }
    void ship(const std::string& number, const std::string& quantity) {
        const nlohmann::ordered_json item{{"line_no", "1"}, {"quantity", quantity}};
        const nlohmann::ordered_json package{{"kind", "carton"},
                                             {"items", nlohmann::ordered_json::array({item})}};
        const nlohmann::ordered_json order{{"order_number", "PO-1"},
                                           {"packages", nlohmann::ordered_json::array({package})}};
        say("ShipNotice",
            number,
            {{"number", number},
             {"shipment", {{"orders", nlohmann::ordered_json::array({order})}}}});
    }
    void bill(const std::string& number, const std::string& type, const std::string& quantity) {
        const nlohmann::ordered_json line{{"no", "1"}, {"quantity", quantity}};
        say("Invoice",
            number,
            {{"type", type}, {"number", number}, {"lines", nlohmann::ordered_json::array({line})}});
    }
    HttpResponse update(const std::string& key, const std::string& body) {
        world.clock.advance(std::chrono::milliseconds(10));
        const auto answer = ApiWorld::ask(
            *door,
            who.post("/v1/shipments", who.tokens_of["acme"], key, {"application/json", body}));
        world.run();
        return answer;
    }

    std::unique_ptr<flow::Outbound> outbound;
};

TEST_F(Inquiries, AnOrderGoesItsWayFromAcceptedToInvoiced) {
    const json first = progress();
    ASSERT_EQ(first["lines"].size(), 1U) << first.dump();
    EXPECT_EQ(first["our_order"], "S00042");
    const std::string ordered = first["lines"][0]["ordered"];
    EXPECT_FALSE(first["lines"][0].contains("confirmed"));
    EXPECT_EQ(shares(), "accepted none none");
    respond("accepted_changed", "6");
    EXPECT_EQ(shares(), "changed none none");
    ship("OUT-1", "2");
    EXPECT_EQ(shares(), "changed part none");
    ship("OUT-2", "4");
    EXPECT_EQ(shares(), "changed full none") << "of what was confirmed, 6 of " << ordered;
    bill("INV-1", "invoice", "6");
    EXPECT_EQ(shares(), "changed full full");
    bill("RINV-1", "credit_note", "1");
    EXPECT_EQ(shares(), "changed full part");
    const json last = progress()["lines"][0];
    EXPECT_EQ(last["ordered"], ordered);
    EXPECT_EQ(last["confirmed"], "6");
    EXPECT_EQ(last["shipped"], "6");
    EXPECT_EQ(last["invoiced"], "5");
}

TEST_F(Inquiries, ANoticeThatWasSentAgainCountsOnce) {
    respond("accepted", "6");
    EXPECT_EQ(shares(), "confirmed none none");
    ship("OUT-1", "2");
    ship("OUT-1", "3");
    EXPECT_EQ(progress()["lines"][0]["shipped"], "3");
}

TEST_F(Inquiries, ARejectedOrderIsCancelledAndAnotherPartnersIsNone) {
    respond("rejected", "0");
    EXPECT_EQ(progress()["state"], "cancelled");
    EXPECT_EQ(get("/v1/orders/PO-1/progress", "bolt").status, 404);
    EXPECT_EQ(get("/v1/orders/PO-2/progress").status, 404);
}

// Both partners have an order of this number.
TEST_F(Inquiries, TheSameNumberAtTwoPartnersIsTwoOrders) {
    const auto mapped = json::parse(*world.archive.get(world.newest("850").canonical_ref));
    auto other = mapped;
    other["lines"][0]["quantity"] = "77";
    world.clock.advance(std::chrono::milliseconds(10));
    const auto taken = ApiWorld::ask(
        *door,
        who.post("/v1/orders", who.tokens_of["bolt"], "b", {"application/json", other.dump()}));
    ASSERT_EQ(taken.status, 202) << taken.body;
    world.run();
    ship("OUT-1", "2");
    EXPECT_EQ(progress("bolt")["lines"][0]["ordered"], "77");
    EXPECT_EQ(progress("bolt")["shipped"], "none");
    EXPECT_EQ(progress("acme")["shipped"], "part");
    EXPECT_NE(progress("acme")["lines"][0]["ordered"], "77");
}

TEST_F(Inquiries, AnOrderThatIsHeldSaysSo) {
    world.back_office.missing = {{.kind = "product", .value = "X", .where = "lines[0]"}};
    ASSERT_EQ(
        post("held", flow::testing::write_850({.number = "PO-7", .control = "000000007"})).status,
        202);
    EXPECT_EQ(get("/v1/orders/PO-7/progress").status, 404) << "nobody has looked into it yet";
    world.run();
    const json held = json::parse(get("/v1/orders/PO-7/progress").body);
    EXPECT_EQ(held["state"], "held");
    EXPECT_EQ(held["our_order"], "");
}

TEST_F(Inquiries, StockSaysItsAgeAndIsOfferedOnlyWhereSomebodyAnswers) {
    const auto answer = get("/v1/stock?sku=A-100,B-200");
    const auto stock = json::parse(answer.body);
    EXPECT_EQ(stock["items"][0]["available"], "12.5");
    EXPECT_EQ(stock["unknown"][0], "B-200");
    EXPECT_EQ(header(answer, "Age"), "42");
    auto again = who.request("GET", "/v1/stock?sku=A-100,B-200", who.tokens_of["acme"]);
    again.headers.emplace_back("If-None-Match", header(answer, "ETag"));
    EXPECT_EQ(ApiWorld::ask(*door, again).status, 304);
    EXPECT_EQ(get("/v1/stock?sku=B-200").status, 404);
    EXPECT_EQ(get("/v1/stock?sku=,").status, 400);
    EXPECT_EQ(get("/v1/stock").status, 400);
    shelf.away = true;
    EXPECT_EQ(get("/v1/stock?sku=A-100").status, 503);
    PartnerApiParts without = parts();
    without.stock = nullptr;
    door = who.door(make_partner_api(without));
    EXPECT_EQ(get("/v1/stock?sku=A-100").status, 404);
    const auto paths = json::parse(get("/v1/openapi.json").body)["paths"];
    EXPECT_FALSE(paths.contains("/v1/stock"));
    EXPECT_TRUE(paths.contains("/v1/orders/{purchase_order}/progress"));
}

TEST_F(Inquiries, AShipmentUpdateIsKeptInTheThreadAndReadBackAsItCame) {
    const std::string body =
        R"({"refs":[{"kind":"order","value":"PO-1"}],"number":"1Z999","carrier":{"scac":"UPSN"},)"
        R"("consignments":[{"events":[{"code":"delivered","date":"2026-11-23"}]}]})";
    const auto first = update("u1", body);
    ASSERT_EQ(first.status, 202) << first.body;
    EXPECT_EQ(update("u1", body).body, first.body) << "the same key, the same answer";
    const auto list = json::parse(get("/v1/shipments?purchase_order=PO-1").body)["items"];
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list[0]["kind"], "TransportStatus");
    EXPECT_EQ(list[0]["number"], "1Z999");
    EXPECT_EQ(list[0]["status"]["back_office"], "not_needed");
    EXPECT_EQ(list[0]["next"]["actor"], "nobody");
    const auto one =
        json::parse(get("/v1/shipments/" + list[0]["id"].get<std::string>()).body)["content"];
    EXPECT_EQ(one, json::parse(body));
    const auto events = world.events();
    EXPECT_EQ(std::count(events.begin(), events.end(), "document.kept"), 1);
}

TEST_F(Inquiries, TheSameUpdateTwiceIsOneAndAnotherAboutTheSameShipmentIsAnother) {
    const auto of = [](const std::string& code) {
        return R"({"number":"1Z999","refs":[{"kind":"order","value":"PO-1"}],)"
               R"("consignments":[{"events":[{"code":")" +
               code + "\"}]}]}";
    };
    ASSERT_EQ(update("u1", of("departed")).status, 202);
    ASSERT_EQ(update("u2", of("departed")).status, 202);
    ASSERT_EQ(update("u3", of("delivered")).status, 202);
    const auto events = world.events();
    EXPECT_EQ(std::count(events.begin(), events.end(), "document.kept"), 2);
    EXPECT_EQ(std::count(events.begin(), events.end(), "document.held"), 0)
        << "reports of one shipment are no conflict";
    EXPECT_EQ(std::count(events.begin(), events.end(), "document.duplicate_suppressed"), 1);
    EXPECT_EQ(code_of(update("u3", of("departed"))), "https.idempotency.reused");
}

TEST_F(Inquiries, AnUpdateThatDoesNotConformIsRefusedWithEveryPlace) {
    const auto wrong = update("u1", R"({"number":"1Z","colour":"red","consignments":"none"})");
    EXPECT_EQ(wrong.status, 422);
    EXPECT_THAT(wrong.body, ::testing::HasSubstr("/colour"));
    EXPECT_THAT(wrong.body, ::testing::HasSubstr("/consignments"));
    EXPECT_EQ(code_of(update("u2", R"({"shipment_number":"S-1"})")), "https.document");
}

TEST_F(Inquiries, AShipNoticeOfOursIsReadAsCanonicalJson) {
    ship("OUT-1", "2");
    const auto list = json::parse(get("/v1/shipments?purchase_order=PO-1").body)["items"];
    ASSERT_EQ(list.size(), 1U);
    const auto one = json::parse(get("/v1/shipments/" + list[0]["id"].get<std::string>()).body);
    EXPECT_EQ(one["content"]["number"], "OUT-1");
    EXPECT_EQ(one["document"]["direction"], "out");
    const std::string order = world.newest("850").id;
    EXPECT_EQ(get("/v1/shipments/" + order).status, 404) << "an order is no shipment";
}

TEST_F(Inquiries, WhatNoReaderTakesIsRefusedAtTheDoor) {
    const auto send = [&](const std::string& type, const Bytes& body) {
        world.clock.advance(std::chrono::milliseconds(10));
        return ApiWorld::ask(
            *door,
            who.post("/v1/documents", who.tokens_of["acme"], "d" + sha256_hex(body), {type, body}));
    };
    EXPECT_EQ(send("application/xml", "<a><b/></a>").status, 202);
    EXPECT_EQ(send("text/xml; charset=utf-8", "<?xml version='1.0' encoding='UTF-8'?><a/>").status,
              202);
    EXPECT_EQ(send("application/edifact", "UNB+UNOC:3+A+B+261123:0900+1'UNZ+0+1'").status, 202);
    std::string deep;
    for (int level = 0; level < 65; ++level)
        deep += "<a>";
    for (const auto& [type, body, code] : std::vector<std::tuple<std::string, Bytes, std::string>>{
             {"application/xml", "<a><b></a>", "xml.syntax"},
             {"application/xml", "not xml", "xml.syntax"},
             {"application/xml", deep, "xml.limit.depth"},
             {"application/xml",
              "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
              "xml.doctype"},
             {"application/xml", "<?xml version='1.0' encoding='EBCDIC-DE'?><a/>", "xml.encoding"},
             {"application/xml; charset=utf-8", "<a>\xFF</a>", "https.body.charset"},
             {"application/edifact", "ISA*00*", "https.body.syntax"},
             {"application/edifact; charset=us-ascii", "UNB+\xC3\xA4'", "https.body.charset"},
             {"application/edi-x12; charset=utf-8", "ISA*\xE4", "https.body.charset"},
             {"application/edi-x12", Bytes("ISA*\0", 5), "https.body.charset"}}) {
        const auto answer = send(type, body);
        EXPECT_EQ(answer.status, 400) << type << " " << body.substr(0, 40);
        EXPECT_EQ(code_of(answer), code) << answer.body;
    }
    EXPECT_EQ(send("application/pdf", "%PDF").status, 415);
    EXPECT_EQ(send("application/xml", Bytes((8U << 20U) + 1, ' ')).status, 413);
}

}  // namespace
}  // namespace sallyport::api
