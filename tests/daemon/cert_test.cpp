// SPDX-License-Identifier: Apache-2.0
// sallyport cert: what people do with keys and certificates, judged by openssl where it can.
#include "program.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include <gtest/gtest.h>

namespace sallyport::daemon {
namespace {

using testing::Program;
using testing::read_text;

class Cert : public ::testing::Test {
protected:
    Cert() {
        secret("word", "first");
        secret("other", "second");
    }
    void secret(const std::string& name, const std::string& text) const {
        testing::write_text(path(name), text);
        std::filesystem::permissions(path(name), std::filesystem::perms{0600});
    }
    std::string path(const std::string& name) const { return (m_directory.path() / name).string(); }
    std::string ref(const std::string& name) const { return "file:" + path(name); }
    testing::Ended cert(std::vector<std::string> words) const {
        words.insert(words.begin(), "cert");
        return Program(words).wait();
    }
    void generate() const {
        const auto made = cert({"generate",
                                "--name",
                                "acme",
                                "--bits",
                                "2048",
                                "--key",
                                path("k.pem"),
                                "--key-passphrase",
                                ref("word"),
                                "--certificate",
                                path("c.pem")});
        ASSERT_EQ(made.code, 0) << made.err;
    }

    testing_support::TempDir m_directory;
};

TEST_F(Cert, GenerateEncryptsTheKeyAndNeverOverwrites) {
    generate();
    EXPECT_TRUE(read_text(path("k.pem")).starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    const auto again = cert(
        {"generate", "--name", "acme", "--key", path("k2.pem"), "--certificate", path("c.pem")});
    EXPECT_EQ(again.code, 6) << again.err;
    EXPECT_NE(again.err.find("[cert.exists]"), std::string::npos) << again.err;
    EXPECT_FALSE(std::filesystem::exists(path("k2.pem"))) << "a key without its certificate";
}

TEST_F(Cert, RequestIsOneThatOpensslVerifies) {
    generate();
    const auto made = cert({"request",
                            "--name",
                            "edi.example.com",
                            "--host",
                            "edi.example.com",
                            "--from-key",
                            path("k.pem"),
                            "--passphrase",
                            ref("word"),
                            "--out",
                            path("a.csr")});
    ASSERT_EQ(made.code, 0) << made.err;
    EXPECT_EQ(testing_support::shell("openssl req -in " + path("a.csr") +
                                     " -verify -noout >/dev/null 2>&1"),
              0);
}

TEST_F(Cert, AKeyStoreGoesOutAndComesBackWithTheSameKey) {
    generate();
    testing::write_text(path("both.pem"), read_text(path("k.pem")) + read_text(path("c.pem")));
    const auto out = cert({"export",
                           path("both.pem"),
                           "--passphrase",
                           ref("word"),
                           "--form",
                           "pkcs12",
                           "--key-passphrase",
                           ref("other"),
                           "--out",
                           path("g.p12")});
    ASSERT_EQ(out.code, 0) << out.err;
    const auto in = cert({"import",
                          path("g.p12"),
                          "--passphrase",
                          ref("other"),
                          "--key",
                          path("k3.pem"),
                          "--certificate",
                          path("c3.pem")});
    ASSERT_EQ(in.code, 0) << in.err;
    EXPECT_EQ(read_text(path("c3.pem")), read_text(path("c.pem")));
    EXPECT_EQ(std::filesystem::status(path("k3.pem")).permissions(), std::filesystem::perms{0600});
    const auto wrong = cert({"show", path("g.p12"), "--passphrase", ref("word")});
    EXPECT_EQ(wrong.code, 78);
    EXPECT_NE(wrong.err.find("[certs.key.passphrase]"), std::string::npos) << wrong.err;
}

TEST_F(Cert, ShowAndLintSayWhatStandsInTheFile) {
    generate();
    const auto shown = cert({"show", path("c.pem"), "--json"});
    ASSERT_EQ(shown.code, 0) << shown.err;
    const auto told = nlohmann::json::parse(shown.out);
    EXPECT_EQ(told.at(0).at("subject"), "CN=acme");
    EXPECT_EQ(told.at(0).at("sha256").get<std::string>().size(), 64U);
    const auto fine = cert({"lint", path("c.pem"), "--use", "signing", "--use", "encryption"});
    EXPECT_EQ(fine.code, 0) << fine.out;
    const auto tls = cert({"lint", path("c.pem"), "--use", "tls"});
    EXPECT_EQ(tls.code, 1);
    EXPECT_NE(tls.out.find("[certs.lint.no_names]"), std::string::npos) << tls.out;
}

}  // namespace
}  // namespace sallyport::daemon
