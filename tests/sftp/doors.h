// SPDX-License-Identifier: Apache-2.0
// Every kind of transport behind one handle: hand a file over as a partner would, and say whether the partner was told that
// it arrived.
#pragma once

#include "relay.h"
#include "world.h"

#include "transports/sftp/folder_client.h"
#include "transports/sftp/host_key.h"
#include "transports/sftp/remote.h"
#include "transports/sftp/server.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <thread>
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
    // Somebody else with the partner's name, or in its place.
    virtual std::size_t deliver_as_stranger(const File& file) = 0;
    // Another partner of ours, with its own credentials or place: how many of its files were acknowledged.
    virtual std::size_t deliver_as_other(const File& file) = 0;
    // A few octets at a time.
    virtual std::size_t deliver_slowly(const File& file) = 0;
    // From several threads; how many were acknowledged.
    virtual std::size_t deliver_at_once(const std::vector<File>& files) {
        std::atomic<std::size_t> acknowledged{0};
        std::vector<std::thread> partners;
        for (std::size_t share = 0; share < AtOnce; ++share)
            partners.emplace_back([&, share] {
                for (std::size_t at = share; at < files.size(); at += AtOnce)
                    acknowledged += deliver({files[at]});
            });
        for (std::thread& partner : partners)
            partner.join();
        return acknowledged;
    }
    virtual void restart() = 0;
    virtual std::string transport() const = 0;
    virtual bool same_octets_are_the_same_message() const { return true; }
    MemoryIntake intake;
    static constexpr std::size_t FileBytes = 8U << 20U;
    static constexpr std::size_t AtOnce = 6;
    static constexpr std::size_t SlowOctets = 13;
};

