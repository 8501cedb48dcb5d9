// SPDX-License-Identifier: Apache-2.0
// Keys in a SoftHSM token, made by softhsm2-util: signed, decrypted, and what is said when it does not work.
#include "certs/token.h"

#include "tests/support/identities.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include "certs/cms.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace sallyport::certs {
namespace {

using testing_support::key_path;
using testing_support::test_identity;

const std::filesystem::path Module = "/usr/lib/softhsm/libsofthsm2.so";
constexpr const char* Pin = "a pin; with %25 & signs";

// One token for the program: the engine and the library live as long as the process does.
class SoftToken {
public:
    static const SoftToken* make() {
        static const SoftToken token;
        return token.m_ready ? &token : nullptr;
    }
    static std::string uri(const std::string& name) { return "pkcs11:token=edi;object=" + name; }

private:
    SoftToken() {
        if (!std::filesystem::exists(Module)) return;
        const auto conf = m_directory.path() / "softhsm2.conf";
        std::filesystem::create_directory(m_directory.path() / "tokens");
        std::ofstream(conf) << "directories.tokendir = " << (m_directory.path() / "tokens").string()
                            << "\nobjectstore.backend = file\nlog.level = ERROR\n";
        ::setenv("SOFTHSM2_CONF", conf.c_str(), 1);
        const std::string pin = std::string(" --pin '") + Pin + "' ";
        m_ready = run("softhsm2-util --init-token --free --label edi --so-pin 5678" + pin) &&
                  import(pin, "gateway", "a1") && import(pin, "partner-ec", "a2");
    }
    bool import(const std::string& pin, const std::string& name, const std::string& id) const {
        const std::string plain = (m_directory.path() / (name + ".p8")).string();
        return run("openssl pkcs8 -topk8 -nocrypt -in " + key_path(name + ".key") + " -out " +
                   plain) &&
               run("softhsm2-util --import " + plain + " --token edi --label " + name + " --id " +
                   id + pin);
    }
    static bool run(const std::string& command) {
        return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
    }

    testing_support::TempDir m_directory;
    bool m_ready = false;
};

#define NEED_TOKEN()                                                                  \
    if (SoftToken::make() == nullptr) {                                               \
        GTEST_SKIP() << "softhsm2 or libengine-pkcs11-openssl is not installed here"; \
    }

Result<Identity> identity_in_token(const std::string& name) {
    auto key = load_token_key(SoftToken::uri(name), Secret(Pin), Module);
    if (!key) return std::move(key).error();
    return make_identity(*std::move(key), test_identity(name).certificate);
}

TEST(TokenKey, SignsAndDecryptsAnAs2RoundTrip) {
    NEED_TOKEN();
    const auto gateway = identity_in_token("gateway");
    ASSERT_TRUE(gateway) << gateway.error().text();
    EXPECT_EQ(gateway->key.description(), "RSA 2048 bits");
    const auto partner = test_identity("partner");
    // Out: the token signs, the partner's file key opens.
    const auto signature = sign_detached("the document", *gateway, {});
    ASSERT_TRUE(signature) << signature.error().text();
    const VerifyPolicy policy{.trusted = {gateway->certificate}, .digests = {Digest::Sha256}};
    EXPECT_TRUE(verify_detached("the document", *signature, policy, {}));
    EXPECT_FALSE(verify_detached("another document", *signature, policy, {}));
    // In: encrypted for the certificate, decrypted by the token.
    const auto envelope = encrypt(*signature, {gateway->certificate, partner.certificate}, {});
    ASSERT_TRUE(envelope) << envelope.error().text();
    const auto opened = decrypt(*envelope, {*gateway}, {Cipher::Aes256Cbc}, {});
    ASSERT_TRUE(opened) << opened.error().text();
    EXPECT_EQ(opened->content, *signature);
    EXPECT_EQ(opened->recipient, gateway->certificate.fingerprint());
}

TEST(TokenKey, SignsWithPssAndOpensOaepAndGcm) {
    NEED_TOKEN();
    const auto gateway = identity_in_token("gateway");
    ASSERT_TRUE(gateway) << gateway.error().text();
    const auto signature = sign_detached("x", *gateway, {.scheme = SignatureScheme::Pss});
    ASSERT_TRUE(signature) << signature.error().text();
    EXPECT_TRUE(verify_detached(
        "x", *signature, {.trusted = {gateway->certificate}, .digests = {Digest::Sha256}}, {}));
    for (const auto& options : {EncryptOptions{.key_transport = KeyTransport::OaepSha1},
                                EncryptOptions{.cipher = Cipher::Aes128Gcm}}) {
        const auto envelope = encrypt("the document", {gateway->certificate}, options);
        ASSERT_TRUE(envelope);
        const auto opened =
            decrypt(*envelope, {*gateway}, {Cipher::Aes256Cbc, Cipher::Aes128Gcm}, {});
        ASSERT_TRUE(opened) << opened.error().text();
        EXPECT_EQ(opened->content, "the document");
    }
}

TEST(TokenKey, FailsInTheOneWayThatADamagedEnvelopeFails) {
    NEED_TOKEN();
    const auto gateway = identity_in_token("gateway");
    ASSERT_TRUE(gateway);
    auto envelope = *encrypt("the document", {gateway->certificate}, {});
    envelope[envelope.size() - 3] = static_cast<char>(envelope[envelope.size() - 3] ^ 0x55);
    const auto opened = decrypt(envelope, {*gateway}, {Cipher::Aes256Cbc}, {});
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code(), "cms.decryption-failed");
}

