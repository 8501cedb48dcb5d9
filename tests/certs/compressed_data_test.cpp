// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shell.h"
#include "tests/support/temp_dir.h"

#include "certs/ber.h"
#include "certs/cms.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::certs {
namespace {

using testing_support::shell;
using testing_support::slurp;
using testing_support::spill;

// CompressedData in BER as streaming encoders write it: indefinite lengths, the octet string in parts.
std::string indefinite(const std::string& definite, std::size_t part) {
    const auto outer = BerReader(definite).next(ber::Sequence);
    BerReader fields(outer->content);
    const auto type = fields.next(ber::ObjectId);
    const auto inner = BerReader(fields.next(ber::Context0)->content).next(ber::Sequence);
    BerReader members(inner->content);
    const auto version = members.next();
    const auto algorithm = members.next();
    BerReader encapsulated(members.next()->content);
    const auto data = encapsulated.next(ber::ObjectId);
    const auto octets = BerReader(encapsulated.next(ber::Context0)->content).next(ber::OctetString);
    const std::string open = "\x80";
    const std::string close(2, '\0');
    std::string parts;
    for (std::size_t at = 0; at < octets->content.size(); at += part)
        parts += write_element(ber::OctetString, octets->content.substr(at, part));
    return "\x30" + open + std::string(type->whole) + "\xA0" + open + "\x30" + open +
           std::string(version->whole) + std::string(algorithm->whole) + "\x30" + open +
           std::string(data->whole) + "\xA0" + open + "\x24" + open + parts + close + close +
           close + close + close + close;
}

TEST(CompressedData, RoundTrips) {  // CRT-08
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{1000}, std::size_t{700'000}}) {
        std::string content;
        for (std::size_t i = 0; i < size; ++i)
            content += static_cast<char>(i * i * 31 >> 3U);
        const auto packed = compress(content);
        ASSERT_TRUE(packed);
        const auto unpacked = decompress(*packed, {});
        ASSERT_TRUE(unpacked) << unpacked.error().text();
        EXPECT_EQ(*unpacked, content);
    }
}

TEST(CompressedData, ReadsIndefiniteLengthsAndAnOctetStringInParts) {
    const std::string content(100'000, 'q');
    const auto packed = *compress(content + "tail");
    for (const std::size_t part : {std::size_t{1}, std::size_t{50}, std::size_t{100'000}})
        EXPECT_EQ(*decompress(indefinite(packed, part), {}), content + "tail") << part;
}

TEST(CompressedData, HoldsAZlibStreamThatPythonReads) {
    // Independent check of the stream: the last element's octets through another program's zlib.
    const testing_support::TempDir dir;
    const std::string content = "UNB+UNOC:3+A+B'" + std::string(5000, 'z');
    spill(dir.path() / "packed", *compress(content));
    const std::string script = "import sys,zlib; d=open('" + (dir.path() / "packed").string() +
                               "','rb').read(); i=d.index(b'\\x78\\x9c'); open('" +
                               (dir.path() / "out").string() +
                               "','wb').write(zlib.decompress(d[i:]))";
    ASSERT_EQ(shell("python3 -c \"" + script + "\""), 0);
    EXPECT_EQ(slurp(dir.path() / "out"), content);
    EXPECT_EQ(shell("openssl asn1parse -inform DER -in " + (dir.path() / "packed").string() +
                    " > /dev/null"),
              0);
}

TEST(CompressedData, RefusesABomb) {
    const auto bomb = *compress(std::string(200U << 20, '\0'));
    ASSERT_LT(bomb.size(), 300'000U);
    EXPECT_EQ(decompress(bomb, {}).error().code(), "cms.limit");
    CmsLimits small;
    small.inflated_bytes = 1000;
    EXPECT_EQ(decompress(*compress(std::string(1001, 'x')), small).error().code(), "cms.limit");
    EXPECT_TRUE(decompress(*compress(std::string(1000, 'x')), small));
}

TEST(CompressedData, RefusesDamageTruncationAndAForeignStructure) {
    const auto packed = *compress("the quick brown fox");
    auto damaged = packed;
    damaged[packed.size() - 8] = static_cast<char>(damaged[packed.size() - 8] ^ 1);
    EXPECT_EQ(decompress(damaged, {}).error().code(), "cms.decompression-failed");
    for (std::size_t size = 0; size < packed.size(); ++size)
        EXPECT_FALSE(decompress(packed.substr(0, size), {})) << size;
    EXPECT_EQ(decompress("junk", {}).error().code(), "cms.malformed");
}

TEST(Ber, BoundsDepthAndElements) {
    std::string deep;
    for (int i = 0; i < 33; ++i)
        deep = write_element(ber::Sequence, deep);
    EXPECT_EQ(check_ber(deep, 32, 1000).error().code(), "cms.limit");
    EXPECT_EQ(*check_ber(deep, 33, 1000), deep.size());
    std::string wide;
    for (int i = 0; i < 100; ++i)
        wide += write_element(ber::Integer, "1");
    wide = write_element(ber::Sequence, wide);
    EXPECT_EQ(check_ber(wide, 32, 100).error().code(), "cms.limit");
    EXPECT_EQ(*check_ber(wide, 32, 101), wide.size());
    const std::string indefinite_bomb = [] {
        std::string octets;
        for (int i = 0; i < 100'000; ++i)
            octets += "\x30\x80";
        return octets;
    }();
    EXPECT_EQ(check_ber(indefinite_bomb, 32, 200'000).error().code(), "cms.limit");
}

TEST(Ber, RefusesLengthsThatLeaveTheirParent) {
    struct Case {
        std::string name;
        std::string octets;
    };
    const Case cases[] = {
        {"longer than the input", std::string("\x30\x05\x02\x01", 4)},
        {"child longer than its parent", std::string("\x30\x03\x02\x04\x01\x01\x01\x01", 8)},
        {"indefinite child of a definite parent without its end",
         std::string("\x30\x04\x30\x80\x02\x00\x00\x00", 8)},
        {"indefinite primitive", std::string("\x04\x80\x00\x00", 4)},
        {"length of nine octets",
         std::string("\x04\x89\x00\x00\x00\x00\x00\x00\x00\x00\x01\x41", 12)},
        {"length that wraps", std::string("\x04\x88\xff\xff\xff\xff\xff\xff\xff\xff", 10)},
        {"long tag", std::string("\x3f\x81\x00\x00", 4)},
        {"nothing", ""},
    };
    for (const auto& [name, octets] : cases) {
        SCOPED_TRACE(name);
        const auto checked = check_ber(octets, 32, 1000);
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().code(), "cms.malformed");
    }
}

TEST(Ber, LeavesOutWhatFollowsTheFirstElement) {
    EXPECT_EQ(*check_ber(std::string("\x30\x00\r\n", 4), 32, 10), 2U);
}

}  // namespace
}  // namespace sallyport::certs
