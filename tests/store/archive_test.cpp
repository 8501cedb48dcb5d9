// SPDX-License-Identifier: Apache-2.0
#include "gateway/store/archive.h"

#include "tests/support/temp_dir.h"

#include "gateway/base/digest.h"
#include "gateway/base/file.h"

#include <gtest/gtest.h>

#include <thread>

namespace sallyport::store {

class ArchiveTest : public ::testing::Test {
protected:
    testing_support::TempDir m_dir;
    Archive m_archive{m_dir.path() / "archive"};
};

TEST_F(ArchiveTest, OctetsComeBackUnderTheirDigest) {
    const Bytes octets("ISA\0*\xFF\r\n", 8);
    auto address = m_archive.put(octets);
    ASSERT_TRUE(address);
    EXPECT_EQ(*address, sha256_hex(octets));
    EXPECT_EQ(m_archive.path_of(*address),
              m_dir.path() / "archive" / address->substr(0, 2) / address->substr(2, 2) / *address);
    auto back = m_archive.get(*address);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, octets);
}

TEST_F(ArchiveTest, NothingAtAllIsAnObjectToo) {
    auto address = m_archive.put("");
    ASSERT_TRUE(address);
    auto back = m_archive.get(*address);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, "");
}

TEST_F(ArchiveTest, StoringTwiceKeepsOneObject) {
    ASSERT_TRUE(m_archive.put("abc"));
    ASSERT_TRUE(m_archive.put("abc"));
    auto survey = m_archive.verify([](const Error& error) { ADD_FAILURE() << error.text(); });
    ASSERT_TRUE(survey);
    EXPECT_EQ(survey->objects, 1U);
    EXPECT_EQ(survey->bytes, 3U);
    EXPECT_EQ(survey->leftovers, 0U);
}

TEST_F(ArchiveTest, DamageIsAnErrorAndNeverOctets) {
    auto address = m_archive.put("the original");
    ASSERT_TRUE(address);
    ASSERT_TRUE(write_file_durably(m_archive.path_of(*address), "the forgery!"));
    auto back = m_archive.get(*address);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code(), "archive.corrupt");
    EXPECT_EQ(back.error().place().source, m_archive.path_of(*address).string());
    unsigned bad = 0;
    auto survey = m_archive.verify([&](const Error& error) {
        ++bad;
        EXPECT_EQ(error.code(), "archive.corrupt");
    });
    EXPECT_TRUE(survey);
    EXPECT_EQ(bad, 1U);
}

TEST_F(ArchiveTest, StoringTheOctetsAgainHealsADamagedObject) {
    auto address = m_archive.put("the original");
    ASSERT_TRUE(address);
    for (const char* damage : {"the forgery!", "", "the original and more"}) {
        ASSERT_TRUE(write_file_durably(m_archive.path_of(*address), damage));
        ASSERT_TRUE(m_archive.put("the original"));
        auto back = m_archive.get(*address);
        ASSERT_TRUE(back) << damage;
        EXPECT_EQ(*back, "the original");
    }
}

TEST_F(ArchiveTest, WhatIsNotThereAndWhatIsNoAddressAreToldApart) {
    auto missing = m_archive.get(std::string(64, 'a'));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code(), "archive.missing");
    for (const std::string& text : {std::string("../../etc/passwd"),
                                    std::string(64, 'A'),
                                    std::string(63, 'a'),
                                    std::string()}) {
        auto refused = m_archive.get(text);
        ASSERT_FALSE(refused) << text;
        EXPECT_EQ(refused.error().code(), "archive.address");
        EXPECT_FALSE(m_archive.has(text));
    }
}

TEST_F(ArchiveTest, ReadingStopsAtItsLimit) {
    const Archive small(m_dir.path() / "archive", 4);
    auto address = small.put("12345");
    ASSERT_TRUE(address);
    auto back = small.get(*address);
    ASSERT_FALSE(back);
    EXPECT_EQ(back.error().code(), "file.large");
}

TEST_F(ArchiveTest, AFullOrForbiddenPlaceIsAnError) {
    ASSERT_TRUE(write_file_durably(m_dir.path() / "plain", "a file"));
    const Archive broken(m_dir.path() / "plain");
    auto refused = broken.put("abc");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "file.write");
}

TEST_F(ArchiveTest, OnlyOldLeftoversOfACrashAreSweptAway) {
    auto address = m_archive.put("abc");
    ASSERT_TRUE(address);
    const auto leftover = m_archive.path_of(*address).parent_path() / ".abc.1.0.tmp";
    ASSERT_TRUE(write_file_durably(leftover, "half"));
    auto none = m_archive.sweep(from_micros(0));
    ASSERT_TRUE(none);
    EXPECT_EQ(*none, 0U);
    const SystemClock clock;
    auto swept = m_archive.sweep(clock.now() + std::chrono::hours(1));
    ASSERT_TRUE(swept);
    EXPECT_EQ(*swept, 1U);
    EXPECT_FALSE(std::filesystem::exists(leftover));
    EXPECT_TRUE(m_archive.get(*address));
}

TEST_F(ArchiveTest, ManyWritersOfTheSameOctetsAgree) {
    std::vector<std::thread> threads;
    for (unsigned who = 0; who < 8; ++who)
        threads.emplace_back([&] {
            for (unsigned at = 0; at < 10; ++at)
                EXPECT_TRUE(m_archive.put("object " + std::to_string(at)));
        });
    for (std::thread& thread : threads)
        thread.join();
    auto survey = m_archive.verify([](const Error& error) { ADD_FAILURE() << error.text(); });
    ASSERT_TRUE(survey);
    EXPECT_EQ(survey->objects, 10U);
    EXPECT_EQ(survey->leftovers, 0U);
}

}  // namespace sallyport::store
