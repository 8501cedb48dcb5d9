// SPDX-License-Identifier: Apache-2.0
// Messages, documents, acknowledgements and purchase orders of the caller.
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

// nullopt: not there, or another partner's.
Result<std::optional<store::Document>> own_document(store::Store& store, const Call& call) {
    auto found = store::read<std::optional<store::Document>>(
        store, [&](store::Reader& reader) { return reader.document(call.parameter("id")); });
    if (found && *found && (*found)->partner != call.caller.partner())
        return std::optional<store::Document>();
    return found;
}

ordered_json documents_json(const std::vector<store::Document>& documents) {
    ordered_json items = ordered_json::array();
    for (const store::Document& document : documents)
        items.push_back(document_json(document));
    return items;
}

HttpResponse show_message(store::Store& store, const Call& call) {
    const std::string& id = call.parameter("id");
    std::vector<store::Document> documents;
    auto found = store::read<std::optional<store::Message>>(
        store, [&](store::Reader& reader) -> Result<std::optional<store::Message>> {
            auto message = reader.message(id);
            if (!message || !*message || (*message)->partner != call.caller.partner())
                return message;
            auto inside = reader.documents({.partner = call.caller.partner(), .message = id});
            if (!inside) return std::move(inside).error();
            documents = *std::move(inside);
            return message;
        });
    if (!found) return failed(call, found.error());
    if (!*found || (*found)->partner != call.caller.partner()) return nothing_there(call);
    ordered_json body = message_json(**found);
    body["documents"] = documents_json(documents);
    return https::json_answer(200, body);
}

HttpResponse list_documents(store::Store& store, const Call& call) {
    store::DocumentFilter filter;
    const std::string& direction = call.parameter("direction");
    if (direction == "in") filter.direction = store::Direction::Inbound;
    if (direction == "out") filter.direction = store::Direction::Outbound;
    filter.level = store::DocumentLevel::Transaction;
    filter.partner = call.caller.partner();
    filter.set = call.parameter("set");
    filter.business_number = call.parameter("purchase_order");
    filter.before_id = call.parameter("before");
    const unsigned limit = number_of(call, "limit", 50);
    filter.limit = limit + 1;  // one more tells whether there is a next page
    auto found = store::read<std::vector<store::Document>>(
        store, [&](store::Reader& reader) { return reader.documents(filter); });
    if (!found) return failed(call, found.error());
    const bool more = found->size() > limit;
    if (more) found->pop_back();
    ordered_json body{{"items", documents_json(*found)}, {"next", nullptr}};
    if (more) {
        std::string next = "/v1/documents?limit=" + std::to_string(limit);
        for (const auto& [name, value] : call.query)
            if (name != "limit" && name != "before") next += "&" + name + "=" + encoded(value);
        body["next"] = next + "&before=" + found->back().id;
    }
    return https::json_answer(200, body);
}

HttpResponse show_document(store::Store& store, const Call& call) {
    auto found = own_document(store, call);
    if (!found) return failed(call, found.error());
    if (!*found) return nothing_there(call);
    return https::json_answer(200, document_json(**found));
}

HttpResponse show_content(const PartnerApiParts& parts, const Call& call) {
    auto found = own_document(parts.store, call);
    if (!found) return failed(call, found.error());
    if (!*found || (*found)->payload_ref.empty()) return nothing_there(call);
    auto octets = parts.archive.get((*found)->payload_ref);
    if (!octets) return failed(call, octets.error());
    return {
        .status = 200,
        .headers = {{"Content-Type", "application/octet-stream"},
                    {"Cache-Control", "private, no-cache"},
                    {"Content-Disposition", "attachment; filename=\"" + (*found)->id + ".edi\""}},
        .body = *std::move(octets)};
}

HttpResponse show_acknowledgements(store::Store& store, const Call& call) {
    auto found = own_document(store, call);
    if (!found) return failed(call, found.error());
    if (!*found) return nothing_there(call);
    // The 997 answers the interchange; a transaction's is its interchange's.
    const std::string id = (*found)->id;
    const std::string parent = (*found)->parent;
    std::vector<store::Document> answers;
    std::vector<store::Expectation> expected;
    const Status read = store.read([&](store::Reader& reader) -> Status {
        for (const std::string& subject : {id, parent}) {
            if (subject.empty()) continue;
            auto some =
                reader.documents({.partner = call.caller.partner(), .acknowledges = subject});
            if (!some) return std::move(some).error();
            answers.insert(answers.end(), some->begin(), some->end());
            auto waiting = reader.expectations_of(subject);
            if (!waiting) return std::move(waiting).error();
            expected.insert(expected.end(), waiting->begin(), waiting->end());
        }
        return {};
    });
    if (!read) return failed(call, read.error());
    ordered_json body{{"document", id},
                      {"status", store::to_string((*found)->status.acknowledgement)},
                      {"items", documents_json(answers)}};
    body["expected"] = ordered_json::array();
    for (const store::Expectation& one : expected)
        body["expected"].push_back({{"kind", one.kind},
                                    {"state", store::to_string(one.state)},
                                    {"due", iso8601(one.due)}});
    return https::json_answer(200, body);
}

