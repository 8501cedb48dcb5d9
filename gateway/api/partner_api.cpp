// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/partner_api.h"

#include "gateway/api/answers.h"
#include "gateway/flow/xml_door.h"
#include "transports/https/problem.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace sallyport::api {
namespace {

using https::Call;
using https::Endpoint;
using nlohmann::ordered_json;

ordered_json text() {
    return {{"type", "string"}};
}

ordered_json object(ordered_json properties, std::vector<std::string> required) {
    return {{"type", "object"},
            {"required", std::move(required)},
            {"properties", std::move(properties)}};
}

ordered_json list_of(const std::string& name) {
    return {{"type", "array"}, {"items", {{"$ref", "#/components/schemas/" + name}}}};
}

ordered_json nullable_text() {
    return {{"type", {"string", "null"}}};
}

ordered_json document_schema() {
    ordered_json properties;
    for (const char* name : {"id",
                             "direction",
                             "level",
                             "standard",
                             "set",
                             "version",
                             "kind",
                             "purchase_order",
                             "number",
                             "interchange_control",
                             "group_control",
                             "transaction_control",
                             "message",
                             "part_of",
                             "acknowledges",
                             "created",
                             "updated"})
        properties[name] = text();
    properties["direction"]["enum"] = {"in", "out"};
    properties["test"] = {{"type", "boolean"}};
    properties["status"] = object({{"content", text()},
                                   {"delivery", text()},
                                   {"acknowledgement", text()},
                                   {"back_office", text()}},
                                  {"content", "delivery", "acknowledgement", "back_office"});
    properties["next"] =
        object({{"actor", text()}, {"code", text()}, {"reason", text()}}, {"actor", "code"});
    return object(std::move(properties), {"id", "direction", "status", "next"});
}

ordered_json message_schema() {
    ordered_json properties;
    for (const char* name : {"id",
                             "direction",
                             "state",
                             "transport",
                             "transport_id",
                             "sha256",
                             "content_type",
                             "file_name",
                             "created"})
        properties[name] = text();
    properties["documents"] = list_of("Document");
    return object(std::move(properties), {"id", "direction", "state"});
}

ordered_json array_of(const ordered_json& items) {
    return {{"type", "array"}, {"items", items}};
}

std::string stock_schema() {
    return object({{"items",
                    array_of(object({{"sku", text()}, {"available", text()}, {"unit", text()}},
                                    {"sku", "available"}))},
                   {"unknown", array_of(text())},
                   {"as_of", text()},
                   {"stale", {{"type", "boolean"}}}},
                  {"items", "unknown", "as_of", "stale"})
        .dump();
}

std::map<std::string, std::string> inquiry_schemas() {
    ordered_json share = text();
    share["enum"] = {"none", "part", "full"};
    ordered_json state = text();
    state["enum"] = {
        "received", "held", "rejected", "accepted", "confirmed", "changed", "cancelled"};
    const ordered_json line = object({{"no", text()},
                                      {"unit", text()},
                                      {"ordered", text()},
                                      {"confirmed", text()},
                                      {"shipped", text()},
                                      {"invoiced", text()}},
                                     {"no", "ordered", "shipped", "invoiced"});
    return {
        {"OrderProgress",
         object({{"purchase_order", text()},
                 {"our_order", text()},
                 {"state", state},
                 {"shipped", share},
                 {"invoiced", share},
                 {"lines", array_of(line)},
                 {"as_of", text()}},
                {"purchase_order", "our_order", "state", "shipped", "invoiced", "lines", "as_of"})
             .dump()},
        {"ShipmentPage", object({{"items", list_of("Document")}}, {"items"}).dump()},
        {"Shipment",
         object({{"document", {{"$ref", "#/components/schemas/Document"}}},
                 {"content", {{"type", "object"}}}},
                {"document", "content"})
             .dump()}};
}

std::map<std::string, std::string> exchange_schemas() {
    const ordered_json hex{{"type", "string"}, {"pattern", "^[0-9a-f]{64}$"}};
    return {{"Submitted",
             object({{"message", text()},
                     {"status", {{"type", "string"}, {"enum", {"received"}}}},
                     {"received_at", text()},
                     {"bytes", {{"type", "integer"}}},
                     {"sha256", hex}},
                    {"message", "status", "received_at", "sha256"})
                 .dump()},
            {"OutboxPage",
             object({{"items",
                      {{"type", "array"},
                       {"items",
                        object({{"id", text()},
                                {"name", text()},
                                {"bytes", {{"type", "integer"}}},
                                {"since", text()},
                                {"content", text()}},
                               {"id", "name", "bytes", "since", "content"})}}},
                     {"next", nullable_text()}},
                    {"items", "next"})
                 .dump()},
            {"Confirmation", object({{"sha256", hex}}, {"sha256"}).dump()},
            {"Confirmed", object({{"id", text()}, {"status", text()}}, {"id", "status"}).dump()}};
}

std::map<std::string, std::string> reading_schemas() {
    const ordered_json change = object({{"cursor", text()},
                                        {"type", text()},
                                        {"time", text()},
                                        {"document", {{"$ref", "#/components/schemas/Document"}}},
                                        {"message", {{"$ref", "#/components/schemas/Message"}}}},
                                       {"cursor", "type", "time"});
    const ordered_json expected =
        object({{"kind", text()}, {"state", text()}, {"due", text()}}, {"kind", "state", "due"});
    const ordered_json order =
        object({{"our_order", text()}, {"document", text()}}, {"our_order", "document"});
    return {{"Document", document_schema().dump()},
            {"Message", message_schema().dump()},
            {"DocumentPage",
             object({{"items", list_of("Document")}, {"next", nullable_text()}}, {"items", "next"})
                 .dump()},
            {"Acknowledgements",
             object({{"document", text()},
                     {"status", text()},
                     {"items", list_of("Document")},
                     {"expected", array_of(expected)}},
                    {"document", "status", "items", "expected"})
                 .dump()},
            {"Order",
             object({{"purchase_order", text()},
                     {"orders", array_of(order)},
                     {"documents", list_of("Document")}},
                    {"purchase_order", "orders", "documents"})
                 .dump()},
            {"ChangePage",
             object({{"items", array_of(change)}, {"cursor", text()}}, {"items", "cursor"}).dump()},
            {"Me",
             object({{"partner", text()},
                     {"credential", text()},
                     {"scopes", {{"type", "array"}, {"items", text()}}},
                     {"expires", nullable_text()}},
                    {"partner", "credential", "scopes", "expires"})
                 .dump()}};
}

Endpoint me_endpoint() {
    Endpoint endpoint{.method = "GET",
                      .path = "/v1/me",
                      .id = "getMe",
                      .summary = "Who you are here, and what your credentials may do"};
    endpoint.answers = {{.status = 200, .help = "you", .schema = "Me"}};
    endpoint.run = [](const Call& call) {
        ordered_json body{{"partner", call.caller.partner()},
                          {"credential", call.caller.credential},
                          {"scopes", call.caller.scopes},
                          {"expires", nullptr}};
        if (call.caller.expires) body["expires"] = iso8601(*call.caller.expires);
        return https::json_answer(200, body);
    };
    return endpoint;
}

Endpoint openapi_endpoint(std::shared_ptr<const std::string> text) {
    Endpoint endpoint{.method = "GET",
                      .path = "/v1/openapi.json",
                      .id = "getOpenApi",
                      .open = true,
                      .summary = "This document"};
    endpoint.answers = {{.status = 200, .help = "OpenAPI 3.1", .schema = "OpenApi"}};
    endpoint.run = [text = std::move(text)](const Call&) {
        return transports::HttpResponse{
            .status = 200,
            .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache"}},
            .body = *text};
    };
    return endpoint;
}

// What may stand in a request as it is: small, and read by the reader of its type.
std::map<std::string, std::string> document_examples() {
    const std::string x12 =
        "ISA*00*          *00*          *ZZ*ACME           *ZZ*GATEWAY        "
        "*261123*0900*U*00401*000000001*0*P*>~GS*PO*ACME*GATEWAY*20261123*0900*1*X*004010~"
        "ST*850*0001~BEG*00*SA*4500012345**20261123~PO1*1*10*EA*9.95**UP*012345678905~"
        "CTT*1~SE*5*0001~GE*1*1~IEA*1*000000001~";
    const std::string edifact =
        "UNB+UNOC:3+4012345000009:14+4000001000005:14+261123:0900+1'"
        "UNH+1+ORDERS:D:96A:UN:EAN008'BGM+220+4500012345+9'DTM+137:20261123:102'"
        "LIN+1++4006381333931:EN'QTY+21:10'UNS+S'CNT+2:1'UNT+8+1'UNZ+1+1'";
    const std::string ubl =
        R"(<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2" )"
        R"(xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">)"
        R"(<cbc:ID>4500012345</cbc:ID><cbc:IssueDate>2026-11-23</cbc:IssueDate></Order>)";
    const std::string cxml =
        R"(<cXML payloadID="1@buyer.example.com" timestamp="2026-11-23T09:00:00Z"><Request/></cXML>)";
    return {{"application/edi-x12", x12},
            {"application/edifact", edifact},
            {"application/xml", ubl},
            {"text/xml", cxml},
            {"application/octet-stream", x12}};
}

