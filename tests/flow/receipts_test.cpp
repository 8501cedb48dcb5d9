// SPDX-License-Identifier: Apache-2.0
// Asynchronous receipts on a real store: ours leave after the answer and survive what kills the process; the partner's
// settle or contest the message they are about.
#include "gateway/flow/receipts.h"

#include "tests/support/temp_dir.h"
#include "world.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

namespace sallyport::flow {
namespace {

using testing::World;
using testing::write_850;

transports::AsyncReceipt receipt_for(const std::string& id) {
    return {.partner = "acme",
            .url = "https://acme.example/mdn",
            .original_message_id = id,
            .receipt = {.headers = {{"Content-Type", "multipart/report"}},
                        .body = "the MDN of " + id,
                        .disposition = "processed"}};
}

class Receipts : public ::testing::Test {
protected:
    Receipts() {
        m_world.tools->send_receipt = [this](const auto& one) { return send(one); };
    }

    Status send(const transports::AsyncReceipt& receipt) {
        sent.push_back(receipt);
        if (failures.empty()) return {};
        Error error = failures.front();
        failures.pop_front();
        return error;
    }
    // The 997 of an order, sent to a partner whose receipt comes later.
    store::Message send_one() {
        m_world.sender.pending = true;
        m_world.receive(write_850({}), "a");
        return outbound();
    }
    store::Message outbound() {
        auto found =
            store::read<std::vector<store::Message>>(*m_world.store, [](store::Reader& reader) {
                return reader.messages({.direction = store::Direction::Outbound});
            });
        EXPECT_TRUE(found && found->size() == 1U);
        return found->at(0);
    }
    transports::AwaitedReceipt awaited(const std::string& id) {
        auto found = m_desk.awaited("acme", id);
        EXPECT_TRUE(found && *found) << id;
        return found && *found ? **found : transports::AwaitedReceipt{};
    }

    testing_support::TempDir m_directory;
    World m_world{m_directory.path()};
    ReceiptDesk m_desk{{.store = *m_world.store,
                        .archive = m_world.archive,
                        .clock = m_world.clock,
                        .random = m_world.random,
                        .metrics = m_world.metrics,
                        .log = Log(null_sink())}};
    std::deque<Error> failures;
    std::vector<transports::AsyncReceipt> sent;
};

TEST_F(Receipts, LeaveAfterTheAnswerOctetForOctet) {
    ASSERT_TRUE(m_desk.enqueue(receipt_for("<a@acme>")));
    EXPECT_TRUE(sent.empty());
    EXPECT_EQ(m_world.run(), 1U);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].url, "https://acme.example/mdn");
    EXPECT_EQ(sent[0].receipt.body, "the MDN of <a@acme>");
    EXPECT_EQ(sent[0].receipt.headers, receipt_for("<a@acme>").receipt.headers);
    EXPECT_EQ(outbound().state, store::MessageState::Delivered);
}

TEST_F(Receipts, QueuedTwiceLeaveOnceAndLeaveAgainWhenThePartnerAsksAgain) {
    ASSERT_TRUE(m_desk.enqueue(receipt_for("<a@acme>")));
    ASSERT_TRUE(m_desk.enqueue(receipt_for("<a@acme>")));
    EXPECT_EQ(m_world.run(), 1U);
    ASSERT_TRUE(m_desk.enqueue(receipt_for("<a@acme>")));
    EXPECT_EQ(m_world.run(), 1U);
    EXPECT_EQ(sent.size(), 2U);
    EXPECT_EQ(outbound().state, store::MessageState::Delivered);
}

TEST_F(Receipts, AreTriedAgainAndParkedWhenAPersonMustAct) {
    failures.emplace_back("as2.connect", Blame::Network, "refused");
    failures.emplace_back("as2.egress.forbidden", Blame::Partner, "not allowed any more");
    ASSERT_TRUE(m_desk.enqueue(receipt_for("<a@acme>")));
    EXPECT_EQ(m_world.run(), 1U);
    EXPECT_EQ(outbound().state, store::MessageState::Frozen);
    m_world.clock.advance(std::chrono::hours(1));
    EXPECT_EQ(m_world.run(), 1U);
    EXPECT_EQ(outbound().state, store::MessageState::Failed);
    EXPECT_EQ(outbound().code, "as2.egress.forbidden");
    EXPECT_EQ(m_world.jobs(store::JobState::Parked).size(), 1U);
}

