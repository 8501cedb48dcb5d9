// SPDX-License-Identifier: Apache-2.0
#include "transports/https/problem.h"

#include "transports/http_parser.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace sallyport::https {
namespace {

using nlohmann::ordered_json;

struct CodeStatus {
    std::string_view code;
    int status;
};

constexpr CodeStatus Statuses[] = {
    {"https.credentials", 401},
    {"https.token", 401},
    {"https.certificate", 401},
    {"https.signature", 401},
    {"https.replay", 401},
    {"https.network", 403},
    {"https.scope", 403},
    {"https.missing", 404},
    {"https.method", 405},
    {"https.accept", 406},
    {"https.idempotency.busy", 409},
    {"https.idempotency.reused", 422},
    {"https.retired", 410},
    {"https.type", 415},
    {"https.banned", 429},
    {"https.rate", 429},
    {"https.waiting", 429},
    {"https.unavailable", 503},
    {"https.document", 422},
    {"webhook.signature", 401},
    {"webhook.time", 401},
    {"webhook.headers", 400},
    {"webhook.unknown", 404},
    {"mailbox.missing", 404},
    {"mailbox.unread", 409},
};

std::string dump(const ordered_json& body) {
    return body.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace

int status_of(const Error& error) {
    for (const CodeStatus& entry : Statuses)
        if (entry.code == error.code()) return entry.status;
    switch (error.blame()) {
        case Blame::Partner:
            return 400;
        case Blame::Operator:
        case Blame::Network:
        case Blame::BackOffice:
            return 503;
        case Blame::Bug:
            return 500;
    }
    return 500;
}

transports::HttpResponse problem(int status, const Error& error, const std::string& trace) {
    // What is not the partner's doing is not the partner's to read: the code and the trace id lead our people to the rest.
    const bool theirs = error.blame() == Blame::Partner;
    ordered_json body;
    body["type"] = "urn:sallyport:problem:" + std::string(error.code());
    body["title"] = transports::http_reason(status);
    body["status"] = status;
    body["detail"] = theirs ? error.what() : std::string("this cannot be answered now");
    body["code"] = error.code();
    if (theirs && !error.remedy().empty()) body["remedy"] = error.remedy();
    if (!theirs) body["remedy"] = "try again later; if it lasts, tell us the trace id";
    body["trace_id"] = trace;
    transports::HttpResponse response{
        .status = status,
        .headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}},
        .body = dump(body)};
    if (status == 503) response.headers.emplace_back("Retry-After", "30");
    return response;
}

transports::HttpResponse json_answer(int status, const ordered_json& body) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-cache"}},
            .body = dump(body)};
}

}  // namespace sallyport::https
