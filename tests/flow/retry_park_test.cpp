// SPDX-License-Identifier: Apache-2.0
// What fails for a while is tried again, what needs a person waits in sight, and nothing overtakes within one order.
#include "tests/support/temp_dir.h"
#include "world.h"

#include "gateway/flow/decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace sallyport::flow {
namespace {

using store::Actor;
using store::BackOfficeStatus;
using store::DeliveryStatus;
using store::Document;
using store::JobState;
using ::testing::HasSubstr;
using testing::World;
using testing::write_850;

class Troubled : public ::testing::Test {
protected:
    testing_support::TempDir m_directory;
    World m_world{m_directory.path()};

    std::vector<store::Attempt> attempts_of(const std::string& document) {
        auto found = store::read<std::vector<store::Attempt>>(
            *m_world.store,
            [&](store::Reader& reader) { return reader.attempts_of_document(document); });
        return found ? *found : std::vector<store::Attempt>{};
    }
    store::Job parked() {
        const auto jobs = m_world.jobs(JobState::Parked);
        EXPECT_EQ(jobs.size(), 1U);
        return jobs.empty() ? store::Job{} : jobs.front();
    }
};

TEST_F(Troubled, TriesAgainLaterWhenTheBackOfficeCannotBeReached) {
    m_world.back_office.failures.emplace_back("odoo.connect", Blame::Network, "connection refused");
    m_world.receive(write_850({}), "a");
    Document order = m_world.newest("850");
    EXPECT_EQ(order.status.back_office, BackOfficeStatus::Pending);
    EXPECT_EQ(order.next.actor, Actor::Gateway);
    EXPECT_EQ(order.next.code, "odoo.connect");
    ASSERT_TRUE(order.next.due);
    const auto wait = *order.next.due - m_world.clock.now();
    EXPECT_GE(wait, std::chrono::seconds(5));
    EXPECT_LE(wait, std::chrono::seconds(10));
    EXPECT_EQ(m_world.run(), 0U) << "before its time";
    m_world.clock.advance(std::chrono::seconds(11));
    EXPECT_EQ(m_world.run(), 1U);
    order = m_world.newest("850");
    EXPECT_EQ(order.status.back_office, BackOfficeStatus::Posted);
    EXPECT_EQ(order.next.actor, Actor::Nobody);
    const auto attempts = attempts_of(order.id);
    const auto failed = std::find_if(
        attempts.begin(), attempts.end(), [](const auto& attempt) { return !attempt.ok; });
    ASSERT_NE(failed, attempts.end());
    EXPECT_EQ(failed->kind, "post");
    EXPECT_EQ(failed->code, "odoo.connect");
    EXPECT_EQ(failed->blame, "network");
    EXPECT_TRUE(failed->next_run);
}

TEST_F(Troubled, ParksAnOrderThatNamesEachMissingValueAndPostsItOnceReleased) {
    m_world.back_office.missing = {{.kind = "product",
                                    .value = "EDI-9999",
                                    .where = "lines[1].item.seller_code",
                                    .remedy = "create the product in Odoo"},
                                   {.kind = "ship-to address",
                                    .value = "GLN 4012345000016",
                                    .where = "ship_to.gln",
                                    .remedy = "add the address"}};
    m_world.receive(write_850({}), "a");
    Document order = m_world.newest("850");
    EXPECT_EQ(order.status.back_office, BackOfficeStatus::Held);
    EXPECT_EQ(order.next.actor, Actor::Coordinator);
    EXPECT_EQ(order.next.code, "flow.post.missing");
    EXPECT_THAT(order.next.reason, HasSubstr("product EDI-9999"));
    EXPECT_THAT(order.next.reason, HasSubstr("ship-to address GLN 4012345000016"));
    EXPECT_THAT(order.next.reason, HasSubstr("create the product in Odoo"));
    EXPECT_EQ(m_world.run(), 0U) << "a person must act first";
    m_world.release(parked());
    EXPECT_EQ(m_world.run(), 1U);
    EXPECT_EQ(m_world.newest("850").status.back_office, BackOfficeStatus::Posted);
    EXPECT_EQ(m_world.newest("850").next.actor, Actor::Nobody);
}

TEST_F(Troubled, ParksWhatTheOperatorMustMend) {
    m_world.back_office.failures.emplace_back("odoo.rights", Blame::Operator, "no right to create");
    m_world.receive(write_850({}), "a");
    const Document order = m_world.newest("850");
    EXPECT_EQ(order.status.back_office, BackOfficeStatus::Held);
    EXPECT_EQ(order.next.actor, Actor::Administrator);
    EXPECT_EQ(parked().kind, "post");
}

TEST_F(Troubled, GivesABugOneMoreTryAndThenParksIt) {
    for (int time = 0; time < 2; ++time)
        m_world.back_office.failures.emplace_back("odoo.schema", Blame::Bug, "unknown field");
    m_world.receive(write_850({}), "a");
    EXPECT_TRUE(m_world.jobs(JobState::Parked).empty());
    m_world.clock.advance(std::chrono::minutes(1));
    m_world.run();
    EXPECT_EQ(parked().code, "odoo.schema");
}

TEST_F(Troubled, AStepThatBecameDueLateGetsAllItsRetries) {
    m_world.back_office.failures.emplace_back("odoo.refused", Blame::BackOffice, "closed period");
    m_world.receive(write_850({.number = "PO-1", .control = "000000001"}), "a");
    m_world.receive(write_850({.number = "PO-1", .control = "000000002"}), "b");
    m_world.clock.advance(std::chrono::hours(24 * 30));  // longer than give_up_after
    for (int time = 0; time < 2; ++time)
        m_world.back_office.failures.emplace_back("odoo.connect", Blame::Network, "refused");
    m_world.release(parked());
    m_world.run();
    EXPECT_TRUE(m_world.jobs(JobState::Parked).empty())
        << "released a month later, it is tried as if it were new";
    m_world.clock.advance(std::chrono::hours(24 * 7 + 1));
    m_world.run();
    EXPECT_EQ(parked().code, "odoo.connect") << "a week of tries is enough";
}

TEST_F(Troubled, APartnersMessagesWaitInSightBehindOneThatCannotBeOpened) {
    m_world.agreements.swap({});
    m_world.receive(write_850({.number = "PO-1", .control = "000000001"}), "a");
    m_world.receive(write_850({.number = "PO-2", .control = "000000002"}), "b");
    EXPECT_EQ(parked().kind, "unwrap");
    EXPECT_EQ(m_world.jobs(JobState::Ready).size(), 1U)
        << "what is in the first nobody knows: the second may change its order";
    const auto waiting = m_world.documents({.back_office = BackOfficeStatus::Held});
    ASSERT_EQ(waiting.size(), 1U) << "the message shows where people look";
    EXPECT_EQ(waiting[0].next.actor, Actor::Administrator);
    EXPECT_EQ(waiting[0].next.code, "flow.agreement.unknown");

    const auto lanes = m_world.pipeline->sweep_lanes();
    ASSERT_TRUE(lanes) << lanes.error().text();
    EXPECT_EQ(*lanes, 1U);
    EXPECT_THAT(m_world.metrics.text(),
                HasSubstr("sallyport_lanes_waiting{partner=\"acme\",step=\"unwrap\"} 1\n"));
    EXPECT_EQ(m_world.log->count("everything from this partner waits behind a parked step"), 1U);
    m_world.clock.advance(std::chrono::minutes(59));
    ASSERT_TRUE(m_world.pipeline->sweep_lanes());
    EXPECT_EQ(m_world.log->count("everything from this partner waits behind a parked step"), 1U);
    m_world.clock.advance(std::chrono::minutes(1));
    ASSERT_TRUE(m_world.pipeline->sweep_lanes());
    EXPECT_EQ(m_world.log->count("everything from this partner waits behind a parked step"), 2U);

    m_world.use(testing::acme());
    ASSERT_TRUE(release_document(*m_world.tools, waiting[0].id, "operator:test"));
    m_world.run();
    EXPECT_EQ(m_world.documents({.back_office = BackOfficeStatus::Posted}).size(), 2U);
    EXPECT_TRUE(m_world.documents({.back_office = BackOfficeStatus::Held}).empty());
    EXPECT_EQ(*m_world.pipeline->sweep_lanes(), 0U);
    EXPECT_THAT(m_world.metrics.text(), ::testing::Not(HasSubstr("sallyport_lanes_waiting{")));
}

TEST_F(Troubled, GivingUpAMessageThatCannotBeOpenedLetsThePartnersNextOnePass) {
    m_world.agreements.swap({});
    m_world.receive(write_850({.number = "PO-1", .control = "000000001"}), "a");
    m_world.receive(write_850({.number = "PO-2", .control = "000000002"}), "b");
    const auto waiting = m_world.documents({.back_office = BackOfficeStatus::Held});
    ASSERT_EQ(waiting.size(), 1U);
    m_world.use(testing::acme());
    ASSERT_TRUE(discard_document(*m_world.tools, waiting[0].id, "operator:test", "not ours"));
    m_world.run();
    EXPECT_EQ(m_world.newest("850").business_number, "PO-2");
    EXPECT_EQ(m_world.newest("850").status.back_office, BackOfficeStatus::Posted);
}

TEST_F(Troubled, KeepsTheSequenceOfOneOrderAndLetsOthersPass) {
    m_world.back_office.failures.emplace_back("odoo.refused", Blame::BackOffice, "closed period");
    m_world.receive(write_850({.number = "PO-1", .control = "000000001"}), "a");
    m_world.receive(write_850({.number = "PO-1", .control = "000000002", .quantity = "30"}), "b");
    m_world.receive(write_850({.number = "PO-2", .control = "000000003"}), "c");
    EXPECT_EQ(m_world.newest("850").business_number, "PO-2");
    EXPECT_EQ(m_world.newest("850").status.back_office, BackOfficeStatus::Posted);
    const auto waiting = m_world.jobs(JobState::Ready);
    ASSERT_EQ(waiting.size(), 1U) << "the younger document of PO-1 waits behind the parked one";
    EXPECT_EQ(waiting[0].kind, "map");
    m_world.release(parked());
    m_world.run();
    EXPECT_TRUE(m_world.jobs(JobState::Ready).empty());
    EXPECT_EQ(m_world.documents({.back_office = BackOfficeStatus::Posted}).size(), 2U);
    EXPECT_EQ(m_world.documents({.back_office = BackOfficeStatus::Held}).size(), 1U)
        << "the younger one has other content under the same number";
}

TEST_F(Troubled, RepeatsFrozenOctetsUnderOneMessageIdUntilTheReceiptIsThere) {
    for (int time = 0; time < 3; ++time)
        m_world.sender.failures.emplace_back("as2.timeout", Blame::Network, "no answer");
    m_world.receive(write_850({}), "a");
    EXPECT_EQ(m_world.newest("850").status.acknowledgement, store::AckStatus::Owed)
        << "what did not arrive was not said";
    for (int time = 0; time < 3; ++time) {
        m_world.clock.advance(std::chrono::hours(1));
        m_world.run();
    }
    const auto sent = m_world.sender.sent();
    ASSERT_EQ(sent.size(), 4U);
    for (const std::string& line : sent)
        EXPECT_EQ(line, sent.front()) << "Message-ID and digest of the octets";
    EXPECT_EQ(m_world.newest("850").status.acknowledgement, store::AckStatus::Accepted);
    EXPECT_EQ(m_world.newest("997").status.delivery, DeliveryStatus::Delivered);
}

TEST_F(Troubled, ShowsAnAnswerThatThePartnerRefused) {
    m_world.sender.failures.emplace_back("as2.mdn.refused", Blame::Partner, "decryption-failed");
    m_world.receive(write_850({}), "a");
    const Document answer = m_world.newest("997");
    EXPECT_EQ(answer.status.delivery, DeliveryStatus::Failed);
    EXPECT_EQ(answer.next.actor, Actor::Partner);
    EXPECT_EQ(load_message(*m_world.store, answer.message)->state, store::MessageState::Failed);
    EXPECT_EQ(m_world.newest("850").status.back_office, BackOfficeStatus::Posted)
        << "the order does not wait for its answer";
}

TEST_F(Troubled, TurnsAnExpectedReceiptOverdueAndRaisesIt) {
    m_world.sender.failures.emplace_back("as2.timeout", Blame::Network, "no answer");
    m_world.receive(write_850({}), "a");
    m_world.clock.advance(std::chrono::hours(5));
    const auto turned = m_world.pipeline->sweep_overdue();
    ASSERT_TRUE(turned) << turned.error().text();
    EXPECT_EQ(*turned, 1U);
    const auto envelopes = m_world.documents(
        {.direction = store::Direction::Outbound, .level = store::DocumentLevel::Interchange});
    ASSERT_EQ(envelopes.size(), 1U);
    EXPECT_EQ(envelopes[0].next.code, "flow.answer.overdue");
    EXPECT_EQ(*m_world.pipeline->sweep_overdue(), 0U) << "once";
}

TEST_F(Troubled, LeavesTheDocumentsOfAPausedPartnerUntouched) {
    config::Partner partner = testing::acme();
    partner.paused = true;
    m_world.use(partner);
    m_world.receive(write_850({}), "a");
    EXPECT_EQ(m_world.jobs(JobState::Ready).size(), 1U);
    EXPECT_TRUE(m_world.documents().empty());
    m_world.use(testing::acme());
    m_world.run();
    EXPECT_EQ(m_world.newest("850").status.back_office, BackOfficeStatus::Posted);
}

TEST_F(Troubled, TakesOverTheJobOfAWorkerThatWasNotHeardOfAgain) {
    ASSERT_TRUE(m_world.admit(write_850({}), "a"));
    const auto lost = store::submit<std::vector<store::Job>>(
        *m_world.store,
        [](store::Transaction& unit) { return unit.claim_jobs({.worker = "another machine"}); });
    ASSERT_TRUE(lost);
    ASSERT_EQ(lost->size(), 1U);
    EXPECT_EQ(m_world.run(), 0U);
    m_world.clock.advance(std::chrono::seconds(121));
    EXPECT_GT(m_world.run(), 0U);
    EXPECT_EQ(m_world.newest("850").status.back_office, BackOfficeStatus::Posted);
}

TEST_F(Troubled, HoldsAMessageWhosePartnerFileIsGoneAndGoesOnWhenItIsBack) {
    ASSERT_TRUE(m_world.admit(write_850({}), "a"));
    m_world.agreements.swap({});
    m_world.run();
    EXPECT_EQ(parked().code, "flow.agreement.unknown");
    m_world.use(testing::acme());
    m_world.release(parked());
    m_world.run();
    EXPECT_EQ(m_world.newest("850").status.back_office, BackOfficeStatus::Posted);
}

TEST_F(Troubled, NeverPostsAgainWhatItRemembersAsPosted) {
    m_world.receive(write_850({}), "a");
    const Document order = m_world.newest("850");
    const Status again = m_world.store->submit([&](store::Transaction& unit) -> Status {
        auto job = unit.add_job({.kind = "post", .document = order.id});
        if (!job) return std::move(job).error();
        return {};
    });
    ASSERT_TRUE(again);
    EXPECT_EQ(m_world.run(), 1U);
    EXPECT_EQ(m_world.back_office.calls.size(), 1U)
        << "people may have deleted the order since; it must not come back by itself";
}

TEST_F(Troubled, RunsInThreadsFromWakeUpToStop) {
    ASSERT_TRUE(m_world.pipeline->start());
    ASSERT_TRUE(m_world.admit(write_850({}), "a"));
    m_world.pipeline->wake();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (m_world.back_office.orders() == 0 && std::chrono::steady_clock::now() < deadline)
        std::this_thread::yield();
    EXPECT_TRUE(m_world.pipeline->running());
    m_world.pipeline->stop();
    EXPECT_FALSE(m_world.pipeline->running());
    EXPECT_EQ(m_world.back_office.orders(), 1U);
    EXPECT_TRUE(m_world.jobs(JobState::Leased).empty()) << "steps in progress were finished";
}

}  // namespace
}  // namespace sallyport::flow
