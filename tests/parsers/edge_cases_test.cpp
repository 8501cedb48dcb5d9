// SPDX-License-Identifier: Apache-2.0
// The edge cases of real EDI traffic, by the number they have in the design paper. Those about several readers at once are
// tested where the reader is; here is each with the behaviour it must show.
#include "edi_fixture.h"

#include "parsers/ack.h"
#include "parsers/edi.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace sallyport::edi {
namespace {

using test::checked;
using test::codes_in;
using test::order;
using test::repairs_in;
using test::replaced;
using test::replaced_all;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::string orders() {
    return test::read(test::golden("edifact/orders-d96a-valid.edi"));
}

Report judged(std::string octets) {
    auto document = read(std::move(octets));
    EXPECT_TRUE(document) << document.error().text();
    return document ? validate(*document, test::schemas()) : Report{};
}

const Transaction& first_of(const Document& document) {
    return document.interchanges.at(0).groups.at(0).transactions.at(0);
}

TEST(EdgeCase, N01LineEndsAfterTerminatorsMixedInOneFile) {
    std::string mixed = replaced(replaced(order(), "~\nBEG", "~BEG"), "~\nCUR", "~\r\nCUR");
    auto document = read(mixed);
    ASSERT_TRUE(document);
    EXPECT_EQ(first_of(*document).segments[2].tag, "CUR");
    EXPECT_EQ(first_of(*document).segments[2].place.byte, mixed.find("CUR*"));
    EXPECT_TRUE(validate(*document, test::schemas()).accepted());
}

TEST(EdgeCase, N02LineEndAsTerminatorWithBlankLines) {
    EXPECT_TRUE(judged(replaced_all(order(), "~\n", "\n")).accepted());
    EXPECT_TRUE(judged(replaced_all(order(), "~\n", "\r\n")).accepted());
    EXPECT_TRUE(
        judged(replaced(replaced_all(order(), "~\n", "\n"), "\nCUR", "\n\n\nCUR")).accepted())
        << "blank lines are not counted";
}

TEST(EdgeCase, N03EllipsisOrNextLineAsTerminator) {
    EXPECT_TRUE(judged(replaced_all(order(), "~", "\xE2\x80\xA6")).accepted());
    EXPECT_TRUE(judged(replaced_all(order(), "~", "\x85")).accepted());
}

TEST(EdgeCase, N04BlankBetweenHeaderAndLineEnd) {
    const Report report = judged(replaced(replaced_all(order(), "~\n", "\n"), "*T*>\n", "*T*> \n"));
    EXPECT_TRUE(report.accepted());
    EXPECT_THAT(repairs_in(report), ElementsAre("x12.repair.terminator"));
}

TEST(EdgeCase, N05ForgottenComponentSeparator) {
    const Report report = judged(replaced(order(), "*T*>~\n", "*T*~\n"));
    EXPECT_TRUE(report.accepted());
    EXPECT_THAT(repairs_in(report), Contains("x12.repair.component-separator"));
}

TEST(EdgeCase, N06UnpaddedHeaderFields) {
    const Report report = judged(replaced(order(), "*ACMERETAIL     *", "*ACMERETAIL*"));
    EXPECT_TRUE(report.accepted());
    EXPECT_THAT(repairs_in(report), ElementsAre("x12.isa.width"));
    Leniencies strict;
    strict.unpadded_header = false;
    auto document = read_x12(replaced(order(), "*ACMERETAIL     *", "*ACMERETAIL*"), {}, strict);
    ASSERT_TRUE(document);
    EXPECT_FALSE(validate(*document, test::schemas()).accepted());
}

TEST(EdgeCase, N07HeaderTimeOfSixDigits) {
    const Report report = judged(replaced(order(), "*261120*1015*", "*261120*101500*"));
    EXPECT_TRUE(report.accepted());
    EXPECT_THAT(codes_in(report), ElementsAre("x12.isa.time"));
    EXPECT_EQ(test::faults_in(report)[0].ack.ta1, "015");
}

TEST(EdgeCase, N08LowerCaseHeader) {
    EXPECT_EQ(read(replaced(order(), "ISA*", "isa*")).error().code(), "x12.isa.missing");
}

TEST(EdgeCase, N09ByteOrderMarksAndOtherEncodings) {
    const Report report = judged("\xEF\xBB\xBF" + order());
    EXPECT_TRUE(report.accepted());
    EXPECT_THAT(repairs_in(report), ElementsAre("edi.repair.byte-order-mark"));
    EXPECT_EQ(read_x12("\xFF\xFEI").error().code(), "edi.encoding");
    EXPECT_EQ(read_x12("\xC9\xE2\xC1\x5C").error().code(), "edi.encoding");
}

TEST(EdgeCase, N10JunkBeforeTheHeader) {
    const Report report = judged("From: edi@example.com\n\n" + order());
    EXPECT_TRUE(report.accepted());
    EXPECT_THAT(repairs_in(report), ElementsAre("edi.repair.junk"));
    EXPECT_TRUE(judged("mail text\n" + orders()).accepted());
}

TEST(EdgeCase, N11TheLettersIsaInData) {
    EXPECT_TRUE(judged(replaced(order(), "JANE BUYER", "ISA ISAAC")).accepted());
}

TEST(EdgeCase, N12SeveralInterchangesEachWithItsSeparators) {
    const Report report =
        judged(orders() + test::read(test::golden("edifact/orders-own-separators-valid.edi")));
    ASSERT_EQ(report.interchanges.size(), 2u);
    EXPECT_TRUE(report.accepted());
}

TEST(EdgeCase, N13MissingFinalTerminator) {
    const Report report = judged(order().substr(0, order().size() - 2));
    EXPECT_TRUE(report.accepted());
    EXPECT_THAT(repairs_in(report), ElementsAre("edi.repair.final-terminator"));
}

TEST(EdgeCase, N14TruncationAtEveryLevel) {
    EXPECT_THAT(codes_in(judged(order().substr(0, order().find("IEA")))),
                ElementsAre("edi.interchange.trailer-missing"));
    EXPECT_THAT(codes_in(judged(order().substr(0, order().find("GE*")))),
                ElementsAre("edi.interchange.trailer-missing", "edi.group.trailer-missing"));
    EXPECT_THAT(codes_in(judged(order().substr(0, order().find("SE*23")))),
                ElementsAre("edi.interchange.trailer-missing",
                            "edi.group.trailer-missing",
                            "edi.set.trailer-missing"));
    EXPECT_THAT(codes_in(judged(order().substr(0, order().find("DALLAS") + 3))),
                ElementsAre("edi.interchange.trailer-missing",
                            "edi.group.trailer-missing",
                            "edi.set.trailer-missing"));
}

TEST(EdgeCase, N15SegmentCountIncludesHeaderAndTrailer) {
    EXPECT_THAT(codes_in(judged(replaced(order(), "SE*23*", "SE*21*"))),
                ElementsAre("edi.set.count"));
    EXPECT_EQ(test::faults_in(judged(replaced(order(), "SE*23*0001", "SE*23*0002")))[0].ack.ak5,
              "3");
}

TEST(EdgeCase, N16WrongGroupAndInterchangeTrailers) {
    const std::vector<Fault> faults = test::faults_in(judged(
        replaced(replaced(order(), "GE*1*417", "GE*2*418"), "IEA*1*000000417", "IEA*2*000000418")));
    ASSERT_EQ(faults.size(), 4u);
    EXPECT_EQ(faults[0].ack.ta1, "021");
    EXPECT_EQ(faults[1].ack.ta1, "001");
    EXPECT_EQ(faults[2].ack.ak9, "5");
    EXPECT_EQ(faults[3].ack.ak9, "4");
}

TEST(EdgeCase, N17ControlNumberTwiceInAGroup) {
    const Report report = judged(replaced_all(
        test::read(test::golden("x12/850-two-sets-one-bad-invalid.edi")), "*0002~", "*0001~"));
    ASSERT_THAT(codes_in(report), Contains("edi.set.control-duplicate"));
    for (const Fault& fault : test::faults_in(report)) {
        if (fault.code == "edi.set.control-duplicate") {
            EXPECT_EQ(fault.ack.ak5, "23");
        }
    }
}

TEST(EdgeCase, N18GroupsOfTwoVersionsGetOneAcknowledgementEach) {
    std::string two = order();
    std::string group = two.substr(two.find("GS*"), two.find("IEA") - two.find("GS*"));
    group = replaced_all(
        replaced(replaced(group, "*417*X*004010", "*418*X*005010"), "GE*1*417", "GE*1*418"),
        "MSG*DELIVER",
        "MTX**DELIVER");
    two = replaced(two, "IEA*1*", group + "IEA*2*");
    const Report report = judged(two);
    EXPECT_TRUE(report.accepted()) << codes_in(report)[0];
    AckEnvelope envelope;
    envelope.interchange_control = envelope.group_control = "1";
    envelope.transaction_control = [] { return std::string("0001"); };
    envelope.date = "20261120";
    envelope.time = "1015";
    const auto ack =
        write_997(report.interchanges[0], AcceptancePolicy::RejectTransaction, envelope);
    ASSERT_TRUE(ack);
    EXPECT_NE(ack->find("AK1*PO*417~"), std::string::npos);
    EXPECT_NE(ack->find("AK1*PO*418~"), std::string::npos);
}

TEST(EdgeCase, N19InterchangeAcknowledgementAlone) {
    const std::string isa = order().substr(0, order().find("GS*"));
    const Report report = judged(isa + "TA1*000000093*261120*1015*A*000~\nIEA*0*000000417~\n");
    EXPECT_THAT(codes_in(report), IsEmpty());
    EXPECT_TRUE(report.accepted());
}

TEST(EdgeCase, N20AcknowledgementAskedForByTheHeader) {
    EXPECT_FALSE(judged(order()).interchanges[0].acknowledgement_requested);
    EXPECT_TRUE(
        judged(replaced(order(), "*0*T*>", "*1*T*>")).interchanges[0].acknowledgement_requested);
}

TEST(EdgeCase, N21PositionsInTheAcknowledgementCountTheHeaderAsOne) {
    const std::vector<Fault> faults =
        test::faults_in(judged(replaced(order(), "N1*ST*", "N1*0X*")));
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].position, 12u);
}

