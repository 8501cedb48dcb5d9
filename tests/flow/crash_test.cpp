// SPDX-License-Identifier: Apache-2.0
// Killed at every boundary of the road, in a process of its own, and started again: nothing lost, nothing twice.
#include "answers_world.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <set>

namespace sallyport::flow {
namespace {

using testing::World;
using testing::write_850;

constexpr const char* ChildDirectory = "SALLYPORT_TEST_CHILD_DIRECTORY";

// What the child does until it is killed: two deliveries of one order, and everything that follows from them.
void play(const std::filesystem::path& directory) {
    World world(directory);
    const Status freed = world.store->submit([](store::Transaction& unit) -> Status {
        auto leases = unit.release_leases("gateway");
        if (!leases) return std::move(leases).error();
        return {};
    });
    ASSERT_TRUE(freed) << freed.error().text();
    world.receive(write_850({}), "a");
    world.receive(write_850({}), "b");
}

// The same for what goes out: a caller that submits until it is told, two answers to one order and one to another.
void play_outbound(const std::filesystem::path& directory) {
    testing::Shop shop(directory);
    const Status freed = shop.world.store->submit([](store::Transaction& unit) -> Status {
        auto leases = unit.release_leases("gateway");
        if (!leases) return std::move(leases).error();
        return {};
    });
    ASSERT_TRUE(freed) << freed.error().text();
    shop.world.run();
    const auto canonical = testing::answer_to_order("PO-1");
    for (const char* key : {"odoo/1/rev1", "odoo/1/rev2", "odoo/2/rev1"}) {
        shop.world.clock.advance(std::chrono::milliseconds(10));
        auto submission = testing::submission_of(key, canonical);
        if (std::string_view(key).starts_with("odoo/2")) submission.business_number = "PO-2";
        const auto submitted = shop.outbound->submit(submission);
        ASSERT_TRUE(submitted) << submitted.error().text();
        shop.world.run();
    }
}

std::string a_999(const char* verdict) {
    return testing::x12_set("999",
                            std::string("AK1*PR*1*005010~AK2*855*0001~IK5*") + verdict + "~AK9*" +
                                std::string(verdict).substr(0, 1) + "*1*1*" +
                                (*verdict == 'A' ? "1" : "0") + "~");
}

// What the partner answers: they accept, they think again, and they send the second answer twice.
void play_answers(const std::filesystem::path& directory) {
    testing::Shop shop(directory);
    testing::use_compiled<testing::later_seller>(shop.world, testing::later_seller());
    const Status freed = shop.world.store->submit([](store::Transaction& unit) -> Status {
        auto leases = unit.release_leases("gateway");
        if (!leases) return std::move(leases).error();
        return {};
    });
    ASSERT_TRUE(freed) << freed.error().text();
    shop.world.run();
    testing::submit(shop, "PO-1", testing::answer_to_order("PO-1"));
    shop.world.receive(testing::x12_reply(a_999("A"), {.control = "501"}), "first");
    shop.world.receive(testing::x12_reply(a_999("R*5"), {.control = "502"}), "second");
    shop.world.receive(testing::x12_reply(a_999("R*5"), {.control = "502"}), "second-again");
}

// Runs play() in a fresh process of this program. True when it was killed by SIGKILL, false when it ended well.
bool killed_at(const std::string& point,
               const std::filesystem::path& directory,
               const char* part = "Child.Plays") {
    const std::string filter = std::string("--gtest_filter=") + part;
    const pid_t child = ::fork();
    if (child == 0) {
        ::setenv(ChildDirectory, directory.c_str(), 1);
        if (point.empty())
            ::unsetenv("SALLYPORT_CRASH_POINT");
        else
            ::setenv("SALLYPORT_CRASH_POINT", point.c_str(), 1);
        ::execl("/proc/self/exe", "flow_tests", filter.c_str(), "--gtest_brief=1", nullptr);
        ::_exit(127);
    }
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGKILL;
    EXPECT_EQ(WEXITSTATUS(status), 0) << "the child failed by itself at " << point;
    return false;
}

TEST(Child, Plays) {
    const char* directory = std::getenv(ChildDirectory);
    if (directory == nullptr)
        GTEST_SKIP() << "only run by the crash tests, in a process of its own";
    play(directory);
}

TEST(Child, Submits) {
    const char* directory = std::getenv(ChildDirectory);
    if (directory == nullptr)
        GTEST_SKIP() << "only run by the crash tests, in a process of its own";
    play_outbound(directory);
}

TEST(Child, IsAnswered) {
    const char* directory = std::getenv(ChildDirectory);
    if (directory == nullptr)
        GTEST_SKIP() << "only run by the crash tests, in a process of its own";
    play_answers(directory);
}

class AnswerCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(AnswerCrash, EachAnswerCountsOnceAndTheLaterOneStands) {
    const testing_support::TempDir directory;
    ASSERT_TRUE(killed_at(GetParam(), directory.path(), "Child.IsAnswered"))
        << "the point was never passed";
    ASSERT_FALSE(killed_at("", directory.path(), "Child.IsAnswered"))
        << "the second run must reach its end";

