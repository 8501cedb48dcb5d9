// SPDX-License-Identifier: Apache-2.0
// The whole server, judged by OpenSSH's own clients.
#include "transports/sftp/server.h"

#include "tests/support/shell.h"
#include "world.h"

#include "transports/sftp/host_key.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace sallyport::sftp {
namespace {

using testing_support::shell;
using testing_support::slurp;
using testing_support::spill;

class SftpServer : public ::testing::Test {
protected:
    void SetUp() override {
        if (shell("command -v sftp ssh-keygen scp > " + path("which") + " 2>&1") != 0)
            GTEST_SKIP() << "no OpenSSH client here";
        for (const char* name : {"mine", "other"})
            ASSERT_EQ(shell("ssh-keygen -q -t ed25519 -N '' -f " + path(name)), 0);
        host = std::make_shared<Secret>(*generate_key(KeyType::Ed25519));
        ecdsa = std::make_shared<Secret>(*generate_key(KeyType::Ecdsa256));
        acme = account();
        acme->public_keys = {public_key("mine")};
    }
    void start() {
        options.host_keys = {host, ecdsa};
        server = std::make_unique<Server>(options,
                                          ServerParts{.accounts = fixed_accounts({acme}),
                                                      .uploads = *world.uploads,
                                                      .intake = world.intake,
                                                      .mailbox = world.mailbox,
                                                      .penalties = penalties,
                                                      .recorder = world.recorder,
                                                      .clock = clock,
                                                      .log = Log(null_sink())});
        const Status started = server->start();
        ASSERT_TRUE(started) << started.error().text();
    }
    std::string path(const std::string& name) const {
        return (world.directory.path() / name).string();
    }
    std::string public_key(const std::string& name) const {
        const auto half = read_public_key(slurp(path(name + ".pub")));
        return half ? half->type + " " + half->base64 : half.error().text();
    }
    std::string common(const std::string& key) const {
        return " -F /dev/null -o BatchMode=yes -o StrictHostKeyChecking=no -o LogLevel=ERROR"
               " -o IdentitiesOnly=yes -o UserKnownHostsFile=" +
               path("known") + " -i " + path(key) + " -P " + std::to_string(server->port()) + " ";
    }
    // The exit status of a batch of commands.
    int batch(const std::string& commands,
              const std::string& more = "",
              const std::string& user = "acme",
              const std::string& key = "mine") {
        spill(path("batch"), commands);
        return shell("timeout 60 sftp" + common(key) + more + " -b " + path("batch") + " " + user +
                     "@127.0.0.1 > " + path("said") + " 2>&1");
    }
    std::string said() const { return slurp(path("said")); }

