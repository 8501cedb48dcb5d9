// SPDX-License-Identifier: Apache-2.0
// HTTP-14, AS2 Restart both ways, and what EDIINT-Features says of it (HDR-13, HDR-14).
#include "transports/as2_restart.h"

#include "tests/support/as2_fixture.h"
#include "tests/support/cutting_proxy.h"
#include "tests/support/raw_client.h"
#include "tests/support/temp_dir.h"

#include "transports/as2_compose.h"
#include "transports/as2_mdn.h"
#include "transports/as2_sender.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::transports {
namespace {

using testing_support::CuttingProxy;
using testing_support::RawClient;
using testing_support::TempDir;

class HandClock final : public Clock {
public:
    Instant now() const override { return {}; }
    std::chrono::steady_clock::time_point steady_now() const override { return m_now; }
    void advance(std::chrono::minutes by) { m_now += by; }

private:
    std::chrono::steady_clock::time_point m_now;
};

Bytes content_of(const certs::Octets& octets) {
    return *certs::take_octets(octets, 0, 1U << 20);
}

// PARTNER on a socket, with an intake in memory; GATEWAY sends to it, over a line that may be cut.
class RestartPartner {
public:
    explicit RestartPartner(Restart terms = Restart::Auto) {
        auto agreement = partner_agreement();
        agreement.outbound.restart = terms;
        agreement.inbound.require_encrypted = false;
        receiver = std::make_shared<As2Receiver>(
            As2ReceiverOptions{.host_name = "partner.test", .spool_folder = dir.path()},
            fixed_directory({std::make_shared<As2Agreement>(agreement)}),
            intake,
            clock,
            Log(null_sink()));
        server.emplace(
            HttpServerOptions{}, std::vector<HttpRoute>{{"/", receiver}}, clock, Log(null_sink()));
        if (!server->start()) throw std::runtime_error("server under test does not start");
        gateway.outbound.restart = Restart::On;
        gateway.outbound.encryption.reset();  // so that a test can say how long the message is
    }

    std::unique_ptr<As2Sender> sender_to(std::uint16_t port) {
        gateway.outbound.url = "http://127.0.0.1:" + std::to_string(port) + "/as2";
        return std::make_unique<As2Sender>(
            As2SenderOptions{.host_name = "gateway.test",
                             .spool_folder = dir.path(),
                             .spool_above = 10,
                             .restart_above = 1000},
            fixed_directory({std::make_shared<As2Agreement>(gateway)}),
            clock,
            Log(null_sink()));
    }

