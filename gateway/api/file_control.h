// SPDX-License-Identifier: Apache-2.0
// What `sallyport doc send` asks of a running gateway, on the loopback port of the commands: a document that passes unread.
//
//   POST /v1/files    the document as the body, of any size
//                     Sallyport-File: {"actor": "operator:anna", "partner": "acme", "name": "…", "type": "…", "key": "…"}
// 200 {"document": "…", "existed": false}; otherwise {"code": "…", "error": "…", "remedy": "…"} with 400, 401, 404, 405, 409 or 503.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/flow/pipeline.h"
#include "gateway/flow/steps.h"
#include "transports/http_server.h"

#include <filesystem>

namespace sallyport::api {

// References outlive the handler. Thread-safe. The token is the one of this run, as for ControlHandler.
class FileControl final : public transports::HttpHandler {
public:
    struct Parts {
        const flow::Tools& tools;
        flow::Pipeline& pipeline;
        Secret token;
        std::filesystem::path spool_folder;  // on the archive's file system
    };
    explicit FileControl(Parts parts);

    transports::HttpEntry enter(const transports::HttpRequest& head) override;
    transports::HttpResponse handle(const transports::HttpRequest& request) override;

private:
    Result<std::string> archived(const transports::HttpRequest& request) const;

    Parts m_parts;
};

}  // namespace sallyport::api