TEST(EdgeCase, N22TooLongAndNotInTheListAreTwoFaultsOfOneSegment) {
    EXPECT_THAT(codes_in(judged(replaced(order(), "*NE*4500", "*NEX*4500"))),
                ElementsAre("edi.element.too-long", "edi.element.code"));
}

TEST(EdgeCase, N23TrailingEmptyElements) {
    const Report report = judged(replaced(order(), "*92*0417~\nN3", "*92*0417**~\nN3"));
    EXPECT_TRUE(report.accepted());
    EXPECT_THAT(codes_in(report), ElementsAre("edi.element.trailing-separator"));
}

TEST(EdgeCase, N24ElementOfBlanksIsEmpty) {
    const Report report = judged(replaced(order(), "BEG*00*NE*", "BEG*  *NE*"));
    EXPECT_FALSE(report.accepted());
    EXPECT_THAT(codes_in(report), ElementsAre("edi.element.blank", "edi.element.missing"));
}

TEST(EdgeCase, N25RepetitionSeparatorByVersion) {
    EXPECT_EQ(
        read(replaced(order(), "*U*00401*", "*^*00401*"))->interchanges[0].separators.repetition,
        '\0');
    EXPECT_EQ(
        read(replaced(order(), "*U*00401*", "*^*00501*"))->interchanges[0].separators.repetition,
        '^');
    EXPECT_THAT(codes_in(judged(replaced(order(), "*U*00401*", "*U*00501*"))),
                Contains("x12.isa.repetition"));
}

