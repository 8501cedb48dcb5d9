// SPDX-License-Identifier: Apache-2.0
#include "certs/certs_only.h"

#include "tests/support/identities.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

namespace sallyport::certs {
namespace {

using testing_support::key_path;
using testing_support::shell;
using testing_support::slurp;
using testing_support::spill;
using testing_support::test_identity;

TEST(CertsOnly, ReadsWhatOpensslPacks) {
    const testing_support::TempDir work;
    const auto path = work.path().string() + "/";
    ASSERT_EQ(shell("openssl crl2pkcs7 -nocrl -certfile " + key_path("partner.pem") +
                    " -certfile " + key_path("gateway.pem") + " -outform DER -out " + path + "p7c"),
              0);
    const auto certificates = read_certs_only(slurp(path + "p7c"));
    ASSERT_TRUE(certificates) << certificates.error().text();
    ASSERT_EQ(certificates->size(), 2U);
    EXPECT_EQ((*certificates)[0], test_identity("partner").certificate);
    EXPECT_EQ((*certificates)[1], test_identity("gateway").certificate);
}

TEST(CertsOnly, OpensslReadsWhatIsPacked) {
    const testing_support::TempDir work;
    const auto path = work.path().string() + "/";
    const auto packed = write_certs_only(
        {test_identity("partner").certificate, test_identity("partner-ec").certificate});
    ASSERT_TRUE(packed) << packed.error().text();
    spill(path + "p7c", *packed);
    ASSERT_EQ(shell("openssl pkcs7 -inform DER -in " + path + "p7c -print_certs -noout > " + path +
                    "names"),
              0);
    const std::string names = slurp(path + "names");
    EXPECT_NE(names.find("CN = partner\n"), std::string::npos) << names;
    EXPECT_NE(names.find("CN = partner-ec\n"), std::string::npos) << names;
    const auto again = read_certs_only(*packed);
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(again->size(), 2U);
}

TEST(CertsOnly, TakesABareCertificateAndRefusesWhatHoldsNone) {
    const auto partner = test_identity("partner").certificate;
    EXPECT_EQ(read_certs_only(partner.der())->front(), partner);
    EXPECT_EQ(read_certs_only(partner.pem())->front(), partner);
    EXPECT_FALSE(read_certs_only(""));
    EXPECT_FALSE(read_certs_only("junk"));
    EXPECT_EQ(read_certs_only(Bytes("\x30\x03\x02\x01\x01", 5)).error().code(),
              "certs.only.unreadable");
    const auto enveloped = encrypt("x", {partner}, {});
    EXPECT_EQ(read_certs_only(*enveloped).error().code(), "certs.only.unreadable");
    EXPECT_EQ(read_certs_only(Bytes("-----BEGIN CERTIFICATE-----\njunk")).error().code(),
              "certs.only.unreadable");
    EXPECT_FALSE(write_certs_only({}));
}

TEST(CertsOnly, MoreThanAChainNeedsAreNotLookedAt) {
    std::string many;
    for (std::size_t at = 0; at <= MostCertsOnly; ++at)
        many += test_identity("partner").certificate.pem();
    EXPECT_EQ(read_certs_only(many).error().code(), "certs.only.many");
}

}  // namespace
}  // namespace sallyport::certs
