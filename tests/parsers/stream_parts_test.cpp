// SPDX-License-Identifier: Apache-2.0
// What a pipeline takes from a stream besides the verdict: every transaction as a part, the report acknowledgements are made of.
#include "edi_fixture.h"
#include "stream_compare.h"

#include "parsers/ack.h"
#include "parsers/split.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace sallyport::edi {
namespace {

class PartCollector : public ReportCollector {
public:
    bool wants_parts() const override { return true; }
    Status part(Part part) override {
        if (refuses)
            return Error("test.full", Blame::Operator, "there is no room").remedy("make room");
        parts.push_back(std::move(part));
        return {};
    }
    std::vector<Part> parts;
    bool refuses = false;
};

std::string without_line_ends(std::string text) {
    std::erase_if(text, [](char c) { return c == '\r' || c == '\n'; });
    return text;
}

StreamOptions with_chunk(std::size_t octets) {
    StreamOptions options;
    options.chunk_bytes = octets;
    return options;
}

std::string order(int number, const std::string& line, bool trailer = true) {
    const std::string control = "000" + std::to_string(number);
    return "ST*850*" + control + "~BEG*00*SA*PO" + std::to_string(number) + "**20261120~" + line +
           "CTT*1~" + (trailer ? "SE*5*" + control + "~" : "");
}

const std::string GoodLine = "PO1*1*10*EA*9.25~";
const std::string BadLine = "PO1*1*ten*QQ*9.25*??~";

std::string interchange(const std::string& transactions, int count) {
    return "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *261120*1015*U*"
           "00401*000000001*0*P*>~GS*PO*SENDER*RECEIVER*20261120*1015*1*X*004010~" +
           transactions + "GE*" + std::to_string(count) + "*1~IEA*1*000000001~";
}

TEST(StreamParts, AreWhatSplitCutsFromTheTreeOfEveryFixture) {
    int files = 0, parts = 0;
    for (const char* folder : {"x12", "edifact"}) {
        for (const auto& entry :
             std::filesystem::recursive_directory_iterator(test::golden(folder))) {
            if (entry.path().extension() != ".edi") continue;
            SCOPED_TRACE(entry.path().string());
            const std::string octets = test::read(entry.path());
            const auto document = read(octets, {});
            if (!document) continue;
            const std::vector<Part> cut = split(*document);
            for (const std::size_t chunk : {64u, 300u, 262144u}) {
                PartCollector collector;
                const Status done = validate_stream(
                    test::source_of(octets), test::schemas(), with_chunk(chunk), collector);
                if (!done) continue;
                ASSERT_EQ(collector.parts.size(), cut.size());
                for (std::size_t i = 0; i < cut.size(); ++i) {
                    EXPECT_EQ(collector.parts[i].name, cut[i].name);
                    EXPECT_EQ(without_line_ends(collector.parts[i].octets),
                              without_line_ends(cut[i].octets));
                }
                parts += static_cast<int>(cut.size());
            }
            ++files;
        }
    }
    EXPECT_GT(files, 30);
    EXPECT_GT(parts, 100);
}

TEST(StreamParts, StandOnTheirOwn) {
    PartCollector collector;
    const std::string octets = interchange(order(1, GoodLine) + order(2, BadLine), 2);
    ASSERT_TRUE(
        validate_stream(test::source_of(octets), test::schemas(), with_chunk(100), collector));
    ASSERT_EQ(collector.parts.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
        auto document = read(collector.parts[i].octets, {});
        ASSERT_TRUE(document);
        const Report report = validate(*document, test::schemas(), {});
        ASSERT_EQ(report.interchanges.size(), 1u);
        EXPECT_TRUE(report.interchanges[0].faults.empty());
        EXPECT_EQ(report.accepted(), i == 0);
    }
}

TEST(StreamParts, AnErrorOfTheSinkEndsTheRun) {
    PartCollector collector;
    collector.refuses = true;
    const std::string octets = interchange(order(1, GoodLine) + order(2, GoodLine), 2);
    const Status done = validate_stream(test::source_of(octets), test::schemas(), {}, collector);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "test.full");
}

