// SPDX-License-Identifier: Apache-2.0
#include "transports/http_server.h"

#include "tests/support/identities.h"
#include "tests/support/raw_client.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include "gateway/base/clock.h"

#include <gtest/gtest.h>

#include <cctype>
#include <future>
#include <memory>
#include <string>
#include <thread>

namespace sallyport::transports {
namespace {

using namespace std::chrono_literals;
using testing_support::key_path;
using testing_support::RawClient;
using testing_support::shell;
using testing_support::slurp;
using testing_support::test_identity;

// Answers with what it saw; "/slow" waits for the test's permission.
class Echo final : public HttpHandler {
public:
    HttpEntry enter(const HttpRequest& head) override {
        if (head.path == "/refused")
            return {.max_body_bytes = 0, .answer = HttpResponse{.status = 403, .body = "no"}};
        return {.max_body_bytes = 1000, .answer = std::nullopt};
    }
    HttpResponse handle(const HttpRequest& request) override {
        if (request.path == "/slow") {
            m_entered.set_value();
            m_go_on.get_future().wait();
        }
        if (request.path == "/forged") return {.headers = {{"X", "a\r\nSet-Cookie: b"}}};
        if (request.path == "/throws") throw std::runtime_error("a bug");
        return {.headers = {{"X-Client", request.client_fingerprint}},
                .body = request.method + ' ' + request.path + " [" + request.body + "]"};
    }
    std::promise<void> m_entered;
    std::promise<void> m_go_on;
};

class Server {
public:
    explicit Server(HttpServerOptions options = {})
        : echo(std::make_shared<Echo>()),
          http(std::move(options),
               {{"/", echo}, {"/only", std::make_shared<Echo>()}},
               clock,
               Log(null_sink())) {
        const auto started = http.start();
        if (!started) throw std::runtime_error(started.error().text());
    }
    SystemClock clock;  // outlives the server
    std::shared_ptr<Echo> echo;
    HttpServer http;
};

std::string exchange(Server& server, const std::string& wire) {
    const RawClient client(server.http.port());
    client.send(wire);
    client.end();
    return client.all();
}

// Until every connection's thread has taken its leave; the client may see the end a little earlier.
void quiet(const Server& server) {
    while (server.http.stats().active > 0)
        std::this_thread::yield();
}

std::string status_line(const std::string& response) {
    return response.substr(0, response.find("\r\n"));
}

TEST(HttpServer, AnswersSeveralRequestsOnOneConnection) {
    Server server;
    RawClient client(server.http.port());
    for (int i = 0; i < 3; ++i) {
        client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab" +
                    std::to_string(i));
        const auto response = client.response();
        EXPECT_NE(response.find("Connection: keep-alive"), std::string::npos);
        EXPECT_NE(response.find("POST /x [ab" + std::to_string(i) + "]"), std::string::npos);
    }
    EXPECT_EQ(server.http.stats().requests, 3U);
}

TEST(HttpServer, AnswersPipelinedRequestsInOrderAfterChunksAndTrailers) {
    Server server;
    const auto response =
        exchange(server,
                 "POST /1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "2;x\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\n"
                 "GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const auto first = response.find("POST /1 [abc]");
    EXPECT_NE(first, std::string::npos) << response;
    EXPECT_GT(response.find("GET /2 []"), first);
    EXPECT_NE(response.find("Connection: close"), std::string::npos);
}

TEST(HttpServer, RefusesEverySmugglingShapeAndClosesWithoutTheHandler) {  // HTTP-04
    struct Case {
        std::string name;
        std::string wire;
        std::string status;
    };
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\n";
    const std::string next = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    const Case cases[] = {
        {"both framings",
         post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + next,
         "400"},
        {"two lengths", post + "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello" + next, "400"},
        {"negative length", post + "Content-Length: -1\r\n\r\n" + next, "400"},
        {"plus", post + "Content-Length: +5\r\n\r\nhello" + next, "400"},
        {"letters", post + "Content-Length: 5abc\r\n\r\nhello" + next, "400"},
        {"blank before colon", post + "Content-Length : 5\r\n\r\nhello" + next, "400"},
        {"unknown encoding", post + "Transfer-Encoding: xchunked\r\n\r\nhello" + next, "501"},
        {"gzip", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + next, "501"},
        {"chunk overflow",
         post + "Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n" + next,
         "400"},
        {"negative chunk", post + "Transfer-Encoding: chunked\r\n\r\n-5\r\n" + next, "400"},
        {"no host", "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n" + next, "400"},
        {"bare LF", "GET / HTTP/1.1\nHost: a\n\n" + next, "400"},
        {"NUL",
         "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(1, '\0') + "\r\n\r\n" + next,
         "400"},
        {"large header",
         "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n" + next,
         "431"},
    };
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        Server server;
        const auto response = exchange(server, one.wire);
        EXPECT_TRUE(response.starts_with("HTTP/1.1 " + one.status + ' ')) << response;
        EXPECT_EQ(response.find("smuggled"), std::string::npos);
        EXPECT_NE(response.find("Connection: close"), std::string::npos);
        EXPECT_EQ(server.http.stats().requests, 0U);
        EXPECT_EQ(server.http.stats().rejected, 1U);
    }
}

TEST(HttpServer, NeverTakesATruncatedBodyForAWholeOne) {
    for (const auto* wire :
         {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello",
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
          "POST / HTTP/1.1\r\nHost: a\r\nContent-Le"}) {
        Server server;
        EXPECT_EQ(exchange(server, wire), "") << wire;
        EXPECT_EQ(server.http.stats().requests, 0U) << wire;
    }
}

TEST(HttpServer, RefusesALargeBodyWithoutReadingIt) {  // HTTP-05
    Server server;
    RawClient client(server.http.port());
    client.send(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");  // and not an octet of it
    EXPECT_EQ(status_line(client.response()), "HTTP/1.1 413 Content Too Large");
    RawClient terabytes(server.http.port());
    terabytes.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000000000\r\n\r\n");
    EXPECT_EQ(status_line(terabytes.response()), "HTTP/1.1 413 Content Too Large");
    RawClient chunked(server.http.port());
    chunked.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n");
    EXPECT_EQ(status_line(chunked.response()), "HTTP/1.1 413 Content Too Large");
}

TEST(HttpServer, BoundsWhatAllRequestsHoldInMemoryTogether) {
    HttpServerOptions options;
    options.max_body_bytes_in_flight = 1000;
    options.max_share_of_address = 100;
    Server server(options);
    const std::string post = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\n";
    RawClient first(server.http.port());
    first.send("POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\n" +
               std::string(600, 'x'));
    server.echo->m_entered.get_future().wait();
    RawClient second(server.http.port());
    second.send(post + std::string(600, 'x'));
    const auto busy = second.response();
    EXPECT_EQ(status_line(busy), "HTTP/1.1 503 Service Unavailable");
    EXPECT_NE(busy.find("Retry-After: 30"), std::string::npos);
    server.echo->m_go_on.set_value();
    first.response();
    first.send(post + std::string(600, 'x'));  // what was held is given back
    EXPECT_EQ(status_line(first.response()), "HTTP/1.1 200 OK");
}

TEST(HttpServer, AnswersExpectContinueOnlyWhenTheBodyIsWelcome) {  // HTTP-06
    Server server;
    const std::string post =
        "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: ";
    RawClient welcome(server.http.port());
    welcome.send(post + "2\r\n\r\n");
    EXPECT_EQ(welcome.response(), "HTTP/1.1 100 Continue\r\n\r\n");
    welcome.send("ok");
    EXPECT_NE(welcome.response().find("[ok]"), std::string::npos);
    RawClient large(server.http.port());
    large.send(post + "2000\r\n\r\n");
    EXPECT_EQ(status_line(large.response()), "HTTP/1.1 413 Content Too Large");
    RawClient odd(server.http.port());
    odd.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: miracles\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(status_line(odd.response()), "HTTP/1.1 417 Expectation Failed");
    RawClient refused(server.http.port());
    refused.send(
        "POST /refused HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
    EXPECT_EQ(status_line(refused.response()), "HTTP/1.1 403 Forbidden");
}

TEST(HttpServer, SpeaksHttp10AndHead) {
    Server server;
    const auto old = exchange(server, "GET /o HTTP/1.0\r\n\r\n");
    EXPECT_NE(old.find("GET /o []"), std::string::npos);
    EXPECT_NE(old.find("Connection: close"), std::string::npos);
    const auto head = exchange(server, "HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(head.ends_with("\r\n\r\n")) << head;
    EXPECT_NE(head.find("Content-Length: 10"), std::string::npos) << head;
}

TEST(HttpServer, RoutesByWholePathPrefix) {
    SystemClock clock;
    const auto echo = std::make_shared<Echo>();
    HttpServer http({}, {{"/as2", echo}}, clock, Log(null_sink()));
    ASSERT_TRUE(http.start());
    for (const auto& [path, status] : {std::pair{"/as2", "200"},
                                       {"/as2/x", "200"},
                                       {"/as2?q", "200"},
                                       {"/as2x", "404"},
                                       {"/", "404"}}) {
        const RawClient client(http.port());
        client.send(std::string("GET ") + path +
                    " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        EXPECT_TRUE(client.all().starts_with(std::string("HTTP/1.1 ") + status)) << path;
    }
}

TEST(HttpServer, LetsNoHandlerForgeAHeaderAndSurvivesABug) {
    Server server;
    const auto forged = exchange(server, "GET /forged HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE(forged.starts_with("HTTP/1.1 500")) << forged;
    EXPECT_EQ(forged.find("Set-Cookie"), std::string::npos);
    EXPECT_EQ(exchange(server, "GET /throws HTTP/1.1\r\nHost: a\r\n\r\n"), "");
    EXPECT_NE(exchange(server, "GET /after HTTP/1.1\r\nHost: a\r\n\r\n").find("GET /after"),
              std::string::npos);
}

// Each client stalls at another stage; the server ends the connection, and nobody sleeps: the client just waits for the end.
TEST(HttpServer, CutsEverySlowClientAtItsDeadline) {  // HTTP-12
    struct Case {
        std::string name;
        std::string wire;
    };
    const Case cases[] = {
        {"silent", ""},
        {"inside the request line", "GET /"},
        {"inside the header", "GET / HTTP/1.1\r\nHost: a\r\nX"},
        {"no body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"},
        {"inside the body", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"},
        {"inside a chunk",
         "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"},
    };
    HttpServerOptions options;
    options.deadlines.header = 60ms;
    options.deadlines.body_grace = 60ms;
    Server server(options);
    for (const auto& one : cases) {
        SCOPED_TRACE(one.name);
        const RawClient client(server.http.port());
        client.send(one.wire);
        EXPECT_EQ(client.all(), "");
    }
    quiet(server);
    EXPECT_EQ(server.http.stats().requests, 0U);
    EXPECT_EQ(server.http.stats().timed_out, std::size(cases));
}

TEST(HttpServer, CutsAClientThatTricklesForever) {
    // Every octet comes in time for a time-out per read; only an absolute deadline ends this.
    HttpServerOptions options;
    options.deadlines.header = 100ms;
    options.deadlines.body_grace = 100ms;
    options.deadlines.least_body_rate = 1U << 20;
    Server server(options);
    for (const std::string start : {"GET / HTTP/1.1\r\nHost: a\r\nX: ",
                                    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n"}) {
        const RawClient client(server.http.port());
        client.send(start);
        const auto began = std::chrono::steady_clock::now();
        // Ends when the kernel learns of the shutdown; 15 s stands for "never".
        unsigned sent = 0;
        while (client.send("x") && std::chrono::steady_clock::now() - began < 15s && sent < 900) {
            ++sent;
            std::this_thread::yield();
            if (server.http.stats().active == 0) break;
        }
        EXPECT_LT(std::chrono::steady_clock::now() - began, 15s);
    }
    EXPECT_EQ(server.http.stats().requests, 0U);
}

TEST(HttpServer, LimitsConnectionsPerAddress) {
    HttpServerOptions options;
    options.max_connections_per_address = 2;
    Server server(options);
    {
        RawClient first(server.http.port());
        RawClient second(server.http.port());
        for (auto* client : {&first, &second}) {
            client->send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            client->response();
        }
        const RawClient third(server.http.port());
        third.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        EXPECT_EQ(third.all(), "");
        EXPECT_EQ(server.http.stats().refused, 1U);
    }
    quiet(server);
    EXPECT_NE(exchange(server, "GET /again HTTP/1.1\r\nHost: a\r\n\r\n").find("/again"),
              std::string::npos);
}

TEST(HttpServer, StopsGracefullyFinishesWhatRunsAndRefusesTheNext) {
    Server server;
    const auto port = server.http.port();
    RawClient idle(port);
    idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    idle.response();
    RawClient busy(port);
    busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
    server.echo->m_entered.get_future().wait();
    auto stopping = std::async(std::launch::async, [&] { server.http.stop(10s); });
    EXPECT_EQ(idle.all(), "");  // an idle connection ends at once
    EXPECT_THROW(RawClient{port},
                 std::runtime_error);  // the listener is closed while the request runs
    server.echo->m_go_on.set_value();
    const auto response = busy.response();
    EXPECT_NE(response.find("GET /slow []"), std::string::npos);
    EXPECT_NE(response.find("Connection: close"), std::string::npos);
    stopping.get();
    EXPECT_EQ(server.http.stats().active, 0U);
}

TEST(HttpServer, CutsWhatOutlivesTheDrainDeadline) {
    Server server;
    const RawClient stuck(server.http.port());
    stuck.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
    while (server.http.stats().active == 0)
        std::this_thread::yield();
    server.http.stop(20ms);
    EXPECT_EQ(stuck.all(), "");
}

TEST(HttpServer, SaysWhyItCannotListen) {
    Server server;
    SystemClock clock;
    HttpServer second({.port = server.http.port()}, {}, clock, Log(null_sink()));
    const auto started = second.start();
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().code(), "http.listen");
    EXPECT_NE(started.error().what().find(std::to_string(server.http.port())), std::string::npos);
}

HttpServerOptions tls_options(
    certs::ClientCertificates clients = certs::ClientCertificates::Ignored) {
    HttpServerOptions options;
    options.tls = certs::TlsServer{.policy = {},
                                   .identity = test_identity("gateway"),
                                   .chain = {},
                                   .client_certificates = clients,
                                   .client_pins = {test_identity("partner").certificate},
                                   .client_authorities = {}};
    return options;
}

// curl as the independent client. Its exit status, the body in `out`.
int curl(const Server& server, const std::string& options, std::string& out) {
    const testing_support::TempDir dir;
    const std::string file = dir.path() / "out";
    const int status = shell("curl -s -m 20 --cacert " + key_path("gateway.pem") + ' ' + options +
                             " https://localhost:" + std::to_string(server.http.port()) + "/t > " +
                             file + " 2>/dev/null");
    out = slurp(file);
    return status;
}

TEST(HttpsServer, ServesTls12And13AndNothingOlder) {
    Server server(tls_options());
    std::string out;
    EXPECT_EQ(curl(server, "", out), 0);
    EXPECT_EQ(out, "GET /t []");
    EXPECT_EQ(curl(server, "--tlsv1.2 --tls-max 1.2 -d hello", out), 0);
    EXPECT_EQ(out, "POST /t [hello]");
    const std::string s_client =
        "openssl s_client -connect 127.0.0.1:" + std::to_string(server.http.port()) +
        " -cipher ALL:@SECLEVEL=0 ";
    EXPECT_NE(shell(s_client + "-tls1_1 < /dev/null > /dev/null 2>&1"), 0);
    EXPECT_NE(shell(s_client + "-tls1_2 -cipher AES128-SHA < /dev/null > /dev/null 2>&1"), 0);
    EXPECT_EQ(shell(s_client +
                    "-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256 < /dev/null > /dev/null 2>&1"),
              0);
}

TEST(HttpsServer, BoundsTheHandshake) {
    auto options = tls_options();
    options.deadlines.handshake = 60ms;
    Server server(options);
    const RawClient silent(server.http.port());
    EXPECT_EQ(silent.all(), "");
    const RawClient partial(server.http.port());
    partial.send("\x16\x03\x01\x02");  // the start of a ClientHello
    EXPECT_EQ(partial.all(), "");
    quiet(server);
    EXPECT_EQ(server.http.stats().timed_out, 2U);
}

// What the server shows, as the openssl command line sees it: the SHA-256 of its certificate.
std::string shown(const Server& server, const std::string& version) {
    const testing_support::TempDir dir;
    const std::string file = dir.path() / "out";
    (void)shell("openssl s_client -" + version +
                " -connect 127.0.0.1:" + std::to_string(server.http.port()) +
                " < /dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256 > " + file);
    std::string hex;
    const std::string text = slurp(file);
    for (const char letter : text.substr(text.find('=') + 1))
        if (std::isxdigit(static_cast<unsigned char>(letter)) != 0)
            hex += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return hex;
}

TEST(HttpsServer, ShowsARenewedCertificateFromTheNextHandshakeOn) {
    Server server(tls_options());
    for (const std::string version : {"tls1_2", "tls1_3"}) {
        SCOPED_TRACE(version);
        for (const std::string name : {"gateway", "partner-next", "gateway"}) {
            SCOPED_TRACE(name);
            certs::TlsServer next = *tls_options().tls;
            next.identity = test_identity(name);
            const Status renewed = server.http.renew_tls(next);
            ASSERT_TRUE(renewed) << renewed.error().text();
            EXPECT_EQ(shown(server, version), test_identity(name).certificate.fingerprint());
        }
    }
    std::string out;
    EXPECT_EQ(curl(server, "", out), 0) << "and serves on";
}

TEST(HttpsServer, OneWithoutTlsHasNoCertificateToRenew) {
    Server server{HttpServerOptions{}};
    EXPECT_FALSE(server.http.renew_tls(*tls_options().tls));
}

TEST(HttpsServer, AcceptsAndForgetsClientCertificatesFromTheNextHandshakeOn) {
    Server server(tls_options());  // asks nobody for one
    for (const std::string known : {"partner", "stranger", "partner"}) {
        auto next = *tls_options(certs::ClientCertificates::Optional).tls;
        next.client_pins = {test_identity(known).certificate};
        ASSERT_TRUE(server.http.renew_tls(next));
        for (const std::string who : {"partner", "stranger"}) {
            std::string key = " --key " + key_path(who + ".key"), out;
            EXPECT_EQ(curl(server, "-D - --cert " + key_path(who + ".pem") + key, out) == 0,
                      who == known);
            const std::string shown = test_identity(who).certificate.fingerprint();
            EXPECT_EQ(out.find("X-Client: " + shown) != std::string::npos, who == known) << out;
        }
    }
}

TEST(HttpsServer, AcceptsAPinnedClientCertificateAndNoOther) {
    Server server(tls_options(certs::ClientCertificates::Required));
    std::string out;
    EXPECT_EQ(curl(server,
                   "-D - --cert " + key_path("partner.pem") + " --key " + key_path("partner.key"),
                   out),
              0);
    EXPECT_NE(out.find("X-Client: " + test_identity("partner").certificate.fingerprint()),
              std::string::npos)
        << out;
    EXPECT_NE(curl(server,
                   "--cert " + key_path("stranger.pem") + " --key " + key_path("stranger.key"),
                   out),
              0);
    EXPECT_NE(curl(server, "", out), 0);
    EXPECT_EQ(server.http.stats().requests, 1U);
}

}  // namespace
}  // namespace sallyport::transports
