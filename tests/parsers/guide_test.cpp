// SPDX-License-Identifier: Apache-2.0
#include "parsers/guide.h"

#include "edi_fixture.h"
#include "stream_compare.h"

#include "parsers/edi.h"

#include <gtest/gtest.h>

namespace sallyport::edi {
namespace {

using test::codes_in;
using test::order;
using test::replaced;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::string orders() {
    return test::read(test::golden("edifact/orders-d96a-valid.edi"));
}

Report judged(std::string octets, std::string_view guide) {
    auto loaded = Guide::parse(guide, "acme.guide", test::schemas());
    EXPECT_TRUE(loaded) << loaded.error().text();
    if (!loaded) return {};
    StreamOptions stream;
    stream.leniencies = loaded->leniencies();
    stream.validation.guide = &*loaded;
    EXPECT_EQ(test::difference(octets, test::schemas(), stream), "");
    auto document = read(std::move(octets), {}, loaded->leniencies());
    EXPECT_TRUE(document) << document.error().text();
    if (!document) return {};
    ValidationOptions options;
    options.guide = &*loaded;
    return validate(*document, test::schemas(), options);
}

std::string in_850(std::string_view rule) {
    return "in x12 004010 850\n" + std::string(rule) + "\n";
}

struct Case {
    const char* name;
    const char* rule;
    const char* code;
    const char* segment;
    std::uint32_t position;
    std::uint16_t element;
    const char* ik;  // the 999's own word, else the 997's
};

TEST(PartnerGuide, EachKindOfRuleIsOneFaultAtItsPlace) {
    const Case cases[] = {
        {"forbid a segment", "forbid CUR", "guide.segment.forbidden", "CUR", 3, 0, "I4"},
        {"forbid an element", "forbid BEG 05", "guide.element.forbidden", "BEG", 2, 5, "I10"},
        {"restrict codes", "codes BEG 02 SA", "guide.element.code", "BEG", 2, 2, "I6"},
        {"shorten", "length BEG 03 1 4", "guide.element.too-long", "BEG", 2, 3, "5"},
        {"lengthen", "length BEG 03 40 60", "guide.element.too-short", "BEG", 2, 3, "4"},
    };
    for (const Case& one : cases) {
        SCOPED_TRACE(one.name);
        const std::vector<Fault> faults = test::faults_in(judged(order(), in_850(one.rule)));
        ASSERT_EQ(faults.size(), 1u);
        EXPECT_EQ(faults[0].code, one.code);
        EXPECT_EQ(faults[0].segment, one.segment);
        EXPECT_EQ(faults[0].position, one.position);
        EXPECT_EQ(faults[0].element, one.element);
        EXPECT_THAT(faults[0].message, HasSubstr("acme.guide:2"));
        const AckCodes& ack = faults[0].ack;
        const std::string word(!ack.ik3.empty() ? ack.ik3 : !ack.ik4.empty() ? ack.ik4 : ack.ak4);
        EXPECT_EQ(word, one.ik);
    }
}

TEST(PartnerGuide, RequiredSegmentIsReportedAtTheSegmentThatRevealsItsAbsence) {
    const std::vector<Fault> faults = test::faults_in(judged(order(), in_850("require FOB")));
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].code, "guide.segment.missing");
    EXPECT_EQ(faults[0].segment, "FOB");
    EXPECT_EQ(faults[0].position, 23u)
        << "the trailer closes the set, its place could not come any more";
}

TEST(PartnerGuide, RequiredInsideALoopIsAskedOfEveryInstance) {
    const std::string bad =
        replaced(replaced(order(), "PID*F****PALLET JACK~\n", ""), "SE*23*", "SE*22*");
    const Report report = judged(bad, in_850("require PO1/PID"));
    EXPECT_THAT(codes_in(report), ElementsAre("guide.loop.missing"));
    EXPECT_THAT(codes_in(judged(order(), in_850("require PO1/PID"))), IsEmpty());
}

TEST(PartnerGuide, QualifierPicksTheLoopThatIsMeant) {
    EXPECT_THAT(codes_in(judged(order(), in_850("require N1[ST]"))), IsEmpty());
    EXPECT_THAT(codes_in(judged(order(), in_850("require N1[RE]"))),
                ElementsAre("guide.loop.missing"));
    EXPECT_THAT(codes_in(judged(order(), in_850("forbid N1[ST] 04"))),
                ElementsAre("guide.element.forbidden"));
}

TEST(PartnerGuide, FewerRepeatsThanTheStandardAllows) {
    EXPECT_THAT(codes_in(judged(order(), in_850("max PO1 1"))), ElementsAre("guide.loop.repeated"));
    EXPECT_THAT(codes_in(judged(order(), in_850("max PO1 2"))), IsEmpty());
}

TEST(PartnerGuide, ConditionsBetweenElementsAreAddedToTheStandards) {
    EXPECT_THAT(codes_in(judged(order(), in_850("condition BEG C 03 06"))),
                ElementsAre("guide.element.condition"));
    EXPECT_THAT(codes_in(judged(order(), in_850("condition BEG E 03 05"))),
                ElementsAre("guide.element.exclusion"));
}

