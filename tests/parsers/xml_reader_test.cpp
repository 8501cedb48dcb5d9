// SPDX-License-Identifier: Apache-2.0
#include "xml_fixture.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

using test::judge_xml;

const Transaction& only(const Document& document) {
    return document.interchanges.front().groups.front().transactions.front();
}

std::string tags(const Document& document) {
    std::string text;
    for (const Segment& segment : only(document).segments)
        text += std::string(segment.tag) + "=" + std::string(segment.text(1)) + ";";
    return text;
}

std::string code_of(std::string octets, const Limits& limits = {}, const XmlLimits& xml = {}) {
    auto document = read_xml(std::move(octets), limits, xml);
    return document ? "read" : std::string(document.error().code());
}

TEST(XmlReader, PutsElementsAttributesAndMixedTextIntoTheTree) {
    auto document = read_xml("<a x='1'>t<b y='2' z='&amp;'/>u<c> </c>\n</a>");
    ASSERT_TRUE(document) << document.error().text();
    EXPECT_EQ(tags(*document), "a=t;@x=1;b=;@y=2;@z=&;#text=u;c= ;");
    const Transaction& transaction = only(*document);
    ASSERT_EQ(transaction.loops.size(), 4u);
    EXPECT_EQ(transaction.child_loops(1), (std::vector<std::uint32_t>{2, 3}));
    EXPECT_EQ(transaction.loops[1].end, transaction.segments.size());
    EXPECT_EQ(transaction.segments[4].loop, 2u);
}

TEST(XmlReader, NamesElementsByTheirStandardsPrefixWhateverTheDocumentUses) {
    auto document = read_xml(
        "<q:Order xmlns:q='urn:oasis:names:specification:ubl:schema:xsd:Order-2' "
        "xmlns='urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2' "
        "xmlns:o='http://other.example/'><ID>7</ID><o:Extra o:at='1'/></q:Order>");
    ASSERT_TRUE(document) << document.error().text();
    EXPECT_EQ(tags(*document),
              "Order=;cbc:ID=7;{http://other.example/}Extra=;@{http://other.example/}at=1;");
    EXPECT_EQ(document->interchanges.front().version, "ubl-2.1");
    EXPECT_EQ(only(*document).set, "Order");
    EXPECT_EQ(only(*document).control, "7");
}

TEST(XmlReader, SaysByteAndLineOfEveryElement) {
    const std::string octets =
        "\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<a>\n  <b\n   x='1'/>\n  <c>é</c><d/>\n</a>";
    auto document = read_xml(octets);
    ASSERT_TRUE(document) << document.error().text();
    for (const Segment& segment : only(*document).segments) {
        if (segment.tag.front() == '@') continue;
        EXPECT_EQ(octets.substr(segment.place.byte, 1 + segment.tag.size()),
                  "<" + std::string(segment.tag));
        const auto line =
            1 + std::count(octets.begin(),
                           octets.begin() + static_cast<std::ptrdiff_t>(segment.place.byte),
                           '\n');
        EXPECT_EQ(segment.place.line, static_cast<std::uint32_t>(line)) << segment.tag;
    }
}

TEST(XmlReader, CountsInXPathsOnlyWhereThereAreSeveral) {
    auto document = read_xml("<a><b/><c i='1'><d/></c><c><d/><d j='2'>x<e/>y</d></c></a>");
    ASSERT_TRUE(document);
    std::string all;
    for (std::uint32_t i = 0; i < only(*document).segments.size(); ++i)
        all += xpath(only(*document), i) + " ";
    EXPECT_EQ(
        all,
        "/a /a/b /a/c[1] /a/c[1]/@i /a/c[1]/d /a/c[2] /a/c[2]/d[1] /a/c[2]/d[2] /a/c[2]/d[2]/@j "
        "/a/c[2]/d[2]/e /a/c[2]/d[2]/text() ");
}

TEST(XmlReader, GivesBackTheOctetsItRead) {
    const std::string octets =
        "<?xml version='1.0'?>\n<!-- c --><a  b = '1' >\r\n<![CDATA[x<y]]></a>\n";
    auto document = read_xml(octets);
    ASSERT_TRUE(document) << document.error().text();
    EXPECT_EQ(emit(*document), octets);
    EXPECT_EQ(only(*document).segments[0].text(1), "\nx<y");
}

