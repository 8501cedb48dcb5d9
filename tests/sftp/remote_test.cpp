// SPDX-License-Identifier: Apache-2.0
// The client, with either library, at OpenSSH's sshd and at our own server: pinned keys, pushes that are never half there,
// polls that remove nothing before it is durable.
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

struct Library {
    std::string name;
    Connector connect;
};
// How a failure names it.
void PrintTo(const Library& library, std::ostream* out) {
    *out << library.name;
}

// An OpenSSH server of the test's own, with the files of a folder.
class Sshd : public ::testing::TestWithParam<Library> {
protected:
    void SetUp() override {
        if (::geteuid() != 0 || shell("test -x /usr/sbin/sshd && mkdir -p /run/sshd") != 0)
            GTEST_SKIP() << "no sshd here, or not allowed to start one";
        for (const char* name : {"host", "mine"})
            ASSERT_EQ(shell("ssh-keygen -q -t ed25519 -N '' -f " + path(name)), 0);
        server.host = "127.0.0.1";
        server.user = "root";
        server.host_keys = {read_public_key(slurp(path("host.pub")))->fingerprint};
        server.key = std::make_shared<Secret>(slurp(path("mine")));
        std::filesystem::create_directory(path("files"));
        std::filesystem::create_directory(path("old"));
        start({"host"});
    }
    void TearDown() override { stop(); }
    // With these host keys; an own port each time.
    void start(const std::vector<std::string>& keys) {
        stop();
        server.port = free_port();
        std::string config = "Port " + std::to_string(server.port) + "\nListenAddress 127.0.0.1\n";
        for (const std::string& key : keys)
            config += "HostKey " + path(key) + "\n";
        spill(path("config"),
              config + "AuthorizedKeysFile " + path("mine.pub") + "\nPidFile " + path("pid") +
                  "\nPermitRootLogin yes\nUsePAM no\nStrictModes no\nSubsystem sftp "
                  "internal-sftp\n");
        ASSERT_EQ(shell("/usr/sbin/sshd -f " + path("config") + " -E " + path("log")), 0);
        while (!std::filesystem::exists(path("pid")) || slurp(path("pid")).empty())
            ::sched_yield();
    }
    void stop() {
        // Its own process alone; 1 or less would be everybody.
        const std::string pid = there("pid") ? slurp(path("pid")) : "";
        if (!pid.empty() && std::stol(pid) > 1) {
            EXPECT_EQ(shell("kill " + std::to_string(std::stol(pid))), 0);
        }
        std::filesystem::remove(path("pid"));
    }
    std::string fingerprint(const std::string& key) const {
        return read_public_key(slurp(path(key + ".pub")))->fingerprint;
    }
    void make_key(const std::string& name, const std::string& kind) const {
        ASSERT_EQ(shell("ssh-keygen -q -t " + kind + " -N '' -f " + path(name)), 0);
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
        return Poller(plan, connect, world.intake, world.clock, Log(null_sink()));
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
    Connector connect = GetParam().connect;
};

INSTANTIATE_TEST_SUITE_P(Libraries,
                         Sshd,
                         ::testing::Values(Library{"Libssh2", connect_libssh2},
                                           Library{"Libssh",
                                                   [](const RemoteServer& server) {
                                                       return connect_libssh(server);
                                                   }},
                                           Library{"Chosen", connect_server}),
                         [](const auto& one) { return one.param.name; });

TEST_P(Sshd, PushesUnderATemporaryNameAndRenames) {
    auto client = connect(server);
    ASSERT_TRUE(client) << client.error().text();
    EXPECT_EQ((*client)->host_key(), server.host_keys[0]);
    const Bytes octets(1'000'000, 'p');
    const PushPlan plan{.server = server, .folder = path("files")};
    const auto pushed = push(**client, plan, "out.edi", octets);
    ASSERT_TRUE(pushed) << pushed.error().text();
    EXPECT_EQ(file("out.edi"), octets);
    EXPECT_FALSE(there("files/out.edi.part"));
}

TEST_P(Sshd, APushThatBrokeOffGoesOnAndOneThatWentThroughIsNotRepeated) {
    auto client = connect(server);
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

TEST_P(Sshd, AChangedHostKeyStopsEverythingBeforeTheLogin) {
    const std::string right = server.host_keys[0];
    server.host_keys = {"SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
    const auto changed = connect(server);
    ASSERT_EQ(code_of(changed), "sftp.host_key.changed");
    EXPECT_NE(changed.error().text().find("host key changed: was SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAA"
                                          "AAAAAAAAAAAAAAAAA, is " +
                                          right),
              std::string::npos)
        << changed.error().text();
    server.host_keys.clear();
    EXPECT_EQ(code_of(connect(server)), "sftp.host_key.unknown");
    EXPECT_EQ(slurp(path("log")).find("Accepted"), std::string::npos);
}

TEST_P(Sshd, ReadsAndWritesManyPieces) {
    auto client = connect(server);
    ASSERT_TRUE(client) << client.error().text();
    Bytes octets;
    while (octets.size() < 5'000'001)
        octets += std::to_string(octets.size());
    ASSERT_TRUE((*client)->write(path("files/large"), BytesView(octets).substr(0, 1'000'000), 0));
    ASSERT_TRUE(
        (*client)->write(path("files/large"), BytesView(octets).substr(1'000'000), 1'000'000));
    EXPECT_TRUE(file("large") == octets);
    const auto back = (*client)->read(path("files/large"), octets.size());
    ASSERT_TRUE(back) << back.error().text();
    EXPECT_TRUE(*back == octets);
    EXPECT_EQ(code_of((*client)->read(path("files/large"), octets.size() - 1)), "sftp.large");
    EXPECT_EQ((*client)->look(path("files/large"))->bytes, octets.size());
    EXPECT_TRUE((*client)->look(path("files"))->folder);
    EXPECT_EQ(code_of((*client)->look(path("files/none"))), "sftp.missing");
    EXPECT_EQ(code_of((*client)->list(path("none"))), "sftp.missing");
    spill(path("files/there"), "taken");
    EXPECT_FALSE((*client)->rename(path("files/large"), path("files/there")));
    EXPECT_EQ(file("there"), "taken");
}

TEST_P(Sshd, AnEmptyFileAndOneOfExactlyOnePieceAreReadWhole) {
    auto client = connect(server);
    ASSERT_TRUE(client) << client.error().text();
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{32} << 10U}) {
        spill(path("files/some"), Bytes(size, 's'));
        const auto back = (*client)->read(path("files/some"), 1U << 20U);
        ASSERT_TRUE(back) << back.error().text();
        EXPECT_EQ(back->size(), size);
    }
}

TEST_P(Sshd, AServerThatStopsAnsweringIsLeftAfterTheTimeOfOneStep) {
    // libssh2 counts in whole seconds: below one, any turn of the second is a time-out.
    server.step_within = std::chrono::milliseconds{3'000};
    auto client = connect(server);
    ASSERT_TRUE(client) << client.error().text();
    const std::string of_ours = " -P $(cat " + path("pid") + ")";
    ASSERT_EQ(shell("pkill -STOP" + of_ours), 0);
    const auto listed = (*client)->list(path("files"));
    EXPECT_EQ(code_of(listed), "sftp.broken");
    EXPECT_EQ(shell("pkill -KILL" + of_ours), 0);
}

TEST_P(Sshd, WrongUsersKeysAndPortsSaySo) {
    RemoteServer wrong = server;
    wrong.user = "nobody-here";
    EXPECT_EQ(code_of(connect(wrong)), "sftp.login");
    wrong = server;
    wrong.port = free_port();
    const auto closed = connect(wrong);
    ASSERT_EQ(code_of(closed), "sftp.connect");
    EXPECT_EQ(closed.error().blame(), Blame::Network);
}

TEST_P(Sshd, PollsWhatMatchesInOrderAndRemovesItAfterwards) {
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

TEST_P(Sshd, AFileThatStillGrowsIsLeftAlone) {
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

TEST_P(Sshd, NothingIsRemovedWhenTheStoreFails) {
    spill(path("files/a.edi"), "ISA");
    world.intake.broken.with([](bool& value) { value = true; });
    Poller polled = poller(poll_plan());
    EXPECT_EQ(poll(polled)->faults.size(), 1U);
    EXPECT_TRUE(there("files/a.edi"));
    world.intake.broken.with([](bool& value) { value = false; });
    EXPECT_EQ(polled.once()->taken, 1U);
    EXPECT_FALSE(there("files/a.edi"));
}

TEST_P(Sshd, ArchivesWithoutOverwritingAndKeepsWithoutRepeating) {
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

TEST_P(Sshd, OneTooLargeFileDoesNotStopTheOthers) {
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

// What libssh2 1.10 cannot: RSA signatures of today, for servers and for us.
class RsaSshd : public Sshd {};
INSTANTIATE_TEST_SUITE_P(Libraries,
                         RsaSshd,
                         ::testing::Values(Library{"Chosen", connect_server}),
                         [](const auto& one) { return one.param.name; });

TEST_P(RsaSshd, AServerWithAnRsaHostKeyAloneIsReachedThroughLibssh) {
    make_key("rsa", "rsa");
    start({"rsa"});
    server.host_keys = {fingerprint("rsa")};
    EXPECT_EQ(code_of(connect_libssh2(server)), "sftp.library");
    auto client = connect(server);
    ASSERT_TRUE(client) << client.error().text();
    EXPECT_EQ((*client)->host_key(), fingerprint("rsa"));
    server.host_keys = {fingerprint("host")};
    EXPECT_EQ(code_of(connect(server)), "sftp.host_key.changed");
}

TEST_P(RsaSshd, AnRsaKeyOfOursLogsIn) {
    std::filesystem::remove(path("mine"));
    make_key("mine", "rsa");
    server.key = std::make_shared<Secret>(slurp(path("mine")));
    EXPECT_EQ(code_of(connect_libssh2(server)), "sftp.login");
    auto client = connect(server);
    ASSERT_TRUE(client) << client.error().text();
}

TEST_P(RsaSshd, ThePinnedKeyMayBeAnyOfTheServersKeys) {
    make_key("rsa", "rsa");
    make_key("ecdsa", "ecdsa");
    make_key("stranger", "ed25519");
    start({"host", "ecdsa", "rsa"});
    for (const char* pinned : {"host", "ecdsa", "rsa"}) {
        server.host_keys = {fingerprint(pinned)};
        auto client = connect(server);
        ASSERT_TRUE(client) << pinned << ": " << client.error().text();
        EXPECT_EQ((*client)->host_key(), fingerprint(pinned));
    }
    server.host_keys = {fingerprint("stranger")};
    const auto changed = connect(server);
    ASSERT_EQ(code_of(changed), "sftp.host_key.changed");
    EXPECT_NE(changed.error().text().find(fingerprint("host")), std::string::npos)
        << "the key the server shows first is the one to compare: " << changed.error().text();
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

class SftpBothSides : public ::testing::TestWithParam<Library> {};
INSTANTIATE_TEST_SUITE_P(Libraries,
                         SftpBothSides,
                         ::testing::Values(Library{"Libssh2", connect_libssh2},
                                           Library{"Libssh",
                                                   [](const RemoteServer& server) {
                                                       return connect_libssh(server);
                                                   }}),
                         [](const auto& one) { return one.param.name; });

TEST_P(SftpBothSides, OurClientPushesToAndPollsFromOurServer) {
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
    PushSender sender("sftp-push", GetParam().connect);
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
    Poller poller(plan, GetParam().connect, theirs, clock, Log(null_sink()));
    const auto report = poller.once();
    ASSERT_TRUE(report) << report.error().text();
    EXPECT_EQ(report->taken, 1U);
    EXPECT_TRUE(report->faults.empty()) << report->faults.at(0).text();
    EXPECT_EQ(theirs.all().at(0).octets, "ISA*997~");
    EXPECT_EQ(world.mailbox.where("acme", "997.edi"), "archive");
}

}  // namespace
}  // namespace sallyport::sftp
