// SPDX-License-Identifier: Apache-2.0
#include "gateway/odoo/client.h"

#include "fixtures.h"

#include "gateway/base/guarded.h"
#include "gateway/odoo/values.h"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace sallyport::odoo {
namespace {

// Answers each connection with the next text, octet for octet, and closes.
class Canned {
public:
    explicit Canned(std::vector<std::string> answers)
        : m_socket(Poco::Net::SocketAddress("127.0.0.1", 0)),
          m_answers(std::move(answers)),
          m_thread([this] { serve(); }) {}
    ~Canned() {
        m_stopping = true;
        m_thread.join();
    }
    Canned(const Canned&) = delete;
    Canned& operator=(const Canned&) = delete;

    std::string url() const {
        return "http://127.0.0.1:" + std::to_string(m_socket.address().port());
    }
    std::vector<std::string> requests() const {
        return m_requests.with([](const auto& all) { return all; });
    }

private:
    void serve() {
        std::size_t next = 0;
        while (!m_stopping) {
            if (!m_socket.poll(Poco::Timespan(0, 20'000), Poco::Net::Socket::SELECT_READ)) continue;
            auto connection = m_socket.acceptConnection();
            std::string request;
            std::array<char, 4096> buffer{};
            while (!complete(request)) {
                const int count =
                    connection.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
                if (count <= 0) break;
                request.append(buffer.data(), static_cast<std::size_t>(count));
            }
            m_requests.with([&](auto& all) { all.push_back(request); });
            const std::string answer = next < m_answers.size() ? m_answers[next++] : "";
            try {
                if (!answer.empty())
                    connection.sendBytes(answer.data(), static_cast<int>(answer.size()));
                connection.shutdown();
            } catch (const Poco::Exception&) {
                continue;  // the client had read enough and hung up
            }
        }
    }
    static bool complete(const std::string& request) {
        const auto head = request.find("\r\n\r\n");
        const auto length = request.find("Content-Length: ");
        return head != std::string::npos && length != std::string::npos &&
               request.size() >= head + 4 + std::stoul(request.substr(length + 16));
    }

    Poco::Net::ServerSocket m_socket;
    std::vector<std::string> m_answers;
    Guarded<std::vector<std::string>> m_requests;
    std::atomic<bool> m_stopping{false};
    std::thread m_thread;
};

std::string http(const std::string& body, const std::string& status = "200 OK") {
    return "HTTP/1.0 " + status +
           "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
}
std::string result(const std::string& value) {
    return http(R"({"jsonrpc":"2.0","id":1,"result":)" + value + "}");
}
std::string error(const std::string& name, const std::string& message) {
    return http(
        R"({"jsonrpc":"2.0","id":1,"error":{"code":200,"message":"Odoo Server Error","data":{"name":")" +
        name + R"(","message":")" + message +
        R"(","debug":"Traceback /odoo/secret/path.py","arguments":[],"context":{}}}})");
}

constexpr const char* Key = "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";

ClientOptions options(const std::string& url) {
    ClientOptions options;
    options.url = url;
    options.database = "edi";
    options.login = "orders-in";
    options.keys.emplace_back(Key);
    return options;
}

Call read_order() {
    return {.model = "sale.order",
            .method = "read",
            .ids = std::vector<std::int64_t>{1},
            .arguments = {{"fields", {"name"}}},
            .context = Json::object()};
}

class OdooClient : public testing::Test {
protected:
    Result<Json> call(std::vector<std::string> answers, const Call& what = read_order()) {
        m_server = std::make_unique<Canned>(std::move(answers));
        m_client = *Client::make(options(m_server->url()), fixture::fence(), m_clock);
        return m_client->call(what);
    }

    SystemClock m_clock;
    std::unique_ptr<Canned> m_server;
    std::unique_ptr<Client> m_client;
};