TEST(PartnerGuide, MandatoryElementMissingInBothIsOneFault) {
    const std::string bad = replaced(order(), "BEG*00*NE*", "BEG*00**");
    EXPECT_THAT(codes_in(judged(bad, in_850("require BEG 02"))),
                ElementsAre("edi.element.missing"));
}

TEST(PartnerGuide, CodesTheStandardDoesNotListMayBeAllowed) {
    const std::string own = replaced(order(), "N1*ST*", "N1*0X*");
    EXPECT_THAT(codes_in(judged(own, "")), ElementsAre("edi.element.code"));
    EXPECT_THAT(codes_in(judged(own, in_850("allow N1 01 0X 0Y"))), IsEmpty());
}

TEST(PartnerGuide, SeveritiesForThePartnerAndForOnePlace) {
    const std::string bad = replaced(order(), "N1*ST*", "N1*0X*");
    EXPECT_TRUE(judged(bad, "severity edi.element.code warning\n").accepted());
    EXPECT_TRUE(judged(bad, in_850("severity N1 edi.element.code warning 01")).accepted());
    EXPECT_FALSE(judged(bad, in_850("severity BEG edi.element.code warning")).accepted());
    EXPECT_TRUE(judged(order(), in_850("warn forbid CUR")).accepted());
    EXPECT_THAT(codes_in(judged(order(), in_850("warn forbid CUR"))),
                ElementsAre("guide.segment.forbidden"));
}

TEST(PartnerGuide, LenienciesAreRefusedByName) {
    const std::string bom = "\xEF\xBB\xBF" + order();
    EXPECT_TRUE(judged(bom, "").accepted());
    EXPECT_FALSE(judged(bom, "refuse byte-order-mark\n").accepted());
}

TEST(PartnerGuide, EdifactPlacesAreNamedByElementCode) {
    EXPECT_THAT(codes_in(judged(orders(), "in edifact D96A ORDERS\ncodes BGM 1225 9\n")),
                IsEmpty());
    EXPECT_THAT(codes_in(judged(orders(), "in edifact D96A ORDERS\nforbid BGM 1225\n")),
                ElementsAre("guide.element.forbidden"));
    EXPECT_THAT(codes_in(judged(orders(), "in edifact * *\nrequire BGM C002.1000\n")),
                ElementsAre("guide.element.missing"));
}

TEST(PartnerGuide, RuleHoldsForTheNamedSetsOnly) {
    EXPECT_THAT(codes_in(judged(order(), "in x12 004010 855\nforbid CUR\n")), IsEmpty());
    EXPECT_THAT(codes_in(judged(order(), "in x12 * *\nforbid CUR\n")),
                ElementsAre("guide.segment.forbidden"));
}

TEST(PartnerGuide, MistakesAreNamedWithLineAndNearMatch) {
    struct Mistake {
        const char* text;
        const char* code;
        std::uint32_t line;
        const char* hint;
    };
    const Mistake mistakes[] = {
        {"forbidd CUR\n", "guide.syntax", 1, "expected"},
        {"in x12 004010 850\nforbidd CUR\n", "guide.syntax", 2, "forbid"},
        {"in x12 004010 850\n\nforbid CURR\n", "guide.place.unknown", 3, "CUR"},
        {"in x12 004010 850\nforbid CUR 99\n", "guide.place.unknown", 2, "element 99"},
        {"in x12 004010 85O\n", "guide.set.unknown", 1, "85O"},
        {"severity edi.element.cod warning\n", "guide.fault.unknown", 1, "edi.element.code"},
        {"refuse bom\n", "guide.syntax", 1, "leniency"},
        {"policy reject\n", "guide.syntax", 1, "reject-transaction"},
        {"in x12 004010 850\nlength BEG 03 9 2\n", "guide.syntax", 2, "length"},
        {"in x12 004010 850\ncondition BEG P 3 99\n", "guide.syntax", 2, "99"},
    };
    for (const Mistake& one : mistakes) {
        SCOPED_TRACE(one.text);
        const auto loaded = Guide::parse(one.text, "acme.guide", test::schemas());
        ASSERT_FALSE(loaded);
        EXPECT_EQ(loaded.error().code(), one.code);
        EXPECT_EQ(loaded.error().place().line, one.line);
        EXPECT_THAT(loaded.error().text(), HasSubstr(one.hint));
    }
}

TEST(PartnerGuide, FilesBesideTheAgreementAreFoundInOrder) {
    const testing_support::TempDir folder;
    std::filesystem::create_directories(folder.path() / "acme");
    for (const char* name :
         {"acme.toml", "acme.guide", "other.guide", "acme/b.guide", "acme/a.guide"})
        std::ofstream(folder.path() / name) << "policy reject-group\n";
    const auto files = Guide::files_of(folder.path() / "acme.toml");
    ASSERT_EQ(files.size(), 3u);
    EXPECT_EQ(files[0].filename(), "acme.guide");
    EXPECT_EQ(files[1].filename(), "a.guide");
    EXPECT_EQ(files[2].filename(), "b.guide");
    const auto guide = Guide::load(files, test::schemas());
    ASSERT_TRUE(guide) << guide.error().text();
    EXPECT_EQ(guide->policy(), AcceptancePolicy::RejectGroup);
}

}  // namespace
}  // namespace sallyport::edi
