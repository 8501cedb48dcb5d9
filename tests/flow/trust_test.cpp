// SPDX-License-Identifier: Apache-2.0
// Unknown signers: held whole, decided by two people, read again without a resend; nothing is believed before, and nothing is
// lost or done twice whatever kills the gateway in between.
#include "tests/support/temp_dir.h"
#include "trust_world.h"

#include "gateway/flow/decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sallyport::flow::testing {
namespace {

using ::testing::HasSubstr;

class Trust : public ::testing::Test {
protected:
    testing_support::TempDir m_directory;
    TrustWorld m_world{m_directory.path()};
};

TEST_F(Trust, AnUnknownSignersMessageIsHeldAndShowsPresentedBesideExpected) {
    m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    const auto held = m_world.messages(store::MessageState::Held);
    ASSERT_EQ(held.size(), 1U);
    EXPECT_EQ(held[0].code, "cms.signer.unknown");
    EXPECT_FALSE(held[0].was_signed);
    EXPECT_EQ(held[0].receipt.disposition, "processed/error: authentication-failed");
    const auto document = m_world.newest_envelope();
    EXPECT_EQ(document.next.actor, store::Actor::Administrator);
    EXPECT_THAT(document.next.reason, HasSubstr(NewFingerprint));
    EXPECT_THAT(document.next.reason, HasSubstr(std::string(64, 'e')));
    EXPECT_THAT(document.next.reason, HasSubstr("issued by CN=acme aa, 2026-"));
    EXPECT_EQ(m_world.record().state, TrustState::Presented);
    EXPECT_EQ(m_world.record().expected.size(), 1U);
    EXPECT_EQ(m_world.run(), 0U);
    EXPECT_EQ(m_world.back_office.orders(), 0U) << "nothing is read before people decided";
}

TEST_F(Trust, TwoPeopleAcceptAndTheMessageGoesOnWithoutAResend) {
    m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    ASSERT_TRUE(request_trust(*m_world.tools, TrustWorld::by("operator:anna")));
    EXPECT_EQ(m_world.run(), 0U) << "one person is not enough";
    const auto waiting = confirm_trust(*m_world.tools, TrustWorld::by("operator:bert"));
    ASSERT_TRUE(waiting) << waiting.error().text();
    EXPECT_EQ(*waiting, 1U);
    m_world.run();
    EXPECT_EQ(m_world.back_office.orders(), 1U);
    const auto record = m_world.record();
    EXPECT_EQ(record.state, TrustState::Accepted);
    EXPECT_EQ(record.requested.actor, "operator:anna");
    EXPECT_EQ(record.requested.words, "Bob, telephone");
    EXPECT_EQ(record.confirmed.actor, "operator:bert");
    const auto events = m_world.events();
    for (const char* event : {"certificate.presented",
                              "message.held",
                              "certificate.requested",
                              "certificate.accepted",
                              "message.reprocessed"})
        EXPECT_EQ(std::count(events.begin(), events.end(), event), 1) << event;
}

TEST_F(Trust, TheReceiptOfThenStaysAndTheOneOfNowIsForARepeat) {
    m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    m_world.accept();
    m_world.run();
    const auto then = m_world.messages(store::MessageState::Refused);
    ASSERT_EQ(then.size(), 1U);
    EXPECT_EQ(then[0].receipt.body, "the negative MDN");
    EXPECT_EQ(then[0].code, "trust.read-again");
    EXPECT_THAT(then[0].reason, HasSubstr("processed/error: authentication-failed"));
    const auto now = m_world.messages(store::MessageState::Received);
    ASSERT_EQ(now.size(), 1U);
    EXPECT_THAT(then[0].reason, HasSubstr(now[0].id));
    EXPECT_TRUE(m_world.messages(store::MessageState::Held).empty());
    const auto repeat = m_world.admit(write_850({}), "a");
    ASSERT_TRUE(repeat);
    EXPECT_EQ(repeat->verdict, transports::Verdict::Identical);
    EXPECT_EQ(repeat->receipt.body, now[0].receipt.body);
    EXPECT_EQ(repeat->receipt.disposition, "processed");
    m_world.run();
    EXPECT_EQ(m_world.back_office.orders(), 1U);
}

TEST_F(Trust, OnePersonCannotBeTwo) {
    m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    ASSERT_TRUE(request_trust(*m_world.tools, TrustWorld::by("operator:anna")));
    for (const char* actor : {"operator:anna", "operator:Anna", "api:anna", "operator:anna@host"}) {
        const auto refused = confirm_trust(*m_world.tools, TrustWorld::by(actor));
        ASSERT_FALSE(refused) << actor;
        EXPECT_EQ(refused.error().code(), "trust.same-person");
    }
    EXPECT_EQ(m_world.record().state, TrustState::Requested);
    EXPECT_EQ(m_world.run(), 0U);
}

TEST_F(Trust, AConfirmationWithoutARequestOrWordsAreRefused) {
    m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    EXPECT_EQ(confirm_trust(*m_world.tools, TrustWorld::by("operator:bert")).error().code(),
              "trust.state");
    EXPECT_EQ(request_trust(*m_world.tools, TrustWorld::by("operator:anna", "")).error().code(),
              "trust.words");
    EXPECT_EQ(request_trust(*m_world.tools, TrustWorld::by("operator:", "x")).error().code(),
              "trust.words");
    EXPECT_EQ(request_trust(*m_world.tools, TrustWorld::by("operator:anna", "x", OtherFingerprint))
                  .error()
                  .code(),
              "trust.missing");
}

TEST_F(Trust, ReleasingTheDocumentIsNoWayRoundTheTwoPeople) {
    m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    const auto released =
        release_document(*m_world.tools, m_world.newest_envelope().id, "operator:anna");
    ASSERT_FALSE(released);
    EXPECT_EQ(released.error().code(), "flow.decision.trust");
    EXPECT_EQ(m_world.run(), 0U);
}

TEST_F(Trust, WhatWasRejectedStaysRefusedAndSoDoesWhatComesAfter) {
    m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    ASSERT_TRUE(
        reject_trust(*m_world.tools, TrustWorld::by("operator:anna", "Bob does not know it")));
    EXPECT_TRUE(m_world.messages(store::MessageState::Held).empty());
    EXPECT_EQ(m_world.newest_envelope().next.code, "trust.rejected");
    m_world.refuse(TrustWorld::refusal(write_850({.control = "000000002"}), "b"));
    EXPECT_TRUE(m_world.messages(store::MessageState::Held).empty());
    EXPECT_EQ(m_world.messages(store::MessageState::Refused).size(), 2U);
    EXPECT_FALSE(confirm_trust(*m_world.tools, TrustWorld::by("operator:bert")));
    EXPECT_EQ(m_world.run(), 0U);
}

TEST_F(Trust, OnlyMessagesOfTheAcceptedCertificateAreReadAgain) {
    m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    m_world.refuse(TrustWorld::refusal(
        write_850({.number = "PO-2", .control = "000000002"}), "b", OtherFingerprint));
    m_world.accept();
    m_world.run();
    EXPECT_EQ(m_world.judged, 1U);
    EXPECT_EQ(m_world.back_office.orders(), 1U);
    EXPECT_EQ(m_world.messages(store::MessageState::Held).size(), 1U);
}

TEST_F(Trust, TheSameMessageAgainIsNotHeldTwice) {
    for (int repeat = 0; repeat < 3; ++repeat)
        m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    EXPECT_EQ(m_world.messages(store::MessageState::Held).size(), 1U);
    EXPECT_EQ(m_world.messages(store::MessageState::Refused).size(), 2U);
    m_world.accept();
    m_world.run();
    EXPECT_EQ(m_world.back_office.orders(), 1U);
}

TEST_F(Trust, AMessageThatCameAfterTheDecisionIsReadAtOnce) {
    m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    m_world.accept();
    // Judged by the transport with the agreement of a moment ago.
    m_world.refuse(TrustWorld::refusal(write_850({.number = "PO-2", .control = "000000002"}), "b"));
    m_world.run();
    EXPECT_EQ(m_world.back_office.orders(), 2U);
}

TEST_F(Trust, AResendBeforeTheSecondReadingIsTheSameMessage) {
    m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    m_world.accept();
    ASSERT_TRUE(m_world.admit(write_850({}), "a"));
    m_world.run();
    EXPECT_EQ(m_world.back_office.orders(), 1U);
    EXPECT_THAT(m_world.messages(store::MessageState::Refused).at(0).reason,
                HasSubstr("sent again meanwhile"));
}

TEST_F(Trust, AWithdrawnCertificateHoldsNothingUntilItIsAskedForAgain) {
    m_world.refuse(TrustWorld::refusal(write_850({}), "a"));
    m_world.accept();
    m_world.run();
    ASSERT_TRUE(withdraw_trust(*m_world.tools, TrustWorld::by("operator:anna", "key lost")));
    m_world.refuse(TrustWorld::refusal(write_850({.number = "PO-2", .control = "000000002"}), "b"));
    EXPECT_TRUE(m_world.messages(store::MessageState::Held).empty());
    EXPECT_TRUE(request_trust(*m_world.tools, TrustWorld::by("operator:carl", "found again")));
    EXPECT_EQ(m_world.record().confirmed.actor, "");
}

TEST_F(Trust, WithoutACertificateInTheMessageAnOfferedOneDecides) {
    auto refused = TrustWorld::refusal(write_850({}), "a");
    refused.signer->presented.reset();
    m_world.refuse(refused);
    EXPECT_THAT(m_world.newest_envelope().next.reason, HasSubstr("sallyport cert offer"));
    TrustRecord offered;
    offered.partner = "acme";
    offered.certificate = facts(NewFingerprint);
    offered.source = "operator";
    ASSERT_TRUE(offer_certificate(*m_world.tools, offered, "operator:anna"));
    ASSERT_TRUE(request_trust(*m_world.tools, TrustWorld::by("operator:anna")));
    const auto waiting = confirm_trust(*m_world.tools, TrustWorld::by("operator:bert"));
    ASSERT_TRUE(waiting);
    EXPECT_EQ(*waiting, 1U);
}

TEST_F(Trust, AMessageThatIsNotWholeIsRefusedForGood) {
    auto refused = TrustWorld::refusal(write_850({}), "a");
    refused.signer->whole = false;
    m_world.refuse(refused);
    EXPECT_EQ(m_world.messages(store::MessageState::Refused).size(), 1U);
    EXPECT_TRUE(m_world.documents().empty());
}

// --- crash --------------------------------------------------------------------------------------------------------------

// Whoever decided before a crash looks first whether it was noted.
void play_trust(const std::filesystem::path& directory) {
    TrustWorld world(directory);
    take_over(world);
    world.run();
    world.refuse(
        TrustWorld::refusal(write_850({}), "a"));  // the partner repeats what was not answered
    if (world.record().state == TrustState::Presented) {
        const Status asked = request_trust(*world.tools, TrustWorld::by("operator:anna"));
        ASSERT_TRUE(asked) << asked.error().text();
    }
    if (world.record().state == TrustState::Requested) {
        const auto confirmed = confirm_trust(*world.tools, TrustWorld::by("operator:bert"));
        ASSERT_TRUE(confirmed) << confirmed.error().text();
    }
    world.run();
}

TEST(TrustChild, Plays) {
    if (!played(play_trust)) GTEST_SKIP() << NotByItself;
}

class TrustCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(TrustCrash, TheOrderArrivesOnceAndEachDecisionIsNotedOnce) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(kill_and_start_again(GetParam(), directory.path(), "TrustChild.Plays"));
    TrustWorld world(directory.path());
    expect_at_rest(world);
    EXPECT_EQ(world.back_office.orders(), 1U);
    EXPECT_EQ(world.messages(store::MessageState::Received).size(), 1U);
    EXPECT_TRUE(world.messages(store::MessageState::Held).empty());
    EXPECT_EQ(world.record().state, TrustState::Accepted);
    const auto events = world.events();
    for (const char* event : {"certificate.presented",
                              "message.held",
                              "certificate.requested",
                              "certificate.accepted",
                              "message.reprocessed",
                              "message.received"})
        EXPECT_EQ(std::count(events.begin(), events.end(), event), 1) << event;
}

INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         TrustCrash,
                         ::testing::Values("signer.hold.before",
                                           "signer.hold.after",
                                           "trust.commit.before",
                                           "trust.commit.after",
                                           "trust.commit.before:2",
                                           "trust.commit.after:2",
                                           "intake.commit.after",
                                           "judge.admitted.after",
                                           "judge.commit.before",
                                           "judge.commit.after",
                                           "unwrap.commit.before"),
                         name_of_point);

}  // namespace
}  // namespace sallyport::flow::testing
