// SPDX-License-Identifier: Apache-2.0
// Killed at every boundary of the road, in a process of its own, and started again: nothing lost, nothing twice.
#include "tests/support/temp_dir.h"
#include "world.h"

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

// Runs play() in a fresh process of this program. True when it was killed by SIGKILL, false when it ended well.
bool killed_at(const std::string& point, const std::filesystem::path& directory) {
    const pid_t child = ::fork();
    if (child == 0) {
        ::setenv(ChildDirectory, directory.c_str(), 1);
        if (point.empty())
            ::unsetenv("SALLYPORT_CRASH_POINT");
        else
            ::setenv("SALLYPORT_CRASH_POINT", point.c_str(), 1);
        ::execl("/proc/self/exe",
                "flow_tests",
                "--gtest_filter=Child.Plays",
                "--gtest_brief=1",
                nullptr);
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

}  // namespace
}  // namespace sallyport::flow
