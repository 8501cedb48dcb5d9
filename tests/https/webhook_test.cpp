// SPDX-License-Identifier: Apache-2.0
#include "transports/https/webhook.h"

#include "tests/support/https_fixture.h"

#include <gtest/gtest.h>

namespace sallyport::https {
namespace {

using namespace std::chrono_literals;
using transports::HttpRequest;

// The secret of Standard Webhooks' own documentation.
constexpr const char* Example = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class WebhookTest : public ::testing::Test {
protected:
    WebhookTest() {
        const auto listen = [this](const Webhook& one) -> Status {
            heard.push_back(one);
            if (deaf) return Error("odoo.watch.stopped", Blame::Network, "stopped");
            return {};
        };
        WebhookSource carrier{.name = "carrier",
                              .signing = {std::make_shared<const Secret>(Example)},
                              .listener = listen};
        WebhookSource odoo{.name = "odoo",
                           .path_secret = std::make_shared<const Secret>("s3cret"),
                           .networks = {"192.0.2.0/24"},
                           .listener = listen};
        handler =
            std::make_unique<WebhookHandler>(WebhookHandler::Parts{.sources = {carrier, odoo},
                                                                   .ledger = world.ledger,
                                                                   .penalties = world.penalties,
                                                                   .clock = world.clock,
                                                                   .random = world.random,
                                                                   .log = Log(null_sink())});
    }
    HttpRequest request(const std::string& id, const std::string& secret = Example) {
        HttpRequest made = world.request("POST", "/v1/webhooks/carrier", "");
        made.body = "{\"test\": 2432232314}";
        const std::string stamp = std::to_string(to_micros(world.clock.at) / 1'000'000);
        Bytes key;
        EXPECT_TRUE(from_base64(secret.substr(6), key));
        const Bytes mac = hmac_sha256(Secret(key), id + "." + stamp + "." + made.body);
        made.headers.emplace_back("Webhook-Id", id);
        made.headers.emplace_back("Webhook-Timestamp", stamp);
        made.headers.emplace_back("Webhook-Signature", "v1,AAAA v1," + to_base64(mac));
        return made;
    }
    int status(const HttpRequest& one) { return ApiWorld::ask(*handler, one).status; }

    ApiWorld world;
    std::unique_ptr<WebhookHandler> handler;
    std::vector<Webhook> heard;
    bool deaf = false;
};

TEST_F(WebhookTest, TheExampleOfTheStandardIsRight) {
    HttpRequest example;
    example.body = "{\"test\": 2432232314}";
    example.headers = {{"Webhook-Id", "msg_p5jXN8AQM9LWM0D4loKWxJek"},
                       {"Webhook-Timestamp", "1614265330"},
                       {"Webhook-Signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="}};
    const auto claims = verify_webhook(example,
                                       {std::make_shared<const Secret>(Example)},
                                       Instant{std::chrono::seconds{1'614'265'330}});
    ASSERT_TRUE(claims) << claims.error().text();
    EXPECT_EQ(claims->id, "msg_p5jXN8AQM9LWM0D4loKWxJek");
}

TEST_F(WebhookTest, ASignedOneIsTakenAndARepeatIsKnown) {
    EXPECT_EQ(status(request("msg_1")), 204);
    const auto again = ApiWorld::ask(*handler, request("msg_1"));
    EXPECT_EQ(again.status, 204);
    EXPECT_EQ(transports::header_or_empty(again.headers, "Idempotency-Replayed"), "true");
    ASSERT_FALSE(heard.empty());
    EXPECT_EQ(heard[0].source, "carrier");
}

TEST_F(WebhookTest, ACapturedOneIsNoUseLaterOrChanged) {
    HttpRequest captured = request("msg_1");
    world.clock.advance(6min);
    EXPECT_EQ(status(captured), 401);
    HttpRequest changed = request("msg_2");
    changed.body += " ";
    EXPECT_EQ(status(changed), 401);
    EXPECT_EQ(status(request("msg_3", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")), 401);
    EXPECT_TRUE(heard.empty());
}

TEST_F(WebhookTest, WhoCannotSignShowsTheSecretAndComesFromTheRightPlace) {
    EXPECT_EQ(status(world.request("POST", "/v1/webhooks/odoo/s3cret", "")), 204);
    EXPECT_EQ(heard.size(), 1U);
    EXPECT_EQ(status(world.request("POST", "/v1/webhooks/odoo/wrong", "")), 404);
    EXPECT_EQ(status(world.request("POST", "/v1/webhooks/odoo", "")), 404);
    HttpRequest far = world.request("POST", "/v1/webhooks/odoo/s3cret", "");
    far.remote_address = "198.51.100.7:1";
    EXPECT_EQ(status(far), 404);
    EXPECT_EQ(heard.size(), 1U);
}

TEST_F(WebhookTest, GuessingIsBanned) {
    for (int guess = 0; guess < 5; ++guess)
        EXPECT_EQ(status(world.request("POST", "/v1/webhooks/odoo/guess", "")), 404);
    EXPECT_EQ(status(world.request("POST", "/v1/webhooks/odoo/s3cret", "")), 429);
}

TEST_F(WebhookTest, WhenNobodyHeardItTheSenderTriesAgain) {
    deaf = true;
    EXPECT_EQ(status(request("msg_1")), 503);
    deaf = false;
    EXPECT_EQ(status(request("msg_1")), 204);
    EXPECT_EQ(heard.size(), 2U);
}

TEST_F(WebhookTest, OnlyPostsAreTaken) {
    EXPECT_EQ(status(world.request("GET", "/v1/webhooks/odoo/s3cret", "")), 405);
}

}  // namespace
}  // namespace sallyport::https
