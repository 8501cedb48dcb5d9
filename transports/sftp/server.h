// SPDX-License-Identifier: Apache-2.0
// The SFTP server: SSH through libssh, a thread for each session (platform measurements: 270 KB each, 300 at once without
// loss), every wait bounded by the watchdog. Files are virtual; nothing starts a program; there is no shell and no forwarding.
#pragma once

#include "gateway/base/bytes.h"
#include "gateway/base/clock.h"
#include "gateway/base/error.h"
#include "gateway/base/log.h"
#include "transports/intake.h"
#include "transports/mailbox.h"
#include "transports/penalties.h"
#include "transports/sftp/account.h"
#include "transports/sftp/partner_tree.h"
#include "transports/sftp/uploads.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace sallyport::sftp {

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;                                  // 0: any free one, see Server::port()
    std::vector<std::shared_ptr<const Secret>> host_keys{};  // private keys, PEM; at least one
    unsigned max_sessions = 600;
    unsigned max_sessions_per_address = 64;
    std::chrono::milliseconds login_within{30'000};  // from the connection to the open channel
    std::chrono::milliseconds work_within{300'000};  // one answer, a slow reader included
    unsigned login_tries = 12;                       // per connection, keys offered included
};

struct ServerStats {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0;  // over a cap, or banned
    std::uint64_t logins = 0;
    std::uint64_t logins_refused = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
    unsigned active = 0;
};

// What all sessions share. References outlive the server.
struct ServerParts {
    std::shared_ptr<const Accounts> accounts;
    Uploads& uploads;
    transports::Intake& intake;
    transports::Mailbox& mailbox;
    transports::Penalties& penalties;
    Recorder& recorder;
    const Clock& clock;
    Log log;
};

class Server {
public:
    Server(ServerOptions options, ServerParts parts);
    ~Server();  // stops
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;

    // Error codes: sftp.listen (Operator), sftp.key (Operator: a host key cannot be used).
    Status start();
    std::uint16_t port() const;  // the bound one, after start()
    // Closes the listener and ends every session: uploads in progress can be resumed. Idempotent.
    void stop();
    ServerStats stats() const;

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

}  // namespace sallyport::sftp