Endpoint documents_post(const PartnerApiParts& parts) {
    https::SubmitOptions options;
    options.path = "/v1/documents";
    options.id = "submitDocument";
    options.summary = "Send us an interchange";
    options.help =
        "One file as you would send it over AS2: X12, EDIFACT, UBL, CII or cXML. 202 means that it "
        "is safe with us, even if our "
        "power fails in that second; what becomes of it is at Location and in the change feed.";
    options.types = parts.types;
    options.examples = document_examples();
    return https::submit_endpoint(std::move(options), parts.intake, parts.clock);
}

Endpoint orders_post(const PartnerApiParts& parts) {
    https::SubmitOptions options;
    options.path = "/v1/orders";
    options.id = "submitOrder";
    options.summary = "Send us a purchase order as canonical JSON";
    options.help =
        "The same road as an 850 or ORDERS: the same order, however and as what it comes, is one "
        "order. Amounts, quantities and dates are text. What does not conform is a 422 that names "
        "every place.";
    options.types = {{.media_type = "application/json",
                      .syntax = https::DocumentType::Syntax::Json,
                      .stored_as = std::string(parts.orders->kind().content_type)}};
    options.body_schema = "CanonicalOrder";
    options.body_example = R"({"purpose":"original","number":"4500012345","date":"2026-11-23"})";
    options.read = [orders = parts.orders](BytesView octets) { return orders->read(octets); };
    return https::submit_endpoint(std::move(options), parts.intake, parts.clock);
}

}  // namespace