TEST(EdgeCase, N26ReleaseCharacterOfTheServiceSegment) {
    const std::string header = order().substr(0, order().find("GS*"));
    const std::string rest =
        replaced(order().substr(order().find("GS*")), "DELIVER TO DOCK 7", "A?*B?~C??");
    // From interchange version 007040 on ISX names it …
    auto document = read(replaced(header, "*U*00401*", "*^*00704*") + "ISX*?~\n" + rest);
    ASSERT_TRUE(document) << document.error().text();
    EXPECT_EQ(document->interchanges[0].separators.release, '?');
    ASSERT_EQ(document->interchanges[0].groups.size(), 1u);
    EXPECT_EQ(document->interchanges[0].groups[0].control, "417");
    EXPECT_THAT(codes_in(validate(*document, test::schemas())), IsEmpty());
    EXPECT_EQ(emit(*document), document->octets());
    std::string message;
    for (const Segment& segment : first_of(*document).segments) {
        if (segment.tag == "MSG") message = segment.text(1);
    }
    EXPECT_EQ(message, "A*B~C?");
    // … below it ISX is a service segment like others and '?' is data.
    auto older = read(header + "ISX*?~\n" + order().substr(order().find("GS*")));
    ASSERT_TRUE(older);
    EXPECT_EQ(older->interchanges[0].separators.release, '\0');
}