TEST(StreamParts, ATransactionTooLongToKeepIsRefusedByName) {
    PartCollector collector;
    StreamOptions options = with_chunk(256);
    options.transaction_bytes = 1024;
    std::string lines;
    for (int i = 0; i < 20'000; ++i)
        lines += GoodLine;
    const std::string octets = interchange(order(1, lines), 1);
    const Status done =
        validate_stream(test::source_of(octets), test::schemas(), options, collector);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code(), "edi.limit.transaction");
}

// The octets kept of a transaction may reach beyond it: what ends it is then already read.
TEST(StreamValidator, JudgesTransactionsWithoutTrailerWhereverTheWindowEnds) {
    // Longer than any window: the first one holds what finding a header may look at.
    std::string transactions;
    for (int i = 1; i <= 1500; ++i)
        transactions += order(i, i % 7 == 2 ? BadLine : GoodLine, false);
    const std::string octets = interchange(transactions, 1500);
    for (std::size_t chunk = 64; chunk < 400; chunk += 16)
        ASSERT_EQ(test::difference(octets, test::schemas(), with_chunk(chunk)), "") << chunk;
}

TEST(ReportCollector, KeepsOfEachFaultyTransactionItsVerdictWhenThereAreTooManyFaults) {
    ReportCollector all, few(3);
    std::string transactions;
    for (int i = 1; i < 10; ++i)
        transactions += order(i, i == 5 ? GoodLine : BadLine);
    const std::string octets = interchange(transactions, 9);
    for (ReportCollector* collector : {&all, &few})
        ASSERT_TRUE(validate_stream(test::source_of(octets), test::schemas(), {}, *collector));
    const auto& whole = all.report().interchanges[0].groups[0];
    const auto& kept = few.report().interchanges[0].groups[0];
    for (std::size_t i = 0; i < 9; ++i) {
        EXPECT_EQ(verdict(kept, kept.transactions[i], AcceptancePolicy::RejectTransaction),
                  i == 4 ? 'A' : 'R');
        EXPECT_EQ(kept.transactions[i].faults.size() + kept.transactions[i].faults_left_out,
                  whole.transactions[i].faults.size());
        EXPECT_LE(kept.transactions[i].faults.size(), i == 0 ? 3u : 1u);
    }
}

TEST(ReportCollector, OfAStreamEarnsTheAcknowledgementsOfTheTree) {
    const std::string octets =
        interchange(order(1, GoodLine) + order(2, BadLine) + order(3, GoodLine), 3);
    ReportCollector collector;
    ASSERT_TRUE(
        validate_stream(test::source_of(octets), test::schemas(), with_chunk(128), collector));
    ASSERT_EQ(collector.separators().size(), 1u);
    EXPECT_EQ(collector.separators()[0].component, '>');
    auto document = read(octets, {});
    ASSERT_TRUE(document);
    const Report tree = validate(*document, test::schemas(), {});
    AckEnvelope envelope;
    envelope.separators = collector.separators()[0];
    envelope.interchange_control = envelope.group_control = "1";
    envelope.transaction_control = [] { return std::string("0001"); };
    envelope.date = "20261120";
    envelope.time = "1015";
    for (const AckForm form : {AckForm::F997, AckForm::F999}) {
        envelope.form = form;
        const auto streamed = write_997(
            collector.report().interchanges[0], AcceptancePolicy::RejectTransaction, envelope);
        const auto whole =
            write_997(tree.interchanges[0], AcceptancePolicy::RejectTransaction, envelope);
        ASSERT_TRUE(streamed && whole);
        EXPECT_EQ(*streamed, *whole);
        EXPECT_NE(streamed->find("AK9*P*3*3*2"), std::string::npos);
    }
}

}  // namespace
}  // namespace sallyport::edi