std::vector<https::DocumentType> standard_types() {
    using Syntax = https::DocumentType::Syntax;
    const auto xml = [](const char* media_type) {
        return https::DocumentType{
            .media_type = media_type, .syntax = Syntax::Xml, .check = flow::check_xml};
    };
    return {{.media_type = "application/edi-x12", .syntax = Syntax::X12},
            {.media_type = "application/edifact", .syntax = Syntax::Edifact},
            xml("application/xml"),
            xml("text/xml"),
            {.media_type = "application/octet-stream", .syntax = Syntax::Octets}};
}

std::shared_ptr<const https::Api> make_partner_api(const PartnerApiParts& parts) {
    auto api = std::make_shared<https::Api>();
    api->title = "Sallyport partner API";
    api->version = parts.version;
    api->schemas = exchange_schemas();
    api->schemas.merge(reading_schemas());
    api->schemas["OpenApi"] = R"({"type":"object"})";
    api->schemas.merge(inquiry_schemas());
    if (parts.stock != nullptr) api->schemas["Stock"] = stock_schema();
    const auto description = std::make_shared<std::string>();
    api->endpoints.push_back(openapi_endpoint(description));
    api->endpoints.push_back(me_endpoint());
    api->endpoints.push_back(documents_post(parts));
    if (parts.orders != nullptr) {
        api->schemas["CanonicalOrder"] = parts.orders->description();
        api->endpoints.push_back(orders_post(parts));
    }
    add_document_endpoints(parts, *api);
    add_outbox_endpoints(parts, *api);
    add_change_endpoints(parts, *api);
    add_inquiry_endpoints(parts, *api);
    add_shipment_endpoints(parts, *api);
    *description = https::openapi(*api, parts.url.empty() ? "/" : parts.url);
    return api;
}

}  // namespace sallyport::api
