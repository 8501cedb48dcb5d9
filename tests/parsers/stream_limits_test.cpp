// SPDX-License-Identifier: Apache-2.0
// What a hostile stream may do: nothing it sends costs more than linear time, nothing more than the memory of its limits.
#include "edi_fixture.h"
#include "stream_compare.h"

#include <gtest/gtest.h>

#include <string>

namespace sallyport::edi {
namespace {

using test::difference;

const std::string Isa =
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261120*1015*U*00401*"
    "000000001*0*P*>~";
const std::string Gs = "GS*PO*SENDER*RECEIVER*20261120*1015*1*X*004010~";
const std::string Ge = "GE*1*1~IEA*1*000000001~";

std::string order(int lines, const std::string& line, int bad) {
    std::string octets = Isa + Gs + "ST*850*0001~BEG*00*SA*PO1**20261120~";
    for (int i = 1; i <= lines; ++i)
        octets += i == bad ? "PO1*" + std::to_string(i) + "*1*QQ*9.25~" : line;
    return octets + "CTT*" + std::to_string(lines) + "~SE*" + std::to_string(lines + 4) + "*0001~" +
           Ge;
}

// `start`, then `count` times `piece`, then `end`: never in memory as a whole.
OctetSource repeated(std::string start, std::string piece, std::size_t count, std::string end) {
    std::string rest = std::move(start);
    return [=]() mutable {
        return [=](char* to, std::size_t capacity) mutable -> Result<std::size_t> {
            while (rest.empty() && count > 0) {
                rest = piece;
                if (--count == 0) rest += end;
            }
            const std::size_t some = std::min(capacity, rest.size());
            std::copy_n(rest.begin(), some, to);
            rest.erase(0, some);
            return some;
        };
    }();
}

Status streamed(const OctetSource& source, ReportCollector& collector, StreamOptions options = {}) {
    return validate_stream(source, test::schemas(), options, collector);
}

TEST(StreamLimits, ASegmentThatNeverEndsIsReadPastAndReportedOnce) {
    ReportCollector collector;
    const Status done = streamed(repeated(Isa + Gs + "ST*850*0001~BEG*00*SA*PO1**20261120~MSG*",
                                          std::string(65536, 'x'),
                                          512,
                                          "~SE*3*0001~" + Ge),
                                 collector);
    ASSERT_TRUE(done) << done.error().text();
    const auto codes = test::codes_in(collector.report());
    EXPECT_EQ(std::count(codes.begin(), codes.end(), "edi.segment.too-long"), 1);
    EXPECT_FALSE(collector.report().accepted());
}

TEST(StreamLimits, AnEnvelopeSegmentThatNeverEndsIsRefusedByName) {
    ReportCollector collector;
    const Status done =
        streamed(repeated(Isa + "GS*PO*", std::string(65536, 'x'), 64, "~" + Ge), collector);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "edi.limit.segment");
}

TEST(StreamLimits, AMillionTerminatorsAreOneEmptySegment) {
    ReportCollector collector;
    const Status done = streamed(
        repeated(Isa + Gs + "ST*850*0001~", std::string(65536, '~'), 64, "SE*2*0001~" + Ge),
        collector);
    ASSERT_TRUE(done) << done.error().text();
    EXPECT_LT(test::codes_in(collector.report()).size(), 10u);
}

TEST(StreamLimits, ManyRepetitionsComponentsAndReleasesAreJudgedAsTheTreeJudgesThem) {
    for (const std::string& flood : {std::string(20000, ':'),
                                     std::string(20000, '>'),
                                     std::string(20000, '*'),
                                     std::string(20000, ' ')}) {
        const std::string octets = order(3, "PO1*1*1*EA*9.25**UP*" + flood + "~", 0);
        EXPECT_EQ(difference(octets, test::schemas(), {}), "");
    }
}

TEST(StreamLimits, ALongTransactionIsJudgedInPassing) {
    const std::string octets = order(3000, "PO1*1*1*EA*9.25**UP*036000291452~", 2000);
    StreamOptions options;
    options.chunk_bytes = 4096;
    options.transaction_bytes = 16384;
    ReportCollector collector;
    ASSERT_TRUE(streamed(test::source_of(octets), collector, options));
    auto document = read(octets);
    ASSERT_TRUE(document);
    EXPECT_EQ(test::said(collector.report()), test::said(validate(*document, test::schemas())));
    EXPECT_EQ(test::codes_in(collector.report()), (std::vector<std::string>{"edi.element.code"}));
}

TEST(StreamLimits, ALongTransactionWithMisplacedSegmentsIsNotAccepted) {
    std::string octets = order(3000, "PO1*1*1*EA*9.25**UP*036000291452~", 0);
    octets.insert(octets.find("CTT*"), "BEG*00*SA*PO1**20261120~QQQ*1~");
    StreamOptions options;
    options.chunk_bytes = 4096;
    options.transaction_bytes = 16384;
    ReportCollector collector;
    ASSERT_TRUE(streamed(test::source_of(octets), collector, options));
    EXPECT_EQ(test::codes_in(collector.report()),
              (std::vector<std::string>{
                  "edi.segment.unexpected", "edi.segment.not-in-set", "edi.set.count"}));
}

TEST(StreamLimits, ControlNumbersThatDoNotFollowEachOtherAreCounted) {
    std::string octets = Isa + Gs;
    for (int i = 0; i < 100; ++i)
        octets += "ST*850*" + std::to_string(10000 + 7 * i) + "~SE*2*" +
                  std::to_string(10000 + 7 * i) + "~";
    StreamOptions options;
    options.controls = 50;
    ReportCollector collector;
    const Status done =
        streamed(test::source_of(octets + "GE*100*1~IEA*1*000000001~"), collector, options);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "edi.limit.controls");
}

TEST(StreamLimits, AFailingSourceIsTheError) {
    ReportCollector collector;
    int calls = 0;
    const auto broken = [&calls](char* to, std::size_t) -> Result<std::size_t> {
        if (++calls > 1) return Error("stream.read", Blame::Operator, "gone");
        std::copy(Isa.begin(), Isa.end(), to);
        return Isa.size();
    };
    const Status done = streamed(broken, collector);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "stream.read");
}

}  // namespace
}  // namespace sallyport::edi
