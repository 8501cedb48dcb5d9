// SPDX-License-Identifier: Apache-2.0
// AS2 over real sockets: our sender against our receiver, against servers that misbehave, and curl with the openssl command
// line against our receiver.
#include "tests/support/as2_fixture.h"
#include "tests/support/raw_client.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include "transports/as2_sender.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>

namespace sallyport::transports {
namespace {

using namespace std::chrono_literals;
using testing_support::key_path;
using testing_support::shell;
using testing_support::slurp;
using testing_support::spill;

class Answer final : public HttpHandler {
public:
    explicit Answer(std::function<HttpResponse(const HttpRequest&)> make)
        : m_make(std::move(make)) {}
    HttpEntry enter(const HttpRequest& /*head*/) override {
        return {.max_body_bytes = 10U << 20, .answer = std::nullopt};
    }
    HttpResponse handle(const HttpRequest& request) override {
        ++requests;
        return m_make(request);
    }
    std::atomic<int> requests{0};

private:
    std::function<HttpResponse(const HttpRequest&)> m_make;
};

// GATEWAY sends to whatever listens.
class Sending {
public:
    explicit Sending(std::shared_ptr<HttpHandler> handler, HttpServerOptions options = {})
        : server(std::move(options), {{"/", std::move(handler)}}, clock, Log(null_sink())) {
        if (!server.start()) throw std::runtime_error("server under test does not start");
        agreement.outbound.url =
            "http://127.0.0.1:" + std::to_string(server.port()) + "/as2?partner=x";
    }
    Result<Delivery> send(const std::string& id = "01H") {
        As2Sender sender({.host_name = "gateway.test"},
                         fixed_directory({std::make_shared<As2Agreement>(agreement)}),
                         clock,
                         Log(null_sink()));
        auto frozen =
            sender.freeze({"partner", id, DocumentBody, "application/edi-x12", "997.edi"});
        if (!frozen) return std::move(frozen).error();
        last = *frozen;
        return sender.send(*frozen);
    }
    std::string code() {
        const auto sent = send();
        return sent ? "delivered" : std::string(sent.error().code());
    }

