// SPDX-License-Identifier: Apache-2.0
// Writing: forms of values, running numbers and totals, transliteration, separators in values, and nothing faulty leaves.
#include "parsers/finish.h"

#include "edi_fixture.h"

#include "parsers/edi.h"
#include "parsers/split.h"
#include "parsers/view.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sallyport::edi {
namespace {

using test::order;
using test::replaced;
using testing::ElementsAre;
using testing::HasSubstr;

const SetSchema& set_of(Standard standard, const char* release, const char* set) {
    return **test::schemas().find(standard, release, set);
}

DraftInterchange interchange() {
    DraftInterchange out;
    out.sender_qualifier = out.receiver_qualifier = "ZZ";
    out.sender = "US";
    out.receiver = "THEM";
    out.date = "261120";
    out.time = "1015";
    out.control = "9";
    out.separators.component = '>';
    DraftGroup group;
    group.functional_id = "PO";
    group.sender = "US";
    group.receiver = "THEM";
    group.date = "20261120";
    group.time = "1015";
    group.control = "9";
    group.version = "004010";
    DraftTransaction order{"850", "0001", {}};
    order.body.push_back(DraftSegment("BEG", {"00", "NE", "4500", "", "20261120"}));
    order.body.push_back(DraftSegment("PO1", {"1", "48", "EA", "10.5"}));
    order.body.push_back(DraftSegment("PO1", {"2", "12", "CA", "99.95"}));
    order.body.push_back(DraftSegment("CTT"));
    group.transactions.push_back(std::move(order));
    out.groups.push_back(std::move(group));
    return out;
}

std::vector<DraftSegment>& body_of(DraftInterchange& one) {
    return one.groups[0].transactions[0].body;
}

TEST(Finish, CountsLinesAndKeepsWhatIsStated) {
    DraftInterchange one = interchange();
    finish(body_of(one), set_of(Standard::X12, "004010", "850"), {});
    EXPECT_EQ(body_of(one).back().text({1, 1, 1}), "2");
    body_of(one).back().set(1, "7");
    finish(body_of(one), set_of(Standard::X12, "004010", "850"), {});
    EXPECT_EQ(body_of(one).back().text({1, 1, 1}), "7");
}

TEST(Finish, NumbersTheLevelsOfAShipNotice) {
    std::vector<DraftSegment> body;
    body.push_back(DraftSegment("BSN", {"00", "1", "20261120", "1015", "0001"}));
    for (const char* level : {"S", "O", "P", "I", "P", "I"})
        body.push_back(DraftSegment("HL", {"", "", level}));
    body.push_back(DraftSegment("CTT"));
    finish(body, set_of(Standard::X12, "004010", "856"), {});
    std::vector<std::string> parents;
    for (const DraftSegment& segment : body) {
        if (segment.tag() == "HL")
            parents.push_back(std::string(segment.text({1, 1, 1})) + "<" +
                              std::string(segment.text({2, 1, 1})));
    }
    EXPECT_THAT(parents, ElementsAre("1<", "2<1", "3<2", "4<3", "5<2", "6<5"));
    EXPECT_EQ(body.back().text({1, 1, 1}), "6");
}

TEST(Finish, NumbersAssignedLinesWithinTheirParent) {
    std::vector<DraftSegment> body;
    for (int i = 0; i < 3; ++i) {
        body.push_back(DraftSegment("LX"));
        body.push_back(DraftSegment("W01", {"1", "EA"}));
    }
    finish(body, set_of(Standard::X12, "004010", "940"), {});
    EXPECT_EQ(body[4].text({1, 1, 1}), "3");
}

TEST(Finish, NumbersPackagingOfADespatchAdvice) {
    std::vector<DraftSegment> body(2, DraftSegment("CPS"));
    finish(body, set_of(Standard::Edifact, "D96A", "DESADV"), {});
    EXPECT_EQ(body[0].text({1, 1, 1}), "1");
    EXPECT_EQ(body[1].text({1, 1, 1}), "2");
}

TEST(Finish, MinimalAndPaddedForms) {
    std::vector<DraftSegment> body;
    body.push_back(DraftSegment("REF", {"DP", "0417   "}));
    body.push_back(DraftSegment("N4", {"D", "TX", "752  "}));
    body.push_back(DraftSegment("PO1", {"1", "0048", "EA", "010.50"}));
    const SetSchema& set = set_of(Standard::X12, "004010", "850");
    finish(body, set, {.form = ValueForm::Minimal});
    EXPECT_EQ(body[0].text({2, 1, 1}), "0417");
    EXPECT_EQ(body[2].text({2, 1, 1}), "48");
    EXPECT_EQ(body[2].text({4, 1, 1}), "10.50");
    finish(body, set, {.form = ValueForm::Padded});
    EXPECT_EQ(body[1].text({1, 1, 1}), "D ") << "city names have two characters at least";
    EXPECT_EQ(body[2].text({2, 1, 1}), "48");
}

TEST(WriteChecked, LetsNothingFaultyLeave) {
    DraftInterchange one = interchange();
    finish(body_of(one), set_of(Standard::X12, "004010", "850"), {});
    ASSERT_TRUE(write_checked(one, test::schemas()));
    body_of(one)[0].set(5, "20260230");
    const auto refused = write_checked(one, test::schemas());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "edi.write.invalid");
    EXPECT_THAT(refused.error().text(), HasSubstr("edi.element.date"));
    EXPECT_EQ(refused.error().place().segment, 2u);
}

