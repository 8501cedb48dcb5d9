// SPDX-License-Identifier: Apache-2.0
// Who may do what, generated from the OpenAPI document: every endpoint with every scope; nothing of others; every example.
#include "api_world.h"

#include "gateway/base/file.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>

namespace sallyport::api {
namespace {

constexpr const char* Page = SALLYPORT_SOURCE_DIR "/docs/reference/api-scopes.md";

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 'a' + 'A') : letter;
    });
    return text;
}

// One request as the description has it: parameters and body are its examples, ids are none that exist.
struct Sample {
    std::string verb;
    std::string path;  // as the table has it
    std::string target;
    std::string media;  // empty: no body
    Bytes body;
    std::string scope;  // empty: any
    bool open = false;
    json responses;
};

std::vector<Sample> samples_of(const json& document) {
    std::vector<Sample> samples;
    for (const auto& [path, methods] : document["paths"].items())
        for (const auto& [method, operation] : methods.items()) {
            Sample one{.verb = upper(method),
                       .path = path,
                       .target = path,
                       .open = operation["security"].empty(),
                       .responses = operation["responses"]};
            if (!one.open) one.scope = operation["x-scope"].get<std::string>();
            std::string query;
            for (const json& parameter : operation.value("parameters", json::array())) {
                if (!parameter.contains("example")) continue;
                const json& example = parameter["example"];
                const std::string value =
                    example.is_string() ? example.get<std::string>() : example.dump();
                const std::string name = parameter["name"];
                if (parameter["in"] == "query" && name != "wait" && name != "after")
                    query += (query.empty() ? "?" : "&") + name + "=" + value;
                if (const std::size_t at = one.target.find("{" + name + "}");
                    at != std::string::npos)
                    one.target.replace(at, name.size() + 2, value);
            }
            if (path == "/v1/changes") query += (query.empty() ? "?" : "&") + std::string("wait=0");
            one.target += query;
            if (!operation.contains("requestBody")) {
                samples.push_back(one);
                continue;
            }
            for (const auto& [media, content] : operation["requestBody"]["content"].items()) {
                one.media = media;
                const json& example = content["example"];
                one.body = example.is_string() ? example.get<std::string>() : example.dump();
                samples.push_back(one);
            }
        }
    return samples;
}

class ApiTable : public PartnerApi {
protected:
    ApiTable() { who.accounts["acme"]->requests_per_minute = 1'000'000; }
    json document() { return json::parse(get("/v1/openapi.json").body); }
    HttpResponse send(const Sample& sample, const std::string& token, const std::string& key) {
        HttpRequest request = who.request(sample.verb, sample.target, token);
        if (sample.verb == "POST") request.headers.emplace_back("Idempotency-Key", key);
        if (!sample.media.empty()) request.headers.emplace_back("Content-Type", sample.media);
        request.body = sample.body;
        world.clock.advance(std::chrono::milliseconds(10));
        return ApiWorld::ask(*door, request);
    }
    // A row: what credentials of each scope alone get, and who shows none.
    std::string row(const Sample& sample) {
        std::string line = "| `" + sample.verb + " " + sample.path + "`" +
                           (sample.media.empty() ? "" : " " + sample.media) + " |";
        for (const std::string& scope : https::all_scopes()) {
            const std::string token = who.issue("acme", {scope});
            const HttpResponse answer = send(sample, token, "matrix-" + scope + "-" + sample.media);
            const std::string status = std::to_string(answer.status);
            const bool allowed = sample.scope.empty() || sample.scope == scope;
            EXPECT_EQ(answer.status == 403, !allowed)
                << sample.verb << " " << sample.target << " with " << scope << ": " << answer.body;
            EXPECT_TRUE(sample.responses.contains(status))
                << sample.verb << " " << sample.path << " answers " << status
                << ", which is not declared";
            EXPECT_LT(answer.status, 500);
            line += (allowed ? " **" + status + "** |" : " " + status + " |");
            ++probes;
        }
        who.penalties.forget("192.0.2.7");
        const int stranger = send(sample, "", "matrix-stranger").status;
        EXPECT_EQ(stranger == 401, !sample.open) << sample.path << " without credentials";
        return line + " " + std::to_string(stranger) + " |\n";
    }

    int tell_where_it_is() {
        const Bytes body = R"({"number":"1Z","refs":[{"kind":"order","value":"PO-1"}]})";
        const std::string& token = who.tokens_of["acme"];
        return ApiWorld::ask(*door,
                             who.post("/v1/shipments", token, "s", {"application/json", body}))
            .status;
    }

    unsigned probes = 0;
};

