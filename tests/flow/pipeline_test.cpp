// SPDX-License-Identifier: Apache-2.0
#include "tests/support/temp_dir.h"
#include "world.h"

#include "gateway/base/digest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sallyport::flow {
namespace {

using store::AckStatus;
using store::Actor;
using store::BackOfficeStatus;
using store::ContentStatus;
using store::DeliveryStatus;
using store::Document;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::Order850;
using testing::World;
using testing::write_850;

class Pipeline850 : public ::testing::Test {
protected:
    testing_support::TempDir m_directory;
    World m_world{m_directory.path()};
};

TEST_F(Pipeline850, TakesAnOrderFromArrivalToPostedAndAcknowledged) {
    m_world.receive(write_850({}), "a");
    const Document order = m_world.newest("850");
    EXPECT_EQ(order.status,
              (store::FourAxes{.content = ContentStatus::Valid,
                               .delivery = DeliveryStatus::Delivered,
                               .acknowledgement = AckStatus::Accepted,
                               .back_office = BackOfficeStatus::Posted}));
    EXPECT_EQ(order.next.actor, Actor::Nobody);
    EXPECT_EQ(order.kind, "Order");
    EXPECT_EQ(order.business_number, "PO-1");
    EXPECT_EQ(order.purpose, "original");
    ASSERT_EQ(m_world.back_office.calls.size(), 1U);
    const OrderPosting& posting = m_world.back_office.calls[0];
    EXPECT_EQ(posting.customer, "CUST-4711");
    EXPECT_EQ(posting.document, order.id);
    EXPECT_EQ(posting.order["lines"][0]["quantity"], "24");
    EXPECT_EQ(posting.original.octets, write_850({}));
    EXPECT_TRUE(m_world.jobs(store::JobState::Ready).empty());
    EXPECT_TRUE(m_world.jobs(store::JobState::Parked).empty());
}

TEST_F(Pipeline850, AnswersWithA997ThatNamesGroupAndTransaction) {
    m_world.receive(write_850({.control = "000000417"}), "a");
    EXPECT_THAT(m_world.sender.last_wire, HasSubstr("AK1*PO*1~AK2*850*0001~AK5*A~AK9*A*1*1*1~"));
    EXPECT_THAT(m_world.sender.last_wire, HasSubstr("*ZZ*SALLYPORT      *ZZ*ACMERETAIL     *"));
    const Document answer = m_world.newest("997");
    EXPECT_EQ(answer.direction, store::Direction::Outbound);
    EXPECT_EQ(answer.status.delivery, DeliveryStatus::Delivered);
    EXPECT_EQ(answer.status.acknowledgement, AckStatus::NotNeeded);
    const auto message = load_message(*m_world.store, answer.message);
    ASSERT_TRUE(message) << message.error().text();
    EXPECT_EQ(message->state, store::MessageState::Delivered);
    EXPECT_EQ(message->receipt.disposition, "processed");
    EXPECT_EQ(message->receipt.body, "the MDN");
}

TEST_F(Pipeline850, TakesFreshControlNumbersForEachAnswer) {
    m_world.receive(write_850({.number = "PO-1", .control = "000000001"}), "a");
    const std::string first = m_world.newest("997").interchange_control;
    m_world.receive(write_850({.number = "PO-2", .control = "000000002"}), "b");
    const std::string second = m_world.newest("997").interchange_control;
    EXPECT_EQ(first, "1");
    EXPECT_EQ(second, "2");
}

TEST_F(Pipeline850, WritesAnAuditEntryForEachStateChange) {
    m_world.receive(write_850({}), "a");
    const auto events = m_world.events();
    for (const char* event : {"message.received",
                              "interchange.unwrapped",
                              "document.validated",
                              "ack.built",
                              "message.frozen",
                              "message.delivered",
                              "document.mapped",
                              "document.posted"})
        EXPECT_THAT(events, Contains(event));
    const auto verdict = store::verify_chain(*m_world.store);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->broken);
}

TEST_F(Pipeline850, RejectsATruncatedOrderTellsThePartnerAndPostsNothing) {
    m_world.receive(write_850({.with_trailer = false}), "a");
    const Document order = m_world.newest("850");
    EXPECT_EQ(order.status.content, ContentStatus::Invalid);
    EXPECT_EQ(order.status.back_office, BackOfficeStatus::Refused);
    EXPECT_EQ(order.status.acknowledgement, AckStatus::Rejected);
    EXPECT_EQ(order.next.actor, Actor::Partner);
    EXPECT_FALSE(order.next.code.empty());
    EXPECT_TRUE(order.next.due);
    EXPECT_THAT(m_world.sender.last_wire, HasSubstr("AK5*R*2"));
    EXPECT_TRUE(m_world.back_office.calls.empty());
}

TEST_F(Pipeline850, HoldsWhatIsNoInterchangeAtAll) {
    m_world.receive("502 proxy error", "a");
    const Document held = m_world.newest_envelope();
    EXPECT_EQ(held.status.content, ContentStatus::Unreadable);
    EXPECT_EQ(held.status.back_office, BackOfficeStatus::Held);
    EXPECT_EQ(held.next.actor, Actor::Coordinator);
    EXPECT_EQ(held.next.code, "x12.isa.missing");
    EXPECT_TRUE(m_world.sender.sent().empty());
}