TEST(EdgeCase, N30BinaryPayloadIsCountedNotSearched) {
    const std::string head =
        "ISA*00*          *00*          *ZZ*A              *ZZ*B              "
        "*261120*1015*U*00401*000000001*0*T*>~GS*PT*AA*BB*20261120*1015*1*X*004010~";
    const std::string tail = "SE*4*0001~GE*1*1~IEA*1*000000001~";
    const std::string body = "ST*841*0001~EFI*1~BIN*12*a~b*c>d\n\r~~e~";
    auto document = read(head + body + tail);
    ASSERT_TRUE(document) << document.error().text();
    ASSERT_EQ(first_of(*document).segments.size(), 4u);
    EXPECT_EQ(first_of(*document).segments[2].text(2), "a~b*c>d\n\r~~e");
    EXPECT_EQ(emit(*document), document->octets());
    // A length that leads nowhere is a fault of that segment; the rest is read on.
    for (const char* wrong : {"BIN*7*a~", "BIN*x*ab~", "BIN*99999999*ab~", "BIN*-1*ab~"}) {
        auto bad = read(head + "ST*841*0001~EFI*1~" + wrong + tail);
        ASSERT_TRUE(bad);
        EXPECT_THAT(codes_in(validate(*bad, test::schemas())), Contains("x12.binary.length"))
            << wrong;
        EXPECT_EQ(first_of(*bad).segments.back().tag, "SE") << wrong;
    }
}

std::string notice(const std::string& levels, const std::string& structure = "0001") {
    const auto count = static_cast<std::size_t>(std::count(levels.begin(), levels.end(), '~'));
    return "ISA*00*          *00*          *ZZ*A              *ZZ*B              "
           "*261120*1015*U*00401*000000001*0*T*>~GS*SH*AA*BB*20261120*1015*1*X*004010~"
           "ST*856*0001~BSN*00*S1*20261120*1015*" +
           structure + "~" + levels + "SE*" + std::to_string(count + 3) +
           "*0001~GE*1*1~IEA*1*000000001~";
}

TEST(EdgeCase, N31ShipNoticeTreesFollowTheParentNumbers) {
    const char* const good[] = {"HL*1**S~HL*2*1*O~HL*3*2*P~HL*4*3*I~",
                                "HL*1**S~HL*2*1*O~HL*3*2*T~HL*4*3*P~HL*5*4*I~",
                                "HL*1**S~HL*2*1*O~HL*3*2*P~HL*4*3*I~HL*5*2*P~HL*6*5*I~"};
    for (const char* levels : good)
        EXPECT_THAT(codes_in(judged(notice(levels))), IsEmpty()) << levels;
    EXPECT_THAT(codes_in(judged(notice("HL*1**S~HL*2*1*O~HL*3*2*I~HL*4*3*P~", "0002"))), IsEmpty());

    auto document = read(notice("HL*1**S~HL*2*1*O~HL*3*1*O~HL*4*2*P~HL*5*3*P~"));
    ASSERT_TRUE(document);
    validate(*document, test::schemas());
    const Transaction& transaction = first_of(*document);
    EXPECT_EQ(transaction.tree_children(1).size(), 2u) << "the shipment holds both orders";
    EXPECT_EQ(transaction.tree_children(2).size(), 1u)
        << "the tree is what HL02 says, not the order";

    struct Bad {
        const char* levels;
        const char* code;
    };
    const Bad bad[] = {{"HL*1**S~HL*2*9*O~", "edi.tree.parent"},           // nobody
                       {"HL*1**S~HL*2*3*O~HL*3*1*P~", "edi.tree.parent"},  // comes later
                       {"HL*1**S~HL*2*2*O~", "edi.tree.parent"},           // itself: no cycle
                       {"HL*1**S~HL*1*1*O~", "edi.tree.duplicate"}};
    for (const Bad& one : bad) {
        const std::vector<Fault> faults = test::faults_in(judged(notice(one.levels)));
        ASSERT_FALSE(faults.empty()) << one.levels;
        EXPECT_EQ(faults[0].code, one.code) << one.levels;
        EXPECT_EQ(faults[0].ack.ak4, "7");
        EXPECT_EQ(faults[0].segment, "HL");
    }
    const Report unknown = judged(notice("HL*1**S~HL*2*1*O~HL*3*2*AG~HL*4*3*I~"));
    EXPECT_TRUE(unknown.accepted()) << "a level we do not interpret is kept";
    EXPECT_THAT(codes_in(unknown), Contains("edi.tree.level"));
}