HttpResponse show_order(const PartnerApiParts& parts, const Call& call) {
    const std::string& number = call.parameter("purchase_order");
    ordered_json orders = ordered_json::array();
    auto found = store::read<std::vector<store::Document>>(
        parts.store, [&](store::Reader& reader) -> Result<std::vector<store::Document>> {
            auto thread = reader.thread(number);
            if (!thread) return thread;
            std::erase_if(*thread, [&](const store::Document& one) {
                return one.partner != call.caller.partner();
            });
            for (const store::Document& one : *thread) {
                auto posted = reader.back_office_results_of(one.id);
                if (!posted) return std::move(posted).error();
                for (const store::BackOfficeResult& result : *posted)
                    orders.push_back({{"our_order", result.name}, {"document", one.id}});
            }
            return thread;
        });
    if (!found) return failed(call, found.error());
    if (found->empty()) return nothing_there(call);
    return https::json_answer(
        200,
        {{"purchase_order", number}, {"orders", orders}, {"documents", documents_json(*found)}});
}

Endpoint list_endpoint(store::Store& store) {
    Endpoint endpoint = reading("/v1/documents",
                                "listDocuments",
                                https::scope::DocumentsRead,
                                "Your documents, newest first");
    endpoint.parameters = {{.name = "direction",
                            .in = "query",
                            .schema = R"({"type":"string","enum":["in","out"]})",
                            .help = "in: from you to us; out: from us to you",
                            .example = "in"},
                           {.name = "set",
                            .in = "query",
                            .schema = R"({"type":"string","maxLength":20})",
                            .help = "transaction set or message: 850, 856, ORDERS",
                            .example = "850"},
                           {.name = "purchase_order",
                            .in = "query",
                            .schema = R"({"type":"string","maxLength":100})",
                            .help = "only those of this purchase order",
                            .example = "4500012345"},
                           limit_parameter(),
                           before_parameter()};
    endpoint.answers = {{.status = 200, .help = "a page", .schema = "DocumentPage"}};
    endpoint.run = [&store](const Call& call) { return list_documents(store, call); };
    return endpoint;
}

}  // namespace

void add_document_endpoints(const PartnerApiParts& parts, https::Api& api) {
    store::Store& store = parts.store;
    Endpoint message = reading("/v1/messages/{id}",
                               "getMessage",
                               https::scope::DocumentsRead,
                               "A message you sent or got, and the documents in it");
    message.parameters = {id_parameter("the message's id, from the answer to your POST")};
    message.answers = {{.status = 200, .help = "the message", .schema = "Message"}};
    message.run = [&store](const Call& call) { return show_message(store, call); };
    api.endpoints.push_back(std::move(message));
    api.endpoints.push_back(list_endpoint(store));

    Endpoint document = reading("/v1/documents/{id}",
                                "getDocument",
                                https::scope::DocumentsRead,
                                "How a document stands: content, delivery, acknowledgement, back "
                                "office, and who must act");
    document.parameters = {id_parameter("the document's id")};
    document.answers = {{.status = 200, .help = "the document", .schema = "Document"}};
    document.run = [&store](const Call& call) { return show_document(store, call); };
    api.endpoints.push_back(std::move(document));

    Endpoint content = reading("/v1/documents/{id}/content",
                               "getDocumentContent",
                               https::scope::DocumentsRead,
                               "The octets of a document");
    content.parameters = {id_parameter("the document's id")};
    content.answers = {{.status = 200,
                        .help = "the octets, unchanged",
                        .schema = {},
                        .content_type = "application/octet-stream"}};
    content.run = [parts](const Call& call) { return show_content(parts, call); };
    api.endpoints.push_back(std::move(content));

    Endpoint acknowledgements = reading("/v1/documents/{id}/acknowledgements",
                                        "listAcknowledgements",
                                        https::scope::DocumentsRead,
                                        "What acknowledges a document, and what is still expected");
    acknowledgements.parameters = {id_parameter("the document's id")};
    acknowledgements.answers = {
        {.status = 200, .help = "the acknowledgements", .schema = "Acknowledgements"}};
    acknowledgements.run = [&store](const Call& call) {
        return show_acknowledgements(store, call);
    };
    api.endpoints.push_back(std::move(acknowledgements));

    Endpoint order = reading("/v1/orders/{purchase_order}",
                             "getOrder",
                             https::scope::OrdersRead,
                             "Everything about one purchase order of yours");
    order.parameters = {order_parameter()};
    order.answers = {{.status = 200, .help = "its documents and our orders", .schema = "Order"}};
    order.run = [parts](const Call& call) { return show_order(parts, call); };
    api.endpoints.push_back(std::move(order));
}

}  // namespace sallyport::api