TEST(TokenKey, ServesManyThreads) {
    NEED_TOKEN();
    const auto gateway = identity_in_token("gateway");
    ASSERT_TRUE(gateway);
    const VerifyPolicy policy{.trusted = {gateway->certificate}, .digests = {Digest::Sha256}};
    std::vector<std::thread> threads;
    std::atomic<int> good = 0;
    for (int thread = 0; thread < 8; ++thread)
        threads.emplace_back([&] {
            for (int turn = 0; turn < 10; ++turn) {
                const auto signature = sign_detached("x", *gateway, {});
                if (signature && verify_detached("x", *signature, policy, {})) ++good;
            }
        });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(good, 80);
}

TEST(TokenKey, NeverLeavesTheToken) {
    NEED_TOKEN();
    const auto key = load_token_key(SoftToken::uri("gateway"), Secret(Pin), Module);
    ASSERT_TRUE(key);
    EXPECT_FALSE(key->pem());
}

TEST(TokenKey, AWrongNameAWrongPinAndAPinInTheUriAreToldApartFromTheLibrary) {
    NEED_TOKEN();
    EXPECT_EQ(load_token_key(SoftToken::uri("nobody"), Secret(Pin), Module).error().code(),
              "certs.token.key");
    EXPECT_EQ(load_token_key("pkcs11:token=edi", Secret(Pin), Module).error().code(),
              "certs.token.uri");
    const auto inside = load_token_key("pkcs11:object=gateway?pin-value=1234", Secret(Pin), Module);
    ASSERT_FALSE(inside);
    EXPECT_EQ(inside.error().code(), "certs.token.uri");
    EXPECT_EQ(inside.error().text().find("1234"), std::string::npos) << "the PIN is repeated";
    ASSERT_TRUE(identity_in_token("gateway"));  // the library is loaded
    EXPECT_EQ(load_token_key(SoftToken::uri("gateway"), Secret(Pin), "/nowhere.so").error().code(),
              "certs.token.module");
}

TEST(TokenKey, NeitherAsksForAPinNorWritesOneAnywhere) {
    NEED_TOKEN();
    ::testing::internal::CaptureStderr();
    const auto wrong_name = load_token_key(SoftToken::uri("nobody"), Secret(Pin), Module);
    const auto wrong_pin = load_token_key(SoftToken::uri("gateway"), Secret("not-the-pin"), Module);
    const auto no_pin = load_token_key(SoftToken::uri("gateway"), Secret(), Module);
    const std::string said = ::testing::internal::GetCapturedStderr();
    ASSERT_FALSE(wrong_name);
    ASSERT_FALSE(no_pin);
    EXPECT_EQ(no_pin.error().code(), "certs.token.key");
    for (const std::string& text : {said, wrong_name.error().text(), no_pin.error().text()}) {
        EXPECT_EQ(text.find("a pin"), std::string::npos) << text;
        EXPECT_EQ(text.find("%70%69%6E"), std::string::npos) << text;
        EXPECT_EQ(text.find("not-the-pin"), std::string::npos) << text;
    }
    if (!wrong_pin) {
        EXPECT_EQ(wrong_pin.error().code(), "certs.token.key");
    }
    EXPECT_TRUE(identity_in_token("gateway")) << "a wrong PIN once does not spoil the right one";
}

TEST(TokenKey, ItsCertificateMustBelongToIt) {
    NEED_TOKEN();
    auto key = load_token_key(SoftToken::uri("gateway"), Secret(Pin), Module);
    ASSERT_TRUE(key);
    const auto mixed = make_identity(*std::move(key), test_identity("partner").certificate);
    ASSERT_FALSE(mixed);
    EXPECT_EQ(mixed.error().code(), "certs.identity.mismatch");
}

TEST(TokenKey, OfAnEllipticCurveSigns) {
    NEED_TOKEN();
    const auto identity = identity_in_token("partner-ec");
    ASSERT_TRUE(identity) << identity.error().text();
    const auto signature = sign_detached("x", *identity, {});
    ASSERT_TRUE(signature) << signature.error().text();
    EXPECT_TRUE(verify_detached(
        "x", *signature, {.trusted = {identity->certificate}, .digests = {Digest::Sha256}}, {}));
}

}  // namespace
}  // namespace sallyport::certs
