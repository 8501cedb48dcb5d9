// SPDX-License-Identifier: Apache-2.0
// The world of world.h with a partner who speaks UBL and cXML, in and out.
#pragma once

#include "outbound_world.h"
#include "world.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <utility>

namespace sallyport::flow::testing {

inline std::filesystem::path shipped_map(const std::string& name) {
    return std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped" / name;
}

struct UblOrder {
    std::string number = "PO-1";
    std::string quantity = "24";
    std::string buyer = "7300010000001";
    std::string customization = "urn:fdc:peppol.eu:poacc:trns:order:3";
    std::string indent = "";  // before every element: other octets, the same order
    std::string unit = "C62";
    std::string issued = "2026-11-23";
};

inline std::string write_ubl_order(const UblOrder& order) {
    const auto party = [&](const std::string& role, const std::string& gln, const char* name) {
        return "\n<cac:" + role + "><cac:Party><cbc:EndpointID schemeID=\"0088\">" + gln +
               "</cbc:EndpointID><cac:PostalAddress><cac:Country><cbc:IdentificationCode>SE"
               "</cbc:IdentificationCode></cac:Country></cac:PostalAddress><cac:PartyLegalEntity>"
               "<cbc:RegistrationName>" +
               name + "</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party></cac:" + role +
               ">";
    };
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
           "<Order xmlns=\"urn:oasis:names:specification:ubl:schema:xsd:Order-2\" "
           "xmlns:cac=\"urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2\" "
           "xmlns:cbc=\"urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2\">\n" +
           order.indent + "<cbc:CustomizationID>" + order.customization +
           "</cbc:CustomizationID>\n"
           "<cbc:ProfileID>urn:fdc:peppol.eu:poacc:bis:ordering:3</cbc:ProfileID>\n<cbc:ID>" +
           order.number + "</cbc:ID>\n<cbc:IssueDate>" + order.issued +
           "</cbc:IssueDate>\n<cbc:DocumentCurrencyCode>SEK</cbc:DocumentCurrencyCode>" +
           party("BuyerCustomerParty", order.buyer, "Norrmat AB") +
           party("SellerSupplierParty", "4012345000009", "Muster GmbH") +
           "\n<cac:OrderLine><cac:LineItem><cbc:ID>1</cbc:ID><cbc:Quantity unitCode=\"" +
           order.unit + "\">" + order.quantity +
           "</cbc:Quantity>\n<cac:Price><cbc:PriceAmount currencyID=\"SEK\">11.11"
           "</cbc:PriceAmount></cac:Price><cac:Item><cbc:Name>Stapler</cbc:Name>"
           "<cac:SellersItemIdentification><cbc:ID>EDI-1001</cbc:ID>"
           "</cac:SellersItemIdentification></cac:Item></cac:LineItem></cac:OrderLine>\n</Order>\n";
}

struct CxmlOrder {
    std::string number = "PO-1";
    std::string payload_id = "1@buyer.example";
    std::string mode = "production";
    std::string quantity = "4";
};

inline std::string write_cxml_order(const CxmlOrder& order) {
    const auto credential = [](const std::string& id) {
        return "<Credential domain=\"NetworkID\"><Identity>" + id + "</Identity></Credential>";
    };
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE cXML SYSTEM "
           "\"http://xml.cxml.org/schemas/cXML/1.2.063/cXML.dtd\">\n<cXML payloadID=\"" +
           order.payload_id + "\" timestamp=\"2026-11-23T08:15:00+00:00\">\n<Header><From>" +
           credential("AN01") + "</From><To>" + credential("AN02") + "</To><Sender>" +
           credential("AN01") +
           "<UserAgent>purchasing</UserAgent></Sender></Header>\n<Request deploymentMode=\"" +
           order.mode + "\"><OrderRequest><OrderRequestHeader orderID=\"" + order.number +
           "\" orderDate=\"2026-11-23\" type=\"new\"><Total><Money currency=\"USD\">48.00</Money>"
           "</Total><BillTo><Address><Name xml:lang=\"en\">Buyer Inc.</Name></Address></BillTo>"
           "</OrderRequestHeader>\n<ItemOut quantity=\"" +
           order.quantity +
           "\" lineNumber=\"1\"><ItemID><SupplierPartID>B-8</SupplierPartID></ItemID><ItemDetail>"
           "<UnitPrice><Money currency=\"USD\">12.00</Money></UnitPrice>"
           "<Description xml:lang=\"en\">Bolt</Description><UnitOfMeasure>EA</UnitOfMeasure>"
           "<Classification domain=\"UNSPSC\">31161600</Classification></ItemDetail></ItemOut>"
           "</OrderRequest></Request></cXML>\n";
}

inline config::DocumentAgreement xml_document(bool inbound,
                                              const std::string& family,
                                              const std::string& set,
                                              const std::string& map) {
    return {.inbound = inbound,
            .standard = "XML",
            .version = family,
            .set = set,
            .map = shipped_map(map)};
}

// Everything that this partner may send and get in XML.
inline config::Partner norrmat() {
    config::Partner partner;
    partner.name = "acme";
    partner.xml.enabled = true;
    partner.xml.our_id = "4012345000009";
    partner.xml.their_id = "7300010000001";
    partner.xml.our_qualifier = partner.xml.their_qualifier = "0088";
    partner.odoo.customer = "CUST-4711";
    partner.documents = {
        xml_document(true, "ubl-2.1", "Order", "ubl-order.map"),
        xml_document(true, "ubl-2.1", "Invoice", "ubl-invoice.map"),
        xml_document(true, "cxml-1.2", "OrderRequest", "cxml-order.map"),
        xml_document(false, "ubl-2.1", "OrderResponse", "ubl-order-response.map"),
        xml_document(false, "ubl-2.1", "DespatchAdvice", "ubl-despatch-advice.map"),
        xml_document(false, "ubl-2.1", "Invoice", "ubl-invoice.map"),
        xml_document(false, "ubl-2.1", "CreditNote", "ubl-credit-note.map")};
    return partner;
}

// The same who speaks cXML.
inline config::Partner networked() {
    config::Partner partner = norrmat();
    partner.xml.our_id = "AN02";
    partner.xml.their_id = "AN01";
    partner.xml.our_qualifier = partner.xml.their_qualifier = "NetworkID";
    partner.documents = {
        xml_document(true, "cxml-1.2", "OrderRequest", "cxml-order.map"),
        xml_document(false, "cxml-1.2", "ConfirmationRequest", "cxml-order-response.map"),
        xml_document(false, "cxml-1.2", "ShipNoticeRequest", "cxml-ship-notice.map"),
        xml_document(false, "cxml-1.2", "InvoiceDetailRequest", "cxml-invoice.map")};
    return partner;
}

inline std::shared_ptr<const Agreement> loaded(const config::Partner& partner) {
    auto load = load_agreements(
        {partner}, std::filesystem::path(SALLYPORT_SOURCE_DIR) / "mappings/shipped", schemas());
    for (const Error& fault : load.faults)
        ADD_FAILURE() << fault.text();
    return load.agreements.at(0);
}

// Compiling is the slow part: each set of maps once, when it is needed.
inline const Agreement& compiled(bool network) {
    if (network) {
        static const auto cxml = loaded(networked());
        return *cxml;
    }
    static const auto ubl = loaded(norrmat());
    return *ubl;
}

// The rest of the partner file is what the caller says.
inline void use_xml(World& world, const config::Partner& partner) {
    auto agreement =
        std::make_shared<Agreement>(compiled(partner.documents.front().version == "cxml-1.2"));
    agreement->partner = partner;
    for (InboundDocument& document : agreement->inbound)
        for (const config::DocumentAgreement& agreed : partner.documents)
            if (agreed.inbound && agreed.set == document.set)
                document.association = agreed.association;
    world.agreements.swap({agreement});
}

// What Odoo's answer to that order looks like when it was drafted: it repeats what the order said.
inline nlohmann::ordered_json drafted_answer(const std::string& number) {
    auto json = nlohmann::ordered_json::parse(R"({
        "purpose": "original", "status": "accepted", "number": "S00042",
        "order": {"number": "", "date": "2026-11-23", "seller_number": "S00042"}, "currency": "SEK",
        "refs": [{"kind": "customization", "value": "urn:fdc:peppol.eu:poacc:trns:order:3"},
                 {"kind": "profile", "value": "urn:fdc:peppol.eu:poacc:bis:ordering:3"},
                 {"kind": "payload_id", "value": "1@buyer.example"}],
        "buyer": {"name": "Norrmat AB", "country": "SE"},
        "seller": {"name": "Muster GmbH", "country": "SE"},
        "lines": [{"no": "1", "quantity": "24", "unit": "unit", "price": "11.11",
                   "item": {"seller_code": "EDI-1001", "name": "Stapler"}, "status": "accepted",
                   "confirmed": "24",
                   "answers": [{"status": "accepted", "quantity": "24", "unit": "unit"}]}]})");
    json["order"]["number"] = number;
    return json;
}

inline nlohmann::ordered_json drafted_invoice(const std::string& type) {
    auto json = nlohmann::ordered_json::parse(R"({
        "type": "", "purpose": "original", "number": "INV/2026/00001", "date": "2026-11-23",
        "due_on": "2026-12-23", "currency": "SEK",
        "order_ref": {"number": "PO-1", "date": "2026-11-23"},
        "refs": [{"kind": "customization", "value": "urn:fdc:peppol.eu:poacc:trns:order:3"}],
        "seller": {"name": "Muster GmbH", "country": "DE", "tax_id": "DE123456789"},
        "buyer": {"name": "Norrmat AB", "country": "SE"},
        "lines": [{"no": "1", "quantity": "24", "unit": "unit", "price": "11.11", "amount": "266.64",
                   "item": {"seller_code": "EDI-1001", "name": "Stapler"}}],
        "adjustments": [{"kind": "charge", "amount": "20.00", "text": "Freight"}],
        "taxes": [{"code": "all", "percent": "25", "base": "286.64", "amount": "71.66"}],
        "totals": {"lines": "286.64", "taxable": "286.64", "tax": "71.66", "payable": "358.30"}})");
    json["type"] = type;
    return json;
}

}  // namespace sallyport::flow::testing