TEST_F(OdooClient, SaysWhoMustActForEveryErrorOfOdoo) {
    struct Case {
        const char* name;
        const char* code;
        Blame blame;
    };
    for (const Case& c :
         {Case{"psycopg2.errors.SerializationFailure", "odoo.busy", Blame::Network},
          Case{"psycopg2.errors.DeadlockDetected", "odoo.busy", Blame::Network},
          Case{"psycopg2.InterfaceError", "odoo.unavailable", Blame::Network},
          Case{"psycopg2.OperationalError", "odoo.unavailable", Blame::Network},
          Case{"odoo.exceptions.AccessDenied", "odoo.credentials", Blame::Operator},
          Case{"odoo.exceptions.AccessError", "odoo.rights", Blame::Operator},
          Case{"odoo.exceptions.MissingError", "odoo.record.missing", Blame::BackOffice},
          Case{"odoo.exceptions.ValidationError", "odoo.refused.validation", Blame::BackOffice},
          Case{"odoo.exceptions.UserError", "odoo.refused", Blame::BackOffice},
          Case{"odoo.exceptions.RedirectWarning", "odoo.refused", Blame::BackOffice},
          Case{"builtins.ValueError", "odoo.schema", Blame::Bug},
          Case{"builtins.AttributeError", "odoo.schema", Blame::Bug},
          Case{"odoo.addons.custom.Strange", "odoo.error", Blame::Operator}}) {
        SCOPED_TRACE(c.name);
        const auto failed = call({result("6"), error(c.name, "what Odoo said")});
        ASSERT_FALSE(failed);
        EXPECT_EQ(failed.error().code(), c.code);
        EXPECT_EQ(failed.error().blame(), c.blame);
        EXPECT_NE(failed.error().what().find("what Odoo said"), std::string::npos);
        EXPECT_EQ(failed.error().text().find("secret"), std::string::npos)
            << "the traceback must be dropped";
    }
}

TEST_F(OdooClient, NeverTellsAKeyThatOdooEchoes) {
    const auto failed =
        call({result("6"),
              error("builtins.TypeError", std::string("execute_kw(1, '") + Key + "') got " + Key)});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().text().find(Key), std::string::npos);
    EXPECT_EQ(m_client->describe().find(Key), std::string::npos);
}

TEST_F(OdooClient, TakesALostReplyForAmbiguousAndARefusedConnectionForSafe) {
    for (const std::string& answer :
         {std::string(),
          std::string("HTTP/1.0 200 OK\r\nContent-Length: 500\r\n\r\n{\"jsonrpc\""),
          std::string("HTTP/1.0 200 OK\r\n\r\n{\"jsonrpc\":\"2.0\",\"res")}) {
        const auto lost = call({result("6"), answer});
        ASSERT_FALSE(lost);
        EXPECT_TRUE(lost.error().code() == "odoo.reply.lost" ||
                    lost.error().code() == "odoo.reply.malformed")
            << lost.error().text();
        EXPECT_EQ(lost.error().blame(), Blame::Network);
    }
    EXPECT_EQ(m_server->requests().size(), 2U) << "nothing may be sent twice";
    const std::string url = m_server->url();
    m_server.reset();
    const auto client = *Client::make(options(url), fixture::fence(), m_clock);
    EXPECT_EQ(client->call(read_order()).error().code(), "odoo.connect");
}

TEST_F(OdooClient, TellsAProxysAnswersFromOdoos) {
    EXPECT_EQ(call({http("<html>", "503 Service Unavailable")}).error().code(), "odoo.unavailable");
    EXPECT_EQ(call({http("<html>", "404 Not Found")}).error().code(), "odoo.http");
    EXPECT_EQ(call({http("<html>login</html>")}).error().code(), "odoo.reply.malformed");
}

TEST_F(OdooClient, StopsReadingAReplyThatIsTooLarge) {
    m_server = std::make_unique<Canned>(
        std::vector<std::string>{result("6"), result("\"" + std::string(2'000'000, 'x') + "\"")});
    auto small = options(m_server->url());
    small.max_reply_bytes = 1'000'000;
    m_client = *Client::make(std::move(small), fixture::fence(), m_clock);
    EXPECT_EQ(m_client->call(read_order()).error().code(), "odoo.reply.large");
}

TEST_F(OdooClient, AuthenticatesOnceAndTriesTheOldKeyWhileAKeyIsRotated) {
    m_server = std::make_unique<Canned>(
        std::vector<std::string>{result("false"), result("6"), result("[]"), result("[]")});
    auto two = options(m_server->url());
    two.keys.emplace_back("cafecafecafecafecafecafecafecafecafecafe");
    m_client = *Client::make(std::move(two), fixture::fence(), m_clock);
    EXPECT_TRUE(m_client->call(read_order()));
    EXPECT_TRUE(m_client->call(read_order()));
    const auto requests = m_server->requests();
    ASSERT_EQ(requests.size(), 4U);
    EXPECT_NE(requests[0].find(Key), std::string::npos);
    EXPECT_NE(requests[3].find("cafecafe"), std::string::npos);
}

