// SPDX-License-Identifier: Apache-2.0
#include "transports/https/door.h"

#include "tests/support/https_fixture.h"

#include "transports/https/problem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <future>
#include <thread>

namespace sallyport::https {
namespace {

using nlohmann::json;
using transports::HttpResponse;

class DoorTest : public ::testing::Test {
protected:
    DoorTest() {
        api->title = "test";
        add("GET", "/v1/things/{id}", "things:read", [](const Call& call) {
            return json_answer(200, {{"id", call.parameter("id")}, {"n", call.parameter("n")}});
        });
        api->endpoints.back().parameters = {
            {.name = "id", .in = "path", .schema = R"({"type":"string"})"},
            {.name = "n",
             .in = "query",
             .schema = R"({"type":"integer","minimum":1,"maximum":9})"}};
        add("POST", "/v1/things", "things:write", [this](const Call&) {
            if (gate) gate->get_future().wait();
            return json_answer(201, {{"made", ++made}});
        });
        api->endpoints.back().takes = {"application/json"};
        add("GET", "/v1/old", "", [](const Call&) { return json_answer(200, {}); });
        api->endpoints.back().lifecycle = Lifecycle::Deprecated;
        api->endpoints.back().deprecated = Instant{std::chrono::seconds{1'700'000'000}};
        api->endpoints.back().sunset = Instant{std::chrono::seconds{1'800'000'000}};
        add("GET", "/v1/gone", "", [](const Call&) { return json_answer(200, {}); });
        api->endpoints.back().lifecycle = Lifecycle::Retired;
        add("GET", "/v1/open", "", [](const Call&) { return json_answer(200, {}); });
        api->endpoints.back().open = true;
        door = world.door(api);
        token = world.issue("acme", {"things:read", "things:write"});
    }
    void add(std::string method,
             std::string path,
             std::string scope,
             std::function<HttpResponse(const Call&)> run) {
        Endpoint endpoint{.method = std::move(method), .path = path, .id = path};
        endpoint.scope = std::move(scope);
        endpoint.run = std::move(run);
        api->endpoints.push_back(std::move(endpoint));
    }
    HttpResponse get(const std::string& target) {
        return ApiWorld::ask(*door, world.request("GET", target, token));
    }
    HttpResponse post(const std::string& key, const Bytes& body) {
        return ApiWorld::ask(*door,
                             world.post("/v1/things", token, key, {"application/json", body}));
    }
    static std::string header(const HttpResponse& response, const std::string& name) {
        return std::string(transports::header_or_empty(response.headers, name));
    }

    ApiWorld world;
    std::shared_ptr<Api> api = std::make_shared<Api>();
    std::shared_ptr<Door> door;
    std::string token;
    std::atomic<int> made{0};
    std::unique_ptr<std::promise<void>> gate;
};

TEST_F(DoorTest, AnswersWhatTheTableNamesAndNothingElse) {
    EXPECT_EQ(get("/v1/things/a%20b?n=3").status, 200);
    EXPECT_EQ(json::parse(get("/v1/things/a%20b?n=3").body)["id"], "a b");
    EXPECT_EQ(get("/v1/nothing").status, 404);
    const auto wrong = ApiWorld::ask(*door, world.request("DELETE", "/v1/things/a", token));
    EXPECT_EQ(wrong.status, 405);
    EXPECT_EQ(header(wrong, "Allow"), "GET, HEAD");
}

TEST_F(DoorTest, EveryProblemHasTypeCodeRemedyAndTrace) {
    const auto answer = get("/v1/things/a?n=99");
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(header(answer, "Content-Type"), "application/problem+json");
    const auto body = json::parse(answer.body);
    EXPECT_EQ(body["code"], "https.parameter");
    EXPECT_EQ(body["type"], "urn:sallyport:problem:https.parameter");
    EXPECT_EQ(body["trace_id"], header(answer, "Trace-Id"));
    EXPECT_EQ(body["trace_id"].get<std::string>().size(), 26U);
}

TEST_F(DoorTest, RefusesParametersThatAreUnknownTwiceOrNotUtf8) {
    EXPECT_EQ(get("/v1/things/a?m=1").status, 400);
    EXPECT_EQ(get("/v1/things/a?n=1&n=2").status, 400);
    EXPECT_EQ(get("/v1/things/a?n=%FF").status, 400);
    EXPECT_EQ(get("/v1/things/a?n=1x").status, 400);
    EXPECT_EQ(get("/v1/things/%ED%A0%80").status, 404) << "a surrogate is no text";
    EXPECT_EQ(get("/v1/things/%00").status, 404);
}

TEST_F(DoorTest, WithoutCredentialsOnlyWhatIsOpen) {
    EXPECT_EQ(ApiWorld::ask(*door, world.request("GET", "/v1/open", "")).status, 200);
    const auto closed = ApiWorld::ask(*door, world.request("GET", "/v1/things/a", ""));
    EXPECT_EQ(closed.status, 401);
    EXPECT_EQ(header(closed, "WWW-Authenticate"), "Bearer realm=\"sallyport\"");
}

TEST_F(DoorTest, AScopeThatIsMissingIsA403AndInTheAudit) {
    token = world.issue("acme", {"things:write"});
    EXPECT_EQ(code_of(get("/v1/things/a")), "https.scope");
    EXPECT_EQ(get("/v1/things/a").status, 403);
    ASSERT_FALSE(world.events.empty());
    EXPECT_EQ(world.events[0].event, "https.forbidden");
    EXPECT_EQ(world.events[0].partner, "acme");
}

TEST_F(DoorTest, APostNeedsAKeyAndAKnownType) {
    EXPECT_EQ(post("", "{}").status, 400);
    EXPECT_EQ(code_of(post("", "{}")), "https.idempotency.missing");
    EXPECT_EQ(post("two words", "{}").status, 400);
    auto other = world.post("/v1/things", token, "k", {"text/plain", "x"});
    EXPECT_EQ(ApiWorld::ask(*door, other).status, 415);
    EXPECT_EQ(made, 0);
}

TEST_F(DoorTest, TheSameKeyAndRequestGetsTheFirstAnswerOnce) {
    const auto first = post("k", "{\"a\":1}");
    const auto second = post("k", "{\"a\":1}");
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(second.status, 201);
    EXPECT_EQ(first.body, second.body);
    EXPECT_EQ(header(first, "Idempotency-Replayed"), "");
    EXPECT_EQ(header(second, "Idempotency-Replayed"), "true");
    EXPECT_EQ(made, 1);
}

TEST_F(DoorTest, TheSameKeyWithAnotherRequestIsA422AndAnotherPartnersKeyIsItsOwn) {
    EXPECT_EQ(post("k", "{\"a\":1}").status, 201);
    const auto reused = post("k", "{\"a\":2}");
    EXPECT_EQ(reused.status, 422);
    EXPECT_EQ(code_of(reused), "https.idempotency.reused");
    token = world.issue("bolt", {"things:write"});
    EXPECT_EQ(post("k", "{\"a\":2}").status, 201);
    EXPECT_EQ(made, 2);
}

TEST_F(DoorTest, TheSameKeyWhileItIsBeingAnsweredIsA409) {
    gate = std::make_unique<std::promise<void>>();
    std::promise<void> begun;
    auto first = std::async(std::launch::async, [&] { return post("k", "{}"); });
    // The first is in once a second is told so; until then the second would be the first.
    HttpResponse second;
    auto probe = std::async(std::launch::async, [&] { return post("k", "{}"); });
    while (first.wait_for(std::chrono::milliseconds{5}) != std::future_status::ready &&
           probe.wait_for(std::chrono::milliseconds{5}) != std::future_status::ready) {
    }
    const bool probe_was_told =
        probe.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
    second = probe_was_told ? probe.get() : first.get();
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(header(second, "Retry-After"), "1");
    gate->set_value();
    EXPECT_EQ((probe_was_told ? first : probe).get().status, 201);
    EXPECT_EQ(made, 1);
}

TEST_F(DoorTest, ETagsSpareABodyThatIsKnown) {
    const auto first = get("/v1/things/a");
    const std::string tag = header(first, "ETag");
    ASSERT_EQ(tag.size(), 34U);
    auto again = world.request("GET", "/v1/things/a", token);
    again.headers.emplace_back("If-None-Match", "\"other\", " + tag);
    const auto second = ApiWorld::ask(*door, again);
    EXPECT_EQ(second.status, 304);
    EXPECT_TRUE(second.body.empty());
}

TEST_F(DoorTest, SaysThatAnEndpointIsDeprecatedAndThatOneIsGone) {
    const auto old = get("/v1/old");
    EXPECT_EQ(old.status, 200);
    EXPECT_EQ(header(old, "Deprecation"), "@1700000000");
    EXPECT_EQ(header(old, "Sunset"), "Fri, 15 Jan 2027 08:00:00 GMT");
    EXPECT_EQ(get("/v1/gone").status, 410);
}

TEST_F(DoorTest, TooManyRequestsGetA429WithItsTime) {
    world.accounts["acme"]->requests_per_minute = 4;
    EXPECT_EQ(get("/v1/things/a").status, 200);
    const auto more = get("/v1/things/a");
    EXPECT_EQ(more.status, 429);
    EXPECT_EQ(header(more, "Retry-After"), "15");
    token = world.issue("bolt", {"things:read"});
    EXPECT_EQ(get("/v1/things/a").status, 200) << "another partner does not feel it";
}

TEST_F(DoorTest, TheOpenApiDocumentNamesEveryEndpointItsScopeAndWhatItMayAnswer) {
    const auto document = json::parse(openapi(*api, "https://edi.example.com"));
    EXPECT_EQ(document["openapi"], "3.1.0");
    const auto& thing = document["paths"]["/v1/things/{id}"]["get"];
    EXPECT_EQ(thing["x-scope"], "things:read");
    EXPECT_TRUE(thing["responses"].contains("404"));
    EXPECT_FALSE(document["paths"].contains("/v1/gone"));
    EXPECT_EQ(document["paths"]["/v1/old"]["get"]["deprecated"], true);
    EXPECT_TRUE(document["paths"]["/v1/open"]["get"]["security"].empty());
    const auto& made_thing = document["paths"]["/v1/things"]["post"];
    EXPECT_EQ(made_thing["parameters"][0]["name"], "Idempotency-Key");
    EXPECT_TRUE(made_thing["parameters"][0]["required"]);
}

TEST_F(DoorTest, OurOwnTroubleIsA503ThatSaysNothingOfIt) {
    world.tokens.broken = true;
    const auto answer = get("/v1/things/a");
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.body.find("disk"), std::string::npos);
    EXPECT_EQ(header(answer, "Retry-After"), "30");
}

}  // namespace
}  // namespace sallyport::https
