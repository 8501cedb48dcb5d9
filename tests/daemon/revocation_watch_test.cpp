// SPDX-License-Identifier: Apache-2.0
// One round of asking whether partners' certificates were revoked: the authority's list lies in a file, made by openssl.
#include "gateway/daemon/revocation_watch.h"

#include "../flow/world.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include "gateway/daemon/cert_entries.h"
#include "gateway/flow/revocation_note.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace sallyport::daemon {
namespace {

using flow::RevocationNote;
using flow::RevocationState;

class RevocationRound : public ::testing::Test {
protected:
    RevocationRound() {
        // The list is of today, the world's clock of a fixed day.
        m_world.clock.advance(SystemClock().now() + std::chrono::hours(1) - m_world.clock.now());
        std::ofstream(m_path + "ca.cnf")
            << "[ca]\ndefault_ca=x\n[x]\ndatabase=ca.db\nnew_certs_dir=.\nserial=ca.srl\n"
               "certificate=ca.pem\nprivate_key=ca.key\ndefault_md=sha256\ndefault_days=30\n"
               "default_crl_days=7\npolicy=p\n[p]\ncommonName=supplied\n";
        std::ofstream(m_path + "ca.db").flush();
        std::ofstream(m_path + "ca.srl") << "10\n";
        run("openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=Authority "
            "-addext basicConstraints=critical,CA:TRUE -keyout ca.key -out ca.pem");
        run("openssl req -newkey rsa:2048 -nodes -subj /CN=acme -keyout acme.key -out acme.csr");
        run("openssl ca -config ca.cnf -batch -in acme.csr -out acme.pem -notext");
        list();
        config::Partner partner;
        partner.name = "acme";
        partner.as2.enabled = true;
        partner.as2.certificates = {m_path + "acme.pem"};
        partner.as2.revocation = "crl";
        partner.as2.revocation_issuers = {m_path + "ca.pem"};
        partner.as2.revocation_urls = {"file://" + m_path + "ca.crl"};
        m_configuration.partners.push_back(std::move(partner));
    }
    void run(const std::string& command) {
        ASSERT_EQ(testing_support::shell("cd " + m_path + " && " + command + " >log 2>&1"), 0)
            << command << '\n'
            << testing_support::slurp(m_path + "log");
    }
    void list() { run("openssl ca -config ca.cnf -gencrl -out ca.crl"); }

    // What changed, and what is known afterwards.
    std::size_t round() {
        const auto rows = certificate_rows(m_configuration);
        EXPECT_TRUE(rows) << rows.error().text();
        EXPECT_TRUE(m_watch.prepare(m_configuration, *rows));
        const auto changed = m_watch.ask(m_configuration, *rows);
        EXPECT_TRUE(changed) << changed.error().text();
        return changed ? *changed : 99;
    }
    RevocationNote note() {
        const auto notes = store::read<std::vector<RevocationNote>>(
            *m_world.store, [](store::Reader& reader) { return flow::revocation_notes(reader); });
        EXPECT_TRUE(notes && notes->size() == 1U);
        return notes && !notes->empty() ? notes->front() : RevocationNote{};
    }

    testing_support::TempDir m_directory;
    const std::string m_path = m_directory.path().string() + "/";
    flow::testing::World m_world{m_directory.path() / "world"};
    config::Configuration m_configuration;
    RevocationWatch m_watch{*m_world.tools};
};

TEST_F(RevocationRound, AGoodAnswerIsKeptAndSaidOnce) {
    EXPECT_EQ(round(), 1U);
    EXPECT_EQ(note().state, RevocationState::Good) << note().reason;
    EXPECT_TRUE(note().believed());
    EXPECT_TRUE(note().next_update);
    EXPECT_EQ(round(), 0U);
}

TEST_F(RevocationRound, WhatIsRevokedStaysRevokedThoughTheListGoesAway) {
    ASSERT_EQ(round(), 1U);
    run("openssl ca -config ca.cnf -revoke acme.pem -crl_reason keyCompromise");
    list();
    EXPECT_EQ(round(), 1U);
    EXPECT_EQ(note().state, RevocationState::Revoked);
    EXPECT_FALSE(note().believed());
    std::filesystem::remove(m_path + "ca.crl");
    EXPECT_EQ(round(), 0U);
    EXPECT_EQ(note().state, RevocationState::Revoked);
}

TEST_F(RevocationRound, WithoutAnAnswerTheRuleOfThePartnerFileDecides) {
    std::filesystem::remove(m_path + "ca.crl");
    round();
    EXPECT_EQ(note().state, RevocationState::Unknown);
    EXPECT_TRUE(note().believed()) << "soft-fail";
    EXPECT_NE(note().reason, "");
    m_configuration.partners[0].as2.revocation_required = true;
    round();
    EXPECT_FALSE(note().believed()) << "hard-fail";
}

TEST_F(RevocationRound, ASwitchedOffPartnersStandingIsForgotten) {
    ASSERT_EQ(round(), 1U);
    m_configuration.partners[0].as2.revocation = "off";
    EXPECT_EQ(round(), 0U);
    const auto notes = store::read<std::vector<RevocationNote>>(
        *m_world.store, [](store::Reader& reader) { return flow::revocation_notes(reader); });
    ASSERT_TRUE(notes);
    EXPECT_TRUE(notes->empty());
}

}  // namespace
}  // namespace sallyport::daemon
