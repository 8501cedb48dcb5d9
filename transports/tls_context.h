// SPDX-License-Identifier: Apache-2.0
// Puts certs/tls.h's plain data into an OpenSSL context that Poco's sockets then use.
#pragma once

#include "certs/tls.h"
#include "gateway/base/error.h"
#include "gateway/base/guarded.h"

#include <memory>
#include <string>
#include <utility>

using SSL_CTX = struct ssl_ctx_st;

namespace sallyport::transports {

// The objects handed in must outlive the context: the verification callbacks point to them.
// Error codes: http.tls (Blame::Operator).
Status configure_tls_server(SSL_CTX* context, const certs::TlsServer& server);

// What a server shows and whom it accepts from its next handshake on, so that certificates on both sides are renewed without
// closing the listener.
// Thread-safe. Outlives the contexts that use it.
class TlsCredentials {
public:
    explicit TlsCredentials(certs::TlsServer first)
        : m_current(std::make_shared<const certs::TlsServer>(std::move(first))) {}

    // Tried on a context of its own first: what no handshake could use is refused and changes nothing. Taken are
    // identity, chain, pins of clients and whether they are asked for one; policy and authorities stay. Error codes: http.tls.
    Status renew(const certs::TlsServer& next);
    std::shared_ptr<const certs::TlsServer> current() const {
        return m_current.with([](const auto& server) { return server; });
    }

private:
    Guarded<std::shared_ptr<const certs::TlsServer>> m_current;
};
// Handshakes of this context show `credentials`.
void present(SSL_CTX* context, const TlsCredentials& credentials);

// `host`: DNS name or IP address the server's certificate must carry unless it is pinned.
struct TlsClientState {
    certs::TlsClient client;
    std::string host;
};
Status configure_tls_client(SSL_CTX* context, const TlsClientState& state);

}  // namespace sallyport::transports
