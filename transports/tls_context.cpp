// SPDX-License-Identifier: Apache-2.0
#include "transports/tls_context.h"

#include "certs/handles.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <vector>

namespace sallyport::transports {
namespace {

Error tls_error(std::string what) {
    return certs::openssl_error("http.tls", Blame::Operator, std::move(what));
}

bool pinned(X509_STORE_CTX* chain, const std::vector<certs::Certificate>& pins) {
    X509* leaf = X509_STORE_CTX_get0_cert(chain);
    return leaf != nullptr &&
           std::any_of(pins.begin(), pins.end(), [&](const certs::Certificate& pin) {
               return X509_cmp(leaf, pin.native().handle.get()) == 0;
           });
}

int refuse(X509_STORE_CTX* chain, int reason) {
    X509_STORE_CTX_set_error(chain, reason);
    return 0;
}

// A pinned certificate is trusted by itself: no path, no dates. Partners' certificates are self-signed and expire.
int verify_against(X509_STORE_CTX* chain, const certs::TlsServer& server) {
    if (pinned(chain, server.client_pins)) return 1;
    if (server.client_authorities.empty()) return refuse(chain, X509_V_ERR_CERT_UNTRUSTED);
    return X509_verify_cert(chain);
}

int verify_client(X509_STORE_CTX* chain, void* context) {
    return verify_against(chain, *static_cast<const certs::TlsServer*>(context));
}

int verify_client_now(X509_STORE_CTX* chain, void* context) {
    return verify_against(chain, *static_cast<const TlsCredentials*>(context)->current());
}

int verify_mode(certs::ClientCertificates wanted) {
    switch (wanted) {
        case certs::ClientCertificates::Ignored:
            return SSL_VERIFY_NONE;
        case certs::ClientCertificates::Optional:
            return SSL_VERIFY_PEER;
        case certs::ClientCertificates::Required:
            return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
    }
    return SSL_VERIFY_NONE;
}

int verify_server(X509_STORE_CTX* chain, void* context) {
    const auto* state = static_cast<const TlsClientState*>(context);
    if (!state->client.pins.empty())
        return pinned(chain, state->client.pins) ? 1 : refuse(chain, X509_V_ERR_CERT_UNTRUSTED);
    return X509_verify_cert(chain);
}

// Before the certificate of a handshake is chosen. 0 ends the handshake.
int show_current(SSL* connection, void* context) {
    const auto server = static_cast<const TlsCredentials*>(context)->current();
    SSL_certs_clear(connection);
    if (SSL_use_certificate(connection, server->identity.certificate.native().handle.get()) != 1 ||
        SSL_use_PrivateKey(connection, server->identity.key.native().handle.get()) != 1)
        return 0;
    for (const auto& certificate : server->chain)
        if (SSL_add1_chain_cert(connection, certificate.native().handle.get()) != 1) return 0;
    SSL_set_verify(connection, verify_mode(server->client_certificates), nullptr);
    if (server->client_certificates != certs::ClientCertificates::Ignored) {
        // A resumed session skips the verification callback.
        SSL_set_options(connection, SSL_OP_NO_TICKET);
        if (SSL_set_num_tickets(connection, 0) != 1) return 0;
    }
    return 1;
}

Status apply_policy(SSL_CTX* context, const certs::TlsPolicy& policy) {
    const int least = policy.least == certs::TlsVersion::Tls13 ? TLS1_3_VERSION : TLS1_2_VERSION;
    SSL_CTX_clear_options(context,
                          SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3 | SSL_OP_LEGACY_SERVER_CONNECT);
    SSL_CTX_set_options(
        context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (SSL_CTX_set_min_proto_version(context, least) != 1 ||
        SSL_CTX_set_max_proto_version(context, 0) != 1 ||
        SSL_CTX_set_cipher_list(context, policy.tls12_ciphers.c_str()) != 1 ||
        SSL_CTX_set_ciphersuites(context, policy.tls13_suites.c_str()) != 1)
        return tls_error("TLS policy is not usable");
    return {};
}

Status use_identity(SSL_CTX* context,
                    const certs::Identity& identity,
                    const std::vector<certs::Certificate>& chain) {
    if (SSL_CTX_use_certificate(context, identity.certificate.native().handle.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context, identity.key.native().handle.get()) != 1)
        return tls_error("TLS certificate " + identity.certificate.subject() + " is not usable");
    for (const auto& certificate : chain)
        if (SSL_CTX_add1_chain_cert(context, certificate.native().handle.get()) != 1)
            return tls_error("intermediate certificate " + certificate.subject() +
                             " is not usable");
    return {};
}

Status trust(SSL_CTX* context, const std::vector<certs::Certificate>& authorities) {
    X509_STORE* store = SSL_CTX_get_cert_store(context);
    for (const auto& authority : authorities)
        if (X509_STORE_add_cert(store, authority.native().handle.get()) != 1)
            return tls_error("certificate authority " + authority.subject() + " is not usable");
    return {};
}

Status expect_host(SSL_CTX* context, const std::string& host) {
    X509_VERIFY_PARAM* parameters = SSL_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) return {};
    ERR_clear_error();
    if (X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size()) != 1)
        return tls_error("host name " + host + " is not usable");
    return {};
}

}  // namespace

Status configure_tls_server(SSL_CTX* context, const certs::TlsServer& server) {
    auto status = apply_policy(context, server.policy);
    if (status) status = use_identity(context, server.identity, server.chain);
    if (status) status = trust(context, server.client_authorities);
    if (!status) return status;
    if (server.client_certificates != certs::ClientCertificates::Ignored) {
        // A resumed session skips the verification callback.
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
        SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
        SSL_CTX_set_num_tickets(context, 0);
    }
    SSL_CTX_set_verify(context, verify_mode(server.client_certificates), nullptr);
    SSL_CTX_set_cert_verify_callback(
        context, verify_client, const_cast<certs::TlsServer*>(&server));
    return {};
}

Status TlsCredentials::renew(const certs::TlsServer& next) {
    auto tried = *current();
    tried.identity = next.identity;
    tried.chain = next.chain;
    tried.client_certificates = next.client_certificates;
    tried.client_pins = next.client_pins;
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> scratch(
        SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    if (!scratch) return tls_error("no TLS context can be made");
    if (Status usable = configure_tls_server(scratch.get(), tried); !usable) return usable;
    m_current.with(
        [&](auto& server) { server = std::make_shared<const certs::TlsServer>(std::move(tried)); });
    return {};
}

void present(SSL_CTX* context, const TlsCredentials& credentials) {
    auto* current = const_cast<TlsCredentials*>(&credentials);
    SSL_CTX_set_cert_cb(context, show_current, current);
    SSL_CTX_set_cert_verify_callback(context, verify_client_now, current);
    // Whom a session was begun with must not outlast the list of those who may.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

Status configure_tls_client(SSL_CTX* context, const TlsClientState& state) {
    auto status = apply_policy(context, state.client.policy);
    if (status && state.client.identity) status = use_identity(context, *state.client.identity, {});
    if (status) status = trust(context, state.client.authorities);
    if (status) status = expect_host(context, state.host);
    if (!status) return status;
    if (state.client.system_authorities && SSL_CTX_set_default_verify_paths(context) != 1)
        return tls_error("the system's certificate authorities cannot be loaded");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(context, verify_server, const_cast<TlsClientState*>(&state));
    return {};
}

}  // namespace sallyport::transports
