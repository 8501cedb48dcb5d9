// SPDX-License-Identifier: Apache-2.0
// Tables of a user's own: SEF read, written as schema files, loaded over the shipped ones, and used.
#include "parsers/import.h"

#include "edi_fixture.h"

#include "parsers/edi.h"
#include "parsers/guide.h"
#include "parsers/schema_text.h"

#include <gtest/gtest.h>

namespace sallyport::edi {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

// Own values throughout; the shape is that of SEF 1.6 with loops, masks, marks, runs of elements and code ranges.
constexpr const char* Sef = R"(.VER 1.6
.INI
ACMEPO,,004 010,X,X12-4010,Acme purchase order
.PRIVATE VENDOR
whatever=[this is
.PUBLIC
.SETS
850=^[ST,M][BEG*1,M]+20[.CUR][!REF,,>1]{:200+10[N1*1][N2,,2][.N3,,2]}^{:100000[PO1,M]+5{:>1[SAC]}}^{:1[CTT]}[SE,M]
.SEGS
ST=[143,M][329,M]
SE=[96,M][329,M]
BEG=[353,M][92,M][324,M][328][373,M],.....
CUR=[98,M][100,M]
REF=[128,M][127][352]+R0203,..
N1=[98,M][93][66][67]+R0203P0304,....
N2=[93,M][93]
N3=[166,M][166]
PO1=[350][330][355]{2[235][234]}+C0302P0405P0607
SAC=[248,M][C001]
CTT=[354,M]
BAD=[9999,M]
.COMS
C001=[355,M][1018],.
.ELMS
143=ID,3,3
329=AN,4,9
96=N0,1,10
353=ID,2,2
92=ID,2,2
324=AN,1,22
328=AN,1,30
373=DT,8,8
98=ID,2,3
100=ID,3,3
128=ID,2,3
127=AN,1,30
352=AN,1,80
93=AN,1,60
66=ID,1,2
67=AN,2,80
166=AN,1,55
350=AN,1,20
330=R,1,15
355=ID,2,2
235=ID,2,2
234=AN,1,48
248=ID,1,1
1018=R,1,15
354=N,1,6
.CODES
353=00:03,05,5A:5C%[00,01{}][00]+850/2///1
92=NE,SA
.TEXT,SETS
850,3,Text is not read = at all
)";

TEST(ImportSef, GivesSchemaFilesThatLoadAndJudge) {
    auto imported = import_sef(Sef);
    ASSERT_TRUE(imported) << imported.error().text();
    const testing_support::TempDir folder;
    for (const auto& [name, text] : imported->files) {
        std::filesystem::create_directories((folder.path() / name).parent_path());
        std::ofstream(folder.path() / name) << text;
    }
    const std::vector<std::filesystem::path> directories = {
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "parsers" / "schemas", folder.path()};
    auto schemas = SchemaSet::load(directories);
    ASSERT_TRUE(schemas) << schemas.error().text();

    const SetSchema& set = **schemas->find(Standard::X12, "004010", "850");
    EXPECT_THAT(schema_text(set, {}), HasSubstr("  loop N1 N1 O 200\n    N2 O 2\n"));
    const SegmentSchema& po1 = *schemas->segment(Standard::X12, "004010", "PO1");
    EXPECT_EQ(po1.elements.size(), 7u) << "a run of two, twice";
    EXPECT_EQ(po1.conditions.size(), 3u);
    EXPECT_FALSE(po1.pairs.empty()) << "our own facts speak about the imported segment too";
    const SegmentSchema& beg = *schemas->segment(Standard::X12, "004010", "BEG");
    std::vector<std::string> codes;
    for (const std::string_view code : beg.elements[0].element->codes->values())
        codes.emplace_back(code);
    EXPECT_THAT(codes, ElementsAre("00", "01", "02", "03", "05", "5A", "5B", "5C"));
    EXPECT_TRUE(schemas->find(Standard::X12, "004010", "856")) << "what is not imported stays";
    EXPECT_THAT(imported->notes, Contains(HasSubstr("BAD")));

    const auto guide = Guide::parse(imported->guide, "acmepo.guide", *schemas);
    ASSERT_TRUE(guide) << guide.error().text() << imported->guide;
    EXPECT_THAT(imported->guide, HasSubstr("forbid CUR\n"));
    EXPECT_THAT(imported->guide, HasSubstr("require REF\n"));
    EXPECT_THAT(imported->guide, HasSubstr("forbid N1/N3\n"));
    auto document = read(test::order());
    ASSERT_TRUE(document);
    ValidationOptions options;
    options.guide = &*guide;
    EXPECT_THAT(test::codes_in(validate(*document, *schemas, options)),
                Contains("guide.segment.forbidden"));
}

TEST(ImportSef, SaysWhatIsWrongAndWhere) {
    struct Mistake {
        std::string text;
        const char* code;
        std::uint32_t line;
    };
    const Mistake mistakes[] = {{"EDIDE1001\x01\x02", "import.sealed", 0},
                                {".INI\nX,,004 010,X,,\n", "import.sef", 2},
                                {".INI\nX,,004 010,X,,\n.SETS\n850=^[ST,M\n", "import.sef", 4},
                                {".INI\nX,,004 010,X,,\n.SETS\n850=^{:1[ST,M]\n", "import.sef", 4},
                                {".INI\nX,,004 010,X,,\n.SETS\n850=^[ST,M]}\n", "import.sef", 4},
                                {".INI\nX,,../../etc,X,,\n", "import.sef", 2},
                                {".INI\nX,,004 010,X,,\n.SETS\n../850=^[ST,M]\n", "import.sef", 4},
                                {".INI\nX,,004 010,X,,\n.ELMS\n66=ID\n", "import.sef", 4}};
    for (const Mistake& one : mistakes) {
        SCOPED_TRACE(one.text);
        const auto imported = import_sef(one.text);
        ASSERT_FALSE(imported);
        EXPECT_EQ(imported.error().code(), one.code);
        if (one.line != 0) {
            EXPECT_EQ(imported.error().place().line, one.line);
        }
    }
}

TEST(ImportSef, DeepNestingIsRefusedNotFollowed) {
    const std::string deep(10'000, '{');
    EXPECT_FALSE(import_sef(".INI\nX,,004 010,X,,\n.SETS\n850=^" + deep + "\n"));
    const auto runs = import_sef(
        ".INI\nX,,004 "
        "010,X,,\n.SETS\n850=^[ST,M]\n.SEGS\nST={9{9{9{9{9[1]}}}}}\n.ELMS\n1=AN,1,2\n");
    ASSERT_TRUE(runs);
}

// The layout of the UN's texts with facts of our own shipped D.96A, so that both must give the same tree.
TEST(ImportUntdid, ReadsSegmentsCodesAndGroups) {
    const std::map<std::string, std::string> texts = {
        {"EDSD.97B",
         "\n----------------------------------------------------------------------\n\n"
         "       BGM  BEGINNING OF MESSAGE\n\n       Function: To say what this is.\n\n"
         "010    C002  DOCUMENT/MESSAGE NAME                           C\n"
         "       1001   Document/message name, coded                  C  an..3\n"
         "       1000   Document/message name                          C  an..35\n\n"
         "020    1004  DOCUMENT/MESSAGE NUMBER                         C  an..35\n\n"
         "----------------------------------------------------------------------\n\n"
         "+      RFF  REFERENCE\n\n       Function: To refer.\n\n"
         "010    C506  REFERENCE                                       M    1\n"
         "       1153  Reference function code\n             qualifier                             "
         "     M      an..3\n"
         "       1154  Reference identifier                            C      an..35\n\n"
         "020    9999  COUNT OF IT                                     C    5 n..6\n\n"},
        {"UNCL.97B",
         "----------------------------------------------------------------------\n\n"
         "     1153  Reference function code qualifier                 [C]\n\n"
         "     Desc: Says which.\n\n     Repr: an..3\n\n"
         "     ON    Order number\n              The number of an order that was\n              "
         "placed.\n\n"
         "     DQ    Delivery note number\n              The number of the note.\n"},
        {"ORDERS_D.97B",
         "4.3.1  Segment table\n\nPos    Tag Name                                     S   R\n\n"
         "0010   UNH Message header                           M   1     \n"
         "0020 + BGM Beginning of message                     M   1     \n"
         "0030       ---- Segment group 1  ------------------ C   99----------+\n"
         "0040   RFF Reference                                M   1           |\n"
         "0050       ---- Segment group 2  ------------------ C   9----------+|\n"
         "0060   RFF Reference                                M   1----------++\n"
         "0070   UNS Section control                          M   1     \n"
         "0080   UNT Message trailer                          M   1     \n"}};
    auto imported = import_untdid(texts, "D97B");
    ASSERT_TRUE(imported) << imported.error().text();
    const testing_support::TempDir folder;
    for (const auto& [name, text] : imported->files) {
        std::filesystem::create_directories((folder.path() / name).parent_path());
        std::ofstream(folder.path() / name) << text;
    }
    const std::vector<std::filesystem::path> directories = {
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "parsers" / "schemas", folder.path()};
    auto schemas = SchemaSet::load(directories);
    ASSERT_TRUE(schemas) << schemas.error().text();
    const SetSchema& set = **schemas->find(Standard::Edifact, "D.97B", "ORDERS");
    EXPECT_THAT(schema_text(set, {}),
                HasSubstr("  BGM M 1\n  loop SG1 RFF C 99\n    loop SG2 RFF C 9\ndetail\n  UNS M "
                          "1\n  UNT M 1\n"));
    const SegmentSchema& rff = *schemas->segment(Standard::Edifact, "D97B", "RFF");
    ASSERT_EQ(rff.elements.size(), 2u);
    ASSERT_NE(rff.elements[0].composite, nullptr);
    EXPECT_EQ(rff.elements[0].composite->components.size(), 2u);
    EXPECT_EQ(rff.elements[1].repeat, 5u);
    EXPECT_TRUE(rff.elements[0].composite->components[0].element->codes->contains("DQ"));
    EXPECT_FALSE(rff.elements[0].composite->components[0].element->codes->contains("placed."));
}

TEST(ImportUntdid, SaysWhatIsMissing) {
    EXPECT_EQ(import_untdid({}, "D97B").error().code(), "import.untdid");
    EXPECT_EQ(import_untdid({{"ORDERS_D.97B", "text"}}, "D97B").error().code(), "import.untdid");
}

TEST(SchemaText, DiffNamesWhatTwoReleasesAllowDifferently) {
    const auto facts = [](const char* release) {
        return schema_facts(**test::schemas().find(Standard::X12, release, "850"), nullptr);
    };
    EXPECT_TRUE(schema_diff(facts("004010"), facts("004010")).empty());
    const auto differences = schema_diff(facts("004010"), facts("005010"));
    EXPECT_FALSE(differences.empty());
    const auto guide =
        Guide::parse("in x12 004010 850\nforbid CUR\n", "acme.guide", test::schemas());
    ASSERT_TRUE(guide);
    const auto with = schema_facts(**test::schemas().find(Standard::X12, "004010", "850"), &*guide);
    const auto added = schema_diff(facts("004010"), with);
    ASSERT_EQ(added.size(), 1u);
    EXPECT_TRUE(added[0].added);
    EXPECT_THAT(added[0].fact, HasSubstr("forbid CUR"));
}

}  // namespace
}  // namespace sallyport::edi
