// SPDX-License-Identifier: Apache-2.0
// Ids of the conformance list that no other test holds.
#include "tests/support/as2_fixture.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include "certs/ber.h"
#include "certs/cms.h"
#include "transports/http_client.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace sallyport::transports {
namespace {

using testing_support::key_path;
using testing_support::shell;
using testing_support::slurp;
using testing_support::TempDir;

// Every occurrence of one element inside a structure, whatever it is nested in, written as another.
Bytes with_element(BytesView level, BytesView from, BytesView to) {
    Bytes out;
    for (certs::BerReader reader(level); !reader.at_end();) {
        const auto element = reader.next();
        if (!element) throw std::runtime_error("not DER");
        if (element->whole == from)
            out += to;
        else if (element->constructed())
            out += certs::write_element(element->tag, with_element(element->content, from, to));
        else
            out += element->whole;
    }
    return out;
}

TEST(As2Conformance, Can12TakesDigestParametersNullOrAbsent) {
    const Bytes oid("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01", 11);
    const Bytes absent = certs::write_element(0x30, oid);
    const Bytes null = certs::write_element(0x30, oid + Bytes("\x05\x00", 2));
    const auto signature = certs::sign_detached(Document, test_identity("partner"), {});
    ASSERT_TRUE(signature);
    const certs::VerifyPolicy policy{.trusted = {test_identity("partner").certificate},
                                     .digests = {certs::Digest::Sha256}};
    const Bytes with_null = with_element(*signature, absent, null);
    const Bytes without = with_element(*signature, null, absent);
    ASSERT_NE(with_null, without);
    for (const auto& variant : {with_null, without}) {
        const auto verified = certs::verify_detached(Document, variant, policy, {});
        EXPECT_TRUE(verified) << verified.error().text();
    }
}

std::string signed_with(const Bytes& signature) {
    return "Content-Type: multipart/signed; boundary=\"b1\"\r\n\r\n--b1\r\n" + Document +
           "\r\n--b1\r\nContent-Type: application/pkcs7-signature\r\nContent-Transfer-Encoding: "
           "base64\r\n\r\n" +
           to_base64(signature) + "\r\n--b1--\r\n";
}

// What partners have in their drawers: version 1, negative serials, MD5 over themselves.
TEST(As2Conformance, Crt01LoadsOddCertificatesAndUsesThem) {
    const TempDir dir;
    const auto file = [&](const std::string& name) { return (dir.path() / name).string(); };
    const std::string key = " -key " + key_path("partner.key");
    ASSERT_EQ(shell("openssl req -new -subj /O=Odd/CN=v1" + key + " -out " + file("req") +
                    " 2> /dev/null"),
              0);
    ASSERT_EQ(
        shell("openssl x509 -req -md5 -days 30 -set_serial -5 -in " + file("req") + " -signkey " +
              key_path("partner.key") + " -out " + file("odd.pem") + " 2> /dev/null"),
        0);
    const auto odd = certs::load_certificate(slurp(file("odd.pem")));
    ASSERT_TRUE(odd) << odd.error().text();
    EXPECT_EQ(odd->serial(), "-05");
    auto private_key = certs::load_private_key(Secret(slurp(key_path("partner.key"))));
    auto signer = certs::make_identity(*std::move(private_key), *odd);
    ASSERT_TRUE(signer);
    As2Agreement agreement = gateway_agreement();
    agreement.partner_signing = {*odd};
    agreement.inbound.require_encrypted = false;
    ReceiverUnderTest under(agreement);
    const auto signature = certs::sign_detached(Document, *signer, {});
    ASSERT_TRUE(signature);
    const auto mdn = read_mdn(under.post(as2_request(signed_with(*signature), want_signed())));
    EXPECT_TRUE(mdn["Disposition"].ends_with("; processed")) << mdn["Disposition"];
}

class Lines final : public LogSink {
public:
    void write(Level level,
               std::string_view sentence,
               const std::vector<std::pair<std::string, std::string>>& /*fields*/) override {
        if (level == Level::Warn) warnings.push_back(std::string(sentence));
    }
    std::vector<std::string> warnings;
};

TEST(As2Conformance, Crt02TakesAnExpiredCertificateWithAWarning) {
    const TempDir dir;
    const auto pem = (dir.path() / "old.pem").string();
    ASSERT_EQ(shell("openssl req -new -subj /O=Odd/CN=old -key " + key_path("partner.key") +
                    " 2> /dev/null | openssl x509 -req -days -1 -signkey " +
                    key_path("partner.key") + " -out " + pem + " 2> /dev/null"),
              0);
    const auto old = certs::load_certificate(slurp(pem));
    ASSERT_TRUE(old);
    const SystemClock clock;
    ASSERT_LT(old->not_after(), clock.now());
    auto key = certs::load_private_key(Secret(slurp(key_path("partner.key"))));
    const auto signature =
        certs::sign_detached(Document, *certs::make_identity(*std::move(key), *old), {});
    ASSERT_TRUE(signature);
    As2Agreement agreement = gateway_agreement();
    agreement.partner_signing = {*old};
    agreement.inbound.require_encrypted = false;
    MemoryIntake intake;
    const auto lines = std::make_shared<Lines>();
    As2Receiver receiver({},
                         fixed_directory({std::make_shared<As2Agreement>(agreement)}),
                         intake,
                         clock,
                         Log(lines));
    receiver.handle(as2_request(signed_with(*signature), want_signed()));
    EXPECT_EQ(intake.arrivals.size(), 1U);
    EXPECT_THAT(lines->warnings,
                testing::ElementsAre("message is signed with an expired certificate"));
}

TEST(As2Conformance, Hdr10And14TakeAnyDateAndAnyFeatures) {
    for (const auto* date : {"", "yesterday", "Di, 21 Aug 2025 10:00:00 GMT", "21.08.2025"})
        for (const auto* features : {"", "CMS", "multiple-attachments, CEM, AS2-Reliability"}) {
            ReceiverUnderTest under;
            const auto mdn = read_mdn(under.post(as2_request(
                encrypted(signed_entity(Document)),
                want_signed() + HeaderList{{"Date", date}, {"EDIINT-Features", features}})));
            EXPECT_TRUE(mdn["Disposition"].ends_with("; processed")) << date << features;
        }
}

TEST(As2Conformance, Hdr17TakesMultipartRelatedWithAndWithoutItsType) {
    for (const std::string type : {"", "; type=\"application/edi-x12\""}) {
        ReceiverUnderTest under;
        const std::string related = "Content-Type: multipart/related; boundary=\"r\"" + type +
                                    "\r\n\r\n--r\r\n" + Document + "\r\n--r--";
        const auto mdn =
            read_mdn(under.post(as2_request(encrypted(signed_entity(related)), want_signed())));
        EXPECT_EQ(mdn["Received-Content-MIC"],
                  base64_digest(certs::Digest::Sha256, related) + ", sha-256");  // MIC-10
        ASSERT_EQ(under.intake.arrivals.size(), 1U);
        EXPECT_EQ(under.intake.arrivals.at(0).content_type,
                  "multipart/related; boundary=\"r\"" + type);
    }
}

TEST(As2Conformance, Http11IgnoresAnAuthorizationNobodyAskedFor) {
    ReceiverUnderTest under;
    const auto response = under.post(
        as2_request(encrypted(signed_entity(Document)),
                    want_signed() + HeaderList{{"Authorization", "Basic bm9ib2R5Omtub3dz"}}));
    EXPECT_EQ(response.status, 200);
    ASSERT_EQ(under.intake.arrivals.size(), 1U);
}

// A server that sends what it is told to, piece by piece, and closes.
class Pieces {
public:
    explicit Pieces(std::vector<std::string> pieces) : m_pieces(std::move(pieces)) {
        m_listener = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(m_listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            ::listen(m_listener, 1) != 0 ||
            ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
            throw std::runtime_error("no listener");
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] { serve(); });
    }
    ~Pieces() {
        m_thread.join();
        ::close(m_listener);
    }
    Pieces(const Pieces&) = delete;
    Pieces& operator=(const Pieces&) = delete;
    Pieces(Pieces&&) = delete;
    Pieces& operator=(Pieces&&) = delete;