// Our SFTP server with two accounts, and our own client in front of it.
struct ServerUnderTest {
    explicit ServerUnderTest(transports::Intake& to) : intake(to) {
        acme->public_keys = {line_of(*mine)};
        bolt->public_keys = {line_of(*theirs)};
        acme->uploads.file_bytes = Door::FileBytes;
        acme->sessions = 100;
        acme->after_fetch = transports::AfterFetch::Keep;  // what a client removed, it acknowledged
        start();
    }
    void start() {
        server.reset();
        world.live();
        server = std::make_unique<Server>(ServerOptions{.host_keys = {host}},
                                          ServerParts{.accounts = fixed_accounts({acme, bolt}),
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
    static std::string line_of(const Secret& key) {
        return public_half(key)->type + " " + public_half(key)->base64;
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
    RemoteServer remote_of_bolt() const {
        RemoteServer other = remote();
        other.user = "bolt";
        other.key = theirs;
        return other;
    }
    transports::Intake& intake;
    World world;
    SystemClock clock;
    transports::Penalties penalties{{.points = 1000}, clock};
    std::shared_ptr<const Secret> host =
        std::make_shared<const Secret>(*generate_key(KeyType::Ed25519));
    std::shared_ptr<const Secret> mine =
        std::make_shared<const Secret>(*generate_key(KeyType::Ecdsa256));
    std::shared_ptr<const Secret> theirs =
        std::make_shared<const Secret>(*generate_key(KeyType::Ecdsa256));
    std::shared_ptr<Account> acme = account();
    std::shared_ptr<Account> bolt = account("bolt");
    std::unique_ptr<Server> server;
};

class SftpServerDoor final : public Door {
public:
    std::size_t deliver(const std::vector<File>& files) override {
        return put(m_under.remote(), files);
    }
    std::size_t deliver_as_other(const File& file) override {
        return put(m_under.remote_of_bolt(), {file});
    }
    std::size_t deliver_slowly(const File& file) override {
        const Relay relay(m_under.server->port(), SlowOctets);
        RemoteServer remote = m_under.remote();
        remote.port = relay.port();
        return put(remote, {file});
    }
    void deliver_half(const File& file) override {
        auto tree = m_under.world.tree(m_under.acme);
        auto open = tree.open("/in/" + file.first, ForUpload);
        if (open) (void)(*open)->write(0, BytesView(file.second).substr(0, file.second.size() / 2));
    }
    std::size_t deliver_as_stranger(const File& /*file*/) override {
        RemoteServer remote = m_under.remote();
        remote.key = std::make_shared<const Secret>(*generate_key(KeyType::Ecdsa256));
        return connect_libssh2(remote) ? 1U : 0U;
    }
    void restart() override { m_under.start(); }
    std::string transport() const override { return "sftp"; }

private:
    static std::size_t put(const RemoteServer& remote, const std::vector<File>& files) {
        auto client = connect_libssh2(remote);
        if (!client) return 0;
        std::size_t acknowledged = 0;
        for (const auto& [name, octets] : files)
            if ((*client)->write("/in/" + name, octets, 0)) ++acknowledged;
        return acknowledged;
    }
    ServerUnderTest m_under{intake};
};

// Polling a folder: a file counts as acknowledged when it went away.
class PollingDoor : public Door {
public:
    void restart() override { m_poller.reset(); }
    std::size_t deliver(const std::vector<File>& files) override {
        for (const File& file : files)
            put(file);
        poll();
        return gone(files);
    }
    // A gateway and its successor, or two of them by mistake, at the same folder.
    std::size_t deliver_at_once(const std::vector<File>& files) override {
        for (const File& file : files)
            put(file);
        std::vector<std::thread> gateways;
        for (std::size_t number = 0; number < AtOnce; ++number)
            gateways.emplace_back([this] {
                (void)Poller(plan(), connector(), intake, m_clock, Log(null_sink())).once();
            });
        for (std::thread& gateway : gateways)
            gateway.join();
        return gone(files);
    }

protected:
    virtual PollPlan plan() const = 0;
    virtual Connector connector() const = 0;
    virtual void put(const File& file) = 0;                // as the partner offers it
    virtual bool taken_away(const std::string& name) = 0;  // by us; if not, it is withdrawn
    std::size_t gone(const std::vector<File>& files) {
        std::set<std::string> names;
        for (const File& file : files)
            names.insert(file.first);
        std::size_t count = 0;
        for (const std::string& name : names)
            count += taken_away(name) ? 1U : 0U;
        return count;
    }
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
    using Library = Result<std::unique_ptr<Client>> (*)(const RemoteServer&);
    explicit SftpClientDoor(Library library) : m_library(library) {}
    void deliver_half(const File& file) override {
        put({file.first + ".part", file.second});
        poll();
        (void)taken_away(file.first + ".part");
    }
    std::size_t deliver_as_stranger(const File& file) override {
        // A server with another key in the partner's place.
        m_under.host = std::make_shared<const Secret>(*generate_key(KeyType::Ed25519));
        m_under.start();
        return deliver({file});
    }
    // What the server holds for somebody else.
    std::size_t deliver_as_other(const File& file) override {
        m_under.world.mailbox.put("bolt", file.first, file.second);
        poll();
        return m_under.world.mailbox.take("bolt", file.first) ? 1U : 0U;
    }
    std::size_t deliver_slowly(const File& file) override {
        const Relay relay(m_under.server->port(), SlowOctets);
        m_port = relay.port();
        const std::size_t acknowledged = deliver({file});
        m_port = 0;
        return acknowledged;
    }
    std::string transport() const override { return "sftp"; }

protected:
    void put(const File& file) override {
        m_under.world.mailbox.put("acme", file.first, file.second);
    }
    bool taken_away(const std::string& name) override {
        return m_under.world.mailbox.take("acme", name);
    }
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
            now.port = m_port == 0 ? m_under.server->port() : m_port;
            return m_library(now);
        };
    }

private:
    const Library m_library;
    MemoryIntake m_unused;
    ServerUnderTest m_under{m_unused};
    const std::string m_pinned = public_half(*m_under.host)->fingerprint;
    std::uint16_t m_port = 0;
};

class FolderDoor final : public PollingDoor {
public:
    FolderDoor() { std::filesystem::create_directory(path("../bolt")); }
    ~FolderDoor() override { std::filesystem::remove_all(path("../bolt")); }
    FolderDoor(const FolderDoor&) = delete;
    FolderDoor& operator=(const FolderDoor&) = delete;
    FolderDoor(FolderDoor&&) = delete;
    FolderDoor& operator=(FolderDoor&&) = delete;

    void deliver_half(const File& file) override {
        EXPECT_TRUE(write_file_durably(path(file.first + ".tmp"),
                                       BytesView(file.second).substr(0, file.second.size() / 2)));
        poll();
    }
    // There are no credentials here: the folder's permissions are. What may be written into it must not lead elsewhere.
    std::size_t deliver_as_stranger(const File& file) override {
        EXPECT_TRUE(write_file_durably(path("../bolt/" + file.first), file.second));
        std::filesystem::create_symlink(path("../bolt/" + file.first), path(file.first));
        poll();
        return taken_away(file.first) ? 1U : 0U;
    }
    std::size_t deliver_as_other(const File& file) override {
        EXPECT_TRUE(write_file_durably(path("../bolt/" + file.first), file.second));
        poll();
        return std::filesystem::exists(path("../bolt/" + file.first)) ? 0U : 1U;
    }
    std::size_t deliver_slowly(const File& file) override {
        const std::string temporary = path(file.first + ".tmp");
        for (std::size_t at = 0; at < file.second.size(); at += SlowOctets * 100) {
            std::ofstream(temporary, std::ios::binary | std::ios::app)
                << file.second.substr(at, SlowOctets * 100);
            EXPECT_EQ(poll().taken, 0U);
        }
        std::filesystem::rename(temporary, path(file.first));
        poll();
        return taken_away(file.first) ? 1U : 0U;
    }
    std::string transport() const override { return "folder"; }

protected:
    void put(const File& file) override {
        EXPECT_TRUE(write_file_durably(path(file.first + ".tmp"), file.second));
        std::filesystem::rename(path(file.first + ".tmp"), path(file.first));
    }
    bool taken_away(const std::string& name) override {
        return !std::filesystem::remove(path(name));
    }
    PollPlan plan() const override {
        PollPlan plan{.partner = "acme", .transport = "folder", .folder = path("")};
        plan.stable_for = std::chrono::milliseconds{0};
        plan.file_bytes = FileBytes;
        return plan;
    }
    Connector connector() const override {
        return [](const RemoteServer&) { return Result<std::unique_ptr<Client>>(folder_client()); };
    }

private:
    std::string path(const std::string& name) const {
        const std::filesystem::path acme = m_folder.path() / "acme";
        std::filesystem::create_directories(acme);
        return name.empty() ? acme.string() : (acme / name).lexically_normal().string();
    }
    testing_support::TempDir m_folder;
};

}  // namespace sallyport::sftp
