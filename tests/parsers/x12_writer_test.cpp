// SPDX-License-Identifier: Apache-2.0
#include "edi_fixture.h"

#include "parsers/x12.h"

#include <gtest/gtest.h>

namespace sallyport::edi {
namespace {

DraftInterchange draft() {
    DraftInterchange interchange;
    interchange.separators.component = '>';
    interchange.sender_qualifier = "ZZ";
    interchange.sender = "SALLYPORT";
    interchange.receiver_qualifier = "01";
    interchange.receiver = "123456789";
    interchange.date = "261120";
    interchange.time = "1015";
    interchange.control = "42";
    DraftGroup group;
    group.functional_id = "PO";
    group.sender = "SALLYPORT";
    group.receiver = "ACMEPO";
    group.date = "20261120";
    group.time = "1015";
    group.control = "7";
    group.version = "004010";
    DraftTransaction order{"850", "0001", {}};
    order.body.push_back(DraftSegment("BEG", {"00", "NE", "PO-1", "", "20261120"}));
    order.body.push_back(DraftSegment("PO1", {"1", "48", "EA", "10.5"}));
    group.transactions.push_back(order);
    interchange.groups.push_back(group);
    return interchange;
}

TEST(X12Writer, MakesEnvelopeCountsAndPaddingItself) {
    const auto written = write_x12(draft());
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_EQ(*written,
              "ISA*00*          *00*          *ZZ*SALLYPORT      *01*123456789      "
              "*261120*1015*U*00401*000000042*0*P*>~"
              "GS*PO*SALLYPORT*ACMEPO*20261120*1015*7*X*004010~ST*850*0001~BEG*00*NE*PO-1**"
              "20261120~PO1*1*48*EA*10.5~SE*4*0001~GE*1*7~IEA*1*000000042~");
    EXPECT_TRUE(test::checked(*written).accepted());
}

TEST(X12Writer, TrimsTrailingEmptyElementsAndComponents) {
    DraftInterchange interchange = draft();
    DraftSegment segment("SLN", {"1", "", "I"});
    segment.set({5, 1, 1}, "EA");
    segment.set({5, 3, 1}, "");
    segment.set({9, 1, 1}, "");
    interchange.groups[0].transactions[0].body.push_back(segment);
    const auto written = write_x12(interchange);
    ASSERT_TRUE(written);
    EXPECT_NE(written->find("SLN*1**I**EA~"), std::string::npos) << *written;
}

TEST(X12Writer, WritesWithTheSeparatorsOfThePartner) {
    DraftInterchange interchange = draft();
    interchange.separators.element = '|';
    interchange.separators.component = '^';
    interchange.separators.terminator = "!";
    interchange.separators.line_end = "\r\n";
    const auto written = write_x12(interchange);
    ASSERT_TRUE(written);
    EXPECT_NE(written->find("BEG|00|NE|PO-1||20261120!\r\n"), std::string::npos);
    EXPECT_TRUE(test::checked(*written).accepted());
}

TEST(X12Writer, RefusesAValueThatHoldsASeparator) {
    for (const char* text : {"A*B", "A~B", "A>B"}) {
        SCOPED_TRACE(text);
        DraftInterchange interchange = draft();
        interchange.groups[0].transactions[0].body[0].set(3, text);
        const auto written = write_x12(interchange);
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().code(), "edi.write.separator");
    }
}

// What our own reader calls an error of the value (edi.element.character) is not written.
TEST(X12Writer, RefusesControlCharactersAndSaysWhere) {
    for (const char octet : {'\0', '\x01', '\t', '\n', '\r', '\x1F', '\x7F'}) {
        SCOPED_TRACE(static_cast<int>(octet));
        DraftInterchange interchange = draft();
        interchange.groups[0].transactions[0].body[0].set(3, std::string("A") + octet + "B");
        const auto written = write_x12(interchange);
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().code(), "edi.write.character");
        EXPECT_EQ(written.error().blame(), Blame::Operator);
        EXPECT_NE(written.error().text().find("element 3 of BEG"), std::string::npos)
            << written.error().text();
        EXPECT_FALSE(written.error().remedy().empty());
    }
}

TEST(X12Writer, NamesTheControlCharacterAndPrintsNone) {
    DraftInterchange interchange = draft();
    interchange.groups[0].transactions[0].body[1].set(7, "two\nlines\x1B[2J");
    const auto written = write_x12(interchange);
    ASSERT_FALSE(written);
    const std::string text = written.error().text();
    EXPECT_NE(text.find("0x0A"), std::string::npos) << text;
    EXPECT_NE(text.find("two.lines.[2J"), std::string::npos) << text;
    EXPECT_EQ(text.find('\x1B'), std::string::npos);
}

TEST(X12Writer, TakesAControlCharacterAsASeparatorOnlyWhereItSeparates) {
    DraftInterchange interchange = draft();
    interchange.separators.terminator = "\x15";
    auto written = write_x12(interchange);
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_TRUE(test::checked(*written).accepted());
    interchange.groups[0].transactions[0].body[0].set(3,
                                                      "A\x15"
                                                      "B");
    written = write_x12(interchange);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), "edi.write.separator");
    EXPECT_NE(written.error().text().find("0x15"), std::string::npos) << written.error().text();
}