    SystemClock clock;
    HttpServer server;
    As2Agreement agreement = gateway_agreement();
    Frozen last;
};

struct Partner {
    MemoryIntake intake;
    SystemClock clock;
    std::shared_ptr<As2Receiver> receiver = std::make_shared<As2Receiver>(
        As2ReceiverOptions{},
        fixed_directory({std::make_shared<As2Agreement>(partner_agreement())}),
        intake,
        clock,
        Log(null_sink()));
};

TEST(As2Sender, DeliversSignedAndEncryptedWithASignedReceipt) {
    Partner partner;
    Sending sending(partner.receiver);
    const auto sent = sending.send();
    ASSERT_TRUE(sent) << sent.error().text();
    EXPECT_EQ(sent->disposition, "processed");
    EXPECT_TRUE(sent->receipt_signed);
    EXPECT_TRUE(sent->mic_matched);
    EXPECT_EQ(sent->http_status, 200);
    EXPECT_EQ(partner.intake.arrivals.at(0).payload, DocumentBody);
    EXPECT_EQ(partner.intake.arrivals.at(0).message_id, "<01H@gateway.test>");
}

TEST(As2Sender, ARetryAfterACrashIsTheSameMessageToThePartner) {
    Partner partner;
    Sending sending(partner.receiver);
    const auto first = sending.send();
    const auto again = sending.send();  // frozen anew: signed and encrypted again
    ASSERT_TRUE(first);
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_EQ(partner.intake.arrivals.size(), 1U);
}

TEST(As2Sender, DeliversOverTlsToAPinnedOrAuthorisedServerOnly) {
    Partner partner;
    HttpServerOptions options;
    options.tls = certs::TlsServer{.policy = {}, .identity = test_identity("partner"), .chain = {}};
    Sending sending(partner.receiver, options);
    const auto at = [&](const std::string& host) {
        sending.agreement.outbound.url =
            "https://" + host + ":" + std::to_string(sending.server.port()) + "/as2";
    };
    at("127.0.0.1");
    EXPECT_EQ(sending.code(), "as2.tls");  // nothing is trusted by default
    sending.agreement.outbound.tls.pins = {test_identity("stranger").certificate};
    EXPECT_EQ(sending.code(), "as2.tls");
    EXPECT_TRUE(partner.intake.arrivals.empty());
    sending.agreement.outbound.tls.pins = {test_identity("partner").certificate};
    EXPECT_EQ(sending.code(), "delivered");
    sending.agreement.outbound.tls.pins.clear();
    sending.agreement.outbound.tls.authorities = {test_identity("partner").certificate};
    EXPECT_EQ(sending.code(), "delivered");
    at("localhost");
    EXPECT_EQ(sending.code(), "delivered");
    at("127.0.0.2");  // same server, a name its certificate does not have
    EXPECT_NE(sending.code(), "delivered");
}

TEST(As2Sender, PresentsItsClientCertificate) {
    Partner partner;
    HttpServerOptions options;
    options.tls = certs::TlsServer{.policy = {},
                                   .identity = test_identity("partner"),
                                   .chain = {},
                                   .client_certificates = certs::ClientCertificates::Required,
                                   .client_pins = {test_identity("gateway").certificate},
                                   .client_authorities = {}};
    Sending sending(partner.receiver, options);
    sending.agreement.outbound.url =
        "https://127.0.0.1:" + std::to_string(sending.server.port()) + "/as2";
    sending.agreement.outbound.tls.pins = {test_identity("partner").certificate};
    EXPECT_NE(sending.code(), "delivered");
    sending.agreement.outbound.tls.identity = test_identity("gateway");
    EXPECT_EQ(sending.code(), "delivered");
}

TEST(As2Sender, Http01TakesNoStatusBut2xxForSuccess) {
    struct Case {
        int status;
        std::string code;
        Blame blame;
    };
    const Case cases[] = {
        {200, "as2.mdn.missing", Blame::Network},
        {204, "as2.mdn.missing", Blame::Network},
        {302, "as2.http.redirect", Blame::Operator},
        {400, "as2.http.status", Blame::Operator},
        {401, "as2.http.status", Blame::Operator},
        {404, "as2.http.status", Blame::Operator},
        {408, "as2.http.status", Blame::Network},
        {429, "as2.http.status", Blame::Network},
        {500, "as2.http.status", Blame::Network},
        {503, "as2.http.status", Blame::Network},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.status);
        Sending sending(std::make_shared<Answer>([&](const HttpRequest&) {
            return HttpResponse{.status = one.status,
                                .headers = {{"Location", "http://127.0.0.1:1/"}}};
        }));
        const auto sent = sending.send();
        ASSERT_FALSE(sent);
        EXPECT_EQ(sent.error().code(), one.code);
        EXPECT_EQ(sent.error().blame(), one.blame);
        sending.agreement.outbound.mdn = MdnRequest::None;
        EXPECT_EQ(static_cast<bool>(sending.send()), one.status < 300);
    }
}

TEST(As2Sender, Http08And13SendsALengthNoChunksAndFollowsNoRedirect) {
    const auto elsewhere =
        std::make_shared<Answer>([](const HttpRequest&) { return HttpResponse{}; });
    Sending target(elsewhere);
    HeaderList seen;
    std::string query;
    Sending sending(std::make_shared<Answer>([&](const HttpRequest& request) {
        seen = request.headers;
        query = request.query;
        return HttpResponse{.status = 307,
                            .headers = {{"Location", target.agreement.outbound.url}}};
    }));
    sending.agreement.outbound.basic_user = "user";
    sending.agreement.outbound.basic_password = std::make_shared<Secret>("pass");
    EXPECT_EQ(sending.code(), "as2.http.redirect");
    EXPECT_EQ(elsewhere->requests, 0);
    EXPECT_EQ(query, "partner=x");
    EXPECT_EQ(header_or_empty(seen, "Authorization"), "Basic " + to_base64("user:pass"));
    EXPECT_EQ(find_header(seen, "Transfer-Encoding"), nullptr);
    EXPECT_EQ(find_header(seen, "Expect"), nullptr);
    EXPECT_NE(find_header(seen, "Content-Length"), nullptr);
    EXPECT_EQ(header_or_empty(seen, "Host"), "127.0.0.1:" + std::to_string(sending.server.port()));
}

TEST(As2Sender, BoundsSizeAndTimeOfAnAnswer) {
    Sending large(std::make_shared<Answer>(
        [](const HttpRequest&) { return HttpResponse{.body = std::string(2U << 20, 'x')}; }));
    EXPECT_EQ(large.code(), "as2.response.large");
    std::promise<void> go_on;
    auto gate = go_on.get_future().share();
    Sending slow(std::make_shared<Answer>([gate](const HttpRequest&) {
        gate.wait();
        return HttpResponse{};
    }));
    slow.agreement.outbound.exchange_timeout = 80ms;
    const auto sent = slow.send();
    go_on.set_value();
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code(), "as2.timeout");
    EXPECT_EQ(sent.error().blame(), Blame::Network);
}

