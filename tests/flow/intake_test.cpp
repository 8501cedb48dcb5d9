// SPDX-License-Identifier: Apache-2.0
#include "tests/support/temp_dir.h"
#include "world.h"

#include <gtest/gtest.h>

namespace sallyport::flow {
namespace {

using testing::Order850;
using testing::World;
using testing::write_850;
using transports::Verdict;

class Intake : public ::testing::Test {
protected:
    testing_support::TempDir m_directory;
    World m_world{m_directory.path()};
};

TEST_F(Intake, StoresMessageReceiptReplayKeyAndFirstJobTogether) {
    const std::string payload = write_850({});
    auto admitted = m_world.admit(payload, "a");
    ASSERT_TRUE(admitted) << admitted.error().text();
    EXPECT_EQ(admitted->verdict, Verdict::New);
    const auto message = load_message(*m_world.store, admitted->message);
    ASSERT_TRUE(message) << message.error().text();
    EXPECT_EQ(message->state, store::MessageState::Received);
    EXPECT_EQ(message->receipt.body, "receipt 1 for a");
    EXPECT_EQ(*m_world.archive.get(message->payload_ref), payload);
    EXPECT_EQ(*m_world.archive.get(message->raw_ref), "AS2-From: ACME\r\n\r\n" + payload);
    const auto jobs = m_world.jobs(store::JobState::Ready);
    ASSERT_EQ(jobs.size(), 1U);
    EXPECT_EQ(jobs[0].kind, "unwrap");
    EXPECT_EQ(jobs[0].message, admitted->message);
    EXPECT_EQ(m_world.events(), std::vector<std::string>{"message.received"});
}

TEST_F(Intake, AnswersAnIdenticalRepeatWithTheStoredReceiptAndStoresNothing) {
    auto first = m_world.admit(write_850({}), "a");
    auto second = m_world.admit(write_850({}), "a");
    ASSERT_TRUE(first && second);
    EXPECT_EQ(second->verdict, Verdict::Identical);
    EXPECT_EQ(second->message, first->message);
    EXPECT_EQ(second->receipt.body, first->receipt.body);
    EXPECT_EQ(m_world.receipts_made, 1U);
    EXPECT_EQ(m_world.jobs(store::JobState::Ready).size(), 1U);
}

TEST_F(Intake, HoldsAndRaisesTheSameIdWithOtherContent) {
    ASSERT_TRUE(m_world.admit(write_850({}), "a"));
    auto other = m_world.admit(write_850({.quantity = "99"}), "a");
    ASSERT_TRUE(other) << other.error().text();
    EXPECT_EQ(other->verdict, Verdict::Conflict);
    EXPECT_EQ(load_message(*m_world.store, other->message)->state, store::MessageState::Held);
    const store::Document held = m_world.newest_envelope();
    EXPECT_EQ(held.message, other->message);
    EXPECT_EQ(held.status.back_office, store::BackOfficeStatus::Held);
    EXPECT_EQ(held.next.actor, store::Actor::Coordinator);
    EXPECT_EQ(held.next.code, "flow.transport.conflict");
    ASSERT_TRUE(held.next.due);
    EXPECT_GT(*held.next.due, m_world.clock.now());
    EXPECT_EQ(m_world.jobs(store::JobState::Ready).size(), 1U) << "the held one must not be run";
}

TEST_F(Intake, GivesARepeatedConflictItsOwnEarlierReceipt) {
    ASSERT_TRUE(m_world.admit(write_850({}), "a"));
    auto once = m_world.admit(write_850({.quantity = "99"}), "a");
    auto twice = m_world.admit(write_850({.quantity = "99"}), "a");
    ASSERT_TRUE(once && twice);
    EXPECT_EQ(twice->verdict, Verdict::Conflict);
    EXPECT_EQ(twice->receipt.body, once->receipt.body);
    EXPECT_EQ(twice->message, once->message);
}

TEST_F(Intake, AcknowledgesNothingWhenTheReceiptCannotBeMade) {
    transports::Arrival arrival;
    arrival.transport = "as2";
    arrival.partner = "acme";
    arrival.message_id = "<x@acme>";
    arrival.content_digest = "d";
    arrival.payload = write_850({});
    const auto refused =
        m_world.intake->admit(arrival, [](Verdict /*verdict*/) -> Result<transports::Receipt> {
            return Error("as2.mdn", Blame::Operator, "no key to sign with");
        });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "as2.mdn");
    EXPECT_TRUE(m_world.jobs(store::JobState::Ready).empty());
}

TEST_F(Intake, TakesNothingNewOnADiskThatIsNearlyFull) {
    DurableIntake intake({.store = *m_world.store,
                          .archive = m_world.archive,
                          .clock = m_world.clock,
                          .random = m_world.random,
                          .metrics = m_world.metrics,
                          .log = Log(null_sink()),
                          .admitted = {},
                          .free_bytes = [] { return std::uint64_t{99}; },
                          .least_free = 100});
    transports::Arrival arrival;
    arrival.message_id = "<x@acme>";
    arrival.content_digest = "d";
    const auto refused = intake.admit(
        arrival,
        [](Verdict /*verdict*/) -> Result<transports::Receipt> { return transports::Receipt{}; });
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "flow.intake.disk");
}

TEST_F(Intake, KeepsARefusalWithItsReasonAndTheReceiptThatWasSent) {
    transports::Refusal refusal;
    refusal.transport = "as2";
    refusal.from = "MALLORY";
    refusal.to = "SALLYPORT";
    refusal.message_id = "<m@x>";
    refusal.code = "as2.signature.missing";
    refusal.reason = "the message is not signed";
    refusal.raw = "headers and body";
    transports::Receipt receipt;
    receipt.disposition = "processed/error: insufficient-message-security";
    const Status done = m_world.intake->refuse(refusal, receipt);
    ASSERT_TRUE(done) << done.error().text();
    const auto kept =
        store::read<std::vector<store::Message>>(*m_world.store, [](store::Reader& reader) {
            return reader.messages({.state = store::MessageState::Refused});
        });
    ASSERT_TRUE(kept);
    ASSERT_EQ(kept->size(), 1U);
    EXPECT_EQ(kept->front().code, "as2.signature.missing");
    EXPECT_EQ(kept->front().receipt.disposition, receipt.disposition);
    EXPECT_EQ(*m_world.archive.get(kept->front().raw_ref), "headers and body");
    EXPECT_TRUE(m_world.jobs(store::JobState::Ready).empty());
}

}  // namespace
}  // namespace sallyport::flow
