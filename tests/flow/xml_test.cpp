// SPDX-License-Identifier: Apache-2.0
// UBL and cXML on the road of every other document, in and out.
#include "tests/support/temp_dir.h"
#include "xml_world.h"

#include "gateway/flow/decisions.h"
#include "parsers/edi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sallyport::flow::testing {
namespace {

using nlohmann::ordered_json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class XmlIn : public ::testing::Test {
protected:
    void SetUp() override { use_xml(world, norrmat()); }

    testing_support::TempDir directory;
    World world{directory.path()};
};

TEST_F(XmlIn, AUblOrderIsPostedAndAnsweredByNoAcknowledgement) {
    world.receive(write_ubl_order({}), "a");
    const store::Document order = world.newest("Order");
    EXPECT_EQ(order.standard, "XML");
    EXPECT_EQ(order.version, "ubl-2.1");
    EXPECT_EQ(order.kind, "Order");
    EXPECT_EQ(order.business_number, "PO-1");
    EXPECT_EQ(order.sender, "0088:7300010000001");
    EXPECT_EQ(order.receiver, "0088:4012345000009");
    EXPECT_EQ(order.status.content, store::ContentStatus::Valid);
    EXPECT_EQ(order.status.acknowledgement, store::AckStatus::NotNeeded);
    EXPECT_EQ(order.status.back_office, store::BackOfficeStatus::Posted);
    EXPECT_EQ(order.next.actor, store::Actor::Nobody);
    EXPECT_THAT(world.sender.sent(), IsEmpty()) << "nothing in UBL acknowledges an order";
    ASSERT_THAT(world.back_office.calls, SizeIs(1));
    const OrderPosting& posting = world.back_office.calls.front();
    EXPECT_EQ(posting.original.content_type, "application/xml");
    EXPECT_THAT(posting.original.file_name, HasSubstr(".xml"));
    EXPECT_EQ(posting.original.octets, write_ubl_order({}));
    EXPECT_EQ(posting.order["lines"][0]["item"]["seller_code"], "EDI-1001");
}

TEST_F(XmlIn, TheSameOctetsAndTheSameOrderInOtherOctetsAreOneOrder) {
    world.receive(write_ubl_order({}), "a");
    world.receive(write_ubl_order({}), "b");
    EXPECT_EQ(world.newest_envelope().next.code, "flow.duplicate.envelope");
    world.receive(write_ubl_order({.indent = "  "}), "c");
    EXPECT_EQ(world.newest("Order").next.code, "flow.duplicate.business");
    EXPECT_EQ(world.back_office.orders(), 1U);
}

TEST_F(XmlIn, OtherContentUnderTheSameNumberWaitsForAPerson) {
    world.receive(write_ubl_order({}), "a");
    world.receive(write_ubl_order({.quantity = "25"}), "b");
    const store::Document second = world.newest("Order");
    EXPECT_EQ(second.next.code, "flow.business.conflict");
    EXPECT_EQ(second.status.back_office, store::BackOfficeStatus::Held);
    EXPECT_EQ(world.back_office.orders(), 1U);
}

TEST_F(XmlIn, ARefusalNamesXPathAndLine) {
    world.receive(write_ubl_order({.issued = "tomorrow"}), "a");
    const store::Document order = world.newest("Order");
    EXPECT_EQ(order.status.content, store::ContentStatus::Invalid);
    EXPECT_EQ(order.status.back_office, store::BackOfficeStatus::Refused);
    EXPECT_EQ(order.next.actor, store::Actor::Partner);
    EXPECT_EQ(order.next.code, "xml.value.date");
    EXPECT_THAT(order.next.reason, HasSubstr("/Order/cbc:IssueDate (line 6)"));
    const auto faults = world.archive.get(order.faults_ref);
    ASSERT_TRUE(faults);
    const auto list = ordered_json::parse(*faults);
    EXPECT_EQ(list[0]["xpath"], "/Order/cbc:IssueDate");
    EXPECT_EQ(list[0]["line"], 6);
    EXPECT_THAT(world.sender.sent(), IsEmpty());
}

TEST_F(XmlIn, AnInvoiceIsJudgedByTheRulesItNames) {
    auto octets = read_file(
        std::filesystem::path(SALLYPORT_SOURCE_DIR) / "tests/golden/xml/ubl-invoice-peppol.xml",
        1'000'000);
    ASSERT_TRUE(octets);
    config::Partner anybody = norrmat();
    anybody.xml.our_id = anybody.xml.their_id = "";
    use_xml(world, anybody);
    const std::string payable("<cbc:PayableAmount currencyID=\"EUR\">");
    const std::size_t at = octets->find(payable);
    ASSERT_NE(at, std::string::npos);
    octets->insert(at + payable.size(), "9");
    world.receive(*octets, "a");
    const store::Document invoice = world.newest("Invoice");
    EXPECT_EQ(invoice.status.content, store::ContentStatus::Invalid);
    EXPECT_EQ(invoice.next.code, "BR-CO-16");
    EXPECT_THAT(invoice.next.reason, HasSubstr("/Invoice/cac:LegalMonetaryTotal"));
}

TEST_F(XmlIn, AMissingTableRowHoldsWithXPathAndLineAndIsReleased) {
    world.receive(write_ubl_order({.unit = "NMP"}), "a");
    const store::Document order = world.newest("Order");
    EXPECT_EQ(order.next.code, "flow.map.held");
    EXPECT_THAT(order.next.reason,
                HasSubstr("at /Order/cac:OrderLine/cac:LineItem/cbc:Quantity/@unitCode (line 10)"));
    EXPECT_EQ(world.back_office.orders(), 0U);
}

TEST_F(XmlIn, WhatIsNotWellFormedWaitsWithItsOctets) {
    std::string torn = write_ubl_order({});
    torn.resize(torn.size() / 2);
    world.receive(torn, "a");
    const store::Document document = world.newest_envelope();
    EXPECT_EQ(document.status.content, store::ContentStatus::Unreadable);
    EXPECT_EQ(document.next.code, "xml.syntax");
    EXPECT_THAT(document.next.reason, HasSubstr("line"));
    EXPECT_EQ(*world.archive.get(document.payload_ref), torn);
    EXPECT_THAT(world.sender.sent(), IsEmpty());
}

TEST_F(XmlIn, TheMapIsChosenByTheCustomization) {
    config::Partner picky = norrmat();
    picky.documents.front().association = "urn:fdc:peppol.eu:poacc:trns:order:3";
    use_xml(world, picky);
    world.receive(write_ubl_order({.number = "PO-7", .customization = "urn:other"}), "a");
    const store::Document other = world.newest("Order");
    EXPECT_EQ(other.next.code, "flow.agreement.document");
    EXPECT_THAT(other.next.reason, HasSubstr("Order ubl-2.1 urn:other"));
    world.receive(write_ubl_order({}), "b");
    EXPECT_EQ(world.newest("Order").status.back_office, store::BackOfficeStatus::Posted);
}

TEST_F(XmlIn, AnotherSenderThanAgreedWaitsForAPerson) {
    world.receive(write_ubl_order({.buyer = "7300010000018"}), "a");
    EXPECT_EQ(world.newest_envelope().next.code, "flow.envelope.foreign");
    EXPECT_THAT(world.newest_envelope().next.reason, HasSubstr("0088:7300010000018"));
    EXPECT_EQ(world.back_office.orders(), 0U);
}

TEST_F(XmlIn, WithoutAnXmlTableNothingInXmlIsRead) {
    config::Partner none = norrmat();
    none.xml.enabled = false;
    use_xml(world, none);
    world.receive(write_ubl_order({}), "a");
    EXPECT_EQ(world.newest_envelope().next.code, "flow.agreement.xml");
}

TEST_F(XmlIn, CxmlIsNamedByItsPayloadIdAndSaysWhetherItIsATest) {
    use_xml(world, networked());
    world.receive(write_cxml_order({}), "a");
    const store::Document order = world.newest("OrderRequest");
    EXPECT_EQ(order.status.back_office, store::BackOfficeStatus::Posted) << order.next.reason;
    EXPECT_EQ(order.interchange_control, "1@buyer.example");
    EXPECT_EQ(order.business_number, "PO-1");
    world.receive(write_cxml_order({.quantity = "5"}), "b");
    EXPECT_EQ(world.newest_envelope().next.code, "flow.envelope.conflict");
    world.receive(write_cxml_order({.payload_id = "2@buyer.example", .mode = "test"}), "c");
    EXPECT_EQ(world.newest_envelope().next.code, "flow.envelope.test");
    EXPECT_THAT(world.newest_envelope().next.reason, HasSubstr("deploymentMode"));
    EXPECT_EQ(world.back_office.orders(), 1U);
}

TEST_F(XmlIn, ACxmlRequestPrintedAnewUnderItsPayloadIdIsTheSame) {
    use_xml(world, networked());
    const std::string first = write_cxml_order({});
    world.receive(first, "a");
    std::string printed = first;
    for (std::size_t at = 0; (at = printed.find("><", at)) != std::string::npos; at += 4)
        printed.replace(at, 2, ">\n  <");
    ASSERT_NE(printed, first);
    world.receive(printed, "b");
    EXPECT_EQ(world.newest_envelope().next.code, "flow.duplicate.envelope");
    std::string moved = first;  // the same elements, one of them elsewhere
    moved.replace(moved.find("<UserAgent>"), 11, "<UserAgent>x");
    world.receive(moved, "c");
    EXPECT_EQ(world.newest_envelope().next.code, "flow.envelope.conflict");
    EXPECT_EQ(world.back_office.orders(), 1U);
}

TEST_F(XmlIn, ACxmlOrderSentAgainAsAnotherMessageIsOneOrder) {
    use_xml(world, networked());
    const std::string first = write_cxml_order({});
    world.receive(first, "a");
    std::string again = write_cxml_order({.payload_id = "2@buyer.example"});
    again.replace(again.find("T08:15:00"), 9, "T09:30:00");
    world.receive(again, "b");
    EXPECT_EQ(world.newest("OrderRequest").next.code, "flow.duplicate.business");
    world.receive(write_cxml_order({.payload_id = "3@buyer.example", .quantity = "5"}), "c");
    EXPECT_EQ(world.newest("OrderRequest").next.code, "flow.business.conflict");
    EXPECT_EQ(world.back_office.orders(), 1U);
}

class XmlOut : public ::testing::Test {
protected:
    void SetUp() override { use_xml(shop.world, norrmat()); }

