// SPDX-License-Identifier: Apache-2.0
#include "transports/proxy_header.h"

#include "tests/support/raw_client.h"

#include "gateway/base/clock.h"
#include "transports/http_server.h"

#include <gtest/gtest.h>

namespace sallyport::transports {
namespace {

using testing_support::RawClient;

const std::string Start("\r\n\r\n\0\r\nQUIT\n", 12);

std::string header(char command, char family, const std::string& body) {
    return Start + command + family + static_cast<char>(body.size() / 256) +
           static_cast<char>(body.size() % 256) + body;
}
std::string v4(int last = 7) {
    return header('\x21',
                  '\x11',
                  std::string("\xC0\x00\x02", 3) + static_cast<char>(last) +
                      std::string("\x0A\x00\x00\x01\x1F\x90\x01\xBB", 8));
}

TEST(ProxyHeader, NamesTheClientOfIpv4AndIpv6) {
    EXPECT_EQ(*read_proxy_header(v4()), "192.0.2.7:8080");
    const std::string v6 = std::string("\x20\x01\x0D\xB8", 4) + std::string(11, '\0') + '\x05' +
                           std::string(16, '\0') + std::string("\x00\x50\x01\xBB", 4);
    EXPECT_EQ(*read_proxy_header(header('\x21', '\x21', v6)), "[2001:db8::5]:80");
    EXPECT_EQ(*read_proxy_header(header('\x21', '\x11', v4().substr(16) + "\x04\x01\x02zz")),
              "192.0.2.7:8080")
        << "what follows the addresses is none of ours";
}

TEST(ProxyHeader, IsSilentAboutTheBalancersOwnConnections) {
    EXPECT_EQ(*read_proxy_header(header('\x20', '\x00', "")), "");
    EXPECT_EQ(*read_proxy_header(header('\x21', '\x31', std::string(216, 'u'))), "");
}

TEST(ProxyHeader, RefusesWhatIsCutForeignOrTooLong) {
    const auto refused = [](const std::string& octets) {
        const auto read = read_proxy_header(octets);
        return read ? "taken" : std::string(read.error().code());
    };
    for (std::size_t size = 0; size < v4().size(); ++size)
        EXPECT_EQ(refused(v4().substr(0, size)), "http.proxy.header") << size;
    EXPECT_EQ(refused("PROXY TCP4 192.0.2.7 10.0.0.1 8080 443\r\n"), "http.proxy.header");
    EXPECT_EQ(refused(header('\x11', '\x11', v4().substr(16))), "http.proxy.header");
    EXPECT_EQ(refused(header('\x22', '\x11', v4().substr(16))), "http.proxy.header");
    EXPECT_EQ(refused(header('\x21', '\x11', "short")), "http.proxy.header");
    EXPECT_EQ(refused(header('\x21', '\x11', std::string(1025, 'x'))), "http.proxy.header");
}

class WhoIsThere final : public HttpHandler {
public:
    HttpResponse handle(const HttpRequest& request) override {
        return {.body = request.remote_address};
    }
};

class ServerBehindProxy : public testing::Test {
protected:
    void start(HttpServerOptions options) {
        m_server = std::make_unique<HttpServer>(
            std::move(options),
            std::vector<HttpRoute>{{"/", std::make_shared<WhoIsThere>()}},
            m_clock,
            Log(null_sink()));
        ASSERT_TRUE(m_server->start());
    }
    std::string ask(const std::string& first) {
        RawClient client(m_server->port());
        client.send(first + "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        const auto all = client.all();
        const auto at = all.find("\r\n\r\n");
        return at == std::string::npos ? "nothing" : all.substr(0, 13) + all.substr(at + 4);
    }
    SystemClock m_clock;
    std::unique_ptr<HttpServer> m_server;
};

TEST_F(ServerBehindProxy, KnowsTheClientBehindItsLoadBalancer) {
    start({.proxies = {"127.0.0.1"}});
    EXPECT_EQ(ask(v4()), "HTTP/1.1 200 192.0.2.7:8080");
}

TEST_F(ServerBehindProxy, ClosesAConnectionOfTheBalancerThatNamesNobody) {
    start({.proxies = {"127.0.0.1"}});
    EXPECT_EQ(ask(""), "nothing");
}

// Anybody could claim to be anybody.
TEST_F(ServerBehindProxy, TakesNobodyElsesWordForIt) {
    start({.proxies = {"192.0.2.200"}});
    EXPECT_EQ(ask(v4()).substr(0, 12), "HTTP/1.1 400");
    EXPECT_NE(ask("").find("127.0.0.1"), std::string::npos);
}

TEST_F(ServerBehindProxy, CountsConnectionsByTheClientNotByTheBalancer) {
    start({.max_connections_per_address = 1, .proxies = {"127.0.0.1"}});
    RawClient held(m_server->port());
    held.send(v4(1) + "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_NE(held.response().find("192.0.2.1:8080"), std::string::npos);
    EXPECT_EQ(ask(v4(1)), "nothing") << "the same client has its one connection";
    EXPECT_EQ(ask(v4(2)), "HTTP/1.1 200 192.0.2.2:8080");
}

}  // namespace
}  // namespace sallyport::transports
