// SPDX-License-Identifier: Apache-2.0
#include "parsers/xml_origin.h"

#include "parsers/xml_names.h"
#include "parsers/xml_tree.h"

#include <algorithm>

namespace sallyport::edi {
namespace {

struct Parties {
    std::string_view set, sender, receiver;  // paths below the root
};

// Peppol BIS 3: the electronic address of the party that issues the document, and of the one it is for.
constexpr Parties Ubl[] = {
    {"Order", "cac:BuyerCustomerParty", "cac:SellerSupplierParty"},
    {"OrderChange", "cac:BuyerCustomerParty", "cac:SellerSupplierParty"},
    {"OrderCancellation", "cac:BuyerCustomerParty", "cac:SellerSupplierParty"},
    {"OrderResponse", "cac:SellerSupplierParty", "cac:BuyerCustomerParty"},
    {"DespatchAdvice", "cac:DespatchSupplierParty", "cac:DeliveryCustomerParty"},
    {"Invoice", "cac:AccountingSupplierParty", "cac:AccountingCustomerParty"},
    {"CreditNote", "cac:AccountingSupplierParty", "cac:AccountingCustomerParty"},
};

void ubl(const XmlTree& tree, Interchange& interchange, Transaction& transaction) {
    transaction.control = tree.trimmed(tree.child(XmlTree::Root, "cbc:ID"));
    transaction.association = tree.trimmed(tree.child(XmlTree::Root, "cbc:CustomizationID"));
    const auto* parties = std::find_if(std::begin(Ubl), std::end(Ubl), [&](const Parties& each) {
        return each.set == transaction.set;
    });
    if (parties == std::end(Ubl)) return;
    const auto endpoint = [&](std::string_view party) {
        return tree.find(XmlTree::Root, std::string(party) + "/cac:Party/cbc:EndpointID");
    };
    const std::uint32_t sender = endpoint(parties->sender), receiver = endpoint(parties->receiver);
    interchange.sender = tree.trimmed(sender);
    interchange.sender_qualifier = tree.attribute_text(sender, "schemeID");
    interchange.receiver = tree.trimmed(receiver);
    interchange.receiver_qualifier = tree.attribute_text(receiver, "schemeID");
}

void cii(const XmlTree& tree, Interchange& interchange, Transaction& transaction) {
    transaction.control = tree.trimmed(tree.find(XmlTree::Root, "rsm:ExchangedDocument/ram:ID"));
    transaction.association = tree.trimmed(tree.find(
        XmlTree::Root,
        "rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID"));
    const auto address = [&](std::string_view party) {
        return tree.find(XmlTree::Root,
                         "rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/" +
                             std::string(party) + "/ram:URIUniversalCommunication/ram:URIID");
    };
    const std::uint32_t sender = address("ram:SellerTradeParty"),
                        receiver = address("ram:BuyerTradeParty");
    interchange.sender = tree.trimmed(sender);
    interchange.sender_qualifier = tree.attribute_text(sender, "schemeID");
    interchange.receiver = tree.trimmed(receiver);
    interchange.receiver_qualifier = tree.attribute_text(receiver, "schemeID");
}

// cXML 1.2: Header names the parties by credential; Request, Message or Response holds one document.
void cxml(const XmlTree& tree, Interchange& interchange, Transaction& transaction) {
    transaction.control = tree.attribute_text(XmlTree::Root, "payloadID");
    transaction.association = tree.attribute_text(XmlTree::Root, "version");
    for (const char* kind : {"Request", "Message", "Response"}) {
        const std::uint32_t around = tree.child(XmlTree::Root, kind);
        if (around == None) continue;
        transaction.set = kind;
        for (std::uint32_t at = tree.first(around); at != None; at = tree.next(at)) {
            if (tree.tag(at) != "Status") transaction.set = tree.tag(at);
        }
        break;
    }
    const auto credential = [&](const char* party) {
        return tree.find(XmlTree::Root, std::string("Header/") + party + "/Credential");
    };
    const std::uint32_t sender = credential("From"), receiver = credential("To");
    interchange.sender = tree.trimmed(tree.child(sender, "Identity"));
    interchange.sender_qualifier = tree.attribute_text(sender, "domain");
    interchange.receiver = tree.trimmed(tree.child(receiver, "Identity"));
    interchange.receiver_qualifier = tree.attribute_text(receiver, "domain");
}

}  // namespace

void identify_xml(Interchange& interchange, Transaction& transaction) {
    const XmlTree tree(transaction);
    const std::string_view root = tree.tag(XmlTree::Root);
    const std::string_view local = take_apart(root, interchange.syntax).local;
    interchange.version = xml_family(interchange.syntax, local);
    transaction.version = interchange.version;
    transaction.set = local;
    if (interchange.version == "ubl-2.1") ubl(tree, interchange, transaction);
    if (interchange.version == "cii-D16B") cii(tree, interchange, transaction);
    if (interchange.version == "cxml-1.2") cxml(tree, interchange, transaction);
    interchange.control = transaction.control;
}

}  // namespace sallyport::edi