    // What the partner got, judged; the document.
    store::Document send(const std::string& kind, const ordered_json& canonical) {
        auto submission = submission_of("odoo/" + kind + "/" + std::to_string(++m_sent), canonical);
        submission.kind = kind;
        submission.own_number = "S00042";
        auto submitted = shop.outbound->submit(submission);
        EXPECT_TRUE(submitted) << submitted.error().text();
        shop.world.run();
        return shop.document(submitted->document);
    }
    void expect_valid(const std::string& octets) {
        auto read = edi::read(octets);
        ASSERT_TRUE(read) << read.error().text();
        const edi::Report report = edi::validate(*read, schemas());
        for (const edi::InterchangeReport& one : report.interchanges)
            for (const edi::GroupReport& group : one.groups)
                for (const edi::TransactionReport& transaction : group.transactions)
                    for (const edi::Fault& fault : transaction.faults)
                        ADD_FAILURE() << fault.code << " " << fault.xpath << ": " << fault.message;
        EXPECT_TRUE(report.accepted()) << octets;
    }

    testing_support::TempDir directory;
    Shop shop{directory.path()};

private:
    int m_sent = 0;
};

TEST_F(XmlOut, AnAnswerGoesAsUblOrderResponseOfItsOwnName) {
    const store::Document answer = send("OrderResponse", drafted_answer("PO-1"));
    EXPECT_EQ(answer.status.delivery, store::DeliveryStatus::Delivered) << answer.next.reason;
    EXPECT_EQ(answer.status.acknowledgement, store::AckStatus::NotNeeded);
    EXPECT_EQ(answer.standard, "XML");
    EXPECT_EQ(answer.set, "OrderResponse");
    EXPECT_EQ(answer.sender, "0088:4012345000009");
    EXPECT_EQ(answer.receiver, "0088:7300010000001");
    const std::string octets = sent_octets(shop.world);
    expect_valid(octets);
    EXPECT_THAT(octets, HasSubstr("urn:fdc:peppol.eu:poacc:trns:order_response:3"));
    EXPECT_THAT(octets, Not(HasSubstr("trns:order:3")))
        << "the name of the order is not the answer's";
    EXPECT_THAT(octets, HasSubstr("<cbc:IssueDate>"));
    EXPECT_THAT(octets, HasSubstr("<cbc:EndpointID schemeID=\"0088\">7300010000001<"));
    EXPECT_EQ(shop.octets(answer.payload_ref), octets);
}

TEST_F(XmlOut, InvoiceAndCreditNoteHaveSetsOfTheirOwn) {
    const store::Document invoice = send("Invoice", drafted_invoice("invoice"));
    ASSERT_EQ(invoice.status.delivery, store::DeliveryStatus::Delivered) << invoice.next.reason;
    EXPECT_EQ(invoice.set, "Invoice");
    expect_valid(sent_octets(shop.world));
    EXPECT_THAT(sent_octets(shop.world), HasSubstr("266.64</cbc:LineExtensionAmount>"));
    EXPECT_THAT(sent_octets(shop.world), HasSubstr("20.00</cbc:ChargeTotalAmount>"));
    auto credit = drafted_invoice("credit_note");
    credit["number"] = "RINV/2026/00001";
    credit["original"] = "INV/2026/00001";
    const store::Document note = send("Invoice", credit);
    ASSERT_EQ(note.status.delivery, store::DeliveryStatus::Delivered) << note.next.reason;
    EXPECT_EQ(note.set, "CreditNote");
    expect_valid(sent_octets(shop.world));
}

TEST_F(XmlOut, AnInvoiceThatPeppolWouldRefuseWaitsAndSaysWhere) {
    auto canonical = drafted_invoice("invoice");
    canonical["seller"].erase("tax_id");
    const store::Document invoice = send("Invoice", canonical);
    EXPECT_EQ(invoice.next.code, "flow.outbound.invalid");
    EXPECT_THAT(invoice.next.reason, HasSubstr("[BR-S-02]"));
    EXPECT_THAT(invoice.next.reason, HasSubstr(" at /Invoice"));
    EXPECT_THAT(shop.world.sender.sent(), IsEmpty());
}

TEST_F(XmlOut, GoodsComeOutOfTheirPackagesForADespatchAdvice) {
    const auto notice = ordered_json::parse(R"({
        "purpose": "original", "number": "WH/OUT/00001", "created_at": "2026-11-23T10:00",
        "structure": "pick_and_pack", "shipment": {
            "bill_of_lading": "WH/OUT/00001", "shipped_on": "2026-11-23", "package_count": "1",
            "buyer": {"name": "Norrmat AB", "country": "SE"},
            "seller": {"name": "Muster GmbH", "country": "DE"},
            "orders": [{"order_number": "PO-1", "order_date": "2026-11-23",
                "packages": [{"kind": "carton", "sscc": "340123450000000015",
                    "items": [{"line_no": "1", "quantity": "20", "unit": "unit",
                               "item": {"seller_code": "EDI-1001", "name": "Stapler"}}]}],
                "items": [{"line_no": "2", "quantity": "1", "unit": "unit",
                           "item": {"seller_code": "EDI-2", "description": "Clip"}}]}]}})");
    const store::Document sent = send("ShipNotice", notice);
    ASSERT_EQ(sent.status.delivery, store::DeliveryStatus::Delivered) << sent.next.reason;
    const std::string octets = sent_octets(shop.world);
    expect_valid(octets);
    EXPECT_THAT(octets, HasSubstr("340123450000000015"));
    EXPECT_THAT(octets, HasSubstr("<cbc:LineID>2</cbc:LineID>"));
    EXPECT_THAT(octets, HasSubstr("<cac:DeliveryCustomerParty>"));
}

