// SPDX-License-Identifier: Apache-2.0
// Where XML documents (UBL, CII, cXML) take another turn on the road: they have no envelope that names parties, numbers
// and test flag in one place, and say explicitly what other documents leave to be understood. Private to gateway/flow. Pure.
#pragma once

#include "config/partners.h"
#include "gateway/base/clock.h"
#include "mappings/run.h"
#include "parsers/document.h"
#include "parsers/fault.h"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace sallyport::flow {

// What rows and agreements call the standard of `interchange`: "X12", "EDIFACT", "XML".
std::string standard_of(const edi::Interchange& interchange);

// Of what an XML document says: the same for other line breaks, indents and declarations, for these are not content.
std::string xml_content_digest(const edi::Interchange& interchange);

// A canonical document without the names of the cXML message it came in (payloadID, timestamp, who passed it on): sent again
// as another message it is the same order.
nlohmann::ordered_json without_message_names(nlohmann::ordered_json canonical);

// cXML says it (deploymentMode); UBL and CII cannot, so theirs is what is agreed.
bool xml_says_test(const edi::Interchange& interchange, bool agreed);

// The purchase order number an XML document is about, before its map has run; empty: not known, or no XML.
std::string xml_order_number(const edi::Transaction& transaction);

// " at /Order/cbc:ID (line 7)"; empty where nothing is known of it.
std::string xml_place(const edi::Fault& fault);
// The same for a finding of a map about `transaction`.
std::string xml_place(const mapping::Finding& finding, const edi::Transaction& transaction);

// Of our documents: who issues what, and under which names.
struct XmlIssue {
    std::string_view kind;         // "OrderResponse"
    std::string_view family;       // "ubl-2.1", "cii-D16B", "cxml-1.2"
    std::string_view association;  // CustomizationID or guideline; empty: the map's
    std::string id;                // the gateway's document id: names the message (cXML payloadID)
    std::string own_number;        // the document's own number, where its content has none
    Instant created;
    const config::XmlAgreement& agreed;
};

// `canonical` with what an XML document must say and what follows from the rest: issuer's and receiver's addresses, the
// message's own names, date and number; goods out of their packages where the syntax lists goods; one VAT rate for all lines
// where the document has one. Nothing that is there is changed, but for the names of the message that was answered.
nlohmann::ordered_json completed(nlohmann::ordered_json canonical, const XmlIssue& issue);

}  // namespace sallyport::flow