TEST_F(OdooClient, ClosesTheCircuitAfterAccessDeniedInTheMiddle) {
    EXPECT_EQ(
        call({result("6"), error("odoo.exceptions.AccessDenied", "Access Denied")}).error().code(),
        "odoo.credentials");
    EXPECT_EQ(m_client->call(read_order()).error().code(), "odoo.circuit");
    EXPECT_EQ(m_server->requests().size(), 2U);
}

TEST_F(OdooClient, SendsHeadAndBodyAndClosesTheConnection) {
    ASSERT_TRUE(call({result("6"), result("[{\"name\":\"S00001\"}]")}));
    const auto request = m_server->requests()[1];
    EXPECT_NE(request.find("Connection: Close"), std::string::npos) << request;
    EXPECT_NE(
        request.find(
            R"("sale.order","read",[[1]],{"fields":["name"],"context":{"lang":"en_US","tz":"UTC"}})"),
        std::string::npos)
        << request;
}

TEST_F(OdooClient, RefusesWhatTheFlowMayNotDo) {
    const auto load = [](Json context) {
        return Call{.model = "sale.order",
                    .method = "load",
                    .ids = {},
                    .arguments = {{"fields", {"id", "partner_id/.id"}}, {"data", Json::array()}},
                    .context = std::move(context)};
    };
    const Json create_or_get{{"module", "edi_gw"}, {"mode", "update"}, {"noupdate", true}};
    const std::vector<std::pair<const char*, Call>> refused{
        {"another model",
         {.model = "res.users",
          .method = "search_read",
          .ids = {},
          .arguments = {{"domain", Json::array()}, {"fields", {"login"}}}}},
        {"another method",
         {.model = "sale.order", .method = "unlink", .ids = std::vector<std::int64_t>{1}}},
        {"another field",
         {.model = "product.product",
          .method = "search_read",
          .ids = {},
          .arguments = {{"domain", Json::array()}, {"fields", {"standard_price"}}}}},
        {"all fields",
         {.model = "sale.order", .method = "read", .ids = std::vector<std::int64_t>{1}}},
        {"a field in the domain",
         {.model = "sale.order",
          .method = "search_read",
          .ids = {},
          .arguments = {{"domain", Json::array({Json::array({"create_uid.login", "=", "admin"})})},
                        {"fields", {"name"}}}}},
        {"an overwriting load", load(Json{{"module", "edi_gw"}})},
        {"a load into a real module",
         load(Json{{"module", "sale"}, {"mode", "update"}, {"noupdate", true}})},
        {"another context",
         {.model = "sale.order",
          .method = "action_confirm",
          .ids = std::vector<std::int64_t>{1},
          .arguments = Json::object(),
          .context = {{"force", true}}}},
    };
    for (const auto& [what, call_of] : refused) {
        SCOPED_TRACE(what);
        const auto verdict = fixture::fence().check(call_of);
        ASSERT_FALSE(verdict);
        EXPECT_EQ(verdict.error().code(), "odoo.fence");
        EXPECT_EQ(verdict.error().blame(), Blame::Bug);
    }
    EXPECT_TRUE(fixture::fence().check(load(create_or_get)));
    EXPECT_EQ(call({}, refused.front().second).error().code(), "odoo.fence");
    EXPECT_TRUE(m_server->requests().empty()) << "not a byte may leave";
}

TEST_F(OdooClient, RefusesSettingsThatWouldShowTheKeyOrLead) {
    const auto code = [&](const std::string& url,
                          std::chrono::milliseconds timeout = std::chrono::seconds(130)) {
        auto chosen = options(url);
        chosen.read_timeout = timeout;
        auto client = Client::make(std::move(chosen), fixture::fence(), m_clock);
        return client ? std::string("fine") : std::string(client.error().code());
    };
    EXPECT_EQ(code("http://odoo.example.com"), "odoo.options") << "a key in the clear";
    EXPECT_EQ(code("https://odoo.example.com"), "fine");
    EXPECT_EQ(code("http://127.0.0.1:8069/"), "fine");
    EXPECT_EQ(code("http://127.0.0.1:8069", std::chrono::seconds(10)), "odoo.options")
        << "shorter than Odoo's own work";
    for (const char* url : {"ftp://127.0.0.1",
                            "http://user:secret@127.0.0.1",
                            "https://odoo.example.com/web",
                            "https://",
                            "nonsense"})
        EXPECT_EQ(code(url), "odoo.url") << url;
    auto secret = options("http://user:secret@127.0.0.1");
    EXPECT_EQ(
        Client::make(std::move(secret), fixture::fence(), m_clock).error().text().find("secret"),
        std::string::npos);
}

}  // namespace
}  // namespace sallyport::odoo
