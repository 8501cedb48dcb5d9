// SPDX-License-Identifier: Apache-2.0
// What waits for the caller: list, download, confirm. A download changes nothing; the confirmation, which states the digest
// of what arrived, is the delivery.
#include "gateway/api/answers.h"
#include "gateway/api/partner_api.h"
#include "gateway/base/crash_point.h"
#include "gateway/base/digest.h"
#include "transports/https/problem.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace sallyport::api {
namespace {

using https::Call;
using https::Endpoint;
using nlohmann::ordered_json;
using transports::HttpResponse;

std::string quotable(std::string name) {
    std::replace_if(
        name.begin(),
        name.end(),
        [](char letter) { return letter < ' ' || letter > '~' || letter == '"' || letter == '\\'; },
        '_');
    return name;
}

HttpResponse list_outbox(transports::Mailbox& mailbox, const Call& call) {
    auto waiting = mailbox.waiting(call.caller.partner());
    if (!waiting) return failed(call, waiting.error());
    const std::string& after = call.parameter("after");
    const unsigned limit = number_of(call, "limit", 50);
    ordered_json items = ordered_json::array();
    ordered_json next = nullptr;
    for (const transports::Mail& mail : *waiting) {
        if (mail.message <= after) continue;
        if (items.size() == limit) {
            next = "/v1/outbox?limit=" + std::to_string(limit) +
                   "&after=" + items.back()["id"].get<std::string>();
            break;
        }
        items.push_back({{"id", mail.message},
                         {"name", mail.name},
                         {"bytes", mail.bytes},
                         {"since", iso8601(mail.since)},
                         {"content", "/v1/outbox/" + mail.message}});
    }
    return https::json_answer(200, {{"items", items}, {"next", next}});
}

HttpResponse download(transports::Mailbox& mailbox, const Call& call) {
    auto octets = mailbox.read(call.caller.partner(), call.parameter("id"));
    if (!octets) return failed(call, octets.error());
    return {.status = 200,
            .headers = {{"Content-Type", "application/octet-stream"},
                        {"Cache-Control", "private, no-cache"},
                        {"Content-Digest", "sha-256=:" + to_base64(sha256(*octets)) + ":"},
                        {"Content-Disposition",
                         "attachment; filename=\"" + quotable(call.parameter("id")) + ".edi\""}},
            .body = *std::move(octets)};
}

HttpResponse confirm(transports::Mailbox& mailbox, const Call& call) {
    const std::string& id = call.parameter("id");
    const auto body = ordered_json::parse(call.request.body, nullptr, false);
    const auto stated = body.is_object() ? body.find("sha256") : body.end();
    if (!body.is_object() || stated == body.end() || !stated->is_string())
        return https::problem(
            400,
            Error("https.body.syntax", Blame::Partner, "the body states no sha256")
                .remedy("send {\"sha256\": \"the digest of what you downloaded, in hex\"}"),
            call.trace);
    auto octets = mailbox.read(call.caller.partner(), id);
    if (!octets) return failed(call, octets.error());
    if (!equal_constant_time(stated->get<std::string>(), sha256_hex(*octets)))
        return https::problem(
            409,
            Error("https.confirm.digest", Blame::Partner, "that is not the digest of this document")
                .remedy("download it again and compare; nothing was confirmed"),
            call.trace);
    CRASH_POINT("https.confirm.before");
    const Status done = mailbox.fetched(
        call.caller.partner(), id, transports::AfterFetch::Archive, call.request.remote_address);
    if (!done) return failed(call, done.error());
    CRASH_POINT("https.confirm.after");
    return https::json_answer(200, {{"id", id}, {"status", "delivered"}});
}

}  // namespace

void add_outbox_endpoints(const PartnerApiParts& parts, https::Api& api) {
    transports::Mailbox& mailbox = parts.mailbox;
    Endpoint list{.method = "GET",
                  .path = "/v1/outbox",
                  .id = "listOutbox",
                  .scope = std::string(https::scope::OutboxRead),
                  .summary = "What waits for you, oldest first"};
    list.parameters = {limit_parameter(),
                       {.name = "after",
                        .in = "query",
                        .schema = R"({"type":"string","maxLength":64})",
                        .help = "the page behind this id: take it from `next`"}};
    list.answers = {{.status = 200, .help = "a page", .schema = "OutboxPage"}};
    list.run = [&mailbox](const Call& call) { return list_outbox(mailbox, call); };
    api.endpoints.push_back(std::move(list));

    Endpoint get{.method = "GET",
                 .path = "/v1/outbox/{id}",
                 .id = "downloadOutbox",
                 .scope = std::string(https::scope::OutboxRead),
                 .summary = "Download one",
                 .help = "As often as you like: it stays until you confirm it."};
    get.parameters = {id_parameter("from the list")};
    get.answers = {{.status = 200,
                    .help = "the octets; Content-Digest says their SHA-256",
                    .schema = {},
                    .content_type = "application/octet-stream"}};
    get.run = [&mailbox](const Call& call) { return download(mailbox, call); };
    api.endpoints.push_back(std::move(get));

    Endpoint confirmation{.method = "POST",
                          .path = "/v1/outbox/{id}/confirmation",
                          .id = "confirmOutbox",
                          .scope = std::string(https::scope::OutboxConfirm),
                          .summary = "Say that one has arrived whole",
                          .help =
                              "This is the delivery: it leaves the list. The digest proves that "
                              "you have every octet."};
    confirmation.parameters = {id_parameter("from the list")};
    confirmation.takes = {"application/json"};
    confirmation.body_schema = "Confirmation";
    confirmation.body_example =
        R"({"sha256":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"})";
    confirmation.answers = {{.status = 200, .help = "delivered", .schema = "Confirmed"}};
    confirmation.run = [&mailbox](const Call& call) { return confirm(mailbox, call); };
    api.endpoints.push_back(std::move(confirmation));
}

}  // namespace sallyport::api
