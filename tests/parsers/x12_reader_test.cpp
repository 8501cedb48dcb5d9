// SPDX-License-Identifier: Apache-2.0
#include "edi_fixture.h"

#include "parsers/x12.h"

#include <gtest/gtest.h>

namespace sallyport::edi {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Codes = std::vector<std::string>;

const Transaction& only_transaction(const Document& document) {
    return document.interchanges.at(0).groups.at(0).transactions.at(0);
}

void expect_round_trip(const std::string& octets) {
    auto document = read_x12(octets);
    ASSERT_TRUE(document) << document.error().text();
    EXPECT_EQ(emit(*document), octets);
}

TEST(X12Reader, RejectsAnEmptyDocument) {
    EXPECT_EQ(read_x12("").error().code(), "edi.empty");
}

TEST(X12Reader, RejectsAnIsaShorterThan106Bytes) {
    EXPECT_EQ(read_x12("ISA*00*  *").error().code(), "x12.isa.short");
}

TEST(X12Reader, RejectsWhatIsNoInterchange) {
    EXPECT_EQ(read_x12("UNB+UNOA:1+A+B'").error().code(), "x12.isa.missing");
    EXPECT_EQ(read_x12("isa*00*").error().code(), "x12.isa.missing");
    EXPECT_EQ(read_x12("ISAAC NEWTON LTD").error().code(), "x12.isa.missing");
}

TEST(X12Reader, RejectsSeparatorsThatAreEqualOrLetters) {
    EXPECT_EQ(read_x12(test::replaced(test::order(), "*T*>~", "*T*>>")).error().code(),
              "x12.separators");
    EXPECT_EQ(read_x12(test::replaced(test::order(), "*T*>~", "*T*A~")).error().code(),
              "x12.separators");
}

TEST(X12Reader, RefusesMoreOctetsOrSegmentsThanTheLimits) {
    Limits limits;
    limits.bytes = 500;
    EXPECT_EQ(read_x12(test::order(), limits).error().code(), "edi.limit.bytes");
    limits = {};
    limits.segments = 5;
    EXPECT_EQ(read_x12(test::order(), limits).error().code(), "edi.limit.segments");
}

TEST(X12Reader, GivesEveryValueItsPlaceToTheOctet) {
    const std::string octets = test::order();
    auto document = read_x12(octets);
    ASSERT_TRUE(document);
    const Transaction& order = only_transaction(*document);
    EXPECT_EQ(order.set, "850");
    EXPECT_EQ(order.version, "004010");
    EXPECT_EQ(order.control, "0001");
    const Segment& po1 = order.segments.at(15);
    EXPECT_EQ(po1.tag, "PO1");
    EXPECT_EQ(po1.place.segment, 16u);
    EXPECT_EQ(po1.place.line, 18u);
    EXPECT_EQ(po1.place.byte, octets.find("PO1*1*"));
    EXPECT_EQ(po1.text(7), "012345678905");
    EXPECT_EQ(
        static_cast<std::size_t>(po1.value({7, 1, 1})->raw.data() - document->octets().data()),
        octets.find("012345678905"));
    EXPECT_EQ(po1.text(40), "");
    EXPECT_EQ(po1.elements(), 11u);
}

TEST(X12Reader, ShapesTheTreeByTheSchema) {
    auto document = read_x12(test::order());
    ASSERT_TRUE(document);
    ASSERT_TRUE(validate(*document, test::schemas()).accepted());
    const Transaction& order = only_transaction(*document);
    ASSERT_NE(order.schema, nullptr);
    std::vector<std::string> top;
    for (const std::uint32_t loop : order.child_loops(0))
        top.emplace_back(order.trigger(order.loops[loop]).tag);
    EXPECT_THAT(top, ElementsAre("N9", "N1", "N1", "PO1", "PO1", "CTT"));
    const std::uint32_t line = order.child_loops(0)[3];
    std::vector<std::string> inside;
    for (const std::uint32_t loop : order.child_loops(line))
        inside.emplace_back(order.trigger(order.loops[loop]).tag);
    EXPECT_THAT(inside, ElementsAre("PID", "SAC"));
    EXPECT_EQ(order.child_segments(line).size(), 1u)
        << "the trigger alone stands directly in the loop";
    EXPECT_EQ(order.loops[line].end - order.loops[line].begin, 3u);
    const std::uint32_t ship_to = order.child_loops(0)[1];
    EXPECT_EQ(order.child_segments(ship_to).size(), 3u);
    EXPECT_EQ(order.schema->path(order.loops[line].node), "PO1");
}

TEST(X12Reader, ReadsSeveralInterchangesWithChangingSeparators) {
    const std::string second =
        test::read(test::golden("x12/850-vics-and-odd-separators-valid.edi"));
    const std::string both = test::order() + "\r\n" + second + "\n";
    auto document = read_x12(both);
    ASSERT_TRUE(document);
    ASSERT_EQ(document->interchanges.size(), 2u);
    EXPECT_EQ(document->interchanges[0].separators.element, '*');
    EXPECT_EQ(document->interchanges[1].separators.element, '|');
    EXPECT_EQ(document->interchanges[1].groups[0].transactions[0].association, "VICS");
    EXPECT_EQ(emit(*document), both);
    EXPECT_TRUE(validate(*document, test::schemas()).accepted());
}

TEST(X12Reader, KeepsAnInterchangeThatWasCutOffBeforeTheNextOne) {
    const std::string whole = test::order();
    const std::string both = whole.substr(0, whole.find("IEA*")) + whole;
    auto document = read_x12(both);
    ASSERT_TRUE(document);
    ASSERT_EQ(document->interchanges.size(), 2u);
    EXPECT_FALSE(document->interchanges[0].complete);
    EXPECT_TRUE(document->interchanges[1].complete);
    EXPECT_EQ(emit(*document), both);
    EXPECT_THAT(test::codes_in(validate(*document, test::schemas())),
                ElementsAre("edi.interchange.trailer-missing"));
}

TEST(X12Reader, NeverTakesTheLettersIsaInDataForAHeader) {
    const std::string octets = test::replaced(test::order(), "ACME DC 0417", "ISAAC*92");
    auto document = read_x12(octets);
    ASSERT_TRUE(document);
    EXPECT_EQ(document->interchanges.size(), 1u);
    expect_round_trip(test::replaced(test::order(), "MSG*DELIVER", "ISA*DELIVER"));
}

TEST(X12Reader, CountsLinesInsideSegmentsToo) {
    auto document = read_x12(test::replaced(test::order(), "DELIVER TO", "DELIVER\nTO"));
    ASSERT_TRUE(document);
    const Report report = validate(*document, test::schemas());
    ASSERT_THAT(test::codes_in(report), ElementsAre("edi.element.character"));
    EXPECT_EQ(test::faults_in(report)[0].line, 13u);
    EXPECT_EQ(only_transaction(*document).segments[11].place.line, 15u);
}

TEST(X12Reader, LeavesTrailingBlanksInRawAndOutOfText) {
    auto document = read_x12(test::replaced(test::order(), "ACME DC 0417*", "ACME DC 0417   *"));
    ASSERT_TRUE(document);
    const Value* name = only_transaction(*document).segments[11].value({2, 1, 1});
    EXPECT_EQ(name->text, "ACME DC 0417");
    EXPECT_EQ(name->raw, "ACME DC 0417   ");
}

TEST(X12Reader, SplitsComponentsAndRepetitionsOnlyWhereTheHeaderSaysSo) {
    auto document = read_x12(test::replaced(test::order(), "DELIVER TO DOCK 7", "A>B^C"));
    ASSERT_TRUE(document);
    const Segment& msg = only_transaction(*document).segments[10];
    EXPECT_EQ(msg.text(1, 1), "A");
    EXPECT_EQ(msg.text(1, 2), "B^C") << "below 00402 the circumflex is data";
    document = read_x12(test::replaced(
        test::replaced(test::order(), "*U*00401*", "*^*00501*"), "DELIVER TO DOCK 7", "A>B^C"));
    ASSERT_TRUE(document);
    EXPECT_EQ(only_transaction(*document).segments[10].text(1, 2), "B");
    EXPECT_EQ(only_transaction(*document).segments[10].text(1, 1, 2), "C");
    EXPECT_EQ(only_transaction(*document).segments[10].repetitions(1), 2u);
}

TEST(X12Reader, SkipsBinaryDataByItsStatedLength) {
    const std::string octets =
        test::replaced(test::order(), "MSG*DELIVER TO DOCK 7~", "BIN*10*AB~\n*SE*1~~");
    auto document = read_x12(octets);
    ASSERT_TRUE(document);
    const Segment& binary = only_transaction(*document).segments[10];
    EXPECT_EQ(binary.tag, "BIN");
    EXPECT_EQ(binary.text(2), "AB~\n*SE*1~");
    EXPECT_EQ(emit(*document), octets);
}

TEST(X12Reader, ReportsABinaryLengthThatDoesNotLeadToATerminator) {
    const Report report =
        test::checked(test::replaced(test::order(), "MSG*DELIVER TO DOCK 7~", "BIN*4*ABCDEFG~"));
    EXPECT_THAT(test::codes_in(report), testing::Contains("x12.binary.length"));
}

TEST(X12Reader, RoundTripsWhateverItAccepts) {
    const std::string order = test::order();
    for (const std::string& octets : {order,
                                      test::replaced(order, "BEG*", "BEG**"),
                                      test::replaced(order, "CTT*2~", "CTT*2***~"),
                                      test::replaced(order, "GS*", "GE*1*1~\nGS*"),
                                      test::replaced(order, "ST*850", "XX*1~\nST*850"),
                                      test::replaced_all(order, "~\n", "~\r\n \t\r\n"),
                                      "\n\n  \n" + order,
                                      "\xEF\xBB\xBF" + order,
                                      order + "junk behind",
                                      "mail text\n" + order,
                                      order.substr(0, order.size() - 2),
                                      order.substr(0, 300),
                                      test::replaced(order, "~\nDTM", "~~~~\n~DTM"),
                                      test::replaced(order, "SE*23*0001~", "SE*23*0001~\nSE*1*1~"),
                                      test::replaced(order, "*>~", "*>\xE2\x80\xA6"),
                                      test::replaced_all(order, "~\n", "\n"),
                                      test::replaced_all(order, "~\n", "\r"),
                                      test::replaced_all(order, "~\n", "\r\n")}) {
        SCOPED_TRACE(octets.substr(0, 140));
        expect_round_trip(octets);
    }
}

TEST(X12Reader, StaysSmallOnAMillionEmptySegments) {
    const std::string octets =
        test::replaced(test::order(), "~\nDTM", "~" + std::string(1'000'000, '~') + "\nDTM");
    auto document = read_x12(octets);
    ASSERT_TRUE(document);
    EXPECT_EQ(only_transaction(*document).segments.size(), 24u)
        << "a run of terminators is one empty segment";
    EXPECT_EQ(emit(*document), octets);
}

TEST(X12Reader, LeavesMoreThanFourThousandSeparatorsUnsplit) {
    const std::string octets =
        test::replaced(test::order(), "MSG*DELIVER", "MSG" + std::string(70'000, '*') + "DELIVER");
    auto document = read_x12(octets);
    ASSERT_TRUE(document);
    EXPECT_EQ(only_transaction(*document).segments[10].values.size(), 4096u);
    EXPECT_EQ(emit(*document), octets);
}

TEST(X12Reader, MovesWithoutMovingTheOctets) {
    auto document = read_x12(test::order());
    ASSERT_TRUE(document);
    const Document moved = std::move(*document);
    EXPECT_EQ(only_transaction(moved).segments[1].text(3), "4500012345-0417");
    EXPECT_EQ(only_transaction(moved).segments[1].raw.data(),
              moved.octets().data() + only_transaction(moved).segments[1].place.byte);
}

}  // namespace
}  // namespace sallyport::edi
