// SPDX-License-Identifier: Apache-2.0
// What `sallyport token create` and `revoke` ask of a running gateway, on the loopback port of the commands:
//
//   POST /v1/tokens               {"actor": "operator:anna", "token": {…, "hash": "…"}}: the secret half never leaves the command
//   POST /v1/tokens/{id}/revoke   {"actor": "operator:anna", "at": micros}
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/store/store.h"
#include "transports/http_server.h"

namespace sallyport::api {

// References outlive the handler. Thread-safe. The token is the one of this run, as for ControlHandler.
class TokenControl final : public transports::HttpHandler {
public:
    TokenControl(store::Store& store, Secret token) : m_store(store), m_token(std::move(token)) {}

    transports::HttpEntry enter(const transports::HttpRequest& head) override;
    transports::HttpResponse handle(const transports::HttpRequest& request) override;

private:
    store::Store& m_store;
    const Secret m_token;
};

}  // namespace sallyport::api
