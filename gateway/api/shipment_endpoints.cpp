// SPDX-License-Identifier: Apache-2.0
// Shipments: updates that partners send (canonical TransportStatus, the road of a 214 or IFTSTA), and reading them and our ship
// notices back.
#include "gateway/api/answers.h"
#include "gateway/api/partner_api.h"
#include "transports/https/problem.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <utility>

namespace sallyport::api {
namespace {

using https::Call;
using https::Endpoint;
using nlohmann::ordered_json;
using transports::HttpResponse;

bool is_shipment(const store::Document& document, const std::string& partner) {
    return document.partner == partner && !document.canonical_ref.empty() &&
           (document.kind == "ShipNotice" || document.kind == "TransportStatus");
}

HttpResponse list_shipments(store::Store& store, const Call& call) {
    auto found = store::read<std::vector<store::Document>>(store, [&](store::Reader& reader) {
        return reader.thread(call.parameter("purchase_order"));
    });
    if (!found) return failed(call, found.error());
    ordered_json items = ordered_json::array();
    for (const store::Document& one : *found)
        if (is_shipment(one, call.caller.partner())) items.push_back(document_json(one));
    return https::json_answer(200, {{"items", items}});
}

HttpResponse show_shipment(const PartnerApiParts& parts, const Call& call) {
    auto found = store::read<std::optional<store::Document>>(
        parts.store, [&](store::Reader& reader) { return reader.document(call.parameter("id")); });
    if (!found) return failed(call, found.error());
    if (!*found || !is_shipment(**found, call.caller.partner())) return nothing_there(call);
    auto text = parts.archive.get((*found)->canonical_ref);
    if (!text) return failed(call, text.error());
    const auto content = ordered_json::parse(*text, nullptr, false);
    if (!content.is_object())
        return failed(call,
                      Error("flow.canonical.damaged",
                            Blame::Bug,
                            "the stored canonical document of " + (*found)->id + " is no JSON"));
    return https::json_answer(200, {{"document", document_json(**found)}, {"content", content}});
}

Endpoint shipments_post(const PartnerApiParts& parts) {
    https::SubmitOptions options;
    options.path = "/v1/shipments";
    options.id = "submitShipmentUpdate";
    options.scope = https::scope::ShipmentsWrite;
    options.summary = "Tell us where a shipment is";
    options.help =
        "The same road as a 214 or IFTSTA. refs of kind `order` name the purchase order it is "
        "about. Each update is a document of its own; the same update twice is one.";
    options.types = {{.media_type = "application/json",
                      .syntax = https::DocumentType::Syntax::Json,
                      .stored_as = std::string(parts.shipments->kind().content_type)}};
    options.body_schema = "CanonicalTransportStatus";
    options.body_example =
        R"({"number":"1Z999AA10123456784","shipment_number":"WH/OUT/00042",)"
        R"("carrier":{"scac":"UPSN"},"refs":[{"kind":"order","value":"4500012345"}],)"
        R"("consignments":[{"no":"1","events":[{"code":"delivered","date":"2026-11-23",)"
        R"("time":"14:30","city":"RENO","region":"NV","country":"US"}]}]})";
    options.read = [shipments = parts.shipments](BytesView octets) {
        return shipments->read(octets);
    };
    return https::submit_endpoint(std::move(options), parts.intake, parts.clock);
}

}  // namespace

void add_shipment_endpoints(const PartnerApiParts& parts, https::Api& api) {
    if (parts.shipments != nullptr) {
        api.schemas["CanonicalTransportStatus"] = parts.shipments->description();
        api.endpoints.push_back(shipments_post(parts));
    }
    Endpoint list = reading("/v1/shipments",
                            "listShipments",
                            https::scope::ShipmentsRead,
                            "Our ship notices and your updates about one purchase order");
    https::Parameter order = order_parameter();
    order.in = "query";
    list.parameters = {std::move(order)};
    list.answers = {{.status = 200, .help = "oldest first", .schema = "ShipmentPage"}};
    list.run = [&store = parts.store](const Call& call) { return list_shipments(store, call); };
    api.endpoints.push_back(std::move(list));

    Endpoint one = reading("/v1/shipments/{id}",
                           "getShipment",
                           https::scope::ShipmentsRead,
                           "One ship notice or update, as canonical JSON");
    one.parameters = {id_parameter("the document's id, from the list")};
    one.answers = {{.status = 200, .help = "the document and its content", .schema = "Shipment"}};
    one.run = [parts](const Call& call) { return show_shipment(parts, call); };
    api.endpoints.push_back(std::move(one));
}

}  // namespace sallyport::api
