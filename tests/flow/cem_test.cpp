// SPDX-License-Identifier: Apache-2.0
// Certificate exchanges: nothing is trusted by itself, every request has one answer, every answer reaches who asked, and no
// crash changes that.
#include "cem_world.h"
#include "tests/support/temp_dir.h"

#include "gateway/flow/decisions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sallyport::flow::testing {
namespace {

using ::testing::HasSubstr;

class Cem : public ::testing::Test {
protected:
    testing_support::TempDir m_directory;
    CemWorld m_world{m_directory.path()};
};

// --- theirs -------------------------------------------------------------------------------------------------------------

TEST_F(Cem, ARequestWaitsForTwoPeopleAndTrustsNothing) {
    m_world.ask_us();
    const auto record = m_world.record();
    EXPECT_EQ(record.state, TrustState::Presented);
    EXPECT_EQ(record.source, "cem");
    EXPECT_EQ(record.uses, (std::vector<std::string>{"digitalSignature", "keyEncipherment"}));
    const auto document = m_world.newest_envelope();
    EXPECT_EQ(document.standard, "CEM");
    EXPECT_EQ(document.version, "request");
    EXPECT_EQ(document.own_number, "req-1");
    EXPECT_EQ(document.next.actor, store::Actor::Administrator);
    EXPECT_THAT(document.next.reason, HasSubstr(m_world.certificate.fingerprint));
    EXPECT_EQ(document.next.due, m_world.exchanges().at(0).respond_by);
    ASSERT_TRUE(request_trust(*m_world.tools, m_world.by("operator:anna")));
    EXPECT_EQ(confirm_trust(*m_world.tools, m_world.by("operator:anna")).error().code(),
              "trust.same-person");
    m_world.run();
    EXPECT_TRUE(m_world.sender.sent().empty()) << "nothing is answered before people decided";
}

TEST_F(Cem, AcceptedByTwoPeopleItIsAnsweredAndEncryptedForFromItsDayOn) {
    m_world.ask_us();
    m_world.accept();
    ASSERT_EQ(m_world.sender.sent().size(), 1U);
    const CemResponse response = m_world.response();
    EXPECT_EQ(response.id, "req-1");
    EXPECT_EQ(response.sender, "SALLYPORT");
    ASSERT_EQ(response.items.size(), 1U);
    EXPECT_TRUE(response.items[0].accepted);
    EXPECT_EQ(response.items[0].certificate.serial, name_of(m_world.certificate).serial);
    EXPECT_EQ(m_world.record().encrypt_from, write_xml_time(m_world.exchanges().at(0).respond_by));
    EXPECT_EQ(m_world.refreshed, 1U) << "it counts before the partner reads that it does";
    EXPECT_EQ(m_world.newest_envelope().next.actor, store::Actor::Nobody);
    const auto out = m_world.cem_documents(store::Direction::Outbound);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].status.delivery, store::DeliveryStatus::Delivered);
    for (const char* event :
         {"certificate.exchange.received", "certificate.accepted", "certificate.exchange.answered"})
        EXPECT_EQ(m_world.count(event), 1) << event;
}

TEST_F(Cem, RejectedItIsAnsweredWithTheReason) {
    m_world.ask_us();
    ASSERT_TRUE(reject_trust(*m_world.tools, m_world.by("operator:anna", "Bob does not know it")));
    m_world.run();
    const CemResponse response = m_world.response();
    ASSERT_EQ(response.items.size(), 1U);
    EXPECT_FALSE(response.items[0].accepted);
    EXPECT_EQ(response.items[0].reason, "Bob does not know it");
    EXPECT_EQ(m_world.record().state, TrustState::Rejected);
}

TEST_F(Cem, ARequestThatComesAgainIsNotAnsweredTwice) {
    m_world.ask_us("req-1", "m1");
    m_world.ask_us("req-1", "m2");
    EXPECT_EQ(m_world.newest_envelope().next.code, "cem.repeat");
    m_world.accept();
    m_world.ask_us("req-1", "m3");
    EXPECT_EQ(m_world.sender.sent().size(), 1U);
    EXPECT_EQ(m_world.cem_documents(store::Direction::Outbound).size(), 1U);
}

TEST_F(Cem, ARequestIdForOtherCertificatesIsHeld) {
    m_world.ask_us("req-1", "m1");
    m_world.deliver(
        CemWorld::container(m_world.request("req-1", {"digitalSignature"}), m_world.certificate),
        "m2");
    const auto document = m_world.newest_envelope();
    EXPECT_EQ(document.status.back_office, store::BackOfficeStatus::Held);
    EXPECT_EQ(document.next.code, "cem.conflict");
}