    World world;
    SystemClock clock;
    transports::Penalties penalties{{.points = 4}, clock};
    std::shared_ptr<const Secret> host, ecdsa;
    std::shared_ptr<Account> acme;
    ServerOptions options;
    std::unique_ptr<Server> server;
};

TEST_F(SftpServer, PutRenameListGetAndRemoveWithOpenSsh) {
    start();
    world.mailbox.put("acme", "997.edi", "ISA*997~");
    spill(path("order"), Bytes(700'000, 'o'));
    ASSERT_EQ(batch("put " + path("order") +
                    " /in/order.tmp\nrename /in/order.tmp /in/order.edi\n"
                    "ls -l /out\nget /out/997.edi " +
                    path("got") + "\nrm /out/997.edi\n"),
              0)
        << said();
    EXPECT_EQ(world.intake.all().at(0).octets, Bytes(700'000, 'o'));
    EXPECT_EQ(world.intake.all().at(0).name, "order.edi");
    EXPECT_EQ(slurp(path("got")), "ISA*997~");
    EXPECT_EQ(world.mailbox.where("acme", "997.edi"), "archive");
    EXPECT_NE(said().find("997.edi"), std::string::npos);
}

TEST_F(SftpServer, ScpAndPreservedTimesWork) {
    start();
    spill(path("order"), "ISA*scp~");
    ASSERT_EQ(shell("timeout 60 scp -p" + common("mine") + path("order") +
                    " acme@127.0.0.1:/in/order.edi > " + path("said") + " 2>&1"),
              0)
        << said();
    EXPECT_EQ(world.intake.all().at(0).octets, "ISA*scp~");
}

TEST_F(SftpServer, OldScpIsToldWhatToDo) {
    start();
    spill(path("order"), "x");
    EXPECT_NE(shell("timeout 60 scp -O" + common("mine") + path("order") +
                    " acme@127.0.0.1:/in/order.edi > " + path("said") + " 2>&1"),
              0);
    EXPECT_NE(said().find("use sftp, or scp without -O"), std::string::npos) << said();
    EXPECT_TRUE(world.intake.all().empty());
}

TEST_F(SftpServer, ResumesWithReput) {
    start();
    const Bytes whole(900'000, 'w');
    {
        auto tree = world.tree(acme);
        auto broken = tree.open("/in/order.edi", ForUpload);
        ASSERT_TRUE((*broken)->write(0, BytesView(whole).substr(0, 400'000)));
    }
    spill(path("order"), whole);
    ASSERT_EQ(batch("reput " + path("order") + " /in/order.edi\n"), 0) << said();
    EXPECT_EQ(world.intake.all().at(0).octets, whole);
}

TEST_F(SftpServer, RefusesOtherKeysUsersAndNetworksAndBansGuessers) {
    start();
    EXPECT_NE(batch("ls /\n", "", "acme", "other"), 0);
    EXPECT_NE(batch("ls /\n", "", "nobody"), 0);
    acme->networks = {"198.51.100.0/24"};
    EXPECT_NE(batch("ls /\n"), 0);
    acme->networks.clear();
    EXPECT_EQ(batch("ls /\n"), 0) << said();
    for (int guess = 0; guess < 3; ++guess)
        EXPECT_NE(batch("ls /\n", "", "nobody"), 0);
    EXPECT_TRUE(penalties.banned("127.0.0.1"));
    EXPECT_NE(batch("ls /\n"), 0) << "a ban holds for the right key too";
}

TEST_F(SftpServer, OldAlgorithmsNeedTheirNameAndANetwork) {
    start();
    const std::string sha1 = "-o KexAlgorithms=diffie-hellman-group14-sha1";
    EXPECT_NE(batch("ls /\n", sha1), 0);
    EXPECT_NE(batch("ls /\n", "-o MACs=hmac-sha1 -o Ciphers=aes128-ctr"), 0);
    acme->allow = {"diffie-hellman-group14-sha1"};
    EXPECT_NE(batch("ls /\n", sha1), 0) << "without a network nobody is known in time";
    acme->networks = {"127.0.0.0/8"};
    EXPECT_EQ(batch("ls /\n", sha1), 0) << said();
}

TEST_F(SftpServer, RsaAndEcdsaKeysOfUsersAndTheEcdsaHostKeyWork) {
    ASSERT_EQ(shell("ssh-keygen -q -t rsa -b 3072 -N '' -f " + path("rsa")), 0);
    ASSERT_EQ(shell("ssh-keygen -q -t ecdsa -b 384 -N '' -f " + path("ec")), 0);
    acme->public_keys = {public_key("rsa"), public_key("ec")};
    start();
    EXPECT_EQ(batch("ls /\n", "", "acme", "rsa"), 0) << said();
    EXPECT_EQ(batch("ls /\n", "-o HostKeyAlgorithms=ecdsa-sha2-nistp256", "acme", "ec"), 0)
        << said();
}

TEST_F(SftpServer, SessionsOfOneUserAreCounted) {
    acme->sessions = 1;
    start();
    spill(path("batch"), "ls /\n");
    std::thread holder([&] {
        // Holds its session until it is told to end: the batch comes through a pipe.
        EXPECT_EQ(shell("( echo ls /; until [ -e " + path("enough") +
                        " ]; do :; done ) | timeout 60 sftp" + common("mine") +
                        " -b - acme@127.0.0.1 > /dev/null 2>&1"),
                  0);
    });
    while (server->stats().logins < 1)
        std::this_thread::yield();
    EXPECT_NE(batch("ls /\n"), 0);
    spill(path("enough"), "");
    holder.join();
    EXPECT_EQ(batch("ls /\n"), 0) << said();
}

TEST_F(SftpServer, SilentConnectionsAreEndedAndStopEndsTheRest) {
    options.login_within = std::chrono::milliseconds{200};
    start();
    std::vector<int> silent;
    for (int number = 0; number < 20; ++number) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(server->port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
        ASSERT_EQ(::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        silent.push_back(descriptor);
    }
    for (const int descriptor : silent) {
        char octets[256];
        while (::read(descriptor, octets, sizeof octets) > 0) {
        }
        ::close(descriptor);
    }
    while (server->stats().active != 0)
        std::this_thread::yield();
    server->stop();
}

}  // namespace
}  // namespace sallyport::sftp
