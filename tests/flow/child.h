// SPDX-License-Identifier: Apache-2.0
// A part of a test played in a process of its own, where a crash point may kill it, and what must hold after it was started
// again.
#pragma once

#include "world.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <string>

namespace sallyport::flow::testing {

inline constexpr const char* ChildDirectory = "SALLYPORT_TEST_CHILD_DIRECTORY";

// Runs the test `part`, which plays in `directory`, in a fresh process of this program; without a point to its end. True
// when it was killed by SIGKILL, false when it ended well.
inline bool killed_at(const std::string& point,
                      const std::filesystem::path& directory,
                      const char* part) {
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

inline constexpr const char* NotByItself = "only run by the crash tests, in a process of its own";

// Plays when a parent asked for it; false when this test was started by itself.
inline bool played(void (*play)(const std::filesystem::path& directory)) {
    const char* directory = std::getenv(ChildDirectory);
    if (directory == nullptr) return false;
    play(directory);
    return true;
}

// Killed at the point, then started again and left to its end.
inline void kill_and_start_again(const std::string& point,
                                 const std::filesystem::path& directory,
                                 const char* part) {
    ASSERT_TRUE(killed_at(point, directory, part)) << "the point was never passed";
    ASSERT_FALSE(killed_at("", directory, part)) << "the second run must reach its end";
}

// What a gateway does first: the jobs its killed forerunner had in hand are ready again.
inline void take_over(World& world) {
    const Status freed = world.store->submit([](store::Transaction& unit) -> Status {
        auto leases = unit.release_leases("gateway");
        if (!leases) return std::move(leases).error();
        return {};
    });
    ASSERT_TRUE(freed) << freed.error().text();
}

inline void expect_at_rest(World& world) {
    for (const auto state :
         {store::JobState::Ready, store::JobState::Leased, store::JobState::Parked})
        EXPECT_TRUE(world.jobs(state).empty());
    const auto verdict = store::verify_chain(*world.store);
    ASSERT_TRUE(verdict) << verdict.error().text();
    EXPECT_FALSE(verdict->broken);
}

inline std::string name_of_point(const ::testing::TestParamInfo<const char*>& info) {
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

}  // namespace sallyport::flow::testing