TEST(As2Sender, NamesTheAddressItCannotReach) {
    Sending sending(std::make_shared<Answer>([](const HttpRequest&) { return HttpResponse{}; }));
    sending.server.stop(0ms);
    const auto sent = sending.send();
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code(), "as2.connect");
    EXPECT_EQ(sent.error().blame(), Blame::Network);
    EXPECT_NE(sent.error().what().find("127.0.0.1"), std::string::npos);
    for (const std::string url : {"", "ftp://x/", "not a url", "http://"}) {
        sending.agreement.outbound.url = url;
        EXPECT_EQ(sending.code(), "as2.url") << url;
    }
    sending.agreement.name = "other";
    EXPECT_EQ(sending.code(), "as2.agreement.unknown");
}

// ------------------------------------------------------------------- the openssl command line and curl as the partner

class CommandLinePartner : public testing::Test {
protected:
    CommandLinePartner() {
        m_server = std::make_unique<HttpServer>(HttpServerOptions{},
                                                std::vector<HttpRoute>{{"/as2", m_receiver}},
                                                m_clock,
                                                Log(null_sink()));
        if (!m_server->start()) throw std::runtime_error("server under test does not start");
        spill(file("document"), Document);
    }
    std::string file(const std::string& name) const { return m_dir.path() / name; }
    int run(const std::string& command) const {
        return shell("cd " + m_dir.path().string() + " && " + command + " 2>>stderr");
    }

    // S/MIME by openssl: its own multipart/signed, then an envelope around it.
    bool seal(const std::string& digest,
              const std::string& cipher,
              const std::string& extra = "") const {
        return run("openssl cms -sign -binary -in document -md " + digest + " -signer " +
                   key_path("partner.pem") + " -inkey " + key_path("partner.key") +
                   " -outform SMIME -crlfeol -out signed " + extra) == 0 &&
               run("openssl cms -encrypt -binary -in signed -" + cipher +
                   " -outform DER -out sealed " + key_path("gateway.pem")) == 0;
    }
    int post(const std::string& id,
             const std::string& micalg,
             const std::string& extra = "") const {
        return run(
            "curl -s -m 20 -D headers -o body --data-binary @sealed -H 'AS2-Version: 1.2' -H "
            "'AS2-From: PARTNER' -H 'AS2-To: GATEWAY' "
            "-H 'Message-ID: " +
            id +
            "' -H 'Content-Type: application/pkcs7-mime; smime-type=enveloped-data' "
            "-H 'Disposition-Notification-To: p@x' -H 'Disposition-Notification-Options: "
            "signed-receipt-protocol=optional, "
            "pkcs7-signature; signed-receipt-micalg=optional, " +
            micalg + "' " + extra + " http://127.0.0.1:" + std::to_string(m_server->port()) +
            "/as2");
    }
    // The report's octets, verified by openssl against the gateway's certificate; empty when it does not verify.
    std::string verified_report() const {
        const std::string headers = slurp(file("headers"));
        const auto type = headers.find("Content-Type:");
        spill(file("mdn"),
              "MIME-Version: 1.0\r\n" + headers.substr(type, headers.find("\r\n", type) - type) +
                  "\r\n\r\n" + slurp(file("body")));
        if (run("openssl cms -verify -in mdn -purpose any -CAfile " + key_path("gateway.pem") +
                " -out report") != 0)
            return "";
        return slurp(file("report"));
    }
    std::string openssl_mic(const std::string& digest, const std::string& name) const {
        if (run("openssl dgst -" + digest + " -binary document | openssl base64 -A > mic") != 0)
            return "";
        return slurp(file("mic")) + ", " + name;
    }
    // The script that plays a partner against any receiver; it must itself tell right from wrong.
    int roundtrip(const std::string& extra) const {
        return run("python3 " SALLYPORT_SOURCE_DIR
                   "/tests/interop/openssl_roundtrip.py --url http://127.0.0.1:" +
                   std::to_string(m_server->port()) + "/as2 --from PARTNER --to GATEWAY --key " +
                   key_path("partner.key") + " --cert " + key_path("partner.pem") +
                   " --document document " + extra + " > out");
    }
    MemoryIntake m_intake;

private:
    static As2Agreement agreement() {
        auto made = gateway_agreement();
        made.inbound.digests.push_back(certs::Digest::Sha1);
        made.inbound.ciphers.push_back(certs::Cipher::TripleDesCbc);
        return made;
    }
    testing_support::TempDir m_dir;
    SystemClock m_clock;
    std::shared_ptr<As2Receiver> m_receiver = std::make_shared<As2Receiver>(
        As2ReceiverOptions{},
        fixed_directory({std::make_shared<As2Agreement>(agreement())}),
        m_intake,
        m_clock,
        Log(null_sink()));
    std::unique_ptr<HttpServer> m_server;
};

