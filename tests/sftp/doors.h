// SPDX-License-Identifier: Apache-2.0
// Every kind of transport behind one handle: hand a file over as a partner would, and say whether the partner was told that
// it arrived.
#pragma once

#include "tests/support/as2_fixture.h"
#include "tests/support/https_fixture.h"
#include "world.h"

#include "transports/http_server.h"
#include "transports/https/submit.h"
#include "transports/sftp/folder_client.h"
#include "transports/sftp/host_key.h"
#include "transports/sftp/remote.h"
#include "transports/sftp/server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace sallyport::sftp {

using File = std::pair<std::string, Bytes>;  // name, octets

class Door {
public:
    virtual ~Door() = default;
    // How many of the files were acknowledged.
    virtual std::size_t deliver(const std::vector<File>& files) = 0;
    // The sender stops in the middle: it dies, or its connection does.
    virtual void deliver_half(const File& file) = 0;
    // Somebody else with the partner's name. Absent where a transport knows no credentials.
    virtual std::optional<std::size_t> deliver_as_stranger(const File& /*file*/) {
        return std::nullopt;
    }
    virtual void restart() = 0;
    virtual std::string transport() const = 0;
    virtual bool same_octets_are_the_same_message() const { return true; }
    MemoryIntake intake;
    static constexpr std::size_t FileBytes = 8U << 20U;
};

// Sends that share of a request, and gives back everything that is answered.
inline std::string exchange_with(std::uint16_t port, const std::string& request, double share) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    BytesView rest(request.data(),
                   static_cast<std::size_t>(static_cast<double>(request.size()) * share));
    while (!rest.empty()) {
        const ssize_t sent = ::send(descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent <= 0) break;
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    if (share < 1) ::shutdown(descriptor, SHUT_WR);
    std::string answer;
    char piece[4096];
    for (ssize_t got = 0; (got = ::recv(descriptor, piece, sizeof piece, 0)) > 0;)
        answer.append(piece, static_cast<std::size_t>(got));
    ::close(descriptor);
    return answer;
}

// Our SFTP server with one account, and our own client in front of it.
struct ServerUnderTest {
    explicit ServerUnderTest(transports::Intake& to) : intake(to) {
        acme->public_keys = {public_half(*mine)->type + " " + public_half(*mine)->base64};
        acme->uploads.file_bytes = Door::FileBytes;
        acme->sessions = 100;
        acme->after_fetch = transports::AfterFetch::Keep;  // what a client removed, it acknowledged
        start();
    }
    void start() {
        server.reset();
        world.live();
        server = std::make_unique<Server>(ServerOptions{.host_keys = {host}},
                                          ServerParts{.accounts = fixed_accounts({acme}),
                                                      .uploads = *world.uploads,
                                                      .intake = intake,
                                                      .mailbox = world.mailbox,
                                                      .penalties = penalties,
                                                      .recorder = world.recorder,
                                                      .clock = clock,
                                                      .log = Log(null_sink())});
        if (const Status started = server->start(); !started)
            ADD_FAILURE() << started.error().text();
    }
    RemoteServer remote() const {
        RemoteServer remote;
        remote.host = "127.0.0.1";
        remote.port = server->port();
        remote.user = "acme";
        remote.host_keys = {public_half(*host)->fingerprint};
        remote.key = mine;
        return remote;
    }
    transports::Intake& intake;
    World world;
    SystemClock clock;
    transports::Penalties penalties{{.points = 1000}, clock};
    std::shared_ptr<const Secret> host =
        std::make_shared<const Secret>(*generate_key(KeyType::Ed25519));
    std::shared_ptr<const Secret> mine =
        std::make_shared<const Secret>(*generate_key(KeyType::Ecdsa256));
    std::shared_ptr<Account> acme = account();
    std::unique_ptr<Server> server;
};

class SftpServerDoor final : public Door {
public:
    std::size_t deliver(const std::vector<File>& files) override {
        auto client = connect_libssh2(m_under.remote());
        if (!client) return 0;
        std::size_t acknowledged = 0;
        for (const auto& [name, octets] : files)
            if ((*client)->write("/in/" + name, octets, 0)) ++acknowledged;
        return acknowledged;
    }
    void deliver_half(const File& file) override {
        auto tree = m_under.world.tree(m_under.acme);
        auto open = tree.open("/in/" + file.first, ForUpload);
        if (open) (void)(*open)->write(0, BytesView(file.second).substr(0, file.second.size() / 2));
    }
    std::optional<std::size_t> deliver_as_stranger(const File& /*file*/) override {
        RemoteServer remote = m_under.remote();
        remote.key = std::make_shared<const Secret>(*generate_key(KeyType::Ecdsa256));
        return connect_libssh2(remote) ? 1U : 0U;
    }
    void restart() override { m_under.start(); }
    std::string transport() const override { return "sftp"; }

private:
    ServerUnderTest m_under{intake};
};