TEST_F(XmlOut, AnInvoiceGoesAsCxmlInvoiceDetailWithTheOrdersLinesAndTotals) {
    use_xml(shop.world, networked());
    ordered_json invoice = drafted_invoice("invoice");
    invoice["refs"] = ordered_json::array({{{"kind", "payload_id"}, {"value", "1@buyer.example"}}});
    for (const char* party : {"seller", "buyer"})  // cXML has whole addresses or none
        invoice[party].erase("country");
    invoice["ship_to"] = {{"name", "Norrmat AB"}};
    const store::Document sent = send("Invoice", invoice);
    ASSERT_EQ(sent.status.delivery, store::DeliveryStatus::Delivered) << sent.next.reason;
    const std::string octets = sent_octets(shop.world);
    expect_valid(octets);
    EXPECT_THAT(octets, HasSubstr("<Contact role=\"shipFrom\">"));
    EXPECT_THAT(octets, HasSubstr("<DocumentReference payloadID=\"1@buyer.example\""));
    EXPECT_THAT(octets, HasSubstr("<InvoiceDetailItemReference lineNumber=\"1\">"));
    // 266.64 of goods, 20.00 of freight, 71.66 of tax
    const auto amount = [&](const std::string& name) {
        const std::size_t at = octets.rfind("<" + name + ">");
        const std::size_t end = octets.find("</Money>", at);
        return at == std::string::npos
                   ? ""
                   : octets.substr(octets.rfind('>', end) + 1, end - octets.rfind('>', end) - 1);
    };
    EXPECT_EQ(amount("SubtotalAmount"), "266.64");
    EXPECT_EQ(amount("ShippingAmount"), "20.00");
    EXPECT_EQ(amount("GrossAmount"), "358.30");
    EXPECT_EQ(amount("NetAmount"), "358.30");
    EXPECT_EQ(amount("DueAmount"), "358.30");
    EXPECT_THAT(octets, HasSubstr("category=\"other\""));
}

TEST_F(XmlOut, CxmlGoesWithAPayloadIdThatNoRetryChanges) {
    use_xml(shop.world, networked());
    shop.world.sender.failures.push_back(Error("net", Blame::Network, "unreachable"));
    const store::Document first = send("OrderResponse", drafted_answer("PO-1"));
    EXPECT_EQ(first.status.delivery, store::DeliveryStatus::Pending) << first.next.reason;
    const std::string once = sent_octets(shop.world);
    shop.world.clock.advance(std::chrono::minutes(1));
    shop.world.run();
    EXPECT_EQ(shop.document(first.id).status.delivery, store::DeliveryStatus::Delivered);
    EXPECT_EQ(sent_octets(shop.world), once);
    expect_valid(once);
    EXPECT_THAT(once, HasSubstr("payloadID=\"" + first.id + "@AN02\""));
    EXPECT_THAT(once, HasSubstr("<DocumentReference payloadID=\"1@buyer.example\""));
    EXPECT_THAT(once, HasSubstr("<Identity>AN01</Identity>"));
    EXPECT_EQ(shop.document(first.id).interchange_control, first.id + "@AN02");
}

}  // namespace
}  // namespace sallyport::flow::testing
