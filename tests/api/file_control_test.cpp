// SPDX-License-Identifier: Apache-2.0
// Documents that pass unread, given over the control interface to a real store and archive.
#include "gateway/api/file_control.h"

#include "../flow/world.h"
#include "tests/support/temp_dir.h"

#include "certs/spool.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sallyport::api {
namespace {

using nlohmann::json;
using transports::HttpRequest;

class FilesGiven : public ::testing::Test {
protected:
    FilesGiven() {
        auto partner = flow::testing::acme();
        partner.deliver_by = "as2";
        m_world.use(partner);
        std::filesystem::create_directories(m_spool);
    }
    int give(const json& facts,
             const Bytes& content,
             bool spooled = false,
             const std::string& token = "secret") {
        HttpRequest request;
        request.method = "POST";
        request.path = "/v1/files";
        request.headers = {
            {"Authorization", "Bearer " + token},
            {"Sallyport-File", facts.is_string() ? facts.get<std::string>() : facts.dump()}};
        const auto entry = m_handler.enter(request);
        if (entry.answer) return entry.answer->status;
        EXPECT_EQ(entry.spool_folder, m_spool);
        if (spooled) {
            auto spool = certs::Spool::create(m_spool);
            EXPECT_TRUE(spool && (*spool)->append(content));
            request.spooled = std::shared_ptr<const certs::Octets>(*std::move(spool));
        } else {
            request.body = content;
        }
        const auto answer = m_handler.handle(request);
        m_answer = json::parse(answer.body);
        return answer.status;
    }

    testing_support::TempDir m_directory;
    std::filesystem::path m_spool = m_directory.path() / "spool";
    flow::testing::World m_world{m_directory.path()};
    FileControl m_handler{{.tools = *m_world.tools,
                           .pipeline = *m_world.pipeline,
                           .token = Secret("secret"),
                           .spool_folder = m_spool}};
    json m_answer;
};

const json Facts{{"actor", "operator:anna"}, {"partner", "acme"}, {"name", "plan.pdf"}};

TEST_F(FilesGiven, AreRefusedBeforeAnOctetOfThemIsRead) {
    EXPECT_EQ(give(Facts, "x", false, "guess"), 401);
    EXPECT_EQ(give("no json", "x"), 400);
    EXPECT_EQ(give({{"partner", "acme"}}, "x"), 400) << "nobody said who sends";
    EXPECT_EQ(give({{"actor", "a"}, {"partner", "nobody"}}, "x"), 404);
    for (const char* name : {"../x", "a\nb", "a\x7f"}) {
        json facts = Facts;
        facts["name"] = name;
        EXPECT_EQ(give(facts, "x"), 400) << name;
    }
    for (const char* type : {"pdf", "a/b/c", "a/b; c", "a/b\r\nX: y"}) {
        json facts = Facts;
        facts["type"] = type;
        EXPECT_EQ(give(facts, "x"), 400) << type;
    }
    EXPECT_TRUE(m_world.documents().empty());
}

// From memory and from a spool; the same again is the same document.
TEST_F(FilesGiven, GoOnceAndLeaveNothingInTheSpool) {
    for (const bool spooled : {true, false}) {
        const Bytes content(spooled ? 300'000 : 10, 'x');
        EXPECT_EQ(give(Facts, content, spooled), 200) << m_answer;
        EXPECT_FALSE(m_answer["existed"]);
        const auto document = m_answer["document"];
        EXPECT_EQ(give(Facts, content, spooled), 200);
        EXPECT_TRUE(m_answer["existed"]);
        EXPECT_EQ(m_answer["document"], document);
        json named = Facts;
        named["name"] = "other.pdf";
        EXPECT_EQ(give(named, content, spooled), 200);
        EXPECT_FALSE(m_answer["existed"]) << "another name is another document";
    }
    EXPECT_TRUE(std::filesystem::is_empty(m_spool));
    m_world.run();
    EXPECT_EQ(m_world.sender.sent().size(), 4U);
    EXPECT_EQ(m_world.documents({.delivery = store::DeliveryStatus::Delivered}).size(), 4U);
}

TEST_F(FilesGiven, UnderOneKeyAreOneDocument) {
    json keyed = Facts;
    keyed["key"] = "images/1";
    EXPECT_EQ(give(keyed, "one"), 200);
    EXPECT_EQ(give(keyed, "one"), 200);
    EXPECT_TRUE(m_answer["existed"]);
    EXPECT_EQ(give(keyed, "two"), 409);
    EXPECT_EQ(m_answer["code"], "flow.submit.conflict");
}

}  // namespace
}  // namespace sallyport::api