TEST(XmlReader, ReadsTheEncodingsDocumentsDeclare) {
    struct Case {
        const char* what;
        std::string octets;
    };
    std::string little("\xFF\xFE", 2), big("\xFE\xFF", 2), bare;
    for (const char c : std::string("<?xml version='1.0' encoding='UTF-16'?><a>")) {
        little += std::string{c, '\0'};
        big += std::string{'\0', c};
        bare += std::string{c, '\0'};
    }
    const std::string end_little("\xE9\0<\0/\0a\0>\0", 10), end_big("\0\xE9\0<\0/\0a\0>", 10);
    const Case cases[] = {
        {"UTF-8", "<?xml version='1.0' encoding='utf-8'?><a>\xC3\xA9</a>"},
        {"UTF-8 by byte order mark",
         "\xEF\xBB\xBF<?xml version='1.0' encoding='ISO-8859-1'?><a>\xC3\xA9</a>"},
        {"ISO 8859-1", "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE9</a>"},
        {"ISO 8859-15", "<?xml version='1.0' encoding='iso-8859-15'?><a>\xE9</a>"},
        {"Windows-1252", "<?xml version='1.0' encoding='windows-1252'?><a>\xE9</a>"},
        {"UTF-16 little endian", little + end_little},
        {"UTF-16 big endian", big + end_big},
        {"UTF-16 without mark", bare + end_little},
    };
    for (const Case& each : cases) {
        SCOPED_TRACE(each.what);
        EXPECT_TRUE(looks_like_xml(each.octets));
        auto document = read_xml(each.octets);
        ASSERT_TRUE(document) << document.error().text();
        EXPECT_EQ(only(*document).segments[0].text(1), "\xC3\xA9");
        EXPECT_EQ(emit(*document), each.octets);
    }
    EXPECT_EQ(code_of("<?xml version='1.0' encoding='EBCDIC-CP-US'?><a/>"), "xml.encoding");
    EXPECT_EQ(code_of("<?xml version='1.0' encoding='windows-1252'?><a>\x81</a>"), "xml.encoding");
    EXPECT_EQ(code_of("<a>\xE9</a>"), "xml.syntax");
    EXPECT_EQ(code_of(std::string("\xFF\xFE<\0a\0>", 7)), "xml.encoding");
}

TEST(XmlReader, RefusesEveryDeclarationOfEntitiesBeforeItIsRead) {
    EXPECT_EQ(code_of("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"), "xml.doctype");
    EXPECT_EQ(code_of("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/hostname\">]><a>&x;</a>"),
              "xml.doctype");
    EXPECT_EQ(
        code_of("<!DOCTYPE a SYSTEM 'a.dtd' [<!ENTITY % p SYSTEM 'http://localhost/x'> %p;]><a/>"),
        "xml.doctype");
    std::string laughs = "<!DOCTYPE l [<!ENTITY a0 \"ha\">";
    for (int i = 1; i < 30; ++i) {
        const std::string before = "&a" + std::to_string(i - 1) + ";";
        laughs += "<!ENTITY a" + std::to_string(i) + " \"" + before + before + "\">";
    }
    EXPECT_EQ(code_of(laughs + "]><l>&a29;</l>"), "xml.doctype");
}

TEST(XmlReader, SkipsADoctypeWithoutDeclarationsAndRefusesUnknownEntities) {
    auto document = read_xml("<!DOCTYPE a SYSTEM 'http://localhost:1/a.dtd'><a/>");
    ASSERT_TRUE(document) << document.error().text();
    ASSERT_EQ(document->interchanges.front().faults.size(), 1u);
    EXPECT_EQ(document->interchanges.front().faults.front().code, "xml.doctype.ignored");
    auto cxml =
        read_xml("<!DOCTYPE cXML SYSTEM 'http://localhost:1/cXML.dtd'><cXML payloadID='1'/>");
    ASSERT_TRUE(cxml);
    EXPECT_TRUE(cxml->interchanges.front().faults.empty());
    EXPECT_EQ(code_of("<!DOCTYPE a SYSTEM 'a.dtd'><a>&eacute;</a>"), "xml.entity");
    EXPECT_EQ(code_of("<!DOCTYPE a SYSTEM 'a.dtd'><a b='&eacute;'/>"), "xml.entity");
    EXPECT_EQ(code_of("<a>&eacute;</a>"), "xml.entity");
}

TEST(XmlReader, DoesNotFollowXIncludeOrSchemaLocations) {
    auto document = read_xml(
        "<a xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='file:///etc/hostname' "
        "parse='text'/></a>");
    ASSERT_TRUE(document);
    EXPECT_EQ(
        tags(*document),
        "a=;{http://www.w3.org/2001/XInclude}include=;@href=file:///etc/hostname;@parse=text;");
}

