// SPDX-License-Identifier: Apache-2.0
#include "parsers/split.h"

#include "edi_fixture.h"

#include "parsers/edi.h"
#include "parsers/view.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace sallyport::edi {
namespace {

TEST(Split, GivesEveryTransactionAnInterchangeOfItsOwn) {
    auto document = read(test::read(test::golden("x12/850-two-sets-one-bad-invalid.edi")));
    ASSERT_TRUE(document);
    const std::vector<Part> parts = split(*document);
    ASSERT_EQ(parts.size(), 2u);
    EXPECT_EQ(parts[0].name, "000000417-850-0001");
    EXPECT_EQ(parts[0].octets, test::order()) << "the first of the two is the plain order";
    EXPECT_THAT(test::codes_in(test::checked(parts[1].octets)),
                testing::ElementsAre("edi.element.code"))
        << "the envelope of a part is sound";
}

TEST(Split, TakesTheServiceStringAdviceAlong) {
    const std::string octets = test::read(test::golden("edifact/orders-own-separators-valid.edi"));
    auto document = read(octets);
    ASSERT_TRUE(document);
    const std::vector<Part> parts = split(*document);
    ASSERT_EQ(parts.size(), 1u);
    EXPECT_EQ(parts[0].octets, octets);
}

TEST(TreeAsJson, IsWrittenBackToTheSameOctets) {
    for (const char* name : {"x12/850-valid.edi",
                             "x12/850-crlf-valid.edi",
                             "x12/850-two-sets-one-bad-invalid.edi",
                             "x12/850-vics-and-odd-separators-valid.edi",
                             "x12/997-rejected-valid.edi",
                             "edifact/orders-d96a-valid.edi",
                             "edifact/orders-own-separators-valid.edi",
                             "edifact/orders-syntax4-valid.edi",
                             "edifact/orders-latin1-valid.edi",
                             "edifact/contrl-rejected-valid.edi"}) {
        SCOPED_TRACE(name);
        const std::string octets = test::read(test::golden(name));
        auto document = read(octets);
        ASSERT_TRUE(document);
        const auto written =
            write_json(nlohmann::ordered_json::parse(document_json(*document).dump()));
        ASSERT_TRUE(written) << written.error().text();
        EXPECT_EQ(*written, octets);
    }
}

TEST(TreeAsJson, GroupsOfMessagesAreWrittenBack) {
    const std::string octets =
        "UNA:+.? 'UNB+UNOC:3+A:14+B:14+261120:1015+7'UNG+ORDERS+DIV A:14+DIV "
        "B:14+261120:1015+9+UN+D:"
        "96A:EAN008'UNH+1+ORDERS:D:96A:UN:EAN008'BGM+220+1+9'UNT+3+1'UNE+1+9'UNG+DESADV+A:14+B:14+"
        "261120:1015+10+UN+D:96A'UNH+2+DESADV:D:96A:UN'BGM+351+2+9'UNT+3+2'UNE+1+10'UNZ+2+7'";
    auto document = read(octets);
    ASSERT_TRUE(document) << document.error().text();
    const auto written = write_json(nlohmann::ordered_json::parse(document_json(*document).dump()));
    ASSERT_TRUE(written) << written.error().text();
    EXPECT_EQ(*written, octets);
}

TEST(TreeAsJson, RefusesWhatIsNoTree) {
    EXPECT_EQ(write_json(nlohmann::ordered_json::parse("{}")).error().code(), "edi.json");
    EXPECT_EQ(write_json(nlohmann::ordered_json::parse(
                             R"({"interchanges":[{"standard":"x12","groups":7}]})"))
                  .error()
                  .code(),
              "x12.write.field");
}

TEST(View, PutsAFaultUnderItsSegment) {
    auto document = read(test::read(test::golden("x12/850-bad-qualifier-invalid.edi")));
    ASSERT_TRUE(document);
    const Report report = validate(*document, test::schemas());
    const std::string text = text_view(*document, report, Faults::Show);
    const std::size_t line = text.find("    12        N1*0X*ACME DC 0417*92*0417\n");
    ASSERT_NE(line, std::string::npos) << text;
    const std::string below = text.substr(text.find('\n', line) + 1);
    EXPECT_EQ(below.find("              ^ error N101: \"0X"), 0u) << text;
    const std::string html = html_view(*document, report);
    EXPECT_NE(html.find("<mark class=\"error\""), std::string::npos);
    EXPECT_EQ(html.find("<script"), std::string::npos);
}

}  // namespace
}  // namespace sallyport::edi
