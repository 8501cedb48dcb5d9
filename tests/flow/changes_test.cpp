// SPDX-License-Identifier: Apache-2.0
// Changes of an order and the place they keep in its lane, also when they come before the order; killed at every boundary.
#include "answers_world.h"
#include "child.h"
#include "tests/support/temp_dir.h"

#include "gateway/base/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

namespace sallyport::flow::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;

config::Partner changing() {
    config::Partner partner = acme();
    partner.documents.push_back({.standard = "X12",
                                 .version = "004010",
                                 .set = "860",
                                 .map = shipped_map("x12-860-base.map")});
    return partner;
}

// Change `number` of order PO-1: a new quantity of its line.
std::string write_860(const std::string& number) {
    return x12_reply(x12_set("860",
                             "BCH*04*NE*PO-1**" + number +
                                 "*20261123*****20261124~"
                                 "POC*1*QI*3" +
                                 number + "*6*EA~CTT*1~"),
                     {.control = "70" + number, .functional_id = "PC", .version = "004010"});
}

std::string numbered(const std::string& change) {
    return "|" + change;
}

void send(World& world, const std::string& payload) {
    world.clock.advance(std::chrono::milliseconds(10));
    auto admitted = world.admit(payload, sha256_hex(payload).substr(0, 12));
    ASSERT_TRUE(admitted) << admitted.error().text();
}

// The first change waits for its order; the second comes with it.
void play(const std::filesystem::path& directory) {
    World world(directory);
    use_compiled<changing>(world, changing());
    take_over(world);
    world.run();
    world.receive(write_860("1"), "first");
    for (const std::string& payload : {write_850({}), write_860("2"), write_860("3")})
        send(world, payload);
    world.run();
}

class Changes : public ::testing::Test {
protected:
    Changes() { use_compiled<changing>(m_world, changing()); }

    testing_support::TempDir m_directory;
    World m_world{m_directory.path()};
};

TEST_F(Changes, ThatComeBeforeTheirOrderWaitForItAndSaySo) {
    m_world.receive(write_860("1"), "first");
    const auto waiting = m_world.newest("860");
    EXPECT_EQ(waiting.status.back_office, store::BackOfficeStatus::Held);
    EXPECT_EQ(waiting.next.code, "flow.change.early");
    EXPECT_THAT(m_world.back_office.changes(), ElementsAre());
    m_world.receive(write_850({}), "order");
    EXPECT_EQ(m_world.newest("860").status.back_office, store::BackOfficeStatus::Posted);
    EXPECT_THAT(m_world.back_office.changes(), ElementsAre(EndsWith(numbered("1"))));
}

TEST_F(Changes, ThatWaitedAreMadeBeforeThoseThatCameAfterThem) {
    m_world.receive(write_860("1"), "first");
    for (const std::string& payload : {write_850({}), write_860("2"), write_860("3")})
        send(m_world, payload);
    m_world.run();
    EXPECT_THAT(
        m_world.back_office.changes(),
        ElementsAre(EndsWith(numbered("1")), EndsWith(numbered("2")), EndsWith(numbered("3"))));
    expect_at_rest(m_world);
}

TEST_F(Changes, ThatComeAfterALaterOneWasMadeAreLeftToAPerson) {
    m_world.receive(write_850({}), "order");
    m_world.receive(write_860("2"), "second");
    m_world.receive(write_860("1"), "first");
    EXPECT_EQ(m_world.newest("860").next.code, "flow.change.stale");
    EXPECT_THAT(m_world.back_office.changes(), ElementsAre(EndsWith(numbered("2"))));
}

TEST(ChangesChild, Plays) {
    if (!played(play)) GTEST_SKIP() << NotByItself;
}

class ChangesCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(ChangesCrash, EachIsMadeOnceAndInItsTurn) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(
        kill_and_start_again(GetParam(), directory.path(), "ChangesChild.Plays"));
    World world(directory.path());
    expect_at_rest(world);
    EXPECT_EQ(world.back_office.orders(), 1U);
    EXPECT_EQ(world.documents({.back_office = store::BackOfficeStatus::Posted}).size(), 4U);
    EXPECT_THAT(
        world.back_office.changes(),
        ElementsAre(EndsWith(numbered("1")), EndsWith(numbered("2")), EndsWith(numbered("3"))));
}

INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         ChangesCrash,
                         ::testing::Values("post.commit.before",
                                           "post.commit.after",
                                           "post.commit.before:2",
                                           "post.commit.after:2",
                                           "change.before",
                                           "change.after",
                                           "change.before:2",
                                           "change.after:2",
                                           "change.after:3",
                                           "post.commit.before:3",
                                           "post.commit.after:3"),
                         name_of_point);

}  // namespace
}  // namespace sallyport::flow::testing
