// SPDX-License-Identifier: Apache-2.0
#include "gateway/api/health.h"

#include <nlohmann/json.hpp>

#include <utility>

namespace sallyport::api {
namespace {

using nlohmann::ordered_json;
using transports::HttpEntry;
using transports::HttpRequest;
using transports::HttpResponse;

HttpResponse json_response(int status, const ordered_json& body) {
    return {.status = status,
            .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
            .body = body.dump() + "\n"};
}

HttpResponse refusal(int status, std::string_view code, std::string_view what) {
    ordered_json body;
    body["code"] = code;
    body["error"] = what;
    return json_response(status, body);
}

bool may_read(const HttpRequest& request) {
    return request.method == "GET" || request.method == "HEAD";
}

}  // namespace

HealthHandler::HealthHandler(Parts parts) : m_parts(std::move(parts)) {}

HttpEntry HealthHandler::enter(const HttpRequest& head) {
    HttpEntry entry;
    entry.max_body_bytes = 0;
    if (!may_read(head)) {
        entry.answer = refusal(405, "api.method", "only GET is allowed here");
        entry.answer->headers.emplace_back("Allow", "GET, HEAD");
    }
    return entry;
}

HttpResponse HealthHandler::handle(const HttpRequest& request) {
    if (request.path == "/healthz") {
        ordered_json body;
        body["status"] = "ok";
        body["version"] = m_parts.version;
        return json_response(200, body);
    }
    if (request.path == "/readyz") return ready();
    if (request.path == "/metrics") return metrics();
    return refusal(404, "api.path", "there is /healthz, /readyz and /metrics");
}

HttpResponse HealthHandler::ready() const {
    ordered_json body;
    body["status"] = "ready";
    if (!m_parts.pipeline.running()) {
        body["status"] = "not ready";
        body["pipeline"] = "not running";
    }
    // Reading may go on where writing has ended: both are asked.
    if (const Status writes = m_parts.store.health(); !writes) {
        body["status"] = "not ready";
        body["store"] = std::string(writes.error().code());
        body["remedy"] = writes.error().remedy();
    }
    auto head = store::read<store::AuditHead>(
        m_parts.store, [](store::Reader& reader) { return reader.audit_head(); });
    if (!head) {
        body["status"] = "not ready";
        body["store"] = std::string(head.error().code());
    }
    return json_response(body["status"] == "ready" ? 200 : 503, body);
}

HttpResponse HealthHandler::metrics() const {
    auto counts = store::read<std::vector<store::JobCount>>(
        m_parts.store, [](store::Reader& reader) { return reader.job_counts(); });
    m_parts.metrics.set("sallyport_store_up", {}, counts ? 1 : 0);
    m_parts.metrics.set("sallyport_store_writable", {}, m_parts.store.health() ? 1 : 0);
    if (counts) {
        m_parts.metrics.clear("sallyport_queue_depth");
        for (const store::JobCount& row : *counts)
            m_parts.metrics.set("sallyport_queue_depth",
                                {{"step", row.kind}, {"state", store::to_string(row.state)}},
                                row.count);
    }
    const store::StoreCounters counters = m_parts.store.counters();
    m_parts.metrics.set(
        "sallyport_store_units_total", {}, static_cast<std::int64_t>(counters.units));
    m_parts.metrics.set(
        "sallyport_store_commits_total", {}, static_cast<std::int64_t>(counters.commits));
    m_parts.metrics.set("sallyport_build_info", {{"version", m_parts.version}}, 1);
    return {.status = 200,
            .headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                        {"Cache-Control", "no-store"}},
            .body = m_parts.metrics.text()};
}

}  // namespace sallyport::api