TEST(X12Writer, PutsTheReplacementThePartnerNamedForASeparator) {
    DraftInterchange interchange = draft();
    interchange.style.replace_separator = ' ';
    interchange.groups[0].transactions[0].body[0].set(3, "A*B~C");
    const auto written = write_x12(interchange);
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_NE(written->find("BEG*00*NE*A B C*"), std::string::npos) << *written;
    interchange.groups[0].transactions[0].body[0].set(3, "A\tB");
    EXPECT_EQ(write_x12(interchange).error().code(), "edi.write.character");
}

TEST(X12Writer, RefusesTagsThatAreNone) {
    for (const char* tag : {"", "B", "PO1*1", "LONG", "N~1", "N1\n"}) {
        SCOPED_TRACE(tag);
        DraftInterchange interchange = draft();
        interchange.groups[0].transactions[0].body.push_back(DraftSegment(tag, {"1"}));
        EXPECT_EQ(write_x12(interchange).error().code(), "edi.write.tag");
    }
}

TEST(X12Writer, WritesCountedOctetsAsTheyAre) {
    const std::string payload("a*b~c>d\n\x00\xFF", 10);
    DraftInterchange interchange = draft();
    auto& body = interchange.groups[0].transactions[0].body;
    body.push_back(DraftSegment("BIN", {"10", payload}));
    body.push_back(DraftSegment("BDS", {"ASC", "10", payload}));
    auto written = write_x12(interchange);
    ASSERT_TRUE(written) << written.error().text();
    const auto document = read_x12(*written);
    ASSERT_TRUE(document);
    const auto& segments = document->interchanges[0].groups[0].transactions[0].segments;
    ASSERT_EQ(segments.size(), 6u);
    EXPECT_EQ(segments[3].value({2, 1, 1})->raw, payload);
    EXPECT_EQ(segments[4].value({3, 1, 1})->raw, payload);
    body.back().set(2, "11");
    written = write_x12(interchange);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), "edi.write.binary");
}

// Below 00402 the octet is data; it used to be refused there, and used between repeats.
TEST(X12Writer, KnowsNoRepetitionSeparatorBelow00402) {
    DraftInterchange interchange = draft();
    interchange.separators.repetition = '^';
    interchange.groups[0].transactions[0].body[0].set(3, "A^B");
    const auto written = write_x12(interchange);
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_NE(written->find("BEG*00*NE*A^B*"), std::string::npos);
    EXPECT_NE(written->find("*1015*U*00401*"), std::string::npos);
    interchange.groups[0].transactions[0].body[0].set({3, 1, 2}, "C");
    EXPECT_EQ(write_x12(interchange).error().code(), "edi.write.repetition");
}

TEST(X12Writer, RefusesEnvelopeFieldsThatDoNotFit) {
    DraftInterchange interchange = draft();
    interchange.sender = "A SENDER OF MORE THAN FIFTEEN";
    EXPECT_EQ(write_x12(interchange).error().code(), "x12.write.field");
    interchange = draft();
    interchange.control = "1234567890";
    EXPECT_EQ(write_x12(interchange).error().code(), "x12.write.field");
    interchange = draft();
    interchange.groups[0].receiver = "";
    EXPECT_EQ(write_x12(interchange).error().code(), "x12.write.field");
    interchange = draft();
    interchange.groups[0].transactions[0].control = "1";
    EXPECT_EQ(write_x12(interchange).error().code(), "x12.write.field");
}

TEST(X12Writer, RefusesARepetitionWhereTheVersionHasNone) {
    DraftInterchange interchange = draft();
    interchange.groups[0].transactions[0].body[0].set({3, 1, 2}, "SECOND");
    EXPECT_EQ(write_x12(interchange).error().code(), "edi.write.repetition");
    interchange.version = "00501";
    interchange.separators.repetition = '^';
    EXPECT_TRUE(write_x12(interchange));
}

// The round-trip law: what is read, drafted again and written, is what was read.
TEST(X12Writer, WritesWhatWasReadBackToTheSameOctets) {
    const std::string octets = test::order();
    auto document = read_x12(octets);
    ASSERT_TRUE(document);
    DraftInterchange again = draft();
    const Interchange& interchange = document->interchanges[0];
    again.separators = interchange.separators;
    again.sender = interchange.sender;
    again.sender_qualifier = interchange.sender_qualifier;
    again.receiver = interchange.receiver;
    again.receiver_qualifier = interchange.receiver_qualifier;
    again.control = interchange.control;
    again.test = true;
    DraftGroup& group = again.groups[0];
    group.sender = "ACMEPO";
    group.receiver = "SALLYPORT";
    group.control = interchange.groups[0].control;
    group.transactions[0].body.clear();
    const Transaction& order = interchange.groups[0].transactions[0];
    for (std::size_t i = 1; i + 1 < order.segments.size(); ++i) {
        DraftSegment segment{std::string(order.segments[i].tag)};
        for (const Value& value : order.segments[i].values)
            segment.set({value.element, value.component, value.repetition},
                        std::string(value.text));
        group.transactions[0].body.push_back(std::move(segment));
    }
    const auto written = write_x12(again);
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_EQ(*written, octets);
}

}  // namespace
}  // namespace sallyport::edi
