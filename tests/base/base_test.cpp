// SPDX-License-Identifier: Apache-2.0
#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/digest.h"
#include "gateway/base/error.h"
#include "gateway/base/file.h"
#include "gateway/base/log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace sallyport {
namespace {

TEST(Error, SaysWhatWhereAndTheRemedyInOneLine) {
    const auto error =
        Error("x12.isa.short", Blame::Partner, "interchange header has 6 bytes, 106 are required")
            .at({.source = "in.edi", .byte = 6})
            .remedy("ask the partner to resend the whole file")
            .during("reading the interchange")
            .during("receiving message 42 from ACME");
    EXPECT_EQ(error.text(),
              "receiving message 42 from ACME: reading the interchange: interchange header has 6 "
              "bytes, 106 are required at in.edi byte 6; "
              "ask the partner to resend the whole file [x12.isa.short]");
}

TEST(NearMatch, FindsASlipAndRefusesAStranger) {
    const std::vector<std::string> names = {"listen", "max_body_bytes", "timeout"};
    EXPECT_EQ(near_match("lisetn", names), "listen");
    EXPECT_EQ(near_match("max_body_byte", names), "max_body_bytes");
    EXPECT_EQ(near_match("password", names), "");
}

TEST(Base64, RoundTripsAndRefusesJunk) {
    for (std::size_t size = 0; size < 70; ++size) {
        Bytes octets;
        for (std::size_t i = 0; i < size; ++i)
            octets += static_cast<char>(i * 37);
        Bytes back;
        ASSERT_TRUE(from_base64(to_base64(octets), back));
        EXPECT_EQ(back, octets);
    }
    Bytes out;
    EXPECT_TRUE(from_base64("Zm9v\r\n YmE=", out));
    EXPECT_EQ(out, "fooba");
    for (const auto* text : {"Zm9v!", "Z", "Zm9=v", "Zg==="})
        EXPECT_FALSE(from_base64(text, out)) << text;
}

TEST(Digest, KnowsTheStandardVector) {
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Instant, PrintsWithoutALocale) {
    const Instant instant = from_micros(1795409772123456);
    EXPECT_EQ(iso8601(instant), "2026-11-23T04:56:12.123456Z");
    EXPECT_EQ(rfc5322_date(instant), "Mon, 23 Nov 2026 04:56:12 GMT");
}

TEST(Id, SortsByTimeAndDiffers) {
    SystemRandom random;
    const auto early = new_id(from_micros(1'000'000), random);
    const auto late = new_id(from_micros(1'001'000), random);
    EXPECT_EQ(early.size(), 26U);
    EXPECT_LT(early.substr(0, 10), late.substr(0, 10));
    EXPECT_NE(new_id(from_micros(0), random), new_id(from_micros(0), random));
}

TEST(Log, CannotBeForgedByAWireValue) {
    EXPECT_EQ(logfmt_value("a\nlevel=error"), "\"a\\x0alevel=error\"");
    EXPECT_EQ(logfmt_value("plain"), "plain");
    EXPECT_EQ(logfmt_value(""), "\"\"");
}

class FileTest : public testing::Test {
protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "sallyport-file-XXXXXX";
        ASSERT_NE(mkdtemp(name.data()), nullptr);
        m_directory = name;
    }
    void TearDown() override { std::filesystem::remove_all(m_directory); }
    std::filesystem::path m_directory;
};

TEST_F(FileTest, DurableWriteReplacesTheWholeContentAndLeavesNoTemporary) {
    const auto path = m_directory / "a" / "b" / "file";
    ASSERT_TRUE(make_directories_durably(path.parent_path()));
    ASSERT_TRUE(write_file_durably(path, "first"));
    ASSERT_TRUE(write_file_durably(path, std::string("se\0cond", 7)));
    EXPECT_EQ(*read_file(path, 100), std::string("se\0cond", 7));
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(path.parent_path()), {}), 1);
}

TEST_F(FileTest, ReadRefusesMoreThanTheLimitAndNamesTheFile) {
    std::ofstream(m_directory / "big") << std::string(101, 'x');
    auto read = read_file(m_directory / "big", 100);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code(), "file.large");
    EXPECT_EQ(read_file(m_directory / "missing", 100).error().code(), "file.open");
    EXPECT_EQ(read_file(m_directory, 100).error().code(), "file.read");
}

}  // namespace
}  // namespace sallyport
