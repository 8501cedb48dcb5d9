// SPDX-License-Identifier: Apache-2.0
// Lists and answers of an authority that the openssl command line plays, `openssl ocsp` among it.
#include "certs/revocation.h"

#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include "gateway/base/file.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace sallyport::certs {
namespace {

// An authority with two certificates, "good" and "bad", the second revoked; and an impostor of the same name.
class Revocation : public ::testing::Test {
protected:
    static void SetUpTestSuite() {
        directory = new testing_support::TempDir();
        make_authority("ca");
        make_authority("impostor");
        for (const char* name : {"good", "bad"})
            issue(name);
        run("openssl ca -config ca.cnf -revoke bad.pem -crl_reason keyCompromise");
        run("openssl ca -config ca.cnf -gencrl -out ca.crl");
        run("openssl ca -config impostor.cnf -gencrl -out impostor.crl");
    }
    static void TearDownTestSuite() {
        delete directory;
        directory = nullptr;
    }
    static void run(const std::string& command) {
        const std::string whole =
            "cd " + directory->path().string() + " && " + command + " >log 2>&1";
        ASSERT_EQ(std::system(whole.c_str()), 0) << command << '\n' << slurp("log");
    }
    static std::string slurp(const std::string& name) {
        return testing_support::slurp(directory->path() / name);
    }
    static void make_authority(const std::string& name) {
        std::ofstream(directory->path() / (name + ".cnf"))
            << "[ca]\ndefault_ca=x\n[x]\ndatabase=" << name
            << ".db\nnew_certs_dir=.\nserial=" << name << ".srl\ncertificate=" << name
            << ".pem\nprivate_key=" << name
            << ".key\ndefault_md=sha256\ndefault_days=30\ndefault_crl_days=7\npolicy=p\n"
               "x509_extensions=e\n[p]\ncommonName=supplied\n[e]\n"
               "crlDistributionPoints=URI:http://ca.example/ca.crl\n"
               "authorityInfoAccess=OCSP;URI:http://ca.example/ocsp\n";
        std::ofstream(directory->path() / (name + ".db"));
        std::ofstream(directory->path() / (name + ".srl")) << "10\n";
        run("openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=Test-Authority "
            "-addext basicConstraints=critical,CA:TRUE -keyout " +
            name + ".key -out " + name + ".pem");
    }
    static void issue(const std::string& name) {
        run("openssl req -newkey rsa:2048 -nodes -subj /CN=" + name + " -keyout " + name +
            ".key -out " + name + ".csr");
        run("openssl ca -config ca.cnf -batch -in " + name + ".csr -out " + name + ".pem -notext");
    }
    static Certificate certificate(const std::string& name) {
        return *load_certificate(slurp(name + ".pem"));
    }
    // `openssl ocsp` as responder, from file to file.
    static Result<RevocationAnswer> ask(const std::string& name,
                                        const std::string& signer = "ca",
                                        const std::string& more = "") {
        const auto question = ocsp_question(certificate(name), {certificate("ca")});
        if (!question) return question.error();
        std::ofstream(directory->path() / "q.der", std::ios::binary) << question->request;
        run("openssl ocsp -index ca.db -CA ca.pem -rsigner " + signer + ".pem -rkey " + signer +
            ".key -reqin q.der -respout a.der -ndays 1 " + more);
        return judge_ocsp(
            slurp("a.der"), *question, certificate(name), {certificate("ca")}, SystemClock().now());
    }
    static Result<RevocationAnswer> look_up(const std::string& name,
                                            const std::string& list,
                                            std::chrono::hours later = {}) {
        return judge_crl(
            slurp(list), certificate(name), {certificate("ca")}, SystemClock().now() + later);
    }
    static std::string code(const Result<RevocationAnswer>& answer) {
        return answer ? std::string("answered") : std::string(answer.error().code());
    }

