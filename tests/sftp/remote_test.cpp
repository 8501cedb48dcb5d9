// SPDX-License-Identifier: Apache-2.0
// The client at OpenSSH's sshd and at our own server: pinned keys, pushes that are never half there, polls that remove
// nothing before it is durable.
#include "transports/sftp/remote.h"

#include "tests/support/shell.h"
#include "world.h"

#include "transports/sftp/host_key.h"
#include "transports/sftp/server.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sallyport::sftp {
namespace {

using testing_support::shell;
using testing_support::slurp;
using testing_support::spill;

std::uint16_t free_port() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const int descriptor = ::socket(AF_INET, SOCK_STREAM, 0);
    EXPECT_EQ(::bind(descriptor, reinterpret_cast<sockaddr*>(&address), length), 0);
    EXPECT_EQ(::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &length), 0);
    ::close(descriptor);
    return ntohs(address.sin_port);
}

// An OpenSSH server of the test's own, with the files of a folder.
class Sshd : public ::testing::Test {
protected:
    void SetUp() override {
        if (::geteuid() != 0 || shell("test -x /usr/sbin/sshd && mkdir -p /run/sshd") != 0)
            GTEST_SKIP() << "no sshd here, or not allowed to start one";
        for (const char* name : {"host", "mine"})
            ASSERT_EQ(shell("ssh-keygen -q -t ed25519 -N '' -f " + path(name)), 0);
        server.host = "127.0.0.1";
        server.port = free_port();
        server.user = "root";
        server.host_keys = {read_public_key(slurp(path("host.pub")))->fingerprint};
        server.key = std::make_shared<Secret>(slurp(path("mine")));
        std::filesystem::create_directory(path("files"));
        std::filesystem::create_directory(path("old"));
        spill(path("config"),
              "Port " + std::to_string(server.port) + "\nListenAddress 127.0.0.1\nHostKey " +
                  path("host") + "\nAuthorizedKeysFile " + path("mine.pub") + "\nPidFile " +
                  path("pid") +
                  "\nPermitRootLogin yes\nUsePAM no\nStrictModes no\nSubsystem sftp "
                  "internal-sftp\n");
        ASSERT_EQ(shell("/usr/sbin/sshd -f " + path("config") + " -E " + path("log")), 0);
        while (!std::filesystem::exists(path("pid")) || slurp(path("pid")).empty())
            ::sched_yield();
    }
    void TearDown() override {
        // Its own process alone; 1 or less would be everybody.
        const std::string pid = std::filesystem::exists(path("pid")) ? slurp(path("pid")) : "";
        if (!pid.empty() && std::stol(pid) > 1) {
            EXPECT_EQ(shell("kill " + std::to_string(std::stol(pid))), 0);
        }
    }
    std::string path(const std::string& name) const {
        return (world.directory.path() / name).string();
    }
    std::string file(const std::string& name) const { return slurp(path("files/" + name)); }
    bool there(const std::string& name) const { return std::filesystem::exists(path(name)); }
    PollPlan poll_plan() const {
        PollPlan plan;
        plan.partner = "acme";
        plan.server = server;
        plan.folder = path("files");
        plan.stable_for = std::chrono::milliseconds{1000};
        return plan;
    }
    Poller poller(const PollPlan& plan) {
        return Poller(plan, connect_libssh2, world.intake, world.clock, Log(null_sink()));
    }
    // Two looks, far enough apart.
    Result<PollReport> poll(Poller& poller) {
        auto first = poller.once();
        if (!first) return first;
        world.clock.steady += std::chrono::seconds{2};
        return poller.once();
    }
    World world;
    RemoteServer server;
};

TEST_F(Sshd, PushesUnderATemporaryNameAndRenames) {
    auto client = connect_libssh2(server);
    ASSERT_TRUE(client) << client.error().text();
    EXPECT_EQ((*client)->host_key(), server.host_keys[0]);
    const Bytes octets(1'000'000, 'p');
    const PushPlan plan{.server = server, .folder = path("files")};
    const auto pushed = push(**client, plan, "out.edi", octets);
    ASSERT_TRUE(pushed) << pushed.error().text();
    EXPECT_EQ(file("out.edi"), octets);
    EXPECT_FALSE(there("files/out.edi.part"));
}