// Polling a folder: a file counts as acknowledged when it went away.
class PollingDoor : public Door {
public:
    void restart() override { m_poller.reset(); }

protected:
    virtual PollPlan plan() const = 0;
    virtual Connector connector() const = 0;
    PollReport poll() {
        if (!m_poller)
            m_poller =
                std::make_unique<Poller>(plan(), connector(), intake, m_clock, Log(null_sink()));
        auto report = m_poller->once();
        return report ? *std::move(report) : PollReport{};
    }

private:
    const SystemClock m_clock;
    std::unique_ptr<Poller> m_poller;
};

class SftpClientDoor final : public PollingDoor {
public:
    std::size_t deliver(const std::vector<File>& files) override {
        std::size_t acknowledged = 0;
        for (const auto& [name, octets] : files)
            m_under.world.mailbox.put("acme", name, octets);
        poll();
        for (const auto& file : files)
            if (m_under.world.mailbox.take("acme", file.first)) ++acknowledged;
        return acknowledged;
    }
    void deliver_half(const File& file) override {
        m_under.world.mailbox.put("acme", file.first + ".part", file.second);
        poll();
        (void)m_under.world.mailbox.take("acme", file.first + ".part");
    }
    std::optional<std::size_t> deliver_as_stranger(const File& file) override {
        // A server with another key in the partner's place.
        m_under.host = std::make_shared<const Secret>(*generate_key(KeyType::Ed25519));
        const auto pinned = m_pinned;
        m_under.start();
        m_pinned = pinned;
        return deliver({file});
    }
    std::string transport() const override { return "sftp"; }

protected:
    PollPlan plan() const override {
        PollPlan plan{.partner = "acme", .server = m_under.remote(), .folder = "/out"};
        plan.server.host_keys = {m_pinned};
        plan.stable_for = std::chrono::milliseconds{0};
        plan.file_bytes = FileBytes;
        return plan;
    }
    Connector connector() const override {
        return [this](const RemoteServer& server) {
            RemoteServer now = server;
            now.port = m_under.server->port();
            return connect_libssh2(now);
        };
    }

private:
    MemoryIntake m_unused;
    ServerUnderTest m_under{m_unused};
    std::string m_pinned = public_half(*m_under.host)->fingerprint;
};

class FolderDoor final : public PollingDoor {
public:
    std::size_t deliver(const std::vector<File>& files) override {
        for (const auto& [name, octets] : files) {
            EXPECT_TRUE(write_file_durably(path(name + ".tmp"), octets));
            std::filesystem::rename(path(name + ".tmp"), path(name));
        }
        poll();
        std::size_t acknowledged = 0;
        for (const auto& file : files)
            if (std::filesystem::exists(path(file.first)))
                std::filesystem::remove(path(file.first));
            else
                ++acknowledged;
        return acknowledged;
    }
    void deliver_half(const File& file) override {
        EXPECT_TRUE(write_file_durably(path(file.first + ".tmp"),
                                       BytesView(file.second).substr(0, file.second.size() / 2)));
        poll();
    }
    std::string transport() const override { return "folder"; }

protected:
    PollPlan plan() const override {
        PollPlan plan{.partner = "acme", .transport = "folder", .folder = m_folder.path().string()};
        plan.stable_for = std::chrono::milliseconds{0};
        plan.file_bytes = FileBytes;
        return plan;
    }
    Connector connector() const override {
        return [](const RemoteServer&) { return Result<std::unique_ptr<Client>>(folder_client()); };
    }

private:
    std::filesystem::path path(const std::string& name) const { return m_folder.path() / name; }
    testing_support::TempDir m_folder;
};

class As2Door final : public Door {
public:
    As2Door() { restart(); }
    ~As2Door() override { m_server->stop(std::chrono::milliseconds{0}); }
    As2Door(const As2Door&) = delete;
    As2Door& operator=(const As2Door&) = delete;
    As2Door(As2Door&&) = delete;
    As2Door& operator=(As2Door&&) = delete;

