// SPDX-License-Identifier: Apache-2.0
// `sallyport run` as the service manager sees it: ready, reload, stop, and what it says on the health port.
#include "program.h"
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>

namespace sallyport::daemon {
namespace {

using testing::Ended;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::Program;
using testing::run_program;
using testing::write_text;

// The manager's end of NOTIFY_SOCKET.
class Manager {
public:
    explicit Manager(const std::filesystem::path& path) {
        m_socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
        const timeval patience{.tv_sec = 60, .tv_usec = 0};
        ::setsockopt(m_socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (::bind(m_socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            ADD_FAILURE() << "bind";
    }
    ~Manager() { ::close(m_socket); }
    Manager(const Manager&) = delete;
    Manager& operator=(const Manager&) = delete;
    Manager(Manager&&) = delete;
    Manager& operator=(Manager&&) = delete;

    std::string hears() const {
        std::array<char, 512> buffer{};
        const auto length = ::recv(m_socket, buffer.data(), buffer.size(), 0);
        return length > 0 ? std::string(buffer.data(), static_cast<std::size_t>(length)) : "";
    }

private:
    int m_socket = -1;
};

std::string get(std::uint16_t port, const std::string& path) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    std::string answer;
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
        const std::string request =
            "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        (void)::send(socket, request.data(), request.size(), MSG_NOSIGNAL);
        std::array<char, 4096> buffer{};
        for (ssize_t length = 0; (length = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0;)
            answer.append(buffer.data(), static_cast<std::size_t>(length));
    }
    ::close(socket);
    return answer;
}

class Run : public ::testing::Test {
protected:
    void SetUp() override {
        const Ended made = run_program({"cert",
                                        "generate",
                                        "--name",
                                        "test",
                                        "--bits",
                                        "2048",
                                        "--key",
                                        path("g.key"),
                                        "--certificate",
                                        path("g.pem")});
        ASSERT_EQ(made.code, 0) << made.err;
        std::filesystem::create_directory(m_directory.path() / "partners");
        const auto data =
            std::filesystem::path(SALLYPORT_BINARY).parent_path() / "share" / "sallyport";
        write_text(path("sallyport.toml"),
                   "state_directory = \"state\"\nschema_directory = \"" +
                       (data / "schemas").string() + "\"\nmapping_directory = \"" +
                       (data / "maps").string() +
                       "\"\n[as2]\nhttp = \"127.0.0.1:0\"\n[api]\nlisten = \"127.0.0.1:0\"\n"
                       "[identity.main]\nas2_id = \"US\"\nkey = \"file:g.key\"\n"
                       "certificate = \"g.pem\"\n");
    }
    std::string path(const std::string& name) const { return (m_directory.path() / name).string(); }
    std::unique_ptr<Program> start(const Manager& manager) {
        auto running = std::make_unique<Program>(
            std::vector<std::string>{"run", "--config", path("sallyport.toml")},
            std::map<std::string, std::string>{{"NOTIFY_SOCKET", path("notify")}});
        EXPECT_THAT(manager.hears(), HasSubstr("READY=1")) << running->err();
        return running;
    }
    std::uint16_t api_port() const {
        const auto control = nlohmann::json::parse(testing::read_text(path("state/control.json")));
        return control["port"];
    }

    testing_support::TempDir m_directory;
};

TEST_F(Run, TellsTheManagerServesHealthAndEndsOrderly) {
    const Manager manager(path("notify"));
    auto running = start(manager);
    EXPECT_THAT(get(api_port(), "/healthz"), HasSubstr("200 OK"));
    EXPECT_THAT(get(api_port(), "/readyz"), HasSubstr("\"ready\""));
    EXPECT_THAT(get(api_port(), "/metrics"), HasSubstr("sallyport_store_up 1"));
    EXPECT_THAT(get(api_port(), "/v1/documents/X/release"), HasSubstr("401"));
    EXPECT_EQ(std::filesystem::status(path("state/control.json")).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    running->signal(SIGTERM);
    EXPECT_THAT(manager.hears(), HasSubstr("STOPPING=1"));
    EXPECT_EQ(running->wait().code, 0);
    EXPECT_FALSE(std::filesystem::exists(path("state/control.json")));
}

TEST_F(Run, KeepsTheOldConfigurationWhenTheNewOneIsBroken) {
    const Manager manager(path("notify"));
    auto running = start(manager);
    write_text(path("partners/acme.toml"), "name = \"acme\"\nnonsense = 1\n");
    running->signal(SIGHUP);
    EXPECT_THAT(manager.hears(), HasSubstr("RELOADING=1"));
    EXPECT_THAT(manager.hears(), HasSubstr("READY=1"));
    EXPECT_THAT(running->err(), HasSubstr("configuration not reloaded, the old one stays"));
    EXPECT_THAT(running->err(), HasSubstr("acme.toml"));
    std::filesystem::remove(path("partners/acme.toml"));
    running->signal(SIGHUP);
    EXPECT_THAT(manager.hears(), HasSubstr("RELOADING=1"));
    EXPECT_THAT(manager.hears(), HasSubstr("READY=1"));
    EXPECT_THAT(running->err(), HasSubstr("configuration reloaded"));
    EXPECT_THAT(get(api_port(), "/readyz"), HasSubstr("200 OK"));
}

// SHA-256 of what the HTTPS listener shows, as the openssl command line sees it.
std::string shown_certificate(const std::string& port, const std::string& file) {
    (void)testing_support::shell("openssl s_client -connect 127.0.0.1:" + port +
                                 " < /dev/null 2>/dev/null | openssl x509 -noout -fingerprint "
                                 "-sha256 > " +
                                 file);
    return testing::read_text(file);
}

// Tables of the site's own are found beside sallyport.toml when the gateway starts; changed while it runs, they wait for a
// restart, and the log says so.
TEST_F(Run, TakesTheSitesOwnSchemasAtStartAndSaysWhenARestartIsDue) {
    const auto sets = m_directory.path() / "schemas" / "x12" / "004010" / "sets";
    std::filesystem::create_directories(sets);
    write_text(sets / "broken.txt", "set 850X PO\nheading\n  XX M 1\n");
    const Ended refused = run_program({"check", "--config", path("sallyport.toml")});
    EXPECT_EQ(refused.code, 78) << refused.out << refused.err;
    EXPECT_THAT(refused.out + refused.err, HasSubstr("broken.txt:3"));
    write_text(sets / "broken.txt", "set 850X PO\nheading\n  ST M 1\n  SE M 1\n");
    EXPECT_EQ(run_program({"check", "--config", path("sallyport.toml")}).code, 0);
    const Manager manager(path("notify"));
    auto running = start(manager);
    running->signal(SIGHUP);
    EXPECT_THAT(manager.hears(), HasSubstr("RELOADING=1"));
    EXPECT_THAT(manager.hears(), HasSubstr("READY=1"));
    EXPECT_THAT(running->err(), Not(HasSubstr("schema.restart")));
    write_text(sets / "850Y.txt", "set 850Y PO\nheading\n  ST M 1\n  SE M 1\n");
    running->signal(SIGHUP);
    EXPECT_THAT(manager.hears(), HasSubstr("RELOADING=1"));
    EXPECT_THAT(manager.hears(), HasSubstr("READY=1"));
    EXPECT_THAT(running->err(), HasSubstr("schema.restart"));
}

TEST_F(Run, ShowsTheRenewedHttpsCertificateAfterAReload) {
    const auto make = [&](const std::string& name) {
        std::filesystem::remove(path("tls.key"));
        std::filesystem::remove(path("tls.pem"));
        const Ended made = run_program({"cert",
                                        "generate",
                                        "--name",
                                        name,
                                        "--bits",
                                        "2048",
                                        "--key",
                                        path("tls.key"),
                                        "--certificate",
                                        path("tls.pem")});
        ASSERT_EQ(made.code, 0) << made.err;
    };
    make("first");
    std::string text = testing::read_text(path("sallyport.toml"));
    const std::string listen = "http = \"127.0.0.1:0\"\n";
    text.replace(text.find(listen),
                 listen.size(),
                 listen +
                     "https = \"127.0.0.1:0\"\ntls_key = \"file:tls.key\"\n"
                     "tls_certificate = \"tls.pem\"\n");
    write_text(path("sallyport.toml"), text);
    const Manager manager(path("notify"));
    auto running = start(manager);
    const std::string key = "as2_tls_port=";
    const std::string log = running->err();
    const std::string port = std::to_string(std::stoi(log.substr(log.find(key) + key.size())));
    const std::string first = shown_certificate(port, path("shown"));
    ASSERT_THAT(first, HasSubstr("ingerprint"));
    const auto reload = [&] {
        running->signal(SIGHUP);
        EXPECT_THAT(manager.hears(), HasSubstr("RELOADING=1"));
        EXPECT_THAT(manager.hears(), HasSubstr("READY=1"));
    };
    make("second");
    reload();
    const std::string second = shown_certificate(port, path("shown"));
    EXPECT_THAT(second, HasSubstr("ingerprint"));
    EXPECT_NE(second, first);
    write_text(path("tls.pem"), "no certificate");
    reload();
    EXPECT_THAT(running->err(), HasSubstr("configuration not reloaded, the old one stays"));
    EXPECT_EQ(shown_certificate(port, path("shown")), second) << "the old one stays";
}

TEST_F(Run, LimitsTheLogLinesThatStrangersCause) {
    const Manager manager(path("notify"));
    auto running = start(manager);
    for (int request = 0; request < 200; ++request)
        (void)get(api_port(), "/\x01");
    running->signal(SIGTERM);
    EXPECT_EQ(running->wait().code, 0);
    const std::string log = running->err();
    std::size_t lines = 0;
    for (std::size_t at = 0;
         (at = log.find("msg=\"http request rejected\"", at)) != std::string::npos;
         ++at)
        ++lines;
    EXPECT_GE(lines, 50U);
    EXPECT_LT(lines, 120U) << "200 requests that no client of ours would send";
    EXPECT_THAT(log, HasSubstr("similar log lines were suppressed"));
    EXPECT_THAT(log, HasSubstr("sentence=\"http request rejected\""));
}

TEST_F(Run, DecisionsNeedARunningGateway) {
    {
        const Manager manager(path("notify"));
        auto running = start(manager);
        const Ended nothing =
            run_program({"doc", "release", "01ABC", "--config", path("sallyport.toml")});
        EXPECT_EQ(nothing.code, 5) << nothing.err;
        running->signal(SIGTERM);
        EXPECT_EQ(running->wait().code, 0);
    }
    const Ended listed = run_program({"doc", "list", "--config", path("sallyport.toml")});
    EXPECT_EQ(listed.code, 0) << "looking works without a gateway: " << listed.err;
}

}  // namespace
}  // namespace sallyport::daemon