TEST_F(ApiTable, EveryEndpointOpensToItsScopeAndToNoOtherAsThePageSays) {
    std::string table = "| endpoint |";
    std::string rule = "|---|";
    for (const std::string& scope : https::all_scopes()) {
        table += " " + scope + " |";
        rule += "---|";
    }
    table += " nothing shown |\n" + rule + "---|\n";
    for (const Sample& sample : samples_of(document()))
        table += row(sample);
    EXPECT_GE(probes, 17 * https::all_scopes().size());
    std::cout << table << probes << " probes\n";
    const std::string page =
        "# Who may do what over the API\n\n"
        "Written by a test (`api.ApiTable.EveryEndpointOpensToItsScopeAndToNoOtherAsThePageSays`) "
        "from the OpenAPI document: each\n"
        "endpoint asked with its own examples by credentials of one scope alone. Bold: the scope "
        "opens it (404 where the example's id is\n"
        "nobody's); 403: it does not; 401: who shows no credentials. After a change: "
        "`GW_ACCEPT=1 build/dev/api_tests --gtest_filter='ApiTable.*'`.\n\n" +
        table;
    if (std::getenv("GW_ACCEPT") != nullptr) {
        ASSERT_TRUE(write_file_durably(Page, page, 0644));
        GTEST_SKIP() << "written anew: " << Page;
    }
    auto known = read_file(Page, 1U << 20U);
    ASSERT_TRUE(known);
    EXPECT_EQ(*known, page) << "docs/reference/api-scopes.md is old";
}

TEST_F(ApiTable, EveryExampleOfTheDescriptionWorks) {
    unsigned sent = 0;
    for (const Sample& sample : samples_of(document())) {
        SCOPED_TRACE(sample.verb + " " + sample.target + " " + sample.media);
        const HttpResponse answer =
            send(sample, who.tokens_of["acme"], "example-" + std::to_string(sent));
        ++sent;
        EXPECT_TRUE(sample.responses.contains(std::to_string(answer.status))) << answer.status;
        const bool of_an_id = sample.path.find("{id}") != std::string::npos;
        EXPECT_TRUE(answer.status < 300 || (of_an_id && answer.status == 404))
            << answer.status << " " << answer.body;
        world.run();
    }
    EXPECT_GE(sent, 18U);
}

TEST_F(ApiTable, NothingOfAnotherPartnerExists) {
    ASSERT_EQ(post("k", flow::testing::write_850({})).status, 202);
    ASSERT_EQ(tell_where_it_is(), 202);
    world.run();
    const std::string mail = waiting("acme", "ISA*secret*~");
    std::set<std::string> ids{mail, "PO-1"};
    for (const auto& one : world.documents({.limit = 100}))
        ids.insert({one.id, one.message, one.parent});
    ids.erase("");
    ASSERT_GE(ids.size(), 7U);
    const auto without_trace = [&](const std::string& target) {
        const HttpResponse answer = get(target, "bolt");
        auto body = json::parse(answer.body);
        body.erase("trace_id");
        return std::to_string(answer.status) + body.dump();
    };
    unsigned pairs = 0;
    std::set<std::string> probed;
    // Every path of the description that has a value in it.
    for (const Sample& sample : samples_of(document())) {
        const std::size_t open = sample.path.find('{');
        if (sample.verb != "GET" || open == std::string::npos) continue;
        const std::size_t close = sample.path.find('}');
        probed.insert(sample.path);
        for (const std::string& id : ids) {
            const auto with = [&](const std::string& value) {
                return sample.path.substr(0, open) + value + sample.path.substr(close + 1);
            };
            EXPECT_EQ(get(with(id), "bolt").status, 404) << with(id);
            EXPECT_EQ(without_trace(with(id)), without_trace(with("nowhere"))) << with(id);
            ++pairs;
        }
    }
    EXPECT_EQ(probed.size(), 8U);
    EXPECT_EQ(without_trace("/v1/stock?sku=A-100"), without_trace("/v1/stock?sku=nowhere"));
    EXPECT_EQ(get("/v1/stock?sku=A-100").status, 200) << "or nobody is shown anything";
    EXPECT_EQ(confirm(mail, sha256_hex("ISA*secret*~"), "bolt").status, 404);
    for (const std::string list : {"/v1/documents",
                                   "/v1/documents?purchase_order=PO-1",
                                   "/v1/shipments?purchase_order=PO-1",
                                   "/v1/outbox",
                                   "/v1/changes?after=start&wait=0"}) {
        EXPECT_TRUE(json::parse(get(list, "bolt").body)["items"].empty()) << list;
        EXPECT_FALSE(json::parse(get(list).body)["items"].empty()) << list << ": nothing is shown";
        ++pairs;
    }
    std::cout << pairs << " probes across partners, each paired with one for what is nowhere\n";
    EXPECT_GE(pairs, 60U);
    const auto missed = std::count_if(who.events.begin(), who.events.end(), [](const auto& one) {
        return one.event == "https.missing" && one.partner == "bolt" &&
               one.target == "GET /v1/orders/PO-1/progress";
    });
    EXPECT_EQ(missed, 2) << "who looks for what is not theirs is in the audit";
}

}  // namespace
}  // namespace sallyport::api
