// SPDX-License-Identifier: Apache-2.0
#include "certs/cms.h"

#include "tests/support/identities.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::certs {
namespace {

using testing_support::key_path;
using testing_support::shell;
using testing_support::slurp;
using testing_support::spill;
using testing_support::test_identity;

const std::vector<Digest> Sha2{Digest::Sha256, Digest::Sha384, Digest::Sha512};
const std::vector<Cipher> AesCbc{Cipher::Aes128Cbc, Cipher::Aes192Cbc, Cipher::Aes256Cbc};
const std::string Content(
    "Content-Type: application/edi-x12\r\n\r\nISA*00*\n~with a bare LF\r\n\0end", 66);

VerifyPolicy policy(const std::vector<std::string>& names, std::vector<Digest> digests = Sha2) {
    VerifyPolicy made{.trusted = {}, .digests = std::move(digests)};
    for (const auto& name : names)
        made.trusted.push_back(test_identity(name).certificate);
    return made;
}

// Files in a directory of the test's own, and the openssl command line over them.
class OpensslCli : public testing::Test {
protected:
    std::string file(const std::string& name) const { return m_dir.path() / name; }
    int openssl(const std::string& arguments) const {
        return shell("cd " + m_dir.path().string() + " && openssl " + arguments +
                     " > /dev/null 2> stderr");
    }

private:
    testing_support::TempDir m_dir;
};

TEST(Digests, KnowEverySpellingSeenInMicalg) {
    for (const auto* name : {"sha256", "SHA-256", "sha-256", "Sha2-256", "rsa-sha256"})
        EXPECT_EQ(digest_from_name(name), Digest::Sha256) << name;
    for (const auto* name : {"sha1", "sha-1", "SHA", "SHA1", "rsa-sha1"})
        EXPECT_EQ(digest_from_name(name), Digest::Sha1) << name;
    EXPECT_EQ(digest_from_name("md5"), Digest::Md5);
    EXPECT_EQ(digest_from_name("sha-512"), Digest::Sha512);
    for (const auto* name : {"", "sha", "sha224", "crc32", "pkcs7-signature"})
        EXPECT_NE(digest_from_name(name), Digest::Sha256) << name;
    EXPECT_EQ(digest_from_name("sha224"), std::nullopt);
    EXPECT_EQ(digest_from_name(""), std::nullopt);
}

TEST(Digests, MatchPublishedVectors) {
    EXPECT_EQ(to_hex(digest(Digest::Sha1, "abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(to_hex(digest(Digest::Md5, "")), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(to_hex(digest(Digest::Sha384, "abc")).substr(0, 16), "cb00753f45a35e8b");
    EXPECT_EQ(to_hex(digest(Digest::Sha512, "abc")).substr(0, 16), "ddaf35a193617aba");
}

TEST(Signature, VerifiesUnderEveryDigestSchemeAndKeyType) {
    for (const auto* name : {"partner", "partner-ec"})
        for (const Digest algorithm :
             {Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512})
            for (const auto scheme : {SignatureScheme::Pkcs1, SignatureScheme::Pss})
                for (const bool certificate : {true, false}) {
                    SCOPED_TRACE(std::string(name) + " " + std::string(to_string(algorithm)));
                    const auto signature = sign_detached(Content,
                                                         test_identity(name),
                                                         {.digest = algorithm,
                                                          .scheme = scheme,
                                                          .include_certificate = certificate});
                    ASSERT_TRUE(signature) << signature.error().text();
                    const auto verified = verify_detached(
                        Content, *signature, policy({"stranger", name}, {algorithm}), {});
                    ASSERT_TRUE(verified) << verified.error().text();
                    EXPECT_EQ(verified->digest, algorithm);
                    EXPECT_EQ(verified->signer, test_identity(name).certificate);
                }
}

TEST(Signature, OfOldOrNewCertificateVerifiesDuringARollover) {
    for (const auto* name : {"partner", "partner-next"}) {
        const auto signature = sign_detached(Content, test_identity(name), {});
        const auto verified =
            verify_detached(Content, *signature, policy({"partner", "partner-next"}), {});
        ASSERT_TRUE(verified) << verified.error().text();
        EXPECT_EQ(verified->signer, test_identity(name).certificate);
    }
}

TEST(Signature, OfAnUnknownSignerIsRefusedAlthoughItsCertificateIsInside) {
    const auto signature = sign_detached(Content, test_identity("stranger"), {});
    const auto verified = verify_detached(Content, *signature, policy({"partner"}), {});
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error().code(), "cms.signer.unknown");
    EXPECT_EQ(verified.error().blame(), Blame::Partner);
    EXPECT_NE(verified.error().what().find("CN=stranger"), std::string::npos);
    EXPECT_NE(verified.error().what().find("CN=partner"), std::string::npos);
}

TEST(Signature, OverChangedContentIsADigestMismatch) {
    const auto signature = sign_detached(Content, test_identity("partner"), {});
    for (const std::string& changed : {Content + " ", Content.substr(1), std::string()})
        EXPECT_EQ(verify_detached(changed, *signature, policy({"partner"}), {}).error().code(),
                  "cms.digest.mismatch");
}

TEST(Signature, WithAChangedValueIsInvalid) {
    auto signature =
        *sign_detached(Content, test_identity("partner"), {.include_certificate = false});
    signature.back() =
        static_cast<char>(signature.back() ^ 1);  // the signature value ends the structure
    EXPECT_EQ(verify_detached(Content, signature, policy({"partner"}), {}).error().code(),
              "cms.signature.invalid");
}

TEST(Signature, UnderADigestTheAgreementForbidsIsRefusedThoughOpensslWouldTakeIt) {  // CRT-06
    for (const Digest algorithm : {Digest::Md5, Digest::Sha1}) {
        const auto signature =
            sign_detached(Content, test_identity("partner"), {.digest = algorithm});
        ASSERT_TRUE(signature);
        EXPECT_EQ(verify_detached(Content, *signature, policy({"partner"}), {}).error().code(),
                  "cms.digest.refused");
        EXPECT_TRUE(verify_detached(Content, *signature, policy({"partner"}, {algorithm}), {}));
    }
}

TEST(Signature, LeavesOutSmimeCapabilities) {  // CAN-11
    const auto signature = sign_detached(Content, test_identity("partner"), {});
    // 1.2.840.113549.1.9.15
    EXPECT_EQ(signature->find("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0f"), std::string::npos);
}

TEST(Signature, RefusesJunkTruncationAndAnEnvelope) {
    const auto signature = *sign_detached(Content, test_identity("partner"), {});
    EXPECT_EQ(verify_detached(Content, "", policy({"partner"}), {}).error().code(),
              "cms.malformed");
    EXPECT_EQ(verify_detached(Content, "hello", policy({"partner"}), {}).error().code(),
              "cms.malformed");
    for (std::size_t size = 1; size < signature.size(); size += 7) {
        const auto verified =
            verify_detached(Content, signature.substr(0, size), policy({"partner"}), {});
        ASSERT_FALSE(verified);
        EXPECT_EQ(verified.error().code(), "cms.malformed") << size;
    }
    const auto envelope = encrypt(Content, {test_identity("partner").certificate}, {});
    EXPECT_EQ(verify_detached(Content, *envelope, policy({"partner"}), {}).error().code(),
              "cms.malformed");
}

TEST(Signature, EveryOneOctetChangeIsRefusedOrHarmless) {
    // No flip of a bit may turn into an acceptance of other content.
    const auto signature =
        *sign_detached(Content, test_identity("partner"), {.include_certificate = false});
    for (std::size_t at = 0; at < signature.size(); ++at) {
        auto changed = signature;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        EXPECT_FALSE(verify_detached(Content + "x", changed, policy({"partner"}), {})) << at;
    }
}

TEST_F(OpensslCli, VerifiesOurSignature) {
    spill(file("content"), Content);
    spill(file("sig"), *sign_detached(Content, test_identity("partner"), {}));
    EXPECT_EQ(openssl("cms -verify -inform DER -in sig -content content -binary -CAfile " +
                      key_path("partner.pem") + " -purpose any -out verified"),
              0)
        << slurp(file("stderr"));
    EXPECT_EQ(slurp(file("verified")), Content);
}

TEST_F(OpensslCli, SignatureVerifiesHereWithAndWithoutAttributes) {
    spill(file("content"), Content);
    for (const auto* option : {"",
                               " -noattr",
                               " -keyid",
                               " -md sha512",
                               " -keyopt rsa_padding_mode:pss",
                               " -nocerts",
                               " -stream -indef"}) {
        ASSERT_EQ(openssl("cms -sign -binary -in content -outform DER -out sig -signer " +
                          key_path("partner.pem") + " -inkey " + key_path("partner.key") + option),
                  0)
            << option << slurp(file("stderr"));
        const auto verified = verify_detached(Content, slurp(file("sig")), policy({"partner"}), {});
        ASSERT_TRUE(verified) << option << verified.error().text();
        EXPECT_FALSE(verify_detached(Content + "x", slurp(file("sig")), policy({"partner"}), {}))
            << option;
    }
}

TEST_F(OpensslCli, OpaqueSignedDataOpensHere) {
    spill(file("content"), Content);
    ASSERT_EQ(openssl("cms -sign -nodetach -binary -in content -outform DER -out sig -signer " +
                      key_path("partner.pem") + " -inkey " + key_path("partner.key")),
              0);
    const auto opened = verify_opaque(slurp(file("sig")), policy({"partner"}), {});
    ASSERT_TRUE(opened) << opened.error().text();
    EXPECT_EQ(opened->content, Content);
    EXPECT_EQ(verify_opaque(slurp(file("sig")), policy({"stranger"}), {}).error().code(),
              "cms.signer.unknown");
    EXPECT_EQ(verify_opaque(
                  *sign_detached(Content, test_identity("partner"), {}), policy({"partner"}), {})
                  .error()
                  .code(),
              "cms.malformed");
}

TEST_F(OpensslCli, OneOfSeveralSignersIsEnough) {  // CAN-19
    spill(file("content"), Content);
    const auto sign = "cms -sign -binary -in content -outform DER -out sig -signer " +
                      key_path("stranger.pem") + " -inkey " + key_path("stranger.key") +
                      " -signer " + key_path("partner.pem") + " -inkey " + key_path("partner.key");
    ASSERT_EQ(openssl(sign), 0) << slurp(file("stderr"));
    const auto verified = verify_detached(Content, slurp(file("sig")), policy({"partner"}), {});
    ASSERT_TRUE(verified) << verified.error().text();
    EXPECT_EQ(verified->other_signers, 1U);
    EXPECT_EQ(
        verify_detached(Content + "x", slurp(file("sig")), policy({"partner"}), {}).error().code(),
        "cms.digest.mismatch");
    CmsLimits one;
    one.signers = 1;
    EXPECT_EQ(verify_detached(Content, slurp(file("sig")), policy({"partner"}), one).error().code(),
              "cms.limit");
}

TEST_F(OpensslCli, SignedDataWithoutASignerIsNoSignature) {  // CAN-13
    // A certificates-only SignedData.
    ASSERT_EQ(openssl("crl2pkcs7 -nocrl -certfile " + key_path("partner.pem") +
                      " -outform DER -out none"),
              0);
    EXPECT_EQ(verify_detached(Content, slurp(file("none")), policy({"partner"}), {}).error().code(),
              "cms.signature.none");
}

TEST(Envelope, OpensUnderEveryCipherAndKeyTransport) {  // CRT-05
    for (const Cipher cipher : {Cipher::TripleDesCbc,
                                Cipher::Aes128Cbc,
                                Cipher::Aes192Cbc,
                                Cipher::Aes256Cbc,
                                Cipher::Aes128Gcm,
                                Cipher::Aes256Gcm})
        for (const auto transport :
             {KeyTransport::Pkcs1, KeyTransport::OaepSha1, KeyTransport::OaepSha256})
            for (const auto* name : {"gateway", "partner-ec"}) {
                SCOPED_TRACE(std::string(to_string(cipher)) + " for " + name);
                const auto sealed = encrypt(Content,
                                            {test_identity(name).certificate},
                                            {.cipher = cipher, .key_transport = transport});
                ASSERT_TRUE(sealed) << sealed.error().text();
                const auto opened = decrypt(
                    *sealed, {test_identity("stranger"), test_identity(name)}, {cipher}, {});
                ASSERT_TRUE(opened) << opened.error().text();
                EXPECT_EQ(opened->content, Content);
                EXPECT_EQ(opened->cipher, cipher);
                EXPECT_EQ(opened->recipient, test_identity(name).certificate.fingerprint());
            }
}

TEST(Envelope, OfNoOctetsAndOfManyOpens) {
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{16}, std::size_t{5'000'000}}) {
        const std::string content(size, 'x');
        const auto sealed = encrypt(content, {test_identity("gateway").certificate}, {});
        const auto opened = decrypt(*sealed, {test_identity("gateway")}, AesCbc, {});
        ASSERT_TRUE(opened) << opened.error().text();
        EXPECT_EQ(opened->content, content);
    }
}

TEST(Envelope, ForAnyOfSeveralRecipientsOpens) {  // CAN-14
    const auto sealed = encrypt(
        Content, {test_identity("partner").certificate, test_identity("gateway").certificate}, {});
    EXPECT_TRUE(decrypt(*sealed, {test_identity("gateway")}, AesCbc, {}));
    EXPECT_TRUE(decrypt(*sealed, {test_identity("partner")}, AesCbc, {}));
    CmsLimits one;
    one.recipients = 1;
    EXPECT_EQ(decrypt(*sealed, {test_identity("gateway")}, AesCbc, one).error().code(),
              "cms.limit");
}

TEST(Envelope, ThatIsNotForUsNamesWhomItIsFor) {
    const auto sealed = encrypt(Content, {test_identity("partner").certificate}, {});
    const auto opened = decrypt(*sealed, {test_identity("gateway")}, AesCbc, {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), "cms.decryption-failed");
    EXPECT_NE(opened.error().what().find(test_identity("partner").certificate.serial()),
              std::string::npos);
    EXPECT_NE(opened.error().what().find(test_identity("gateway").certificate.serial()),
              std::string::npos);
    EXPECT_EQ(decrypt(*sealed, {}, AesCbc, {}).error().code(), "cms.decryption-failed");
}

TEST(Envelope, ThatIsDamagedFailsInOneWayOnly) {  // CRT-07
    // Wherever the damage sits (wrapped key, ciphertext, padding), the error is the same to the letter: no oracle. A change
    // within CBC ciphertext may decrypt to other octets; only the signature inside catches that.
    const auto sealed = *encrypt(Content, {test_identity("gateway").certificate}, {});
    const auto reference = decrypt(*encrypt(Content, {test_identity("gateway").certificate}, {}),
                                   {test_identity("partner")},
                                   AesCbc,
                                   {});
    ASSERT_FALSE(reference);
    std::string text;
    unsigned failures = 0;
    const std::size_t key_at = sealed.find("\x04\x82\x01\x00");  // the wrapped key's OCTET STRING
    ASSERT_NE(key_at, std::string::npos);
    for (std::size_t at = key_at + 4; at < sealed.size(); at += 5) {
        if (at > key_at + 4 + 256 && at < sealed.size() - 32) continue;
        auto damaged = sealed;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
        const auto opened = decrypt(damaged, {test_identity("gateway")}, AesCbc, {});
        if (opened) {
            EXPECT_NE(opened->content, Content) << at;
            continue;
        }
        ++failures;
        EXPECT_EQ(opened.error().code(), "cms.decryption-failed") << at;
        if (text.empty()) text = opened.error().text();
        EXPECT_EQ(opened.error().text(), text) << at;
    }
    EXPECT_GT(failures, 50U);
}

TEST(Envelope, WithAForbiddenCipherIsRefused) {  // CRT-06
    const auto sealed =
        encrypt(Content, {test_identity("gateway").certificate}, {.cipher = Cipher::TripleDesCbc});
    const auto opened = decrypt(*sealed, {test_identity("gateway")}, AesCbc, {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), "cms.cipher.refused");
    EXPECT_NE(opened.error().what().find("3des-cbc"), std::string::npos);
}

TEST(Envelope, OfGcmWithTheTagInTheCiphertextOpensAndIsAuthenticated) {  // CRT-04
    const std::string folder = std::string(SALLYPORT_GOLDEN_DIR) + "/as2/vectors/gcm-";
    const auto content = slurp(folder + "content.txt");
    for (const auto* name : {"128-enveloped-tagged.der",
                             "256-enveloped-tagged.der",
                             "128-enveloped-tagged-indefinite.ber",
                             "256-enveloped-tagged-indefinite.ber"}) {
        SCOPED_TRACE(name);
        const std::vector<Cipher> gcm{Cipher::Aes128Gcm, Cipher::Aes256Gcm};
        auto vector = slurp(folder + name);
        const auto opened = decrypt(vector, {test_identity("gateway")}, gcm, {});
        ASSERT_TRUE(opened) << opened.error().text();
        EXPECT_EQ(opened->content, content);
        EXPECT_EQ(decrypt(vector, {test_identity("gateway")}, AesCbc, {}).error().code(),
                  "cms.cipher.refused");
        const auto last = vector.find_last_not_of('\0');  // within the tag, whatever the encoding
        vector[last] = static_cast<char>(vector[last] ^ 1);
        EXPECT_EQ(decrypt(vector, {test_identity("gateway")}, gcm, {}).error().code(),
                  "cms.decryption-failed");
    }
}

TEST(Envelope, OfGcmIsWrittenInTheContainerThePartnerReads) {
    for (const auto* name : {"gateway", "partner-ec"})
        for (const Cipher cipher : {Cipher::Aes128Gcm, Cipher::Aes192Gcm, Cipher::Aes256Gcm}) {
            const EncryptOptions options{.cipher = cipher,
                                         .gcm_container = GcmContainer::EnvelopedTagged};
            const auto sealed = encrypt(Content, {test_identity(name).certificate}, options);
            ASSERT_TRUE(sealed) << sealed.error().text();
            EXPECT_EQ(*content_kind(*sealed), ContentKind::Enveloped);
            const auto opened = decrypt(*sealed, {test_identity(name)}, {cipher}, {});
            ASSERT_TRUE(opened) << opened.error().text();
            EXPECT_EQ(opened->content, Content);
        }
}

TEST(Envelope, NeedsARecipient) {
    EXPECT_EQ(encrypt(Content, {}, {}).error().code(), "cms.encrypt");
}

TEST_F(OpensslCli, OpensOurEnvelope) {
    spill(file("sealed"),
          *encrypt(Content, {test_identity("partner").certificate}, {.cipher = Cipher::Aes192Cbc}));
    ASSERT_EQ(
        openssl("cms -decrypt -inform DER -binary -in sealed -inkey " + key_path("partner.key") +
                " -recip " + key_path("partner.pem") + " -out opened"),
        0)
        << slurp(file("stderr"));
    EXPECT_EQ(slurp(file("opened")), Content);
}

TEST_F(OpensslCli, EnvelopeOpensHereInEveryForm) {  // CAN-10, CAN-14
    spill(file("content"), Content);
    for (const auto* option :
         {" -aes128",
          " -aes-192-cbc",
          " -aes256",
          " -aes256 -stream -indef",
          " -aes256 -keyid",
          " -aes256 -keyopt rsa_padding_mode:oaep",
          " -aes256 -keyopt rsa_padding_mode:oaep -keyopt rsa_oaep_md:sha256"}) {
        ASSERT_EQ(openssl("cms -encrypt -binary -in content -outform DER -out sealed -recip " +
                          key_path("gateway.pem") + option),
                  0)
            << option << slurp(file("stderr"));
        const auto opened = decrypt(slurp(file("sealed")), {test_identity("gateway")}, AesCbc, {});
        ASSERT_TRUE(opened) << option << opened.error().text();
        EXPECT_EQ(opened->content, Content) << option;
    }
}

TEST(ContentKinds, ComeFromTheObjectIdentifier) {
    EXPECT_EQ(*content_kind(*sign_detached(Content, test_identity("partner"), {})),
              ContentKind::Signed);
    EXPECT_EQ(*content_kind(*encrypt(Content, {test_identity("partner").certificate}, {})),
              ContentKind::Enveloped);
    EXPECT_EQ(*content_kind(*encrypt(
                  Content, {test_identity("partner").certificate}, {.cipher = Cipher::Aes128Gcm})),
              ContentKind::AuthEnveloped);
    EXPECT_EQ(*content_kind(*compress(Content)), ContentKind::Compressed);
    EXPECT_EQ(content_kind("not CMS").error().code(), "cms.malformed");
}

}  // namespace
}  // namespace sallyport::certs
