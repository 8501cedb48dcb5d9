// SPDX-License-Identifier: Apache-2.0
// The change feed, by long poll and as server-sent events. An event stream ends when it had something to say, or after its
// wait: clients of the standard come back by themselves with Last-Event-ID.
#include "gateway/api/answers.h"
#include "gateway/api/partner_api.h"
#include "transports/https/problem.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace sallyport::api {
namespace {

using https::Call;
using https::Endpoint;
using nlohmann::ordered_json;
using transports::HttpResponse;

ordered_json change_json(const Change& change, const std::string& cursor) {
    ordered_json out{{"cursor", cursor},
                     {"type", "io.sallyport." + change.event + ".v1"},
                     {"time", iso8601(change.time)}};
    if (change.document) out["document"] = document_json(*change.document);
    if (change.message) out["message"] = message_json(*change.message);
    return out;
}

HttpResponse as_events(const Changes& changes, const Call& call, const ChangePage& page) {
    const std::string& partner = call.caller.partner();
    std::string body = "retry: 500\n\n";
    for (const Change& change : page.changes) {
        const std::string cursor = changes.seal(partner, change.seq);
        body += "id: " + cursor + "\nevent: io.sallyport." + change.event + ".v1\ndata: " +
                change_json(change, cursor)
                    .dump(-1, ' ', false, ordered_json::error_handler_t::replace) +
                "\n\n";
    }
    // Also where nothing happened: the next request begins behind what was looked through.
    body += "id: " + changes.seal(partner, page.next) + "\n: as of now\n\n";
    return {.status = 200,
            .headers = {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}},
            .body = std::move(body)};
}

HttpResponse read_changes(Changes& changes, const Call& call) {
    const std::string& partner = call.caller.partner();
    const std::string_view last =
        transports::header_or_empty(call.request.headers, "Last-Event-ID");
    const std::string cursor = last.empty() ? call.parameter("after") : std::string(last);
    std::int64_t after = 0;
    if (cursor.empty()) {
        auto head = changes.head();
        if (!head) return failed(call, head.error());
        after = *head;
    } else if (cursor != "start") {
        const auto opened = changes.open(partner, cursor);
        if (!opened)
            return failed(call,
                          Error("https.cursor", Blame::Partner, "that cursor is not one of yours")
                              .remedy("begin without one, or with after=start"));
        after = *opened;
    }
    auto page = changes.read(partner,
                             after,
                             number_of(call, "limit", 50),
                             std::chrono::seconds(number_of(call, "wait", 20)));
    if (!page) return failed(call, page.error());
    const std::string_view accept = transports::header_or_empty(call.request.headers, "Accept");
    if (accept.find("text/event-stream") != std::string_view::npos)
        return as_events(changes, call, *page);
    ordered_json items = ordered_json::array();
    for (const Change& change : page->changes)
        items.push_back(change_json(change, changes.seal(partner, change.seq)));
    HttpResponse response = https::json_answer(
        200, {{"items", std::move(items)}, {"cursor", changes.seal(partner, page->next)}});
    response.headers.back().second = "no-store";
    return response;
}

}  // namespace

void add_change_endpoints(const PartnerApiParts& parts, https::Api& api) {
    Endpoint endpoint{
        .method = "GET",
        .path = "/v1/changes",
        .id = "readChanges",
        .scope = std::string(https::scope::ChangesRead),
        .summary = "What happened to your messages and documents",
        .help =
            "Waits until there is something, at most `wait` seconds: nobody needs to poll. With "
            "Accept: text/event-stream the answer is server-sent events; an EventSource comes "
            "back by itself. Without `after` it begins now, with after=start at the beginning."};
    endpoint.parameters = {{.name = "after",
                            .in = "query",
                            .schema = R"({"type":"string","maxLength":40})",
                            .help = "the cursor of the answer before, or \"start\""},
                           {.name = "wait",
                            .in = "query",
                            .schema = R"({"type":"integer","minimum":0,"maximum":25,"default":20})",
                            .help = "seconds to wait at most",
                            .example = "0"},
                           limit_parameter()};
    endpoint.answers = {{.status = 200, .help = "what happened", .schema = "ChangePage"},
                        {.status = 200,
                         .help = "the same as events",
                         .schema = {},
                         .content_type = "text/event-stream"}};
    endpoint.waits = true;
    endpoint.run = [&changes = parts.changes](const Call& call) {
        return read_changes(changes, call);
    };
    api.endpoints.push_back(std::move(endpoint));
}

}  // namespace sallyport::api