TEST(EdgeCase, N27RelationalConditions) {
    EXPECT_EQ(test::faults_in(judged(replaced(order(), "*VN*AB-1001*", "*VN**")))[0].ack.ak4, "2");
}

TEST(EdgeCase, N28DatesAndTimes) {
    for (const char* date : {"20230229", "20261301", "20260431", "00000000"})
        EXPECT_THAT(
            codes_in(judged(replaced(order(), "DTM*010*20261201", std::string("DTM*010*") + date))),
            ElementsAre("edi.element.date"))
            << date;
    for (const char* time : {"2400", "1260", "101560"})
        EXPECT_THAT(codes_in(judged(replaced(
                        order(), "DTM*010*20261201", std::string("DTM*010*20261201*") + time))),
                    ElementsAre("edi.element.time"))
            << time;
    EXPECT_TRUE(judged(replaced(order(), "DTM*010*20261201", "DTM*010*20240229")).accepted());
}

TEST(EdgeCase, N29Numbers) {
    for (const char* good : {"-20", ".5", "5.", "0020"})
        EXPECT_TRUE(
            judged(replaced(order(), "*48*EA*", std::string("*") + good + "*EA*")).accepted())
            << good;
    for (const char* bad : {"20-", "+5", "1,000", "1E2", "--1", "1.2.3", "-", "."})
        EXPECT_THAT(codes_in(judged(replaced(order(), "*48*EA*", std::string("*") + bad + "*EA*"))),
                    ElementsAre("edi.element.number"))
            << bad;
}

TEST(EdgeCase, N32SameTagInSeveralLoopsIsPlacedByPosition) {
    auto document = read(order());
    ASSERT_TRUE(document);
    validate(*document, test::schemas());
    const Transaction& transaction = first_of(*document);
    const SetSchema& set = *transaction.schema;
    EXPECT_EQ(set.nodes[transaction.segments[11].node].area, Area::Heading);
    auto inner = read(
        replaced(replaced(order(), "PID*F****PALLET JACK~", "PID*F****PALLET JACK~\nN1*ST*INNER~"),
                 "SE*23*",
                 "SE*24*"));
    ASSERT_TRUE(inner);
    EXPECT_TRUE(set.path(transaction.segments[11].node) == "N1");
    validate(*inner, test::schemas());
    EXPECT_EQ(first_of(*inner).schema->path(first_of(*inner).segments[20].node), "PO1/N1");
}

TEST(EdgeCase, N33UnknownMisplacedAndRepeatedSegmentsLeaveTheRestValid) {
    EXPECT_THAT(codes_in(judged(replaced(
                    replaced(order(), "CUR*BY*USD~", "QQQ*1~\nCUR*BY*USD~"), "SE*23*", "SE*24*"))),
                ElementsAre("edi.segment.unknown"));
}

TEST(EdgeCase, N34AdviceAbsentOrWithItsOwnSeparators) {
    EXPECT_TRUE(judged(replaced(orders(), "UNA:+.? '\n", "")).accepted());
    EXPECT_TRUE(
        judged(test::read(test::golden("edifact/orders-own-separators-valid.edi"))).accepted());
}

TEST(EdgeCase, N35ReleaseCharacterTakesTheNextOctetLiterally) {
    auto document = read(replaced(orders(), "STEEL BRACKET 4 IN", "A?'?+?:??"));
    ASSERT_TRUE(document);
    for (const Segment& segment : first_of(*document).segments) {
        if (segment.tag == "IMD") {
            EXPECT_EQ(segment.text(3, 4), "A'+:?");
        }
    }
}