    // What stands before the body of a request with this transfer id.
    static std::string head(const std::string& method,
                            const std::string& more,
                            const HeaderList& headers = {}) {
        return method +
               " /as2 HTTP/1.1\r\nHost: partner\r\nAS2-From: GATEWAY\r\nAS2-To: PARTNER\r\n"
               "AS2-Version: 1.2\r\nETag: \"t1\"\r\n" +
               write_headers(headers) + more + "\r\n";
    }
    std::string ask(const std::string& request) const {
        RawClient client(server->port());
        client.send(request);
        client.end();
        return client.all();
    }
    // What the server says it holds.
    std::string held(const std::string& etag = "\"t1\"") const {
        std::string question = head("HEAD", "");
        question.replace(question.find("\"t1\""), 4, etag);
        const std::string answer = ask(question);
        if (!answer.starts_with("HTTP/1.1 200")) return answer.substr(9, 3);
        const auto at = answer.find("Content-Length: ") + 16;
        return answer.substr(at, answer.find('\r', at) - at);
    }
    // The same once it has noticed that the line was cut: another thread of its has to, and may not have begun to read.
    std::string held_of_cut(const std::string& etag = "\"t1\"",
                            const std::string& before = "0") const {
        for (int times = 0; times < 10'000; ++times)
            if (const std::string said = held(etag); said != before && said != "500") return said;
        return "nothing";
    }

    TempDir dir;
    SystemClock clock;
    MemoryIntake intake;
    std::shared_ptr<As2Receiver> receiver;
    std::optional<HttpServer> server;
    As2Agreement gateway = gateway_agreement();
};

struct Message {
    HeaderList headers;
    Bytes body;
};
Message message_of(const Bytes& document) {
    auto terms = gateway_agreement();
    const auto made = compose_message({.partner = "partner",
                                       .message_id = "01H",
                                       .payload = document,
                                       .content_type = "application/edi-x12",
                                       .file_name = "a.edi"},
                                      terms,
                                      {.host_name = "g.test", .product = "P", .now = {}});
    const auto entity = parse_entity(made->wire, {});
    Message message{.headers = entity->headers, .body = Bytes(entity->body)};
    std::erase_if(message.headers, [](const auto& field) {
        return field.first.starts_with("AS2-") || field.first == "EDIINT-Features";
    });
    return message;
}

std::string length(std::size_t octets) {
    return "Content-Length: " + std::to_string(octets) + "\r\n";
}
std::string range(std::size_t first, std::size_t total) {
    return "Content-Range: bytes " + std::to_string(first) + '-' + std::to_string(total - 1) + '/' +
           std::to_string(total) + "\r\n";
}

TEST(ContentRanges, Http14AreReadInEveryShapeSeenAndNoOther) {
    for (const char* good : {"bytes 7-9/10", "bytes=7-9/10", "Bytes  7-9/10", "7-9/10"}) {
        const auto read = read_content_range(good);
        ASSERT_TRUE(read) << good;
        EXPECT_EQ(read->first, 7U);
        EXPECT_EQ(read->last, 9U);
        EXPECT_EQ(read->total, 10U);
    }
    for (const char* bad : {"",
                            "bytes",
                            "bytes 7-/10",
                            "bytes -9/10",
                            "bytes 9-7/10",
                            "bytes 7-10/10",
                            "bytes 7-9/*",
                            "bytes */10",
                            "bytes 7-9",
                            "bytes 0x7-9/10",
                            "bytes 7-9/10, 1-2/10",
                            "bytes 7-9/99999999999999999999999"})
        EXPECT_FALSE(read_content_range(bad)) << bad;
    EXPECT_EQ(read_held("bytes */700"), 700U);
    EXPECT_FALSE(read_held("bytes 1-2/3"));
}

TEST(Restart, Http14GoesOnWhereTheLineWasCut) {
    const RestartPartner partner;
    const Message message = message_of(Bytes(300'000, 'x'));
    const std::size_t total = message.body.size();
    EXPECT_EQ(partner.held(), "0");
    {
        const RawClient cut(partner.server->port());
        cut.send(RestartPartner::head("POST", length(total), message.headers) +
                 message.body.substr(0, 100'000));
    }
    EXPECT_EQ(partner.held_of_cut(), "100000");
    EXPECT_TRUE(partner.intake.arrivals.empty()) << "part of a message was taken for one";
    const std::string answer =
        partner.ask(RestartPartner::head(
                        "POST", length(total - 100'000) + range(100'000, total), message.headers) +
                    message.body.substr(100'000));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer.substr(0, 400);
    ASSERT_EQ(partner.intake.arrivals.size(), 1U);
    EXPECT_EQ(partner.intake.arrivals[0].payload, Bytes(300'000, 'x'));
    EXPECT_TRUE(partner.intake.refusals.empty());
}

// The draft: a sender whose answer was lost finds all octets there, and sends at least the last one again.
TEST(Restart, Http14AnswersTheLastOctetAgainWithTheFirstReceipt) {
    const RestartPartner partner;
    const Message message = message_of(Bytes(50'000, 'x'));
    const std::size_t total = message.body.size();
    const std::string first =
        partner.ask(RestartPartner::head("POST", length(total), message.headers) + message.body);
    EXPECT_EQ(partner.held_of_cut(), std::to_string(total));
    const std::string again = partner.ask(
        RestartPartner::head("POST", length(1) + range(total - 1, total), message.headers) +
        message.body.substr(total - 1));
    ASSERT_EQ(partner.intake.stored.size(), 1U);
    const Bytes receipt = partner.intake.stored[0].body;
    EXPECT_TRUE(first.ends_with(receipt));
    EXPECT_TRUE(again.ends_with(receipt)) << again.substr(0, 400);
}

TEST(Restart, Http14RefusesARangeWhoseBeginningIsNotHere) {
    const RestartPartner partner;
    const Message message = message_of(Bytes(30'000, 'x'));
    const std::size_t total = message.body.size();
    const auto post = [&](const std::string& fields, const std::string& body) {
        return partner.ask(RestartPartner::head("POST", fields, message.headers) + body);
    };
    const auto missing = post(length(10) + range(total - 10, total), Bytes(10, 'x'));
    EXPECT_TRUE(missing.starts_with("HTTP/1.1 416")) << missing;
    EXPECT_NE(missing.find("Content-Range: bytes */0\r\n"), std::string::npos);
    {
        const RawClient cut(partner.server->port());
        cut.send(RestartPartner::head("POST", length(total) + range(0, total), message.headers) +
                 message.body.substr(0, 1000));
    }
    EXPECT_EQ(partner.held_of_cut(), "1000");
    const auto other = post(length(total + 1 - 1000) + range(1000, total + 1), Bytes(10, 'x'));
    EXPECT_TRUE(other.starts_with("HTTP/1.1 416")) << other;
    for (const std::string& fields :
         {length(10) + "Content-Range: bytes 0-9/100\r\n",  // not to its end
          length(10) + range(50, 100),                      // another length
          length(10) + "Content-Range: bytes x\r\n",
          length(10) + range(0, 10) + range(0, 10)}) {
        const auto refused = post(fields, Bytes(10, 'x'));
        EXPECT_TRUE(refused.starts_with("HTTP/1.1 400")) << fields << refused;
    }
    EXPECT_TRUE(partner.intake.arrivals.empty());
}

// Somebody who learnt the transfer's id spoils it: the whole does not verify, nothing is taken, and the sender begins anew.
TEST(Restart, Http14TrustsNothingBecauseItCameInParts) {
    const RestartPartner partner;
    const Message message = message_of(Bytes(30'000, 'x'));
    const std::size_t total = message.body.size();
    {
        const RawClient forger(partner.server->port());
        forger.send(RestartPartner::head("POST", length(total), message.headers) +
                    Bytes(5000, 'j'));
    }
    EXPECT_EQ(partner.held_of_cut(), "5000");
    partner.ask(
        RestartPartner::head("POST", length(total - 5000) + range(5000, total), message.headers) +
        message.body.substr(5000));
    EXPECT_TRUE(partner.intake.arrivals.empty());
    EXPECT_EQ(partner.intake.refusals.size(), 1U);
    partner.ask(RestartPartner::head("POST", length(total), message.headers) + message.body);
    EXPECT_EQ(partner.intake.arrivals.size(), 1U);
}

TEST(Restart, Http14OfTheSenderBringsOnlyWhatIsMissing) {
    RestartPartner partner;
    // HEAD, POST cut; HEAD, POST cut; HEAD, POST.
    CuttingProxy proxy(partner.server->port(), {0, 200'000, 0, 300'000});
    const auto sender = partner.sender_to(proxy.port());
    const auto frozen = sender->freeze({.partner = "partner",
                                        .message_id = "01H",
                                        .payload = Bytes(1'000'000, 'x'),
                                        .content_type = "application/edi-x12",
                                        .file_name = "a.edi"});
    ASSERT_TRUE(frozen) << frozen.error().text();
    std::string held = "0";
    for (int round = 0; round < 2; ++round) {
        const auto cut = sender->send(*frozen);
        ASSERT_FALSE(cut);
        EXPECT_EQ(cut.error().blame(), Blame::Network) << cut.error().text();
        held = partner.held_of_cut(restart_etag(frozen->message_id), held);
        EXPECT_NE(held, "nothing");
    }
    const auto delivered = sender->send(*frozen);
    ASSERT_TRUE(delivered) << delivered.error().text();
    EXPECT_TRUE(delivered->mic_matched);
    ASSERT_EQ(partner.intake.arrivals.size(), 1U);
    EXPECT_EQ(partner.intake.arrivals[0].payload, Bytes(1'000'000, 'x'));
    std::size_t all = 0;
    for (const std::size_t one : proxy.passed())
        all += one;
    EXPECT_LT(all, 1'100'000U) << "more went over the line than the message and what was cut off";
}

// What the peer was asked, in order; it answers as one that knows nothing of restarts, or says that it does.
class Listening final : public HttpHandler {
public:
    explicit Listening(std::string features) : m_features(std::move(features)) {}
    HttpEntry enter(const HttpRequest& head) override {
        asked.push_back(head.method + (find_header(head.headers, "ETag") ? " ETag" : "") +
                        (find_header(head.headers, "Content-Range") ? " range" : ""));
        if (head.method == "HEAD")
            return {.max_body_bytes = 0,
                    .answer = HttpResponse{
                        .status = m_features.empty() ? 405 : 200, .headers = {}, .body = {}}};
        return {.max_body_bytes = 10U << 20, .answer = std::nullopt};
    }
    HttpResponse handle(const HttpRequest& /*request*/) override {
        HttpResponse response{.status = 503, .headers = {}, .body = {}};
        if (!m_features.empty()) response.headers.emplace_back("EDIINT-Features", m_features);
        return response;
    }
    Seen<std::string> asked;

private:
    const std::string m_features;
};

std::vector<std::string> asked_by(Restart terms, const std::string& features) {
    RestartPartner partner;
    const auto peer = std::make_shared<Listening>(features);
    HttpServer server({}, {{"/", peer}}, partner.clock, Log(null_sink()));
    EXPECT_TRUE(server.start());
    partner.gateway.outbound.restart = terms;
    const auto sender = partner.sender_to(server.port());
    const auto frozen = sender->freeze({.partner = "partner",
                                        .message_id = "01H",
                                        .payload = Bytes(10'000, 'x'),
                                        .content_type = "application/edi-x12",
                                        .file_name = "a.edi"});
    for (int round = 0; round < 2; ++round)
        EXPECT_FALSE(sender->send(*frozen));
    std::vector<std::string> asked;
    for (std::size_t at = 0; at < peer->asked.size(); ++at)
        asked.push_back(peer->asked[at]);
    return asked;
}

TEST(Restart, Hdr14IsUsedWherePartnersSayThatTheyCan) {
    using Asked = std::vector<std::string>;
    EXPECT_EQ(asked_by(Restart::Auto, ""), (Asked{"POST", "POST"}));
    EXPECT_EQ(asked_by(Restart::Auto, "multiple-attachments, CEM"), (Asked{"POST", "POST"}));
    EXPECT_EQ(asked_by(Restart::Auto, "CEM , as2-restart"),
              (Asked{"POST", "HEAD ETag", "POST ETag"}));
    EXPECT_EQ(asked_by(Restart::Off, "AS2-Restart"), (Asked{"POST", "POST"}));
    // A peer that answers HEAD with an error gets the whole message.
    EXPECT_EQ(asked_by(Restart::On, ""),
              (Asked{"HEAD ETag", "POST ETag", "HEAD ETag", "POST ETag"}));
}

TEST(Features, Hdr13And14OfOursSayWhatWeDoAndNothingElse) {
    const Parcel parcel{.partner = "partner",
                        .message_id = "01H",
                        .payload = "x",
                        .content_type = "application/edi-x12",
                        .file_name = {}};
    const TempDir dir;
    for (const Restart terms : {Restart::Off, Restart::Auto, Restart::On}) {
        const bool off = terms == Restart::Off;
        auto sending = gateway_agreement();
        sending.outbound.restart = terms;
        const auto made =
            compose_message(parcel, sending, {.host_name = "g.test", .product = "P", .now = {}});
        const auto headers = parse_entity(made->wire, {})->headers;
        EXPECT_EQ(header_or_empty(headers, "AS2-Version"), off ? "1.1" : "1.2");
        EXPECT_EQ(header_or_empty(headers, "EDIINT-Features"), off ? "" : "AS2-Restart");
        ReceiverUnderTest under(sending, {.spool_folder = dir.path()});
        const auto receipt =
            under.post(as2_request(encrypted(signed_entity(Document)), want_signed()));
        EXPECT_EQ(header_or_empty(receipt.headers, "AS2-Version"), off ? "1.1" : "1.2");
        EXPECT_EQ(header_or_empty(receipt.headers, "EDIINT-Features"), off ? "" : "AS2-Restart");
    }
    // Without a folder for what was cut there is no restart, and none is promised.
    ReceiverUnderTest without;
    const auto receipt =
        without.post(as2_request(encrypted(signed_entity(Document)), want_signed()));
    EXPECT_EQ(header_or_empty(receipt.headers, "EDIINT-Features"), "");
}

TEST(RestartTable, Http14KeepsSomeForSomeTimeAndNotTwoAtOnce) {
    const TempDir dir;
    HandClock clock;
    RestartTable table(dir.path(),
                       {.transfers_per_agreement = 2,
                        .bytes = 100,
                        .keep = std::chrono::hours(24),
                        .keep_whole = std::chrono::hours(1)},
                       clock);
    {
        auto part = table.begin("acme", "a", ContentRange{.first = 0, .last = 9, .total = 10});
        ASSERT_TRUE(part);
        EXPECT_TRUE((*part)->append("12345"));
        EXPECT_EQ((*part)->whole(), nullptr);
        EXPECT_EQ(table.held("acme", "a").error().code(), "as2.restart.busy");
        EXPECT_EQ(table.begin("acme", "a", std::nullopt).error().code(), "as2.restart.busy");
    }
    EXPECT_EQ(*table.held("acme", "a"), 5U);
    EXPECT_EQ(*table.held("other", "a"), 0U) << "transfers belong to their agreement";
    {
        auto rest = table.begin("acme", "a", ContentRange{.first = 3, .last = 9, .total = 10});
        ASSERT_TRUE(rest);
        EXPECT_TRUE((*rest)->append("4567"));
        EXPECT_TRUE((*rest)->append("890"));
        const auto whole = (*rest)->whole();
        ASSERT_NE(whole, nullptr);
        EXPECT_EQ(content_of(*whole), "1234567890");
    }
    clock.advance(std::chrono::minutes(1));
    for (const char* etag : {"b", "c"}) {
        auto part = table.begin("acme", etag, std::nullopt);
        ASSERT_TRUE(part);
        EXPECT_TRUE((*part)->append("123"));
        clock.advance(std::chrono::minutes(1));
    }
    EXPECT_EQ(*table.held("acme", "a"), 0U) << "the oldest made room";
    EXPECT_EQ(*table.held("acme", "b"), 3U);
    {
        auto large = table.begin("other", "a", std::nullopt);
        ASSERT_TRUE(large);
        EXPECT_TRUE((*large)->append(Bytes(94, 'x')));
        EXPECT_EQ((*large)->append("x").error().code(), "http.busy");
    }
    clock.advance(std::chrono::hours(25));
    EXPECT_TRUE(table.begin("third", "a", std::nullopt)) << "old ones made room";
    EXPECT_EQ(*table.held("acme", "b"), 0U);
}

}  // namespace
}  // namespace sallyport::transports
