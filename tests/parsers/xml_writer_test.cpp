// SPDX-License-Identifier: Apache-2.0
#include "xml_fixture.h"

#include "parsers/split.h"
#include "parsers/view.h"

#include <nlohmann/json.hpp>

namespace sallyport::edi {
namespace {

using test::judge_xml;
using test::with;
using test::xml_golden;
using test::xml_schemas;

// Tags, texts and nesting: what makes two trees the same.
std::string shape(const Transaction& transaction) {
    std::string text;
    for (const Segment& segment : transaction.segments)
        text += std::to_string(segment.loop) + " " + std::string(segment.tag) + "=" +
                std::string(segment.text(1)) + "\n";
    return text;
}

const Transaction& only(const Document& document) {
    return document.interchanges.front().groups.front().transactions.front();
}

std::string written(const DraftElement& root,
                    std::string_view space = {},
                    const XmlStyle& style = {}) {
    auto octets = write_xml(root, space, &xml_schemas().xml(), style);
    return octets ? *octets : std::string(octets.error().code());
}

TEST(XmlWriter, WritesBackWhatWasRead) {
    for (const char* name : {"ubl-invoice-peppol.xml", "cii-invoice.xml", "cxml-order.xml"}) {
        for (const bool indent : {true, false}) {
            SCOPED_TRACE(name);
            auto first = read_xml(xml_golden(name));
            ASSERT_TRUE(first);
            auto octets = write_xml(draft_of(only(*first)),
                                    first->interchanges.front().syntax,
                                    nullptr,
                                    {.indent = indent});
            ASSERT_TRUE(octets) << octets.error().text();
            auto second = read_xml(*octets);
            ASSERT_TRUE(second) << second.error().text() << *octets;
            EXPECT_EQ(shape(only(*first)), shape(only(*second)));
            EXPECT_EQ(second->interchanges.front().syntax, first->interchanges.front().syntax);
        }
    }
}

TEST(XmlWriter, PrintsEachStandardItsWay) {
    for (const char* name : {"ubl-invoice-peppol.xml", "cxml-order.xml"}) {
        auto document = read_xml(xml_golden(name));
        ASSERT_TRUE(document);
        EXPECT_EQ(written(draft_of(only(*document)), document->interchanges.front().syntax),
                  xml_golden(name));
    }
    auto cii = read_xml(xml_golden("cii-invoice.xml"));
    ASSERT_TRUE(cii);
    const std::string octets = written(draft_of(only(*cii)), cii->interchanges.front().syntax);
    EXPECT_NE(octets.find("<rsm:CrossIndustryInvoice xmlns:"), std::string::npos);
    EXPECT_NE(octets.find("<udt:DateTimeString format=\"102\">20261123</udt:DateTimeString>"),
              std::string::npos);
}

TEST(XmlWriter, EscapesWhatXmlWouldRead) {
    DraftElement root;
    root.tag = "a";
    root.text = "1 < 2 && \"x\" ]]> \r\n\tend";
    root.attributes.emplace_back("b", "<'\"&\n\t\r>");
    const std::string octets = written(root);
    auto document = read_xml(octets);
    ASSERT_TRUE(document) << octets;
    EXPECT_EQ(only(*document).segments[0].text(1), root.text);
    EXPECT_EQ(only(*document).segments[1].text(1), root.attributes[0].second);
}

TEST(XmlWriter, PutsElementsIntoTheOrderOfTheSchema) {
    auto document = read_xml(xml_golden("ubl-invoice-peppol.xml"));
    ASSERT_TRUE(document);
    DraftElement root = draft_of(only(*document));
    std::reverse(root.children.begin(), root.children.end());
    const auto judged = judge_xml(written(root, document->interchanges.front().syntax));
    EXPECT_EQ(judged.places(), "");
}

TEST(XmlWriter, KeepsNamespacesItDoesNotKnow) {
    const std::string octets =
        "<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2' "
        "xmlns:q='urn:one'><q:a xmlns:q='urn:two' q:b='1'>"
        "<c xmlns=''/></q:a><q:a/></Order>";
    auto first = read_xml(octets);
    ASSERT_TRUE(first);
    EXPECT_EQ(only(*first).segments[3].tag, "{}c");
    auto second = read_xml(written(draft_of(only(*first)), first->interchanges.front().syntax));
    ASSERT_TRUE(second) << written(draft_of(only(*first)), first->interchanges.front().syntax);
    EXPECT_EQ(shape(only(*first)), shape(only(*second)));
}

TEST(XmlWriter, KeepsAmpersandsInNamespaces) {  // found by fuzzing
    auto first = read_xml("<a xmlns='urn:x&amp;y'><b:c xmlns:b='urn:&#38;z'/></a>");
    ASSERT_TRUE(first);
    EXPECT_EQ(first->interchanges.front().syntax, "urn:x&y");
    EXPECT_EQ(only(*first).segments[1].tag, "{urn:&z}c");
    auto second = read_xml(written(draft_of(only(*first)), "urn:x&y"));
    ASSERT_TRUE(second);
    EXPECT_EQ(shape(only(*first)), shape(only(*second)));
}

TEST(XmlWriter, RefusesWhatXmlCannotCarry) {
    DraftElement root;
    root.tag = "a";
    root.text = std::string("x\x01", 2);
    EXPECT_EQ(written(root), "xml.write.character");
    root.text = "\xC3";
    EXPECT_EQ(written(root), "xml.write.character");
    root.text = "\xED\xA0\x80";
    EXPECT_EQ(written(root), "xml.write.character");
    root.text.clear();
    for (const char* tag : {"", "1a", "a b", "nowhere:a", "a>", "{urn:x}", "a:"}) {
        root.tag = tag;
        EXPECT_EQ(written(root), "xml.write.name") << tag;
    }
    DraftElement deep;
    deep.tag = "a";
    for (int i = 0; i < 300; ++i) {
        DraftElement around;
        around.tag = "a";
        around.children.push_back(std::move(deep));
        deep = std::move(around);
    }
    EXPECT_EQ(written(deep), "xml.write.depth");
}

TEST(XmlWriter, LetsNoFaultyDocumentOut) {
    auto document = read_xml(xml_golden("ubl-invoice-peppol.xml"));
    ASSERT_TRUE(document);
    DraftElement root = draft_of(only(*document));
    const std::string space(document->interchanges.front().syntax);
    EXPECT_TRUE(write_valid_xml(root, space, xml_schemas()));
    for (DraftElement& child : root.children) {
        if (child.tag == "cac:LegalMonetaryTotal") child.children.back().text = "1.00";
    }
    auto refused = write_valid_xml(root, space, xml_schemas());
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), "xml.write.faulty");
    EXPECT_NE(refused.error().what().find("BR-CO-16"), std::string::npos) << refused.error().what();
}

