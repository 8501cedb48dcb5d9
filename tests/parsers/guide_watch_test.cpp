// SPDX-License-Identifier: Apache-2.0
// Guides and uses judged in passing: the tree's verdict about every document, without a tree for those that keep the rules.
#include "dice.h"
#include "edi_fixture.h"
#include "stream_compare.h"

#include "parsers/guide.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace sallyport::edi {
namespace {

using test::Dice;
using testing::IsEmpty;

const std::vector<std::string>& rules() {
    static const std::vector<std::string> lines = {"require PO1 02",
                                                   "warn require PO1 03",
                                                   "codes PO1 03 EA CA",
                                                   "length PO1 04 1 5",
                                                   "forbid CUR",
                                                   "forbid PO1 05",
                                                   "require N1[ST]",
                                                   "require N1[BT]",
                                                   "max N1 1",
                                                   "max N1[ST] 1",
                                                   "require PO1/PID",
                                                   "max PO1/PID 1",
                                                   "require PER",
                                                   "max PO1 2",
                                                   "forbid PO1/SAC",
                                                   "require DTM[002]",
                                                   "condition PO1 P 02 03",
                                                   "condition PO1 C 06 04",
                                                   "condition BEG E 03 05",
                                                   "codes BEG 02 SA NE",
                                                   "allow PO1 03 XX",
                                                   "require N1/N3",
                                                   "max N1/N3 1",
                                                   "forbid REF[ZZ]"};
    return lines;
}

// Segments left out, doubled, exchanged; the trailer's count follows.
std::string shuffled(const std::string& octets, Dice& dice) {
    std::vector<std::string> segments;
    for (std::size_t at = 0; at < octets.size();) {
        const std::size_t end = std::min(octets.find('~', at), octets.size() - 1);
        segments.push_back(octets.substr(at, end + 1 - at));
        at = end + 1;
    }
    const auto first =
        static_cast<std::size_t>(std::find_if(segments.begin(),
                                              segments.end(),
                                              [](const std::string& one) {
                                                  return one.find("ST*850") != std::string::npos;
                                              }) -
                                 segments.begin());
    for (std::size_t changes = dice(4); changes > 0; --changes) {
        const std::size_t last = segments.size() - 3;  // SE GE IEA
        const std::size_t at = first + 2 + dice(last - first - 2);
        const auto place = segments.begin() + static_cast<std::ptrdiff_t>(at);
        if (dice(2) == 0) {
            segments.insert(place, *place);
        } else {
            segments.erase(place);
        }
    }
    std::string joined;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::size_t trailer = segments[i].find("SE*");
        if (trailer == std::string::npos || i + 3 != segments.size()) {
            joined += segments[i];
            continue;
        }
        const std::size_t star = segments[i].find('*', trailer + 3);
        joined += segments[i].substr(0, trailer + 3) + std::to_string(i - first + 1) +
                  segments[i].substr(star);
    }
    return joined;
}

TEST(GuideWatch, SaysWhatTheTreeSaysOfEveryRuleAndDocument) {
    Dice dice(850);
    int clean = 0, faulty = 0;
    for (int round = 0; round < 400; ++round) {
        std::string text = "in x12 004010 850\n";
        for (std::size_t lines = 1 + dice(5); lines > 0; --lines)
            text += rules()[dice(rules().size())] + "\n";
        const auto guide = Guide::parse(text, "acme.guide", test::schemas());
        ASSERT_TRUE(guide) << guide.error().text();
        StreamOptions options;
        options.validation.guide = &*guide;
        options.chunk_bytes = std::size_t{64} << dice(6);
        const std::string octets = shuffled(test::order(), dice);
        ASSERT_EQ(test::difference(octets, test::schemas(), options), "") << text << octets;
        ReportCollector collector;
        ASSERT_TRUE(validate_stream(test::source_of(octets), test::schemas(), options, collector));
        ++(test::codes_in(collector.report()).empty() ? clean : faulty);
    }
    EXPECT_GT(clean, 40);
    EXPECT_GT(faulty, 100);
}

std::string long_order(std::string_view unit) {
    std::string octets =
        "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261120*1015*U*00401*"
        "000000001*0*P*>~GS*PO*SENDER*RECEIVER*20261120*1015*1*X*004010~ST*850*0001~BEG*00*SA*1**"
        "20261120~";
    constexpr int Lines = 30'000;
    for (int i = 1; i <= Lines; ++i)
        octets += "PO1*" + std::to_string(i) + "*1*" + std::string(unit) + "*9.25~";
    return octets + "CTT*30000~SE*" + std::to_string(Lines + 4) + "*0001~GE*1*1~IEA*1*000000001~";
}

TEST(GuideWatch, ALongTransactionThatKeepsTheGuideNeedsNoTree) {
    const auto guide =
        Guide::parse("in x12 004010 850\nrequire PO1 02\ncodes PO1 03 EA\nmax BEG 1\n",
                     "acme.guide",
                     test::schemas());
    ASSERT_TRUE(guide) << guide.error().text();
    StreamOptions options;
    options.validation.guide = &*guide;
    options.chunk_bytes = options.transaction_bytes = 16 << 10;
    ReportCollector collector;
    const Status kept =
        validate_stream(test::source_of(long_order("EA")), test::schemas(), options, collector);
    ASSERT_TRUE(kept) << kept.error().text();
    EXPECT_THAT(test::codes_in(collector.report()), IsEmpty());
    // One that breaks it has to be explained, and for that it would have to be held.
    ReportCollector other;
    const Status broken =
        validate_stream(test::source_of(long_order("CA")), test::schemas(), options, other);
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().code(), "edi.limit.transaction");
}

TEST(GuideWatch, ALongMessageThatKeepsItsUseIsJudgedByIt) {
    std::string octets =
        "UNB+UNOC:3+A:14+B:14+261120:1015+1'UNH+1+ORDERS:D:96A:UN:EAN008'BGM+220+1+9'DTM+137:"
        "20261120:102'";
    constexpr int Lines = 30'000;
    for (int i = 1; i <= Lines; ++i)
        octets += "LIN+" + std::to_string(i) + "'QTY+21:1'";
    octets += "UNS+S'UNT+" + std::to_string(2 * Lines + 5) + "+1'UNZ+1+1'";
    StreamOptions options;
    options.chunk_bytes = options.transaction_bytes = 16 << 10;
    ReportCollector collector;
    const Status done =
        validate_stream(test::source_of(octets), test::schemas(), options, collector);
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_THAT(test::codes_in(collector.report()), IsEmpty());
}

}  // namespace
}  // namespace sallyport::edi