TEST_F(Cem, ByTheAgreementATrustedSignersRequestCountsAtOnce) {
    m_world.set_cem("trusted-signer");
    m_world.ask_us();
    const auto record = m_world.record();
    EXPECT_EQ(record.state, TrustState::Accepted);
    EXPECT_EQ(record.confirmed.actor, "agreement:acme");
    EXPECT_THAT(record.confirmed.words, HasSubstr("trusted-signer"));
    EXPECT_THAT(record.requested.words, HasSubstr(TrustedSigner));
    EXPECT_FALSE(record.encrypt_from.empty());
    EXPECT_TRUE(m_world.response().items.at(0).accepted);
    EXPECT_EQ(m_world.refreshed, 1U);
}

TEST_F(Cem, WhatCannotBeUsedIsRejectedWithoutAskingPeople) {
    const auto other = facts_of_key("partner");
    struct {
        const char* what;
        CemRequest request;
        const transports::CertificateFacts& attached;
    } table[] = {
        {"serial number", m_world.request("a"), other},
        {"Content-ID", m_world.request("b"), m_world.certificate},
        {"tlsClient", m_world.request("c", {"tlsClient"}), m_world.certificate},
        {"authority", m_world.request("d", {"tlsServer"}), m_world.certificate},
        {"not known", m_world.request("e", {"timeStamping"}), m_world.certificate},
    };
    table[1].request.items[0].content_id = "elsewhere@acme";
    for (const auto& row : table) {
        SCOPED_TRACE(row.what);
        m_world.deliver(CemWorld::container(row.request, row.attached), row.request.id);
        const CemResponse response = m_world.response();
        EXPECT_EQ(response.id, row.request.id);
        ASSERT_EQ(response.items.size(), 1U);
        EXPECT_FALSE(response.items[0].accepted);
        EXPECT_THAT(response.items[0].reason, HasSubstr(row.what));
    }
    EXPECT_EQ(m_world.count("certificate.presented"), 0);
}

TEST_F(Cem, AnExpiredCertificateIsRejectedByWhatLintSays) {
    m_world.clock.advance(std::chrono::hours(24) * 365 * 200);
    m_world.ask_us();
    EXPECT_THAT(m_world.response().items.at(0).reason, HasSubstr("certs.lint.expired"));
}

TEST_F(Cem, WhatIsKnownOfTheCertificateAnswersByItself) {
    m_world.ask_us("req-1", "m1");
    m_world.accept();
    m_world.ask_us("req-2", "m2");
    EXPECT_EQ(m_world.response().id, "req-2");
    EXPECT_TRUE(m_world.response().items.at(0).accepted);
    ASSERT_TRUE(withdraw_trust(*m_world.tools, m_world.by("operator:anna", "key lost")));
    m_world.ask_us("req-3", "m3");
    EXPECT_EQ(m_world.response().id, "req-3");
    EXPECT_FALSE(m_world.response().items.at(0).accepted);
    EXPECT_THAT(m_world.response().items.at(0).reason, HasSubstr("withdrawn"));
}

TEST_F(Cem, AnotherSenderOrSwitchedOffIsHeldAndReadAgainWhenReleased) {
    CemRequest request = m_world.request("req-1");
    request.sender = "SOMEBODY";
    m_world.deliver(CemWorld::container(request, m_world.certificate), "m1");
    EXPECT_EQ(m_world.newest_envelope().next.code, "cem.sender");
    m_world.set_cem("off");
    m_world.ask_us("req-2", "m2");
    EXPECT_EQ(m_world.newest_envelope().next.code, "cem.off");
    EXPECT_EQ(m_world.newest_envelope().next.actor, store::Actor::Administrator);
    EXPECT_TRUE(m_world.exchanges().empty());
    m_world.deliver("--b\r\n\r\nnothing\r\n--b--\r\n", "m3");
    EXPECT_EQ(m_world.newest_envelope().next.code, "cem.off");
    m_world.set_cem("ask");
    m_world.deliver("--b\r\n\r\nnothing at all\r\n--b--\r\n", "m4");
    EXPECT_EQ(m_world.newest_envelope().next.code, "cem.container");
}

TEST_F(Cem, WhatIsNotSignedIsNeverLookedInto) {
    m_world.set_cem("trusted-signer");
    m_world.is_signed = false;
    m_world.ask_us();
    EXPECT_EQ(m_world.newest_envelope().next.code, "cem.unsigned");
    EXPECT_TRUE(m_world.exchanges().empty());
    EXPECT_EQ(m_world.count("certificate.presented"), 0);
}

TEST_F(Cem, ReleasingTheDocumentIsNoWayRoundTheTwoPeople) {
    m_world.ask_us();
    const auto released =
        release_document(*m_world.tools, m_world.newest_envelope().id, "operator:anna");
    ASSERT_FALSE(released);
    EXPECT_EQ(released.error().code(), "flow.decision.trust");
    EXPECT_EQ(m_world.record().state, TrustState::Presented);
}

