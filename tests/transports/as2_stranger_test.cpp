// SPDX-License-Identifier: Apache-2.0
// What the intake learns of a message signed with a certificate the agreement does not name.
#include "tests/support/as2_fixture.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::transports {
namespace {

std::string stranger() {
    return test_identity("stranger").certificate.fingerprint();
}

TEST(As2Stranger, ShowsThePresentedCertificateBesideTheExpectedOnes) {
    ReceiverUnderTest under;
    const auto request = as2_request(encrypted(signed_entity(Document, "stranger")), want_signed());
    const auto mdn = read_mdn(under.post(request));
    EXPECT_EQ(mdn["Disposition"],
              "automatic-action/MDN-sent-automatically; processed/error: authentication-failed");
    ASSERT_EQ(under.intake.refusals.size(), 1U);
    const Refusal refusal = under.intake.refusals[0];
    ASSERT_TRUE(refusal.signer && refusal.signer->presented);
    EXPECT_EQ(refusal.signer->presented->fingerprint, stranger());
    EXPECT_EQ(refusal.signer->presented->der, test_identity("stranger").certificate.der());
    ASSERT_EQ(refusal.signer->expected.size(), 2U);
    EXPECT_EQ(refusal.signer->expected[0].subject, test_identity("partner").certificate.subject());
    EXPECT_TRUE(refusal.signer->whole);
    EXPECT_EQ(refusal.raw, request.header_block + request.body);
    EXPECT_TRUE(under.intake.arrivals.empty());
}

TEST(As2Stranger, PresentsNothingWhereTheMessageCarriesNoCertificate) {
    ReceiverUnderTest under;
    under.post(as2_request(
        encrypted(signed_entity(Document, "stranger", {.include_certificate = false}))));
    ASSERT_EQ(under.intake.refusals.size(), 1U);
    ASSERT_TRUE(under.intake.refusals[0].signer);
    EXPECT_FALSE(under.intake.refusals[0].signer->presented);
}

TEST(As2Stranger, PresentsNoCertificateThatTheSignatureDoesNotHoldUnder) {
    // Signed by the stranger, changed afterwards: whoever sends it need not have the stranger's key.
    std::string entity = signed_entity(Document, "stranger");
    entity[entity.find("ISA*00")] = 'X';
    ReceiverUnderTest under;
    under.post(as2_request(encrypted(entity)));
    ASSERT_EQ(under.intake.refusals.size(), 1U);
    ASSERT_TRUE(under.intake.refusals[0].signer);
    EXPECT_FALSE(under.intake.refusals[0].signer->presented);
}

TEST(As2Stranger, OtherRefusalsPresentNobody) {
    ReceiverUnderTest under;
    under.post(as2_request(encrypted(Document)));
    ASSERT_EQ(under.intake.refusals.size(), 1U);
    EXPECT_FALSE(under.intake.refusals[0].signer);
}

TEST(As2Stranger, WhatIsTooLargeToHoldIsKeptAsAFileOfKnownDigest) {
    const testing_support::TempDir directory;
    As2ReceiverOptions options;
    options.spool_folder = directory.path();
    options.spool_above = 100;
    ReceiverUnderTest under(gateway_agreement(), options);
    auto request = as2_request(encrypted(signed_entity(Document, "stranger")), want_signed());
    const Bytes whole = request.header_block + request.body;
    const Bytes body = std::exchange(request.body, {});
    request.spooled = std::make_shared<certs::MemoryOctets>(body);
    under.post(request);
    ASSERT_EQ(under.intake.refusals.size(), 1U);
    const Refusal refusal = under.intake.refusals[0];
    ASSERT_TRUE(refusal.signer && refusal.signer->presented && refusal.signer->whole);
    EXPECT_EQ(refusal.signer->presented->fingerprint, stranger());
    EXPECT_EQ(refusal.raw_digest, sha256_hex(whole));
    EXPECT_FALSE(std::filesystem::exists(refusal.raw_file)) << "gone once the intake has it";
}

TEST(As2Stranger, BeyondTheAllowanceForRefusedBodiesNothingCanBeReadAgain) {
    As2ReceiverOptions options;
    options.refused_bytes_burst = 10;
    options.refused_bytes_per_second = 0;
    ReceiverUnderTest under(gateway_agreement(), options);
    under.post(as2_request(encrypted(signed_entity(Document, "stranger"))));
    ASSERT_EQ(under.intake.refusals.size(), 1U);
    EXPECT_FALSE(under.intake.refusals[0].signer->whole);
}

}  // namespace
}  // namespace sallyport::transports
