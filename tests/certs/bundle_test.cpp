// SPDX-License-Identifier: Apache-2.0
#include "certs/bundle.h"

#include "tests/support/identities.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include "certs/lint.h"

#include <gtest/gtest.h>

namespace sallyport::certs {
namespace {

using testing_support::shell;
using testing_support::slurp;
using testing_support::spill;
using testing_support::test_identity;

TEST(Bundle, ReadsWhatOpensslExportsAsPkcs12) {
    const testing_support::TempDir work;
    const auto path = work.path().string() + "/";
    const auto identity = test_identity("partner");
    spill(path + "key", std::string(identity.key.pem()->reveal()));
    spill(path + "cert", identity.certificate.pem());
    spill(path + "other", test_identity("gateway").certificate.pem());
    shell("openssl pkcs12 -export -inkey " + path + "key -in " + path + "cert -certfile " + path +
          "other -passout pass:word -out " + path + "p12");
    const Secret word("word");
    const auto bundle = read_bundle(Secret(slurp(path + "p12")), &word);
    ASSERT_TRUE(bundle) << bundle.error().text();
    ASSERT_TRUE(bundle->key);
    ASSERT_EQ(bundle->certificates.size(), 2U);
    EXPECT_EQ(bundle->certificates[0], identity.certificate);
    const Secret wrong("other");
    EXPECT_EQ(read_bundle(Secret(slurp(path + "p12")), &wrong).error().code(),
              "certs.key.passphrase");
}

TEST(Bundle, WritesPkcs12ThatOpensslReads) {
    const testing_support::TempDir work;
    const auto path = work.path().string() + "/";
    const auto store = write_pkcs12(
        test_identity("partner"), {test_identity("gateway").certificate}, Secret("word"));
    ASSERT_TRUE(store) << store.error().text();
    spill(path + "p12", std::string(store->reveal()));
    shell("openssl pkcs12 -in " + path + "p12 -passin pass:word -nodes -out " + path + "pem");
    const auto bundle = read_bundle(Secret(slurp(path + "pem")), nullptr);
    ASSERT_TRUE(bundle) << bundle.error().text();
    EXPECT_EQ(bundle->certificates.front(), test_identity("partner").certificate);
    EXPECT_EQ(bundle->certificates.size(), 2U);
}

TEST(Bundle, ReadsPemInAnyOrderAndDer) {
    const auto identity = test_identity("partner");
    const auto pem = test_identity("gateway").certificate.pem() + identity.certificate.pem() +
                     std::string(identity.key.pem()->reveal());
    const auto bundle = read_bundle(Secret(pem), nullptr);
    ASSERT_TRUE(bundle) << bundle.error().text();
    EXPECT_EQ(bundle->certificates.front(), identity.certificate);
    const auto der = read_bundle(Secret(identity.certificate.der()), nullptr);
    ASSERT_TRUE(der);
    EXPECT_EQ(der->certificates.front(), identity.certificate);
    EXPECT_FALSE(der->key);
}

TEST(Bundle, RefusesAKeyWithoutItsCertificateAndWhatIsNeither) {
    const auto pem = test_identity("gateway").certificate.pem() +
                     std::string(test_identity("partner").key.pem()->reveal());
    EXPECT_EQ(read_bundle(Secret(pem), nullptr).error().code(), "certs.identity.mismatch");
    EXPECT_EQ(read_bundle(Secret("nonsense"), nullptr).error().code(), "certs.bundle.unreadable");
    EXPECT_EQ(read_bundle(Secret(""), nullptr).error().code(), "certs.bundle.unreadable");
}

TEST(Request, IsOneThatOpensslVerifies) {
    const testing_support::TempDir work;
    const auto path = work.path().string() + "/";
    const auto request = make_request(test_identity("partner").key,
                                      {.common_name = "edi.example.com",
                                       .organization = "Example",
                                       .country = "DE",
                                       .host_names = {"edi.example.com", "192.0.2.1"}});
    ASSERT_TRUE(request) << request.error().text();
    spill(path + "csr", *request);
    shell("openssl req -in " + path + "csr -verify -noout -text > " + path + "text 2>&1");
    const auto text = slurp(path + "text");
    EXPECT_NE(text.find("verify OK"), std::string::npos) << text;
    EXPECT_NE(text.find("DNS:edi.example.com, IP Address:192.0.2.1"), std::string::npos) << text;
    EXPECT_EQ(make_request(test_identity("partner").key, {.common_name = ""}).error().code(),
              "certs.request");
}

std::vector<std::string> codes(const Certificate& certificate,
                               const std::vector<CertificateUse>& uses,
                               Instant now) {
    std::vector<std::string> all;
    for (const auto& finding : lint(certificate, uses, now))
        all.push_back(finding.code);
    return all;
}

TEST(Lint, TellsTheStagesOfExpiry) {
    EXPECT_EQ(expiry_stage(61), -1);
    EXPECT_EQ(expiry_stage(60), 60);
    EXPECT_EQ(expiry_stage(15), 30);
    EXPECT_EQ(expiry_stage(7), 7);
    EXPECT_EQ(expiry_stage(2), 3);
    EXPECT_EQ(expiry_stage(0), 1);
    EXPECT_EQ(expiry_stage(-1), 0);
}

TEST(Lint, FindsAgeAndMissingNames) {
    const auto identity = test_identity("partner");
    const Instant end = identity.certificate.not_after();
    const auto fine = end - std::chrono::days(100);
    EXPECT_TRUE(codes(identity.certificate, {CertificateUse::Signing}, fine).empty());
    EXPECT_EQ(codes(identity.certificate, {}, end - std::chrono::days(5)),
              std::vector<std::string>{"certs.lint.expires"});
    EXPECT_EQ(codes(identity.certificate, {}, end + std::chrono::days(5)),
              std::vector<std::string>{"certs.lint.expired"});
    EXPECT_EQ(
        codes(identity.certificate, {}, identity.certificate.not_before() - std::chrono::days(1)),
        std::vector<std::string>{"certs.lint.not_yet"});
    const auto nameless = generate_self_signed(
        {.common_name = "edi", .rsa_bits = 2048, .not_before = fine, .not_after = end});
    ASSERT_TRUE(nameless);
    EXPECT_EQ(codes(nameless->certificate, {CertificateUse::Tls}, fine),
              std::vector<std::string>{"certs.lint.no_names"});
}

TEST(Lint, WarnsOfAnEllipticCurveCertificateForEncryption) {
    const auto ec = test_identity("partner-ec").certificate;
    const auto found =
        codes(ec, {CertificateUse::Encryption}, ec.not_after() - std::chrono::days(100));
    EXPECT_EQ(found, std::vector<std::string>{"certs.lint.not_rsa"});
}

}  // namespace
}  // namespace sallyport::certs
