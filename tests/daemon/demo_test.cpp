// SPDX-License-Identifier: Apache-2.0
// The whole gateway as a process: the demonstration holds, and what it left behind can be read, verified and, once
// somebody tampers with it, is found out.
#include "program.h"
#include "tests/support/temp_dir.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <vector>

namespace sallyport::daemon {
namespace {

using nlohmann::json;
using testing::Ended;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Program;
using testing::run_program;

// Without these the demonstration would go to whatever Odoo the developer's shell points at.
const std::map<std::string, std::string> NoRealOdoo{{"SALLYPORT_ODOO_URL", ""}};

void alter(const std::filesystem::path& database, const std::string& statement) {
    sqlite3* handle = nullptr;
    ASSERT_EQ(sqlite3_open(database.c_str(), &handle), SQLITE_OK);
    char* message = nullptr;
    EXPECT_EQ(sqlite3_exec(handle, statement.c_str(), nullptr, nullptr, &message), SQLITE_OK)
        << (message == nullptr ? "" : message);
    sqlite3_free(message);
    sqlite3_close(handle);
}

TEST(DemoOnce, HoldsWhatItPromisesInOneJsonDocument) {
    const Ended ended = run_program({"demo", "--once", "--json"}, NoRealOdoo);
    ASSERT_EQ(ended.code, 0) << ended.err;
    const json answer = json::parse(ended.out);
    EXPECT_EQ(answer["receipt"], (json{{"mdn", "processed"}, {"mic_ok", true}}));
    ASSERT_EQ(answer["documents"].size(), 1U);
    EXPECT_EQ(answer["documents"][0]["set"], "850");
    EXPECT_EQ(answer["documents"][0]["status"],
              (json{{"content", "valid"},
                    {"delivery", "delivered"},
                    {"acknowledgement", "accepted"},
                    {"back_office", "posted"}}));
    EXPECT_GT(answer["documents"][0]["order"]["id"].get<int>(), 0);
    EXPECT_EQ(answer["ack"], (json{{"set", "997"}, {"mdn", "processed"}}));
    EXPECT_EQ(answer["replay"], (json{{"same_mdn", true}, {"orders", 1}}));
    EXPECT_EQ(answer["new_message_id"],
              (json{{"mdn", "processed"}, {"suppressed", true}, {"orders", 1}}));
    EXPECT_EQ(answer["audit"]["verified"], true);
    EXPECT_GT(answer["audit"]["entries"].get<int>(), 5);
    EXPECT_THAT(ended.err, HasSubstr("octet for octet"));
}

TEST(DemoOnce, RefusesAnOdooThatIsNamedByHalf) {
    const Ended ended =
        run_program({"demo", "--once"},
                    {{"SALLYPORT_ODOO_URL", "http://127.0.0.1:1"}, {"SALLYPORT_ODOO_DB", ""}});
    EXPECT_EQ(ended.code, 1);
    EXPECT_THAT(ended.err, HasSubstr("SALLYPORT_ODOO_KEY_FILE"));
}

// One demonstration that keeps running, looked at by the other commands beside it.
class Beside : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        s_directory = new testing_support::TempDir;
        auto environment = NoRealOdoo;
        environment["TMPDIR"] = s_directory->path().string();
        s_demo = new Program({"demo"}, environment);
        ASSERT_TRUE(s_demo->await("out", "Ctrl-C")) << s_demo->err();
        for (const auto& entry : std::filesystem::directory_iterator(s_directory->path()))
            s_site = entry.path();
    }
    static void TearDownTestSuite() {
        s_demo->signal(SIGTERM);
        EXPECT_EQ(s_demo->wait().code, 0) << "SIGTERM is an orderly end";
        delete s_demo;
        delete s_directory;
    }
    static Ended command(std::vector<std::string> arguments) {
        arguments.insert(arguments.end(), {"--config", (s_site / "sallyport.toml").string()});
        return run_program(arguments);
    }
    static json answer(std::vector<std::string> arguments) {
        arguments.emplace_back("--json");
        const Ended ended = command(std::move(arguments));
        EXPECT_EQ(ended.code, 0) << ended.err;
        return json::parse(ended.out);
    }
    static inline testing_support::TempDir* s_directory = nullptr;
    static inline Program* s_demo = nullptr;
    static inline std::filesystem::path s_site;
};

TEST_F(Beside, ItsOwnConfigurationIsSound) {
    EXPECT_EQ(answer({"check"})["sound"], true);
}

