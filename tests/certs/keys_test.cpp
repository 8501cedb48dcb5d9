// SPDX-License-Identifier: Apache-2.0
#include "certs/keys.h"

#include "tests/support/identities.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include "gateway/base/digest.h"
#include "gateway/base/file.h"

#include <gtest/gtest.h>

namespace sallyport::certs {
namespace {

using testing_support::key_path;
using testing_support::shell;
using testing_support::slurp;
using testing_support::spill;
using testing_support::test_identity;

TEST(Certificate, TellsItsFingerprintAsTheOpensslCommandLineDoes) {
    const testing_support::TempDir dir;
    const std::string out = dir.path() / "fingerprint";
    ASSERT_EQ(shell("openssl x509 -in " + key_path("partner.pem") +
                    " -outform DER | openssl dgst -sha256 -r > " + out),
              0);
    const auto certificate = load_certificate(slurp(key_path("partner.pem")));
    ASSERT_TRUE(certificate);
    EXPECT_EQ(certificate->fingerprint(), slurp(out).substr(0, 64));
    EXPECT_EQ(certificate->subject(), "CN=partner,O=Sallyport Test");
    EXPECT_EQ(certificate->issuer(), certificate->subject());
    EXPECT_LT(certificate->not_before(), certificate->not_after());
}

TEST(Certificate, RoundTripsThroughPemAndDer) {
    const auto original = test_identity("partner").certificate;
    const auto from_pem = load_certificate(original.pem());
    const auto from_der = load_certificate(original.der());
    ASSERT_TRUE(from_pem);
    ASSERT_TRUE(from_der);
    EXPECT_EQ(*from_pem, original);
    EXPECT_EQ(*from_der, original);
    EXPECT_EQ(sha256_hex(original.der()), original.fingerprint());
}

TEST(Certificate, RefusesWhatIsNoneAndSaysWhatToDo) {
    for (const std::string& text :
         {std::string(),
          std::string("junk"),
          slurp(key_path("partner.key")),
          std::string("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")}) {
        const auto loaded = load_certificate(text);
        ASSERT_FALSE(loaded) << text;
        EXPECT_EQ(loaded.error().code(), "certs.certificate.unreadable");
        EXPECT_FALSE(loaded.error().remedy().empty());
    }
}

TEST(Certificate, ListsAllOfAFileInOrderAndRefusesADamagedOne) {
    const auto both = slurp(key_path("partner.pem")) + slurp(key_path("partner-next.pem"));
    const auto loaded = load_certificates(both);
    ASSERT_TRUE(loaded);
    ASSERT_EQ(loaded->size(), 2U);
    EXPECT_EQ((*loaded)[0], test_identity("partner").certificate);
    EXPECT_EQ((*loaded)[1], test_identity("partner-next").certificate);
    const auto damaged =
        load_certificates(both + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    ASSERT_FALSE(damaged);
    EXPECT_NE(damaged.error().what().find("certificate 3"), std::string::npos);
    EXPECT_FALSE(load_certificates("nothing"));
}

TEST(PrivateKey, OpensWithItsPassphraseAndNeverPrompts) {
    const auto pem = slurp(key_path("gateway-encrypted.key"));
    const Secret right("open-sesame");
    const Secret wrong("guess");
    const auto opened = load_private_key(Secret(pem), &right);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->description(), "RSA 2048 bits");
    EXPECT_TRUE(make_identity(*opened, test_identity("gateway").certificate));
    EXPECT_EQ(load_private_key(Secret(pem)).error().code(), "certs.key.passphrase");
    EXPECT_EQ(load_private_key(Secret(pem), &wrong).error().code(), "certs.key.passphrase");
    EXPECT_EQ(load_private_key(Secret("junk")).error().code(), "certs.key.unreadable");
}

TEST(PrivateKey, RoundTripsUnderAPassphraseTheCommandLineOpens) {
    const testing_support::TempDir dir;
    const Secret passphrase("another");
    const auto pem = test_identity("gateway").key.pem(&passphrase);
    ASSERT_TRUE(pem);
    EXPECT_NE(pem->reveal().find("ENCRYPTED"), std::string_view::npos);
    spill(dir.path() / "key", std::string(pem->reveal()));
    EXPECT_EQ(
        shell("openssl pkey -in " + (dir.path() / "key").string() + " -passin pass:another -noout"),
        0);
}

TEST(Identity, RefusesAKeyThatIsNotTheCertificates) {
    const auto mixed =
        make_identity(test_identity("gateway").key, test_identity("partner").certificate);
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().code(), "certs.identity.mismatch");
    EXPECT_NE(mixed.error().what().find(test_identity("partner").certificate.fingerprint()),
              std::string::npos);
}

TEST(SelfSigned, MakesAnIdentityTheCommandLineAccepts) {
    const testing_support::TempDir dir;
    const Instant now = from_micros(1795409772000000);
    const auto made = generate_self_signed({.common_name = "demo gateway",
                                            .host_names = {"localhost", "127.0.0.1"},
                                            .rsa_bits = 2048,
                                            .not_before = now,
                                            .not_after = now + std::chrono::hours(24 * 365)});
    ASSERT_TRUE(made);
    EXPECT_TRUE(made->certificate.valid_at(now));
    EXPECT_FALSE(made->certificate.valid_at(now - std::chrono::seconds(1)));
    const std::string pem = dir.path() / "pem";
    const std::string text = dir.path() / "text";
    spill(pem, made->certificate.pem());
    ASSERT_EQ(shell("openssl verify -no_check_time -CAfile " + pem + " " + pem + " > /dev/null"),
              0);
    ASSERT_EQ(shell("openssl x509 -in " + pem + " -noout -text > " + text), 0);
    for (const auto* part : {"CN = demo gateway",
                             "DNS:localhost",
                             "IP Address:127.0.0.1",
                             "Digital Signature",
                             "sha256WithRSAEncryption"})
        EXPECT_NE(slurp(text).find(part), std::string::npos) << part;
}

TEST(SelfSigned, RefusesAWeakKeyAndAnEmptySpan) {
    const Instant now = from_micros(1795409772000000);
    EXPECT_EQ(generate_self_signed({.common_name = "x",
                                    .host_names = {},
                                    .rsa_bits = 1024,
                                    .not_before = now,
                                    .not_after = now + std::chrono::hours(1)})
                  .error()
                  .code(),
              "certs.generate");
    EXPECT_EQ(generate_self_signed(
                  {.common_name = "x", .host_names = {}, .not_before = now, .not_after = now})
                  .error()
                  .code(),
              "certs.generate");
}

}  // namespace
}  // namespace sallyport::certs