TEST(EdgeCase, N36CharacterSetByTheSyntaxIdentifier) {
    const std::string text = "STEEL BRACKET 4 IN";
    // UNOC is ISO 8859-1: the letter arrives as UTF-8 …
    auto latin = read(replaced(orders(), text, "CAF\xC9"));
    ASSERT_TRUE(latin);
    EXPECT_THAT(codes_in(validate(*latin, test::schemas())), IsEmpty());
    // … and what UNOC does not have (Windows' quotation marks) is named with its exact octet, and accepted.
    const std::string windows = replaced(orders(), text, "A \x93QUOTE\x94");
    const Report report = judged(windows);
    EXPECT_TRUE(report.accepted());
    ASSERT_THAT(codes_in(report), ElementsAre("edifact.character-set"));
    EXPECT_EQ(test::faults_in(report)[0].byte, windows.find('\x93'));
    EXPECT_EQ(test::faults_in(report)[0].ack.edifact, "21");
    // UTF-8 under UNOY, broken UTF-8 under UNOY, octets above ASCII under UNOA.
    EXPECT_THAT(codes_in(judged(replaced(replaced(orders(), "UNOC", "UNOY"), text, "CAF\xC3\x89"))),
                testing::Not(Contains("edifact.character-set")));
    EXPECT_THAT(codes_in(judged(replaced(replaced(orders(), "UNOC", "UNOY"), text, "CAF\xC9 X"))),
                Contains("edifact.character-set"));
    EXPECT_THAT(codes_in(judged(replaced(replaced(orders(), "UNOC", "UNOA"), text, "CAF\xC9"))),
                ElementsAre("edifact.character-set"));
    // Lower case under UNOA: read, and said when asked to be thorough.
    auto lower = read(replaced(replaced(orders(), "UNOC", "UNOA"), text, "steel bracket"));
    ASSERT_TRUE(lower);
    ValidationOptions thorough;
    thorough.thorough = true;
    const Report said = validate(*lower, test::schemas(), thorough);
    EXPECT_TRUE(said.accepted());
    EXPECT_THAT(codes_in(said), ElementsAre("edifact.character-set"));
}

TEST(EdgeCase, N37SyntaxFourDatesHaveEightDigits) {
    EXPECT_TRUE(judged(test::read(test::golden("edifact/orders-syntax4-valid.edi"))).accepted());
}

TEST(EdgeCase, N38EmptyInterchange) {
    const std::string octets = orders().substr(0, orders().find("UNH")) + "UNZ+0+417'";
    EXPECT_THAT(codes_in(judged(octets)), ElementsAre("edi.interchange.empty"));
    EXPECT_EQ(test::faults_in(judged(octets))[0].ack.edifact, "32");
}

TEST(EdgeCase, N39CountsCompareAsNumbersAndMayBeDowngraded) {
    EXPECT_TRUE(judged(replaced(orders(), "UNT+23+1", "UNT+0023+1")).accepted());
    auto document = read(replaced(orders(), "UNT+23+1", "UNT+22+1"));
    ASSERT_TRUE(document);
    ValidationOptions options;
    options.severities["edi.set.count"] = Severity::Warning;
    EXPECT_TRUE(validate(*document, test::schemas(), options).accepted());
}

TEST(EdgeCase, N40HostileSizesStayBounded) {
    Limits limits;
    limits.segment_bytes = 1000;
    auto document =
        read_x12(replaced(order(), "DELIVER TO DOCK 7", std::string(5000, 'X')), limits);
    ASSERT_TRUE(document);
    EXPECT_THAT(codes_in(validate(*document, test::schemas())), Contains("edi.segment.too-long"));
    EXPECT_THAT(codes_in(judged(replaced(order(), "~\nDTM*010", "~~\nDTM*010"))),
                Contains("edi.segment.empty"));
}

// The list in the design has forty; each is a test here, under its number.
TEST(EdgeCase, EveryNumberFromOneToFortyHasItsTest) {
    std::set<int> numbers;
    const testing::UnitTest& all = *testing::UnitTest::GetInstance();
    for (int i = 0; i < all.total_test_suite_count(); ++i) {
        const testing::TestSuite& suite = *all.GetTestSuite(i);
        if (std::string_view(suite.name()) != "EdgeCase") continue;
        for (int k = 0; k < suite.total_test_count(); ++k) {
            const std::string name = suite.GetTestInfo(k)->name();
            if (name.size() > 3 && name[0] == 'N') numbers.insert(std::stoi(name.substr(1, 2)));
        }
    }
    EXPECT_EQ(numbers.size(), 40u);
    EXPECT_EQ(*numbers.begin(), 1);
    EXPECT_EQ(*numbers.rbegin(), 40);
}

}  // namespace
}  // namespace sallyport::edi
