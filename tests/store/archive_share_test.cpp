// SPDX-License-Identifier: Apache-2.0
// Octets that are on disk already get their address as a second name.
#include "tests/support/temp_dir.h"

#include "gateway/base/digest.h"
#include "gateway/base/file.h"
#include "gateway/store/archive.h"

#include <gtest/gtest.h>

namespace sallyport::store {
namespace {

struct Shared {
    testing_support::TempDir directory;
    Archive archive{directory.path() / "archive"};
    std::filesystem::path file = directory.path() / "upload";
    std::string address = sha256_hex("ISA*00~");
    Shared() { EXPECT_TRUE(write_file_durably(file, "ISA*00~")); }
};

TEST(ArchiveShare, GivesAFileItsAddressAndSurvivesTheFilesRemoval) {
    Shared under;
    const auto shared = under.archive.share(under.file, under.address);
    ASSERT_TRUE(shared) << shared.error().text();
    EXPECT_EQ(*shared, under.address);
    std::filesystem::remove(under.file);
    EXPECT_EQ(*under.archive.get(under.address), "ISA*00~");
}

TEST(ArchiveShare, AgainIsNoFaultAndLeavesNothingBehind) {
    Shared under;
    ASSERT_TRUE(under.archive.share(under.file, under.address));
    ASSERT_TRUE(under.archive.share(under.file, under.address));
    const auto survey =
        under.archive.verify([](const Error& error) { ADD_FAILURE() << error.text(); });
    ASSERT_TRUE(survey);
    EXPECT_EQ(survey->objects, 1U);
    EXPECT_EQ(survey->leftovers, 0U);
}

TEST(ArchiveShare, HealsADamagedObject) {
    Shared under;
    ASSERT_TRUE(under.archive.put("ISA*00~"));
    ASSERT_TRUE(write_file_durably(under.archive.path_of(under.address), "damaged"));
    ASSERT_TRUE(under.archive.share(under.file, under.address));
    EXPECT_EQ(*under.archive.get(under.address), "ISA*00~");
}

TEST(ArchiveShare, OfWhatIsTooLargeToHoldIsReadAsAFileAfterItsOctetsWereCompared) {
    const Shared under;
    const Archive small(under.directory.path() / "archive", 4);
    ASSERT_TRUE(small.share(under.file, under.address));
    EXPECT_EQ(small.get(under.address).error().code(), "file.large");
    const auto file = small.checked_file(under.address);
    ASSERT_TRUE(file) << file.error().text();
    EXPECT_EQ(*read_file(*file, 100), "ISA*00~");
    EXPECT_TRUE(small.verify([](const Error& error) { ADD_FAILURE() << error.text(); }));
    ASSERT_TRUE(write_file_durably(*file, "ISA*01~"));
    EXPECT_EQ(small.checked_file(under.address).error().code(), "archive.corrupt");
    unsigned bad = 0;
    ASSERT_TRUE(small.verify([&](const Error&) { ++bad; }));
    EXPECT_EQ(bad, 1U);
    EXPECT_EQ(small.checked_file(std::string(64, 'a')).error().code(), "archive.missing");
    EXPECT_EQ(small.checked_file("../x").error().code(), "archive.address");
}

TEST(ArchiveShare, RefusesWhatIsNoAddressAndAFileThatIsNotThere) {
    Shared under;
    EXPECT_EQ(under.archive.share(under.file, "../x").error().code(), "archive.address");
    EXPECT_EQ(under.archive.share(under.directory.path() / "none", under.address).error().code(),
              "file.write");
}

TEST(Sha256, PieceByPieceIsTheSameAsAtOnceAndMayGoOnAfterAnAnswer) {
    Sha256 digest;
    digest.add("ab");
    EXPECT_EQ(digest.hex(), sha256_hex("ab"));
    digest.add("c");
    EXPECT_EQ(digest.hex(), sha256_hex("abc"));
    EXPECT_EQ(Sha256().hex(), sha256_hex(""));
}

}  // namespace
}  // namespace sallyport::store