TEST_F(Sshd, APushThatBrokeOffGoesOnAndOneThatWentThroughIsNotRepeated) {
    auto client = connect_libssh2(server);
    ASSERT_TRUE(client) << client.error().text();
    const PushPlan plan{.server = server, .folder = path("files")};
    spill(path("files/a.edi.part"), "ISA*half");
    ASSERT_TRUE(push(**client, plan, "a.edi", "ISA*half and whole"));
    EXPECT_EQ(file("a.edi"), "ISA*half and whole");
    ASSERT_TRUE(push(**client, plan, "a.edi", "ISA*half and whole")) << "the answer was lost";
    const auto other = push(**client, plan, "a.edi", "something else");
    EXPECT_EQ(code_of(other), "sftp.remote.taken");
    EXPECT_EQ(file("a.edi"), "ISA*half and whole");
}

TEST_F(Sshd, AChangedHostKeyStopsEverythingBeforeTheLogin) {
    const std::string right = server.host_keys[0];
    server.host_keys = {"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    const auto changed = connect_libssh2(server);
    ASSERT_EQ(code_of(changed), "sftp.host_key.changed");
    EXPECT_NE(changed.error().text().find("host key changed: was SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAA"
                                          "AAAAAAAAAAAAAAAAA, is " +
                                          right),
              std::string::npos)
        << changed.error().text();
    server.host_keys.clear();
    EXPECT_EQ(code_of(connect_libssh2(server)), "sftp.host_key.unknown");
    EXPECT_EQ(slurp(path("log")).find("Accepted"), std::string::npos);
}

TEST_F(Sshd, WrongUsersKeysAndPortsSaySo) {
    RemoteServer wrong = server;
    wrong.user = "nobody-here";
    EXPECT_EQ(code_of(connect_libssh2(wrong)), "sftp.login");
    wrong = server;
    wrong.port = free_port();
    const auto closed = connect_libssh2(wrong);
    ASSERT_EQ(code_of(closed), "sftp.connect");
    EXPECT_EQ(closed.error().blame(), Blame::Network);
}

TEST_F(Sshd, PollsWhatMatchesInOrderAndRemovesItAfterwards) {
    spill(path("files/b.edi"), "second");
    spill(path("files/a.edi"), "first");
    spill(path("files/c.edi.part"), "unfinished");
    spill(path("files/readme.txt"), "no");
    PollPlan plan = poll_plan();
    plan.patterns = {"*.edi", "*.x12"};
    Poller polled = poller(plan);
    const auto report = poll(polled);
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->taken, 2U);
    const auto taken = world.intake.all();
    ASSERT_EQ(taken.size(), 2U);
    EXPECT_EQ(taken[0].octets, "first");
    EXPECT_EQ(taken[1].octets, "second");
    EXPECT_FALSE(there("files/a.edi"));
    EXPECT_TRUE(there("files/c.edi.part"));
    EXPECT_TRUE(there("files/readme.txt"));
}

TEST_F(Sshd, AFileThatStillGrowsIsLeftAlone) {
    Poller polled = poller(poll_plan());
    std::string octets;
    for (int look = 0; look < 4; ++look) {
        spill(path("files/a.edi"), octets += "more");
        EXPECT_EQ(polled.once()->unripe, 1U);
        world.clock.steady += std::chrono::seconds{2};
    }
    EXPECT_EQ(polled.once()->taken, 1U);
    EXPECT_EQ(world.intake.all().at(0).octets, octets);
}

TEST_F(Sshd, NothingIsRemovedWhenTheStoreFails) {
    spill(path("files/a.edi"), "ISA");
    world.intake.broken.with([](bool& value) { value = true; });
    Poller polled = poller(poll_plan());
    EXPECT_EQ(poll(polled)->faults.size(), 1U);
    EXPECT_TRUE(there("files/a.edi"));
    world.intake.broken.with([](bool& value) { value = false; });
    EXPECT_EQ(polled.once()->taken, 1U);
    EXPECT_FALSE(there("files/a.edi"));
}

