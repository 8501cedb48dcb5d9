// SPDX-License-Identifier: Apache-2.0
// The boundaries of the road, cut for XML as they are for X12 (crash_test.cpp): nothing lost, nothing twice.
#include "tests/support/temp_dir.h"
#include "xml_world.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cctype>
#include <cstdlib>
#include <set>

namespace sallyport::flow::testing {
namespace {

constexpr const char* ChildDirectory = "SALLYPORT_TEST_XML_CHILD_DIRECTORY";

void free_leases(World& world) {
    const Status freed = world.store->submit([](store::Transaction& unit) -> Status {
        auto leases = unit.release_leases("gateway");
        if (!leases) return std::move(leases).error();
        return {};
    });
    ASSERT_TRUE(freed) << freed.error().text();
}

// One order twice, the second time in other octets; and three documents of ours.
void play(const std::filesystem::path& directory) {
    Shop shop(directory);
    use_xml(shop.world, norrmat());
    free_leases(shop.world);
    shop.world.run();
    shop.world.receive(write_ubl_order({}), "a");
    shop.world.receive(write_ubl_order({.indent = " "}), "b");
    const auto canonical = drafted_answer("PO-1");
    for (const char* key : {"odoo/1/rev1", "odoo/1/rev2", "odoo/2/rev1"}) {
        shop.world.clock.advance(std::chrono::milliseconds(10));
        auto submission = submission_of(key, canonical);
        submission.own_number = key;
        if (std::string_view(key).starts_with("odoo/2")) submission.business_number = "PO-2";
        const auto submitted = shop.outbound->submit(submission);
        ASSERT_TRUE(submitted) << submitted.error().text();
        shop.world.run();
    }
}

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
                "--gtest_filter=XmlChild.Plays",
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

TEST(XmlChild, Plays) {
    const char* directory = std::getenv(ChildDirectory);
    if (directory == nullptr)
        GTEST_SKIP() << "only run by the crash tests, in a process of its own";
    play(directory);
}

class XmlCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(XmlCrash, LosesNothingAndDoesNothingTwice) {
    const testing_support::TempDir directory;
    ASSERT_TRUE(killed_at(GetParam(), directory.path())) << "the point was never passed";
    ASSERT_FALSE(killed_at("", directory.path())) << "the second run must reach its end";

    World world(directory.path());
    for (const auto state :
         {store::JobState::Ready, store::JobState::Leased, store::JobState::Parked})
        EXPECT_TRUE(world.jobs(state).empty());
    EXPECT_EQ(world.back_office.orders(), 1U);
    EXPECT_EQ(world.documents({.back_office = store::BackOfficeStatus::Posted}).size(), 1U);
    const auto ours = world.documents(
        {.direction = store::Direction::Outbound, .level = store::DocumentLevel::Transaction});
    EXPECT_EQ(ours.size(), 3U);
    for (const store::Document& document : ours) {
        EXPECT_EQ(document.set, "OrderResponse");
        EXPECT_EQ(document.status.delivery, store::DeliveryStatus::Delivered);
    }
    const auto sent = world.sender.sent();
    const std::set<std::string> distinct(sent.begin(), sent.end());
    EXPECT_EQ(distinct.size(), 3U) << "the same octets, however often they were sent";
    const auto verdict = store::verify_chain(*world.store);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->broken);
}

std::string name_of(const ::testing::TestParamInfo<const char*>& info) {
    std::string name;
    for (const char* letter = info.param; *letter != '\0'; ++letter)
        name += std::isalnum(static_cast<unsigned char>(*letter)) != 0 ? *letter : '_';
    return name;
}

INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         XmlCrash,
                         ::testing::Values("unwrap.commit.before",
                                           "unwrap.commit.after",
                                           "validate.commit.after",
                                           "map.commit.before",
                                           "map.commit.after",
                                           "map.commit.before:2",
                                           "post.after",
                                           "write.commit.before",
                                           "write.commit.after",
                                           "envelope.commit.after",
                                           "freeze.commit.before",
                                           "freeze.commit.after",
                                           "send.after"),
                         name_of);

}  // namespace
}  // namespace sallyport::flow::testing