TEST_F(Pipeline850, HoldsAnInterchangeBetweenOtherParties) {
    m_world.receive(write_850({.sender = "SOMEBODYELSE"}), "a");
    const Document held = m_world.newest_envelope();
    EXPECT_EQ(held.status.back_office, BackOfficeStatus::Held);
    EXPECT_EQ(held.next.code, "flow.envelope.foreign");
    EXPECT_THAT(held.next.reason, HasSubstr("ZZ:SOMEBODYELSE"));
    EXPECT_TRUE(m_world.back_office.calls.empty());
}

TEST_F(Pipeline850, HoldsATestInterchangeOfAProductionPartner) {
    m_world.receive(write_850({.usage = "T"}), "a");
    EXPECT_EQ(m_world.newest_envelope().next.code, "flow.envelope.test");
}

TEST_F(Pipeline850, SuppressesTheSameInterchangeUnderANewMessageId) {
    m_world.receive(write_850({}), "a");
    const std::string first = m_world
                                  .documents({.direction = store::Direction::Inbound,
                                              .level = store::DocumentLevel::Interchange})
                                  .front()
                                  .id;
    m_world.receive(write_850({}), "b");
    const Document repeat = m_world.newest_envelope();
    EXPECT_NE(repeat.id, first);
    EXPECT_EQ(repeat.next.actor, Actor::Nobody);
    EXPECT_EQ(repeat.next.code, "flow.duplicate.envelope");
    EXPECT_THAT(repeat.next.reason, HasSubstr(first));
    EXPECT_EQ(m_world.back_office.orders(), 1U);
    EXPECT_EQ(m_world.sender.sent().size(), 1U) << "the 997 of the first one answers both";
}

TEST_F(Pipeline850, HoldsAUsedControlNumberWithOtherContent) {
    m_world.receive(write_850({}), "a");
    m_world.receive(write_850({.number = "PO-2"}), "b");
    const Document held = m_world.newest_envelope();
    EXPECT_EQ(held.status.back_office, BackOfficeStatus::Held);
    EXPECT_EQ(held.next.actor, Actor::Coordinator);
    EXPECT_EQ(held.next.code, "flow.envelope.conflict");
    EXPECT_EQ(m_world.back_office.orders(), 1U);
}

TEST_F(Pipeline850, SuppressesTheSameOrderUnderNewControlNumbersButAnswersIt) {
    m_world.receive(write_850({.control = "000000001"}), "a");
    const std::string first = m_world.newest("850").id;
    m_world.receive(write_850({.control = "000000002"}), "b");
    const Document repeat = m_world.newest("850");
    EXPECT_EQ(repeat.next.code, "flow.duplicate.business");
    EXPECT_THAT(repeat.next.reason, HasSubstr(first));
    EXPECT_EQ(repeat.status.back_office, BackOfficeStatus::NotNeeded);
    EXPECT_EQ(repeat.status.acknowledgement, AckStatus::Accepted);
    EXPECT_EQ(m_world.back_office.calls.size(), 1U);
    EXPECT_EQ(m_world.sender.sent().size(), 2U) << "another interchange is owed its own 997";
}

TEST_F(Pipeline850, HoldsTheSameOrderNumberWithOtherContent) {
    m_world.receive(write_850({.control = "000000001"}), "a");
    m_world.receive(write_850({.control = "000000002", .quantity = "25"}), "b");
    const Document held = m_world.newest("850");
    EXPECT_EQ(held.status.back_office, BackOfficeStatus::Held);
    EXPECT_EQ(held.next.actor, Actor::Coordinator);
    EXPECT_EQ(held.next.code, "flow.business.conflict");
    EXPECT_EQ(m_world.back_office.calls.size(), 1U);
}

TEST_F(Pipeline850, HoldsADocumentThatNothingWasAgreedFor) {
    config::Partner partner = testing::acme();
    auto agreement = std::make_shared<Agreement>();
    agreement->partner = partner;
    m_world.agreements.swap({agreement});
    m_world.receive(write_850({}), "a");
    const Document held = m_world.newest("850");
    EXPECT_EQ(held.status.back_office, BackOfficeStatus::Held);
    EXPECT_EQ(held.next.actor, Actor::Administrator);
    EXPECT_EQ(held.next.code, "flow.agreement.document");
    EXPECT_EQ(held.status.acknowledgement, AckStatus::Accepted) << "its syntax was fine";
}

TEST_F(Pipeline850, MatchesA997AndNeverAcknowledgesIt) {
    m_world.receive(
        "ISA*00*          *00*          *ZZ*ACMERETAIL     *ZZ*SALLYPORT      "
        "*261123*0600*U*00401*000000009*0*P*>~GS*FA*ACMERETAIL*SALLYPORT*20261123*0600*9*X*004010~"
        "ST*997*0001~AK1*IN*77~AK9*A*1*1*1~SE*4*0001~GE*1*9~IEA*1*000000009~",
        "a");
    const Document received = m_world.newest("997");
    EXPECT_EQ(received.direction, store::Direction::Inbound);
    EXPECT_EQ(received.status.acknowledgement, AckStatus::NotNeeded);
    EXPECT_EQ(received.next.code, "flow.ack.unmatched");
    EXPECT_THAT(received.next.reason, HasSubstr("IN 77"));
    EXPECT_TRUE(m_world.sender.sent().empty());
    EXPECT_TRUE(m_world.back_office.calls.empty());
}

}  // namespace
}  // namespace sallyport::flow
