// SPDX-License-Identifier: Apache-2.0
// Decisions of people, asked over the control interface and carried out on a real store.
#include "gateway/api/control.h"

#include "../flow/world.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sallyport::api {
namespace {

using flow::testing::write_850;
using store::BackOfficeStatus;
using ::testing::Contains;
using transports::HttpRequest;

class Decisions : public ::testing::Test {
protected:
    testing_support::TempDir m_directory;
    flow::testing::World m_world{m_directory.path()};
    ControlHandler m_handler{
        {.tools = *m_world.tools, .pipeline = *m_world.pipeline, .token = Secret("secret")}};

    int post(const std::string& path,
             const std::string& body = R"({"actor":"operator:anna","reason":"why"})",
             const std::string& token = "secret") {
        HttpRequest request;
        request.method = "POST";
        request.path = path;
        request.headers = {{"Authorization", "Bearer " + token}};
        request.body = body;
        const auto entry = m_handler.enter(request);
        if (entry.answer) return entry.answer->status;
        const auto answer = m_handler.handle(request);
        m_answer = nlohmann::json::parse(answer.body);
        return answer.status;
    }
    int release(const std::string& id) { return post("/v1/documents/" + id + "/release"); }
    int discard(const std::string& id) { return post("/v1/documents/" + id + "/discard"); }
    nlohmann::json m_answer;
};

TEST_F(Decisions, AreRefusedWithoutTheTokenOfThisRun) {
    EXPECT_EQ(post("/v1/documents/X/release", "{}", "guess"), 401);
    HttpRequest bare;
    bare.method = "POST";
    bare.path = "/v1/documents/X/release";
    EXPECT_EQ(m_handler.enter(bare).answer->status, 401);
}

TEST_F(Decisions, SayWhatIsWrongWithTheQuestion) {
    EXPECT_EQ(release("NOSUCH"), 404);
    EXPECT_EQ(m_answer["code"], "flow.document.missing");
    EXPECT_EQ(post("/v1/documents/X/release", "no json"), 400);
    EXPECT_EQ(post("/v1/documents/X/discard", R"({"actor":"operator:anna"})"), 400);
    EXPECT_EQ(post("/v1/documents/X/explode"), 404);
}

TEST_F(Decisions, ReleaseRunsAParkedStepAgain) {
    m_world.back_office.missing = {{.kind = "product", .value = "X"}};
    m_world.receive(write_850({}), "a");
    const std::string id = m_world.newest("850").id;
    EXPECT_EQ(release(id), 200);
    m_world.run();
    EXPECT_EQ(m_world.newest("850").status.back_office, BackOfficeStatus::Posted);
    EXPECT_THAT(m_world.events(), Contains("document.released"));
    EXPECT_EQ(release(id), 409) << "nothing waits any more";
    EXPECT_EQ(m_answer["code"], "flow.decision.nothing");
}

TEST_F(Decisions, ReleaseTakesAnInterchangePastTheGuardThatHeldIt) {
    m_world.receive(write_850({.usage = "T"}), "a");
    EXPECT_EQ(release(m_world.newest_envelope().id), 200);
    m_world.run();
    EXPECT_EQ(m_world.newest("850").status.back_office, BackOfficeStatus::Posted);
}

TEST_F(Decisions, ReleaseReadsAMessageThatWasHeldForItsIdentity) {
    m_world.receive(write_850({}), "a");
    m_world.receive(write_850({.number = "PO-2", .control = "000000002"}), "a");
    const std::string held = m_world.newest_envelope().id;
    EXPECT_EQ(release(held), 200);
    m_world.run();
    EXPECT_EQ(m_world.back_office.orders(), 2U);
}

TEST_F(Decisions, ReleaseOfOtherContentNeverTouchesTheOrderThatExists) {
    m_world.receive(write_850({.control = "000000001"}), "a");
    m_world.receive(write_850({.control = "000000002", .quantity = "25"}), "b");
    EXPECT_EQ(release(m_world.newest("850").id), 200);
    m_world.run();
    EXPECT_EQ(m_world.newest("850").next.code, "flow.post.exists");
    EXPECT_EQ(m_world.newest("850").status.back_office, BackOfficeStatus::Held);
    EXPECT_EQ(m_world.back_office.calls.size(), 1U);
}

TEST_F(Decisions, DiscardEndsTheWaitAndKeepsTheReason) {
    m_world.back_office.failures.emplace_back("odoo.refused", Blame::BackOffice, "closed period");
    m_world.receive(write_850({.control = "000000001"}), "a");
    const std::string id = m_world.newest("850").id;
    EXPECT_EQ(discard(id), 200);
    const auto document = m_world.newest("850");
    EXPECT_EQ(document.status.back_office, BackOfficeStatus::Refused);
    EXPECT_EQ(document.next.actor, store::Actor::Nobody);
    EXPECT_EQ(document.next.reason, "why");
    EXPECT_TRUE(m_world.jobs(store::JobState::Parked).empty());
    EXPECT_EQ(discard(id), 409);
}

}  // namespace
}  // namespace sallyport::api