TEST(XmlReader, KeepsItsLimits) {
    const XmlLimits xml;
    std::string deep, wide = "<a", namespaces = "<a", nested;
    for (std::uint32_t i = 0; i <= xml.depth; ++i)
        deep += "<a>";
    for (std::uint32_t i = 0; i <= xml.attributes; ++i)
        wide += " a" + std::to_string(i) + "=''";
    for (int level = 0; level < 3; ++level) {
        nested += "<a";
        for (int i = 0; i < 60; ++i)
            nested += " xmlns:n" + std::to_string(level) + "x" + std::to_string(i) +
                      "='urn:" + std::to_string(i) + "'";
        nested += ">";
    }
    EXPECT_EQ(code_of(deep), "xml.limit.depth");
    EXPECT_EQ(code_of(wide + "/>"), "xml.limit.attributes");
    EXPECT_EQ(code_of(nested), "xml.limit.namespaces");
    EXPECT_EQ(code_of("<" + std::string(600, 'a') + "/>"), "xml.limit.name");
    EXPECT_EQ(code_of("<a b='" + std::string(70'000, 'x') + "'/>"), "xml.limit.tag");
    EXPECT_EQ(code_of("<a>" + std::string(2000, 'x') + "</a>", {}, {.text_bytes = 1000}),
              "xml.limit.text");
    EXPECT_EQ(code_of("<a><b/><b/><b/></a>", {.segments = 3}), "xml.limit.elements");
    EXPECT_EQ(code_of("<a></a>", {.bytes = 6}), "edi.limit.bytes");
    EXPECT_EQ(code_of(""), "edi.empty");
}

TEST(XmlReader, SaysWhereADocumentStopsBeingXml) {
    auto document = read_xml("<a>\n<b>\n</c>\n</a>");
    ASSERT_FALSE(document);
    EXPECT_EQ(document.error().code(), "xml.syntax");
    EXPECT_EQ(document.error().place().line, 3u);
    EXPECT_EQ(code_of("<a/><b/>"), "xml.syntax");
    EXPECT_EQ(code_of("<a x='1' x='2'/>"), "xml.syntax");
    EXPECT_EQ(code_of("<n:a/>"), "xml.syntax");
    EXPECT_EQ(code_of("<a>"), "xml.syntax");
    EXPECT_EQ(code_of("   "), "xml.syntax");
    EXPECT_EQ(code_of(std::string("<a>\0</a>", 8)), "xml.syntax");
}

TEST(XmlReader, ForgivesBlankLinesBeforeTheDeclarationAndSaysSo) {
    auto document = read("\r\n <?xml version='1.0'?><a/>");
    ASSERT_TRUE(document) << document.error().text();
    ASSERT_EQ(document->interchanges.front().faults.size(), 1u);
    EXPECT_EQ(document->interchanges.front().faults.front().code, "edi.repair.junk");
    EXPECT_EQ(only(*document).segments[0].place.line, 2u);
}

TEST(XmlReader, IsChosenByTheOneEntryForEveryStandard) {
    EXPECT_EQ(sniff("<?xml version='1.0'?><a/>"), Standard::Xml);
    EXPECT_EQ(sniff("\xEF\xBB\xBF\n<Invoice/>"), Standard::Xml);
    EXPECT_EQ(sniff("UNB+UNOC:3+A+B"), Standard::Edifact);
    EXPECT_FALSE(sniff("a < b").has_value());
}

TEST(XmlReader, KnowsCxmlRequestsAndTheirParties) {
    auto document = read_xml(
        "<cXML payloadID='p1' version='1.2.037'><Header><From><Credential "
        "domain='DUNS'><Identity>942888711</Identity>"
        "</Credential></From><To><Credential domain='NetworkId'><Identity> AN01 "
        "</Identity></Credential></To>"
        "</Header><Request deploymentMode='test'><OrderRequest/></Request></cXML>");
    ASSERT_TRUE(document);
    const Interchange& interchange = document->interchanges.front();
    EXPECT_EQ(interchange.version, "cxml-1.2");
    EXPECT_EQ(interchange.sender_qualifier, "DUNS");
    EXPECT_EQ(interchange.sender, "942888711");
    EXPECT_EQ(interchange.receiver, "AN01");
    EXPECT_EQ(only(*document).set, "OrderRequest");
    EXPECT_EQ(only(*document).control, "p1");
    EXPECT_EQ(only(*document).association, "1.2.037");
}

}  // namespace
}  // namespace sallyport::edi
