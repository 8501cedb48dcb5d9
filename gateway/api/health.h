// SPDX-License-Identifier: Apache-2.0
// What a supervisor, a load balancer and Prometheus ask: GET /healthz (the process answers), /readyz (it can take and
// process documents), /metrics (text format). On a port of its own, loopback by default; says nothing about documents.
#pragma once

#include "gateway/flow/metrics.h"
#include "gateway/flow/pipeline.h"
#include "gateway/store/store.h"
#include "transports/http_server.h"

#include <string>

namespace sallyport::api {

// References outlive the handler. Thread-safe.
class HealthHandler final : public transports::HttpHandler {
public:
    struct Parts {
        store::Store& store;
        const flow::Pipeline& pipeline;
        flow::Metrics& metrics;
        std::string version;
    };
    explicit HealthHandler(Parts parts);

    transports::HttpEntry enter(const transports::HttpRequest& head) override;
    transports::HttpResponse handle(const transports::HttpRequest& request) override;

private:
    transports::HttpResponse ready() const;
    transports::HttpResponse metrics() const;

    Parts m_parts;
};

}  // namespace sallyport::api