// --- ours ---------------------------------------------------------------------------------------------------------------

TEST_F(Cem, AnAnnouncementGoesOutAndTheirConsentIsNoted) {
    const auto sent = announce_certificate(*m_world.tools, m_world.announcement());
    ASSERT_TRUE(sent) << sent.error().text();
    m_world.run();
    const auto message = m_world.said();
    const auto& request = std::get<CemRequest>(message);
    EXPECT_EQ(request.sender, "SALLYPORT");
    ASSERT_EQ(request.items.size(), 1U);
    EXPECT_EQ(request.items[0].response_url, "http://gateway.example:4080/as2");
    EXPECT_EQ(m_world.known_consents().at(0).state, ConsentState::Told);
    EXPECT_EQ(m_world.known_consents().at(0).told.actor, "operator:anna");
    m_world.deliver(CemWorld::container(m_world.answer(request.id, true)), "m1");
    EXPECT_EQ(m_world.known_consents().at(0).state, ConsentState::Agreed);
    EXPECT_EQ(m_world.known_consents().at(0).answered.actor, "partner:acme");
    EXPECT_THAT(m_world.known_consents().at(0).answered.words, HasSubstr("<m1@acme>"));
    const auto out = m_world.cem_documents(store::Direction::Outbound);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].status.acknowledgement, store::AckStatus::Accepted);
    EXPECT_EQ(out[0].next.actor, store::Actor::Nobody);
    m_world.deliver(CemWorld::container(m_world.answer(request.id, false, "changed")), "m2");
    EXPECT_EQ(m_world.newest_envelope().next.code, "cem.repeat") << "what was said first counts";
    EXPECT_EQ(m_world.known_consents().at(0).state, ConsentState::Agreed);
    m_world.clock.advance(std::chrono::hours(24) * 30);
    EXPECT_EQ(*m_world.pipeline->sweep_overdue(), 0U);
}

TEST_F(Cem, ARejectionIsAnObjectionAndSomebodysMove) {
    ASSERT_TRUE(announce_certificate(*m_world.tools, m_world.announcement()));
    m_world.run();
    const std::string id = std::get<CemRequest>(m_world.said()).id;
    m_world.deliver(CemWorld::container(m_world.answer(id, false, "not before June")), "m1");
    EXPECT_EQ(m_world.known_consents().at(0).state, ConsentState::Objected);
    const auto out = m_world.cem_documents(store::Direction::Outbound).at(0);
    EXPECT_EQ(out.status.acknowledgement, store::AckStatus::Rejected);
    EXPECT_EQ(out.next.code, "cem.rejected");
    EXPECT_THAT(out.next.reason, HasSubstr("not before June"));
}

TEST_F(Cem, NoResponseByItsDayIsAnAlarm) {
    ASSERT_TRUE(announce_certificate(*m_world.tools, m_world.announcement()));
    m_world.run();
    m_world.clock.advance(std::chrono::hours(239));
    EXPECT_EQ(*m_world.pipeline->sweep_overdue(), 0U);
    m_world.clock.advance(std::chrono::hours(2));
    EXPECT_EQ(*m_world.pipeline->sweep_overdue(), 1U);
    const auto out = m_world.cem_documents(store::Direction::Outbound).at(0);
    EXPECT_EQ(out.status.acknowledgement, store::AckStatus::Overdue);
    EXPECT_EQ(out.next.actor, store::Actor::Administrator);
    EXPECT_EQ(m_world.count("ack.overdue"), 1);
}

TEST_F(Cem, NobodyIsAskedTwiceAtATimeOrTooLate) {
    ASSERT_TRUE(announce_certificate(*m_world.tools, m_world.announcement()));
    EXPECT_EQ(announce_certificate(*m_world.tools, m_world.announcement()).error().code(),
              "cem.announced");
    auto late = m_world.announcement();
    late.respond_by = m_world.clock.now();
    EXPECT_EQ(announce_certificate(*m_world.tools, late).error().code(), "cem.respond-by");
    m_world.set_cem("off");
    EXPECT_EQ(announce_certificate(*m_world.tools, m_world.announcement()).error().code(),
              "cem.off");
}

TEST_F(Cem, AResponseToNothingOfOursIsHeld) {
    m_world.deliver(CemWorld::container(m_world.answer("never-asked", true)), "m1");
    EXPECT_EQ(m_world.newest_envelope().next.code, "cem.unasked");
    EXPECT_TRUE(m_world.known_consents().empty());
}