TEST_F(Sshd, ArchivesWithoutOverwritingAndKeepsWithoutRepeating) {
    PollPlan plan = poll_plan();
    plan.after = AfterPoll::Archive;
    plan.archive_folder = path("old");
    spill(path("old/a.edi"), "of yesterday");
    spill(path("files/a.edi"), "of today");
    Poller archiving = poller(plan);
    ASSERT_EQ(poll(archiving)->taken, 1U);
    EXPECT_EQ(slurp(path("old/a.edi")), "of yesterday");
    EXPECT_FALSE(there("files/a.edi"));

    plan.after = AfterPoll::Keep;
    spill(path("files/k.edi"), "kept");
    Poller keeping = poller(plan);
    ASSERT_EQ(poll(keeping)->taken, 1U);
    EXPECT_EQ(keeping.once()->taken + keeping.once()->duplicates, 0U);
    Poller next_life = poller(plan);
    EXPECT_EQ(poll(next_life)->duplicates, 1U);
    EXPECT_EQ(world.intake.all().size(), 2U);
}

TEST_F(Sshd, OneTooLargeFileDoesNotStopTheOthers) {
    PollPlan plan = poll_plan();
    plan.file_bytes = 10;
    spill(path("files/a.edi"), "far too large for this");
    spill(path("files/b.edi"), "fits");
    Poller polled = poller(plan);
    const auto report = poll(polled);
    EXPECT_EQ(report->taken, 1U);
    ASSERT_EQ(report->faults.size(), 1U);
    EXPECT_EQ(report->faults[0].code(), "sftp.large");
    EXPECT_TRUE(there("files/a.edi"));
}

TEST(SftpPoll, PausesGrowWithFailuresAndShrinkWhileFilesRipen) {
    using std::chrono::milliseconds;
    PollPlan plan;
    plan.every = milliseconds{60'000};
    plan.stable_for = milliseconds{5'000};
    EXPECT_EQ(poll_pause(plan, {}, 0), milliseconds{60'000});
    EXPECT_EQ(poll_pause(plan, {.unripe = 1}, 0), milliseconds{5'000});
    EXPECT_EQ(poll_pause(plan, {}, 2), milliseconds{240'000});
    EXPECT_EQ(poll_pause(plan, {}, 100), milliseconds{3'600'000});
}

TEST(SftpBothSides, OurClientPushesToAndPollsFromOurServer) {
    World world;
    const SystemClock clock;
    transports::Penalties penalties({}, clock);
    auto host = std::make_shared<const Secret>(*generate_key(KeyType::Ed25519));
    auto mine = std::make_shared<const Secret>(*generate_key(KeyType::Ecdsa256));
    auto acme = account();
    const auto half = public_half(*mine);
    acme->public_keys = {half->type + " " + half->base64};
    Server server({.host_keys = {host}},
                  {.accounts = fixed_accounts({acme}),
                   .uploads = *world.uploads,
                   .intake = world.intake,
                   .mailbox = world.mailbox,
                   .penalties = penalties,
                   .recorder = world.recorder,
                   .clock = clock,
                   .log = Log(null_sink())});
    ASSERT_TRUE(server.start());
    RemoteServer remote;
    remote.host = "127.0.0.1";
    remote.port = server.port();
    remote.user = "acme";
    remote.host_keys = {public_half(*host)->fingerprint};
    remote.key = mine;
    PushSender sender("sftp-push", connect_libssh2);
    sender.use({{"them", PushPlan{.server = remote, .folder = "/in"}}});
    const auto frozen = sender.freeze(
        {.partner = "them", .message_id = "1", .payload = "ISA*push~", .file_name = "o.edi"});
    const auto sent = sender.send(*frozen);
    ASSERT_TRUE(sent) << sent.error().text();
    ASSERT_EQ(world.intake.all().size(), 1U);
    EXPECT_EQ(world.intake.all()[0].octets, "ISA*push~");
    EXPECT_EQ(world.intake.all()[0].name, "o.edi");

    world.mailbox.put("acme", "997.edi", "ISA*997~");
    MemoryIntake theirs;
    PollPlan plan{.partner = "them", .server = remote, .folder = "/out"};
    plan.stable_for = std::chrono::milliseconds{0};
    Poller poller(plan, connect_libssh2, theirs, clock, Log(null_sink()));
    const auto report = poller.once();
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->taken, 1U);
    EXPECT_TRUE(report->faults.empty()) << report->faults.at(0).text();
    EXPECT_EQ(theirs.all().at(0).octets, "ISA*997~");
    EXPECT_EQ(world.mailbox.where("acme", "997.edi"), "archive");
}

}  // namespace
}  // namespace sallyport::sftp
