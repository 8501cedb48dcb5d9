// SPDX-License-Identifier: Apache-2.0
// Puts certs/tls.h's plain data into an OpenSSL context that Poco's sockets then use.
#pragma once

#include "certs/tls.h"
#include "gateway/base/error.h"

#include <memory>
#include <string>

using SSL_CTX = struct ssl_ctx_st;

namespace sallyport::transports {

// The objects handed in must outlive the context: the verification callbacks point to them.
// Error codes: http.tls (Blame::Operator).
Status configure_tls_server(SSL_CTX* context, const certs::TlsServer& server);

// `host`: DNS name or IP address the server's certificate must carry unless it is pinned.
struct TlsClientState {
    certs::TlsClient client;
    std::string host;
};
Status configure_tls_client(SSL_CTX* context, const TlsClientState& state);

}  // namespace sallyport::transports
