// SPDX-License-Identifier: Apache-2.0
// Alarms about certificates: each once per certificate and threshold, also when the process dies in between; and consent.
#include "gateway/flow/cert_alerts.h"

#include "tests/support/temp_dir.h"
#include "trust_world.h"

#include "gateway/flow/revocation_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace sallyport::flow::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::chrono::hours Day{24};

CertificateStand ends_in(int days, int stage, const std::string& fingerprint = NewFingerprint) {
    return {.fingerprint = fingerprint,
            .role = "partner acme",
            .owner = "acme",
            .not_after = from_micros(1'795'000'000'000'000) + Day * days,
            .days_left = days,
            .stage = stage};
}

std::ptrdiff_t count(World& world, const char* event) {
    const auto events = world.events();
    return std::count(events.begin(), events.end(), event);
}

class CertAlerts : public ::testing::Test {
protected:
    std::size_t raise(int days, int stage) {
        const auto said = raise_expiry(*m_world.tools, {ends_in(days, stage)});
        EXPECT_TRUE(said);
        return said ? *said : 99;
    }
    testing_support::TempDir m_directory;
    World m_world{m_directory.path()};
};

TEST_F(CertAlerts, EachThresholdIsSaidOnce) {
    EXPECT_EQ(raise(90, -1), 0U);
    std::size_t said = 0;
    const std::pair<int, int> days[] = {{60, 60},
                                        {59, 60},
                                        {30, 30},
                                        {29, 30},
                                        {14, 14},
                                        {7, 7},
                                        {6, 7},
                                        {3, 3},
                                        {1, 1},
                                        {0, 1},
                                        {-1, 0},
                                        {-2, 0}};
    for (const auto& [left, stage] : days)
        for (int repeat = 0; repeat < 3; ++repeat)
            said += raise(left, stage);
    EXPECT_EQ(said, 7U);
    EXPECT_EQ(count(m_world, "certificate.expiring"), 6);
    EXPECT_EQ(count(m_world, "certificate.expired"), 1);
}

TEST_F(CertAlerts, AfterALongStopOnlyTheLastThresholdIsSaid) {
    EXPECT_EQ(raise(5, 7), 1U);
    EXPECT_EQ(raise(5, 7), 0U);
    EXPECT_EQ(count(m_world, "certificate.expiring"), 1);
}

TEST_F(CertAlerts, AnotherCertificateHasThresholdsOfItsOwn) {
    EXPECT_EQ(*raise_expiry(*m_world.tools, {ends_in(30, 30), ends_in(30, 30, OtherFingerprint)}),
              2U);
}

TEST_F(CertAlerts, AClockSetBackSaysNothingAgain) {
    EXPECT_EQ(raise(7, 7), 1U);
    EXPECT_EQ(raise(30, 30), 0U);
    EXPECT_EQ(raise(7, 7), 0U);
}

TEST_F(CertAlerts, GaugesShowDaysLeftAndForgetWhatIsGone) {
    (void)raise(90, -1);
    EXPECT_THAT(m_world.metrics.text(),
                HasSubstr("sallyport_certificate_days_left{owner=\"acme\",usage=\"partner "
                          "acme\",sha256=\"aaaaaaaaaaaaaaaa\"} 90"));
    ASSERT_TRUE(raise_expiry(*m_world.tools, {}));
    EXPECT_EQ(m_world.metrics.text().find("days_left"), std::string::npos);
}

TEST_F(CertAlerts, ASwitchIsSaidWhenItsTimeHasComeAndOnce) {
    const PlannedSwitch planned{
        .fingerprint = NewFingerprint, .role = "identity main", .from = m_world.clock.now() + Day};
    EXPECT_EQ(*raise_switches(*m_world.tools, {planned}, m_world.clock.now()), 0U);
    m_world.clock.advance(Day);
    EXPECT_EQ(*raise_switches(*m_world.tools, {planned}, m_world.clock.now()), 1U);
    EXPECT_EQ(*raise_switches(*m_world.tools, {planned}, m_world.clock.now()), 0U);
    EXPECT_EQ(count(m_world, "certificate.switched"), 1);
}

TEST_F(CertAlerts, PartnersThatHaveNotAgreedAreNamedBeforeTheSwitch) {
    const PlannedSwitch planned{.fingerprint = NewFingerprint,
                                .role = "identity main",
                                .from = m_world.clock.now() + Day * 20,
                                .partners = {"acme", "bolt"}};
    const auto raise = [&] {
        return *raise_switches(*m_world.tools, {planned}, m_world.clock.now());
    };
    EXPECT_EQ(raise(), 0U) << "too early to ask";
    m_world.clock.advance(Day * 7);
    EXPECT_EQ(raise(), 1U);
    EXPECT_EQ(raise(), 0U);
    ASSERT_TRUE(note_told(*m_world.tools, TrustWorld::by("operator:anna", "mail to Bob, 3 May")));
    ASSERT_TRUE(note_answer(
        *m_world.tools, TrustWorld::by("operator:anna", "Bob Smith, mail of 4 May"), true));
    m_world.clock.advance(Day * 7);
    EXPECT_EQ(raise(), 1U) << "bolt is still missing";
    auto bolt = TrustWorld::by("operator:anna", "telephone");
    bolt.partner = "bolt";
    ASSERT_TRUE(note_told(*m_world.tools, bolt));
    ASSERT_TRUE(note_answer(*m_world.tools, bolt, true));
    m_world.clock.advance(Day * 4);
    EXPECT_EQ(raise(), 0U) << "everybody has agreed";
}

TEST_F(CertAlerts, ConsentKeepsWhoToldWhomWhenAndTheEvidence) {
    EXPECT_EQ(
        note_answer(*m_world.tools, TrustWorld::by("operator:anna", "x"), true).error().code(),
        "trust.missing");
    EXPECT_EQ(note_told(*m_world.tools, TrustWorld::by("operator:anna", "")).error().code(),
              "trust.words");
    ASSERT_TRUE(note_told(*m_world.tools, TrustWorld::by("operator:anna", "mail to Bob, 3 May")));
    ASSERT_TRUE(note_answer(
        *m_world.tools, TrustWorld::by("operator:bert", "Bob: not before June"), false));
    const auto known = store::read<std::vector<Consent>>(
        *m_world.store, [](store::Reader& reader) { return consents(reader, NewFingerprint); });
    ASSERT_TRUE(known && known->size() == 1U);
    EXPECT_EQ(known->at(0).state, ConsentState::Objected);
    EXPECT_EQ(known->at(0).told.actor, "operator:anna");
    EXPECT_EQ(known->at(0).told.words, "mail to Bob, 3 May");
    EXPECT_EQ(known->at(0).told.at, m_world.clock.now());
    EXPECT_EQ(known->at(0).answered.words, "Bob: not before June");
    EXPECT_EQ(count(m_world, "certificate.consent.objected"), 1);
}

TEST_F(CertAlerts, ATokenThatEndsIsSaidAsOne) {
    auto stand = ends_in(7, 7, "01TOKEN");
    stand.kind = "token";
    ASSERT_TRUE(raise_expiry(*m_world.tools, {stand}));
    EXPECT_EQ(count(m_world, "token.expiring"), 1);
    EXPECT_EQ(count(m_world, "certificate.expiring"), 0);
    stand.stage = 0;
    ASSERT_TRUE(raise_expiry(*m_world.tools, {stand}));
    EXPECT_EQ(count(m_world, "token.expired"), 1);
}

// Told, agreed, and the day comes: what a person notes again after a crash, where it was not noted, is noted once.
void play_changeover(const std::filesystem::path& directory) {
    World world(directory);
    const auto known = [&world] {
        const auto all = store::read<std::vector<Consent>>(
            *world.store, [](store::Reader& reader) { return consents(reader); });
        return all && !all->empty() ? std::optional<ConsentState>(all->front().state)
                                    : std::nullopt;
    };
    if (!known()) {
        ASSERT_TRUE(note_told(*world.tools, TrustWorld::by("operator:anna", "mail")));
    }
    if (*known() == ConsentState::Told) {
        ASSERT_TRUE(note_answer(*world.tools, TrustWorld::by("operator:anna", "Bob"), true));
    }
    ASSERT_TRUE(raise_switches(*world.tools,
                               {{.fingerprint = NewFingerprint,
                                 .role = "identity main",
                                 .from = world.clock.now() - Day,
                                 .partners = {"acme"}}},
                               world.clock.now()));
}

TEST(AlertsChild, ChangesOver) {
    if (!played(play_changeover)) GTEST_SKIP() << NotByItself;
}

class ChangeoverCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(ChangeoverCrash, EachStepIsNotedOnce) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(
        kill_and_start_again(GetParam(), directory.path(), "AlertsChild.ChangesOver"));
    World world(directory.path());
    for (const char* event :
         {"certificate.consent.told", "certificate.consent.agreed", "certificate.switched"})
        EXPECT_EQ(count(world, event), 1) << event;
    const auto verdict = store::verify_chain(*world.store);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->broken);
}

INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         ChangeoverCrash,
                         ::testing::Values("consent.commit.before",
                                           "consent.commit.after",
                                           "consent.commit.before:2",
                                           "consent.commit.after:2",
                                           "cert.alert.before",
                                           "cert.alert.after"),
                         name_of_point);

// An authority says revoked; nobody answers afterwards.
void play_revocation(const std::filesystem::path& directory) {
    World world(directory);
    RevocationNote note{.partner = "acme", .fingerprint = NewFingerprint, .required = true};
    const auto before = store::read<std::vector<RevocationNote>>(
        *world.store, [](store::Reader& reader) { return revocation_notes(reader); });
    ASSERT_TRUE(before);
    for (const auto state :
         {RevocationState::Good, RevocationState::Revoked, RevocationState::Unknown}) {
        // Whoever starts again asks the authority of that day.
        if (state == RevocationState::Good && !before->empty()) continue;
        note.state = state;
        note.asked = world.clock.now();
        ASSERT_TRUE(note_revocation(*world.tools, note));
    }
}

TEST(AlertsChild, IsRevoked) {
    if (!played(play_revocation)) GTEST_SKIP() << NotByItself;
}

class RevocationCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(RevocationCrash, RevokedStaysRevokedAndIsSaidOnce) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(
        kill_and_start_again(GetParam(), directory.path(), "AlertsChild.IsRevoked"));
    World world(directory.path());
    const auto notes = store::read<std::vector<RevocationNote>>(
        *world.store, [](store::Reader& reader) { return revocation_notes(reader); });
    ASSERT_TRUE(notes && notes->size() == 1U);
    EXPECT_EQ(notes->front().state, RevocationState::Revoked);
    EXPECT_FALSE(notes->front().believed());
    EXPECT_EQ(count(world, "certificate.revocation.revoked"), 1);
}

INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         RevocationCrash,
                         ::testing::Values("revocation.commit.before",
                                           "revocation.commit.after",
                                           "revocation.commit.before:2",
                                           "revocation.commit.after:2",
                                           "revocation.commit.before:3",
                                           "revocation.commit.after:3"),
                         name_of_point);

void play_alerts(const std::filesystem::path& directory) {
    World world(directory);
    for (const auto& [left, stage] : {std::pair{60, 60}, {30, 30}})
        ASSERT_TRUE(raise_expiry(*world.tools,
                                 {ends_in(left, stage), ends_in(left, stage, OtherFingerprint)}));
}

TEST(AlertsChild, Plays) {
    if (!played(play_alerts)) GTEST_SKIP() << NotByItself;
}

class AlertsCrash : public ::testing::TestWithParam<const char*> {};

TEST_P(AlertsCrash, SaysEachThresholdOnceInTheAudit) {
    const testing_support::TempDir directory;
    ASSERT_NO_FATAL_FAILURE(
        kill_and_start_again(GetParam(), directory.path(), "AlertsChild.Plays"));
    World world(directory.path());
    EXPECT_LE(count(world, "certificate.expiring"), 4);
    EXPECT_GE(count(world, "certificate.expiring"), 4);
    const auto verdict = store::verify_chain(*world.store);
    ASSERT_TRUE(verdict);
    EXPECT_FALSE(verdict->broken);
}

INSTANTIATE_TEST_SUITE_P(EveryBoundary,
                         AlertsCrash,
                         ::testing::Values("cert.alert.before",
                                           "cert.alert.after",
                                           "cert.alert.before:2",
                                           "cert.alert.after:2",
                                           "cert.alert.before:3",
                                           "cert.alert.after:4"),
                         name_of_point);

}  // namespace
}  // namespace sallyport::flow::testing
