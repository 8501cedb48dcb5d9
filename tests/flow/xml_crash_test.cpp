// SPDX-License-Identifier: Apache-2.0
// The boundaries of the road, cut for XML as they are for X12 (crash_test.cpp): nothing lost, nothing twice.
#include "child.h"
#include "tests/support/temp_dir.h"
#include "xml_world.h"

#include <gtest/gtest.h>

#include <set>

namespace sallyport::flow::testing {
namespace {

// One order twice, the second time in other octets; and three documents of ours.
void play(const std::filesystem::path& directory) {
    Shop shop(directory);
    use_xml(shop.world, norrmat());
    take_over(shop.world);
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

TEST(XmlChild, Plays) {
    if (!played(play)) GTEST_SKIP() << NotByItself;
}

class XmlCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(XmlCrash, LosesNothingAndDoesNothingTwice) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(kill_and_start_again(GetParam(), directory.path(), "XmlChild.Plays"));

    World world(directory.path());
    expect_at_rest(world);
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
                         name_of_point);

}  // namespace
}  // namespace sallyport::flow::testing
