// SPDX-License-Identifier: Apache-2.0
// Orders that are ready together reach the back office in one step; each keeps an outcome of its own.
#include "tests/support/temp_dir.h"
#include "world.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>

namespace sallyport::flow {
namespace {

using store::BackOfficeStatus;
using store::JobState;
using testing::World;
using testing::write_850;

class PostedTogether : public ::testing::Test {
protected:
    // Mapped, and their first post failed for a moment: they are due together.
    void arrive(unsigned orders) {
        for (unsigned at = 1; at <= orders; ++at) {
            m_world.back_office.failures.emplace_back("odoo.connect", Blame::Network, "away");
            m_world.receive(write_850({.number = "PO-" + std::to_string(at),
                                       .control = "00000000" + std::to_string(at)}),
                            "m" + std::to_string(at));
        }
        ASSERT_EQ(m_world.back_office.orders(), 0U);
        m_world.back_office.batches.clear();
        m_world.back_office.calls.clear();
        m_world.clock.advance(std::chrono::minutes(5));
    }

    template <typename Condition>
    void run_threads_until(Condition condition) {
        ASSERT_TRUE(m_world.pipeline->start());
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!condition() && std::chrono::steady_clock::now() < deadline)
            std::this_thread::yield();
        m_world.pipeline->stop();
        ASSERT_TRUE(condition());
    }

    std::size_t in_state(BackOfficeStatus status) {
        return m_world.documents({.back_office = status, .set = "850"}).size();
    }

    sallyport::testing_support::TempDir m_directory;
    World m_world{m_directory.path()};
};

TEST_F(PostedTogether, ReachTheBackOfficeInOneStep) {
    arrive(6);
    run_threads_until([&] { return in_state(BackOfficeStatus::Posted) == 6; });
    EXPECT_EQ(m_world.back_office.batches, (std::vector<std::size_t>{6}));
    EXPECT_TRUE(m_world.jobs(JobState::Leased).empty());
    EXPECT_EQ(m_world.back_office.orders(), 6U);
}

TEST_F(PostedTogether, OneThatFailsOrMissesSomethingHoldsUpNoOther) {
    arrive(4);
    // The fake answers in the sequence of the batch: the first is refused, the second misses a product.
    m_world.back_office.failures.emplace_back("odoo.refused", Blame::BackOffice, "no");
    m_world.back_office.missing = {
        {.kind = "product", .value = "GTIN 1", .where = "lines[0].item", .remedy = "create it"}};
    run_threads_until([&] {
        return in_state(BackOfficeStatus::Posted) == 2 && in_state(BackOfficeStatus::Held) == 2;
    });
    EXPECT_EQ(m_world.back_office.batches, (std::vector<std::size_t>{4}));
    EXPECT_EQ(m_world.jobs(JobState::Parked).size(), 2U);
}

TEST_F(PostedTogether, ThoseThatOdooCouldNotTakeAreTriedAgain) {
    arrive(3);
    m_world.back_office.failures.assign(3, Error("odoo.connect", Blame::Network, "away"));
    run_threads_until([&] { return m_world.back_office.calls.size() == 3; });
    EXPECT_EQ(m_world.jobs(JobState::Ready).size(), 3U);
    EXPECT_EQ(in_state(BackOfficeStatus::Held), 0U);
}

}  // namespace
}  // namespace sallyport::flow
