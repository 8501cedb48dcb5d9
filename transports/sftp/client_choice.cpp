// SPDX-License-Identifier: Apache-2.0
// Which library speaks with a partner's server.
#include "transports/sftp/client.h"
#include "transports/sftp/host_key.h"

#include <utility>

namespace sallyport::sftp {

namespace {

// libssh2 1.10 signs RSA with SHA-1 alone, which servers of today refuse.
bool is_rsa(const std::shared_ptr<const Secret>& key) {
    if (!key) return false;
    const auto half = public_half(*key);
    return half && half->type == "ssh-rsa";
}

}  // namespace

Result<std::unique_ptr<Client>> connect_server(const RemoteServer& server) {
    const bool rsa = is_rsa(server.key);
    auto client = rsa ? connect_libssh(server) : connect_libssh2(server);
    if (!client && !rsa && client.error().code() == "sftp.library") client = connect_libssh(server);
    if (client || client.error().code() != "sftp.host_key.changed") return client;
    // A server may have several keys, and the partner may have told us another one than it shows first. Whoever proves a
    // pinned key is the partner, whatever its kind.
    for (const char* kind : {"ssh-ed25519",
                             "ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521",
                             "rsa-sha2-512,rsa-sha2-256"}) {
        auto other = connect_libssh(server, kind);
        if (other || other.error().code() == "sftp.login") return other;
    }
    return client;
}

}  // namespace sallyport::sftp