TEST_F(Receipts, SurviveAProcessThatIsKilledRightAfterTheAnswer) {
    const testing_support::TempDir directory;
    const pid_t child = ::fork();
    if (child == 0) {
        World world(directory.path());
        ReceiptDesk desk({.store = *world.store,
                          .archive = world.archive,
                          .clock = world.clock,
                          .random = world.random,
                          .metrics = world.metrics,
                          .log = Log(null_sink())});
        if (desk.enqueue(receipt_for("<k@acme>"))) ::kill(::getpid(), SIGKILL);
        ::_exit(1);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    World world(directory.path());
    world.tools->send_receipt = [this](const auto& one) { return send(one); };
    EXPECT_EQ(world.run(), 1U);
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].receipt.body, "the MDN of <k@acme>");
}

TEST_F(Receipts, OfThePartnerSettleTheMessageThatWaited) {
    const auto message = send_one();
    EXPECT_EQ(message.state, store::MessageState::Frozen);
    const auto waiting = m_world.newest("997");
    EXPECT_EQ(waiting.status.delivery, store::DeliveryStatus::Pending);
    EXPECT_EQ(waiting.next.actor, store::Actor::Partner);
    const std::string bare =
        message.transport_id.substr(1, message.transport_id.size() - 2);  // pyas2lib drops them
    ASSERT_TRUE(m_desk.settle(awaited(bare), {.disposition = "processed", .receipt = "MDN"}));
    EXPECT_EQ(outbound().state, store::MessageState::Delivered);
    EXPECT_EQ(outbound().receipt.body, "MDN");
    EXPECT_EQ(m_world.newest("997").status.delivery, store::DeliveryStatus::Delivered);
    EXPECT_EQ(awaited(message.transport_id).settled, "processed");
}

TEST_F(Receipts, OfThePartnerThatContestGoToAPersonAndALaterGoodOneStillCounts) {
    const auto message = send_one();
    const Error refused("as2.mdn.refused", Blame::Partner, "partner's receipt says: error");
    ASSERT_TRUE(m_desk.contest(awaited(message.transport_id), refused, "evidence"));
    EXPECT_EQ(outbound().state, store::MessageState::Failed);
    EXPECT_EQ(m_world.newest("997").next.code, "as2.mdn.refused");
    ASSERT_TRUE(m_desk.settle(awaited(message.transport_id), {.disposition = "processed"}));
    EXPECT_EQ(outbound().state, store::MessageState::Delivered);
}

TEST_F(Receipts, Mdn27TheFirstBelievedOneWinsAndAContradictionIsKept) {
    const auto message = send_one();
    ASSERT_TRUE(m_desk.settle(awaited(message.transport_id), {.disposition = "processed"}));
    const Error refused("as2.mdn.refused", Blame::Partner, "partner's receipt says: error");
    ASSERT_TRUE(m_desk.contest(awaited(message.transport_id), refused, "evidence"));
    EXPECT_EQ(outbound().state, store::MessageState::Delivered);
    EXPECT_EQ(m_world.events().back(), "receipt.contradicted");
    EXPECT_TRUE(m_world.archive.has(sha256_hex("evidence")));
}

TEST_F(Receipts, OfStrangersFindNoMessage) {
    const auto message = send_one();
    auto other = m_desk.awaited("other", message.transport_id);
    ASSERT_TRUE(other);
    EXPECT_FALSE(*other);
    auto none = m_desk.awaited("acme", "<none@x>");
    ASSERT_TRUE(none);
    EXPECT_FALSE(*none);
}

}  // namespace
}  // namespace sallyport::flow
