// SPDX-License-Identifier: Apache-2.0
// CRT-03 in all six roles, by the clock: what verifies, decrypts, encrypts and signs before, during and after a change over; and
// what decisions on single certificates add and take away.
#include "gateway/daemon/directory.h"

#include "tests/support/identities.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

namespace sallyport::daemon {
namespace {

using testing_support::test_identity;
using transports::As2Agreement;

constexpr std::chrono::hours Day{24};

class SetClock final : public Clock {
public:
    Instant now() const override { return from_micros(m_micros.load()); }
    std::chrono::steady_clock::time_point steady_now() const override { return {}; }
    void advance(std::chrono::microseconds by) { m_micros += by.count(); }

private:
    std::atomic<std::int64_t> m_micros{1'795'000'000'000'000};
};

// "partner" and "gateway" are followed by "partner-next" and "stranger" in ten days; the old ones count for twenty.
class Windows : public ::testing::Test {
protected:
    Windows() {
        As2Agreement agreement;
        agreement.name = "acme";
        agreement.partner_id = "ACME";
        agreement.our_id = "US";
        agreement.signing = test_identity("gateway");
        agreement.decryption = {test_identity("gateway"), test_identity("stranger")};
        agreement.partner_signing = {certificate("partner"), certificate("partner-next")};
        agreement.partner_encryption = {certificate("partner")};
        const Instant change = m_clock.now() + Day * 10;
        agreement.next_signing =
            transports::Planned<certs::Identity>{change, test_identity("stranger")};
        agreement.next_encryption =
            transports::Planned<certs::Certificate>{change, certificate("partner-next")};
        m_directory = std::make_unique<SwapDirectory>(
            transports::fixed_directory({std::make_shared<As2Agreement>(agreement)}), &m_clock);
        const Instant end = m_clock.now() + Day * 20;
        m_directory->limit({{"acme",
                             {{certificate("partner").fingerprint(), end},
                              {certificate("gateway").fingerprint(), end}}}});
    }
    static certs::Certificate certificate(const std::string& name) {
        return test_identity(name).certificate;
    }
    std::shared_ptr<const As2Agreement> now() { return m_directory->by_ids("ACME", "US"); }
    bool verifies(const std::string& name) {
        const auto agreement = now();
        for (const auto& one : agreement->partner_signing)
            if (one == certificate(name)) return true;
        return false;
    }
    bool decrypts(const std::string& name) {
        const auto agreement = now();
        for (const auto& one : agreement->decryption)
            if (one.certificate == certificate(name)) return true;
        return false;
    }
    certs::Certificate signs() { return now()->signing_at(m_clock.now())->certificate; }
    certs::Certificate encrypts() { return *now()->encryption_at(m_clock.now()); }

    SetClock m_clock;
    std::unique_ptr<SwapDirectory> m_directory;
};

TEST_F(Windows, Crt03HoldInAllSixRolesBeforeDuringAndAfterAChange) {
    const auto both = [&] {
        return verifies("partner") && verifies("partner-next") && decrypts("gateway") &&
               decrypts("stranger");
    };
    EXPECT_TRUE(both());  // messages and receipts: one list verifies both
    EXPECT_TRUE(signs() == certificate("gateway"));  // messages and receipts: one key signs both
    EXPECT_TRUE(encrypts() == certificate("partner"));
    m_clock.advance(Day * 10);
    EXPECT_TRUE(both());
    EXPECT_TRUE(signs() == certificate("stranger"));
    EXPECT_TRUE(encrypts() == certificate("partner-next"));
    m_clock.advance(Day * 10);
    EXPECT_FALSE(verifies("partner"));
    EXPECT_TRUE(verifies("partner-next"));
    EXPECT_FALSE(decrypts("gateway"));
    EXPECT_TRUE(decrypts("stranger"));
    EXPECT_TRUE(encrypts() == certificate("partner-next"));
}

TEST_F(Windows, AReloadKeepsDecisionsAndADecisionKeepsWindows) {
    m_directory->decide({.accepted = {{"acme", {{certificate("partner-ec"), {}}}}}});
    EXPECT_TRUE(verifies("partner-ec"));
    EXPECT_TRUE(encrypts() == certificate("partner")) << "accepted to verify, not to encrypt";
    m_directory->limit({});
    EXPECT_TRUE(verifies("partner-ec"));
    m_clock.advance(Day * 30);
    EXPECT_TRUE(verifies("partner"));
}

TEST_F(Windows, AnAcceptedCertificateEncryptsFromItsMoment) {
    m_directory->decide(
        {.accepted = {{"acme", {{certificate("partner-ec"), m_clock.now() + Day * 15}}}}});
    m_clock.advance(Day * 14);
    EXPECT_FALSE(encrypts() == certificate("partner-ec"));
    m_clock.advance(Day);
    EXPECT_TRUE(encrypts() == certificate("partner-ec"));
}

TEST_F(Windows, ARevokedCertificateNeitherVerifiesNorEncrypts) {
    m_directory->decide({.barred = {{"acme", {certificate("partner").fingerprint()}}}});
    EXPECT_FALSE(verifies("partner"));
    EXPECT_EQ(now()->encryption_at(m_clock.now()), nullptr);
    EXPECT_TRUE(verifies("partner-next"));
    m_directory->decide({.accepted = {{"acme", {{certificate("partner-ec"), {}}}}},
                         .barred = {{"acme", {certificate("partner-ec").fingerprint()}}}});
    EXPECT_FALSE(verifies("partner-ec")) << "what an authority revoked, people cannot accept";
}

TEST_F(Windows, OtherPartnersAreNotTouched) {
    m_directory->decide({.barred = {{"bolt", {certificate("partner").fingerprint()}}}});
    m_directory->limit({});
    EXPECT_EQ(now().get(), m_directory->by_name("acme").get()) << "no copy without a reason";
}

}  // namespace
}  // namespace sallyport::daemon