TEST_F(Cem, NeverGoesUnsignedOrAnotherWay) {
    ASSERT_TRUE(announce_certificate(*m_world.tools, m_world.announcement()));
    config::Partner partner = acme();
    partner.as2.sign = false;
    m_world.use(partner);
    m_world.run();
    EXPECT_TRUE(m_world.sender.sent().empty());
    const auto out = m_world.cem_documents(store::Direction::Outbound).at(0);
    EXPECT_EQ(out.next.code, "cem.unsigned");
}

// --- crash --------------------------------------------------------------------------------------------------------------

// The partner repeats what it has no receipt for; people decide what is not decided.
void play_request(const std::filesystem::path& directory) {
    CemWorld world(directory);
    take_over(world);
    world.run();
    world.ask_us();
    if (world.record().state == TrustState::Presented) {
        ASSERT_TRUE(request_trust(*world.tools, world.by("operator:anna")));
    }
    if (world.record().state == TrustState::Requested) {
        ASSERT_TRUE(confirm_trust(*world.tools, world.by("operator:bert")));
    }
    world.run();
}

TEST(CemChild, AnswersARequest) {
    if (!played(play_request)) GTEST_SKIP() << NotByItself;
}

class CemCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(CemCrash, ARequestHasOneAnswer) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(
        kill_and_start_again(GetParam(), directory.path(), "CemChild.AnswersARequest"));
    CemWorld world(directory.path());
    expect_at_rest(world);
    EXPECT_EQ(world.record().state, TrustState::Accepted);
    const auto out = world.cem_documents(store::Direction::Outbound);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].status.delivery, store::DeliveryStatus::Delivered);
    EXPECT_EQ(world.exchanges().at(0).answer, out[0].id);
    auto sent = world.sender.sent();
    ASSERT_FALSE(sent.empty());
    for (const std::string& one : sent)
        EXPECT_EQ(one, sent.front()) << "every try is the same octets under one Message-ID";
    for (const char* event : {"certificate.exchange.received",
                              "certificate.presented",
                              "certificate.accepted",
                              "certificate.exchange.answered",
                              "message.delivered"})
        EXPECT_EQ(world.count(event), 1) << event;
}

INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         CemCrash,
                         ::testing::Values("intake.commit.after",
                                           "unwrap.commit.before",
                                           "unwrap.commit.after",
                                           "trust.commit.before:2",
                                           "trust.commit.after:2",
                                           "cem.commit.before",
                                           "cem.commit.after",
                                           "freeze.commit.before",
                                           "freeze.commit.after",
                                           "send.before",
                                           "send.after",
                                           "send.commit.before",
                                           "send.commit.after"),
                         name_of_point);

void play_announcement(const std::filesystem::path& directory) {
    CemWorld world(directory);
    take_over(world);
    world.run();
    if (world.exchanges().empty()) {
        ASSERT_TRUE(announce_certificate(*world.tools, world.announcement()));
    }
    world.run();
    const std::string id = world.exchanges().at(0).id;
    CemResponse answer = world.answer(id, true);
    answer.originated = {};  // the same octets in both lives
    world.deliver(CemWorld::container(answer), "m1");
}

TEST(CemChild, Announces) {
    if (!played(play_announcement)) GTEST_SKIP() << NotByItself;
}

class CemAnnounceCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(CemAnnounceCrash, OneRequestGoesAndOneConsentIsNoted) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(
        kill_and_start_again(GetParam(), directory.path(), "CemChild.Announces"));
    CemWorld world(directory.path());
    expect_at_rest(world);
    const auto out = world.cem_documents(store::Direction::Outbound);
    ASSERT_EQ(out.size(), 1U);
    EXPECT_EQ(out[0].status.acknowledgement, store::AckStatus::Accepted);
    EXPECT_EQ(world.known_consents().at(0).state, ConsentState::Agreed);
    for (const char* event : {"certificate.exchange.requested",
                              "certificate.consent.told",
                              "certificate.consent.agreed",
                              "message.delivered"})
        EXPECT_EQ(world.count(event), 1) << event;
    const auto waits = world.store->submit([](store::Transaction& unit) -> Status {
        auto overdue = unit.overdue(unit.now() + std::chrono::hours(24 * 365));
        if (!overdue) return std::move(overdue).error();
        EXPECT_TRUE(overdue->empty());
        return {};
    });
    EXPECT_TRUE(waits);
}

INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         CemAnnounceCrash,
                         ::testing::Values("announce.commit.before",
                                           "announce.commit.after",
                                           "freeze.commit.before",
                                           "freeze.commit.after",
                                           "send.before",
                                           "send.after",
                                           "send.commit.before",
                                           "send.commit.after",
                                           "intake.commit.after",
                                           "unwrap.commit.before",
                                           "unwrap.commit.after"),
                         name_of_point);

}  // namespace
}  // namespace sallyport::flow::testing