TEST(WriteStyle, TransliteratesOnlyWhatTheSetLacks) {
    EXPECT_EQ(transliterated("Café Müller – Straße Łódź", "UNOB"), "Cafe Muller - Strasse Lodz");
    EXPECT_EQ(transliterated("Café Łódź", "UNOC"), "Café Lódz");
    EXPECT_FALSE(transliterated("日本", "UNOC").has_value());
    DraftEdifact out;
    out.separators = edifact_separators();
    out.syntax = "UNOB";
    out.sender = {"US", ""};
    out.receiver = {"THEM", ""};
    out.date = "261120";
    out.time = "1015";
    out.control = "1";
    DraftMessage message{"ORDERS", "D", "96A", "UN", "", "1", {}};
    DraftSegment ftx("FTX", {"AAI"});
    ftx.set({4, 1, 1}, "Café");
    message.body.push_back(ftx);
    out.messages.push_back(message);
    EXPECT_EQ(write_edifact(out).error().code(), "edi.write.character");
    out.style.transliterate = true;
    EXPECT_THAT(*write_edifact(out), HasSubstr("FTX+AAI+++Cafe'"));
    out.syntax = "UNOA";
    out.style.upper_case = true;
    EXPECT_THAT(*write_edifact(out), HasSubstr("FTX+AAI+++CAFE'"));
}

TEST(WriteStyle, SeparatorsInValuesAreRefusedOrReplaced) {
    DraftInterchange one = interchange();
    body_of(one).insert(body_of(one).begin() + 1, DraftSegment("MSG", {"A*B~C"}));
    EXPECT_EQ(write_x12(one).error().code(), "edi.write.separator");
    one.style.replace_separator = ' ';
    EXPECT_THAT(*write_x12(one), HasSubstr("MSG*A B C~"));
}

TEST(WriteStyle, TrailingEmptyElementsStayWhenAsked) {
    DraftInterchange one = interchange();
    body_of(one)[0].set(8, "");
    EXPECT_THAT(*write_x12(one), HasSubstr("*20261120~"));
    one.style.trim = false;
    EXPECT_THAT(*write_x12(one), HasSubstr("*20261120***~"));
}

TEST(WriteJson, WritesWhatParsePrintedWithThePartnersSeparators) {
    auto document = read(order());
    ASSERT_TRUE(document);
    validate(*document, test::schemas());
    const auto json = document_json(*document);
    WriteOptions options;
    options.schemas = &test::schemas();
    EXPECT_EQ(*write_json(json, options), order());
    Separators theirs;
    theirs.element = '|';
    theirs.component = '^';
    theirs.terminator = "\n";
    options.separators = theirs;
    const auto written = write_json(json, options);
    ASSERT_TRUE(written);
    auto again = read(*written);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->interchanges[0].separators.element, '|');
    EXPECT_TRUE(validate(*again, test::schemas()).accepted());
}

}  // namespace
}  // namespace sallyport::edi
