// SPDX-License-Identifier: Apache-2.0
// Totals and running numbers: warnings, asked for, at the element that states them.
#include "edi_fixture.h"

#include "parsers/edi.h"

#include <gtest/gtest.h>

namespace sallyport::edi {
namespace {

using test::order;
using test::replaced;
using testing::ElementsAre;
using testing::IsEmpty;

std::string orders() {
    return test::read(test::golden("edifact/orders-d96a-valid.edi"));
}

Report judged(std::string octets, bool thorough = true) {
    auto document = read(std::move(octets));
    EXPECT_TRUE(document) << document.error().text();
    ValidationOptions options;
    options.thorough = thorough;
    return document ? validate(*document, test::schemas(), options) : Report{};
}

TEST(Totals, OfAGoodDocumentAgree) {
    EXPECT_THAT(test::codes_in(judged(order())), IsEmpty());
    EXPECT_THAT(test::codes_in(judged(orders())), IsEmpty());
}

TEST(Totals, WrongLineCountIsAWarningAtItsElement) {
    const std::string bad = replaced(order(), "CTT*2", "CTT*3");
    const Report report = judged(bad);
    EXPECT_TRUE(report.accepted());
    const std::vector<Fault> faults = test::faults_in(report);
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].code, "edi.count");
    EXPECT_EQ(faults[0].segment, "CTT");
    EXPECT_EQ(faults[0].element, 1);
    EXPECT_EQ(faults[0].byte, bad.find("CTT*3") + 4);
    EXPECT_THAT(test::codes_in(judged(bad, false)), IsEmpty()) << "only when asked to be thorough";
}

TEST(Totals, HashTotalIsComparedAsANumber) {
    EXPECT_THAT(test::codes_in(judged(replaced(order(), "CTT*2", "CTT*2*60"))), IsEmpty());
    EXPECT_THAT(test::codes_in(judged(replaced(order(), "CTT*2", "CTT*2*60.00"))), IsEmpty());
    EXPECT_THAT(test::codes_in(judged(replaced(order(), "CTT*2", "CTT*2*61"))),
                ElementsAre("edi.count"));
}

TEST(Totals, ControlSegmentOfEdifactCountsLines) {
    const std::string text = orders();
    const std::size_t at = text.find("CNT+2:");
    ASSERT_NE(at, std::string::npos) << "the fixture states its number of lines";
    const std::string bad = text.substr(0, at) + "CNT+2:99" + text.substr(text.find('\'', at));
    EXPECT_THAT(test::codes_in(judged(bad)), ElementsAre("edi.count"));
}

TEST(Sequences, AGapIsOneWarningAndWhatFollowsItCountsOn) {
    const std::string head =
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              *261120*1015*U*00401*"
        "000000001*0*T*>~GS*SH*AA*BB*20261120*1015*1*X*004010~ST*856*0001~BSN*00*S1*20261120*1015*"
        "0001~";
    const auto notice = [&](const std::string& levels) {
        return head + levels + "SE*7*0001~GE*1*1~IEA*1*000000001~";
    };
    EXPECT_THAT(test::codes_in(judged(notice("HL*1**S~HL*2*1*O~HL*3*2*P~HL*4*3*I~"))), IsEmpty());
    EXPECT_THAT(test::codes_in(judged(notice("HL*1**S~HL*2*1*O~HL*7*2*P~HL*8*7*I~"))),
                ElementsAre("edi.sequence"));
}

}  // namespace
}  // namespace sallyport::edi
