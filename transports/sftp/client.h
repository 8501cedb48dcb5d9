// SPDX-License-Identifier: Apache-2.0
// A partner's SFTP server as we use it. Host keys are pinned: nothing is trusted on first use. Two libraries stand behind
// it: libssh2, and libssh for what Debian's libssh2 cannot (RSA keys and servers that have nothing else).
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "transports/sftp/tree.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::sftp {

struct RemoteServer {
    std::string host{};
    std::uint16_t port = 22;
    std::string user{};
    std::vector<std::string> host_keys{};  // "SHA256:…"; at least one
    std::shared_ptr<const Secret> key{};   // private, without a passphrase; null: none
    std::shared_ptr<const Secret> password{};
    std::chrono::milliseconds connect_within{20'000};
    std::chrono::milliseconds step_within{60'000};  // one request and its answer
};

// One connection; one thread at a time. Error codes:
//   sftp.connect (Network), sftp.host_key.unknown and sftp.host_key.changed (Operator), sftp.login (Operator),
//   sftp.missing, sftp.denied (Partner), sftp.remote (Partner: any other answer), sftp.broken (Network: it broke off).
class Client {
public:
    virtual ~Client() = default;
    virtual std::string host_key() const = 0;  // "SHA256:…" of this connection
    virtual Result<std::vector<Entry>> list(const std::string& folder) = 0;
    virtual Result<Entry> look(const std::string& path) = 0;
    // At most `most` octets; sftp.remote when there are more.
    virtual Result<Bytes> read(const std::string& path, std::size_t most) = 0;
    // From `offset` on; 0 begins the file anew.
    virtual Status write(const std::string& path, BytesView octets, std::uint64_t offset) = 0;
    // Without overwriting; sftp.remote when the target is there.
    virtual Status rename(const std::string& from, const std::string& to) = 0;
    virtual Status remove(const std::string& path) = 0;
};

// What the gateway uses: libssh2; libssh for RSA keys of ours, for servers that libssh2 has no algorithm in common with, and
// where the pinned host key is another one than the server shows first.
Result<std::unique_ptr<Client>> connect_server(const RemoteServer& server);

// With libssh2. sftp.library when the server or the key needs what it cannot do.
Result<std::unique_ptr<Client>> connect_libssh2(const RemoteServer& server);
// With libssh. `host_key_types`: "ssh-ed25519,rsa-sha2-512", the kinds to ask for; empty: every modern one.
Result<std::unique_ptr<Client>> connect_libssh(const RemoteServer& server,
                                               const std::string& host_key_types = {});

// What the coordinator reads when the key is not the one that was agreed.
Error wrong_host_key(const RemoteServer& server, const std::string& is);

}  // namespace sallyport::sftp
