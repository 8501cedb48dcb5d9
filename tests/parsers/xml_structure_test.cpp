// SPDX-License-Identifier: Apache-2.0
// XML documents against their definitions: one fault per cause, each at its place.
#include "xml_fixture.h"

#include "parsers/xml_schema.h"

namespace sallyport::edi {
namespace {

using test::judge_xml;
using test::with;
using test::xml_golden;
using test::xml_schemas;

std::string invoice() {
    return xml_golden("ubl-invoice-peppol.xml");
}
std::string order() {
    return xml_golden("cxml-order.xml");
}

TEST(XmlStructure, AcceptsItsOwnFixtures) {
    for (const char* name : {"ubl-invoice-peppol.xml", "cii-invoice.xml", "cxml-order.xml"}) {
        SCOPED_TRACE(name);
        const auto judged = judge_xml(xml_golden(name));
        EXPECT_EQ(judged.places(), "");
        EXPECT_TRUE(judged.report.accepted());
        EXPECT_TRUE(judged.report.interchanges.front().groups.front().transactions.front().known);
    }
}

TEST(XmlStructure, KnowsTheDocumentsADistributorNeeds) {
    const XmlSchemas& schemas = xml_schemas().xml();
    for (const char* set : {"Order",
                            "OrderResponse",
                            "OrderChange",
                            "OrderCancellation",
                            "DespatchAdvice",
                            "Invoice",
                            "CreditNote"})
        EXPECT_NE(schemas.find("ubl-2.1", set), nullptr) << set;
    for (const char* set : {"OrderRequest",
                            "ConfirmationRequest",
                            "ShipNoticeRequest",
                            "InvoiceDetailRequest",
                            "StatusUpdateRequest"})
        EXPECT_NE(schemas.find("cxml-1.2", set), nullptr) << set;
    EXPECT_NE(schemas.find("cii-D16B", "CrossIndustryInvoice"), nullptr);
    EXPECT_EQ(schemas.find("ubl-2.1", "OrderRequest"), nullptr);
}

struct Injected {
    const char* what;
    const char* from;
    const char* to;
    const char* places;  // "code xpath" a line
};

void each_gives_its_fault(const std::string& valid, std::initializer_list<Injected> cases) {
    for (const Injected& one : cases) {
        SCOPED_TRACE(one.what);
        const auto judged = judge_xml(with(valid, one.from, one.to));
        EXPECT_EQ(judged.places(), one.places);
        EXPECT_FALSE(judged.report.accepted());
        for (const Fault& fault : judged.faults()) {
            EXPECT_GT(fault.line, 0u);
            EXPECT_FALSE(fault.message.empty());
            EXPECT_FALSE(fault.remedy.empty());
        }
    }
}

TEST(XmlStructure, ReportsOneInjectedFaultOnceAtItsPlace) {
    each_gives_its_fault(
        with(invoice(), "urn:cen.eu:en16931:2017#", "urn:other#"),  // structure alone
        {
            {"a mandatory element is missing",
             "<cbc:ID>2026-0815</cbc:ID>",
             "",
             "xml.element.missing /Invoice/cbc:ID\n"},
            {"an element is not defined",
             "<cbc:DueDate>",
             "<cbc:Extra/><cbc:DueDate>",
             "xml.element.unknown /Invoice/cbc:Extra\n"},
            {"a mandatory element is misspelt",
             "<cbc:ID>2026-0815</cbc:ID>",
             "<cbc:Id>2026-0815</cbc:Id>",
             "xml.element.unknown /Invoice/cbc:Id\n"},
            {"an element of a foreign namespace",
             "<cbc:DueDate>",
             "<x:y xmlns:x='urn:x'/><cbc:DueDate>",
             "xml.element.unknown /Invoice/{urn:x}y\n"},
            {"an element stands too early",
             "<cbc:ID>2026-0815</cbc:ID>",
             "<cbc:BuyerReference>1</cbc:BuyerReference><cbc:ID>2026-0815</cbc:ID>",
             "xml.element.repeated /Invoice/cbc:BuyerReference[2]\n"},
            {"two elements are exchanged",
             "<cbc:DueDate>2026-12-23</cbc:DueDate>\n  "
             "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>",
             "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode><cbc:DueDate>2026-12-23</cbc:DueDate>",
             "xml.element.sequence /Invoice/cbc:InvoiceTypeCode\n"},
            {"text where only elements may be",
             "<cac:Party>",
             "<cac:Party>hello",
             "xml.element.text /Invoice/cac:AccountingSupplierParty/cac:Party\n"},
            {"an element inside a value",
             "<cbc:ID>2026-0815</cbc:ID>",
             "<cbc:ID>2026<cbc:ID/></cbc:ID>",
             "xml.element.unknown /Invoice/cbc:ID/cbc:ID\n"},
        });
}

TEST(XmlStructure, ReportsValuesAndAttributesThatAreNotAllowed) {
    each_gives_its_fault(
        with(invoice(), "urn:cen.eu:en16931:2017#", "urn:other#"),
        {
            {"no number",
             "<cbc:PayableAmount currencyID=\"EUR\">262.50",
             "<cbc:PayableAmount currencyID=\"EUR\">262,50",
             "xml.value.number /Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount\n"},
            {"no day", "2026-12-23", "2026-02-30", "xml.value.date /Invoice/cbc:DueDate\n"},
            {"no truth",
             "<cbc:ChargeIndicator>true",
             "<cbc:ChargeIndicator>yes",
             "xml.value.boolean /Invoice/cac:AllowanceCharge/cbc:ChargeIndicator\n"},
            {"no base64",
             ">YSxiLGMK<",
             ">YSxi*LGMK<",
             "xml.value.base64 "
             "/Invoice/cac:AdditionalDocumentReference/cac:Attachment/"
             "cbc:EmbeddedDocumentBinaryObject\n"},
            {"a mandatory attribute is missing",
             "<cbc:PayableAmount currencyID=\"EUR\">",
             "<cbc:PayableAmount>",
             "xml.attribute.missing "
             "/Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount/@currencyID\n"},
            {"an attribute is not defined",
             "<cbc:ID>2026-0815",
             "<cbc:ID colour=\"red\">2026-0815",
             "xml.attribute.unknown /Invoice/cbc:ID/@colour\n"},
        });
}

TEST(XmlStructure, ReportsAllFaultsOfADocumentInOnePass) {
    std::string bad = with(invoice(), "<cbc:ID>2026-0815</cbc:ID>", "");
    bad = with(bad, "2026-12-23", "soon");
    bad = with(bad,
               "<cbc:RegistrationName>Buyer GmbH</cbc:RegistrationName>",
               "<cbc:Name>Buyer GmbH</cbc:Name>");
    const auto judged = judge_xml(bad);
    std::string structure;
    for (const Fault& fault : judged.faults()) {
        if (fault.code.substr(0, 4) == "xml.")
            structure += std::string(fault.code) + " " + fault.xpath + "\n";
    }
    EXPECT_EQ(structure,
              "xml.element.missing /Invoice/cbc:ID\n"
              "xml.value.date /Invoice/cbc:DueDate\n"
              "xml.element.unknown "
              "/Invoice/cac:AccountingCustomerParty/cac:Party/cac:PartyLegalEntity/cbc:Name\n");
}

TEST(XmlStructure, JudgesContentModelsWithGroupsAndMixedContent) {
    each_gives_its_fault(
        order(),
        {
            {"neither of a choice",
             "<Request deploymentMode=\"test\">",
             "<Request deploymentMode=\"trial\">",
             "xml.value.code /cXML/Request/@deploymentMode\n"},
            {"a mandatory element is missing",
             "<UserAgent>purchasing 1.0</UserAgent>",
             "",
             "xml.element.missing /cXML/Header/Sender/UserAgent\n"},
            {"both of a choice",
             "</Request>",
             "</Request><Response><Status code=\"200\" text=\"OK\"/></Response>",
             "xml.element.choice /cXML/Response\n"},
            {"exchanged",
             "<Total>",
             "<Tax><Money currency=\"USD\">1</Money><Description "
             "xml:lang=\"en\">t</Description></Tax><Total>",
             "xml.element.sequence /cXML/Request/OrderRequest/OrderRequestHeader/Tax\n"},
            {"a mandatory attribute is missing",
             " orderID=\"PO-1\"",
             "",
             "xml.attribute.missing /cXML/Request/OrderRequest/OrderRequestHeader/@orderID\n"},
            {"a date that is none",
             "orderDate=\"2026-11-23T08:15:00+00:00\"",
             "orderDate=\"23.11.2026\"",
             "xml.value.date /cXML/Request/OrderRequest/OrderRequestHeader/@orderDate\n"},
            {"an amount that is none",
             "48.00",
             "48 dollars",
             "xml.value.number /cXML/Request/OrderRequest/OrderRequestHeader/Total/Money\n"},
            {"an element mixed content does not know",
             "<ShortName>M8</ShortName>",
             "<b>M8</b>",
             "xml.element.unknown /cXML/Request/OrderRequest/ItemOut/ItemDetail/Description/b\n"},
        });
}

TEST(XmlStructure, ChecksTheDatesCiiCodes) {
    const auto judged = judge_xml(with(xml_golden("cii-invoice.xml"), ">20261123<", ">20261323<"));
    EXPECT_EQ(
        judged.places(),
        "xml.value.date "
        "/rsm:CrossIndustryInvoice/rsm:ExchangedDocument/ram:IssueDateTime/udt:DateTimeString\n");
}

TEST(XmlStructure, RefusesDocumentsItHasNoDefinitionFor) {
    const auto judged = judge_xml("<Letter xmlns='urn:letters'/>");
    EXPECT_EQ(judged.places(), "xml.document.unsupported /Letter\n");
    EXPECT_FALSE(judged.report.accepted());
}

TEST(XmlStructure, LetsAPartnerGradeAFaultDown) {
    auto document = read(with(order(), "<UserAgent>purchasing 1.0</UserAgent>", ""));
    ASSERT_TRUE(document);
    ValidationOptions options;
    options.severities["xml.element.missing"] = Severity::Warning;
    EXPECT_TRUE(validate(*document, xml_schemas(), options).accepted());
}

TEST(XmlStructure, CountsTheFaultsItDoesNotKeep) {
    std::string many = "<Order xmlns='urn:oasis:names:specification:ubl:schema:xsd:Order-2'>";
    for (int i = 0; i < 50; ++i)
        many += "<x/>";
    auto document = read(many + "</Order>");
    ASSERT_TRUE(document);
    ValidationOptions options;
    options.faults = 10;
    const Report report = validate(*document, xml_schemas(), options);
    const TransactionReport& judged =
        report.interchanges.front().groups.front().transactions.front();
    EXPECT_EQ(judged.faults.size(), 10u);
    EXPECT_GT(judged.faults_left_out, 40u);
}

}  // namespace
}  // namespace sallyport::edi
