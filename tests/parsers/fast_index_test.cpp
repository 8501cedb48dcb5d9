// SPDX-License-Identifier: Apache-2.0
// The index of separators: the scalar twin by example, the fast one by comparison with it.
#include "parsers/fast_index.h"

#include "parsers/edifact.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sallyport::edi {
namespace {

std::vector<std::uint32_t> positions(std::string_view octets,
                                     const Separators& separators,
                                     IndexFunction index) {
    std::vector<std::uint32_t> found(octets.size() + 64);
    found.resize(index(octets, IndexedOctets::of(separators), found.data()));
    return found;
}

TEST(FastIndex, HoldsSeparatorsAndWhatIsNotPlainText) {
    const std::vector<std::uint32_t> expected = {2, 4, 6, 8, 9};
    EXPECT_EQ(positions("N1*A:B~\x41\x0A\xC3", {}, index_scalar), expected);
}

TEST(FastIndex, LeavesOutReleasedSeparators) {
    const Separators separators = edifact_separators();
    // The release characters themselves stay: a segment that holds one is read with care.
    const std::vector<std::uint32_t> expected = {1, 4, 5, 6};
    EXPECT_EQ(positions("A?+B?\?'", separators, index_scalar), expected);
}

TEST(FastIndex, IsTheSameHoweverItIsMade) {
    static constexpr std::string_view Octets = "AB0 +:'?*~^>\n\r\x01\x7F\x80\xFF";
    std::uint64_t state = 20261123;
    const auto draw = [&state](std::size_t below) {
        state = state * 6364136223846793005 + 1442695040888963407;
        return (state >> 33) % below;
    };
    Separators x12;
    x12.repetition = '^';
    for (int round = 0; round < 20'000; ++round) {
        std::string octets(draw(200), 'A');
        const std::size_t kinds = 1 + draw(Octets.size());
        for (char& c : octets) {
            if (draw(3) == 0) c = Octets[draw(kinds)];
            if (draw(8) == 0) c = '?';
        }
        for (const Separators& separators : {edifact_separators('4'), x12})
            ASSERT_EQ(positions(octets, separators, fastest_index()),
                      positions(octets, separators, index_scalar))
                << octets;
    }
}

TEST(FastIndex, RefusesSeparatorsItCannotTellFromFiller) {
    Separators separators;
    EXPECT_TRUE(can_index(separators));
    separators.terminator = "\n";
    EXPECT_TRUE(can_index(separators));
    separators.terminator = "\xE2\x80\xA6";
    EXPECT_FALSE(can_index(separators));
    separators.terminator = "~";
    separators.component = ' ';
    EXPECT_FALSE(can_index(separators));
}

TEST(FastIndex, CountsAnOctet) {
    const std::string octets = std::string(1000, 'x') + "\n" + std::string(77, '\n') + "y";
    EXPECT_EQ(count_octet(octets, '\n'), 78u);
    EXPECT_EQ(count_octet({}, '\n'), 0u);
}

}  // namespace
}  // namespace sallyport::edi
