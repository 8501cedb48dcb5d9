// SPDX-License-Identifier: Apache-2.0
// Killed at every boundary of the road, in a process of its own, and started again: nothing lost, nothing twice.
#include "answers_world.h"
#include "child.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <set>

namespace sallyport::flow {
namespace {

using testing::expect_at_rest;
using testing::kill_and_start_again;
using testing::name_of_point;
using testing::played;
using testing::take_over;
using testing::World;
using testing::write_850;

// What the child does until it is killed: two deliveries of one order, and everything that follows from them.
void play(const std::filesystem::path& directory) {
    World world(directory);
    take_over(world);
    world.receive(write_850({}), "a");
    world.receive(write_850({}), "b");
}

// The same for what goes out: a caller that submits until it is told, two answers to one order and one to another.
void play_outbound(const std::filesystem::path& directory) {
    testing::Shop shop(directory);
    take_over(shop.world);
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
    take_over(shop.world);
    shop.world.run();
    testing::submit(shop, "PO-1", testing::answer_to_order("PO-1"));
    shop.world.receive(testing::x12_reply(a_999("A"), {.control = "501"}), "first");
    shop.world.receive(testing::x12_reply(a_999("R*5"), {.control = "502"}), "second");
    shop.world.receive(testing::x12_reply(a_999("R*5"), {.control = "502"}), "second-again");
}

TEST(Child, Plays) {
    if (!played(play)) GTEST_SKIP() << testing::NotByItself;
}

TEST(Child, Submits) {
    if (!played(play_outbound)) GTEST_SKIP() << testing::NotByItself;
}

TEST(Child, IsAnswered) {
    if (!played(play_answers)) GTEST_SKIP() << testing::NotByItself;
}

class AnswerCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(AnswerCrash, EachAnswerCountsOnceAndTheLaterOneStands) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(kill_and_start_again(GetParam(), directory.path(), "Child.IsAnswered"));

    World world(directory.path());
    expect_at_rest(world);
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
}

class OutboundCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(OutboundCrash, EachSubmissionIsOneInterchangeAndNoNumberIsLost) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(kill_and_start_again(GetParam(), directory.path(), "Child.Submits"));

    World world(directory.path());
    expect_at_rest(world);
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
}

class Crash : public ::testing::TestWithParam<const char*> {};

TEST_P(Crash, LosesNothingAndDoesNothingTwice) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(kill_and_start_again(GetParam(), directory.path(), "Child.Plays"));

    World world(directory.path());
    EXPECT_EQ(world.back_office.orders(), 1U);
    expect_at_rest(world);
    const auto posted = world.documents({.back_office = store::BackOfficeStatus::Posted});
    ASSERT_EQ(posted.size(), 1U);
    EXPECT_EQ(posted[0].status.acknowledgement, store::AckStatus::Accepted);
    const auto sent = world.sender.sent();
    const std::set<std::string> distinct(sent.begin(), sent.end());
    EXPECT_EQ(distinct.size(), 1U) << "one answer, however often it was sent";
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
                         name_of_point);

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
                         name_of_point);

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
                         name_of_point);

}  // namespace
}  // namespace sallyport::flow
