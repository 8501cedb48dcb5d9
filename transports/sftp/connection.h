// SPDX-License-Identifier: Apache-2.0
// Inside transports/sftp only: one SSH connection from its first octet to its last, on a thread of its own.
#pragma once

#include "transports/allowance.h"
#include "transports/sftp/login.h"
#include "transports/sftp/server.h"
#include "transports/sftp/ssh_handles.h"
#include "transports/watchdog.h"

#include <libssh/callbacks.h>

#include <atomic>
#include <map>
#include <optional>
#include <string>

namespace sallyport::sftp {

// Of the whole server, shared by its connections. Thread-safe.
struct Shared {
    ServerOptions options;
    ServerParts parts;
    transports::Watchdog watchdog;
    transports::Allowance refusals{200,
                                   1};  // how many refused logins may be written into the audit
    Guarded<std::map<std::string, unsigned>> sessions{};  // by user
    std::atomic<bool> stopping{false};
    std::atomic<std::uint64_t> logins{0};
    std::atomic<std::uint64_t> logins_refused{0};
    std::atomic<std::uint64_t> bytes_in{0};
    std::atomic<std::uint64_t> bytes_out{0};

    Shared(ServerOptions server_options, ServerParts server_parts)
        : options(std::move(server_options)),
          parts(std::move(server_parts)),
          watchdog(parts.clock) {}
};

class Connection {
public:
    // Owns `descriptor` from here on. `remote`: host:port.
    Connection(Shared& shared, int descriptor, std::string remote);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    Connection(Connection&&) = delete;
    Connection& operator=(Connection&&) = delete;

    void serve();  // returns when the connection is over

private:
    enum class Asked : std::uint8_t { Nothing, Sftp, Command };

    bool prepare();
    bool handshake();
    bool wait_for(bool (Connection::*reached)() const);
    bool logged_in() const { return m_login.account() != nullptr && m_accepted; }
    bool asked() const { return m_asked != Asked::Nothing; }
    bool admit_session();
    bool algorithms_agreed() const;
    void serve_channel();
    void transfer();
    bool send(BytesView octets);
    void explain();
    void end_channel(int status);
    void refused(std::string_view how, double points);
    int answer(Login::Verdict verdict, std::string_view how, double points);
    void record(std::string_view event,
                std::vector<std::pair<std::string, std::string>> detail,
                bool warn);

    // libssh calls these; `self` is the Connection.
    static int on_none(ssh_session session, const char* user, void* self);
    static int on_password(ssh_session session, const char* user, const char* password, void* self);
    static int on_key(
        ssh_session session, const char* user, ssh_key_struct* key, char state, void* self);
    static ssh_channel on_channel(ssh_session session, void* self);
    static int on_subsystem(ssh_session session, ssh_channel channel, const char* name, void* self);
    static int on_command(ssh_session session,
                          ssh_channel channel,
                          const char* command,
                          void* self);

    Shared& m_shared;
    int m_descriptor;
    const std::string m_remote;
    Login m_login;
    std::string m_user;
    unsigned m_tries = 0;
    bool m_accepted = false;
    bool m_counted = false;
    Asked m_asked = Asked::Nothing;
    SessionPtr m_session;
    EventPtr m_event;
    ssh_channel m_channel = nullptr;  // owned by the session
    ssh_server_callbacks_struct m_server_callbacks{};
    ssh_channel_callbacks_struct m_channel_callbacks{};
    std::optional<transports::Watchdog::Watch> m_watch;
};

// The host without the port and brackets.
std::string host_of(const std::string& remote);

}  // namespace sallyport::sftp
