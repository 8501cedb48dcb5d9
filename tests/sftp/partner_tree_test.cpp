// SPDX-License-Identifier: Apache-2.0
// What partners can do with files, and what must not happen when they or we break off.
#include "world.h"

namespace sallyport::sftp {
namespace {

const std::string Large(300'000, 'x');  // more than stays in memory

TEST(SftpTree, TakesAnUploadInWhenItIsClosedAndNotBefore) {
    World world;
    auto tree = world.tree(account());
    auto file = tree.open("/in/order.edi", ForUpload);
    ASSERT_TRUE(file) << file.error().text();
    ASSERT_TRUE((*file)->write(0, "ISA*"));
    ASSERT_TRUE((*file)->write(4, "00~"));
    EXPECT_TRUE(world.intake.all().empty());
    ASSERT_TRUE((*file)->close());
    const auto taken = world.intake.all();
    ASSERT_EQ(taken.size(), 1U);
    EXPECT_EQ(taken[0].octets, "ISA*00~");
    EXPECT_EQ(taken[0].partner, "acme");
    EXPECT_EQ(taken[0].to, "/in");
    EXPECT_EQ(taken[0].name, "order.edi");
    EXPECT_EQ(world.staged(), 0U);
}

TEST(SftpTree, TakesLargeUploadsFromTheStagingFolderAndLeavesNothingThere) {
    World world;
    auto tree = world.tree(account());
    ASSERT_TRUE(upload(tree, "/in/large.edi", Large));
    ASSERT_EQ(world.intake.all().size(), 1U);
    EXPECT_EQ(world.intake.all()[0].octets, Large);
    EXPECT_EQ(world.staged(), 0U);
}

TEST(SftpTree, OctetsMayComeInAnyOrderButNotWithHoles) {
    World world;
    auto tree = world.tree(account());
    auto file = tree.open("/in/a", ForUpload);
    ASSERT_TRUE((*file)->write(3, "def"));
    ASSERT_TRUE((*file)->write(0, "abc"));
    ASSERT_TRUE((*file)->close());
    EXPECT_EQ(world.intake.all().at(0).octets, "abcdef");

    auto holed = tree.open("/in/b", ForUpload);
    ASSERT_TRUE((*holed)->write(10, "late"));
    EXPECT_EQ(code_of((*holed)->close()), "sftp.incomplete");
    EXPECT_EQ(world.intake.all().size(), 1U);
}

TEST(SftpTree, WaitsForTheRenameUnderATemporaryName) {
    World world;
    auto tree = world.tree(account());
    ASSERT_TRUE(upload(tree, "/in/order.edi.tmp", "ISA"));
    EXPECT_TRUE(world.intake.all().empty());
    EXPECT_EQ(world.staged(), 2U) << "a close that succeeded must be durable";
    ASSERT_TRUE(tree.rename("/in/order.edi.tmp", "/in/order.edi", false));
    ASSERT_EQ(world.intake.all().size(), 1U);
    EXPECT_EQ(world.intake.all()[0].name, "order.edi");
    EXPECT_EQ(world.staged(), 0U);
}

TEST(SftpTree, ATemporaryNameSurvivesARestartAndIsRenamedInTheNextLife) {
    World world;
    {
        auto tree = world.tree(account());
        ASSERT_TRUE(upload(tree, "/in/large.part", Large));
    }
    world.live();
    auto tree = world.tree(account());
    EXPECT_EQ(tree.look("/in/large.part")->bytes, Large.size());
    ASSERT_TRUE(tree.rename("/in/large.part", "/in/large.edi", true));
    EXPECT_EQ(world.intake.all().at(0).octets, Large);
}

TEST(SftpTree, NeverTakesInWhatIsStillOpen) {
    World world;
    auto tree = world.tree(account());
    auto file = tree.open("/in/order.tmp", ForUpload);
    ASSERT_TRUE((*file)->write(0, "half"));
    EXPECT_EQ(code_of(tree.rename("/in/order.tmp", "/in/order.edi", false)), "sftp.incomplete");
    EXPECT_TRUE(world.intake.all().empty());
}

TEST(SftpTree, ABrokenUploadIsKeptOneOctetShortAndCanBeResumed) {
    for (const std::string& octets : {std::string("short"), Large}) {
        World world;
        {
            auto tree = world.tree(account());
            auto file = tree.open("/in/order.edi", ForUpload);
            ASSERT_TRUE((*file)->write(0, octets));
        }
        EXPECT_TRUE(world.intake.all().empty());
        for (int life = 0; life < 2; ++life) {
            auto tree = world.tree(account());
            // A client that compares sizes must see that something is missing, or it would never finish.
            ASSERT_LT(tree.look("/in/order.edi")->bytes, octets.size());
            world.live();
        }
        auto tree = world.tree(account());
        const auto have = tree.look("/in/order.edi")->bytes;
        EXPECT_GT(have + 4, octets.size());
        auto file = tree.open("/in/order.edi", ForResume);
        ASSERT_TRUE(file);
        ASSERT_TRUE((*file)->write(have, BytesView(octets).substr(have)));
        ASSERT_TRUE((*file)->close());
        EXPECT_EQ(world.intake.all().at(0).octets, octets);
        EXPECT_EQ(world.staged(), 0U);
    }
}

TEST(SftpTree, TheNewestWriterOfANameWinsAndTheOldOneIsTold) {
    World world;
    auto one = world.tree(account());
    auto two = world.tree(account());
    auto old = one.open("/in/a", ForUpload);
    ASSERT_TRUE((*old)->write(0, "old"));
    auto fresh = two.open("/in/a", ForUpload);
    ASSERT_TRUE((*fresh)->write(0, "new!"));
    EXPECT_EQ(code_of((*old)->write(3, "x")), "sftp.superseded");
    EXPECT_EQ(code_of((*old)->close()), "sftp.superseded");
    ASSERT_TRUE((*fresh)->close());
    ASSERT_EQ(world.intake.all().size(), 1U);
    EXPECT_EQ(world.intake.all()[0].octets, "new!");
}

TEST(SftpTree, TheSameOctetsUnderAnotherNameAreADuplicateAndSucceed) {
    World world;
    auto tree = world.tree(account());
    ASSERT_TRUE(upload(tree, "/in/a", "ISA"));
    ASSERT_TRUE(upload(tree, "/in/b", "ISA"));
    ASSERT_TRUE(upload(tree, "/in/a", "other"));
    EXPECT_EQ(world.intake.all().size(), 2U);
    EXPECT_EQ(world.recorder.count("sftp.upload.duplicate"), 1U);
}

TEST(SftpTree, CloseFailsWhenTheStoreDoesAndSaysNothingAboutOurPaths) {
    World world;
    auto tree = world.tree(account());
    world.intake.broken.with([](bool& value) { value = true; });
    const Status closed = upload(tree, "/in/a", Large);
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().code(), "sftp.unavailable");
    EXPECT_EQ(closed.error().text().find("/var"), std::string::npos);
    world.intake.broken.with([](bool& value) { value = false; });
    ASSERT_TRUE(upload(tree, "/in/a", Large));
    EXPECT_EQ(world.intake.all().size(), 1U);
    EXPECT_EQ(world.staged(), 0U);
}

TEST(SftpTree, LimitsOfSizeQuotaNumberAndRateHold) {
    World world;
    auto small = account();
    small->uploads = {.file_bytes = 10, .quota_bytes = 15, .files = 2, .per_minute = 4};
    auto tree = world.tree(small);
    EXPECT_EQ(code_of(upload(tree, "/in/a", "12345678901")), "sftp.large");
    EXPECT_EQ(code_of(tree.remove("/in/a")), "");
    ASSERT_TRUE(upload(tree, "/in/b.tmp", "1234567890"));
    EXPECT_EQ(code_of(upload(tree, "/in/c.tmp", "123456")), "sftp.quota");
    EXPECT_EQ(code_of(tree.open("/in/d", ForUpload)), "sftp.quota") << "a third unfinished one";
    EXPECT_EQ(code_of(tree.open("/in/e", ForUpload)), "sftp.rate");
    world.clock.steady += std::chrono::minutes{1};
    ASSERT_TRUE(tree.remove("/in/b.tmp"));
    ASSERT_TRUE(upload(tree, "/in/f", "1234567890"));
    EXPECT_EQ(world.intake.all().size(), 1U);
}

TEST(SftpTree, AfterAFailedWriteCloseCannotSucceed) {
    World world;
    auto small = account();
    small->uploads.file_bytes = 4;
    auto tree = world.tree(small);
    auto file = tree.open("/in/a", ForUpload);
    ASSERT_TRUE((*file)->write(0, "1234"));
    EXPECT_FALSE((*file)->write(4, "5"));
    EXPECT_EQ(code_of((*file)->close()), "sftp.large");
    EXPECT_TRUE(world.intake.all().empty());
}

TEST(SftpTree, ClientsFindWhatTheyUploadedForAWhileButItIsNotListed) {
    World world;
    auto tree = world.tree(account());
    ASSERT_TRUE(upload(tree, "/in/a", "ISA"));
    EXPECT_EQ(tree.look("/in/a")->bytes, 3U);
    EXPECT_EQ(tree.list("/in")->size(), 1U) << "the folder alone";
    EXPECT_TRUE(tree.rename("/in/a", "/in/b", false));
    EXPECT_EQ(tree.look("/in/b")->bytes, 3U);
    world.clock.at += std::chrono::hours{2};
    EXPECT_EQ(code_of(tree.look("/in/b")), "sftp.missing");
}

TEST(SftpTree, ConfiguredFoldersTakeUploadsAndOthersDoNot) {
    World world;
    auto tree = world.tree(account());
    ASSERT_TRUE(upload(tree, "/in/orders/a", "ISA"));
    EXPECT_EQ(world.intake.all().at(0).to, "/in/orders");
    for (const char* path : {"/in/other/a", "/a", "/out/a", "/archive/a", "/etc/passwd", "/in"})
        EXPECT_EQ(code_of(upload(tree, path, "x")), "sftp.denied") << path;
    EXPECT_EQ(code_of(tree.make_folder("/in/new")), "sftp.denied");
    EXPECT_EQ(code_of(tree.remove_folder("/in")), "sftp.denied");
}

TEST(SftpTree, AFetchCountsWhenEveryOctetWasReadAndTheFileClosed) {
    World world;
    world.mailbox.put("acme", "997.edi", "0123456789");
    auto tree = world.tree(account());
    {
        auto file = tree.open("/out/997.edi", ForRead);
        ASSERT_TRUE(file);
        EXPECT_EQ(*(*file)->read(0, 5), "01234");
        ASSERT_TRUE((*file)->close());
    }
    EXPECT_EQ(world.mailbox.where("acme", "997.edi"), "out") << "half is not all";
    {
        auto file = tree.open("/out/997.edi", ForRead);
        EXPECT_EQ(*(*file)->read(5, 99), "56789");
        EXPECT_EQ(*(*file)->read(0, 5), "01234");
        EXPECT_EQ(*(*file)->read(10, 5), "");
    }
    EXPECT_EQ(world.mailbox.where("acme", "997.edi"), "out") << "the connection broke before close";
    auto file = tree.open("/out/997.edi", ForRead);
    EXPECT_EQ((*file)->read(0, 100)->size(), 10U);
    ASSERT_TRUE((*file)->close());
    EXPECT_EQ(world.mailbox.where("acme", "997.edi"), "archive");
    EXPECT_EQ(tree.list("/out")->size(), 0U);
    EXPECT_EQ(tree.list("/archive")->size(), 1U);
    EXPECT_TRUE(tree.remove("/out/997.edi")) << "get, then rm: by agreement it went by itself";
}

TEST(SftpTree, WhatWasNeverReadCannotBeRemoved) {
    World world;
    world.mailbox.put("acme", "a", "x");
    auto keeping = account();
    keeping->after_fetch = transports::AfterFetch::Keep;
    auto tree = world.tree(keeping);
    EXPECT_EQ(code_of(tree.remove("/out/a")), "sftp.denied");
    auto file = tree.open("/out/a", ForRead);
    (void)(*file)->read(0, 10);
    ASSERT_TRUE((*file)->close());
    EXPECT_EQ(tree.list("/out")->size(), 1U);
    EXPECT_TRUE(tree.rename("/out/a", "/archive/a", false));
    EXPECT_EQ(world.mailbox.where("acme", "a"), "archive");
}

TEST(SftpTree, PartnersSeeNothingOfEachOther) {
    World world;
    world.mailbox.put("other", "secret.edi", "x");
    auto other = world.tree(account("other"));
    auto tree = world.tree(account());
    ASSERT_TRUE(upload(other, "/in/x.tmp", "theirs"));
    EXPECT_EQ(tree.list("/out")->size(), 0U);
    EXPECT_EQ(code_of(tree.open("/out/secret.edi", ForRead)), "sftp.missing");
    EXPECT_EQ(code_of(tree.look("/in/x.tmp")), "sftp.missing");
    EXPECT_EQ(code_of(tree.rename("/in/x.tmp", "/in/x", true)), "sftp.missing");
    EXPECT_EQ(code_of(tree.remove("/in/x.tmp")), "sftp.missing");
}

TEST(SftpTree, AnEmptyFileIsNoDocument) {
    World world;
    auto tree = world.tree(account());
    ASSERT_TRUE(upload(tree, "/in/probe", ""));
    EXPECT_TRUE(world.intake.all().empty());
    ASSERT_TRUE(upload(tree, "/in/probe", "now it is one"));
    EXPECT_EQ(world.intake.all().size(), 1U);
}

}  // namespace
}  // namespace sallyport::sftp
