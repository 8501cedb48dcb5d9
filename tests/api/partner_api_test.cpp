// SPDX-License-Identifier: Apache-2.0
// The partner API on a real store, archive and pipeline: what goes in, what is fetched, and what stays.
#include "api_world.h"

#include "gateway/api/request_ledger.h"
#include "gateway/api/tokens.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <set>

namespace sallyport::api {
namespace {

TEST_F(PartnerApi, AnOrderGoesInAndItsWholeWayCanBeSeen) {
    const auto sent = post("order-1", flow::testing::write_850({}));
    ASSERT_EQ(sent.status, 202) << sent.body;
    const auto receipt = json::parse(sent.body);
    world.run();
    const auto message = json::parse(get(header(sent, "Location")).body);
    EXPECT_EQ(message["id"], receipt["message"]);
    EXPECT_EQ(message["transport"], "https");
    const auto page = json::parse(get("/v1/documents?purchase_order=PO-1&set=850").body);
    ASSERT_EQ(page["items"].size(), 1U);
    EXPECT_EQ(page["items"][0]["status"]["back_office"], "posted");
    const auto order = json::parse(get("/v1/orders/PO-1").body);
    EXPECT_EQ(order["orders"][0]["our_order"], "S00042");
    const auto id = page["items"][0]["id"].get<std::string>();
    const auto acknowledgements =
        json::parse(get("/v1/documents/" + id + "/acknowledgements").body);
    ASSERT_FALSE(acknowledgements["items"].empty()) << "the 997 of its interchange";
    const auto content =
        get("/v1/documents/" + acknowledgements["items"][0]["id"].get<std::string>());
    EXPECT_EQ(content.status, 200);
}

TEST_F(PartnerApi, ARepeatGetsTheSameAnswerAndMakesOneOrder) {
    const auto first = post("k", flow::testing::write_850({}));
    world.run();
    const auto second = post("k", flow::testing::write_850({}));
    EXPECT_EQ(first.status, 202);
    EXPECT_EQ(first.body, second.body);
    EXPECT_EQ(header(second, "Idempotency-Replayed"), "true");
    world.run();
    EXPECT_EQ(world.back_office.orders(), 1U);
    const auto other = post("k", flow::testing::write_850({.number = "PO-2"}));
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(code_of(other), "https.idempotency.reused");
    const auto events = world.events();
    EXPECT_EQ(std::count(events.begin(), events.end(), "message.held"), 1)
        << "the other content is kept and raised, not dropped";
}

TEST_F(PartnerApi, ACanonicalOrderGoesTheRoadOfAn850AndIsTheSameOrder) {
    ASSERT_EQ(post("x12", flow::testing::write_850({})).status, 202);
    world.run();
    const auto mapped = world.newest("850");
    const Bytes canonical = *world.archive.get(mapped.canonical_ref);
    const auto send = [&](const std::string& key, const Bytes& body) {
        world.clock.advance(std::chrono::milliseconds(10));
        const auto answer = ApiWorld::ask(
            *door, who.post("/v1/orders", who.tokens_of["acme"], key, {"application/json", body}));
        world.run();
        return answer;
    };
    // The same order in another order of its members, and with blanks.
    const auto same = send("json-1", json::parse(canonical).dump(2));
    ASSERT_EQ(same.status, 202) << same.body;
    EXPECT_EQ(world.newest("order").next.code, "flow.duplicate.business")
        << world.newest("order").next.reason;
    EXPECT_EQ(world.back_office.orders(), 1U);
    auto other = nlohmann::ordered_json::parse(canonical);
    other["number"] = "PO-9";
    ASSERT_EQ(send("json-2", other.dump()).status, 202);
    EXPECT_EQ(world.newest("order").status.back_office, store::BackOfficeStatus::Posted);
    EXPECT_EQ(world.back_office.orders(), 2U);
    const auto wrong = send("json-3", R"({"number": 4711, "colour": "red"})");
    EXPECT_EQ(wrong.status, 422);
    EXPECT_EQ(code_of(wrong), "https.document");
    EXPECT_THAT(wrong.body, ::testing::HasSubstr("/number"));
}

TEST_F(PartnerApi, WhatWaitsIsFetchedAsOftenAsWantedAndDeliveredWhenItsDigestIsStated) {
    const Bytes octets("ISA*\x00\xFF*~", 8);
    const std::string id = waiting("acme", octets);
    const auto page = json::parse(get("/v1/outbox").body);
    ASSERT_EQ(page["items"].size(), 1U);
    EXPECT_EQ(page["items"][0]["bytes"], 8);
    for (int time = 0; time < 2; ++time) {
        const auto fetched = get("/v1/outbox/" + id);
        EXPECT_EQ(fetched.body, octets);
        EXPECT_EQ(header(fetched, "Content-Digest"), "sha-256=:" + to_base64(sha256(octets)) + ":");
    }
    EXPECT_EQ(json::parse(get("/v1/outbox").body)["items"].size(), 1U);
    EXPECT_EQ(code_of(confirm(id, std::string(64, '0'))), "https.confirm.digest");
    const auto first = confirm(id, sha256_hex(octets), "acme", "c2");
    EXPECT_EQ(first.status, 200) << first.body;
    EXPECT_EQ(confirm(id, sha256_hex(octets), "acme", "c2").body, first.body);
    EXPECT_TRUE(json::parse(get("/v1/outbox").body)["items"].empty());
    EXPECT_EQ(json::parse(get("/v1/messages/" + id).body)["state"], "delivered");
    const auto events = world.events();
    EXPECT_EQ(std::count(events.begin(), events.end(), "https.fetched"), 1);
}

TEST_F(PartnerApi, PagesHoldEachDocumentOnce) {
    for (int number = 1; number <= 5; ++number)
        post("k" + std::to_string(number),
             flow::testing::write_850({.number = "PO-" + std::to_string(number),
                                       .control = "00000000" + std::to_string(number)}));
    world.run();
    std::multiset<std::string> seen;
    std::string next = "/v1/documents?set=850&limit=2";
    unsigned pages = 0;
    while (!next.empty() && ++pages < 10) {
        const auto page = json::parse(get(next).body);
        for (const auto& one : page["items"])
            seen.insert(one["purchase_order"].get<std::string>());
        next = page["next"].is_null() ? "" : page["next"].get<std::string>();
    }
    EXPECT_EQ(pages, 3U);
    EXPECT_EQ(seen, (std::multiset<std::string>{"PO-1", "PO-2", "PO-3", "PO-4", "PO-5"}));
}

TEST_F(PartnerApi, TheChangeFeedTellsWhatHappenedOnceAndInOrder) {
    const auto begin = json::parse(get("/v1/changes?wait=0").body);
    EXPECT_TRUE(begin["items"].empty());
    post("k", flow::testing::write_850({}));
    world.run();
    std::vector<std::string> types;
    std::string cursor = begin["cursor"];
    while (true) {
        const auto page = json::parse(get("/v1/changes?wait=0&limit=2&after=" + cursor).body);
        for (const auto& one : page["items"])
            types.push_back(one["type"]);
        cursor = page["cursor"];
        if (page["items"].empty()) break;
    }
    const auto at = [&](const char* type) {
        return std::find(types.begin(), types.end(), std::string(type)) - types.begin();
    };
    EXPECT_LT(at("io.sallyport.message.received.v1"), at("io.sallyport.document.posted.v1"));
    EXPECT_EQ(std::count(types.begin(), types.end(), "io.sallyport.document.posted.v1"), 1);
}

TEST_F(PartnerApi, ACursorIsOnlyGoodForWhomItWasMadeAndSurvivesARestart) {
    const std::string cursor = changes.seal("acme", 7);
    EXPECT_EQ(changes.open("acme", cursor), 7);
    EXPECT_EQ(changes.open("bolt", cursor), std::nullopt);
    EXPECT_NE(cursor.substr(24), changes.seal("acme", 8).substr(24));
    Changes later(*world.store, world.clock);
    ASSERT_TRUE(later.prepare(world.random));
    EXPECT_EQ(later.open("acme", cursor), 7);
    EXPECT_EQ(get("/v1/changes?wait=0&after=" + cursor, "bolt").status, 400);
}

TEST_F(PartnerApi, EventsCarryTheCursorOfTheNextRequest) {
    post("k", flow::testing::write_850({}));
    auto request = who.request("GET", "/v1/changes?after=start&wait=0", who.tokens_of["acme"]);
    request.headers.emplace_back("Accept", "text/event-stream");
    const auto answer = ApiWorld::ask(*door, request);
    EXPECT_EQ(header(answer, "Content-Type"), "text/event-stream");
    EXPECT_THAT(answer.body, ::testing::HasSubstr("event: io.sallyport.message.received.v1\n"));
    const std::size_t last = answer.body.rfind("id: ");
    auto next = who.request("GET", "/v1/changes?wait=0", who.tokens_of["acme"]);
    next.headers.emplace_back("Last-Event-ID", answer.body.substr(last + 4, 40));
    EXPECT_TRUE(json::parse(ApiWorld::ask(*door, next).body)["items"].empty());
}

TEST_F(PartnerApi, NoncesAndAnswersOutliveTheProcessAndAreForgottenInTheirTime) {
    const https::RequestLedger::Claim nonce{.space = "nonce",
                                            .name = "acme-1/abc",
                                            .since = world.clock.now(),
                                            .keep = std::chrono::seconds{600}};
    StoreLedger ledger(*world.store, world.clock);
    EXPECT_TRUE(*ledger.claim(nonce));
    StoreLedger later(*world.store, world.clock);
    EXPECT_FALSE(*later.claim(nonce));
    EXPECT_EQ(later.keep("acme", "k", {.fingerprint = "f", .status = 201, .body = "one"})->body,
              "one");
    EXPECT_EQ(later.keep("acme", "k", {.fingerprint = "g", .status = 201, .body = "two"})->body,
              "one");
    EXPECT_EQ((*ledger.answer("acme", "k"))->fingerprint, "f");
    EXPECT_FALSE(*ledger.answer("bolt", "k"));
    const auto kept = [&] {
        return store::read<std::vector<store::Bookmark>>(
                   *world.store,
                   [](store::Reader& reader) { return reader.bookmarks("https.nonce", "", 100); })
            ->size();
    };
    EXPECT_EQ(kept(), 1U);
    world.clock.advance(std::chrono::seconds{601});
    EXPECT_TRUE(*ledger.claim({.space = "nonce",
                               .name = "acme-1/def",
                               .since = world.clock.now(),
                               .keep = std::chrono::seconds{600}}));
    EXPECT_EQ(kept(), 1U) << "the old one made room";
}

TEST_F(PartnerApi, TokensAreKeptAsDigestsAndEndWhenTheyAreRevoked) {
    const auto text = https::new_token(world.clock.now(), world.random);
    https::Token token{.id = text.id,
                       .hash = sha256_hex(text.secret),
                       .partner = "acme",
                       .environment = "production",
                       .scopes = {"documents:read"},
                       .created = world.clock.now()};
    ASSERT_TRUE(add_token(*world.store, token, "operator:anna"));
    EXPECT_EQ(add_token(*world.store, token, "operator:anna").error().code(), "api.token.exists");
    StoreTokens tokens(*world.store);
    EXPECT_EQ((*tokens.find(text.id))->scopes.at(0), "documents:read");
    const auto end = world.clock.now() + std::chrono::hours{24};
    ASSERT_TRUE(revoke_token(*world.store, text.id, end, "operator:anna"));
    EXPECT_EQ((*tokens.find(text.id))->revoked, end);
    ASSERT_TRUE(revoke_token(*world.store, text.id, end + std::chrono::hours{1}, "operator:anna"));
    EXPECT_EQ((*tokens.find(text.id))->revoked, end) << "revoking never gives more time";
    EXPECT_EQ(revoke_token(*world.store, "none", end, "x").error().code(), "api.token.missing");
    token.id = std::string(26, 'A');
    token.scopes = {"documents:reed"};
    const Status wrong = add_token(*world.store, token, "x");
    EXPECT_EQ(wrong.error().code(), "api.token.scope");
    EXPECT_THAT(wrong.error().remedy(), ::testing::HasSubstr("documents:read"));
    const auto events = world.events();
    EXPECT_EQ(std::count(events.begin(), events.end(), "token.created"), 1);
}

}  // namespace
}  // namespace sallyport::api