    Result<HttpReply> ask() const {
        const SystemClock clock;
        Watchdog dog(clock);
        HttpPost post;
        post.url = "http://127.0.0.1:" + std::to_string(m_port) + "/";
        post.body = "x";
        return http_post(post, dog, clock);
    }

private:
    void serve() {
        const int peer = ::accept(m_listener, nullptr, nullptr);
        const int yes = 1;
        ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        std::string request;
        char octet = 0;
        while (!request.ends_with("\r\n\r\nx") && ::recv(peer, &octet, 1, 0) == 1)
            request += octet;
        for (const auto& piece : m_pieces)
            if (::send(peer, piece.data(), piece.size(), MSG_NOSIGNAL) < 0) break;
        ::close(peer);
    }

    std::vector<std::string> m_pieces;
    int m_listener = -1;
    std::uint16_t m_port = 0;
    std::thread m_thread;
};

TEST(As2Conformance, Http07TakesSplitAnswersAndOnesThatEndWithTheConnection) {
    const std::string whole =
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello";
    std::vector<std::string> octets;
    for (const char octet : whole)
        octets.emplace_back(1, octet);
    const auto split = Pieces(octets).ask();
    ASSERT_TRUE(split) << split.error().text();
    EXPECT_EQ(split->body, "hello");
    const auto old = Pieces({"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nhel", "lo"}).ask();
    ASSERT_TRUE(old) << old.error().text();
    EXPECT_EQ(old->body, "hello");
    const auto cut = Pieces({"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"}).ask();
    ASSERT_FALSE(cut) << "a cut answer is no answer";
    EXPECT_EQ(cut.error().blame(), Blame::Network);
}

// 102 Processing keeps a connection of AS2-Reliability alive: ours never sends it, for it announces no such thing, and reads on
// when it comes.
TEST(As2Conformance, Http09ReadsOnAfterInterimAnswers) {
    const auto reply = Pieces({"HTTP/1.1 102 Processing\r\n\r\n",
                               "HTTP/1.1 102 Processing\r\n\r\n",
                               "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"})
                           .ask();
    ASSERT_TRUE(reply) << reply.error().text();
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "hello");
}

}  // namespace
}  // namespace sallyport::transports