    World world(directory.path());
    for (const auto state :
         {store::JobState::Ready, store::JobState::Leased, store::JobState::Parked})
        EXPECT_TRUE(world.jobs(state).empty());
    EXPECT_EQ(world.sender.sent().size(), 1U) << "the 855, and no answer to an answer";
    EXPECT_EQ(world.documents({.set = "999"}).size(), 2U) << "the repeat makes no third";
    const auto sent = world.newest("855");
    EXPECT_EQ(sent.status.acknowledgement, store::AckStatus::Rejected);
    EXPECT_EQ(sent.next.code, "flow.ack.rejected");
    std::vector<std::string> said;
    for (const auto& entry : testing::audit_of(world, sent.id))
        if (entry.event.starts_with("ack.")) said.push_back(entry.event);
    EXPECT_EQ(said, (std::vector<std::string>{"ack.received", "ack.rejected"}));
    const auto all = world.events();
    EXPECT_EQ(std::count(all.begin(), all.end(), "ack.matched"), 2);
    const auto waiting = store::read<std::vector<store::Expectation>>(
        *world.store, [&](store::Reader& reader) { return reader.expectations_of(sent.parent); });
    ASSERT_TRUE(waiting);
    for (const store::Expectation& one : *waiting)
        EXPECT_EQ(one.state, store::ExpectationState::Met) << one.kind;
    const auto verdict = store::verify_chain(*world.store);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->broken);
}

class OutboundCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(OutboundCrash, EachSubmissionIsOneInterchangeAndNoNumberIsLost) {
    const testing_support::TempDir directory;
    ASSERT_TRUE(killed_at(GetParam(), directory.path(), "Child.Submits"))
        << "the point was never passed";
    ASSERT_FALSE(killed_at("", directory.path(), "Child.Submits"))
        << "the second run must reach its end";

    World world(directory.path());
    for (const auto state :
         {store::JobState::Ready, store::JobState::Leased, store::JobState::Parked})
        EXPECT_TRUE(world.jobs(state).empty());
    const auto documents = world.documents({.level = store::DocumentLevel::Transaction});
    EXPECT_EQ(documents.size(), 3U);
    std::set<std::string> interchanges, groups;
    for (const store::Document& document : documents) {
        EXPECT_EQ(document.status.delivery, store::DeliveryStatus::Delivered);
        EXPECT_EQ(document.status.acknowledgement, store::AckStatus::Expected);
        interchanges.insert(document.interchange_control);
        groups.insert(document.group_control);
    }
    EXPECT_EQ(interchanges, (std::set<std::string>{"1", "2", "3"}));
    EXPECT_EQ(groups, (std::set<std::string>{"1", "2", "3"}));
    const auto sent = world.sender.sent();
    const std::set<std::string> distinct(sent.begin(), sent.end());
    EXPECT_EQ(distinct.size(), 3U) << "the same octets, however often they were sent";
    const auto verdict = store::verify_chain(*world.store);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->broken);
}