TEST_F(Beside, DocumentsAreListedWithFourAxesAndWhoseMoveItIs) {
    const json list = answer({"doc", "list"})["documents"];
    ASSERT_EQ(list.size(), 2U) << "the 850 and the 997 that answers it";
    for (const json& document : list) {
        EXPECT_EQ(document["status"].size(), 4U);
        EXPECT_EQ(document["next"]["actor"], "nobody");
    }
    EXPECT_EQ(answer({"doc", "list", "--set", "850"})["documents"].size(), 1U);
    EXPECT_EQ(answer({"doc", "list", "--held"})["documents"].size(), 0U);
}

TEST_F(Beside, ADocumentTellsItsAttemptsAndItsHistory) {
    const std::string id = answer({"doc", "list", "--set", "850"})["documents"][0]["id"];
    const json story = answer({"doc", "show", id});
    EXPECT_EQ(story["order"]["system"], "odoo");
    EXPECT_EQ(story["transport"]["signed"], true);
    EXPECT_EQ(story["transport"]["encrypted"], true);
    std::vector<std::string> steps;
    for (const json& attempt : story["attempts"])
        steps.push_back(attempt["step"]);
    EXPECT_THAT(steps, ::testing::IsSupersetOf({"unwrap", "map", "post"}));
    EXPECT_FALSE(story["history"].empty());
    const Ended text = command({"doc", "show", id.substr(0, 20)});
    EXPECT_EQ(text.code, 0) << "the beginning of an id is enough";
    EXPECT_THAT(text.out, HasSubstr("back office      posted"));
}

TEST_F(Beside, AThreadHoldsTheOrderAndItsAcknowledgement) {
    const std::string number = answer({"doc", "list", "--set", "850"})["documents"][0]["number"];
    std::vector<std::string> sets;
    const json thread = answer({"thread", number});
    for (const json& document : thread["documents"])
        sets.push_back(document["set"]);
    EXPECT_THAT(sets, ::testing::IsSupersetOf({"850", "997"}));
}

TEST_F(Beside, WhatIsNotThereIsNotFound) {
    EXPECT_EQ(command({"thread", "NO-SUCH-ORDER"}).code, 5);
    const Ended missing = command({"doc", "show", "ZZZZ"});
    EXPECT_EQ(missing.code, 5);
    EXPECT_THAT(missing.out, IsEmpty());
    EXPECT_THAT(missing.err, HasSubstr("doc list"));
}

TEST_F(Beside, ASecondGatewayOnTheSameStateIsAConflict) {
    const Ended second = command({"run"});
    EXPECT_EQ(second.code, 6) << second.err;
    EXPECT_THAT(second.err, HasSubstr("[store.locked]"));
}

TEST_F(Beside, TheAuditChainVerifiesAndABrokenEntryIsNamed) {
    const json whole = answer({"audit", "verify"});
    EXPECT_EQ(whole["verified"], true);
    const std::string head = whole["head"];
    EXPECT_EQ(command({"audit", "verify", "--head", head}).code, 0);
    EXPECT_EQ(command({"audit", "verify", "--head", "nonsense"}).code, 2);

    // On a copy: the gateway beside us goes on writing its own.
    const testing_support::TempDir copy;
    for (const char* name :
         {"sallyport.toml", "gateway.key", "gateway.pem", "partner.pem", "odoo.key"})
        std::filesystem::copy_file(s_site / name, copy.path() / name);
    std::filesystem::copy(
        s_site / "state", copy.path() / "state", std::filesystem::copy_options::recursive);
    std::filesystem::create_directory(copy.path() / "partners");
    const auto config = copy.path() / "sallyport.toml";
    std::string text = testing::read_text(config);
    const std::string old_state = (s_site / "state").string();
    text.replace(text.find(old_state), old_state.size(), (copy.path() / "state").string());
    testing::write_text(config, text);
    alter(copy.path() / "state/sallyport.db",
          "DROP TRIGGER audit_never_changes; "
          "UPDATE audit SET detail = '{\"code\":\"nothing\"}' WHERE seq = 4");
    const Ended broken = run_program({"audit", "verify", "--json", "--config", config.string()});
    EXPECT_EQ(broken.code, 1) << broken.err;
    const json verdict = json::parse(broken.out);
    EXPECT_EQ(verdict["verified"], false);
    EXPECT_EQ(verdict["broken"]["seq"], 4);
}

}  // namespace
}  // namespace sallyport::daemon
