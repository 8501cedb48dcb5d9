// SPDX-License-Identifier: Apache-2.0
// What `sallyport doc release` and its like ask of a running gateway: decisions on documents that wait. Only who holds the
// token of this run may ask; it lies in the state directory, readable by the gateway's own user alone.
//
//   POST /v1/documents/{id}/release   {"actor": "operator:anna"}
//   POST /v1/documents/{id}/discard   {"actor": "operator:anna", "reason": "…"}
//   POST /v1/reload                   {"actor": "operator:anna"}: partners and maps, as on SIGHUP
// 200 {"done": true} (reload: and "maps", "rows", "released", of flow::MapsTaken); otherwise
// {"code": "…", "error": "…", "remedy": "…"} with 400, 401, 404, 405, 409 or 503.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/flow/map_changes.h"
#include "gateway/flow/pipeline.h"
#include "gateway/flow/steps.h"
#include "transports/http_server.h"

#include <functional>
#include <string>

namespace sallyport::api {

// References outlive the handler. Thread-safe.
class ControlHandler final : public transports::HttpHandler {
public:
    struct Parts {
        const flow::Tools& tools;
        flow::Pipeline& pipeline;
        Secret token;
        // Empty: there is nothing to read again. Runs on the caller's thread; thread-safe.
        std::function<Result<flow::MapsTaken>(const std::string& actor)> reload{};
    };
    explicit ControlHandler(Parts parts);

    transports::HttpEntry enter(const transports::HttpRequest& head) override;
    transports::HttpResponse handle(const transports::HttpRequest& request) override;

private:
    transports::HttpResponse reload(const std::string& actor) const;

    Parts m_parts;
};

}  // namespace sallyport::api