    static inline testing_support::TempDir* directory = nullptr;
};

TEST_F(Revocation, AListTellsTheRevokedFromTheGood) {
    const auto good = look_up("good", "ca.crl");
    ASSERT_TRUE(good) << good.error().text();
    EXPECT_EQ(good->status, RevocationStatus::Good);
    EXPECT_TRUE(good->next_update);
    const auto bad = look_up("bad", "ca.crl");
    ASSERT_TRUE(bad) << bad.error().text();
    EXPECT_EQ(bad->status, RevocationStatus::Revoked);
    EXPECT_EQ(bad->reason, "keyCompromise");
    EXPECT_TRUE(bad->revoked_at);
}

TEST_F(Revocation, OnlyTheIssuersListCountsAndOnlyInItsTime) {
    EXPECT_EQ(code(look_up("bad", "impostor.crl")), "certs.revocation.signature");
    EXPECT_EQ(code(look_up("bad", "ca.pem")), "certs.revocation.unreadable");
    EXPECT_EQ(code(look_up("bad", "ca.crl", std::chrono::hours(24 * 8))), "certs.revocation.stale");
    EXPECT_EQ(code(look_up("bad", "ca.crl", -std::chrono::hours(24))), "certs.revocation.stale");
    EXPECT_EQ(code(judge_crl(slurp("ca.crl"), certificate("ca"), {}, SystemClock().now())),
              "certs.revocation.issuer");
}

TEST_F(Revocation, AResponderTellsTheRevokedFromTheGood) {
    const auto good = ask("good");
    ASSERT_TRUE(good) << good.error().text();
    EXPECT_EQ(good->status, RevocationStatus::Good);
    const auto bad = ask("bad");
    ASSERT_TRUE(bad) << bad.error().text();
    EXPECT_EQ(bad->status, RevocationStatus::Revoked);
    EXPECT_EQ(bad->reason, "keyCompromise");
}

TEST_F(Revocation, AnAnswerOfAnotherSignerOrToAnotherQuestionDoesNotCount) {
    EXPECT_EQ(code(ask("good", "impostor")), "certs.revocation.signature");
    EXPECT_EQ(code(ask("good", "bad")), "certs.revocation.signature") << "not certified for OCSP";
    ASSERT_TRUE(ask("good"));
    const auto other = ocsp_question(certificate("good"), {certificate("ca")});
    ASSERT_TRUE(other);
    EXPECT_EQ(
        code(judge_ocsp(
            slurp("a.der"), *other, certificate("good"), {certificate("ca")}, SystemClock().now())),
        "certs.revocation.signature")
        << "replayed: its nonce is another one's";
    EXPECT_EQ(code(judge_ocsp(
                  "junk", *other, certificate("good"), {certificate("ca")}, SystemClock().now())),
              "certs.revocation.unreadable");
}

TEST_F(Revocation, AnAnswerWithoutANonceCountsInItsTime) {
    run("openssl ocsp -no_nonce -issuer ca.pem -cert good.pem -reqout q.der");
    run("openssl ocsp -index ca.db -CA ca.pem -rsigner ca.pem -rkey ca.key -reqin q.der -respout "
        "a.der -ndays 1");
    const auto question = ocsp_question(certificate("good"), {certificate("ca")});
    ASSERT_TRUE(question);
    const auto judged_after = [&](std::chrono::hours later) {
        return code(judge_ocsp(slurp("a.der"),
                               *question,
                               certificate("good"),
                               {certificate("ca")},
                               SystemClock().now() + later));
    };
    EXPECT_EQ(judged_after(std::chrono::hours(0)), "answered");
    EXPECT_EQ(judged_after(std::chrono::hours(48)), "certs.revocation.stale");
}

TEST_F(Revocation, TheCertificateNamesWhereItCanBeAskedAbout) {
    EXPECT_EQ(crl_urls(certificate("good")), std::vector<std::string>{"http://ca.example/ca.crl"});
    EXPECT_EQ(ocsp_urls(certificate("good")), std::vector<std::string>{"http://ca.example/ocsp"});
    EXPECT_TRUE(crl_urls(certificate("ca")).empty());
}

}  // namespace
}  // namespace sallyport::certs
