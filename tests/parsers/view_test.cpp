// SPDX-License-Identifier: Apache-2.0
// What people see of a document: a fault at its element, and no way for a value to be anything but text.
#include "parsers/view.h"

#include "edi_fixture.h"

#include "parsers/edi.h"

#include <gtest/gtest.h>

#include <regex>

namespace sallyport::edi {
namespace {

using test::order;
using test::replaced;
using testing::HasSubstr;
using testing::Not;

std::string html_of(const std::string& octets) {
    auto document = read(octets);
    EXPECT_TRUE(document) << document.error().text();
    if (!document) return {};
    const Report report = validate(*document, test::schemas());
    return html_view(*document, report);
}

// Nothing between angle brackets but the elements and attributes the view itself writes, all closed again.
void expect_harmless(const std::string& html) {
    const std::string body = html.substr(html.find("<body>"));
    static const std::regex Own(
        "</?(html|body|div|span|b|mark|i|code)( class=\"[a-z ]+\")?( style=\"[a-z0-9.:-]+\")?"
        "( title=\"[^\"<>]*\")?>");
    std::vector<std::string> open{"html"};
    for (std::size_t at = body.find('<'); at != std::string::npos; at = body.find('<', at + 1)) {
        const std::string tag = body.substr(at, body.find('>', at) - at + 1);
        std::smatch match;
        ASSERT_TRUE(std::regex_match(tag, match, Own)) << tag;
        if (tag[1] == '/') {
            ASSERT_FALSE(open.empty());
            EXPECT_EQ(open.back(), match[1]);
            open.pop_back();
        } else {
            open.push_back(match[1]);
        }
    }
    EXPECT_TRUE(open.empty());
}

TEST(HtmlView, AFaultStandsAtItsElementWithItsExplanation) {
    const std::string html = html_of(replaced(order(), "N1*ST*", "N1*0X*"));
    EXPECT_THAT(html,
                HasSubstr("<b>N1</b>*<mark class=\"error\" title=\"&quot;0X&quot; is not in "
                          "the code list of element 98\">0X</mark>*ACME DC 0417"));
    EXPECT_THAT(html, HasSubstr("edi.element.code"));
    expect_harmless(html);
}

TEST(HtmlView, AFaultOfTheEnvelopeStandsAtItsSegment) {
    const std::string html = html_of(replaced(order(), "IEA*1*", "IEA*3*"));
    EXPECT_THAT(html, HasSubstr("<b>IEA</b>*<mark class=\"error\""));
    expect_harmless(html);
}

TEST(HtmlView, ValuesTagsAndMessagesAreTextWhateverTheyHold) {
    const char* const attacks[] = {"<script>alert(1)</script>",
                                   "\"><img src=x onerror=alert(1)>",
                                   "' onmouseover='alert(1)",
                                   "&lt;script&gt;",
                                   "]]><!--",
                                   "</style></head><body onload=alert(1)>",
                                   "\xE2\x80\xAE"
                                   "evil",
                                   "\x1B[2J\x07",
                                   "\xFF\xFE<b>",
                                   "javascript:alert(1)"};
    for (const std::string attack : attacks) {
        SCOPED_TRACE(attack);
        const std::string free = html_of(replaced(order(), "DELIVER TO DOCK 7", attack));
        expect_harmless(free);
        EXPECT_THAT(free, Not(HasSubstr("\xE2\x80\xAE")));
        EXPECT_THAT(free, Not(HasSubstr("\x1B")));
        expect_harmless(
            html_of(replaced(order(), "N1*ST*", "N1*" + attack + "*")));             // in a message
        expect_harmless(html_of(replaced(order(), "\nCUR*", "\n" + attack + "*")));  // as a tag
        expect_harmless(html_of(replaced(order(), "*ACMERETAIL     *", "*" + attack + "*")));
        expect_harmless(html_of(order() + attack));
    }
}

TEST(TextView, ControlsCannotReachTheTerminal) {
    auto document = read(replaced(order(), "DELIVER TO DOCK 7", "\x1B[31mRED\x07\xC2\x9B"));
    ASSERT_TRUE(document);
    const Report report = validate(*document, test::schemas());
    const std::string text = text_view(*document, report, Faults::Show);
    EXPECT_THAT(text, Not(HasSubstr("\x1B")));
    EXPECT_THAT(text, Not(HasSubstr("\xC2\x9B")));
    EXPECT_THAT(text, HasSubstr("MSG*.[31mRED.."));
}

}  // namespace
}  // namespace sallyport::edi
