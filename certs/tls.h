// SPDX-License-Identifier: Apache-2.0
// TLS policy and credentials as plain data; transports/ turns them into sockets.
#pragma once

#include "certs/keys.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sallyport::certs {

enum class TlsVersion : std::uint8_t { Tls12, Tls13 };

struct TlsPolicy {
    TlsVersion least = TlsVersion::Tls12;
    // OpenSSL's spelling. Forward secrecy and authenticated encryption only.
    std::string tls12_ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!SHA1";
    std::string tls13_suites =
        "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";
};

enum class ClientCertificates : std::uint8_t {
    Ignored,
    Optional,  // asked for; a certificate that is neither pinned nor issued by an authority ends the handshake
    Required,
};

struct TlsServer {
    TlsPolicy policy;
    Identity identity;
    std::vector<Certificate> chain;  // intermediates, nearest first
    ClientCertificates client_certificates = ClientCertificates::Ignored;
    std::vector<Certificate> client_pins;         // accepted by fingerprint
    std::vector<Certificate> client_authorities;  // accepted by path
};

// A server is accepted when its certificate is one of `pins`, or when `pins` is empty, its path ends at one of
// `authorities` (or the system's, if so set) and its name matches the host.
struct TlsClient {
    TlsPolicy policy;
    std::vector<Certificate> pins;
    std::vector<Certificate> authorities;
    bool system_authorities = false;
    std::optional<Identity> identity;  // for servers that ask for a client certificate
};

}  // namespace sallyport::certs