TEST_F(CommandLinePartner, MessagesAreAcceptedAndOurReceiptVerifiesThereWithAnEqualMic) {
    struct Case {
        std::string digest;
        std::string micalg;
        std::string cipher;
    };
    const Case cases[] = {{"sha256", "sha-256", "aes-256-cbc"},
                          {"sha256", "sha256", "aes-128-cbc"},
                          {"sha384", "sha-384", "aes-192-cbc"},
                          {"sha512", "sha-512", "aes-256-cbc"},
                          {"sha1", "sha1", "des-ede3-cbc"}};
    std::size_t count = 0;
    for (const auto& one : cases) {
        SCOPED_TRACE(one.digest + " " + one.cipher);
        ASSERT_TRUE(seal(one.digest, one.cipher)) << slurp(file("stderr"));
        ASSERT_EQ(post("<cli-" + std::to_string(count) + "@partner>", one.micalg), 0);
        const std::string report = verified_report();
        EXPECT_NE(
            report.find("Disposition: automatic-action/MDN-sent-automatically; processed\r\n"),
            std::string::npos)
            << report << slurp(file("headers")) << slurp(file("body")) << slurp(file("stderr"));
        EXPECT_NE(
            report.find("Received-Content-MIC: " + openssl_mic(one.digest, one.micalg) + "\r\n"),
            std::string::npos)
            << report;
        ASSERT_EQ(m_intake.arrivals.size(), ++count);
        EXPECT_EQ(m_intake.arrivals.back().payload, DocumentBody);
    }
}

TEST_F(CommandLinePartner, Http04And06ChunkedAndExpectedBodiesAreTheSameMessage) {
    ASSERT_TRUE(seal("sha256", "aes-256-cbc"));
    ASSERT_EQ(post("<c@p>", "sha-256", "-H 'Transfer-Encoding: chunked' -H 'Expect: 100-continue'"),
              0);
    const auto first = slurp(file("body"));
    ASSERT_FALSE(first.empty());
    ASSERT_EQ(post("<c@p>", "sha-256", "-H 'Expect: 100-continue'"), 0);
    EXPECT_EQ(slurp(file("body")), first);  // MDN-09, byte for byte over the wire
    EXPECT_EQ(m_intake.arrivals.size(), 1U);
}

TEST_F(CommandLinePartner, ATamperedEnvelopeIsRefusedInASignedReceipt) {
    ASSERT_TRUE(seal("sha256", "aes-256-cbc"));
    auto sealed = slurp(file("sealed"));
    sealed[sealed.size() / 2] = static_cast<char>(sealed[sealed.size() / 2] ^ 1);
    spill(file("sealed"), sealed);
    ASSERT_EQ(post("<t@p>", "sha-256"), 0);
    EXPECT_NE(verified_report().find("processed/error: "), std::string::npos);
    EXPECT_TRUE(m_intake.arrivals.empty());
    EXPECT_EQ(m_intake.refusals.size(), 1U);
}

TEST_F(CommandLinePartner, RoundtripScriptSucceedsOnlyWhereEverythingHolds) {
    const std::string gateway = "--gateway-cert " + key_path("gateway.pem");
    EXPECT_EQ(roundtrip(gateway), 0) << slurp(file("stderr"));
    EXPECT_EQ(roundtrip(gateway + " --digest sha512 --micalg sha-512 --cipher aes-128-cbc --json"),
              0)
        << slurp(file("stderr"));
    EXPECT_NE(slurp(file("out"))
                  .find("\"disposition\": \"automatic-action/MDN-sent-automatically; processed\""),
              std::string::npos);
    EXPECT_EQ(m_intake.arrivals.size(), 2U);
    // Encrypted for somebody else, and that disposition expected or not; a certificate that did not sign the receipt.
    EXPECT_EQ(roundtrip("--gateway-cert " + key_path("stranger.pem")), 1);
    EXPECT_EQ(roundtrip(gateway +
                        " --digest md5 --expect 'processed/error: insufficient-message-security'"),
              0)
        << slurp(file("stderr"));
    EXPECT_EQ(roundtrip(gateway + " --digest md5"), 1);
    EXPECT_EQ(roundtrip(gateway + " --to NOBODY"), 1);
}

}  // namespace
}  // namespace sallyport::transports