    std::size_t deliver(const std::vector<File>& files) override {
        std::size_t acknowledged = 0;
        for (const File& file : files)
            acknowledged += positive(exchange(message(file, "partner"), 1.0)) ? 1U : 0U;
        return acknowledged;
    }
    void deliver_half(const File& file) override { (void)exchange(message(file, "partner"), 0.5); }
    std::optional<std::size_t> deliver_as_stranger(const File& file) override {
        return positive(exchange(message(file, "stranger"), 1.0)) ? 1U : 0U;
    }
    void restart() override {
        if (m_server) m_server->stop(std::chrono::milliseconds{0});
        auto agreement = transports::gateway_agreement();
        agreement.name = "acme";
        agreement.inbound.max_body_bytes = FileBytes + FileBytes / 2;
        auto receiver = std::make_shared<transports::As2Receiver>(
            transports::As2ReceiverOptions{.host_name = "gateway.test"},
            transports::fixed_directory(
                {std::make_shared<transports::As2Agreement>(std::move(agreement))}),
            intake,
            m_clock,
            Log(null_sink()));
        m_server = std::make_unique<transports::HttpServer>(
            transports::HttpServerOptions{},
            std::vector<transports::HttpRoute>{{"/as2", receiver}},
            m_clock,
            Log(null_sink()));
        if (const Status started = m_server->start(); !started)
            ADD_FAILURE() << started.error().text();
    }
    std::string transport() const override { return "as2"; }
    bool same_octets_are_the_same_message() const override { return false; }  // the Message-ID is

private:
    std::string message(const File& file, const std::string& signer) {
        const std::string entity =
            "Content-Type: application/edi-x12\r\nContent-Transfer-Encoding: binary\r\n"
            "Content-Disposition: attachment; filename=\"" +
            file.first + "\"\r\n\r\n" + file.second;
        // A retry repeats its Message-ID, another file has its own.
        const std::string id = "<" + sha256_hex(file.first + "\n" + file.second) + "@partner>";
        auto request = transports::as2_request(
            transports::encrypted(transports::signed_entity(entity, signer)),
            transports::operator+(transports::WantUnsigned, {{"Message-ID", id}}));
        std::string text = "POST /as2 HTTP/1.1\r\nConnection: close\r\n";
        for (const auto& [name, value] : request.headers)
            text += name + ": " +
                    (name == "Content-Length" ? std::to_string(request.body.size()) : value) +
                    "\r\n";
        return text + "\r\n" + request.body;
    }
    std::string exchange(const std::string& request, double share) {
        return exchange_with(m_server->port(), request, share);
    }
    static bool positive(const std::string& answer) {
        return answer.find(" 200 ") < 20 && answer.find("; processed\r\n") != std::string::npos;
    }
    SystemClock m_clock;
    std::unique_ptr<transports::HttpServer> m_server;
};

// POST /v1/documents with a bearer token. TLS is the same listener's as everywhere.
class HttpsDoor final : public Door {
public:
    HttpsDoor() { restart(); }
    ~HttpsDoor() override { m_server->stop(std::chrono::milliseconds{0}); }
    HttpsDoor(const HttpsDoor&) = delete;
    HttpsDoor& operator=(const HttpsDoor&) = delete;
    HttpsDoor(HttpsDoor&&) = delete;
    HttpsDoor& operator=(HttpsDoor&&) = delete;

    std::size_t deliver(const std::vector<File>& files) override {
        std::size_t acknowledged = 0;
        for (const File& file : files)
            acknowledged += positive(exchange(message(file, m_token), 1.0)) ? 1U : 0U;
        return acknowledged;
    }
    void deliver_half(const File& file) override { (void)exchange(message(file, m_token), 0.5); }
    std::optional<std::size_t> deliver_as_stranger(const File& file) override {
        std::string wrong = m_token;
        wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
        return positive(exchange(message(file, wrong), 1.0)) ? 1U : 0U;
    }
    void restart() override {
        if (m_server) m_server->stop(std::chrono::milliseconds{0});
        auto api = std::make_shared<https::Api>();
        https::SubmitOptions options;
        options.path = "/v1/documents";
        options.id = "submitDocument";
        options.types = {{.media_type = "application/octet-stream",
                          .syntax = https::DocumentType::Syntax::Octets}};
        api->endpoints.push_back(https::submit_endpoint(std::move(options), intake, m_world.clock));
        m_server = std::make_unique<transports::HttpServer>(
            transports::HttpServerOptions{},
            std::vector<transports::HttpRoute>{{"/v1", m_world.door(std::move(api))}},
            m_clock,
            Log(null_sink()));
        if (const Status started = m_server->start(); !started)
            ADD_FAILURE() << started.error().text();
    }
    std::string transport() const override { return "https"; }
    // The Idempotency-Key is; who makes a new one means a new message.
    bool same_octets_are_the_same_message() const override { return false; }

private:
    static std::string message(const File& file, const std::string& token) {
        return "POST /v1/documents HTTP/1.1\r\nHost: gateway.test\r\nConnection: close\r\n"
               "Authorization: Bearer " +
               token + "\r\nIdempotency-Key: " + sha256_hex(file.first + "\n" + file.second) +
               "\r\nContent-Type: application/octet-stream\r\n"
               "Content-Disposition: attachment; filename=\"" +
               file.first + "\"\r\nContent-Length: " + std::to_string(file.second.size()) +
               "\r\n\r\n" + file.second;
    }
    std::string exchange(const std::string& request, double share) {
        return exchange_with(m_server->port(), request, share);
    }
    static bool positive(const std::string& answer) { return answer.starts_with("HTTP/1.1 202 "); }

    https::ApiWorld m_world;
    const std::string m_token = m_world.tokens_of["acme"];
    SystemClock m_clock;
    std::unique_ptr<transports::HttpServer> m_server;
};

}  // namespace sallyport::sftp
