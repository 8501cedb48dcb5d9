// SPDX-License-Identifier: Apache-2.0
#include "transports/https/door.h"

#include "gateway/base/digest.h"
#include "transports/https/problem.h"
#include "transports/mime.h"

#include <algorithm>

namespace sallyport::https {
namespace {

using transports::HttpEntry;
using transports::HttpRequest;
using transports::HttpResponse;

constexpr unsigned WaitingTogether = 128;

Error refused(std::string_view code, std::string what, std::string remedy) {
    return Error(code, Blame::Partner, std::move(what)).remedy(std::move(remedy));
}

bool is_idempotency_key(std::string_view key) {
    return !key.empty() && key.size() <= 255 &&
           std::all_of(
               key.begin(), key.end(), [](char letter) { return letter >= '!' && letter <= '~'; });
}

// What can be said from the head alone, before a body octet is read.
Status check_head(const HttpRequest& head, const Endpoint& endpoint) {
    if (endpoint.lifecycle == Lifecycle::Retired)
        return refused("https.retired",
                       "this endpoint was retired",
                       "see the OpenAPI document for what took its place");
    if (endpoint.method == "POST") {
        const std::size_t keys = transports::count_header(head.headers, "Idempotency-Key");
        if (keys != 1 ||
            !is_idempotency_key(transports::header_or_empty(head.headers, "Idempotency-Key")))
            return refused("https.idempotency.missing",
                           "a POST needs one Idempotency-Key of 1 to 255 visible characters",
                           "make one for each thing you send, and repeat it when you try again");
    }
    if (endpoint.takes.empty()) return {};
    const std::string type =
        transports::parse_parameterised(transports::header_or_empty(head.headers, "Content-Type"))
            .value;
    if (std::find(endpoint.takes.begin(), endpoint.takes.end(), type) != endpoint.takes.end())
        return {};
    std::string known;
    for (const std::string& one : endpoint.takes)
        known += (known.empty() ? "" : ", ") + one;
    return refused("https.type", "that Content-Type is not taken here", "send one of: " + known);
}

std::string fingerprint_of(const HttpRequest& request) {
    Sha256 digest;
    for (const BytesView part : {BytesView(request.method),
                                 BytesView(request.target),
                                 transports::header_or_empty(request.headers, "Content-Type"),
                                 BytesView(request.body)}) {
        digest.add(std::to_string(part.size()) + ":");
        digest.add(part);
    }
    return digest.hex();
}

// Strong, over the octets; absent for what must not be cached.
void add_etag(const HttpRequest& request, HttpResponse& response) {
    if (response.status != 200 || request.method != "GET" || response.body.empty()) return;
    if (transports::find_header(response.headers, "ETag") != nullptr) return;
    const std::string tag = "\"" + sha256_hex(response.body).substr(0, 32) + "\"";
    response.headers.emplace_back("ETag", tag);
    const std::string_view wanted = transports::header_or_empty(request.headers, "If-None-Match");
    if (wanted != "*" && wanted.find(tag) == std::string_view::npos) return;
    response.status = 304;
    response.body.clear();
}

// RFC 9745 and RFC 8594.
void add_lifecycle(const Endpoint& endpoint, HttpResponse& response) {
    if (endpoint.lifecycle != Lifecycle::Deprecated) return;
    if (endpoint.deprecated)
        response.headers.emplace_back(
            "Deprecation", "@" + std::to_string(to_micros(*endpoint.deprecated) / 1'000'000));
    if (endpoint.sunset) response.headers.emplace_back("Sunset", rfc5322_date(*endpoint.sunset));
}

std::string trace_of(const Clock& clock, Random& random) {
    return new_id(clock.now(), random);
}

}  // namespace

Door::Opening Door::open(const HttpRequest& request, bool first) {
    Match found = match(*m_parts.api, request.method, request.path);
    if (found.methods.empty())
        return Refused{refused("https.missing",
                               "there is nothing at this path",
                               "see /v1/openapi.json for what there is")};
    if (found.endpoint == nullptr)
        return Refused{
            .error = refused(
                "https.method", "this path does not know that method", "use one that Allow names"),
            .allow = found.methods};
    Opened opened{.endpoint = found.endpoint, .path = std::move(found.path)};
    if (opened.endpoint->open) return opened;
    auto caller = first ? m_parts.guard.admit(request) : m_parts.guard.confirm(request);
    if (!caller)
        return Refused{.error = std::move(caller).error(),
                       .retry = m_parts.guard.banned_for(request)};
    opened.caller = *std::move(caller);
    if (!first) return opened;
    if (const auto wait = m_parts.guard.wait(*opened.caller.account); wait.count() > 0)
        return Refused{.error = refused("https.rate",
                                        "more requests than were agreed",
                                        "wait as Retry-After says; the change feed tells you what "
                                        "is new without asking again and again"),
                       .retry = wait,
                       .caller = opened.caller};
    if (!opened.caller.may(opened.endpoint->scope))
        return Refused{.error = refused("https.scope",
                                        "these credentials have no scope " + opened.endpoint->scope,
                                        "ask us for credentials with that scope"),
                       .caller = opened.caller};
    return opened;
}

HttpEntry Door::enter(const HttpRequest& head) {
    HttpEntry entry;
    Opening opening = open(head, true);
    if (auto* refused = std::get_if<Refused>(&opening)) {
        entry.answer = refuse(head, *refused, trace_of(m_parts.clock, m_parts.random));
        return entry;
    }
    const Opened& opened = std::get<Opened>(opening);
    if (Status fits = check_head(head, *opened.endpoint); !fits) {
        entry.answer = refuse(head,
                              Refused{.error = std::move(fits).error(), .caller = opened.caller},
                              trace_of(m_parts.clock, m_parts.random));
        return entry;
    }
    entry.max_body_bytes = opened.endpoint->whole_documents ? opened.caller.account->body_bytes
                           : opened.endpoint->takes.empty() ? 0
                                                            : opened.endpoint->body_bytes;
    return entry;
}

HttpResponse Door::handle(const HttpRequest& request) {
    const std::string trace = trace_of(m_parts.clock, m_parts.random);
    Opening opening = open(request, false);
    if (auto* refused = std::get_if<Refused>(&opening)) return refuse(request, *refused, trace);
    Opened& opened = std::get<Opened>(opening);
    auto query = read_query(*opened.endpoint, request.query);
    if (!query)
        return refuse(
            request, Refused{.error = std::move(query).error(), .caller = opened.caller}, trace);
    const Call call{.request = request,
                    .caller = opened.caller,
                    .path = std::move(opened.path),
                    .query = *std::move(query),
                    .idempotency_key = std::string(
                        transports::header_or_empty(request.headers, "Idempotency-Key")),
                    .trace = trace};
    HttpResponse response = run(*opened.endpoint, call);
    // What is another partner's and what is nowhere look alike, here as in the answer.
    if (response.status == 404) record("https.missing", request, opened.caller, "https.missing");
    if (!opened.endpoint->waits) add_etag(request, response);
    response.headers.emplace_back("Trace-Id", trace);
    add_lifecycle(*opened.endpoint, response);
    return response;
}

HttpResponse Door::run(const Endpoint& endpoint, const Call& call) {
    Result<HttpResponse> response = endpoint.waits              ? run_waiting(endpoint, call)
                                    : endpoint.method == "POST" ? run_once(endpoint, call)
                                                                : endpoint.run(call);
    if (response) return *std::move(response);
    HttpResponse answer = problem(status_of(response.error()), response.error(), call.trace);
    if (answer.status == 409 || answer.status == 429)
        answer.headers.emplace_back("Retry-After", "1");
    return answer;
}

// A request that holds its connection takes a thread: so many for each partner, and so many for all.
Result<HttpResponse> Door::run_waiting(const Endpoint& endpoint, const Call& call) {
    const std::string& partner = call.caller.partner();
    const bool taken = m_waiting.with([&](auto& waiting) {
        unsigned all = 0;
        for (const auto& entry : waiting)
            all += entry.second;
        if (all >= WaitingTogether || waiting[partner] >= call.caller.account->waiting)
            return false;
        ++waiting[partner];
        return true;
    });
    if (!taken)
        return refused("https.waiting",
                       "too many requests of yours wait at the same time",
                       "one connection to the change feed is enough");
    HttpResponse response = endpoint.run(call);
    m_waiting.with([&](auto& waiting) {
        if (--waiting[partner] == 0) waiting.erase(partner);
    });
    return response;
}

Result<HttpResponse> Door::run_once(const Endpoint& endpoint, const Call& call) {
    const std::string running =
        call.caller.partner() + "\n" + endpoint.id + "\n" + call.idempotency_key;
    if (!m_running.with([&](auto& keys) { return keys.insert(running).second; }))
        return refused("https.idempotency.busy",
                       "a request with this Idempotency-Key is being answered",
                       "try again in a moment");
    const auto answer = [&]() -> Result<HttpResponse> {
        if (endpoint.keeps_own_answer) return endpoint.run(call);
        const std::string key = endpoint.id + "/" + call.idempotency_key;
        const std::string fingerprint = fingerprint_of(call.request);
        auto kept = m_parts.ledger.answer(call.caller.partner(), key);
        if (!kept) return std::move(kept).error();
        const bool again = kept->has_value();
        KeptAnswer one = again ? **kept : KeptAnswer{};
        if (!again) {
            const HttpResponse response = endpoint.run(call);
            if (response.status >= 300) return response;
            auto stored = m_parts.ledger.keep(
                call.caller.partner(),
                key,
                {.fingerprint = fingerprint,
                 .status = response.status,
                 .content_type =
                     std::string(transports::header_or_empty(response.headers, "Content-Type")),
                 .body = response.body});
            if (!stored) return std::move(stored).error();
            one = *std::move(stored);
        }
        if (one.fingerprint != fingerprint)
            return refused("https.idempotency.reused",
                           "this Idempotency-Key was used for another request",
                           "make a new key for a new request");
        HttpResponse response{.status = one.status,
                              .headers = {{"Content-Type", one.content_type}},
                              .body = one.body};
        if (again) response.headers.emplace_back("Idempotency-Replayed", "true");
        return response;
    }();
    m_running.with([&](auto& keys) { keys.erase(running); });
    return answer;
}

HttpResponse Door::refuse(const HttpRequest& request,
                          const Refused& refused,
                          const std::string& trace) {
    const int status = status_of(refused.error);
    HttpResponse response = problem(status, refused.error, trace);
    response.headers.emplace_back("Trace-Id", trace);
    if (status == 401)
        response.headers.emplace_back("WWW-Authenticate",
                                      refused.error.code() == "https.credentials"
                                          ? "Bearer realm=\"sallyport\""
                                          : "Bearer realm=\"sallyport\", error=\"invalid_token\"");
    if (refused.retry.count() > 0)
        response.headers.emplace_back("Retry-After", std::to_string(refused.retry.count()));
    std::string allow;
    for (const std::string& method : refused.allow)
        allow += (allow.empty() ? "" : ", ") + method;
    if (!allow.empty()) response.headers.emplace_back("Allow", allow);
    const std::string partner = refused.caller.account ? refused.caller.partner() : std::string();
    m_parts.log.info("https request refused",
                     {{"remote", request.remote_address},
                      {"status", status},
                      {"code", refused.error.code()},
                      {"partner", partner},
                      {"trace", trace}});
    if (status >= 500)
        m_parts.log.error("https request could not be answered",
                          {{"error", refused.error.text()}, {"trace", trace}});
    if ((status == 401 || status == 403) && refused.error.code() != "https.credentials")
        record(status == 403 ? "https.forbidden" : "https.refused",
               request,
               refused.caller,
               refused.error.code());
    return response;
}

void Door::record(std::string event,
                  const HttpRequest& request,
                  const Caller& caller,
                  std::string_view code) const {
    if (!m_parts.record) return;
    m_parts.record({.event = std::move(event),
                    .partner = caller.account ? caller.partner() : std::string(),
                    .credential = caller.credential,
                    .remote_address = request.remote_address,
                    .code = std::string(code),
                    .target = request.method + " " + request.path});
}

}  // namespace sallyport::https
