// SPDX-License-Identifier: Apache-2.0
// A partner with a new key, through the whole gateway: held, compared, accepted by two accounts, read again, never believed before.
#include "site.h"

#include "certs/keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace sallyport::daemon::testing {
namespace {

using ::testing::HasSubstr;

// The same station with a key of which the gateway knows nothing.
class NewKey : public ::testing::Test {
protected:
    NewKey() {
        const Instant now = m_site.clock.now();
        auto identity = certs::generate_self_signed({.common_name = "acme-2027",
                                                     .host_names = {},
                                                     .rsa_bits = 2048,
                                                     .not_before = now - std::chrono::hours(1),
                                                     .not_after = now + std::chrono::hours(2400)});
        if (!identity) throw std::runtime_error(identity.error().text());
        m_fingerprint = identity->certificate.fingerprint();
        auto started =
            DemoPartner::start({.our_id = DemoPartnerId,
                                .gateway_id = DemoGatewayId,
                                .identity = *identity,
                                .gateway_certificate = m_site.demo->gateway().certificate},
                               m_site.clock,
                               Log(null_sink()));
        if (!started) throw std::runtime_error(started.error().text());
        m_partner = *std::move(started);
    }
    void start() {
        m_site.start();
        const std::string log = m_site.gateway->err();
        const std::string key = "as2_port=";
        m_partner->set_gateway_url(
            "http://127.0.0.1:" +
            std::to_string(std::stoi(log.substr(log.find(key) + key.size()))) + "/as2");
    }
    // As somebody with that account.
    Ended as(const char* person, std::vector<std::string> words) const {
        ::setenv("SUDO_USER", person, 1);
        words.insert(words.begin(), "cert");
        const Ended ended = m_site.command(std::move(words));
        ::unsetenv("SUDO_USER");
        return ended;
    }

    Site m_site;
    std::string m_fingerprint;
    std::unique_ptr<DemoPartner> m_partner;
};

TEST_F(NewKey, IsHeldComparedAcceptedByTwoAndReadAgainWithoutAResend) {
    ASSERT_NO_FATAL_FAILURE(start());
    const auto frozen = m_partner->freeze(new_id(m_site.clock.now(), m_site.random), m_site.sample);
    ASSERT_TRUE(frozen) << frozen.error().text();
    const auto refused = m_partner->send(*frozen);
    ASSERT_FALSE(refused) << "nothing is believed before";
    EXPECT_THAT(refused.error().text(), HasSubstr("authentication-failed"));

    const Ended shown = as("anna", {"pending"});
    EXPECT_EQ(shown.code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr("presented  SHA-256 " + m_fingerprint));
    EXPECT_THAT(
        shown.out,
        HasSubstr("expected   SHA-256 " + m_site.demo->partner().certificate.fingerprint()));

    const Ended asked =
        as("anna", {"accept", "acme", m_fingerprint, "--checked", "Bob, telephone"});
    ASSERT_EQ(asked.code, 0) << asked.err;
    const Ended twice = as("anna", {"confirm", "acme", m_fingerprint});
    EXPECT_EQ(twice.code, 4) << twice.err;
    EXPECT_THAT(twice.err, HasSubstr("[trust.same-person]"));
    EXPECT_FALSE(m_partner->send(*frozen)) << "one person is not enough";
    const Ended confirmed = as("bert", {"confirm", "acme", m_fingerprint});
    ASSERT_EQ(confirmed.code, 0) << confirmed.err;

    (void)m_site.await_document("PO-DEMO", "posted");
    const auto repeat = m_partner->send(*frozen);
    ASSERT_TRUE(repeat) << repeat.error().text();
    EXPECT_EQ(repeat->disposition, "processed");
    EXPECT_TRUE(repeat->mic_matched);
    EXPECT_EQ(m_site.orders("PO-DEMO"), 1);
    m_site.stop();
    const auto audit = m_site.command({"audit", "verify"});
    EXPECT_EQ(audit.code, 0) << audit.err;
}

TEST_F(NewKey, StaysAcceptedOverARestartAndUnknownAgainWhenWithdrawn) {
    ASSERT_NO_FATAL_FAILURE(start());
    const auto frozen = m_partner->freeze(new_id(m_site.clock.now(), m_site.random), m_site.sample);
    ASSERT_TRUE(frozen);
    EXPECT_FALSE(m_partner->send(*frozen));
    ASSERT_EQ(as("anna", {"accept", "acme", m_fingerprint, "--checked", "Bob"}).code, 0);
    ASSERT_EQ(as("bert", {"confirm", "acme", m_fingerprint}).code, 0);
    m_site.stop();
    ASSERT_NO_FATAL_FAILURE(start());
    const auto next = m_partner->freeze(
        new_id(m_site.clock.now(), m_site.random),
        replaced(replaced(m_site.sample, "PO-DEMO", "PO-NEXT"), "000000001", "000000077"));
    ASSERT_TRUE(next);
    const auto sent = m_partner->send(*next);
    ASSERT_TRUE(sent) << sent.error().text();
    const Ended calendar = m_site.command({"cert", "list", "--calendar"});
    EXPECT_THAT(calendar.out, HasSubstr("partner acme, accepted"));
    ASSERT_EQ(as("anna", {"withdraw", "acme", m_fingerprint, "--reason", "key lost"}).code, 0);
    const auto late = m_partner->freeze(new_id(m_site.clock.now(), m_site.random), m_site.sample);
    ASSERT_TRUE(late);
    EXPECT_FALSE(m_partner->send(*late));
    m_site.stop();
}

TEST_F(NewKey, ADecisionNamesTheWholeFingerprint) {
    const Ended half =
        as("anna", {"accept", "acme", m_fingerprint.substr(0, 20), "--checked", "x"});
    EXPECT_EQ(half.code, 2) << half.err;
    EXPECT_THAT(half.err, HasSubstr("[cert.fingerprint]"));
}

}  // namespace
}  // namespace sallyport::daemon::testing
