// SPDX-License-Identifier: Apache-2.0
// SFTP version 3, octet by octet: the engine behind a client that may be hostile.
#include "world.h"

#include "transports/sftp/login.h"

#include <argon2.h>
#include <gtest/gtest.h>

namespace sallyport::sftp {
namespace {

struct Reply {
    PacketType type{};
    std::uint32_t id = 0;
    Bytes rest;
    StatusCode status() const {
        return type == PacketType::Status ? static_cast<StatusCode>(PacketReader(rest).u32())
                                          : StatusCode::Ok;
    }
    std::string text() const { return std::string(PacketReader(rest).text()); }
};

std::vector<Reply> replies_in(BytesView out) {
    std::vector<Reply> replies;
    while (out.size() >= LengthOctets) {
        const std::uint32_t length = PacketReader(out).u32();
        PacketReader body(out.substr(LengthOctets, length));
        Reply reply;
        reply.type = static_cast<PacketType>(body.octet());
        reply.id = body.u32();
        reply.rest = Bytes(out.substr(LengthOctets + 5, length - 5));
        replies.push_back(std::move(reply));
        out.remove_prefix(LengthOctets + length);
    }
    return replies;
}

struct Client {
    explicit Client(World& world) : tree(world.tree(account())), engine(tree) {
        Bytes hello;
        PacketWriter(hello, PacketType::Init).u32(3);
        Bytes out;
        good = engine.feed(hello, out);
        greeting = out;
    }
    Reply ask(const Bytes& request) {
        Bytes out;
        good = engine.feed(request, out);
        auto replies = replies_in(out);
        return replies.size() == 1 ? replies[0] : Reply{.type = PacketType::Init};
    }
    Reply path(PacketType type, const std::string& name) {
        Bytes request;
        PacketWriter(request, type).u32(7).text(name);
        return ask(request);
    }
    std::string open(const std::string& name, std::uint32_t flags) {
        Bytes request;
        PacketWriter(request, PacketType::Open).u32(7).text(name).u32(flags).u32(0);
        const Reply reply = ask(request);
        return reply.type == PacketType::Handle ? reply.text() : "";
    }
    PartnerTree tree;
    Engine engine;
    Bytes greeting;
    bool good = false;
};

TEST(SftpEngine, GreetsWithVersionThreeAndItsExtensions) {
    World world;
    const Client client(world);
    ASSERT_TRUE(client.good);
    PacketReader fields(client.greeting);
    fields.u32();
    EXPECT_EQ(fields.octet(), static_cast<std::uint8_t>(PacketType::Version));
    EXPECT_EQ(fields.u32(), 3U);
    EXPECT_EQ(fields.text(), "posix-rename@openssh.com");
}

TEST(SftpEngine, UploadsPipelinedAndCutIntoSingleOctets) {
    World world;
    Client client(world);
    const std::string handle = client.open("/in/a.edi", 0x1A);
    ASSERT_NE(handle, "");
    Bytes requests;
    PacketWriter(requests, PacketType::Write).u32(1).text(handle).u64(0).text("hello ");
    PacketWriter(requests, PacketType::Write).u32(2).text(handle).u64(6).text("world");
    PacketWriter(requests, PacketType::Close).u32(3).text(handle);
    Bytes out;
    for (const char octet : requests)
        ASSERT_TRUE(client.engine.feed(BytesView(&octet, 1), out));
    const auto replies = replies_in(out);
    ASSERT_EQ(replies.size(), 3U);
    for (std::size_t at = 0; at < replies.size(); ++at) {
        EXPECT_EQ(replies[at].id, at + 1);
        EXPECT_EQ(replies[at].status(), StatusCode::Ok);
    }
    EXPECT_EQ(world.intake.all().at(0).octets, "hello world");
}

TEST(SftpEngine, NormalisesPathsAndLetsNoneOut) {
    EXPECT_EQ(*normal_path("/a/../../b//./c/"), "/b/c");
    EXPECT_EQ(*normal_path(""), "/");
    EXPECT_EQ(*normal_path("../../../etc/passwd"), "/etc/passwd");
    EXPECT_EQ(*normal_path("in/x"), "/in/x");
    EXPECT_EQ(code_of(normal_path(std::string("/in/a\0b", 7))), "sftp.denied");
    EXPECT_EQ(code_of(normal_path("/in/a\nb")), "sftp.denied");
    EXPECT_EQ(code_of(normal_path("/" + std::string(256, 'n'))), "sftp.denied");
    EXPECT_EQ(code_of(normal_path("/1/2/3/4/5/6/7/8/9")), "sftp.denied");
    World world;
    Client client(world);
    EXPECT_EQ(client.path(PacketType::Stat, "../../../etc/passwd").status(),
              StatusCode::NoSuchFile);
    EXPECT_EQ(client.path(PacketType::Stat, "/in/../../proc/self/mem").status(),
              StatusCode::NoSuchFile);
}

TEST(SftpEngine, WhatItDoesNotKnowIsUnsupportedAndTheSessionGoesOn) {
    World world;
    Client client(world);
    for (const auto type : {PacketType::Readlink, PacketType::Symlink, static_cast<PacketType>(99)})
        EXPECT_EQ(client.path(type, "/in").status(), StatusCode::Unsupported);
    Bytes request;
    PacketWriter(request, PacketType::Extended).u32(1).text("hardlink@openssh.com");
    EXPECT_EQ(client.ask(request).status(), StatusCode::Unsupported);
    EXPECT_EQ(client.path(PacketType::Stat, "/in").type, PacketType::Attrs);
}

TEST(SftpEngine, MalformedFieldsAreBadMessagesAndMalformedFramingEndsTheSession) {
    World world;
    Client client(world);
    Bytes shorter;
    PacketWriter(shorter, PacketType::Open).u32(1).text("/in/a");
    EXPECT_EQ(client.ask(shorter).status(), StatusCode::BadMessage);
    Bytes lying;
    PacketWriter(lying, PacketType::Stat).u32(1).u32(0xFFFFFFFF);
    EXPECT_EQ(client.ask(lying).status(), StatusCode::BadMessage);
    Bytes out;
    EXPECT_FALSE(client.engine.feed(BytesView("\xFF\xFF\xFF\xFF", 4), out));
    World second;
    auto tree = second.tree(account());
    Engine silent(tree);
    EXPECT_FALSE(silent.feed("GET / HTTP/1.1\r\n", out));
}

TEST(SftpEngine, HandlesAreCounted) {
    World world;
    Client client(world);
    for (unsigned number = 0; number < EngineLimits{}.handles; ++number)
        ASSERT_EQ(client.path(PacketType::Opendir, "/in").type, PacketType::Handle);
    EXPECT_EQ(client.path(PacketType::Opendir, "/in").status(), StatusCode::Failure);
    EXPECT_EQ(client.path(PacketType::Close, "1").status(), StatusCode::Ok);
    EXPECT_EQ(client.path(PacketType::Opendir, "/in").type, PacketType::Handle);
    EXPECT_EQ(client.path(PacketType::Close, "nonsense").status(), StatusCode::Failure);
}

TEST(SftpEngine, ManyReadsAtOnceWaitUntilTheirAnswersWereSent) {
    World world;
    world.mailbox.put("acme", "large", Bytes(200'000, 'x'));
    Client client(world);
    const std::string handle = client.open("/out/large", 0x01);
    ASSERT_NE(handle, "");
    Bytes requests;
    for (std::uint32_t id = 0; id < 100; ++id)
        PacketWriter(requests, PacketType::Read).u32(id).text(handle).u64(0).u32(200'000);
    std::size_t answered = 0;
    std::size_t longest = 0;
    BytesView octets = requests;
    do {
        Bytes out;
        ASSERT_TRUE(client.engine.feed(octets, out));
        octets = {};
        longest = std::max(longest, out.size());
        answered += replies_in(out).size();
    } while (client.engine.waiting());
    EXPECT_EQ(answered, 100U);
    EXPECT_LT(longest, EngineLimits{}.reply_bytes + 300'000);
}

std::string argon2id_of(const std::string& password) {
    std::string encoded(200, '\0');
    const std::string salt = "saltsalt";
    EXPECT_EQ(argon2id_hash_encoded(1,
                                    64,
                                    1,
                                    password.data(),
                                    password.size(),
                                    salt.data(),
                                    salt.size(),
                                    32,
                                    encoded.data(),
                                    encoded.size()),
              ARGON2_OK);
    return encoded.c_str();
}

TEST(SftpLogin, ChecksKeysPasswordsBothAndNetworks) {
    auto both = account();
    both->public_keys = {"ssh-ed25519 AAAAkey"};
    both->password_hash = std::make_shared<Secret>(argon2id_of("secret"));
    both->key_and_password = true;
    both->networks = {"192.0.2.0/24"};
    const auto accounts = fixed_accounts({both});
    using Verdict = Login::Verdict;
    Login far(*accounts, "198.51.100.1");
    EXPECT_EQ(far.key("acme", "AAAAkey", Login::Proof::Signed), Verdict::No);
    Login login(*accounts, "192.0.2.9");
    EXPECT_EQ(login.key("nobody", "AAAAkey", Login::Proof::Signed), Verdict::No);
    EXPECT_EQ(login.key("acme", "AAAAother", Login::Proof::Signed), Verdict::No);
    EXPECT_EQ(login.key("acme", "AAAAkey", Login::Proof::Offered), Verdict::Yes);
    EXPECT_EQ(login.account(), nullptr) << "an offer proves nothing";
    EXPECT_EQ(login.password("acme", "wrong"), Verdict::No);
    EXPECT_EQ(login.key("acme", "AAAAkey", Login::Proof::Signed), Verdict::Partly);
    EXPECT_EQ(login.account(), nullptr);
    EXPECT_EQ(login.password("acme", "secret"), Verdict::Yes);
    ASSERT_NE(login.account(), nullptr);
    EXPECT_EQ(login.account()->partner, "acme");
}

TEST(SftpLogin, TheTwoHalvesMustBeOfOneUser) {
    auto both = account();
    both->public_keys = {"ssh-ed25519 AAAAkey"};
    both->password_hash = std::make_shared<Secret>(argon2id_of("secret"));
    both->key_and_password = true;
    auto other = account("other");
    other->public_keys = {"ssh-ed25519 AAAAtheirs"};
    other->password_hash = std::make_shared<Secret>(argon2id_of("theirs"));
    other->key_and_password = true;
    const auto accounts = fixed_accounts({both, other});
    Login login(*accounts, "192.0.2.9");
    EXPECT_EQ(login.key("other", "AAAAtheirs", Login::Proof::Signed), Login::Verdict::Partly);
    EXPECT_EQ(login.password("acme", "secret"), Login::Verdict::Partly);
    EXPECT_EQ(login.account(), nullptr);
}

TEST(SftpLogin, TakesYescryptHashesAsMkpasswdWritesThem) {
    const Secret hash(
        std::string("$y$j9T$saltsaltsaltsaltsalt$N.44bTTVedjKfuW7ar67CoWirFXUzuQT9Fy.bPddci7"));
    EXPECT_TRUE(password_matches("secret", hash));
    EXPECT_FALSE(password_matches("Secret", hash));
}

TEST(SftpLogin, NetworksAreParsedStrictly) {
    EXPECT_TRUE(network_holds("192.0.2.0/24", "192.0.2.255"));
    EXPECT_FALSE(network_holds("192.0.2.0/25", "192.0.2.255"));
    EXPECT_TRUE(network_holds("2001:db8::/32", "2001:db8:ffff::1"));
    EXPECT_FALSE(network_holds("2001:db8::/32", "192.0.2.1"));
    EXPECT_TRUE(network_holds("192.0.2.1", "::ffff:192.0.2.1"));
    for (const char* bad : {"", "/8", "1.2.3/8", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/x", "::/129"})
        EXPECT_FALSE(is_network(bad)) << bad;
}

TEST(SftpLogin, WeakHashesNeverMatch) {
    // crypt("secret", "$1$saltsalt$"): md5
    EXPECT_FALSE(
        password_matches("secret", Secret(std::string("$1$saltsalt$1ESA1Jz.2OkC6mAQOxDhc1"))));
    EXPECT_FALSE(password_matches("", Secret(std::string("$y$j9T$x$y"))));
    EXPECT_FALSE(is_strong(Secret(std::string("secret"))));
}

}  // namespace
}  // namespace sallyport::sftp
