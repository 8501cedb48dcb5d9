// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/health.h"

#include "../flow/world.h"
#include "tests/support/full_disk.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sallyport::api {
namespace {

using ::testing::HasSubstr;
using transports::HttpRequest;

class Health : public ::testing::Test {
protected:
    testing_support::TempDir m_directory;
    flow::testing::World m_world{m_directory.path()};
    HealthHandler m_handler{{.store = *m_world.store,
                             .pipeline = *m_world.pipeline,
                             .metrics = m_world.metrics,
                             .version = "0.1.0"}};

    transports::HttpResponse get(const std::string& path) {
        HttpRequest request;
        request.method = "GET";
        request.path = path;
        return m_handler.handle(request);
    }
};

TEST_F(Health, AnswersThatTheProcessLives) {
    const auto answer = get("/healthz");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(nlohmann::json::parse(answer.body)["status"], "ok");
}

TEST_F(Health, IsReadyOnlyWhileThePipelineRuns) {
    EXPECT_EQ(get("/readyz").status, 503);
    EXPECT_THAT(get("/readyz").body, HasSubstr("pipeline"));
    ASSERT_TRUE(m_world.pipeline->start());
    EXPECT_EQ(get("/readyz").status, 200);
    m_world.pipeline->stop();
    EXPECT_EQ(get("/readyz").status, 503);
}

TEST_F(Health, IsNotReadyOnceTheStoreCouldNotMakeACommitDurable) {
    ASSERT_TRUE(m_world.pipeline->start());
    EXPECT_EQ(get("/readyz").status, 200);
    EXPECT_THAT(get("/metrics").body, HasSubstr("sallyport_store_writable 1\n"));
    {
        const testing_support::FullDisk full;
        const Status lost = m_world.store->submit([](store::Transaction& unit) {
            return unit.audit({.actor = "test", .event = "e", .subject = "s"});
        });
        ASSERT_FALSE(lost);
    }
    const auto answer = get("/readyz");
    EXPECT_EQ(answer.status, 503);
    const auto body = nlohmann::json::parse(answer.body);
    EXPECT_EQ(body["store"], "store.failed");
    EXPECT_THAT(body["remedy"].get<std::string>(), HasSubstr("restart"));
    EXPECT_THAT(get("/metrics").body, HasSubstr("sallyport_store_writable 0\n"));
    EXPECT_EQ(get("/healthz").status, 200) << "the process lives: nobody should kill it blindly";
}

TEST_F(Health, ShowsQueueAndCountersInTheTextFormat) {
    ASSERT_TRUE(m_world.admit(flow::testing::write_850({}), "a"));
    const auto answer = get("/metrics");
    EXPECT_EQ(answer.status, 200);
    EXPECT_THAT(answer.body,
                HasSubstr("sallyport_queue_depth{step=\"unwrap\",state=\"ready\"} 1\n"));
    EXPECT_THAT(answer.body, HasSubstr("sallyport_store_up 1\n"));
    EXPECT_THAT(answer.body,
                HasSubstr("sallyport_messages_total{direction=\"inbound\",partner=\"acme\"} 1\n"));
    m_world.run();
    EXPECT_THAT(get("/metrics").body, ::testing::Not(HasSubstr("sallyport_queue_depth{")))
        << "a gauge whose rows are gone is gone";
}

TEST_F(Health, TakesNoBodyAndNoOtherMethod) {
    HttpRequest request;
    request.method = "POST";
    request.path = "/healthz";
    const auto entry = m_handler.enter(request);
    ASSERT_TRUE(entry.answer);
    EXPECT_EQ(entry.answer->status, 405);
    EXPECT_EQ(get("/other").status, 404);
}

}  // namespace
}  // namespace sallyport::api