TEST(XmlViews, ShowAFaultAtItsElementWithLineAndXPath) {
    const auto judged = judge_xml(with(xml_golden("ubl-invoice-peppol.xml"),
                                       "2026-12-23",
                                       "soon<"
                                       "!-- -->"));
    const std::string text = text_view(judged.document, judged.report, Faults::Show);
    EXPECT_NE(text.find("<cbc:DueDate> soon\n"), std::string::npos) << text;
    EXPECT_NE(text.find("^ error line 7 /Invoice/cbc:DueDate: \"soon\" is not a date"),
              std::string::npos)
        << text;
    EXPECT_EQ(text_view(judged.document, judged.report, Faults::Leave).find("^ error"),
              std::string::npos);
    const std::string html = html_view(judged.document, judged.report);
    EXPECT_NE(html.find("<mark class=\"error\""), std::string::npos);
    EXPECT_NE(html.find("Seller &amp; Sons AB"), std::string::npos);
}

TEST(XmlViews, JsonOfATreeWritesBack) {
    for (const char* name : {"ubl-invoice-peppol.xml", "cii-invoice.xml", "cxml-order.xml"}) {
        auto document = read_xml(xml_golden(name));
        ASSERT_TRUE(document);
        const auto json = document_json(*document);
        auto octets = write_json(json);
        ASSERT_TRUE(octets) << octets.error().text();
        auto again = read_xml(*octets);
        ASSERT_TRUE(again);
        EXPECT_EQ(shape(only(*document)), shape(only(*again)));
    }
    EXPECT_FALSE(
        write_json(nlohmann::ordered_json::parse(R"({"interchanges":[{"standard":"xml"}]})")));
}

TEST(XmlViews, SplitGivesAnXmlDocumentAsItIs) {
    auto document = read_xml(xml_golden("cxml-order.xml"));
    ASSERT_TRUE(document);
    const auto parts = split(*document);
    ASSERT_EQ(parts.size(), 1u);
    EXPECT_EQ(parts[0].octets, xml_golden("cxml-order.xml"));
    EXPECT_EQ(parts[0].name, "2026_11_23_buyer_example-OrderRequest");
}

}  // namespace
}  // namespace sallyport::edi