class Crash : public ::testing::TestWithParam<const char*> {};

TEST_P(Crash, LosesNothingAndDoesNothingTwice) {
    const testing_support::TempDir directory;
    ASSERT_TRUE(killed_at(GetParam(), directory.path())) << "the point was never passed";
    ASSERT_FALSE(killed_at("", directory.path())) << "the second run must reach its end";

    World world(directory.path());
    EXPECT_EQ(world.back_office.orders(), 1U);
    EXPECT_TRUE(world.jobs(store::JobState::Ready).empty());
    EXPECT_TRUE(world.jobs(store::JobState::Leased).empty());
    EXPECT_TRUE(world.jobs(store::JobState::Parked).empty());
    const auto posted = world.documents({.back_office = store::BackOfficeStatus::Posted});
    ASSERT_EQ(posted.size(), 1U);
    EXPECT_EQ(posted[0].status.acknowledgement, store::AckStatus::Accepted);
    const auto sent = world.sender.sent();
    const std::set<std::string> distinct(sent.begin(), sent.end());
    EXPECT_EQ(distinct.size(), 1U) << "one answer, however often it was sent";
    const auto verdict = store::verify_chain(*world.store);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->broken);
}

std::string name_of(const ::testing::TestParamInfo<const char*>& info) {
    std::string name;
    bool start = true;
    for (const char* letter = info.param; *letter != '\0'; ++letter) {
        if (*letter == '.' || *letter == ':') {
            start = true;
            continue;
        }
        name += start ? static_cast<char>(std::toupper(*letter)) : *letter;
        start = false;
    }
    return name;
}

INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         Crash,
                         ::testing::Values("intake.archive.before",
                                           "intake.archive.after",
                                           "intake.commit.after",
                                           "intake.commit.after:2",
                                           "unwrap.commit.before",
                                           "unwrap.commit.after",
                                           "unwrap.commit.before:2",
                                           "validate.commit.before",
                                           "validate.commit.after",
                                           "acknowledge.commit.before",
                                           "acknowledge.commit.after",
                                           "freeze.commit.before",
                                           "freeze.commit.after",
                                           "send.before",
                                           "send.after",
                                           "send.commit.before",
                                           "send.commit.after",
                                           "map.commit.before",
                                           "map.commit.after",
                                           "post.before",
                                           "post.after",
                                           "post.commit.before",
                                           "post.commit.after"),
                         name_of);

INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         AnswerCrash,
                         ::testing::Values("intake.archive.before",
                                           "intake.archive.after",
                                           "intake.commit.after",
                                           "intake.commit.after:2",
                                           "unwrap.commit.before",
                                           "unwrap.commit.after",
                                           "unwrap.commit.before:2",
                                           "validate.commit.before",
                                           "validate.commit.after",
                                           "validate.commit.before:2",
                                           "match.commit.before",
                                           "match.commit.after",
                                           "match.commit.before:2",
                                           "match.commit.after:2"),
                         name_of);

INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         OutboundCrash,
                         ::testing::Values("submit.commit.before",
                                           "submit.commit.after",
                                           "submit.commit.after:2",
                                           "write.commit.before",
                                           "write.commit.after",
                                           "envelope.commit.before",
                                           "envelope.commit.before:2",
                                           "envelope.commit.after",
                                           "freeze.commit.before",
                                           "freeze.commit.after",
                                           "send.before",
                                           "send.after",
                                           "send.commit.before",
                                           "send.commit.after",
                                           "send.commit.after:3"),
                         name_of);

}  // namespace
}  // namespace sallyport::flow
